"""Appends chained entries in the transaction of the change they tell of.

Promises: no state changes without its entry. Touches: the database, in the caller's transaction.
Trusts: that the caller holds the only write transaction. Limits: the file is written in audit.py.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from inbox_daemon.core import chain
from inbox_daemon.core.wording import AUDIT_KINDS
from inbox_daemon.edges.tables import AuditRow


def append(session: Session, *, at: datetime, case: str, kind: str, **payload: Any) -> None:
    """One more entry. `kind` must have a German label; the payload holds codes and hashes only."""
    if kind not in AUDIT_KINDS:
        raise ValueError(f"audit kind without a label: {kind}")
    last = session.exec(select(AuditRow).order_by(col(AuditRow.number).desc()).limit(1)).first()
    entry = chain.link(
        after=_entry(last) if last else None, at=at, case=case, kind=kind, payload=payload
    )
    session.add(
        AuditRow(
            number=entry.number,
            at=entry.at,
            case_number=entry.case,
            kind=entry.kind,
            payload=entry.payload,
            previous=entry.previous,
            hash=entry.hash,
        )
    )
    session.flush()


def entries(session: Session, *, after: int = 0) -> Iterator[chain.AuditEntry]:
    """All entries with a number above `after`, in order."""
    rows = session.exec(
        select(AuditRow).where(col(AuditRow.number) > after).order_by(col(AuditRow.number))
    )
    return (_entry(row) for row in rows)


def _entry(row: AuditRow) -> chain.AuditEntry:
    return chain.AuditEntry(
        number=row.number,
        at=row.at,
        case=row.case_number,
        kind=row.kind,
        payload=row.payload,
        previous=row.previous,
        hash=row.hash,
    )
