"""An empty database of the newest schema, on SQLite and on a PostgreSQL server of our own.

Promises: the fixture `engine` is new for every test. Touches: a temporary folder, loopback.
Trusts: postgres.py. Limits: for modules that say `pytest_plugins = ("tests.engines",)`.
"""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from inbox_daemon.edges.database import migrate, open_database
from tests.postgres import PROGRAMS, postgres


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[str]:
    if not PROGRAMS:
        pytest.skip("PostgreSQL is not installed; setup.sh --tests does it")
    with postgres() as url:
        yield url


@pytest.fixture(
    name="engine", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)]
)
def _engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path / 'inbox.sqlite3'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("server")
        name = f"inbox_{uuid.uuid4().hex}"
        admin = create_engine(server + "postgres", isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        url = server + name
    engine = open_database(url)
    migrate(engine)
    yield engine
    engine.dispose()
