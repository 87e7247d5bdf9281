"""Zweitprüfung: the decisions that wait for a second person, and her signature or her no.

Promises: nobody signs what she decided; nothing is signed while a typed amount differs or a note
says otherwise; what was typed is not lost by a refusal. Touches: the plans, the log, by staff.py.
Trusts: the guard for who it is; the plan's own state for whether it still waits.
Limits: a plan never changes, so that its number is its version.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from flask import Response, abort, request

from inbox_daemon import staff
from inbox_daemon.core.bearbeitung import FILE, Plan
from inbox_daemon.core.betrag import betrag_from, german
from inbox_daemon.core.errors import Refused, Stale
from inbox_daemon.core.freigabe import SAME_PERSON, PlanState
from inbox_daemon.core.frist import BERLIN
from inbox_daemon.core.rollen import AUSGEBEN, BEARBEITEN, LESEN, ZWEITE
from inbox_daemon.core.vorrat import ON_A_PAGE, PAGE_DIGITS
from inbox_daemon.core.wording_labels import METHODS
from inbox_daemon.core.wording_pages import (
    AMOUNT_REASONS,
    PAGES,
    PLAN_STATES,
    WHY_SECOND,
    absage,
)
from inbox_daemon.tabellen import Cell, Table
from inbox_daemon.web.ausgabe import LISTS, list_answer
from inbox_daemon.web.here import now, page, parts, person, say, to
from inbox_daemon.web.pruefseite import named
from inbox_daemon.web.room import Room
from inbox_daemon.web.zweitblatt import (
    Vorlage,
    Zeile,
    is_own,
    may_sign,
    questions_of,
    vorlage_of,
    words_of,
    zeile_of,
)

room = Room("zweit")
LIST: Final = "/zweitpruefung"
# A number beyond what a row can have is no plan.
ONE: Final = "/zweitpruefung/<int(max=999999999999):number>"
HEADER: Final = ("fall", "kreis", "entscheidung", "betrag", "gruende", "erste", "am")
LONGEST_NOTE, LONGEST_AMOUNT = 4000, 40
NOT_FOUND, CONFLICT, UNPROCESSABLE = 404, 409, 422


@room.get(LIST, LESEN)
def liste() -> Response:
    """What waits, oldest first; her own stand grey among it."""
    waiting, asked = _waiting(), request.args.get("seite", "")
    last = max(1, -(-len(waiting) // ON_A_PAGE))
    plain = asked.isascii() and asked.isdigit() and len(asked) <= PAGE_DIGITS
    shown = min(max(1, int(asked)), last) if plain else 1
    return page(
        "zweitpruefung.html",
        zeilen=_zeilen(waiting[(shown - 1) * ON_A_PAGE : shown * ON_A_PAGE]),
        count=len(waiting),
        shown=shown,
        last=last,
        first=next((plan for plan in waiting if may_sign(plan, person())), None),
        may_export=person().may(AUSGEBEN),
        is_second=person().may(ZWEITE),
        **_words(),
    )


@room.get(f"{LIST}.{LISTS}", AUSGEBEN)
def liste_ausgeben(ending: str) -> Response:
    """The same list, whole."""
    return list_answer("zweitpruefung", ending, _table)


def _table() -> Table:
    header = tuple(PAGES[f"zweit.{name}"] for name in HEADER)
    rows = (_cells(zeile) for zeile in _zeilen(_waiting()))
    return Table(title=PAGES["zweit.titel"], header=header, rows=rows)


def _cells(zeile: Zeile) -> tuple[Cell, ...]:
    plan = zeile.plan
    return (
        plan.case,
        zeile.kreis,
        words_of(plan),
        PAGES["zweit.verdeckt"] if zeile.is_hidden else zeile.betrag,
        ", ".join(WHY_SECOND[code] for code in plan.why_second),
        named(parts(), plan.first),
        plan.created_at,
    )


@room.get(ONE, LESEN)
def ansehen(number: int) -> Response:
    """One decision: its evidence, then what the first person decided."""
    return _blatt(_plan(number))


@room.post(f"{ONE}/vergleichen", ZWEITE)
def vergleichen(number: int) -> Response:
    """Her own reading beside the first one's; nothing is signed by it."""

    def act(plan: Plan) -> Response:
        typed = _typed()
        if typed is None:
            return _unread(plan)
        same = staff.agrees(parts(), plan, by=person().name, amount=typed)
        return _blatt(plan, agreed=typed) if same else _differs(plan)

    return _acted(number, act)


@room.post(f"{ONE}/zeichnen", ZWEITE)
def zeichnen(number: int) -> Response:
    """She signs, and goes on to the next one that she may sign."""

    def act(plan: Plan) -> Response:
        if request.form.get("notiz", "").strip():
            return _blatt(plan, told=PAGES["zweit.notiz"], status=UNPROCESSABLE)
        if is_blind(plan):
            typed = _typed()
            if typed is None:
                return _unread(plan)
            if not staff.agrees(parts(), plan, by=person().name, amount=typed):
                return _differs(plan)
        signed = staff.second(parts(), number, by=person().name)
        due = signed.due_at or now()
        say("zweit.gezeichnet", fall=plan.case, ab=due.astimezone(BERLIN).strftime("%H:%M"))
        return to(_next(plan))

    return _acted(number, act)


