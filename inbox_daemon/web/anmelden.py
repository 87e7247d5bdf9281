"""Signing in with a local account, and out; how every session begins.

Promises: nothing tells whether a name exists, neither words nor time nor waiting; a session is new
at each signing in and over on the server at signing out. Touches: users and sessions.
Trusts: kennwort.py, pforte.py. Limits: proxy and provider are in hauszugang.py.
"""

import hmac
import secrets

import structlog
from flask import Response, g, request

from inbox_daemon.core.anmeldung import login_name
from inbox_daemon.core.rollen import LESEN
from inbox_daemon.core.wording_pages import PAGES
from inbox_daemon.edges import kennwort
from inbox_daemon.edges.people import User, hash_of
from inbox_daemon.web import access
from inbox_daemon.web.here import now, page, parts, signed_in, to
from inbox_daemon.web.pforte import pforte
from inbox_daemon.web.room import PUBLIC, Room
from inbox_daemon.web.vorgelagert import peer_of

log = structlog.get_logger()
room = Room("anmelden")
BEFORE = "vor-anmeldung"
LONGEST_NAME = 100
UNAUTHORIZED, FORBIDDEN, TOO_MANY = 401, 403, 429


@room.get("/anmelden", PUBLIC)
def form() -> Response:
    """The form; who is signed in is sent on."""
    return to("/") if signed_in() else sign_in_page()


@room.post("/anmelden", PUBLIC)
def sign_in() -> Response:
    """A new session, or the same sentence for every mistake."""
    if not is_from_our_form():
        return sign_in_page(PAGES["formular-ungueltig"], status=FORBIDDEN)
    typed = request.form.get("name", "").strip()[:LONGEST_NAME]
    name = login_name(typed) or ""
    wait_s = admitted(name)
    if wait_s:
        return too_often(wait_s)
    user = parts().people.user(name) if name else None
    password = request.form.get("kennwort", "")
    right = kennwort.matches(user.password_hash if user else "", password)
    if user is None or not right or not user.enabled:
        return refused(name, "kennwort", PAGES["anmeldung-falsch"])
    pforte().succeeded(name=name, peer=peer())
    if kennwort.is_outdated(user.password_hash):
        parts().people.rehash(name, kennwort.hashed(password))
    return begin(name, by="kennwort")


def peer() -> str:
    """Whence this request comes."""
    return peer_of(request.environ, parts().settings.pages)


def admitted(name: str) -> int:
    """Counts a try of this name from here; or the seconds that it must wait."""
    return pforte().admit(name=name, peer=peer())


def too_often(wait_s: int) -> Response:
    """How long to wait; nothing was looked at."""
    response = sign_in_page(PAGES["anmeldung-warten"].format(wait_s=wait_s), status=TOO_MANY)
    response.headers["Retry-After"] = str(wait_s)
    return response


def refused(name: str, why: str, words: str, *, status: int = UNAUTHORIZED) -> Response:
    """Nobody was signed in: the log says so, and the page in these words."""
    parts().people.refused(name, why=why, at=now())
    parts().audit.catch_up()
    log.warning("signin.refused", why=why, peer=peer())
    return sign_in_page(words, status=status)


def admissible(name: str) -> User | None:
    """The user whom proxy or provider names, if she may work here."""
    user = parts().people.user(name)
    return user if user and user.enabled else None


def begin(name: str, *, by: str, path: str = "/", told: str = "") -> Response:
    """A session for this person, whoever was signed in before in this browser; then to `path`."""
    old = signed_in()
    if old is not None:
        parts().people.close_session(old.token_sha256, why="neu-angemeldet", at=now())
    token = parts().people.open_session(name, by=by, at=now())
    parts().audit.catch_up()
    if told:
        parts().people.say(hash_of(token), told)
    response = to(path)
    set_cookie(response, access.cookie_name(), token)
    response.delete_cookie(_before(), path="/", secure=access.is_secure())
    return response


@room.post("/abmelden", LESEN)
def sign_out() -> Response:
    """The session is over here, not only in the browser."""
    found = signed_in()
    if found is not None:
        parts().people.close_session(found.token_sha256, why="abgemeldet", at=now())
        parts().audit.catch_up()
    return gone()


def gone() -> Response:
    """To the sign-in page, with nothing left in the browser."""
    response = to("/anmelden")
    response.delete_cookie(access.cookie_name(), path="/", secure=access.is_secure())
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def sign_in_page(error: str = "", *, status: int = 200) -> Response:
    """The ways in, with a token that is tied to a cookie of this browser."""
    before = request.cookies.get(_before()) or secrets.token_urlsafe(32)
    g.signed_in, g.before = None, before
    settings = parts().settings.pages
    response = page(
        "anmelden.html",
        status=status,
        error=error,
        named=access.named() or "",
        provider=bool(settings.oidc.issuer),
    )
    set_cookie(response, _before(), before, samesite="Strict")
    return response


def is_from_our_form() -> bool:
    """Whether this browser had our form before."""
    before = request.cookies.get(_before(), "")
    given = request.form.get(access.TOKEN_FIELD, "")
    right = hmac.compare_digest(given.encode(), access.token_of(before).encode())
    return bool(before) and right and access.is_our_origin()


def set_cookie(
    response: Response, name: str, value: str, *, samesite: str = "Lax", seconds: int | None = None
) -> None:
    """A cookie that no script reads and no other host sets."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        secure=access.is_secure(),
        samesite=samesite,
        path="/",
    )


def _before() -> str:
    return f"__Host-{BEFORE}" if access.is_secure() else BEFORE
