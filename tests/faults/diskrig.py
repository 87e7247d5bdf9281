"""The real steps, store, spool, archive and log in one folder, and a judge that reads only files.

Promises: mailbox, relay, clock and the reading child are stand-ins; all that writes is real. The
judge knows the mailbox, the letters and the folder, and opens the database by itself.
Touches: the folder. Trusts: tests/fakes.py. Limits: one process.
"""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, event, text

from inbox_daemon import wire
from inbox_daemon.core import chain
from inbox_daemon.core.errors import InboxError
from inbox_daemon.core.states import FINAL
from inbox_daemon.core.values import Evidence
from inbox_daemon.edges.archive import FolderArchive
from inbox_daemon.edges.audit import AuditFile
from inbox_daemon.edges.database import open_database
from inbox_daemon.edges.desk import ReadingDesk
from inbox_daemon.edges.forms import KnownForms
from inbox_daemon.edges.spool import FileSpool
from inbox_daemon.edges.store import SqlStore
from inbox_daemon.edges.worker import CagedReader
from inbox_daemon.steps import Steps
from inbox_daemon.wire import Job
from tests.core import cases
from tests.fakes import FakeClock, FakeLetters, FakeMailbox, FakePostman, sha256_of

KINDS = (
    cases.good_evidence(),
    cases.of_document(signature=cases.absent()),
    cases.of_document(amount=cases.unreadable()),
    cases.without_document(automatic=("auto-submitted",)),
)
# The names in the evidence of tests/core/cases.py, and the bytes that they get here.
CROPS = {cases.SHA: 9_000, "11" * 32: 5_000, "22" * 32: 4_500}


def mail(number: int) -> bytes:
    """A mail of three pages; its first byte of the body says which kind is seen in it."""
    head = f"Message-ID: <{number}@kreis.example>\r\nSubject: x\r\n\r\n{number % len(KINDS)}"
    return head.encode() + b"0123456789abcdef" * 600 + b"\r\n"


