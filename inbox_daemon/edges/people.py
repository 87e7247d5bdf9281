"""Who works here, and who is signed in: users and sessions in the database.

Promises: a session is known by the hash of its token alone; each change of a user and each
signing in or out has its entry in the log. Touches: the database. Trusts: kennwort.py for hashes.
Limits: whether somebody may sign in is decided in web/access.py.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from inbox_daemon.core.rollen import Person, Rolle
from inbox_daemon.edges import ledger
from inbox_daemon.edges.database import reading, writing
from inbox_daemon.edges.tables import SessionRow, UserRow

# 256 bits from the system's generator; ASVS 5.0 7.2.3 asks for 128.
TOKEN_BYTES = 32
UNKNOWN = "unbekannt"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person with what signing in needs."""

    person: Person
    password_hash: str
    enabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session. `by` is how she signed in: kennwort, proxy, oidc."""

    token_sha256: str
    person: Person
    by: str
    created_at: datetime
    seen_at: datetime


class SqlPeople:
    """Users and sessions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def user(self, name: str) -> User | None:
        """The user of this name, whatever its case."""
        with reading(self._engine) as session:
            row = session.get(UserRow, name.casefold())
            return _user(row) if row else None

    def users(self) -> tuple[User, ...]:
        """All users by name."""
        with reading(self._engine) as session:
            return tuple(_user(r) for r in session.exec(select(UserRow).order_by(UserRow.name)))

    def keep_user(
        self,
        person: Person,
        *,
        password_hash: str | None,
        enabled: bool,
        by: str,
        at: datetime,
    ) -> None:
        """A new user, or a changed one; whoever is signed in by that name is signed out.

        Without a hash the old one stays.
        """
        name = person.name.casefold()
        with writing(self._engine) as session:
            row = session.get(UserRow, name)
            kind = "user.changed" if row else "user.added"
            if row is None:
                row = UserRow(name=name, full_name="", rollen="[]", created_at=at)
                session.add(row)
            row.full_name, row.enabled = person.full_name, enabled
            row.rollen = json.dumps(sorted(person.rollen))
            if password_hash is not None:
                row.password_hash = password_hash
            session.execute(delete(SessionRow).where(col(SessionRow.name) == name))
            ledger.append(
                session,
                at=at,
                case="",
                kind=kind,
                wer=by,
                name=name,
                rollen=sorted(person.rollen),
                zugelassen=enabled,
                kennwort=bool(password_hash),
            )

    def set_password(self, name: str, password_hash: str, *, by: str, at: datetime) -> None:
        """Another password: every session of this user ends."""
        with writing(self._engine) as session:
            row = session.get(UserRow, name.casefold())
            if row is None:
                return
            row.password_hash = password_hash
            session.execute(delete(SessionRow).where(col(SessionRow.name) == row.name))
            told = {"wer": by, "name": row.name, "kennwort": True}
            ledger.append(session, at=at, case="", kind="user.changed", **told)

    def rehash(self, name: str, password_hash: str) -> None:
        """The same password under stronger parameters; nobody is signed out."""
        with writing(self._engine) as session:
            row = session.get(UserRow, name.casefold())
            if row is not None:
                row.password_hash = password_hash

    def open_session(self, name: str, *, by: str, at: datetime) -> str:
        """A new session; its token, which is nowhere else."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with writing(self._engine) as session:
            session.add(
                SessionRow(
                    token_sha256=hash_of(token),
                    name=name.casefold(),
                    by=by,
                    created_at=at,
                    seen_at=at,
                )
            )
            ledger.append(
                session, at=at, case="", kind="session.opened", wer=name.casefold(), durch=by
            )
        return token

    def sessions(self, name: str = "") -> tuple[SignedIn, ...]:
        """Who is signed in, or the sessions of this user alone; the oldest first."""
        wanted = select(SessionRow, UserRow).where(col(SessionRow.name) == col(UserRow.name))
        if name:
            wanted = wanted.where(col(SessionRow.name) == name.casefold())
        with reading(self._engine) as session:
            found = session.exec(wanted.order_by(col(SessionRow.created_at))).all()
            return tuple(_signed_in(row, user) for row, user in found)

    def session(self, token: str) -> SignedIn | None:
        """The session of this token, if its user is still admitted."""
        with reading(self._engine) as session:
            row = session.get(SessionRow, hash_of(token))
            user = session.get(UserRow, row.name) if row else None
            if row is None or user is None or not user.enabled:
                return None
            return _signed_in(row, user)

    def seen(self, token_sha256: str, *, at: datetime) -> None:
        """The session was used."""
        with writing(self._engine) as session:
            row = session.get(SessionRow, token_sha256)
            if row is not None:
                row.seen_at = at

    def close_session(self, token_sha256: str, *, why: str, at: datetime) -> None:
        """The session is over; its token opens nothing any more."""
        with writing(self._engine) as session:
            row = session.get(SessionRow, token_sha256)
            if row is not None:
                session.delete(row)
                _append_closed(session, row.name, why=why, at=at)

    def close_all(self, name: str, *, why: str, at: datetime) -> int:
        """Ends every session of this user; how many."""
        wanted = select(SessionRow).where(col(SessionRow.name) == name.casefold())
        with writing(self._engine) as session:
            found = session.exec(wanted).all()
            for row in found:
                session.delete(row)
                _append_closed(session, row.name, why=why, at=at)
            return len(found)

    def sweep(self, *, idle_since: datetime, begun_before: datetime, at: datetime) -> int:
        """Ends the sessions that nobody used since, or that are too old; how many."""
        wanted = select(SessionRow).where(
            (col(SessionRow.seen_at) < idle_since) | (col(SessionRow.created_at) < begun_before)
        )
        with reading(self._engine) as session:
            if session.exec(wanted.limit(1)).first() is None:
                return 0
        with writing(self._engine) as session:
            found = session.exec(wanted).all()
            for row in found:
                session.delete(row)
                _append_closed(session, row.name, why="abgelaufen", at=at)
            return len(found)

    def refused(self, name: str, *, why: str, at: datetime) -> None:
        """Somebody could not sign in. A name that is no user's may be a password: not kept."""
        with writing(self._engine) as session:
            known = session.get(UserRow, name.casefold()) is not None
            who = name.casefold() if known else UNKNOWN
            ledger.append(session, at=at, case="", kind="session.refused", wer=who, warum=why)

    def say(self, token_sha256: str, words: str) -> None:
        """A message for the next page of this session."""
        with writing(self._engine) as session:
            row = session.get(SessionRow, token_sha256)
            if row is not None:
                row.messages = json.dumps([*json.loads(row.messages), words])

    def messages(self, token_sha256: str) -> tuple[str, ...]:
        """The messages that wait, which then wait no longer."""
        with reading(self._engine) as session:
            row = session.get(SessionRow, token_sha256)
            found: Iterable[str] = json.loads(row.messages) if row else ()
        if found:
            with writing(self._engine) as session:
                row = session.get(SessionRow, token_sha256)
                if row is not None:
                    row.messages = "[]"
        return tuple(found)


def hash_of(token: str) -> str:
    """What is stored of a token; it is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _append_closed(session: Session, name: str, *, why: str, at: datetime) -> None:
    ledger.append(session, at=at, case="", kind="session.closed", wer=name, warum=why)


def _user(row: UserRow) -> User:
    rollen = frozenset(Rolle(name) for name in json.loads(row.rollen))
    return User(
        person=Person(name=row.name, full_name=row.full_name, rollen=rollen),
        password_hash=row.password_hash,
        enabled=row.enabled,
        created_at=row.created_at,
    )


def _signed_in(row: SessionRow, user: UserRow) -> SignedIn:
    return SignedIn(
        token_sha256=row.token_sha256,
        person=_user(user).person,
        by=row.by,
        created_at=row.created_at,
        seen_at=row.seen_at,
    )
