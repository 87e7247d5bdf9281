"""The transactions of the steps: values in, values out, no rule knowledge.

Promises: each method is one transaction, with the audit entry of its change inside.
Touches: the database. Trusts: its callers for the order of steps; states.py checks every move.
Limits: rows never leave this file; what pages and commands read is in records.py.
"""

import contextlib
import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, or_, select

from inbox_daemon.core.decide import about, of_this_kreis
from inbox_daemon.core.errors import Defect, Temporary
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.record import Author
from inbox_daemon.core.states import FINAL, State
from inbox_daemon.core.supervision import Supervision
from inbox_daemon.core.values import Evidence, RawMessage
from inbox_daemon.core.verdict import (
    Budget,
    EffectKind,
    Known,
    Outcome,
    Verdict,
)
from inbox_daemon.edges import (
    casebook,
    ledger,
    letterbook,
    postfachbuch,
    rows,
    staffbook,
    transitions,
)
from inbox_daemon.edges.database import reading, writing
from inbox_daemon.edges.postfachbuch import SqlPostfachbuch
from inbox_daemon.edges.tables import (
    CaseRow,
    EffectRow,
)
from inbox_daemon.ports import Case, Decision, Pending, Place, Postfachbuch

# Waiting times between tries, doubling from five minutes to the 4,000 s that Postfix uses.
FIRST_WAIT_S, LONGEST_WAIT_S = 300, 4000
NO_BYTES = hashlib.sha256().hexdigest()


