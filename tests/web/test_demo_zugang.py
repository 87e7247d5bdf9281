"""The open door of the demo is open in the demo alone."""

import json
from pathlib import Path

import pytest

from inbox_daemon.__main__ import main
from inbox_daemon.config import load_settings
from inbox_daemon.core.errors import ConfigError
from tests.web.conftest import Desk, new_desk

pytestmark = pytest.mark.full

HERE = {"base_url": "http://127.0.0.1:8080"}
DEMO = 'listen = "127.0.0.1:8080"\ndemo = true'
IMAP = "[imap]\ntls = false\n"


@pytest.fixture
def demo(tmp_path: Path, staff_database: Path) -> Desk:
    return new_desk(tmp_path, staff_database, public_url="", access=DEMO, more=IMAP)


def _addresses(desk: Desk, capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    config = desk.app.settings.state_dir / "config.toml"
    assert main(["users", "demo", "--json", "--config", str(config)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def _path(address: str) -> str:
    return address.removeprefix(HERE["base_url"])


def test_the_address_signs_in_once(demo: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = _addresses(demo, capsys)
    client, other, late = demo.nobody(), demo.nobody(), demo.nobody()

    assert client.get(_path(first["address"]), **HERE).status_code == 303
    assert client.get("/konto", **HERE).status_code == 200
    assert late.get(_path(first["address"]), **HERE).status_code == 401
    assert other.get(_path(second["address"]), **HERE).status_code == 303
    assert {s.person.name for s in demo.app.people.sessions()} == {"demo", "demo-zwei"}


def test_new_addresses_make_the_old_ones_useless(
    demo: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    old = _addresses(demo, capsys)[0]
    _addresses(demo, capsys)

    assert demo.nobody().get(_path(old["address"]), **HERE).status_code == 401


@pytest.mark.parametrize("key", ["", "x", "%00", "é" * 10])
def test_an_invented_key_opens_nothing(demo: Desk, key: str) -> None:
    answer = demo.nobody().get(f"/anmelden/demo?schluessel={key}", **HERE)

    assert answer.status_code == 401


def test_from_another_machine_there_is_no_such_page(
    demo: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    address = _addresses(demo, capsys)[0]["address"]
    from_afar = {"REMOTE_ADDR": "10.0.0.7"}

    assert demo.nobody().get(_path(address), environ_base=from_afar, **HERE).status_code == 404


def test_in_a_real_installation_there_is_no_such_page_and_no_such_command(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    config = desk.app.settings.state_dir / "config.toml"

    assert desk.nobody().get("/anmelden/demo?schluessel=x").status_code == 404
    assert main(["users", "demo", "--config", str(config)]) == 78
    assert "demo" in capsys.readouterr().err


LOOPBACK = '[pages]\nlisten = "127.0.0.1:8080"\ndemo = true\n'


@pytest.mark.parametrize(
    "settings",
    [
        LOOPBACK,  # imap.tls is on by default
        LOOPBACK + "[imap]\ntls = true\n",
        LOOPBACK + '[imap]\ntls = false\nhost = "imap.rps.bwl.de"\n',
        "[pages]\ndemo = true\n" + IMAP,
        '[pages]\nlisten = "0.0.0.0:8080"\ndemo = true\n' + IMAP,
        '[pages]\nlisten = "unix:/p.sock"\npublic_url = "https://a.example"\ndemo = true\n' + IMAP,
        LOOPBACK + 'public_url = "https://antrag.rps.bwl.de"\n' + IMAP,
        LOOPBACK + 'proxy = "127.0.0.1"\n' + IMAP,
        LOOPBACK + '[pages.oidc]\nissuer = "https://a.example"\nclient_id = "x"\n' + IMAP,
    ],
)  # fmt: skip
def test_the_settings_refuse_the_demo_beside_anything_real(tmp_path: Path, settings: str) -> None:
    place = tmp_path / "config.toml"
    place.write_text(settings)

    with pytest.raises(ConfigError):
        load_settings(place)


def test_the_settings_take_the_demo_on_this_machine(tmp_path: Path) -> None:
    place = tmp_path / "config.toml"
    place.write_text(LOOPBACK + IMAP)

    assert load_settings(place).pages.demo
