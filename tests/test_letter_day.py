"""The day that a letter names is that of its decision, however long it waits and whoever dies."""

from dataclasses import replace
from datetime import datetime

import pytest

from inbox_daemon.core.frist import BERLIN
from inbox_daemon.core.states import State
from inbox_daemon.core.verdict import Outcome
from inbox_daemon.letters import Letters
from inbox_daemon.points import Point
from tests.worlds import ABSENT_SIGNATURE, World

pytest_plugins = ("tests.worlds",)
# A Friday night in Stuttgart; in Greenwich it is not midnight yet.
FRIDAY_NIGHT = datetime(2022, 7, 15, 23, 50, tzinfo=BERLIN)


@pytest.fixture(name="office")
def _office(world: World) -> World:
    """A world whose letters are the real ones."""
    world.clock.instant = FRIDAY_NIGHT
    world.steps = replace(world.steps, letters=Letters(world.clock))
    world.arrive(ABSENT_SIGNATURE)
    return world


def test_a_letter_that_waits_over_the_weekend_leaves_as_it_was_decided(office: World) -> None:
    office.postman.early = True
    office.postman.answers = [Outcome.RETRY_LATER]
    office.steps.once()
    assert office.only().state is State.DECIDED
    office.clock.pass_time(hours=60)
    office.steps.once()
    assert office.only().state is State.QUERIED
    (letter,) = office.postman.sent
    assert "Datum:                 15.07.2022\n" in letter.body
    assert "bis Dienstag, 26.07.2022, " in " ".join(letter.body.split())


def test_a_letter_whose_decision_was_not_committed_is_decided_and_dated_anew(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(point: Point) -> None:
        if point is Point.DECIDED:
            raise KeyboardInterrupt

    monkeypatch.setattr("inbox_daemon.steps.reached", die)
    with pytest.raises(KeyboardInterrupt):
        office.steps.once()
    monkeypatch.undo()
    assert office.only().state is State.READ
    office.clock.pass_time(minutes=20)
    office.steps.once()
    (letter,) = office.postman.sent
    assert "Datum:                 16.07.2022\n" in letter.body
    assert "bis Dienstag, 26.07.2022, " in " ".join(letter.body.split())
