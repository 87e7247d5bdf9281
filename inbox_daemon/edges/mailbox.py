"""The mailbox by IMAP (imapclient): read-only but for one UID MOVE at the very end.

Promises: EXAMINE and PEEK only while reading; a body never takes more memory than one piece; an
answer counts only for the UID that was asked. Touches: the IMAP server.
Trusts: nothing the server says of sizes; UIDs only together with their UIDVALIDITY.
Limits: one connection a call; IDLE is not used (it hides dead links, imapclient#449).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from imapclient import DELETED, IMAPClient
from imapclient.exceptions import IMAPClientError

from inbox_daemon.core.errors import ConfigError, Permanent, Temporary
from inbox_daemon.core.loopback import is_loopback
from inbox_daemon.core.mailtext import HEAD_LIMIT, message_id_in
from inbox_daemon.core.verdict import Outcome
from inbox_daemon.edges.folders import Folders
from inbox_daemon.edges.imapline import LITERAL, LOST, REFUSED, Line, instant_in, translated
from inbox_daemon.edges.login import Login
from inbox_daemon.points import Point, reached
from inbox_daemon.ports import Listed, MailboxView

# A scan in a mail is mostly smaller: it comes with one command.
PIECE = LITERAL
# imaplib reads an answer line of at most 1,000,000 bytes, and servers refuse long UID lists.
UIDS_A_FETCH = 200
LARGEST_UID = (1 << 32) - 1
# RFC 8474 and 9051: number64. What is larger is no size, and no column of the database holds it.
LARGEST_SIZE = (1 << 63) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where the mailbox is. `parent` is the folder under which ours lie; empty: at the top."""

    host: str
    port: int
    tls: bool
    user: str
    folder: str
    parent: str = ""
    timeout_s: float = 60


class ImapView:
    """One EXAMINEd folder on an open connection."""

    def __init__(self, client: Line, folder: str) -> None:
        self._client = client
        self.uidvalidity = _opened(client, folder, readonly=True)
        self._sizes: dict[int, int] = {}

    def uids(self) -> tuple[int, ...]:
        """The UIDs of all messages in the folder, ascending, which is the order of arrival."""
        with translated():
            found = {int(uid) for uid in self._client.search("ALL")}
        return tuple(sorted(uid for uid in found if 0 < uid <= LARGEST_UID))

    def listed(self, uids: Sequence[int]) -> Iterator[Listed]:
        """Each of these, in this order; without time where the server gives no usable answer."""
        for start in range(0, len(uids), UIDS_A_FETCH):
            part = uids[start : start + UIDS_A_FETCH]
            answer = self._described(part)
            for uid in part:
                item = answer.get(uid, {})
                size = item.get(b"RFC822.SIZE")
                whole = size if isinstance(size, int) else 0
                self._sizes[uid] = whole if 0 <= whole <= LARGEST_SIZE else 0
                yield Listed(
                    uidvalidity=self.uidvalidity,
                    uid=uid,
                    size=self._sizes[uid],
                    received_at=instant_in(item.get(b"INTERNALDATE")),
                )

    def _described(self, uids: Sequence[int]) -> dict[int, dict[bytes, Any]]:
        """Size and time by UID. One message that the server chokes on hides no other."""
        try:
            with translated():
                return self._client.parts(uids, ["RFC822.SIZE", "INTERNALDATE"])
        except Temporary as error:
            if error.code != REFUSED:
                raise
        if len(uids) == 1:
            return {}
        half = len(uids) // 2
        return {**self._described(uids[:half]), **self._described(uids[half:])}

    def present(self, uid: int) -> bool:
        """Whether the message is still there: FETCH or SEARCH says so. Both err at times."""
        with translated():
            return _present(self._client, uid)

    def body(self, uid: int, *, limit: int) -> Iterator[bytes]:
        """The raw bytes, piece by piece; nothing where the message is gone.

        A short piece is the end only if the message is as large as the server said; Exchange
        names too much, and then an empty piece is the end.
        """
        start, said = 0, self._sizes.get(uid, 0)
        short = False
        while start < limit:
            wanted = min(PIECE, limit - start)
            piece = self._part(uid, f"BODY.PEEK[]<{start}.{wanted}>", f"BODY[]<{start}>")
            if piece is None and start and not short:
                raise Temporary("the message vanished while it was loaded", code=REFUSED)
            if not piece:
                return
            if len(piece) > wanted:
                raise Temporary("the server gave more than was asked for", code=REFUSED)
            yield piece
            start, short = start + len(piece), len(piece) < wanted
            if short and start >= said:
                return

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """By UID the raw bytes of those that came whole, as large as the server said."""
        with translated():
            answer = self._client.parts(uids, [f"BODY.PEEK[]<0.{PIECE}>"])
        found = {uid: parts.get(b"BODY[]<0>") for uid, parts in answer.items()}
        return {
            uid: content
            for uid, content in found.items()
            if isinstance(content, bytes) and 0 < self._sizes.get(uid, 0) <= len(content) < PIECE
        }

    def head(self, uid: int, *, limit: int) -> bytes:
        """The header alone, cut to `limit` bytes."""
        part = self._part(uid, f"BODY.PEEK[HEADER]<0.{limit}>", "BODY[HEADER]<0>")
        return (part or b"")[:limit]

    def _part(self, uid: int, item: str, key: str) -> bytes | None:
        """The part, or None where the answer does not hold it."""
        with translated():
            answer = self._client.parts([uid], [item])
        found = answer.get(uid, {}).get(key.encode())
        return found if isinstance(found, bytes) else None


