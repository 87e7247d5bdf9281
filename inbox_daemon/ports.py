"""What the steps need of the world, as Protocols; edges/ has the real parts, tests the stand-ins.

Promises: values in, values out; errors are Temporary, Permanent or Defect. Touches: nothing.
Trusts: nothing. Limits: no method does more than one thing that could fail half-way.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from inbox_daemon.core.anmeldung import Begun
from inbox_daemon.core.mailkind import Mailart
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.returns import Answer
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence, RawMessage
from inbox_daemon.core.verdict import EffectKind, Known, Outcome, Query, Verdict
from inbox_daemon.core.vorgang import Earlier


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A message as the server lists it, before its body is loaded. `size` may lie.

    Without `received_at` the server gave no usable answer for this message.
    """

    uidvalidity: int
    uid: int
    size: int
    received_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message lies; a UID means nothing without its UIDVALIDITY (RFC 3501 2.3.1.1)."""

    mailbox: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Abgleich:
    """Server and ledger side by side. `known` should be on the server and `server` is there.

    `missing` are UIDs (at most 50) that lie there and are in no row of the ledger, or whose time
    of receipt is another; `surplus` counts what should lie there and does not; `fresh` came in
    since the last poll. `folders` are (name, on the server, moved there by us).
    """

    at: datetime
    server: int
    known: int
    missing: tuple[int, ...]
    surplus: int
    fresh: int
    folders: tuple[tuple[str, int, int], ...]

    @property
    def differences(self) -> tuple[object, ...]:
        """What does not agree; empty when all does."""
        folders = tuple(found for found in self.folders if found[1] != found[2])
        odd = (self.missing, self.surplus, folders)
        return odd if any(odd) else ()


class MailboxView(Protocol):
    """An open mailbox, read-only (EXAMINE)."""

    uidvalidity: int

    def uids(self) -> tuple[int, ...]:
        """The UIDs of all messages, ascending, which is the order of arrival."""

    def listed(self, uids: Sequence[int]) -> Iterator[Listed]:
        """Each of these messages, in this order."""

    def present(self, uid: int) -> bool:
        """Whether the message is still there."""

    def body(self, uid: int, *, limit: int) -> Iterator[bytes]:
        """The raw bytes in pieces, at most `limit` in all; nothing where the message is gone."""

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Whole small messages in one answer. A UID that is not in it is to be asked for alone."""

    def head(self, uid: int, *, limit: int) -> bytes:
        """The header alone, cut to `limit` bytes."""


class Mailbox(Protocol):
    """The mailbox on the server; `name` is the key of its places."""

    name: str

    @property
    def refusals(self) -> int:
        """How often the server refused the present password."""

    def counts(self, folders: Sequence[str]) -> dict[str, int]:
        """Messages in each of our target folders."""

    def examine(self) -> AbstractContextManager[MailboxView]:
        """The mailbox opened read-only; nothing on the server changes."""

    def move(self, *, uidvalidity: int, uid: int, folder: str, message_id: str) -> Outcome:
        """One UID MOVE. UNKNOWN: it is not there, or another is; GIVEN_UP: it cannot be moved."""


class Spool(Protocol):
    """Bytes by their SHA-256, written once, never changed."""

    def demand_space(self) -> None:
        """Raises Temporary (`platz`) where the disk has less room than is to be kept free."""

    def put(self, pieces: Iterable[bytes]) -> tuple[str, int]:
        """Stores the bytes safely; the SHA-256 and the size."""

    def put_all(self, contents: Sequence[bytes]) -> tuple[str, ...]:
        """Stores several safely; their SHA-256 in the same order."""

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
    """An effect of a verdict, to be stored with it; the last three fields only for a letter."""

    kind: EffectKind
    payload: str
    letter_id: str | None = None
    recipient: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict and what follows; `concerns` is (AGS, programme) where the sender proved them.

    `answer` is what this mail is to a letter of ours; `stops_letters` throws the switch. `art` is
    the kind of the mail and `belongs_to` the case to which it is joined; a person decides neither.
    """

    verdict: Verdict
    effects: tuple[Effect, ...]
    concerns: tuple[str, str] | None
    answer: Answer | None = None
    stops_letters: bool = False
    art: Mailart | None = None
    belongs_to: Earlier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of handing a letter over; `reply` is command and codes, e.g. "RCPT 550 5.1.1"."""

    outcome: Outcome
    reply: str = ""


