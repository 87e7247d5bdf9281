"""The other decisions on a flagged case: ask the Kreis, put off, close without an application.

Promises: a letter leaves only as it was shown, to the one receiver that the rules allow; each
decision carries the version its page showed. Touches: the database through staff.py.
Trusts: the guard; staff.py for what may be decided. Limits: no letter's words are edited here.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Response, request

from inbox_daemon import staff
from inbox_daemon.core.bearbeitung import ANSWERED, ASK, CLOSE, REFUSALS, Wish
from inbox_daemon.core.decide import CORRECTABLE
from inbox_daemon.core.errors import Damaged, Permanent, Refused
from inbox_daemon.core.frist import working_day
from inbox_daemon.core.rollen import BEARBEITEN
from inbox_daemon.core.verdict import Query
from inbox_daemon.core.vorrat import day_of
from inbox_daemon.core.wording_letter import BITTEN, bitte, german_day
from inbox_daemon.core.wording_pages import CLOSE_REASONS, PAGES, absage
from inbox_daemon.feiertage import is_holiday
from inbox_daemon.ports import Letter
from inbox_daemon.web.here import now, page, parts, person, say, to
from inbox_daemon.web.pruefen import (
    CONFLICT,
    LONGEST_NOTE,
    UNPROCESSABLE,
    gone_on,
    place_of,
    version,
)
from inbox_daemon.web.pruefseite import Stand, stand_of
from inbox_daemon.web.room import Room

room = Room("entscheiden")

LATER_DAYS = 3
MOST_DAYS = 366
# What a person found missing on the page, as a point of the letter.
POINT_OF = {"betrag": "betrag-fehlt", "unterschrift": "unterschrift-fehlt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Punkt:
    """A point that a letter may ask for; `is_barred` where it was surely read."""

    code: str
    where: str
    what: str
    ticked: bool
    is_barred: bool


@room.get("/faelle/<number>/rueckfrage", BEARBEITEN)
def rueckfrage(number: str) -> Response:
    """The letter as it will leave, with its points to be ticked."""
    stand = stand_of(number)
    asked = request.args.getlist("punkt") if "vorschau" in request.args else _proposed(stand)
    return _rueckfrage(stand, tuple(code for code in BITTEN if code in asked))


@room.post("/faelle/<number>/rueckfrage", BEARBEITEN)
def fragen(number: str) -> Response:
    """The letter goes to the outbox, if it is still the one that was shown."""
    stand = stand_of(number)
    points = tuple(code for code in BITTEN if code in request.form.getlist("punkt"))

    def act() -> Response:
        letter = _letter(stand, points)
        if _hash(letter) != request.form.get("brief"):
            return _rueckfrage(stand, points, told=PAGES["brief-geaendert"], status=CONFLICT)
        wish = Wish(answer=ASK, by=person().name, why=_note(), questions=points)
        return gone_on(stand, staff.plan(parts(), number, wish, version=version()))

    return _decided(stand, act, lambda told: _rueckfrage(stand, points, told=told, status=CONFLICT))


@room.get("/faelle/<number>/zurueckstellen", BEARBEITEN)
def spaeter(number: str) -> Response:
    """Until when, and why."""
    return _spaeter(stand_of(number))


@room.post("/faelle/<number>/zurueckstellen", BEARBEITEN)
def zurueckstellen(number: str) -> Response:
    """The case rests until that day; on to the next one."""
    stand = stand_of(number)
    day = _day_asked()
    if day is None:
        return _spaeter(stand, told=PAGES["tag-ungueltig"], status=UNPROCESSABLE)

    def act() -> Response:
        following = place_of(stand).next_path
        parts().staffbook.postpone(
            number, on=day, note=_note(), by=person().name, at=now(), version=version()
        )
        parts().audit.catch_up()
        say("zurueckgestellt", fall=number, tag=f"{day:%d.%m.%Y}")
        return to(following)

    return _decided(stand, act, lambda told: _spaeter(stand, told=told, status=CONFLICT))


@room.get("/faelle/<number>/ablehnen", BEARBEITEN)
def ohne_antrag(number: str) -> Response:
    """Why the mail needs no decision of the procedure."""
    return _ablehnen(stand_of(number))


@room.post("/faelle/<number>/ablehnen", BEARBEITEN)
def ablehnen(number: str) -> Response:
    """The case is closed without a record; a refusal waits for a second person."""
    stand = stand_of(number)
    reason = request.form.get("grund", "")
    if reason not in CLOSE_REASONS:
        return _ablehnen(stand, told=PAGES["grund-auswaehlen"], status=UNPROCESSABLE)

    def act() -> Response:
        why = _note() or CLOSE_REASONS[reason]
        wish = Wish(answer=CLOSE, by=person().name, why=why, grund=reason)
        return gone_on(stand, staff.plan(parts(), number, wish, version=version()))

    return _decided(stand, act, lambda told: _ablehnen(stand, told=told, status=CONFLICT))


def _decided(
    stand: Stand, act: Callable[[], Response], again: Callable[[str], Response]
) -> Response:
    """The action, or its page again with why it was not carried out; what was typed is kept."""
    if version() != stand.version:
        return again(PAGES["veraltet"])
    try:
        stand.demand_open()
        return act()
    except Damaged:
        raise
    except Permanent as error:
        return again(absage(error))


def _note() -> str:
    return request.form.get("notiz", "").strip()[:LONGEST_NOTE]


def _proposed(stand: Stand) -> set[str]:
    """The machine's points where it has a letter, else what is missing by machine or person."""
    draft = staff.draft_of(parts(), stand.line.number)
    if draft is not None:
        return set(draft.questions)
    found = CORRECTABLE & set(stand.line.reasons)
    sheet = stand.sheet
    if sheet.unterschrift.value == "fehlt":
        found |= {POINT_OF["unterschrift"]}
    elif sheet.unterschrift.value == "vorhanden":
        found -= {POINT_OF["unterschrift"]}
    if sheet.betrag.value:
        found -= {POINT_OF["betrag"]}
    return set(found)


