"""One IMAP connection on which no answer is believed further than it was asked for.

Promises: a literal announced larger than LITERAL is refused before it is read, one answer holds at
most ANSWER bytes; every error of the library is Temporary or Permanent, and the code says whether
the connection is still good. Touches: one socket. Trusts: nothing the server says.
Limits: a server that drips bytes is ended by systemd's watchdog, not here.
"""

import imaplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.datetime_util import parse_to_datetime
from imapclient.exceptions import IMAPClientError
from imapclient.response_parser import parse_response

from inbox_daemon.core.errors import InboxError, Permanent, Temporary

# The largest piece that we ask for is of this size; the largest answer in lines is that of SEARCH.
LITERAL, ANSWER = 2 << 20, 16 << 20
_STEP = 1 << 16
FIRST, LAST = 1982, 2200
# The connection is of no more use; and: the server said no to this command alone.
LOST, REFUSED = "imap-verbindung", "imap"


class _Capped(imaplib.IMAP4):
    """imaplib asks for the memory of a literal at once (CPython #119511): here in steps."""

    _taken = 0

    def send(self, data: Any) -> None:
        """A new command begins a new count."""
        self._taken = 0
        super().send(data)

    def read(self, size: int) -> bytes:
        """The literal, whole. Raises abort for one that is too large or cut short."""
        if size > LITERAL:
            raise self.abort(f"a literal of {size} bytes was not asked for")
        self._count(size)
        pieces: list[bytes] = []
        left = size
        while left:
            piece = super().read(min(_STEP, left))
            if not piece:
                raise self.abort("the connection ended within a literal")
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def readline(self) -> bytes:
        """One line, at most imaplib's 1,000,000 bytes."""
        line = super().readline()
        self._count(len(line))
        return line

    def _count(self, size: int) -> None:
        self._taken += size
        if self._taken > ANSWER:
            raise self.abort("the answer does not end")


class _CappedTls(_Capped, imaplib.IMAP4_SSL):
    """The same over TLS."""


class Line(IMAPClient):  # type: ignore[misc]  # the library has no types
    """IMAPClient over a capped connection."""

    def __init__(self, host: str, port: int, *, tls: bool, timeout_s: float) -> None:
        self._tls = tls
        super().__init__(
            host, port=port, ssl=tls, timeout=SocketTimeout(connect=timeout_s, read=timeout_s)
        )
        self.normalise_times = False
        # At level 5 imaplib formats every line of every mail for a log that nobody may read.
        self._imap.debug = 0

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802  the name is the library's
        wait = self._timeout.connect
        if not self._tls:
            return _Capped(self.host, self.port, timeout=wait)
        context = ssl.create_default_context()
        return _CappedTls(self.host, self.port, ssl_context=context, timeout=wait)

    def refresh_capabilities(self) -> None:
        """Asks for the capabilities that hold from now on (RFC 3501 6.1.1)."""
        self._imap.untagged_responses.pop("CAPABILITY", None)
        self._cached_capabilities = self._do_capabilites()

    def parts(self, uids: Sequence[int], items: Sequence[str]) -> dict[int, dict[bytes, Any]]:
        """UID FETCH: by UID what was asked for, and nothing else (RFC 3501 7.4.2).

        An answer without UID, with another UID or without the item is somebody else's: flags that
        another client changed come in between. Raises IMAPClientError where two answers differ.
        """
        self._imap.untagged_responses.pop("FETCH", None)
        asked = ",".join(map(str, uids))
        typ, lines = self._imap.uid("FETCH", asked, f"(UID {' '.join(items)})")
        self._checkok("fetch", typ, lines)
        ours, wanted = set(uids), {_key(item) for item in items} | {b"UID"}
        found: dict[int, dict[bytes, Any]] = {}
        for answer in _answers(lines):
            uid = answer.get(b"UID")
            if not isinstance(uid, int) or uid not in ours:
                continue
            kept = found.setdefault(uid, {})
            for key, value in answer.items():
                if key in wanted and kept.setdefault(key, value) != value:
                    raise IMAPClientError("two answers of which one is wrong")
        return found


def _key(item: str) -> bytes:
    """The name under which the answer comes: BODY.PEEK[]<0.10> as BODY[]<0>."""
    name = item.upper().replace("BODY.PEEK", "BODY").encode("ascii")
    head, dot, _ = name.rpartition(b".") if name.endswith(b">") else (name, b"", b"")
    return head + b">" if dot else name


def _answers(lines: list[Any]) -> Iterator[Mapping[bytes, Any]]:
    flat = parse_response(lines)
    if len(flat) % 2:
        raise IMAPClientError("a FETCH answer without its items")
    for number, items in zip(flat[::2], flat[1::2], strict=True):
        if not isinstance(number, int) or not isinstance(items, tuple) or len(items) % 2:
            raise IMAPClientError("a FETCH answer that is none")
        names = [name.upper() if isinstance(name, bytes) else b"" for name in items[::2]]
        yield dict(zip(names, items[1::2], strict=True))


def instant_in(found: Any) -> datetime | None:
    """INTERNALDATE as an aware instant in UTC; None for anything else, also without zone."""
    if not isinstance(found, bytes):
        return None
    try:
        at = parse_to_datetime(found, normalise=False)
        # No mail is older than SMTP; at the end of time other calendars overflow.
        return at.astimezone(UTC) if at.tzinfo is not None and FIRST <= at.year <= LAST else None
    except (ValueError, OverflowError, TypeError):
        return None


@contextmanager
def translated() -> Iterator[None]:
    """Errors of the library and the socket as ours; LOST means that the connection is gone."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Permanent(
            f"the IMAP server's certificate: {error.reason}", code="imap-tls"
        ) from error
    except (imaplib.IMAP4.abort, OSError) as error:
        raise Temporary(_told(error), code=LOST) from error
    except InboxError:
        raise
    except Exception as error:
        # The library takes strangers' text apart: IndexError or RecursionError is such an answer.
        raise Temporary(_told(error), code=REFUSED) from error


def _told(error: Exception) -> str:
    # The server's words may hold anything; enough of them to know what happened.
    words = "".join(c for c in str(error) if c.isprintable())[:200]
    return f"IMAP: {type(error).__name__}: {words}"
