"""Wraps papers in mails as they lie in the mailbox: RFC 5322 and MIME bytes with CRLF.

Promises: the same bytes for the same letter; every id, boundary and date is fixed.
Touches: nothing. Trusts: the standard library's `email` to fold and encode.
Limits: hops, client names and addresses are plausible, not taken from any real mail.
"""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

RECIPIENT = "integrationsmanagement@rps.bwl.de"
RECEIVER = "mx.rps.bwl.de"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An attachment; `kind` is its claimed media type."""

    name: str
    kind: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail. `key` makes its ids; `sent_at` and `received_at` are aware."""

    key: str
    sender: str
    sender_name: str
    subject: str
    text: str
    sent_at: datetime
    received_at: datetime
    parts: tuple[Part, ...] = ()
    forwarded: "Letter | None" = None
    headers: tuple[tuple[str, str], ...] = ()
    authentic: bool = True
    html: bool = False

    @property
    def domain(self) -> str:
        """The sender's domain."""
        return self.sender.split("@", 1)[1]


def raw_bytes(letter: Letter) -> bytes:
    """The mail as the receiving server delivered it."""
    return _message(letter, delivered=True).as_bytes(policy=SMTP)


def docx(paragraphs: tuple[str, ...]) -> bytes:
    """A small word-processor file (ECMA-376) with these paragraphs; dates fixed."""
    kinds = "application/vnd.openxmlformats-"
    body = "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs)
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"><Default Extension="rels" ContentType="'
        f'{kinds}package.relationships+xml"/><Override PartName="/word/document.xml" '
        f'ContentType="{kinds}officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
        "</Relationships>",
        "word/document.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/'
        f'wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, (2022, 7, 1, 8, 0, 0))
            archive.writestr(entry, f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode())
    return buffer.getvalue()


def _message(letter: Letter, *, delivered: bool) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    if delivered:
        _transport_headers(message, letter)
    message["From"] = f'"{letter.sender_name}" <{letter.sender}>'
    message["To"] = RECIPIENT
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.sent_at)
    message["Message-ID"] = f"<{letter.key}.{letter.sent_at:%Y%m%d%H%M%S}@{letter.domain}>"
    message["MIME-Version"] = "1.0"
    for name, value in letter.headers:
        message[name] = value
    _body(message, letter)
    return message


def _transport_headers(message: EmailMessage, letter: Letter) -> None:
    """What the receiving server wrote on top (RFC 8601, RFC 5321 section 4.4)."""
    verdict = "pass" if letter.authentic else "fail"
    domain = letter.domain
    message["Authentication-Results"] = (
        f"{RECEIVER}; dkim={verdict} header.d={domain}; spf={verdict} smtp.mailfrom={domain}; "
        f"dmarc={verdict} header.from={domain}"
    )
    gateway = f"mailgate.{domain}" if letter.authentic else "relay.example.net"
    hops = (
        (gateway, "198.51.100.24", RECEIVER, letter.received_at),
        (f"mx01.intern.{domain}", "10.20.4.11", gateway, letter.sent_at + timedelta(seconds=4)),
    )
    for source, address, target, at in hops:
        message["Received"] = (
            f"from {source} ({source} [{address}]) by {target} with ESMTPS id "
            f"{letter.key}; {format_datetime(at)}"
        )
    message["Return-Path"] = f"<{letter.sender}>"


def _body(message: EmailMessage, letter: Letter) -> None:
    message.set_content(letter.text, cte="quoted-printable")
    if letter.html:
        rows = "".join(f"<p>{row}</p>" for row in letter.text.split("\n") if row)
        page = f"<html><body>{rows}</body></html>"
        message.add_alternative(page, subtype="html", cte="quoted-printable")
    for part in letter.parts:
        major, minor = part.kind.split("/", 1)
        message.add_attachment(part.payload, maintype=major, subtype=minor, filename=part.name)
    if letter.forwarded is not None:
        message.add_attachment(_message(letter.forwarded, delivered=False))
    for number, branch in enumerate(message.walk()):
        if branch.get_content_maintype() == "multipart":
            branch.set_boundary(f"=_{letter.key}_{number:02d}")
