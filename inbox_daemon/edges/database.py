"""The connection: SQLite by default, PostgreSQL by the same code; transactions and migrations.

Promises: a write transaction is alone from its first statement on (BEGIN IMMEDIATE), and what was
committed survives a power cut (WAL with synchronous=FULL). Touches: the database.
Trusts: the URL of the configuration. Limits: one writer at a time on SQLite.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, OperationalError
from sqlmodel import Session, create_engine

from inbox_daemon.core.errors import ConfigError, Defect, Permanent, Temporary

BUSY_MS = 15_000
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
            session.execute(text("SELECT pg_advisory_xact_lock(741502)"))
        yield session


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
    except DatabaseError as error:
        if not isinstance(error, OperationalError):
            raise Permanent(f"the database is damaged: {error.orig}", code="datenbank") from error
        raise Temporary(f"the database is not available: {error.orig}", code="datenbank") from error


def migrate(engine: Engine) -> None:
    """Brings the schema to the newest version."""
    with _translated(), engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
