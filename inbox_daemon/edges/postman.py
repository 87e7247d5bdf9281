"""Letters by SMTP: one Message-ID for ever, and "outcome unknown" is an answer.

Promises: `before_data` has returned before the first byte of content leaves; after that moment a
lost connection is UNKNOWN, never tried again (RFC 5321 4.5.3.2.6 and the gap of RFC 1047).
Touches: the SMTP server. Trusts: its reply codes. Limits: one recipient a letter.
"""

import contextlib
import smtplib
import ssl
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from inbox_daemon.core.errors import ConfigError
from inbox_daemon.core.verdict import Outcome
from inbox_daemon.edges.loopback import is_loopback
from inbox_daemon.ports import Clock, Letter

# Postfix waits ten minutes for the answer to the final dot (RFC 5321 4.5.3.2.6).
DOT_TIMEOUT_S = 600


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
    ) -> None:
        if not starttls and not is_loopback(host):
            raise ConfigError((f"smtp.starttls: only loopback may do without, not {host}",))
        self._host, self._port, self._starttls = host, port, starttls
        self._user, self._password = user, password
        self._sender, self._clock, self._timeout_s = sender, clock, timeout_s

    def send(self, letter: Letter, *, before_data: Callable[[], None]) -> Outcome:
        """Sends once. RETRY_LATER and GIVEN_UP mean that surely nothing was delivered."""
        content = self._message(letter).as_bytes(policy=SMTP)
        smtp = smtplib.SMTP(timeout=self._timeout_s)
        try:
            refused = self._envelope(smtp, letter)
        except (smtplib.SMTPException, OSError):
            smtp.close()
            return Outcome.RETRY_LATER
        try:
            if refused is not None:
                return refused
            before_data()
            return _content(smtp, content)
        finally:
            # What is said after the answer to the final dot changes nothing about the letter.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def _envelope(self, smtp: smtplib.SMTP, letter: Letter) -> Outcome | None:
        smtp.connect(self._host, self._port)
        smtp.ehlo_or_helo_if_needed()
        if self._starttls:
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        if self._user:
            smtp.login(self._user, self._password)
        # Not the null return path of RFC 3834 3.3: an authority must learn of a letter that came
        # back. Auto-Submitted and the letter budget keep two robots apart (DECISIONS.md 9).
        for code, _ in (smtp.mail(self._sender.addr_spec), smtp.rcpt(letter.recipient)):
            refused = _refusal(code)
            if refused is not None:
                return refused
        smtp.putcmd("data")
        code, _ = smtp.getreply()
        return None if code == 354 else _refusal(code) or Outcome.RETRY_LATER  # noqa: PLR2004

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["Message-ID"] = letter.message_id
        message["Date"] = format_datetime(self._clock.now())
        message["From"] = self._sender
        message["To"] = letter.recipient
        message["Subject"] = letter.subject
        message["Auto-Submitted"] = "auto-replied"
        message["X-Auto-Response-Suppress"] = "All"
        if letter.in_reply_to:
            message["In-Reply-To"] = letter.in_reply_to
            message["References"] = letter.in_reply_to
        message.set_content(letter.body, charset="utf-8", cte="quoted-printable")
        return message


def _content(smtp: smtplib.SMTP, content: bytes) -> Outcome:
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(DOT_TIMEOUT_S)
        smtp.send(smtplib._quote_periods(content) + b".\r\n")  # type: ignore[attr-defined]  # noqa: SLF001
        code, _ = smtp.getreply()
    except (smtplib.SMTPException, OSError):
        return Outcome.UNKNOWN
    if not (200 <= code < 300 or 400 <= code < 600):  # noqa: PLR2004
        return Outcome.UNKNOWN  # an answer that is none: nobody knows whether it was taken
    return _refusal(code) or Outcome.DONE


def _refusal(code: int) -> Outcome | None:
    if 200 <= code < 300:  # noqa: PLR2004
        return None
    return Outcome.GIVEN_UP if 500 <= code < 600 else Outcome.RETRY_LATER  # noqa: PLR2004
