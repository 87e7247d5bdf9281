"""Decisions on their way: four eyes hold in the database itself, and nothing is overwritten."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from inbox_daemon.core.bearbeitung import CLOSE, FILE, LEASE, Wish, Work
from inbox_daemon.core.errors import Refused, Stale
from inbox_daemon.core.freigabe import PlanState
from inbox_daemon.core.values import Evidence, RawMessage
from inbox_daemon.core.verdict import Escalate
from inbox_daemon.edges.records import Records
from inbox_daemon.edges.staffbook import SqlStaffbook
from inbox_daemon.edges.store import SqlStore
from inbox_daemon.ports import Decision
from inbox_daemon.ruleset import load_rules

pytest_plugins = ("tests.engines",)

AT = datetime(2022, 7, 1, 8, tzinfo=UTC)
LATER = AT + timedelta(minutes=10)
RULES = load_rules(Path(__file__).parents[2] / "rules")
WISH = Wish(answer=FILE, by="muster", why="gelesen", amount=Decimal("10.50"))
NOTHING = Evidence(submission=None, documents=(), unread=(), failure=None, engines=())


def flagged(engine: Engine, uid: int = 1) -> str:
    """A case that waits for a person."""
    store = SqlStore(engine)
    raw = RawMessage(
        mailbox="INBOX",
        uidvalidity=1,
        uid=uid,
        received_at=AT,
        size=1,
        sha256=f"{uid:064x}",
        message_id=f"<{uid}@x>",
    )
    number = store.add(raw, at=AT, failure=None)
    store.save_evidence(number, NOTHING, at=AT)
    version = f"soforthilfe-ukraine-2022@sha256:{RULES.version}"
    verdict = Escalate(reasons=("betrag-unklar",), findings=(), rules=version)
    decision = Decision(verdict=verdict, effects=(), concerns=None)
    store.save_verdict(number, at=AT, rules=RULES, decided=lambda *_: decision)
    return number


def planned(book: SqlStaffbook, case: str, *, why: tuple[str, ...] = (), wish: Wish = WISH) -> int:
    """A decision sets out; its number."""
    version = book.version(case)
    return book.add_plan(wish, case, why_second=why, due_at=LATER, at=AT, version=version)


def test_a_decision_waits_ten_minutes_and_is_due_then(engine: Engine) -> None:
    book = SqlStaffbook(engine)
    number = planned(book, flagged(engine))

    assert book.due(at=AT) == ()
    [due] = book.due(at=LATER)
    assert (due.number, due.wish) == (number, WISH)


def test_what_needs_a_second_person_is_never_due_without(engine: Engine) -> None:
    book = SqlStaffbook(engine)
    number = planned(book, flagged(engine), why=("betrag-hoch",))

    assert book.due(at=AT + timedelta(days=365)) == ()
    book.second(number, by="weber", due_at=LATER, at=AT)
    assert [due.second for due in book.due(at=LATER)] == ["weber"]


@pytest.mark.parametrize("name", ["muster", "Muster", "MUSTER"])
def test_the_second_person_is_not_the_first_for_the_service(engine: Engine, name: str) -> None:
    book = SqlStaffbook(engine)
    number = planned(book, flagged(engine), why=("betrag-hoch",))

    with pytest.raises(Refused, match="zweite-person-ist-erste"):
        book.second(number, by=name, due_at=LATER, at=AT)
    assert book.plans(PlanState.ZWEITE)[0].second is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE plans SET second = 'muster', state = 'ausgang'",
        "UPDATE plans SET second = 'MUSTER', state = 'ausgang'",
        "UPDATE plans SET state = 'ausgang'",
        "UPDATE plans SET state = 'ausgefuehrt'",
    ],
)
def test_the_second_person_is_not_the_first_for_the_database(
    engine: Engine, statement: str
) -> None:
    planned(SqlStaffbook(engine), flagged(engine), why=("betrag-hoch",))

    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(statement))


def test_a_row_with_one_person_twice_cannot_be_put_in(engine: Engine) -> None:
    row = (
        "INSERT INTO plans (case_number, wish, first, second, why_second, state, told, created_at)"
        " VALUES ('A-1', '{}', 'muster', 'Muster', '[\"betrag-hoch\"]', 'ausgang', '',"
        " CURRENT_TIMESTAMP)"
    )

    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(row))


def test_one_case_has_one_open_decision(engine: Engine) -> None:
    book, case = SqlStaffbook(engine), flagged(engine)
    planned(book, case)

    with pytest.raises(Stale):
        planned(book, case, wish=Wish(answer=CLOSE, by="weber", why="doppelt"))


def test_whoever_was_slower_overwrites_nothing(engine: Engine) -> None:
    book, case = SqlStaffbook(engine), flagged(engine)
    seen = book.version(case)
    first, other = Work(amount=Decimal("1.00"), by="muster"), Work(amount=Decimal("2.00"))
    book.save_work(case, first, by="muster", at=AT, version=seen)

    with pytest.raises(Stale):
        book.save_work(case, other, by="weber", at=AT, version=seen)
    with pytest.raises(Stale):
        book.add_plan(WISH, case, why_second=(), due_at=LATER, at=AT, version=seen)
    assert book.work(case).amount == Decimal("1.00")


def test_a_decision_taken_back_leaves_the_case_open_for_another(engine: Engine) -> None:
    book, case = SqlStaffbook(engine), flagged(engine)
    number = planned(book, case)

    with pytest.raises(Refused, match="nicht-eigene-entscheidung"):
        book.recall(number, by="weber", at=AT)
    assert book.recall(number, by="muster", at=AT) == case
    assert book.due(at=LATER) == ()
    with pytest.raises(Stale):
        book.recall(number, by="muster", at=AT)
    assert planned(book, case) != number


def test_what_the_second_person_gives_back_is_told_to_the_first(engine: Engine) -> None:
    book, case = SqlStaffbook(engine), flagged(engine)
    number = planned(book, case, why=("stichprobe",))

    book.give_back(number, by="weber", why="Bitte Seite 2 ansehen", at=AT)

    plan = book.plan_of(case)
    assert plan is not None
    assert (plan.state, plan.told) == (PlanState.ZURUECKGEGEBEN, "Bitte Seite 2 ansehen")


def test_a_lease_keeps_others_off_until_it_ends_or_is_taken_over(engine: Engine) -> None:
    book, case = SqlStaffbook(engine), flagged(engine)
    book.take(case, by="muster", at=AT)

    with pytest.raises(Refused, match="bei-anderer-person"):
        book.take(case, by="weber", at=AT)
    with pytest.raises(Refused, match="bei-anderer-person"):
        planned(book, case, wish=Wish(answer=CLOSE, by="weber", why="x"))
    assert book.take(case, by="weber", at=AT, by_force=True).holder == "weber"
    assert book.take(case, by="muster", at=AT + 2 * LEASE).holder == "muster"
    kinds = [entry.kind for entry in Records(engine).history(case)]
    assert kinds.count("staff.took-over") == 1


def test_a_case_is_put_off_again_only_with_a_note(engine: Engine) -> None:
    book, case = SqlStaffbook(engine), flagged(engine)
    day = date(2022, 7, 8)
    book.postpone(case, on=day, note="", by="muster", at=AT, version=None)

    with pytest.raises(Refused, match="notiz-fehlt"):
        book.postpone(case, on=day, note=" ", by="muster", at=AT, version=None)
    book.postpone(case, on=day, note="Frau X ist im Urlaub", by="muster", at=AT, version=None)

    assert book.postponed()[case].count == 2


def test_words_of_a_person_stay_out_of_the_log(engine: Engine) -> None:
    book, case = SqlStaffbook(engine), flagged(engine)
    book.note(case, "Frau X rief an", by="muster", at=AT)
    wish = Wish(answer=FILE, by="muster", why="Frau X rief an", amount=Decimal("10.50"))
    number = planned(book, case, why=("betrag-hoch",), wish=wish)
    book.give_back(number, by="weber", why="Frau X irrt", at=AT)

    log = " ".join(entry.payload for entry in Records(engine).history(case))
    assert "Frau X" not in log
    assert '"amount":"10.50"' in log.replace(" ", "")
    assert [note.words for note in book.notes(case)] == ["Frau X rief an"]
