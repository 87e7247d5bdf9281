"""May this mail be answered by the machine at all, and if so, to whom.

Promises: a letter goes only to the one From address, proven, of a Kreis of the closed list, in
time, and to no robot (RFC 3834 2 and 4); never the same question twice, never beyond the budgets.
Touches: nothing. Trusts: facts.py for the facts. Limits: says no with one reason; a person may
still write.
"""

import hashlib
from collections.abc import Iterable

from inbox_daemon.core import frist, kreis, sender
from inbox_daemon.core.checks_sender import claimed_by_name
from inbox_daemon.core.facts import Facts
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence, Submission
from inbox_daemon.core.verdict import Escalate, Verdict

# Above the budget of an hour something is wrong that no single case shows (freescout#688).
HOUR_SPENT = "antwort-stundengrenze"

# The mark of X-Auto-Response-Suppress: Exchange writes it on mail of people, too (MS-OXCMAIL).
_NO_ANSWER_WANTED = frozenset({"antwort-unterdrueckt"})


def why_not(facts: Facts, points: Iterable[str] = ()) -> str | None:
    """The code of the first reason against a letter on these points, or None when it may go."""
    mail = facts.submission
    if mail is None:
        return "keine-mail"
    if against := _against_sender(mail, facts):
        return against
    if not isinstance(facts.sender_kreis, kreis.Matched):
        return "antwort-an-fremde"
    if facts.known.letters_today >= facts.known.budget.sender_day:
        return "antwort-zu-oft"
    bound, received_at = facts.programm.received_before, facts.received_at
    if received_at is None or frist.late_by(received_at, received_before=bound) is not None:
        return "antwort-nach-frist"
    about = (facts.sender_kreis.ags, facts.programm.kennung)
    if question_of(facts.evidence, *about, points) in facts.known.asked:
        return "antwort-schon-gefragt"
    if any(e.asked and e.of == about and e.state is State.QUERIED for e in facts.known.earlier):
        # Two letters on one matter cross each other; whoever did not understand one is called.
        return "antwort-steht-aus"
    return _spent(facts, about) or facts.known.supervision.against(about[1], clicked=False)


def _against_sender(mail: Submission, facts: Facts) -> str | None:
    """Whether nobody would read the letter, or somebody else."""
    if set(mail.automatic) - _NO_ANSWER_WANTED:
        return "antwort-an-automaten"
    if mail.automatic:
        return "antwort-unerwuenscht"
    grade = sender.grade_of(mail, facts.rules.postfach.authserv_id)
    if grade is not sender.Grade.CONFIRMED or claimed_by_name(mail.from_[0], facts):
        return "antwort-unbestaetigt"
    others = (address.addr for address in (*mail.reply_to, *mail.sender))
    return None if all(_same_kreis(addr, facts) for addr in others) else "antwort-an-fremde"


def _spent(facts: Facts, about: tuple[str, str]) -> str | None:
    """The budgets, the narrowest first: only what no other stops may stop the sending as such."""
    known, budget = facts.known, facts.known.budget
    if known.letters_stopped:
        return "antwort-angehalten"
    if sum(n for *of, n in known.letters_of_kreise if tuple(of) == about) >= budget.kreis_day:
        return "antwort-kreis-zu-oft"
    return HOUR_SPENT if known.letters_this_hour >= budget.hour else None


def question_of(evidence: Evidence, ags: str, programm: str, points: Iterable[str]) -> str:
    """A question is these points on these files, asked of this Kreis; 32 hex digits."""
    mail = evidence.submission
    files = {document.sha256 for document in evidence.documents}
    files = files or {attachment.sha256 for attachment in (mail.attachments if mail else ())}
    text = "\n".join((ags, programm, *sorted(points), "", *sorted(files)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def stops_letters(verdict: Verdict) -> bool:
    """Whether this verdict met the budget of the hour: then no further letter leaves by itself."""
    return isinstance(verdict, Escalate) and HOUR_SPENT in verdict.reasons


def _same_kreis(addr: str, facts: Facts) -> bool:
    return kreis.by_address(addr, facts.rules) == facts.sender_kreis
