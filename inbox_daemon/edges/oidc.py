"""Signing in through the house's OpenID provider: authorization code with PKCE, nothing else.

Promises: a name comes only from an ID token of this issuer, for us, with our nonce, in time, signed
with the one algorithm that is configured; what goes wrong is Temporary (`oidc-weg`) or Refused
(`oidc-abgelehnt`). Touches: the provider over HTTPS (plain HTTP on this machine alone).
Trusts: the configured issuer, the system's certificates. Limits: keeps nothing; documents and keys
are asked for at each sign-in; who may work here stands in the table of users, never in a claim.
"""

import secrets
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from inbox_daemon.core.anmeldung import Begun
from inbox_daemon.core.errors import ConfigError, Refused, Temporary
from inbox_daemon.core.loopback import is_loopback

# What the clocks of two machines may differ.
LEEWAY_S = 60
# 256 bits each for state, nonce and verifier.
RANDOM_BYTES = 32
AWAY, REFUSED = "oidc-weg", "oidc-abgelehnt"
WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What the provider's administrator and ours agreed on."""

    issuer: str
    client_id: str
    redirect_uri: str
    claim: str
    algorithm: str
    scope: str = "openid profile"
    ca_file: str = ""
    timeout_s: float = 10


class Provider:
    """The provider. `secret` is asked at every sign-in, so that a changed one counts at once."""

    def __init__(self, client: Client, secret: Callable[[], str]) -> None:
        self._client, self._secret = client, secret
        _check("pages.oidc.issuer", client.issuer)

    def begin(self) -> Begun:
        """Where to send the browser. Raises Temporary where the provider is away."""
        state, nonce, verifier = (secrets.token_urlsafe(RANDOM_BYTES) for _ in range(3))
        with _translated(), self._session("") as session:
            place = _endpoint(self._metadata(session), "authorization_endpoint")
            url, _ = session.create_authorization_url(
                place, state=state, nonce=nonce, code_verifier=verifier
            )
        return Begun(url=url, state=state, nonce=nonce, verifier=verifier)

    def finish(self, begun: Begun, answer: Mapping[str, str], *, now: datetime) -> str:
        """What the configured claim says of the person who came back with this answer.

        `answer` are the query values of the redirect. Raises Refused or Temporary.
        """
        if not secrets.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise Refused(REFUSED, warum="state")
        if answer.get("error") or not answer.get("code"):
            raise Refused(REFUSED, warum="code")
        with _translated(), self._session(self._secret()) as session:
            metadata = self._metadata(session)
            self._check_issuer(answer, metadata)
            token = session.fetch_token(
                _endpoint(metadata, "token_endpoint"),
                grant_type="authorization_code",
                code=answer["code"],
                code_verifier=begun.verifier,
                allow_redirects=False,
            )
            keys = _document(session, _endpoint(metadata, "jwks_uri"))
            said = self._claims(token, keys, nonce=begun.nonce, now=now).get(self._client.claim)
        if not isinstance(said, str) or not said:
            raise Refused(REFUSED, warum="claim")
        return said

    def _check_issuer(self, answer: Mapping[str, str], metadata: dict[str, Any]) -> None:
        """RFC 9207: the answer of one provider, brought to us as another's."""
        said = answer.get("iss")
        if said is None and not metadata.get("authorization_response_iss_parameter_supported"):
            return
        if said != self._client.issuer:
            raise Refused(REFUSED, warum="iss")

    def _claims(
        self, token: dict[str, Any], keys: Any, *, nonce: str, now: datetime
    ) -> Mapping[str, Any]:
        ours = self._client
        found = jwt.decode(
            token["id_token"], KeySet.import_key_set(keys), algorithms=[ours.algorithm]
        )
        wanted = {"iss": ours.issuer, "aud": ours.client_id, "nonce": nonce}
        claims: Mapping[str, Any] = CodeIDToken(
            found.claims,
            found.header,
            {name: {"essential": True, "value": value} for name, value in wanted.items()},
            {
                "nonce": nonce,
                "client_id": ours.client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_S)  # type: ignore[attr-defined]
        return claims

    def _metadata(self, session: OAuth2Session) -> dict[str, Any]:
        found = _document(session, self._client.issuer.rstrip("/") + WELL_KNOWN)
        if found.get("issuer") != self._client.issuer:
            raise Refused(REFUSED, warum="issuer")
        return found

    def _session(self, secret: str) -> OAuth2Session:
        session = OAuth2Session(
            self._client.client_id,
            secret or None,
            scope=self._client.scope,
            redirect_uri=self._client.redirect_uri,
            code_challenge_method="S256",
            default_timeout=self._client.timeout_s,
        )
        # Nothing of the environment: no proxy, no .netrc, no other certificates.
        session.trust_env = False
        session.verify = self._client.ca_file or _system_certificates()
        return session


def _document(session: OAuth2Session, url: str) -> dict[str, Any]:
    answer = session.get(url, withhold_token=True, allow_redirects=False)
    found = answer.json() if answer.status_code == 200 else None  # noqa: PLR2004
    if not isinstance(found, dict):
        raise Temporary("the provider answers with no document", code=AWAY)
    return found


def _endpoint(metadata: dict[str, Any], name: str) -> str:
    place = metadata.get(name)
    if not isinstance(place, str) or not _is_safe(place):
        raise Temporary(f"the provider names no safe {name}", code=AWAY)
    return place


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except RequestException as error:
        raise Temporary(f"the provider: {type(error).__name__}", code=AWAY) from None
    except (JoseError, AuthlibBaseError) as error:
        raise Refused(REFUSED, warum=type(error).__name__) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # What the provider says has a shape that the libraries do not know.
        raise Refused(REFUSED, warum=type(error).__name__) from None


def _system_certificates() -> str | bool:
    paths = ssl.get_default_verify_paths()
    return paths.cafile or paths.capath or True


def _check(key: str, url: str) -> None:
    if not _is_safe(url) or urlsplit(url).query or urlsplit(url).fragment:
        raise ConfigError((f"{key}: an https address is needed, not {url!r}",))


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
    return bool(parts.hostname) and (parts.scheme == "https" or plain)
