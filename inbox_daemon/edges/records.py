"""What commands and pages read: lists and single cases, never changed here.

Promises: read-only transactions. Touches: the database. Trusts: the rows.
Limits: no German sentences; the caller asks wording.py.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Engine, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from inbox_daemon import wire
from inbox_daemon.core.kaefig import open_bars
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.returns import Answer
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import EffectKind, Known, Verdict
from inbox_daemon.edges import casebook, letterbook, outbox
from inbox_daemon.edges.database import reading
from inbox_daemon.edges.tables import (
    AuditRow,
    CaseRow,
    EffectRow,
    EvidenceRow,
    LetterRow,
    MailboxRow,
    RecordRow,
    RulesRow,
    VerdictRow,
)
from inbox_daemon.ports import Abgleich, Letter

# Readings that are asked what the cage lacked: those that came to nothing do not say it.
LOOKED_AT: Final = 20


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
    why: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One entry of a case's history; `number` is its place in the log."""

    at: datetime
    kind: str
    payload: str
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """The switch, the letters of the running hour, and (case, recipient) of those that wait."""

    switch: letterbook.Switch
    this_hour: int
    waiting: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxState:
    """What is known of a mailbox as a whole."""

    mailbox: str
    refusals: int
    refused_at: datetime | None
    abgleich: Abgleich | None


