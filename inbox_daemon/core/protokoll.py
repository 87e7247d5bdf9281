"""What an entry of the log says to a reader: who, with what outcome, why; and what to search by.

Promises: each is found in the entry itself, so that file, page and export say the same.
Touches: nothing. Trusts: the canonical form of chain.py, in which `"key":"value"` can stand in an
entry only as what it says. Limits: the words stand in wording_labels.py.
"""

import hashlib
import heapq
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from inbox_daemon.core.bearbeitung import ASK, CLOSE, FILE
from inbox_daemon.core.chain import AuditEntry, canonical
from inbox_daemon.core.record import Author

# Who did it: a person by name, or one of these.
SYSTEM, ANYBODY = "system", "person"
BY: Final = "wer"
MACHINE: Final = Author().by

# Outcome → the parts of an entry of which one says so.
AUSGAENGE: Final = MappingProxyType(
    {
        "accept": ('"urteil":"accept"', '"answer":"ablegen"'),
        "query": ('"urteil":"query"', '"answer":"rueckfrage"'),
        "escalate": ('"urteil":"escalate"',),
        "dismiss": ('"urteil":"dismiss"', '"answer":"erledigt"'),
        "done": ('"ergebnis":"done"',),
        "retry-later": ('"ergebnis":"retry-later"',),
        "given-up": ('"ergebnis":"given-up"',),
        "unknown": ('"ergebnis":"unknown"',),
        "failed": ('"fehler":"',),
    }
)
# What a person wishes, as the machine calls it.
_WISHES: Final = MappingProxyType({FILE: "accept", ASK: "query", CLOSE: "dismiss"})
# What was left undone: kinds of entries, and parts of any entry.
LEFT_UNDONE: Final = ("message.stays", "message.elsewhere", "message.gone")
UNDONE_PARTS: Final = (
    *AUSGAENGE["given-up"],
    *AUSGAENGE["unknown"],
    '"antwort-',
    '"rueckfrage-veraltet"',
    '"rueckfrage-ueberholt"',
    '"ungelesen":["',
)
_PLAIN: Final = frozenset({"wer", "gruende", "urteil", "ergebnis", "fehler", "answer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Auswahl:
    """Which entries; what is empty selects all. `since` is inclusive, `before` is not.

    `who` is a name, `system` or `person`; `undone` leaves only what was left undone; `upto` is the
    last number that counts.
    """

    since: datetime | None = None
    before: datetime | None = None
    case: str = ""
    kind: str = ""
    outcome: str = ""
    who: str = ""
    undone: bool = False
    upto: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Eintrag:
    """An entry with its payload opened."""

    entry: AuditEntry
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def who(self) -> str:
        """The person's name, or `system`."""
        who = str(self.told.get(BY) or SYSTEM)
        return SYSTEM if who == MACHINE else who

    @property
    def outcome(self) -> str:
        """A key of AUSGAENGE, or empty where the entry tells of none."""
        if self.told.get("fehler"):
            return "failed"
        wished = _WISHES.get(str(self.told.get("answer")))
        found = str(self.told.get("urteil") or self.told.get("ergebnis") or wished or "")
        return found if found in AUSGAENGE else ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Codes of the wording tables."""
        reasons = self.told.get("gruende")
        found = [*reasons] if isinstance(reasons, list) else []
        failure = self.told.get("fehler")
        return tuple(str(code) for code in (*found, *([failure] if failure else [])))

    @property
    def further(self) -> tuple[tuple[str, str], ...]:
        """The rest of the payload, (key, canonical value)."""
        return tuple(
            (key, value if isinstance(value, str) else canonical(value))
            for key, value in sorted(self.told.items())
            if key not in _PLAIN and value not in (None, [], "")
        )


def opened(entry: AuditEntry) -> Eintrag:
    """The entry, opened. The payload is ours and always an object."""
    return Eintrag(entry=entry, told=json.loads(entry.payload))


def sampled(numbers: Iterable[int], *, count: int, seed: str) -> tuple[int, ...]:
    """As many of these entries, in order, the choice fixed by the seed.

    The entries with the smallest SHA-256 of `seed:number`: anybody can choose again with the
    numbers and `sha256sum`, and nobody who does not know the seed can foresee the choice.
    """
    chosen = heapq.nsmallest(count, numbers, key=lambda n: _lot(seed, n))
    return tuple(sorted(chosen))


def _lot(seed: str, number: int) -> str:
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()
