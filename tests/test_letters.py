"""The letter: only what was established, to be read in any mail program, the same every time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_daemon.core.decide import CORRECTABLE
from inbox_daemon.core.frist import BERLIN
from inbox_daemon.core.programm import Kreis
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import Finding, Query, Result
from inbox_daemon.letters import WIDTH, Letters, rueckfrage, wrapped
from inbox_daemon.ports import Case, Letter, LetterWriter
from inbox_daemon.probebriefe import LONGEST_LINE, unsendable
from tests.core import cases
from tests.fakes import FakeClock

MONDAY = datetime(2022, 7, 11, 8, 35, tzinfo=UTC)
LETTERS: LetterWriter = Letters(FakeClock(instant=MONDAY))
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
    assert points == [
        "1. Seite 1 der Datei, Feld f\u00fcr den beantragten Betrag",
        "2. Seite 2 der Datei, Feld f\u00fcr die Unterschrift",
    ]
    assert "Das Feld ist leer. Bitte tragen Sie den Betrag in Euro ein." in flowing(body)


def test_nobody_is_told_that_he_did_not_sign_only_that_nothing_was_found() -> None:
    body = flowing(letter().body)
    assert "haben wir keine handschriftliche Unterschrift gefunden" in body
    assert "nicht unterschrieben" not in body


@pytest.mark.parametrize("evidence", [cases.without_document(), ENCRYPTED])
def test_a_question_without_a_place_names_no_page(evidence: Evidence) -> None:
    assert "Seite" not in letter(evidence).body


def test_a_person_may_ask_for_a_field_whose_page_is_not_known() -> None:
    by = Finding(check="sachbearbeitung", result=Result.FAIL, code="unterschrift-fehlt")
    asked = replace(query(), questions=(by.code,), findings=(by,))
    body = LETTERS.query(CASE, asked, cases.rules()).body
    assert "1. Feld f\u00fcr die Unterschrift\n" in body


def test_a_letter_says_who_writes_to_whom_and_until_when() -> None:
    body = flowing(letter().body)
    postfach = cases.rules().postfach
    for said in (
        "Landratsamt Karlsruhe",
        *(postfach.behoerde, postfach.referat, postfach.dienststelle, postfach.adresse),
        cases.programm().titel,
        "Unser Zeichen: A-2022-000001",
        "Eingang Ihrer E-Mail: 11.07.2022 um 10:30 Uhr",
        "Datum: 11.07.2022",
        "bis Mittwoch, 20.07.2022, ",
        "automatisch erstellt",
        f"Verantwortlich daf\u00fcr: {postfach.behoerde}, {postfach.referat}",
    ):
        assert said in body


def written_at(moment: datetime, *, bound: datetime | None = None) -> str:
    rules = cases.rules()
    if bound is not None:
        rules = replace(rules, programme=(replace(cases.programm(), received_before=bound),))
    return flowing(rueckfrage(CASE, query(), rules, at=moment).body)


# The period of the programme ends with the 22nd of July, a Friday; the answer has 7 working days.
OPEN, SOONER, OVER = "endet mit Ablauf", "endet schon vorher", "endete mit Ablauf"


@pytest.mark.parametrize(
    ("moment", "answer", "period"),
    [
        (datetime(2022, 7, 1, 8, 0, tzinfo=BERLIN), "Dienstag, 12.07.2022", OPEN),
        (datetime(2022, 7, 13, 23, 59, tzinfo=BERLIN), "Freitag, 22.07.2022", OPEN),
        (datetime(2022, 7, 14, 0, 0, tzinfo=BERLIN), "Montag, 25.07.2022", SOONER),
        (datetime(2022, 7, 22, 23, 59, tzinfo=BERLIN), "Dienstag, 02.08.2022", SOONER),
        (datetime(2022, 7, 23, 0, 0, tzinfo=BERLIN), "Dienstag, 02.08.2022", OVER),
        (datetime(2022, 12, 23, 18, 0, tzinfo=BERLIN), "Mittwoch, 04.01.2023", OVER),
    ],
)
def test_the_period_of_the_programme_is_never_made_longer(
    moment: datetime, answer: str, period: str
) -> None:
    body = written_at(moment)
    assert f"bis {answer}, " in body
    assert [said for said in (OPEN, SOONER, OVER) if said in body.replace("nämlich ", "")] == [
        period
    ]
    assert "22.07.2022" in body
    assert "Dieses Schreiben verl\u00e4ngert sie nicht" in body


def test_a_period_that_ends_at_noon_has_not_run_out_with_the_day() -> None:
    noon = datetime(2022, 7, 20, 12, 0, tzinfo=BERLIN)
    body = written_at(MONDAY, bound=noon)
    assert "endet schon vorher, n\u00e4mlich am 20.07.2022 um 12:00 Uhr." in body
    assert "mit Ablauf" not in body


def test_a_letter_has_no_amount_and_no_account() -> None:
    evidence = cases.of_document(signature=cases.absent(page=2))
    body = letter(evidence).body
    assert "287" not in body
    assert "IBAN" not in body


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
    assert body.count("rufen Sie uns") == lines
    assert "\n\n\n" not in body


@pytest.mark.parametrize(
    ("ags", "programm"), [("08999", cases.KENNUNG), ("", cases.KENNUNG), (cases.AGS, "fremd")]
)
def test_without_kreis_or_programme_there_is_no_letter(ags: str, programm: str) -> None:
    with pytest.raises(ValueError, match="no letter"):
        LETTERS.query(CASE, replace(query(), ags=ags, programm=programm), cases.rules())


def test_a_line_goes_on_as_far_in_as_it_began() -> None:
    lines = wrapped("   " + "wort " * 30).splitlines()
    assert len(lines) > 1
    assert all(line.startswith("   wort") for line in lines)


SUBSETS = [
    points
    for size in range(1, len(CORRECTABLE) + 1)
    for points in combinations(sorted(CORRECTABLE), size)
]


@pytest.mark.parametrize("kreis", cases.rules().kreise, ids=lambda kreis: kreis.ags)
def test_every_kreis_can_read_any_points_at_any_time(kreis: Kreis) -> None:
    bound = cases.programm().received_before
    for n, points in enumerate(SUBSETS):
        findings = tuple(
            Finding(
                check="probe",
                result=Result.FAIL,
                code=code,
                sources=(cases.source(page=n * 33 + 1),) if n % 2 else (),
            )
            for code in points
        )
        asked = replace(query(), questions=points, findings=findings, ags=kreis.ags)
        for days in (-30, -2, 1):
            found = rueckfrage(CASE, asked, cases.rules(), at=bound + timedelta(days=days))
            assert list(unsendable(found)) == []
            assert f"\n{len(points)}. " in found.body
            assert f"\n{kreis.verwaltung}\n" in found.body


@settings(deadline=None)
@given(
    titel=st.text(alphabet="abc \u00e4\u2013\u202e\u200b\u0007\u00ad", max_size=90),
)
def test_what_cannot_be_sent_is_found_whatever_the_rules_say(titel: str) -> None:
    rules = cases.rules()
    odd = replace(rules, programme=(replace(cases.programm(), titel=titel),))
    found = rueckfrage(CASE, query(), odd, at=MONDAY)
    hidden = set(titel) & set("\u202e\u200b\u0007\u00ad")
    long = max(map(len, found.body.splitlines())) > LONGEST_LINE
    assert bool(list(unsendable(found))) == bool(hidden or long)


@given(text=st.text(alphabet=st.sampled_from("ab .-1\n"), max_size=400))
def test_wrapping_loses_no_word_and_breaks_none(text: str) -> None:
    found = wrapped(text)
    assert found.split() == text.split()
    for line in found.splitlines():
        assert len(line) <= WIDTH or " " not in line.strip()
