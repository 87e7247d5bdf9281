"""Taking in: every UID gets one outcome, a bad one blocks nobody, and the books are compared."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import hypothesis.strategies as st
import pytest
import structlog
from hypothesis import HealthCheck, given, settings

from inbox_daemon.commands.service import mailbox_lines
from inbox_daemon.core.errors import InboxError, Permanent, Temporary
from inbox_daemon.core.states import FINAL, State
from inbox_daemon.core.values import nothing_seen
from inbox_daemon.core.verdict import Outcome
from inbox_daemon.intake import GROUP, MOST_TAKINGS
from inbox_daemon.ports import Abgleich, Place
from tests.core import cases
from tests.fakes import FakeMessage, FakeSpool, FakeView, sha256_of
from tests.worlds import ABSENT_SIGNATURE, LIMIT, ROBOT, UNCLEAR_AMOUNT, World, eml, new_world

pytest_plugins = ("tests.worlds",)


class Killed(BaseException):
    """The process ends here."""


def polled(world: World) -> str:
    """One poll; the code of its trouble, or nothing."""
    try:
        world.steps.once()
    except InboxError as error:
        return error.code
    return ""


def taken_in(world: World) -> list[str]:
    """The Message-IDs of all cases, in the order of taking in."""
    return [line.message_id for line in world.records.cases()]


def uids(world: World, state: State) -> list[int]:
    """The UIDs of the cases in this state, in the order of taking in."""
    return [case.raw.uid for case in world.store.cases(state)]


def box(world: World) -> Abgleich:
    """The last reconciliation."""
    (found,) = world.records.mailboxes()
    assert found.abgleich is not None
    return found.abgleich


@pytest.mark.parametrize(
    "trouble", [Temporary("cut", code="imap"), Permanent("broken"), ZeroDivisionError()]
)
def test_a_message_that_never_loads_goes_to_a_person_with_its_header(
    world: World, trouble: Exception
) -> None:
    world.arrive(UNCLEAR_AMOUNT, error=trouble)
    world.arrive(ROBOT)
    assert [bool(polled(world)) for _ in range(MOST_TAKINGS)] == [True] * MOST_TAKINGS
    assert world.states() == [State.NOTED]
    assert polled(world) == ""
    bad = world.records.cases()[1]
    assert (bad.state, bad.reasons) == (State.FLAGGED, ("lesung-gescheitert",))
    assert world.records.evidence(bad.number) == nothing_seen("nicht-abrufbar")
    assert bad.message_id == "<1@kreis.example>"
    assert world.mailbox.messages == {}


def test_a_message_whose_taking_in_kills_the_daemon_goes_to_a_person(world: World) -> None:
    world.arrive(cases.good_evidence(), error=Killed())
    world.arrive(UNCLEAR_AMOUNT)
    for _ in range(MOST_TAKINGS):
        with pytest.raises(Killed):
            world.steps.once()
    polled(world)
    assert world.states() == [State.FLAGGED, State.FLAGGED]
    assert taken_in(world) == ["<2@kreis.example>", "<1@kreis.example>"]


def test_where_even_the_header_kills_the_message_goes_to_a_person_without_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> bytes:
        raise Killed

    for name in ("head", "body", "bodies"):
        monkeypatch.setattr(FakeView, name, dies)
    for _ in range(2):
        world.arrive(UNCLEAR_AMOUNT)
    # Once both together, then each alone.
    for _ in range(1 + 2 * MOST_TAKINGS):
        with pytest.raises(Killed):
            world.steps.once()
    polled(world)
    # Two messages without bytes are two cases: nothing proves that they are one.
    assert world.states() == [State.FLAGGED] * 2
    assert all(line.duplicate_of is None for line in world.records.cases())


def test_a_body_that_stays_empty_goes_to_a_person(world: World) -> None:
    world.arrive(cases.good_evidence(), empty=True)
    for _ in range(MOST_TAKINGS):
        assert polled(world) == ""
        assert world.records.cases() == ()
    polled(world)
    assert world.only().state is State.FLAGGED
    assert world.records.evidence(world.only().number) == nothing_seen("nicht-abrufbar")


def test_a_trouble_of_this_machine_is_not_blamed_on_the_message(world: World) -> None:
    world.arrive(UNCLEAR_AMOUNT, error=Temporary("disk full"))
    for _ in range(3 * MOST_TAKINGS):
        assert polled(world) == "voruebergehend"
    world.mailbox.messages[1].error = None
    world.steps.once()
    assert world.only().reasons == ("betrag-unklar",)


def test_when_the_line_is_lost_the_messages_of_that_moment_are_tried_alone(world: World) -> None:
    for _ in range(3):
        world.arrive(UNCLEAR_AMOUNT)
    world.mailbox.messages[2].error = Temporary("cut", code="imap-verbindung")
    tries = []
    for _ in range(3):
        polled(world)
        left = list(world.mailbox.messages)
        tries.append(world.store.book.opened("INBOX", 7, left, at=world.clock.now()))
    assert tries == [{1: 1, 2: 1, 3: 1}, {2: 2, 3: 1}, {2: 3}]


def test_a_message_that_cuts_the_line_when_it_is_listed_goes_to_a_person_and_stops_no_other(
    world: World,
) -> None:
    for number in range(5):
        world.arrive(UNCLEAR_AMOUNT, unlistable=number == 1)
    for _ in range(3):
        polled(world)
    assert uids(world, State.FLAGGED) == [1, 3, 4, 5]
    for _ in range(MOST_TAKINGS):
        polled(world)
    last = world.records.cases()[-1]
    evidence = world.records.evidence(last.number)
    assert evidence is not None
    assert (last.state, evidence.failure) == (State.FLAGGED, "nicht-abrufbar")


def test_small_messages_are_taken_in_together_and_stay_in_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2 * GROUP + 1):
        world.arrive(UNCLEAR_AMOUNT)
    alone: list[int] = []
    body = FakeView.body

    def noted(view: FakeView, uid: int, *, limit: int) -> Iterator[bytes]:
        alone.append(uid)
        return body(view, uid, limit=limit)

    monkeypatch.setattr(FakeView, "body", noted)
    world.steps.fetch()
    assert uids(world, State.FETCHED) == [*range(1, 2 * GROUP + 2)]
    assert alone == [2 * GROUP + 1]
    world.log.catch_up()
    assert world.log.verify().why == ""


def test_where_the_disk_refuses_one_group_the_next_waits_behind_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3 * GROUP):
        world.arrive(UNCLEAR_AMOUNT)
    whole, calls = FakeSpool.put_all, iter(range(9))

    def put_all(spool: FakeSpool, contents: Sequence[bytes]) -> tuple[str, ...]:
        if next(calls) == 1:
            raise Temporary("disk full")
        return whole(spool, contents)

    monkeypatch.setattr(FakeSpool, "put_all", put_all)
    with pytest.raises(Temporary):
        world.steps.fetch()
    assert uids(world, State.FETCHED) == [*range(1, GROUP + 1)]
    left = list(world.mailbox.messages)
    tries = world.store.book.opened("INBOX", 7, left, at=world.clock.now())
    assert set(tries.values()) == {0}
    world.steps.fetch()
    assert uids(world, State.FETCHED) == [*range(1, 3 * GROUP + 1)]


def test_a_line_lost_over_one_group_costs_the_group_before_it_nothing(world: World) -> None:
    for _ in range(2 * GROUP):
        world.arrive(UNCLEAR_AMOUNT)
    world.mailbox.messages[GROUP + 1].error = Temporary("cut", code="imap-verbindung")
    with pytest.raises(Temporary):
        world.steps.fetch()
    assert uids(world, State.FETCHED) == [*range(1, GROUP + 1)]


def test_one_bad_message_in_a_group_leaves_the_others_unblamed(world: World) -> None:
    for _ in range(5):
        world.arrive(UNCLEAR_AMOUNT)
    world.mailbox.messages[3].error = Temporary("no", code="imap")
    polled(world)
    assert uids(world, State.FLAGGED) == [1, 2, 4, 5]
    book = world.steps.store.book
    assert book.opened("INBOX", 7, [3], at=world.clock.now()) == {3: 1}


def test_twins_in_a_group_are_known_as_twins(world: World) -> None:
    world.arrive(UNCLEAR_AMOUNT)
    for _ in range(2):
        world.mailbox.arrive(eml(1))
    world.steps.fetch()
    first, *others = world.records.cases()
    assert [line.duplicate_of for line in others] == [first.number] * 2


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sizes=st.lists(st.sampled_from((None, 0, 1, 700, LIMIT, LIMIT + 1)), max_size=12))
def test_whatever_sizes_the_server_names_every_message_becomes_one_case(
    empty_database: Path, sizes: list[int | None]
) -> None:
    with tempfile.TemporaryDirectory() as name, new_world(Path(name), empty_database) as world:
        for size in sizes:
            world.arrive(UNCLEAR_AMOUNT, claimed_size=size)
        world.steps.fetch()
        found = uids(world, State.FETCHED) + uids(world, State.READ)
        assert sorted(found) == [*range(1, len(sizes) + 1)]


def test_a_vanished_message_is_recorded_and_taken_in_when_it_comes_back(world: World) -> None:
    uid = world.arrive(UNCLEAR_AMOUNT, gone=True)
    world.steps.once()
    assert (world.records.cases(), world.records.history("")[0].kind) == ((), "message.gone")
    world.mailbox.messages[uid].gone = False
    world.steps.once()
    assert world.only().state is State.FLAGGED


def test_a_message_deleted_before_its_second_try_is_recorded_as_gone(world: World) -> None:
    uid = world.arrive(UNCLEAR_AMOUNT, error=Temporary("cut", code="imap"))
    polled(world)
    del world.mailbox.messages[uid]
    for _ in range(2):
        world.steps.once()
    assert [entry.kind for entry in world.records.history("")] == ["message.gone"]


def test_an_idle_poll_writes_nothing(world: World) -> None:
    world.arrive(UNCLEAR_AMOUNT)
    world.steps.once()
    with structlog.testing.capture_logs() as told:
        world.steps.once()
    assert [entry["event"] for entry in told] == []


def test_header_only_cases_are_never_taken_for_the_same_mail(world: World) -> None:
    for _ in range(2):
        world.mailbox.arrive(eml(1), claimed_size=10**9)
    world.steps.once()
    assert world.states() == [State.FLAGGED] * 2


def test_two_substitutes_of_exchange_with_the_same_bytes_are_both_for_a_person(
    world: World,
) -> None:
    seen = cases.of_mail(defects=("exchange-ersatznachricht",))
    uid = world.arrive(seen)
    world.mailbox.arrive(world.mailbox.messages[uid].content)
    world.steps.once()
    assert [line.state for line in world.records.cases()] == [State.FLAGGED] * 2
    assert world.records.cases()[1].reasons[0] == "ersatznachricht"
    assert (world.postman.sent, world.archive.filings) == ([], 0)


# --- reconciliation ---


def test_books_that_agree_are_shown_and_not_told(world: World) -> None:
    world.arrive(cases.good_evidence())
    world.steps.once()
    assert (box(world).server, box(world).known, box(world).missing, box(world).surplus) == (
        0, 0, (), 0,
    )  # fmt: skip
    assert ("Abgelegt", 1, 1) in box(world).folders
    assert world.records.history("") == ()


def test_the_comparison_is_made_once_a_day_or_when_asked(world: World) -> None:
    world.steps.once()
    first = box(world).at
    world.clock.pass_time(hours=23)
    world.steps.once()
    assert box(world).at == first
    world.clock.pass_time(hours=2)
    world.steps.once()
    assert box(world).at > first
    world.clock.pass_time(minutes=1)
    world.steps.once(abgleich=True)
    assert box(world).at == world.clock.now()


def test_a_difference_is_told_once_and_repaired_never(world: World) -> None:
    world.mailbox.answers = [Outcome.RETRY_LATER] * 9
    uid = world.arrive(UNCLEAR_AMOUNT)
    world.steps.once()
    del world.mailbox.messages[uid]
    for _ in range(2):
        world.steps.once(abgleich=True)
    assert (box(world).known, box(world).server, box(world).surplus) == (1, 0, 1)
    assert [entry.kind for entry in world.records.history("")] == ["mailbox.abgleich"]
    lines = list(mailbox_lines(world.records.mailboxes()))
    assert "nicht auf dem Server: 1" in lines[0]


def test_a_uid_that_was_given_again_is_shown_as_not_in_the_book(world: World) -> None:
    world.mailbox.answers = [Outcome.RETRY_LATER] * 9
    uid = world.arrive(UNCLEAR_AMOUNT)
    world.steps.once()
    later = world.clock.now()
    world.mailbox.messages[uid] = FakeMessage(content=eml(99), received_at=later)
    world.steps.once(abgleich=True)
    assert box(world).missing == (uid,)


def test_mail_that_came_since_the_poll_is_no_difference(world: World) -> None:
    world.arrive(UNCLEAR_AMOUNT)
    world.steps.once()
    world.arrive(UNCLEAR_AMOUNT)
    found = world.steps.intake.reconcile()
    assert (found.fresh, found.missing, found.differences) == (1, (), ())


def test_refused_logins_are_shown_until_one_succeeds(world: World) -> None:
    world.mailbox.away, world.mailbox.refusals = Permanent("no", code="imap-gesperrt"), 3
    assert polled(world) == "imap-gesperrt"
    assert len(list(mailbox_lines(world.records.mailboxes()))) == 3
    world.mailbox.away, world.mailbox.refusals = None, 0
    world.steps.once()
    assert world.records.mailboxes()[0].refusals == 0


def test_a_message_that_cannot_be_moved_stays_and_that_is_told_once(world: World) -> None:
    world.mailbox.answers = [Outcome.GIVEN_UP]
    world.arrive(UNCLEAR_AMOUNT)
    for _ in range(3):
        world.steps.once()
        world.clock.pass_time(days=2)
    assert world.told().count("message.stays") == 1
    assert (world.mailbox.tried, len(world.records.cases())) == (1, 1)


def test_a_case_of_another_server_waits_for_its_new_place(world: World) -> None:
    world.mailbox.answers = [Outcome.RETRY_LATER]
    uid = world.arrive(cases.good_evidence())
    world.steps.once()
    world.mailbox.name = "neu/amt/INBOX"  # the same UIDVALIDITY and UID by chance
    other = world.mailbox.arrive(eml(77))
    world.reader.sees[sha256_of(eml(77))] = UNCLEAR_AMOUNT
    first, second = world.mailbox.messages[uid], world.mailbox.messages[other]
    world.mailbox.messages = {uid: second, other: first}
    world.clock.pass_time(hours=2)
    world.steps.once()
    assert world.states() == [State.FILED, State.FLAGGED]
    assert sorted(world.mailbox.moves) == [(uid, "Pr\u00fcfung"), (other, "Abgelegt")]


# --- histories ---

KINDS = (cases.good_evidence(), ABSENT_SIGNATURE, UNCLEAR_AMOUNT, ROBOT)
Happening = Callable[[World, int], None]


def _deliver(world: World, number: int) -> None:
    world.arrive(KINDS[number % len(KINDS)])


def _redeliver(world: World, number: int) -> None:
    if world.reader.sees:
        world.mailbox.arrive(eml(number % len(world.reader.sees) + 1))


def _expunge(world: World, number: int) -> None:
    uids = sorted(world.mailbox.messages)
    if uids:
        del world.mailbox.messages[uids[number % len(uids)]]


def _renumber(world: World, number: int) -> None:
    box = world.mailbox
    kept, box.messages, box.last_uid = list(box.messages.values()), {}, 0
    if number % 4:
        box.uidvalidity += 1
    else:
        box.name = f"{box.name}+"  # never again the name of an earlier server
    for message in kept:
        box.last_uid += 1
        box.messages[box.last_uid] = message


def _hold_moves(world: World, number: int) -> None:
    world.mailbox.answers = [Outcome.RETRY_LATER] * (number % 5)


def _poll(world: World, _: int) -> None:
    polled(world)
    world.clock.pass_time(hours=2)


HAPPENINGS = (_deliver, _deliver, _redeliver, _expunge, _renumber, _hold_moves, _poll, _poll)


@pytest.mark.full
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    history=st.lists(
        st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 19)), min_size=4, max_size=14
    )
)
def test_whatever_happens_to_the_mailbox_nothing_is_skipped_or_done_twice(
    empty_database: Path, history: list[tuple[Happening, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder, new_world(Path(folder), empty_database) as world:
        looked_at = _lived(world, history)
        _judged(world, looked_at)


def _lived(world: World, history: list[tuple[Happening, int]]) -> set[str]:
    """The history and three quiet polls; the bytes that lay there at a poll."""
    looked_at: set[str] = set()
    for happening, number in [*history, (_poll, 0), (_hold_moves, 0), (_poll, 0), (_poll, 0)]:
        if happening is _poll:
            looked_at |= {sha256_of(m.content) for m in world.mailbox.messages.values()}
        happening(world, number)
    return looked_at


def _judged(world: World, looked_at: set[str]) -> None:
    lines = world.records.cases()
    firsts = Counter(line.sha256 for line in lines if line.duplicate_of is None)
    assert looked_at == set(firsts), "skipped, or made of nothing"
    assert set(firsts.values()) <= {1}
    assert {line.state for line in lines} <= FINAL
    assert world.mailbox.messages == {}
    filed = Counter(dict(parts)["original.eml"] for _, _, parts in world.archive.records.values())
    answered = Counter(letter.in_reply_to for letter in world.postman.sent)
    assert set(filed.values()) | set(answered.values()) <= {1}
    assert world.archive.filings == len(world.archive.records)


def test_the_ledger_keeps_the_outcome_of_a_place(world: World) -> None:
    book = world.steps.store.book
    place = Place(mailbox="INBOX", uidvalidity=7, uid=5)
    assert book.opened("INBOX", 7, [5], at=world.clock.now()) == {5: 0}
    assert [book.begin([place]) for _ in range(2)] == [(1,), (2,)]
    book.forget([place])
    book.gone(place, at=world.clock.now())
    assert book.opened("INBOX", 7, [5], at=world.clock.now()) == {5: 1}
    assert book.opened("INBOX", 8, [], at=world.clock.now()) == {}
    assert len(world.records.history("")) == 2
