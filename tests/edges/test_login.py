"""The login: by password or token, and never so often that the account is locked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from inbox_daemon.core.errors import ConfigError, InboxError, Permanent, Temporary
from inbox_daemon.edges.login import TOKEN_MARGIN_S, Login, TokenPlace
from inbox_daemon.edges.mailbox import Account, ImapMailbox
from tests.peers.imap import PASSWORD, USER, Peer, serving


def mailbox(peer: Peer, login: Login) -> ImapMailbox:
    """Our mailbox on this peer with this login."""
    account = Account(host="127.0.0.1", port=peer.port, tls=False, user=USER, folder="INBOX")
    return ImapMailbox(account, login)


def code_of(box: ImapMailbox) -> str:
    """What comes of opening it."""
    try:
        with box.examine():
            return ""
    except InboxError as error:
        return error.code


def test_after_three_refusals_nobody_knocks_until_the_password_is_another() -> None:
    said = "falsch"
    with serving(Peer()) as peer:
        box = mailbox(peer, Login(USER, lambda: said))
        codes = [code_of(box) for _ in range(6)]
        assert codes == ["imap-anmeldung"] * 3 + ["imap-gesperrt"] * 3
        assert (peer.logins, box.refusals) == (3, 3)
        said = "auch-falsch"
        assert code_of(box) == "imap-anmeldung"
        said = PASSWORD
        assert (code_of(box), box.refusals) == ("", 0)


@pytest.mark.parametrize(
    "answer", [b"BAD what", b"NO [UNAVAILABLE] later", b"NO [limit] too many connections"]
)
def test_a_server_in_trouble_is_no_wrong_password(answer: bytes) -> None:
    with serving(Peer()) as peer:
        peer.twist = lambda name, tag, _: tag + b" " + answer + b"\r\n" if name == "LOGIN" else None
        box = mailbox(peer, Login(USER, lambda: PASSWORD))
        assert [code_of(box) for _ in range(4)] == ["imap-verbindung"] * 4
        assert box.refusals == 0


def test_a_line_that_breaks_while_logging_in_is_no_wrong_password() -> None:
    with serving(Peer()) as peer:
        peer.twist = lambda name, *_: b"* BYE\r\n" if name == "LOGIN" else None
        box = mailbox(peer, Login(USER, lambda: PASSWORD))
        assert code_of(box) == "imap-verbindung"
        assert box.refusals == 0


class Endpoint:
    """A token endpoint. `answers` are given one each: status and body."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[dict[str, list[str]]] = []
        self.url = ""

    def gives(self, token: str, *, seconds: int = 3600) -> None:
        """The next answer is this token."""
        body = {"token_type": "Bearer", "expires_in": seconds, "access_token": token}
        self.answers.append((200, json.dumps(body).encode()))


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """The endpoint on loopback."""
    kept = Endpoint()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.asked.append(parse_qs(body.decode()))
            status, answer = kept.answers.pop(0)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing to tell."""

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        kept.url = f"http://127.0.0.1:{server.server_address[1]}/amt/oauth2/v2.0/token"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield kept
        server.shutdown()


def by_token(place: Endpoint, seconds: list[float]) -> Login:
    """A login with client credentials; `seconds` is a clock."""
    token = TokenPlace(url=place.url, client_id="app", scope="https://outlook/.default")
    return Login(USER, lambda: "geheim", token=token, now=lambda: seconds[0])


def test_a_token_is_fetched_once_and_again_shortly_before_its_end() -> None:
    seconds = [0.0]
    with serving(Peer(tokens={"eins", "zwei"})) as peer, endpoint() as place:
        box = mailbox(peer, by_token(place, seconds))
        place.gives("eins")
        assert [code_of(box), code_of(box)] == ["", ""]
        (asked,) = place.asked
        assert asked == {
            "grant_type": ["client_credentials"],
            "client_id": ["app"],
            "client_secret": ["geheim"],
            "scope": ["https://outlook/.default"],
        }
        seconds[0] = 3600.0 - TOKEN_MARGIN_S
        place.gives("zwei")
        assert code_of(box) == ""
        assert len(place.asked) == 2


def test_a_token_that_the_server_refuses_is_not_used_again() -> None:
    with serving(Peer(tokens={"neu"})) as peer, endpoint() as place:
        box = mailbox(peer, by_token(place, [0.0]))
        place.gives("alt")
        place.gives("neu")
        assert [code_of(box), code_of(box)] == ["imap-anmeldung", ""]
        assert box.refusals == 0


def test_a_refused_secret_counts_like_a_refused_password() -> None:
    with serving(Peer()) as peer, endpoint() as place:
        place.answers = [(401, b'{"error": "invalid_client"}')] * 9
        box = mailbox(peer, by_token(place, [0.0]))
        assert [code_of(box) for _ in range(5)] == ["imap-anmeldung"] * 3 + ["imap-gesperrt"] * 2
        assert (len(place.asked), peer.logins) == (3, 0)


@pytest.mark.parametrize(
    "answer",
    [
        (500, b""),
        (429, b""),
        (302, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"access_token": "a b", "expires_in": 9}'),
        (200, b'{"access_token": 7, "expires_in": 9}'),
        (200, b'{"access_token": "x", "expires_in": "soon"}'),
    ],
)
def test_an_endpoint_that_gives_no_token_is_asked_again_later(answer: tuple[int, bytes]) -> None:
    with serving(Peer()) as peer, endpoint() as place:
        place.answers = [answer]
        with (
            pytest.raises(Temporary) as caught,
            mailbox(peer, by_token(place, [0.0])).examine(),
        ):
            pass
        assert caught.value.code == "imap-token"
        assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://login.example/token", "ftp://x/", "login.example", ""])
def test_the_secret_goes_to_an_https_address_only(url: str) -> None:
    with pytest.raises(ConfigError, match="token_url"):
        Login(USER, lambda: "", token=TokenPlace(url=url, client_id="a", scope="b"))


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    with serving(Peer()) as peer:
        box = mailbox(peer, Login(USER, lambda: "geheim-und-falsch"))
        with pytest.raises(Permanent) as caught, box.examine():
            pass
        assert "geheim" not in str(caught.value)
