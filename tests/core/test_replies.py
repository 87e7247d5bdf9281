"""Whether a mail may be answered by the machine: one reason is enough against it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_daemon.core.decide import CORRECTABLE
from inbox_daemon.core.replies import question_of, stops_letters, why_not
from inbox_daemon.core.values import Address, AttachmentKind, Evidence
from inbox_daemon.core.verdict import Accept, Budget, Escalate, Known, Query
from tests.core import cases
from tests.core.cases import of_mail

BUDGET = Budget()
OWN = (cases.AGS, cases.KENNUNG)
POINTS = ("unterschrift-fehlt",)
BOUND = cases.programm().received_before


def test_a_proven_mail_of_a_kreis_in_time_may_be_answered() -> None:
    assert why_not(cases.facts()) is None


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (cases.good_evidence(submission=None), "keine-mail"),
        (of_mail(automatic=("auto-submitted",)), "antwort-an-automaten"),
        (of_mail(automatic=("verteiler",)), "antwort-an-automaten"),
        (of_mail(authentication=()), "antwort-unbestaetigt"),
        (of_mail(from_=(cases.address(), cases.address())), "antwort-unbestaetigt"),
        (
            of_mail(
                from_=(cases.address("a@evil.example"),),
                authentication=("mx.rps.bwl.de; dkim=pass header.d=evil.example",),
            ),
            "antwort-an-fremde",
        ),
        (of_mail(automatic=("antwort-unterdrueckt",)), "antwort-unerwuenscht"),
        (of_mail(automatic=("antwort-unterdrueckt", "liste")), "antwort-an-automaten"),
        (of_mail(defects=("kopf-doppelt",)), "antwort-unbestaetigt"),
        (
            of_mail(from_=(Address(name="Landratsamt Calw", addr=cases.SENDER),)),
            "antwort-unbestaetigt",
        ),
        (of_mail(sender=(cases.address("a@evil.example"),)), "antwort-an-fremde"),
        (of_mail(sender=(cases.address("a@karlsruhe.de"),)), "antwort-an-fremde"),
        (of_mail(reply_to=(cases.address("a@evil.example"),)), "antwort-an-fremde"),
        (of_mail(reply_to=(cases.address("a@karlsruhe.de"),)), "antwort-an-fremde"),
        (of_mail(reply_to=(cases.address(), cases.address("a@x.example"))), "antwort-an-fremde"),
    ],
)
def test_one_reason_is_enough_for_silence(evidence: Evidence, reason: str) -> None:
    assert why_not(cases.facts(evidence)) == reason


def test_who_asks_for_no_automatic_answer_is_taken_in_and_only_a_letter_waits() -> None:
    quiet = ("antwort-unterdrueckt",)
    assert isinstance(cases.verdict(of_mail(automatic=quiet)), Accept)
    unsigned = cases.of_document(signature=cases.absent())
    asked = cases.verdict(replace(unsigned, submission=cases.mail(automatic=quiet)))
    assert isinstance(asked, Escalate)
    assert asked.reasons == ("unterschrift-fehlt", "antwort-unerwuenscht")


def test_our_own_address_is_never_written_to() -> None:
    own = cases.rules().postfach.adresse
    results = f"{cases.SERVER}; dkim=pass header.d=rps.bwl.de"
    mail = of_mail(from_=(cases.address(own),), authentication=(results,))
    assert why_not(cases.facts(mail)) == "antwort-an-fremde"


def test_a_sender_on_behalf_in_the_same_kreis_is_no_stranger() -> None:
    mail = of_mail(sender=(cases.address(f"vorzimmer@{cases.DOMAIN}"),))
    assert why_not(cases.facts(mail)) is None


def test_a_reply_address_in_the_same_kreis_is_no_stranger() -> None:
    assert why_not(cases.facts(of_mail(reply_to=(cases.address(f"b@{cases.DOMAIN}"),)))) is None


@pytest.mark.parametrize(
    ("letters", "reason"),
    [(0, None), (BUDGET.sender_day - 1, None), (BUDGET.sender_day, "antwort-zu-oft")],
)
def test_two_robots_do_not_talk_for_long(letters: int, reason: str | None) -> None:
    assert why_not(cases.facts(known=Known(letters_today=letters))) == reason


OTHER_KREIS = ("08116", cases.KENNUNG, 99)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Known(letters_stopped=True), "antwort-angehalten"),
        (Known(letters_of_kreise=(OTHER_KREIS,)), None),
        (Known(letters_of_kreise=(OTHER_KREIS, (*OWN, BUDGET.kreis_day - 1))), None),
        (Known(letters_of_kreise=((*OWN, BUDGET.kreis_day),)), "antwort-kreis-zu-oft"),
        (Known(letters_this_hour=BUDGET.hour - 1), None),
        (Known(letters_this_hour=BUDGET.hour), "antwort-stundengrenze"),
        (Known(letters_this_hour=1, budget=Budget(hour=1)), "antwort-stundengrenze"),
        (Known(letters_this_hour=0, budget=Budget(hour=0)), "antwort-stundengrenze"),
    ],
)
def test_beyond_a_budget_a_person_decides(known: Known, reason: str | None) -> None:
    assert why_not(cases.facts(known=known), POINTS) == reason


def test_the_budget_that_was_known_then_counts_when_a_case_is_decided_again() -> None:
    """`replay` must find the same verdict, also when the settings have changed since."""
    spent = Known(letters_this_hour=5, budget=Budget(hour=5))
    evidence = cases.of_document(signature=cases.absent())
    assert stops_letters(cases.verdict(evidence, known=spent))
    assert isinstance(cases.verdict(evidence, known=spent), Escalate)
    assert isinstance(cases.verdict(evidence, known=Known(letters_this_hour=5)), Query)
    assert not stops_letters(cases.verdict(evidence))


def test_the_same_question_on_the_same_file_is_asked_once() -> None:
    asked = (question_of(cases.good_evidence(), *OWN, POINTS),)
    known = Known(asked=asked)
    assert why_not(cases.facts(known=known), POINTS) == "antwort-schon-gefragt"
    assert why_not(cases.facts(known=known), ("betrag-fehlt",)) is None
    other_file = cases.of_document(sha256="99" * 32)
    assert why_not(cases.facts(other_file, known=known), POINTS) is None


@given(
    points=st.lists(st.sampled_from(sorted(CORRECTABLE)), unique=True),
    others=st.lists(st.sampled_from(sorted(CORRECTABLE)), unique=True),
)
def test_a_question_is_its_points_in_any_order(points: list[str], others: list[str]) -> None:
    seen = cases.good_evidence()
    same = question_of(seen, *OWN, points) == question_of(seen, *OWN, others)
    assert same == (set(points) == set(others))


def test_without_a_document_the_attachments_make_the_question() -> None:
    one = cases.without_document(AttachmentKind.OFFICE)
    none = cases.without_document()
    assert question_of(one, *OWN, POINTS) != question_of(none, *OWN, POINTS)


@pytest.mark.parametrize(
    ("late", "reason"),
    [
        (timedelta(microseconds=-1), None),
        (timedelta(0), "antwort-nach-frist"),
        (timedelta(microseconds=1), "antwort-nach-frist"),
    ],
)
def test_after_the_deadline_a_person_writes(late: timedelta, reason: str | None) -> None:
    assert why_not(cases.facts(at=BOUND + late)) == reason


def test_without_a_time_of_receipt_a_person_writes() -> None:
    assert why_not(cases.facts(at=None)) == "antwort-nach-frist"
