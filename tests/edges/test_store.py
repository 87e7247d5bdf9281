"""The store: what may happen once cannot happen twice, and nothing happens without its entry."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from inbox_daemon.core.antrag import Antrag
from inbox_daemon.core.errors import Defect
from inbox_daemon.core.mailkind import Mailart
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.record import Author
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence, RawMessage
from inbox_daemon.core.verdict import Accept, EffectKind, Escalate, Outcome, Query, Verdict
from inbox_daemon.core.vorgang import FoundBy
from inbox_daemon.edges import casebook, rows
from inbox_daemon.edges.database import reading
from inbox_daemon.edges.records import Records
from inbox_daemon.edges.store import FIRST_WAIT_S, SqlStore
from inbox_daemon.ports import Decision, Effect
from inbox_daemon.ruleset import load_rules
from tests.core import cases

pytest_plugins = ("tests.engines",)

AT = datetime(2022, 7, 1, 8, tzinfo=UTC)
RULES = load_rules(Path(__file__).parents[2] / "rules")
NOTHING = Evidence(submission=None, documents=(), unread=(), failure=None, engines=())
VERSION = f"soforthilfe-ukraine-2022@sha256:{RULES.version}"


def message(uid: int, *, sha256: str = "", uidvalidity: int = 1) -> RawMessage:
    """A message as the mailbox gave it."""
    return RawMessage(
        mailbox="INBOX",
        uidvalidity=uidvalidity,
        uid=uid,
        received_at=AT,
        size=10,
        sha256=sha256 or f"{uid:064x}",
        message_id=f"<{uid}@x>",
    )


def accept(ags: str = "08116") -> Decision:
    """A decision to file."""
    antrag = Antrag(programm="p", ags=ags, betrag=Decimal("12.34"), document="d" * 64)
    effect = Effect(kind=EffectKind.FILE_RECORD, payload="{}")
    verdict = Accept(antrag=antrag, findings=(), rules=VERSION)
    return Decision(verdict=verdict, effects=(effect,), concerns=(ags, "p"))


def query(message_id: str = "<letter@x>") -> Decision:
    """A decision to ask."""
    effect = Effect(
        kind=EffectKind.SEND_LETTER, payload="{}", letter_id=message_id, recipient="a@x"
    )
    verdict: Verdict = Query(
        questions=("betrag-fehlt",),
        recipient="a@x",
        ags="08116",
        programm="p",
        findings=(),
        rules=VERSION,
    )
    return Decision(verdict=verdict, effects=(effect,), concerns=None)


def escalate() -> Decision:
    """A decision for a person."""
    verdict = Escalate(reasons=("betrag-unklar",), findings=(), rules=VERSION)
    return Decision(verdict=verdict, effects=(), concerns=("08116", "p"))


def brought_to_decision(store: SqlStore, uid: int, decision: Decision) -> str:
    """A case taken in, read and decided."""
    case = store.add(message(uid), at=AT, failure=None)
    store.begin_reading(case, at=AT)
    store.save_evidence(case, NOTHING, at=AT)
    store.save_verdict(case, at=AT, rules=RULES, decided=lambda *_: decision)
    return case


def test_the_migrations_build_exactly_the_tables_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    assert found == []


def test_sqlite_is_set_so_that_a_commit_survives_a_power_cut(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL does so by default")
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


def test_one_place_on_the_server_is_taken_in_once(engine: Engine) -> None:
    store = SqlStore(engine)
    store.add(message(1), at=AT, failure=None)
    assert store.book.opened("INBOX", 1, [1], at=AT) == {}
    assert store.book.opened("INBOX", 2, [1], at=AT) == {1: 0}
    with pytest.raises(Defect):
        store.add(message(1, sha256="f" * 64), at=AT, failure=None)


def test_the_same_bytes_again_are_known_as_a_duplicate(engine: Engine) -> None:
    store = SqlStore(engine)
    first = store.add(message(1, sha256="a" * 64), at=AT, failure=None)
    second = store.add(message(2, sha256="a" * 64), at=AT, failure=None)
    assert Records(engine).cases()[1].duplicate_of == first
    assert first != second


def test_a_renumbered_mailbox_makes_no_second_case(engine: Engine) -> None:
    store = SqlStore(engine)
    first = store.add(message(7, sha256="a" * 64), at=AT, failure=None)
    again = store.add(message(1, sha256="a" * 64, uidvalidity=2), at=AT, failure=None)
    assert again == first
    assert store.location(first).raw.uidvalidity == 2


def test_twins_that_were_both_renumbered_stay_two_cases(engine: Engine) -> None:
    store = SqlStore(engine)
    old = [store.add(message(uid, sha256="a" * 64), at=AT, failure=None) for uid in (1, 2)]
    new = [
        store.add(message(uid, sha256="a" * 64, uidvalidity=9), at=AT, failure=None)
        for uid in (1, 2)
    ]
    assert new == old


def test_two_records_for_one_kreis_are_refused_by_the_database(engine: Engine) -> None:
    store = SqlStore(engine)
    brought_to_decision(store, 1, accept())
    with pytest.raises(Defect):
        brought_to_decision(store, 2, accept())
    assert store.cases(State.READ), "the second case waits, its verdict was rolled back"


def test_two_letters_of_one_message_id_are_refused_by_the_database(engine: Engine) -> None:
    store = SqlStore(engine)
    brought_to_decision(store, 1, query())
    with pytest.raises(Defect):
        brought_to_decision(store, 2, query())


def test_a_person_can_replace_a_record_and_nobody_else(engine: Engine) -> None:
    store = SqlStore(engine)
    old = brought_to_decision(store, 1, accept())
    new = brought_to_decision(store, 2, escalate())
    store.decide_by_staff(
        new, accept(), rules=RULES, at=AT, author=Author(by="Muster", why="Korrektur", replaces=old)
    )
    assert store.location(new).state is State.DECIDED
    kinds = [entry.kind for entry in Records(engine).history(new)]
    assert "staff.decided" in kinds


def test_a_case_outside_the_queue_cannot_be_decided_by_a_person(engine: Engine) -> None:
    store = SqlStore(engine)
    case = brought_to_decision(store, 1, accept())
    with pytest.raises(Defect):
        store.decide_by_staff(case, escalate(), rules=RULES, at=AT, author=Author(by="M"))


def test_a_letter_that_may_go_later_waits_its_time(engine: Engine) -> None:
    store = SqlStore(engine)
    case = brought_to_decision(store, 1, query())
    [effect] = store.pending(at=AT)
    store.finish(effect.number, Outcome.RETRY_LATER, at=AT, state=None)
    assert store.pending(at=AT) == ()
    later = AT + timedelta(seconds=FIRST_WAIT_S)
    assert [e.case for e in store.pending(at=later)] == [case]
    assert store.location(case).state is State.DECIDED


def test_every_end_calls_for_exactly_one_move(engine: Engine) -> None:
    store = SqlStore(engine)
    case = brought_to_decision(store, 1, escalate())
    [move] = store.pending(at=AT)
    assert (move.case, move.kind, move.payload) == (case, EffectKind.MOVE_MESSAGE, "Prüfung")


def test_an_illegal_move_of_a_case_changes_nothing(engine: Engine) -> None:
    store = SqlStore(engine)
    case = brought_to_decision(store, 1, escalate())
    before = len(Records(engine).history(case))
    with pytest.raises(Defect):
        store.save_evidence(case, NOTHING, at=AT)
    assert len(Records(engine).history(case)) == before


def test_a_verdict_can_be_read_again_with_its_rules(engine: Engine) -> None:
    store = SqlStore(engine)
    case = brought_to_decision(store, 1, escalate())
    [judgement] = Records(engine).judgements(case)
    assert judgement.verdict == escalate().verdict
    assert isinstance(judgement.rules, Ruleset)
    assert judgement.rules == RULES


def test_a_reader_never_waits_for_a_writer(engine: Engine) -> None:
    store = SqlStore(engine)
    with engine.connect() as writer:
        writer.execute(text("SELECT 1"))
        assert store.cases(State.FETCHED) == ()
    with reading(engine) as session:
        assert session.execute(text("SELECT 1")).scalar() == 1


def test_a_case_is_joined_with_its_verdict_and_the_earlier_one_is_told_of_it(
    engine: Engine,
) -> None:
    store, records = SqlStore(engine), Records(engine)
    first = brought_to_decision(store, 1, query())
    other = brought_to_decision(store, 2, escalate())
    mail = cases.mail(in_reply_to="<letter@x>", subject=f"AW: {first}")
    with reading(engine) as session:
        seen = cases.good_evidence(submission=mail)
        [earlier] = casebook.earlier_of(session, rows.row(session, other), seen, ("08116", "p"))
    assert (earlier.case, earlier.by, earlier.asked) == (first, FoundBy.VERWEIS, ("betrag-fehlt",))
    joined = replace(escalate(), belongs_to=earlier, art=Mailart.ANTWORT)
    last = brought_to_decision(store, 3, joined)
    assert [(one.case, one.belongs_to) for one in records.vorgang(first)] == [
        (first, None),
        (last, first),
    ]
    assert [entry.kind for entry in records.history(first)][-1] == "case.answered"
    assert [letter.outcome for letter in records.letters_of([first, last])] == [""]
    assert records.belongs_to(last) == first
