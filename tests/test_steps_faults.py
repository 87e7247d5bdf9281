"""What goes wrong in the flow: none is lost, none goes out twice, none stops another."""

from dataclasses import replace
from typing import Any

import pytest

from inbox_daemon.core import decide as deciding
from inbox_daemon.core.errors import Defect, Permanent, Temporary
from inbox_daemon.core.states import State
from inbox_daemon.core.values import AttachmentKind, Evidence, nothing_seen
from inbox_daemon.core.verdict import Outcome, Verdict
from inbox_daemon.steps import MOST_TRIES
from tests.core import cases
from tests.worlds import ABSENT_SIGNATURE, FORGOTTEN, ROBOT, UNCLEAR_AMOUNT, World

pytestmark = pytest.mark.full

pytest_plugins = ("tests.worlds",)


class Killed(BaseException):
    """The whole daemon dies here."""


def test_a_message_that_kills_the_daemon_three_times_is_not_opened_again(world: World) -> None:
    world.arrive(Killed())
    for _ in range(3):
        with pytest.raises(Killed):
            world.steps.once()
    assert world.states() == [State.FETCHED]
    world.steps.once()
    assert len(world.reader.read_shas) == 3
    assert world.only().state is State.FLAGGED
    assert world.only().reasons == ("lesung-gescheitert",)
    evidence = world.records.evidence(world.only().number)
    assert evidence == nothing_seen("dreimal-abgebrochen")


def test_a_reader_that_lacks_something_for_now_is_asked_again(world: World) -> None:
    world.arrive(Temporary("disk full"))
    world.steps.once()
    assert world.states() == [State.FETCHED]
    world.reader.sees = dict.fromkeys(world.reader.sees, cases.good_evidence())
    world.steps.once()
    assert world.states() == [State.FILED]


def test_an_earlier_mail_that_is_not_read_yet_holds_later_ones_up(world: World) -> None:
    """The order of receipt decides which application of a Kreis is the first."""
    world.arrive(Temporary("no room"))
    world.arrive(cases.good_evidence())
    world.steps.once()
    assert world.states() == [State.FETCHED, State.READ]


def test_a_mail_that_can_never_be_read_does_not_hold_later_ones_up_for_days(world: World) -> None:
    world.arrive(Temporary("no room"))
    world.arrive(cases.good_evidence())
    for _ in range(14):
        world.steps.once()
        world.clock.pass_time(hours=12)
    assert world.states()[1] is State.FILED


def test_a_disk_that_was_full_for_an_hour_condemns_no_mail(world: World) -> None:
    world.arrive(Temporary("disk full"))
    for _ in range(12):
        world.steps.once()
    world.reader.sees = dict.fromkeys(world.reader.sees, cases.good_evidence())
    world.steps.once()
    assert world.states() == [State.FILED]


@pytest.mark.parametrize(
    ("error", "reason"),
    [(ZeroDivisionError(), "defekt"), (Permanent("no"), "dauerhaft"), (Defect("x"), "defekt")],
)
def test_a_reader_that_breaks_flags_its_message_and_no_other(
    world: World, error: Exception, reason: str
) -> None:
    world.arrive(error)
    world.arrive(cases.good_evidence())
    world.steps.once()
    assert world.states() == [State.FLAGGED, State.FILED]
    assert world.records.cases()[0].reasons == (reason,)


