"""Server → `fetched`: every message that the server lists gets its row in the ledger and its case.

Promises: bytes safe in the spool, then the row, and nothing on the server; a try is counted before
the body is asked for, and what cannot be loaded goes to a person, so that nothing blocks for ever.
Touches: only its ports. Trusts: nobody; a message counts as gone when two answers say so.
Limits: repairs no difference between server and ledger, it tells of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import structlog

from inbox_daemon.core.errors import Defect, InboxError, Temporary
from inbox_daemon.core.values import RawMessage
from inbox_daemon.core.wording import FOLDERS
from inbox_daemon.ports import (
    Abgleich,
    Clock,
    Listed,
    Mailbox,
    MailboxView,
    Place,
    Postfachbuch,
    Spool,
    Store,
)

log = structlog.get_logger()

HEAD_LIMIT = 100 * 1024
# So many messages in a row that cannot be loaded now mean that the server is in trouble.
MOST_TROUBLES = 3
# After so many begun tries a message goes to a person with its header, then without it.
MOST_TAKINGS = 5
# The connection is gone: whatever comes next would only be blamed for it.
LOST = "imap-verbindung"
# Troubles of the server or the message; any other Temporary is this machine's own.
BLAMED = (LOST, "imap")
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Taking in, and once a day the reconciliation."""

    mailbox: Mailbox
    spool: Spool
    store: Store
    clock: Clock
    message_limit: int
    stopping: Callable[[], bool] = lambda: False

    @property
    def book(self) -> Postfachbuch:
        """The mailbox ledger."""
        return self.store.book

    def fetch(self) -> int:
        """Takes in what is new; how many. Raises the last trouble, after all others had a try."""
        try:
            with self.mailbox.examine() as view:
                return self._fetch(view)
        finally:
            self.book.note_login(self.mailbox.name, self.mailbox.refusals, at=self.clock.now())

    def _fetch(self, view: MailboxView) -> int:
        new, troubles = 0, 0
        broken: InboxError | None = None
        for listed in self._listed(view):
            if self.stopping():
                break
            try:
                new += self._take_in(view, listed)
                troubles = 0
            except Exception as error:  # noqa: BLE001  one message never stops the rest
                log.warning("message.refused", uid=listed.uid, error=type(error).__name__)
                broken = Defect(f"taking in: {type(error).__name__}")
                broken = error if isinstance(error, InboxError) else broken
                troubles += isinstance(error, Temporary)
                if broken.code == LOST or troubles >= MOST_TROUBLES:
                    break
        if broken is not None:
            raise broken
        return new

    def _listed(self, view: MailboxView) -> Iterator[Listed]:
        """What is to be taken in: untried first, so that a bad one is last, then by arrival."""
        tries = self.book.opened(
            self.mailbox.name, view.uidvalidity, view.uids(), at=self.clock.now()
        )
        return view.listed(sorted(tries, key=lambda uid: (tries[uid], uid)))

    def _take_in(self, view: MailboxView, listed: Listed) -> bool:
        place = self._place(listed)
        tries = self.book.begin(place, at=self.clock.now())
        if tries > MOST_TAKINGS + 1:
            return self._keep(listed, b"", failure="nicht-abrufbar")
        if tries > MOST_TAKINGS:
            if not view.present(listed.uid):
                return self._without_content(view, listed)
            return self._keep(listed, self._head_of_bad(view, listed), failure="nicht-abrufbar")
        try:
            return self._load(view, listed)
        except Temporary as error:
            if error.code not in BLAMED:
                self.book.forget(place)
            raise

    def _load(self, view: MailboxView, listed: Listed) -> bool:
        if listed.size > self.message_limit and listed.received_at is not None:
            head = view.head(listed.uid, limit=HEAD_LIMIT)
            if head:
                return self._keep(listed, head, failure="zu-gross")
        start: list[bytes] = []
        pieces = _noting(start, view.body(listed.uid, limit=self.message_limit + 1))
        sha256, size = self.spool.put(pieces)
        if size == 0 or listed.received_at is None:
            return self._without_content(view, listed)
        too_large = size > self.message_limit
        return self._add(listed, (sha256, size), start[0], "zu-gross" if too_large else None)

    def _without_content(self, view: MailboxView, listed: Listed) -> bool:
        """A message that vanished, or one that the server lists and does not give (Exchange)."""
        if view.present(listed.uid):
            log.warning("message.empty", uid=listed.uid)
        else:
            log.warning("message.gone", uid=listed.uid)
            self.book.gone(self._place(listed), at=self.clock.now())
        return False

    def _head_of_bad(self, view: MailboxView, listed: Listed) -> bytes:
        try:
            return view.head(listed.uid, limit=HEAD_LIMIT)
        except InboxError as error:
            if error.code == LOST:
                raise
            return b""

    def _keep(self, listed: Listed, head: bytes, *, failure: str) -> bool:
        return self._add(listed, self.spool.put(iter([head])), head, failure)

    def _add(self, listed: Listed, kept: tuple[str, int], head: bytes, failure: str | None) -> bool:
        now = self.clock.now()
        sha256, size = kept
        raw = RawMessage(
            mailbox=self.mailbox.name,
            uidvalidity=listed.uidvalidity,
            uid=listed.uid,
            received_at=listed.received_at or now,
            size=size if failure is None else max(size, listed.size),
            sha256=sha256,
            message_id=message_id_in(head),
        )
        case = self.store.add(raw, at=now, failure=failure)
        log.info("message.fetched", case=case, uid=listed.uid, size=size, failure=failure)
        return True

    def _place(self, listed: Listed) -> Place:
        return Place(mailbox=self.mailbox.name, uidvalidity=listed.uidvalidity, uid=listed.uid)

    def is_due(self) -> bool:
        """Whether the last reconciliation is a day old, or the clock stood back since."""
        last = self.book.compared_at(self.mailbox.name)
        return last is None or not timedelta() <= self.clock.now() - last < DAY

    def reconcile(self) -> Abgleich:
        """Puts server and ledger side by side; stores and tells what does not agree."""
        with self.mailbox.examine() as view:
            validity = view.uidvalidity
            seen = {listed.uid: listed.received_at for listed in view.listed(view.uids())}
        found = self.book.compared(
            self.mailbox.name,
            validity,
            seen,
            folders=self.mailbox.counts(tuple(dict.fromkeys(FOLDERS.values()))),
            at=self.clock.now(),
        )
        tell = log.warning if found.differences else log.info
        tell("mailbox.compared", server=found.server, known=found.known, surplus=found.surplus)
        return found


def _noting(start: list[bytes], pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces; the first, in which the header stands, is noted on its way to the spool."""
    for piece in pieces:
        if not start:
            start.append(piece[:HEAD_LIMIT])
        yield piece


def message_id_in(head: bytes) -> str:
    """The Message-ID as it stands in the header, cut to 250 characters; empty where none is.

    Only a look for the ledger and for In-Reply-To; the mail itself is parsed in the child.
    """
    unfolded = head.replace(b"\r\n", b"\n").replace(b"\n ", b" ").replace(b"\n\t", b" ")
    for line in unfolded.split(b"\n"):
        if not line:
            break
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"message-id":
            text = value.strip().decode("ascii", "ignore")
            clean = "".join(c for c in text if c.isprintable())[:250]
            return clean if clean.startswith("<") and clean.endswith(">") else ""
    return ""
