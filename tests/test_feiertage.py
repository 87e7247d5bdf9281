"""The day until which a letter asks for an answer: offices work on it, and it is far enough."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inbox_daemon.core.frist import BERLIN, working_day
from inbox_daemon.edges.letterbook import LONGEST_WAIT
from inbox_daemon.feiertage import is_holiday
from inbox_daemon.ruleset import LEAST_NACHFRIST

MOMENTS = st.datetimes(
    min_value=datetime(2017, 1, 1),  # noqa: DTZ001  the zone comes with `timezones`
    max_value=datetime(2099, 12, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
# Nights in which the clocks change, and the last minute of a year.
TURNS = (
    datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC),
    datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 28, 23, 30, tzinfo=BERLIN),
)


def after(moment: datetime, count: int) -> date:
    return working_day(moment, count=count, is_holiday=is_holiday)


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and not is_holiday(day)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "Neujahr"),
        (date(2026, 1, 6), "Heilige Drei Könige"),
        (date(2026, 4, 3), "Karfreitag"),
        (date(2026, 4, 6), "Ostermontag"),
        (date(2026, 5, 1), "Tag der Arbeit"),
        (date(2026, 5, 14), "Christi Himmelfahrt"),
        (date(2026, 5, 25), "Pfingstmontag"),
        (date(2026, 6, 4), "Fronleichnam"),
        (date(2026, 10, 3), "Tag der Deutschen Einheit"),
        (date(2026, 11, 1), "Allerheiligen"),
        (date(2026, 12, 25), "1. Weihnachtstag"),
        (date(2026, 12, 26), "2. Weihnachtstag"),
        (date(2026, 12, 24), "Heiligabend, kein Feiertag"),
        (date(2026, 12, 31), "Silvester, kein Feiertag"),
    ],
)
def test_offices_are_closed_on_the_holidays_of_the_land(day: date, name: str) -> None:
    assert is_holiday(day), name


@pytest.mark.parametrize(
    ("day", "whose"),
    [
        (date(2026, 8, 15), "Bavaria"),
        (date(2026, 10, 31), "the north"),
        (date(2026, 11, 18), "Saxony"),
        (date(2026, 3, 9), "Berlin"),
    ],
)
def test_the_holidays_of_other_laender_are_working_days(day: date, whose: str) -> None:
    assert not is_holiday(day), whose


def test_a_year_has_the_twelve_holidays_of_the_land_and_two_days_of_rest() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert sum(map(is_holiday, days)) == 12 + 2


@pytest.mark.parametrize(
    ("moment", "count", "expected"),
    [
        # A Monday morning; a Friday evening; the night to Saturday; a Saturday and a Sunday.
        (datetime(2026, 11, 9, 8, 0, tzinfo=BERLIN), 7, date(2026, 11, 18)),
        (datetime(2026, 11, 13, 19, 0, tzinfo=BERLIN), 7, date(2026, 11, 24)),
        (datetime(2026, 11, 14, 0, 30, tzinfo=BERLIN), 7, date(2026, 11, 24)),
        (datetime(2026, 11, 15, 23, 59, tzinfo=BERLIN), 7, date(2026, 11, 24)),
        (datetime(2026, 11, 16, 0, 0, tzinfo=BERLIN), 7, date(2026, 11, 25)),
        # Before Christmas: the 24th, 25th, 26th, 31st, New Year and Epiphany do not count.
        (datetime(2026, 12, 18, 12, 0, tzinfo=BERLIN), 7, date(2027, 1, 4)),
        (datetime(2026, 12, 23, 12, 0, tzinfo=BERLIN), 5, date(2027, 1, 5)),
        (datetime(2026, 12, 23, 12, 0, tzinfo=BERLIN), 6, date(2027, 1, 7)),
        # Easter, and the week of Ascension and Whitsun.
        (datetime(2026, 4, 2, 12, 0, tzinfo=BERLIN), 1, date(2026, 4, 7)),
        (datetime(2026, 5, 13, 12, 0, tzinfo=BERLIN), 7, date(2026, 5, 26)),
        # The nights in which the clocks change.
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), 1, date(2026, 3, 30)),
        (datetime(2026, 10, 25, 1, 0, tzinfo=UTC), 1, date(2026, 10, 26)),
        # Late in the evening of Greenwich it is the next day here, in summer earlier.
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), 1, date(2026, 7, 3)),
        (datetime(2026, 11, 9, 22, 30, tzinfo=UTC), 1, date(2026, 11, 10)),
    ],
)
def test_the_days_that_a_clerk_would_count(moment: datetime, count: int, expected: date) -> None:
    assert after(moment, count) == expected


@settings(deadline=None)
@given(moment=MOMENTS, count=st.integers(1, 60))
def test_it_is_never_a_weekend_or_holiday_and_exactly_so_many_working_days_away(
    moment: datetime, count: int
) -> None:
    found, start = after(moment, count), moment.astimezone(BERLIN).date()
    assert is_working_day(found)
    between = [start + timedelta(days=n) for n in range(1, (found - start).days + 1)]
    assert sum(map(is_working_day, between)) == count


@settings(deadline=None)
@given(moment=MOMENTS)
@example(TURNS[0])
@example(TURNS[1])
@example(TURNS[2])
@example(TURNS[3])
def test_a_letter_that_waited_as_long_as_it_may_names_a_day_that_is_still_to_come(
    moment: datetime,
) -> None:
    leaves = (moment + LONGEST_WAIT).astimezone(BERLIN).date()
    assert after(moment, LEAST_NACHFRIST) > leaves


def test_beyond_the_tables_of_the_library_weekends_are_still_none() -> None:
    assert after(datetime(2150, 1, 2, tzinfo=UTC), 1).weekday() < 5
