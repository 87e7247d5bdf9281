"""The Arbeitsvorrat: which cases wait for a person, in which view, in what order.

Promises: every case is in `alle` and in at least one other view; what rests (postponed, decided
and on its way) stays to be seen, last; the same cases give the same order. Touches: nothing.
Trusts: its caller for the cases, their days and which days are holidays.
Limits: sees no evidence, so that five thousand cases cost nothing; sentences stand in wording.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from inbox_daemon.core.frist import BERLIN, SATURDAY, working_day
from inbox_daemon.core.kreis import plain
from inbox_daemon.core.programm import Ruleset

ON_A_PAGE: Final = 50
FAR_DAYS: Final = 400
PAGE_DIGITS: Final = 5


class View(StrEnum):
    """The views, in the order in which they are shown; the value is the word in an address."""

    ALLE = "alle"
    BETRAG = "betrag"
    UNTERSCHRIFT = "unterschrift"
    KREIS = "kreis"
    NACHZUEGLER = "nachzuegler"
    ANFRAGEN = "anfragen"
    RUECKFRAGE = "rueckfrage"
    HEUTE = "heute"
    SONSTIGES = "sonstiges"


# Which reasons bring a case into a view; a reason that stands nowhere leads to `sonstiges`.
REASONS: Final[Mapping[View, frozenset[str]]] = MappingProxyType(
    {
        View.BETRAG: frozenset(
            {"betrag-fehlt", "betrag-unklar", "planungsrahmen-fehlt", "ueber-planungsrahmen"}
        ),
        View.UNTERSCHRIFT: frozenset(
            {"datei-auffaellig", "datei-veraendert", "unterschrift-fehlt", "unterschrift-unklar"}
        ),
        View.KREIS: frozenset(
            {
                "absender-aehnlich",
                "absender-anzeigename",
                "absender-text",
                "absender-unbekannt",
                "absender-unbestaetigt",
                "absender-widerlegt",
                "absender-widerspruch",
                "antwort-unbewiesen",
                "kreis-mehrdeutig",
                "kreis-unklar",
            }
        ),
        View.NACHZUEGLER: frozenset({"antwort-nach-frist", "frist-versaeumt"}),
        View.ANFRAGEN: frozenset({"anfrage", "anhang-fehlt"}),
        View.RUECKFRAGE: frozenset({"antwort-freigabe"}),
    }
)


class Rest(StrEnum):
    """Why a case need not be opened now: postponed, for a second person, or on its way out."""

    NONE = ""
    WIEDERVORLAGE = "wiedervorlage"
    ZWEITE = "zweite"
    UNTERWEGS = "unterwegs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Klaerfall:
    """A case that waits for a person, as a list shows it.

    `frist` is the day by which it should be decided, `wiedervorlage` the day to which somebody
    put it off; both by the calendar of Stuttgart.
    """

    number: str
    received_at: datetime
    reasons: tuple[str, ...]
    frist: date
    ags: str | None = None
    programm: str | None = None
    wiedervorlage: date | None = None
    rest: Rest = Rest.NONE

    @property
    def place(self) -> tuple[date, datetime, str]:
        """Its place in the order of work: the day by which, then age. It never changes."""
        return self.frist, self.received_at, self.number


def views_of(case: Klaerfall, *, today: date) -> frozenset[View]:
    """The views in which this case is shown."""
    reasons = set(case.reasons)
    found = {view for view, codes in REASONS.items() if codes & reasons}
    found = found or {View.SONSTIGES}
    if case.wiedervorlage is not None and case.wiedervorlage <= today:
        found.add(View.HEUTE)
    return frozenset(found | {View.ALLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a person asked to see. `von` and `bis` are days of receipt, both included.

    `odd` names the fields that were not understood: the page says so instead of guessing.
    """

    view: View = View.ALLE
    words: str = ""
    ags: str = ""
    von: date | None = None
    bis: date | None = None
    page: int = 1
    odd: tuple[str, ...] = ()

    @property
    def narrows(self) -> bool:
        """Whether anything but the view was asked for."""
        return bool(self.words or self.ags or self.von or self.bis)


