"""Letters by SMTP: sent once, refused, or in doubt, against a server that answers by script."""

import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_daemon.core.errors import ConfigError, Temporary
from inbox_daemon.core.verdict import Outcome
from inbox_daemon.edges.postman import SmtpPostman
from inbox_daemon.ports import Letter, Sent
from tests.peers.smtp_peer import Act, Peer, smtp_peer

LETTER = Letter(
    message_id="<a-2022-000001.rueckfrage@rps.bwl.de>",
    recipient="poststelle@kreis.example",
    subject="Rückfrage zu Ihrem Antrag",
    body="Guten Tag,\n.\nein Punkt allein.\nÄÖÜß\n",
    in_reply_to="<frage@kreis.example>",
)


class FixedClock:
    """A clock that stands."""

    def now(self) -> datetime:
        """The fixed instant."""
        return datetime(2022, 7, 1, 8, tzinfo=UTC)


class Script:
    """An SMTP server that answers each command by script; `cut` closes instead of answering."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = {"EHLO": "250 ok", "MAIL": "250 ok", "RCPT": "250 ok"} | answers
        self.data = b""
        self.commands: list[str] = []

    def serve(self, listener: socket.socket) -> None:
        """One connection."""
        peer, _ = listener.accept()
        with peer, peer.makefile("rb") as lines:
            peer.sendall(b"220 script\r\n")
            for line in lines:
                verb = line.split()[0].decode().upper()
                self.commands.append(verb)
                if not self._answer(peer, verb):
                    return
                if verb == "DATA" and self.answers.get("DATA", "354").startswith("354"):
                    self._take(lines)
                    if not self._answer(peer, "."):
                        return

    def _take(self, lines: object) -> None:
        for line in lines:  # type: ignore[attr-defined]
            if line == b".\r\n":
                return
            self.data += line.removeprefix(b".") if line.startswith(b"..") else line

    def _answer(self, peer: socket.socket, verb: str) -> bool:
        preset = {"DATA": "354 go", ".": "250 kept", "QUIT": "221 bye"}
        answer = self.answers.get(verb, preset.get(verb, "502 what"))
        if answer == "cut":
            return False
        peer.sendall(answer.encode() + b"\r\n")
        return True


@contextmanager
def postman_for(script: Script) -> Iterator[SmtpPostman]:
    """A postman whose server follows the script."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=script.serve, args=(listener,), daemon=True)
        thread.start()
        yield SmtpPostman(
            host="127.0.0.1",
            port=listener.getsockname()[1],
            starttls=False,
            user="",
            password="",
            sender=Address("Regierungspräsidium", addr_spec="im@rps.bwl.de"),
            clock=FixedClock(),
            timeout_s=5,
        )
        thread.join(5)


def test_a_letter_arrives_whole_with_the_marks_of_an_automatic_reply() -> None:
    script, told = Script({}), []
    with postman_for(script) as postman:
        outcome = postman.send(LETTER, before_data=lambda: told.append(len(script.data)))
    assert outcome.outcome is Outcome.DONE
    assert told == [0], "the attempt is on record before the first byte of content leaves"
    message = email.message_from_bytes(script.data, policy=default)
    assert message["Message-ID"] == LETTER.message_id
    assert message["In-Reply-To"] == LETTER.in_reply_to
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["Subject"] == LETTER.subject
    assert message.get_content().splitlines() == LETTER.body.splitlines()


def sent(letter: Letter) -> tuple[bytes, EmailMessage]:
    """The letter as the relay gets it, and as a mail program reads it."""
    postman = SmtpPostman(
        host="127.0.0.1",
        port=1,
        starttls=False,
        user="",
        password="",
        sender=Address("Regierungspräsidium Stuttgart, Referat 15.2", addr_spec="im@rps.bwl.de"),
        clock=FixedClock(),
        timeout_s=5,
    )
    content = postman._message(letter).as_bytes()
    return content, email.message_from_bytes(content, _class=EmailMessage, policy=default)


def test_a_letter_asks_every_robot_to_be_silent_and_is_no_bulk_mail() -> None:
    _, message = sent(LETTER)
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["References"] == LETTER.in_reply_to
    assert message["Precedence"] is None
    assert message["Content-Type"] == 'text/plain; charset="utf-8"'
    assert message["Content-Transfer-Encoding"] == "quoted-printable"


