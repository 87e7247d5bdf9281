"""Which cases are one matter: looked up before a decision, joined with it, shown after it.

Promises: a case is joined once, in the transaction of its verdict, to a case that was decided
before, so that no ring can come about; nothing of the joined case changes. Touches: the database.
Trusts: the caller's session. Limits: whether a mail belongs to a case is decided in joining.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from inbox_daemon import wire
from inbox_daemon.core.mailkind import Mailart
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import EffectKind, Query
from inbox_daemon.core.vorgang import Earlier, FoundBy, numbers_in
from inbox_daemon.edges import ledger
from inbox_daemon.edges.tables import (
    AuditRow,
    CaseRow,
    EffectRow,
    LetterAnswerRow,
    LetterRow,
    LinkRow,
    RecordRow,
    VerdictRow,
)

# Nobody is joined to a mail that was not decided itself.
UNDECIDED = (State.FETCHED.value, State.READ.value)
# The verdict keeps what was found: a mail that names hundreds of ids must not make it large.
MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A case in its matter, and the case to which it belongs; the first belongs to none.

    `order` is its place in the chain of the log: two clocks may differ, the chain has one order.
    """

    case: str
    order: int = 0
    belongs_to: str | None = None
    art: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenLetter:
    """A letter of a matter. `outcome` is that of its effect, empty while it is open."""

    case: str
    order: int
    recipient: str
    at: datetime
    outcome: str


def earlier_of(
    session: Session, row: CaseRow, evidence: Evidence, about: tuple[str, str] | None
) -> tuple[Earlier, ...]:
    """The cases to which this mail may belong; `about` is (AGS, programme) of its application.

    Those it names by Message-ID come first, then by number, then those of its Kreis.
    """
    found: dict[str, FoundBy] = {}
    mail = evidence.submission
    if mail is not None:
        ids = (mail.in_reply_to, *reversed(mail.references))
        found |= dict.fromkeys(_by_ids(session, [i for i in ids if i]), FoundBy.VERWEIS)
        for number in numbers_in(mail.subject):
            found.setdefault(number, FoundBy.FALLNUMMER)
    for number in _of_kreis(session, about) if about else ():
        found.setdefault(number, FoundBy.KREIS)
    found.pop(row.number, None)
    kept = session.exec(
        select(CaseRow).where(col(CaseRow.number).in_(found), col(CaseRow.state).not_in(UNDECIDED))
    )
    by_number = {case.number: case for case in kept}
    there = [number for number in found if number in by_number][:MOST]
    return tuple(_earlier(session, by_number[number], found[number]) for number in there)


def _by_ids(session: Session, ids: list[str]) -> list[str]:
    """The cases of these Message-IDs, of our letters before others' mails, in the order of ids."""
    letters = session.exec(select(LetterRow).where(col(LetterRow.message_id).in_(ids)))
    cases = [(row.message_id, row.case_number) for row in letters]
    mails = select(CaseRow).where(col(CaseRow.message_id).in_(ids)).order_by(col(CaseRow.id))
    cases += [(row.message_id, row.number) for row in session.exec(mails)]
    return [case for _, case in sorted(cases, key=lambda found: ids.index(found[0]))]


def _of_kreis(session: Session, about: tuple[str, str]) -> list[str]:
    """What counts or waits for this Kreis: its record, its questions, its newest open case."""
    ags, programm = about
    record = session.exec(
        select(col(RecordRow.case_number)).where(
            col(RecordRow.ags) == ags,
            col(RecordRow.programm) == programm,
            col(RecordRow.replaced_by).is_(None),
        )
    )
    numbers = list(record)
    waiting = session.exec(
        select(CaseRow)
        .where(col(CaseRow.ags) == ags, col(CaseRow.programm) == programm)
        .where(
            col(CaseRow.state).in_((State.QUERIED.value, State.FLAGGED.value, State.DECIDED.value))
        )
        .order_by(col(CaseRow.id).desc())
        .limit(MOST)
    ).all()
    asked = [row.number for row in waiting if row.state == State.QUERIED]
    others = [row.number for row in waiting if row.state != State.QUERIED][:1]
    return [*numbers, *asked, *others]


