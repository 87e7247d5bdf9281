"""Appends chained entries in the transaction of the change they tell of.

Promises: no state changes without its entry. Touches: the database, in the caller's transaction.
Trusts: that the caller holds the only write transaction. Limits: the file is written in audit.py.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from inbox_daemon.core import chain
from inbox_daemon.core.wording_labels import AUDIT_KINDS
from inbox_daemon.edges.tables import AuditRow

LAST = "ledger.last"
# Rows that are in memory at once while the log of years is read.
AT_ONCE = 500


def append(session: Session, *, at: datetime, case: str, kind: str, **payload: Any) -> None:
    """One more entry. `kind` must have a German label; the payload holds codes and hashes only."""
    append_all(session, [(case, payload)], at=at, kind=kind)


def append_all(
    session: Session, told: Sequence[tuple[str, dict[str, Any]]], *, at: datetime, kind: str
) -> None:
    """An entry of the same kind for each of these cases with its payload, in one statement."""
    if kind not in AUDIT_KINDS:
        raise ValueError(f"audit kind without a label: {kind}")
    # As the database gives it back: the hash is over the time as it is written.
    at = at.astimezone(UTC)
    # Nobody else writes while this transaction is open: its own last entry is the last of all.
    if LAST not in session.info:
        session.info[LAST] = _last(session)
    rows = []
    for case, payload in told:
        entry = chain.link(after=session.info[LAST], at=at, case=case, kind=kind, payload=payload)
        session.info[LAST] = entry
        rows.append(_columns(entry))
    session.execute(insert(AuditRow), rows)


def _last(session: Session) -> chain.AuditEntry | None:
    row = session.exec(select(AuditRow).order_by(col(AuditRow.number).desc()).limit(1)).first()
    return entry_of(row) if row else None


def hash_of(words: str) -> str:
    """What a person writes may name persons: the chain holds its hash, 64 hex digits."""
    return hashlib.sha256(words.encode()).hexdigest()


def entries(session: Session, *, after: int = 0) -> Iterator[chain.AuditEntry]:
    """All entries with a number above `after`, in order, a few hundred in memory."""
    query = select(AuditRow).where(col(AuditRow.number) > after).order_by(col(AuditRow.number))
    rows = session.exec(query.execution_options(yield_per=AT_ONCE))
    return (_let_go(session, row) for row in rows)


def _let_go(session: Session, row: AuditRow) -> chain.AuditEntry:
    session.expunge(row)
    return entry_of(row)


def _columns(entry: chain.AuditEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at,
        "case_number": entry.case,
        "kind": entry.kind,
        "payload": entry.payload,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def told(row: AuditRow) -> dict[str, Any]:
    """What an entry tells."""
    return dict(json.loads(row.payload))


def entry_of(row: AuditRow) -> chain.AuditEntry:
    """The value of a row."""
    return chain.AuditEntry(
        number=row.number,
        at=row.at,
        case=row.case_number,
        kind=row.kind,
        payload=row.payload,
        previous=row.previous,
        hash=row.hash,
    )
