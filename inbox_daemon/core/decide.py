"""Evidence, what we know, and the rules become one verdict; pure and total.

Promises: a verdict for every input; any UNSURE and any crashed check escalates, never accepts and
never asks. Touches: nothing. Trusts: nothing; a check that raises is a finding like any other.
Limits: sees nothing but its arguments, so replay finds the same verdict for ever.
"""

from dataclasses import replace
from datetime import datetime

from inbox_daemon.core import kreis, sender
from inbox_daemon.core.antrag import Antrag
from inbox_daemon.core.checks import CHECKS, Check
from inbox_daemon.core.facts import Facts, has_field
from inbox_daemon.core.kreis_words import by_words
from inbox_daemon.core.mailtext import own_words
from inbox_daemon.core.programm import Foerderprogramm, Ruleset
from inbox_daemon.core.replies import why_not
from inbox_daemon.core.supervision import CLICK_REASON, SHADOW_REASON
from inbox_daemon.core.values import Document, Evidence, Read, Submission
from inbox_daemon.core.verdict import (
    Accept,
    Dismiss,
    Escalate,
    Finding,
    Known,
    Query,
    Result,
    Verdict,
)

# What the sender can mend himself once he is told; everything else needs a person.
CORRECTABLE = frozenset(
    {"unterschrift-fehlt", "betrag-fehlt", "anhang-fehlt", "dateiart", "verschluesselt"}
)
HELD_BACK = frozenset({SHADOW_REASON, CLICK_REASON})
NOTHING_TO_DO = frozenset({"doppelt", "automatische-mail", "ruecklaeufer"})


def decide(
    evidence: Evidence, *, known: Known, rules: Ruleset, received_at: datetime | None
) -> Verdict:
    """The verdict. `received_at` is the server's receipt time, None where a file is inspected."""
    facts = facts_of(evidence, known=known, rules=rules, received_at=received_at)
    chosen = tuple((name, check) for name, check in CHECKS if name in facts.programm.checks)
    findings = tuple(
        finding for name, check in chosen if (finding := _ask(name, check, facts)) is not None
    )
    return _verdict(facts, findings)


def of_this_kreis(known: Known, *, evidence: Evidence, rules: Ruleset) -> Known:
    """What is known, without the records and open cases of others; the verdict is the same.

    It is stored with each verdict: all of them would grow with the square of the cases.
    """
    facts = facts_of(evidence, known=known, rules=rules, received_at=None)
    own = _of_form(facts)
    return replace(
        known,
        filed=tuple(r for r in known.filed if (r.ags, r.programm) == own),
        open_cases=tuple(c for c in known.open_cases if c[1:] == own),
    )


def about(evidence: Evidence, rules: Ruleset) -> tuple[str, str] | None:
    """(AGS, programme) that the application names, or the sender where none is with the mail."""
    facts = facts_of(evidence, known=Known(), rules=rules, received_at=None)
    match = facts.sender_kreis
    if facts.applications or not isinstance(match, kreis.Matched):
        return _of_form(facts)
    return match.ags, facts.programm.kennung


def _of_form(facts: Facts) -> tuple[str, str] | None:
    match = facts.form_kreis
    return (match.ags, facts.programm.kennung) if isinstance(match, kreis.Matched) else None


def facts_of(
    evidence: Evidence, *, known: Known, rules: Ruleset, received_at: datetime | None
) -> Facts:
    """What the checks may see, drawn from evidence and rules."""
    applications = applications_in(evidence)
    mail = evidence.submission
    return Facts(
        evidence=evidence,
        known=known,
        rules=rules,
        programm=_programm(applications, rules),
        received_at=received_at,
        applications=applications,
        kreise=_kreise(applications, mail, rules),
    )


def applications_in(evidence: Evidence) -> tuple[Document, ...]:
    """The documents of the mail that are forms of a programme."""
    return tuple(d for d in evidence.documents if _is_form(d))


def rules_version(facts: Facts) -> str:
    """The version that stands in the verdict: the programme and the hash of all rules."""
    return f"{facts.programm.kennung}@sha256:{facts.rules.version}"


def _is_form(document: Document) -> bool:
    """A cover letter names the programme too, but has no field for the amount or the applicant."""
    found = has_field(document.amount) or has_field(document.applicant)
    return isinstance(document.programme, Read) and found


def _programm(applications: tuple[Document, ...], rules: Ruleset) -> Foerderprogramm:
    for document in applications:
        if isinstance(document.programme, Read):
            found = rules.programm(document.programme.value)
            if found is not None:
                return found
    return next((p for p in rules.programme if p.aktiv), rules.programme[0])


