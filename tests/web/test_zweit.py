"""Zweitprüfung: evidence first, nobody signs her own, nothing is signed while in doubt."""

import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from werkzeug.test import TestResponse

from inbox_daemon import staff
from inbox_daemon.core.bearbeitung import CLOSE, FILE, Plan, Wish
from inbox_daemon.core.freigabe import PlanState
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Unreadable
from tests.core import cases
from tests.fakes import FakeClock
from tests.web.conftest import Desk, new_desk
from tests.web.test_protokoll import text

pytestmark = pytest.mark.full

# Above the limit, so that a second person must sign; the machine only supposed it.
AMOUNT = Decimal("283000.00")
SHOWN = "283.000,00"
HIGH = cases.of_document(amount=Unreadable(why="handschrift", guess="283.000,00 EUR"))
WISH = Wish(answer=FILE, by="muster", why="Ausschnitt angesehen", amount=AMOUNT)


def planned(desk: Desk, *, by: str = "muster", ags: str = cases.AGS) -> Plan:
    """A decision of this person that waits for a second one."""
    plan = staff.plan(desk.app, desk.case(HIGH), replace(WISH, by=by, ags=ags))
    assert plan.state is PlanState.ZWEITE
    return plan


def act(desk: Desk, name: str, plan: Plan, what: str, **fields: str) -> TestResponse:
    """This person presses that button."""
    client = desk.client(name)
    form = {"token": desk.token(client), **fields}
    return client.post(f"/zweitpruefung/{plan.number}/{what}", data=form)


def now_of(desk: Desk, plan: Plan) -> Plan:
    """The decision as it stands."""
    found = desk.app.staffbook.plan(plan.number)
    assert found is not None
    return found


def test_the_list_has_the_oldest_first_and_her_own_grey(desk: Desk) -> None:
    first, second = planned(desk), planned(desk, by="beispiel", ags="08117")
    page = text(desk.client("beispiel"), "/zweitpruefung")

    assert page.index(first.case) < page.index(second.case)
    assert page.count('<tr class="waits">') == 1
    assert "wartet auf zweite Person" in page
    assert f'href="/zweitpruefung/{first.number}" data-key="F8"' in page


def test_the_evidence_stands_before_the_value_of_the_first(desk: Desk) -> None:
    plan = planned(desk)
    page = text(desk.client("zweite"), f"/zweitpruefung/{plan.number}")

    assert "Erstprüfung durch Muster Person" in page
    assert "hoher Betrag" in page
    assert f"/faelle/{plan.case}/seiten/" in page
    assert page.index("Erstprüfung durch") < page.index('id="belege"') < page.index(SHOWN)


def test_a_signature_sends_the_decision_on_and_leads_to_the_next(desk: Desk) -> None:
    plan, later = planned(desk), planned(desk, ags="08117")

    answer = act(desk, "zweite", plan, "zeichnen")

    assert (answer.status_code, answer.location) == (303, f"/zweitpruefung/{later.number}")
    assert (now_of(desk, plan).state, now_of(desk, plan).second) == (PlanState.AUSGANG, "zweite")
    page = text(desk.client("zweite"), answer.location or "")
    assert f"Fall {plan.case} mitgezeichnet" in page
    assert f'action="/zweitpruefung/{plan.number}/zurueckholen"' in page


def test_after_the_last_one_comes_the_list(desk: Desk) -> None:
    assert act(desk, "zweite", planned(desk), "zeichnen").location == "/zweitpruefung"


def test_whoever_signed_can_take_it_back_and_nobody_else(desk: Desk) -> None:
    plan = planned(desk)
    act(desk, "beispiel", plan, "zeichnen")

    assert act(desk, "zweite", plan, "zurueckholen").status_code == 409
    assert now_of(desk, plan).state is PlanState.AUSGANG
    assert act(desk, "beispiel", plan, "zurueckholen").status_code == 303
    assert now_of(desk, plan).state is PlanState.ZURUECKGEHOLT


