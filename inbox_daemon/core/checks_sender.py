"""The check of the sender: is he who he says, and is he the Kreis of the form.

Promises: one answer, the gravest first; nothing but a proven sender without a doubt passes, unless
the programme's rules let an unproven one be filed. Touches: nothing. Trusts: facts.py.
Limits: whether he may be answered is said in replies.py.
"""

import re
import unicodedata

from inbox_daemon.core import kreis, returns, sender
from inbox_daemon.core.facts import Facts, finding
from inbox_daemon.core.kreis_words import by_words
from inbox_daemon.core.lookalike import looks_like
from inbox_daemon.core.programm import Unbestaetigt
from inbox_daemon.core.values import Address, Submission
from inbox_daemon.core.verdict import Finding, Result

_ADDRESSES = re.compile(r"[^\s@<>\"'(),:;\[\]/]+@[^\s@<>\"'(),:;\[\]/]+")
_DOMAINS = re.compile(r"[^\s@<>\"'(),:;\[\]/]+(?:\.[^\s@<>\"'(),:;\[\]/.]{2,})+")


def absender(facts: Facts) -> Finding | None:
    """The mail comes from the Kreis of the form, proven by our own receiving server."""
    mail = facts.submission
    if mail is None or returns.answer_of(facts.evidence, facts.known):
        return None
    grade = sender.grade_of(mail, facts.rules.postfach.authserv_id)
    if grade is sender.Grade.CONTRADICTED:
        return finding("absender", Result.FAIL, "absender-widerlegt")
    return _guise(mail.from_[0], facts) or _kreis_of(mail, grade, facts)


def _guise(address: Address, facts: Facts) -> Finding | None:
    """A domain that is taken for one of a Kreis, or a name that says another sender."""
    domain = kreis.domain_of(address.addr)
    if like := looks_like(domain, facts.rules):
        values = (("domain", domain), ("aehnlich", like))
        return finding("absender", Result.FAIL, "absender-aehnlich", *values)
    if claimed := claimed_by_name(address, facts):
        values = (("name", claimed), ("domain", domain))
        return finding("absender", Result.FAIL, "absender-anzeigename", *values)
    return None


def claimed_by_name(address: Address, facts: Facts) -> str:
    """What the display name claims that the address is not: an address, a domain, a Kreis."""
    name = unicodedata.normalize("NFKC", address.name).lower()
    addresses: list[str] = _ADDRESSES.findall(name)
    if other := next((a for a in addresses if a != address.addr), ""):
        return other
    own = facts.sender_kreis
    domains: list[str] = _DOMAINS.findall(name)
    for domain in domains:
        meant = kreis.by_address(domain, facts.rules)
        stranger = isinstance(meant, kreis.Matched) and meant != own
        if stranger or looks_like(domain, facts.rules):
            return domain
    named = by_words(name, facts.rules)
    if isinstance(named, kreis.Matched) and named != own:
        known = facts.rules.kreis(named.ags)
        return known.name if known else named.ags
    return ""


def _kreis_of(mail: Submission, grade: sender.Grade, facts: Facts) -> Finding:
    said = facts.kreis_sources
    match facts.sender_kreis:
        case kreis.Matched(ags=ags):
            if isinstance(facts.form_kreis, kreis.Matched) and facts.form_kreis.ags != ags:
                return _found(Result.FAIL, "absender-widerspruch", ags, said)
        case kreis.Ambiguous() | kreis.Unknown():
            return finding("absender", Result.FAIL, "absender-unbekannt", *said)
    if facts.kreise.contradicted_by_text():
        return _found(Result.UNSURE, "absender-text", ags, said)
    if grade is sender.Grade.CONFIRMED:
        return _found(Result.PASS, "absender-bestaetigt", ags, said)
    if facts.programm.unproven is Unbestaetigt.ABLEGEN and sender.is_plain(mail):
        return _found(Result.PASS, "absender-unbewiesen", ags, said)
    return _found(Result.UNSURE, "absender-unbestaetigt", ags, said)


def _found(result: Result, code: str, ags: str, said: tuple[tuple[str, str], ...]) -> Finding:
    return finding("absender", result, code, ("ags", ags), *said)
