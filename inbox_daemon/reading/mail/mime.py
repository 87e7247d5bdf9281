"""A mail's bytes become a Submission.

Promises: any bytes give a Submission or `TooComplex`; a field or part that cannot be read leaves
a code in `defects` and never loses the mail; linear in the size of the mail.
Touches: nothing but the `store` it is given. Trusts: nothing of the mail, not even its types.
Limits: takes archives and encryption as they are; opens mail in mail three deep; the standard
library splits the parts (compat32), all decoding of fields and bodies is our own, because
policy.default raises on hostile fields and is quadratic on many encoded words.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32
from typing import Any, TypeAlias

from inbox_daemon.core.values import Address, Attachment, AttachmentKind, Submission
from inbox_daemon.reading import limits
from inbox_daemon.reading.limits import TooComplex
from inbox_daemon.reading.mail import bodies, headers, sniff, tnef
from inbox_daemon.reading.mail.returned import Returns

Store: TypeAlias = Callable[[bytes], str]

REFERENCES = 50
AUTHENTICATIONS = 20
AUTHENTICATION_CHARS = 2_000
BODY_BYTES = 400_000

_ONCE = (
    "from",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "in-reply-to",
    "content-type",
    "sender",
)
_PARSER_DEFECTS = {
    "NoBoundaryInMultipartDefect": "teil-grenze",
    "StartBoundaryNotFoundDefect": "teil-grenze",
    "CloseBoundaryNotFoundDefect": "teil-grenze",
    "MultipartInvariantViolationDefect": "teil-grenze",
    "InvalidMultipartContentTransferEncodingDefect": "kodierung",
}
_SUBSTITUTE = "Retrieval using the IMAP4 protocol failed"  # Exchange's stand-in for a mail


class _Part(Message):
    """A part that keeps its body as it came: get_payload() replaces 8-bit bytes by guesses."""

    written = ""

    def set_payload(self, payload: Any, charset: Any = None) -> None:
        if isinstance(payload, str):
            self.written = payload
        super().set_payload(payload, charset)


@dataclass(slots=True)
class _Opened:
    """What has been found so far while walking through the parts."""

    store: Store
    attachments: list[Attachment] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    markup: list[str] = field(default_factory=list)
    defects: dict[str, None] = field(default_factory=dict)
    returns: Returns = field(default_factory=Returns)

    def odd(self, code: str) -> None:
        self.defects[code] = None

    def keep(
        self, untrusted: bytes, kind: AttachmentKind, part: Message, depth: int, *, name: str = ""
    ) -> None:
        if len(self.attachments) >= limits.ATTACHMENTS:
            self.odd("zu-viele-anlagen")
            return
        self.attachments.append(
            Attachment(
                sha256=self.store(untrusted),
                size=len(untrusted),
                kind=kind,
                name=name or _name_of(part),
                claimed_type=_type_of(part),
                depth=depth,
            )
        )


def submission_of(untrusted: bytes, *, store: Store) -> Submission:
    """What this mail says of itself; every attachment goes through `store`, which names its sha256.

    Ids keep their angle brackets. Raises TooComplex (RFC 5322, 2045 to 2047, 2231, 3834, 8601).
    """
    opened = _Opened(store=store)
    mail = _parsed(untrusted, opened)
    if len(untrusted) > limits.SOFT_MAIL_BYTES:
        opened.odd("gross")
    try:
        _walk(mail, opened, depth=0, level=0)
    except RecursionError as deep:
        raise TooComplex("zu-tief") from deep
    return _described(mail, opened)


def _parsed(untrusted: bytes, opened: _Opened) -> Message:
    """The parts of the mail; the limits hold before parsing and once more while parsing.

    Where the parser fails on the structure, the header fields and one piece of text remain.
    """
    limits.check_outline(untrusted)
    made = 0

    def counted(*, policy: Any = compat32) -> Message:
        nonlocal made
        made += 1
        if made > limits.PARTS + 1:  # the parser makes one for a trial
            raise TooComplex("zu-viele-teile")
        return _Part(policy=policy)

    try:
        return BytesParser(counted, policy=compat32).parsebytes(untrusted)
    except RecursionError as deep:
        raise TooComplex("zu-tief") from deep
    except (LookupError, ValueError, TypeError, AttributeError, AssertionError):
        opened.odd("aufbau-unlesbar")
        return BytesHeaderParser(counted, policy=compat32).parsebytes(untrusted)


# --- the parts ---


def _walk(part: Message, opened: _Opened, *, depth: int, level: int) -> None:
    """`depth` counts mails in mails, `level` every kind of nesting."""
    if level > limits.NESTING:
        raise TooComplex("zu-tief")
    for defect in part.defects:
        opened.odd(_PARSER_DEFECTS.get(type(defect).__name__, "kopf-defekt"))
    content: Any = part.get_payload() if part.is_multipart() else None
    kind = _type_of(part)
    with contextlib.suppress(LookupError, ValueError, TypeError, AttributeError):
        opened.returns.look(part, kind=kind, depth=depth)
    try:
        if content is None:
            _take_leaf(part, opened, depth=depth, level=level)
        elif kind.startswith("message/"):
            _open_mail(part, content, opened, depth=depth, level=level)
        else:
            for inner in content:
                _walk(inner, opened, depth=depth, level=level + 1)
    except (LookupError, ValueError, TypeError, AttributeError, AssertionError):
        opened.odd("teil-unlesbar")


def _open_mail(
    part: Message, content: list[Message], opened: _Opened, *, depth: int, level: int
) -> None:
    """message/rfc822 is kept and opened; reports are kept as text; fragments are only kept."""
    kind = _type_of(part)
    untrusted = b"\r\n".join(_bytes_of(inner) for inner in content)
    if kind not in {"message/rfc822", "message/global", "message/news"}:
        if kind in {"message/partial", "message/external-body"}:
            opened.odd("teilnachricht")
            opened.keep(untrusted, AttachmentKind.OTHER, part, depth)
        else:
            opened.keep(untrusted, AttachmentKind.TEXT, part, depth)
        return
    if _encoding_of(part) in {"base64", "quoted-printable"}:  # forbidden by RFC 2046 5.2.1, seen
        untrusted = bodies.decoded(untrusted.lstrip(), _encoding_of(part), opened.odd)
        _open_bytes(untrusted, part, opened, depth=depth, level=level)
        return
    opened.keep(untrusted, AttachmentKind.MAIL, part, depth)
    if depth >= limits.OPENED_MAILS:
        opened.odd("mail-zu-tief")
        return
    for inner in content:
        _walk(inner, opened, depth=depth + 1, level=level + 1)


def _open_bytes(
    untrusted: bytes, part: Message, opened: _Opened, *, depth: int, level: int
) -> None:
    """A mail that came as a file."""
    opened.keep(untrusted, AttachmentKind.MAIL, part, depth)
    if depth >= limits.OPENED_MAILS:
        opened.odd("mail-zu-tief")
        return
    _walk(_parsed(untrusted, opened), opened, depth=depth + 1, level=level + 1)


def _take_leaf(part: Message, opened: _Opened, *, depth: int, level: int) -> None:
    untrusted = bodies.decoded(_raw_of(part), _encoding_of(part), opened.odd)
    claimed, name = _type_of(part), _name_of(part)
    kind = sniff.kind_of(untrusted, claimed=claimed, name=name)
    if kind is AttachmentKind.MAIL:
        _open_bytes(untrusted, part, opened, depth=depth, level=level)
        return
    is_body = not name and _main_of(part, "content-disposition") != "attachment"
    is_body = is_body and claimed.startswith(("text/", "multipart/"))
    if is_body and bodies.has_uu(untrusted):
        opened.odd("uuencode-im-text")
    if is_body and depth == 0:
        _take_text(untrusted, part, opened)
    if is_body and kind in {AttachmentKind.TEXT, AttachmentKind.EMPTY, AttachmentKind.OTHER}:
        return
    if not sniff.is_tnef(untrusted) or not _open_tnef(untrusted, part, opened, depth=depth):
        opened.keep(untrusted, kind, part, depth)


def _open_tnef(untrusted: bytes, part: Message, opened: _Opened, *, depth: int) -> bool:
    """Keeps the files in a winmail.dat; whether these are all, and the thing itself can go.

    A mail, or another winmail.dat, among them is kept and not opened.
    """
    found, whole = tnef.files_in(untrusted)
    for claimed, content in found:
        name = headers.clean(claimed, headers.NAME_CHARS) or _name_of(part)
        kind = sniff.kind_of(content, name=name)
        whole = whole and kind is not AttachmentKind.MAIL and not sniff.is_tnef(content)
        opened.keep(content, kind, part, depth, name=name)
    if not whole:
        opened.odd("tnef")
    return whole


def _take_text(untrusted: bytes, part: Message, opened: _Opened) -> None:
    if len(untrusted) > BODY_BYTES:
        opened.odd("text-gekuerzt")
    text, well = headers.text_of(untrusted[:BODY_BYTES], _charset_of(part))
    if not well:
        opened.odd("zeichensatz")
    if _type_of(part) == "text/html":
        opened.markup.append(bodies.without_markup(text))
    else:
        opened.plain.append(text)


def _bytes_of(inner: Message) -> bytes:
    """The inner message as bytes: the parser keeps no slice of the original."""
    try:
        return inner.as_bytes(policy=compat32)
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError):
        return b""


# --- bodies ---


def _raw_of(part: Message) -> bytes:
    written = part.written if isinstance(part, _Part) else ""
    return written.encode("ascii", "surrogateescape")


# --- header fields ---


def _described(mail: Message, opened: _Opened) -> Submission:
    fields = headers.fields_of(mail)
    if any(len(fields.get(name, ())) > 1 for name in _ONCE):
        opened.odd("kopf-doppelt")
    from_, in_order = headers.addresses_in(fields.get("from", ()))
    if not in_order or len(from_) != 1:
        opened.odd("absender-unklar")
    subject = headers.shown(headers.first(fields, "subject"))
    return_path = headers.return_path_of(fields)
    envelope = (Address(name="", addr=return_path),) if return_path else ()
    text = _body(opened)
    if _SUBSTITUTE in subject or _SUBSTITUTE in text:
        opened.odd("exchange-ersatznachricht")
    return Submission(
        message_id=headers.id_in(headers.first(fields, "message-id")),
        in_reply_to=headers.id_in(headers.first(fields, "in-reply-to")),
        references=headers.ids_in(headers.first(fields, "references"))[-REFERENCES:],
        subject=subject,
        from_=from_,
        reply_to=headers.addresses_in(fields.get("reply-to", ()))[0],
        sender=headers.addresses_in(fields.get("sender", ()))[0],
        return_path=return_path,
        date_claimed=headers.clean(headers.first(fields, "date"), 100),
        automatic=headers.marks_of(
            fields, kind=_type_of(mail), subject=subject, senders=(*from_, *envelope)
        ),
        authentication=tuple(
            headers.results_of(value, AUTHENTICATION_CHARS)
            for value in fields.get("authentication-results", ())[:AUTHENTICATIONS]
        ),
        text=text,
        attachments=tuple(opened.attachments),
        defects=tuple(opened.defects),
        # RFC 5321 4.4: the time stands behind the last semicolon of the trace field.
        received_claimed=headers.clean(headers.first(fields, "received").rpartition(";")[2], 100),
        returned=opened.returns.found(text),
        spam=headers.spam_marks_of(fields),
    )


def _body(opened: _Opened) -> str:
    """Plain text if there is any, else the text of the HTML; cut."""
    for texts in (opened.plain, opened.markup):
        whole = headers.clean_lines("\n\n".join(texts), limits.TEXT_CHARS * 4)
        if whole:
            if len(whole) > limits.TEXT_CHARS:
                opened.odd("text-gekuerzt")
            return whole[: limits.TEXT_CHARS]
    return ""


def _main_of(part: Message, name: str) -> str:
    return headers.word_of(headers.first(headers.fields_of(part), name))


def _encoding_of(part: Message) -> str:
    return _main_of(part, "content-transfer-encoding")


def _type_of(part: Message) -> str:
    """As the parser understood it, so that both speak of the same part."""
    try:
        return headers.clean(part.get_content_type(), 100)
    except (LookupError, ValueError, TypeError, AttributeError):
        return "?"


def _charset_of(part: Message) -> str:
    try:
        value = part.get_param("charset", "")
    except (LookupError, ValueError, TypeError):
        return "?"
    text = str(value[2] if isinstance(value, tuple) else value)
    return headers.clean(text, 40).lower().strip("\"'")


def _name_of(part: Message) -> str:
    try:
        return headers.shown(part.get_filename("") or "")[: headers.NAME_CHARS]
    except (LookupError, ValueError, TypeError):
        return "?"
