"""What the steps need of the world, as Protocols; edges/ has the real parts, tests the stand-ins.

Promises: values in, values out; errors are Temporary, Permanent or Defect. Touches: nothing.
Trusts: nothing. Limits: no method does more than one thing that could fail half-way.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence, RawMessage
from inbox_daemon.core.verdict import EffectKind, Known, Outcome, Query, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A message as the server lists it, before its body is loaded. `size` may lie."""

    uidvalidity: int
    uid: int
    size: int
    received_at: datetime


class MailboxView(Protocol):
    """An open mailbox, read-only (EXAMINE)."""

    uidvalidity: int

    def listed(self, *, unless: Callable[[int], bool]) -> Iterator[Listed]:
        """All messages but those whose UID is known, in the order of arrival."""

    def body(self, uid: int, *, limit: int) -> Iterator[bytes]:
        """The raw bytes in pieces, at most `limit` in all; nothing where the message is gone."""

    def head(self, uid: int, *, limit: int) -> bytes:
        """The header alone, cut to `limit` bytes."""


class Mailbox(Protocol):
    """The mailbox on the server."""

    name: str

    def examine(self) -> AbstractContextManager[MailboxView]:
        """The mailbox opened read-only; nothing on the server changes."""

    def move(self, *, uidvalidity: int, uid: int, folder: str) -> Outcome:
        """One UID MOVE. DONE also when the message is no longer there."""


class Spool(Protocol):
    """Bytes by their SHA-256, written once, never changed."""

    def put(self, pieces: Iterable[bytes]) -> tuple[str, int]:
        """Stores the bytes safely; the SHA-256 and the size."""

    def adopt(self, sha256: str, path: Path) -> None:
        """Takes in a file whose hash was verified."""

    def path(self, sha256: str) -> Path:
        """Where the bytes lie. Raises Defect when they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A message on its way, as the store knows it; `order` grows with the taking in."""

    number: str
    order: int
    raw: RawMessage
    state: State
    changed_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter as it goes out. `message_id` is fixed once and for ever."""

    message_id: str
    recipient: str
    subject: str
    body: str
    in_reply_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An effect that was decided and is not done. `payload` is JSON for its edge."""

    number: int
    case: str
    kind: EffectKind
    payload: str
    attempted: bool
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """An effect of a verdict, to be stored with it; the last two fields only for a letter."""

    kind: EffectKind
    payload: str
    letter_id: str | None = None
    recipient: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict and what follows; `concerns` is (AGS, programme) where the sender proved them."""

    verdict: Verdict
    effects: tuple[Effect, ...]
    concerns: tuple[str, str] | None


class Reader(Protocol):
    """Reads spooled bytes in a caged child process; always answers."""

    def read(self, sha256: str, *, rules: Ruleset) -> Evidence:
        """What was seen in this mail, its parts and crops now in the spool; or a `failure`."""


class Postman(Protocol):
    """Sends a letter by SMTP."""

    def send(self, letter: Letter, *, before_data: Callable[[], None]) -> Outcome:
        """`before_data` is called (and must return) right before the content is handed over."""


class Archive(Protocol):
    """The folder of filed records."""

    def file(
        self, case: str, *, folder: str, record: str, parts: tuple[tuple[str, str], ...]
    ) -> None:
        """Writes `record.json` and copies of the spool's `(name, sha256)` parts; repeatable."""


class AuditLog(Protocol):
    """The log file that auditors read."""

    def catch_up(self) -> int:
        """Appends every committed entry that is not yet in the file; how many."""


class LetterWriter(Protocol):
    """Writes the letter of a query."""

    def query(self, case: "Case", query: Query, rules: Ruleset) -> "Letter":
        """The letter, with its Message-ID for ever."""


class Clock(Protocol):
    """The only source of now."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""


class Store(Protocol):
    """The database: one transaction a call; each state change with its audit entry."""

    def knows(self, mailbox: str, uidvalidity: int, uid: int) -> bool:
        """Whether this place on the server was taken in."""

    def add(self, raw: RawMessage, *, at: datetime, failure: str | None) -> str:
        """A new case in `fetched`, or the old one re-located; its number."""

    def cases(self, state: State) -> tuple[Case, ...]:
        """All cases in this state, oldest first."""

    def begin_reading(self, case: str, *, at: datetime) -> int:
        """Counts and commits the attempt before anything is parsed; the count."""

    def forget_attempt(self, case: str) -> None:
        """Takes back a counted attempt: the machine was at fault, not the message."""

    def save_evidence(self, case: str, evidence: Evidence, *, at: datetime) -> None:
        """Fetched → read."""

    def save_verdict(
        self,
        case: str,
        *,
        at: datetime,
        rules: Ruleset,
        decided: Callable[[Case, Evidence, Known], Decision],
    ) -> Verdict:
        """Read → decided; `decided` is asked inside the transaction that stores its answer."""

    def pending(self, *, at: datetime) -> tuple[Pending, ...]:
        """The effects that are due, in order."""

    def location(self, case: str) -> Case:
        """The case with its place on the server."""

    def mark_attempted(self, effect: int, *, at: datetime) -> None:
        """Commits that the letter is about to leave."""

    def has_newer_record(self, case: str) -> bool:
        """Whether the Kreis has a valid record that came after this case's letter was written."""

    def finish(
        self,
        effect: int,
        outcome: Outcome,
        *,
        at: datetime,
        state: State | None,
        reasons: tuple[str, ...] = (),
    ) -> None:
        """What came of the effect, and the state to which the case goes by it."""

    def flag(self, case: str, *, at: datetime, kind: str, reasons: tuple[str, ...]) -> None:
        """Any state → flagged, for what no verdict foresaw."""
