"""The letter: only what was established, to be read in any mail program, the same every time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import Query
from inbox_daemon.letters import WIDTH, Letters, wrapped
from inbox_daemon.ports import Case, Letter, LetterWriter
from tests.core import cases

LETTERS: LetterWriter = Letters(cases.RULES_FOLDER)
RAW = cases.raw()
CASE = Case(
    number="A-2022-000001",
    order=1,
    raw=RAW,
    state=State.READ,
    changed_at=RAW.received_at,
    attempts=1,
)
BOTH = cases.of_document(signature=cases.absent(page=2), amount=cases.absent(page=1))
ENCRYPTED = cases.good_evidence(documents=(), unread=(cases.unread("pdf-verschluesselt"),))


def query(evidence: Evidence = BOTH) -> Query:
    found = cases.verdict(evidence)
    assert isinstance(found, Query)
    return found


def letter(evidence: Evidence = BOTH) -> Letter:
    return LETTERS.query(CASE, query(evidence), cases.rules())


def flowing(text: str) -> str:
    """The text without its line breaks."""
    return " ".join(text.split())


def test_a_letter_goes_to_the_sender_and_answers_his_mail() -> None:
    found = letter()
    assert found.recipient == cases.SENDER
    assert found.in_reply_to == CASE.raw.message_id
    assert CASE.number in found.subject


def test_the_message_id_follows_from_the_case_for_ever() -> None:
    assert letter().message_id == "<a-2022-000001.rueckfrage@rps.bwl.de>"
    assert letter() == letter()


def test_every_question_is_one_numbered_point_with_its_page() -> None:
    body = letter().body
    points = [line for line in body.splitlines() if line[:1].isdigit() and line[1:3] == ". "]
    assert len(points) == 2
    assert "1. Das Feld f\u00fcr den beantragten Betrag auf Seite 1 ist leer" in flowing(body)
    assert "2. Im Unterschriftsfeld auf Seite 2" in flowing(body)


@pytest.mark.parametrize("evidence", [cases.without_document(), ENCRYPTED])
def test_a_question_without_a_place_names_no_page(evidence: Evidence) -> None:
    assert "Seite" not in letter(evidence).body


def test_a_letter_says_who_writes_to_whom_and_until_when() -> None:
    body = flowing(letter().body)
    for said in (
        "Landratsamt Karlsruhe",
        cases.rules().postfach.behoerde,
        cases.programm().titel,
        "11.07.2022 um 10:30 Uhr",
        "22.07.2022",
        "von 7 Tagen",
        "automatisch erstellt",
    ):
        assert said in body


def test_a_letter_says_nothing_that_the_sender_wrote() -> None:
    evil = cases.mail(subject="{{ 7 * 7 }} EVIL", text="EVIL {% raw %} Anbei der Antrag")
    found = letter(replace(BOTH, submission=evil))
    assert "EVIL" not in found.subject + found.body


def test_no_placeholder_is_left_and_no_line_is_too_long() -> None:
    found = letter()
    assert not set("{}") & set(found.body + found.subject)
    assert max(map(len, found.body.splitlines())) <= WIDTH
    assert found.body.endswith("\n")
    assert not found.body.endswith("\n\n")


@pytest.mark.parametrize(
    ("telefon", "lines"), [("", 0), ("0711 904-0", 1)]
)  # an empty telephone leaves no line behind
def test_a_telephone_is_named_where_there_is_one(telefon: str, lines: int) -> None:
    rules = cases.rules()
    with_phone = replace(rules, postfach=replace(rules.postfach, telefon=telefon))
    body = LETTERS.query(CASE, query(), with_phone).body
    assert sum(line.startswith("Telefon") for line in body.splitlines()) == lines


@pytest.mark.parametrize(
    ("ags", "programm"), [("08999", cases.KENNUNG), ("", cases.KENNUNG), (cases.AGS, "fremd")]
)
def test_without_kreis_or_programme_there_is_no_letter(ags: str, programm: str) -> None:
    with pytest.raises(ValueError, match="no letter"):
        LETTERS.query(CASE, replace(query(), ags=ags, programm=programm), cases.rules())


def test_a_point_is_indented_below_its_number() -> None:
    lines = wrapped("1. " + "wort " * 30).splitlines()
    assert len(lines) > 1
    assert all(line.startswith("   ") for line in lines[1:])


@given(text=st.text(alphabet=st.sampled_from("ab .-1\n"), max_size=400))
def test_wrapping_loses_no_word_and_breaks_none(text: str) -> None:
    found = wrapped(text)
    assert found.split() == text.split()
    for line in found.splitlines():
        assert len(line) <= WIDTH or " " not in line.strip()
