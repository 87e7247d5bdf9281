"""Stichprobe: what the machine filed alone, looked at again without seeing what it read.

Promises: the person answers three questions from the picture; only then both are compared; each
case once. Touches: the sample's table, the log. Trusts: the guard for who may.
Limits: changes no record; a wrong one stands on top of the list until somebody has mended it.
"""

from typing import Final

from flask import Response, abort, request

from inbox_daemon.core.betrag import betrag_from
from inbox_daemon.core.rollen import AUSGEBEN, PRUEFEN, ZWEITE
from inbox_daemon.core.stichprobe import Abgelegt, Ergebnis, Gesehen, drawn, faults
from inbox_daemon.core.values import Document
from inbox_daemon.core.wording_pages import SAMPLE_FAULTS
from inbox_daemon.staff import facts_in
from inbox_daemon.tabellen import Table
from inbox_daemon.web.ausgabe import LISTS, list_answer
from inbox_daemon.web.here import now, page, parts, person, say, to
from inbox_daemon.web.room import Room

room = Room("stichprobe")
LOOKING = ZWEITE | PRUEFEN
NOT_FOUND = 404
HEADER: Final = ("Fall", "Angesehen am", "Abweichung")


@room.get("/stichprobe", LOOKING)
def listed() -> Response:
    """What is to be looked at, and what was found; the wrong ones first."""
    results = sorted(parts().stichproben.results(), key=lambda one: (not one.faults, one.at))
    return page(
        "stichprobe.html",
        waiting=_waiting(),
        results=results,
        words=SAMPLE_FAULTS,
        percent=parts().settings.review.sample_percent,
    )


@room.get(f"/stichprobe.{LISTS}", AUSGEBEN)
def stichprobe_liste(ending: str) -> Response:
    """What was looked at and what came of it, as a file; without who looked."""
    rows = (
        (one.case, one.at, ", ".join(SAMPLE_FAULTS[code] for code in one.faults))
        for one in parts().stichproben.results()
    )
    return list_answer(
        "stichprobe", ending, lambda: Table(title="Stichprobe", header=HEADER, rows=rows)
    )


@room.get("/stichprobe/<case>", LOOKING)
def look(case: str) -> Response:
    """The pages of this case and three questions."""
    return _form(_drawn(case))


@room.post("/stichprobe/<case>", LOOKING)
def answer(case: str) -> Response:
    """What the person saw is kept beside what the machine filed."""
    record, form = _drawn(case), request.form
    signed, ags = form.get("unterschrift", ""), form.get("ags", "")
    amount = betrag_from(form.get("betrag", ""))
    if signed not in {"ja", "nein"} or parts().rules.kreis(ags) is None:
        return _form(record, error="angaben-fehlen", status=422)
    if amount is None:
        return _form(record, error="betrag-unleserlich", status=422)
    seen = Gesehen(betrag=amount, ags=ags, is_signed=signed == "ja")
    found = faults(record, seen)
    parts().stichproben.keep(Ergebnis(case=case, by=person().name, at=now(), faults=found))
    parts().audit.catch_up()
    words = ", ".join(SAMPLE_FAULTS[code] for code in found)
    say("stichprobe-falsch" if found else "stichprobe-richtig", fall=case, fehler=words)
    return to("/stichprobe")


def _waiting() -> tuple[Abgelegt, ...]:
    done = {one.case for one in parts().stichproben.results()}
    percent = parts().settings.review.sample_percent
    filed = parts().stichproben.filed_by_machine()
    return tuple(record for record in drawn(filed, percent=percent) if record.case not in done)


def _drawn(case: str) -> Abgelegt:
    found = next((record for record in _waiting() if record.case == case), None)
    return found or abort(NOT_FOUND)


def _form(record: Abgelegt, *, error: str = "", status: int = 200) -> Response:
    return page(
        "stichprobe-fall.html",
        status=status,
        case=record.case,
        document=_document(record.case),
        kreise=sorted(parts().rules.kreise, key=lambda kreis: kreis.kurzname),
        given=request.form,
        error=error,
    )


def _document(case: str) -> Document | None:
    return facts_in(parts(), case).document
