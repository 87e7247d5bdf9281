"""The connection: SQLite by default, PostgreSQL by the same code; transactions and migrations.

Promises: a write transaction is alone from its first statement on (BEGIN IMMEDIATE), and what was
committed survives a power cut (WAL with synchronous=FULL). Touches: the database.
Trusts: the URL of the configuration. Limits: one writer at a time on SQLite; whether PostgreSQL's
own files are whole, PostgreSQL must tell.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlmodel import Session, create_engine

from inbox_daemon.core.errors import ConfigError, Damaged, Defect, Permanent, Temporary
from inbox_daemon.points import Point, reached

BUSY_MS = 15_000
# Numbers of PostgreSQL's advisory locks: entries of the chain, the daemon, the schema.
WRITING, RUNNING, MIGRATING = 741502, 741503, 741504
MIGRATIONS = Path(__file__).parent.parent / "migrations"


def open_database(url: str) -> Engine:
    """The engine for this URL, with the safe settings of its kind."""
    if not url.startswith("sqlite"):
        try:
            return create_engine(url, pool_pre_ping=True, hide_parameters=True)
        except (ArgumentError, ImportError) as error:
            raise ConfigError((f"database_url: {error}",)) from error
    # Parameters hold mail content; no error message may repeat them.
    engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000}, hide_parameters=True)
    event.listen(engine, "connect", _make_durable)
    event.listen(engine, "begin", _begin)
    return engine


def _make_durable(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One write transaction: committed at the end, rolled back by any exception."""
    with _translated(), Session(engine, expire_on_commit=False) as session, session.begin():
        if engine.dialect.name == "postgresql":
            # Entries of the chain must be written one after the other.
            session.execute(text(f"SELECT pg_advisory_xact_lock({WRITING})"))
        yield session
        reached(Point.BEFORE_COMMIT)
    reached(Point.COMMITTED)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One read-only view; it never waits for a writer."""
    with _translated(), engine.connect() as connection:
        quiet = connection.execution_options(reading=True)
        with Session(quiet) as session:
            yield session


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Defect(f"the database refuses: {error.orig}", code="eindeutigkeit") from error
    except (PoolTimeoutError, PendingRollbackError) as error:
        # The second: the connection was lost a moment ago and is to be given up first.
        raise Temporary("the database has no usable connection", code="datenbank") from error
    except DBAPIError as error:
        if _is_damage(error):
            raise Damaged(f"the database is damaged: {error.orig}") from error
        if isinstance(error, OperationalError | InterfaceError | InternalError):
            said = f"the database is not available: {error.orig}"
            raise Temporary(said, code="datenbank") from error
        raise Permanent(f"the database refuses: {error.orig}", code="datenbank") from error


def _is_damage(error: DBAPIError) -> bool:
    """SQLite's "malformed" and "not a database"; PostgreSQL's data and index corrupted."""
    if getattr(error.orig, "sqlstate", None) in {"XX001", "XX002"}:
        return True
    # sqlite3 gives its base class for what it has no better name for, and that is damage; and a
    # header from another world is for it an operation that failed.
    return type(error) is DatabaseError or "unsupported file format" in str(error.orig)


def check(engine: Engine) -> None:
    """Reads the whole database once. Raises Damaged where it is not sound (SQLite only)."""
    if engine.dialect.name != "sqlite":
        return
    with _translated(), engine.connect().execution_options(reading=True) as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if found != "ok":
        raise Damaged(f"the database is damaged: {found}")


def is_newest(engine: Engine) -> bool:
    """Whether the schema is the newest; reads only.

    Raises ConfigError where a newer program made it, or one that is not ours.
    """
    known = ScriptDirectory(str(MIGRATIONS))
    with _translated(), engine.connect().execution_options(reading=True) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        tables = [] if found else inspect(connection).get_table_names()
    # With Alembic's table another of us is making the schema at this moment.
    if tables and "alembic_version" not in tables:
        raise ConfigError((f"database_url: not a database of inbox-daemon; it has {tables[0]}",))
    newest = known.get_current_head()
    if found is not None and found not in {script.revision for script in known.walk_revisions()}:
        mistake = (
            f"database_url: schema {found} was made by a newer inbox-daemon, this one knows "
            f"{newest}; start the newer one or restore the older database"
        )
        raise ConfigError((mistake,))
    return found == newest


def migrate(engine: Engine) -> None:
    """Brings the schema to the newest version: all steps in one transaction, or none."""
    with _translated(), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def leased(engine: Engine) -> Iterator[Callable[[], None]]:
    """Keeps daemons of other machines off a PostgreSQL database, by a lock of one session.

    Yields what is to be called before each poll: it takes the lock again after a restart of the
    server. Both raise Temporary (`laeuft-schon`) where another daemon holds it.
    """
    lease = _Lease(engine)
    lease.renew()
    try:
        yield lease.renew
    finally:
        lease.end()


class _Lease:
    """The lock ends with its connection, also when this machine loses its power."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session: Connection | None = None

    def renew(self) -> None:
        if self._engine.dialect.name != "postgresql":
            return  # a file in one folder: lock.py is enough
        if self._session is None or not self._is_alive(self._session):
            self.end()
            if not self._taken():
                raise Temporary(
                    "another inbox-daemon works on this database, perhaps on another machine; "
                    "stop it first",
                    code="laeuft-schon",
                )

    def _taken(self) -> bool:
        """Whether the lock is ours now; the session is kept only with the lock."""
        got = False
        try:
            with _translated():
                self._session = self._engine.connect().execution_options(
                    isolation_level="AUTOCOMMIT"
                )
                got = bool(self._session.scalar(text(f"SELECT pg_try_advisory_lock({RUNNING})")))
        finally:
            if not got:
                self.end()
        return got

    def _is_alive(self, session: Connection) -> bool:
        try:
            session.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return not session.invalidated

    def end(self) -> None:
        if self._session is not None:
            # Not back to the pool, where the lock would live on.
            self._session.invalidate()
            self._session.close()
            self._session = None
