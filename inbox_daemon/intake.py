"""Server → `fetched`: every message that the server lists gets its row in the ledger and its case.

Promises: bytes safe in the spool, then the row, and nothing on the server; a try is counted before
the body is asked for, and what cannot be loaded goes to a person, so that nothing blocks for ever.
Touches: only its ports. Trusts: nobody; a message counts as gone when two answers say so.
Limits: repairs no difference between server and ledger, it tells of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby

import structlog

from inbox_daemon.core.errors import Damaged, Defect, InboxError, Temporary
from inbox_daemon.core.mailtext import HEAD_LIMIT, message_id_in
from inbox_daemon.core.values import RawMessage
from inbox_daemon.core.wording_labels import FOLDERS
from inbox_daemon.points import Point, reached
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

# So many messages in a row that cannot be loaded now mean that the server is in trouble.
MOST_TROUBLES = 3
# After so many begun tries a message goes to a person with its header, then without it.
MOST_TAKINGS = 5
# The connection is gone: whatever comes next would only be blamed for it.
LOST = "imap-verbindung"
# Troubles of the server or the message; any other Temporary is this machine's own.
BLAMED = (LOST, "imap")
DAY = timedelta(days=1)
# So many small messages at most are loaded by one command and entered by one transaction.
GROUP, GROUP_BYTES, SMALL = 200, 8 << 20, (2 << 20) - 1
# So many are described by one command.
UIDS_A_LISTING = 200


@dataclass(frozen=True, kw_only=True)
class _Loaded:
    """A group on its way: `begun` were counted as tried, `came` go through `kept` to the spool."""

    group: tuple[Listed, ...]
    begun: tuple[Listed, ...] = ()
    came: tuple[Listed, ...] = ()
    bodies: tuple[bytes, ...] = ()
    kept: Future[tuple[str, ...]] | None = None


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Taking in, and once a day the reconciliation."""

    mailbox: Mailbox
    spool: Spool
    store: Store
    clock: Clock
    message_limit: int
    stopping: Callable[[], bool] = lambda: False
    alive: Callable[[], None] = lambda: None

    @property
    def book(self) -> Postfachbuch:
        """The mailbox ledger."""
        return self.store.book

    def fetch(self) -> int:
        """Takes in what is new; how many. Raises the last trouble, after all others had a try."""
        # A message is not counted as tried, nor the server asked, while we cannot keep it.
        self.spool.demand_space()
        try:
            with self.mailbox.examine() as view:
                return self._fetch(view)
        finally:
            self.book.note_login(self.mailbox.name, self.mailbox.refusals, at=self.clock.now())

    def _fetch(self, view: MailboxView) -> int:
        new, troubles = 0, _Troubles()
        loaded: _Loaded | None = None
        with ThreadPoolExecutor(1) as disk:
            try:
                for group in self._groups(view):
                    if self.stopping() or troubles.too_many:
                        break
                    # While the disk takes one group, the next is loaded.
                    before, loaded = loaded, self._loaded(view, group, disk, troubles)
                    new += self._entered(view, before, troubles)
                    if loaded is not None and loaded.kept is None:
                        new += self._entered(view, loaded, troubles)
                        loaded = None
            except InboxError as error:
                troubles.last = error
            new += self._entered(view, loaded, troubles)
        if troubles.last is not None:
            raise troubles.last
        return new

    def _loaded(
        self, view: MailboxView, group: tuple[Listed, ...], disk: Executor, troubles: "_Troubles"
    ) -> _Loaded | None:
        """The group, on its way into the spool; None where it is for the next poll."""
        if len(group) == 1:
            return _Loaded(group=group)
        try:
            return self._together(view, group, disk)
        except Exception as error:  # noqa: BLE001  as below
            troubles.note(error, uid=group[0].uid)
            return None

    def _entered(self, view: MailboxView, loaded: _Loaded | None, troubles: "_Troubles") -> int:
        """Enters what is on its way, takes in the rest one by one; how many are new."""
        if loaded is None:
            return 0
        if troubles.are_ours:
            # What came before it was not entered: order is what counts.
            self._forget(loaded.begun)
            return 0
        try:
            left = self._add_all(loaded)
        except Exception as error:  # noqa: BLE001  as below
            troubles.note(error, uid=loaded.group[0].uid)
            return 0
        new = len(loaded.group) - len(left)
        troubles.in_a_row = 0 if new else troubles.in_a_row
        for listed in left:
            if self.stopping() or troubles.too_many:
                break
            try:
                new += self._take_in(view, listed)
                troubles.in_a_row = 0
            except Exception as error:  # noqa: BLE001  one message never stops the rest
                troubles.note(error, uid=listed.uid)
        self.alive()
        return new

    def _groups(self, view: MailboxView) -> Iterator[tuple[Listed, ...]]:
        """What is to be taken in, by arrival; what was tried twice comes last and stops no other.

        Once may have been our own fault, and the order of receipt decides who was first. Small
        messages that were never tried come in groups, any other alone.
        """
        tries = self.book.opened(
            self.mailbox.name, view.uidvalidity, view.uids(), at=self.clock.now()
        )
        reached(Point.LISTED)
        group: list[Listed] = []
        for listed in self._described(view, tries):
            size = sum(member.size for member in group) + listed.size
            fits = not tries[listed.uid] and self._is_small(listed)
            if group and (not fits or len(group) == GROUP or size > GROUP_BYTES):
                yield tuple(group)
                group = []
            if fits:
                group.append(listed)
            else:
                yield (listed,)
        if group:
            yield tuple(group)

    def _described(self, view: MailboxView, tries: Mapping[int, int]) -> Iterator[Listed]:
        """Each message in its order; the untried by hundreds, the others one by one.

        A line lost over this is a try too, of all that were asked for. What was tried to the end
        is not asked for again.
        """
        order = sorted(tries, key=lambda uid: (max(1, tries[uid]), uid))
        for known, several in groupby(order, key=lambda uid: min(tries[uid], 1)):
            uids, step = list(several), 1 if known else UIDS_A_LISTING
            for start in range(0, len(uids), step):
                part = uids[start : start + step]
                if tries[part[0]] > MOST_TAKINGS:
                    validity = view.uidvalidity
                    yield Listed(uidvalidity=validity, uid=part[0], size=0, received_at=None)
                    continue
                try:
                    yield from list(view.listed(part))
                except Temporary as error:
                    if error.code == LOST:
                        self.book.begin([self._at(view.uidvalidity, uid) for uid in part])
                    raise

    def _is_small(self, listed: Listed) -> bool:
        most = min(SMALL, self.message_limit)
        return listed.received_at is not None and 0 < listed.size <= most

    def _together(self, view: MailboxView, group: tuple[Listed, ...], disk: Executor) -> _Loaded:
        """Loads what comes whole in one answer and hands it to the disk.

        A lost connection stays counted for all of the group: each is tried alone from then on,
        so that the one at fault is found.
        """
        self.book.begin([self._place(listed) for listed in group])
        try:
            found = view.bodies([listed.uid for listed in group])
            reached(Point.LOADED)
        except Exception as error:
            if isinstance(error, Temporary) and error.code == LOST:
                raise
            self._forget(group)
            if _is_our_own(error):
                raise
            log.warning("group.refused", uid=group[0].uid, error=type(error).__name__)
            return _Loaded(group=group)
        fit = {uid: body for uid, body in found.items() if len(body) <= self.message_limit}
        came = tuple(listed for listed in group if listed.uid in fit)
        bodies = tuple(fit[listed.uid] for listed in came)
        kept = disk.submit(self.spool.put_all, bodies) if came else None
        return _Loaded(group=group, begun=group, came=came, bodies=bodies, kept=kept)

    def _forget(self, group: Sequence[Listed]) -> None:
        if group:
            self.book.forget([self._place(listed) for listed in group])

    def _add_all(self, loaded: _Loaded) -> Sequence[Listed]:
        """Enters the group once the disk has it; the rest of it, to be taken in alone."""
        came = loaded.came
        try:
            if loaded.kept is not None:
                raws = [
                    self._raw(listed, (sha256, len(body)), body[:HEAD_LIMIT])
                    for listed, sha256, body in zip(
                        came, loaded.kept.result(), loaded.bodies, strict=True
                    )
                ]
                cases = self.store.add_all(raws, at=self.clock.now())
                log.info("messages.fetched", count=len(cases), cases=[cases[0], cases[-1]])
        except Exception as error:
            if _is_our_own(error):
                self._forget(loaded.begun)
                raise
            log.warning("group.refused", uid=came[0].uid, error=type(error).__name__)
            came = ()
        uids = {listed.uid for listed in came}
        left = tuple(listed for listed in loaded.group if listed.uid not in uids)
        self._forget(left if loaded.begun else ())
        return left

    def _take_in(self, view: MailboxView, listed: Listed) -> bool:
        place = self._place(listed)
        (tries,) = self.book.begin([place])
        if tries > MOST_TAKINGS + 1:
            return self._keep(listed, b"", failure="nicht-abrufbar")
        if tries > MOST_TAKINGS:
            if not view.present(listed.uid):
                return self._without_content(view, listed)
            return self._keep(listed, self._head_of_bad(view, listed), failure="nicht-abrufbar")
        try:
            return self._load(view, listed)
        except Temporary as error:
            if _is_our_own(error):
                self.book.forget([place])
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
        raw = self._raw(listed, kept, head)
        if failure is not None:
            raw = replace(raw, size=max(raw.size, listed.size))
        case = self.store.add(raw, at=self.clock.now(), failure=failure)
        log.info("message.fetched", case=case, uid=listed.uid, size=kept[1], failure=failure)
        return True

    def _raw(self, listed: Listed, kept: tuple[str, int], head: bytes) -> RawMessage:
        sha256, size = kept
        return RawMessage(
            mailbox=self.mailbox.name,
            uidvalidity=listed.uidvalidity,
            uid=listed.uid,
            received_at=listed.received_at or self.clock.now(),
            size=size,
            sha256=sha256,
            message_id=message_id_in(head),
        )

    def _place(self, listed: Listed) -> Place:
        return self._at(listed.uidvalidity, listed.uid)

    def _at(self, uidvalidity: int, uid: int) -> Place:
        return Place(mailbox=self.mailbox.name, uidvalidity=uidvalidity, uid=uid)

    def is_due(self) -> bool:
        """Whether the last reconciliation is a day old, or the clock stood back since."""
        last = self.book.compared_at(self.mailbox.name)
        return last is None or not timedelta() <= self.clock.now() - last < DAY

    def reconcile(self) -> Abgleich:
        """Puts server and ledger side by side; stores and tells what does not agree."""
        with self.mailbox.examine() as view:
            validity = view.uidvalidity
            seen = {listed.uid: listed.received_at for listed in view.listed(view.uids())}
        reached(Point.COMPARED)
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