def _letter(stand: Stand, points: tuple[str, ...]) -> Letter:
    """The letter of these points. Raises Permanent with a sentence where none may leave."""
    if not points:
        raise Refused("queue.points")
    wish = Wish(answer=ASK, by=person().name, why="", questions=points)
    verdict, case, _ = staff.judged(parts(), stand.line.number, wish)
    if not isinstance(verdict, Query):
        raise TypeError("a wish to ask came to no query")
    return parts().letters.query(case, verdict, parts().rules)


def _hash(letter: Letter) -> str:
    """By this the letter that is sent is compared with the one that was shown."""
    text = f"{letter.recipient}\n{letter.subject}\n{letter.body}"
    return hashlib.sha256(text.encode()).hexdigest()


def _rueckfrage(
    stand: Stand, points: tuple[str, ...], *, told: str = "", status: int = 200
) -> Response:
    letter, against = None, ""
    try:
        letter = _letter(stand, points)
    except Permanent as error:
        against = absage(error)
    barred = staff.contradicted(stand.facts)
    return page(
        "rueckfrage.html",
        status=status,
        stand=stand,
        reihe=place_of(stand),
        punkte=tuple(_punkt(code, points, barred) for code in BITTEN),
        letter=letter,
        brief=_hash(letter) if letter else "",
        against=against,
        told=told,
        note=_note(),
    )


def _punkt(code: str, points: tuple[str, ...], barred: set[str]) -> Punkt:
    where, what = bitte(code, page=None)
    return Punkt(code=code, where=where, what=what, ticked=code in points, is_barred=code in barred)


def _days() -> tuple[tuple[str, date], ...]:
    """The presets: the next working day, and the third from today."""
    return tuple(
        (key, working_day(now(), count=count, is_holiday=is_holiday))
        for key, count in (("morgen", 1), ("spaeter", LATER_DAYS))
    )


def _day_asked() -> date | None:
    """The day of the preset or of the field; None where it is no day to come."""
    chosen = request.form.get("wann", "")
    presets = dict(_days())
    if chosen in presets:
        return presets[chosen]
    try:
        day = date.fromisoformat(request.form.get("tag", ""))
    except ValueError:
        return None
    today = day_of(now())
    return day if today < day <= today + timedelta(days=MOST_DAYS) else None


def _spaeter(stand: Stand, *, told: str = "", status: int = 200) -> Response:
    return page(
        "zurueckstellen.html",
        status=status,
        stand=stand,
        reihe=place_of(stand),
        days=tuple((key, german_day(day)) for key, day in _days()),
        put_off=parts().staffbook.postponed().get(stand.line.number),
        chosen=request.form.get("wann", "morgen"),
        day=request.form.get("tag", ""),
        told=told,
        note=_note(),
    )


def _ablehnen(stand: Stand, *, told: str = "", status: int = 200) -> Response:
    return page(
        "ablehnen.html",
        status=status,
        stand=stand,
        reihe=place_of(stand),
        elsewhere=tuple((code, CLOSE_REASONS[code]) for code in ANSWERED),
        refusals=tuple((code, CLOSE_REASONS[code]) for code in REFUSALS),
        chosen=request.form.get("grund", ""),
        told=told,
        note=_note(),
    )