class ImapMailbox:
    """The mailbox on the server, connected anew for each call.

    `name` is the key of all its places: another server or account has other places.
    """

    def __init__(self, account: Account, login: Login) -> None:
        if not account.tls and not is_loopback(account.host):
            raise ConfigError((f"imap.tls: only loopback may do without TLS, not {account.host}",))
        self.name = f"{account.host}/{account.user}/{account.folder}"
        self._account, self._login = account, login

    @property
    def refusals(self) -> int:
        """How often the server refused the present password."""
        return self._login.refusals

    @contextmanager
    def examine(self) -> Iterator[MailboxView]:
        """The folder opened by EXAMINE."""
        with self._connected() as client:
            with translated():
                view = ImapView(client, self._polled(client))
            yield view

    def counts(self, folders: Sequence[str]) -> dict[str, int]:
        """Messages in each of our target folders (STATUS); 0 where the folder is not yet made."""
        with self._connected() as client, translated():
            known, found = Folders(client), {}
            for folder in folders:
                name = known.named(self._target(folder))
                status = client.folder_status(name, ["MESSAGES"]) if name else {}
                found[folder] = int(status.get(b"MESSAGES", 0))
        return found

    def move(self, *, uidvalidity: int, uid: int, folder: str, message_id: str) -> Outcome:
        """One UID MOVE (RFC 6851); without it COPY and UID EXPUNGE (RFC 4315).

        UNKNOWN for a message that is not there: a person was faster, or a restored server has given
        its UID to another (against RFC 3501 2.3.1.1), which must not be moved unseen. GIVEN_UP
        where the server has neither command: a plain EXPUNGE would remove what other people marked.
        """
        with self._connected() as client, translated():
            if _opened(client, self._polled(client), readonly=False) != uidvalidity:
                return Outcome.RETRY_LATER
            if not _present(client, uid) or _is_another(client, uid, message_id):
                return Outcome.UNKNOWN
            can_move, can_expunge = map(client.has_capability, ("MOVE", "UIDPLUS"))
            if not can_move and not can_expunge:
                return Outcome.GIVEN_UP
            target = Folders(client).made(self._target(folder))
            reached(Point.MOVE_BEGUN)
            if can_move:
                client.move([uid], target)
            elif not _copied_away(client, uid, target):
                return Outcome.GIVEN_UP
            if _present(client, uid):
                # Tried again it would be copied again.
                return Outcome.GIVEN_UP
            reached(Point.MOVED)
        return Outcome.DONE

    def _polled(self, client: Line) -> str:
        name = self._account.folder
        if name.upper() == "INBOX":
            return name
        found = Folders(client).named(name)
        if found is None:
            raise Permanent(f"the IMAP server has no folder {name}", code="imap-ordner")
        return found

    def _target(self, folder: str) -> str:
        parent = self._account.parent
        return f"{parent}/{folder}" if parent else folder

    @contextmanager
    def _connected(self) -> Iterator[Line]:
        account = self._account
        with translated():
            client = Line(account.host, account.port, tls=account.tls, timeout_s=account.timeout_s)
        with client:
            self._login.enter(client)
            with translated():
                # Exchange has MOVE only after login: what was told before does not count.
                client.refresh_capabilities()
            yield client


def _copied_away(client: Line, uid: int, target: str) -> bool:
    """COPY, mark as deleted, UID EXPUNGE; False where the server copies and keeps the message.

    Cut before the mark, the copy is made again: rather two than none. What is marked was copied.
    """
    flags = client.parts([uid], ["FLAGS"]).get(uid, {}).get(b"FLAGS", ())
    if DELETED not in flags:
        client.copy([uid], target)
        reached(Point.COPIED)
    try:
        client.add_flags([uid], [DELETED], silent=True)
        reached(Point.MARKED)
        client.uid_expunge([uid])
    except IMAPClient.AbortError:
        raise
    except IMAPClientError:
        return False
    return True


def _opened(client: Line, folder: str, *, readonly: bool) -> int:
    found = client.select_folder(folder, readonly=readonly)
    validity = found.get(b"UIDVALIDITY")
    if not isinstance(validity, int) or not 0 < validity <= LARGEST_UID:
        raise Temporary("the server gave no usable UIDVALIDITY", code=LOST)
    return validity


def _is_another(client: Line, uid: int, message_id: str) -> bool:
    """Whether the Message-ID is not this one; without one nothing can be told."""
    if not message_id:
        return False
    found = client.parts([uid], [f"BODY.PEEK[HEADER]<0.{HEAD_LIMIT}>"]).get(uid, {})
    head = found.get(b"BODY[HEADER]<0>")
    if not isinstance(head, bytes) or not head.strip():
        raise Temporary("the server gives no header", code=REFUSED)
    return message_id_in(head) != message_id


def _present(client: Line, uid: int) -> bool:
    return uid in client.parts([uid], ["FLAGS"]) or uid in client.search(["UID", str(uid)])
