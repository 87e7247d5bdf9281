"""Signing in with a local account: who gets a session, how long, what an attacker learns."""

import sqlite3
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from inbox_daemon.core.rollen import Rolle
from tests.web.conftest import HOST, Desk, new_desk
from tests.web.signing import PASSWORD, by_hand, form_token, is_in, sign_in, text_of, with_password

pytestmark = pytest.mark.full


def _log(desk: Desk) -> str:
    desk.app.audit.catch_up()
    return desk.app.audit.path.read_text("utf-8")


def test_the_cookie_is_for_this_host_for_tls_and_for_no_script(desk: Desk) -> None:
    with_password(desk)

    cookies = sign_in(desk.nobody()).headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("__Host-sitzung="))

    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(session.split("; "))
    assert "Domain" not in session
    assert len(session.partition("=")[2].partition(";")[0]) >= 43


def test_on_loopback_without_tls_the_cookie_works_too(tmp_path: Path, staff_database: Path) -> None:
    desk = new_desk(tmp_path, staff_database, public_url="http://127.0.0.1:8080")
    with_password(desk)
    client = desk.nobody()
    page = {"base_url": "http://127.0.0.1:8080"}
    token = text_of(client.get("/anmelden", **page))
    assert "Anmelden" in token
    found = client.get("/anmelden", **page).get_data(as_text=True).split('value="')[1].split('"')[0]

    answer = client.post(
        "/anmelden", data={"token": found, "name": "muster", "kennwort": PASSWORD}, **page
    )

    session = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("sitzung="))
    assert "Secure" not in session
    assert client.get("/konto", **page).status_code == 200


def test_the_database_holds_no_token_and_no_password(desk: Desk) -> None:
    with_password(desk)
    client = desk.nobody()
    sign_in(client, password="ein falsches Kennwort")
    sign_in(client)
    token = client.get_cookie("__Host-sitzung", domain=HOST)

    assert token is not None
    everything = b"".join(
        path.read_bytes() for path in desk.app.settings.state_dir.iterdir() if path.is_file()
    )
    for secret in (token.value, PASSWORD, "ein falsches Kennwort"):
        assert secret.encode() not in everything


def test_a_session_is_new_at_every_signing_in_and_the_old_one_is_over(desk: Desk) -> None:
    with_password(desk)
    client = desk.nobody()
    sign_in(client)
    first = client.get_cookie("__Host-sitzung", domain=HOST)
    client.delete_cookie("__Host-sitzung", domain=HOST)
    planted = "x" * 43
    client.set_cookie("__Host-sitzung", planted, domain=HOST, secure=True)
    sign_in(client)
    second = client.get_cookie("__Host-sitzung", domain=HOST)

    assert first is not None
    assert second is not None
    assert len({first.value, second.value, planted}) == 3


def test_signing_in_again_in_the_same_browser_ends_the_session_before(desk: Desk) -> None:
    with_password(desk)
    client = desk.nobody()
    token = form_token(client)
    fields = {"token": token, "name": "muster", "kennwort": PASSWORD}
    before = client.get_cookie("__Host-vor-anmeldung", domain=HOST)
    client.post("/anmelden", data=fields)
    assert before is not None
    client.set_cookie("__Host-vor-anmeldung", before.value, domain=HOST, secure=True)
    client.post("/anmelden", data=fields)

    assert len(desk.app.people.sessions("muster")) == 1


def test_signing_out_ends_the_session_on_the_server(desk: Desk) -> None:
    with_password(desk)
    client = desk.nobody()
    sign_in(client)
    cookie = client.get_cookie("__Host-sitzung", domain=HOST)
    assert cookie is not None
    answer = client.post("/abmelden", data={"token": form_token(client, "/konto")})
    client.set_cookie("__Host-sitzung", cookie.value, domain=HOST, secure=True)

    assert not is_in(client)
    assert "cache" in answer.headers["Clear-Site-Data"]


def test_a_session_that_nobody_uses_ends(desk: Desk) -> None:
    hand = by_hand(desk)
    with_password(desk)
    client = desk.nobody()
    sign_in(client)
    for _ in range(5):
        hand.on(minutes=29)
        assert is_in(client)
    hand.on(minutes=31)

    assert not is_in(client)
    assert not desk.app.people.sessions("muster")


def test_a_session_ends_after_ten_hours_however_busy(desk: Desk) -> None:
    hand = by_hand(desk)
    with_password(desk)
    client = desk.nobody()
    sign_in(client)
    for _ in range(30):
        hand.on(minutes=20)
        assert is_in(client)
    hand.on(minutes=1)

    assert not is_in(client)


@pytest.mark.parametrize("change", ["disabled", "roles", "password"])
def test_whoever_is_disabled_or_changed_is_out_at_once(desk: Desk, change: str) -> None:
    with_password(desk)
    client = desk.nobody()
    sign_in(client)
    user = desk.app.people.user("muster")
    assert user is not None
    at = desk.app.clock.now()
    if change == "password":
        desk.app.people.set_password("muster", user.password_hash, by="test", at=at)
    else:
        desk.app.people.keep_user(
            user.person, password_hash=None, enabled=change != "disabled", by="test", at=at
        )

    assert not is_in(client)


def test_a_disabled_row_alone_opens_nothing(desk: Desk) -> None:
    with_password(desk)
    client = desk.nobody()
    sign_in(client)
    with sqlite3.connect(desk.app.settings.state_dir / "inbox.sqlite3") as database:
        database.execute("UPDATE users SET enabled = 0 WHERE name = 'muster'")

    assert not is_in(client)
    assert sign_in(client).status_code == 401


