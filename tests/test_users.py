"""`inbox-daemon users`: who may work on the pages, from the terminal."""

import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from inbox_daemon.__main__ import main
from inbox_daemon.app import App
from inbox_daemon.config import load_settings
from inbox_daemon.core.rollen import Rolle
from inbox_daemon.edges import kennwort

pytestmark = pytest.mark.full

GOOD = "blauer Tisch unter Regen"
ADD = ("add", "muster", "--full-name", "Maxi Muster", "--rolle", "sachbearbeitung")


@dataclass
class Terminal:
    """The command with a state folder of its own."""

    config: Path
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *arguments: str, typed: str = "") -> int:
        """One command with what comes by stdin; its exit code."""
        self.monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return main(["users", *arguments, "--config", str(self.config)])

    @property
    def app(self) -> App:
        """The parts on the same folder."""
        return App(load_settings(self.config))


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    config = tmp_path / "config.toml"
    config.write_text(f'state_dir = "{tmp_path}"\n')
    return Terminal(config, monkeypatch)


def test_a_person_is_admitted_with_a_password_from_stdin(users: Terminal) -> None:
    assert users(*ADD, "--rolle", "zweitpruefung", typed=GOOD + "\r\n") == 0
    user = users.app.people.user("Muster")

    assert user is not None
    assert user.person.rollen == {Rolle.SACHBEARBEITUNG, Rolle.ZWEITPRUEFUNG}
    assert kennwort.matches(user.password_hash, GOOD)


def test_at_a_terminal_the_password_is_typed_twice_and_unseen(users: Terminal) -> None:
    asked: list[str] = []
    typed = iter([GOOD, GOOD, GOOD, "etwas ganz anderes"])

    def unseen(prompt: str) -> str:
        asked.append(prompt)
        return next(typed)

    class Tty(io.StringIO):
        def isatty(self) -> bool:
            return True

    users.monkeypatch.setattr("getpass.getpass", unseen)
    arguments = ["users", *ADD, "--config", str(users.config)]
    users.monkeypatch.setattr("sys.stdin", Tty())
    assert main(arguments) == 0
    assert main(["users", "password", "muster", "--config", str(users.config)]) == 65
    assert len(asked) == 4


def test_no_command_takes_a_password_as_an_argument(
    users: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    for option in ("--password", "--kennwort"):
        with pytest.raises(SystemExit) as ended:
            users(*ADD, option, GOOD)
        assert ended.value.code == 64
    with pytest.raises(SystemExit):
        users("password", "muster", GOOD)
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "mindestens 15 Zeichen"),
        ("passwortpasswort", "leicht zu erraten"),
        ("Maxi-Muster-2026", "leicht zu erraten"),
    ],
)
def test_a_weak_password_admits_nobody(
    users: Terminal, capsys: pytest.CaptureFixture[str], typed: str, sentence: str
) -> None:
    assert users(*ADD, typed=typed) == 65
    assert sentence in capsys.readouterr().err
    assert users.app.people.user("muster") is None


@pytest.mark.parametrize("name", ["m\u00fcster", "a b", "a,b", "", "x" * 101, "a/b"])
def test_what_is_no_name_admits_nobody(users: Terminal, name: str) -> None:
    assert users("add", name, "--full-name", "X", "--rolle", "leitung", "--no-password") == 65
    assert users.app.people.users() == ()


def test_a_person_of_the_house_needs_no_password(users: Terminal) -> None:
    assert users(*ADD, "--no-password") == 0
    user = users.app.people.user("muster")

    assert user is not None
    assert user.password_hash == ""


def test_nobody_is_admitted_twice_and_nobody_unknown_is_changed(users: Terminal) -> None:
    assert users(*ADD, "--no-password") == 0
    assert users(*ADD, "--no-password") == 65
    for action in ("disable", "enable", "password"):
        assert users(action, "niemand", typed=GOOD) == 65
    assert users("roles", "niemand", "--rolle", "leitung") == 65


@pytest.mark.parametrize(
    "change", [("disable", "muster"), ("roles", "muster", "--rolle", "leitung")], ids=str
)
def test_each_change_ends_the_sessions(users: Terminal, change: tuple[str, ...]) -> None:
    users(*ADD, "--no-password")
    app = users.app
    token = app.people.open_session("muster", by="test", at=app.clock.now())

    assert users(*change) == 0
    assert app.people.session(token) is None
    assert app.people.sessions() == ()


def test_disabled_and_enabled_again_with_the_same_password(users: Terminal) -> None:
    users(*ADD, typed=GOOD)
    users("disable", "muster")
    shut = users.app.people.user("muster")
    users("enable", "muster")
    user = users.app.people.user("muster")

    assert shut is not None
    assert user is not None
    assert (shut.enabled, user.enabled) == (False, True)
    assert kennwort.matches(user.password_hash, GOOD)


def test_sessions_are_listed_and_ended(users: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    users(*ADD, "--no-password")
    users("add", "zwei", "--full-name", "Zwei", "--rolle", "leitung", "--no-password")
    app = users.app
    for name in ("muster", "muster", "zwei"):
        app.people.open_session(name, by="kennwort", at=app.clock.now())
    capsys.readouterr()

    assert users("sessions", "muster", "--json", "--end") == 0
    listed = [json.loads(line)["name"] for line in capsys.readouterr().out.splitlines()]
    assert listed == ["muster", "muster"]
    assert [s.person.name for s in app.people.sessions()] == ["zwei"]


def test_the_list_shows_roles_and_no_hash(
    users: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    users(*ADD, typed=GOOD)
    users("disable", "muster")
    users("list")
    users("list", "--json")
    told = capsys.readouterr().out

    assert "Sachbearbeitung, gesperrt" in told
    assert "argon2" not in told
    assert json.loads(told.splitlines()[-1])["enabled"] is False


def test_who_did_it_stands_in_the_log(users: Terminal) -> None:
    users.monkeypatch.setenv("SUDO_USER", "verwalterin")
    users(*ADD, typed=GOOD)
    log = users.app.audit.path.read_text("utf-8")

    assert '"wer":"konsole:verwalterin"' in log
    assert GOOD not in log
    assert "argon2" not in log
