"""The tables, private to store.py: rows, not values.

Promises: constraints that make a second filing and a second letter impossible. Touches: nothing.
Trusts: store.py. Limits: a `table=True` class does not check its input (sqlmodel#406), so no
value of the program is ever one of these.
"""

from datetime import UTC, date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel


class Instant(TypeDecorator[datetime]):
    """An aware instant; stored in UTC, also where the database knows no zones (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware in; a naive time is a defect of ours and refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware out, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def _instant(*, nullable: bool = False) -> Column[datetime]:
    return Column(Instant, nullable=nullable)


def _text() -> Column[str]:
    return Column(Text, nullable=False)


class CaseRow(SQLModel, table=True):
    """One message and where it is on its way."""

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("mailbox", "uidvalidity", "uid"),)

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    mailbox: str
    uidvalidity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    received_at: datetime = Field(sa_column=_instant())
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(index=True)
    message_id: str = Field(index=True)
    state: str = Field(index=True)
    attempts: int = 0
    duplicate_of: str | None = None
    ags: str | None = None
    programm: str | None = None
    reasons: str = Field(default="[]", sa_column=_text())
    changed_at: datetime = Field(sa_column=_instant())


class PlaceRow(SQLModel, table=True):
    """A UID that was ever seen in the polled folder, and what came of it: one row, one outcome."""

    __tablename__ = "places"
    __table_args__ = (Index("ix_places_outcome", "mailbox", "outcome"),)

    mailbox: str = Field(primary_key=True)
    uidvalidity: int = Field(primary_key=True, sa_type=BigInteger)
    uid: int = Field(primary_key=True, sa_type=BigInteger)
    attempts: int = 0
    outcome: str = ""
    case_number: str | None = None
    at: datetime = Field(sa_column=_instant())


class MailboxRow(SQLModel, table=True):
    """What is known of a mailbox as a whole: refused logins, the last reconciliation (JSON)."""

    __tablename__ = "mailboxes"

    mailbox: str = Field(primary_key=True)
    refusals: int = 0
    refused_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    abgleich: str = Field(default="", sa_column=_text())
    abgleich_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class EvidenceRow(SQLModel, table=True):
    """What was seen in a case; written once."""

    __tablename__ = "evidence"

    case_number: str = Field(primary_key=True)
    body: str = Field(sa_column=_text())
    at: datetime = Field(sa_column=_instant())


class RulesRow(SQLModel, table=True):
    """Every version of the rules that ever decided a case."""

    __tablename__ = "rules"

    version: str = Field(primary_key=True)
    body: str = Field(sa_column=_text())


class VerdictRow(SQLModel, table=True):
    """A decision, by the machine or a person, with what was known at that moment."""

    __tablename__ = "verdicts"

    id: int | None = Field(default=None, primary_key=True)
    case_number: str = Field(index=True)
    body: str = Field(sa_column=_text())
    known: str = Field(sa_column=_text())
    rules: str
    by: str
    why: str = Field(default="", sa_column=_text())
    at: datetime = Field(sa_column=_instant())


class EffectRow(SQLModel, table=True):
    """What is to be done in the world; the outbox. Each kind at most once a case."""

    __tablename__ = "effects"
    __table_args__ = (UniqueConstraint("case_number", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    case_number: str
    kind: str
    payload: str = Field(sa_column=_text())
    attempted_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    outcome: str | None = None
    attempts: int = 0
    due_at: datetime = Field(sa_column=_instant())


class RecordRow(SQLModel, table=True):
    """An application that counts. One valid record per Kreis and programme, one per case."""

    __tablename__ = "records"
    __table_args__ = (
        Index(
            "one_valid_record_per_kreis",
            "programm",
            "ags",
            unique=True,
            sqlite_where=text("replaced_by IS NULL"),
            postgresql_where=text("replaced_by IS NULL"),
        ),
    )

    case_number: str = Field(primary_key=True)
    programm: str
    ags: str
    betrag_cent: int = Field(sa_type=BigInteger)
    document: str
    replaced_by: str | None = None
    at: datetime = Field(sa_column=_instant())


class LetterRow(SQLModel, table=True):
    """A letter, from the moment it was decided. At most one a case, one Message-ID for ever."""

    __tablename__ = "letters"

    case_number: str = Field(primary_key=True)
    message_id: str = Field(unique=True)
    recipient: str = Field(index=True)
    at: datetime = Field(sa_column=_instant())
    ags: str = ""
    programm: str = ""
    question: str = ""


class LetterSwitchRow(SQLModel, table=True):
    """Each time somebody stopped the sending of letters or let it go on; the last one holds."""

    __tablename__ = "letter_switch"

    id: int | None = Field(default=None, primary_key=True)
    stopped: bool
    by: str
    why: str = Field(default="", sa_column=_text())
    at: datetime = Field(sa_column=_instant())


class LetterAnswerRow(SQLModel, table=True):
    """A case whose mail came back on a letter, and the case of that letter."""

    __tablename__ = "letter_answers"

    case_number: str = Field(primary_key=True)
    letter_case: str = Field(index=True)
    kind: str
    at: datetime = Field(sa_column=_instant())


class LinkRow(SQLModel, table=True):
    """A case, the earlier case it was joined to, and the first case of that matter."""

    __tablename__ = "case_links"

    case_number: str = Field(primary_key=True)
    belongs_to: str = Field(index=True)
    vorgang: str = Field(index=True)
    art: str
    found_by: str
    at: datetime = Field(sa_column=_instant())


class PlanRow(SQLModel, table=True):
    """What a person decided and is not carried out yet, or was. One open plan a case.

    Two constraints are the Vier-Augen-Prinzip: the second person is not the first, and what needs
    a second does not go on without.
    """

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint(
            "second IS NULL OR lower(second) <> lower(first)", name="second_is_not_first"
        ),
        CheckConstraint(
            "why_second = '[]' OR second IS NOT NULL"
            " OR state IN ('zweite', 'zurueckgeholt', 'zurueckgegeben')",
            name="nothing_without_second",
        ),
        Index(
            "one_open_plan_per_case",
            "case_number",
            unique=True,
            sqlite_where=text("state IN ('zweite', 'ausgang')"),
            postgresql_where=text("state IN ('zweite', 'ausgang')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_number: str = Field(index=True)
    wish: str = Field(sa_column=_text())
    first: str
    second: str | None = None
    why_second: str = Field(default="[]", sa_column=_text())
    state: str = Field(index=True)
    told: str = Field(default="", sa_column=_text())
    created_at: datetime = Field(sa_column=_instant())
    due_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class WorkRow(SQLModel, table=True):
    """What a person typed or put off in a case that is not decided yet."""

    __tablename__ = "case_work"

    case_number: str = Field(primary_key=True)
    betrag_cent: int | None = Field(default=None, sa_type=BigInteger)
    betrag_grund: str = ""
    ags: str | None = None
    unterschrift: str = ""
    by: str
    at: datetime = Field(sa_column=_instant())
    wieder_on: date | None = Field(default=None, sa_type=Date)
    wieder_note: str = Field(default="", sa_column=_text())
    wieder_count: int = 0


class NoteRow(SQLModel, table=True):
    """What a person noted in a case."""

    __tablename__ = "case_notes"

    id: int | None = Field(default=None, primary_key=True)
    case_number: str = Field(index=True)
    by: str
    at: datetime = Field(sa_column=_instant())
    words: str = Field(sa_column=_text())


class SampleCheckRow(SQLModel, table=True):
    """A machine decision that a person looked at again, and what was wrong with it (JSON)."""

    __tablename__ = "sample_checks"

    case_number: str = Field(primary_key=True)
    by: str
    at: datetime = Field(sa_column=_instant())
    faults: str = Field(sa_column=_text())


class LeaseRow(SQLModel, table=True):
    """Who works on a case at this moment."""

    __tablename__ = "leases"

    case_number: str = Field(primary_key=True)
    holder: str
    until: datetime = Field(sa_column=_instant())


class UserRow(SQLModel, table=True):
    """A person of the staff. Without a hash she signs in through the proxy or the provider only."""

    __tablename__ = "users"

    name: str = Field(primary_key=True)
    full_name: str
    rollen: str = Field(sa_column=_text())
    password_hash: str = Field(default="", sa_column=_text())
    enabled: bool = True
    created_at: datetime = Field(sa_column=_instant())


class SessionRow(SQLModel, table=True):
    """Somebody is signed in. The token itself is with the browser alone; here is its SHA-256."""

    __tablename__ = "sessions"

    token_sha256: str = Field(primary_key=True)
    name: str = Field(index=True)
    by: str
    created_at: datetime = Field(sa_column=_instant())
    seen_at: datetime = Field(sa_column=_instant())
    messages: str = Field(default="[]", sa_column=_text())


class AuditRow(SQLModel, table=True):
    """One entry of the chained log. No foreign keys: entries outlive what they speak of."""

    __tablename__ = "audit"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_column=_instant())
    case_number: str = Field(index=True)
    kind: str
    payload: str = Field(sa_column=_text())
    previous: str
    hash: str = Field(unique=True)
