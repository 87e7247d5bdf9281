"""In-memory stand-ins for the ports of the steps; mypy proves at the end that they fit.

Promises: each does what its Protocol says, and fails when a test tells it to. Touches: nothing.
Trusts: the test. Limits: the store has no stand-in, the real one on SQLite is fast enough.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inbox_daemon.core.errors import Defect, Temporary
from inbox_daemon.core.mailtext import message_id_in
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import Outcome, Query
from inbox_daemon.ports import (
    Archive,
    AuditLog,
    Case,
    Clock,
    Letter,
    LetterWriter,
    Listed,
    Mailbox,
    MailboxView,
    Postman,
    Reader,
    Sent,
    Spool,
)

ARRIVED = datetime(2022, 7, 11, 8, 30, tzinfo=UTC)


def sha256_of(content: bytes) -> str:
    """The hash by which the spool knows the bytes."""
    return hashlib.sha256(content).hexdigest()


@dataclass(kw_only=True)
class FakeMessage:
    """A message on the server. `claimed_size` is what the server says where that is a lie."""

    content: bytes
    received_at: datetime = ARRIVED
    claimed_size: int | None = None
    gone: bool = False
    empty: bool = False
    error: Exception | None = None
    unlistable: bool = False

    @property
    def head(self) -> bytes:
        """The header with the empty line after it."""
        return self.content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


@dataclass(kw_only=True)
class FakeView:
    """The open folder; its messages are those of the mailbox."""

    uidvalidity: int
    messages: dict[int, FakeMessage]

    def uids(self) -> tuple[int, ...]:
        """All UIDs, ascending."""
        return tuple(sorted(self.messages))

    def listed(self, uids: Sequence[int]) -> Iterator[Listed]:
        """Each of these messages; one that is `unlistable` takes the line with it."""
        if any(self.messages[uid].unlistable for uid in uids):
            raise Temporary("cut", code="imap-verbindung")
        for uid in uids:
            message = self.messages[uid]
            size = len(message.content)
            yield Listed(
                uidvalidity=self.uidvalidity,
                uid=uid,
                size=size if message.claimed_size is None else message.claimed_size,
                received_at=message.received_at,
            )

    def present(self, uid: int) -> bool:
        """Whether it is still there; `gone` is a message that vanished after it was listed."""
        return uid in self.messages and not self.messages[uid].gone

    def body(self, uid: int, *, limit: int) -> Iterator[bytes]:
        """The bytes in small pieces."""
        message = self.messages[uid]
        if message.error is not None:
            raise message.error
        content = b"" if message.gone or message.empty else message.content[:limit]
        for start in range(0, len(content), 64):
            yield content[start : start + 64]

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Those that the server has whole; the first trouble is the trouble of all."""
        asked = {uid: self.messages[uid] for uid in uids}
        for message in asked.values():
            if message.error is not None:
                raise message.error
        whole = {uid: m.content for uid, m in asked.items() if not (m.gone or m.empty)}
        return {u: c for u, c in whole.items() if len(c) >= (asked[u].claimed_size or len(c))}

    def head(self, uid: int, *, limit: int) -> bytes:
        """The header alone."""
        message = self.messages[uid]
        return b"" if message.gone else message.head[:limit]


@dataclass(kw_only=True)
class FakeMailbox:
    """A folder on the server. `answers` are given to moves, one each, then DONE."""

    name: str = "INBOX"
    uidvalidity: int = 7
    messages: dict[int, FakeMessage] = field(default_factory=dict)
    away: Exception | None = None
    answers: list[Outcome | Exception] = field(default_factory=list)
    moves: list[tuple[int, str]] = field(default_factory=list)
    tried: int = 0
    last_uid: int = 0
    refusals: int = 0

    def arrive(self, content: bytes, **traits: object) -> int:
        """One more message; its UID, which no other had before (RFC 3501 2.3.1.1)."""
        self.last_uid = uid = self.last_uid + 1
        message = FakeMessage(content=content)
        for name, value in traits.items():
            setattr(message, name, value)
        self.messages[uid] = message
        return uid

    @contextmanager
    def examine(self) -> Iterator[MailboxView]:
        """The folder, or the error that the test wants."""
        if self.away is not None:
            raise self.away
        yield FakeView(uidvalidity=self.uidvalidity, messages=self.messages)

    def counts(self, folders: Sequence[str]) -> dict[str, int]:
        """What was moved to each folder."""
        return {name: sum(folder == name for _, folder in self.moves) for name in folders}

    def move(self, *, uidvalidity: int, uid: int, folder: str, message_id: str) -> Outcome:
        """Moves, unless an answer is left that says otherwise."""
        self.tried += 1
        answer = self.answers.pop(0) if self.answers else Outcome.DONE
        if isinstance(answer, Exception):
            raise answer
        if uidvalidity != self.uidvalidity:
            return Outcome.RETRY_LATER
        there = self.messages.get(uid)
        if there is None or message_id not in {"", message_id_in(there.content)}:
            return Outcome.UNKNOWN
        if answer is Outcome.DONE:
            del self.messages[uid]
            self.moves.append((uid, folder))
        return answer


