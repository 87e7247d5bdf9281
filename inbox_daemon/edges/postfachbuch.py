"""The mailbox ledger: every UID ever seen has one row, and at the end one outcome.

Promises: a UID counts as taken in only while its case is not moved away; `gone` is no verdict for
ever, a UID that is listed again is tried again. Touches: the database.
Trusts: its caller for what the server listed. Limits: repairs nothing; a difference is told.
"""

import contextlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Engine, func, insert, tuple_, update
from sqlmodel import Session, col, select

from inbox_daemon import wire
from inbox_daemon.core.errors import Defect, Temporary
from inbox_daemon.core.verdict import EffectKind, Outcome
from inbox_daemon.edges import ledger
from inbox_daemon.edges.database import reading, writing
from inbox_daemon.edges.rows import is_moved
from inbox_daemon.edges.tables import CaseRow, EffectRow, MailboxRow, PlaceRow
from inbox_daemon.ports import Abgleich, Place

OPEN, CASE, GONE = "", "case", "gone"
MOST_SHOWN = 50


class SqlPostfachbuch:
    """The ledger in the database; each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Tries to be taken back that could not be written yet.
        self._owed: list[Place] = []

    def opened(
        self, mailbox: str, uidvalidity: int, seen: Collection[int], *, at: datetime
    ) -> dict[int, int]:
        """Enters what was seen, closes what is gone; the UIDs to be taken in, with their tries."""
        self._settle()
        with reading(self._engine) as session:
            fresh = set(seen) - _taken(session, mailbox, uidvalidity).keys()
            open_ = _waiting(session, mailbox)
        tries = {uid: open_.pop((uidvalidity, uid)) for uid in fresh if (uidvalidity, uid) in open_}
        unknown = fresh - tries.keys()
        if unknown or open_:
            with writing(self._engine) as session:
                tries |= _entered(session, mailbox, uidvalidity, unknown, at=at)
                for validity, uid in open_:
                    place = Place(mailbox=mailbox, uidvalidity=validity, uid=uid)
                    closed(session, place, GONE, at=at)
        return tries

    def begin(self, places: Sequence[Place]) -> tuple[int, ...]:
        """Counts and commits a try of each before its body is asked for; the counts.

        Raises Defect for a place that was never entered (`opened`).
        """
        with writing(self._engine) as session:
            counts = _counted(session, places, 1)
        if not counts.keys() >= set(places):
            raise Defect("a place that is in no row of the ledger")
        return tuple(counts[place] for place in places)

    def forget(self, places: Sequence[Place]) -> None:
        """Takes back a counted try of each: we were at fault, not the message.

        Where the database cannot be written now, before the next messages are asked for.
        """
        self._owed += places
        with contextlib.suppress(Temporary):
            self._settle()

    def _settle(self) -> None:
        if self._owed:
            with writing(self._engine) as session:
                _counted(session, self._owed, -1)
            self._owed.clear()

    def gone(self, place: Place, *, at: datetime) -> None:
        """The outcome of a message that vanished before we had it."""
        with writing(self._engine) as session:
            closed(session, place, GONE, at=at)

    def compared(
        self,
        mailbox: str,
        uidvalidity: int,
        seen: Mapping[int, datetime | None],
        *,
        folders: Mapping[str, int],
        at: datetime,
    ) -> Abgleich:
        """The reconciliation with what the server lists now, stored; told to the log if new."""
        with writing(self._engine) as session:
            taken = _taken(session, mailbox, uidvalidity)
            known = taken.keys() | {u for v, u in _waiting(session, mailbox) if v == uidvalidity}
            highest = _highest(session, mailbox, uidvalidity)
            strange = [uid for uid in seen if uid <= highest and uid not in known]
            # A restored mailbox may give a UID again: then the time of receipt is another.
            other = [u for u, when in taken.items() if seen.get(u) not in {None, when}]
            found = Abgleich(
                at=at,
                server=len(seen),
                known=len(known),
                missing=tuple(sorted(strange + other)[:MOST_SHOWN]),
                surplus=len(known - seen.keys()) + _stranded(session, mailbox, uidvalidity),
                fresh=sum(uid > highest for uid in seen),
                folders=tuple((n, count, _moved_to(session, n)) for n, count in folders.items()),
            )
            _keep(session, mailbox, found)
            return found

    def compared_at(self, mailbox: str) -> datetime | None:
        """When the last reconciliation was."""
        with reading(self._engine) as session:
            row = session.get(MailboxRow, mailbox)
            return row.abgleich_at if row else None

    def note_login(self, mailbox: str, refusals: int, *, at: datetime) -> None:
        """Stores how often the present password was refused, where that changed."""
        with reading(self._engine) as session:
            row = session.get(MailboxRow, mailbox)
            if (row.refusals if row else 0) == refusals:
                return
        with writing(self._engine) as session:
            row = _mailbox_row(session, mailbox)
            row.refusals, row.refused_at = refusals, at if refusals else None


def _taken(session: Session, mailbox: str, uidvalidity: int) -> dict[int, datetime]:
    """The UIDs under which messages of cases should still lie, with their time of receipt."""
    found = session.exec(
        select(CaseRow.uid, CaseRow.received_at).where(
            col(CaseRow.mailbox) == mailbox,
            col(CaseRow.uidvalidity) == uidvalidity,
            ~is_moved(),
        )
    )
    return dict(found.all())


def _waiting(session: Session, mailbox: str) -> dict[tuple[int, int], int]:
    """The places without outcome, by UIDVALIDITY and UID, with the begun tries."""
    found = session.exec(
        select(PlaceRow.uidvalidity, PlaceRow.uid, PlaceRow.attempts).where(
            col(PlaceRow.mailbox) == mailbox, col(PlaceRow.outcome) == OPEN
        )
    )
    return {(uidvalidity, uid): attempts for uidvalidity, uid, attempts in found}


def _entered(
    session: Session, mailbox: str, uidvalidity: int, uids: Collection[int], *, at: datetime
) -> dict[int, int]:
    """New rows, open; a place that had an outcome and is listed again is open once more.

    By UID the tries so far: they count on where the message only seemed to be gone.
    """
    if not uids:
        return {}
    known = session.exec(
        select(PlaceRow).where(
            col(PlaceRow.mailbox) == mailbox,
            col(PlaceRow.uidvalidity) == uidvalidity,
            col(PlaceRow.uid).between(min(uids), max(uids)),
        )
    )
    old = {row.uid: row for row in known if row.uid in uids}
    for row in old.values():
        row.attempts = row.attempts if row.outcome == GONE else 0
        row.outcome, row.case_number, row.at = OPEN, None, at
    place = {"mailbox": mailbox, "uidvalidity": uidvalidity, "at": at}
    fresh = [
        {**place, "uid": uid, "attempts": 0, "outcome": OPEN} for uid in uids if uid not in old
    ]
    if fresh:
        session.execute(insert(PlaceRow), fresh)
    return {uid: old[uid].attempts if uid in old else 0 for uid in uids}


def closed(session: Session, place: Place, outcome: str, *, at: datetime, case: str = "") -> None:
    """The outcome of a place; a vanished message is told to the log."""
    row = _row(session, place, at)
    row.outcome, row.case_number, row.at = outcome, case or None, at
    if outcome == GONE:
        ledger.append(
            session,
            at=at,
            case="",
            kind="message.gone",
            uidvalidity=place.uidvalidity,
            uid=place.uid,
        )


def taken(session: Session, places: Sequence[Place], cases: Sequence[str], *, at: datetime) -> None:
    """The outcome of places whose rows are there: each became a case."""
    session.execute(
        update(PlaceRow),
        [
            {**asdict(place), "outcome": CASE, "case_number": case, "at": at}
            for place, case in zip(places, cases, strict=True)
        ],
    )


def _counted(session: Session, places: Sequence[Place], step: int) -> dict[Place, int]:
    """The tries of these places after one more, or one less."""
    key = (col(PlaceRow.mailbox), col(PlaceRow.uidvalidity), col(PlaceRow.uid))
    attempts = col(PlaceRow.attempts)
    found = session.execute(
        update(PlaceRow)
        .where(tuple_(*key).in_([(p.mailbox, p.uidvalidity, p.uid) for p in places]))
        .values(attempts=attempts + step)
        .returning(*key, attempts)
    )
    return {
        Place(mailbox=mailbox, uidvalidity=validity, uid=uid): count
        for mailbox, validity, uid, count in found
    }


def _row(session: Session, place: Place, at: datetime) -> PlaceRow:
    row = session.get(PlaceRow, (place.mailbox, place.uidvalidity, place.uid))
    if row is None:
        row = PlaceRow(mailbox=place.mailbox, uidvalidity=place.uidvalidity, uid=place.uid, at=at)
        session.add(row)
    return row


def _highest(session: Session, mailbox: str, uidvalidity: int) -> int:
    """The highest UID ever seen under this UIDVALIDITY, or 0."""
    found = session.exec(
        select(func.max(PlaceRow.uid)).where(
            col(PlaceRow.mailbox) == mailbox, col(PlaceRow.uidvalidity) == uidvalidity
        )
    ).one()
    return int(found or 0)


def _stranded(session: Session, mailbox: str, uidvalidity: int) -> int:
    """Cases whose message should lie in a mailbox that is no more: renumbered and not found."""
    found = session.exec(
        select(func.count())
        .select_from(CaseRow)
        .where(
            (col(CaseRow.mailbox) != mailbox) | (col(CaseRow.uidvalidity) != uidvalidity),
            ~is_moved(),
        )
    ).one()
    return int(found)


def _moved_to(session: Session, folder: str) -> int:
    """How many messages we have moved to this folder."""
    found = session.exec(
        select(func.count())
        .select_from(EffectRow)
        .where(
            col(EffectRow.kind) == EffectKind.MOVE_MESSAGE.value,
            col(EffectRow.payload) == folder,
            col(EffectRow.outcome) == Outcome.DONE.value,
        )
    ).one()
    return int(found)


def _mailbox_row(session: Session, mailbox: str) -> MailboxRow:
    """The row of this mailbox, made where it is missing."""
    row = session.get(MailboxRow, mailbox)
    if row is None:
        row = MailboxRow(mailbox=mailbox)
        session.add(row)
    return row


def _keep(session: Session, mailbox: str, found: Abgleich) -> None:
    """Stores the result; a difference that was not there before is told to the log."""
    row = _mailbox_row(session, mailbox)
    before = wire.decode(Abgleich, row.abgleich) if row.abgleich else None
    row.abgleich, row.abgleich_at = wire.encode(found), found.at
    if found.differences == (before.differences if before else ()):
        return
    ledger.append(
        session,
        at=found.at,
        case="",
        kind="mailbox.abgleich",
        server=found.server,
        buch=found.known,
        fehlt=list(found.missing),
        zuviel=found.surplus,
        ordner=[list(pair) for pair in found.folders],
    )
