"""Letters by SMTP: one Message-ID for ever, and "outcome unknown" is an answer.

Promises: `before_data` has returned before the first byte of content leaves; after that moment a
lost connection is UNKNOWN, never tried again (RFC 5321 4.5.3.2.6 and the gap of RFC 1047); of the
relay's answers only codes go on, never its words. Touches: the SMTP server.
Trusts: its reply codes, in whole lines and in turn. Limits: one recipient a letter.
"""

import contextlib
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.header import Header
from email.headerregistry import (
    Address,
    BaseHeader,
    HeaderRegistry,
    UnstructuredHeader,
)
from email.message import EmailMessage, Message
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import Any

from inbox_daemon.core.errors import ConfigError
from inbox_daemon.core.loopback import is_loopback
from inbox_daemon.core.verdict import Outcome
from inbox_daemon.points import Point, reached
from inbox_daemon.ports import Clock, Letter, Sent

# Postfix waits ten minutes for the answer to the final dot (RFC 5321 4.5.3.2.6).
DOT_TIMEOUT_S = 600
REPLY_LINES, LINE_BYTES = 100, 8192
GO_ON, BYE = 354, 221

_REPLY = re.compile(rb"([0-9]{3})(?:([ -])(.*))?", re.DOTALL)
_ENHANCED = re.compile(rb"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9])")
# A Message-ID that somebody else made, if it is whole: RFC 5322 3.6.4, without spaces.
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+>")
# The answer to a challenge of AUTH is no command but a secret: only these are ever named.
_VERBS = frozenset({"EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"})


class _AsItIs(UnstructuredHeader, BaseHeader):
    """A field whose words are no prose: a long one is longer than a line, never encoded.

    What email would make of a Message-ID of Exchange (80 characters), no mail program can match.
    """

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Keeps the value: what decodes to a line end must not become one."""
        super().parse(value, kwds)
        kwds["decoded"] = value

    def fold(self, *, policy: "Policy[Message[str, str]]") -> str:
        """The field on one line."""
        return f"{self.name}: {self}{policy.linesep}"


class _Prose(UnstructuredHeader, BaseHeader):
    """A field in words; email's own folding loses a space of every twelfth long German subject."""

    def fold(self, *, policy: "Policy[Message[str, str]]") -> str:
        """The field in lines of at most 76 characters, encoded as RFC 2047 has it."""
        words = Header(str(self), "utf-8", 76, self.name)
        return f"{self.name}: {words.encode(linesep=policy.linesep)}{policy.linesep}"


_FIELDS = HeaderRegistry()
_FIELDS.map_to_type("subject", _Prose)
for _name in ("to", "in-reply-to", "references"):
    _FIELDS.map_to_type(_name, _AsItIs)
# 76: what RFC 2045 6.7 allows a line of quoted-printable; the library's default is 78.
_WIRE = SMTP.clone(max_line_length=76, header_factory=_FIELDS)


