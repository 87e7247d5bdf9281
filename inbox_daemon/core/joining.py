"""To which earlier case a mail belongs, and whether it is the answer to our question.

Promises: a case number and a Kreis join only with a proven sender of that Kreis; an answer passes
only where everything agrees, all else is UNSURE with the case named. Touches: nothing.
Trusts: facts.py; the store for what stood there. Limits: joining alone changes no case.
"""

from inbox_daemon.core import kreis, sender
from inbox_daemon.core.checks_mail import announces
from inbox_daemon.core.facts import Facts, finding
from inbox_daemon.core.returns import answer_of
from inbox_daemon.core.states import State
from inbox_daemon.core.verdict import Finding, Result
from inbox_daemon.core.vorgang import Earlier, FoundBy

ANSWER, SAME_MATTER = "antwort-auf-rueckfrage", "gehoert-zum-vorgang"


def belongs_to(facts: Facts) -> Earlier | None:
    """The earlier case to which this mail is joined, or None.

    What a machine sent back on a letter is joined by returns.py, a double to its twin. A mail
    that names our letter or an earlier mail by Message-ID is shown there, whoever sent it.
    """
    if facts.known.duplicate_of is not None or answer_of(facts.evidence, facts.known):
        return None
    found = answer_to_question(facts)
    if found is not None and found.result is Result.PASS:
        # Whatever else the mail refers to: it is filed as the newer version of this case.
        answered = dict(found.values)["fall"]
        return next(e for e in facts.known.earlier if e.case == answered)
    return next((e for e in facts.known.earlier if _joins(facts, e)), None)


def _joins(facts: Facts, earlier: Earlier) -> bool:
    match earlier.by:
        case FoundBy.VERWEIS:
            return True
        case FoundBy.FALLNUMMER:
            return _proven_sender(facts) == earlier.ags
        case FoundBy.KREIS:
            has_application = bool(facts.applications) or announces(facts)
            return has_application and _proven_sender(facts) == earlier.ags


def _proven_sender(facts: Facts) -> str | None:
    """The AGS of the Kreis from which this mail surely comes."""
    mail, match = facts.submission, facts.sender_kreis
    if mail is None or not isinstance(match, kreis.Matched):
        return None
    grade = sender.grade_of(mail, facts.rules.postfach.authserv_id)
    return match.ags if grade is sender.Grade.CONFIRMED else None


def is_answer(earlier: Earlier) -> bool:
    """Whether a mail that belongs to this case answers the letter that we wrote in it."""
    wrote = earlier.state is State.QUERIED or earlier.by is FoundBy.VERWEIS
    return bool(earlier.asked) and wrote


def answer_to_question(facts: Facts) -> Finding | None:
    """An application while its Kreis is asked: PASS for the proven answer to the one question.

    Doubt where it answers the question to another Kreis, comes from nobody proven, or where it is
    not the newest question that it answers.
    """
    match = facts.form_kreis
    if not isinstance(match, kreis.Matched):
        return None
    own = (match.ags, facts.programm.kennung)
    asked = [e for e in facts.known.earlier if e.asked]
    for other in asked:
        if other.by is not FoundBy.KREIS and other.of != own:
            return _doubt("antwort-anderer-vorgang", other)
    mine = [e for e in asked if e.of == own and e.state is State.QUERIED]
    if not mine:
        return None
    answered = mine[0]
    if _proven_sender(facts) != match.ags:
        return _doubt("antwort-unbewiesen", answered)
    newest = max(mine, key=lambda e: e.order)
    if newest != answered or any(e.vorgang != answered.vorgang for e in mine):
        return _doubt("mehrere-rueckfragen", answered)
    return finding("zweiter_antrag", Result.PASS, ANSWER, ("fall", answered.case))


def _doubt(code: str, earlier: Earlier) -> Finding:
    return finding("zweiter_antrag", Result.UNSURE, code, ("fall", earlier.case))