@pytest.mark.parametrize(
    "message_id",
    [
        "<AM0PR02MB3682A5D4B7B5A9A1E4E1C8B2F9D19@AM0PR02MB3682.eurprd02.prod.outlook.com>",
        f"<{'a' * 240}@x.de>",
        "<ohne-klammeraffe>",
        "<{a=b?}$%+/*!@x.de>",
        "<=?utf-8?q?a=0D=0ABcc:_b=40c.de?=@x.de>",
    ],
)
def test_the_message_that_is_answered_is_named_as_it_named_itself(message_id: str) -> None:
    """One that is longer than a line must not be encoded, or no program finds the conversation."""
    content, _ = sent(replace(LETTER, in_reply_to=message_id))
    assert f"\r\nIn-Reply-To: {message_id}\r\n".encode() in content
    assert f"\r\nReferences: {message_id}\r\n".encode() in content


@pytest.mark.parametrize(
    "message_id",
    [
        "",
        "<a b@c.de>",
        "<a@b> <c@d>",
        "a@b.de",
        "<a@b.de",
        "<ä@b.de>",
        "<a\r\nBcc: b>",
    ],
)
def test_what_is_no_message_id_is_not_answered_by_name(message_id: str) -> None:
    content, message = sent(replace(LETTER, in_reply_to=message_id))
    assert message["In-Reply-To"] is None
    assert message["References"] is None
    assert b"Bcc" not in content


@pytest.mark.parametrize(
    "recipient",
    [
        f"{'poststelle.' * 5}soziales@landratsamt-breisgau-hochschwarzwald.example",
        "=?utf-8?q?a=0D=0ABcc:_b=40c.de?=@kreis.example",
    ],
)
def test_an_address_stands_there_as_it_is(recipient: str) -> None:
    content, _ = sent(replace(LETTER, recipient=recipient))
    assert f"\r\nTo: {recipient}\r\n".encode() in content


WORDS = st.lists(
    st.text(alphabet="abcäöüÄÖÜß–„“§.=?_-AZ09€", min_size=1, max_size=30), min_size=1, max_size=30
).map(" ".join)


@settings(deadline=None)
@given(
    subject=WORDS,
    lines=st.lists(st.sampled_from(["", ".", "..", "From x", "-- "]) | WORDS),
)
def test_no_line_on_the_wire_is_too_long_and_every_umlaut_comes_back(
    subject: str, lines: list[str]
) -> None:
    body = "\n".join(lines) + "\n"
    content, message = sent(replace(LETTER, subject=subject, body=body))
    assert message["From"] == '"Regierungspräsidium Stuttgart, Referat 15.2" <im@rps.bwl.de>'
    assert max(map(len, content.split(b"\r\n"))) <= 76
    assert content.isascii()
    assert message["Subject"] == subject
    assert message.get_content().splitlines() == body.splitlines()


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [("451 later", Outcome.RETRY_LATER), ("cut", Outcome.RETRY_LATER)],
)
def test_before_the_content_a_failure_may_be_tried_again(
    verb: str, answer: str, expected: Outcome
) -> None:
    script = Script({verb: answer, "HELO": answer})
    with postman_for(script) as postman:
        assert postman.send(LETTER, before_data=lambda: None).outcome is expected
    assert script.data == b""


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "."])
def test_a_final_refusal_is_given_up(verb: str) -> None:
    with postman_for(Script({verb: "550 no"})) as postman:
        assert postman.send(LETTER, before_data=lambda: None).outcome is Outcome.GIVEN_UP


def test_a_later_please_after_the_dot_is_tried_again() -> None:
    with postman_for(Script({".": "451 later"})) as postman:
        assert postman.send(LETTER, before_data=lambda: None).outcome is Outcome.RETRY_LATER


@pytest.mark.parametrize("answer", ["421 bye", "cut"])
def test_what_the_server_says_after_it_took_the_letter_changes_nothing(answer: str) -> None:
    with postman_for(Script({"QUIT": answer})) as postman:
        assert postman.send(LETTER, before_data=lambda: None).outcome is Outcome.DONE


def test_a_cut_after_the_final_dot_is_unknown() -> None:
    with postman_for(Script({".": "cut"})) as postman:
        assert postman.send(LETTER, before_data=lambda: None).outcome is Outcome.UNKNOWN


def test_a_server_that_is_away_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    postman = SmtpPostman(
        host="127.0.0.1",
        port=port,
        starttls=False,
        user="",
        password="",
        sender=Address("R", addr_spec="im@rps.bwl.de"),
        clock=FixedClock(),
        timeout_s=5,
    )
    assert postman.send(LETTER, before_data=lambda: None).outcome is Outcome.RETRY_LATER


def test_plain_text_leaves_this_machine_never() -> None:
    with pytest.raises(ConfigError):
        SmtpPostman(
            host="mail.example",
            port=25,
            starttls=False,
            user="",
            password="",
            sender=Address("R", addr_spec="im@rps.bwl.de"),
            clock=FixedClock(),
            timeout_s=5,
        )