def test_the_first_person_sees_no_buttons_but_a_sentence_and_may_recall(desk: Desk) -> None:
    plan = planned(desk, by="beispiel")
    page = text(desk.client("beispiel"), f"/zweitpruefung/{plan.number}")

    assert "Sie haben selbst entschieden" in page
    assert "/zeichnen" not in page
    assert "/zurueckgeben" not in page
    assert "/zurueckholen" in page


@pytest.mark.parametrize("what", ["zeichnen", "zurueckgeben", "vergleichen"])
def test_the_same_person_as_second_is_refused_by_the_page(desk: Desk, what: str) -> None:
    plan = planned(desk, by="beispiel")

    answer = act(desk, "beispiel", plan, what, betrag=SHOWN)

    assert answer.status_code == 409
    assert "müssen verschieden sein" in answer.get_data(as_text=True)
    assert now_of(desk, plan).state is PlanState.ZWEITE


def test_who_has_not_the_role_sees_it_and_cannot_sign(desk: Desk) -> None:
    plan = planned(desk)
    for name in ("pruefer", "leiterin", "muster"):
        assert "/zeichnen" not in text(desk.client(name), f"/zweitpruefung/{plan.number}")
        assert act(desk, name, plan, "zeichnen").status_code == 403
    assert now_of(desk, plan).state is PlanState.ZWEITE


def test_to_give_back_needs_a_note_which_the_first_person_reads(desk: Desk) -> None:
    plan = planned(desk)

    empty = act(desk, "zweite", plan, "zurueckgeben", notiz="  ")
    full = act(desk, "zweite", plan, "zurueckgeben", notiz="Ziffer 8 statt 3")

    assert empty.status_code == 422
    assert "Bitte eine Notiz eintragen" in empty.get_data(as_text=True)
    assert full.status_code == 303
    assert now_of(desk, plan).state is PlanState.ZURUECKGEGEBEN
    assert "Ziffer 8 statt 3" in text(desk.client("muster"), f"/faelle/{plan.case}/pruefen")


def test_a_signature_with_a_note_to_give_back_signs_nothing_and_loses_no_word(desk: Desk) -> None:
    plan = planned(desk)

    answer = act(desk, "zweite", plan, "zeichnen", notiz="Ziffer 8 statt 3")

    assert answer.status_code == 422
    assert "Ziffer 8 statt 3" in answer.get_data(as_text=True)
    assert now_of(desk, plan).state is PlanState.ZWEITE


def test_two_second_persons_and_the_slower_one_is_told(desk: Desk) -> None:
    plan = planned(desk)
    act(desk, "beispiel", plan, "zeichnen")

    answer = act(desk, "zweite", plan, "zurueckgeben", notiz="Ziffer 8 statt 3")

    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "wartet nicht mehr" in page
    assert "mitgezeichnet von Beispiel Person" in page
    assert now_of(desk, plan).second == "beispiel"


def test_blind_shows_no_amount_until_one_was_typed(desk: Desk) -> None:
    plan = planned(desk)
    path = f"/zweitpruefung/{plan.number}?blind=1"
    page = text(desk.client("zweite"), path)

    assert "283" not in page.replace(str(plan.number), "")
    assert "verdeckt" in page
    answer = act(desk, "zweite", plan, "vergleichen", blind="1", betrag="283 000")
    assert "gleich" in answer.get_data(as_text=True)
    assert act(desk, "zweite", plan, "zeichnen", blind="1", betrag=SHOWN).status_code == 303


@pytest.mark.parametrize("what", ["vergleichen", "zeichnen"])
def test_a_blind_reading_that_differs_shows_both_signs_nothing_and_is_logged(
    desk: Desk, what: str
) -> None:
    plan = planned(desk)

    answer = act(desk, "zweite", plan, what, blind="1", betrag="288.000,00")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "abweichend" in page
    assert "288.000,00" in page
    assert SHOWN in page
    assert now_of(desk, plan).state is PlanState.ZWEITE
    assert desk.app.records.history(plan.case)[-1].kind == "staff.differed"
    again = text(desk.client("zweite"), f"/zweitpruefung/{plan.number}?blind=1")
    assert "abweichend" in again