def filter_of(asked: Mapping[str, str], rules: Ruleset) -> Filter:
    """The filter in the fields of an address. Total: what is not understood is in `odd`."""
    odd: list[str] = []

    def day(name: str) -> date | None:
        try:
            return date.fromisoformat(asked[name]) if asked.get(name) else None
        except ValueError:
            odd.append(name)
            return None

    view, ags, page = asked.get("ansicht", ""), asked.get("kreis", ""), asked.get("seite", "")
    if view not in set(View) and view:
        odd.append("ansicht")
    if ags and rules.kreis(ags) is None:
        odd.append("kreis")
    von, bis = day("von"), day("bis")
    return Filter(
        view=View(view) if view in set(View) else View.ALLE,
        words=asked.get("suche", "").strip()[:200],
        ags=ags if rules.kreis(ags) is not None else "",
        von=von,
        bis=bis,
        page=max(1, int(page))
        if page.isascii() and page.isdigit() and len(page) <= PAGE_DIGITS
        else 1,
        odd=tuple(odd),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Vorrat:
    """A view: its cases in order, and how many each view has under the same filter."""

    cases: tuple[Klaerfall, ...]
    counts: Mapping[View, int]

    @property
    def workable(self) -> tuple[Klaerfall, ...]:
        """Those that can be opened now, in order."""
        return tuple(case for case in self.cases if case.rest is Rest.NONE)

    def page(self, number: int) -> tuple[int, int, tuple[Klaerfall, ...]]:
        """(page, pages, its cases); a page beyond the end is the last one."""
        pages = max(1, -(-len(self.cases) // ON_A_PAGE))
        shown = min(max(1, number), pages)
        return shown, pages, self.cases[(shown - 1) * ON_A_PAGE : shown * ON_A_PAGE]


def vorrat(cases: Iterable[Klaerfall], asked: Filter, *, today: date, rules: Ruleset) -> Vorrat:
    """The cases of this view that pass the filter, by deadline and age; what rests comes last."""
    searched = _searched(asked.words, rules)
    counts = dict.fromkeys(View, 0)
    found = []
    for case in cases:
        if not _passes(case, asked) or not searched(case):
            continue
        views = views_of(case, today=today)
        for view in views:
            counts[view] += 1
        if asked.view in views:
            found.append(case)
    found.sort(key=lambda case: (case.rest is not Rest.NONE, *case.place))
    return Vorrat(cases=tuple(found), counts=MappingProxyType(counts))


def next_after(cases: Iterable[Klaerfall], this: Klaerfall) -> Klaerfall | None:
    """The next case to be worked on after this one, or None at the end of the view.

    `this` may have been decided meanwhile, or stand outside of the view: its place is kept.
    """
    later = (c for c in cases if c.rest is Rest.NONE and c.place > this.place)
    return min(later, key=lambda case: case.place, default=None)


def last_before(cases: Iterable[Klaerfall], this: Klaerfall) -> Klaerfall | None:
    """The case before this one in the order of work, or None at its beginning."""
    earlier = (c for c in cases if c.rest is Rest.NONE and c.place < this.place)
    return max(earlier, key=lambda case: case.place, default=None)


class Fristen:
    """Deadlines of many cases; each day of the calendar is asked for once."""

    def __init__(self, is_holiday: Callable[[date], bool], *, tage: int) -> None:
        # Working days within which a case should be decided: a target of the house, no right.
        self._is_holiday = is_holiday
        self._tage = tage
        self._due: dict[date, date] = {}

    def due(self, received_at: datetime) -> date:
        """The day by which a case of this moment should be decided."""
        day = day_of(received_at)
        if day not in self._due:
            self._due[day] = self._counted(received_at)
        return self._due[day]

    def _counted(self, received_at: datetime) -> date:
        try:
            return working_day(received_at, count=self._tage, is_holiday=self._is_holiday)
        except OverflowError:
            return day_of(received_at)

    def left(self, frist: date, today: date) -> int:
        """Working days from today to this day: 0 is today, below 0 it is over."""
        first, last = sorted((frist, today))
        span = (last - first).days
        # Only a broken clock gives such a day: its weeks are counted, not its holidays.
        days = span * 5 // 7 if span > FAR_DAYS else self._between(first, span)
        return days if frist >= today else -max(1, days)

    def _between(self, first: date, span: int) -> int:
        days = (first + timedelta(days=n + 1) for n in range(span))
        return sum(day.weekday() < SATURDAY and not self._is_holiday(day) for day in days)


def day_of(instant: datetime) -> date:
    """Its day by the calendar of Stuttgart. Total: at the end of all years, the day as it came."""
    try:
        return instant.astimezone(BERLIN).date()
    except OverflowError:
        return instant.date()


def _passes(case: Klaerfall, asked: Filter) -> bool:
    if asked.ags and case.ags != asked.ags:
        return False
    if asked.von is None and asked.bis is None:
        return True
    day = day_of(case.received_at)
    return (asked.von is None or asked.von <= day) and (asked.bis is None or day <= asked.bis)


def _searched(words: str, rules: Ruleset) -> Callable[[Klaerfall], bool]:
    """Whether a case has all these words in its number, its Kreis or the codes of its reasons."""
    wanted = words.casefold().split()
    if not wanted:
        return lambda _case: True
    named = {kreis.ags: f"{kreis.ags} {kreis.name} {kreis.verwaltung}" for kreis in rules.kreise}

    def holds(case: Klaerfall) -> bool:
        said = f"{case.number} {named.get(case.ags or '', case.ags or '')} {' '.join(case.reasons)}"
        text = f"{said.casefold()} {plain(said)}"
        return all(word in text or (plain(word) and plain(word) in text) for word in wanted)

    return holds