def _earlier(session: Session, row: CaseRow, by: FoundBy) -> Earlier:
    letter = session.get(LetterRow, row.number)
    return Earlier(
        case=row.number,
        vorgang=_root(session, row.number),
        order=row.id or 0,
        state=State(row.state),
        by=by,
        ags=row.ags or "",
        programm=row.programm or "",
        asked=_points(session, row.number) if letter is not None else (),
    )


def _points(session: Session, case: str) -> tuple[str, ...]:
    """What the letter of this case asks for."""
    bodies = session.exec(
        select(col(VerdictRow.body))
        .where(col(VerdictRow.case_number) == case)
        .order_by(col(VerdictRow.id).desc())
    )
    verdicts = (wire.decode_verdict(body) for body in bodies)
    return next((v.questions for v in verdicts if isinstance(v, Query)), ())


def _root(session: Session, case: str) -> str:
    link = session.get(LinkRow, case)
    return link.vorgang if link is not None else case


def join(session: Session, row: CaseRow, earlier: Earlier, art: Mailart, *, at: datetime) -> None:
    """Joins the case to the earlier one, and tells so there."""
    session.add(
        LinkRow(
            case_number=row.number,
            belongs_to=earlier.case,
            vorgang=earlier.vorgang,
            art=art.value,
            found_by=earlier.by.value,
            at=at,
        )
    )
    kind = "case.answered" if art is Mailart.ANTWORT else "case.joined"
    told = {"durch": row.number, "art": art.value, "gefunden": earlier.by.value}
    ledger.append(session, at=at, case=earlier.case, kind=kind, **told)


def belongs_to(session: Session, case: str) -> str | None:
    """The case to which this one was joined, or None."""
    link = session.get(LinkRow, case)
    return link.belongs_to if link is not None else None


def vorgang(session: Session, case: str) -> tuple[Joined, ...]:
    """All cases of the matter of this one in the order of arrival, with what came back on it."""
    root = _root(session, _letter_case(session, case))
    links = session.exec(select(LinkRow).where(col(LinkRow.vorgang) == root)).all()
    joined = {
        row.case_number: Joined(
            case=row.case_number, belongs_to=row.belongs_to, art=row.art, by=row.found_by
        )
        for row in links
    }
    joined[root] = Joined(case=root)
    for row in _came_back(session, joined):
        joined.setdefault(
            row.case_number, Joined(case=row.case_number, belongs_to=row.letter_case, art=row.kind)
        )
    places = _places(session, "message.fetched", joined)
    found = (replace(one, order=places.get(case, 0)) for case, one in joined.items())
    return tuple(sorted(found, key=lambda one: one.order))


def _places(session: Session, kind: str, cases: Iterable[str]) -> dict[str, int]:
    """Where the chain first tells so of each of these cases."""
    found = session.exec(
        select(col(AuditRow.case_number), func.min(AuditRow.number))
        .where(col(AuditRow.case_number).in_(list(cases)), col(AuditRow.kind) == kind)
        .group_by(col(AuditRow.case_number))
    )
    return {str(case): int(number) for case, number in found}


def _letter_case(session: Session, case: str) -> str:
    """What came back on a letter is shown in the matter of that letter."""
    row = session.get(LetterAnswerRow, case)
    return row.letter_case if row is not None else case


def _came_back(session: Session, cases: Iterable[str]) -> list[LetterAnswerRow]:
    found = select(LetterAnswerRow).where(
        or_(*(col(LetterAnswerRow.letter_case) == case for case in cases))
    )
    return list(session.exec(found))


def letters(session: Session, cases: Iterable[str]) -> tuple[WrittenLetter, ...]:
    """The letters of these cases in the order in which they were begun, or were decided."""
    numbers = list(cases)
    places = _places(session, "case.decided", numbers)
    places |= _places(session, "letter.attempted", numbers)
    effects = select(EffectRow).where(
        col(EffectRow.case_number).in_(numbers),
        col(EffectRow.kind) == EffectKind.SEND_LETTER.value,
    )
    found = []
    for effect in session.exec(effects):
        letter = session.get(LetterRow, effect.case_number)
        if letter is not None:
            found.append(
                WrittenLetter(
                    case=letter.case_number,
                    order=places.get(letter.case_number, 0),
                    recipient=letter.recipient,
                    at=letter.at,
                    outcome=effect.outcome or "",
                )
            )
    return tuple(sorted(found, key=lambda letter: letter.order))