def test_nothing_tells_whether_a_name_exists(desk: Desk) -> None:
    with_password(desk)
    answers = []
    for name in ("muster", "niemand", "beispiel", "Mü\x00ster", "a, b"):
        answer = sign_in(desk.nobody(), name, "ein falsches Kennwort")
        answers.append((answer.status_code, text_of(answer)))

    assert len(set(answers)) == 1
    assert answers[0][0] == 401


def test_one_who_guesses_waits_and_the_clerk_elsewhere_does_not(desk: Desk) -> None:
    with_password(desk)
    attacker = desk.nobody()
    here = {"REMOTE_ADDR": "127.0.0.9"}
    statuses = [
        sign_in(attacker, password="falsch", environ_base=here).status_code for _ in range(7)
    ]
    right_but_waiting = sign_in(attacker, environ_base=here)

    assert statuses == [401] * 5 + [429] * 2
    assert right_but_waiting.status_code == 429
    assert int(right_but_waiting.headers["Retry-After"]) >= 1
    assert "warten" in text_of(right_but_waiting)
    assert sign_in(desk.nobody()).status_code == 303


def test_waiting_says_nothing_of_the_name_either(desk: Desk) -> None:
    with_password(desk)
    told = []
    for name, peer in (("muster", "127.0.0.7"), ("niemand", "127.0.0.8")):
        client = desk.nobody()
        for _ in range(6):
            answer = sign_in(client, name, "falsch", environ_base={"REMOTE_ADDR": peer})
        told.append((answer.status_code, text_of(answer).replace("1 Sek", "2 Sek")))

    assert told[0] == told[1]


def test_a_hash_of_older_parameters_is_made_anew_at_signing_in(desk: Desk) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with_password(desk, password_hash=weak)

    assert sign_in(desk.nobody()).status_code == 303
    user = desk.app.people.user("muster")
    assert user is not None
    assert "m=65536,t=3,p=4" in user.password_hash


def test_the_log_tells_of_signing_in_out_and_refusals_and_never_a_password(desk: Desk) -> None:
    with_password(desk)
    client = desk.nobody()
    sign_in(client, password="ein falsches Kennwort")
    sign_in(client, name="mein-kennwort-im-namensfeld", password="x")
    sign_in(client)
    client.post("/abmelden", data={"token": form_token(client, "/konto")})
    log = _log(desk)

    for kind in ("session.refused", "session.opened", "session.closed", "user.changed"):
        assert f'"event.action":"{kind}"' in log
    assert "mein-kennwort-im-namensfeld" not in log
    assert '"wer":"unbekannt"' in log
    assert "falsches" not in log
    assert "argon2" not in log


def test_the_sign_in_form_without_its_token_or_from_elsewhere_signs_in_nobody(desk: Desk) -> None:
    with_password(desk)
    client = desk.nobody()
    fields = {"token": form_token(client), "name": "muster", "kennwort": PASSWORD}
    refused = [
        desk.nobody().post("/anmelden", data=fields),
        client.post("/anmelden", data={**fields, "token": ""}),
        client.post("/anmelden", data=fields, headers={"Sec-Fetch-Site": "cross-site"}),
        client.post("/anmelden", data=fields, headers={"Origin": "https://fremd.example"}),
        client.post("/anmelden", data=fields, headers={"Origin": "null"}),
    ]

    assert [answer.status_code for answer in refused] == [403] * 5
    assert not desk.app.people.sessions("muster")


def test_the_own_account_shows_the_sessions_and_changes_the_password(desk: Desk) -> None:
    with_password(desk)
    client, other = desk.nobody(), desk.nobody()
    sign_in(client)
    sign_in(other)
    new = "grüne Wiese am Morgen"

    def change(**fields: str) -> tuple[int, str]:
        given = {"bisher": PASSWORD, "neu": new, "noch-einmal": new, **fields}
        given["token"] = form_token(client, "/konto")
        answer = client.post("/konto/kennwort", data=given)
        return answer.status_code, text_of(answer)

    assert text_of(client.get("/konto")).count("mit Kennwort") == 2
    assert change(bisher="falsch")[0] == 422
    assert "zu leicht" in change(neu="passwortpasswort")[1]
    assert "mindestens 15 Zeichen" in change(neu="kurz")[1]
    assert "nicht gleich" in change(**{"noch-einmal": "etwas ganz anderes"})[1]
    before = client.get_cookie("__Host-sitzung", domain=HOST)
    assert change()[0] == 303
    after = client.get_cookie("__Host-sitzung", domain=HOST)
    assert before != after
    assert "geändert" in text_of(client.get("/konto"))
    assert not is_in(other)
    assert sign_in(desk.nobody()).status_code == 401
    assert sign_in(desk.nobody(), password=new).status_code == 303


def test_an_account_of_the_house_has_no_password_to_change(desk: Desk) -> None:
    client = desk.client("muster")
    page = text_of(client.get("/konto"))
    token = form_token(client, "/konto")

    assert "Kennwort ändern" not in page
    assert client.post("/konto/kennwort", data={"token": token}).status_code == 422


def test_all_sessions_end_together(desk: Desk) -> None:
    with_password(desk)
    client, other = desk.nobody(), desk.nobody()
    sign_in(client)
    sign_in(other)
    client.post("/konto/ueberall-abmelden", data={"token": form_token(client, "/konto")})

    assert not is_in(client)
    assert not is_in(other)


def test_a_new_role_needs_a_new_session(desk: Desk) -> None:
    with_password(desk)
    client = desk.nobody()
    sign_in(client)
    user = desk.app.people.user("muster")
    assert user is not None
    person = type(user.person)(
        name="muster", full_name="Muster", rollen=frozenset({Rolle.ADMINISTRATION})
    )
    desk.app.people.keep_user(
        person, password_hash=None, enabled=True, by="test", at=desk.app.clock.now()
    )

    assert not is_in(client)
