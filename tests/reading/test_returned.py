"""What a report says of the mail it is about: ids, recipients, actions; in the forms that exist."""

import hashlib
from email import message_from_bytes
from email.policy import compat32
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_daemon.core.values import Returned, Submission
from inbox_daemon.reading.mail.mime import submission_of
from inbox_daemon.reading.mail.returned import MOST, Returns

LETTER = "<a-2022-000001.rueckfrage@rps.bwl.de>"
HEAD = f"From: im@rps.bwl.de\r\nTo: a@kreis.example\r\nMessage-ID: {LETTER}\r\nSubject: x\r\n"
TOP = "From: MAILER-DAEMON@mx.example\r\nReturn-Path: <>\r\nMessage-ID: <b@mx.example>\r\n"


def seen(mail: str) -> Submission:
    """What is read of this mail."""
    content = mail.encode()
    return submission_of(content, store=lambda part: hashlib.sha256(part).hexdigest())


def report(*parts: str, kind: str = "delivery-status") -> str:
    """A multipart/report of these parts (RFC 6522)."""
    body = "".join(f"--g\r\n{part}\r\n" for part in parts)
    head = f'{TOP}Content-Type: multipart/report; report-type={kind}; boundary="g"\r\n'
    return f"{head}MIME-Version: 1.0\r\n\r\n{body}--g--\r\n"


TEXT = "Content-Type: text/plain\r\n\r\nNot delivered."
STATUS = (
    "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
    "Final-Recipient: rfc822; A@Kreis.example\r\nOriginal-Recipient: rfc822;b@kreis.example\r\n"
    "Action: {action}\r\nStatus: 5.1.1\r\n"
)
WHOLE = f"Content-Type: message/rfc822\r\n\r\n{HEAD}\r\nGuten Tag\r\n"


@pytest.mark.parametrize("action", ["failed", "Delayed", "relayed (to a gateway)"])
def test_a_report_in_the_standard_form(action: str) -> None:
    """RFC 3464, with the whole letter behind it."""
    found = seen(report(TEXT, STATUS.format(action=action), WHOLE))
    assert found.returned == Returned(
        ids=(LETTER,),
        recipients=("a@kreis.example", "b@kreis.example"),
        actions=(action.split(maxsplit=1)[0].lower(),),
    )
    assert "bericht" in found.automatic


@pytest.mark.parametrize(
    "part",
    [
        f"Content-Type: text/rfc822-headers\r\n\r\n{HEAD}",
        f"Content-Type: message/rfc822-headers\r\n\r\n{HEAD}",
        (
            "Content-Type: text/rfc822-headers\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
            "Message-ID: <a-2022-000001.=\r\nrueckfrage@rps.bwl.de>\r\n"
        ),
        WHOLE,
        f'Content-Type: application/octet-stream; name="letter.eml"\r\n\r\n{HEAD}\r\nGuten Tag',
    ],
)
def test_the_letter_is_known_in_whatever_form_it_is_returned(part: str) -> None:
    assert LETTER in seen(report(TEXT, part)).returned.ids


@pytest.mark.parametrize(
    "body",
    [
        f"Hi. This is the qmail-send program.\r\n--- Below this line is a copy.\r\n\r\n{HEAD}",
        f"------ This is a copy of the message, including all the headers. ------\r\n{HEAD}",
        f"> Message-Id: {LETTER}\r\n",
        f"> Message-Id:\r\n>  {LETTER}\r\n",
    ],
)
def test_the_letter_is_known_in_plain_text(body: str) -> None:
    assert LETTER in seen(f"{TOP}Subject: failure notice\r\n\r\n{body}").returned.ids


def test_exim_names_the_recipients_in_the_header() -> None:
    mail = f"{TOP}X-Failed-Recipients: A@kreis.example,\r\n b@kreis.example\r\n\r\nx\r\n"
    assert seen(mail).returned.recipients == ("a@kreis.example", "b@kreis.example")


def test_a_receipt_names_what_was_done_and_the_letter() -> None:
    """RFC 8098."""
    receipt = (
        "Content-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822;a@k.example"
        f"\r\nOriginal-Message-ID: {LETTER}\r\n"
        "Disposition: automatic-action/MDN-sent-automatically; displayed\r\n"
    )
    found = seen(report(TEXT, receipt, kind="disposition-notification")).returned
    assert (found.ids, found.actions) == ((LETTER,), ("displayed",))


def test_the_mail_s_own_id_and_words_in_its_text_are_no_letter() -> None:
    found = seen(f"{TOP}Subject: x\r\n\r\nPlease write to <a@kreis.example>.\r\n").returned
    assert found == Returned()


def test_a_flood_of_ids_is_cut() -> None:
    many = "".join(f"Message-ID: <{n}@x.example>\r\n" for n in range(500))
    assert len(seen(f"{TOP}\r\n{many}").returned.ids) == MOST


@given(
    kind=st.sampled_from(
        ["message/delivery-status", "message/rfc822", "text/rfc822-headers", "text/plain",
         "message/disposition-notification", "message/rfc822-headers"]
    ),
    content=st.text(max_size=300),
    field=st.sampled_from(
        ["Message-ID", "Action", "Final-Recipient", "Disposition", "X-Failed-Recipients"]
    ),
    depth=st.integers(0, 3),
)  # fmt: skip
def test_nothing_that_a_report_can_say_breaks_the_reading(
    kind: str, content: str, field: str, depth: int
) -> None:
    raw = f"Content-Type: {kind}\r\n{field}: {content}\r\n\r\n{field}: {content}\r\n\r\n{content}"
    part = message_from_bytes(raw.encode("utf-8", "replace"), policy=compat32)
    returns = Returns()
    returns.look(part, kind=kind, depth=depth)
    found = returns.found(content)
    assert all(0 < len(word) <= 400 for word in (*found.ids, *found.recipients, *found.actions))
    signs = "".join((*found.ids, *found.recipients, *found.actions))
    # Unassigned code points are no danger; another version of Unicode has names for them.
    assert not {category(sign) for sign in signs} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
