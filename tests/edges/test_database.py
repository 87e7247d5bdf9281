"""The database at start: migrated whole or not at all, refused where not ours or not sound."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, event, inspect, text

from inbox_daemon.core.errors import ConfigError, Damaged, Temporary
from inbox_daemon.edges import database
from inbox_daemon.edges.database import (
    MIGRATIONS,
    check,
    is_newest,
    leased,
    migrate,
    open_database,
    reading,
    writing,
)
from tests.postgres import PROGRAMS, postgres_server
from tests.postgres import database as new_database_on

PAGE = 4096


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "inbox.sqlite3"


@pytest.fixture(name="engine")
def _engine(path: Path) -> Engine:
    return open_database(f"sqlite:///{path}")


def upgrade_to(engine: Engine, revision: str) -> None:
    """The schema of an older program."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def revision_of(engine: Engine) -> str:
    """What Alembic noted."""
    with engine.connect() as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def test_an_empty_database_is_not_the_newest_until_it_is_migrated(engine: Engine) -> None:
    assert not is_newest(engine)
    migrate(engine)
    assert is_newest(engine)
    check(engine)


def test_an_older_schema_is_brought_to_the_newest(engine: Engine) -> None:
    upgrade_to(engine, "0001")
    assert not is_newest(engine)
    migrate(engine)
    assert is_newest(engine)


def test_a_migration_that_breaks_leaves_the_older_schema_whole(engine: Engine) -> None:
    upgrade_to(engine, "0001")
    before = set(inspect(engine).get_table_names())
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE letter_switch (x INTEGER)"))
    with pytest.raises(Temporary):
        migrate(engine)
    assert set(inspect(engine).get_table_names()) == before | {"letter_switch"}
    assert revision_of(engine) == "0001"


def test_a_newer_schema_is_refused_with_what_to_do(engine: Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match=r"9999 was made by a newer.*start the newer"):
        is_newest(engine)


def test_a_database_of_another_program_is_not_touched(engine: Engine, path: Path) -> None:
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE kunden (x INTEGER)")
    with pytest.raises(ConfigError, match="not a database of inbox-daemon; it has kunden"):
        is_newest(engine)
    assert inspect(engine).get_table_names() == ["kunden"]


@pytest.mark.parametrize("page", [0, 1, 7])
def test_a_damaged_database_is_seen_at_start(engine: Engine, path: Path, page: int) -> None:
    migrate(engine)
    engine.dispose()
    content = bytearray(path.read_bytes())
    content[page * PAGE : (page + 1) * PAGE] = b"\x5a" * PAGE
    path.write_bytes(content)
    with pytest.raises(Damaged, match="damaged"):  # noqa: PT012  any of the three may see it
        is_newest(engine)
        check(engine)


def test_a_lock_of_another_process_is_waited_for_and_then_temporary(path: Path) -> None:
    with mock.patch.object(database, "BUSY_MS", 20):
        engine = open_database(f"sqlite:///{path}")
        migrate(engine)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Temporary, match="locked") as told, writing(engine) as session:
            session.connection()
        assert told.value.code == "datenbank"
        with reading(engine) as session:
            assert session.connection().scalar(text("SELECT count(*) FROM cases")) == 0
    with writing(engine) as session:
        session.connection()


@pytest.mark.skipif(not PROGRAMS, reason="PostgreSQL is not installed")
@pytest.mark.full
def test_one_daemon_a_postgresql_database_also_after_its_restart() -> None:
    with postgres_server() as server:
        url = new_database_on(server.url)
        ours, theirs = open_database(url), open_database(url)
        with leased(ours) as still_alone:
            with pytest.raises(Temporary, match="works on this database") as told, leased(theirs):
                pass
            assert told.value.code == "laeuft-schon"
            server.crash()
            still_alone()
            with pytest.raises(Temporary, match="works on this database"), leased(theirs):
                pass
            server.crash()
            with leased(theirs), pytest.raises(Temporary, match="works on this database"):
                still_alone()
            still_alone()
        with leased(theirs):
            pass
        for engine in (ours, theirs):
            engine.dispose()


@pytest.mark.skipif(not PROGRAMS, reason="PostgreSQL is not installed")
@pytest.mark.full
def test_a_connection_that_dies_before_it_has_the_lock_costs_one_poll() -> None:
    with postgres_server() as server:
        ours, admin = (
            open_database(new_database_on(server.url)),
            open_database(server.url + "postgres"),
        )
        dying = [True]

        def kill(connection: Connection) -> None:
            if dying:
                dying.clear()
                session: Any = connection.connection.dbapi_connection
                with admin.connect() as other:
                    other.execute(text(f"SELECT pg_terminate_backend({session.info.backend_pid})"))

        with leased(ours) as still_alone:
            server.crash()
            event.listen(ours, "engine_connect", kill)
            with pytest.raises(Temporary) as told:
                still_alone()
            assert told.value.code == "datenbank"
            still_alone()
            theirs = open_database(str(ours.url))
            with pytest.raises(Temporary, match="works on this database"), leased(theirs):
                pass
        for engine in (ours, theirs, admin):
            engine.dispose()
