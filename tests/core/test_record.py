"""What is filed: the same bytes for the same verdict, and every proof beside the record."""

import json
from dataclasses import replace
from typing import Any

import pytest

from inbox_daemon.core.errors import ConfigError, Defect, InboxError, Permanent, Temporary
from inbox_daemon.core.programm import Feld
from inbox_daemon.core.record import Author, Filing, filing_of
from inbox_daemon.core.values import AttachmentKind, Evidence
from inbox_daemon.core.verdict import Accept, Finding, Result
from tests.core import cases


def accepted() -> Accept:
    found = cases.verdict()
    assert isinstance(found, Accept)
    return found


def filed(evidence: Evidence | None = None, verdict: Accept | None = None) -> Filing:
    return filing_of(
        "A-2022-000001",
        verdict or accepted(),
        raw=cases.raw(),
        evidence=evidence or cases.good_evidence(),
        rules=cases.rules(),
        author=Author(),
    )


def record(filing: Filing) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(filing.record)
    return found


def test_a_record_lies_under_programme_and_kreis() -> None:
    assert filed().folder == f"{cases.KENNUNG}/{cases.AGS}"


def test_a_record_names_case_kreis_amount_rules_and_who_decided() -> None:
    found = record(filed())
    assert found["fall"] == "A-2022-000001"
    assert (found["ags"], found["kreis"]) == (cases.AGS, cases.KREIS)
    assert found["betrag"] == "287650.00"
    assert found["eingang"] == cases.RECEIVED.isoformat()
    assert found["mail"] == {"sha256": cases.MAIL_SHA, "message_id": "<1@kreis.example>"}
    assert (found["dokument"], found["entschieden_von"]) == (cases.SHA, "maschine")
    assert found["regeln"].endswith(cases.rules().version)
    assert {finding["code"] for finding in found["befunde"]} >= {"unterschrieben", "betrag-gelesen"}


def test_the_record_names_no_person() -> None:
    assert "Sozialamt" not in filed().record
    assert cases.SENDER not in filed().record


def test_the_same_verdict_gives_the_same_bytes() -> None:
    assert filed() == filed()
    assert filed().record.endswith("}\n")


def test_beside_the_record_lie_the_mail_the_document_and_its_proofs() -> None:
    assert dict(filed().parts) == {
        "original.eml": cases.MAIL_SHA,
        "antrag.pdf": cases.SHA,
        "beleg-betrag.png": "11" * 32,
        "beleg-unterschrift.png": "22" * 32,
    }


def test_a_reading_without_a_place_leaves_no_proof() -> None:
    bare = cases.of_document(signature=cases.unreadable())
    assert "beleg-unterschrift.png" not in dict(filed(bare).parts)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(AttachmentKind.IMAGE, "antrag.bild"), (AttachmentKind.PDF, "antrag.pdf")],
)
def test_a_picture_is_not_filed_as_a_pdf(kind: AttachmentKind, name: str) -> None:
    evidence = cases.of_mail(attachments=(cases.attachment(kind),))
    assert name in dict(filed(evidence).parts)


def test_another_attachment_says_nothing_of_the_document() -> None:
    other = cases.attachment(AttachmentKind.IMAGE, sha256="99" * 32)
    assert "antrag.pdf" in dict(filed(cases.of_mail(attachments=(other,))).parts)


def test_a_file_without_a_mail_is_filed_as_pdf() -> None:
    assert "antrag.pdf" in dict(filed(cases.good_evidence(submission=None)).parts)


def test_a_document_that_is_not_in_the_evidence_leaves_the_mail_alone() -> None:
    """Staff may file by hand what no reader saw."""
    evidence = cases.good_evidence(documents=())
    assert filed(evidence).parts == (("original.eml", cases.MAIL_SHA),)


def test_a_kreis_that_the_rules_no_longer_know_has_no_name() -> None:
    verdict = accepted()
    moved = replace(verdict, antrag=replace(verdict.antrag, ags="08999"))
    assert record(filed(verdict=moved))["kreis"] == ""


def test_the_rules_know_what_they_name_and_nothing_else() -> None:
    rules, programm = cases.rules(), cases.programm()
    assert rules.kreis("08999") is None
    assert rules.programm("anderes") is None
    assert rules.programm(cases.KENNUNG) is programm
    assert programm.rahmen_of("08999") is None
    assert programm.feld("gibt-es-nicht") == Feld(name="gibt-es-nicht", labels=())
    assert "unterschrift" in programm.feld("unterschrift").labels


@pytest.mark.parametrize("kind", [Temporary, Permanent, Defect])
def test_an_error_has_the_code_of_its_kind_or_its_own(kind: type[InboxError]) -> None:
    assert kind("text").code == kind.code != InboxError.code
    assert kind("text", code="eigen").code == "eigen"
    assert str(kind("text")) == "text"


def test_a_configuration_error_names_all_mistakes() -> None:
    error = ConfigError(("eins", "zwei"))
    assert error.mistakes == ("eins", "zwei")
    assert str(error) == "eins\nzwei"


@pytest.mark.parametrize("code", ["antwort-auf-rueckfrage", "gehoert-zum-vorgang"])
def test_a_record_names_the_case_of_the_same_matter(code: str) -> None:
    assert "gehoert_zu" not in record(filed())
    joined = Finding(
        check="vorgang", result=Result.PASS, code=code, values=(("fall", "A-2022-000009"),)
    )
    verdict = replace(accepted(), findings=(*accepted().findings, joined))
    assert record(filed(verdict=verdict))["gehoert_zu"] == "A-2022-000009"
