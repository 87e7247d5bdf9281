"""The sheet: what is sure, what is to be looked at, what is missing, and who confirmed it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from inbox_daemon.core.ansicht import Groesse, Stelle, size_seen, stelle_of
from inbox_daemon.core.bearbeitung import Work
from inbox_daemon.core.formular import Seitenblick
from inbox_daemon.core.lesarten import called, chosen_kreis, is_far, typed_betrag
from inbox_daemon.core.pruefblatt import MASCHINE, Blatt, Zustand, blatt
from inbox_daemon.core.values import Box, Evidence, Read, Source, Unreadable
from inbox_daemon.core.verdict import Escalate
from inbox_daemon.core.wording_pages import PAGES
from inbox_daemon.core.wording_pruefen import PRUEFEN
from tests.core import cases

CLERK = "muster"


def sheet(evidence: Evidence | None = None, *, work: Work | None = None) -> Blatt:
    """The sheet as its page shows it, with the machine's own verdict."""
    verdict = cases.verdict(evidence)
    reasons = verdict.reasons if isinstance(verdict, Escalate) else ()
    return blatt(
        cases.facts(evidence),
        reasons=reasons,
        findings=verdict.findings,
        work=work or Work(),
        rules=verdict.rules,
    )


def seen(raw: str, *, method: str = "zwei-netze") -> Source:
    return Source(
        document=cases.SHA, page=1, box=None, method=method, confidence=0.62, raw=raw, crop=None
    )


def unclear(guess: str | None, raw: str) -> Evidence:
    return cases.of_document(amount=Unreadable(why="widerspruch", guess=guess, source=seen(raw)))


def test_a_case_without_a_fault_is_sure_by_the_machine() -> None:
    found = sheet()
    assert [(f.zustand, f.by) for f in found.fields] == [(Zustand.SICHER, MASCHINE)] * 3
    assert [f.value for f in found.fields] == ["287.650,00", cases.AGS, "vorhanden"]
    assert found.open_fields == ()


def test_an_unclear_amount_shows_its_guess_and_every_other_reading_that_there_was() -> None:
    found = sheet(unclear("1.234.567,89 Euro", "1.234.567,89 | 1.284.567,89 | 1.234.567,89"))
    assert found.betrag.zustand is Zustand.PRUEFEN
    assert found.betrag.by == ""
    assert found.betrag.value == "1.234.567,89"
    assert found.betrag.others == ("1.284.567,89",)


def test_a_row_of_digits_is_another_reading_only_beside_one_as_long_with_marks() -> None:
    found = sheet(unclear("128.640,00 Euro", "128.640,00 | 12884000"))
    assert found.betrag.others == ("128.840,00",)
    assert sheet(unclear("128.640,00 Euro", "128.640,00 | 1288400")).betrag.others == ()


def test_without_a_guess_nothing_is_proposed() -> None:
    found = sheet(unclear(None, "12.34 | x"))
    assert (found.betrag.value, found.betrag.machine, found.betrag.others) == ("", "", ())


def test_what_a_person_typed_stands_before_what_the_machine_read_and_that_stays_visible() -> None:
    work = Work(amount=Decimal("1284567.89"), amount_reason="lesefehler", by=CLERK)
    found = sheet(unclear("1.234.567,89 Euro", "1.234.567,89 | 1.284.567,89"), work=work)
    assert (found.betrag.value, found.betrag.by) == ("1.284.567,89", CLERK)
    assert found.betrag.zustand is Zustand.SICHER
    assert found.betrag.machine == "1.234.567,89"
    assert found.betrag.others == ("1.234.567,89",)


@pytest.mark.parametrize(
    ("traits", "field", "zustand", "value"),
    [
        ({"signature": cases.absent()}, "unterschrift", Zustand.FEHLT, "fehlt"),
        ({"signature": cases.unreadable()}, "unterschrift", Zustand.PRUEFEN, ""),
        ({"amount": cases.absent()}, "betrag", Zustand.FEHLT, ""),
        ({"amount": cases.absent(), "notes": ("pasted-picture",)}, "betrag", Zustand.PRUEFEN, ""),
        ({"amount": cases.read(Decimal(0))}, "betrag", Zustand.PRUEFEN, "0,00"),
        ({"applicant": cases.read("Karlsruhe")}, "kreis", Zustand.PRUEFEN, ""),
        ({"applicant": cases.read("Dr. Ulrike Brenner")}, "kreis", Zustand.PRUEFEN, ""),
    ],
)
def test_missing_is_what_is_surely_missing_and_doubt_proposes_no_signature(
    traits: dict[str, Any], field: str, zustand: Zustand, value: str
) -> None:
    found = next(f for f in sheet(cases.of_document(**traits)).fields if f.name == field)
    assert (found.zustand, found.value, found.by) == (zustand, value, "")
    assert found.why


