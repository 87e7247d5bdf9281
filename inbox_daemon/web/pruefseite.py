"""What the Prüfseite shows of a case, put together from the records.

Promises: everything a clerk needs in one page, nothing changed by looking. Touches: the database
and the folder of pictures, read only; draws a page only where its size was never measured.
Trusts: the guard. Limits: the actions stand in pruefen.py, the order of cases in reihe.py.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Response

from inbox_daemon import staff
from inbox_daemon.app import App
from inbox_daemon.core import sender
from inbox_daemon.core.ansicht import Groesse, Stelle, size_seen, stelle_of
from inbox_daemon.core.bearbeitung import Lease, Plan, Work
from inbox_daemon.core.decide import CORRECTABLE, HELD_BACK
from inbox_daemon.core.eingabe import REASON, TOO_FAR, Eingabe
from inbox_daemon.core.errors import Defect, Refused
from inbox_daemon.core.facts import Facts
from inbox_daemon.core.freigabe import OPEN
from inbox_daemon.core.lesarten import called
from inbox_daemon.core.pruefblatt import BETRAG, Blatt, Blattfeld, blatt
from inbox_daemon.core.returns import Answer
from inbox_daemon.core.rollen import BEARBEITEN
from inbox_daemon.core.states import State
from inbox_daemon.core.values import AttachmentKind, Document
from inbox_daemon.core.verdict import Finding, Result
from inbox_daemon.core.wording import reading
from inbox_daemon.core.wording_labels import AUDIT_KINDS, METHODS, STATES
from inbox_daemon.core.wording_pages import AMOUNT_REASONS, PAGES
from inbox_daemon.core.wording_pruefen import GRADES
from inbox_daemon.edges.letterbook import RETURNED
from inbox_daemon.edges.records import CaseLine, History
from inbox_daemon.web.here import now, page, parts, person
from inbox_daemon.web.reihe import reihe_of, view_named

MOST_PAGES = 12
MOST_EARLIER = 8
SEEN = frozenset({AttachmentKind.PDF, AttachmentKind.IMAGE})
NO_VERDICT = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bild:
    """A page as a picture with what is drawn on it; `failure` is a sentence in its place."""

    path: str
    document: str
    name: str
    page: int
    pages: int
    size: Groesse
    stellen: tuple[tuple[Blattfeld, Stelle], ...]
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eintrag:
    """A line of the history: when, what, and by whom where it was a person."""

    at: datetime
    words: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A case as it stands: its sheet, the version that a form sends along, and what rests on it."""

    line: CaseLine
    facts: Facts
    sheet: Blatt
    version: int
    lease: Lease | None
    plan: Plan | None
    work: Work

    @property
    def is_others(self) -> bool:
        """Whether another person works on it just now."""
        return self.lease is not None and self.lease.holder != person().name

    @property
    def is_decided(self) -> bool:
        """Whether a decision is on its way."""
        return self.plan is not None and self.plan.state in OPEN

    @property
    def is_editable(self) -> bool:
        """Whether this person may work on it now."""
        flagged = self.line.state is State.FLAGGED and not self.is_decided
        return flagged and not self.is_others and person().may(BEARBEITEN)

    def demand_open(self) -> None:
        """Raises Refused where nothing is to be decided any more."""
        number, state = self.line.number, self.line.state
        if state is not State.FLAGGED:
            raise Refused("queue.closed", fall=number, state=STATES[state.value])
        if self.plan is not None and self.plan.state in OPEN:
            raise Refused("queue.planned", fall=number, by=self.plan.first)


def stand_of(number: str) -> Stand:
    """The case as it stands. Raises Refused where there is none."""
    app = parts()
    # Before all else: what changes while we read makes the form stale, never the reading wrong.
    version = app.staffbook.version(number)
    line, facts = staff.case_line(app, number), staff.facts_in(app, number)
    work = app.staffbook.work(number)
    return Stand(
        line=line,
        facts=facts,
        sheet=sheet_of(app, line, facts, work),
        version=version,
        lease=app.staffbook.leases(at=now()).get(number),
        plan=app.staffbook.plan_of(number),
        work=work,
    )


