"""Reading several mails at once: whom a death blames, and what is left when the store breaks."""

import threading
from collections.abc import Callable

import pytest

from inbox_daemon.core.errors import Damaged, Temporary
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence, nothing_seen
from tests.worlds import FORGOTTEN, UNCLEAR_AMOUNT, World

pytest_plugins = ("tests.worlds",)


class Killed(BaseException):
    """The whole daemon dies here, with all that it was reading."""


def test_a_mail_that_kills_the_daemon_takes_no_neighbour_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.arrive(Killed())
    world.arrive(UNCLEAR_AMOUNT)
    world.steps.fetch()
    for case in world.store.cases(State.FETCHED):  # both were at work when it died first
        world.store.begin_reading(case.number, at=world.clock.now())
    seen: list[tuple[str, ...]] = []
    _watch(world, monkeypatch, seen.append)
    for _ in range(3):
        try:
            world.steps.once()
        except Killed:
            continue
    assert all(len(together) == 1 for together in seen)
    assert [line.reasons for line in world.records.cases()] == [
        ("lesung-gescheitert",),
        ("betrag-unklar",),
    ]


def _watch(
    world: World, monkeypatch: pytest.MonkeyPatch, tell: Callable[[tuple[str, ...]], None]
) -> None:
    """Tells at each reading which mails are being read; a death leaves the others unkept."""
    at_work: set[str] = set()
    read = world.reader.read

    def watched(sha256: str, *, rules: Ruleset) -> Evidence:
        at_work.add(sha256)
        tell(tuple(at_work))
        try:
            return read(sha256, rules=rules)
        finally:
            at_work.remove(sha256)

    monkeypatch.setattr(world.reader, "read", watched)


def test_a_database_that_proves_damaged_while_many_are_read_is_written_to_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(20):
        world.arrive(FORGOTTEN)
    world.steps.fetch()
    never, read = threading.Event(), world.reader.read

    def slow(sha256: str, *, rules: Ruleset) -> Evidence:
        never.wait(0.2)  # as long as a reading may take, so that the pool cannot outrun us
        return read(sha256, rules=rules)

    def damaged(*_: object, **__: object) -> None:
        raise Damaged("malformed")

    monkeypatch.setattr(world.reader, "read", slow)
    with monkeypatch.context() as broken:
        broken.setattr(world.store, "save_evidence", damaged)
        with pytest.raises(Damaged):
            world.steps.once()
    assert len(world.reader.read_shas) < 10
    # What was read and could not be kept blames no mail.
    assert {case.attempts for case in world.store.cases(State.FETCHED)} == {0}


def test_one_moment_of_trouble_after_a_long_stop_condemns_no_mail(world: World) -> None:
    for _ in range(3):
        world.arrive(Temporary("locked for a moment", code="datenbank"))
    world.steps.fetch()
    world.clock.pass_time(hours=60)  # a weekend without the daemon
    world.steps.once()
    assert world.states() == [State.FETCHED] * 3
    world.reader.sees = dict.fromkeys(world.reader.sees, FORGOTTEN)
    world.steps.once()
    assert State.FETCHED not in world.states()
    assert world.steps.troubles == {}


def test_a_trouble_of_a_whole_day_goes_to_a_person(world: World) -> None:
    world.arrive(Temporary("no child can be started"))
    world.steps.once()
    world.clock.pass_time(hours=23)
    world.steps.once()
    assert world.states() == [State.FETCHED]
    world.clock.pass_time(hours=1)
    world.steps.once()
    evidence = world.records.evidence(world.only().number)
    assert evidence == nothing_seen("lese-nicht-moeglich")
    assert world.states() == [State.FLAGGED]
