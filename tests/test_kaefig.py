"""What the cage of a reading lacked is in the audit entry, and `status` says it in German."""

import json
from pathlib import Path

import pytest

from inbox_daemon.core.kaefig import BARS, CLOSED
from tests.core import cases
from tests.test_queue import Office

SHUT = tuple((bar, CLOSED) for bar in BARS)


@pytest.fixture(name="office")
def _office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def _read_entry(office: Office, number: str) -> dict[str, list[str]]:
    (entry,) = [e for e in office.app.records.history(number) if e.kind == "case.read"]
    told: dict[str, list[str]] = json.loads(entry.payload)
    return told


def test_a_whole_cage_is_not_talked_about(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number = office.case(cases.good_evidence(engines=SHUT))
    assert _read_entry(office, number)["offen"] == []
    assert office.run("status") == 0
    assert "Schutz" not in capsys.readouterr().out


def test_an_open_bar_is_in_the_log_and_in_the_status(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number = office.case(cases.good_evidence(engines=(("netz", "offen"), *SHUT[1:])))
    assert _read_entry(office, number)["offen"] == ["netz"]
    assert office.run("status") == 0
    assert "fehlt Schutz auf dieser Maschine: Trennung vom Netz" in capsys.readouterr().out
    assert office.run("status", "--json") == 0
    assert json.loads(capsys.readouterr().out)["cage_open"] == ["netz"]
