"""Sammelpruefung: amounts compared with their pictures, confirmed together, each logged alone."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from inbox_daemon.core.bearbeitung import Work
from inbox_daemon.core.betrag import german
from inbox_daemon.core.freigabe import PlanState
from inbox_daemon.core.sammeln import vorschlag
from inbox_daemon.core.values import Evidence, Unreadable
from tests.core import cases
from tests.web.conftest import Desk, new_desk

pytestmark = pytest.mark.full

GUESS = "287.650,00 Euro"
LIMIT = Decimal(1_000_000)


@pytest.fixture(name="hall")
def _hall(tmp_path: Path, staff_database: Path) -> Desk:
    """A desk where four eyes begin at a million, and no sample is drawn."""
    more = "[review]\nsecond_from_eur = 1000000\nsecond_percent = 0\n"
    return new_desk(tmp_path, staff_database, more=more)


def unsure(crop: str | None, guess: str | None = GUESS, **changes: object) -> Evidence:
    source = cases.source(crop=crop)
    amount = Unreadable(why="handschrift", guess=guess, source=source)
    return cases.of_document(amount=amount, **changes)


def taken_in(desk: Desk, guess: str | None = None) -> str:
    """A case of one more Kreis with a doubtful amount, the picture of it in the spool."""
    kreis = cases.rules().kreise[len(desk.app.records.cases())]
    rahmen = cases.programm().rahmen_of(kreis.ags)
    assert rahmen is not None
    crop, _ = desk.app.spool.put([b"\x89PNG\r\n\x1a\n"])
    domain = kreis.domains[0]
    proven = f"{cases.SERVER}; dkim=pass header.d={domain}; dmarc=pass header.from={domain}"
    mail = cases.mail(from_=(cases.address(f"amt@{domain}"),), authentication=(proven,))
    amount = min(rahmen, LIMIT - 1).quantize(Decimal("0.01"))
    evidence = unsure(crop, guess or german(amount), applicant=cases.read(kreis.verwaltung))
    return desk.case(replace(evidence, submission=mail))


def sheet(desk: Desk, path: str = "/sammelpruefung") -> str:
    return desk.client("muster").get(path).get_data(as_text=True)


def confirmed(desk: Desk, *numbers: str, path: str = "/sammelpruefung") -> TestResponse:
    client = desk.client("muster")
    ticked = [f"{number}.{desk.version(number)}" for number in numbers]
    bis = numbers[-1] if numbers else ""
    return client.post(path, data={"token": desk.token(client), "fall": ticked, "bis": bis})


def test_the_sheet_shows_picture_value_and_kreis_and_nothing_is_ticked(hall: Desk) -> None:
    number = taken_in(hall, GUESS)

    page = sheet(hall)

    assert f"/faelle/{number}/belege/" in page
    assert "287.650,00" in page
    assert "Stuttgart (SK)" in page
    assert " checked" not in page
    assert 'data-key="F8"' in page


def test_each_confirmed_amount_is_a_decision_and_an_entry_of_its_own(hall: Desk) -> None:
    first, second = taken_in(hall, GUESS), taken_in(hall, "187.650,00 EUR")

    answer = confirmed(hall, first, second)

    assert (answer.status_code, answer.location) == (303, f"/sammelpruefung?nach={second}")
    assert "2 Fälle bestätigt" in sheet(hall, answer.location)
    for number, amount in ((first, Decimal(287650)), (second, Decimal(187650))):
        plan = hall.app.staffbook.plan_of(number)
        assert plan is not None
        assert (plan.state, plan.wish.amount) == (PlanState.AUSGANG, amount)
        assert hall.app.records.history(number)[-1].kind == "staff.planned"


def test_what_is_not_ticked_stays_open(hall: Desk) -> None:
    first, second = taken_in(hall), taken_in(hall)

    confirmed(hall, first)

    assert hall.app.staffbook.plan_of(second) is None
    assert second in sheet(hall)


def test_without_a_tick_nothing_is_confirmed_and_the_sheet_stays(hall: Desk) -> None:
    number = taken_in(hall)

    answer = confirmed(hall)

    assert answer.location == "/sammelpruefung"
    assert "nichts bestätigt" in sheet(hall)
    assert hall.app.staffbook.plan_of(number) is None


def test_a_refused_one_says_why_on_its_tile_and_the_others_go_on(hall: Desk) -> None:
    good, held = taken_in(hall), taken_in(hall)
    hall.app.staffbook.take(held, by="beispiel", at=hall.app.clock.now())

    answer = confirmed(hall, good, held)
    page = answer.get_data(as_text=True)

    assert answer.status_code == 409
    assert "1 Fall bestätigt" in page
    assert "Nicht bestätigt: Diesen Fall bearbeitet gerade" in page
    assert f"/faelle/{held}/pruefen?ansicht=betrag" in page
    assert f'value="{held}.' not in page


def test_a_case_that_changed_since_is_refused(hall: Desk) -> None:
    number = taken_in(hall)
    client, version = hall.client("muster"), hall.version(number)
    hall.app.staffbook.note(number, "Anruf", by="beispiel", at=hall.app.clock.now())
    form = {"token": hall.token(client), "fall": f"{number}.{version}", "bis": number}

    answer = client.post("/sammelpruefung", data=form)

    assert answer.status_code == 409
    assert "inzwischen geändert" in answer.get_data(as_text=True)
    assert hall.app.staffbook.plan_of(number) is None


def test_amounts_of_four_eyes_and_typed_ones_are_not_on_the_sheet_nor_confirmed(
    hall: Desk,
) -> None:
    high, typed = taken_in(hall, "1.000.000,00 Euro"), taken_in(hall)
    hall.app.staffbook.save_work(
        typed,
        Work(amount=Decimal(5), amount_reason="lesefehler"),
        by="muster",
        at=hall.app.clock.now(),
        version=hall.version(typed),
    )

    page, answer = sheet(hall), confirmed(hall, high, typed)

    assert high not in page
    assert typed not in page
    assert answer.status_code == 409
    assert answer.get_data(as_text=True).count("gehört nicht (mehr)") == 2
    assert hall.app.staffbook.plans(*PlanState) == ()


@pytest.mark.parametrize("number", ["A-2026-999999", "../../x", "<script>"])
def test_a_case_that_is_none_is_refused_on_a_tile_without_a_picture(
    hall: Desk, number: str
) -> None:
    client = hall.client("muster")
    form = {"token": hall.token(client), "fall": f"{number}.1", "bis": number}

    answer = client.post("/sammelpruefung", data=form)

    assert answer.status_code in {303, 409}
    assert "<script>" not in answer.get_data(as_text=True).replace('<script src="/static/', "")


def test_twelve_on_a_sheet_and_the_next_sheet_begins_after_them(hall: Desk) -> None:
    numbers = [taken_in(hall) for _ in range(14)]

    first = sheet(hall)
    second = sheet(hall, f"/sammelpruefung?nach={numbers[11]}")

    assert first.count('type="checkbox"') == 12
    assert f"/sammelpruefung?nach={numbers[11]}" in first
    assert second.count('type="checkbox"') == 2
    assert f'value="{numbers[12]}.' in second


def test_a_sample_is_confirmed_and_waits_for_a_second_person(
    tmp_path: Path, staff_database: Path
) -> None:
    more = "[review]\nsecond_from_eur = 1000000\nsecond_percent = 100\n"
    hall = new_desk(tmp_path, staff_database, more=more)
    number = taken_in(hall)

    page = sheet(hall, confirmed(hall, number).location or "")

    assert "1 davon wartet auf eine zweite Person" in page
    assert [p.case for p in hall.app.staffbook.plans(PlanState.ZWEITE)] == [number]


def test_an_empty_sheet_says_so(desk: Desk) -> None:
    assert "Kein Betrag mehr" in sheet(desk)
    assert "Noch einmal von vorn" not in sheet(desk, "/sammelpruefung?nach=unbekannt")


def test_what_may_be_confirmed_at_a_glance() -> None:
    good = vorschlag(cases.facts(unsure("11" * 32)), below=LIMIT)
    assert good is not None
    assert (good.betrag, good.ags) == (cases.AMOUNT, cases.AGS)


@pytest.mark.parametrize(
    "evidence",
    [
        unsure(None),
        unsure("11" * 32, None),
        unsure("11" * 32, "287.650,00 / 281.650,00"),
        unsure("11" * 32, "287650"),
        unsure("11" * 32, "1.000.000,00"),
        unsure("11" * 32, "28,00"),
        unsure("11" * 32, "900.000.000,00"),
        unsure("11" * 32, signature=cases.absent()),
        unsure("11" * 32, applicant=cases.read("Heilbronn")),
        replace(unsure("11" * 32), documents=()),
        cases.good_evidence(),
    ],
    ids=[
        "no picture", "no guess", "two guesses", "no comma", "four eyes", "far too low", "too high",
        "unsigned", "two kreise", "no document", "sure",
    ],
)  # fmt: skip
def test_what_is_left_to_the_page_of_the_case(evidence: Evidence) -> None:
    assert vorschlag(cases.facts(evidence), below=LIMIT) is None
