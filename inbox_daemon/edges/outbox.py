"""The letters as people look at them: which wait, which left, what became of them.

Promises: read-only; newest first, a letter for each case that ever had one. Touches: the database.
Trusts: the caller's session, the rows. Limits: what a letter may do is decided elsewhere.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from inbox_daemon.core.returns import Answer
from inbox_daemon.core.verdict import EffectKind
from inbox_daemon.edges.tables import EffectRow, LetterAnswerRow, LetterRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Schreiben:
    """A letter. `outcome` is that of its effect, empty while it waits; `due_at` its next try.

    `came_back` where a report said that it was not delivered.
    """

    case: str
    recipient: str
    subject: str
    ags: str
    programm: str
    at: datetime
    outcome: str
    attempts: int
    attempted_at: datetime | None
    due_at: datetime
    came_back: bool


def letters(session: Session, *, limit: int | None = None) -> tuple[Schreiben, ...]:
    """The letters, the newest first; with `limit` all that wait and so many of the others."""
    query = (
        select(EffectRow, LetterRow)
        .where(col(EffectRow.kind) == EffectKind.SEND_LETTER.value)
        .where(col(LetterRow.case_number) == col(EffectRow.case_number))
        .order_by(col(EffectRow.id).desc())
    )
    returned = _returned(session)
    waiting = session.exec(query.where(col(EffectRow.outcome).is_(None)))
    others = session.exec(query.where(col(EffectRow.outcome).is_not(None)).limit(limit))
    pairs = [*waiting, *others]
    return tuple(_schreiben(effect, letter, returned) for effect, letter in pairs)


def _returned(session: Session) -> frozenset[str]:
    wanted = select(col(LetterAnswerRow.letter_case)).where(
        col(LetterAnswerRow.kind) == Answer.FAILED.value
    )
    return frozenset(session.exec(wanted))


def _schreiben(effect: EffectRow, letter: LetterRow, returned: frozenset[str]) -> Schreiben:
    return Schreiben(
        case=letter.case_number,
        recipient=letter.recipient,
        subject=str(json.loads(effect.payload).get("subject", "")),
        ags=letter.ags,
        programm=letter.programm,
        at=letter.at,
        outcome=effect.outcome or "",
        attempts=effect.attempts,
        attempted_at=effect.attempted_at,
        due_at=effect.due_at,
        came_back=letter.case_number in returned,
    )
