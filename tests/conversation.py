"""The mails of a conversation: an application, what machines say in between, the answer.

Promises: the same bytes every time; unsigned and signed are the same paper, scanned twice.
Touches: nothing. Trusts: the pens and scanners of samples/. Limits: one form, two Kreise.
"""

from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from samples.angaben import Layout, Zeichnung
from samples.case import CEST, Case, letter_of
from samples.mails import RECEIVER, raw_bytes
from samples.papers import Antrag, hand
from samples.scanner import GREY_300

ESSLINGEN, OSTALB = "08116", "08136"
MORNING = datetime(2022, 7, 12, 8, 0, tzinfo=CEST)


def application(ags: str, *, signed: bool) -> Case:
    """The application of a Kreis, unsigned or the same paper signed and scanned again."""
    seed = int(ags) % 100 + signed
    zeichnung = Zeichnung(hand=hand(51)) if signed else Zeichnung()
    return Case(
        folder=f"{40 + seed % 50}-gespraech",
        shows="",
        at=MORNING.replace(tzinfo=None).isoformat(),
        antrag=Antrag(
            seed=seed,
            ags=ags,
            layout=Layout.ZEILE,
            betrag="98345.00",
            kind=GREY_300,
            datum="04.07.2022",
            zeichnung=zeichnung,
        ),
    )


def answer(ags: str, letter: str) -> bytes:
    """The signed application as a reply to our letter."""
    case = replace(
        application(ags, signed=True),
        subject="AW: Rückfrage zu Ihrem Antrag - {kreis}",
        text="Guten Tag,\n\nanbei der unterschriebene Antrag.\n\nFreundliche Grüße\n",
        headers=(("In-Reply-To", letter), ("References", letter)),
    )
    return raw_bytes(letter_of(case))


def out_of_office(case: Case, letter: str) -> bytes:
    """The note of a clerk who is not there."""
    marks = (("Auto-Submitted", "auto-replied"), ("In-Reply-To", letter))
    note = letter_of(replace(case, form=None, subject="Automatische Antwort", headers=marks))
    return raw_bytes(note)


def report(letter: str, *, action: str, recipient: str) -> bytes:
    """A report of the server of a Kreis on our letter (RFC 3464)."""
    message = EmailMessage(policy=SMTP)
    message["Return-Path"] = "<>"
    message["Received"] = f"from mx.example by {RECEIVER}; Tue, 12 Jul 2022 08:20:00 +0200"
    message["From"] = "MAILER-DAEMON@mx.example"
    message["Subject"] = "Delivery Status Notification"
    message["Message-ID"] = f"<{action}.1@mx.example>"
    status = f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: 4.4.1\r\n"
    body = (
        "--r\r\nContent-Type: text/plain\r\n\r\nsee below\r\n"
        f"--r\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n"
        f"--r\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {letter}\r\n\r\n--r--\r\n"
    )
    kind = 'Content-Type: multipart/report; report-type=delivery-status; boundary="r"'
    return b"".join(
        [message.as_bytes().rstrip(b"\r\n"), f"\r\nMIME-Version: 1.0\r\n{kind}\r\n\r\n".encode(),
         body.encode()]
    )  # fmt: skip
