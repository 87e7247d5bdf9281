"""The log file: the chained entries of the database as JSON lines, one object a line.

Promises: every committed entry appears in the file, in order, once; a line torn by a crash is kept
aside and told of in the log, never silently dropped. Touches: the log folder.
Trusts: the database for what was committed, the file for nothing (`verify` reads both).
Limits: one writer at a time, by a lock of its own; never rotate it by copytruncate.
"""

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import structlog
from sqlalchemy import Engine

from inbox_daemon.core import chain
from inbox_daemon.core.errors import Temporary
from inbox_daemon.edges import ledger
from inbox_daemon.edges.database import reading, writing
from inbox_daemon.edges.durable import fsync, write_whole
from inbox_daemon.points import Point, reached
from inbox_daemon.ports import Clock

PATIENCE_S = 2.0
# The log of years is never in memory as a whole.
PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What `verify` found. `why` is empty when file and database hold the same whole chain."""

    entries: int
    head: str
    line: int | None = None
    why: str = ""


class AuditFile:
    """`audit.jsonl`, fed from the database."""

    def __init__(self, path: Path, engine: Engine, clock: Clock) -> None:
        self.path = path
        self._engine = engine
        self._clock = clock
        # The last entry in the file, and the size of the file when we last wrote it.
        self._last, self._size = 0, -1

    def catch_up(self) -> int:
        """Appends what is committed and not yet in the file; how many lines."""
        try:
            with self.path.with_suffix(".lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                return self._catch_up()
        except OSError as error:
            raise Temporary(f"the log {self.path} cannot be written: {error}") from error

    def _catch_up(self) -> int:
        if self._size != self._bytes():
            self._last = self._mend()
        with reading(self._engine) as session:
            fresh = list(ledger.entries(session, after=self._last))
        if fresh:
            self._append(fresh)
            self._last = fresh[-1].number
        self._size = self._bytes()
        return len(fresh)

    def _bytes(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def _append(self, entries: list[chain.AuditEntry]) -> None:
        size = self._bytes()
        try:
            self._write(entries)
        except OSError:
            # Nothing half; and what could not be synced is written anew: a second fsync would
            # say yes to pages that the kernel has given up (fsync(2), EIO).
            with contextlib.suppress(OSError):
                os.truncate(self.path, size)
            raise

    def _write(self, entries: list[chain.AuditEntry]) -> None:
        new = self._bytes() == 0
        with self.path.open("ab") as file:
            logger = structlog.wrap_logger(
                structlog.BytesLogger(file),
                processors=[structlog.processors.JSONRenderer(serializer=_serialize)],
                wrapper_class=structlog.BoundLogger,
            )
            for entry in entries:
                logger.info(None, **{**chain.fields_of(entry), "event.hash": entry.hash})
            file.flush()
            reached(Point.LOG_WRITTEN)
            os.fsync(file.fileno())
        if new:
            fsync(self.path.parent)
        reached(Point.LOG_SYNCED)

    def _mend(self) -> int:
        """The number of the last whole line; a torn tail is moved aside and told of."""
        if not self.path.exists():
            return 0
        lines, whole = 0, 0
        with self.path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                lines += piece.count(b"\n")
                if b"\n" in piece:
                    whole = file.tell() - len(piece) + piece.rindex(b"\n") + 1
            file.seek(whole)
            torn = file.read()
        if torn:
            self._keep_aside(torn, keep=whole)
        return lines

    def _keep_aside(self, torn: bytes, *, keep: int) -> None:
        sha256 = hashlib.sha256(torn).hexdigest()
        aside = self.path.with_name(f"{self.path.stem}.torn-{sha256[:16]}")
        write_whole(aside, [torn])
        # Told before it is cut off: killed in between, it is told of twice, never not at all.
        with writing(self._engine) as session:
            ledger.append(
                session,
                at=self._clock.now(),
                case="",
                kind="log.repaired",
                sha256=sha256,
                bytes=len(torn),
            )
        reached(Point.LOG_SET_ASIDE)
        with self.path.open("r+b") as file:
            file.truncate(keep)
            os.fsync(file.fileno())

    def verify(self) -> Verified:
        """Reads the whole file against itself and against the database.

        An entry may be committed a moment before its line is written: a missing end is looked at
        twice before it counts.
        """
        found = self._verify()
        if found.why != "zeile-fehlt":
            return found
        time.sleep(PATIENCE_S)
        return self._verify()

    def _verify(self) -> Verified:
        found = chain.verify(self._lines())
        if isinstance(found, chain.Break):
            return Verified(entries=found.line - 1, head="", line=found.line, why=found.why)
        # The database after the file: what stands there was committed before.
        with reading(self._engine) as session:
            stored = (chain.line_of(entry) for entry in ledger.entries(session))
            for place, (line, expected) in enumerate(zip_longest(self._lines(), stored), start=1):
                if expected is None and place > found.number:
                    break  # written since we began
                if line != expected:
                    why = "zeile-fehlt" if line is None else "weicht-von-datenbank-ab"
                    return Verified(entries=place - 1, head="", line=place, why=why)
        return Verified(entries=found.number, head=found.hash)

    def _lines(self) -> Iterator[str]:
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            for line in file:
                yield line.removesuffix("\n")


def _serialize(fields: dict[str, object], **_: object) -> bytes:
    return chain.canonical(fields).encode()
