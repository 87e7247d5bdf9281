"""What goes wrong behind something else that went wrong; no case may stop the poll."""

import pytest
from sqlmodel import select

from inbox_daemon.core.decide import decide
from inbox_daemon.core.errors import Defect, Temporary
from inbox_daemon.core.record import Author
from inbox_daemon.core.states import State
from inbox_daemon.core.verdict import Known, Outcome
from inbox_daemon.edges.database import reading
from inbox_daemon.edges.tables import RecordRow
from inbox_daemon.steps import decision_for
from tests.core import cases
from tests.worlds import FORGOTTEN, World

pytest_plugins = ("tests.worlds",)


def file_by_staff(world: World, case: str, *, replaces: str | None = None) -> None:
    """A clerk files the application of this case, perhaps in place of another one."""
    evidence, author = world.store.evidence(case), Author(by="eva.weber", why="neu eingereicht")
    rules, found = cases.rules(), world.store.location(case)
    verdict = decide(evidence, known=Known(), rules=rules, received_at=found.raw.received_at)
    decision = decision_for(
        found, verdict, evidence, rules=rules, letters=world.letters, author=author
    )
    world.store.decide_by_staff(
        case, decision, rules=rules, at=world.clock.now(), author=author, replaces=replaces
    )


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
