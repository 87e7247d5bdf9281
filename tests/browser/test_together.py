"""Two clerks on one case, and a browser without JavaScript."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from inbox_daemon import staff
from inbox_daemon.core.bearbeitung import Wish
from inbox_daemon.core.freigabe import OPEN, PlanState
from tests.browser.conftest import Opened
from tests.browser.site import AMOUNT_IN_DOUBT, SIGNATURE_IN_DOUBT, Site

pytestmark = pytest.mark.full


def test_the_slower_of_two_browsers_sees_both_versions_and_overwrites_nothing(
    site: Site, opened: Opened
) -> None:
    number = site.case_of(AMOUNT_IN_DOUBT)
    path = f"/faelle/{number}/pruefen?ansicht=alle"
    # Without script nobody holds the lease before something is saved.
    first = opened("muster", path, java_script_enabled=False)
    second = opened("beispiel", path, java_script_enabled=False)

    first.locator("#betrag").fill("1.111,00")
    first.locator("input[name=grund]").first.check()
    first.get_by_role("button", name="Speichern", exact=True).click()
    second.locator("#betrag").fill("2.222,00")
    second.locator("input[name=grund]").first.check()
    second.get_by_role("button", name="Speichern", exact=True).click()

    shown = second.locator("main").inner_text()
    assert "1.111,00" in shown
    assert "2.222,00" in shown
    assert site.app.staffbook.work(number).amount == Decimal("1111.00")


def test_who_works_on_a_case_is_shown_and_can_be_taken_over(site: Site, opened: Opened) -> None:
    path = f"/faelle/{site.case_of(AMOUNT_IN_DOUBT)}/pruefen?ansicht=alle"
    first = opened("muster", path)
    first.wait_for_load_state("networkidle")
    second = opened("beispiel", path)

    expect(second.get_by_text("Fall bei anderer Person")).to_be_visible()
    second.get_by_role("button", name="Übernehmen").click()

    expect(second.get_by_role("button", name="Freigeben")).to_be_visible()


@pytest.mark.parametrize("sample", [AMOUNT_IN_DOUBT, SIGNATURE_IN_DOUBT])
def test_without_script_a_case_is_released(site: Site, opened: Opened, sample: str) -> None:
    number = site.case_of(sample)
    page = opened("muster", f"/faelle/{number}/pruefen?ansicht=alle", java_script_enabled=False)
    if sample == SIGNATURE_IN_DOUBT:
        page.get_by_label("vorhanden").check()
    for tick in page.locator("input[name=bestaetigt]").all():
        tick.check()

    page.get_by_role("button", name="Freigeben").click()

    plan = site.app.staffbook.plan_of(number)
    assert plan is not None
    assert plan.state in OPEN


def test_without_script_a_letter_is_sent_and_taken_back(site: Site, opened: Opened) -> None:
    number = site.case_of("12-unterschrift-fehlt")
    page = opened("muster", f"/faelle/{number}/pruefen?ansicht=alle", java_script_enabled=False)

    page.get_by_role("button", name="Rückfrage").click()
    page.get_by_role("button", name="In den Ausgang geben").click()
    plan = site.app.staffbook.plan_of(number)
    assert plan is not None
    assert plan.state is PlanState.AUSGANG
    page.goto("/postausgang")
    page.get_by_role("button", name="Zurückholen").first.click()

    plan = site.app.staffbook.plan_of(number)
    assert plan is not None
    assert plan.state is PlanState.ZURUECKGEHOLT


def test_without_script_a_case_is_put_off_refused_and_noted(site: Site, opened: Opened) -> None:
    question = site.case_of("28-anfrage")
    path = f"/faelle/{question}/pruefen?ansicht=alle"
    page = opened("muster", path, java_script_enabled=False)

    page.locator("summary", has_text="Notizen").click()
    page.get_by_label("Neue Notiz").fill("Frau Muster ruft zurück")
    page.get_by_role("button", name="Notiz speichern").click()
    page.goto(path)
    page.get_by_role("button", name="Zurückstellen").click()
    page.locator("main button[type=submit]").last.click()
    assert question in site.app.staffbook.postponed()
    page.goto(path)
    page.get_by_role("button", name="Ablehnen").click()
    page.get_by_label("beantwortet").check()
    page.locator("main button[type=submit]").last.click()

    assert [note.words for note in site.app.staffbook.notes(question)] == [
        "Frau Muster ruft zurück"
    ]
    plan = site.app.staffbook.plan_of(question)
    assert plan is not None
    assert plan.wish.grund == "beantwortet"


def test_without_script_the_second_person_signs_and_gives_back(site: Site, opened: Opened) -> None:
    wish = Wish(answer="ablegen", by="muster", why="gelesen", amount=Decimal("10.00"))
    plans = [
        staff.plan(site.app, site.case_of(sample), wish)
        for sample in (AMOUNT_IN_DOUBT, SIGNATURE_IN_DOUBT)
    ]
    page = opened("zweite", f"/zweitpruefung/{plans[0].number}", java_script_enabled=False)

    page.get_by_role("button", name="Mitzeichnen").click()
    page.goto(f"/zweitpruefung/{plans[1].number}")
    page.get_by_label("Notiz").fill("Bitte die zweite Zeile ansehen")
    page.get_by_role("button", name="Zurückgeben").click()

    states = [found.state for p in plans if (found := site.app.staffbook.plan(p.number))]
    assert states == [PlanState.AUSGANG, PlanState.ZURUECKGEGEBEN]
