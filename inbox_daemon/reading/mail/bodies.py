"""Transfer encodings and HTML of a mail's bodies.

Promises: any bytes give bytes, any markup gives text; what was not well formed is told by a code.
Touches: nothing. Trusts: nothing of the mail. Limits: text of HTML by a scan, not by a parser,
which would be quadratic on hostile markup.
"""

import binascii
import html
import re
from collections.abc import Callable
from typing import TypeAlias

from inbox_daemon.reading.mail import headers

Odd: TypeAlias = Callable[[str], None]

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_UU_BEGIN = re.compile(rb"(?m)^begin [0-7]{3,4} [^\r\n]+\r?$")


def has_uu(untrusted: bytes) -> bool:
    """Whether a file stands in the text in the manner of uuencode."""
    return _UU_BEGIN.search(untrusted) is not None


def decoded(raw: bytes, encoding: str, odd: Odd) -> bytes:
    """RFC 2045 section 6; an unknown encoding leaves the bytes as they are."""
    if encoding == "base64":
        return _from_base64(raw, odd)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(raw)
    if encoding in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return _from_uu(raw, odd)
    if encoding not in {"", "7bit", "8bit", "binary"}:
        odd("kodierung")
    return raw


def _from_base64(raw: bytes, odd: Odd) -> bytes:
    """Takes what letters there are, in pieces where padding stands in the middle."""
    pieces = raw.rstrip(b"= \t\r\n").split(b"=", 1_000)
    strangers = raw.translate(None, _BASE64 + b" \t\r\n")
    if len(pieces) > 1 or strangers or len(raw.translate(None, b" \t\r\n")) % 4:
        odd("base64")
    return b"".join(headers.from_digits(piece) for piece in pieces)


def _from_uu(raw: bytes, odd: Odd) -> bytes:
    begun = _UU_BEGIN.search(raw)
    found: list[bytes] = []
    for line in raw[begun.end() :].lstrip(b"\r\n").splitlines() if begun else ():
        if line.strip() == b"end":
            return b"".join(found)
        try:
            found.append(binascii.a2b_uu(line))
        except binascii.Error:
            break
    odd("kodierung")
    return b"".join(found) or raw


def without_markup(markup: str) -> str:
    """The text of HTML, lines at block ends. A scan by `<`: linear where html.parser is not."""
    first, *pieces = markup.split("<")
    found, hidden = [first], ""
    for piece in pieces:
        tag, closed, rest = piece.partition(">")
        name = tag[:12].split(None, 1)[0].lower().rstrip("/") if tag.strip() else ""
        if hidden:
            hidden = "" if name in {"/" + hidden, "body"} else hidden
            found.append(rest if not hidden else "")
        elif not closed:
            found.append("<" + piece)
        elif name in {"script", "style", "head", "title"}:
            hidden = name
        else:
            if name.lstrip("/") in {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "table"}:
                found.append("\n")
            found.append(rest)
    return html.unescape("".join(found))
