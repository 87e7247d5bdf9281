"""A world for the steps: stand-ins, the real store on SQLite, and mails in which much is seen.

Promises: the fixture `world` is new for every test. Touches: a temporary folder.
Trusts: fakes.py. Limits: for modules that say `pytest_plugins = ("tests.worlds",)`.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import Engine, event

from inbox_daemon.core.states import State
from inbox_daemon.core.supervision import Level, Supervision
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import Budget
from inbox_daemon.edges.audit import AuditFile
from inbox_daemon.edges.database import migrate, open_database
from inbox_daemon.edges.records import CaseLine, Records
from inbox_daemon.edges.store import SqlStore
from inbox_daemon.steps import Steps
from tests.core import cases
from tests.fakes import (
    FakeArchive,
    FakeAudit,
    FakeClock,
    FakeLetters,
    FakeMailbox,
    FakePostman,
    FakeReader,
    FakeSpool,
    sha256_of,
)

LIMIT = 2000
ABSENT_SIGNATURE = cases.of_document(signature=cases.absent())
UNCLEAR_AMOUNT = cases.of_document(amount=cases.unreadable())
FORGOTTEN = cases.without_document()
ROBOT = cases.without_document(automatic=("auto-submitted",))


def eml(number: int, *, body: str = "Anbei der Antrag.") -> bytes:
    """A mail with its own Message-ID."""
    return f"Message-ID: <{number}@kreis.example>\r\nSubject: x\r\n\r\n{body}\r\n".encode()


@dataclass(kw_only=True)
class World:
    """Steps on stand-ins, and what can be seen of them from outside."""

    steps: Steps
    engine: Engine
    store: SqlStore
    mailbox: FakeMailbox
    spool: FakeSpool
    reader: FakeReader
    letters: FakeLetters
    postman: FakePostman
    archive: FakeArchive
    audit: FakeAudit
    clock: FakeClock
    records: Records
    log: AuditFile

    def arrive(self, seen: Evidence | BaseException, **traits: object) -> int:
        """A mail in which the reader sees this; its UID."""
        content = eml(len(self.reader.sees) + 1)
        self.reader.sees[sha256_of(content)] = seen
        return self.mailbox.arrive(content, **traits)

    def turn_level(self, level: Level) -> None:
        """From now on letters need this level to leave."""
        self.store = SqlStore(self.engine, supervision=Supervision(level=level))
        self.steps = replace(self.steps, store=self.store)

    def only(self) -> CaseLine:
        """The one case there is."""
        (line,) = self.records.cases()
        return line

    def states(self) -> list[State]:
        """The state of each case, in the order of arrival."""
        return [line.state for line in self.records.cases()]

    def told(self) -> list[str]:
        """The kinds of all audit entries of the one case."""
        return [entry.kind for entry in self.records.history(self.only().number)]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_database(tmp_path_factory.mktemp("leer"))


def new_database(folder: Path) -> Path:
    """An empty database of the newest schema, to be copied."""
    path = folder / "leer.sqlite3"
    engine = open_database(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


def _hurry(connection: Any, _record: object) -> None:
    """No power cut is feared in a test; that commits last is shown in edges/ and crash/."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def world(tmp_path: Path, empty_database: Path) -> Iterator[World]:
    with new_world(tmp_path, empty_database) as made:
        yield made


@contextmanager
def new_world(folder: Path, empty: Path, *, budget: Budget | None = None) -> Iterator[World]:
    """A world in this folder, its database a copy of the `empty` one."""
    shutil.copy(empty, folder / "inbox.sqlite3")
    engine = open_database(f"sqlite:///{folder / 'inbox.sqlite3'}")
    event.listen(engine, "connect", _hurry)
    store = SqlStore(engine, budget or Budget())
    parts: dict[str, Any] = {
        "mailbox": FakeMailbox(),
        "spool": FakeSpool(),
        "reader": FakeReader(),
        "letters": FakeLetters(),
        "postman": FakePostman(),
        "archive": FakeArchive(),
        "audit": FakeAudit(),
        "clock": FakeClock(),
    }
    steps = Steps(store=store, rules=cases.rules(), message_limit=LIMIT, parallel=2, **parts)
    log = AuditFile(folder / "audit.jsonl", engine, parts["clock"])
    with structlog.testing.capture_logs():  # the flow logs much; nothing of it is looked at
        yield World(
            steps=steps, engine=engine, store=store, records=Records(engine), log=log, **parts
        )
    engine.dispose()
