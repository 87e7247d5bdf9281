"""Where a case stands among those that wait: the view it was opened from, before and after it.

Promises: the same order as the list; a case that was just decided keeps its place.
Touches: the database, read only. Trusts: core/vorrat.py for views and order.
Limits: opens no evidence, so that five thousand cases cost nothing.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

from inbox_daemon.app import App
from inbox_daemon.core.freigabe import OPEN, PlanState
from inbox_daemon.core.states import State
from inbox_daemon.core.vorrat import (
    Filter,
    Fristen,
    Klaerfall,
    Rest,
    View,
    day_of,
    last_before,
    next_after,
    vorrat,
)
from inbox_daemon.edges.records import CaseLine
from inbox_daemon.feiertage import is_holiday


@dataclass(frozen=True, slots=True, kw_only=True)
class Reihe:
    """The place of a case in its view; `place` counts from 1, 0 where it is not in the view.

    `days` are working days until the case should be decided, below 0 when that is over.
    """

    view: View
    place: int
    whole: int
    following: str | None
    previous: str | None
    frist: date
    days: int

    def path(self, number: str, page: str = "pruefen") -> str:
        """The address of a case in this view."""
        return f"/faelle/{number}/{page}?{urlencode({'ansicht': self.view.value})}"

    @property
    def next_path(self) -> str:
        """Where to go on after this case: the next one, or the list at the end of the view."""
        return self.path(self.following) if self.following else f"/vorrat?ansicht={self.view.value}"


def view_named(word: str) -> View:
    """The view that an address names; another word means all."""
    return View(word) if word in set(View) else View.ALLE


def reihe_of(app: App, line: CaseLine, view: View) -> Reihe:
    """The place of this case in the view, as it stands now."""
    today = day_of(app.clock.now())
    fristen = _fristen(today, app.settings.review.target_days)
    cases = _waiting(app, fristen, today)
    this = next((c for c in cases if c.number == line.number), None) or _klaerfall(line, fristen)
    seen = vorrat(cases, Filter(view=view), today=today, rules=app.rules)
    workable = seen.workable
    following, previous = next_after(workable, this), last_before(workable, this)
    numbers = [case.number for case in workable]
    return Reihe(
        view=view,
        place=numbers.index(this.number) + 1 if this.number in numbers else 0,
        whole=len(workable),
        following=following.number if following else None,
        previous=previous.number if previous else None,
        frist=this.frist,
        days=fristen.left(this.frist, today),
    )


@lru_cache(maxsize=2)
def _fristen(_today: date, tage: int) -> Fristen:
    """The same calendar for all requests of a day."""
    return Fristen(is_holiday, tage=tage)


def _waiting(app: App, fristen: Fristen, today: date) -> tuple[Klaerfall, ...]:
    put_off = {case: found.on for case, found in app.staffbook.postponed().items()}
    on_their_way = {plan.case: plan.state for plan in app.staffbook.plans(*OPEN)}
    found = []
    for line in app.records.cases(State.FLAGGED):
        day = put_off.get(line.number)
        rest = _rest(on_their_way.get(line.number), day, today)
        found.append(_klaerfall(line, fristen, wiedervorlage=day, rest=rest))
    return tuple(found)


def _rest(state: PlanState | None, day: date | None, today: date) -> Rest:
    if state is not None:
        return Rest.ZWEITE if state is PlanState.ZWEITE else Rest.UNTERWEGS
    return Rest.WIEDERVORLAGE if day is not None and day > today else Rest.NONE


def _klaerfall(
    line: CaseLine,
    fristen: Fristen,
    *,
    wiedervorlage: date | None = None,
    rest: Rest = Rest.NONE,
) -> Klaerfall:
    return Klaerfall(
        number=line.number,
        received_at=line.received_at,
        reasons=line.reasons,
        frist=fristen.due(line.received_at),
        ags=line.ags,
        wiedervorlage=wiedervorlage,
        rest=rest,
    )
