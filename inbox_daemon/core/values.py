"""The frozen values that travel from mail to verdict.

Promises: immutable, comparable, free of behaviour that could fail.
Touches: nothing. Trusts: its makers; bytes from outside are checked where they come in (wire.py).
Limits: no rule knowledge; what a value means for a case is decided in checks.py and decide.py.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from inbox_daemon.core.formular import Formularseite, Seitenblick

T = TypeVar("T")


class AttachmentKind(StrEnum):
    """True type of an attachment, sniffed from its bytes, never from its name or claim."""

    PDF = "pdf"
    IMAGE = "image"
    OFFICE = "office"
    ARCHIVE = "archive"
    MAIL = "mail"
    SIGNATURE = "signature"
    ENCRYPTED = "encrypted"
    TEXT = "text"
    OTHER = "other"
    EMPTY = "empty"


class DocumentKind(StrEnum):
    """Where the picture of a page comes from: paper under a scanner, or a program."""

    SCAN = "scan"
    BORN_DIGITAL = "born-digital"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in PDF points (1/72 inch) from the top left of the page as it is shown."""

    x0: float
    y0: float
    x1: float
    y1: float


# The method of a reading that no printed label led to, as on a letter.
WITHOUT_LABEL: Final = "ohne-label"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a reading was seen: what a clerk needs to check it with one look."""

    document: str
    page: int
    box: Box | None
    method: str
    confidence: float
    raw: str = ""
    crop: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Generic[T]):
    """The field was read: a value and where it stands."""

    value: T
    source: Source
    kind: Literal["read"] = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """The field was found and is surely empty, or holds surely something else (`why`)."""

    why: str
    source: Source | None
    kind: Literal["absent"] = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Cannot tell. `guess` may help a clerk; no rule ever uses it."""

    why: str
    guess: str | None = None
    source: Source | None = None
    kind: Literal["unreadable"] = "unreadable"


Reading: TypeAlias = Read[T] | Absent | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessage:
    """One message as the server holds it; its bytes lie in the spool under `sha256`.

    `received_at` is the server's INTERNALDATE (RFC 3501 2.3.3), aware, in UTC.
    """

    mailbox: str
    uidvalidity: int
    uid: int
    received_at: datetime
    size: int
    sha256: str
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A mail address as written: `name` is for people only, `addr` is lower case."""

    name: str
    addr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One part of a mail. `name` is the sender's claim, shown escaped, never used as a path."""

    sha256: str
    size: int
    kind: AttachmentKind
    name: str
    claimed_type: str
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a report says of the mail it is about: all claims.

    `ids` are Message-IDs of what was sent back, `actions` words of RFC 3464 2.3.3 and
    RFC 8098 3.2.6, lower case.
    """

    ids: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What the mail says of itself. Everything here is a claim of the sender, but for nothing.

    `automatic` names the marks of automatic mail (RFC 3834) that were found;
    `authentication` holds the Authentication-Results fields (RFC 8601), topmost first;
    `received_claimed` is the time in the topmost Received field, as written (RFC 5321 4.4);
    `sender` is who sent it for the author, where that is said (RFC 5322 3.6.2);
    `spam` are the marks of spam filters, "name: value", lower case.
    """

    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    subject: str
    from_: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    return_path: str | None
    date_claimed: str
    automatic: tuple[str, ...]
    authentication: tuple[str, ...]
    text: str
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...]
    received_claimed: str = ""
    returned: Returned = Returned()
    sender: tuple[Address, ...] = ()
    spam: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seitenbild:
    """One page as a PNG with what was read drawn on it, in the job's folder; only when asked."""

    page: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One PDF or image that was read. `signature` is read when ink of a pen was seen.

    `applicant` is the text of the applicant's field; which Kreis it means is decided in kreis.py.
    `notes` are codes of what was odd about the file (e.g. `changed-after-scan`); `looks` tell
    how much of each page was read, and by which known form.
    """

    sha256: str
    name: str
    kind: DocumentKind
    pages: int
    programme: Reading[str]
    amount: Reading[Decimal]
    signature: Reading[str]
    applicant: Reading[str]
    notes: tuple[str, ...]
    seconds: float
    looks: tuple[Seitenblick, ...] = ()
    pictures: tuple[Seitenbild, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadDocument:
    """An attachment that could be an application and could not be read, and why (a code)."""

    sha256: str
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that was seen: the hinge between slow, unsafe reading and fast, repeatable deciding.

    `failure` is a code when the whole reading came to nothing (time-out, crash, too complex).
    `learned` are forms that were new, or are now known better.
    """

    submission: Submission | None
    documents: tuple[Document, ...]
    unread: tuple[UnreadDocument, ...]
    failure: str | None
    engines: tuple[tuple[str, str], ...]
    learned: tuple[Formularseite, ...] = ()


def nothing_seen(code: str, engines: tuple[tuple[str, str], ...] = ()) -> Evidence:
    """The evidence of a reading that came to nothing, and why (a code)."""
    return Evidence(submission=None, documents=(), unread=(), failure=code, engines=engines)
