"""Signing in, as values: what is a user's name, and how long somebody who guesses must wait.

Promises: a name from outside is a plain name or none at all; waiting grows with each failure, is
the same for names that do not exist, and one who guesses never shuts out a person who signs in
from elsewhere. Touches: nothing. Trusts: the clock it is given.
Limits: the counts live as long as their holder (the daemon's process).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from types import MappingProxyType
from typing import Final

NAME_PATTERN: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{0,99}")


def login_name(untrusted: str, *, realm: str = "") -> str | None:
    """The user's name in what a proxy, a provider or a form says; None where it is not one name.

    Lower case, ASCII. `realm` (of Kerberos, case counts) is cut off; another realm is refused, for
    muster@ANDERSWO is not our muster. Lists, controls, NUL, spaces, service principals: None.
    """
    name = untrusted
    if realm and "@" in untrusted:
        name, _, found = untrusted.rpartition("@")
        if found != realm:
            return None
    name = name.lower() if name.isascii() else ""
    return name if NAME_PATTERN.fullmatch(name) else None


# How many failures are free, before waiting begins: of a name from one place, of a place, of a
# name from everywhere (NIST SP 800-63B-4, 3.2.2: at most 100 in a row).
FREE_PAIR: Final = 5
FREE_PEER: Final = 20
FREE_NAME: Final = 100
LONGEST_WAIT_S: Final = 1800
# One failure is forgotten in this time. One place alone, at its slowest, guesses no faster than
# that, so it never fills the count of a name, which would make its owner wait elsewhere.
FORGET_ONE_S: Final = 900
# What a flood of invented names may cost us in memory.
MOST_COUNTS: Final = 10_000

# None stands for every name, or every place: an empty name is a name like another.
Key = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class _Count:
    """Failures, less what was forgotten by `last_s`."""

    level: float
    last_s: float

    def level_at(self, now_s: float) -> float:
        return max(0.0, self.level - (now_s - self.last_s) / FORGET_ONE_S)

    def wait_s(self, now_s: float, *, free: int) -> float:
        over = ceil(self.level_at(now_s)) - free
        if over < 0:
            return 0.0
        # The power is bounded before it is computed.
        waiting = min(LONGEST_WAIT_S, 2.0 ** min(over + 1, 20))
        return max(0.0, self.last_s + waiting - now_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bremse:
    """Who failed how often. Keys are (name, peer), (name, None), (None, peer)."""

    counts: Mapping[Key, _Count] = field(default_factory=lambda: MappingProxyType({}))
    # Places from which a name has signed in: an attack on the name from elsewhere is not theirs.
    known: frozenset[Key] = frozenset()

    def wait_s(self, *, name: str, peer: str, now_s: float) -> int:
        """Whole seconds until this may be tried; 0: now."""
        asked: list[tuple[Key, int]] = [((name, peer), FREE_PAIR), ((None, peer), FREE_PEER)]
        if (name, peer) not in self.known:
            asked.append(((name, None), FREE_NAME))
        waits = (self.counts[k].wait_s(now_s, free=f) for k, f in asked if k in self.counts)
        return ceil(max(waits, default=0.0))

    def begun(self, *, name: str, peer: str, now_s: float) -> "Bremse":
        """One more try, counted as failed before it is looked at: a hundred at once are counted."""
        counts = dict(self.counts)
        for key in ((name, peer), (None, peer), (name, None)):
            before = counts.pop(key, None)
            level = before.level_at(now_s) if before else 0.0
            counts[key] = _Count(level + 1, now_s)
        while len(counts) > MOST_COUNTS:
            del counts[next(iter(counts))]  # the one that was touched longest ago
        return replace(self, counts=MappingProxyType(counts))

    def succeeded(self, *, name: str, peer: str) -> "Bremse":
        """It was the right password: the try was no failure, and the place is known."""
        counts = {key: count for key, count in self.counts.items() if key != (name, peer)}
        for key in ((None, peer), (name, None)):
            if key in counts:
                counts[key] = replace(counts[key], level=max(0.0, counts[key].level - 1))
        known = self.known | {(name, peer)} if len(self.known) < MOST_COUNTS else self.known
        return Bremse(counts=MappingProxyType(counts), known=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in with a provider on its way: kept on our side, for one browser and one use."""

    url: str
    state: str
    nonce: str
    verifier: str
