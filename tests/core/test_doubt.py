"""What may look established and is not: each of these goes to a person, not into a letter."""

import pytest

from inbox_daemon.core.mailtext import is_reply, own_words
from inbox_daemon.core.sender import Grade, grade_of
from inbox_daemon.core.values import AttachmentKind, Evidence
from inbox_daemon.core.verdict import Dismiss, Escalate, Query
from tests.core import cases
from tests.core.cases import DOMAIN, SERVER

UNSIGNED = cases.document(signature=cases.absent())
KIND = AttachmentKind


@pytest.mark.parametrize("kind", [KIND.ARCHIVE, KIND.OFFICE, KIND.OTHER, KIND.ENCRYPTED, KIND.MAIL])
def test_nothing_is_called_unsigned_beside_an_attachment_nobody_looked_into(
    kind: AttachmentKind,
) -> None:
    attachments = (cases.attachment(), cases.attachment(kind, sha256="ef" * 32))
    evidence = cases.good_evidence(
        submission=cases.mail(attachments=attachments), documents=(UNSIGNED,)
    )
    assert isinstance(cases.verdict(evidence), Escalate)


def test_nothing_is_called_empty_in_a_file_that_was_changed_after_the_scan() -> None:
    for trait in ({"signature": cases.absent()}, {"amount": cases.absent()}):
        found = cases.verdict(cases.of_document(notes=("changed-after-scan",), **trait))
        assert isinstance(found, Escalate)
        assert "datei-veraendert" in found.reasons


@pytest.mark.parametrize("kind", [KIND.ARCHIVE, KIND.OTHER, KIND.OFFICE])
def test_a_robots_mail_with_something_in_it_is_not_put_away(kind: AttachmentKind) -> None:
    evidence = cases.without_document(kind, automatic=("auto-submitted",))
    assert isinstance(cases.verdict(evidence), Escalate)


def test_a_robots_mail_that_is_damaged_is_not_put_away() -> None:
    evidence = cases.without_document(automatic=("abwesenheit",), defects=("teil-grenze",))
    assert isinstance(cases.verdict(evidence), Escalate)
    for text in ("Ich bin nicht im Haus.", "Anbei der Antrag."):
        away = cases.without_document(automatic=("abwesenheit",), text=text)
        assert isinstance(cases.verdict(away), Dismiss)


def question(**changes: object) -> Evidence:
    """A mail without a document, whose words announce an application."""
    text = "Anbei senden wir Ihnen den Antrag."
    return cases.without_document(**({"subject": "Soforthilfe", "text": text} | changes))


def test_a_mail_that_announces_an_application_of_its_own_accord_is_asked_for_it() -> None:
    assert isinstance(cases.verdict(question()), Query)


@pytest.mark.parametrize(
    "changes",
    [
        {"in_reply_to": "<a-2022-000001.rueckfrage@rps.bwl.de>"},
        {"references": ("<something@else.example>",)},
        {"subject": "AW: Soforthilfe"},
        {"subject": "WG: Soforthilfe"},
        {"text": "Wo fehlt die Unterschrift?\n> anbei der Antrag"},
        {"text": "Wo fehlt sie?\nAm 3.7.2022 schrieb das Amt:\nanbei der Antrag"},
        {"text": "Wo fehlt sie?\n-----Original-----\nanbei der Antrag"},
        {"text": "Einladung, Liste anbei"},
    ],
)
def test_a_reply_or_a_quotation_is_read_by_a_person(changes: dict[str, object]) -> None:
    found = cases.verdict(question(**changes))
    assert isinstance(found, Escalate)
    assert "anfrage" in found.reasons


def test_an_office_file_without_an_announcement_is_no_application() -> None:
    evidence = cases.without_document(KIND.OFFICE, subject="Frage", text="Liste der Teilnehmer")
    assert isinstance(cases.verdict(evidence), Escalate)


def test_own_words_end_where_the_quotation_begins() -> None:
    assert own_words("Hallo\n> alt\nneu\nVon: x\nalt") == "Hallo\nneu"
    assert is_reply(cases.mail(subject="Re: x"))
    assert not is_reply(cases.mail(subject="Reutlingen: Antrag"))


@pytest.mark.parametrize(
    "result",
    [
        f'spf=pass smtp.mailfrom="x@{DOMAIN}"@evil.example',
        f'dkim=pass header.i="x@{DOMAIN}"@evil.example',
    ],
)
def test_a_quoted_mailbox_belongs_to_the_domain_behind_it(result: str) -> None:
    forged = cases.mail(authentication=(f"{SERVER}; {result}",))
    assert grade_of(forged, SERVER) is Grade.UNPROVEN