def sheet_of(app: App, line: CaseLine, facts: Facts, work: Work) -> Blatt:
    """The sheet with what was typed; with an empty `work`, what the machine saw alone."""
    judgements = app.records.judgements(line.number)
    findings = [finding for j in judgements for finding in j.verdict.findings]
    return blatt(
        facts,
        reasons=line.reasons,
        findings=(*findings, *_came_back(app, line.number)),
        work=work,
        rules=judgements[-1].verdict.rules if judgements else NO_VERDICT,
    )


def _came_back(app: App, number: str) -> Iterator[Finding]:
    """The case of the mail that told of a letter which was not delivered."""
    failed = [case for case, kind in app.records.answers_to(number) if kind is Answer.FAILED]
    if failed:
        values = (("fall", ", ".join(failed)),)
        yield Finding(check="ruecklauf", result=Result.UNSURE, code=RETURNED, values=values)


def pruefseite(
    stand: Stand,
    view: str,
    *,
    typed: Eingabe | None = None,
    mistakes: Iterable[tuple[str, str]] = (),
    told: str = "",
    status: int = 200,
) -> Response:
    """The page. With `typed` the fields hold what was typed; `mistakes` are (field, key of PAGES).

    `told` says why an action was refused.
    """
    app, line, wrong = parts(), stand.line, dict(mistakes)
    reihe = reihe_of(app, line, view_named(view))
    return page(
        "pruefen.html",
        status=status,
        stand=stand,
        sheet=stand.sheet,
        fields={field.name: _with(field, typed) for field in stand.sheet.fields},
        reason=dict(typed.typed)[REASON] if typed else stand.work.amount_reason,
        mistakes={field: PAGES[key] for field, key in wrong.items()},
        is_far=wrong.get(BETRAG) == TOO_FAR,
        told=told,
        reihe=reihe,
        kreise=[(k.ags, called(k)) for k in sorted(app.rules.kreise, key=lambda k: k.kurzname)],
        kreis_of=kreis_named,
        amount_reasons=AMOUNT_REASONS,
        others=_others(stand),
        replaces=_filed(app, stand),
        states=STATES,
        bilder=tuple(bilder_of(app, stand)),
        methods=METHODS,
        grade=_grade(stand.facts),
        history=tuple(lines_of(app, reversed(app.records.history(line.number)))),
        notes=app.staffbook.notes(line.number),
        earlier=_earlier(app, stand),
        put_off=app.staffbook.postponed().get(line.number),
        undo=recallable(app),
        named=lambda name: named(app, name),
        prefetch=_prefetch(app, reihe.following),
    )


def _with(field: Blattfeld, typed: Eingabe | None) -> Blattfeld:
    """The field with what was typed in place of its value."""
    if typed is None:
        return field
    return replace(field, value=dict(typed.typed)[field.name])


def named(app: App, name: str) -> str:
    """The full name of a person, or the name it signs in with."""
    user = app.people.user(name)
    return (user.person.full_name if user else "") or name


def recallable(app: App) -> Plan | None:
    """This person's newest decision that can still be recalled, or None."""
    me = person().name.casefold()
    mine = [
        plan
        for plan in app.staffbook.plans(*OPEN)
        if me in {plan.first.casefold(), (plan.second or "").casefold()}
        and (plan.due_at is None or plan.due_at > now())
    ]
    return mine[-1] if mine else None


def kreis_named(ags: str) -> str:
    """The Kreis as lists name it; a number without a Kreis stays one."""
    found = parts().rules.kreis(ags)
    return called(found) if found else ags


def _others(stand: Stand) -> tuple[str, ...]:
    """The other decisions, the one that the reasons propose first."""
    to_ask = CORRECTABLE | HELD_BACK
    if to_ask & set(stand.line.reasons):
        return ("rueckfrage", "zurueckstellen", "ablehnen")
    if stand.facts.applications:
        return ("zurueckstellen", "rueckfrage", "ablehnen")
    return ("ablehnen", "rueckfrage", "zurueckstellen")


def _filed(app: App, stand: Stand) -> str | None:
    """The case whose record counts for this Kreis so far, if there is one."""
    ags, programm = stand.sheet.kreis.value, stand.facts.programm.kennung
    return app.records.filed(programm=programm, ags=ags) if ags else None


