"""The rules as the program has them now, read-only: programmes, checks, dates, letters, levels.

Promises: shows the loaded rules and their version, not the files; letters are written with
invented facts, nothing is sent. Touches: nothing. Trusts: ruleset.py.
Limits: rules are changed in files, by those who may, and take effect at a start.
"""

from dataclasses import dataclass

from flask import Response

from inbox_daemon.core.programm import Foerderprogramm, Kreis
from inbox_daemon.core.rollen import AUSGEBEN, LESEN
from inbox_daemon.core.supervision import Level
from inbox_daemon.core.wording_hilfe import PRUEFUNGEN
from inbox_daemon.core.wording_labels import LEVELS
from inbox_daemon.core.wording_pages import PAGES
from inbox_daemon.core.wording_terminal import ANLAESSE, TERMINAL
from inbox_daemon.probebriefe import Probebrief, probebriefe
from inbox_daemon.tabellen import Cell, Table
from inbox_daemon.web.ausgabe import LISTS, list_answer
from inbox_daemon.web.here import page, parts, person
from inbox_daemon.web.room import Room

room = Room("regeln")
HEADER = ("ags", "kreis", "einwohner", "domains", "rahmen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A sample letter and what it is about."""

    anlass: str
    brief: Probebrief


@room.get("/regeln", LESEN)
def regeln() -> Response:
    """All of them."""
    app = parts()
    return page(
        "regeln.html",
        rules=app.rules,
        pruefungen=PRUEFUNGEN,
        level_of=_level_of,
        absender=lambda programm: TERMINAL[f"rules.absender.{programm.unproven}"],
        briefe=_briefe,
        review=app.settings.review,
        letters=app.settings.letters,
        may_export=person().may(AUSGEBEN),
    )


def _level_of(programm: Foerderprogramm) -> str:
    level: Level = parts().supervision.level_of(programm.kennung)
    return LEVELS[level.value]


def _briefe(programm: Foerderprogramm) -> list[Brief]:
    return [
        Brief(
            anlass=ANLAESSE.get(brief.variant, ANLAESSE["punkt"]).format(punkt=brief.variant),
            brief=brief,
        )
        for brief in probebriefe(parts().rules, programm)
    ]


@room.get(f"/regeln/kreise.{LISTS}", AUSGEBEN)
def kreise_liste(ending: str) -> Response:
    """The closed list, with the frame of each programme."""
    return list_answer("kreise", ending, _table)


def _table() -> Table:
    rules = parts().rules
    header = (
        *(PAGES[f"regeln.{name}"] for name in HEADER[:-1]),
        *(f"{PAGES['regeln.rahmen']} {programm.kennung}" for programm in rules.programme),
    )
    rows = [_row(kreis, rules.programme) for kreis in rules.kreise]
    return Table(title=PAGES["nav.regeln"], header=header, rows=rows)


def _row(kreis: Kreis, programme: tuple[Foerderprogramm, ...]) -> tuple[Cell, ...]:
    frames = (programm.rahmen_of(kreis.ags) for programm in programme)
    return (kreis.ags, kreis.name, kreis.einwohner, ", ".join(kreis.domains), *frames)
