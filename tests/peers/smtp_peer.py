"""An SMTP server that follows a script: wrong codes, half answers, cuts, silence, at any place.

Promises: keeps each letter that it takes, once for each time it takes it; ends with its context.
Touches: one loopback port, two threads. Trusts: the test. Limits: one connection at a time; after
the script is used up it is a good server.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

OFFERS = b"250-script\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n"
GOOD = {
    "CONNECT": b"220 script\r\n",
    "EHLO": OFFERS,
    "HELO": b"250 script\r\n",
    "AUTH": b"235 ok\r\n",
    "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n",
    "DATA": b"354 go on\r\n",
    ".": b"250 2.0.0 kept\r\n",
    "QUIT": b"221 bye\r\n",
}
END = b"\r\n.\r\n"


@dataclass(frozen=True, kw_only=True)
class Act:
    """What happens in one connection.

    `says` are bytes sent instead of the good answer to a command (`.` is the content). After the
    answer to `last` the line is cut, or nothing more is said when it `hangs`. `content` cuts
    after so many bytes of content. `keeps` says whether the content is taken when its dot came,
    or, with `content`, what came of it.
    """

    says: dict[str, bytes] = field(default_factory=dict)
    last: str = ""
    hangs: bool = False
    content: int | None = None
    keeps: bool = True


class Over(Exception):
    """This connection is over."""


class Peer:
    """The server: `kept` are the letters it took, `verbs` what it was told, in all connections."""

    def __init__(self, listener: socket.socket) -> None:
        self.acts: list[Act] = []
        self.kept: list[bytes] = []
        self.verbs: list[str] = []
        self._listener = listener

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def serve(self) -> None:
        """Connection after connection, until the listener is closed."""
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            line.settimeout(30)
            act = self.acts.pop(0) if self.acts else Act()
            with line, contextlib.suppress(Over, OSError):
                _Connection(self, line, act).run()


class _Connection:
    def __init__(self, peer: Peer, line: socket.socket, act: Act) -> None:
        self._peer, self._line, self._act = peer, line, act
        self._read = b""

    def run(self) -> None:
        self._answer("CONNECT")
        while True:
            words = self._until(b"\r\n").split()
            verb = words[0].decode("ascii", "replace").upper() if words else ""
            self._peer.verbs.append(verb)
            answer = self._answer(verb)
            if verb == "QUIT":
                return
            if verb == "DATA" and answer.startswith(b"354"):
                self._take()
                self._answer(".")

    def _take(self) -> None:
        limit = self._act.content
        if limit is not None:
            while len(self._read) < limit:
                self._more()
            if self._act.keeps:
                self._peer.kept.append(self._read[:limit])
            raise Over
        content = self._until(END)
        if self._act.keeps:
            self._peer.kept.append(content.replace(b"\r\n..", b"\r\n.") + b"\r\n")

    def _answer(self, verb: str) -> bytes:
        answer = self._act.says.get(verb, GOOD.get(verb, b"502 what\r\n"))
        self._line.sendall(answer)
        if verb == self._act.last:
            while self._act.hangs:
                self._more()
            raise Over
        return answer

    def _until(self, end: bytes) -> bytes:
        while end not in self._read:
            self._more()
        found, _, self._read = self._read.partition(end)
        return found

    def _more(self) -> None:
        piece = self._line.recv(4096)
        if not piece:
            raise Over
        self._read += piece


@contextmanager
def smtp_peer() -> Iterator[Peer]:
    """A peer that listens; its thread is gone afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        peer = Peer(listener)
        thread = threading.Thread(target=peer.serve, daemon=True)
        thread.start()
        try:
            yield peer
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)
