"""The Prüfseite of one flagged case, and what is done there: save, release, take, note, recall.

Promises: looking changes nothing; an action carries the version that its page showed, and nothing
is overwritten where somebody was faster. Touches: the database through staff.py and the staffbook.
Trusts: the guard for who it is; eingabe.py for what was typed.
Limits: query, postponing and refusing have pages of their own in entscheiden.py.
"""

from collections.abc import Callable

from flask import Response, make_response, request

from inbox_daemon import staff
from inbox_daemon.core.bearbeitung import FILE, Plan, Wish, Work
from inbox_daemon.core.eingabe import Eingabe, against_release, eingabe
from inbox_daemon.core.errors import Refused, Stale
from inbox_daemon.core.freigabe import PlanState
from inbox_daemon.core.rollen import BEARBEITEN, LESEN
from inbox_daemon.core.wording_pages import AMOUNT_REASONS, PAGES, absage
from inbox_daemon.web.here import now, page, parts, person, say, to
from inbox_daemon.web.pruefseite import Stand, kreis_named, lines_of, named, pruefseite, stand_of
from inbox_daemon.web.reihe import Reihe, reihe_of, view_named
from inbox_daemon.web.room import Room

room = Room("pruefen")

# What the buttons beside the fields lead to, once what was typed is kept.
ONWARD = ("rueckfrage", "zurueckstellen", "ablehnen")
LONGEST_NOTE = 4000
CONFLICT, UNPROCESSABLE, DONE = 409, 422, 204
TICKED = "bestaetigt"
VERSION_DIGITS = 15

Act = Callable[[Stand, Eingabe], Response]


@room.get("/faelle/<number>/pruefen", LESEN)
def ansehen(number: str) -> Response:
    """The page."""
    return pruefseite(stand_of(number), view())


@room.post("/faelle/<number>/speichern", BEARBEITEN)
def speichern(number: str) -> Response:
    """Keeps what was typed; `weiter` then leads to a page of another decision."""

    def act(stand: Stand, given: Eingabe) -> Response:
        kept = _keep(stand, given)
        onward = request.form.get("weiter", "")
        if onward in ONWARD:
            return to(place_of(stand).path(number, onward))
        if kept:
            say("gespeichert")
        return to(place_of(stand).path(number))

    return _acted(number, act)


@room.post("/faelle/<number>/freigeben", BEARBEITEN)
def freigeben(number: str) -> Response:
    """The case is to be filed as the page shows it, and on to the next one."""

    def act(stand: Stand, given: Eingabe) -> Response:
        _keep(stand, given)
        after = stand_of(number)
        if _typed(after.work) != _typed(given.work):
            raise Stale(number)
        if mistakes := against_release(after.sheet, _ticked()):
            return pruefseite(after, view(), mistakes=mistakes, status=UNPROCESSABLE)
        return gone_on(stand, staff.plan(parts(), number, _release(after), version=after.version))

    return _acted(number, act)


@room.post("/faelle/<number>/notiz", BEARBEITEN)
def notieren(number: str) -> Response:
    """One more note, and what was typed beside it."""

    def act(stand: Stand, given: Eingabe) -> Response:
        words = request.form.get("notiz", "").strip()[:LONGEST_NOTE]
        if not words:
            raise Refused("notiz-fehlt")
        _keep(stand, given)
        parts().staffbook.note(number, words, by=person().name, at=now())
        parts().audit.catch_up()
        say("notiert")
        return to(place_of(stand).path(number))

    return _acted(number, act)


@room.post("/faelle/<number>/nehmen", BEARBEITEN)
def nehmen(number: str) -> Response:
    """The case is hers for ten minutes; `trotzdem` takes it over from another."""
    line = staff.case_line(parts(), number)
    by_force = request.form.get("trotzdem") == "ja"
    parts().staffbook.take(number, by=person().name, at=now(), by_force=by_force)
    parts().audit.catch_up()
    say("uebernommen")
    return to(reihe_of(parts(), line, view_named(view())).path(number))


