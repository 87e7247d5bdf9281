"""The log as people search it: filtered, page by page, counted, drawn by lot, and its head.

Promises: read-only but for two entries that tell of reading itself: a check of the chain, and a
list that left the house. Touches: the database. Trusts: the rows; whether they are whole is
`AuditFile.verify`'s to say. Limits: no German; what an entry means is in core/protokoll.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Engine, and_, func, inspect, not_, or_
from sqlalchemy import select as columns_of
from sqlmodel import col, select

from inbox_daemon.core.chain import GENESIS, AuditEntry, Head, canonical
from inbox_daemon.core.protokoll import (
    ANYBODY,
    AUSGAENGE,
    BY,
    LEFT_UNDONE,
    MACHINE,
    SYSTEM,
    UNDONE_PARTS,
    Auswahl,
    sampled,
)
from inbox_daemon.edges import ledger
from inbox_daemon.edges.audit import Verified
from inbox_daemon.edges.database import reading, writing
from inbox_daemon.edges.tables import AuditRow

VERIFIED, EXPORTED = "log.verified", "export.made"
# As the fields of an AuditEntry are named.
COLUMNS: Final = tuple(
    column.label({"case_number": "case"}.get(column.name, column.name))
    for column in inspect(AuditRow).columns
)
# Rows that are in memory at once while years are written out.
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCheck:
    """When the chain was last checked, by whom, and what came of it; `why` is empty if whole."""

    at: datetime
    by: str
    entries: int
    why: str


class Auditbook:
    """Searches the chained log in the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def newest(self, wanted: Auswahl, *, below: int | None, limit: int) -> tuple[AuditEntry, ...]:
        """At most `limit` entries with numbers under `below` (None: all), newest first."""
        query = select(AuditRow).where(*_conditions(wanted))
        if below is not None:
            query = query.where(col(AuditRow.number) < below)
        query = query.order_by(col(AuditRow.number).desc()).limit(limit)
        with reading(self._engine) as session:
            return tuple(ledger.entry_of(row) for row in session.exec(query))

    def next_above(self, wanted: Auswahl, *, above: int, limit: int) -> tuple[AuditEntry, ...]:
        """At most `limit` entries with the next numbers over `above`, newest first."""
        query = select(AuditRow).where(*_conditions(wanted)).where(col(AuditRow.number) > above)
        query = query.order_by(col(AuditRow.number)).limit(limit)
        with reading(self._engine) as session:
            found = [ledger.entry_of(row) for row in session.exec(query)]
        return tuple(reversed(found))

    def all(self, wanted: Auswahl) -> Iterator[AuditEntry]:
        """Every entry, oldest first, a few hundred in memory; one view from first to last."""
        query = columns_of(*COLUMNS).where(*_conditions(wanted)).order_by(col(AuditRow.number))
        with reading(self._engine) as session:
            found = session.execute(query.execution_options(yield_per=AT_ONCE))
            for row in found:
                yield AuditEntry(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it

    def count(self, wanted: Auswahl) -> int:
        """How many entries."""
        with reading(self._engine) as session:
            return int(
                session.exec(
                    select(func.count(col(AuditRow.number))).where(*_conditions(wanted))
                ).one()
            )

    def counts_by_kind(self, wanted: Auswahl) -> dict[str, int]:
        """How many entries of each kind; kinds without any are left out."""
        query = select(col(AuditRow.kind), func.count()).where(*_conditions(wanted))
        query = query.group_by(col(AuditRow.kind)).order_by(col(AuditRow.kind))
        with reading(self._engine) as session:
            return {str(kind): int(count) for kind, count in session.exec(query)}

    def entry(self, number: int) -> AuditEntry | None:
        """One entry, or None."""
        with reading(self._engine) as session:
            row = session.get(AuditRow, number)
            return ledger.entry_of(row) if row else None

    def head(self) -> Head:
        """Number and hash of the last entry; 0 and the beginning of the chain without any."""
        query = select(AuditRow).order_by(col(AuditRow.number).desc()).limit(1)
        with reading(self._engine) as session:
            row = session.exec(query).first()
            return Head(number=row.number, hash=row.hash) if row else Head(number=0, hash=GENESIS)

    def sample(self, wanted: Auswahl, *, count: int, seed: str) -> tuple[AuditEntry, ...]:
        """`count` of these entries drawn by lot, in order; the same seed draws the same."""
        with reading(self._engine) as session:
            numbers = session.exec(select(col(AuditRow.number)).where(*_conditions(wanted)))
            chosen = sampled(numbers, count=count, seed=seed)
            rows = session.exec(select(AuditRow).where(col(AuditRow.number).in_(chosen)))
            return tuple(sorted(map(ledger.entry_of, rows), key=lambda entry: entry.number))

    def last_check(self) -> LastCheck | None:
        """The last check of the chain that somebody asked for, or None."""
        query = select(AuditRow).where(col(AuditRow.kind) == VERIFIED)
        query = query.order_by(col(AuditRow.number).desc()).limit(1)
        with reading(self._engine) as session:
            row = session.exec(query).first()
        if row is None:
            return None
        told = ledger.told(row)
        return LastCheck(
            at=row.at, by=told[BY], entries=int(told["eintraege"]), why=told["fehler"] or ""
        )

    def note_check(self, found: Verified, *, by: str, at: datetime) -> None:
        """Enters that the chain was checked."""
        with writing(self._engine) as session:
            ledger.append(
                session,
                at=at,
                case="",
                kind=VERIFIED,
                wer=by,
                eintraege=found.entries,
                kopf=found.head,
                zeile=found.line,
                fehler=found.why or None,
            )

    def note_export(self, what: str, *, by: str, at: datetime) -> None:
        """Enters that a list, or the bundle of a case, left the house.

        Not as an entry of that case: nothing in it changes, and nobody's open form grows old.
        """
        with writing(self._engine) as session:
            ledger.append(session, at=at, case="", kind=EXPORTED, wer=by, ausgabe=what)


def _conditions(wanted: Auswahl) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield col(AuditRow.at) >= wanted.since
    if wanted.before is not None:
        yield col(AuditRow.at) < wanted.before
    if wanted.upto is not None:
        yield col(AuditRow.number) <= wanted.upto
    if wanted.case:
        yield col(AuditRow.case_number) == wanted.case
    if wanted.kind:
        yield col(AuditRow.kind) == wanted.kind
    if wanted.outcome:
        yield or_(*map(_has, AUSGAENGE[wanted.outcome]))
    if wanted.who:
        yield _by(wanted.who)
    if wanted.undone:
        yield or_(col(AuditRow.kind).in_(LEFT_UNDONE), *map(_has, UNDONE_PARTS))


def _by(who: str) -> ColumnElement[bool]:
    somebody = and_(_has(f'"{BY}":"'), not_(_is(MACHINE)))
    if who == SYSTEM:
        return not_(somebody)
    return somebody if who == ANYBODY else _is(who)


def _is(name: str) -> ColumnElement[bool]:
    return _has(canonical({BY: name})[1:-1])


def _has(part: str) -> ColumnElement[bool]:
    """Whether the payload has this part. LIKE: SQLite and PostgreSQL know it alike."""
    return col(AuditRow.payload).contains(part, autoescape=True)
