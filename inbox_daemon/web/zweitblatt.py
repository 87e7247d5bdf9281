"""What the second person sees: the evidence first, then what the first one decided.

Promises: nothing changed by looking; where she reads blind, no value of the first one or of the
machine stands on the page. Touches: the database and the pictures, read only.
Trusts: the guard for who it is; pruefseite.py for the evidence.
Limits: blind on this page only; case and log show what they always show.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from inbox_daemon import staff
from inbox_daemon.app import App
from inbox_daemon.core.bearbeitung import CLOSE, FILE, Plan, Work
from inbox_daemon.core.betrag import german
from inbox_daemon.core.errors import Permanent
from inbox_daemon.core.freigabe import OPEN, PlanState, is_changed
from inbox_daemon.core.protokoll import Auswahl, opened
from inbox_daemon.core.pruefblatt import Blatt
from inbox_daemon.core.rollen import ZWEITE, Person
from inbox_daemon.core.wording import sentence
from inbox_daemon.core.wording_labels import FIELDS
from inbox_daemon.core.wording_pages import ANSWERS, CLOSE_REASONS, PAGES, absage
from inbox_daemon.web.pruefseite import Bild, Stand, bilder_of, kreis_named, sheet_of, stand_of

DIFFERED = "staff.differed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zeile:
    """A decision in the list. `betrag` is euro; None where there is none or it is hidden."""

    plan: Plan
    kreis: str
    betrag: Decimal | None
    is_hidden: bool
    is_own: bool
    may_sign: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gegenueber:
    """A field: what the machine read, what the first person decided."""

    name: str
    machine: str
    first: str
    is_changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Vorlage:
    """A decision with its evidence. `hindernis` says why it could not be carried out any more.

    `gelesen` is the amount (euro) that this person typed and that differed, or None.
    """

    plan: Plan
    stand: Stand
    bilder: tuple[Bild, ...]
    betrag: Decimal | None
    rahmen: Decimal | None
    felder: tuple[Gegenueber, ...]
    hindernis: str
    gelesen: Decimal | None
    is_own: bool
    is_signer: bool
    may_sign: bool

    @property
    def is_over(self) -> bool:
        """Whether the amount is above the planning frame of the Kreis."""
        return None not in {self.betrag, self.rahmen} and (self.betrag or 0) > (self.rahmen or 0)

    @property
    def sheet(self) -> Blatt:
        """What the machine saw, without anything typed."""
        return self.stand.sheet


def may_sign(plan: Plan, who: Person) -> bool:
    """Whether this person may be the second one of this decision."""
    waits = plan.state is PlanState.ZWEITE
    return waits and who.may(ZWEITE) and not is_own(plan, who)


def is_own(plan: Plan, who: Person) -> bool:
    """Whether this person decided it."""
    return plan.first.casefold() == who.name.casefold()


def words_of(plan: Plan) -> str:
    """What was decided, without any value."""
    if plan.wish.answer != CLOSE:
        return ANSWERS[plan.wish.answer]
    return f"{ANSWERS[CLOSE]}: {CLOSE_REASONS.get(plan.wish.grund, plan.wish.grund)}"


def zeile_of(app: App, plan: Plan, who: Person) -> Zeile:
    """The decision as a row."""
    signs = may_sign(plan, who)
    hidden = signs and plan.wish.answer == FILE and app.settings.review.blind
    return Zeile(
        plan=plan,
        kreis=_kreis(app, plan),
        betrag=None if hidden else staff.amount_of(app, plan),
        is_hidden=hidden,
        is_own=is_own(plan, who),
        may_sign=signs,
    )


def _kreis(app: App, plan: Plan) -> str:
    facts = None if plan.wish.ags else staff.facts_in(app, plan.case)
    ags = plan.wish.ags or getattr(facts and facts.form_kreis, "ags", "")
    return kreis_named(ags) if ags else ""


def vorlage_of(app: App, plan: Plan, who: Person) -> Vorlage:
    """The decision with all that the second person needs."""
    seen = stand_of(plan.case)
    stand = Stand(
        line=seen.line,
        facts=seen.facts,
        sheet=sheet_of(app, seen.line, seen.facts, Work()),
        version=seen.version,
        lease=seen.lease,
        plan=plan,
        work=seen.work,
    )
    ags = plan.wish.ags or getattr(seen.facts.form_kreis, "ags", "")
    betrag = staff.amount_of(app, plan)
    signer = who.name.casefold() in {plan.first.casefold(), (plan.second or "").casefold()}
    return Vorlage(
        plan=plan,
        stand=stand,
        bilder=tuple(bilder_of(app, stand)),
        betrag=betrag,
        rahmen=seen.facts.programm.rahmen_of(ags) if ags and plan.wish.answer == FILE else None,
        felder=tuple(_felder(stand, betrag)) if plan.wish.answer == FILE else (),
        hindernis=_hindernis(app, plan),
        gelesen=_read_by(app, plan, who) if plan.state is PlanState.ZWEITE else None,
        is_own=is_own(plan, who),
        is_signer=signer and plan.state in OPEN,
        may_sign=may_sign(plan, who),
    )


def _felder(stand: Stand, betrag: Decimal | None) -> Iterator[Gegenueber]:
    plan, sheet, work = stand.plan, stand.sheet, stand.work
    if plan is None:
        return
    document = stand.facts.document
    read = document.amount if document is not None else None
    yield Gegenueber(
        name=FIELDS["amount"],
        machine=sheet.betrag.machine,
        first="" if betrag is None else german(betrag).removesuffix(" Euro"),
        is_changed=betrag is not None and is_changed(betrag, read),
    )
    ags = plan.wish.ags or sheet.kreis.value
    yield Gegenueber(
        name=FIELDS["applicant"],
        machine=kreis_named(sheet.kreis.value) if sheet.kreis.value else sheet.kreis.machine,
        first=kreis_named(ags) if ags else "",
        is_changed=ags != sheet.kreis.value,
    )
    read_signature = sheet.unterschrift.machine
    seen = work.unterschrift or read_signature
    yield Gegenueber(
        name=FIELDS["signature"],
        machine=PAGES.get(f"unterschrift-{read_signature}", ""),
        first=PAGES.get(f"unterschrift-{seen}", ""),
        is_changed=seen != read_signature,
    )


def _hindernis(app: App, plan: Plan) -> str:
    """Why it could not be carried out as things stand, in a sentence; "" where it could."""
    if plan.state not in OPEN:
        return ""
    try:
        staff.judged(app, plan.case, plan.wish, planned=plan)
    except Permanent as error:
        return absage(error)
    return ""


def _read_by(app: App, plan: Plan, who: Person) -> Decimal | None:
    """What this person last read otherwise, from the log: it stays said after a reload."""
    told = [opened(one).told for one in app.auditbook.all(Auswahl(case=plan.case, kind=DIFFERED))]
    mine = [one for one in told if one["plan"] == plan.number and one["wer"] == who.name]
    return Decimal(mine[-1]["betrag_cent"]) / 100 if mine else None


def questions_of(plan: Plan) -> tuple[str, ...]:
    """What the decision would ask for."""
    return tuple(sentence(code) for code in plan.wish.questions)
