"""The staff's work in the database: decisions on their way, what was typed, leases, notes.

Promises: each change is one transaction with its audit entry, and is refused (Stale) where the
case has changed since its page was made; a lost write cannot be. Touches: the database.
Trusts: staff.py for what a wish means. Limits: carries nothing out; see store.decide_by_staff.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from inbox_daemon import wire
from inbox_daemon.core.bearbeitung import (
    LEASE,
    Lease,
    Note,
    Plan,
    Wiedervorlage,
    Wish,
    Work,
)
from inbox_daemon.core.errors import Refused, Stale
from inbox_daemon.core.freigabe import OPEN, SAME_PERSON, PlanState
from inbox_daemon.core.states import State
from inbox_daemon.edges import ledger, rows
from inbox_daemon.edges.database import reading, writing
from inbox_daemon.edges.tables import AuditRow, LeaseRow, NoteRow, PlanRow, WorkRow

OPEN_STATES = tuple(state.value for state in OPEN)


class SqlStaffbook:
    """The staff's side of the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # What stands there.

    def version(self, case: str) -> int:
        """The number of the case's last entry in the log: any change makes another."""
        with reading(self._engine) as session:
            return _version(session, case)

    def work(self, case: str) -> Work:
        """What was typed in the case."""
        with reading(self._engine) as session:
            row = session.get(WorkRow, case)
            return _work(row) if row else Work()

    def plan_of(self, case: str) -> Plan | None:
        """The newest decision of a person in this case that is on its way or came to nothing."""
        wanted = (
            select(PlanRow)
            .where(col(PlanRow.case_number) == case)
            .order_by(col(PlanRow.id).desc())
            .limit(1)
        )
        with reading(self._engine) as session:
            row = session.exec(wanted).first()
            return _plan(row) if row else None

    def plan(self, number: int) -> Plan | None:
        """This decision, or None."""
        with reading(self._engine) as session:
            row = session.get(PlanRow, number)
            return _plan(row) if row else None

    def plans(self, *states: PlanState) -> tuple[Plan, ...]:
        """Decisions in these states, oldest first."""
        wanted = select(PlanRow).where(col(PlanRow.state).in_([s.value for s in states]))
        with reading(self._engine) as session:
            return tuple(_plan(row) for row in session.exec(wanted.order_by(col(PlanRow.id))))

    def leases(self, *, at: datetime) -> dict[str, Lease]:
        """Who works on which case at this moment."""
        wanted = select(LeaseRow).where(col(LeaseRow.until) > at)
        with reading(self._engine) as session:
            return {row.case_number: _lease(row) for row in session.exec(wanted)}

    def notes(self, case: str) -> tuple[Note, ...]:
        """The notes of the case, oldest first."""
        wanted = select(NoteRow).where(col(NoteRow.case_number) == case).order_by(col(NoteRow.id))
        with reading(self._engine) as session:
            return tuple(Note(by=r.by, at=r.at, words=r.words) for r in session.exec(wanted))

    def postponed(self) -> dict[str, Wiedervorlage]:
        """The cases that were put off, by number."""
        wanted = select(WorkRow).where(col(WorkRow.wieder_on).is_not(None))
        with reading(self._engine) as session:
            return {
                row.case_number: Wiedervorlage(
                    case=row.case_number,
                    on=row.wieder_on,
                    note=row.wieder_note,
                    count=row.wieder_count,
                    by=row.by,
                )
                for row in session.exec(wanted)
                if row.wieder_on is not None
            }

    # What a person changes.

    def take(self, case: str, *, by: str, at: datetime, by_force: bool = False) -> Lease:
        """The lease of the case, new or renewed. Raises Refused while another holds it."""
        with writing(self._engine) as session:
            row = session.get(LeaseRow, case)
            if row is None:
                row = LeaseRow(case_number=case, holder=by, until=at + LEASE)
                session.add(row)
            elif row.holder != by and row.until > at:
                if not by_force:
                    raise Refused("bei-anderer-person", person=row.holder)
                ledger.append(
                    session, at=at, case=case, kind="staff.took-over", wer=by, von=row.holder
                )
            row.holder, row.until = by, at + LEASE
            return _lease(row)

    def release(self, case: str, *, by: str) -> None:
        """Gives the lease back, where it is hers."""
        with writing(self._engine) as session:
            row = session.get(LeaseRow, case)
            if row is not None and row.holder == by:
                session.delete(row)

    def save_work(self, case: str, work: Work, *, by: str, at: datetime, version: int) -> None:
        """Keeps what was typed; what it says of an earlier typing is replaced, the log keeps it."""
        with writing(self._engine) as session:
            _current(session, case, by=by, at=at, version=version)
            row = _working(session, case, by=by, at=at)
            row.betrag_cent = None if work.amount is None else int(work.amount * 100)
            row.betrag_grund, row.ags = work.amount_reason, work.ags
            row.unterschrift = work.unterschrift
            ledger.append(
                session,
                at=at,
                case=case,
                kind="staff.saved",
                wer=by,
                betrag_cent=row.betrag_cent,
                betrag_grund=row.betrag_grund,
                ags=row.ags,
                unterschrift=row.unterschrift,
            )

    def postpone(
        self, case: str, *, on: date, note: str, by: str, at: datetime, version: int | None
    ) -> None:
        """Puts the case off until this day; without a note only the first time."""
        with writing(self._engine) as session:
            _current(session, case, by=by, at=at, version=version)
            row = _working(session, case, by=by, at=at)
            if row.wieder_count and not note.strip():
                raise Refused("notiz-fehlt")
            row.wieder_on, row.wieder_note = on, note
            row.wieder_count += 1
            ledger.append(
                session,
                at=at,
                case=case,
                kind="staff.postponed",
                wer=by,
                bis=on.isoformat(),
                grund=ledger.hash_of(note),
            )
            _let_go(session, case, by=by)

    def note(self, case: str, words: str, *, by: str, at: datetime) -> None:
        """One more note; it changes nothing that another page shows, so it has no version."""
        with writing(self._engine) as session:
            session.add(NoteRow(case_number=case, by=by, at=at, words=words))
            ledger.append(
                session, at=at, case=case, kind="staff.noted", wer=by, text=ledger.hash_of(words)
            )

    def add_plan(
        self,
        wish: Wish,
        case: str,
        *,
        why_second: tuple[str, ...],
        due_at: datetime,
        at: datetime,
        version: int | None,
    ) -> int:
        """A decision sets out: to a second person where there is a reason, else to its time."""
        state = PlanState.ZWEITE if why_second else PlanState.AUSGANG
        with writing(self._engine) as session:
            _current(session, case, by=wish.by, at=at, version=version)
            if _open(session, case) is not None:
                raise Stale(case)
            if rows.row(session, case).state != State.FLAGGED.value:
                raise Stale(case)
            row = PlanRow(
                case_number=case,
                wish=wire.encode(wish),
                first=wish.by,
                why_second=json.dumps(list(why_second)),
                state=state.value,
                created_at=at,
                due_at=None if why_second else due_at,
            )
            session.add(row)
            session.flush()
            ledger.append(
                session,
                at=at,
                case=case,
                kind="staff.planned",
                plan=row.id,
                **_told(wish),
                zweite=list(why_second),
            )
            _let_go(session, case, by=wish.by)
            return row.id or 0

    def second(self, number: int, *, by: str, due_at: datetime, at: datetime) -> None:
        """The second person signs. Raises Refused where she is the first."""
        with writing(self._engine) as session:
            row = _plan_in(session, number, PlanState.ZWEITE)
            if row.first.casefold() == by.casefold():
                raise Refused(SAME_PERSON)
            row.second, row.state, row.due_at = by, PlanState.AUSGANG.value, due_at
            self._append(session, row, "staff.seconded", by=by, at=at)

    def differed(self, number: int, *, by: str, amount: Decimal, at: datetime) -> None:
        """The second person reads another amount (euro): nothing moves, the log tells of it."""
        with writing(self._engine) as session:
            row = _plan_in(session, number, PlanState.ZWEITE)
            if row.first.casefold() == by.casefold():
                raise Refused(SAME_PERSON)
            cents = str(int(amount * 100))
            self._append(session, row, "staff.differed", by=by, at=at, betrag_cent=cents)

    def give_back(self, number: int, *, by: str, why: str, at: datetime) -> None:
        """The second person does not sign: the case is open again, with her words."""
        with writing(self._engine) as session:
            row = _plan_in(session, number, PlanState.ZWEITE)
            if row.first.casefold() == by.casefold():
                raise Refused(SAME_PERSON)
            self._end(session, row, PlanState.ZURUECKGEGEBEN, told=why, at=at)
            self._append(session, row, "staff.returned", by=by, at=at, grund=ledger.hash_of(why))

    def recall(self, number: int, *, by: str, at: datetime) -> str:
        """Whoever signed takes the decision back while it waits; the case."""
        with writing(self._engine) as session:
            row = _plan_in(session, number, *OPEN)
            if by.casefold() not in {row.first.casefold(), (row.second or "").casefold()}:
                raise Refused("nicht-eigene-entscheidung")
            self._end(session, row, PlanState.ZURUECKGEHOLT, told="", at=at)
            self._append(session, row, "staff.recalled", by=by, at=at)
            return row.case_number

    def refuse(self, number: int, *, why: str, at: datetime) -> None:
        """The decision could not be carried out: a person sees why, the case is open again."""
        with writing(self._engine) as session:
            row = _plan_in(session, number, PlanState.AUSGANG)
            self._end(session, row, PlanState.GESCHEITERT, told=why, at=at)
            self._append(session, row, "staff.refused", by="maschine", at=at)

    def due(self, *, at: datetime) -> tuple[Plan, ...]:
        """The decisions whose time has come, oldest first."""
        wanted = select(PlanRow).where(
            col(PlanRow.state) == PlanState.AUSGANG.value, col(PlanRow.due_at) <= at
        )
        with reading(self._engine) as session:
            return tuple(_plan(row) for row in session.exec(wanted.order_by(col(PlanRow.id))))

    def _end(
        self, session: Session, row: PlanRow, state: PlanState, *, told: str, at: datetime
    ) -> None:
        row.state, row.told, row.ended_at = state.value, told, at
        session.flush()

    def _append(
        self, session: Session, row: PlanRow, kind: str, *, by: str, at: datetime, **more: str
    ) -> None:
        ledger.append(session, at=at, case=row.case_number, kind=kind, plan=row.id, wer=by, **more)


