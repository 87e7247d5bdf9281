"""What waits for a person now: the cases of a list or of the one page after another.

Promises: one way to ask, so that every page has the same order. Touches: the database (reads).
Trusts: core/vorrat.py for views and order. Limits: opens no evidence.
"""

from datetime import date
from functools import lru_cache

from inbox_daemon.app import App
from inbox_daemon.core.vorrat import Fristen, Klaerfall, day_of
from inbox_daemon.feiertage import is_holiday


def waiting(app: App) -> tuple[Klaerfall, ...]:
    """All flagged cases, in the order of arrival."""
    return app.vorratsbuch.waiting(fristen(app), today=today(app))


def fristen(app: App) -> Fristen:
    """How deadlines are counted here."""
    return _fristen(app.settings.review.target_days)


def today(app: App) -> date:
    """The day by the calendar of Stuttgart."""
    return day_of(app.clock.now())


@lru_cache(maxsize=4)
def _fristen(tage: int) -> Fristen:
    """Kept, for it remembers each day of the calendar that was asked for."""
    return Fristen(is_holiday, tage=tage)
