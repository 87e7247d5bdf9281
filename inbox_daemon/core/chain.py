"""The audit chain: canonical form, hash, verification.

Promises: an entry's hash covers every byte of the entry and the hash of the entry before it, so a
changed, removed, added or swapped line is found at the first line that does not fit.
Touches: nothing. Trusts: SHA-256 (FIPS 180-4).
Limits: a whole chain rewritten from some entry on fits in itself; that is found only by
comparing with a head that was kept elsewhere (the database, an anchor).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One entry. `payload` is canonical JSON of codes, hashes and numbers: no personal data."""

    number: int
    at: datetime
    case: str
    kind: str
    payload: str
    previous: str
    hash: str


def canonical(value: object) -> str:
    """JSON with sorted keys, no spaces, and U+2028 and controls escaped: one line for ever."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def fields_of(entry: AuditEntry) -> dict[str, Any]:
    """The entry as flat fields named after the Elastic Common Schema, without its own hash."""
    return {
        "@timestamp": entry.at.isoformat(timespec="microseconds"),
        "event.sequence": entry.number,
        "event.action": entry.kind,
        "antrag.id": entry.case,
        "antrag.daten": json.loads(entry.payload),
        "event.previous": entry.previous,
    }


def hash_of(fields: dict[str, Any]) -> str:
    """SHA-256 over the canonical form of the fields, in hex."""
    return hashlib.sha256(canonical(fields).encode()).hexdigest()


def line_of(entry: AuditEntry) -> str:
    """The entry as the one line that stands in the log file, without line end."""
    return canonical({**fields_of(entry), "event.hash": entry.hash})


def link(
    *, after: AuditEntry | None, at: datetime, case: str, kind: str, payload: dict[str, Any]
) -> AuditEntry:
    """The next entry of the chain after `after` (None: the first)."""
    bare = AuditEntry(
        number=after.number + 1 if after else 1,
        at=at,
        case=case,
        kind=kind,
        payload=canonical(payload),
        previous=after.hash if after else GENESIS,
        hash="",
    )
    return AuditEntry(
        number=bare.number,
        at=bare.at,
        case=bare.case,
        kind=bare.kind,
        payload=bare.payload,
        previous=bare.previous,
        hash=hash_of(fields_of(bare)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The first place where the chain does not hold: line from 1, and what is wrong there."""

    line: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last entry of a verified chain: its number (0: no entry) and its hash."""

    number: int
    hash: str


def verify(lines: Iterable[str]) -> Head | Break:
    """The head of the chain when every line fits, else the first break."""
    head = Head(number=0, hash=GENESIS)
    for place, line in enumerate(lines, start=1):
        why, fields = _fault(line, head)
        if why:
            return Break(line=place, why=why)
        head = Head(number=fields["event.sequence"], hash=fields["event.hash"])
    return head


def _fault(line: str, head: Head) -> tuple[str, dict[str, Any]]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return "kein-json", {}
    if not isinstance(fields, dict) or canonical(fields) != line:
        return "nicht-kanonisch", {}
    bare = {key: value for key, value in fields.items() if key != "event.hash"}
    if fields.get("event.sequence") != head.number + 1:
        return "nummer", fields
    if fields.get("event.previous") != head.hash:
        return "vorgaenger", fields
    if fields.get("event.hash") != hash_of(bare):
        return "pruefsumme", fields
    return "", fields
