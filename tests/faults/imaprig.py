"""Our steps on a scripted IMAP server, and a judge that looks from outside.

Promises: the real mailbox code, store and spool; reader, relay and clock are stand-ins. The judge
sees folders, cases, spooled bytes, records and letters. Touches: a folder, loopback.
Trusts: tests/peers. Limits: one thread of the daemon.
"""

import contextlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine, event

from inbox_daemon.core.errors import InboxError
from inbox_daemon.core.mailtext import message_id_in
from inbox_daemon.core.states import FINAL
from inbox_daemon.core.values import Evidence
from inbox_daemon.edges.database import migrate, open_database
from inbox_daemon.edges.login import Login
from inbox_daemon.edges.mailbox import Account, ImapMailbox
from inbox_daemon.edges.records import Records
from inbox_daemon.edges.spool import FileSpool
from inbox_daemon.edges.store import SqlStore
from inbox_daemon.steps import Steps
from tests.core import cases
from tests.fakes import (
    FakeArchive,
    FakeAudit,
    FakeClock,
    FakeLetters,
    FakePostman,
    FakeReader,
    sha256_of,
)
from tests.peers.imap import PASSWORD, Message, Peer, serving

KINDS: tuple[Evidence, ...] = (
    cases.good_evidence(),
    cases.of_document(signature=cases.absent()),
    cases.of_document(amount=cases.unreadable()),
    cases.without_document(automatic=("auto-submitted",)),
)
WAIT_S = 5.0


def eml(number: int, *, size: int = 600) -> bytes:
    """A mail with its own Message-ID, of about this size."""
    head = f"Message-ID: <{number}@kreis.example>\r\nSubject: Antrag {number}\r\n\r\n".encode()
    line = b"0123456789" * 6 + b"\r\n"
    return head + line * max(1, (size - len(head)) // len(line))


@dataclass(kw_only=True)
class Rig:
    """One mailbox, one daemon, and everything that was ever delivered."""

    peer: Peer
    steps: Steps
    mailbox: ImapMailbox
    store: SqlStore
    records: Records
    reader: FakeReader
    archive: FakeArchive
    postman: FakePostman
    clock: FakeClock
    delivered: list[bytes] = field(default_factory=list)

    def deliver(self, content: bytes, kind: int = 2) -> int:
        """A mail arrives in which the reader sees this kind; its UID."""
        self.reader.sees[sha256_of(content)] = KINDS[kind % len(KINDS)]
        self.delivered.append(content)
        return self.peer.put(Message(content=content))

    def poll(self) -> str:
        """One poll and what follows; the code of its trouble, or nothing."""
        try:
            self.steps.once()
        except InboxError as error:
            return error.code
        finally:
            self.clock.pass_time(hours=2)
        return ""

    def faults(self, *, copies: int = 1) -> list[str]:
        """What is wrong now, seen from outside; `copies` of a mail may lie on the server."""
        found = [*self._halves(), *self._doubles()]
        there, came = Counter(self.peer.all_contents()), Counter(self.delivered)
        if set(came) - set(there):
            found.append("lost on the server")
        if any(there[content] > count * copies for content, count in came.items()):
            found.append("twice on the server")
        return found

    def _halves(self) -> Iterator[str]:
        whole = set(self.reader.sees)
        for line in self.records.cases():
            evidence = self.records.evidence(line.number)
            if line.sha256 not in whole and (evidence is None or evidence.failure is None):
                yield f"{line.number} holds other bytes"

    def _doubles(self) -> Iterator[str]:
        lines = self.records.cases()
        firsts = Counter(line.sha256 for line in lines if line.duplicate_of is None)
        if any(count > 1 for count in firsts.values()):
            yield "two cases for one mail"
        filed = Counter(
            dict(parts)["original.eml"] for _, _, parts in self.archive.records.values()
        )
        if any(count > 1 for count in filed.values()) or self.archive.filings > len(filed):
            yield "filed twice"
        letters = Counter(letter.in_reply_to for letter in self.postman.sent)
        if any(count > 1 for count in letters.values()):
            yield "answered twice"

    def open_ends(self) -> list[str]:
        """What is left over when all should be done."""
        found = [f"{line.number}: {line.state}" for line in self.records.cases()
                 if line.state not in FINAL]  # fmt: skip
        known = {line.message_id for line in self.records.cases()}
        found += [
            "no case" for content in set(self.delivered) if message_id_in(content) not in known
        ]
        found += ["still in the inbox"] * self.peer.waiting()
        return found


@contextmanager
def rigs() -> Iterator["Maker"]:
    """Makes rigs in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="imap-faults-") as folder:
        empty = Path(folder) / "empty.sqlite3"
        engine = open_database(f"sqlite:///{empty}")
        migrate(engine)
        engine.dispose()
        yield Maker(folder=Path(folder), empty=empty)


def _hurry(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@dataclass
class Maker:
    """Where rigs are made."""

    folder: Path
    empty: Path
    made: int = 0

    @contextmanager
    def rig(self, peer: Peer | None = None, *, parent: str = "") -> Iterator[Rig]:
        """A new daemon on a new mailbox; a peer that has a port is listening already."""
        self.made += 1
        place = self.folder / str(self.made)
        place.mkdir()
        shutil.copy(self.empty, place / "inbox.sqlite3")
        engine = open_database(f"sqlite:///{place / 'inbox.sqlite3'}")
        event.listen(engine, "connect", _hurry)
        listening = nullcontext(peer) if peer and peer.port else serving(peer or Peer())
        with listening as server, structlog.testing.capture_logs():
            try:
                yield built(server, engine, place, parent=parent)
            finally:
                engine.dispose()
                with contextlib.suppress(OSError):
                    shutil.rmtree(place)


def mailbox_on(peer: Peer, *, password: str = PASSWORD, **more: Any) -> ImapMailbox:
    """Our mailbox on this peer."""
    account = Account(
        host="127.0.0.1",
        port=peer.port,
        tls=False,
        user=peer.user,
        **{"folder": "INBOX", "timeout_s": WAIT_S, **more},
    )
    return ImapMailbox(account, Login(peer.user, lambda: password))


def built(peer: Peer, engine: Engine, place: Path, *, parent: str) -> Rig:
    """The daemon's parts around the mailbox."""
    store, mailbox = SqlStore(engine), mailbox_on(peer, parent=parent)
    reader, archive, postman, clock = FakeReader(), FakeArchive(), FakePostman(), FakeClock()
    steps = Steps(
        mailbox=mailbox,
        spool=FileSpool(place / "spool", floor_bytes=0),
        store=store,
        reader=reader,
        letters=FakeLetters(),
        postman=postman,
        archive=archive,
        audit=FakeAudit(),
        clock=clock,
        rules=cases.rules(),
        message_limit=1 << 20,
        parallel=1,
    )
    return Rig(
        peer=peer,
        steps=steps,
        mailbox=mailbox,
        store=store,
        records=Records(engine),
        reader=reader,
        archive=archive,
        postman=postman,
        clock=clock,
    )