class Reader(Protocol):
    """Reads spooled bytes in a caged child process; always answers."""

    def read(self, sha256: str, *, rules: Ruleset) -> Evidence:
        """What was seen in this mail, its parts and crops now in the spool; or a `failure`."""


class Postman(Protocol):
    """Sends a letter by SMTP."""

    def send(self, letter: Letter, *, before_data: Callable[[], None]) -> Sent:
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


class Anbieter(Protocol):
    """Who signs people in for us: an OpenID provider."""

    def begin(self) -> Begun:
        """Where to send the browser. Raises Temporary or Refused."""

    def finish(self, begun: Begun, answer: Mapping[str, str], *, now: datetime) -> str:
        """The name of the person who came back. Raises Temporary or Refused (with `warum`)."""


class Postfachbuch(Protocol):
    """The mailbox ledger: every UID ever seen has one row; one transaction a call."""

    def opened(
        self, mailbox: str, uidvalidity: int, seen: Collection[int], *, at: datetime
    ) -> dict[int, int]:
        """Enters what was seen, closes what is gone; the UIDs to be taken in, with their tries."""

    def begin(self, places: Sequence[Place]) -> tuple[int, ...]:
        """Counts and commits a try of each before its body is asked for; the counts."""

    def forget(self, places: Sequence[Place]) -> None:
        """Takes back a counted try of each: we were at fault, not the message."""

    def gone(self, place: Place, *, at: datetime) -> None:
        """The outcome of a message that vanished before we had it."""

    def compared(
        self,
        mailbox: str,
        uidvalidity: int,
        seen: Mapping[int, datetime | None],
        *,
        folders: Mapping[str, int],
        at: datetime,
    ) -> Abgleich:
        """The reconciliation with what the server lists now, stored; told to the log if new."""

    def compared_at(self, mailbox: str) -> datetime | None:
        """When the last reconciliation was."""

    def note_login(self, mailbox: str, refusals: int, *, at: datetime) -> None:
        """Stores how often the present password was refused, where that changed."""


class Store(Protocol):
    """The database: one transaction a call; each state change with its audit entry."""

    book: Postfachbuch

    def add(self, raw: RawMessage, *, at: datetime, failure: str | None) -> str:
        """A new case in `fetched`, or the old one re-located; its number."""

    def add_all(self, raws: Sequence[RawMessage], *, at: datetime) -> tuple[str, ...]:
        """The same for several messages without failure, in one transaction; their numbers."""

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

    def is_open(self, effect: int) -> bool:
        """Whether this effect is still to be done."""

    def location(self, case: str) -> Case:
        """The case with its place on the server."""

    def mark_attempted(self, effect: int, *, at: datetime) -> None:
        """Commits that the letter is about to leave. Raises Temporary when letters are stopped."""

    def why_too_late(self, case: str, *, at: datetime) -> str | None:
        """Why the letter of this case should not leave as it was decided (a code), or None."""

    def letters_stopped(self) -> bool:
        """Whether no letter may leave for now."""

    def finish(
        self,
        effect: int,
        outcome: Outcome,
        *,
        at: datetime,
        state: State | None,
        reasons: tuple[str, ...] = (),
        reply: str = "",
    ) -> None:
        """What came of the effect, and the state to which the case goes by it.

        `reply` is the relay's last answer to a letter: command and codes.
        """

    def flag(
        self,
        case: str,
        *,
        at: datetime,
        kind: str,
        reasons: tuple[str, ...],
        broke: int | None = None,
    ) -> None:
        """Any state → flagged, for what no verdict foresaw; `broke` is the effect that did."""
