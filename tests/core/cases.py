"""Builders of values: an application without any fault, to be changed by one trait at a time.

Promises: `good_evidence()` is accepted under the rules of the project. Touches: rules/, once.
Trusts: ruleset.py. Limits: the people in here do not exist.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from inbox_daemon.core.decide import decide, facts_of
from inbox_daemon.core.facts import Facts
from inbox_daemon.core.programm import Foerderprogramm, Ruleset
from inbox_daemon.core.values import (
    Absent,
    Address,
    Attachment,
    AttachmentKind,
    Document,
    DocumentKind,
    Evidence,
    RawMessage,
    Read,
    Source,
    Submission,
    Unreadable,
    UnreadDocument,
)
from inbox_daemon.core.verdict import Known, Verdict
from inbox_daemon.ruleset import load_rules

V = TypeVar("V")

ROOT = Path(__file__).resolve().parents[2]
RULES_FOLDER = ROOT / "rules"
KENNUNG = "soforthilfe-ukraine-2022"
# Landkreis Karlsruhe: there is a Stadtkreis of the same name.
AGS, KREIS, DOMAIN = "08215", "Landkreis Karlsruhe", "landratsamt-karlsruhe.de"
SENDER = f"soziales@{DOMAIN}"
SERVER = "mx.rps.bwl.de"
PASSED = f"{SERVER}; dkim=pass header.d={DOMAIN}; dmarc=pass header.from={DOMAIN}"
RECEIVED = datetime(2022, 7, 11, 8, 30, tzinfo=UTC)
AMOUNT = Decimal("287650.00")
SHA = "ab" * 32
MAIL_SHA = "cd" * 32


@cache
def rules() -> Ruleset:
    """The rules of the project."""
    return load_rules(RULES_FOLDER)


def programm() -> Foerderprogramm:
    """The one programme of these rules."""
    return rules().programme[0]


def only_checks(*names: str) -> Ruleset:
    """The rules with nothing but these checks."""
    return replace(rules(), programme=(replace(programm(), checks=names),))


def source(*, page: int = 1, document: str = SHA, crop: str | None = None) -> Source:
    """A place on a page."""
    return Source(document=document, page=page, box=None, method="probe", confidence=1.0, crop=crop)


def read(value: V, *, page: int = 1, crop: str | None = None) -> Read[V]:
    """A field that was read."""
    return Read(value=value, source=source(page=page, crop=crop))


def absent(why: str = "feld-leer", *, page: int = 1) -> Absent:
    """A field that is surely empty."""
    return Absent(why=why, source=source(page=page))


def unreadable(why: str = "widerspruch") -> Unreadable:
    """A field of which nobody can tell; the guess must never be used."""
    return Unreadable(why=why, guess="999999.00")


def document(**changes: Any) -> Document:
    """A signed scan of the form of Landkreis Karlsruhe."""
    good = Document(
        sha256=SHA,
        name="antrag.pdf",
        kind=DocumentKind.SCAN,
        pages=2,
        programme=read(KENNUNG),
        amount=read(AMOUNT, page=1, crop="11" * 32),
        signature=read("tinte", page=2, crop="22" * 32),
        applicant=read(KREIS),
        notes=(),
        seconds=1.0,
    )
    return replace(good, **changes)


def address(addr: str = SENDER) -> Address:
    """A mail address."""
    return Address(name="Sozialamt", addr=addr)


def attachment(kind: AttachmentKind = AttachmentKind.PDF, *, sha256: str = SHA) -> Attachment:
    """A part of a mail."""
    return Attachment(
        sha256=sha256, size=1000, kind=kind, name="datei", claimed_type="application/octet-stream"
    )


def mail(**changes: Any) -> Submission:
    """A mail of a Kreis with its application, proven by our own server."""
    good = Submission(
        message_id="<1@kreis.example>",
        in_reply_to="",
        references=(),
        subject="Antrag Soforthilfe",
        from_=(address(),),
        reply_to=(),
        return_path=SENDER,
        date_claimed="Mon, 11 Jul 2022 10:30:00 +0200",
        automatic=(),
        authentication=(PASSED,),
        text="Guten Tag, anbei unser Antrag.",
        attachments=(attachment(),),
        defects=(),
    )
    return replace(good, **changes)


def good_evidence(**changes: Any) -> Evidence:
    """What is seen in a mail that has no fault."""
    good = Evidence(
        submission=mail(),
        documents=(document(),),
        unread=(),
        failure=None,
        engines=(("probe", "1"),),
    )
    return replace(good, **changes)


def of_document(**changes: Any) -> Evidence:
    """The good mail with a changed document."""
    return good_evidence(documents=(document(**changes),))


def of_mail(**changes: Any) -> Evidence:
    """The changed mail with the good document."""
    return good_evidence(submission=mail(**changes))


def without_document(*kinds: AttachmentKind, **changes: Any) -> Evidence:
    """A mail in which no document was found, with attachments of these kinds."""
    parts = tuple(attachment(kind) for kind in kinds)
    return good_evidence(submission=mail(attachments=parts, **changes), documents=())


def unread(why: str) -> UnreadDocument:
    """An attachment that could not be read."""
    return UnreadDocument(sha256="ef" * 32, name="anlage.pdf", why=why)


def raw(*, uid: int = 1, sha256: str = MAIL_SHA) -> RawMessage:
    """A message as the server holds it."""
    return RawMessage(
        mailbox="INBOX",
        uidvalidity=7,
        uid=uid,
        received_at=RECEIVED,
        size=1000,
        sha256=sha256,
        message_id="<1@kreis.example>",
    )


def facts(
    evidence: Evidence | None = None,
    *,
    known: Known | None = None,
    at: datetime | None = RECEIVED,
    under: Ruleset | None = None,
) -> Facts:
    """What the checks see of the good mail, or of another."""
    return facts_of(
        evidence or good_evidence(), known=known or Known(), rules=under or rules(), received_at=at
    )


def verdict(
    evidence: Evidence | None = None,
    *,
    known: Known | None = None,
    at: datetime | None = RECEIVED,
    under: Ruleset | None = None,
) -> Verdict:
    """The verdict on the good mail, or on another."""
    return decide(
        evidence or good_evidence(), known=known or Known(), rules=under or rules(), received_at=at
    )


def codes(found: Verdict) -> Iterable[str]:
    """The codes of all findings of a verdict."""
    return [finding.code for finding in found.findings]