@dataclass(kw_only=True)
class FakeSpool:
    """Bytes by their hash. Its paths lead nowhere."""

    kept: dict[str, bytes] = field(default_factory=dict)
    full: Exception | None = None

    def demand_space(self) -> None:
        """The error that the test wants."""
        if self.full is not None:
            raise self.full

    def put(self, pieces: Iterable[bytes]) -> tuple[str, int]:
        """Stores the bytes."""
        content = b"".join(pieces)
        self.kept[sha256_of(content)] = content
        return sha256_of(content), len(content)

    def put_all(self, contents: Sequence[bytes]) -> tuple[str, ...]:
        """Stores the bytes."""
        return tuple(self.put([content])[0] for content in contents)

    def adopt(self, sha256: str, path: Path) -> None:
        """Takes in the file."""
        self.kept[sha256] = path.read_bytes()

    def path(self, sha256: str) -> Path:
        """A name for the bytes. Raises Defect when they are not there."""
        if sha256 not in self.kept:
            raise Defect(f"the spool has no {sha256}", code="spool")
        return Path(sha256)


@dataclass(kw_only=True)
class FakeReader:
    """Sees in a mail what the test says. An exception stands for what happens while reading."""

    sees: dict[str, Evidence | BaseException] = field(default_factory=dict)
    read_shas: list[str] = field(default_factory=list)

    def read(self, sha256: str, *, rules: Ruleset) -> Evidence:
        """What the test says."""
        assert rules.programme
        self.read_shas.append(sha256)
        seen = self.sees[sha256]
        if isinstance(seen, BaseException):
            raise seen
        return seen


@dataclass(kw_only=True)
class FakePostman:
    """Takes letters. `answers` are given one each, then DONE; `early` ones come before the data."""

    answers: list[Outcome | BaseException] = field(default_factory=list)
    early: bool = False
    sent: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter, *, before_data: Callable[[], None]) -> Sent:
        """Hands over the letter, or what the test wants to happen."""
        answer = self.answers.pop(0) if self.answers else Outcome.DONE
        if not self.early or answer is Outcome.DONE:
            before_data()
        if isinstance(answer, BaseException):
            raise answer
        if answer in {Outcome.DONE, Outcome.UNKNOWN}:
            self.sent.append(letter)
        return Sent(outcome=answer)


@dataclass(kw_only=True)
class FakeArchive:
    """The folder of records. `errors` are raised one each, before anything is filed."""

    records: dict[str, tuple[str, str, tuple[tuple[str, str], ...]]] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)
    filings: int = 0

    def file(
        self, case: str, *, folder: str, record: str, parts: tuple[tuple[str, str], ...]
    ) -> None:
        """Files, or fails as the test wants."""
        if self.errors:
            raise self.errors.pop(0)
        self.filings += 1
        self.records[case] = (folder, record, parts)


@dataclass(kw_only=True)
class FakeAudit:
    """The log file: counts how often it was brought up to date."""

    calls: int = 0

    def catch_up(self) -> int:
        """Nothing to append."""
        self.calls += 1
        return 0


@dataclass(kw_only=True)
class FakeLetters:
    """Writes a letter that says nothing, or fails."""

    error: Exception | None = None

    def query(self, case: Case, query: Query, rules: Ruleset) -> Letter:
        """The letter of this case."""
        if self.error is not None:
            raise self.error
        return Letter(
            message_id=f"<{case.number}@{rules.postfach.eigene_domains[0]}>",
            recipient=query.recipient,
            subject=case.number,
            body=",".join(query.questions),
            in_reply_to=case.raw.message_id,
        )


@dataclass(kw_only=True)
class FakeClock:
    """A clock that stands until the test moves it."""

    instant: datetime = ARRIVED + timedelta(minutes=5)

    def now(self) -> datetime:
        """The instant that the test set."""
        return self.instant

    def pass_time(self, **span: float) -> None:
        """Moves the clock on by days, hours, minutes or seconds."""
        self.instant += timedelta(**span)


_VIEW: MailboxView = FakeView(uidvalidity=1, messages={})
_MAILBOX: Mailbox = FakeMailbox()
_SPOOL: Spool = FakeSpool()
_READER: Reader = FakeReader()
_POSTMAN: Postman = FakePostman()
_ARCHIVE: Archive = FakeArchive()
_AUDIT: AuditLog = FakeAudit()
_LETTERS: LetterWriter = FakeLetters()
_CLOCK: Clock = FakeClock()
