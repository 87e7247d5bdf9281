"""Signing in through the house: the proxy's header and the OpenID provider, and every forgery."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inbox_daemon.config import PagesSettings
from inbox_daemon.core.errors import Refused
from inbox_daemon.web.vorgelagert import peer_of, said_by_proxy
from tests.peers import oidc as peer
from tests.web.conftest import HOST, Desk, new_desk
from tests.web.signing import FIELD, form_token, is_in, sign_in, text_of, with_password

pytestmark = pytest.mark.full

SOCKET = PagesSettings(
    listen="unix:/run/pages.sock", public_url=f"https://{HOST}", proxy="unix", realm="RPS.BWL.DE"
)
LOOPBACK = PagesSettings(listen="127.0.0.1:8080", proxy="127.0.0.1")
OFF = PagesSettings(listen="unix:/run/pages.sock", public_url=f"https://{HOST}")


def _environ(name: str | None = None, remote: str = "localhost", **more: str) -> dict[str, str]:
    said = {} if name is None else {"HTTP_X_REMOTE_USER": name}
    return {"REMOTE_ADDR": remote, **said, **more}


def test_a_name_is_believed_over_the_socket_and_without_its_realm() -> None:
    assert said_by_proxy(_environ("Muster@RPS.BWL.DE"), SOCKET) == "muster"


def test_no_header_is_believed_where_none_is_configured() -> None:
    assert said_by_proxy(_environ("muster"), OFF) is None


def test_on_loopback_only_the_configured_peer_is_believed() -> None:
    assert said_by_proxy(_environ("muster", "127.0.0.1"), LOOPBACK) == "muster"
    for other in ("127.0.0.2", "::1", "10.0.0.1", "localhost", ""):
        assert said_by_proxy(_environ("muster", other), LOOPBACK) is None


def test_another_header_is_not_the_configured_one() -> None:
    environ = {"REMOTE_ADDR": "localhost", "HTTP_REMOTE_USER": "muster", "REMOTE_USER": "muster"}
    assert said_by_proxy(environ, SOCKET) is None


@pytest.mark.parametrize(
    "said",
    ["", " ", "muster, leiterin", "muster,muster", "muster\x00", "mus\tter", "muster@FREMD.DE",
     "HTTP/pages@RPS.BWL.DE", "RPS\\muster", "(null)", "m\xfcster", "muster\x85"],
)  # fmt: skip
def test_what_is_not_exactly_one_name_of_our_realm_is_refused(said: str) -> None:
    with pytest.raises(Refused):
        said_by_proxy(_environ(said), SOCKET)


def test_the_peer_behind_the_proxy_is_the_last_hop_and_only_the_proxy_may_say_so() -> None:
    hops = {"HTTP_X_FORWARDED_FOR": "6.6.6.6, 10.1.2.3"}
    assert peer_of(_environ(**hops), SOCKET) == "10.1.2.3"
    assert peer_of(_environ(remote="127.0.0.1", **hops), LOOPBACK) == "10.1.2.3"
    assert peer_of(_environ(remote="127.0.0.9", **hops), LOOPBACK) == "127.0.0.9"
    assert peer_of(_environ(HTTP_X_FORWARDED_FOR="<script>"), SOCKET) == "localhost"


@pytest.fixture
def behind(tmp_path: Path, staff_database: Path) -> Desk:
    """Pages on a socket behind a proxy that knows the person."""
    access = 'listen = "unix:/run/pages.sock"\nproxy = "unix"\nrealm = "RPS.BWL.DE"'
    return new_desk(tmp_path, staff_database, access=access)


def _as(name: str) -> dict[str, Any]:
    return {"headers": {"X-Remote-User": name}}


def _pressed(client: FlaskClient, name: str) -> TestResponse:
    page = client.get("/anmelden", **_as(name)).get_data(as_text=True)
    found = FIELD.search(page)
    assert found
    return client.post("/anmelden/haus", data={"token": found[1]}, **_as(name))


def test_the_person_of_the_proxy_signs_in_by_one_button(behind: Desk) -> None:
    client = behind.nobody()

    assert client.get("/konto", **_as("muster")).status_code == 303  # nobody comes in by looking
    assert "Weiter als muster" in text_of(client.get("/anmelden", **_as("muster@RPS.BWL.DE")))
    assert _pressed(client, "muster@RPS.BWL.DE").status_code == 303
    assert client.get("/konto", **_as("muster")).status_code == 200
    assert behind.app.people.sessions("muster")[0].by == "proxy"


def test_a_session_of_the_proxy_lives_only_with_the_proxy_s_word(behind: Desk) -> None:
    client = behind.nobody()
    _pressed(client, "muster")

    assert client.get("/konto").status_code == 303
    assert client.get("/konto", **_as("muster")).status_code == 303
    assert not behind.app.people.sessions("muster")


@pytest.mark.parametrize("by", ["proxy", "local"])
def test_a_session_of_one_person_is_never_used_by_another(behind: Desk, by: str) -> None:
    client = behind.nobody()
    if by == "proxy":
        _pressed(client, "muster")
    else:
        with_password(behind)
        sign_in(client)
        assert is_in(client)

    assert client.get("/konto", **_as("leiterin")).status_code == 303
    assert not behind.app.people.sessions("muster")


def test_whom_nobody_admitted_does_not_come_in_though_the_house_knows_her(behind: Desk) -> None:
    answer = _pressed(behind.nobody(), "fremde")

    assert answer.status_code == 403
    assert "kein Zugang eingerichtet" in text_of(answer)


def test_a_disabled_person_does_not_come_in_by_the_proxy(behind: Desk) -> None:
    user = behind.app.people.user("muster")
    assert user is not None
    at = behind.app.clock.now()
    behind.app.people.keep_user(user.person, password_hash=None, enabled=False, by="test", at=at)

    assert _pressed(behind.nobody(), "muster").status_code == 403


def test_a_header_that_is_no_name_is_refused_on_every_page(behind: Desk) -> None:
    for path in ("/", "/anmelden", "/konto", "/keine-seite"):
        answer = behind.nobody().get(path, **_as("muster, leiterin"))
        assert answer.status_code == 403
        assert "keinen gültigen Namen" in text_of(answer)


def test_the_button_without_the_proxy_s_word_signs_in_nobody(behind: Desk, desk: Desk) -> None:
    for where in (behind, desk):
        client = where.nobody()
        token = form_token(client)
        assert client.post("/anmelden/haus", data={"token": token}).status_code == 401
    client = desk.nobody()
    forged = client.post("/anmelden/haus", data={"token": form_token(client)}, **_as("muster"))
    assert forged.status_code == 401
    assert not desk.app.people.sessions()


def test_the_button_needs_the_form_of_this_browser(behind: Desk) -> None:
    for more in ({}, {"Sec-Fetch-Site": "cross-site"}):
        headers = {"X-Remote-User": "muster", **more}
        answer = behind.nobody().post("/anmelden/haus", headers=headers)
        assert answer.status_code == 403
    assert not behind.app.people.sessions()


@pytest.fixture(scope="module")
def house() -> Iterator[peer.Provider]:
    with peer.running() as provider:
        yield provider


@pytest.fixture
def federated(tmp_path: Path, staff_database: Path, house: peer.Provider) -> Desk:
    """Pages that know a provider."""
    house.misdeeds = peer.Misdeeds()
    (tmp_path / "oidc-client-secret").write_text(peer.SECRET)
    access = (
        'realm = "RPS.BWL.DE"\n'
        f'[pages.oidc]\nissuer = "{house.issuer}"\nclient_id = "{peer.CLIENT}"'
    )
    return new_desk(tmp_path, staff_database, access=access)


def _sent(client: FlaskClient, house: peer.Provider) -> dict[str, str]:
    """The browser at the provider, and what it brings back."""
    answer = client.get("/anmelden/oidc")
    assert answer.status_code == 303
    assert answer.location.startswith(f"{house.issuer}/authorize?")
    return house.authorize(answer.location)


BACK = "/anmelden/oidc/zurueck"


def test_the_person_of_the_provider_comes_in(federated: Desk, house: peer.Provider) -> None:
    client = federated.nobody()
    assert "/anmelden/oidc" in text_of(client.get("/anmelden"))
    answer = client.get(BACK, query_string=_sent(client, house))

    assert answer.status_code == 303
    assert is_in(client)
    assert federated.app.people.sessions("muster")[0].by == "oidc"


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(
    federated: Desk, house: peer.Provider
) -> None:
    client, other = federated.nobody(), federated.nobody()
    brought = _sent(client, house)
    stolen = other.get(BACK, query_string=brought)
    own = client.get(BACK, query_string=brought)
    again = client.get(BACK, query_string=brought)

    assert (stolen.status_code, own.status_code, again.status_code) == (401, 303, 401)
    assert not is_in(other)


def test_a_person_whom_nobody_admitted_is_refused(federated: Desk, house: peer.Provider) -> None:
    house.misdeeds = peer.Misdeeds(claims={"preferred_username": "fremde@RPS.BWL.DE"})
    client = federated.nobody()
    answer = client.get(BACK, query_string=_sent(client, house))

    assert answer.status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize("said", ["muster@FREMD.DE", "muster, leiterin", "leiterin\x00"])
def test_a_claim_that_is_no_name_of_our_realm_is_nobody(
    federated: Desk, house: peer.Provider, said: str
) -> None:
    house.misdeeds = peer.Misdeeds(claims={"preferred_username": said})
    client = federated.nobody()

    assert client.get(BACK, query_string=_sent(client, house)).status_code == 403
    assert not is_in(client)


def test_a_wrong_token_is_refused_with_a_sentence_and_in_the_log(
    federated: Desk, house: peer.Provider
) -> None:
    house.misdeeds = peer.Misdeeds(other_key=True)
    client = federated.nobody()
    answer = client.get(BACK, query_string=_sent(client, house))
    federated.app.audit.catch_up()

    assert answer.status_code == 401
    assert "nicht bestätigen" in text_of(answer)
    assert "session.refused" in federated.app.audit.path.read_text("utf-8")


def test_another_site_cannot_send_somebody_to_the_provider(federated: Desk) -> None:
    answer = federated.nobody().get("/anmelden/oidc", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_with_the_provider_away_the_page_says_so_and_the_local_account_works(
    federated: Desk, house: peer.Provider
) -> None:
    with_password(federated)
    house.misdeeds = peer.Misdeeds(status={"/.well-known/openid-configuration": 503})
    client = federated.nobody()
    answer = client.get("/anmelden/oidc")

    assert answer.status_code == 503
    assert "antwortet nicht" in text_of(answer)
    assert sign_in(client).status_code == 303


def test_without_a_provider_its_addresses_are_not_there(desk: Desk) -> None:
    for path in ("/anmelden/oidc", BACK):
        assert desk.nobody().get(path).status_code == 404
    assert "/anmelden/oidc" not in text_of(desk.nobody().get("/anmelden"))
