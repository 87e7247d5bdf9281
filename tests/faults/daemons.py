"""Real daemons as processes on a scripted mailbox, and what is to be seen of them from outside.

Promises: each place has its own mailbox, SMTP sink, configuration and state folder; orphans of a
daemon come to us and are counted. Touches: processes, loopback, a folder. Trusts: tests/peers.
Limits: a place has one mailbox, but may have several state folders (several machines).
"""

import ctypes
import email
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from samples.demo import Sample, samples
from samples.servers import Sink, smtp_sink, write_config
from tests.fakes import sha256_of
from tests.faults.diskrig import halves
from tests.peers.imap import PASSWORD, USER, Message, Peer, serving

PROJECT = Path(__file__).parents[2]
SUBREAPER = 36  # prctl(2): PR_SET_CHILD_SUBREAPER
# A record, a letter, a case for a person, and one to note: what a small run needs.
FEW = ("01-", "24-", "27-", "28-")


@dataclass(kw_only=True)
class Place:
    """A mailbox, a sink and the daemons that work on them."""

    peer: Peer
    sink: Sink
    folder: Path
    config: Path
    delivered: Counter[str] = field(default_factory=Counter)

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.folder / "state"

    def deliver(self, sample: Sample) -> None:
        """The sample arrives."""
        self.delivered[sha256_of(sample.mail)] += 1
        self.peer.put(Message(content=sample.mail, at=sample.received_at))

    def machine(self, name: str, *, database_url: str) -> Path:
        """The configuration of one more machine with the same mailbox and this database."""
        state = self.folder / name
        state.mkdir(exist_ok=True)
        (state / "imap-password").write_text(PASSWORD, encoding="utf-8")
        text = self.config.read_text("utf-8").replace(str(self.state), str(state))
        config = self.folder / f"{name}.toml"
        config.write_text(f'database_url = "{database_url}"\n{text}', encoding="utf-8")
        return config

    def start(self, *words: str, config: Path | None = None) -> "Running":
        """A daemon's process; what it says is kept."""
        said = self.folder / f"said-{time.monotonic_ns()}"
        command = [sys.executable, "-m", "inbox_daemon", *words, "--config"]
        with said.open("wb") as file:
            process = subprocess.Popen(
                [*command, str(config or self.config)],
                cwd=PROJECT,
                stdout=subprocess.DEVNULL,
                stderr=file,
                start_new_session=True,
            )
        return Running(process, said)

    def rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """What stands in the database of the first machine; nothing where there is none yet."""
        path = self.state / "inbox.sqlite3"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            try:
                return connection.execute(query, values).fetchall()
            except sqlite3.OperationalError:
                return []  # killed before the tables were made

    def blamed(self) -> list[tuple[str, int]]:
        """Mails that are counted as having taken a daemon with them, with the count."""
        return self.rows("SELECT number, attempts FROM cases WHERE state='fetched' AND attempts>0")

    def faults(self) -> Iterator[str]:
        """What is wrong when all should be done."""
        yield from halves(self.state)
        yield from self._counts()
        if self.rows("PRAGMA quick_check") != [("ok",)]:
            yield "the database is damaged"
        verified = self.start("audit", "verify")
        if verified.process.wait() != 0:
            yield f"audit verify: {verified.words}"

    def _counts(self) -> Iterator[str]:
        cases = Counter(dict(self.rows("SELECT sha256, count(*) FROM cases GROUP BY sha256")))
        if cases != self.delivered:
            yield f"{cases.total()} cases for {self.delivered.total()} mails"
        unfinished = self.rows(
            "SELECT number, state FROM cases WHERE state IN ('fetched', 'read', 'decided')"
        )
        yield from (f"not at its end: {number} {state}" for number, state in unfinished)
        letters = Counter(
            str(email.message_from_bytes(letter)["Message-ID"]) for letter in self.sink.letters()
        )
        if any(count > 1 for count in letters.values()):
            yield "answered twice"
        queried = self.rows("SELECT count(*) FROM cases WHERE state='queried'")
        if queried != [(len(letters),)] and not self.rows(
            "SELECT 1 FROM cases WHERE reasons LIKE '%versand-unklar%'"
        ):
            yield f"{len(letters)} letters for {queried} queried"
        places = sorted(place.name for place in (self.state / "filed").glob("*/*/*"))
        filed = sorted(n for (n,) in self.rows("SELECT number FROM cases WHERE state='filed'"))
        if places != filed:
            yield f"records {places}, filed {filed}"


@dataclass(frozen=True)
class Running:
    """A process and what it says on standard error."""

    process: subprocess.Popen[bytes]
    said: Path

    @property
    def words(self) -> str:
        """All it said so far."""
        return self.said.read_text("utf-8", "replace")

    def terminate(self, *, within: float = 150) -> tuple[int, float]:
        """SIGTERM; the exit code, and the seconds it took. Killed, and None, where it is late."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        return code, time.monotonic() - began


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    """A new place; its servers end with the context."""
    folder.mkdir(parents=True, exist_ok=True)
    with serving(Peer()) as peer, smtp_sink(folder / "letters") as (sink, port):
        config = write_config(folder, imap_port=peer.port, smtp_port=port, rules=PROJECT / "rules")
        lines = config.read_text("utf-8").splitlines()
        lines = [f'user = "{USER}"' if line.startswith("user =") else line for line in lines]
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "state" / "imap-password").write_text(PASSWORD, encoding="utf-8")
        yield Place(peer=peer, sink=sink, folder=folder, config=config)


def few() -> list[Sample]:
    """Some samples of different ends."""
    return [sample for sample in samples() if sample.folder.name.startswith(FEW)]


def adopt_orphans() -> None:
    """From now on what a dead daemon leaves behind becomes our child."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def orphans(*, patience: float = 5.0) -> list[str]:
    """Processes that outlive their daemon by this time; the reaped ones are gone."""
    deadline = time.monotonic() + patience
    while (left := _children()) and time.monotonic() < deadline:
        for pid in left:
            os.waitpid(pid, os.WNOHANG)
        time.sleep(0.05)
    return [Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in left]


def _children() -> list[int]:
    """Our children; only to be asked where no process of ours is awaited elsewhere."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in listed.read_text().split()]
