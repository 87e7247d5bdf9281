"""Domains that are taken for one of a Kreis by the eye and are none.

Promises: a domain of the rules, right or foreign, resembles nothing; linear in the list.
Touches: nothing. Trusts: the closed list in the rules. Limits: knows the Latin, Greek and Cyrillic
letters that look alike (Unicode UTS #39), not all scripts; a name of one to three letters
resembles only what looks just the same. What follows from it is said in the checks.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from inbox_daemon.core.kreis import Matched, Unknown, by_address, domain_of, is_foreign
from inbox_daemon.core.kreis_words import by_words
from inbox_daemon.core.programm import Kreis, Ruleset

# By the Latin letter that they look like: letters of other scripts and digits, as far as they may
# stand in a domain (confusables of UTS #39, and what differs by a hair); i and l are one, as
# I and l.
_LIKE = {
    ord(c): letter
    for letter, others in {
        "a": "\u0430\u0251\u03b1",
        "b": "\u044c\u0185",
        "c": "\u0441\u03f2",
        "d": "\u0501\u0111",
        "e": "\u0435\u04bd3",
        "g": "\u0261\u0581",
        "h": "\u04bb\u0570\u0127",
        "j": "\u0458\u03f3",
        "k": "\u03ba\u043a",
        "l": "\u0456\u0131\u03b9\u04cf\u0269\u0142i1",
        "m": "\u043c",
        "n": "\u0578\u043f\u03b7",
        "o": "\u043e\u03bf\u0585\u03c3\u00f80",
        "p": "\u0440\u03c1",
        "q": "\u051b",
        "r": "\u0433",
        "s": "\u04555",
        "t": "\u0442\u03c4",
        "u": "\u03c5\u057d",
        "v": "\u0475\u03bd",
        "w": "\u051d\u0461\u03c9",
        "x": "\u0445\u03c7",
        "y": "\u0443\u03b3\u04af",
    }.items()
    for c in others
}
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
SHORT, WITH_A_SLIP = 3, 7  # letters of a name: from here on compared at all, and by one slip


def looks_like(domain: str, rules: Ruleset) -> str | None:
    """The domain of a Kreis that this one resembles without being it or below it, else None."""
    domain = domain_of(domain)
    if not domain or is_foreign(domain, rules) or _is_ours(domain, rules):
        return None
    if by_address(domain, rules) != Unknown():
        return None
    labels = [_shown(label) for label in domain.split(".")]
    return _inside(domain, rules) or _alike(labels, rules) or _named(labels, rules)


def _is_ours(domain: str, rules: Ruleset) -> bool:
    own = rules.postfach.eigene_domains
    return any(domain == name or domain.endswith("." + name) for name in own)


def _inside(domain: str, rules: Ruleset) -> str | None:
    """kreis-calw.de.evil.example, kreis-calw-de.example."""
    dotted = f".{domain.replace('-', '.')}"  # without an end: uni-karlsruhe.de is no such domain
    found = (own.domain for own in _looks(rules.kreise) if own.dotted in dotted)
    return max(found, key=len, default=None)


def _alike(labels: list[str], rules: Ruleset) -> str | None:
    slip: str | None = None
    for own in _looks(rules.kreise):
        if own.labels > len(labels):
            continue
        theirs = skeleton("".join(labels[-own.labels : -1]))
        whole = len(own.name) >= SHORT or labels[-1] == own.domain.rpartition(".")[2]
        if _without_umlauts(theirs) == _without_umlauts(own.name) and whole:
            return own.domain
        if slip is None and len(own.name) >= WITH_A_SLIP and one_slip(theirs, own.name):
            slip = own.domain
    return slip


def _named(labels: list[str], rules: Ruleset) -> str | None:
    """landratsamt-calw.de, where the list has another domain of that Kreis."""
    for label in labels[:-1]:
        match = by_words(label.replace("-", " "), rules)
        if isinstance(match, Matched):
            kreis = rules.kreis(match.ags)
            return kreis.domains[0] if kreis else None
    return None


@dataclass(frozen=True, slots=True)
class _Look:
    """A domain of a Kreis; `name` is the skeleton of all labels but the last."""

    domain: str
    labels: int
    dotted: str
    name: str


@lru_cache(maxsize=4)
def _looks(kreise: tuple[Kreis, ...]) -> tuple[_Look, ...]:
    return tuple(
        _Look(
            domain,
            domain.count(".") + 1,
            f".{domain.replace('-', '.')}.",
            skeleton(domain.rpartition(".")[0]),
        )
        for kreis in kreise
        for domain in kreis.domains
    )


def skeleton(name: str) -> str:
    """What the eye keeps of a name: two names that look alike have the same skeleton."""
    lowered = unicodedata.normalize("NFKC", name).casefold().translate(_LIKE)
    plain = unicodedata.normalize("NFKD", lowered)
    seen = "".join(c for c in plain if not unicodedata.combining(c)).translate(_LIKE)
    seen = seen.replace("-", "").replace(".", "")
    for pair, letter in _PAIRS:
        seen = seen.replace(pair, letter)
    return seen


def _without_umlauts(seen: str) -> str:
    for pair, letter in _UMLAUTS:
        seen = seen.replace(pair, letter)
    return seen


def _shown(label: str) -> str:
    """The label as a mail program shows it (RFC 3492); what cannot be decoded stays as it is."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except ValueError:
        return label


def one_slip(one: str, other: str) -> bool:
    """Whether one letter more, less or other, or two swapped, make one of the other."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), -1)
    if at < 0:
        return True
    swapped = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    more, less = one[at + 1 :] == other[at:], one[at:] == other[at + 1 :]
    return swapped or more or less or one[at + 1 :] == other[at + 1 :]
