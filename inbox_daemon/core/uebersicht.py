"""The overview as values: how old open cases are, how each Kreis stands, what was filed.

Promises: every open case is in one age group, every Kreis of the rules in one row; the days of a
group are the filter that finds the same cases again. Touches: nothing.
Trusts: its caller for the counts; the rules for the planning frames.
Limits: counts cases and euro, never what a person has done.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from inbox_daemon.core.kacheln import KACHELN, Kachel, Stand, stand_of
from inbox_daemon.core.programm import Foerderprogramm, Kreis, Ruleset
from inbox_daemon.core.vorrat import Fristen

# Up to how many working days each group goes; what is older is the last one.
_AGES: Final = (("heute", 0), ("1-2", 2), ("3-5", 5))
OLDEST: Final = "aelter"
# No row of holidays is so long that a group would begin earlier.
_FAR: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Altersgruppe:
    """Open cases by working days since receipt. `von` and `bis` are days, both included."""

    key: str
    count: int
    von: date | None
    bis: date | None


def altersgruppen(
    days: Iterable[date], *, today: date, fristen: Fristen
) -> tuple[Altersgruppe, ...]:
    """The groups, youngest first. `days` are those of receipt by the calendar of Stuttgart.

    A day that is still to come (a clock was wrong) counts as today.
    """
    begins = tuple(_earliest(today, most, fristen) for _, most in _AGES)
    found = [0] * (len(_AGES) + 1)
    for day in days:
        found[next((n for n, begin in enumerate(begins) if day >= begin), len(begins))] += 1
    ends = (None, *(begin - timedelta(days=1) for begin in begins))
    keys = (*(key for key, _ in _AGES), OLDEST)
    return tuple(
        Altersgruppe(key=key, count=count, von=von, bis=bis)
        for key, count, von, bis in zip(keys, found, (*begins, None), ends, strict=True)
    )


def _earliest(today: date, most: int, fristen: Fristen) -> date:
    """The earliest day of receipt that is at most so many working days old."""
    day = today
    for _ in range(_FAR):
        before = day - timedelta(days=1)
        if -fristen.left(before, today) > most:
            break
        day = before
    return day


@dataclass(frozen=True, slots=True, kw_only=True)
class Abgelegt:
    """A valid record: its case and its amount in euro."""

    fall: str
    ags: str
    betrag: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Kreisstand:
    """A Kreis in a programme. `count` is of `stand`; amounts are euro, None where there is none.

    `gefragt` is the newest case with an open question to this Kreis.
    """

    kreis: Kreis
    kachel: Kachel
    stand: Stand
    count: int
    pruefung: int
    rueckfrage: int
    rahmen: Decimal | None
    antrag: Abgelegt | None = None
    gefragt: str = ""

    @property
    def is_over(self) -> bool:
        """Whether more was filed than the planning frame has."""
        if self.antrag is None or self.rahmen is None:
            return False
        return self.antrag.betrag > self.rahmen


def kreisstaende(
    rules: Ruleset,
    programm: Foerderprogramm,
    *,
    pruefung: Mapping[str, int],
    gefragt: Mapping[str, tuple[str, ...]],
    abgelegt: Iterable[Abgelegt],
) -> tuple[Kreisstand, ...]:
    """Each of the 44 in the order of the rules. `pruefung` counts cases, `gefragt` names them."""
    tiles = {kachel.ags: kachel for kachel in KACHELN}
    records = {record.ags: record for record in abgelegt}
    frames = dict(programm.rahmen)
    found = []
    for kreis in rules.kreise:
        ags, asked = kreis.ags, gefragt.get(kreis.ags, ())
        stand, count = stand_of(
            pruefung=pruefung.get(ags, 0), rueckfrage=len(asked), vollstaendig=int(ags in records)
        )
        found.append(
            Kreisstand(
                kreis=kreis,
                kachel=tiles[ags],
                stand=stand,
                count=count,
                pruefung=pruefung.get(ags, 0),
                rueckfrage=len(asked),
                rahmen=frames.get(ags),
                antrag=records.get(ags),
                gefragt=asked[-1] if asked else "",
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mittel:
    """What was filed of a programme (euro), and how many frames were used, and overdrawn."""

    abgelegt: Decimal
    gesamt: Decimal
    used: int
    over: int
    frames: int

    @property
    def rest(self) -> Decimal:
        """What is left; below zero where more was filed than there is."""
        return self.gesamt - self.abgelegt

    @property
    def percent(self) -> Decimal:
        """Filed of all, with one decimal; 0 where the programme has no money."""
        if not self.gesamt:
            return Decimal(0)
        return (self.abgelegt * 100 / self.gesamt).quantize(Decimal("0.1"))


def mittel(staende: Iterable[Kreisstand]) -> Mittel:
    """The use of a programme's money. The total is the sum of the frames, as in the rules."""
    rows = tuple(staende)
    filed = [row.antrag.betrag for row in rows if row.antrag is not None]
    return Mittel(
        abgelegt=sum(filed, Decimal(0)),
        gesamt=sum((row.rahmen for row in rows if row.rahmen is not None), Decimal(0)),
        used=sum(row.antrag is not None and row.rahmen is not None for row in rows),
        over=sum(row.is_over for row in rows),
        frames=sum(row.rahmen is not None for row in rows),
    )
