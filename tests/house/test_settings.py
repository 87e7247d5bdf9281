"""The example configuration has every key with its default and a comment; the unit fits to it."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from inbox_daemon.config import PROJECT, Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "systemd" / "config.example.toml"
UNIT = (ROOT / "systemd" / "inbox-daemon.service").read_text("utf-8")


def _defaults(shape: type[BaseModel], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in shape.model_fields.items():
        if isinstance(field.default, BaseModel):
            found |= _defaults(type(field.default), f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = field.default
    return found


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in table.items():
        found |= (
            _flat(value, f"{prefix}{name}.")
            if isinstance(value, dict) and value
            else {f"{prefix}{name}": value}
        )
    return found


SHOWN = _flat(tomllib.loads(EXAMPLE.read_text("utf-8")))
# Their defaults lie beside the program; the example shows the place in service.
BESIDE = {k: v for k, v in _defaults(Settings).items() if isinstance(v, Path)}


def test_every_setting_stands_in_the_example_and_no_other() -> None:
    assert set(SHOWN) == set(_defaults(Settings))


@pytest.mark.parametrize("key", sorted(set(_defaults(Settings)) - set(BESIDE)))
def test_the_example_shows_the_default(key: str) -> None:
    assert SHOWN[key] == _defaults(Settings)[key]


@pytest.mark.parametrize("key", sorted(BESIDE))
def test_a_folder_beside_the_program_is_named_in_the_comment(key: str) -> None:
    comment = re.search(rf"# (.*)\n{key} =", EXAMPLE.read_text("utf-8"))
    assert comment is not None
    assert f"default `{BESIDE[key].relative_to(PROJECT)}` beside the program" in comment[1]
    assert Path(SHOWN[key]).is_absolute()


def test_every_key_has_a_comment_above_it() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    bare = [
        line
        for above, line in pairwise(lines)
        if re.match(r"\w+ = ", line) and not above.startswith("# ")
    ]
    assert bare == []


def test_the_program_takes_the_example_as_it_is() -> None:
    assert load_settings(EXAMPLE).state_dir == Path(SHOWN["state_dir"])


def _unit(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", UNIT, re.MULTILINE)


def test_the_watchdog_waits_for_three_polls_and_a_stop_for_the_running_reading() -> None:
    seconds = {"h": 3600, "min": 60, "s": 1, "": 1}
    watchdog = re.fullmatch(r"(\d+)(h|min|s|)", _unit("WatchdogSec")[0])
    assert watchdog is not None
    assert int(watchdog[1]) * seconds[watchdog[2]] >= 3 * int(SHOWN["poll_every_s"])
    assert int(_unit("TimeoutStopSec")[0]) >= int(SHOWN["reading.seconds"]) + 40


def test_the_unit_hands_over_the_credentials_that_the_settings_name() -> None:
    names = {value.partition(":")[0] for value in _unit("LoadCredential")}
    assert names == {
        SHOWN["imap.password_file"],
        SHOWN["smtp.password_file"],
        SHOWN["pages.oidc.secret_file"],
    }


def test_the_unit_gives_the_folders_that_the_example_names() -> None:
    assert SHOWN["state_dir"] == f"/var/lib/{_unit('StateDirectory')[0]}"
    assert f"/etc/{_unit('ConfigurationDirectory')[0]}/config.toml" in _unit("ExecStart")[0]


def test_a_stop_reaches_the_daemon_alone_and_a_killed_child_does_not_end_it() -> None:
    assert _unit("KillMode") == ["mixed"]
    assert _unit("OOMPolicy") == ["continue"]
