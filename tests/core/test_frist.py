"""Deadlines: the last minute counts, the first second after it does not."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inbox_daemon.core.frist import (
    BERLIN,
    end_of,
    german_instant,
    german_span,
    last_day,
    last_hour,
    late_by,
    working_day,
)
from tests.core.cases import programm

BOUND = datetime(2022, 7, 23, tzinfo=BERLIN)


def test_the_deadline_of_the_programme_is_midnight_after_the_22nd_of_july() -> None:
    assert programm().received_before == BOUND
    assert BOUND.astimezone(UTC) == datetime(2022, 7, 22, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize("before", [timedelta(microseconds=1), timedelta(days=30)])
def test_before_the_bound_is_in_time(before: timedelta) -> None:
    assert late_by(BOUND - before, received_before=BOUND) is None


@pytest.mark.parametrize("after", [timedelta(0), timedelta(microseconds=1), timedelta(days=30)])
def test_the_bound_itself_and_all_after_it_is_late(after: timedelta) -> None:
    assert late_by(BOUND + after, received_before=BOUND) == after


@given(
    seconds=st.integers(-(10**7), 10**7),
    zone=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)
def test_the_zone_in_which_an_instant_is_written_does_not_matter(
    seconds: int, zone: timezone
) -> None:
    instant = BOUND.astimezone(UTC) + timedelta(seconds=seconds)
    late = late_by(instant.astimezone(zone), received_before=BOUND)
    assert (late is None) == (seconds < 0)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2022, 7, 22, 21, 59, 59, tzinfo=UTC), "22.07.2022 um 23:59 Uhr"),
        (datetime(2022, 7, 22, 22, 0, tzinfo=UTC), "23.07.2022 um 00:00 Uhr"),
        (datetime(2022, 12, 31, 23, 0, tzinfo=UTC), "01.01.2023 um 00:00 Uhr"),
    ],
)
def test_staff_read_the_time_of_stuttgart(instant: datetime, expected: str) -> None:
    assert german_instant(instant) == expected


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        (BOUND, "22.07.2022"),
        (datetime(2022, 7, 22, 12, 0, tzinfo=BERLIN), "22.07.2022"),
        (datetime(2023, 1, 1, tzinfo=BERLIN), "31.12.2022"),
    ],
)
def test_the_last_day_is_the_day_before_an_exclusive_midnight(
    bound: datetime, expected: str
) -> None:
    assert last_day(bound) == expected


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (timedelta(0), "0 Min."),
        (timedelta(microseconds=1), "1 Min."),
        (timedelta(seconds=59), "1 Min."),
        (timedelta(seconds=61), "2 Min."),
        (timedelta(hours=1), "1 Std. 0 Min."),
        (timedelta(days=2, hours=3, minutes=4), "2 Tg. 3 Std. 4 Min."),
        (timedelta(days=1), "1 Tg. 0 Min."),
    ],
)
def test_a_span_is_written_in_days_hours_and_begun_minutes(span: timedelta, expected: str) -> None:
    assert german_span(span) == expected


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14))])))
@example(datetime(9999, 12, 31, 23, 59, tzinfo=UTC))
@example(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))))
def test_every_instant_can_be_shown(instant: datetime) -> None:
    """A server may claim any; one that cannot be shown would hide the whole queue."""
    assert german_instant(instant).endswith(" Uhr")


@pytest.mark.parametrize(
    ("bound", "expected"),
    [(BOUND, ""), (datetime(2022, 7, 22, 12, 0, tzinfo=BERLIN), "12:00")],
)
def test_only_a_period_that_ends_within_a_day_has_an_hour(bound: datetime, expected: str) -> None:
    assert last_hour(bound) == expected


def no_holidays(_day: date) -> bool:
    return False


def test_working_days_are_counted_from_the_day_after() -> None:
    friday = datetime(2022, 7, 15, 10, 0, tzinfo=BERLIN)
    found = [working_day(friday, count=n, is_holiday=no_holidays).day for n in range(7)]
    assert found == [15, 18, 19, 20, 21, 22, 25]


def test_the_day_changes_at_midnight_in_stuttgart_not_in_greenwich() -> None:
    before = datetime(2022, 7, 18, 21, 59, 59, tzinfo=UTC)
    for moment, day in ((before, 19), (before + timedelta(seconds=1), 20)):
        assert working_day(moment, count=1, is_holiday=no_holidays) == date(2022, 7, day)


def test_a_holiday_is_passed_over() -> None:
    monday = datetime(2022, 7, 18, tzinfo=BERLIN)
    found = working_day(monday, count=1, is_holiday=lambda day: day == date(2022, 7, 19))
    assert found == date(2022, 7, 20)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 1)])
def test_a_day_ends_at_midnight_also_when_the_clocks_change(day: date) -> None:
    assert end_of(day) == datetime(day.year, day.month, day.day + 1, tzinfo=BERLIN)
    assert (end_of(day) - timedelta(microseconds=1)).date() == day
