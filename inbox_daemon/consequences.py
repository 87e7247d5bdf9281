"""What a verdict calls for in the world: a record, a letter, or nothing.

Promises: the same effects for the same verdict, decided by the machine or by a person.
Touches: nothing but the letter writer. Trusts: the verdict. Limits: does none of it; see steps.py.
"""

import json
from dataclasses import asdict, replace
from typing import assert_never

from inbox_daemon.core.decide import concerns, facts_of
from inbox_daemon.core.joining import belongs_to
from inbox_daemon.core.mailkind import kind_of
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.record import Author, filing_of
from inbox_daemon.core.replies import question_of
from inbox_daemon.core.returns import answer_of
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import Accept, Dismiss, EffectKind, Escalate, Known, Query, Verdict
from inbox_daemon.ports import Case, Decision, Effect, LetterWriter

MACHINE = Author()


def decision_for(
    case: Case,
    verdict: Verdict,
    evidence: Evidence,
    *,
    rules: Ruleset,
    letters: LetterWriter,
    author: Author = MACHINE,
) -> Decision:
    """The verdict with the effects that follow from it."""
    effects: tuple[Effect, ...]
    match verdict:
        case Accept():
            filing = filing_of(
                case.number,
                verdict,
                raw=case.raw,
                evidence=evidence,
                rules=rules,
                author=author,
            )
            payload = json.dumps(asdict(filing))
            effects = (Effect(kind=EffectKind.FILE_RECORD, payload=payload),)
        case Query():
            letter = letters.query(case, verdict, rules)
            effects = (
                Effect(
                    kind=EffectKind.SEND_LETTER,
                    payload=json.dumps(asdict(letter)),
                    letter_id=letter.message_id,
                    recipient=letter.recipient,
                    question=question_of(
                        evidence, verdict.ags, verdict.programm, verdict.questions
                    ),
                ),
            )
        case Escalate() | Dismiss():
            effects = ()
        case _:
            assert_never(verdict)
    about = concerns(evidence, rules)
    if isinstance(verdict, Query):
        about = (verdict.ags, verdict.programm)
    return Decision(verdict=verdict, effects=effects, concerns=about)


def in_its_matter(
    decision: Decision, evidence: Evidence, *, known: Known, rules: Ruleset
) -> Decision:
    """The decision with the kind of the mail, and what it is to our letters and earlier cases."""
    facts = facts_of(evidence, known=known, rules=rules, received_at=None)
    return replace(
        decision,
        answer=answer_of(evidence, known),
        art=kind_of(facts).art,
        belongs_to=belongs_to(facts),
    )