def carried_out(session: Session, number: int, *, at: datetime) -> None:
    """The decision is done, in the transaction that does it."""
    row = _plan_in(session, number, PlanState.AUSGANG)
    row.state, row.ended_at = PlanState.AUSGEFUEHRT.value, at
    work = session.get(WorkRow, row.case_number)
    if work is not None:
        work.wieder_on = None


def _plan_in(session: Session, number: int, *states: PlanState) -> PlanRow:
    row = session.get(PlanRow, number)
    if row is None or row.state not in {state.value for state in states}:
        raise Stale(str(number))
    return row


def _open(session: Session, case: str) -> PlanRow | None:
    wanted = select(PlanRow).where(
        col(PlanRow.case_number) == case, col(PlanRow.state).in_(OPEN_STATES)
    )
    return session.exec(wanted).first()


def _current(session: Session, case: str, *, by: str, at: datetime, version: int | None) -> None:
    """Raises Stale where the case changed since, Refused where another works on it."""
    if version is not None and version != _version(session, case):
        raise Stale(case)
    lease = session.get(LeaseRow, case)
    if lease is not None and lease.holder != by and lease.until > at:
        raise Refused("bei-anderer-person", person=lease.holder)


def _version(session: Session, case: str) -> int:
    wanted = select(func.max(AuditRow.number)).where(col(AuditRow.case_number) == case)
    return int(session.exec(wanted).one() or 0)


