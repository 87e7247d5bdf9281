"""On which days offices in Baden-Württemberg are closed, besides every weekend.

Promises: the public holidays of the Land, and the two half days on which offices rest.
Touches: nothing; the tables come with the package `holidays` and need no network.
Trusts: holidays. Limits: its tables end with the year 2100; local feasts are none.
"""

from datetime import date

import holidays

_LAND = holidays.country_holidays("DE", subdiv="BW")
# No public holidays, but nobody is there who could sign: a period that ends then helps no Kreis.
_RESTING = frozenset({(12, 24), (12, 31)})


def is_holiday(day: date) -> bool:
    """Whether offices of Baden-Württemberg are closed on this day, be it a weekday or not."""
    return day in _LAND or (day.month, day.day) in _RESTING