def test_a_check_that_crashes_flags_the_case(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_facts: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(deciding, "CHECKS", (("betrag", crash),))
    world.arrive(cases.good_evidence())
    world.steps.once()
    assert world.only().reasons == ("pruefung-gescheitert",)


def test_a_letter_that_cannot_be_written_flags_its_case_and_no_other(world: World) -> None:
    world.letters.error = ValueError("no template")
    world.arrive(ABSENT_SIGNATURE)
    world.arrive(cases.good_evidence())
    world.steps.once()
    assert world.states() == [State.FLAGGED, State.FILED]
    assert world.records.cases()[0].reasons == ("defekt",)
    assert world.postman.sent == []


def test_a_letter_of_unknown_fate_is_flagged_and_never_sent_again(world: World) -> None:
    world.postman.answers = [Outcome.UNKNOWN]
    world.arrive(ABSENT_SIGNATURE)
    for _ in range(3):
        world.steps.once()
        world.clock.pass_time(days=1)
    assert len(world.postman.sent) == 1
    assert (world.only().state, world.only().reasons) == (State.FLAGGED, ("versand-unklar",))


@pytest.mark.parametrize("death", [Killed(), Temporary("line cut"), OSError("line cut")])
def test_a_daemon_that_dies_after_the_first_byte_never_sends_again(
    world: World, death: BaseException
) -> None:
    world.postman.answers = [death]
    world.arrive(ABSENT_SIGNATURE)
    if isinstance(death, Killed):
        with pytest.raises(Killed):
            world.steps.once()
    else:
        world.steps.once()
    assert "letter.attempted" in world.told()
    world.clock.pass_time(days=1)
    world.steps.once()
    assert world.postman.sent == []
    assert world.only().state is State.FLAGGED


@pytest.mark.parametrize("early", [True, False])
def test_a_letter_refused_for_now_waits_and_is_sent_once_later(world: World, early: bool) -> None:  # noqa: FBT001
    world.postman.answers, world.postman.early = [Outcome.RETRY_LATER], early
    world.arrive(ABSENT_SIGNATURE)
    world.steps.once()
    assert world.states() == [State.DECIDED]
    world.steps.once()
    assert (world.states(), world.postman.sent) == ([State.DECIDED], [])
    world.clock.pass_time(minutes=6)
    world.steps.once()
    assert (world.states(), len(world.postman.sent)) == ([State.QUERIED], 1)


def test_a_letter_that_is_refused_for_good_is_left_to_a_person(world: World) -> None:
    world.postman.answers = [Outcome.GIVEN_UP]
    world.arrive(ABSENT_SIGNATURE)
    world.steps.once()
    assert (world.only().state, world.only().reasons) == (State.FLAGGED, ("versand-gescheitert",))


def test_a_letter_refused_for_days_is_left_to_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox_daemon.steps.MOST_TRIES", 2)
    world.postman.answers, world.postman.early = [Outcome.RETRY_LATER] * 9, True
    world.arrive(ABSENT_SIGNATURE)
    for _ in range(5):
        world.steps.once()
        world.clock.pass_time(hours=2)
    assert (world.only().state, world.only().reasons) == (State.FLAGGED, ("versand-gescheitert",))
    assert len(world.postman.answers) == 6
    assert MOST_TRIES > 100


@pytest.mark.parametrize("answer", [Outcome.RETRY_LATER, Temporary("away"), Permanent("no MOVE")])
def test_a_move_is_tried_again_until_it_is_done(world: World, answer: Outcome | Exception) -> None:
    world.mailbox.answers = [answer]
    uid = world.arrive(UNCLEAR_AMOUNT)
    world.steps.once()
    assert (world.states(), world.mailbox.moves) == ([State.FLAGGED], [])
    world.clock.pass_time(hours=2)
    world.steps.once()
    assert (world.states(), world.mailbox.moves) == ([State.FLAGGED], [(uid, "Pr\u00fcfung")])


def test_a_move_that_never_succeeds_is_given_up_and_the_case_keeps_its_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox_daemon.steps.MOST_TRIES", 1)
    world.mailbox.answers = [Outcome.RETRY_LATER] * 9
    world.arrive(cases.good_evidence())
    for _ in range(5):
        world.steps.once()
        world.clock.pass_time(hours=2)
    assert world.states() == [State.FILED]
    assert world.mailbox.tried == 2
    assert world.records.counts()["waiting"] == 0


@pytest.mark.parametrize("seen", [cases.good_evidence(), UNCLEAR_AMOUNT])
def test_a_move_that_breaks_stops_no_other_message(world: World, seen: Evidence) -> None:
    world.mailbox.answers = [ZeroDivisionError()]
    world.arrive(seen)
    world.arrive(ROBOT)
    world.steps.once()
    assert len(world.mailbox.moves) == 1


def test_a_record_that_cannot_be_written_now_is_written_later(world: World) -> None:
    world.archive.errors = [Temporary("disk full")]
    world.arrive(cases.good_evidence())
    world.arrive(UNCLEAR_AMOUNT)
    replaced = replace(world.steps)
    replaced.once()
    assert world.states()[1] is State.FLAGGED
    replaced.once()
    assert (world.states()[0], world.archive.filings) == (State.FILED, 1)


def test_a_record_that_cannot_be_written_at_all_is_flagged(world: World) -> None:
    world.archive.errors = [Defect("another record lies there", code="ablage")]
    world.arrive(cases.good_evidence())
    world.arrive(UNCLEAR_AMOUNT)
    world.steps.once()
    assert world.states() == [State.FLAGGED, State.FLAGGED]
    assert world.records.cases()[0].reasons == ("ablage",)


def test_a_case_that_was_flagged_for_a_defect_is_not_filed_behind_the_back(world: World) -> None:
    world.archive.errors = [Defect("another record lies there", code="ablage")]
    world.arrive(cases.good_evidence())
    for _ in range(3):
        world.steps.once()
        world.clock.pass_time(hours=2)
    assert world.archive.filings == 0
    assert world.states() == [State.FLAGGED]


def test_a_server_out_of_reach_stops_no_work_that_is_already_here(world: World) -> None:
    world.arrive(cases.good_evidence())
    world.steps.fetch()
    world.mailbox.away = Temporary("no route")
    with pytest.raises(Temporary, match="no route"):
        world.steps.once()
    assert world.states() == [State.FILED]


def test_a_line_cut_in_the_middle_of_a_body_loses_nothing(world: World) -> None:
    world.arrive(cases.good_evidence())
    uid = world.arrive(UNCLEAR_AMOUNT, error=Temporary("line cut", code="imap-verbindung"))
    for _ in range(2):  # together with the other, then alone
        with pytest.raises(Temporary):
            world.steps.once()
    assert world.states() == [State.FILED]
    world.mailbox.messages[uid].error = None
    world.steps.once()
    assert world.states() == [State.FILED, State.FLAGGED]


def test_a_message_that_the_server_cannot_give_stops_no_other(world: World) -> None:
    world.arrive(cases.good_evidence(), error=Permanent("broken on the server"))
    world.arrive(UNCLEAR_AMOUNT)
    with pytest.raises(Permanent):
        world.steps.once()
    assert world.states() == [State.FLAGGED]


@pytest.mark.parametrize("steps_before", range(8))
def test_a_daemon_told_to_stop_at_any_moment_takes_up_where_it_was(
    world: World, steps_before: int
) -> None:
    for seen in (cases.good_evidence(), FORGOTTEN, UNCLEAR_AMOUNT):
        world.arrive(seen)
    asked = iter(range(1000))
    impatient = replace(world.steps, stopping=lambda: next(asked) >= steps_before)
    impatient.once()
    for _ in range(2):
        world.steps.once()
    assert world.states() == [State.FILED, State.QUERIED, State.FLAGGED]
    assert (world.archive.filings, len(world.postman.sent)) == (1, 1)
    assert len(world.mailbox.moves) == 3


def test_a_flood_of_all_kinds_comes_to_one_end_each(world: World) -> None:
    kinds: tuple[Evidence | BaseException, ...] = (
        ABSENT_SIGNATURE,
        UNCLEAR_AMOUNT,
        ROBOT,
        ZeroDivisionError(),
        nothing_seen("zeit"),
        cases.without_document(AttachmentKind.ARCHIVE),
    )
    for number in range(18):
        world.arrive(kinds[number % len(kinds)])
    world.steps.once()
    ends = world.states()
    assert len(ends) == len(world.mailbox.moves) == 18
    assert ends.count(State.NOTED) == 3
    assert set(ends) == {State.QUERIED, State.FLAGGED, State.NOTED}


def test_nobody_is_decided_before_one_that_cannot_be_decided_for_the_moment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        world.arrive(cases.good_evidence())
    save, failures = world.store.save_verdict, [Temporary("locked", code="datenbank")]

    def busy(case: str, **known: Any) -> Verdict:
        if failures:
            raise failures.pop()
        return save(case, **known)

    monkeypatch.setattr(world.store, "save_verdict", busy)
    world.steps.once()
    assert world.states() == [State.READ, State.READ]
    world.steps.once()
    assert world.states() == [State.FILED, State.FLAGGED]
