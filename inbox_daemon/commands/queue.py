"""`queue list · show · decide`, `show`, `explain`: the Arbeitsvorrat on the command line.

Promises: a decision names who and why, and passes the same store and outbox as the machine's.
Touches: the database through the app, stdout. Trusts: the user name it is given (see DECISIONS).
Limits: pages for clerks come with web/; no letter is edited here.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from inbox_daemon import wire
from inbox_daemon.app import App
from inbox_daemon.core import frist, sender
from inbox_daemon.core.antrag import Antrag
from inbox_daemon.core.decide import CORRECTABLE, facts_of, rules_version
from inbox_daemon.core.errors import Defect, Permanent
from inbox_daemon.core.record import Author
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence, Read
from inbox_daemon.core.verdict import Accept, Dismiss, Finding, Known, Query, Result, Verdict
from inbox_daemon.core.wording import AUDIT_KINDS, STATES, TERMINAL, sentence
from inbox_daemon.edges.records import CaseLine
from inbox_daemon.steps import decision_for, failed

CONTRADICTED = sender.Grade.CONTRADICTED


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


def listed(app: App, *, as_json: bool) -> int:
    """The flagged cases, oldest first."""
    lines = app.records.cases(State.FLAGGED)
    if as_json:
        for line in lines:
            print(json.dumps(_plain(line), ensure_ascii=False))
        return 0
    for line in lines:
        reasons = "; ".join(_sentences(app, line))
        print(f"{line.number}  {frist.german_instant(line.received_at)}  {reasons}")
    print(TERMINAL["queue.count"].format(count=len(lines)))
    return 0


def shown(app: App, number: str, *, as_json: bool) -> int:
    """One case with everything known."""
    line = _case(app, number)
    evidence = app.records.evidence(number)
    judgements = app.records.judgements(number)
    if as_json:
        known = {
            **_plain(line),
            "evidence": json.loads(wire.encode(evidence)) if evidence else None,
            "verdicts": [json.loads(wire.encode(j.verdict)) for j in judgements],
            "history": [
                {"at": h.at.isoformat(), "kind": h.kind, **json.loads(h.payload)}
                for h in app.records.history(number)
            ],
        }
        print(json.dumps(known, ensure_ascii=False))
        return 0
    print(f"{number}: {STATES[line.state.value]}, {frist.german_instant(line.received_at)}")
    for text in _sentences(app, line):
        print(f"  ! {text}")
    for entry in app.records.history(number):
        print(f"  {frist.german_instant(entry.at)}  {AUDIT_KINDS[entry.kind]}")
    return 0


def explained(app: App, number: str, *, as_json: bool) -> int:
    """The decisions of the case retold, finding by finding, with where it was seen."""
    for judgement in app.records.judgements(number):
        findings = judgement.verdict.findings
        if as_json:
            print(wire.encode(judgement.verdict))
            continue
        print(f"{number}: {judgement.verdict.kind} ({judgement.by}, {judgement.verdict.rules})")
        for finding in findings:
            print(f"  {_MARK[finding.result]} {sentence(finding.code, finding.values)}")
            for source in finding.sources:
                print(f"      Seite {source.page}, {source.method}, {source.confidence:.0%}")
    return 0


_MARK = {Result.PASS: "\u2714", Result.FAIL: "\u2718", Result.UNSURE: "?"}


def decided(app: App, number: str, wish: Wish) -> int:
    """Carries out a person's decision on a flagged case."""
    _case(app, number)
    case = app.store.location(number)
    attempt = len(app.records.judgements(number)) + 1
    author = Author(by=wish.by, why=wish.why, attempt=attempt)
    evidence = _evidence(app, number)
    verdict = _verdict(app, evidence, wish)
    decision = decision_for(
        case,
        verdict,
        evidence,
        rules=app.rules,
        letters=app.letters,
        author=author,
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
    print(f"{number}: {STATES[_case(app, number).state.value]}")
    return 0


def _evidence(app: App, number: str) -> Evidence:
    """What was seen; nothing, where a defect of ours came before any reading."""
    try:
        return app.store.evidence(number)
    except (Defect, ValueError):
        return failed("fall-ungelesen")


def _verdict(app: App, evidence: Evidence, wish: Wish) -> Verdict:
    facts = facts_of(evidence, known=Known(), rules=app.rules, received_at=None)
    by = Finding(check="sachbearbeitung", result=Result.PASS, code="sachbearbeitung")
    version = rules_version(facts)
    if wish.answer == "erledigt":
        return Dismiss(reasons=("sachbearbeitung",), findings=(by,), rules=version)
    if wish.answer == "rueckfrage":
        return _query(app, evidence, wish, version)
    document = facts.document
    read = document.amount.value if document and isinstance(document.amount, Read) else None
    amount = read if wish.amount is None else wish.amount
    ags = wish.ags or getattr(facts.form_kreis, "ags", None)
    if amount is None or not isinstance(ags, str) or app.rules.kreis(ags) is None:
        raise Permanent("--betrag and --ags are needed: the machine did not read them surely")
    antrag = Antrag(
        programm=facts.programm.kennung,
        ags=ags,
        betrag=amount,
        document=document.sha256 if document else "",
    )
    return Accept(antrag=antrag, findings=(by,), rules=version)


def _query(app: App, evidence: Evidence, wish: Wish, version: str) -> Query:
    facts = facts_of(evidence, known=Known(), rules=app.rules, received_at=None)
    mail, ags = facts.submission, getattr(facts.sender_kreis, "ags", None)
    if mail is None or not isinstance(ags, str):
        raise Permanent(
            "a letter goes only to an address of the 44 Kreise", code="antwort-an-fremde"
        )
    if mail.automatic or sender.grade_of(mail, app.rules.postfach.authserv_id) is CONTRADICTED:
        raise Permanent("no letter goes to automatic or forged mail", code="antwort-an-automaten")
    unknown = set(wish.questions) - CORRECTABLE
    if unknown or not wish.questions:
        raise Permanent(f"--punkt must be one of {', '.join(sorted(CORRECTABLE))}")
    return Query(
        questions=wish.questions,
        recipient=mail.from_[0].addr,
        ags=ags,
        programm=facts.programm.kennung,
        findings=tuple(
            Finding(check="sachbearbeitung", result=Result.FAIL, code=code)
            for code in wish.questions
        ),
        rules=version,
    )


def _case(app: App, number: str) -> CaseLine:
    line = app.records.case(number)
    if line is None:
        raise Permanent(
            f"there is no case {number}; `queue list` names them", code="fall-unbekannt"
        )
    return line


def _sentences(app: App, line: CaseLine) -> tuple[str, ...]:
    values = {
        finding.code: finding.values
        for judgement in app.records.judgements(line.number)
        for finding in judgement.verdict.findings
    }
    return tuple(sentence(code, values.get(code, ())) for code in line.reasons)


def _plain(line: CaseLine) -> dict[str, Any]:
    return {
        "case": line.number,
        "state": line.state.value,
        "received_at": line.received_at.isoformat(),
        "reasons": list(line.reasons),
        "sentences": [sentence(code) for code in line.reasons],
        "ags": line.ags,
        "sha256": line.sha256,
        "message_id": line.message_id,
        "duplicate_of": line.duplicate_of,
    }