class SmtpPostman:
    """Hands letters to the relay."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        starttls: bool,
        user: str,
        password: str,
        sender: Address,
        clock: Clock,
        timeout_s: float,
        dot_timeout_s: float = DOT_TIMEOUT_S,
    ) -> None:
        if not starttls and not is_loopback(host):
            raise ConfigError((f"smtp.starttls: only loopback may do without, not {host}",))
        self._host, self._port, self._starttls = host, port, starttls
        self._user, self._password = user, password
        self._sender, self._clock = sender, clock
        self._timeout_s, self._dot_timeout_s = timeout_s, dot_timeout_s

    def send(self, letter: Letter, *, before_data: Callable[[], None]) -> Sent:
        """Sends once. RETRY_LATER and GIVEN_UP mean that surely nothing was delivered.

        What `before_data` raises goes on to the caller, and no content has left.
        """
        content = self._message(letter).as_bytes()
        smtp = _Dialogue(timeout=self._timeout_s)
        try:
            refused = self._envelope(smtp, letter)
            if refused is not None:
                _say_goodbye(smtp)
                return refused
            reached(Point.RELAY_READY)
            before_data()
            return _content(smtp, content, patience_s=self._dot_timeout_s)
        finally:
            # Without QUIT where content was announced and did not come: it would be content.
            smtp.close()

    def _envelope(self, smtp: "_Dialogue", letter: Letter) -> Sent | None:
        """Everything before the content; None when the relay waits for it."""
        try:
            for answer in self._steps(smtp, letter):
                if not answer.is_yes:
                    return answer.refusal
            smtp.putcmd("data")
            answer = _Answer.of(smtp, *smtp.getreply())
        except smtplib.SMTPResponseException as error:  # from HELO, STARTTLS, AUTH
            return _Answer.of(smtp, error.smtp_code, error.smtp_error).refusal
        except (smtplib.SMTPException, OSError):
            return Sent(outcome=Outcome.RETRY_LATER, reply=f"{smtp.verb} cut")
        return None if answer.code == GO_ON else answer.refusal

    def _steps(self, smtp: "_Dialogue", letter: Letter) -> Iterator["_Answer"]:
        yield _Answer.of(smtp, *smtp.connect(self._host, self._port))
        smtp.ehlo_or_helo_if_needed()
        if self._starttls:
            smtp.starttls(context=ssl.create_default_context())
            yield _Answer.of(smtp, *smtp.ehlo())
        if self._user:
            smtp.login(self._user, self._password)
        # Not the null return path of RFC 3834 3.3: an authority must learn of a letter that came
        # back. Auto-Submitted and the letter budgets keep two robots apart (DECISIONS.md 9).
        yield _Answer.of(smtp, *smtp.mail(self._sender.addr_spec))
        yield _Answer.of(smtp, *smtp.rcpt(letter.recipient))

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(policy=_WIRE)
        message["Message-ID"] = letter.message_id
        message["Date"] = format_datetime(self._clock.now())
        message["From"] = self._sender
        message["To"] = letter.recipient
        message["Subject"] = letter.subject
        # No Precedence: RFC 3834 does not advise it, and "bulk" leads into spam folders.
        message["Auto-Submitted"] = "auto-replied"
        message["X-Auto-Response-Suppress"] = "All"
        if _MESSAGE_ID.fullmatch(letter.in_reply_to):
            message["In-Reply-To"] = letter.in_reply_to
            message["References"] = letter.in_reply_to
        message.set_content(letter.body, charset="utf-8", cte="quoted-printable")
        return message


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """A reply of the relay: the command, the code, the enhanced code of RFC 3463 if any."""

    verb: str
    code: int
    enhanced: str

    @classmethod
    def of(cls, smtp: "_Dialogue", code: int, words: bytes | str) -> "_Answer":
        found = _ENHANCED.match(words if isinstance(words, bytes) else words.encode())
        return cls(verb=smtp.verb, code=code, enhanced=found[1].decode() if found else "")

    @property
    def is_yes(self) -> bool:
        return 200 <= self.code < 300  # noqa: PLR2004

    @property
    def is_no(self) -> bool:
        return 400 <= self.code < 600  # noqa: PLR2004

    @property
    def refusal(self) -> Sent:
        """5xx is for ever, everything else that is no yes may pass (RFC 5321 4.2.1)."""
        for_ever = 500 <= self.code < 600  # noqa: PLR2004
        return self.sent(Outcome.GIVEN_UP if for_ever else Outcome.RETRY_LATER)

    def sent(self, outcome: Outcome) -> Sent:
        return Sent(outcome=outcome, reply=f"{self.verb} {self.code} {self.enhanced}".strip())


def _content(smtp: "_Dialogue", content: bytes, *, patience_s: float) -> Sent:
    content = content if content.endswith(b"\r\n") else content + b"\r\n"
    smtp.verb = "."
    try:
        smtp.be_patient(patience_s)
        smtp.send(smtplib._quote_periods(content))  # type: ignore[attr-defined]  # noqa: SLF001
        reached(Point.CONTENT_SENT)
        smtp.send(b".\r\n")
        reached(Point.DOT_SENT)
        answer = _Answer.of(smtp, *smtp.getreply())
        reached(Point.ANSWERED)
    except (smtplib.SMTPException, OSError):
        return Sent(outcome=Outcome.UNKNOWN, reply=". cut")
    if not (answer.is_yes or answer.is_no):
        return answer.sent(Outcome.UNKNOWN)  # none of the answers that there are
    out_of_turn = smtp.has_more_to_say
    parting = _say_goodbye(smtp)
    if answer.is_yes:
        # What is said after the answer to the final dot changes nothing about the letter.
        return answer.sent(Outcome.DONE)
    if out_of_turn or (200 <= parting < 300 and parting != BYE):  # noqa: PLR2004
        # The refusal may not have been the answer to the final dot: that one may be a yes.
        return answer.sent(Outcome.UNKNOWN)
    return answer.refusal


def _say_goodbye(smtp: "_Dialogue") -> int:
    """The code of the answer to QUIT; -1 where there is none."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        smtp.be_patient(smtp.timeout)
        smtp.putcmd("quit")
        return smtp.getreply()[0]
    return -1


