"""The log: searched by filters in the address, each row with an address of its own, exported.

Promises: what stands here stands in the chain; what was left undone is found as well; a sample is
drawn by lot with a seed that is shown. Touches: the log, one entry for a check or an export.
Trusts: nothing of the address. Limits: times in the filters are days of Stuttgart.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Final
from urllib.parse import urlencode

from flask import Response, abort, request

from inbox_daemon import staff
from inbox_daemon.core import frist
from inbox_daemon.core.chain import AuditEntry, fields_of, hash_of, line_of
from inbox_daemon.core.errors import Refused
from inbox_daemon.core.protokoll import AUSGAENGE, SYSTEM, Auswahl, Eintrag, opened
from inbox_daemon.core.rollen import AUSGEBEN, LESEN, PRUEFEN
from inbox_daemon.core.values import Read
from inbox_daemon.core.wording_labels import AUDIT_KINDS, CHAIN_FAULTS
from inbox_daemon.core.wording_labels import AUSGAENGE as AUSGANG_WORDS
from inbox_daemon.core.wording_pages import PAGES
from inbox_daemon.erklaerung import engines_in
from inbox_daemon.tabellen import Cell, Table
from inbox_daemon.web.ausgabe import LISTS, XLSX, list_answer
from inbox_daemon.web.here import now, page, parts, person, say, to
from inbox_daemon.web.room import Room

room = Room("protokoll")
A_PAGE: Final = 100
LARGEST_SAMPLE, USUAL_SAMPLE = 500, 20
MOST_DIGITS: Final = 15
FIRST_YEAR, LAST_YEAR = 2000, 2200
# A workbook is made before its first byte leaves; that many rows take some ten seconds.
MOST_IN_A_WORKBOOK: Final = 100_000
NOT_FOUND: Final = 404
HEADER: Final = ("zeit", "nummer", "fall", "ereignis", "ausgang", "grund", "wer", "pruefsumme")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suche:
    """What was asked for in the address; days that are none are left out, and `wrong` says so."""

    von: str = ""
    bis: str = ""
    fall: str = ""
    ereignis: str = ""
    ausgang: str = ""
    wer: str = ""
    unterlassen: str = ""

    @property
    def auswahl(self) -> Auswahl:
        """The entries that are meant."""
        since, until = _day(self.von), _day(self.bis)
        return Auswahl(
            since=datetime.combine(since, time.min, tzinfo=frist.BERLIN) if since else None,
            before=frist.end_of(until) if until else None,
            case=self.fall.strip().upper(),
            kind=self.ereignis if self.ereignis in AUDIT_KINDS else "",
            outcome=self.ausgang if self.ausgang in AUSGAENGE else "",
            who=self.wer.strip(),
            undone=bool(self.unterlassen),
        )

    @property
    def wrong(self) -> tuple[str, ...]:
        """The fields that hold no day."""
        return tuple(
            name for name in ("von", "bis") if getattr(self, name) and not _day(getattr(self, name))
        )

    def address(self, path: str, **more: object) -> str:
        """This search, at another path, with more in it."""
        own = {name: getattr(self, name) for name in self.__slots__}
        asked = {name: value for name, value in {**own, **more}.items() if value not in ("", None)}
        return f"{path}?{urlencode(asked)}" if asked else path


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _suche() -> Suche:
    return Suche(**{name: request.args.get(name, "")[:200] for name in Suche.__slots__})


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


@room.get("/protokoll", LESEN)
def protokoll() -> Response:
    """A page of entries, newest first; `unter` and `ueber` are the numbers where it begins."""
    asked, book = _suche(), parts().auditbook
    wanted, above = asked.auswahl, _number("ueber")
    if above is not None:
        rows = book.next_above(wanted, above=above, limit=A_PAGE)
    else:
        rows = book.newest(wanted, below=_number("unter"), limit=A_PAGE)
    return page(
        "protokoll.html",
        suche=asked,
        rows=tuple(map(opened, rows)),
        count=book.count(wanted),
        older=_neighbour(asked, rows, newer=False),
        newer=_neighbour(asked, rows, newer=True),
        head=book.head(),
        check=book.last_check(),
        wahl=_choices(),
    )


def _neighbour(asked: Suche, rows: tuple[AuditEntry, ...], *, newer: bool) -> str:
    """The address of the page beside this one, or "" where there is none."""
    book, wanted = parts().auditbook, asked.auswahl
    if not rows:
        return ""
    if newer:
        found = book.next_above(wanted, above=rows[0].number, limit=1)
        return asked.address("/protokoll", ueber=rows[0].number) if found else ""
    found = book.newest(wanted, below=rows[-1].number, limit=1)
    return asked.address("/protokoll", unter=rows[-1].number) if found else ""


def _choices() -> dict[str, object]:
    return {
        "ereignisse": sorted(AUDIT_KINDS.items(), key=lambda pair: pair[1].casefold()),
        "ausgaenge": [(code, words) for code, words in AUSGANG_WORDS.items() if code],
        "personen": [user.person for user in parts().people.users()],
        "kinds": AUDIT_KINDS,
        "faults": CHAIN_FAULTS,
        "may_check": person().may(PRUEFEN),
        "may_export": person().may(AUSGEBEN),
        "ausgang_words": AUSGANG_WORDS,
    }


@room.get("/protokoll/<int:number>", LESEN)
def eintrag(number: int) -> Response:
    """One entry, for ever under this address."""
    book = parts().auditbook
    entry = book.entry(number)
    if entry is None:
        abort(NOT_FOUND)
    before = book.entry(number - 1)
    return page(
        "protokoll-eintrag.html",
        told=opened(entry),
        fields=fields_of(entry),
        line=line_of(entry),
        is_whole=hash_of(fields_of(entry)) == entry.hash,
        follows=(before.hash if before else "0" * 64) == entry.previous,
        head=book.head(),
        engines=engines_in(parts().records.evidence(entry.case)) if entry.case else (),
        amounts=_amounts(entry),
        wahl=_choices(),
    )


def _amounts(entry: AuditEntry) -> tuple[Decimal | None, Decimal] | None:
    """(what the machine had read, what a person wrote), where the entry tells of an amount."""
    written = opened(entry).told.get("amount")
    if not entry.case or written is None:
        return None
    document = staff.facts_in(parts(), entry.case).document
    read = document.amount if document is not None else None
    return (read.value if isinstance(read, Read) else None), Decimal(written)


@room.post("/protokoll/pruefen", PRUEFEN)
def pruefen() -> Response:
    """Checks file and database against each other, whole; the check is an entry itself."""
    app = parts()
    app.audit.catch_up()
    found = app.audit.verify()
    app.auditbook.note_check(found, by=person().name, at=now())
    app.audit.catch_up()
    if found.why:
        say("protokoll.bruch", zeile=found.line)
    else:
        say("protokoll.ganz", eintraege=found.entries, kopf=found.head)
    return to("/protokoll")


@room.get(f"/protokoll.{LISTS}", AUSGEBEN)
def protokoll_liste(ending: str) -> Response:
    """The entries that are asked for, oldest first; as JSON lines they are those of the chain."""
    asked, seed = _suche(), request.args.get("saat", "")
    if seed:
        entries: Iterator[AuditEntry] = iter(_drawn(asked, seed))
    else:
        if ending == XLSX and parts().auditbook.count(asked.auswahl) > MOST_IN_A_WORKBOOK:
            raise Refused("zu-viele-zeilen", most=f"{MOST_IN_A_WORKBOOK:,}".replace(",", "."))
        # Up to here: the export writes an entry itself, which is not part of what was asked for.
        upto = parts().auditbook.head().number
        entries = parts().auditbook.all(replace(asked.auswahl, upto=upto))
    return list_answer(
        "protokoll",
        ending,
        partial(_table, entries),
        lines=(f"{line_of(entry)}\n".encode() for entry in entries) if ending == "jsonl" else None,
    )


def _table(entries: Iterator[AuditEntry]) -> Table:
    header = tuple(PAGES[f"protokoll.{name}"] for name in HEADER)
    return Table(
        title=PAGES["protokoll.titel"], header=header, rows=map(_row, map(opened, entries))
    )


def _row(told: Eintrag) -> tuple[Cell, ...]:
    entry = told.entry
    return (
        entry.at,
        entry.number,
        entry.case,
        AUDIT_KINDS.get(entry.kind, entry.kind),
        AUSGANG_WORDS[told.outcome],
        ", ".join(told.reasons),
        PAGES["akte.system"] if told.who == SYSTEM else told.who,
        entry.hash,
    )


@room.get("/protokoll/stichprobe", LESEN)
def stichprobe() -> Response:
    """Entries drawn by lot from those that are asked for; without a seed one is made first."""
    asked, seed = _suche(), request.args.get("saat", "")[:64]
    if not seed:
        size = _number("zahl") or USUAL_SAMPLE
        return to(asked.address("/protokoll/stichprobe", zahl=size, saat=secrets.token_hex(8)))
    return page(
        "protokoll-stichprobe.html",
        suche=asked,
        seed=seed,
        size=_size(),
        rows=tuple(map(opened, _drawn(asked, seed))),
        count=parts().auditbook.count(asked.auswahl),
        wahl=_choices(),
    )


def _size() -> int:
    return min(_number("zahl") or USUAL_SAMPLE, LARGEST_SAMPLE)


def _drawn(asked: Suche, seed: str) -> tuple[AuditEntry, ...]:
    return parts().auditbook.sample(asked.auswahl, count=_size(), seed=seed)
