"""Whether a mail may be answered by the machine: one reason is enough against it."""

from datetime import timedelta

import pytest

from inbox_daemon.core.replies import LETTERS_A_DAY, why_not
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import Known
from tests.core import cases
from tests.core.cases import of_mail

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
        (of_mail(reply_to=(cases.address("a@evil.example"),)), "antwort-an-fremde"),
        (of_mail(reply_to=(cases.address("a@karlsruhe.de"),)), "antwort-an-fremde"),
        (of_mail(reply_to=(cases.address(), cases.address("a@x.example"))), "antwort-an-fremde"),
    ],
)
def test_one_reason_is_enough_for_silence(evidence: Evidence, reason: str) -> None:
    assert why_not(cases.facts(evidence)) == reason


def test_a_reply_address_in_the_same_kreis_is_no_stranger() -> None:
    assert why_not(cases.facts(of_mail(reply_to=(cases.address(f"b@{cases.DOMAIN}"),)))) is None


@pytest.mark.parametrize(
    ("letters", "reason"),
    [(0, None), (LETTERS_A_DAY - 1, None), (LETTERS_A_DAY, "antwort-zu-oft")],
)
def test_two_robots_do_not_talk_for_long(letters: int, reason: str | None) -> None:
    assert why_not(cases.facts(known=Known(letters_today=letters))) == reason


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