class SqlStore:
    """The database as the steps need it."""

    def __init__(
        self,
        engine: Engine,
        budget: Budget = Budget(),  # noqa: B008  frozen
        supervision: Supervision = Supervision(),  # noqa: B008  frozen
    ) -> None:
        self._engine, self._budget, self._supervision = engine, budget, supervision
        self.book: Postfachbuch = SqlPostfachbuch(engine)
        # Attempts to be taken back that could not be written yet, by case.
        self._owed: list[str] = []
        self._settling = threading.Lock()

    def add(self, raw: RawMessage, *, at: datetime, failure: str | None) -> str:
        """A new case in `fetched`, or the old one re-located when the server renumbered."""
        with writing(self._engine) as session:
            return _added(session, raw, at=at, failure=failure)

    def add_all(self, raws: Sequence[RawMessage], *, at: datetime) -> tuple[str, ...]:
        """The same for several messages without failure, in one transaction; their numbers."""
        with writing(self._engine) as session:
            if not rows.are_new(session, raws):
                return tuple(_added(session, raw, at=at, failure=None) for raw in raws)
            cases = transitions.new_cases(session, raws, at=at)
            places = [Place(mailbox=r.mailbox, uidvalidity=r.uidvalidity, uid=r.uid) for r in raws]
            postfachbuch.taken(session, places, cases, at=at)
            return cases

    def cases(self, state: State) -> tuple[Case, ...]:
        """All cases in this state, oldest first."""
        self._settle()
        with reading(self._engine) as session:
            found = session.exec(
                select(CaseRow).where(col(CaseRow.state) == state.value).order_by(col(CaseRow.id))
            )
            return tuple(rows.case(row) for row in found)

    def begin_reading(self, case: str, *, at: datetime) -> int:
        """Counts and commits the attempt before anything is parsed; the count."""
        with writing(self._engine) as session:
            row = rows.row(session, case)
            row.attempts += 1
            ledger.append(session, at=at, case=case, kind="case.reading", versuch=row.attempts)
            return row.attempts

    def forget_attempt(self, case: str) -> None:
        """Takes back a counted attempt: the machine was at fault, not the message.

        Where the database cannot be written now, before the cases are next asked for.
        """
        self._owed.append(case)
        with contextlib.suppress(Temporary):
            self._settle()

    def _settle(self) -> None:
        with self._settling:
            while self._owed:
                with writing(self._engine) as session:
                    row = rows.row(session, self._owed[0])
                    row.attempts = max(0, row.attempts - 1)
                del self._owed[0]

    def save_evidence(self, case: str, evidence: Evidence, *, at: datetime) -> None:
        """From fetched to read."""
        with writing(self._engine) as session:
            transitions.save_evidence(session, rows.row(session, case), evidence, at=at)

    def save_verdict(
        self,
        case: str,
        *,
        at: datetime,
        rules: Ruleset,
        decided: Callable[[Case, Evidence, Known], Decision],
    ) -> Verdict:
        """From read to decided, and on to its end where nothing is to be done in the world."""
        with writing(self._engine) as session:
            row = rows.row(session, case)
            evidence = rows.evidence(session, case)
            known = replace(
                letterbook.with_letters(
                    session, rows.known(session, row), evidence, at=at, budget=self._budget
                ),
                supervision=self._supervision,
            )
            known = of_this_kreis(known, evidence=evidence, rules=rules)
            earlier = casebook.earlier_of(session, row, evidence, about(evidence, rules))
            known = replace(known, earlier=earlier)
            decision = decided(rows.case(row), evidence, known)
            transitions.keep_rules(session, rules)
            transitions.save_verdict(session, row, decision, known=known, author=Author(), at=at)
            if decision.answer is not None and known.answers is not None:
                letterbook.note_answer(session, row, known.answers, decision.answer, at=at)
            if decision.belongs_to is not None and decision.art is not None:
                casebook.join(session, row, decision.belongs_to, decision.art, at=at)
            if decision.stops_letters:
                letterbook.turn(session, stopped=True, by=Author().by, why="stundengrenze", at=at)
            return decision.verdict

    def decide_by_staff(
        self,
        case: str,
        decision: Decision,
        *,
        rules: Ruleset,
        at: datetime,
        author: Author,
        plan: int | None = None,
    ) -> None:
        """From flagged to decided by a person; `plan` is the decision on its way that ends here."""
        with writing(self._engine) as session:
            row = rows.row(session, case)
            if row.state != State.FLAGGED:
                raise Defect(f"{case} is not in the queue but {row.state}", code="zustand")
            transitions.keep_rules(session, rules)
            if author.replaces is not None:
                transitions.supersede(session, author.replaces, by=case, verdict=decision.verdict)
            ledger.append(
                session,
                at=at,
                case=case,
                kind="staff.decided",
                wer=author.by,
                grund=ledger.hash_of(author.why),
                ersetzt=author.replaces,
            )
            transitions.save_verdict(session, row, decision, known=Known(), author=author, at=at)
            if plan is not None:
                staffbook.carried_out(session, plan, at=at)

    def pending(self, *, at: datetime) -> tuple[Pending, ...]:
        """The effects that are due, in order; a move only after the case has its final state.

        What waits longer than we ever wait was put off by a clock that was ahead: it is due.
        """
        beyond = at + timedelta(seconds=LONGEST_WAIT_S)
        due = or_(col(EffectRow.due_at) <= at, col(EffectRow.due_at) > beyond)
        with reading(self._engine) as session:
            found = session.exec(
                select(EffectRow)
                .where(col(EffectRow.outcome).is_(None), due)
                .order_by(col(EffectRow.id))
            )
            return tuple(rows.pending(row) for row in found)

    def is_open(self, effect: int) -> bool:
        """Whether this effect is still to be done."""
        with reading(self._engine) as session:
            return rows.effect(session, effect).outcome is None

    def location(self, case: str) -> Case:
        """The case with its place on the server."""
        with reading(self._engine) as session:
            return rows.case(rows.row(session, case))

    def evidence(self, case: str) -> Evidence:
        """What was seen in the case. Raises Defect where nothing was stored."""
        with reading(self._engine) as session:
            return rows.evidence(session, case)

    def mark_attempted(self, effect: int, *, at: datetime) -> None:
        """Commits that the letter is about to leave; from here on it is never sent again.

        Raises Temporary when letters are stopped: whoever stops them may rely on it.
        """
        with writing(self._engine) as session:
            if letterbook.switch(session).stopped:
                raise Temporary("letters are stopped", code="antwort-angehalten")
            row = rows.effect(session, effect)
            if row.attempted_at is not None or row.outcome is not None:
                raise Temporary("another daemon is at this letter", code="laeuft-schon")
            row.attempted_at = at
            ledger.append(session, at=at, case=row.case_number, kind="letter.attempted")

    def why_too_late(self, case: str, *, at: datetime) -> str | None:
        """Why the letter of this case should not leave as it was decided (a code), or None."""
        with reading(self._engine) as session:
            row = rows.row(session, case)
            late = letterbook.why_too_late(session, row, at=at)
            return late or letterbook.why_not_now(session, row, self._supervision)

    def letters_stopped(self) -> bool:
        """Whether no letter may leave for now."""
        with reading(self._engine) as session:
            return letterbook.switch(session).stopped

    def turn_letters(self, *, stopped: bool, by: str, why: str, at: datetime) -> None:
        """Stops all letters, or lets them go; the log says who, when, and the hash of why."""
        with writing(self._engine) as session:
            letterbook.turn(session, stopped=stopped, by=by, why=why, at=at)

    def finish(
        self,
        effect: int,
        outcome: Outcome,
        *,
        at: datetime,
        state: State | None,
        reasons: tuple[str, ...] = (),
        reply: str = "",
    ) -> None:
        """What came of the effect, and the state to which the case goes by it.

        `reply` is the relay's last answer to a letter: command and codes.
        """
        with writing(self._engine) as session:
            row = rows.effect(session, effect)
            row.attempts += 1
            kind = EffectKind(row.kind)
            if kind is EffectKind.SEND_LETTER:
                ledger.append(
                    session,
                    at=at,
                    case=row.case_number,
                    kind="letter.result",
                    ergebnis=outcome.value,
                    antwort=reply,
                )
            if outcome is Outcome.RETRY_LATER:
                row.attempted_at = None
                row.due_at = at + timedelta(seconds=wait_s(row.attempts))
                return
            row.outcome = outcome.value
            if kind is EffectKind.MOVE_MESSAGE:
                told = _TOLD_OF_MOVE[outcome]
                if outcome is Outcome.UNKNOWN:
                    # Not at its place, so the place is free: whatever lies there is taken in.
                    row.outcome = Outcome.DONE.value
                ledger.append(session, at=at, case=row.case_number, kind=told)
            if state is State.QUERIED and letterbook.came_back(session, row.case_number):
                state, reasons = State.FLAGGED, (letterbook.RETURNED,)
            if state is not None:
                reasons = reasons or _REASON_OF.get(outcome, ())
                transitions.settle(
                    session, rows.row(session, row.case_number), state, at=at, reasons=reasons
                )

    def flag(
        self,
        case: str,
        *,
        at: datetime,
        kind: str,
        reasons: tuple[str, ...],
        broke: int | None = None,
    ) -> None:
        """Any state before the end → flagged, for what no verdict foresaw.

        The open effects of the case end here, a move only where it is what `broke`; a case that
        has its end keeps it.
        """
        with writing(self._engine) as session:
            row = rows.row(session, case)
            ledger.append(session, at=at, case=case, kind=kind, gruende=list(reasons))
            transitions.give_up(session, row, broke=broke, at=at)
            if State(row.state) not in FINAL:
                transitions.settle(session, row, State.FLAGGED, at=at, reasons=reasons)


def _added(session: Session, raw: RawMessage, *, at: datetime, failure: str | None) -> str:
    # Of a message without bytes nothing proves that it is one we know.
    stranded = rows.stranded(session, raw) if raw.sha256 != NO_BYTES else None
    if stranded is not None:
        case = transitions.relocate(session, stranded, raw, at=at)
    else:
        case = transitions.new_case(session, raw, at=at, failure=failure)
    place = Place(mailbox=raw.mailbox, uidvalidity=raw.uidvalidity, uid=raw.uid)
    postfachbuch.closed(session, place, postfachbuch.CASE, at=at, case=case)
    return case


def wait_s(attempts: int) -> int:
    """Seconds until the next try after so many."""
    return int(min(FIRST_WAIT_S * 2 ** min(attempts - 1, 10), LONGEST_WAIT_S))


_TOLD_OF_MOVE = {
    Outcome.DONE: "message.moved",
    Outcome.UNKNOWN: "message.elsewhere",
    Outcome.GIVEN_UP: "message.stays",
}
_REASON_OF: dict[Outcome, tuple[str, ...]] = {
    Outcome.UNKNOWN: ("versand-unklar",),
    Outcome.GIVEN_UP: ("versand-gescheitert",),
}
