"""The guard before every request: host, session, role, token, origin.

Promises: what is not in a Room is not there; what needs a role is refused without; no POST passes
without the token of its session and our own origin. Touches: Flask's request, the sessions.
Trusts: the cookie for nothing but being a token that we gave out.
Limits: signing in is anmelden.py.
Source: ASVS 5.0 3.5 (origin), 7.3 and 7.4 (sessions), 8.2 (authorisation).
"""

import hashlib
import hmac
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, abort, current_app, g, request

from inbox_daemon.core.errors import Refused
from inbox_daemon.core.rollen import Rolle
from inbox_daemon.core.wording_pages import absage
from inbox_daemon.edges.people import SignedIn
from inbox_daemon.web.here import page, parts, signed_in, to
from inbox_daemon.web.room import PUBLIC, Room
from inbox_daemon.web.vorgelagert import said_by_proxy

log = structlog.get_logger()

ROLES = "inbox-daemon.roles"
SEEN_EVERY = timedelta(minutes=1)
TOKEN_FIELD, TOKEN_HEADER = "token", "X-Token"
FORBIDDEN, BAD_REQUEST, NOT_FOUND, TOO_LARGE = 403, 400, 404, 413
# No page of ours has as many fields.
MOST_FIELDS = 500
BY_PROXY = "proxy"
OURS = frozenset({"same-origin", "none"})


def install(app: Flask, rooms: tuple[Room, ...]) -> None:
    """The guard before each request of these rooms."""
    roles: dict[str, frozenset[Rolle]] = {}
    for room in rooms:
        app.register_blueprint(room.blueprint)
        roles |= room.roles
    app.extensions[ROLES] = roles
    app.before_request(_guard)


def cookie_name() -> str:
    """With the prefix that ties it to this host, where the pages are behind TLS (RFC 6265bis)."""
    return "__Host-sitzung" if is_secure() else "sitzung"


def is_secure() -> bool:
    """Whether browsers come by https."""
    return parts().settings.pages.address.startswith("https://")


def named() -> str | None:
    """Whom a believed proxy names in this request."""
    found = g.get("said")
    return found if isinstance(found, str) else None


def form_token() -> str:
    """What each form of this session carries; made from the token that only the browser has."""
    secret = request.cookies.get(cookie_name(), "") if signed_in() else g.get("before", "")
    return token_of(secret)


def token_of(secret: str) -> str:
    """The token of forms for this secret of a browser; says nothing of the secret."""
    return hmac.new(secret.encode(), b"formular", hashlib.sha256).hexdigest()


def _guard() -> Response | None:
    _demand_host()
    if request.endpoint == "static":
        return None
    try:
        g.said = said_by_proxy(request.environ, parts().settings.pages)
    except Refused as error:
        log.warning("proxy.refused")
        return page("fehler.html", status=FORBIDDEN, text=absage(error))
    if len(request.form) > MOST_FIELDS:
        abort(TOO_LARGE)
    g.signed_in = _session()
    roles: dict[str, frozenset[Rolle]] = current_app.extensions[ROLES]
    if request.endpoint is None or request.endpoint not in roles:
        return None if request.routing_exception else abort(NOT_FOUND)
    wanted = roles[request.endpoint]
    if wanted is PUBLIC:
        return None
    if g.signed_in is None:
        return _to_sign_in()
    if not g.signed_in.person.may(wanted):
        return page("kein-zugang.html", status=FORBIDDEN, rollen=sorted(wanted))
    if request.method == "POST" and not _is_our_form():
        return page("formular-ungueltig.html", status=FORBIDDEN)
    return None


def _demand_host() -> None:
    """Only the address we are known by: a foreign name would make our links theirs."""
    if request.host != urlsplit(parts().settings.pages.address).netloc:
        abort(BAD_REQUEST)


def _session() -> SignedIn | None:
    """Who is signed in, not idle for too long nor since too long ago."""
    people, settings = parts().people, parts().settings.pages
    found = people.session(request.cookies.get(cookie_name(), ""))
    if found is None:
        return None
    at = parts().clock.now()
    idle = timedelta(minutes=settings.idle_minutes)
    if at - found.seen_at > idle or at - found.created_at > timedelta(hours=settings.session_hours):
        people.close_session(found.token_sha256, why="abgelaufen", at=at)
        return None
    if not _agrees(found):
        people.close_session(found.token_sha256, why="widerspruch", at=at)
        return None
    if at - found.seen_at > SEEN_EVERY:
        people.seen(found.token_sha256, at=at)
    return found


def _agrees(found: SignedIn) -> bool:
    """Whether session and proxy speak of the same person; one that it began needs its word."""
    said = named()
    return said == found.person.name if said or found.by == BY_PROXY else True


def _to_sign_in() -> Response:
    if request.method != "GET":
        return page("formular-ungueltig.html", status=FORBIDDEN)
    return to("/anmelden")


def _is_our_form() -> bool:
    """The token of this session, and a request that our own page made."""
    given = request.form.get(TOKEN_FIELD, "") or request.headers.get(TOKEN_HEADER, "")
    return is_our_origin() and hmac.compare_digest(given.encode(), form_token().encode())


def is_our_origin() -> bool:
    """Whether the browser says that our own page asked; an old browser says neither."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site not in OURS:
        return False
    return origin is None or origin == parts().settings.pages.address
