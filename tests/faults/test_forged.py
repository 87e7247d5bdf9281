"""Forged mail proves nothing and gets no letter, nor does automatic mail; people get theirs."""

import pytest

from tests.faults import forged


def test_no_pattern_of_forged_mail_is_proven_filed_or_answered() -> None:
    counts, wrong = forged.judge_forged()
    assert wrong == []
    assert counts.total() >= 100


def test_no_kind_of_automatic_mail_is_answered_and_people_are() -> None:
    counts, wrong = forged.judge_automatic()
    assert wrong == []
    assert counts["a person, answered"] == len(forged.PEOPLE)


def test_no_hostile_mail_is_filed_or_answered_and_no_automatic_one_even_as_of_a_kreis() -> None:
    if not any(forged.hostile()):
        pytest.skip("shared data are not here: hostile/eml")
    counts, wrong = forged.judge_hostile()
    assert wrong == []
    assert counts.total() >= 70
