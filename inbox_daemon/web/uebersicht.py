"""The overview: today, what is open and how old, the 44 Kreise, what was filed of the money.

Promises: every number leads to the list it counts; no number says what one person did.
Touches: the database, read only; an export is told of in the log. Trusts: nothing of the address.
Limits: counts what is stored; whether mailbox and ledger agree was last asked by the daemon.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final
from urllib.parse import urlencode

from flask import Response, request

from inbox_daemon.core import frist
from inbox_daemon.core.kacheln import Stand
from inbox_daemon.core.programm import Foerderprogramm
from inbox_daemon.core.protokoll import Auswahl
from inbox_daemon.core.rollen import AUSGEBEN, LESEN, PRUEFEN, ZWEITE
from inbox_daemon.core.stichprobe import drawn
from inbox_daemon.core.uebersicht import (
    Altersgruppe,
    Kreisstand,
    altersgruppen,
    kreisstaende,
    mittel,
)
from inbox_daemon.core.vorrat import Klaerfall, View, day_of, views_of
from inbox_daemon.core.wording_labels import STATES
from inbox_daemon.core.wording_pages import PAGES, SAMPLE_FAULTS
from inbox_daemon.core.wording_vorrat import STAENDE, VIEWS
from inbox_daemon.edges.uebersichtsbuch import Offen
from inbox_daemon.tabellen import Cell, Table
from inbox_daemon.web.ausgabe import LISTS, list_answer
from inbox_daemon.web.here import now, page, parts, person
from inbox_daemon.web.room import Room
from inbox_daemon.web.wartend import fristen

room = Room("uebersicht")
SAMPLE_DAYS: Final = 30
HEADER: Final = (
    "kreis", "ags", "stand", "pruefung", "rueckfrage", "betrag", "rahmen", "rest", "fall",
)  # fmt: skip
# What is counted today, by the kind of the log's entry.
TODAY: Final = ("message.fetched", "case.filed", "case.queried", "case.flagged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Zahl:
    """A number and the list it counts."""

    key: str
    count: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What persons found in machine decisions of the last days; `faults` are (code, count)."""

    looked_at: int
    right: int
    faults: tuple[tuple[str, int], ...]
    waiting: int


@room.get("/uebersicht", LESEN)
def uebersicht() -> Response:
    """The page; `programm`, `stand` and `als=tabelle` choose what of the Kreise is shown."""
    app, today = parts(), day_of(now())
    programm, offen = _programm(), app.uebersichtsbuch.open_cases()
    staende = _staende(programm)
    chosen = _stand()
    disk = shutil.disk_usage(app.settings.state_dir)
    return page(
        "uebersicht.html",
        at=now(),
        heute=_heute(today),
        gruende=_gruende(offen, today),
        alter=_alter(offen, today),
        offen=len(offen),
        ohne_kreis=sum(one.ags is None for one in offen),
        probe=_probe(),
        may_probe=person().may(ZWEITE | PRUEFEN),
        postfaecher=app.records.mailboxes(),
        letters=app.records.letters(at=now()),
        full_percent=round(disk.used * 100 / disk.total),
        programm=programm,
        programme=app.rules.programme,
        staende=staende,
        rows=[row for row in staende if chosen in {None, row.stand}],
        chosen=chosen,
        counts=Counter(row.stand for row in staende),
        mittel=[(one, mittel(_staende(one))) for one in app.rules.programme],
        as_table=request.args.get("als") == "tabelle",
        words={"staende": STAENDE, "faults": SAMPLE_FAULTS, "states": STATES},
        may_export=person().may(AUSGEBEN),
        address=_address,
        tile_path=_tile_path,
    )


@room.get(f"/uebersicht.{LISTS}", AUSGEBEN)
def kreise_ausgeben(ending: str) -> Response:
    """The 44 Kreise of a programme as a list."""
    programm = _programm()
    return list_answer(f"uebersicht-{programm.kennung}", ending, partial(_table, programm))


def _programm() -> Foerderprogramm:
    """The programme that was asked for, or the first active one."""
    rules = parts().rules
    asked = rules.programm(request.args.get("programm", ""))
    active = next((one for one in rules.programme if one.aktiv), rules.programme[0])
    return asked or active


def _stand() -> Stand | None:
    asked = request.args.get("stand", "")
    return Stand(asked) if asked in set(Stand) else None


