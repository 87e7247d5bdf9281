"""May this mail be answered by the machine at all, and if so, to whom.

Promises: a letter goes only to the one From address, proven, of a Kreis of the closed list, in
time, and to no robot (RFC 3834 2 and 4). Touches: nothing. Trusts: checks.py for the facts.
Limits: says no with one reason; a person may still write.
"""

from inbox_daemon.core import frist, kreis, sender
from inbox_daemon.core.checks import Facts

# More than this many letters to one address a day means that two robots talk (freescout#688).
LETTERS_A_DAY = 3


def why_not(facts: Facts) -> str | None:
    """The code of the first reason against an automatic letter, or None when it may go."""
    mail = facts.submission
    if mail is None:
        return "keine-mail"
    if mail.automatic:
        return "antwort-an-automaten"
    if sender.grade_of(mail, facts.rules.postfach.authserv_id) is not sender.Grade.CONFIRMED:
        return "antwort-unbestaetigt"
    if not isinstance(facts.sender_kreis, kreis.Matched):
        return "antwort-an-fremde"
    if any(not _same_kreis(address.addr, facts) for address in mail.reply_to):
        return "antwort-an-fremde"
    if facts.known.letters_today >= LETTERS_A_DAY:
        return "antwort-zu-oft"
    bound, received_at = facts.programm.received_before, facts.received_at
    if received_at is None or frist.late_by(received_at, received_before=bound) is not None:
        return "antwort-nach-frist"
    return None


def _same_kreis(addr: str, facts: Facts) -> bool:
    return kreis.by_address(addr, facts.rules) == facts.sender_kreis
