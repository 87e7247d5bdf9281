"""Rows found and turned into values, on an open session.

Promises: values out, or a Defect that says what is missing; changes nothing.
Touches: the database, in the caller's transaction. Trusts: the caller's session.
Limits: only store.py and transitions.py call in here.
"""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import Session, col, select

from inbox_daemon import wire
from inbox_daemon.core.errors import Defect
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence, RawMessage
from inbox_daemon.core.verdict import (
    EffectKind,
    FiledRecord,
    Known,
    Outcome,
)
from inbox_daemon.edges.tables import (
    CaseRow,
    EffectRow,
    EvidenceRow,
    RecordRow,
)
from inbox_daemon.ports import Case, Pending


def known(session: Session, row: CaseRow) -> Known:
    """What our records say at this moment; of letters see letterbook.py."""
    records = session.exec(
        select(RecordRow).where(col(RecordRow.replaced_by).is_(None)).order_by(col(RecordRow.at))
    )
    waiting = session.exec(
        select(CaseRow)
        .where(col(CaseRow.state) == State.FLAGGED.value, col(CaseRow.ags).is_not(None))
        .order_by(col(CaseRow.id))
    )
    return Known(
        duplicate_of=row.duplicate_of,
        filed=tuple(_filed(record) for record in records),
        open_cases=tuple((c.number, c.ags or "", c.programm or "") for c in waiting),
    )


def _filed(row: RecordRow) -> FiledRecord:
    return FiledRecord(
        case=row.case_number,
        ags=row.ags,
        programm=row.programm,
        betrag=Decimal(row.betrag_cent) / 100,
    )


def is_moved() -> ColumnElement[bool]:
    """The condition that the final move of a case is done.

    Whatever its state is now: a person may have taken it up again, its message is gone from there.
    """
    done = select(EffectRow.id).where(
        col(EffectRow.case_number) == col(CaseRow.number),
        col(EffectRow.kind) == EffectKind.MOVE_MESSAGE.value,
        col(EffectRow.outcome) == Outcome.DONE.value,
    )
    return done.exists()


def stranded(session: Session, raw: RawMessage) -> CaseRow | None:
    """The case whose message has another place before our final move.

    The server renumbered it (UIDVALIDITY changed), or the mailbox is now on another server.
    """
    elsewhere = (col(CaseRow.uidvalidity) != raw.uidvalidity) | (
        col(CaseRow.mailbox) != raw.mailbox
    )
    twins = session.exec(
        select(CaseRow)
        .where(col(CaseRow.sha256) == raw.sha256, elsewhere, ~is_moved())
        .order_by(col(CaseRow.id))
        .limit(1)
    )
    return twins.first()


def are_new(session: Session, raws: Sequence[RawMessage]) -> bool:
    """Whether neither the bytes nor the place of any of these is known, and no two are alike."""
    hashes = {raw.sha256 for raw in raws}
    places = [(raw.mailbox, raw.uidvalidity, raw.uid) for raw in raws]
    at = tuple_(col(CaseRow.mailbox), col(CaseRow.uidvalidity), col(CaseRow.uid))
    known = select(CaseRow.id).where(col(CaseRow.sha256).in_(hashes) | at.in_(places)).limit(1)
    return len(hashes) == len(raws) and session.exec(known).first() is None


def first_with(session: Session, sha256: str) -> CaseRow | None:
    """The oldest case with these bytes, or None."""
    return session.exec(
        select(CaseRow).where(col(CaseRow.sha256) == sha256).order_by(col(CaseRow.id)).limit(1)
    ).first()


def row(session: Session, case: str) -> CaseRow:
    """The row of this case. Raises Defect where there is none."""
    row = session.exec(select(CaseRow).where(col(CaseRow.number) == case)).first()
    if row is None:
        raise Defect(f"there is no case {case}", code="fall-unbekannt")
    return row


def effect(session: Session, effect: int) -> EffectRow:
    """The row of this effect. Raises Defect where there is none."""
    row = session.get(EffectRow, effect)
    if row is None:
        raise Defect(f"there is no effect {effect}")
    return row


def evidence(session: Session, case: str) -> Evidence:
    """The stored evidence. Raises Defect where there is none."""
    row = session.get(EvidenceRow, case)
    if row is None:
        raise Defect(f"{case} has no evidence", code="fall-ungelesen")
    return wire.decode(Evidence, row.body)


def case(row: CaseRow) -> Case:
    """The row as a value."""
    return Case(
        number=row.number,
        order=row.id or 0,
        raw=RawMessage(
            mailbox=row.mailbox,
            uidvalidity=row.uidvalidity,
            uid=row.uid,
            received_at=row.received_at,
            size=row.size,
            sha256=row.sha256,
            message_id=row.message_id,
        ),
        state=State(row.state),
        changed_at=row.changed_at,
        attempts=row.attempts,
    )


def pending(row: EffectRow) -> Pending:
    """The row as a value."""
    return Pending(
        number=row.id or 0,
        case=row.case_number,
        kind=EffectKind(row.kind),
        payload=row.payload,
        attempted=row.attempted_at is not None,
        attempts=row.attempts,
    )
