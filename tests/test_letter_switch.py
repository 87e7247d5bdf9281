"""`letters stop · go · status` on the command line, and where else a clerk sees the switch."""

import json
from pathlib import Path

import pytest

from inbox_daemon.core.returns import Answer
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Returned
from inbox_daemon.core.verdict import Outcome
from tests.core import cases
from tests.test_queue import Office

UNSIGNED = cases.of_document(signature=cases.absent())
UNCLEAR = cases.of_document(amount=cases.unreadable())


@pytest.fixture(name="office")
def _office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_who_stops_the_letters_is_shown_and_who_lets_them_go(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert office.run("letters", "status") == 0
    assert "läuft" in capsys.readouterr().out
    assert office.run("letters", "stop", "--by", "muster", "--why", "zwei Automaten") == 0
    out = capsys.readouterr().out
    assert "angehalten seit" in out
    assert "durch muster" in out
    assert "zwei Automaten" in out
    assert office.run("status", "--json") == 0
    assert json.loads(capsys.readouterr().out)["letters_stopped"] == 1
    assert office.run("letters", "go", "--by", "muster") == 0
    assert "läuft" in capsys.readouterr().out
    assert office.app.audit.verify().why == ""


@pytest.mark.parametrize("action", ["stop", "go"])
def test_nobody_turns_the_switch_without_a_name(office: Office, action: str) -> None:
    assert office.run("letters", action) == 64
    assert office.run("letters", action, "--by", "maschine") == 64


def test_the_letters_that_wait_are_listed(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number = office.case(UNSIGNED)
    office.run("letters", "stop", "--by", "muster")
    capsys.readouterr()
    assert office.run("letters", "status", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["stopped"], told["by"], told["waiting"]) == (True, "muster", [number])
    assert office.run("letters", "status") == 0
    assert f"{number}  {cases.SENDER}" in capsys.readouterr().out
    assert office.run("queue", "list") == 0
    assert "angehalten" in (line := capsys.readouterr().out.splitlines()[-1])
    assert number in line


def test_a_letter_that_a_person_wants_while_letters_are_stopped_says_that_it_waits(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number = office.case(UNCLEAR)
    office.run("letters", "stop", "--by", "muster")
    capsys.readouterr()
    assert office.decide(number, "rueckfrage", "--punkt", "unterschrift-fehlt") == 65
    office.run("letters", "stop", "--by", "muster")
    bare = office.case(cases.of_document(signature=cases.unreadable()))
    assert office.decide(bare, "rueckfrage", "--punkt", "unterschrift-fehlt") == 0
    assert "letters go" in capsys.readouterr().out
    assert office.state(bare) is State.DECIDED


def test_a_clerk_sees_which_mail_brought_a_letter_back_and_the_code_of_the_relay(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number = office.case(UNSIGNED)
    store, at = office.app.store, cases.RECEIVED
    [effect] = store.pending(at=at)
    letter_id = json.loads(effect.payload)["message_id"]
    store.finish(effect.number, Outcome.DONE, at=at, state=State.QUERIED, reply=". 250 2.0.0")
    report = cases.without_document(
        automatic=("bericht",), returned=Returned(ids=(letter_id,)), from_=(cases.address("m@x"),)
    )
    by = office.case(report)
    assert office.run("queue", "list") == 0
    assert f"unzustellbar zurück (Fall {by})" in capsys.readouterr().out
    assert office.decide(number, "rueckfrage", "--punkt", "unterschrift-fehlt") == 65
    assert "bitte selbst schreiben" in capsys.readouterr().err
    assert office.run("show", number) == 0
    out = capsys.readouterr().out
    assert f"Rückläufer:  {by}" in out
    assert "(. 250 2.0.0)" in out
    assert office.run("show", number, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["answers"] == [{"case": by, "kind": Answer.FAILED.value}]
