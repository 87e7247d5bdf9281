"""The overview as values: every case in one age group, every Kreis in one row, sums of frames."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from inbox_daemon.core.kacheln import Stand
from inbox_daemon.core.uebersicht import (
    Abgelegt,
    Altersgruppe,
    altersgruppen,
    kreisstaende,
    mittel,
)
from inbox_daemon.core.vorrat import Fristen
from inbox_daemon.feiertage import is_holiday
from tests.core import cases

MONDAY = date(2026, 11, 23)
FRISTEN = Fristen(is_holiday, tage=5)
ONE, OTHER = "08117", "08116"


def _counts(*days: date, today: date = MONDAY) -> dict[str, int]:
    groups = altersgruppen(days, today=today, fristen=FRISTEN)
    return {group.key: group.count for group in groups}


def _holds(group: Altersgruppe, day: date) -> bool:
    """As the filter of the list does it."""
    return (group.von is None or group.von <= day) and (group.bis is None or day <= group.bis)


def test_a_weekend_makes_no_case_older_than_one_working_day() -> None:
    friday, saturday = MONDAY - timedelta(days=3), MONDAY - timedelta(days=2)

    assert _counts(MONDAY, friday, saturday) == {"heute": 1, "1-2": 2, "3-5": 0, "aelter": 0}


def test_a_week_of_working_days_is_three_to_five_and_more_is_older() -> None:
    week, more = MONDAY - timedelta(days=7), MONDAY - timedelta(days=10)

    assert _counts(week, more) == {"heute": 0, "1-2": 0, "3-5": 1, "aelter": 1}


def test_what_a_wrong_clock_dated_ahead_is_of_today() -> None:
    assert _counts(MONDAY + timedelta(days=900))["heute"] == 1


ARRIVED = st.lists(st.dates(date(2020, 1, 1), date(2030, 12, 31)), max_size=30)


@given(ARRIVED, st.dates(date(2021, 1, 1), date(2030, 12, 31)))
def test_the_days_of_each_group_find_exactly_its_cases(days: list[date], today: date) -> None:
    groups = altersgruppen(days, today=today, fristen=FRISTEN)

    assert sum(group.count for group in groups) == len(days)
    for group in groups:
        assert group.count == sum(_holds(group, day) for day in days)


def test_what_needs_a_person_is_shown_before_what_is_filed() -> None:
    rows = kreisstaende(
        cases.rules(),
        cases.programm(),
        pruefung={ONE: 2},
        gefragt={OTHER: ("A-1", "A-2")},
        abgelegt=[Abgelegt(fall="A-3", ags=ONE, betrag=Decimal(10))],
    )
    found = {row.kreis.ags: row for row in rows}

    assert len(rows) == 44
    assert (found[ONE].stand, found[ONE].count) == (Stand.PRUEFUNG, 2)
    assert (found[OTHER].stand, found[OTHER].gefragt) == (Stand.RUECKFRAGE, "A-2")
    assert found["08111"].stand is Stand.KEINER


def test_the_money_is_summed_to_the_cent_and_an_overdrawn_frame_is_counted() -> None:
    frame = cases.programm().rahmen_of(ONE)
    assert frame is not None
    records = [
        Abgelegt(fall="A-1", ags=ONE, betrag=frame + Decimal("0.01")),
        Abgelegt(fall="A-2", ags=OTHER, betrag=Decimal("0.10")),
    ]
    rows = kreisstaende(cases.rules(), cases.programm(), pruefung={}, gefragt={}, abgelegt=records)
    sums = mittel(rows)

    assert sums.gesamt == Decimal(8_000_000)
    assert sums.abgelegt == frame + Decimal("0.11")
    assert sums.rest == sums.gesamt - sums.abgelegt
    assert (sums.used, sums.over, sums.frames) == (2, 1, 44)


def test_a_programme_without_money_divides_by_nothing() -> None:
    poor = replace(cases.programm(), rahmen=())
    sums = mittel(kreisstaende(cases.rules(), poor, pruefung={}, gefragt={}, abgelegt=()))

    assert (sums.percent, sums.frames, sums.over) == (Decimal(0), 0, 0)