def test_a_name_that_two_kreise_share_offers_both() -> None:
    found = sheet(cases.of_document(applicant=cases.read("Karlsruhe")))
    assert set(found.kreis.others) == {"08215", "08212"}


def test_a_sender_in_doubt_is_doubt_about_the_kreis() -> None:
    stranger = cases.address("info@kreis.example")
    found = sheet(cases.of_mail(from_=(stranger,)))
    assert found.kreis.zustand is Zustand.PRUEFEN
    assert "44" in found.kreis.why
    assert {h.name: h.agrees for h in found.herkunft} == {
        "antrag": True,
        "absender": None,
        "text": None,
    }


def test_without_a_document_the_fields_are_missing_and_nothing_is_invented() -> None:
    found = sheet(cases.without_document())
    assert [f.zustand for f in found.fields] == [Zustand.FEHLT] * 3
    assert [(f.value, f.machine, f.source) for f in found.fields] == [("", "", None)] * 3


def test_the_gravest_reason_stands_first_with_its_values_and_the_version_of_the_rules() -> None:
    found = sheet(cases.of_document(amount=cases.unreadable(), signature=cases.absent()))
    assert [g.code for g in found.gruende] == ["betrag-unklar", "unterschrift-fehlt"]
    assert "Lesungen widersprechen sich" in found.gruende[0].text
    assert found.rules.startswith(f"{cases.KENNUNG}, ")
    assert len(found.rules) == len(cases.KENNUNG) + 10


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1.234.567,89", "1234567.89"),
        (" 1234567,89 € ", "1234567.89"),
        ("250000", "250000.00"),
        ("1.234", "1234.00"),
        ("12.34", None),
        ("1,234.50", None),
        ("-5", None),
        ("0250", None),
        ("", None),
        ("1e5", None),
    ],
)
def test_what_is_typed_means_one_amount_or_none(typed: str, amount: str | None) -> None:
    assert typed_betrag(typed) == (Decimal(amount) if amount else None)


def test_a_kreis_is_picked_by_its_number_never_by_a_name_that_two_share() -> None:
    landkreis = next(k for k in cases.rules().kreise if k.ags == "08125")
    assert chosen_kreis(called(landkreis), cases.rules()) == landkreis
    assert chosen_kreis("08125", cases.rules()) == landkreis
    assert chosen_kreis("Heilbronn", cases.rules()) is None
    assert chosen_kreis("", cases.rules()) is None


def test_every_kreis_is_found_again_by_its_entry_in_the_list() -> None:
    rules = cases.rules()
    assert [chosen_kreis(called(k), rules) for k in rules.kreise] == list(rules.kreise)


def test_the_amount_is_compared_with_the_planning_frame_of_the_kreis() -> None:
    assert sheet().is_over_frame is False
    assert sheet(work=Work(amount=Decimal("9999999.00"), by=CLERK)).is_over_frame is True
    assert sheet(unclear(None, "")).is_over_frame is None


def test_no_other_page_has_taken_a_key_of_these_sentences() -> None:
    assert {key: PAGES[key] for key in PRUEFEN} == PRUEFEN


def test_ten_times_the_planning_frame_is_far() -> None:
    assert is_far(Decimal(1001), Decimal(100))
    assert is_far(Decimal("9.99"), Decimal(100))
    assert not is_far(Decimal(1000), Decimal(100))
    assert not is_far(Decimal(5), None)


def test_a_box_is_shown_in_percent_and_never_beside_the_page() -> None:
    page = Groesse(width=600.0, height=800.0)
    box = Box(x0=60, y0=80, x1=120, y1=100)
    assert stelle_of(box, page) == Stelle(left=10, top=10, width=10, height=2.5)
    assert stelle_of(replace(box, x1=999), page) == Stelle(left=10, top=10, width=90, height=2.5)
    assert stelle_of(replace(box, x0=700, x1=999), page) is None
    assert stelle_of(box, Groesse(width=0, height=800)) is None


def test_the_size_of_a_page_is_known_where_the_reader_measured_it() -> None:
    looks = (
        Seitenblick(page=1, depth="ganz"),
        Seitenblick(page=2, depth="ganz", width=595.2, height=842.0),
    )
    assert size_seen(looks, 1) is None
    assert size_seen(looks, 2) == Groesse(width=595.2, height=842.0)
    assert size_seen(looks, 3) is None


def test_a_reading_without_a_place_shows_no_place() -> None:
    assert isinstance(cases.document().amount, Read)
    assert sheet(cases.of_document(amount=Unreadable(why="handschrift"))).betrag.source is None
