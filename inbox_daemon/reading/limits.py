"""The figures of what is read at all, and what is checked before anything is parsed.

Promises: `check_outline` looks once over the raw bytes, in linear time, and raises `TooComplex`
before a parser sees them. Touches: nothing. Trusts: nothing of the mail.
Limits: the outline is a sieve, not a parser; mime.py counts again while it parses; what a process
may take of the machine is cage.py's.
"""

import errno
import re

MIB = 1024 * 1024
SOFT_MAIL_BYTES = 30 * MIB  # above: read, but with a defect
MAIL_BYTES = 40 * MIB  # 25 MB of attachments are 34 MB in base64: senders' sites allow that
MAIL_LINES = 1_000_000
HEADER_BYTES = 102_400  # all header blocks of a mail together; Postfix: header_size_limit
FIELD_BYTES = 8_192  # Content-Type, Content-Disposition: their parser is quadratic
PARTS = 1_000
NESTING = 30
ATTACHMENTS = 50
OPENED_MAILS = 3
TEXT_CHARS = 20_000
DOCUMENTS = 10

# The disk's fault, never a document's.
NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS))

_DASHES = re.compile(rb"(?:^|[\r\n])--([^\r\n]*)")
_HEADER_END = re.compile(rb"\n\r?\n|\r\r|[\r\n](?=--)")
_FIELD = re.compile(rb"(?im)^content-(type|disposition)[ \t]*:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)")
_BOUNDARY = re.compile(rb'boundary\s*(?:\*\d*\*?)?\s*=\s*(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)


class TooComplex(Exception):
    """The mail is beyond a limit; `code` says which.

    Codes: `zu-gross`, `kopf-zu-gross`, `zu-viele-teile`, `zu-tief`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_outline(untrusted: bytes) -> None:
    """Raises TooComplex when size, header bytes, parts or nesting are over the limit."""
    if len(untrusted) > MAIL_BYTES:
        raise TooComplex("zu-gross")
    if max(untrusted.count(b"\n"), untrusted.count(b"\r")) > MAIL_LINES:
        raise TooComplex("zu-gross")
    _Outline(untrusted).walk()


class _Outline:
    """Follows the boundaries as RFC 2046 5.1 nests them, without decoding anything.

    `open` holds the boundary of each open multipart, and b"" for each message in a message.
    """

    def __init__(self, untrusted: bytes) -> None:
        self.untrusted = untrusted
        self.open: list[bytes] = []
        self.parts = 0
        self.header_bytes = 0

    def walk(self) -> None:
        at = self._headers(0)
        while found := _DASHES.search(self.untrusted, at):
            at = found.end()
            line = found[1].rstrip()
            for index in range(len(self.open) - 1, -1, -1):
                boundary = self.open[index]
                if boundary and line == boundary:
                    del self.open[index + 1 :]
                    at = self._headers(at + (2 if self.untrusted.startswith(b"\r\n", at) else 1))
                    break
                if boundary and line == boundary + b"--":
                    del self.open[index:]
                    break

    def _headers(self, start: int) -> int:
        """Reads header blocks from a line's `start`; a message in a message has the next at once.

        Gives the place of the last line end read, so that a boundary right after it is seen.
        """
        while True:
            end, after = self._block(start)
            self._count(end - start)
            kind, boundary = _content_type(self.untrusted[start:end])
            if kind.startswith(b"multipart/") and boundary:
                self.open.append(boundary)
            if not kind.startswith(b"message/"):
                return max(after - 1, 0)
            self.open.append(b"")
            self._check_nesting()
            start = after
            if start >= len(self.untrusted) or self.untrusted.startswith(b"--", start):
                return start - 1

    def _block(self, start: int) -> tuple[int, int]:
        """Where the header block ends, and where the line after its blank line starts."""
        if self.untrusted.startswith(b"--", start):
            return start, start
        for line_end in (b"\r\n", b"\n", b"\r"):
            if self.untrusted.startswith(line_end, start):
                return start, start + len(line_end)
        ended = _HEADER_END.search(self.untrusted, start)
        whole = len(self.untrusted)
        return (ended.start(), ended.end()) if ended else (whole, whole)

    def _count(self, header_bytes: int) -> None:
        self.parts += 1
        self.header_bytes += header_bytes
        if self.header_bytes > HEADER_BYTES:
            raise TooComplex("kopf-zu-gross")
        if self.parts > PARTS:
            raise TooComplex("zu-viele-teile")
        self._check_nesting()

    def _check_nesting(self) -> None:
        if len(self.open) > NESTING:
            raise TooComplex("zu-tief")


def _content_type(block: bytes) -> tuple[bytes, bytes]:
    """The first Content-Type of a header block, lower case, and its boundary or b""."""
    kind, boundary = b"", b""
    for name, value in _FIELD.findall(block):
        if len(value) > FIELD_BYTES:
            raise TooComplex("kopf-zu-gross")
        if name.lower() == b"type" and not kind:
            kind = value.strip().lower() or b"?"
            pieces = [quoted or bare for quoted, bare in _BOUNDARY.findall(value)]
            boundary = b"".join(pieces).rstrip()
    return kind, boundary
