"""Decisions carried out: by the machine's own store and outbox, once; or back in the queue."""

from dataclasses import replace
from decimal import Decimal

import pytest

from inbox_daemon import staff
from inbox_daemon.core.bearbeitung import ASK, CLOSE, FILE, Wish
from inbox_daemon.core.errors import Refused, Stale
from inbox_daemon.core.freigabe import PlanState
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Unreadable
from inbox_daemon.core.verdict import EffectKind
from tests.core import cases
from tests.fakes import FakeClock
from tests.web.conftest import Desk

AMOUNT = Decimal("10000.00")
RELEASE = Wish(answer=FILE, by="muster", why="Ausschnitt gelesen", amount=AMOUNT)
# The machine supposed what the clerk then confirms, so nobody else has to look.
GUESSED = cases.of_document(amount=Unreadable(why="handschrift", guess="10.000,00 EUR"))
QUESTION = cases.without_document(text="Wann ist mit einem Bescheid zu rechnen?")


@pytest.fixture(name="clock")
def _clock(desk: Desk) -> FakeClock:
    """The clock of the desk, which the test moves."""
    clock = FakeClock()
    desk.app.__dict__["clock"] = clock
    return clock


def test_a_release_is_carried_out_after_ten_minutes_and_once(desk: Desk, clock: FakeClock) -> None:
    number = desk.case(GUESSED)
    plan = staff.plan(desk.app, number, RELEASE, version=desk.version(number))

    assert plan.state is PlanState.AUSGANG
    assert staff.carry_out_due(desk.app) == 0
    assert staff.case_line(desk.app, number).state is State.FLAGGED
    clock.pass_time(minutes=10)
    assert staff.carry_out_due(desk.app) == 1
    assert staff.carry_out_due(desk.app) == 0
    assert staff.case_line(desk.app, number).state is State.DECIDED
    effects = desk.app.store.pending(at=clock.now())
    assert [e.kind for e in effects if e.case == number][-1:] == [EffectKind.FILE_RECORD]


def test_a_decision_taken_back_in_time_changes_nothing(desk: Desk, clock: FakeClock) -> None:
    number = desk.case(GUESSED)
    plan = staff.plan(desk.app, number, RELEASE)

    clock.pass_time(minutes=9)
    staff.recall(desk.app, plan.number, by="muster")
    clock.pass_time(minutes=9)

    assert staff.carry_out_due(desk.app) == 0
    assert staff.case_line(desk.app, number).state is State.FLAGGED


def test_a_release_that_was_overtaken_comes_back_with_a_sentence(
    desk: Desk, clock: FakeClock
) -> None:
    first, second = desk.case(GUESSED), desk.case(GUESSED)
    staff.plan(desk.app, first, RELEASE)
    plan = staff.plan(desk.app, second, RELEASE)
    clock.pass_time(minutes=10)

    assert staff.carry_out_due(desk.app) == 1

    told = desk.app.staffbook.plan(plan.number)
    assert told is not None
    assert told.state is PlanState.GESCHEITERT
    assert first in told.told
    assert staff.case_line(desk.app, second).state is State.FLAGGED


def test_a_high_amount_waits_for_a_second_person_who_is_named_in_the_record(
    desk: Desk, clock: FakeClock
) -> None:
    high = Unreadable(why="handschrift", guess="300.000,00")
    number = desk.case(cases.of_document(amount=high))
    wish = replace(RELEASE, amount=Decimal("300000.00"))
    plan = staff.plan(desk.app, number, wish)
    assert plan.why_second == ("betrag-hoch",)

    clock.pass_time(days=30)
    assert staff.carry_out_due(desk.app) == 0
    staff.second(desk.app, plan.number, by="zweite")
    clock.pass_time(minutes=10)
    assert staff.carry_out_due(desk.app) == 1

    judgement = desk.app.records.judgements(number)[-1]
    assert judgement.by == "muster, zweite"


def test_another_kreis_than_the_form_names_needs_a_second_person(desk: Desk) -> None:
    number = desk.case(GUESSED)

    plan = staff.plan(desk.app, number, replace(RELEASE, ags="08117"))

    assert plan.why_second == ("kreis-geaendert",)


def test_no_application_is_closed_by_one_person_alone(desk: Desk) -> None:
    application = desk.case()
    question = desk.case(QUESTION)
    close = Wish(answer=CLOSE, by="muster", why="angerufen", grund="beantwortet")

    assert staff.plan(desk.app, application, close).why_second == ("ablehnung",)
    assert staff.plan(desk.app, question, close).why_second == ()
    spam = desk.case(QUESTION)
    assert staff.plan(desk.app, spam, replace(close, grund="spam")).why_second == ("ablehnung",)


def test_what_was_read_is_never_asked_for_and_a_stranger_is_not_written_to(desk: Desk) -> None:
    number = desk.case()
    ask = Wish(answer=ASK, by="muster", why="x", questions=("unterschrift-fehlt",))
    with pytest.raises(Refused, match="contradicted"):
        staff.plan(desk.app, number, ask)
    stranger = desk.case(cases.of_mail(from_=(cases.address("x@fremd.example"),)))
    with pytest.raises(Exception, match="gehören nicht zu einem Kreis"):
        staff.plan(desk.app, stranger, ask)


def test_an_old_page_decides_nothing(desk: Desk) -> None:
    number = desk.case(GUESSED)
    seen = desk.version(number)
    desk.app.staffbook.note(number, "gesehen", by="beispiel", at=desk.app.clock.now())

    with pytest.raises(Stale):
        staff.plan(desk.app, number, RELEASE, version=seen)
