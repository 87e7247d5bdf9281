"""Headers on every answer, and broken or enormous requests: a clear answer, and nothing breaks."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from inbox_daemon.core.errors import Temporary
from inbox_daemon.web.server import served
from tests.web.conftest import HOST, Desk, new_desk
from tests.web.routes import EVERYTHING, admit_all, routes
from tests.web.signing import form_token

pytestmark = pytest.mark.full

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
}

# A file that leaves the house is never a page.
FILES = {"default-src 'none'", "frame-ancestors 'none'"}


def _demand_headers(answer: TestResponse, *, stored: bool = False) -> None:
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, (name, answer.status)
    policy = set(answer.headers["Content-Security-Policy"].split("; "))
    is_page = answer.mimetype == "text/html"
    assert policy >= (POLICY if is_page else FILES), answer.status
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    # A picture that our own child drew, or a sentence in one, is shown; it can do nothing.
    is_picture = str(answer.mimetype).startswith("image/") and "sandbox" in policy
    if not (is_page or stored or is_picture):
        assert "attachment" in answer.headers["Content-Disposition"]
    kept = is_picture and answer.cache_control.private
    if not stored and not kept:
        assert answer.headers["Cache-Control"] == "no-store", answer.status


def test_every_answer_of_every_route_has_the_headers(desk: Desk) -> None:
    admit_all(desk)
    for route in routes(desk, desk.case()):
        for name in (None, "nur-pruefung", EVERYTHING):
            desk.signed_in.clear()
            client = desk.client(name) if name else desk.nobody()
            answer = client.open(route.path, method=route.method)
            answer.close()
            _demand_headers(answer)


def test_errors_have_the_headers_and_are_german_pages(desk: Desk) -> None:
    client = desk.client("muster")
    answers = {
        404: client.get("/keine-seite"),
        405: client.delete("/konto"),
        400: client.get("/konto", base_url="https://fremd.example"),
        413: client.post("/konto/kennwort", data={"token": "x", "neu": "y" * 300_000}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert '<html lang="de">' in answer.get_data(as_text=True)
        _demand_headers(answer)
    _demand_headers(client.get("/static/pages.css"), stored=True)


@pytest.mark.parametrize("error", [Temporary("gone"), RuntimeError("secret words of a mail")])
def test_a_page_that_breaks_tells_nothing_of_why(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    client = desk.client("muster")
    for name in ("sessions", "messages", "session"):
        monkeypatch.setattr(desk.app.people, name, broken, raising=False)
        answer = client.get("/konto")
        assert answer.status_code in {500, 503}
        assert "secret" not in answer.get_data(as_text=True)
        _demand_headers(answer)


@pytest.mark.parametrize(
    "host", ["fremd.example", "antragseingang.example:80", "", "antragseingang.example.fremd.de"]
)
def test_only_our_own_name_is_answered(desk: Desk, host: str) -> None:
    answer = desk.client("muster").get("/konto", headers={"Host": host})

    assert answer.status_code == 400
    assert "Sitzungen" not in answer.get_data(as_text=True)


def test_a_forwarded_host_moves_nothing(desk: Desk) -> None:
    headers = {"X-Forwarded-Host": "fremd.example", "Forwarded": "host=fremd.example"}
    answer = desk.nobody().get("/", headers=headers)

    assert answer.location == "/anmelden"


FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b"&".join(b"f%d=1" % number for number in range(10_000))),
        (FORM, b"token=%ff%fe%00&neu=\xff\xfe"),
        (FORM, b"token=" + b"%" * 1000),
        (FORM, b"=" * 5000),
        (FORM, "token=äöü&name=\u202e".encode("utf-16")),
        (FORM, b"token=1&token=2&token=3"),
        (MULTIPART, PART * 1000 + b"--x--"),
        (MULTIPART, b"--x\r\nno header at all"),
        (MULTIPART, b"--y\r\n\r\n--y--"),
        (MULTIPART, b"\x00" * 100_000),
        (
            MULTIPART,
            b'--x\r\nContent-Disposition: form-data; name="token"; filename="a"\r\n\r\n1\r\n--x--',
        ),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=" + "x" * 5000, b"--"),
        ("application/json", b'{"token": ' + b"[" * 10_000),
        ("text/xml", b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>"),
        ("", b"token=1"),
    ],
)
def test_a_broken_form_gets_a_clear_answer(desk: Desk, kind: str, body: bytes) -> None:
    for client in (desk.nobody(), desk.client("muster")):
        for path in ("/anmelden", "/konto/kennwort", "/abmelden"):
            answer = client.post(path, data=body, content_type=kind)
            assert answer.status_code in {400, 403, 413}, (path, answer.status)
            assert '<html lang="de">' in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    ["/%00", "/%ff%fe", "/../../etc/passwd", "/static/../app.py", "/static/%2e%2e/app.py",
     "/static/..%5capp.py", "//fremd.example", "/konto?" + "a=" * 5000, "/stichprobe/%2e%2e",
     "/stichprobe/A-2026-000001%00", "/anmelden/demo?schluessel=%ff", "/konto;x", "/KONTO"],
)  # fmt: skip
def test_an_odd_address_is_answered_and_reads_no_file(desk: Desk, path: str) -> None:
    answer = desk.client("muster").get(path)

    assert answer.status_code in {200, 303, 308, 400, 403, 404}
    assert "import" not in answer.get_data(as_text=True)
    assert "fremd.example" not in answer.headers.get("Location", "")


def test_a_changed_cookie_opens_nothing(desk: Desk) -> None:
    for value in ("", "x", "x" * 3000, "ä", "'; DROP TABLE users; --", "\u202e"):
        client = desk.nobody()
        client.set_cookie("__Host-sitzung", value, domain=HOST, secure=True)
        assert client.get("/konto").status_code == 303


@pytest.fixture
def behind(tmp_path: Path, staff_database: Path) -> Iterator[tuple[Desk, Path]]:
    """The real server on a real socket, as a proxy finds it."""
    place = tmp_path / "pages.sock"
    desk = new_desk(tmp_path, staff_database, access=f'listen = "unix:{place}"\nproxy = "unix"')
    with served(desk.app):
        yield desk, place


def _asked(place: Path, request: bytes) -> tuple[int, str]:
    """What the server says to these bytes."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(20)
        line.connect(str(place))
        line.sendall(request)
        said = b""
        while piece := line.recv(65536):
            said += piece
    return int(said.split()[1]), said.decode("utf-8", "replace")


