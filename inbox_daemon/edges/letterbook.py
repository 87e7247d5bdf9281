"""Letters in the database: how many, to whom, what came back, and the switch that stops them.

Promises: everything is counted and changed inside the caller's transaction, with its audit entry.
Touches: the database. Trusts: the caller's session, and that it is alone when it writes.
Limits: whether a letter may be decided is for core/replies.py; only store.py and records.py call.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, and_, col, or_, select

from inbox_daemon import wire
from inbox_daemon.core.record import Author
from inbox_daemon.core.returns import Answer
from inbox_daemon.core.states import State
from inbox_daemon.core.supervision import Supervision
from inbox_daemon.core.values import Evidence, Submission
from inbox_daemon.core.verdict import Budget, EffectKind, Known, Outcome
from inbox_daemon.edges import ledger, rows, transitions
from inbox_daemon.edges.tables import (
    AuditRow,
    CaseRow,
    EffectRow,
    LetterAnswerRow,
    LetterRow,
    LetterSwitchRow,
    RecordRow,
    VerdictRow,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# A report that names no letter of ours is joined by its recipient to the one letter of this span.
REPORTS_COME_WITHIN = timedelta(days=14)
# About as long as a letter is tried; an older one would speak of what is long past.
LONGEST_WAIT = timedelta(days=6)
RETURNED = "antwort-unzustellbar"
MACHINE = Author().by


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Whether letters are stopped, who said so and when; nobody where it never was touched."""

    stopped: bool = False
    by: str = ""
    why: str = ""
    at: datetime | None = None


def switch(session: Session) -> Switch:
    """How the switch stands."""
    newest = select(LetterSwitchRow).order_by(col(LetterSwitchRow.id).desc()).limit(1)
    row = session.exec(newest).first()
    if row is None:
        return Switch()
    return Switch(stopped=row.stopped, by=row.by, why=row.why, at=row.at)


def turn(session: Session, *, stopped: bool, by: str, why: str, at: datetime) -> None:
    """Stops the letters or lets them go; a switch that stands so already is left alone."""
    if switch(session).stopped == stopped:
        return
    session.add(LetterSwitchRow(stopped=stopped, by=by, why=why, at=at))
    kind = "letters.stopped" if stopped else "letters.released"
    ledger.append(session, at=at, case="", kind=kind, wer=by, grund=ledger.hash_of(why))


def with_letters(
    session: Session, known: Known, evidence: Evidence, *, at: datetime, budget: Budget
) -> Known:
    """What is known, and what our letters add to it."""
    mail = evidence.submission
    senders = [address.addr for address in mail.from_] if mail else []
    now = switch(session)
    today = _since(at - DAY, now, at=at)
    return replace(
        known,
        letters_today=_count(session, col(LetterRow.recipient).in_(senders), today),
        letters_of_kreise=_of_kreise(session, today),
        letters_this_hour=this_hour(session, at=at),
        letters_stopped=now.stopped,
        asked=_asked(session, senders),
        answers=_letter_of(session, mail, at=at) if mail else None,
        budget=budget,
    )


def hour_began(now: Switch, *, at: datetime) -> datetime:
    """From when on letters count for the hour: who lets them go again begins a new one.

    A clock that was set back makes no hour longer than sixty minutes.
    """
    hour_ago = at - HOUR
    if now.at is not None and not now.stopped and hour_ago < now.at <= at:
        return now.at
    return hour_ago


def this_hour(session: Session, *, at: datetime) -> int:
    """The letters decided in the running hour."""
    now = switch(session)
    return _count(session, _since(hour_began(now, at=at), now, at=at))


def _since(since: datetime, now: Switch, *, at: datetime) -> ColumnElement[bool]:
    """The letters from then on, also those of a future that a wrong clock made.

    After such a day of confusion they hold us up only until a person lets letters go again.
    """
    counts = col(LetterRow.at) >= since
    if now.stopped or now.at is None or now.at > at:
        return counts
    return and_(counts, col(LetterRow.at) <= at + DAY)


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    wanted = select(func.count()).select_from(LetterRow)
    return int(session.exec(wanted.where(*conditions)).one())


def _of_kreise(session: Session, counts: ColumnElement[bool]) -> tuple[tuple[str, str, int], ...]:
    of = (col(LetterRow.ags), col(LetterRow.programm))
    found = session.exec(select(*of, func.count()).where(counts).group_by(*of).order_by(*of))
    return tuple((str(ags), str(programm), int(count)) for ags, programm, count in found)


def _asked(session: Session, senders: list[str]) -> tuple[str, ...]:
    domains = sorted({sender.rpartition("@")[2] for sender in senders})
    if not domains:
        return ()
    found = session.exec(
        select(col(LetterRow.question))
        .where(or_(*(col(LetterRow.recipient).endswith("@" + d, autoescape=True) for d in domains)))
        .where(col(LetterRow.question) != "")
        .order_by(col(LetterRow.at))
    )
    return tuple(found)