@room.post(f"{ONE}/zurueckgeben", ZWEITE)
def zurueckgeben(number: int) -> Response:
    """She does not sign: the case is open again, with her words."""

    def act(plan: Plan) -> Response:
        note = request.form.get("notiz", "").strip()[:LONGEST_NOTE]
        if not note:
            return _blatt(plan, wrong_note=PAGES["notiz-fehlt"], status=UNPROCESSABLE)
        staff.give_back(parts(), number, by=person().name, why=note)
        say("zweit.zurueckgegeben", fall=plan.case)
        return to(_next(plan))

    return _acted(number, act)


@room.post(f"{ONE}/zurueckholen", BEARBEITEN | ZWEITE)
def zurueckholen(number: int) -> Response:
    """Whoever signed takes the decision back while it waits."""

    def act(plan: Plan) -> Response:
        staff.recall(parts(), number, by=person().name)
        say("zweit.zurueckgeholt", fall=plan.case)
        return to(LIST)

    return _acted(number, act, by_second=False)


def is_blind(plan: Plan) -> bool:
    """Whether she reads the amount before she sees the first one's."""
    asked = parts().settings.review.blind or request.values.get("blind") == "1"
    return asked and plan.wish.answer == FILE and may_sign(plan, person())


def _acted(number: int, act: Callable[[Plan], Response], *, by_second: bool = True) -> Response:
    """The action on a decision that still waits; else the page says how it stands."""
    plan = _plan(number)
    if by_second and is_own(plan, person()):
        return _blatt(plan, told=PAGES[SAME_PERSON], status=CONFLICT)
    try:
        return act(plan)
    except (Refused, Stale) as error:
        return _blatt(_plan(number), told=absage(error), status=CONFLICT)


def _plan(number: int) -> Plan:
    found = parts().staffbook.plan(number)
    return found or abort(NOT_FOUND)


def _waiting() -> tuple[Plan, ...]:
    return parts().staffbook.plans(PlanState.ZWEITE)


def _zeilen(plans: tuple[Plan, ...]) -> tuple[Zeile, ...]:
    return tuple(zeile_of(parts(), plan, person()) for plan in plans)


def _next(after: Plan) -> str:
    """The address of the next decision that she may sign, from the oldest again after the last."""
    mine = [plan.number for plan in _waiting() if may_sign(plan, person())]
    later = [number for number in mine if number > after.number]
    found = next(iter((*later, *mine)), None)
    blind = "?blind=1" if request.values.get("blind") == "1" else ""
    return LIST if found is None else f"{LIST}/{found}{blind}"


def _typed() -> Decimal | None:
    return betrag_from(request.form.get("betrag", "")[:LONGEST_AMOUNT])


def _unread(plan: Plan) -> Response:
    typed = request.form.get("betrag", "").strip()
    key = "betrag-unleserlich" if typed else "zweit.erst-betrag"
    return _blatt(plan, wrong_amount=PAGES[key], status=UNPROCESSABLE)


def _differs(plan: Plan) -> Response:
    return _blatt(plan, told=PAGES["zweit.abweichend"], status=CONFLICT)


def _blatt(
    plan: Plan,
    *,
    told: str = "",
    wrong_note: str = "",
    wrong_amount: str = "",
    agreed: Decimal | None = None,
    status: int = 200,
) -> Response:
    """The page, with what was typed still in its fields."""
    found = vorlage_of(parts(), plan, person())
    blind = is_blind(plan)
    return page(
        "zweitpruefung-fall.html",
        status=status,
        vorlage=found,
        plan=plan,
        blind=blind,
        hidden=blind and agreed is None and found.gelesen is None,
        agreed=agreed,
        typed=_in_field(found, agreed),
        note=request.form.get("notiz", ""),
        told=told,
        wrong={"notiz": wrong_note, "betrag": wrong_amount},
        questions=questions_of(plan),
        notes=parts().staffbook.notes(plan.case),
        is_setting=parts().settings.review.blind,
        **_words(),
    )


def _in_field(found: Vorlage, agreed: Decimal | None) -> str:
    if "betrag" in request.form:
        return request.form["betrag"][:LONGEST_AMOUNT]
    value = agreed if agreed is not None else found.gelesen
    return "" if value is None else german(value).removesuffix(" Euro")


def _words() -> dict[str, Any]:
    return {
        "undo": _undo(),
        "words_of": words_of,
        "named": lambda name: named(parts(), name),
        "why_second": WHY_SECOND,
        "amount_reasons": AMOUNT_REASONS,
        "plan_states": PLAN_STATES,
        "methods": METHODS,
    }


def _undo() -> Plan | None:
    """Her last signature that can still be taken back."""
    me = person().name.casefold()
    mine = [
        plan
        for plan in parts().staffbook.plans(PlanState.AUSGANG)
        if (plan.second or "").casefold() == me and plan.due_at is not None and plan.due_at > now()
    ]
    return max(mine, key=lambda plan: (plan.due_at or now(), plan.number), default=None)
