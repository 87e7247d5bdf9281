"""The changes of a case inside one transaction: each checks the move and tells the log.

Promises: every change of state passes states.py and appends its audit entry.
Touches: the database, in the caller's transaction. Trusts: the caller's session.
Limits: only store.py and letterbook.py call in here.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, update
from sqlmodel import Session, col, select

from inbox_daemon import wire
from inbox_daemon.core.errors import Defect
from inbox_daemon.core.kaefig import open_bars
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.record import Author
from inbox_daemon.core.states import State, advance
from inbox_daemon.core.values import Evidence, RawMessage, nothing_seen
from inbox_daemon.core.verdict import (
    Accept,
    Dismiss,
    EffectKind,
    Escalate,
    Known,
    Outcome,
    Query,
    Verdict,
)
from inbox_daemon.core.wording_labels import FOLDERS
from inbox_daemon.edges import ledger
from inbox_daemon.edges.rows import first_with, is_moved
from inbox_daemon.edges.tables import (
    CaseRow,
    EffectRow,
    EvidenceRow,
    LetterRow,
    RecordRow,
    RulesRow,
    VerdictRow,
)
from inbox_daemon.ports import Decision, Effect


def new_case(session: Session, raw: RawMessage, *, at: datetime, failure: str | None) -> str:
    """A new case in `fetched`; its number. A place whose message was moved away is free again."""
    _free_place(session, raw)
    # What was not seen whole is not the same mail because its header is.
    twin = first_with(session, raw.sha256) if failure is None else None
    row = CaseRow(**_beginnings(raw, at=at), duplicate_of=twin.number if twin else None)
    session.add(row)
    session.flush()
    row.number = _number(raw, row.id or 0)
    ledger.append(session, at=at, case=row.number, kind="message.fetched", **_told(raw))
    if failure is not None:
        save_evidence(session, row, nothing_seen(failure), at=at)
    return row.number


def new_cases(session: Session, raws: Sequence[RawMessage], *, at: datetime) -> tuple[str, ...]:
    """The same for messages of which nothing is known (`rows.are_new`), in few statements."""
    made = session.scalars(
        insert(CaseRow).returning(col(CaseRow.id), sort_by_parameter_order=True),
        [_beginnings(raw, at=at) for raw in raws],
    ).all()
    numbers = tuple(_number(raw, int(id_ or 0)) for raw, id_ in zip(raws, made, strict=True))
    renamed = [{"id": i, "number": n} for i, n in zip(made, numbers, strict=True)]
    session.execute(update(CaseRow), renamed)
    told = [(number, _told(raw)) for raw, number in zip(raws, numbers, strict=True)]
    ledger.append_all(session, told, at=at, kind="message.fetched")
    return numbers


def _beginnings(raw: RawMessage, *, at: datetime) -> dict[str, Any]:
    """The columns of a case in `fetched`; its number follows from its id."""
    provisional = f"neu-{raw.uidvalidity}-{raw.uid}"
    return {
        **{field.name: getattr(raw, field.name) for field in fields(raw)},
        "number": provisional,
        "state": State.FETCHED.value,
        "attempts": 0,
        "reasons": "[]",
        "changed_at": at,
    }


def _number(raw: RawMessage, id_: int) -> str:
    return f"A-{raw.received_at.year}-{id_:06d}"


def _told(raw: RawMessage) -> dict[str, Any]:
    """What the log says of a message that was taken in."""
    return {
        "sha256": raw.sha256,
        "groesse": raw.size,
        "uidvalidity": raw.uidvalidity,
        "uid": raw.uid,
        "eingang": raw.received_at.isoformat(),
    }


def _free_place(session: Session, raw: RawMessage) -> None:
    """After a restore a server may give a UID again, against RFC 3501 2.3.1.1."""
    old = session.exec(
        select(CaseRow).where(
            col(CaseRow.mailbox) == raw.mailbox,
            col(CaseRow.uidvalidity) == raw.uidvalidity,
            col(CaseRow.uid) == raw.uid,
            is_moved(),
        )
    ).first()
    if old is not None:
        old.uid = -(old.id or 0)
        session.flush()


def relocate(session: Session, twin: CaseRow, raw: RawMessage, *, at: datetime) -> str:
    """Gives the case the new place of its message on the server; its number.

    A move that was given up at the old place is tried again at this one.
    """
    _free_place(session, raw)
    ledger.append(
        session,
        at=at,
        case=twin.number,
        kind="message.relocated",
        uidvalidity=raw.uidvalidity,
        uid=raw.uid,
    )
    twin.uidvalidity, twin.uid, twin.mailbox = raw.uidvalidity, raw.uid, raw.mailbox
    for move in session.exec(
        select(EffectRow).where(
            col(EffectRow.case_number) == twin.number,
            col(EffectRow.kind) == EffectKind.MOVE_MESSAGE.value,
            col(EffectRow.outcome) == Outcome.GIVEN_UP.value,
        )
    ):
        move.outcome, move.attempts, move.due_at = None, 0, at
    return twin.number


def save_evidence(session: Session, row: CaseRow, evidence: Evidence, *, at: datetime) -> None:
    """From fetched to read, with the evidence."""
    session.add(EvidenceRow(case_number=row.number, body=wire.encode(evidence), at=at))
    row.state = advance(State(row.state), State.READ).value
    row.changed_at = at
    ledger.append(
        session,
        at=at,
        case=row.number,
        kind="case.read",
        dokumente=[document.sha256 for document in evidence.documents],
        ungelesen=[unread.why for unread in evidence.unread],
        fehler=evidence.failure,
        offen=list(open_bars(evidence)),
    )


def save_verdict(
    session: Session,
    row: CaseRow,
    decision: Decision,
    *,
    known: Known,
    author: Author,
    at: datetime,
) -> None:
    """The verdict, its consequences, and the end where nothing is to be done outside."""
    verdict = decision.verdict
    row.state = advance(State(row.state), State.DECIDED).value
    row.changed_at = at
    if decision.concerns is not None:
        row.ags, row.programm = decision.concerns
    session.add(
        VerdictRow(
            case_number=row.number,
            body=wire.encode(verdict),
            known=wire.encode(known),
            rules=verdict.rules,
            by=author.by,
            why=author.why,
            at=at,
        )
    )
    reasons = _reasons(verdict)
    ledger.append(
        session,
        at=at,
        case=row.number,
        kind="case.decided",
        urteil=verdict.kind,
        gruende=list(reasons),
        regeln=verdict.rules,
        art=decision.art.value if decision.art else None,
        gehoert_zu=decision.belongs_to.case if decision.belongs_to else None,
    )
    _save_consequences(session, row, verdict, decision.effects, at=at)
    if isinstance(verdict, Escalate | Dismiss):
        end = State.FLAGGED if isinstance(verdict, Escalate) else State.NOTED
        settle(session, row, end, at=at, reasons=reasons)


def _save_consequences(
    session: Session, row: CaseRow, verdict: Verdict, effects: tuple[Effect, ...], *, at: datetime
) -> None:
    if isinstance(verdict, Accept):
        antrag = verdict.antrag
        session.add(
            RecordRow(
                case_number=row.number,
                programm=antrag.programm,
                ags=antrag.ags,
                betrag_cent=int(antrag.betrag * 100),
                document=antrag.document,
                at=at,
            )
        )
    for effect in effects:
        if effect.letter_id is not None and isinstance(verdict, Query):
            _keep_letter(session, row, verdict, effect, at=at)
        _place(session, row, effect, at=at)
    session.flush()


def _keep_letter(
    session: Session, row: CaseRow, query: Query, effect: Effect, *, at: datetime
) -> None:
    """The letter of the case; one that a person takes up again keeps its Message-ID."""
    letter = session.get(LetterRow, row.number)
    if letter is None:
        letter = LetterRow(
            case_number=row.number, message_id=effect.letter_id or "", recipient="", at=at
        )
        session.add(letter)
    letter.recipient, letter.at, letter.question = effect.recipient, at, effect.question
    letter.ags, letter.programm = query.ags, query.programm


def _place(session: Session, row: CaseRow, effect: Effect, *, at: datetime) -> None:
    """The effect in the outbox; one of its kind that surely came to nothing is taken up again."""
    old = session.exec(
        select(EffectRow).where(
            col(EffectRow.case_number) == row.number, col(EffectRow.kind) == effect.kind.value
        )
    ).first()
    if old is None:
        session.add(
            EffectRow(
                case_number=row.number, kind=effect.kind.value, payload=effect.payload, due_at=at
            )
        )
        return
    if old.outcome != Outcome.GIVEN_UP.value:
        raise Defect(f"{row.number}: {effect.kind} was done before", code="eindeutigkeit")
    old.payload, old.due_at = effect.payload, at
    old.outcome, old.attempted_at, old.attempts = None, None, 0


def give_up(session: Session, row: CaseRow, *, broke: int | None, at: datetime) -> None:
    """Ends the open effects of a case; a record that was never filed counts no longer.

    The message still has to leave the polled folder: its move goes on, unless the move `broke`.
    """
    ends = or_(
        col(EffectRow.kind) != EffectKind.MOVE_MESSAGE.value,
        col(EffectRow.id) == broke,
    )
    for effect in session.exec(
        select(EffectRow).where(
            col(EffectRow.case_number) == row.number, col(EffectRow.outcome).is_(None), ends
        )
    ):
        if effect.kind == EffectKind.MOVE_MESSAGE.value:
            ledger.append(session, at=at, case=row.number, kind="message.stays")
        was_letter = effect.kind == EffectKind.SEND_LETTER.value
        in_doubt = was_letter and effect.attempted_at is not None
        effect.outcome = (Outcome.UNKNOWN if in_doubt else Outcome.GIVEN_UP).value
        record = session.get(RecordRow, row.number)
        if effect.kind == EffectKind.FILE_RECORD.value and record is not None:
            # One that was replaced before it was filed hands on what it had replaced.
            newer = record.replaced_by
            session.delete(record)
            session.flush()
            for old in session.exec(
                select(RecordRow).where(col(RecordRow.replaced_by) == row.number)
            ):
                old.replaced_by = newer
    session.flush()


def settle(
    session: Session, row: CaseRow, state: State, *, at: datetime, reasons: tuple[str, ...]
) -> None:
    """The final state, its reasons, and the move on the server that follows."""
    row.state = advance(State(row.state), state).value
    row.changed_at = at
    row.reasons = wire.encode(reasons)
    ledger.append(
        session, at=at, case=row.number, kind=f"case.{state.value}", gruende=list(reasons)
    )
    moved = select(col(EffectRow.id)).where(
        col(EffectRow.case_number) == row.number,
        col(EffectRow.kind) == EffectKind.MOVE_MESSAGE.value,
    )
    if session.exec(moved).first() is None:
        session.add(
            EffectRow(
                case_number=row.number,
                kind=EffectKind.MOVE_MESSAGE.value,
                payload=FOLDERS[state.value],
                due_at=at,
            )
        )


def keep_rules(session: Session, rules: Ruleset) -> None:
    """Stores this version of the rules once, so that every verdict can be retold."""
    if session.get(RulesRow, rules.version) is None:
        session.add(RulesRow(version=rules.version, body=wire.encode(rules)))


def supersede(session: Session, case: str, *, by: str, verdict: Verdict) -> None:
    """Marks the record of a case as replaced by a filing for the same Kreis and programme."""
    record = session.get(RecordRow, case)
    if record is None or record.replaced_by is not None:
        raise Defect(f"{case} has no valid record that could be replaced", code="ersetzen")
    if not isinstance(verdict, Accept) or (record.ags, record.programm) != (
        verdict.antrag.ags,
        verdict.antrag.programm,
    ):
        raise Defect(f"{case} is not an application of the same Kreis", code="ersetzen")
    record.replaced_by = by
    session.flush()


def _reasons(verdict: Verdict) -> tuple[str, ...]:
    if isinstance(verdict, Accept):
        return ()
    return verdict.questions if isinstance(verdict, Query) else verdict.reasons
