"""Logging in to the mailbox: password or XOAUTH2 with client credentials; no lockout by us.

Promises: after three refusals of one secret no further try with it; a token is kept in memory
until shortly before its end; no secret reaches a message or a log. Touches: the IMAP connection,
the token endpoint over HTTPS. Trusts: the system's certificates.
Limits: only the server's NO counts as a refusal; a line that breaks may be tried again.
"""

import hashlib
import http.client
import imaplib
import json
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from imapclient.exceptions import LoginError

from inbox_daemon.core.errors import ConfigError, Permanent, Temporary
from inbox_daemon.core.loopback import is_loopback
from inbox_daemon.edges.imapline import LOST, translated

MOST_REFUSALS = 3
TOKEN_BYTES = 1 << 16
# A token is not used in its last minutes.
TOKEN_MARGIN_S = 300
# RFC 5530: the server itself is in trouble and says nothing of the password.
_NOT_NOW = re.compile(r"(?i)\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN|OVERQUOTA)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPlace:
    """Where an access token is had (RFC 6749 4.4): all as the tenant's administrator names it."""

    url: str
    client_id: str
    scope: str


class Login:
    """The one way in. `secret` is asked at every login, so that a changed one counts at once."""

    def __init__(
        self,
        user: str,
        secret: Callable[[], str],
        *,
        token: TokenPlace | None = None,
        timeout_s: float = 60,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        if token is not None:
            _check(token)
        self.refusals = 0
        self._user, self._secret, self._place = user, secret, token
        self._timeout_s, self._now = timeout_s, now
        self._refused = ""
        self._token, self._token_ends = "", 0.0

    def enter(self, client: Any) -> None:
        """Logs in. Raises Permanent when refused (`imap-anmeldung`) or after three (`-gesperrt`).

        The untagged words of the server may repeat what we sent; they stay out of the message.
        """
        secret = self._secret()
        mark = hashlib.sha256(secret.encode()).hexdigest()
        if mark != self._refused:
            self.refusals = 0
        if self.refusals >= MOST_REFUSALS:
            raise Permanent(
                f"the IMAP login was refused {self.refusals} times; no further try until a restart "
                "or another password",
                code="imap-gesperrt",
            )
        try:
            with translated():
                self._try(client, secret)
        except Permanent as error:
            if error.code == "imap-anmeldung":
                self.refusals, self._refused, self._token = self.refusals + 1, mark, ""
            raise
        self.refusals = 0

    def _try(self, client: Any, secret: str) -> None:
        try:
            if self._place is not None:
                token = self._valid_token(self._place, secret)
                # After a refusal the server sends its reason and wants an empty answer.
                answers = iter([f"user={self._user}\1auth=Bearer {token}\1\1"])
                client.sasl_login("XOAUTH2", lambda _: next(answers, ""))
            elif secret.isascii():
                client.login(self._user, secret)
            else:  # LOGIN has no character set, PLAIN is UTF-8 (RFC 4616)
                client.plain_login(self._user, secret)
        except LoginError as error:
            raise _judged(error) from None

    def _valid_token(self, place: TokenPlace, secret: str) -> str:
        if not self._token or self._now() >= self._token_ends:
            asked = self._now()
            self._token, seconds = _fetched(place, secret, timeout_s=self._timeout_s)
            self._token_ends = asked + max(0, seconds - TOKEN_MARGIN_S)
        return self._token


def _judged(error: LoginError) -> Temporary | Permanent:
    """Only a plain NO speaks of the password. The library gives one type for everything."""
    said, cause = str(error), error.__context__
    if isinstance(cause, imaplib.IMAP4.abort | OSError):
        return Temporary("IMAP: the connection ended while logging in", code=LOST)
    if "command error: BAD" in said or _NOT_NOW.search(said):
        return Temporary("IMAP: the server cannot log in anybody now", code=LOST)
    return Permanent("the IMAP server refuses user or password", code="imap-anmeldung")


def _check(place: TokenPlace) -> None:
    parts = urlsplit(place.url)
    plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if not parts.hostname or not (parts.scheme == "https" or plain):
        raise ConfigError((f"imap.token_url: an https address is needed, not {place.url!r}",))


def _fetched(place: TokenPlace, secret: str, *, timeout_s: float) -> tuple[str, int]:
    """A new token and its seconds. No redirect is followed: the secret goes to one host only."""
    form = {
        "grant_type": "client_credentials",
        "client_id": place.client_id,
        "client_secret": secret,
        "scope": place.scope,
    }
    try:
        status, body = _post(place.url, urlencode(form), timeout_s=timeout_s)
    except ssl.SSLCertVerificationError as error:
        raise Permanent(f"the token endpoint's certificate: {error.reason}", code="imap-tls") from (
            error
        )
    except (OSError, http.client.HTTPException) as error:
        raise Temporary(f"the token endpoint: {type(error).__name__}", code="imap-token") from None
    if status in {400, 401, 403}:
        raise Permanent("the token endpoint refuses client or secret", code="imap-anmeldung")
    if status != http.client.OK:
        raise Temporary(f"the token endpoint answers {status}", code="imap-token")
    return _token_in(body)


def _post(url: str, form: str, *, timeout_s: float) -> tuple[int, bytes]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=timeout_s)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        line.request("POST", path or "/", form, {"Content-Type": _FORM, "Accept": _JSON})
        answer = line.getresponse()
        return answer.status, answer.read(TOKEN_BYTES)
    finally:
        line.close()


_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


def _token_in(body: bytes) -> tuple[str, int]:
    try:
        found = json.loads(body)
        token, seconds = found["access_token"], int(found.get("expires_in", 0))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Temporary("the token endpoint gives no token", code="imap-token") from None
    if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]{1,20000}", token):
        raise Temporary("the token endpoint gives no token", code="imap-token")
    return token, seconds