def _staende(programm: Foerderprogramm) -> tuple[Kreisstand, ...]:
    book = parts().uebersichtsbuch
    return kreisstaende(
        parts().rules,
        programm,
        pruefung=book.in_review(programm.kennung),
        gefragt=book.asked(programm.kennung),
        abgelegt=book.records(programm.kennung),
    )


def _heute(today: date) -> tuple[Zahl, ...]:
    since = datetime.combine(today, time.min, tzinfo=frist.BERLIN)
    before = frist.end_of(today)
    counts = parts().auditbook.counts_by_kind(Auswahl(since=since, before=before))
    counts["case.filed"] = parts().uebersichtsbuch.filed_by_machine(since=since, before=before)
    day = today.isoformat()
    return tuple(
        Zahl(
            key=kind,
            count=counts.get(kind, 0),
            path=f"/protokoll?{urlencode({'von': day, 'bis': day, 'ereignis': kind})}",
        )
        for kind in TODAY
    )


def _gruende(offen: tuple[Offen, ...], today: date) -> tuple[Zahl, ...]:
    """Open cases by view; a case with two reasons is in both."""
    postponed = parts().staffbook.postponed()
    counts: Counter[View] = Counter()
    for one in offen:
        put_off = postponed.get(one.number)
        case = Klaerfall(
            number=one.number,
            received_at=one.received_at,
            reasons=tuple(json.loads(one.reasons)),
            frist=today,
            ags=one.ags,
            wiedervorlage=put_off.on if put_off else None,
        )
        counts.update(views_of(case, today=today))
    return tuple(
        Zahl(key=VIEWS[view.value], count=counts[view], path=f"/vorrat?ansicht={view.value}")
        for view in View
        if view is not View.ALLE
    )


def _alter(offen: tuple[Offen, ...], today: date) -> tuple[tuple[Altersgruppe, str], ...]:
    days = [day_of(one.received_at) for one in offen]
    groups = altersgruppen(days, today=today, fristen=fristen(parts()))
    return tuple((group, _between(group.von, group.bis)) for group in groups)


def _between(von: date | None, bis: date | None) -> str:
    asked = {"von": von, "bis": bis}
    given = {name: day.isoformat() for name, day in asked.items() if day is not None}
    return f"/vorrat?{urlencode(given)}"


def _probe() -> Probe:
    book = parts().stichproben
    done = book.results()
    recent = [one for one in done if one.at >= now() - timedelta(days=SAMPLE_DAYS)]
    seen = {one.case for one in done}
    percent = parts().settings.review.sample_percent
    due = [one for one in drawn(book.filed_by_machine(), percent=percent) if one.case not in seen]
    faults = Counter(code for one in recent for code in one.faults)
    return Probe(
        looked_at=len(recent),
        right=sum(not one.faults for one in recent),
        faults=tuple((code, faults[code]) for code in SAMPLE_FAULTS),
        waiting=len(due),
    )


def _address(**changes: str) -> str:
    """This page with other choices; an empty one is left out."""
    kept = {name: request.args.get(name, "")[:100] for name in ("programm", "als", "stand")}
    asked = {name: value for name, value in {**kept, **changes}.items() if value}
    return f"/uebersicht?{urlencode(asked)}" if asked else "/uebersicht"


def _tile_path(row: Kreisstand) -> str:
    """Where a tile leads: to what it counts."""
    if row.stand is Stand.RUECKFRAGE:
        return f"/faelle/{row.gefragt}"
    if row.stand is Stand.VOLLSTAENDIG and row.antrag is not None:
        return f"/faelle/{row.antrag.fall}"
    return f"/vorrat?kreis={row.kreis.ags}"


def _table(programm: Foerderprogramm) -> Table:
    header = tuple(PAGES[f"uebersicht.{name}"] for name in HEADER)
    return Table(title=PAGES["uebersicht.titel"], header=header, rows=_rows(programm))


def _rows(programm: Foerderprogramm) -> Iterator[tuple[Cell, ...]]:
    chosen = _stand()
    for row in _staende(programm):
        if chosen not in {None, row.stand}:
            continue
        filed = row.antrag.betrag if row.antrag else None
        yield (
            f"{row.kreis.kurzname}, {row.kreis.art.value}",
            row.kreis.ags,
            STAENDE[row.stand.value],
            row.pruefung,
            row.rueckfrage,
            filed,
            row.rahmen,
            row.rahmen - (filed or 0) if row.rahmen is not None else None,
            row.antrag.fall if row.antrag else "",
        )
