"""Deadlines in Europe/Berlin, from instants that are given.

Promises: a message is in time when the receiving server took it before the end of the last day.
Touches: nothing. Trusts: aware instants. Limits: whether a late application is void is a
person's finding (LVwVfG 24(3), 31, 32); here stands only how late it was.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
SATURDAY = 5


def late_by(received_at: datetime, *, received_before: datetime) -> timedelta | None:
    """How late a message is, or None when it is in time. The bound itself is late."""
    delay = received_at - received_before
    return delay if delay >= timedelta(0) else None


def german_instant(instant: datetime) -> str:
    """The instant as staff read it: 22.07.2022 um 23:59 Uhr, local time of Stuttgart.

    Total: one at the end of all years, which only a broken server gives, is shown as it came.
    """
    try:
        local = instant.astimezone(BERLIN)
    except OverflowError:
        local = instant
    return local.strftime("%d.%m.%Y um %H:%M Uhr")


def last_day(received_before: datetime) -> str:
    """The last day on which a message is in time, as dd.mm.yyyy."""
    return (received_before.astimezone(BERLIN) - timedelta(microseconds=1)).strftime("%d.%m.%Y")


def last_hour(received_before: datetime) -> str:
    """The time of day at which the period ends, as hh:mm; empty where that is midnight."""
    local = received_before.astimezone(BERLIN)
    return local.strftime("%H:%M") if local.time() != time.min else ""


def end_of(day: date) -> datetime:
    """The first instant after this day, in Stuttgart."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=BERLIN)


def working_day(after: datetime, *, count: int, is_holiday: Callable[[date], bool]) -> date:
    """The `count`-th day, Monday to Friday and no holiday, after the day of this moment.

    That day itself, by the calendar of Stuttgart, does not count (BGB 187(1)).
    """
    day = after.astimezone(BERLIN).date()
    left = count
    while left > 0:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY and not is_holiday(day)
    return day


def german_span(span: timedelta) -> str:
    """A span in days, hours and minutes; less than a minute counts as one begun."""
    minutes = max(1, -(-int(span.total_seconds()) // 60)) if span.total_seconds() else 0
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [f"{days} Tg." if days else "", f"{hours} Std." if hours else "", f"{left} Min."]
    return " ".join(part for part in parts if part)
