"""Signing in through the house: the proxy that knows the person, or the OpenID provider.

Promises: a session begins only by an action of the person (ASVS 5.0 7.6.2), and only for one whom
`users` admits; where the provider is away, the page says so and the local account still works.
Touches: the provider, users and sessions. Trusts: vorgelagert.py and edges/oidc.py.
Limits: signing out ends our session, not the provider's.
"""

from flask import Response, abort, request

from inbox_daemon.config import OIDC_BACK
from inbox_daemon.core.anmeldung import Begun, login_name
from inbox_daemon.core.errors import Refused, Temporary
from inbox_daemon.core.wording_pages import PAGES
from inbox_daemon.ports import Anbieter
from inbox_daemon.web import access
from inbox_daemon.web.anmelden import (
    FORBIDDEN,
    admissible,
    admitted,
    begin,
    is_from_our_form,
    peer,
    refused,
    set_cookie,
    sign_in_page,
    too_often,
)
from inbox_daemon.web.here import now, parts
from inbox_daemon.web.pforte import BEGUN_S, pforte
from inbox_daemon.web.room import PUBLIC, Room

room = Room("hauszugang")
BACK = OIDC_BACK
SEE_OTHER, NOT_FOUND, NO_METHOD, AWAY = 303, 404, 405, 503


@room.post("/anmelden/haus", PUBLIC)
def by_proxy() -> Response:
    """The person whom the proxy names says that she wants in."""
    if not is_from_our_form():
        return sign_in_page(PAGES["formular-ungueltig"], status=FORBIDDEN)
    name = access.named()
    if name is None:
        return refused("", "proxy", PAGES["proxy-ungueltig"])
    return _admitted(name, by=access.BY_PROXY)


@room.get("/anmelden/oidc", PUBLIC)
def to_provider() -> Response:
    """To the provider; a link of another site does not send anybody there."""
    provider = _provider()
    if not access.is_our_origin():
        return sign_in_page(PAGES["formular-ungueltig"], status=FORBIDDEN)
    try:
        begun = provider.begin()
    except (Temporary, Refused):
        return sign_in_page(PAGES["oidc-weg"], status=AWAY)
    response = Response(status=SEE_OTHER, headers={"Location": begun.url})
    # Lax: the provider sends the browser back to us from its own site.
    set_cookie(response, _cookie(), pforte().keep(begun), seconds=BEGUN_S)
    return response


@room.get(BACK, PUBLIC)
def back() -> Response:
    """Back from the provider: what was begun here is taken up once, or not at all."""
    provider = _provider()
    if wait_s := admitted(""):
        return too_often(wait_s)
    begun = pforte().take(request.cookies.get(_cookie(), ""))
    if begun is None:
        response = refused("", "oidc-unbekannt", PAGES["oidc-abgelehnt"])
    else:
        response = _told_by(provider, begun)
    response.delete_cookie(_cookie(), path="/", secure=access.is_secure())
    return response


def _told_by(provider: Anbieter, begun: Begun) -> Response:
    try:
        said = provider.finish(begun, request.args.to_dict(), now=now())
    except Temporary:
        return sign_in_page(PAGES["oidc-weg"], status=AWAY)
    except Refused as error:
        return refused("", f"oidc-{error.values['warum']}".lower(), PAGES["oidc-abgelehnt"])
    pforte().succeeded(name="", peer=peer())
    name = login_name(said, realm=parts().settings.pages.realm)
    return _admitted(name or "", by="oidc")


def _admitted(name: str, *, by: str) -> Response:
    user = admissible(name)
    if user is None:
        return refused(name, f"{by}-nicht-zugelassen", PAGES["nicht-zugelassen"], status=FORBIDDEN)
    return begin(user.person.name, by=by)


def _provider() -> Anbieter:
    if request.method != "GET":  # a HEAD would use up what was begun
        abort(NO_METHOD)
    if not parts().settings.pages.oidc.issuer:
        abort(NOT_FOUND)
    return parts().provider


def _cookie() -> str:
    return "__Host-anbieter" if access.is_secure() else "anbieter"
