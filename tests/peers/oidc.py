"""An OpenID provider on loopback that can misbehave in every way we know."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "inbox-daemon", "a secret of the test"


@dataclass
class Misdeeds:
    """What the provider does wrong; each as it would be changed from the right thing."""

    claims: dict[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    alg: str = "RS256"
    other_key: bool = False
    status: dict[str, int] = field(default_factory=dict)
    body: dict[str, bytes] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    skew_s: int = 0


class Provider:
    """Authorizes one person at once; codes are for one use, PKCE is checked."""

    def __init__(self) -> None:
        self.misdeeds = Misdeeds()
        self.asked: list[str] = []
        self.redirects: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}, private=True)
        self._other = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}, private=True)
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self, "")

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                provider.answer(self, self.rfile.read(length).decode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)

    @property
    def issuer(self) -> str:
        """Its own address."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def authorize(self, url: str) -> dict[str, str]:
        """What the browser brings back when it was sent to this address."""
        asked = dict(parse_qsl(urlsplit(url).query))
        code = hashlib.sha256(url.encode()).hexdigest()
        self._codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def answer(self, line: BaseHTTPRequestHandler, form: str) -> None:
        """One request."""
        path = urlsplit(line.path).path
        self.asked.append(path)
        status, told = 200, json.dumps(self._told(path, line, form)).encode()
        if told == b"null":
            status, told = 400, b'{"error": "invalid_grant"}'
        line.send_response(self.misdeeds.status.get(path, status))
        if self.misdeeds.status.get(path) == 302:
            line.send_header("Location", self.issuer + "/elsewhere")
        line.send_header("Content-Type", "application/json")
        line.end_headers()
        line.wfile.write(self.misdeeds.body.get(path, told))

    def _told(self, path: str, line: BaseHTTPRequestHandler, form: str) -> object:
        match path:
            case "/.well-known/openid-configuration":
                return {
                    "issuer": self.issuer,
                    "authorization_endpoint": self.issuer + "/authorize",
                    "token_endpoint": self.issuer + "/token",
                    "jwks_uri": self.issuer + "/keys",
                    **self.misdeeds.metadata,
                }
            case "/keys":
                return {"keys": [self._key.as_dict(private=False)]}
            case "/token":
                return self._token(line, {k: v[0] for k, v in parse_qs(form).items()})
        return {}

    def _token(self, line: BaseHTTPRequestHandler, form: dict[str, str]) -> object:
        asked = self._codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form["redirect_uri"]
            or line.headers["Authorization"] != f"Basic {basic}"
        ):
            return None
        now = int(time.time()) + self.misdeeds.skew_s
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "4711",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "preferred_username": "muster@RPS.BWL.DE",
            **self.misdeeds.claims,
        }
        for name in self.misdeeds.without:
            del claims[name]
        return {
            "access_token": "opaque",
            "token_type": "Bearer",
            "id_token": self._signed(claims),
            **self.misdeeds.token,
        }

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.misdeeds.alg == "none":
            return f"{_part({'alg': 'none', 'kid': 'k1'})}.{_part(claims)}."
        if self.misdeeds.alg == "HS256":  # signed with what everybody may know
            text = f"{_part({'alg': 'HS256', 'kid': 'k1'})}.{_part(claims)}"
            public = self._key.as_pem(private=False)
            return f"{text}.{_bytes(hmac.digest(public, text.encode(), 'sha256'))}"
        key = self._other if self.misdeeds.other_key else self._key
        header = {"alg": self.misdeeds.alg, "kid": "k1"}
        return jwt.encode(header, claims, key, algorithms=["RS256", "PS256"])


def _part(value: dict[str, Any]) -> str:
    return _bytes(json.dumps(value).encode())


def _bytes(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@contextmanager
def running() -> Iterator[Provider]:
    """A provider, until the end of the block."""
    provider = Provider()
    thread = threading.Thread(target=provider.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.server.shutdown()
        provider.server.server_close()
        thread.join()
