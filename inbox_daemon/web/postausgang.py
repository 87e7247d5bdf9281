"""What is about to leave the house: decisions that can be recalled, letters, the stop switch.

Promises: a recall before its time takes the decision back whole; a stop holds from the moment it
is answered; only those who lead let letters go again. Touches: the plans, the switch, the log.
Trusts: staff.py, the store. Limits: a letter that the relay has is not called back by anybody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from flask import Response, request

from inbox_daemon import staff
from inbox_daemon.core.bearbeitung import Plan
from inbox_daemon.core.errors import Refused
from inbox_daemon.core.freigabe import PlanState
from inbox_daemon.core.rollen import ANHALTEN, AUSGEBEN, BEARBEITEN, LENKEN, LESEN, ZWEITE
from inbox_daemon.core.wording_labels import LETTER_OUTCOMES, LEVELS
from inbox_daemon.core.wording_pages import ANSWERS, PAGES, WHY_SECOND
from inbox_daemon.edges.outbox import Schreiben
from inbox_daemon.tabellen import Cell, Table
from inbox_daemon.web.ausgabe import LISTS, list_answer
from inbox_daemon.web.here import now, page, parts, person, say, to
from inbox_daemon.web.room import Room

room = Room("postausgang")
SHOWN: Final = 100
LONGEST_REASON: Final = 500
MOST_DIGITS: Final = 15
HEADER: Final = ("fall", "kreis", "empfaenger", "betreff", "entschieden", "stand", "versuche")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unterwegs:
    """A decision on its way. `minutes` until it is carried out, 0 where its time has come."""

    plan: Plan
    minutes: int
    is_mine: bool


@room.get("/postausgang", LESEN)
def postausgang() -> Response:
    """All that waits to leave, and what left last."""
    app = parts()
    letters = app.records.outgoing(limit=SHOWN)
    state = app.records.letters(at=now())
    return page(
        "postausgang.html",
        switch=state.switch,
        this_hour=state.this_hour,
        budget=app.settings.letters.hour,
        levels=[
            (programm.titel, LEVELS[app.supervision.level_of(programm.kennung).value])
            for programm in app.rules.programme
        ],
        due=_on_their_way(PlanState.AUSGANG),
        second=_on_their_way(PlanState.ZWEITE),
        waiting=[letter for letter in letters if not letter.outcome],
        doubtful=[
            one for one in letters if one.outcome in {"unknown", "given-up"} or one.came_back
        ],
        sent=[one for one in letters if one.outcome == "done" and not one.came_back],
        outcomes=LETTER_OUTCOMES,
        answers=ANSWERS,
        why_second=WHY_SECOND,
        kreis_of=_kreis_of,
        may_stop=person().may(ANHALTEN),
        may_release=person().may(LENKEN),
        may_export=person().may(AUSGEBEN),
    )


def _on_their_way(state: PlanState) -> list[Unterwegs]:
    me = person().name.casefold()
    return [
        Unterwegs(
            plan=plan,
            minutes=_minutes(plan.due_at, now()),
            is_mine=me in {plan.first.casefold(), (plan.second or "").casefold()},
        )
        for plan in parts().staffbook.plans(state)
    ]


def _minutes(due_at: datetime | None, at: datetime) -> int:
    left = due_at - at if due_at is not None else timedelta(0)
    return max(0, ceil(left / timedelta(minutes=1)))


def _kreis_of(ags: str) -> str:
    kreis = parts().rules.kreis(ags)
    return kreis.name if kreis else ""


@room.post("/postausgang/zurueckholen", BEARBEITEN | ZWEITE)
def zurueckholen() -> Response:
    """Takes a decision back; refused where it has left or is somebody else's."""
    number = request.form.get("plan", "")
    if not (number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS):
        raise Refused("anfrage-ungueltig")
    plan = staff.recall(parts(), int(number), by=person().name)
    say("postausgang.zurueckgeholt", fall=plan.case)
    return to("/postausgang")


@room.post("/postausgang/anhalten", ANHALTEN)
def anhalten() -> Response:
    """Stops the letters."""
    return _turned(stopped=True)


@room.post("/postausgang/fortsetzen", LENKEN)
def fortsetzen() -> Response:
    """Lets the letters go again."""
    return _turned(stopped=False)


def _turned(*, stopped: bool) -> Response:
    why = request.form.get("grund", "").strip()[:LONGEST_REASON]
    if not why:
        raise Refused("grund-fehlt")
    parts().store.turn_letters(stopped=stopped, by=person().name, why=why, at=now())
    parts().audit.catch_up()
    say("postausgang.angehalten" if stopped else "postausgang.laeuft")
    return to("/postausgang")


@room.get(f"/postausgang.{LISTS}", AUSGEBEN)
def postausgang_liste(ending: str) -> Response:
    """All letters that ever were."""
    return list_answer("schreiben", ending, _table)


def _table() -> Table:
    header = tuple(PAGES[f"postausgang.{name}"] for name in HEADER)
    rows = map(_row, parts().records.outgoing())
    return Table(title=PAGES["nav.postausgang"], header=header, rows=rows)


def _row(letter: Schreiben) -> tuple[Cell, ...]:
    return (
        letter.case,
        _kreis_of(letter.ags),
        letter.recipient,
        letter.subject,
        letter.at,
        PAGES["postausgang.zurueck"] if letter.came_back else LETTER_OUTCOMES[letter.outcome],
        letter.attempts,
    )
