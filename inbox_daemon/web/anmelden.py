"""Signing in with a local account, and out.

Promises: nothing tells whether a name exists; a session is new at each signing in and over on the
server at signing out. Touches: users and sessions. Trusts: kennwort.py.
Limits: no page of a case; other ways in stand beside this one.
"""

import hmac
import secrets

from flask import Response, g, request

from inbox_daemon.core.rollen import LESEN
from inbox_daemon.core.wording_pages import PAGES
from inbox_daemon.web import access, kennwort
from inbox_daemon.web.here import now, page, parts, signed_in, to
from inbox_daemon.web.room import PUBLIC, Room

room = Room("anmelden")
BEFORE = "vor-anmeldung"
LONGEST_NAME, LONGEST_PASSWORD = 100, 1000
UNAUTHORIZED, FORBIDDEN = 401, 403


@room.get("/anmelden", PUBLIC)
def form() -> Response:
    """The form; who is signed in is sent on."""
    return to("/") if signed_in() else _form()


@room.post("/anmelden", PUBLIC)
def sign_in() -> Response:
    """A new session, or the same sentence for every mistake."""
    if not _is_from_our_form():
        return _form(PAGES["formular-ungueltig"], status=FORBIDDEN)
    name = request.form.get("name", "")[:LONGEST_NAME].strip()
    password = request.form.get("kennwort", "")[:LONGEST_PASSWORD]
    user = parts().people.user(name)
    right = kennwort.is_right(password, user.password_hash if user else "")
    if user is None or not right or not user.enabled:
        parts().people.refused(name, why="kennwort", at=now())
        parts().audit.catch_up()
        return _form(PAGES["anmeldung-falsch"], status=UNAUTHORIZED)
    return begin(user.person.name, by="kennwort")


def begin(name: str, *, by: str) -> Response:
    """A session for this person, whoever was signed in before in this browser."""
    old = signed_in()
    if old is not None:
        parts().people.close_session(old.token_sha256, why="neu-angemeldet", at=now())
    token = parts().people.open_session(name, by=by, at=now())
    parts().audit.catch_up()
    response = to("/")
    response.set_cookie(
        access.cookie_name(),
        token,
        httponly=True,
        secure=access.is_secure(),
        samesite="Lax",
        path="/",
    )
    response.delete_cookie(BEFORE)
    return response


@room.post("/abmelden", LESEN)
def sign_out() -> Response:
    """The session is over here, not only in the browser."""
    found = signed_in()
    if found is not None:
        parts().people.close_session(found.token_sha256, why="abgemeldet", at=now())
        parts().audit.catch_up()
    response = to("/anmelden")
    response.delete_cookie(access.cookie_name(), path="/", secure=access.is_secure())
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _form(error: str = "", *, status: int = 200) -> Response:
    """The form with a token that is tied to a cookie of this browser."""
    before = request.cookies.get(BEFORE) or secrets.token_urlsafe(32)
    g.before = before
    response = page("anmelden.html", status=status, error=error)
    response.set_cookie(BEFORE, before, httponly=True, secure=access.is_secure(), samesite="Strict")
    return response


def _is_from_our_form() -> bool:
    g.before = request.cookies.get(BEFORE, "")
    given = request.form.get(access.TOKEN_FIELD, "")
    right = bool(g.before) and hmac.compare_digest(given.encode(), access.form_token().encode())
    return right and access.is_our_origin()
