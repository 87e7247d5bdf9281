"""A database that is locked at each write in turn, damaged anywhere, or killed in the middle.

Run as `python -m tests.faults.database_faults [--damages N] [--kills K] [--seed S]`: prints counts,
ends by itself, 1 where something is wrong. Locked: another process holds the lock from the n-th
write on, for every n of a run. Damaged: 4 KiB of noise anywhere in the file of a finished run.
Killed: PostgreSQL loses all its processes at a random transaction. After a lock or a kill two more
polls, and the judge of diskrig.py. Touches: temporary folders, a PostgreSQL server on loopback.
"""

import argparse
import random
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import structlog
from sqlalchemy import Connection, event

from inbox_daemon.core.errors import ConfigError, InboxError
from inbox_daemon.edges import database
from tests.faults import diskrig
from tests.faults.diskrig import Rig
from tests.faults.ending import exit_code
from tests.postgres import PROGRAMS, Server, postgres_server
from tests.postgres import database as new_database_on
from tests.worlds import new_database

PAGE = 4096


@dataclass
class At:
    """Does something right before the n-th write transaction of an engine begins."""

    number: int
    act: Callable[[], None]
    count: int = 0

    def listen(self, rig: Rig) -> None:
        """Counts from now on."""
        assert rig.engine is not None
        if not rig.url:
            # Ours shall come first: theirs waits for the lock.
            event.remove(rig.engine, "begin", database._begin)
        event.listen(rig.engine, "begin", self._begins)
        if not rig.url:
            event.listen(rig.engine, "begin", database._begin)

    def _begins(self, connection: Connection) -> None:
        if connection.get_execution_options().get("reading", False):
            return
        self.count += 1
        if self.count == self.number:
            self.act()


class Lock:
    """The lock of another process."""

    def __init__(self, path: Path) -> None:
        self._other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def take(self) -> None:
        """From now on nobody else writes."""
        self._other.execute("BEGIN IMMEDIATE")

    def release(self) -> None:
        """Lets go."""
        self._other.close()


class Bench:
    """Trials one after the other in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._empty = folder, new_database(folder)
        structlog.configure(processors=[_drop])
        counting = At(0, lambda: None)
        with self.rig() as rig:
            counting.listen(rig)
            rig.poll(hours=2)
            self.writes = counting.count
            rig.poll(hours=2)
            rig.end()
            self.calm = diskrig.ends(rig)

    @contextmanager
    def rig(self, url: str = "") -> Iterator[Rig]:
        """A new daemon with some mails; on SQLite with a copy of an empty database."""
        folder = self._folder / "state"
        folder.mkdir()
        if not url:
            shutil.copy(self._empty, folder / "inbox.sqlite3")
        rig = Rig(folder=folder, url=url)
        rig.deliver(4)
        rig.start()
        try:
            yield rig
        finally:
            rig.end()
            shutil.rmtree(folder)

    def locked(self, at: int) -> list[str]:
        """Another process holds the lock from the n-th write to the end of the poll."""
        with self.rig() as rig:
            lock = Lock(rig.folder / "inbox.sqlite3")
            with mock.patch.object(database, "BUSY_MS", 1):
                rig.start()
                At(at, lock.take).listen(rig)
                rig.poll(minutes=5)
                rig.poll(minutes=5)
            wrong = [f"at once: {half}" for half in diskrig.halves(rig.folder)]
            lock.release()
            rig.start()
            return wrong + self._afterwards(rig)

    def _afterwards(self, rig: Rig) -> list[str]:
        codes = [rig.poll(hours=2), rig.poll(hours=2)]
        rig.end()
        wrong = [f"still in trouble: {code}" for code in codes if code]
        return wrong + list(diskrig.faults(rig, self.calm))

    def damaged(self, chance: random.Random) -> tuple[str, list[str]]:
        """Noise in the file: what a start says, and what is wrong with that."""
        with self.rig() as rig:
            rig.poll(hours=2)
            rig.end()
            path = rig.folder / "inbox.sqlite3"
            content = bytearray(path.read_bytes())
            place = chance.choice((0, chance.randrange(0, len(content) - PAGE)))
            content[place : place + PAGE] = chance.randbytes(PAGE)
            path.write_bytes(content)
            try:
                engine = database.open_database(f"sqlite:///{path}")
                database.is_newest(engine)
                database.check(engine)
            except ConfigError as error:
                return "refused as a database of others", [] if place else [str(error)]
            except InboxError as error:
                wrong = [] if error.code == "datenbank-defekt" else [f"{place}: {error}"]
                return f"refused as {error.code}", wrong
            finally:
                engine.dispose()
            return "not refused", [f"noise at {place} was not seen"]

    def killed(self, server: Server, at: int) -> list[str]:
        """PostgreSQL is killed before the n-th write of a poll."""
        with self.rig(new_database_on(server.url)) as rig:
            assert rig.engine is not None
            database.migrate(rig.engine)
            At(at, server.crash).listen(rig)
            rig.poll(minutes=5)
            wrong = [f"at once: {half}" for half in diskrig.halves(rig.folder)]
            return wrong + self._afterwards(rig)


def _drop(_logger: object, _name: str, _told: object) -> Any:
    raise structlog.DropEvent


def all_locks(bench: Bench, *, step: int = 1) -> tuple[int, list[str]]:
    """The lock at each write in turn; how many, and what is wrong."""
    places = range(1, bench.writes + 1, step)
    return len(places), [f"lock at {n}: {fault}" for n in places for fault in bench.locked(n)]


def damages(bench: Bench, count: int, chance: random.Random) -> tuple[Counter[str], list[str]]:
    """So much noise; what was said, and what is wrong."""
    said: Counter[str] = Counter()
    wrong = []
    for _ in range(count):
        words, faults = bench.damaged(chance)
        said[words] += 1
        wrong += [f"damage: {fault}" for fault in faults]
    return said, wrong


def kills(bench: Bench, server: Server, count: int, chance: random.Random) -> list[str]:
    """So many kills at random writes."""
    places = [chance.randint(1, bench.writes) for _ in range(count)]
    return [f"kill at {n}: {fault}" for n in places for fault in bench.killed(server, n)]


def main() -> int:
    """All three; 0 where nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--damages", type=int, default=150)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=20220722)
    chosen = parser.parse_args()
    chance = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory(prefix="database-faults-") as name:
        bench = Bench(Path(name))
        locked, wrong = all_locks(bench)
        said, also = damages(bench, chosen.damages, chance)
        if PROGRAMS:
            with postgres_server() as server:
                also += kills(bench, server, chosen.kills, chance)
    print(f"{locked} locks, {said.total()} damages, {chosen.kills if PROGRAMS else 0} kills")
    for words, count in sorted(said.items()):
        print(f"  {count:4} damages {words}")
    return exit_code(wrong + also)


if __name__ == "__main__":
    sys.exit(main())