def _is_our_own(error: Exception) -> bool:
    """Of this machine, not of the server or a message."""
    return isinstance(error, Damaged) or (isinstance(error, Temporary) and error.code not in BLAMED)


class _Troubles:
    """What went wrong while messages were taken in: the last, and how often in a row."""

    def __init__(self) -> None:
        self.last: InboxError | None = None
        self.in_a_row = 0

    @property
    def too_many(self) -> bool:
        """Whether whatever comes next would only be blamed for it."""
        if self.last is None:
            return False
        lost = self.last.code == LOST
        return lost or self.are_ours or self.in_a_row >= MOST_TROUBLES

    @property
    def are_ours(self) -> bool:
        """Whether our own disk refuses: what comes first now comes first next time."""
        return self.last is not None and _is_our_own(self.last)

    def note(self, error: Exception, *, uid: int) -> None:
        """Tells the log; a fault of no known kind is a Defect."""
        kind = type(error).__name__
        log.warning("message.refused", uid=uid, error=kind)
        self.last = error if isinstance(error, InboxError) else Defect(f"taking in: {kind}")
        self.in_a_row += isinstance(error, Temporary)


def _noting(start: list[bytes], pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces; the first, in which the header stands, is noted on its way to the spool."""
    for piece in pieces:
        if not start:
            start.append(piece[:HEAD_LIMIT])
        yield piece
