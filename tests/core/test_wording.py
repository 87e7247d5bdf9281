"""Sentences for staff: none missing, none that cannot be filled, none hidden."""

import re

import pytest

from inbox_daemon.core.decide import CORRECTABLE, NOTHING_TO_DO
from inbox_daemon.core.states import State
from inbox_daemon.core.wording import FINDINGS, READINGS, reading, sentence
from inbox_daemon.core.wording_labels import AUDIT_KINDS, STATES
from inbox_daemon.core.wording_letter import BITTEN, bitte


def test_values_stand_in_their_places() -> None:
    text = sentence("absender-bestaetigt", [("ags", "08215")])
    assert "08215" in text
    assert "{" not in text


def test_a_code_among_the_values_is_shown_in_words() -> None:
    assert READINGS["widerspruch"] in sentence("unterschrift-unklar", [("grund", "widerspruch")])


@pytest.mark.parametrize("code", ["nie-gehoert", "{", "{0}", ""])
def test_a_code_without_a_sentence_is_shown_as_it_is(code: str) -> None:
    assert sentence(code) == reading(code) == code


def test_a_reason_is_a_sentence_too() -> None:
    assert sentence("zu-gross") == READINGS["zu-gross"]


@pytest.mark.parametrize("code", sorted(FINDINGS))
def test_every_sentence_can_be_shown_even_without_its_values(code: str) -> None:
    shown = sentence(code)
    assert not set("{}") & set(shown)


@pytest.mark.parametrize("value", ["{0}", "{grund}", "{", "%s"])
def test_a_value_with_braces_does_no_harm(value: str) -> None:
    assert value in sentence("betrag-unklar", [("grund", value)])


@pytest.mark.parametrize("code", sorted(BITTEN))
def test_every_point_of_a_letter_can_be_written(code: str) -> None:
    assert "{" not in bitte(code, page=None)
    assert "Seite" not in bitte(code, page=None)
    if "{stelle}" in BITTEN[code]:
        assert "auf Seite 3" in bitte(code, page=3)


def test_a_letter_has_words_for_exactly_what_the_sender_can_mend() -> None:
    assert set(BITTEN) == CORRECTABLE


def test_every_code_that_decides_has_a_sentence() -> None:
    assert set(FINDINGS) >= CORRECTABLE | NOTHING_TO_DO


def test_every_state_and_its_audit_entry_has_a_label() -> None:
    assert set(STATES) == {state.value for state in State}
    ends = {"filed", "queried", "flagged", "noted"}
    assert {f"case.{end}" for end in ends} <= set(AUDIT_KINDS)


@pytest.mark.parametrize("table", [FINDINGS, READINGS, BITTEN, STATES])
def test_codes_are_short_words_with_hyphens(table: dict[str, str]) -> None:
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) for code in table)
