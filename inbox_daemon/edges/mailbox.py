"""The mailbox by IMAP (imapclient): read-only but for one UID MOVE at the very end.

Promises: EXAMINE and PEEK only while reading; a body never takes more memory than one piece; every
error of the library is Temporary or Permanent. Touches: the IMAP server.
Trusts: nothing the server says of sizes; UIDs only together with their UIDVALIDITY.
Limits: one connection a call; IDLE is not used (it hides dead links, imapclient#449).
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from inbox_daemon.core.errors import ConfigError, Permanent, Temporary
from inbox_daemon.core.verdict import Outcome
from inbox_daemon.edges.loopback import is_loopback
from inbox_daemon.ports import Listed, MailboxView

PIECE = 1 << 20
# imaplib reads an answer line of at most 1,000,000 bytes, and servers refuse long UID lists.
UIDS_A_FETCH = 200


class ImapView:
    """One EXAMINEd folder on an open connection."""

    def __init__(self, client: IMAPClient, folder: str) -> None:
        self._client = client
        self.uidvalidity = int(client.select_folder(folder, readonly=True)[b"UIDVALIDITY"])

    def listed(self, *, unless: Callable[[int], bool]) -> Iterator[Listed]:
        """All messages but the known ones, by UID, which is the order of arrival."""
        with _translated():
            uids = sorted(uid for uid in self._client.search("ALL") if not unless(uid))
        for start in range(0, len(uids), UIDS_A_FETCH):
            yield from self._listed_part(uids[start : start + UIDS_A_FETCH])

    def _listed_part(self, uids: list[int]) -> Iterator[Listed]:
        with _translated():
            answer = self._client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        for uid in uids:
            item = answer.get(uid, {})
            received_at = item.get(b"INTERNALDATE")
            if b"RFC822.SIZE" not in item or not isinstance(received_at, datetime):
                continue  # gone since SEARCH, or an answer that is none: seen again next time
            yield Listed(
                uidvalidity=self.uidvalidity,
                uid=uid,
                size=int(item[b"RFC822.SIZE"]),
                received_at=_aware(received_at),
            )

    def body(self, uid: int, *, limit: int) -> Iterator[bytes]:
        """The raw bytes, piece by piece; nothing where the message is gone."""
        start = 0
        while start < limit:
            wanted = min(PIECE, limit - start)
            piece = self._part(uid, f"BODY.PEEK[]<{start}.{wanted}>", f"BODY[]<{start}>")
            if piece is None and start:
                raise Temporary("the message vanished while it was loaded", code="imap")
            if not piece:
                return
            yield piece
            if len(piece) < wanted:
                return
            start += wanted

    def head(self, uid: int, *, limit: int) -> bytes:
        """The header alone, cut to `limit` bytes."""
        return self._part(uid, f"BODY.PEEK[HEADER]<0.{limit}>", "BODY[HEADER]<0>") or b""

    def _part(self, uid: int, item: str, key: str) -> bytes | None:
        """The part, or None where the answer does not hold it."""
        with _translated():
            answer = self._client.fetch([uid], [item])
        found = answer.get(uid, {}).get(key.encode())
        return found if isinstance(found, bytes) else None


class ImapMailbox:
    """The mailbox on the server, connected anew for each call."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        tls: bool,
        user: str,
        password: str,
        name: str,
        timeout_s: float,
    ) -> None:
        if not tls and not is_loopback(host):
            raise ConfigError((f"imap.tls: only loopback may do without TLS, not {host}",))
        self.name = name
        self._host, self._port, self._tls = host, port, tls
        self._user, self._password = user, password
        self._timeout = SocketTimeout(connect=timeout_s, read=timeout_s)

    @contextmanager
    def examine(self) -> Iterator[MailboxView]:
        """The folder opened by EXAMINE."""
        with self._connected() as client:
            with _translated():
                view = ImapView(client, self.name)
            yield view

    def move(self, *, uidvalidity: int, uid: int, folder: str) -> Outcome:
        """One UID MOVE (RFC 6851). A message that is gone counts as moved: a person was faster."""
        with self._connected() as client, _translated():
            found = client.select_folder(self.name)
            if int(found[b"UIDVALIDITY"]) != uidvalidity:
                return Outcome.RETRY_LATER
            if not client.has_capability("MOVE"):
                raise Permanent("the IMAP server has no MOVE (RFC 6851)", code="kein-move")
            if uid not in client.fetch([uid], ["UID"]):
                return Outcome.DONE
            if not client.folder_exists(folder):
                client.create_folder(folder)
            client.move([uid], folder)
        return Outcome.DONE

    @contextmanager
    def _connected(self) -> Iterator[IMAPClient]:
        with _translated():
            client = IMAPClient(
                self._host,
                port=self._port,
                ssl=self._tls,
                ssl_context=ssl.create_default_context() if self._tls else None,
                timeout=self._timeout,
            )
        with client:
            with _translated():
                client.normalise_times = False
                client.login(self._user, self._password)
            yield client


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except LoginError as error:
        # The server's words may repeat what we sent; they stay out of the log.
        raise Permanent(
            "the IMAP server refuses user or password", code="imap-anmeldung"
        ) from error
    except ssl.SSLCertVerificationError as error:
        raise Permanent(
            f"the IMAP server's certificate: {error.reason}", code="imap-tls"
        ) from error
    except (IMAPClientError, OSError, ValueError, KeyError, TypeError) as error:
        raise Temporary(f"IMAP: {type(error).__name__}: {_short(error)}", code="imap") from error


def _short(error: Any) -> str:
    return str(error)[:200]


def _aware(received_at: datetime) -> datetime:
    if received_at.tzinfo is None:
        raise Temporary("the IMAP server gave a time without zone", code="imap")
    return received_at.astimezone(UTC)
