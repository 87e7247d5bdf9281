"""Letters and what comes back on them: joined, shown again, counted, stopped; never answered."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlmodel import Session

from inbox_daemon.core.errors import Temporary
from inbox_daemon.core.returns import GOOD_NEWS, Answer
from inbox_daemon.core.states import State
from inbox_daemon.core.values import AttachmentKind, Evidence, Returned
from inbox_daemon.core.verdict import Budget, Outcome
from inbox_daemon.edges.database import MIGRATIONS, open_database
from inbox_daemon.edges.tables import LetterRow
from tests.core import cases
from tests.worlds import ABSENT_SIGNATURE, FORGOTTEN, UNCLEAR_AMOUNT, World, new_world

pytest_plugins = ("tests.worlds",)

REPORT = ("leerer-absender", "bericht", "roboter-absender")
OUT_OF_OFFICE = ("leerer-absender", "auto-submitted", "abwesenheit")
STRANGER = cases.address("mailer-daemon@relay.example")


def from_a_machine(
    marks: tuple[str, ...], *, ids: tuple[str, ...] = (), **more: object
) -> Evidence:
    """A mail of a server, without a document, with the returned letter in it."""
    returned = Returned(ids=ids, **more)  # type: ignore[arg-type]
    return cases.without_document(
        AttachmentKind.MAIL,
        AttachmentKind.TEXT,
        automatic=marks,
        returned=returned,
        from_=(STRANGER,),
        authentication=(),
        text="",
    )


def asked(world: World) -> str:
    """One case that was asked by letter; the Message-ID of the letter."""
    world.arrive(ABSENT_SIGNATURE)
    world.steps.once()
    assert world.states() == [State.QUERIED]
    return world.postman.sent[0].message_id


def test_a_letter_that_comes_back_shows_its_case_again_and_nobody_is_answered(world: World) -> None:
    letter = asked(world)
    world.arrive(from_a_machine(REPORT, ids=(letter,), actions=("failed",)))
    world.steps.once()
    of_letter, report = world.records.cases()
    assert (of_letter.state, of_letter.reasons) == (State.FLAGGED, ("antwort-unzustellbar",))
    assert (report.state, report.reasons) == (State.NOTED, ("ruecklaeufer",))
    assert world.records.answers_to(of_letter.number) == ((report.number, Answer.FAILED),)
    [entry] = [h for h in world.records.history(of_letter.number) if h.kind == "letter.returned"]
    assert json.loads(entry.payload) == {"durch": report.number}
    assert len(world.postman.sent) == 1


def test_a_report_that_names_only_the_recipient_is_joined_if_one_letter_went_there(
    world: World,
) -> None:
    asked(world)
    world.arrive(from_a_machine(REPORT, recipients=(cases.SENDER,)))
    world.steps.once()
    assert world.states() == [State.FLAGGED, State.NOTED]


def test_a_report_on_one_of_two_letters_to_the_same_address_is_left_to_a_person(
    world: World,
) -> None:
    asked(world)
    by_hand = LetterRow(
        case_number="A-2022-000099",
        message_id="<a-2022-000099.rueckfrage@rps.bwl.de>",
        recipient=cases.SENDER,
        at=world.clock.now(),
    )
    with Session(world.engine) as session:
        session.add(by_hand)
        session.commit()
    world.arrive(from_a_machine(REPORT, recipients=(cases.SENDER,)))
    world.steps.once()
    assert world.states() == [State.QUERIED, State.FLAGGED]
    assert "unzustellbar" in world.records.cases()[1].reasons


def test_a_report_on_a_letter_that_is_not_ours_is_left_to_a_person(world: World) -> None:
    asked(world)
    world.arrive(from_a_machine(REPORT, ids=("<other@x.example>",), recipients=("a@x.example",)))
    world.steps.once()
    assert world.states() == [State.QUERIED, State.FLAGGED]
    assert "unzustellbar" in world.records.cases()[1].reasons


@pytest.mark.parametrize("action", sorted(GOOD_NEWS))
def test_a_report_of_a_delay_or_a_delivery_is_joined_and_changes_nothing_else(
    world: World, action: str
) -> None:
    letter = asked(world)
    world.arrive(from_a_machine(REPORT, ids=(letter,), actions=(action,)))
    world.steps.once()
    of_letter, report = world.records.cases()
    assert (of_letter.state, report.state) == (State.QUERIED, State.NOTED)
    assert world.records.answers_to(of_letter.number) == ((report.number, Answer.AUTOMATIC),)


def test_an_out_of_office_note_on_our_letter_is_joined_and_changes_nothing_else(
    world: World,
) -> None:
    letter = asked(world)
    note = cases.without_document(automatic=OUT_OF_OFFICE, in_reply_to=letter)
    world.arrive(note)
    world.steps.once()
    of_letter, answer = world.records.cases()
    assert (of_letter.state, answer.state) == (State.QUERIED, State.NOTED)
    assert answer.reasons == ("automatische-mail",)
    assert world.records.answers_to(of_letter.number) == ((answer.number, Answer.AUTOMATIC),)


def test_a_late_report_is_only_joined_when_the_kreis_has_sent_its_application(
    world: World,
) -> None:
    letter = asked(world)
    world.clock.pass_time(hours=1)
    world.arrive(cases.of_document(sha256="99" * 32))
    world.steps.once()
    world.arrive(from_a_machine(REPORT, ids=(letter,)))
    world.steps.once()
    assert world.states() == [State.QUERIED, State.FILED, State.NOTED]
    assert len(world.records.answers_to(world.records.cases()[0].number)) == 1


@pytest.mark.parametrize("times", [2, 3])
def test_the_same_report_again_shows_the_case_once(world: World, times: int) -> None:
    letter = asked(world)
    for number in range(times):
        world.arrive(from_a_machine(REPORT, ids=(letter,), actions=("failed",) * (number + 1)))
        world.steps.once()
    of_letter = world.records.cases()[0]
    assert of_letter.reasons == ("antwort-unzustellbar",)
    assert len(world.records.answers_to(of_letter.number)) == times


def test_a_letter_in_doubt_that_comes_back_says_both(world: World) -> None:
    world.postman.answers = [Outcome.UNKNOWN]
    world.arrive(ABSENT_SIGNATURE)
    world.steps.once()
    world.arrive(from_a_machine(REPORT, ids=(world.postman.sent[0].message_id,)))
    world.steps.once()
    assert world.records.cases()[0].reasons == ("versand-unklar", "antwort-unzustellbar")


def test_a_report_that_is_here_before_we_know_that_the_letter_left_is_not_forgotten(
    world: World,
) -> None:
    world.postman.answers, world.postman.early = [Outcome.RETRY_LATER], True
    world.arrive(ABSENT_SIGNATURE)
    world.steps.once()
    [(case, _)] = world.records.letters(at=world.clock.now()).waiting
    world.arrive(from_a_machine(REPORT, ids=(f"<{case}@rps.bwl.de>",)))
    world.steps.once()
    assert world.states() == [State.DECIDED, State.NOTED]
    world.clock.pass_time(minutes=6)
    world.steps.once()
    assert world.records.cases()[0].reasons == ("antwort-unzustellbar",)


@pytest.mark.parametrize(
    "seen",
    [
        cases.of_mail(automatic=REPORT, in_reply_to="<LETTER>"),
        cases.without_document(AttachmentKind.ARCHIVE, automatic=REPORT, in_reply_to="<LETTER>"),
        cases.without_document(in_reply_to="<LETTER>"),
    ],
)
def test_what_may_hold_an_application_or_a_person_wrote_is_no_report(
    world: World, seen: Evidence
) -> None:
    letter = asked(world)
    assert seen.submission is not None
    mail = replace(seen.submission, in_reply_to=letter)
    world.arrive(replace(seen, submission=mail))
    world.steps.once()
    assert world.records.answers_to(world.records.cases()[0].number) == ()
    assert world.records.cases()[1].reasons != ("ruecklaeufer",)


# --- the switch and the budgets ---


def stop(world: World) -> None:
    """Frau Muster stops the letters."""
    at = world.clock.now()
    world.store.turn_letters(stopped=True, by="muster", why="probe", at=at)


def go(world: World) -> None:
    """Frau Muster lets them go."""
    at = world.clock.now()
    world.store.turn_letters(stopped=False, by="muster", why="", at=at)


def letter_that_waits(world: World) -> None:
    """A letter that the relay did not take for now."""
    world.postman.answers, world.postman.early = [Outcome.RETRY_LATER], True
    world.arrive(ABSENT_SIGNATURE)
    world.steps.once()
    world.clock.pass_time(minutes=6)


def test_while_letters_are_stopped_a_decided_one_waits_and_all_else_goes_on(world: World) -> None:
    letter_that_waits(world)
    stop(world)
    world.arrive(UNCLEAR_AMOUNT)
    world.steps.once()
    assert world.states() == [State.DECIDED, State.FLAGGED]
    assert world.postman.sent == []
    assert len(world.records.letters(at=world.clock.now()).waiting) == 1
    go(world)
    world.steps.once()
    assert (world.states()[0], len(world.postman.sent)) == (State.QUERIED, 1)


def test_while_letters_are_stopped_a_new_question_goes_to_a_person(world: World) -> None:
    stop(world)
    world.arrive(FORGOTTEN)
    world.steps.once()
    assert world.only().reasons == ("anhang-fehlt", "antwort-angehalten")
    go(world)
    world.steps.once()
    assert world.postman.sent == []


def test_a_letter_is_stopped_even_when_its_connection_is_open(world: World) -> None:
    letter_that_waits(world)
    [effect] = world.store.pending(at=world.clock.now())
    stop(world)
    with pytest.raises(Temporary):
        world.store.mark_attempted(effect.number, at=world.clock.now())
    [again] = world.store.pending(at=world.clock.now())
    assert (again.attempted, again.attempts) == (False, effect.attempts)


def test_a_letter_of_last_week_is_not_let_go(world: World) -> None:
    letter_that_waits(world)
    stop(world)
    world.clock.pass_time(days=7)
    go(world)
    world.steps.once()
    assert (world.only().state, world.only().reasons) == (State.FLAGGED, ("rueckfrage-veraltet",))
    assert world.postman.sent == []


def test_the_log_says_who_turned_the_switch_and_only_the_hash_of_why(world: World) -> None:
    for turn in (stop, stop, go, go):
        turn(world)
    told = [(h.kind, json.loads(h.payload)) for h in world.records.history("")]
    assert [kind for kind, _ in told] == ["letters.stopped", "letters.released"]
    assert all(payload["wer"] == "muster" for _, payload in told)
    assert "probe" not in str(told)


def test_the_hour_budget_stops_the_letters_by_itself(tmp_path: Path, empty_database: Path) -> None:
    with new_world(tmp_path, empty_database, budget=Budget(hour=1)) as world:
        world.arrive(ABSENT_SIGNATURE)
        world.steps.once()
        world.arrive(
            cases.without_document(
                from_=(cases.address("soziales@lrabb.de"),),
                authentication=(cases.PASSED.replace(cases.DOMAIN, "lrabb.de"),),
            )
        )
        world.steps.once()
        assert world.records.cases()[1].reasons == ("anhang-fehlt", "antwort-stundengrenze")
        switch = world.records.letters(at=world.clock.now()).switch
        assert (switch.stopped, switch.by) == (True, "maschine")
        world.clock.pass_time(hours=2)
        world.steps.once()
        assert world.store.letters_stopped(), "only a person lets them go"
        assert len(world.postman.sent) == 1


def test_who_lets_them_go_begins_a_new_hour_and_a_clock_set_back_none(
    tmp_path: Path, empty_database: Path
) -> None:
    with new_world(tmp_path, empty_database, budget=Budget(hour=1)) as world:
        world.arrive(ABSENT_SIGNATURE)
        world.steps.once()
        stop(world)
        world.clock.pass_time(minutes=1)
        go(world)
        assert world.records.letters(at=world.clock.now()).this_hour == 0
        world.clock.pass_time(days=-365)
        assert world.records.letters(at=world.clock.now()).this_hour == 1


def test_a_refused_letter_leaves_its_code_in_the_log(world: World) -> None:
    world.arrive(ABSENT_SIGNATURE)
    world.steps.fetch()
    world.steps.read()
    world.steps.decide()
    [effect] = world.store.pending(at=world.clock.now())
    world.store.finish(
        effect.number,
        Outcome.GIVEN_UP,
        at=world.clock.now(),
        state=State.FLAGGED,
        reply="RCPT 550 5.1.1",
    )
    [entry] = [h for h in world.records.history(world.only().number) if h.kind == "letter.result"]
    assert json.loads(entry.payload) == {"ergebnis": "given-up", "antwort": "RCPT 550 5.1.1"}


def test_letters_of_an_older_schema_count_for_their_kreis(
    tmp_path: Path, empty_database: Path
) -> None:
    path = tmp_path / "alt.sqlite3"
    shutil.copy(empty_database, path)
    engine = open_database(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
        connection.execute(text(
            "INSERT INTO cases (number, mailbox, uidvalidity, uid, received_at, size, sha256,"
            " message_id, state, attempts, ags, programm, reasons, changed_at) VALUES"
            " ('A', 'x', 1, 1, '2022-07-01', 1, '', '', 'queried', 1, '08116', 'p', '[]', '2022')"
        ))  # fmt: skip
        connection.execute(text("INSERT INTO letters VALUES ('A', '<a>', 'a@x', '2022-07-01')"))
        command.upgrade(config, "head")
        found = connection.execute(text("SELECT ags, programm, question FROM letters")).one()
        connection.commit()
    engine.dispose()
    assert tuple(found) == ("08116", "p", "")
