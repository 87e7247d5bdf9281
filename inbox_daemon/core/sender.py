"""How far a sender is who he says: a graded fact, by the own receiving server's word alone.

Promises: only the topmost Authentication-Results field counts, and only when it names the
configured server (RFC 8601 5); alignment is with the From domain (RFC 7489 3.1, relaxed).
Touches: nothing. Trusts: the own receiving server.
Limits: does not verify DKIM itself; a mail without a result is unproven, not forged.
"""

import re
from enum import StrEnum

from inbox_daemon.core.values import Submission

_RESULT = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*([a-z]+)")
_DOMAIN = re.compile(r"\b(?:header\.(?:d|from|i)|smtp\.(?:mailfrom|helo))\s*=\s*\"?([^\s;\"]+)")


class Grade(StrEnum):
    """How well the From address is proven."""

    CONFIRMED = "confirmed"
    UNPROVEN = "unproven"
    CONTRADICTED = "contradicted"


def grade_of(submission: Submission, authserv_id: str) -> Grade:
    """The grade of the one From address; several From addresses contradict each other."""
    if len(submission.from_) != 1:
        return Grade.CONTRADICTED
    domain = submission.from_[0].addr.rpartition("@")[2]
    results = _trusted_results(submission, authserv_id)
    if any(method == "dmarc" and result == "fail" for method, result, _ in results):
        return Grade.CONTRADICTED
    passed = [by for _, result, by in results if result == "pass"]
    if any(_aligned(by, domain) for by in passed):
        return Grade.CONFIRMED
    return Grade.UNPROVEN


def _trusted_results(submission: Submission, authserv_id: str) -> list[tuple[str, str, str]]:
    if not submission.authentication:
        return []
    server, _, rest = submission.authentication[0].lower().partition(";")
    if server.split()[:1] != [authserv_id.lower()]:
        return []
    found = []
    for part in _without_senders_words(rest).split(";"):
        result, domain = _RESULT.search(part), _DOMAIN.search(part)
        if result and domain:
            found.append((result[1], result[2], domain[1].rpartition("@")[2]))
    return found


def _without_senders_words(text: str) -> str:
    """Comments and strings may hold what a sender wrote: no results (RFC 8601 2.2)."""
    # A quoted local part is a mailbox of the domain behind it: "x@a.de"@b.de belongs to b.de.
    text = re.sub(r'"(?:[^"\\]|\\.)*"(?=@)', "q", text)
    text = re.sub(r'"[^"]*[\s;=()][^"]*"', " ", text)
    while (outer := re.sub(r"\([^()]*\)", " ", text)) != text:
        text = outer
    # What follows a bracket that never closes belongs to its comment.
    return text.partition("(")[0]


def _aligned(one: str, other: str) -> bool:
    return one == other or one.endswith("." + other) or other.endswith("." + one)
