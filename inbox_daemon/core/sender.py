"""How far a sender is who he says: a graded fact, by the own receiving server's word alone.

Promises: only the topmost Authentication-Results field counts, and only when it names the
configured server (RFC 8601 5); alignment is with the From domain (RFC 7489 3.1, relaxed).
Touches: nothing. Trusts: the own receiving server, which must remove fields that others wrote in
its name. Limits: does not verify DKIM itself; a mail without a result is unproven, not forged.
"""

import re
from enum import StrEnum

from inbox_daemon.core.values import Submission

_RESULT = re.compile(r"\s*(dmarc|dkim|spf)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)")
# What may follow a result (RFC 8601 2.2) without its comments: where anything between the
# properties is none, it may be the end of a value, and nothing is proven.
_PROPERTIES = re.compile(r"(?:\s+[a-z][a-z0-9_-]*(?:\s*\.\s*[a-z0-9_-]+)?\s*=\s*\S+)*\s*")
_PROPERTY = re.compile(r"(?<=\s)(header|smtp)\s*\.\s*(d|i|from|mailfrom)\s*=\s*(\S+)")
# Which identity each method proves (RFC 8601 2.7): of SPF the envelope's sender, never HELO, which
# whoever connects chooses. A signature without d= is of the domain of its i=.
_IDENTITIES = {
    "dmarc": ("header.from",),
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom",),
}
# What of a quoted string may be taken on: it can make an address, and no result.
_QUIET = re.compile(r"[^a-z0-9@.+_-]")
# Defects of a header that leave it open who wrote: fields that stand twice, an odd From.
_UNCLEAR = frozenset({"absender-unklar", "kopf-doppelt", "kopf-defekt", "aufbau-unlesbar"})


class Grade(StrEnum):
    """How well the From address is proven."""

    CONFIRMED = "confirmed"
    UNPROVEN = "unproven"
    CONTRADICTED = "contradicted"


def grade_of(submission: Submission, authserv_id: str) -> Grade:
    """The grade of the one From address; several From addresses contradict each other.

    Where the header can be read in two ways, nobody knows what the server's word is about.
    """
    if len(submission.from_) != 1:
        return Grade.CONTRADICTED
    domain = submission.from_[0].addr.rpartition("@")[2]
    results = _trusted_results(submission, authserv_id)
    if any(method == "dmarc" and result == "fail" for method, result, _ in results):
        return Grade.CONTRADICTED
    passed = any(_proves(method, by, domain) for method, result, by in results if result == "pass")
    return Grade.CONFIRMED if passed and is_plain(submission) else Grade.UNPROVEN


def is_plain(submission: Submission) -> bool:
    """Whether the header can be read in one way only; else two programs may see two senders."""
    return not _UNCLEAR & set(submission.defects)


def _trusted_results(submission: Submission, authserv_id: str) -> list[tuple[str, str, str]]:
    """(method, result, proven domain); the domain is empty where none or several are named."""
    if not submission.authentication:
        return []
    whole = _without_senders_words(submission.authentication[0].lower())
    server, _, rest = whole.partition(";")
    # The name, and a version at most: what else stands there makes it another's field.
    named = re.fullmatch(r"\s*(\S+)(\s+\d+)?\s*", server)
    if named is None or named[1] != authserv_id.lower():
        return []
    return [
        (result[1], result[2], _proven(result[1], part[result.end() :]))
        for part in rest.split(";")
        if (result := _RESULT.match(part))
    ]


def _proven(method: str, part: str) -> str:
    if not _PROPERTIES.fullmatch(part):
        return ""
    named: dict[str, set[str]] = {}
    for kind, name, value in _PROPERTY.findall(part):
        named.setdefault(f"{kind}.{name}", set()).add(value.rpartition("@")[2])
    found = next((named[key] for key in _IDENTITIES[method] if key in named), set())
    return found.pop() if len(found) == 1 else ""


def _without_senders_words(text: str) -> str:
    """Comments and strings may hold what a sender wrote: no results (RFC 8601 2.2).

    A comment that touches a word leaves a mark, for it may be meant to cut it short; a field whose
    brackets or quotation marks do not close says nothing.
    """
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for c in text:
        if escaped:
            escaped = False
            kept += ["_"] if quoted and not depth else []
        elif c == "\\":
            escaped = True
        elif c == '"' and not depth:
            quoted = not quoted
        elif quoted:
            kept.append(_QUIET.sub("_", c))
        elif c == "(":
            depth += 1
            kept += ["_"] if depth == 1 and not _ends_word(kept) else []
        elif c == ")":
            depth -= 1
            if depth < 0:
                return ""
        elif not depth:
            kept.append(c)
    return "" if depth or quoted else "".join(kept)


def _ends_word(kept: list[str]) -> bool:
    return not kept or kept[-1] in " ;"


def _proves(method: str, proven: str, domain: str) -> bool:
    """DMARC speaks of the From domain itself; the others of it, above or below it."""
    if not domain or "." not in proven or not all(proven.split(".")):
        return False
    return proven == domain or (
        method != "dmarc" and (proven.endswith("." + domain) or domain.endswith("." + proven))
    )
