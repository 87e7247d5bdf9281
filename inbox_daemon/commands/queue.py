"""`queue decide`: what a person decides about a flagged case.

Promises: a decision names who and why, and passes the same store and outbox as the machine's;
what cannot be carried out is refused with a sentence, before anything is written.
Touches: the database through the app, stdout. Trusts: the user name it is given (see DECISIONS).
Limits: pages for clerks come with web/; no letter is edited here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from inbox_daemon.app import App
from inbox_daemon.commands.cases import case_line
from inbox_daemon.commands.letters import draft_of
from inbox_daemon.consequences import decision_for
from inbox_daemon.core import sender
from inbox_daemon.core.antrag import Antrag
from inbox_daemon.core.decide import CORRECTABLE, facts_of, rules_version
from inbox_daemon.core.errors import Defect, Permanent
from inbox_daemon.core.facts import Facts
from inbox_daemon.core.joining import SAME_MATTER
from inbox_daemon.core.record import Author
from inbox_daemon.core.replies import why_not
from inbox_daemon.core.states import State
from inbox_daemon.core.supervision import Level
from inbox_daemon.core.values import Evidence, Read, nothing_seen
from inbox_daemon.core.verdict import Accept, Dismiss, Finding, Known, Query, Result, Verdict
from inbox_daemon.core.wording import sentence
from inbox_daemon.core.wording_labels import STATES
from inbox_daemon.core.wording_terminal import TERMINAL
from inbox_daemon.ports import Case

FILE, ASK, CLOSE = "ablegen", "rueckfrage", "erledigt"
# Against these a person may write all the same; the others are no question of judgement.
OVERRULED = frozenset(
    {"antwort-unbestaetigt", "antwort-unerwuenscht", "antwort-nach-frist", "antwort-zu-oft"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person decided. `amount` and `ags` replace the machine's reading where given."""

    answer: str
    by: str
    why: str
    amount: Decimal | None = None
    ags: str | None = None
    questions: tuple[str, ...] = ()
    replaces: str | None = None


def decided(app: App, number: str, wish: Wish) -> int:
    """Carries out a person's decision on a flagged case."""
    line = case_line(app, number)
    if line.state is not State.FLAGGED:
        raise _refused("queue.closed", fall=number, state=STATES[line.state.value])
    if wish.replaces is not None and wish.answer != FILE:
        raise _refused("queue.replaces")
    case, evidence = app.store.location(number), _evidence(app, number)
    if wish.answer == ASK and app.records.may_have_written(number):
        raise _refused("queue.asked", fall=number)
    verdict = _verdict(app, case, evidence, wish)
    attempt = len(app.records.judgements(number)) + 1
    author = Author(by=wish.by, why=wish.why, attempt=attempt)
    decision = decision_for(
        case, verdict, evidence, rules=app.rules, letters=app.letters, author=author
    )
    app.store.decide_by_staff(
        number,
        decision,
        rules=app.rules,
        at=app.clock.now(),
        author=author,
        replaces=wish.replaces,
    )
    app.audit.catch_up()
    state = case_line(app, number).state
    key = "queue.decided" if state is State.DECIDED else "queue.done"
    if state is State.DECIDED and isinstance(verdict, Query) and app.store.letters_stopped():
        key = "queue.stopped"
    print(TERMINAL[key].format(fall=number, state=STATES[state.value]))
    return 0


def _refused(key: str, **values: object) -> Permanent:
    return Permanent(TERMINAL[key].format(**values), code="abgelehnt")


def _evidence(app: App, number: str) -> Evidence:
    """What was seen; nothing, where a defect of ours came before any reading."""
    try:
        return app.store.evidence(number)
    except (Defect, ValueError):
        return nothing_seen("fall-ungelesen")


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
        raise _refused("queue.several", anzahl=len(facts.applications))
    document = facts.document
    read = document.amount.value if document and isinstance(document.amount, Read) else None
    amount = read if wish.amount is None else wish.amount
    ags = wish.ags or getattr(facts.form_kreis, "ags", None)
    if amount is None or not isinstance(ags, str) or app.rules.kreis(ags) is None:
        raise _refused("queue.missing")
    antrag = Antrag(
        programm=facts.programm.kennung,
        ags=ags,
        betrag=amount,
        document=document.sha256 if document else "",
    )
    filed = app.records.filed(programm=antrag.programm, ags=antrag.ags)
    if filed is not None and filed != wish.replaces:
        raise _refused("queue.second", fall=filed)
    return antrag


def _query(app: App, case: Case, facts: Facts, wish: Wish) -> Query:
    if app.supervision.level_of(facts.programm.kennung) is Level.SHADOW:
        raise _refused("queue.shadow", titel=facts.programm.titel)
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
        raise _refused("queue.points", points=", ".join(sorted(CORRECTABLE)))
    for point in _contradicted(facts) & set(questions):
        raise _refused("queue.contradicted", point=point)
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


def _contradicted(facts: Facts) -> set[str]:
    """Points that would claim to be missing what was surely read."""
    document = facts.document
    if document is None:
        return set()
    readings = (("betrag-fehlt", document.amount), ("unterschrift-fehlt", document.signature))
    return {point for point, reading in readings if isinstance(reading, Read)}
