"""Every route × every role and nobody; every changing route × every forgery."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from inbox_daemon.web.room import PUBLIC
from tests.web.conftest import Desk
from tests.web.routes import (
    EVERYTHING,
    ONE_OF_EACH,
    WHO,
    Route,
    admit_all,
    everything_stored,
    routes,
)
from tests.web.signing import form_token

pytestmark = pytest.mark.full

FORBIDDEN, SEE_OTHER = 403, 303


@pytest.fixture
def staffed(desk: Desk) -> tuple[Desk, list[Route]]:
    """A desk with a case, a person for each role, and all routes."""
    admit_all(desk)
    number = desk.case()
    return desk, list(routes(desk, number))


def _is_refused(answer: TestResponse) -> bool:
    to_sign_in = answer.status_code == SEE_OTHER and answer.location == "/anmelden"
    return to_sign_in or answer.status_code == FORBIDDEN


def test_the_table_names_every_route_and_no_other(staffed: tuple[Desk, list[Route]]) -> None:
    assert {route.key for route in staffed[1]} == set(WHO)


def test_every_route_is_open_to_its_roles_and_to_nobody_else(
    staffed: tuple[Desk, list[Route]],
) -> None:
    desk, found = staffed
    wrong: list[tuple[object, ...]] = []
    for route in (route for route in found if WHO[route.key] is not PUBLIC):
        for name, rollen in ONE_OF_EACH.items():
            desk.signed_in.pop(name, None)  # signing out is one of the routes
            client = desk.client(name)
            form = {"token": form_token(client, "/konto")} if route.method == "POST" else None
            before = everything_stored(desk)
            answer = client.open(route.path, method=route.method, data=form)
            answer.close()  # a list that streams holds its request until then
            may = bool(rollen & WHO[route.key])
            signing_out = route.key in {"POST /abmelden", "POST /konto/ueberall-abmelden"}
            if may is (_is_refused(answer) and not signing_out):
                wrong.append((route.key, name, answer.status_code))
            if not may and everything_stored(desk) != before:
                wrong.append((route.key, name, "changed something"))
    assert wrong == []


def test_nobody_opens_what_is_not_public(staffed: tuple[Desk, list[Route]]) -> None:
    desk, found = staffed
    before = everything_stored(desk)
    for route in (route for route in found if WHO[route.key] is not PUBLIC):
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"):
            answer = desk.nobody().open(route.path, method=method)
            assert _is_refused(answer) or answer.status_code == 405, (route, method)
    assert everything_stored(desk) == before


FORGERIES: dict[str, dict[str, Any]] = {
    "without token": {"token": None},
    "empty token": {"token": ""},
    "wrong token": {"token": "0" * 64},
    "token of another session": {"token": "another"},
    "token with umlaut": {"token": "ä"},
    "from another origin": {"headers": {"Origin": "https://fremd.example"}},
    "from the same name without TLS": {"headers": {"Origin": "http://antragseingang.example"}},
    "from another port": {"headers": {"Origin": "https://antragseingang.example:8443"}},
    "from an opaque origin": {"headers": {"Origin": "null"}},
    "from another site": {"headers": {"Sec-Fetch-Site": "cross-site"}},
    "from a sister site": {"headers": {"Sec-Fetch-Site": "same-site"}},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_no_forged_form_changes_anything(staffed: tuple[Desk, list[Route]], forgery: str) -> None:
    desk, found = staffed
    client, given = desk.client(EVERYTHING), FORGERIES[forgery]
    own = form_token(client, "/konto")
    other = form_token(desk.client("nur-leitung"), "/konto")
    token = given.get("token", own)
    fields = {} if token is None else {"token": other if token == "another" else token}
    before = everything_stored(desk)
    for route in (route for route in found if route.method == "POST"):
        answer = client.post(route.path, data=fields, headers=given.get("headers"))
        assert answer.status_code == FORBIDDEN, route
        assert everything_stored(desk) == before, route


def test_no_get_or_head_changes_anything(staffed: tuple[Desk, list[Route]]) -> None:
    desk, found = staffed
    client = desk.client(EVERYTHING)
    token = form_token(client, "/konto")
    before = everything_stored(desk, log=False)
    for route in found:
        if WHO[route.key] is PUBLIC and route.method == "GET":
            continue  # ways in: see test_hauszugang.py and test_demo_zugang.py
        for method in ("GET", "HEAD", "OPTIONS"):
            path = f"{route.path}?token={token}&unterschrift=ja&name=muster"
            client.open(path, method=method).close()
            # What leaves the house is told of in the log.
            assert everything_stored(desk, log=False) == before, (route, method)


def test_a_head_opens_no_way_in(desk: Desk) -> None:
    for path in ("/anmelden/demo?schluessel=x", "/anmelden/oidc", "/anmelden/oidc/zurueck"):
        before = everything_stored(desk)
        assert desk.nobody().head(path).status_code in {404, 405}
        assert everything_stored(desk) == before