def _grade(facts: Facts) -> str:
    """Whether our own receiving server proved the sender, in words."""
    if facts.submission is None:
        return ""
    return GRADES[sender.grade_of(facts.submission, facts.rules.postfach.authserv_id).value]


def _earlier(app: App, stand: Stand) -> tuple[CaseLine, ...]:
    ags = stand.sheet.kreis.value or stand.line.ags
    found = app.records.cases_of(ags, most=MOST_EARLIER + 1) if ags else ()
    return tuple(line for line in found if line.number != stand.line.number)[:MOST_EARLIER]


def lines_of(app: App, entries: Iterable[History]) -> Iterator[Eintrag]:
    """Entries of the log as people read them."""
    for entry in entries:
        who = json.loads(entry.payload).get("wer")
        yield Eintrag(
            at=entry.at,
            words=AUDIT_KINDS.get(entry.kind, entry.kind),
            who=named(app, who) if isinstance(who, str) else "",
        )


def bilder_of(app: App, stand: Stand) -> Iterator[Bild]:
    """The application first, then what else came; of a long document the first pages."""
    chosen = stand.facts.document
    documents = sorted(stand.facts.evidence.documents, key=lambda d: d != chosen)
    for document in {d.sha256: d for d in documents}.values():
        for number in range(1, min(document.pages, MOST_PAGES) + 1):
            yield _bild(app, stand, document, number)
    for other in stand.facts.evidence.unread:
        if other.sha256 in drawable(stand.facts):
            yield Bild(
                path=picture_path(stand.line.number, other.sha256, 1),
                document=other.sha256,
                name=other.name,
                page=1,
                pages=0,
                size=Groesse(width=0.0, height=0.0),
                stellen=(),
            )


def drawable(facts: Facts) -> frozenset[str]:
    """The SHA-256 of every document of the mail that can be drawn."""
    mail = facts.submission
    kinds = {a.sha256 for a in mail.attachments if a.kind in SEEN} if mail else set()
    return frozenset(kinds | {d.sha256 for d in facts.evidence.documents})


def picture_path(number: str, document: str, page_number: int) -> str:
    """The address of a page's picture."""
    return f"/faelle/{number}/seiten/{document}/{page_number}"


def _bild(app: App, stand: Stand, document: Document, number: int) -> Bild:
    found = [
        (field, field.source.box)
        for field in stand.sheet.fields
        if field.source is not None
        and field.source.box is not None
        and (field.source.document, field.source.page) == (document.sha256, number)
    ]
    size, failure = _size(app, document, number, wanted=bool(found))
    stellen = ((field, stelle_of(box, size)) for field, box in found)
    return Bild(
        path=picture_path(stand.line.number, document.sha256, number),
        document=document.sha256,
        name=document.name,
        page=number,
        pages=document.pages,
        size=size,
        stellen=tuple((field, stelle) for field, stelle in stellen if stelle is not None),
        failure=failure,
    )


def _size(app: App, document: Document, number: int, *, wanted: bool) -> tuple[Groesse, str]:
    """The page's size, drawn for it only where boxes need it and the reader did not measure it."""
    measured = size_seen(document.looks, number)
    known = app.pictures.known(document.sha256, number)
    if known is None and measured is None and wanted:
        try:
            known = app.pictures.view(document.sha256, number)
        except Defect:
            return Groesse(width=0.0, height=0.0), PAGES["bild-fehlt"]
    if known is not None and known.failure is not None:
        words = PAGES["bild-nicht"].format(grund=reading(known.failure))
        return measured or known.size, words
    return measured or (known.size if known else Groesse(width=0.0, height=0.0)), ""


def _prefetch(app: App, following: str | None) -> tuple[str, ...]:
    """First picture and crops of the next case; not its page, which would show an old version."""
    evidence = app.records.evidence(following) if following else None
    if following is None or evidence is None or not evidence.documents:
        return ()
    first = evidence.documents[0]
    crops = [
        seen.source.crop
        for seen in (first.amount, first.applicant, first.signature)
        if seen.source is not None and seen.source.crop is not None
    ]
    return (
        picture_path(following, first.sha256, 1),
        *(f"/faelle/{following}/belege/{crop}" for crop in crops),
    )
