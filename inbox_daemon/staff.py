"""What a person decides about a flagged case: judged, set on its way, and carried out.

Promises: a decision names who and why and passes the same store and outbox as the machine's; what
cannot be carried out is refused with a sentence before anything is written; what needs a second
person waits for one; until its time it can be recalled. Touches: the database through the app.
Trusts: its callers for who the person is. Limits: no letter's words are edited here.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import structlog

from inbox_daemon.app import App
from inbox_daemon.consequences import decision_for
from inbox_daemon.core import sender
from inbox_daemon.core.antrag import Antrag
from inbox_daemon.core.bearbeitung import ASK, CLOSE, FILE, Plan, Wish
from inbox_daemon.core.decide import CORRECTABLE, facts_of, proposed, rules_version
from inbox_daemon.core.errors import Damaged, Defect, Permanent, Refused, Temporary
from inbox_daemon.core.facts import Facts
from inbox_daemon.core.freigabe import OPEN, VierAugen, needs_second
from inbox_daemon.core.joining import SAME_MATTER
from inbox_daemon.core.record import Author
from inbox_daemon.core.replies import why_not
from inbox_daemon.core.states import State
from inbox_daemon.core.supervision import Level
from inbox_daemon.core.values import Evidence, Read, nothing_seen
from inbox_daemon.core.verdict import Accept, Dismiss, Finding, Known, Query, Result, Verdict
from inbox_daemon.core.wording import sentence
from inbox_daemon.core.wording_labels import STATES
from inbox_daemon.core.wording_pages import absage
from inbox_daemon.edges.records import CaseLine
from inbox_daemon.ports import Case

log = structlog.get_logger()

# Against these a person may write all the same; the others are no question of judgement.
OVERRULED = frozenset(
    {"antwort-unbestaetigt", "antwort-unerwuenscht", "antwort-nach-frist", "antwort-zu-oft"}
)


def case_line(app: App, number: str) -> CaseLine:
    """The case. Raises Refused where there is none."""
    line = app.records.case(number)
    if line is None:
        raise Refused("fall-unbekannt", fall=number)
    return line


def plan(
    app: App, number: str, wish: Wish, *, version: int | None = None, at_once: bool = False
) -> Plan:
    """Sets a decision on its way; what it would come to is worked out now, and refused now.

    Raises Refused with a sentence, or Stale where the case is not as `version` showed it.
    `at_once` leaves no time to recall.
    """
    verdict, _, _ = judged(app, number, wish)
    now = app.clock.now()
    staffbook = app.staffbook
    added = staffbook.add_plan(
        wish,
        number,
        why_second=_why_second(app, number, wish, verdict),
        due_at=now if at_once else now + _recall_time(app),
        at=now,
        version=version,
    )
    app.audit.catch_up()
    found = staffbook.plan(added)
    if found is None:
        raise Defect(f"{number}: the decision was not kept")
    return found


def second(app: App, number: int, *, by: str, at_once: bool = False) -> Plan:
    """The second person signs; her signature too can be recalled."""
    now = app.clock.now()
    due_at = now if at_once else now + _recall_time(app)
    app.staffbook.second(number, by=by, due_at=due_at, at=now)
    return _told(app, number)


def amount_of(app: App, plan: Plan) -> Decimal | None:
    """The amount (euro) that this decision would file; None where it files nothing."""
    if plan.wish.answer != FILE or plan.wish.amount is not None:
        return plan.wish.amount
    document = facts_in(app, plan.case).document
    read = document.amount if document is not None else None
    return read.value if isinstance(read, Read) else None


def agrees(app: App, plan: Plan, *, by: str, amount: Decimal) -> bool:
    """Whether the second person reads what the first one would file; a difference is logged.

    Raises Stale where the decision does not wait any more, Refused where she is the first.
    """
    if amount == amount_of(app, plan):
        return True
    app.staffbook.differed(plan.number, by=by, amount=amount, at=app.clock.now())
    app.audit.catch_up()
    return False


def give_back(app: App, number: int, *, by: str, why: str) -> Plan:
    """The second person does not sign; the case is open again."""
    if not why.strip():
        raise Refused("notiz-fehlt")
    app.staffbook.give_back(number, by=by, why=why, at=app.clock.now())
    return _told(app, number)


def recall(app: App, number: int, *, by: str) -> Plan:
    """Takes back a decision that was not carried out yet; the case is open again."""
    app.staffbook.recall(number, by=by, at=app.clock.now())
    return _told(app, number)


def _told(app: App, number: int) -> Plan:
    app.audit.catch_up()
    found = app.staffbook.plan(number)
    if found is None:
        raise Defect(f"decision {number} is gone")
    return found


def carry_out_due(app: App) -> int:
    """Carries out the decisions whose time has come; how many. Called by the daemon alone.

    One that cannot be carried out any more opens its case again, with the reason.
    """
    done = 0
    for due in app.staffbook.due(at=app.clock.now()):
        try:
            carry_out(app, due)
            done += 1
        except (Temporary, Damaged):
            raise
        except Permanent:
            continue  # the clerk sees why at the case
        except Exception as error:
            # A fault of ours in one decision must not hold up the others, nor the polls.
            log.exception("staff.refused", case=due.case, error=type(error).__name__)
    app.audit.catch_up()
    return done


def carry_out(app: App, due: Plan) -> None:
    """One decision, in one transaction with the end of its plan.

    Where that cannot be, the case is open again with the reason, and the error goes on.
    """
    try:
        _carry_out(app, due)
    except (Temporary, Damaged):
        raise
    except Exception as error:
        why = absage(error) if isinstance(error, Permanent) else sentence("defekt")
        app.staffbook.refuse(due.number, why=why, at=app.clock.now())
        raise


def _carry_out(app: App, due: Plan) -> None:
    verdict, case, evidence = judged(app, due.case, due.wish, planned=due)
    attempt = len(app.records.judgements(due.case)) + 1
    by = due.first if due.second is None else f"{due.first}, {due.second}"
    author = Author(by=by, why=due.wish.why, attempt=attempt, replaces=due.wish.replaces)
    decision = decision_for(
        case, verdict, evidence, rules=app.rules, letters=app.letters, author=author
    )
    app.store.decide_by_staff(
        due.case,
        decision,
        rules=app.rules,
        at=app.clock.now(),
        author=author,
        plan=due.number,
    )


def judged(
    app: App, number: str, wish: Wish, *, planned: Plan | None = None
) -> tuple[Verdict, Case, Evidence]:
    """What the wish comes to, writing nothing. Raises Refused with a sentence."""
    line = case_line(app, number)
    if line.state is not State.FLAGGED:
        raise Refused("queue.closed", fall=number, state=STATES[line.state.value])
    on_its_way = app.staffbook.plan_of(number)
    if planned is None and on_its_way is not None and on_its_way.state in OPEN:
        raise Refused("queue.planned", fall=number, by=on_its_way.first)
    if wish.replaces is not None and wish.answer != FILE:
        raise Refused("queue.replaces")
    case, evidence = app.store.location(number), evidence_of(app, number)
    if wish.answer == ASK and app.records.may_have_written(number):
        raise Refused("queue.asked", fall=number)
    return _verdict(app, case, evidence, wish), case, evidence


def evidence_of(app: App, number: str) -> Evidence:
    """What was seen; nothing, where a defect of ours came before any reading."""
    try:
        return app.store.evidence(number)
    except (Defect, ValueError):
        return nothing_seen("fall-ungelesen")


def facts_in(app: App, number: str) -> Facts:
    """The facts of a case, as a person sees them: by its evidence alone."""
    received_at = app.store.location(number).raw.received_at
    evidence = evidence_of(app, number)
    return facts_of(evidence, known=Known(), rules=app.rules, received_at=received_at)


def draft_of(app: App, number: str) -> Query | None:
    """The letter that the machine wrote or would write in this case, if any."""
    judgements, evidence = app.records.judgements(number), app.records.evidence(number)
    if not judgements or evidence is None:
        return None
    return proposed(judgements[-1].verdict, facts_in(app, number))


def _recall_time(app: App) -> timedelta:
    return timedelta(minutes=app.settings.review.recall_minutes)


def _why_second(app: App, number: str, wish: Wish, verdict: Verdict) -> tuple[str, ...]:
    review = app.settings.review
    facts = facts_in(app, number)
    document, antrag = facts.document, verdict.antrag if isinstance(verdict, Accept) else None
    named = getattr(facts.form_kreis, "ags", None)
    return needs_second(
        number,
        amount=antrag.betrag if antrag else None,
        read=document.amount if document else None,
        is_refusal=wish.is_refusal or (wish.answer == CLOSE and document is not None),
        is_other_kreis=antrag is not None and named not in {None, antrag.ags},
        limits=VierAugen(from_eur=Decimal(review.second_from_eur), percent=review.second_percent),
    )


def _verdict(app: App, case: Case, evidence: Evidence, wish: Wish) -> Verdict:
    received_at = case.raw.received_at
    facts = facts_of(evidence, known=Known(), rules=app.rules, received_at=received_at)
    by = Finding(check="sachbearbeitung", result=Result.PASS, code="sachbearbeitung")
    if wish.answer == CLOSE:
        version = rules_version(facts)
        return Dismiss(reasons=("sachbearbeitung",), findings=(by,), rules=version)
    if wish.answer == ASK:
        return _query(app, case, facts, wish)
    findings = (by, *_same_matter(app, case.number))
    return Accept(antrag=_antrag(app, facts, wish), findings=findings, rules=rules_version(facts))


def _same_matter(app: App, number: str) -> Iterator[Finding]:
    """What the record shall name: the case to which this one was joined."""
    earlier = app.records.belongs_to(number)
    if earlier is not None:
        values = (("fall", earlier),)
        yield Finding(check="vorgang", result=Result.PASS, code=SAME_MATTER, values=values)


def _antrag(app: App, facts: Facts, wish: Wish) -> Antrag:
    if len(facts.applications) > 1:
        raise Refused("queue.several", anzahl=len(facts.applications))
    document = facts.document
    read = document.amount.value if document and isinstance(document.amount, Read) else None
    amount = read if wish.amount is None else wish.amount
    ags = wish.ags or getattr(facts.form_kreis, "ags", None)
    if amount is None or not isinstance(ags, str) or app.rules.kreis(ags) is None:
        raise Refused("queue.missing")
    antrag = Antrag(
        programm=facts.programm.kennung,
        ags=ags,
        betrag=amount,
        document=document.sha256 if document else "",
    )
    filed = app.records.filed(programm=antrag.programm, ags=antrag.ags)
    if filed is not None and wish.replaces is None:
        raise Refused("queue.second", fall=filed)
    if filed != wish.replaces:
        raise Refused("ersetzen")
    return antrag


def _query(app: App, case: Case, facts: Facts, wish: Wish) -> Query:
    if app.supervision.level_of(facts.programm.kennung) is Level.SHADOW:
        raise Refused("queue.shadow", titel=facts.programm.titel)
    draft = draft_of(app, case.number)
    questions = wish.questions or (draft.questions if draft else ())
    mail, ags = facts.submission, getattr(facts.sender_kreis, "ags", None)
    against = why_not(facts)
    if mail is None or not isinstance(ags, str):
        raise Permanent(sentence("antwort-an-fremde"), code="antwort-an-fremde")
    grade = sender.grade_of(mail, facts.rules.postfach.authserv_id)
    if grade is sender.Grade.CONTRADICTED or (against and against not in OVERRULED):
        raise Permanent(sentence(against or "absender-widerlegt"), code="antwort")
    if not questions:
        raise Refused("queue.points", points=", ".join(sorted(CORRECTABLE)))
    for point in contradicted(facts) & set(questions):
        raise Refused("queue.contradicted", point=point)
    return Query(
        questions=questions,
        recipient=mail.from_[0].addr,
        ags=ags,
        programm=facts.programm.kennung,
        findings=tuple(_finding(code, draft) for code in questions),
        rules=rules_version(facts),
    )


def _finding(code: str, draft: Query | None) -> Finding:
    """The machine's own finding, with its page, where it found the same."""
    found = [f for f in (draft.findings if draft else ()) if f.code == code]
    return found[0] if found else Finding(check="sachbearbeitung", result=Result.FAIL, code=code)


def contradicted(facts: Facts) -> set[str]:
    """Points that would claim to be missing what was surely read."""
    document = facts.document
    if document is None:
        return set()
    readings = (("betrag-fehlt", document.amount), ("unterschrift-fehlt", document.signature))
    return {point for point, reading in readings if isinstance(reading, Read)}