def _get(path: str, *headers: str) -> bytes:
    lines = (f"GET {path} HTTP/1.1", f"Host: {HOST}", "Connection: close", *headers)
    return "\r\n".join((*lines, "", "")).encode("latin-1")


def test_the_socket_is_for_its_group_alone(behind: tuple[Desk, Path]) -> None:
    assert oct(behind[1].stat().st_mode)[-3:] == "660"


def test_over_the_socket_one_header_is_believed(behind: tuple[Desk, Path]) -> None:
    status, said = _asked(behind[1], _get("/anmelden", "X-Remote-User: muster"))

    assert status == 200
    assert "Weiter als muster" in said


@pytest.mark.parametrize(
    "headers",
    [
        ("X-Remote-User: muster", "X-Remote-User: leiterin"),
        ("X-Remote-User: muster", "x-remote-user: muster"),
        ("X-Remote-User:",),
        ("X-Remote-User: muster, leiterin",),
        ("X-Remote-User: m\xfcster",),
    ],
)
def test_a_doubled_empty_or_listed_header_is_refused(
    behind: tuple[Desk, Path], headers: tuple[str, ...]
) -> None:
    status, said = _asked(behind[1], _get("/anmelden", *headers))

    assert status == 403
    assert "Weiter als" not in said


def test_a_header_with_underscores_is_not_taken_for_the_one_with_hyphens(
    behind: tuple[Desk, Path],
) -> None:
    status, said = _asked(behind[1], _get("/anmelden", "X_Remote_User: muster"))

    assert status == 200
    assert "Weiter als" not in said


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"POST /anmelden HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /anmelden HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 400_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nX-Remote-User: m\r\n l\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
    ids=repr,
)  # fmt: skip
def test_bytes_that_are_no_request_of_ours_end_nothing(
    behind: tuple[Desk, Path], request_bytes: bytes
) -> None:
    try:
        status, _ = _asked(behind[1], request_bytes)
    except (ConnectionError, IndexError):
        status = 400  # cut off while we were still talking
    assert 400 <= status < 500
    assert _asked(behind[1], _get("/anmelden"))[0] == 200


def test_the_place_of_a_dead_daemon_is_taken_again(behind: tuple[Desk, Path]) -> None:
    desk, place = behind
    assert place.exists()
    with served(desk.app):
        assert _asked(place, _get("/anmelden"))[0] == 200


def test_the_token_of_a_form_says_nothing_of_the_session(desk: Desk) -> None:
    client = desk.client("muster")
    cookie = client.get_cookie("__Host-sitzung", domain=HOST)

    assert cookie is not None
    assert cookie.value not in client.get("/konto").get_data(as_text=True)
    assert form_token(client, "/konto") == form_token(client, "/konto")
