"""The clock of the host jumps, and the year has odd days: nothing waits for ever, none twice."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inbox_daemon.app import App
from inbox_daemon.config import Settings
from inbox_daemon.core.errors import Temporary
from inbox_daemon.core.frist import german_instant, last_day, late_by
from inbox_daemon.core.states import FINAL, State
from inbox_daemon.core.verdict import Budget, Outcome
from inbox_daemon.daemon import Daemon, Stop
from tests.core import cases
from tests.worlds import ABSENT_SIGNATURE, UNCLEAR_AMOUNT, World, new_world

pytestmark = pytest.mark.full

pytest_plugins = ("tests.worlds",)

# Instants in UTC, as the text that a clerk reads and the last day of a deadline that ends there.
# Spring 2022: 02:00 to 03:00 on 27 March is no hour; autumn: 02:00 to 03:00 on 30 October is two.
INSTANTS = (
    ("2022-03-27T00:59:59", "27.03.2022 um 01:59 Uhr"),
    ("2022-03-27T01:00:00", "27.03.2022 um 03:00 Uhr"),
    ("2022-03-27T01:30:00", "27.03.2022 um 03:30 Uhr"),
    ("2022-10-29T23:59:59", "30.10.2022 um 01:59 Uhr"),
    ("2022-10-30T00:30:00", "30.10.2022 um 02:30 Uhr"),
    ("2022-10-30T01:30:00", "30.10.2022 um 02:30 Uhr"),
    ("2022-10-30T02:00:00", "30.10.2022 um 03:00 Uhr"),
    ("2022-12-31T22:59:59", "31.12.2022 um 23:59 Uhr"),
    ("2022-12-31T23:00:00", "01.01.2023 um 00:00 Uhr"),
    ("2023-12-31T23:30:00", "01.01.2024 um 00:30 Uhr"),
    ("2024-02-28T22:59:59", "28.02.2024 um 23:59 Uhr"),
    ("2024-02-28T23:00:00", "29.02.2024 um 00:00 Uhr"),
    ("2024-02-29T12:00:00", "29.02.2024 um 13:00 Uhr"),
    ("2024-02-29T23:00:00", "01.03.2024 um 00:00 Uhr"),
    ("2023-02-28T23:00:00", "01.03.2023 um 00:00 Uhr"),
    ("2024-06-30T21:59:59", "30.06.2024 um 23:59 Uhr"),
)
# The end of a day in Europe/Berlin as an instant in UTC, and that day.
DAYS = (
    ("2022-03-26T23:00:00", "26.03.2022"),
    ("2022-03-27T22:00:00", "27.03.2022"),
    ("2022-10-29T22:00:00", "29.10.2022"),
    ("2022-10-30T23:00:00", "30.10.2022"),
    ("2022-12-31T23:00:00", "31.12.2022"),
    ("2024-02-28T23:00:00", "28.02.2024"),
    ("2024-02-29T23:00:00", "29.02.2024"),
    ("2022-07-22T22:00:00", "22.07.2022"),
)
HOUR, YEAR = timedelta(hours=1), timedelta(days=365)
JUMPS = (HOUR, -HOUR, YEAR, -YEAR)


def instant(text: str) -> datetime:
    """The instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("at", "words"), INSTANTS)
def test_a_clerk_reads_the_time_of_stuttgart(at: str, words: str) -> None:
    assert german_instant(instant(at)) == words


@pytest.mark.parametrize(("end", "day"), DAYS)
def test_a_deadline_ends_with_its_day_in_stuttgart(end: str, day: str) -> None:
    bound = instant(end)
    assert last_day(bound) == day
    assert late_by(bound - timedelta(microseconds=1), received_before=bound) is None
    assert late_by(bound, received_before=bound) == timedelta()


Trouble = Callable[[World], None]


def relay_is_busy(world: World) -> None:
    """A letter is refused for now and waits five minutes."""
    world.postman.answers, world.postman.early = [Outcome.RETRY_LATER], True
    world.arrive(ABSENT_SIGNATURE)


def server_cannot_move(world: World) -> None:
    """A move waits five minutes."""
    world.mailbox.answers = [Outcome.RETRY_LATER]
    world.arrive(UNCLEAR_AMOUNT)


def reader_has_no_room(world: World) -> None:
    """A mail cannot be read for now and holds up a later one."""
    world.arrive(Temporary("no room"))
    world.arrive(UNCLEAR_AMOUNT)


TROUBLES: tuple[Trouble, ...] = (relay_is_busy, server_cannot_move, reader_has_no_room)


