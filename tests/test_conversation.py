"""A whole conversation on a real mailbox: application, question, answer; one matter, one letter.

Promises: mails are drawn anew by the samples' own pens, read by the real reader, decided by the
real daemon. Touches: Dovecot and an SMTP sink of its own on loopback. Trusts: samples/.
Limits: two Kreise, one form.
"""

import email
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from inbox_daemon.app import App
from inbox_daemon.config import load_settings
from inbox_daemon.core.states import State
from samples.case import Case, letter_of
from samples.mails import raw_bytes
from samples.servers import Imap, Sink, dovecot, smtp_sink, write_config
from tests.conversation import (
    ESSLINGEN,
    MORNING,
    OSTALB,
    answer,
    application,
    out_of_office,
    report,
)
from tests.crash import judge

pytestmark = pytest.mark.full
PROJECT = Path(__file__).parents[1]


@dataclass(kw_only=True)
class Office:
    """The daemon with its mailbox; `delivered` are all mails that were ever put into it."""

    folder: Path
    config: Path
    imap: Imap
    sink: Sink
    delivered: list[bytes]

    def gets(self, mail: bytes, *, minutes: int) -> None:
        """A mail arrives, so many minutes after the first."""
        self.imap.deliver(mail, received_at=MORNING + timedelta(minutes=minutes))
        self.delivered.append(mail)

    def run(self, *words: str) -> str:
        """One command; what it printed."""
        command = [sys.executable, "-m", "inbox_daemon", *words, "--config", str(self.config)]
        ended = subprocess.run(
            command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=300
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def show(self, case: str) -> dict[str, Any]:
        """What `show` says of a case."""
        shown: dict[str, Any] = json.loads(self.run("show", case, "--json"))
        return shown

    def letters(self, case: Case) -> list[str]:
        """The Message-IDs of the letters that left for this Kreis."""
        to = letter_of(case).sender
        found = [email.message_from_bytes(letter) for letter in self.sink.letters()]
        return [str(letter["Message-ID"]) for letter in found if letter["To"] == to]

    def states(self) -> list[State]:
        """The states of all cases in the order of arrival."""
        return [line.state for line in App(load_settings(self.config)).records.cases()]

    def faults(self) -> list[str]:
        """What the independent judge of the crash tests finds."""
        return judge.faults(
            judge.Scene(
                delivered=self.delivered,
                folders=self.imap.counts(),
                state=self.folder / "state",
                letters=self.sink.letters(),
            )
        )


@pytest.fixture(name="office")
def _office(tmp_path: Path) -> Iterator[Office]:
    with dovecot(tmp_path / "d") as imap, smtp_sink(tmp_path / "letters") as (sink, port):
        config = write_config(
            tmp_path, imap_port=imap.port, smtp_port=port, rules=PROJECT / "rules"
        )
        yield Office(folder=tmp_path, config=config, imap=imap, sink=sink, delivered=[])


def changed(shown: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The fields in which the two versions of a matter differ."""
    [versions] = shown["vorgang"]["versions"]
    return {row["field"]: (row["old"], row["new"]) for row in versions["fields"] if row["changed"]}


def test_question_and_answer_are_one_matter_with_one_letter(office: Office) -> None:
    first = application(ESSLINGEN, signed=False)
    office.gets(raw_bytes(letter_of(first)), minutes=0)
    office.run("once")
    assert office.states() == [State.QUERIED]
    [letter] = office.letters(first)

    office.gets(out_of_office(first, letter), minutes=10)
    office.gets(report(letter, action="delayed", recipient=letter_of(first).sender), minutes=20)
    office.run("once")
    assert office.states() == [State.QUERIED, State.NOTED, State.NOTED]

    office.gets(answer(ESSLINGEN, letter), minutes=120)
    office.run("once")
    office.run("once")
    assert office.states() == [State.QUERIED, State.NOTED, State.NOTED, State.FILED]
    assert len(office.sink.letters()) == 1

    for case in ("A-2022-000001", "A-2022-000004"):
        shown = office.show(case)
        mails = [(m["case"], m["art"], m["belongs_to"]) for m in shown["vorgang"]["mails"]]
        assert mails == [
            ("A-2022-000001", "antrag", None),
            ("A-2022-000002", "abwesenheit", "A-2022-000001"),
            ("A-2022-000003", "sonstiges", "A-2022-000001"),
            ("A-2022-000004", "antwort", "A-2022-000001"),
        ]
        found = changed(shown)
        assert found["unterschrift"] == ("fehlt", "vorhanden")
        assert set(found) == {"unterschrift", "dateien", "eingang"}
    out = office.run("show", "A-2022-000001")
    assert "Vergleich der Fassungen A-2022-000001 und A-2022-000004" in out
    told = [
        line.split() for line in out.splitlines() if "  Mail, " in line or "Schreiben an" in line
    ]
    assert [words[5] for words in told] == ["Mail,", "Schreiben", "Mail,", "Mail,", "Mail,"]

    [record] = (office.folder / "state" / "filed").glob("*/*/*/record.json")
    filed = json.loads(record.read_text())
    assert (filed["fall"], filed["gehoert_zu"]) == ("A-2022-000004", "A-2022-000001")
    assert json.loads(office.run("audit", "verify", "--json"))["ok"] is True
    assert json.loads(office.run("replay", "--json"))["different"] == 0
    assert office.faults() == []


def test_an_answer_after_the_letter_came_back_is_shown_with_it_and_waits_for_a_person(
    office: Office,
) -> None:
    first = application(OSTALB, signed=False)
    office.gets(raw_bytes(letter_of(first)), minutes=0)
    office.run("once")
    [letter] = office.letters(first)
    office.gets(report(letter, action="failed", recipient=letter_of(first).sender), minutes=5)
    office.run("once")
    assert office.states() == [State.FLAGGED, State.NOTED]

    office.gets(answer(OSTALB, letter), minutes=60)
    office.run("once")
    assert office.states() == [State.FLAGGED, State.NOTED, State.FLAGGED]
    assert len(office.sink.letters()) == 1
    shown = office.show("A-2022-000003")
    assert "offener-vorgang" in shown["reasons"]
    assert shown["art"] == "antwort"
    assert changed(shown)["unterschrift"] == ("fehlt", "vorhanden")
    assert json.loads(office.run("audit", "verify", "--json"))["ok"] is True
    assert json.loads(office.run("replay", "--json"))["different"] == 0
