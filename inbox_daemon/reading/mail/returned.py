"""What a report or an automatic reply says of the mail it is about.

Promises: never raises for any part; a bounded number of short, clean words.
Touches: nothing. Trusts: nothing; all of it is the sender's claim.
Limits: looks at reports of RFC 3464, RFC 8098 and RFC 6522, returned mails and headers, and plain
text with a Message-ID line (qmail, exim); whether an id is one of ours the database knows.
"""

import binascii
import re
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from inbox_daemon.core.values import Returned
from inbox_daemon.reading.mail import headers

MOST = 50
HEADER_BYTES = 100_000

_STATUS = frozenset(
    ("message/delivery-status", "message/global-delivery-status",
     "message/disposition-notification", "message/global-disposition-notification")
)  # fmt: skip
_HEADERS_ONLY = frozenset(("text/rfc822-headers", "message/rfc822-headers", "text/rfc822"))
_ID_LINE = re.compile(r"(?im)^[ \t>|]{0,20}message-id:[ \t]*\r?\n?[ \t>|]{0,20}(<[^<>\s]{1,400}>)")
_RECIPIENTS = ("final-recipient", "original-recipient")
_ADDR = re.compile(r"[^\s@<>\"(),:;]{1,64}@[^\s@<>\"(),:;]{1,255}")
_ACTION = re.compile(r"[a-z-]{1,30}")


@dataclass(slots=True)
class Returns:
    """Collects while the parts of a mail are walked through; dicts keep the order."""

    _ids: dict[str, None] = field(default_factory=dict)
    _recipients: dict[str, None] = field(default_factory=dict)
    _actions: dict[str, None] = field(default_factory=dict)

    def look(self, part: Message, *, kind: str, depth: int) -> None:
        """One part; `depth` counts mails in mails, 0 is the mail that came."""
        fields = headers.fields_of(part)
        if depth > 0:
            self._add_ids(fields)
        for value in fields.get("x-failed-recipients", ())[:MOST] if depth == 0 else ():
            self._add_recipients(value)
        if kind in _HEADERS_ONLY:
            self._add(self._ids, _ID_LINE.findall(_text_of(part, fields)))
        if kind.startswith("message/"):
            self._look_inside(part, is_status=kind in _STATUS and depth == 0)

    def _look_inside(self, part: Message, *, is_status: bool) -> None:
        content: Any = part.get_payload() if part.is_multipart() else ()
        for block in content[:MOST]:
            fields = headers.fields_of(block)
            self._add_ids(fields)
            if is_status:
                self._add_status(fields)

    def _add_ids(self, fields: headers.Fields) -> None:
        for name in ("message-id", "original-message-id"):
            self._add(self._ids, headers.ids_in(headers.first(fields, name)))

    def _add_status(self, fields: headers.Fields) -> None:
        for name in _RECIPIENTS:
            self._add_recipients(headers.first(fields, name).rpartition(";")[2])
        action = headers.word_of(headers.first(fields, "action"))
        # RFC 8098 3.2.6: "mode/mode; displayed/error" names what was done behind the semicolon.
        shown = headers.first(fields, "disposition").rpartition(";")[2]
        done = headers.word_of(shown.strip()).partition("/")[0]
        self._add(self._actions, [word for word in (action, done) if _ACTION.fullmatch(word)])

    def _add_recipients(self, value: str) -> None:
        found = _ADDR.findall(headers.clean(value, headers.ADDRESS_CHARS).lower())
        self._add(self._recipients, found)

    @staticmethod
    def _add(known: dict[str, None], words: Any) -> None:
        for word in words:
            if len(known) < MOST:
                known[word] = None

    def found(self, text: str) -> Returned:
        """All that was seen; `text` is the body as a person may read it."""
        self._add(self._ids, (headers.clean(i, 400) for i in _ID_LINE.findall(text)))
        return Returned(
            ids=tuple(self._ids),
            recipients=tuple(self._recipients),
            actions=tuple(self._actions),
        )


def _text_of(part: Message, fields: headers.Fields) -> str:
    """Returned headers as text; where they come encoded, decoded as far as an id needs it."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return ""
    written = str(payload)[:HEADER_BYTES]
    raw = written.encode("ascii", "replace")
    encoding = headers.word_of(headers.first(fields, "content-transfer-encoding"))
    if encoding == "base64":
        raw = headers.from_digits(raw)
    elif encoding == "quoted-printable":
        raw = binascii.a2b_qp(raw)
    return raw.decode("ascii", "ignore")
