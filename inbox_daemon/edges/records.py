"""What commands and pages read: lists and single cases, never changed here.

Promises: read-only transactions. Touches: the database. Trusts: the rows.
Limits: no German sentences; the caller asks wording.py.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from inbox_daemon import wire
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import Known, Verdict
from inbox_daemon.edges.database import reading
from inbox_daemon.edges.tables import (
    AuditRow,
    CaseRow,
    EffectRow,
    EvidenceRow,
    LetterRow,
    RecordRow,
    RulesRow,
    VerdictRow,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case in a list."""

    number: str
    state: State
    received_at: datetime
    reasons: tuple[str, ...]
    ags: str | None
    sha256: str
    message_id: str
    duplicate_of: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A stored decision with all that it was made from."""

    case: str
    verdict: Verdict
    known: Known
    rules: Ruleset | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One entry of a case's history."""

    at: datetime
    kind: str
    payload: str


class Records:
    """The reading side of the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cases(self, *states: State) -> tuple[CaseLine, ...]:
        """The cases in these states (none: all), in the order of arrival."""
        wanted = select(CaseRow).order_by(CaseRow.id)  # type: ignore[arg-type]
        if states:
            wanted = wanted.where(CaseRow.state.in_([s.value for s in states]))  # type: ignore[attr-defined]
        with reading(self._engine) as session:
            return tuple(_line(row) for row in session.execute(wanted).scalars())

    def case(self, number: str) -> CaseLine | None:
        """One case, or None."""
        return next((line for line in self.cases() if line.number == number), None)

    def evidence(self, number: str) -> Evidence | None:
        """What was seen in it, or None where it was not read yet."""
        with reading(self._engine) as session:
            row = session.get(EvidenceRow, number)
            return wire.decode(Evidence, row.body) if row else None

    def judgements(self, number: str | None = None) -> tuple[Judgement, ...]:
        """The decisions of one case, or of all, oldest first."""
        wanted = select(VerdictRow).order_by(VerdictRow.id)  # type: ignore[arg-type]
        if number is not None:
            wanted = wanted.where(VerdictRow.case_number == number)  # type: ignore[arg-type]
        with reading(self._engine) as session:
            rules = {
                row.version: wire.decode(Ruleset, row.body)
                for row in session.execute(select(RulesRow)).scalars()
            }
            return tuple(_judgement(row, rules) for row in session.execute(wanted).scalars())

    def history(self, number: str) -> tuple[History, ...]:
        """The audit entries of one case."""
        wanted = select(AuditRow).where(AuditRow.case_number == number).order_by(AuditRow.number)  # type: ignore[arg-type]
        with reading(self._engine) as session:
            return tuple(
                History(at=row.at, kind=row.kind, payload=row.payload)
                for row in session.execute(wanted).scalars()
            )

    def counts(self) -> dict[str, int]:
        """Numbers for the status line: cases by state, records, letters, effects that wait."""
        with reading(self._engine) as session:
            states = session.execute(
                select(CaseRow.state, func.count()).group_by(CaseRow.state)  # type: ignore[call-overload]
            ).all()
            waiting = select(func.count()).where(EffectRow.outcome.is_(None))  # type: ignore[union-attr]
            return {
                **{str(state): int(count) for state, count in states},
                "records": int(session.execute(select(func.count(RecordRow.case_number))).scalar_one()),  # type: ignore[arg-type]
                "letters": int(session.execute(select(func.count(LetterRow.case_number))).scalar_one()),  # type: ignore[arg-type]
                "waiting": int(session.execute(waiting).scalar_one()),
            }


def _line(row: CaseRow) -> CaseLine:
    return CaseLine(
        number=row.number,
        state=State(row.state),
        received_at=row.received_at,
        reasons=tuple(json.loads(row.reasons)),
        ags=row.ags,
        sha256=row.sha256,
        message_id=row.message_id,
        duplicate_of=row.duplicate_of,
    )


def _judgement(row: VerdictRow, rules: dict[str, Ruleset]) -> Judgement:
    version = row.rules.rpartition(":")[2]
    return Judgement(
        case=row.case_number,
        verdict=wire.decode(Verdict, row.body),  # type: ignore[arg-type]
        known=wire.decode(Known, row.known),
        rules=rules.get(version),
        by=row.by,
        at=row.at,
    )