@pytest.mark.parametrize("jump", JUMPS, ids=str)
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda t: t.__name__)
def test_a_jump_while_something_waits_is_over_within_two_hours(
    world: World, trouble: Trouble, jump: timedelta
) -> None:
    trouble(world)
    world.steps.once()
    world.clock.instant += jump
    world.reader.sees = {
        sha256: cases.good_evidence() if isinstance(seen, Temporary) else seen
        for sha256, seen in world.reader.sees.items()
    }
    for _ in range(25):
        world.steps.once()
        world.clock.pass_time(minutes=5)
    assert all(state in FINAL for state in world.states())
    assert len(world.mailbox.moves) == len(world.states())
    assert len(world.postman.sent) <= 1


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_jump_in_the_middle_of_a_poll_changes_no_end(world: World, jump: timedelta) -> None:
    kinds = (cases.good_evidence(), ABSENT_SIGNATURE, UNCLEAR_AMOUNT)
    for seen in kinds:
        world.arrive(seen)
    world.steps.fetch()
    world.clock.instant += jump
    world.steps.read()
    world.clock.instant -= jump
    world.steps.decide()
    world.clock.instant += jump
    for _ in range(25):
        world.steps.once()
        world.clock.pass_time(minutes=5)
    assert world.states()[0] is State.FILED
    assert all(state in FINAL for state in world.states())
    assert len(world.mailbox.moves) == len(kinds)


def test_a_mail_that_cannot_be_read_holds_up_later_ones_for_an_hour_of_any_clock(
    world: World,
) -> None:
    world.clock.instant += YEAR
    world.arrive(Temporary("no room"))
    world.arrive(cases.good_evidence())
    world.steps.once()
    world.clock.instant -= YEAR
    world.steps.once()
    assert world.states()[1] is State.FILED


def test_a_letter_from_a_clock_that_was_a_year_ahead_goes_to_a_person(world: World) -> None:
    """What it says may be long past or not: nobody knows how long it waited."""
    world.clock.instant += YEAR
    relay_is_busy(world)
    world.steps.once()
    world.clock.instant -= YEAR
    world.steps.once()
    assert (world.only().state, world.only().reasons) == (State.FLAGGED, ("rueckfrage-veraltet",))


@pytest.fixture(name="frugal")
def _frugal(tmp_path: Path, empty_database: Path) -> Iterator[World]:
    with new_world(tmp_path, empty_database, budget=Budget(hour=1, kreis_day=1)) as made:
        yield made


def test_letters_of_a_wrong_year_count_until_a_person_lets_letters_go(frugal: World) -> None:
    frugal.clock.instant += YEAR
    frugal.arrive(ABSENT_SIGNATURE)
    frugal.steps.once()
    frugal.clock.instant -= YEAR
    now = frugal.clock.now()
    assert frugal.records.letters(at=now).this_hour == 1
    for stopped in (True, False):
        frugal.store.turn_letters(stopped=stopped, by="muster", why="Uhr gestellt", at=now)
    assert frugal.records.letters(at=now).this_hour == 0


def test_a_record_that_came_after_the_letter_is_newer_whatever_the_clock_says(
    world: World,
) -> None:
    """Else a question would leave that was answered long ago."""
    relay_is_busy(world)
    world.steps.once()
    world.clock.instant -= 2 * HOUR
    world.arrive(cases.good_evidence())
    world.steps.once()
    assert world.states()[1] is State.FILED
    world.clock.pass_time(days=1)
    world.steps.once()
    assert world.postman.sent == []
    assert world.records.cases()[0].reasons == ("rueckfrage-ueberholt",)


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_server_and_ledger_are_compared_again_within_a_day_of_any_clock(
    world: World, jump: timedelta
) -> None:
    world.steps.once()
    world.clock.instant += jump
    world.clock.pass_time(days=1)
    world.steps.once()
    assert not world.steps.intake.is_due()


class Overdue:
    """Stands in for the scheduler: its jobs never become due, as after a clock set back."""

    def __init__(self, stop: Stop) -> None:
        self.called: list[str] = []
        self._stop = stop

    def modify_job(self, job: str, **_changes: object) -> None:
        """A job called for by hand; the second time is enough."""
        self.called.append(job)
        if len(self.called) > 1:
            self._stop._hear(15, None)


def test_a_clock_set_back_by_a_year_does_not_keep_the_daemon_from_polling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """APScheduler waits by the wall clock; the interval is watched by one that nobody sets."""
    passed = iter(range(10_000))
    monkeypatch.setattr("time.monotonic", lambda: float(next(passed)))
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    stop = Stop()
    overdue = Overdue(stop)
    daemon = Daemon(App(Settings(state_dir=tmp_path, poll_every_s=300)), stop)
    daemon._watch(overdue)
    assert overdue.called == ["poll", "poll"]
    assert 600 < next(passed) < 700
