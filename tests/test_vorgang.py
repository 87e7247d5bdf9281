"""`show`, `queue list`: the matter of a case in order, its versions side by side, whom to call."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import Accept, EffectKind, Outcome
from inbox_daemon.core.wording import sentence
from tests.core import cases
from tests.test_queue import SURE, Office

UNSIGNED = cases.of_document(signature=cases.absent())
SIGNED = cases.document(sha256="99" * 32)


@pytest.fixture(name="office")
def _office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def asked(office: Office) -> tuple[str, str]:
    """A case whose letter has left, and the Message-ID of the letter."""
    number = office.case(UNSIGNED)
    store, at = office.app.store, cases.RECEIVED
    [effect] = [e for e in store.pending(at=at) if e.kind is EffectKind.SEND_LETTER]
    store.finish(effect.number, Outcome.DONE, at=at, state=State.QUERIED)
    return number, str(json.loads(effect.payload)["message_id"])


def reply(letter: str, **changes: Any) -> Evidence:
    """The signed application in a reply."""
    parts = (cases.attachment(sha256="99" * 32),)
    mail = replace(cases.mail(in_reply_to=letter, attachments=parts), **changes)
    return cases.good_evidence(submission=mail, documents=(SIGNED,))


def test_a_clerk_sees_both_versions_side_by_side_and_the_letter_between_them(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    first, letter = asked(office)
    second = office.case(reply(letter))
    for number in (first, second):
        assert office.run("show", number) == 0
        out = capsys.readouterr().out
        assert f"Vorgang {first}, Mails: 2" in out
        assert f"{first}  Mail, Antrag: Rückfrage gestellt" in out
        assert f"{first}  Schreiben an {cases.SENDER}: versandt" in out
        assert f"{second}  Mail, Antwort auf unsere Rückfrage: entschieden; zu {first}" in out
        assert f"Vergleich der Fassungen {first} und {second}:" in out
        rows = [line.split() for line in out.splitlines()]
        assert ["Unterschrift", "fehlt", "vorhanden", "(geändert)"] in rows
        assert ["Betrag", *["287.650,00", "Euro"] * 2, "(gleich)"] in rows
        assert "  Antwort auf die Rückfrage eingegangen" in out or number == second


def test_the_same_stands_in_the_json(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    first, letter = asked(office)
    second = office.case(reply(letter))
    assert office.run("show", second, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["art"] == "antwort"
    matter = told["vorgang"]
    assert matter["vorgang"] == first
    assert [(m["case"], m["art"], m["belongs_to"]) for m in matter["mails"]] == [
        (first, "antrag", None),
        (second, "antwort", first),
    ]
    assert [letter["outcome"] for letter in matter["letters"]] == ["done"]
    [versions] = matter["versions"]
    changed = {row["field"] for row in versions["fields"] if row["changed"]}
    assert (versions["old"], versions["new"]) == (first, second)
    assert changed == {"unterschrift", "dateien"}


def test_a_case_of_its_own_has_no_conversation(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number = office.case(SURE)
    assert office.run("show", number) == 0
    out = capsys.readouterr().out
    assert "Vorgang" not in out
    assert "Art:         Antrag (enthält das Formular)" in out


def test_a_correction_waits_for_a_person_with_what_is_filed_beside_it(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    first = office.case(SURE)
    second = office.case(reply("", in_reply_to=""))
    assert office.state(second) is State.FLAGGED
    assert office.run("queue", "list") == 0
    out = capsys.readouterr().out
    assert f"[Korrektur oder Ergänzung] {sentence('zweiter-antrag', (('fall', first),))}" in out
    assert office.decide(second, "ablegen", "--ersetzt", first) == 0
    [judged] = [j for j in office.app.records.judgements(second) if j.by == "muster, weber"]
    assert isinstance(judged.verdict, Accept)
    [joined] = [f for f in judged.verdict.findings if f.code == "gehoert-zum-vorgang"]
    assert joined.values == (("fall", first),)
    of_second = [e for e in office.app.store.pending(at=cases.RECEIVED) if e.case == second]
    [filing] = [e for e in of_second if e.kind is EffectKind.FILE_RECORD]
    assert json.loads(json.loads(filing.payload)["record"])["gehoert_zu"] == first


def test_a_question_stands_in_the_list_with_the_number_to_call(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "Wann wird ausgezahlt?\n\n--\nLandratsamt\nTel. 0721 123-4567"
    number = office.case(cases.without_document(subject="Frage", text=text))
    assert office.run("queue", "list") == 0
    assert "[Anfrage, 0721 123-4567]" in capsys.readouterr().out
    assert office.run("queue", "list", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["case"], told["art"], told["telefon"]) == (number, "anfrage", "0721 123-4567")
    assert office.run("show", number) == 0
    assert "Telefon:     0721 123-4567" in capsys.readouterr().out


def test_a_case_that_nobody_could_read_has_no_kind_and_is_shown(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number = office.case(cases.good_evidence(submission=None, documents=(), failure="zeit"))
    assert office.run("show", number) == 0
    assert "Art:         Sonstiges" in capsys.readouterr().out