@pytest.mark.parametrize("typed", ["", "viel", "-5"])
def test_blind_without_a_plain_amount_signs_nothing_and_still_hides(desk: Desk, typed: str) -> None:
    plan = planned(desk)

    answer = act(desk, "zweite", plan, "zeichnen", blind="1", betrag=typed)

    assert answer.status_code == 422
    assert "283" not in answer.get_data(as_text=True).replace(str(plan.number), "")
    assert now_of(desk, plan).state is PlanState.ZWEITE


def test_where_the_house_reads_blind_no_address_opens_the_amount(
    tmp_path: Path, staff_database: Path
) -> None:
    desk = new_desk(tmp_path, staff_database, more="[review]\nblind = true\n")
    plan = planned(desk)
    for path in ("", f"/{plan.number}", f"/{plan.number}?blind=0"):
        assert SHOWN not in text(desk.client("zweite"), f"/zweitpruefung{path}")
    assert act(desk, "zweite", plan, "zeichnen").status_code == 422
    assert SHOWN in text(desk.client("muster"), f"/zweitpruefung/{plan.number}")


def test_what_could_not_be_carried_out_any_more_is_said_and_not_signed(desk: Desk) -> None:
    plan, other = planned(desk), desk.case(HIGH)
    overtaking = staff.plan(desk.app, other, replace(WISH, ags=cases.AGS))
    staff.second(desk.app, overtaking.number, by="beispiel", at_once=True)
    staff.carry_out_due(desk.app)
    page = text(desk.client("zweite"), f"/zweitpruefung/{plan.number}")

    assert "schon ein Antrag abgelegt" in page
    assert "/zeichnen" not in page
    assert "/zurueckgeben" in page


def test_a_refusal_is_seen_with_its_mail_and_without_amounts(desk: Desk) -> None:
    number = desk.case(cases.without_document(text="Gewinnen Sie jetzt"))
    wish = Wish(answer=CLOSE, by="muster", why="Werbung", grund="spam")
    plan = staff.plan(desk.app, number, wish)
    page = text(desk.client("zweite"), f"/zweitpruefung/{plan.number}")

    assert "Gewinnen Sie jetzt" in page
    assert "Werbung oder Missbrauch" in page
    assert "Betrag verdeckt" not in page
    assert act(desk, "zweite", plan, "zeichnen").status_code == 303


def test_a_signed_decision_is_carried_out_with_both_names(desk: Desk) -> None:
    clock = FakeClock()
    desk.app.__dict__["clock"] = clock
    plan = planned(desk)
    act(desk, "zweite", plan, "zeichnen")
    clock.pass_time(minutes=10)

    assert staff.carry_out_due(desk.app) == 1
    assert staff.case_line(desk.app, plan.case).state is State.DECIDED
    assert desk.app.records.judgements(plan.case)[-1].by == "muster, zweite"


def test_the_navigation_counts_what_waits(desk: Desk) -> None:
    planned(desk)

    assert '<span class="count"><span class="only-read">, offen: </span>1</span>' in text(
        desk.client("pruefer"), "/zweitpruefung"
    )


def test_the_list_leaves_the_house_as_csv_and_workbook(desk: Desk) -> None:
    plan = planned(desk)
    client = desk.client("leiterin")
    table = client.get("/zweitpruefung.csv").get_data().decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/zweitpruefung.xlsx").get_data()))

    assert f'"{plan.case}"' in table
    assert f'"{SHOWN}"' in table
    assert book.worksheets[0].cell(2, 4).value == float(AMOUNT)
    assert desk.client("admin").get("/zweitpruefung.csv").status_code == 403


@pytest.mark.parametrize("number", ["0", "999999", "9" * 40, "x"])
def test_a_decision_that_is_none_is_no_page(desk: Desk, number: str) -> None:
    assert desk.client("zweite").get(f"/zweitpruefung/{number}").status_code == 404
