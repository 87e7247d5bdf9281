"""What kind of mail it is: an application first, a machine's by its marks, else by its words."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from inbox_daemon.core.joining import belongs_to
from inbox_daemon.core.mailkind import Mailart, kind_of
from inbox_daemon.core.mailtext import telefon_in
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Absent, AttachmentKind, Evidence, Returned
from inbox_daemon.core.verdict import Known
from inbox_daemon.core.vorgang import FoundBy
from inbox_daemon.core.wording_labels import ART_GRUENDE, MAILARTEN
from tests.core import cases
from tests.core.strategies import EVIDENCE, KNOWN
from tests.core.test_joining import earlier, known

slowly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
A = Mailart
QUESTION = {"subject": "Frage", "text": "Wann wird ausgezahlt?"}
OTHER_FORM = cases.document(
    programme=Absent(why="anderes-formular", source=cases.source()),
    amount=cases.unreadable("feld-nicht-gefunden"),
    applicant=cases.unreadable("feld-nicht-gefunden"),
)


def spam_rules(*marks: str) -> Ruleset:
    postfach = replace(cases.rules().postfach, spam_merkmale=marks)
    return replace(cases.rules(), postfach=postfach)


def art(evidence: Evidence, *, known: Known | None = None, under: Ruleset | None = None) -> Mailart:
    return kind_of(cases.facts(evidence, known=known, under=under)).art


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (cases.good_evidence(), A.ANTRAG),
        (cases.good_evidence(submission=None), A.ANTRAG),
        (cases.of_mail(automatic=("auto-submitted", "bericht")), A.ANTRAG),
        (cases.of_mail(subject="Verwendungsnachweis folgt"), A.ANTRAG),
        (cases.of_mail(spam=("x-spam-flag: yes",)), A.ANTRAG),
        (cases.without_document(), A.ANTRAG),
        (cases.without_document(**QUESTION), A.ANFRAGE),
        (cases.without_document(AttachmentKind.TEXT, **QUESTION), A.ANFRAGE),
        (cases.without_document(AttachmentKind.ARCHIVE, **QUESTION), A.SONSTIGES),
        (cases.without_document(subject="", text="> alt"), A.SONSTIGES),
        (cases.good_evidence(submission=None, documents=()), A.SONSTIGES),
        (cases.without_document(automatic=("abwesenheit",)), A.ABWESENHEIT),
        (cases.without_document(automatic=("auto-submitted",)), A.ABWESENHEIT),
        (cases.without_document(automatic=("bericht", "leerer-absender")), A.RUECKLAEUFER),
        (
            cases.without_document(
                automatic=("bericht",), returned=Returned(actions=("delivered",))
            ),
            A.SONSTIGES,
        ),
        (
            cases.good_evidence(
                submission=cases.mail(subject="Verwendungsnachweis 2021", text=""),
                documents=(OTHER_FORM,),
            ),
            A.VERWENDUNGSNACHWEIS,
        ),
        (
            cases.good_evidence(
                submission=cases.mail(**QUESTION), documents=(OTHER_FORM,)
            ),
            A.SONSTIGES,
        ),
        (cases.without_document(subject="Verwendungsnachweis", text="Bis wann?"), A.ANFRAGE),
    ],
)  # fmt: skip
def test_each_kind_by_what_the_mail_holds(evidence: Evidence, expected: Mailart) -> None:
    assert art(evidence) is expected


@pytest.mark.parametrize(
    ("evidence", "case", "expected"),
    [
        (cases.good_evidence(), earlier(), A.ANTWORT),
        (cases.good_evidence(), earlier(by=FoundBy.KREIS), A.ANTWORT),
        (cases.good_evidence(), earlier(state=State.FILED, asked=()), A.KORREKTUR),
        (cases.good_evidence(), earlier(state=State.DECIDED, by=FoundBy.KREIS), A.KORREKTUR),
        (cases.without_document(**QUESTION), earlier(), A.ANTWORT),
        (cases.without_document(**QUESTION), earlier(state=State.FILED, asked=()), A.ANFRAGE),
        (
            cases.without_document(AttachmentKind.OFFICE, **QUESTION),
            earlier(state=State.FILED, asked=()),
            A.KORREKTUR,
        ),
    ],
)
def test_with_an_earlier_case_it_is_an_answer_or_a_correction(
    evidence: Evidence, case: object, expected: Mailart
) -> None:
    assert art(evidence, known=known(case)) is expected  # type: ignore[arg-type]


def test_spam_is_called_so_only_by_the_mark_that_the_rules_trust() -> None:
    marked = cases.without_document(spam=("x-spam-flag: yes",), **QUESTION)
    assert art(marked) is A.ANFRAGE
    assert art(marked, under=spam_rules("x-spam-flag: yes")) is A.WERBUNG
    assert (
        art(cases.without_document(**QUESTION), under=spam_rules("x-spam-flag: yes")) is A.ANFRAGE
    )
    assert art(marked, known=known(earlier()), under=spam_rules("x-spam-flag: yes")) is A.ANTWORT


def test_what_is_called_spam_goes_to_a_person_like_any_question() -> None:
    marked = cases.without_document(spam=("x-spam-flag: yes",), **QUESTION)
    under = spam_rules("x-spam-flag: yes")
    assert cases.verdict(marked, under=under).kind == "escalate"


@slowly
@given(EVIDENCE, KNOWN)
def test_every_mail_has_a_kind_with_its_words(evidence: Evidence, known: Known) -> None:
    kind = kind_of(cases.facts(evidence, known=known))
    assert (kind.art.value in MAILARTEN, kind.why in ART_GRUENDE) == (True, True)


@slowly
@given(EVIDENCE, KNOWN)
def test_an_application_is_never_called_anything_else(evidence: Evidence, known: Known) -> None:
    facts = cases.facts(evidence, known=known)
    art = kind_of(facts).art
    if facts.applications:
        assert art in {A.ANTRAG, A.KORREKTUR, A.ANTWORT}
    if art in {A.KORREKTUR, A.ANTWORT}:
        assert belongs_to(facts) is not None


def test_every_kind_has_its_word() -> None:
    assert set(MAILARTEN) == {kind.value for kind in Mailart}
    assert {by.value for by in FoundBy} <= set(ART_GRUENDE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Frage\n--\nLandratsamt\nTel. 0711 123-456", "0711 123-456"),
        ("Telefon: +49 (0) 711/123 456 x", "+49 (0) 711/123 456"),
        ("Tel.:07 11 - 9 04\nMobil 0151 2345678", "0151 2345678"),
        ("Bitte um Rueckruf\n> Tel. 0711 123-456", ""),
        ("Hotel 12345", ""),
        ("Tel. 12", ""),
        ("", ""),
    ],
)
def test_the_number_to_call_stands_in_the_senders_own_words(text: str, expected: str) -> None:
    assert telefon_in(text) == expected