def _letter_of(session: Session, mail: Submission, *, at: datetime) -> str | None:
    """The case whose letter this mail is about: by Message-ID, else by the refused recipient."""
    ids = (*mail.returned.ids, mail.in_reply_to, *reversed(mail.references))
    found = session.exec(select(LetterRow).where(col(LetterRow.message_id).in_(ids)))
    cases = {row.message_id: row.case_number for row in found}
    for message_id in ids:
        if message_id in cases:
            return cases[message_id]
    if "bericht" not in mail.automatic:
        return None
    to_them = session.exec(
        select(col(LetterRow.case_number)).where(
            col(LetterRow.recipient).in_(mail.returned.recipients),
            col(LetterRow.at) > at - REPORTS_COME_WITHIN,
        )
    ).all()
    return to_them[0] if len(to_them) == 1 else None


def note_answer(
    session: Session, row: CaseRow, letter_case: str, kind: Answer, *, at: datetime
) -> None:
    """Joins what came back to the case of its letter; what was sent back is shown there again."""
    session.add(
        LetterAnswerRow(case_number=row.number, letter_case=letter_case, kind=kind.value, at=at)
    )
    entry = "letter.returned" if kind is Answer.FAILED else "letter.answered"
    ledger.append(session, at=at, case=letter_case, kind=entry, durch=row.number)
    if kind is Answer.FAILED:
        _show_again(session, rows.row(session, letter_case), at=at)


def _show_again(session: Session, row: CaseRow, *, at: datetime) -> None:
    """A case that still waits for its answer; one that has got further is only linked."""
    if row.state == State.QUERIED and not has_newer_record(session, row):
        transitions.settle(session, row, State.FLAGGED, at=at, reasons=(RETURNED,))
    elif row.state == State.FLAGGED:
        reasons = wire.decode(tuple[str, ...], row.reasons)
        row.reasons = wire.encode(tuple(dict.fromkeys((*reasons, RETURNED))))


def waiting(session: Session) -> tuple[tuple[str, str], ...]:
    """(case, recipient) of the letters that are decided and have not left, oldest first."""
    found = session.exec(
        select(col(LetterRow.case_number), col(LetterRow.recipient))
        .join(EffectRow, col(EffectRow.case_number) == col(LetterRow.case_number))
        .where(col(EffectRow.kind) == EffectKind.SEND_LETTER.value)
        .where(col(EffectRow.outcome).is_(None))
        .order_by(col(EffectRow.id))
    )
    return tuple((str(case), str(recipient)) for case, recipient in found)


def may_have_left(session: Session, case: str) -> bool:
    """Whether a letter of this case left, perhaps left, or waits to leave."""
    found = session.exec(
        select(col(EffectRow.outcome))
        .where(col(EffectRow.case_number) == case)
        .where(col(EffectRow.kind) == EffectKind.SEND_LETTER.value)
    ).all()
    return any(outcome != Outcome.GIVEN_UP.value for outcome in found)


def came_back(session: Session, case: str) -> bool:
    """Whether the letter of this case was sent back."""
    return any(kind is Answer.FAILED for _, kind in answers_to(session, case))


def answers_to(session: Session, case: str) -> tuple[tuple[str, Answer], ...]:
    """(case, what it was) of all that came back on the letter of this case, oldest first."""
    found = session.exec(
        select(LetterAnswerRow)
        .where(col(LetterAnswerRow.letter_case) == case)
        .order_by(col(LetterAnswerRow.at), col(LetterAnswerRow.case_number))
    )
    return tuple((row.case_number, Answer(row.kind)) for row in found)


def has_newer_record(session: Session, row: CaseRow) -> bool:
    """Whether the Kreis has a valid record that came after this case's letter was written."""
    if session.get(LetterRow, row.number) is None:
        return False
    found = session.exec(
        select(RecordRow).where(
            col(RecordRow.ags) == row.ags,
            col(RecordRow.programm) == row.programm,
            col(RecordRow.replaced_by).is_(None),
            col(RecordRow.case_number) != row.number,
        )
    )
    written = _decided(session, row.number)
    return any(_decided(session, record.case_number) > written for record in found)


def _decided(session: Session, case: str) -> int:
    """The place in the chain of the last decision on a case: no clock can change this order."""
    last = select(func.max(AuditRow.number)).where(
        col(AuditRow.case_number) == case, col(AuditRow.kind) == "case.decided"
    )
    return session.exec(last).one() or 0


def why_not_now(session: Session, row: CaseRow, supervision: Supervision) -> str | None:
    """Why this letter may not leave on today's level (a code): it was decided on another."""
    letter = session.get(LetterRow, row.number)
    if letter is None:
        return None
    last = select(VerdictRow.by).where(col(VerdictRow.case_number) == row.number)
    by = session.exec(last.order_by(col(VerdictRow.id).desc()).limit(1)).first()
    return supervision.against(letter.programm, clicked=by != MACHINE)


def why_too_late(session: Session, row: CaseRow, *, at: datetime) -> str | None:
    """Why this letter should not leave any more (a code): overtaken, or waiting for too long."""
    if has_newer_record(session, row):
        return "rueckfrage-ueberholt"
    letter = session.get(LetterRow, row.number)
    stale = letter is not None and abs(at - letter.at) > LONGEST_WAIT
    return "rueckfrage-veraltet" if stale else None
