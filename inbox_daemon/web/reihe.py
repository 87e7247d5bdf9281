"""Where a case stands among those that wait: the view it was opened from, before and after it.

Promises: the same order as the list; a case that was just decided keeps its place.
Touches: the database, read only. Trusts: core/vorrat.py for views and order.
Limits: opens no evidence, so that five thousand cases cost nothing.
"""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from inbox_daemon.app import App
from inbox_daemon.core.vorrat import Filter, Klaerfall, View, last_before, next_after, vorrat
from inbox_daemon.edges.records import CaseLine
from inbox_daemon.web.wartend import fristen, today, waiting


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
    cases, day = waiting(app), today(app)
    this = next((c for c in cases if c.number == line.number), None) or _gone(app, line)
    seen = vorrat(cases, Filter(view=view), today=day, rules=app.rules)
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
        days=fristen(app).left(this.frist, day),
    )


def _gone(app: App, line: CaseLine) -> Klaerfall:
    """The case with its place among the others, where it does not wait any more."""
    return Klaerfall(
        number=line.number,
        received_at=line.received_at,
        reasons=line.reasons,
        frist=fristen(app).due(line.received_at),
        ags=line.ags,
    )