class Records:
    """The reading side of the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rules: dict[str, Ruleset] = {}

    def cases(self, *states: State) -> tuple[CaseLine, ...]:
        """The cases in these states (none: all), in the order of arrival."""
        # Columns instead of objects: a list of thousands is asked for at each page.
        wanted = select_columns(*_COLUMNS).order_by(col(CaseRow.id))
        if states:
            wanted = wanted.where(col(CaseRow.state).in_([s.value for s in states]))
        with reading(self._engine) as session:
            return tuple(_line(row) for row in session.connection().execute(wanted))

    def case(self, number: str) -> CaseLine | None:
        """One case, or None."""
        wanted = select(CaseRow).where(col(CaseRow.number) == number)
        with reading(self._engine) as session:
            row = session.exec(wanted).first()
            return _line(row) if row else None

    def cases_of(self, ags: str, *, most: int) -> tuple[CaseLine, ...]:
        """The newest cases in which this Kreis was proven, the newest first."""
        wanted = select(CaseRow).where(col(CaseRow.ags) == ags).order_by(col(CaseRow.id).desc())
        with reading(self._engine) as session:
            return tuple(_line(row) for row in session.exec(wanted.limit(most)))

    def evidence(self, number: str) -> Evidence | None:
        """What was seen in it, or None where it was not read yet."""
        with reading(self._engine) as session:
            row = session.get(EvidenceRow, number)
            return wire.decode(Evidence, row.body) if row else None

    def open_bars(self) -> tuple[str, ...]:
        """What the cage lacked in the last reading that gave an answer."""
        newest = select(EvidenceRow).order_by(col(EvidenceRow.at).desc()).limit(LOOKED_AT)
        with reading(self._engine) as session:
            for row in session.exec(newest):
                evidence = wire.decode(Evidence, row.body)
                if evidence.engines:
                    return open_bars(evidence)
        return ()

    def judgements(self, number: str | None = None) -> tuple[Judgement, ...]:
        """The decisions of one case, or of all, oldest first."""
        wanted = select(VerdictRow).order_by(col(VerdictRow.id))
        if number is not None:
            wanted = wanted.where(col(VerdictRow.case_number) == number)
        with reading(self._engine) as session:
            return tuple(
                _judgement(row, self._rules_of(session, row)) for row in session.exec(wanted)
            )

    def _rules_of(self, session: Session, row: VerdictRow) -> Ruleset | None:
        """The rules of this verdict; a version never changes, so each is decoded once."""
        version = row.rules.rpartition(":")[2]
        if version not in self._rules:
            stored = session.get(RulesRow, version)
            if stored is None:
                return None
            self._rules[version] = wire.decode(Ruleset, stored.body)
        return self._rules[version]

    def filed(self, *, programm: str, ags: str) -> str | None:
        """The case whose record counts for this Kreis, or None."""
        wanted = select(RecordRow).where(
            col(RecordRow.programm) == programm,
            col(RecordRow.ags) == ags,
            col(RecordRow.replaced_by).is_(None),
        )
        with reading(self._engine) as session:
            found = session.exec(wanted).first()
            return found.case_number if found else None

    def letters(self, *, at: datetime) -> Letters:
        """How the sending of letters stands."""
        with reading(self._engine) as session:
            return Letters(
                switch=letterbook.switch(session),
                this_hour=letterbook.this_hour(session, at=at),
                waiting=letterbook.waiting(session),
            )

    def outgoing(self, *, limit: int | None = None) -> tuple[outbox.Schreiben, ...]:
        """Every letter that waits, and the newest of those that wait no more."""
        with reading(self._engine) as session:
            return outbox.letters(session, limit=limit)

    def may_have_written(self, number: str) -> bool:
        """Whether a letter of this case left, perhaps left, or waits to leave."""
        with reading(self._engine) as session:
            return letterbook.may_have_left(session, number)

    def letter(self, number: str) -> Letter | None:
        """The letter of this case as it was decided, where one left, perhaps left, or waits."""
        wanted = select(EffectRow.payload).where(
            col(EffectRow.case_number) == number,
            col(EffectRow.kind) == EffectKind.SEND_LETTER.value,
        )
        with reading(self._engine) as session:
            if not letterbook.may_have_left(session, number):
                return None
            payload = session.exec(wanted).first()
        return Letter(**json.loads(payload)) if payload else None

    def answers_to(self, number: str) -> tuple[tuple[str, Answer], ...]:
        """(case, what it was) of all that came back on the letter of this case."""
        with reading(self._engine) as session:
            return letterbook.answers_to(session, number)

    def vorgang(self, number: str) -> tuple[casebook.Joined, ...]:
        """All cases of the matter of this one, in the order of arrival."""
        with reading(self._engine) as session:
            return casebook.vorgang(session, number)

    def belongs_to(self, number: str) -> str | None:
        """The earlier case to which this one was joined, or None."""
        with reading(self._engine) as session:
            return casebook.belongs_to(session, number)

    def letters_of(self, numbers: Iterable[str]) -> tuple[casebook.WrittenLetter, ...]:
        """The letters of these cases, oldest first."""
        with reading(self._engine) as session:
            return casebook.letters(session, numbers)

    def history(self, number: str) -> tuple[History, ...]:
        """The audit entries of one case."""
        wanted = (
            select(AuditRow)
            .where(col(AuditRow.case_number) == number)
            .order_by(col(AuditRow.number))
        )
        with reading(self._engine) as session:
            return tuple(
                History(at=row.at, kind=row.kind, payload=row.payload, number=row.number)
                for row in session.exec(wanted)
            )

    def mailboxes(self) -> tuple[MailboxState, ...]:
        """Refused logins and the last reconciliation, by mailbox."""
        with reading(self._engine) as session:
            return tuple(
                MailboxState(
                    mailbox=row.mailbox,
                    refusals=row.refusals,
                    refused_at=row.refused_at,
                    abgleich=wire.decode(Abgleich, row.abgleich) if row.abgleich else None,
                )
                for row in session.exec(select(MailboxRow).order_by(col(MailboxRow.mailbox)))
            )

    def counts(self) -> dict[str, int]:
        """Numbers for the status line: cases by state, records, letters, effects that wait."""
        with reading(self._engine) as session:
            states = session.exec(
                select(col(CaseRow.state), func.count()).group_by(col(CaseRow.state))
            ).all()
            waiting = select(func.count()).where(col(EffectRow.outcome).is_(None))
            return {
                **{str(state): int(count) for state, count in states},
                "records": int(session.exec(select(func.count(col(RecordRow.case_number)))).one()),
                "letters": int(session.exec(select(func.count(col(LetterRow.case_number)))).one()),
                "waiting": int(session.exec(waiting).one()),
                "letters_stopped": int(letterbook.switch(session).stopped),
            }


_COLUMNS: Final = (
    col(CaseRow.number),
    col(CaseRow.state),
    col(CaseRow.received_at),
    col(CaseRow.reasons),
    col(CaseRow.ags),
    col(CaseRow.sha256),
    col(CaseRow.message_id),
    col(CaseRow.duplicate_of),
)


@lru_cache(maxsize=1_000)
def _reasons(stored: str) -> tuple[str, ...]:
    """Many cases have the same."""
    return tuple(json.loads(stored))


def _line(row: Any) -> CaseLine:
    """Of a row, or of its columns."""
    return CaseLine(
        number=row.number,
        state=State(row.state),
        received_at=row.received_at,
        reasons=_reasons(row.reasons),
        ags=row.ags,
        sha256=row.sha256,
        message_id=row.message_id,
        duplicate_of=row.duplicate_of,
    )


def _judgement(row: VerdictRow, rules: Ruleset | None) -> Judgement:
    return Judgement(
        case=row.case_number,
        verdict=wire.decode_verdict(row.body),
        known=wire.decode(Known, row.known),
        rules=rules,
        by=row.by,
        why=row.why,
        at=row.at,
    )