class _Dialogue(smtplib.SMTP):
    """smtplib, but that an answer is whole lines, not too many, within a time, and in turn.

    smtplib itself takes half a line for an answer and reads answers without an end.
    """

    verb = "CONNECT"
    _unread = b""
    _patience_s: float | None = None

    @property
    def has_more_to_say(self) -> bool:
        """Whether more came than the answer that was asked for."""
        return bool(self._unread)

    def be_patient(self, seconds: float) -> None:
        """From now on an answer may take so long."""
        self._patience_s = seconds
        if self.sock is not None:
            self.sock.settimeout(seconds)

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Sends a command. Raises SMTPException where an answer lies here that nobody asked for."""
        self.verb = cmd.upper() if cmd.upper() in _VERBS else self.verb
        super().putcmd(cmd, args)

    def send(self, s: Any) -> None:
        """Sends bytes, as putcmd."""
        if self.has_more_to_say:
            raise smtplib.SMTPServerDisconnected("an answer to nothing")
        super().send(s)

    def starttls(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        """What was said before the encryption counts for nothing after it (CVE-2011-0411)."""
        answer = super().starttls(*args, **options)
        self._unread = b""
        return answer

    def getreply(self) -> tuple[int, bytes]:
        """Code (-1 where the line has none) and text. Raises SMTPServerDisconnected without one."""
        deadline = time.monotonic() + (self._patience_s or self.timeout)
        words: list[bytes] = []
        for _ in range(REPLY_LINES):
            line = self._line(deadline)
            found = _REPLY.fullmatch(line)
            if found is None:
                return -1, line or b"?"
            words.append(found[3] or b"")
            if found[2] != b"-":
                return int(found[1]), b"\n".join(words)
        raise self._lost("an answer without an end")

    def _line(self, deadline: float) -> bytes:
        while (end := self._unread.find(b"\n")) < 0:
            left = deadline - time.monotonic()
            if left <= 0 or self.sock is None or len(self._unread) > LINE_BYTES:
                raise self._lost("no line in time")
            try:
                self.sock.settimeout(left)
                piece = self.sock.recv(4096)
            except OSError as error:
                raise self._lost(str(error)) from error
            if not piece:
                raise self._lost("closed by the relay")
            self._unread += piece
        line, self._unread = self._unread[:end].rstrip(b"\r"), self._unread[end + 1 :]
        if self.sock is not None:
            self.sock.settimeout(self._patience_s or self.timeout)
        return line

    def _lost(self, why: str) -> smtplib.SMTPServerDisconnected:
        self.close()
        return smtplib.SMTPServerDisconnected(why)
