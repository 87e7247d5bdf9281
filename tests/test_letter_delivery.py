"""A letter on its whole way: written, sent by SMTP, kept by Dovecot, read by a mail program."""

import email
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default

import pytest

from inbox_daemon.core.verdict import Outcome
from inbox_daemon.edges.postman import SmtpPostman
from inbox_daemon.probebriefe import LONGEST_LINE, probebriefe
from samples.servers import Imap, dovecot, smtp_sink
from tests.core import cases
from tests.fakes import FakeClock

pytestmark = pytest.mark.full
AT = datetime(2022, 7, 11, 8, 35, tzinfo=UTC)
LETTERS = [
    b.letter for programm in cases.rules().programme for b in probebriefe(cases.rules(), programm)
]


@pytest.fixture(scope="module", name="kept")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Imap, tuple[bytes, ...]]]:
    """Every letter of every programme, sent by the real postman and delivered to a Dovecot."""
    folder = tmp_path_factory.mktemp("letters")
    postfach = cases.rules().postfach
    with smtp_sink(folder / "sink") as (sink, port):
        postman = SmtpPostman(
            host="127.0.0.1",
            port=port,
            starttls=False,
            user="",
            password="",
            sender=Address(f"{postfach.behoerde}, {postfach.referat}", addr_spec=postfach.adresse),
            clock=FakeClock(instant=AT),
            timeout_s=10,
        )
        for letter in LETTERS:
            assert postman.send(letter, before_data=lambda: None).outcome is Outcome.DONE
        sent = sink.letters()
    with dovecot(folder / "dovecot") as imap:
        for content in sent:
            imap.deliver(content, received_at=AT)
        yield imap, sent


def copies(imap: Imap) -> list[bytes]:
    """The messages as Dovecot gives them, in order of arrival."""
    with imap.client() as client:
        client.select_folder("INBOX", readonly=True)
        found = client.fetch(client.search("ALL"), ["BODY.PEEK[]"])
        return [found[uid][b"BODY[]"] for uid in sorted(found)]


def test_dovecot_keeps_every_byte_and_no_line_is_longer_than_76(
    kept: tuple[Imap, tuple[bytes, ...]],
) -> None:
    imap, sent = kept
    found = copies(imap)
    assert found == list(sent)
    assert max(len(line) for content in found for line in content.split(b"\r\n")) <= LONGEST_LINE
    assert all(content.isascii() for content in found)


def test_umlauts_are_right_in_subject_and_body_of_dovecots_copy(
    kept: tuple[Imap, tuple[bytes, ...]],
) -> None:
    for letter, content in zip(LETTERS, copies(kept[0]), strict=True):
        message = email.message_from_bytes(content, _class=EmailMessage, policy=default)
        assert message["Subject"] == letter.subject
        assert message.get_content().splitlines() == letter.body.splitlines()
        assert message["From"].addresses[0].display_name.startswith("Regierungspr\u00e4sidium")
        assert message.get_content_type() == "text/plain"


def test_dovecot_itself_reads_the_subject_and_finds_the_umlauts(
    kept: tuple[Imap, tuple[bytes, ...]],
) -> None:
    imap, _ = kept
    with imap.client() as client:
        client.select_folder("INBOX", readonly=True)
        uids = client.search("ALL")
        for key, words in (
            ("SUBJECT", "R\u00fcckfrage zu Ihrem Antrag"),
            ("SUBJECT", "f\u00fcr die Integration von Vertriebenen aus der Ukraine"),
            ("BODY", "Mit freundlichen Gr\u00fc\u00dfen"),
            ("BODY", "k\u00f6nnen,"),
        ):
            texts = [x.subject if key == "SUBJECT" else x.body for x in LETTERS]
            expected = [uid for uid, text in zip(uids, texts, strict=True) if words in text]
            assert client.search([key, words], "UTF-8") == expected != []
        envelopes = client.fetch(uids, ["ENVELOPE"])
    for letter, uid in zip(LETTERS, uids, strict=True):
        assert decoded(envelopes[uid][b"ENVELOPE"].subject) == letter.subject


def decoded(subject: bytes) -> str:
    return str(make_header(decode_header(subject.decode())))
