"""Each check by a table: the evidence, its one finding."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TypeAlias

import pytest

from inbox_daemon.core import checks_form, checks_mail, checks_rules, checks_sender
from inbox_daemon.core.checks import CHECKS
from inbox_daemon.core.programm import Ruleset, Unbestaetigt
from inbox_daemon.core.values import (
    Address,
    AttachmentKind,
    Document,
    DocumentKind,
    Evidence,
    Read,
    Source,
)
from inbox_daemon.core.verdict import Accept, Escalate, FiledRecord, Finding, Known, Result
from inbox_daemon.core.wording import FINDINGS
from tests.core import cases
from tests.core.cases import AGS, AMOUNT, KENNUNG, RECEIVED, of_document, of_mail, without_document

PASS, FAIL, UNSURE = Result.PASS, Result.FAIL, Result.UNSURE
KIND = AttachmentKind
OTHER_CASE = FiledRecord(case="A-2022-000001", ags=AGS, programm=KENNUNG, betrag=Decimal(1))
Answer: TypeAlias = tuple[Result, str] | None


def asked(check: str, evidence: Evidence | None = None, *, known: Known | None = None) -> Answer:
    found = dict(CHECKS)[check](cases.facts(evidence, known=known))
    return (found.result, found.code) if found else None


def values_of(check: str, evidence: Evidence | None = None) -> dict[str, str]:
    found = dict(CHECKS)[check](cases.facts(evidence))
    assert found is not None
    return dict(found.values)


@pytest.mark.parametrize("name", [name for name, _ in CHECKS])
def test_a_mail_without_fault_passes_every_check(name: str) -> None:
    found = dict(CHECKS)[name](cases.facts())
    silent = {"beilagen", "mail", "automatik", "doppelt", "anhang", "ein_antrag", "zweiter_antrag"}
    assert (found is None) == (name in silent)
    if found is not None:
        assert found.result is PASS
        assert found.check == name


@pytest.mark.parametrize("name", [name for name, _ in CHECKS])
def test_a_file_without_a_mail_fails_no_check(name: str) -> None:
    file = cases.good_evidence(submission=None)
    found = dict(CHECKS)[name](cases.facts(file, at=None))
    assert found is None or found.result is PASS


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (without_document(automatic=("auto-submitted",)), (FAIL, "automatische-mail")),
        (without_document(automatic=("abwesenheit",)), (FAIL, "automatische-mail")),
        (without_document(automatic=("bericht", "auto-submitted")), (UNSURE, "unzustellbar")),
        (without_document(automatic=("leerer-absender",)), (UNSURE, "unzustellbar")),
        (without_document(automatic=("verteiler",)), None),
        (without_document(), None),
        (of_mail(automatic=("auto-submitted",)), None),
        (
            cases.good_evidence(
                submission=cases.mail(automatic=("auto-submitted",)),
                documents=(),
                unread=(cases.unread("zeit"),),
            ),
            None,
        ),
    ],
)
def test_automatic_mail_is_put_aside_only_without_any_document(
    evidence: Evidence, expected: Answer
) -> None:
    assert asked("automatik", evidence) == expected


def test_the_same_bytes_once_more_are_nothing_to_do() -> None:
    twin = Known(duplicate_of="A-2022-000007")
    assert asked("doppelt", known=twin) == (FAIL, "doppelt")


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (cases.good_evidence(failure="zeit"), (UNSURE, "lesung-gescheitert")),
        (cases.good_evidence(), (PASS, "lesbar")),
        (
            cases.good_evidence(documents=(), unread=(cases.unread("pdf-verschluesselt"),)),
            (FAIL, "verschluesselt"),
        ),
        (
            cases.good_evidence(unread=(cases.unread("pdf-verschluesselt"),)),
            (UNSURE, "anlage-nicht-lesbar"),
        ),
        (
            cases.good_evidence(
                documents=(), unread=(cases.unread("pdf-verschluesselt"), cases.unread("zeit"))
            ),
            (UNSURE, "anlage-nicht-lesbar"),
        ),
    ],
)
def test_what_could_not_be_read_goes_to_a_person_and_a_password_may_be_asked_off(
    evidence: Evidence, expected: Answer
) -> None:
    assert asked("lesbarkeit", evidence) == expected


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (without_document(KIND.ENCRYPTED, KIND.OFFICE), (UNSURE, "verschluesselte-mail")),
        (without_document(KIND.ARCHIVE, KIND.OTHER), (UNSURE, "archiv")),
        (without_document(KIND.OTHER, KIND.OFFICE), (UNSURE, "unbekannte-datei")),
        (without_document(KIND.MAIL, KIND.OFFICE), (UNSURE, "anfrage")),
        (without_document(KIND.OFFICE), (FAIL, "dateiart")),
        (without_document(), (FAIL, "anhang-fehlt")),
        (without_document(KIND.SIGNATURE, KIND.TEXT), (FAIL, "anhang-fehlt")),
        (without_document(text="ANBEI DER ANTRAG"), (FAIL, "anhang-fehlt")),
        (without_document(subject="Frage", text="Anbei ein Gruß."), (UNSURE, "anfrage")),
        (without_document(text="Wann ist Schluss für den Antrag?"), (UNSURE, "anfrage")),
        (cases.good_evidence(documents=(), unread=(cases.unread("zeit"),)), None),
    ],
)
def test_a_mail_without_document_is_a_wrong_file_a_forgotten_one_or_a_question(
    evidence: Evidence, expected: Answer
) -> None:
    assert asked("anhang", evidence) == expected


@pytest.mark.parametrize(
    ("defects", "expected"),
    [
        ((), None),
        (tuple(checks_mail.HARMLESS_DEFECTS), None),
        (("kopf-doppelt",), (UNSURE, "mail-auffaellig")),
        (("zeichensatz", "base64"), (UNSURE, "mail-auffaellig")),
        (("exchange-ersatznachricht",), (UNSURE, "ersatznachricht")),
        (("kopf-doppelt", "exchange-ersatznachricht"), (UNSURE, "ersatznachricht")),
    ],
)
def test_a_mail_of_odd_build_is_looked_at_by_a_person(
    defects: tuple[str, ...], expected: Answer
) -> None:
    assert asked("mail", of_mail(defects=defects)) == expected


OTHER_PAPER = cases.document(programme=cases.absent("anderes-formular"), sha256="01" * 32)
SECOND = cases.document(sha256="02" * 32)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (without_document(), None),
        (of_document(programme=cases.absent("anderes-formular")), (UNSURE, "programm-unklar")),
        (of_document(programme=cases.unreadable()), (UNSURE, "programm-unklar")),
        (
            cases.good_evidence(documents=(OTHER_PAPER, cases.document())),
            (PASS, "programm-erkannt"),
        ),
    ],
)
def test_the_form_must_name_the_programme(evidence: Evidence, expected: Answer) -> None:
    assert asked("programm", evidence) == expected


def test_two_applications_in_one_mail_are_told_apart_by_a_person() -> None:
    two = cases.good_evidence(documents=(cases.document(), SECOND))
    assert asked("ein_antrag", two) == (FAIL, "mehrere-antraege")
    assert values_of("ein_antrag", two) == {"anzahl": "2"}


def test_one_document_attached_twice_is_not_two_applications() -> None:
    twice = cases.good_evidence(documents=(cases.document(), cases.document()))
    assert asked("ein_antrag", twice) is None


@pytest.mark.parametrize("name", ["unterschrift", "betrag", "kreis", "planungsrahmen"])
@pytest.mark.parametrize("documents", [(), (cases.document(), SECOND), (OTHER_PAPER,)])
def test_without_exactly_one_application_nothing_is_said_of_its_fields(
    name: str, documents: tuple[Document, ...]
) -> None:
    assert asked(name, replace(cases.good_evidence(), documents=documents)) is None


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (of_document(kind=DocumentKind.BORN_DIGITAL), (UNSURE, "datei-auffaellig")),
        (of_document(kind=DocumentKind.MIXED), (UNSURE, "datei-auffaellig")),
        (of_document(notes=("nach-scan-geaendert",)), (UNSURE, "datei-auffaellig")),
        (of_document(signature=cases.absent()), (FAIL, "unterschrift-fehlt")),
        (of_document(signature=cases.unreadable()), (UNSURE, "unterschrift-unklar")),
    ],
)
def test_a_signature_counts_only_as_ink_on_an_unchanged_scan(
    evidence: Evidence, expected: Answer
) -> None:
    assert asked("unterschrift", evidence) == expected


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (of_document(amount=cases.read(Decimal("0.01"))), (PASS, "betrag-gelesen")),
        (of_document(amount=cases.read(Decimal("0.00"))), (UNSURE, "betrag-unklar")),
        (of_document(amount=cases.read(Decimal(-1))), (UNSURE, "betrag-unklar")),
        (of_document(amount=cases.absent()), (FAIL, "betrag-fehlt")),
        (of_document(amount=cases.unreadable()), (UNSURE, "betrag-unklar")),
    ],
)
def test_an_amount_is_above_zero_or_missing_or_unclear(
    evidence: Evidence, expected: Answer
) -> None:
    assert asked("betrag", evidence) == expected


@pytest.mark.parametrize(
    ("applicant", "expected"),
    [
        (cases.read("Landkreis Heilbronn"), (PASS, "kreis-erkannt")),
        (cases.read("Karlsruhe"), (UNSURE, "kreis-mehrdeutig")),
        (cases.read("Stadt Göppingen"), (UNSURE, "kreis-unklar")),
        (cases.absent(), (UNSURE, "kreis-unklar")),
        (cases.unreadable(), (UNSURE, "kreis-unklar")),
    ],
)
def test_the_applicant_is_one_of_the_44_or_a_person_assigns_it(
    applicant: Read[str], expected: Answer
) -> None:
    assert asked("kreis", of_document(applicant=applicant)) == expected


STRANGER = "a@stranger.example"
STADT = cases.address("a@karlsruhe.de")
TWO = (cases.address(), cases.address("b@x.example"))


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (of_mail(from_=TWO), (FAIL, "absender-widerlegt")),
        (of_mail(from_=()), (FAIL, "absender-widerlegt")),
        (of_mail(authentication=("mx.rps.bwl.de; dmarc=fail header.from=x.de",)),
         (FAIL, "absender-widerlegt")),
        (of_mail(from_=(STADT,)), (FAIL, "absender-widerspruch")),
        (of_mail(from_=(cases.address(STRANGER),)), (FAIL, "absender-unbekannt")),
        (of_mail(authentication=()), (UNSURE, "absender-unbestaetigt")),
        (of_document(applicant=cases.unreadable()), (PASS, "absender-bestaetigt")),
        (of_mail(), (PASS, "absender-bestaetigt")),
        (of_mail(from_=(cases.address("a@landratsamt-kar1sruhe.de"),)),
         (FAIL, "absender-aehnlich")),
        (of_mail(from_=(cases.address("a@landratsamt-karlsruhe.com"),), authentication=()),
         (FAIL, "absender-aehnlich")),
        (of_mail(from_=(Address(name="post@evil.example", addr=cases.SENDER),)),
         (FAIL, "absender-anzeigename")),
        (of_mail(from_=(Address(name="Stadt Karlsruhe", addr=cases.SENDER),)),
         (FAIL, "absender-anzeigename")),
        (of_mail(from_=(Address(name=f"Amt, {cases.SENDER}", addr=cases.SENDER),)),
         (PASS, "absender-bestaetigt")),
    ],
)  # fmt: skip
def test_the_sender_is_the_kreis_of_the_form_and_proven(
    evidence: Evidence, expected: Answer
) -> None:
    assert asked("absender", evidence) == expected


def test_a_domain_of_two_kreise_is_no_known_sender() -> None:
    kreise = tuple(replace(k, domains=(cases.DOMAIN,)) for k in cases.rules().kreise)
    shared: Ruleset = replace(cases.rules(), kreise=kreise)
    found = checks_sender.absender(cases.facts(under=shared))
    assert found is not None
    assert found.code == "absender-unbekannt"


def test_the_rules_may_let_an_unproven_sender_be_filed_and_never_be_asked() -> None:
    lenient = replace(cases.programm(), unproven=Unbestaetigt.ABLEGEN)
    under = replace(cases.rules(), programme=(lenient,))
    unproven = of_mail(authentication=())
    assert isinstance(cases.verdict(unproven), Escalate)
    assert isinstance(cases.verdict(unproven, under=under), Accept)
    unsigned = replace(of_document(signature=cases.absent()), submission=unproven.submission)
    asked = cases.verdict(unsigned, under=under)
    assert isinstance(asked, Escalate)
    assert asked.reasons == ("unterschrift-fehlt", "antwort-unbestaetigt")
    for doubt in (
        of_mail(authentication=(), defects=("kopf-doppelt",)),
        of_mail(authentication=(f"{cases.SERVER}; dmarc=fail header.from={cases.DOMAIN}",)),
        of_mail(from_=TWO),
        of_mail(from_=(STADT,), authentication=()),
    ):
        assert isinstance(cases.verdict(doubt, under=under), Escalate)


@pytest.mark.parametrize(
    ("late", "result", "code"),
    [
        (timedelta(microseconds=-1), PASS, "frist-gewahrt"),
        (timedelta(0), FAIL, "frist-versaeumt"),
        (timedelta(minutes=5), FAIL, "frist-versaeumt"),
    ],
)
def test_the_deadline_counts_by_our_own_clock(late: timedelta, result: Result, code: str) -> None:
    bound = cases.programm().received_before
    found = checks_rules.eingang_in_frist(cases.facts(at=bound + late))
    assert found is not None
    assert (found.result, found.code) == (result, code)
    if result is FAIL:
        assert set(dict(found.values)) == {"eingang", "verspaetung", "frist"}
        assert dict(found.values)["frist"] == "22.07.2022"


RAHMEN = Decimal("322517.88")  # of Landkreis Karlsruhe


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (of_document(amount=cases.read(RAHMEN)), (PASS, "im-planungsrahmen")),
        (
            of_document(amount=cases.read(RAHMEN + Decimal("0.01"))),
            (FAIL, "ueber-planungsrahmen"),
        ),
        (of_document(amount=cases.absent()), None),
        (of_document(amount=cases.unreadable()), None),
        (of_document(applicant=cases.read("Karlsruhe")), None),
    ],
)
def test_the_amount_may_reach_the_planning_frame_and_not_pass_it(
    evidence: Evidence, expected: Answer
) -> None:
    assert asked("planungsrahmen", evidence) == expected


def test_a_kreis_without_planning_frame_goes_to_a_person() -> None:
    bare = replace(cases.rules(), programme=(replace(cases.programm(), rahmen=()),))
    found = checks_rules.betrag_im_planungsrahmen(cases.facts(under=bare))
    assert found is not None
    assert (found.result, found.code) == (UNSURE, "planungsrahmen-fehlt")


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (Known(filed=(OTHER_CASE,)), (FAIL, "zweiter-antrag")),
        (Known(filed=(replace(OTHER_CASE, ags="08212"),)), None),
        (Known(filed=(replace(OTHER_CASE, programm="anderes"),)), None),
        (Known(open_cases=(("A-1", AGS, KENNUNG),)), (UNSURE, "offener-vorgang")),
        (Known(open_cases=(("A-1", "08212", KENNUNG), ("A-2", AGS, "anderes"))), None),
    ],
)
def test_a_second_application_of_a_kreis_never_passes_unseen(
    known: Known, expected: Answer
) -> None:
    assert asked("zweiter_antrag", known=known) == expected


def test_without_a_kreis_no_second_application_is_looked_for() -> None:
    unclear = of_document(applicant=cases.unreadable())
    assert asked("zweiter_antrag", unclear, known=Known(filed=(OTHER_CASE,))) is None


def findings_with_sources() -> Iterator[Finding]:
    for check in (
        checks_form.unterschrift,
        checks_form.betrag,
        checks_form.kreis_im_antrag,
        checks_form.programm,
    ):
        found = check(cases.facts())
        assert found is not None
        yield found


def test_a_finding_says_on_which_page_it_was_seen() -> None:
    pages = [[s.page for s in found.sources] for found in findings_with_sources()]
    assert pages == [[2], [1], [1], [1]]


def test_a_reading_without_a_place_gives_a_finding_without_one() -> None:
    found = checks_form.betrag(cases.facts(of_document(amount=cases.unreadable())))
    assert found is not None
    sources: tuple[Source, ...] = found.sources
    assert sources == ()


def test_findings_carry_what_their_sentence_inserts() -> None:
    assert values_of("betrag") == {"betrag": str(AMOUNT)}
    assert values_of("frist") == {"eingang": "11.07.2022 um 10:30 Uhr"}
    said = {"antrag": cases.KREIS, "absender": cases.KREIS, "text": "kein-kreis"}
    assert values_of("kreis") == values_of("absender") == {"ags": AGS} | said
    assert cases.programm().received_before > RECEIVED
    for name, check in CHECKS:
        found = check(cases.facts())
        if found is not None:
            sentence = FINDINGS[found.code].format(**dict(found.values))
            assert "{" not in sentence, name
