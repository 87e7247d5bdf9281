"""An IMAP server on loopback that does what is right until a script tells it otherwise.

Promises: the commands that our mailbox uses, on folders in memory; what it sends may be changed or
cut at any place; ends with its context. Touches: one loopback port. Trusts: the test.
Limits: plain text; as much of RFC 3501 as is asked for here, no more.
"""

import base64
import re
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

USER, PASSWORD = "amt", "probe"
AT = datetime(2022, 7, 11, 8, 30, tzinfo=UTC)
FULL = "IMAP4rev1 UIDPLUS MOVE SPECIAL-USE LITERAL+"


@dataclass(kw_only=True)
class Message:
    """One message in a folder."""

    content: bytes
    at: datetime = AT
    size: int | None = None
    flags: set[str] = field(default_factory=set)


@dataclass(kw_only=True)
class Folder:
    """A folder; UIDs grow and are never given twice, unless a test does it."""

    uidvalidity: int = 7
    messages: dict[int, Message] = field(default_factory=dict)
    last_uid: int = 0
    mark: str = ""

    def put(self, message: Message) -> int:
        """One more message; its UID."""
        self.last_uid += 1
        self.messages[self.last_uid] = message
        return self.last_uid

    def renumber(self) -> None:
        """A new UIDVALIDITY, UIDs from 1."""
        kept = list(self.messages.values())
        self.uidvalidity, self.last_uid, self.messages = self.uidvalidity + 1, 0, {}
        for message in kept:
            self.put(message)


# What the script says of a command: None as it should be, bytes instead, or changed bytes.
Twist = Callable[[str, bytes, bytes], bytes | None]


@dataclass(kw_only=True)
class Peer:
    """The server. `twist` gets command, tag and the right answer, and gives what is sent.

    `cut_after` is how many more bytes leave before the connection is cut.
    """

    folders: dict[str, Folder] = field(default_factory=lambda: {"INBOX": Folder()})
    delimiter: str = "/"
    prefix: str = ""
    before_login: str = FULL
    after_login: str = FULL
    user: str = USER
    password: str = PASSWORD
    tokens: set[str] = field(default_factory=set)
    twist: Twist | None = None
    cut_after: int | None = None
    port: int = 0
    seen: list[str] = field(default_factory=list)
    logins: int = 0

    @property
    def inbox(self) -> Folder:
        """The polled folder."""
        return self.folders["INBOX"]

    def put(self, message: Message) -> int:
        """A message arrives in the polled folder; its UID."""
        return self.inbox.put(message)

    def waiting(self) -> int:
        """How many messages lie in the polled folder."""
        return len(self.inbox.messages)

    def all_contents(self) -> list[bytes]:
        """The bytes of every message in every folder."""
        return [m.content for f in self.folders.values() for m in f.messages.values()]


class _Cut(Exception):
    """The script ends the connection here."""