def _working(session: Session, case: str, *, by: str, at: datetime) -> WorkRow:
    row = session.get(WorkRow, case)
    if row is None:
        row = WorkRow(case_number=case, by=by, at=at)
        session.add(row)
    row.by, row.at = by, at
    return row


def _let_go(session: Session, case: str, *, by: str) -> None:
    lease = session.get(LeaseRow, case)
    if lease is not None and lease.holder == by:
        session.delete(lease)


def _told(wish: Wish) -> dict[str, object]:
    """What the log says of a wish: no words of a person, only their hash."""
    told = {name: value for name, value in asdict(wish).items() if value not in (None, (), "")}
    told.pop("why", None)
    told["wer"], told["grund_text"] = told.pop("by"), ledger.hash_of(wish.why)
    return {name: _plain(value) for name, value in told.items()}


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else value


def _plan(row: PlanRow) -> Plan:
    return Plan(
        number=row.id or 0,
        case=row.case_number,
        wish=wire.decode(Wish, row.wish),
        first=row.first,
        second=row.second,
        why_second=tuple(json.loads(row.why_second)),
        state=PlanState(row.state),
        told=row.told,
        created_at=row.created_at,
        due_at=row.due_at,
        ended_at=row.ended_at,
    )


def _work(row: WorkRow) -> Work:
    return Work(
        amount=None if row.betrag_cent is None else Decimal(row.betrag_cent) / 100,
        amount_reason=row.betrag_grund,
        ags=row.ags,
        unterschrift=row.unterschrift,
        by=row.by,
        at=row.at,
    )


def _lease(row: LeaseRow) -> Lease:
    return Lease(case=row.case_number, holder=row.holder, until=row.until)