def _kreise(
    applications: tuple[Document, ...], mail: Submission | None, rules: Ruleset
) -> kreis.KreisSources:
    form = _form_kreis(applications, rules)
    if mail is None:
        return kreis.KreisSources(form=form)
    text = by_words(own_words(mail.text), rules)
    if len(mail.from_) != 1:
        return kreis.KreisSources(form=form, text=text)
    return kreis.KreisSources(
        form=form, sender=kreis.by_address(mail.from_[0].addr, rules), text=text
    )


def _form_kreis(applications: tuple[Document, ...], rules: Ruleset) -> kreis.KreisMatch:
    if len(applications) != 1 or not isinstance(applications[0].applicant, Read):
        return kreis.Unknown()
    return kreis.by_text(applications[0].applicant.value, rules)


def _ask(name: str, check: Check, facts: Facts) -> Finding | None:
    try:
        return check(facts)
    except Exception as error:  # noqa: BLE001  a crashed check is doubt, not a crash of the daemon
        values = (("pruefung", name), ("fehler", type(error).__name__))
        return Finding(check=name, result=Result.UNSURE, code="pruefung-gescheitert", values=values)


def _verdict(facts: Facts, findings: tuple[Finding, ...]) -> Verdict:
    version = rules_version(facts)
    unsure = tuple(f.code for f in findings if f.result is Result.UNSURE)
    failed = tuple(f.code for f in findings if f.result is Result.FAIL)
    to_note = tuple(code for code in failed if code in NOTHING_TO_DO)
    if "doppelt" in to_note or (to_note and not unsure):
        return Dismiss(reasons=to_note, findings=findings, rules=version)
    if unsure or not set(failed) <= CORRECTABLE:
        grave = tuple(code for code in failed if code not in CORRECTABLE)
        mild = tuple(code for code in failed if code in CORRECTABLE)
        return Escalate(reasons=grave + unsure + mild, findings=findings, rules=version)
    if failed:
        return _query(facts, findings, failed)
    return _accept(facts, findings)


def _query(facts: Facts, findings: tuple[Finding, ...], failed: tuple[str, ...]) -> Verdict:
    version = rules_version(facts)
    against = why_not(facts, failed)
    mail, match = facts.submission, facts.sender_kreis
    if mail is None:
        # A file inspected without its mail: what would be asked, and nobody to ask.
        return Query(
            questions=failed,
            recipient="",
            ags="",
            programm=facts.programm.kennung,
            findings=findings,
            rules=version,
        )
    if against or not isinstance(match, kreis.Matched):
        reasons = (*failed, against or "antwort-an-fremde")
        return Escalate(reasons=reasons, findings=findings, rules=version)
    return Query(
        questions=failed,
        recipient=mail.from_[0].addr,
        ags=match.ags,
        programm=facts.programm.kennung,
        findings=findings,
        rules=version,
    )


def _accept(facts: Facts, findings: tuple[Finding, ...]) -> Verdict:
    version = rules_version(facts)
    document, match = facts.document, facts.form_kreis
    if (
        document is None
        or not isinstance(document.amount, Read)
        or not isinstance(document.signature, Read)
        or not isinstance(match, kreis.Matched)
    ):
        return Escalate(reasons=("unvollstaendig",), findings=findings, rules=version)
    antrag = Antrag(
        programm=facts.programm.kennung,
        ags=match.ags,
        betrag=document.amount.value,
        document=document.sha256,
    )
    return Accept(antrag=antrag, findings=findings, rules=version)


def proposed(verdict: Verdict, facts: Facts) -> Query | None:
    """The letter that nothing but its level holds back; None where there is none."""
    match = facts.sender_kreis
    if isinstance(verdict, Query):
        return verdict
    if not isinstance(verdict, Escalate) or not HELD_BACK & set(verdict.reasons):
        return None
    if facts.submission is None or not isinstance(match, kreis.Matched):
        return None
    return Query(
        questions=tuple(code for code in verdict.reasons if code in CORRECTABLE),
        recipient=facts.submission.from_[0].addr,
        ags=match.ags,
        programm=facts.programm.kennung,
        findings=verdict.findings,
        rules=verdict.rules,
    )


def concerns(evidence: Evidence, rules: Ruleset) -> tuple[str, str] | None:
    """(AGS, programme) of an application that surely comes from its own Kreis, else None.

    A stranger's mail with a Kreis in its form must not hold up the application of that Kreis.
    """
    facts = facts_of(evidence, known=Known(), rules=rules, received_at=None)
    mail = facts.submission
    if mail is None or facts.document is None or facts.form_kreis != facts.sender_kreis:
        return None
    confirmed = sender.grade_of(mail, rules.postfach.authserv_id) is sender.Grade.CONFIRMED
    if not confirmed or not isinstance(facts.form_kreis, kreis.Matched):
        return None
    return facts.form_kreis.ags, facts.programm.kennung