class _Session(socketserver.StreamRequestHandler):
    """One connection."""

    server: "_Server"

    def handle(self) -> None:
        """Commands until LOGOUT or the cut."""
        self.peer = self.server.peer
        self.folder: Folder | None = None
        self.inside = False
        with suppress(_Cut, OSError):
            self._send(b"* OK [CAPABILITY " + self.peer.before_login.encode() + b"] ready\r\n")
            while line := self.rfile.readline(1 << 20):
                self._command(line.rstrip(b"\r\n"))
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _command(self, line: bytes) -> None:
        tag, _, rest = line.partition(b" ")
        text = self._with_literals(rest).decode("latin-1")
        words = text.split(" ", 2)
        name = words[0].upper()
        if name == "UID":
            name = f"UID {words[1].upper()}"
        self.peer.seen.append(name)
        rest_of = text[len(name) :].strip()
        answer = self._answer(name, rest_of, tag)
        if self.peer.twist is not None:
            twisted = self.peer.twist(name, tag, answer)
            answer = answer if twisted is None else twisted
        self._send(answer)
        if name == "LOGOUT" or answer.startswith(b"* BYE"):
            raise _Cut

    def _with_literals(self, line: bytes) -> bytes:
        while found := re.search(rb"\{(\d+)(\+?)\}$", line):
            if not found[2]:
                self._send(b"+ go\r\n")
            literal = self.rfile.read(int(found[1]))
            more = self.rfile.readline().rstrip(b"\r\n")
            line = line[: found.start()] + b'"' + literal + b'"' + more
        return line

    def _send(self, answer: bytes) -> None:
        left = self.peer.cut_after
        if left is not None:
            answer, cut = answer[:left], len(answer) >= left
            self.peer.cut_after = left - len(answer)
            self.wfile.write(answer)
            if cut:
                raise _Cut
            return
        self.wfile.write(answer)

    # --- commands ---

    def _answer(self, name: str, rest: str, tag: bytes) -> bytes:
        known = getattr(self, "_do_" + name.replace(" ", "_").lower(), None)
        if known is None:
            return tag + b" BAD unknown command\r\n"
        try:
            found: bytes = known(rest)
        except PermissionError as refused:
            return tag + b" NO " + str(refused).encode() + b"\r\n"
        return found + tag + b" OK done\r\n"

    def _do_capability(self, _rest: str) -> bytes:
        known = self.peer.after_login if self.inside else self.peer.before_login
        return f"* CAPABILITY {known}\r\n".encode()

    def _do_login(self, rest: str) -> bytes:
        self.peer.logins += 1
        if rest != f'{USER} "{self.peer.password}"':
            raise PermissionError("[AUTHENTICATIONFAILED] no")
        self.inside = True
        return b""

    def _do_authenticate(self, _rest: str) -> bytes:
        self.peer.logins += 1
        self._send(b"+ \r\n")
        said = base64.b64decode(self.rfile.readline()).decode()
        token = said.partition("auth=Bearer ")[2].rstrip("\1")
        if token not in self.peer.tokens:
            self._send(b"+ " + base64.b64encode(b'{"status":"401"}') + b"\r\n")
            assert self.rfile.readline() == b"\r\n"
            raise PermissionError("AUTHENTICATE failed")
        self.inside = True
        return b""

    def _do_logout(self, _rest: str) -> bytes:
        return b"* BYE bye\r\n"

    def _do_namespace(self, _rest: str) -> bytes:
        sign = self.peer.delimiter
        return f'* NAMESPACE (("{self.peer.prefix}" "{sign}")) NIL NIL\r\n'.encode()

    def _do_list(self, _rest: str) -> bytes:
        sign = self.peer.delimiter
        return b"".join(
            f'* LIST (\\HasNoChildren{" " + f.mark if f.mark else ""}) "{sign}" "{n}"\r\n'.encode()
            for n, f in self.peer.folders.items()
        )

    def _do_create(self, rest: str) -> bytes:
        name = rest.strip('"')
        if self.peer.prefix and not name.startswith(self.peer.prefix):
            raise PermissionError("outside the namespace")
        self.peer.folders[name] = Folder()
        return b""

    def _do_status(self, rest: str) -> bytes:
        found = re.match(r'"(.*)" \(', rest)
        assert found is not None
        count = len(self._named(found[1]).messages)
        return f'* STATUS "{found[1]}" (MESSAGES {count})\r\n'.encode()

    def _do_select(self, rest: str) -> bytes:
        self.folder = self._named(rest.strip('"'))
        count, validity = len(self.folder.messages), self.folder.uidvalidity
        return f"* {count} EXISTS\r\n* OK [UIDVALIDITY {validity}] valid\r\n".encode()

    _do_examine = _do_select

    def _named(self, name: str) -> Folder:
        if name not in self.peer.folders:
            raise PermissionError("[NONEXISTENT] no such folder")
        return self.peer.folders[name]

    def _open(self) -> Folder:
        if self.folder is None:
            raise PermissionError("nothing selected")
        return self.folder

    def _do_uid_search(self, rest: str) -> bytes:
        uids = sorted(self._open().messages)
        if rest.upper().startswith("UID "):
            uids = [uid for uid in uids if uid == int(rest.split()[1])]
        return f"* SEARCH {' '.join(map(str, uids))}\r\n".replace("H \r", "H\r").encode()

    def _do_uid_fetch(self, rest: str) -> bytes:
        wanted, _, items = rest.partition(" ")
        uids = {int(uid) for uid in wanted.split(",")}
        answer = b""
        for number, (uid, message) in enumerate(sorted(self._open().messages.items()), start=1):
            if uid in uids:
                parts = b" ".join(_part(i, uid, message) for i in items.strip("()").split(" "))
                answer += b"* %d FETCH (%s)\r\n" % (number, parts)
        return answer

    def _do_uid_copy(self, rest: str) -> bytes:
        uid, _, name = rest.partition(" ")
        message = self._open().messages.get(int(uid))
        if message is not None:
            copy = Message(content=message.content, at=message.at, size=message.size)
            self._named(name.strip('"')).put(copy)
        return b""

    def _do_uid_move(self, rest: str) -> bytes:
        self._do_uid_copy(rest)
        self._open().messages.pop(int(rest.partition(" ")[0]), None)
        return b""

    def _do_uid_store(self, rest: str) -> bytes:
        uid = int(rest.partition(" ")[0])
        if uid in self._open().messages:
            self._open().messages[uid].flags.add("\\Deleted")
        return b""

    def _do_uid_expunge(self, rest: str) -> bytes:
        uid = int(rest)
        if "\\Deleted" in self._open().messages[uid].flags:
            del self._open().messages[uid]
        return b""


def _part(item: str, uid: int, message: Message) -> bytes:
    if item == "UID":
        return f"UID {uid}".encode()
    if item == "FLAGS":
        return f"FLAGS ({' '.join(sorted(message.flags))})".encode()
    if item == "RFC822.SIZE":
        return b"RFC822.SIZE %d" % (len(message.content) if message.size is None else message.size)
    if item == "INTERNALDATE":
        return message.at.strftime('INTERNALDATE "%d-%b-%Y %H:%M:%S %z"').encode()
    found = re.fullmatch(r"BODY\.PEEK\[(HEADER|)\]<(\d+)\.(\d+)>", item)
    assert found is not None, item
    whole, start = message.content, int(found[2])
    if found[1]:
        whole = whole.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    piece = whole[start : start + int(found[3])]
    return b"BODY[%s]<%d> {%d}\r\n%s" % (found[1].encode(), start, len(piece), piece)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        super().__init__(("127.0.0.1", 0), _Session)

    def handle_error(self, request: object, client_address: object) -> None:
        """A cut connection is what was wanted."""


@contextmanager
def serving(peer: Peer) -> Iterator[Peer]:
    """The peer, listening on `peer.port` until the end of the context."""
    with _Server(peer) as server:
        peer.port = int(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield peer
        finally:
            server.shutdown()
