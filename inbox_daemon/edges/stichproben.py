"""Machine decisions looked at again: which there are, and what came of each.

Promises: a case is looked at once; the log tells of it. Touches: the database.
Trusts: stichprobe.py for what is drawn. Limits: changes no record.
"""

import json
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine, exists
from sqlmodel import col, select

from inbox_daemon.core.errors import Stale
from inbox_daemon.core.record import Author
from inbox_daemon.core.states import State
from inbox_daemon.core.stichprobe import Abgelegt, Ergebnis
from inbox_daemon.edges import ledger
from inbox_daemon.edges.database import reading, writing
from inbox_daemon.edges.tables import CaseRow, RecordRow, SampleCheckRow, VerdictRow


class SqlStichproben:
    """What the machine filed, and what persons found when they looked again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def filed_by_machine(self) -> tuple[Abgelegt, ...]:
        """The records that no person had a hand in, oldest first."""
        by_person = exists().where(
            col(VerdictRow.case_number) == col(RecordRow.case_number),
            col(VerdictRow.by) != Author().by,
        )
        wanted = (
            select(RecordRow)
            .join(CaseRow, col(CaseRow.number) == col(RecordRow.case_number))
            .where(col(CaseRow.state) == State.FILED.value, ~by_person)
            .order_by(col(CaseRow.id))
        )
        with reading(self._engine) as session:
            return tuple(
                Abgelegt(
                    case=row.case_number,
                    ags=row.ags,
                    programm=row.programm,
                    betrag=Decimal(row.betrag_cent) / 100,
                    at=row.at,
                )
                for row in session.exec(wanted)
            )

    def results(self, *, since: datetime | None = None) -> tuple[Ergebnis, ...]:
        """What was found since then, oldest first."""
        wanted = select(SampleCheckRow).order_by(col(SampleCheckRow.at))
        if since is not None:
            wanted = wanted.where(col(SampleCheckRow.at) >= since)
        with reading(self._engine) as session:
            return tuple(
                Ergebnis(
                    case=row.case_number,
                    by=row.by,
                    at=row.at,
                    faults=tuple(json.loads(row.faults)),
                )
                for row in session.exec(wanted)
            )

    def keep(self, found: Ergebnis) -> None:
        """What a person found in a case. Raises Stale where somebody was there before."""
        with writing(self._engine) as session:
            if session.get(SampleCheckRow, found.case) is not None:
                raise Stale(found.case)
            session.add(
                SampleCheckRow(
                    case_number=found.case,
                    by=found.by,
                    at=found.at,
                    faults=json.dumps(list(found.faults)),
                )
            )
            ledger.append(
                session,
                at=found.at,
                case=found.case,
                kind="staff.sampled",
                wer=found.by,
                fehler=list(found.faults),
            )