@room.post("/faelle/<number>/dabei", BEARBEITEN)
def dabei(number: str) -> Response:
    """The same for the script, which asks as the page is opened and while somebody types."""
    staff.case_line(parts(), number)
    try:
        parts().staffbook.take(number, by=person().name, at=now())
    except Refused as held:
        holder = named(parts(), held.values.get("person", ""))
        response = make_response(PAGES["bei-anderer-person"].format(person=holder), CONFLICT)
        response.mimetype = "text/plain"
        return response
    return make_response("", DONE)


@room.post("/faelle/<number>/lassen", BEARBEITEN)
def lassen(number: str) -> Response:
    """The script leaves a case in which nothing was done: it need not wait for the lease's end."""
    parts().staffbook.release(number, by=person().name)
    return make_response("", DONE)


@room.post("/faelle/<number>/zurueckholen", BEARBEITEN)
def zurueckholen(number: str) -> Response:
    """Her decision in this case is taken back; the case is open before her again."""
    plan = parts().staffbook.plan_of(number)
    if plan is None or str(plan.number) != request.form.get("entscheidung"):
        raise Stale(number)
    staff.recall(parts(), plan.number, by=person().name)
    say("fall-zurueckgeholt", fall=number)
    line = staff.case_line(parts(), number)
    return to(reihe_of(parts(), line, view_named(view())).path(number))


def view() -> str:
    """The view that the case was opened from."""
    return request.values.get("ansicht", "")


def version() -> int:
    """The version that the form's page showed; without one nothing can be current."""
    given = request.form.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= VERSION_DIGITS else 0


def place_of(stand: Stand) -> Reihe:
    """The place of the case in the view it was opened from."""
    return reihe_of(parts(), stand.line, view_named(view()))


def gone_on(stand: Stand, plan: Plan) -> Response:
    """After a decision: on to the next case of the view, with what was done in a sentence."""
    alone = plan.state is not PlanState.ZWEITE
    minutes = parts().settings.review.recall_minutes
    key = f"entschieden-{plan.wish.answer}" if alone else "entschieden-zweite"
    say(key, fall=stand.line.number, minuten=minutes)
    return to(place_of(stand).next_path)


def _acted(number: str, act: Act) -> Response:
    """The action on what was typed; what stands against it is shown with nothing typed lost."""
    stand = stand_of(number)
    given = eingabe(request.form, _ticked(), stand.sheet, work=stand.work, rules=parts().rules)
    if version() != stand.version:
        return _conflict(stand, given)
    if given.mistakes:
        return pruefseite(stand, view(), typed=given, mistakes=given.mistakes, status=UNPROCESSABLE)
    try:
        stand.demand_open()
        return act(stand, given)
    except Stale:
        return _conflict(stand_of(number), given)
    except Refused as error:
        after = stand_of(number)
        typed = given if after.is_editable else None
        return pruefseite(after, view(), typed=typed, told=absage(error), status=CONFLICT)


def _ticked() -> frozenset[str]:
    return frozenset(request.form.getlist(TICKED))


def _keep(stand: Stand, given: Eingabe) -> bool:
    """Whether there was something to be kept. Raises Stale or Refused."""
    if _typed(stand.work) == _typed(given.work):
        return False
    parts().staffbook.save_work(
        stand.line.number, given.work, by=person().name, at=now(), version=version()
    )
    parts().audit.catch_up()
    return True


def _typed(work: Work) -> tuple[object, ...]:
    return work.amount, work.amount_reason, work.ags or "", work.unterschrift


def _release(stand: Stand) -> Wish:
    work = stand.work
    return Wish(
        answer=FILE,
        by=person().name,
        why=AMOUNT_REASONS.get(work.amount_reason, ""),
        amount=work.amount,
        ags=work.ags,
        replaces=request.form.get("ersetzt") or None,
        grund=work.amount_reason,
    )


def _conflict(stand: Stand, given: Eingabe) -> Response:
    """Both versions side by side; nothing was overwritten."""
    seen = version()
    newer = tuple(h for h in parts().records.history(stand.line.number) if h.number > seen)
    return page(
        "konflikt.html",
        status=CONFLICT,
        stand=stand,
        mine=dict(given.typed),
        ticked=sorted(_ticked() & {field.name for field in stand.sheet.fields}),
        newer=tuple(lines_of(parts(), newer)),
        view=view(),
        kreis_of=kreis_named,
    )