# --- what the scripted peer can do beyond that ---


@contextmanager
def peer_with(act: Act, **changes: object) -> Iterator[tuple[Peer, SmtpPostman]]:
    """A peer that plays this act once, and a postman for it."""
    with smtp_peer() as peer:
        peer.acts.append(act)
        account = {"starttls": False, "user": "", "password": ""} | changes
        yield (
            peer,
            SmtpPostman(
                host="127.0.0.1",
                port=peer.port,
                sender=Address("R", addr_spec="im@rps.bwl.de"),
                clock=FixedClock(),
                timeout_s=1,
                dot_timeout_s=1,
                **account,  # type: ignore[arg-type]
            ),
        )


def nothing() -> None:
    """Before the content nothing is to be done."""


@pytest.mark.parametrize(
    ("verb", "line", "reply"),
    [
        ("CONNECT", b"554 5.3.2 no service\r\n", "CONNECT 554 5.3.2"),
        ("EHLO", b"550 go away\r\n", "HELO 550"),
        ("MAIL", b"550-5.1.8 words\r\n550 5.1.8 more words\r\n", "MAIL 550 5.1.8"),
        ("RCPT", b"550 5.1.1 nobody@kreis.example\r\n", "RCPT 550 5.1.1"),
        ("DATA", b"554 5.6.0 no\r\n", "DATA 554 5.6.0"),
        (".", b"552 5.3.4 too big\r\n", ". 552 5.3.4"),
    ],
)
def test_a_final_refusal_names_command_and_codes_and_none_of_the_words(
    verb: str, line: bytes, reply: str
) -> None:
    says = {verb: line} | ({"HELO": line} if verb == "EHLO" else {})
    with peer_with(Act(says=says, keeps=False)) as (peer, postman):
        assert postman.send(LETTER, before_data=nothing) == Sent(
            outcome=Outcome.GIVEN_UP, reply=reply
        )
        assert peer.kept == []


def test_a_wrong_password_is_a_final_refusal_and_stands_in_no_reply() -> None:
    no = b"535 5.7.8 wrong\r\n"
    with peer_with(Act(says={"AUTH": no}), user="im", password="geheim") as (_, postman):
        sent = postman.send(LETTER, before_data=nothing)
    assert sent == Sent(outcome=Outcome.GIVEN_UP, reply="AUTH 535 5.7.8")


@pytest.mark.parametrize("line", [b"250-first\r\n", b"250 half a li", b"25", b"", b"hello\r\n"])
def test_half_an_answer_to_the_dot_is_none(line: bytes) -> None:
    with peer_with(Act(says={".": line}, last=".")) as (_, postman):
        assert postman.send(LETTER, before_data=nothing).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("after", [{".": b"451 busy\r\n250 kept\r\n"}, {".": b"451 busy\r\n"}])
def test_a_refusal_with_a_yes_behind_it_is_a_doubt(after: dict[str, bytes]) -> None:
    with peer_with(Act(says={"QUIT": b"250 kept\r\n"} | after)) as (_, postman):
        assert postman.send(LETTER, before_data=nothing).outcome is Outcome.UNKNOWN


def test_an_answer_that_nobody_asked_for_lets_no_content_leave() -> None:
    says = {"DATA": b"354 go on\r\n250 kept\r\n"}
    with peer_with(Act(says=says)) as (peer, postman):
        assert postman.send(LETTER, before_data=nothing).outcome is Outcome.UNKNOWN
    assert peer.kept == []


@pytest.mark.parametrize("flood", [b"250-x\r\n" * 10_000, b"2" * 1_000_000])
def test_an_answer_without_an_end_is_cut_off(flood: bytes) -> None:
    with peer_with(Act(says={"MAIL": flood}, last="MAIL", hangs=True)) as (_, postman):
        assert postman.send(LETTER, before_data=nothing).outcome is Outcome.RETRY_LATER


def test_what_stops_a_letter_in_the_last_moment_lets_nothing_leave_not_even_a_goodbye() -> None:
    """After 354 everything is content, also QUIT."""

    def stopped() -> None:
        raise Temporary("letters are stopped")

    with peer_with(Act()) as (peer, postman):
        with pytest.raises(Temporary):
            postman.send(LETTER, before_data=stopped)
        assert (peer.kept, peer.verbs[-1]) == ([], "DATA")


def test_without_encryption_offered_nothing_is_sent_in_the_clear() -> None:
    act = Act(says={"EHLO": b"250 script\r\n"})
    with peer_with(act, starttls=True, user="im", password="geheim") as (peer, postman):
        assert postman.send(LETTER, before_data=nothing).outcome is Outcome.RETRY_LATER
        assert "AUTH" not in peer.verbs
