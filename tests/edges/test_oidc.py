"""Signing in through a provider: only its own word, for us, now, once."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from inbox_daemon.core.errors import ConfigError, Refused, Temporary
from inbox_daemon.edges.oidc import Client, Provider
from tests.peers import oidc as peer

pytestmark = pytest.mark.full

BACK = "https://antrag.example/anmelden/oidc/zurueck"


@pytest.fixture(scope="module")
def house() -> Iterator[peer.Provider]:
    with peer.running() as provider:
        yield provider


@pytest.fixture(autouse=True)
def _well_behaved(house: peer.Provider) -> None:
    house.misdeeds = peer.Misdeeds()


def _ours(house: peer.Provider, **changed: Any) -> Provider:
    settings: dict[str, Any] = {
        "issuer": house.issuer,
        "client_id": peer.CLIENT,
        "redirect_uri": BACK,
        "claim": "preferred_username",
        "algorithm": "RS256",
        "timeout_s": 5,
        **changed,
    }
    return Provider(Client(**settings), lambda: peer.SECRET)


def _now() -> datetime:
    return datetime.now(UTC)


def _signed_in(house: peer.Provider, **changed: Any) -> str:
    ours = _ours(house, **changed)
    begun = ours.begin()
    return ours.finish(begun, house.authorize(begun.url), now=_now())


def test_the_person_whom_the_provider_names_is_signed_in(house: peer.Provider) -> None:
    assert _signed_in(house) == "muster@RPS.BWL.DE"
    assert _signed_in(house, claim="sub") == "4711"


def test_the_browser_is_sent_with_everything_that_binds_the_answer(house: peer.Provider) -> None:
    begun = _ours(house).begin()
    asked = dict(parse_qsl(urlsplit(begun.url).query))
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == BACK
    assert asked["code_challenge_method"] == "S256"
    assert asked["state"] == begun.state
    assert asked["nonce"] == begun.nonce
    assert begun.verifier not in begun.url
    assert len({begun.state, begun.nonce, begun.verifier, _ours(house).begin().state}) == 4


HOUR_AGO = int((_now() - timedelta(hours=1)).timestamp())


@pytest.mark.parametrize(
    "misdeeds",
    [
        peer.Misdeeds(claims={"nonce": "another"}),
        peer.Misdeeds(without=("nonce",)),
        peer.Misdeeds(claims={"aud": "another"}),
        peer.Misdeeds(claims={"aud": ["another", "one more"]}),
        peer.Misdeeds(claims={"aud": ["another", peer.CLIENT]}),  # and no azp
        peer.Misdeeds(claims={"aud": [peer.CLIENT], "azp": "another"}),
        peer.Misdeeds(without=("aud",)),
        peer.Misdeeds(claims={"iss": "https://another.example"}),
        peer.Misdeeds(without=("iss",)),
        peer.Misdeeds(without=("exp",)),
        peer.Misdeeds(without=("iat",)),
        peer.Misdeeds(without=("sub",)),
        peer.Misdeeds(claims={"exp": HOUR_AGO}),
        peer.Misdeeds(claims={"exp": "later"}),
        peer.Misdeeds(skew_s=3600),
        peer.Misdeeds(alg="none"),
        peer.Misdeeds(alg="HS256"),
        peer.Misdeeds(alg="PS256"),
        peer.Misdeeds(other_key=True),
        peer.Misdeeds(without=("preferred_username",)),
        peer.Misdeeds(claims={"preferred_username": ["muster", "leitung"]}),
        peer.Misdeeds(claims={"preferred_username": ""}),
        peer.Misdeeds(token={"id_token": "not.a.token"}),
        peer.Misdeeds(token={"id_token": None}),
        peer.Misdeeds(token={"id_token": 7}),
        peer.Misdeeds(body={"/token": b"[]"}),
        peer.Misdeeds(body={"/keys": b'{"keys": "none"}'}),
        peer.Misdeeds(body={"/keys": b'{"keys": []}'}),
        peer.Misdeeds(metadata={"issuer": "https://another.example"}),
        peer.Misdeeds(metadata={"authorization_response_iss_parameter_supported": True}),
    ],
    ids=str,
)
def test_a_token_that_is_not_wholly_right_signs_in_nobody(
    house: peer.Provider, misdeeds: peer.Misdeeds
) -> None:
    ours = _ours(house)
    begun = ours.begin()
    answer = house.authorize(begun.url)
    house.misdeeds = misdeeds
    with pytest.raises(Refused):
        ours.finish(begun, answer, now=_now())


def test_a_code_is_good_once(house: peer.Provider) -> None:
    ours = _ours(house)
    begun = ours.begin()
    answer = house.authorize(begun.url)
    ours.finish(begun, answer, now=_now())
    with pytest.raises(Refused):
        ours.finish(begun, answer, now=_now())


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "another"},
        {"state": ""},
        {"code": ""},
        {"code": "invented"},
        {"error": "access_denied"},
        {"iss": "https://another.example"},
    ],
    ids=str,
)
def test_an_answer_to_another_question_is_refused(
    house: peer.Provider, changed: dict[str, str]
) -> None:
    ours = _ours(house)
    begun = ours.begin()
    with pytest.raises(Refused):
        ours.finish(begun, {**house.authorize(begun.url), **changed}, now=_now())


def test_the_code_of_one_browser_does_not_fit_the_verifier_of_another(
    house: peer.Provider,
) -> None:
    ours = _ours(house)
    mine, theirs = ours.begin(), ours.begin()
    stolen = {**house.authorize(theirs.url), "state": mine.state}
    with pytest.raises(Refused):
        ours.finish(mine, stolen, now=_now())


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize("status", [500, 503])
def test_a_provider_in_trouble_may_be_asked_again_later(
    house: peer.Provider, path: str, status: int
) -> None:
    ours = _ours(house)
    begun = ours.begin()
    answer = house.authorize(begun.url)
    house.misdeeds = peer.Misdeeds(status={path: status})
    with pytest.raises(Temporary):
        ours.finish(begun, answer, now=_now())


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
def test_no_redirect_is_followed(house: peer.Provider, path: str) -> None:
    ours = _ours(house)
    begun = ours.begin()
    answer = house.authorize(begun.url)
    house.misdeeds = peer.Misdeeds(status={path: 302})
    house.asked.clear()
    with contextlib.suppress(Temporary, Refused):
        ours.finish(begun, answer, now=_now())
    assert "/elsewhere" not in house.asked


def test_a_provider_that_is_away_says_so() -> None:
    with peer.running() as gone:
        ours = _ours(gone)
    with pytest.raises(Temporary) as told:
        ours.begin()
    assert told.value.code == "oidc-weg"


@pytest.mark.parametrize(
    "url",
    ["http://provider.example", "ftp://provider.example", "", "https://", "https://a.example?x=1"],
)
def test_an_issuer_must_be_reached_by_tls(house: peer.Provider, url: str) -> None:
    with pytest.raises(ConfigError):
        _ours(house, issuer=url)


def test_a_provider_that_names_a_plain_address_is_not_used(house: peer.Provider) -> None:
    house.misdeeds = peer.Misdeeds(
        metadata={"authorization_endpoint": "http://provider.example/authorize"}
    )
    with pytest.raises(Temporary):
        _ours(house).begin()