class StandIn(CagedReader):
    """Sees in a mail its kind, and leaves the files that a child would leave."""

    def read(self, job: Job) -> Evidence:
        """The evidence, its files in the job's folder."""
        content = Path(job.path).read_bytes()
        kind = KINDS[int(content.partition(b"\r\n\r\n")[2][:1])]
        said = wire.encode(kind)
        for name, size in CROPS.items():
            if name in said:
                made = hashlib.sha256(content + name.encode()).digest() * (size // 32)
                ending = "bin" if name == cases.SHA else "png"
                (Path(job.folder) / f"{sha256_of(made)}.{ending}").write_bytes(made)
                said = said.replace(name, sha256_of(made))
        return wire.decode(Evidence, said)


@dataclass(kw_only=True)
class Rig:
    """One daemon in one folder, with everything that was ever delivered."""

    folder: Path
    mailbox: FakeMailbox = field(default_factory=FakeMailbox)
    postman: FakePostman = field(default_factory=FakePostman)
    clock: FakeClock = field(default_factory=FakeClock)
    delivered: dict[str, bytes] = field(default_factory=dict)
    url: str = ""
    engine: Engine | None = None
    steps: Steps | None = None

    def start(self) -> None:
        """A new daemon on what the last one left behind."""
        self.end()
        self.engine = open_database(self.url or f"sqlite:///{self.folder / 'inbox.sqlite3'}")
        if not self.url:
            event.listen(self.engine, "connect", _tight)
        spool = FileSpool(self.folder / "spool")
        self.steps = Steps(
            mailbox=self.mailbox,
            spool=spool,
            store=SqlStore(self.engine),
            reader=ReadingDesk(
                work=self.folder / "work",
                spool=spool,
                reader=StandIn(program=("true",)),
                forms=KnownForms(),
                seconds=10,
                page_limit=9,
            ),
            letters=FakeLetters(),
            postman=self.postman,
            archive=FolderArchive(self.folder / "filed", spool),
            audit=AuditFile(self.folder / "audit.jsonl", self.engine, self.clock),
            clock=self.clock,
            rules=cases.rules(),
            message_limit=1 << 20,
            parallel=1,
        )

    def end(self) -> None:
        """The daemon ends; the last connection tidies up the database."""
        if self.engine is not None:
            self.engine.dispose()
            self.engine = None

    def deliver(self, count: int) -> None:
        """So many mails arrive."""
        for number in range(count):
            content = mail(number)
            self.delivered[sha256_of(content)] = content
            self.mailbox.arrive(content)

    def poll(self, **later: float) -> str:
        """One poll; the code of its trouble, or nothing. Other exceptions are the test's."""
        assert self.steps is not None
        try:
            self.steps.once()
        except InboxError as error:
            return error.code
        finally:
            self.clock.pass_time(**later)
        return ""


def _tight(connection: Any, _record: object) -> None:
    """Pages come back into the database soon, so that this write fails too."""
    connection.execute("PRAGMA wal_autocheckpoint=40")


def halves(folder: Path) -> Iterator[str]:
    """What is there half, at whatever moment the daemon is not at work."""
    for path in (folder / "spool").glob("??/*"):
        if sha256_of(path.read_bytes()) != path.name:
            yield f"half in the spool: {path.name[:12]}"
    for place in (folder / "filed").glob("*/*/[!.]*"):
        yield from _half_record(place)
    log = folder / "audit.jsonl"
    told = log.read_text("utf-8") if log.exists() else ""
    found = chain.verify(told.splitlines())
    if isinstance(found, chain.Break) or (told and not told.endswith("\n")):
        yield "the log is torn"


def _half_record(place: Path) -> Iterator[str]:
    try:
        record = json.loads((place / "record.json").read_text("utf-8"))
    except (OSError, ValueError):
        yield f"half a record: {place.name}"
        return
    named = {"original.eml": record["mail"]["sha256"], "antrag.pdf": record["dokument"]}
    for name, sha256 in named.items():
        if not (place / name).is_file() or sha256_of((place / name).read_bytes()) != sha256:
            yield f"half a record: {place.name}/{name}"


def ends(rig: Rig) -> dict[str, tuple[str, ...]]:
    """State, reasons and failure of reading of each case, by the bytes of its mail."""
    rows = _rows(rig, "SELECT c.sha256, c.state, c.reasons, e.body FROM cases c "
                      "LEFT JOIN evidence e ON e.case_number = c.number")  # fmt: skip
    found: dict[str, tuple[str, ...]] = {}
    for sha256, state, reasons, body in rows:
        failure = json.loads(body)["failure"] if body else "unread"
        found[sha256] = (state, reasons, str(failure))
    return found


def faults(rig: Rig, calm: dict[str, tuple[str, ...]] | None) -> Iterator[str]:
    """What is wrong when all should be done; `calm` is the end of a run without any fault."""
    yield from halves(rig.folder)
    found = ends(rig)
    for sha256 in rig.delivered:
        if sha256 not in found:
            yield "a mail without a case"
        elif not (rig.folder / "spool" / sha256[:2] / sha256).is_file():
            yield "a case without its bytes"
        elif calm is not None and found[sha256] != calm[sha256]:
            yield f"ended otherwise: {found[sha256]}"
        if found.get(sha256, ("",))[0] not in {state.value for state in FINAL}:
            yield f"not at its end: {found.get(sha256)}"
    # A move that was not written down is asked for again; the message lies in one folder.
    if rig.mailbox.messages or len(set(rig.mailbox.moves)) != len(rig.delivered):
        yield "not moved to one folder each"
    yield from _counts(rig)


def _counts(rig: Rig) -> Iterator[str]:
    if _rows(rig, "SELECT count(*) FROM cases") != [(len(rig.delivered),)]:
        yield "more cases than mails"
    letters = Counter(letter.message_id for letter in rig.postman.sent)
    asked = _rows(rig, "SELECT count(*) FROM cases WHERE state = 'queried'")
    if set(letters.values()) - {1} or [(len(letters),)] != asked:
        yield f"letters: {sorted(letters.values())} for {asked[0][0]} queried"
    places = [place.name for place in (rig.folder / "filed").glob("*/*/*")]
    filed = _rows(rig, "SELECT number FROM cases WHERE state = 'filed'")
    if sorted(places) != sorted(number for (number,) in filed):
        yield f"records: {places}"
    for left in (*(rig.folder / "spool" / "incoming").iterdir(), *rig.folder.glob("work/*")):
        yield f"left behind: {left.name}"
    if not rig.url and _rows(rig, "PRAGMA quick_check") != [("ok",)]:
        yield "the database is damaged"
    lines = (rig.folder / "audit.jsonl").read_text("utf-8").count("\n")
    if _rows(rig, "SELECT count(*) FROM audit") != [(lines,)]:
        yield "log and database differ"


def _rows(rig: Rig, query: str) -> list[tuple[Any, ...]]:
    if rig.url:
        engine = create_engine(rig.url, poolclass=NullPool)
        with engine.connect() as plain:
            return [tuple(row) for row in plain.execute(text(query))]
    with closing(sqlite3.connect(rig.folder / "inbox.sqlite3")) as connection:
        return connection.execute(query).fetchall()
