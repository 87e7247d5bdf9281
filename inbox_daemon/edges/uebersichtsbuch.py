"""What the overview counts, read from the database in a few statements.

Promises: read-only; no evidence is decoded, so that five thousand open cases cost little.
Touches: the database. Trusts: the rows. Limits: sees cases, letters and records, no persons.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Engine, and_, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from inbox_daemon.core.freigabe import PlanState
from inbox_daemon.core.mailkind import Mailart
from inbox_daemon.core.states import State
from inbox_daemon.core.uebersicht import Abgelegt
from inbox_daemon.edges.database import reading
from inbox_daemon.edges.tables import AuditRow, CaseRow, LinkRow, PlanRow, RecordRow

# A mail of one of these kinds answers what was asked; a question back does not.
ANSWERS = (Mailart.ANTRAG.value, Mailart.KORREKTUR.value, Mailart.ANTWORT.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offen:
    """A case that waits for a person. `reasons` is the row's JSON list of codes."""

    number: str
    received_at: datetime
    reasons: str
    ags: str | None


class Uebersichtsbuch:
    """Counts over all cases."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def waiting_for_second(self) -> int:
        """The decisions that wait for a second person."""
        wanted = select(func.count()).where(col(PlanRow.state) == PlanState.ZWEITE.value)
        with reading(self._engine) as session:
            return int(session.exec(wanted).one())

    def open_cases(self) -> tuple[Offen, ...]:
        """The cases that wait for a person, in the order of arrival."""
        wanted = (
            select(
                col(CaseRow.number),
                col(CaseRow.received_at),
                col(CaseRow.reasons),
                col(CaseRow.ags),
            )
            .where(col(CaseRow.state) == State.FLAGGED.value)
            .order_by(col(CaseRow.id))
        )
        with reading(self._engine) as session:
            return tuple(
                Offen(number=number, received_at=at, reasons=reasons, ags=ags)
                for number, at, reasons, ags in session.exec(wanted)
            )

    def in_review(self, programm: str) -> Mapping[str, int]:
        """By AGS the cases of this programme that wait for a person."""
        wanted = (
            select(col(CaseRow.ags), func.count())
            .where(
                col(CaseRow.state) == State.FLAGGED.value,
                col(CaseRow.programm) == programm,
                col(CaseRow.ags).is_not(None),
            )
            .group_by(col(CaseRow.ags))
        )
        with reading(self._engine) as session:
            return {str(ags): int(count) for ags, count in session.exec(wanted)}

    def records(self, programm: str) -> tuple[Abgelegt, ...]:
        """The valid records of a programme, one a Kreis at most."""
        wanted = select(
            col(RecordRow.case_number), col(RecordRow.ags), col(RecordRow.betrag_cent)
        ).where(col(RecordRow.programm) == programm, col(RecordRow.replaced_by).is_(None))
        with reading(self._engine) as session:
            return tuple(
                Abgelegt(fall=number, ags=ags, betrag=Decimal(cent) / 100)
                for number, ags, cent in session.exec(wanted)
            )

    def asked(self, programm: str) -> Mapping[str, tuple[str, ...]]:
        """By AGS the cases whose question is still open, oldest first.

        It is closed by a mail of the matter that answers it, or by a record that came later.
        """
        wanted = (
            select(col(CaseRow.ags), col(CaseRow.number))
            .where(
                col(CaseRow.state) == State.QUERIED.value,
                col(CaseRow.programm) == programm,
                ~or_(_answered(), _filed_since()),
            )
            .order_by(col(CaseRow.id))
        )
        found: dict[str, tuple[str, ...]] = defaultdict(tuple)
        with reading(self._engine) as session:
            for ags, number in session.exec(wanted):
                found[str(ags)] += (number,)
        return found

    def filed_by_machine(self, *, since: datetime, before: datetime) -> int:
        """The applications that were filed in this time and that no person had decided."""
        person = aliased(AuditRow)
        decided = exists().where(
            col(person.case_number) == col(AuditRow.case_number),
            col(person.kind) == "staff.decided",
        )
        wanted = select(func.count()).where(
            col(AuditRow.kind) == "case.filed",
            col(AuditRow.at) >= since,
            col(AuditRow.at) < before,
            ~decided,
        )
        with reading(self._engine) as session:
            return int(session.exec(wanted).one())


def _answered() -> ColumnElement[bool]:
    return exists().where(
        and_(col(LinkRow.belongs_to) == col(CaseRow.number), col(LinkRow.art).in_(ANSWERS))
    )


def _filed_since() -> ColumnElement[bool]:
    return exists().where(
        and_(
            col(RecordRow.programm) == col(CaseRow.programm),
            col(RecordRow.ags) == col(CaseRow.ags),
            col(RecordRow.replaced_by).is_(None),
            col(RecordRow.at) >= col(CaseRow.changed_at),
        )
    )
