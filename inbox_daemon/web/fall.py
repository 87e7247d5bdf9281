"""A case: its conversation in order, versions side by side, history, and what can be taken along.

Promises: mails and letters stand in the order of the chain; a mail is only ever a download, never
shown by a browser. Touches: the spool (reads). Trusts: nothing of the mail.
Limits: nothing is decided here; the page for that is the Pruefseite.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Response, abort, render_template

from inbox_daemon.akte import ZIP_TYPE, bundle
from inbox_daemon.core.bearbeitung import Plan
from inbox_daemon.core.errors import Temporary
from inbox_daemon.core.rollen import AUSGEBEN, BEARBEITEN, LESEN
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Submission
from inbox_daemon.core.wording_labels import (
    ART_GRUENDE,
    AUDIT_KINDS,
    AUSGAENGE,
    LETTER_OUTCOMES,
    MAILARTEN,
    STATES,
    VERSION_FIELDS,
)
from inbox_daemon.core.wording_pages import PAGES, PLAN_STATES
from inbox_daemon.edges.casebook import WrittenLetter
from inbox_daemon.edges.drucker import NOT_PRINTED
from inbox_daemon.erklaerung import explain
from inbox_daemon.gespraech import Conversation, Mail
from inbox_daemon.ports import Letter
from inbox_daemon.staff import case_line
from inbox_daemon.web.ausgabe import file_answer, told
from inbox_daemon.web.here import page, parts, person
from inbox_daemon.web.room import Room

room = Room("fall")
NOT_FOUND, AWAY = 404, 503
WORDS: Final = {
    "arten": MAILARTEN,
    "gruende": ART_GRUENDE,
    "states": STATES,
    "outcomes": LETTER_OUTCOMES,
    "fields": VERSION_FIELDS,
    "plan_states": PLAN_STATES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Beitrag:
    """A mail or a letter in the conversation; the other one is None."""

    order: int
    at: datetime
    case: str
    mail: Mail | None = None
    submission: Submission | None = None
    letter: Letter | None = None
    outcome: str = ""


@room.get("/faelle/<number>", LESEN)
def fall(number: str) -> Response:
    """The case."""
    found = explain(parts(), number)
    plan = parts().staffbook.plan_of(number)
    return page(
        "fall.html",
        found=found,
        beitraege=_beitraege(found.gespraech),
        notes=parts().staffbook.notes(number),
        plan=_open(plan),
        wahl=_wahl(),
        can_decide=found.line.state is State.FLAGGED and person().may(BEARBEITEN),
    )


def _wahl() -> dict[str, object]:
    return {
        **WORDS,
        "kinds": AUDIT_KINDS,
        "ausgang_words": AUSGAENGE,
        "may_export": person().may(AUSGEBEN),
    }


def _open(plan: Plan | None) -> Plan | None:
    return plan if plan is not None and plan.ended_at is None else None


def _beitraege(talk: Conversation) -> tuple[Beitrag, ...]:
    found = [*map(_of_mail, talk.mails), *map(_of_letter, talk.letters)]
    return tuple(sorted(found, key=lambda one: one.order))


def _of_mail(mail: Mail) -> Beitrag:
    evidence = parts().records.evidence(mail.line.number)
    return Beitrag(
        order=mail.order,
        at=mail.line.received_at,
        case=mail.line.number,
        mail=mail,
        submission=evidence.submission if evidence else None,
    )


def _of_letter(letter: WrittenLetter) -> Beitrag:
    return Beitrag(
        order=letter.order,
        at=letter.at,
        case=letter.case,
        letter=parts().records.letter(letter.case),
        outcome=letter.outcome,
    )


@room.get("/faelle/<number>/erklaeren", LESEN)
def erklaeren(number: str) -> Response:
    """The decision retold on one sheet, to be printed."""
    found = explain(parts(), number)
    return page("fall-erklaeren.html", found=found, wahl=_wahl())


@room.get("/faelle/<number>/akte.zip", AUSGEBEN)
def akte(number: str) -> Response:
    """The bundle for the E-Akte; told of in the log."""
    found = explain(parts(), number)
    sheet = render_template("entscheidung.html", found=found, wahl=_wahl())
    try:
        file = bundle(parts(), found, sheet)
    except Temporary as error:
        if error.code != NOT_PRINTED:
            raise
        return page("fehler.html", status=AWAY, text=PAGES["druck-gescheitert"])
    told(f"akte {number}")
    return file_answer(file, f"{number}.zip", ZIP_TYPE)


@room.get("/faelle/<number>/original.eml", LESEN)
def original(number: str) -> Response:
    """The mail as it came."""
    sha256 = case_line(parts(), number).sha256
    if not parts().spool.holds(sha256):
        abort(NOT_FOUND)
    return file_answer(parts().spool.path(sha256), f"{number}.eml")
