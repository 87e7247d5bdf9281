"""Letters by SMTP: sent once, refused, or in doubt, against a server that answers by script."""

import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.headerregistry import Address
from email.policy import default

import pytest

from inbox_daemon.core.errors import ConfigError
from inbox_daemon.core.verdict import Outcome
from inbox_daemon.edges.postman import SmtpPostman
from inbox_daemon.ports import Letter

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
    assert outcome is Outcome.DONE
    assert told == [0], "the attempt is on record before the first byte of content leaves"
    message = email.message_from_bytes(script.data, policy=default)
    assert message["Message-ID"] == LETTER.message_id
    assert message["In-Reply-To"] == LETTER.in_reply_to
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["Subject"] == LETTER.subject
    assert message.get_content().splitlines() == LETTER.body.splitlines()


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
        assert postman.send(LETTER, before_data=lambda: None) is expected
    assert script.data == b""


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "."])
def test_a_final_refusal_is_given_up(verb: str) -> None:
    with postman_for(Script({verb: "550 no"})) as postman:
        assert postman.send(LETTER, before_data=lambda: None) is Outcome.GIVEN_UP


def test_a_later_please_after_the_dot_is_tried_again() -> None:
    with postman_for(Script({".": "451 later"})) as postman:
        assert postman.send(LETTER, before_data=lambda: None) is Outcome.RETRY_LATER


@pytest.mark.parametrize("answer", ["421 bye", "cut"])
def test_what_the_server_says_after_it_took_the_letter_changes_nothing(answer: str) -> None:
    with postman_for(Script({"QUIT": answer})) as postman:
        assert postman.send(LETTER, before_data=lambda: None) is Outcome.DONE


def test_a_cut_after_the_final_dot_is_unknown() -> None:
    with postman_for(Script({".": "cut"})) as postman:
        assert postman.send(LETTER, before_data=lambda: None) is Outcome.UNKNOWN


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
    assert postman.send(LETTER, before_data=lambda: None) is Outcome.RETRY_LATER


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
