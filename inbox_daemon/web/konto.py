"""The person's own account: where she is signed in, her password, signing out everywhere.

Promises: a new password needs the old one, ends all other sessions and begins this one anew (ASVS
5.0 6.2.3, 7.2.4, 7.4.3). Touches: users and sessions. Trusts: the guard.
Limits: her own account only; others are the administrator's, by `inbox-daemon users`.
"""

from flask import Response, request

from inbox_daemon.core.errors import Refused
from inbox_daemon.core.rollen import LESEN
from inbox_daemon.core.wording_pages import ANMELDEWEGE, PAGES, absage
from inbox_daemon.edges import kennwort
from inbox_daemon.web.anmelden import TOO_MANY, admitted, begin, gone, peer
from inbox_daemon.web.here import now, page, parts, person, signed_in
from inbox_daemon.web.pforte import pforte
from inbox_daemon.web.room import Room

room = Room("konto")
UNPROCESSABLE = 422


@room.get("/konto", LESEN)
def shown() -> Response:
    """Her sessions and the form for a new password."""
    return _page()


@room.post("/konto/kennwort", LESEN)
def new_password() -> Response:
    """Another password, if she knows the one that holds."""
    name = person().name
    user = parts().people.user(name)
    if user is None or not user.password_hash:
        return _page(PAGES["kennwort-ohne"], status=UNPROCESSABLE)
    if wait_s := admitted(name):
        return _page(PAGES["anmeldung-warten"].format(wait_s=wait_s), status=TOO_MANY)
    if not kennwort.matches(user.password_hash, request.form.get("bisher", "")):
        parts().people.refused(name, why="kennwort-wechsel", at=now())
        parts().audit.catch_up()
        return _page(PAGES["kennwort-falsch"], status=UNPROCESSABLE)
    pforte().succeeded(name=name, peer=peer())
    new = request.form.get("neu", "")
    try:
        kennwort.check(
            new, again=request.form.get("noch-einmal", ""), of=(name, user.person.full_name)
        )
    except Refused as error:
        return _page(absage(error), status=UNPROCESSABLE)
    parts().people.set_password(name, kennwort.hashed(new), by=name, at=now())
    return begin(name, by="kennwort", path="/konto", told=PAGES["kennwort-geaendert"])


@room.post("/konto/ueberall-abmelden", LESEN)
def out_everywhere() -> Response:
    """No session of hers is left, this one included."""
    parts().people.close_all(person().name, why="ueberall-abgemeldet", at=now())
    parts().audit.catch_up()
    return gone()


def _page(error: str = "", *, status: int = 200) -> Response:
    own, people = signed_in(), parts().people
    user = people.user(person().name)
    sessions = [
        (
            found,
            found.token_sha256 == own.token_sha256 if own else False,
            ANMELDEWEGE.get(found.by, found.by),
        )
        for found in people.sessions(person().name)
    ]
    return page(
        "konto.html",
        status=status,
        error=error,
        sessions=sessions,
        has_password=bool(user and user.password_hash),
        shortest=kennwort.SHORTEST,
        longest=kennwort.LONGEST,
    )
