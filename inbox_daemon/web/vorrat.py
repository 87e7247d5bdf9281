"""The Arbeitsvorrat: views with counts, search, assignment and postponing of several cases at once.

Promises: the same order as the Pruefseite's; what several cases are asked for happens to each
alone, and what is refused is told by case. Touches: leases and postponements, through staffbook.
Trusts: the guard; nothing of the address. Limits: decides nothing about a case.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final
from urllib.parse import urlencode

from flask import Response, request

from inbox_daemon.app import App
from inbox_daemon.core.errors import Permanent, Stale
from inbox_daemon.core.frist import working_day
from inbox_daemon.core.rollen import AUSGEBEN, BEARBEITEN, LESEN
from inbox_daemon.core.vorrat import (
    ON_A_PAGE,
    Filter,
    Klaerfall,
    Rest,
    View,
    Vorrat,
    filter_of,
    vorrat,
)
from inbox_daemon.core.wording_pages import PAGES, absage
from inbox_daemon.core.wording_terminal import STOERUNGEN
from inbox_daemon.core.wording_vorrat import FILTER_FIELDS, HERKUNFT, SPALTEN, VIEWS, grund
from inbox_daemon.feiertage import is_holiday
from inbox_daemon.tabellen import Cell, Table
from inbox_daemon.web.ausgabe import LISTS, list_answer
from inbox_daemon.web.here import now, page, parts, person, say, to
from inbox_daemon.web.room import Room
from inbox_daemon.web.vorratszeile import Zeile, rows, short
from inbox_daemon.web.wartend import today, waiting

room = Room("vorrat")
CHOSEN: Final = "fall"
VERSION_DIGITS: Final = 15
MOST_TOLD: Final = 5
MOST_NOTE: Final = 2000
LATEST: Final = timedelta(days=366)
# The presets of postponing, in working days.
SOON, LATER = 1, 3


@room.get("/vorrat", LESEN)
def liste() -> Response:
    """A page of the list."""
    asked = _asked()
    found = _found(asked)
    number, pages, cases = found.page(_page_of(found, asked))
    first = found.workable[:1]
    return page(
        "vorrat.html",
        asked=asked,
        odd=tuple(FILTER_FIELDS[name] for name in asked.odd),
        views=tuple((view.value, VIEWS[view], found.counts[view]) for view in View),
        view_word=VIEWS[asked.view],
        rows=tuple(rows(parts(), cases, at=now())),
        whole=len(found.cases),
        page_number=number,
        pages=pages,
        here=request.args.get(CHOSEN, ""),
        first=first[0].number if first else None,
        address=partial(_address, asked),
        page_address=lambda number: _address(asked, seite=number),
        kreise=_kreise(),
        days=_presets(),
        may_work=person().may(BEARBEITEN),
        may_export=person().may(AUSGEBEN),
        mailbox=_mailbox(parts()),
    )


@room.post("/vorrat/zuweisen", BEARBEITEN)
def zuweisen() -> Response:
    """The chosen cases are hers for ten minutes; one that another holds stays there."""
    me, at = person().name, now()

    def take(case: str, _version: int) -> None:
        parts().staffbook.take(case, by=me, at=at)

    done = _each(take)
    if done:
        say("vorrat.zugewiesen", gut=faelle(done))
    return _back()


@room.post("/vorrat/zurueckstellen", BEARBEITEN)
def zurueckstellen() -> Response:
    """The chosen cases come back on a day."""
    day = _day_asked()
    if day is None:
        say("vorrat.kein-tag")
        return _back()
    note = request.form.get("notiz", "").strip()[:MOST_NOTE]
    put_off = partial(parts().staffbook.postpone, on=day, note=note, by=person().name, at=now())

    done = _each(lambda case, version: put_off(case, version=version))
    if done:
        say("vorrat.zurueckgestellt", gut=faelle(done), tag=_german(day))
    return _back()


@room.get(f"/vorrat.{LISTS}", AUSGEBEN)
def vorrat_liste(ending: str) -> Response:
    """The list with its filters, all pages of it."""
    app, at = parts(), now()
    found = _found(_asked())
    return list_answer("vorrat", ending, lambda: _table(app, found, at))


def _asked() -> Filter:
    return filter_of(request.args, parts().rules)


def _found(asked: Filter) -> Vorrat:
    app = parts()
    return vorrat(waiting(app), asked, today=today(app), rules=app.rules)


def _page_of(found: Vorrat, asked: Filter) -> int:
    """The page on which the case is from which somebody comes back; else the one asked for."""
    wanted = request.args.get(CHOSEN, "")
    numbers = [case.number for case in found.cases] if wanted else []
    return numbers.index(wanted) // ON_A_PAGE + 1 if wanted in numbers else asked.page


def _address(asked: Filter, path: str = "/vorrat", **more: object) -> str:
    """This filter at a path, with `more` in place of its own."""
    own = {
        "ansicht": asked.view.value,
        "suche": asked.words,
        "kreis": asked.ags,
        "von": asked.von.isoformat() if asked.von else "",
        "bis": asked.bis.isoformat() if asked.bis else "",
    }
    fields = {name: value for name, value in {**own, **more}.items() if value not in ("", None)}
    return f"{path}?{urlencode(fields)}"


def _kreise() -> tuple[tuple[str, str], ...]:
    found = sorted(parts().rules.kreise, key=lambda kreis: (kreis.kurzname, kreis.art))
    return (("", "alle"), *((kreis.ags, short(kreis)) for kreis in found))


def _mailbox(app: App) -> dict[str, object]:
    """When the mailbox was last read, what stands in the way, and the reconciliations."""
    trouble = app.puls.trouble
    return {
        "read": app.puls.read,
        "trouble": trouble,
        "why": STOERUNGEN.get(trouble.failed, trouble.failed) if trouble else "",
        "abgleiche": tuple(box.abgleich for box in app.records.mailboxes() if box.abgleich),
    }


# What is asked for several cases at once.


def chosen() -> Iterator[tuple[str, int]]:
    """(case, version that the page showed) of each ticked box; what is none is left out."""
    for value in request.form.getlist(CHOSEN):
        number, _, version = value.partition(".")
        if version.isascii() and version.isdigit() and len(version) <= VERSION_DIGITS:
            yield number, int(version)


def _each(action: Callable[[str, int], None]) -> int:
    """Does it to each chosen case alone; tells of what was refused; how many it was done to."""
    known = {case.number: case for case in waiting(parts())}
    done, refused = 0, []
    for number, version in chosen():
        try:
            _demand_open(known.get(number), number)
            action(number, version)
            done += 1
        except Permanent as error:
            refused.append((number, absage(error)))
    parts().audit.catch_up()
    if not done and not refused:
        say("vorrat.keine")
    _tell(refused)
    return done


def _demand_open(case: Klaerfall | None, number: str) -> None:
    """Raises Stale where nothing waits any more, or a decision is on its way."""
    if case is None or case.rest in {Rest.ZWEITE, Rest.UNTERWEGS}:
        raise Stale(number)


def _tell(refused: list[tuple[str, str]]) -> None:
    for number, why in refused[:MOST_TOLD]:
        say("vorrat.abgelehnt", fall=number, grund=why)
    if len(refused) > MOST_TOLD:
        say("vorrat.weitere", gut=faelle(len(refused) - MOST_TOLD))


def faelle(count: int) -> str:
    """`1 Fall`, `7 Fälle`."""
    return PAGES["vorrat.ein-fall" if count == 1 else "vorrat.faelle"].format(zahl=count)


def _back() -> Response:
    """The list as it was."""
    asked = _asked()
    return to(_address(asked, seite=asked.page if asked.page > 1 else ""))


def _presets() -> tuple[tuple[str, date], ...]:
    days = ((str(count), count) for count in (SOON, LATER))
    return tuple(
        (key, working_day(now(), count=count, is_holiday=is_holiday)) for key, count in days
    )


def _day_asked() -> date | None:
    preset = dict(_presets()).get(request.form.get("wann", ""))
    if preset is not None:
        return preset
    try:
        day = date.fromisoformat(request.form.get("tag", ""))
    except ValueError:
        return None
    first = today(parts())
    return day if first < day <= first + LATEST else None


def _german(day: date) -> str:
    return day.strftime("%d.%m.%Y")


# The list as a file.


def _table(app: App, found: Vorrat, at: datetime) -> Table:
    cells = (_cells(app, row) for row in _all_rows(app, found, at))
    return Table(title=PAGES["vorrat.titel"], header=SPALTEN, rows=cells)


def _all_rows(app: App, found: Vorrat, at: datetime) -> Iterator[Zeile]:
    _, pages, _ = found.page(1)
    for number in range(1, pages + 1):
        yield from rows(app, found.page(number)[2], at=at)


def _cells(app: App, row: Zeile) -> tuple[Cell, ...]:
    case = row.case
    programm = app.rules.programm(case.programm or "")
    return (
        case.number,
        case.received_at,
        case.ags,
        row.kreis,
        programm.titel if programm else case.programm,
        ", ".join(map(grund, case.reasons)),
        row.betrag.betrag if row.betrag.betrag is not None else row.betrag.wortlaut,
        HERKUNFT[row.betrag.herkunft],
        _german(case.frist),
        row.left,
        row.rest,
        row.holder,
    )
