"""What waits for a person, read lightly: a row a case; what was seen only where it is asked for.

Promises: read-only; all flagged cases in one statement, without a word of evidence.
Touches: the database. Trusts: the rows; evidence that cannot be decoded counts as not there.
Limits: views, order and paging are core/vorrat.py's.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Engine, Executable, and_, func
from sqlalchemy import select as columns
from sqlmodel import col, select

from inbox_daemon import wire
from inbox_daemon.core.freigabe import OPEN, PlanState
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.vorrat import Fristen, Klaerfall, Rest
from inbox_daemon.edges.database import reading
from inbox_daemon.edges.tables import AuditRow, CaseRow, EvidenceRow, PlanRow, WorkRow

_FLAGGED: Final = col(CaseRow.state) == State.FLAGGED.value
_OPEN: Final = tuple(state.value for state in OPEN)
_RESTS: Final = MappingProxyType(
    {PlanState.ZWEITE.value: Rest.ZWEITE, PlanState.AUSGANG.value: Rest.UNTERWEGS}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Einblick:
    """More of a case than a list needs for its order.

    `evidence` is None where nothing was read. `typed_amount` (euro) and `is_typed` say what a
    person entered and did not decide on yet. `version` is the number of its last entry in the log.
    """

    evidence: Evidence | None
    typed_amount: Decimal | None
    is_typed: bool
    version: int


class Vorratsbuch:
    """The flagged cases."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def waiting(self, fristen: Fristen, *, today: date) -> tuple[Klaerfall, ...]:
        """All cases that wait for a person, in the order of arrival."""
        with reading(self._engine) as session:
            found = session.connection().execute(_waiting()).all()
        return tuple(_klaerfall(row, fristen, today) for row in found)

    def count(self) -> int:
        """How many there are."""
        with reading(self._engine) as session:
            return int(session.exec(select(func.count()).where(_FLAGGED)).one())

    def seen(self, numbers: Iterable[str]) -> Mapping[str, Einblick]:
        """What was seen and typed in these cases, by number. Decodes their evidence."""
        with reading(self._engine) as session:
            found = session.connection().execute(_seen(tuple(numbers))).all()
        return {row.number: _einblick(row) for row in found}


def _waiting() -> Executable:
    worked = col(WorkRow.case_number) == col(CaseRow.number)
    planned = and_(col(PlanRow.case_number) == col(CaseRow.number), col(PlanRow.state).in_(_OPEN))
    return (
        columns(
            col(CaseRow.number),
            col(CaseRow.received_at),
            col(CaseRow.reasons),
            col(CaseRow.ags),
            col(CaseRow.programm),
            col(WorkRow.ags).label("typed_ags"),
            col(WorkRow.wieder_on),
            col(PlanRow.state).label("plan"),
        )
        .select_from(CaseRow)
        .outerjoin(WorkRow, worked)
        .outerjoin(PlanRow, planned)
        .where(_FLAGGED)
        .order_by(col(CaseRow.id))
    )


@lru_cache(maxsize=1_000)
def _reasons(stored: str) -> tuple[str, ...]:
    """Many cases have the same."""
    return tuple(json.loads(stored))


def _klaerfall(row: Any, fristen: Fristen, today: date) -> Klaerfall:
    put_off = row.wieder_on is not None and row.wieder_on > today
    rest = _RESTS.get(row.plan, Rest.WIEDERVORLAGE if put_off else Rest.NONE)
    return Klaerfall(
        number=row.number,
        received_at=row.received_at,
        reasons=_reasons(row.reasons),
        frist=fristen.due(row.received_at),
        ags=row.typed_ags or row.ags,
        programm=row.programm,
        wiedervorlage=row.wieder_on,
        rest=rest,
    )


def _seen(numbers: tuple[str, ...]) -> Executable:
    newest = (
        columns(func.max(AuditRow.number))
        .where(col(AuditRow.case_number) == col(CaseRow.number))
        .scalar_subquery()
    )
    return (
        columns(
            col(CaseRow.number),
            col(EvidenceRow.body),
            col(WorkRow.betrag_cent),
            col(WorkRow.ags),
            col(WorkRow.unterschrift),
            newest.label("version"),
        )
        .select_from(CaseRow)
        .outerjoin(EvidenceRow, col(EvidenceRow.case_number) == col(CaseRow.number))
        .outerjoin(WorkRow, col(WorkRow.case_number) == col(CaseRow.number))
        .where(col(CaseRow.number).in_(numbers))
    )


def _einblick(row: Any) -> Einblick:
    cent = row.betrag_cent
    return Einblick(
        evidence=_evidence(row.body),
        typed_amount=None if cent is None else Decimal(cent) / 100,
        is_typed=cent is not None or bool(row.ags) or bool(row.unterschrift),
        version=int(row.version or 0),
    )


def _evidence(body: str | None) -> Evidence | None:
    if body is None:
        return None
    try:
        return wire.decode(Evidence, body)
    except ValueError:
        return None
