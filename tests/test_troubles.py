"""What goes wrong behind something else that went wrong; no case may stop the poll."""

from dataclasses import replace

import pytest
from sqlmodel import select

from inbox_daemon.consequences import decision_for
from inbox_daemon.core.decide import decide
from inbox_daemon.core.errors import Defect, Temporary
from inbox_daemon.core.record import Author
from inbox_daemon.core.states import State
from inbox_daemon.core.values import RawMessage
from inbox_daemon.core.verdict import Known, Outcome
from inbox_daemon.edges import rows
from inbox_daemon.edges.database import reading, writing
from inbox_daemon.edges.tables import RecordRow
from tests.core import cases
from tests.fakes import ARRIVED
from tests.worlds import FORGOTTEN, UNCLEAR_AMOUNT, World

pytest_plugins = ("tests.worlds",)


def file_by_staff(world: World, case: str, *, replaces: str | None = None) -> None:
    """A clerk files the application of this case, perhaps in place of another one."""
    evidence = world.store.evidence(case)
    author = Author(by="eva.weber", why="neu eingereicht", replaces=replaces)
    rules, found = cases.rules(), world.store.location(case)
    verdict = decide(evidence, known=Known(), rules=rules, received_at=found.raw.received_at)
    decision = decision_for(
        found, verdict, evidence, rules=rules, letters=world.letters, author=author
    )
    world.store.decide_by_staff(case, decision, rules=rules, at=world.clock.now(), author=author)


def replacements(world: World) -> dict[str, str | None]:
    """Each record's case, and the one whose record counts in its place."""
    with reading(world.store._engine) as session:
        return {row.case_number: row.replaced_by for row in session.exec(select(RecordRow))}


def test_a_replacement_that_was_replaced_and_breaks_hands_on_what_it_replaced(
    world: World,
) -> None:
    for _ in range(3):
        world.arrive(cases.good_evidence())
    world.steps.once()
    first, second, third = [line.number for line in world.records.cases()]
    file_by_staff(world, second, replaces=first)
    file_by_staff(world, third, replaces=second)
    world.archive.errors = [Defect("the spool lacks a file", code="spool")]
    world.steps.once()
    assert world.states() == [State.FILED, State.FLAGGED, State.FILED]
    assert replacements(world) == {first: third, third: None}


@pytest.mark.parametrize("trouble", [Temporary("locked", code="datenbank"), Defect("refused")])
def test_a_case_that_cannot_even_be_flagged_stops_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    world.arrive(ZeroDivisionError())
    world.arrive(FORGOTTEN)

    def flag(*_: object, **__: object) -> None:
        raise trouble

    with monkeypatch.context() as broken:
        broken.setattr(world.store, "flag", flag)
        world.steps.fetch()
        world.clock.pass_time(hours=2)
        world.steps.once()
    assert world.states() == [State.FETCHED, State.QUERIED]
    world.steps.once()
    assert world.states() == [State.FLAGGED, State.QUERIED]


def test_an_answer_to_an_earlier_try_is_not_believed_of_a_later_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what perhaps left in the later try would be sent once more."""
    world.arrive(FORGOTTEN)
    world.postman.early, world.postman.answers = True, [Outcome.RETRY_LATER] * 2
    with monkeypatch.context() as locked:
        locked.setattr(world.store, "finish", _locked)
        world.steps.once()
    world.postman.early, world.postman.answers = False, [MemoryError()]
    with monkeypatch.context() as locked:
        locked.setattr(world.store, "flag", _locked)
        world.steps.once()
    for _ in range(3):
        world.steps.once()
        world.clock.pass_time(hours=2)
    assert world.only().reasons == ("versand-unklar",)
    assert world.postman.sent == []


def _locked(*_: object, **__: object) -> None:
    raise Temporary("locked", code="datenbank")


def test_a_record_that_cannot_be_written_for_a_day_goes_to_a_person(world: World) -> None:
    world.arrive(cases.good_evidence())
    world.archive.errors = [Temporary("permission denied") for _ in range(30)]
    for _ in range(12):
        world.steps.once()
        world.clock.pass_time(hours=2)
    assert world.states() == [State.DECIDED]
    world.steps.once()
    assert world.only().reasons == ("ablage-nicht-moeglich",)
    assert replacements(world) == {}
    world.archive.errors = []
    file_by_staff(world, world.only().number)
    world.steps.once()
    assert world.states() == [State.FILED]


def test_a_case_that_breaks_before_its_move_is_done_is_moved_all_the_same(world: World) -> None:
    world.arrive(cases.good_evidence())
    world.arrive(cases.good_evidence())
    world.mailbox.answers = [Temporary("no line", code="imap-verbindung")]
    world.steps.once()
    first, second = [line.number for line in world.records.cases()]
    file_by_staff(world, second, replaces=first)
    world.archive.errors = [Defect("the spool lacks a file", code="spool")]
    for _ in range(3):
        world.steps.once()
        world.clock.pass_time(hours=2)
    assert world.states() == [State.FILED, State.FLAGGED]
    assert world.mailbox.messages == {}


def test_of_a_message_whose_move_broke_the_log_says_that_it_stays(world: World) -> None:
    world.arrive(UNCLEAR_AMOUNT)
    world.mailbox.answers = [ZeroDivisionError()]
    for _ in range(2):
        world.steps.once()
        world.clock.pass_time(hours=2)
    assert world.told()[-2:] == ["case.defect", "message.stays"]


def test_a_move_that_was_given_up_is_tried_again_at_the_new_place_of_the_message(
    world: World,
) -> None:
    world.arrive(UNCLEAR_AMOUNT)
    world.mailbox.answers = [Outcome.GIVEN_UP]
    world.steps.once()
    assert world.mailbox.moves == []
    world.mailbox.uidvalidity += 1
    world.steps.once()
    assert len(world.mailbox.moves) == 1
    assert world.told()[-1] == "message.moved"


def test_a_message_may_come_to_a_place_that_a_moved_one_had_before(world: World) -> None:
    """A restored server has its old numbers again."""
    first, second = place(7, 1, "a"), place(8, 5, "b")
    now = world.clock.now()
    world.arrive(FORGOTTEN)
    world.steps.once()
    case = world.store.add(second, at=now, failure=None)
    assert world.store.add(replace(first, sha256=second.sha256), at=now, failure=None) == case
    assert world.store.location(case).raw.uidvalidity == first.uidvalidity


def test_a_mail_that_comes_again_while_its_moved_case_is_taken_up_is_a_mail_of_its_own(
    world: World,
) -> None:
    """Else nobody would ever move it: the move of the old case is done."""
    world.arrive(UNCLEAR_AMOUNT)
    world.steps.once()
    old = world.only().number
    with writing(world.store._engine) as session:
        rows.row(session, old).state = State.DECIDED.value
    content = world.spool.kept[world.store.location(old).raw.sha256]
    world.mailbox.uidvalidity += 1
    world.mailbox.arrive(content)
    world.steps.fetch()
    assert len(world.records.cases()) == 2


def place(uidvalidity: int, uid: int, letter: str) -> RawMessage:
    return RawMessage(
        mailbox="INBOX",
        uidvalidity=uidvalidity,
        uid=uid,
        received_at=ARRIVED,
        size=5,
        sha256=letter * 64,
        message_id="",
    )
