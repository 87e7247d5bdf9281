"""Sammelpruefung: a sheet of amounts to be compared with their pictures and confirmed together.

Promises: nothing is ticked beforehand; each confirmed amount is a decision and a log entry of its
own; what cannot be confirmed says why on its tile. Touches: decisions, through staff.py.
Trusts: core/sammeln.py for what may stand here, asked again when it is confirmed.
Limits: nothing is typed here; what is not ticked goes to the Pruefseite.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from flask import Response, request

from inbox_daemon import staff
from inbox_daemon.app import App
from inbox_daemon.core.bearbeitung import FILE, Wish
from inbox_daemon.core.decide import facts_of
from inbox_daemon.core.errors import Permanent, Refused
from inbox_daemon.core.freigabe import PlanState
from inbox_daemon.core.rollen import BEARBEITEN
from inbox_daemon.core.sammeln import ON_A_SHEET, ONLY_DOUBT, Vorschlag, vorschlag
from inbox_daemon.core.verdict import Known
from inbox_daemon.core.vorrat import Klaerfall, Rest
from inbox_daemon.core.wording_pages import PAGES, absage
from inbox_daemon.edges.vorratsbuch import Einblick
from inbox_daemon.web.here import now, page, parts, person, say, to
from inbox_daemon.web.room import Room
from inbox_daemon.web.vorrat import chosen, faelle
from inbox_daemon.web.vorratszeile import short
from inbox_daemon.web.wartend import fristen, waiting

room = Room("sammeln")
AFTER, UPTO = "nach", "bis"
# Cases looked into for one sheet at most; the next sheet begins where this one ended.
MOST_LOOKED_AT: Final = 240
CONFLICT: Final = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Feld:
    """A tile: the case, what is supposed, the Kreis in words; `told` is why it was refused."""

    number: str
    version: int
    kreis: str
    vorschlag: Vorschlag | None
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bogen:
    """A sheet. `upto` is the last case that was looked into; `has_more` whether others follow."""

    felder: tuple[Feld, ...]
    upto: str
    has_more: bool


@room.get("/sammelpruefung", BEARBEITEN)
def bogen() -> Response:
    """The next twelve."""
    start = _known(request.args.get(AFTER, ""))
    return _page(_sheet(parts(), start), start)


@room.post("/sammelpruefung", BEARBEITEN)
def bestaetigen() -> Response:
    """Confirms the ticked ones; on to the next sheet, or the refused ones with their reasons."""
    start, upto = _known(request.args.get(AFTER, "")), _known(request.form.get(UPTO, ""))
    asked = tuple(chosen())[:ON_A_SHEET]
    if not asked:
        say("sammel.keine")
        return to(_address(start))
    done, waits, refused = 0, 0, []
    for number, version in asked:
        try:
            waits += _confirm(number, version) is PlanState.ZWEITE
            done += 1
        except Permanent as error:
            refused.append(_refused(parts(), number, absage(error)))
    _tell(done, waits)
    if not refused:
        return to(_address(upto))
    sheet = Bogen(felder=tuple(refused), upto=upto, has_more=True)
    return _page(sheet, start, status=CONFLICT)


def _known(number: str) -> str:
    """The number where it is a case of ours, else empty: nothing else comes into an address."""
    found = parts().records.case(number) if number else None
    return found.number if found is not None else ""


def _address(after: str) -> str:
    return f"/sammelpruefung?{AFTER}={after}" if after else "/sammelpruefung"


def _page(sheet: Bogen, start: str, *, status: int = 200) -> Response:
    limit = Decimal(parts().settings.review.second_from_eur)
    return page("sammelpruefung.html", status=status, bogen=sheet, start=start, limit=limit)


def _confirm(number: str, version: int) -> PlanState:
    """The amount of this case as the machine supposed it. Raises Permanent with a sentence."""
    app = parts()
    case = next((one for one in waiting(app) if one.number == number), None)
    view = app.vorratsbuch.seen((number,)).get(number)
    found = _proposal(app, case, view) if case and view else None
    if found is None:
        raise Refused("sammel.nicht")
    wish = Wish(answer=FILE, by=person().name, why=PAGES["sammel.warum"], amount=found.betrag)
    return staff.plan(app, number, wish, version=version).state


def _tell(done: int, waits: int) -> None:
    if done:
        minutes = parts().settings.review.recall_minutes
        say("sammel.bestaetigt", gut=faelle(done), minuten=minutes)
    if waits:
        say("sammel.zweite" if waits == 1 else "sammel.zweite-mehrere", gut=waits)


def _refused(app: App, number: str, why: str) -> Feld:
    """The tile again, without its box."""
    case = next((one for one in waiting(app) if one.number == number), None)
    view = app.vorratsbuch.seen((number,)).get(number)
    found = _proposal(app, case, view) if case and view else None
    return Feld(
        number=number,
        version=0,
        kreis=_kreis(app, found.ags) if found else "",
        vorschlag=found,
        told=why,
    )


def _sheet(app: App, after: str) -> Bogen:
    """The next tiles after this case, in the order of work."""
    cases = _candidates(app, after, at=now())
    tiles: list[Feld] = []
    upto = after
    for place in range(0, min(len(cases), MOST_LOOKED_AT), ON_A_SHEET):
        some = cases[place : place + ON_A_SHEET]
        seen = app.vorratsbuch.seen(case.number for case in some)
        for case in some:
            if len(tiles) == ON_A_SHEET:
                return Bogen(felder=tuple(tiles), upto=upto, has_more=True)
            upto = case.number
            view = seen.get(case.number)
            tiles += [] if view is None else _tile(app, case, view)
    return Bogen(felder=tuple(tiles), upto=upto, has_more=len(cases) > MOST_LOOKED_AT)


def _candidates(app: App, after: str, *, at: datetime) -> tuple[Klaerfall, ...]:
    """The cases with this one doubt that nobody else works on, after the place of `after`."""
    held = {
        case for case, lease in app.staffbook.leases(at=at).items() if not _is_mine(lease.holder)
    }
    found = (case for case in waiting(app) if _is_candidate(case) and case.number not in held)
    ordered = sorted(found, key=lambda case: case.place)
    line = app.records.case(after) if after else None
    if line is None:
        return tuple(ordered)
    begin = (fristen(app).due(line.received_at), line.received_at, line.number)
    return tuple(case for case in ordered if case.place > begin)


def _is_mine(holder: str) -> bool:
    return holder == person().name


def _is_candidate(case: Klaerfall) -> bool:
    return case.rest is Rest.NONE and case.reasons == ONLY_DOUBT


def _tile(app: App, case: Klaerfall, view: Einblick) -> Iterator[Feld]:
    found = _proposal(app, case, view)
    if found is not None:
        kreis = _kreis(app, found.ags)
        yield Feld(number=case.number, version=view.version, kreis=kreis, vorschlag=found)


def _proposal(app: App, case: Klaerfall, view: Einblick) -> Vorschlag | None:
    """What may be confirmed; nothing where a person already typed something else."""
    if view.evidence is None or view.is_typed or not _is_candidate(case):
        return None
    facts = facts_of(view.evidence, known=Known(), rules=app.rules, received_at=case.received_at)
    found = vorschlag(facts, below=Decimal(app.settings.review.second_from_eur))
    return found if found is not None and app.spool.holds(found.crop) else None


def _kreis(app: App, ags: str) -> str:
    found = app.rules.kreis(ags)
    return short(found) if found else ags
