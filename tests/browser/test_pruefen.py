"""The Prüfseite in a real browser: cases decided by keys alone, without a script, by two at once.

Acceptance tests 1, 2 (dialogue and lists open), 4 and 5 of the design. A key press is any key but
a digit; no mouse event is ever made.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from inbox_daemon.core.bearbeitung import ASK, CLOSE, FILE
from inbox_daemon.core.freigabe import PlanState
from tests.browser.conftest import Opened
from tests.browser.site import AMOUNT_IN_DOUBT, SIGNATURE_IN_DOUBT, Site
from tests.browser.test_access_for_all import violations

pytestmark = pytest.mark.full

MOST_KEYS = 12
STRANGER, WRONG_SENDER = "20-absender-unbekannt", "21-absender-widerspruch-heilbronn"
UNSIGNED, QUESTION = "12-unterschrift-fehlt", "28-anfrage"


@dataclass
class Typist:
    """Hands on a keyboard; `count` leaves digits and what belongs to a number out."""

    page: Page
    count: int = 0

    def press(self, *keys: str) -> None:
        """Each key once."""
        for key in keys:
            self.count += 1
            self.page.keyboard.press(key)

    def types(self, text: str) -> None:
        """Letter by letter."""
        self.count += sum(not sign.isdigit() and sign not in ".," for sign in text)
        self.page.keyboard.type(text)

    def decides(self, *keys: str) -> None:
        """The last keys of a case, which lead to another page."""
        here = self.page.url
        self.press(*keys)
        self.page.wait_for_url(lambda url: url != here)
        self.page.wait_for_load_state()


def focused(page: Page) -> str:
    """The name, or the id, of what has the focus."""
    return str(page.evaluate("document.activeElement.name || document.activeElement.id"))


def read_right(typist: Typist) -> None:
    typist.decides("F8")


def amount_wrong(typist: Typist) -> None:
    typist.press("F2")
    typist.types("198.450,00")
    typist.press("Enter", "Space")
    typist.decides("F8")


def kreis_assigned(typist: Typist) -> None:
    typist.press("F4")
    typist.types("08125")
    typist.press("Enter")
    typist.decides("F8")


def query_of_the_rule(typist: Typist) -> None:
    typist.decides("F9", "Enter")
    typist.decides("Control+Enter")


def no_application(typist: Typist) -> None:
    typist.decides("F9", "Enter")
    typist.press("ArrowDown")
    typist.decides("Control+Enter")


CASES: list[tuple[str, Callable[[Typist], None], str]] = [
    (AMOUNT_IN_DOUBT, read_right, FILE),
    (AMOUNT_IN_DOUBT, amount_wrong, FILE),
    (WRONG_SENDER, kreis_assigned, FILE),
    (UNSIGNED, query_of_the_rule, ASK),
    (QUESTION, no_application, CLOSE),
]


@pytest.mark.parametrize(("sample", "keys", "answer"), CASES, ids=[c[1].__name__ for c in CASES])
def test_a_case_is_decided_by_keys_alone(
    site: Site, opened: Opened, sample: str, keys: Callable[[Typist], None], answer: str
) -> None:
    number = site.case_of(sample)
    page = opened("muster", f"/faelle/{number}/pruefen")
    clicks: list[str] = []

    def clicked(what: str) -> None:
        clicks.append(what)

    page.expose_function("clicked", clicked)
    listen = "addEventListener('pointerdown', () => clicked('mouse'))"
    page.add_init_script(listen)
    page.evaluate(listen)
    typist = Typist(page)

    keys(typist)

    plan = site.app.staffbook.plan_of(number)
    assert plan is not None
    assert plan.wish.answer == answer
    assert typist.count <= MOST_KEYS
    assert clicks == []
    expect(page.get_by_role("status").first).to_contain_text(number)


def test_the_focus_begins_at_the_first_open_point_and_enter_goes_over_open_points_only(
    site: Site, opened: Opened
) -> None:
    page = opened("muster", f"/faelle/{site.case_of(SIGNATURE_IN_DOUBT)}/pruefen")

    assert focused(page) == "unterschrift"
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert focused(page) == "freigeben"
    expect(page.locator("[data-rest]")).to_have_text("alle Angaben geprüft")


def test_f8_with_an_open_point_goes_there_instead_of_releasing(site: Site, opened: Opened) -> None:
    number = site.case_of(SIGNATURE_IN_DOUBT)
    page = opened("muster", f"/faelle/{number}/pruefen")

    page.keyboard.press("F2")
    page.keyboard.press("F8")

    assert focused(page) == "unterschrift"
    assert site.app.staffbook.plan_of(number) is None


def test_a_name_that_two_kreise_share_is_not_taken_by_enter_alone(
    site: Site, opened: Opened
) -> None:
    page = opened("muster", f"/faelle/{site.case_of(WRONG_SENDER)}/pruefen")

    page.keyboard.press("F4")
    page.keyboard.type("heilbronn")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("Enter")

    assert page.locator("#kreis").input_value() == ""
    page.keyboard.press("F4")
    page.keyboard.type("heilbronn")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#kreis").input_value() == "08121"


def test_what_is_typed_as_a_kreis_and_is_none_does_not_stay_as_if_it_were(
    site: Site, opened: Opened
) -> None:
    page = opened("muster", f"/faelle/{site.case_of(WRONG_SENDER)}/pruefen")

    page.keyboard.press("F4")
    page.keyboard.type("Bayern")
    page.keyboard.press("F2")

    expect(page.locator("#kreis-filter")).to_have_value("")
    assert page.locator("#kreis").input_value() == ""


def test_recalled_by_key_and_the_case_is_before_her_again(site: Site, opened: Opened) -> None:
    number = site.case_of(AMOUNT_IN_DOUBT)
    page = opened("muster", f"/faelle/{number}/pruefen?ansicht=betrag")
    typist = Typist(page)

    typist.decides("F8")
    typist.decides("Control+z")

    assert f"/faelle/{number}/pruefen" in page.url
    plan = site.app.staffbook.plan_of(number)
    assert plan is not None
    assert plan.state is PlanState.ZURUECKGEHOLT


def test_paging_goes_through_the_view_and_changes_nothing(site: Site, opened: Opened) -> None:
    page = opened("muster", f"/faelle/{site.case_of(AMOUNT_IN_DOUBT)}/pruefen")
    first = page.locator("h1").inner_text()
    before = {n: site.app.staffbook.version(n) for n in site.flagged}

    Typist(page).decides("Alt+PageDown")
    second = page.locator("h1").inner_text()
    Typist(page).decides("Alt+PageUp")

    assert page.locator("h1").inner_text() == first != second
    assert {n: site.app.staffbook.version(n) for n in site.flagged} == before


def test_whoever_only_leafs_through_keeps_nobody_from_a_case(site: Site, opened: Opened) -> None:
    number = site.case_of(AMOUNT_IN_DOUBT)
    page = opened("muster", f"/faelle/{number}/pruefen")
    page.wait_for_load_state("networkidle")
    assert set(site.app.staffbook.leases(at=site.app.clock.now())) == {number}

    Typist(page).decides("Alt+PageDown")
    page.wait_for_load_state("networkidle")

    assert number not in site.app.staffbook.leases(at=site.app.clock.now())


def test_the_box_is_in_sight_when_its_field_has_the_focus(site: Site, opened: Opened) -> None:
    page = opened("muster", f"/faelle/{site.case_of(UNSIGNED)}/pruefen")

    for key, name in (("F2", "betrag"), ("F4", "kreis")):
        page.keyboard.press(key)
        expect(page.locator(f'[data-stelle="{name}"] .innen')).to_be_in_viewport()
    page.keyboard.press("Alt+0")
    expect(page.locator("[data-zoom-shown]")).to_have_text("100 %")


def test_help_opens_by_key_and_gives_the_focus_back(site: Site, opened: Opened) -> None:
    page = opened("muster", f"/faelle/{site.case_of(AMOUNT_IN_DOUBT)}/pruefen")

    page.keyboard.press("F1")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("F8")
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    assert focused(page) == "betrag"
    assert site.app.staffbook.plan_of(site.case_of(AMOUNT_IN_DOUBT)) is None


def test_a_ticked_point_shows_its_letter_before_it_can_be_sent(site: Site, opened: Opened) -> None:
    number = site.case_of(UNSIGNED)
    page = opened("muster", f"/faelle/{number}/rueckfrage")
    letter = page.locator(".brief")

    expect(letter).to_contain_text("handschriftliche Unterschrift")
    page.locator('input[value="anhang-fehlt"]').check()
    expect(letter).to_contain_text("Sie kündigen einen Antrag an")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")

    plan = site.app.staffbook.plan_of(number)
    assert plan is not None
    assert plan.wish.questions == ("unterschrift-fehlt", "anhang-fehlt")


def test_escape_leads_back_from_another_decision(site: Site, opened: Opened) -> None:
    number = site.case_of(UNSIGNED)
    page = opened("muster", f"/faelle/{number}/pruefen")

    Typist(page).decides("F9", "z", "Enter")
    Typist(page).decides("Escape")

    assert page.url.endswith(f"/faelle/{number}/pruefen?ansicht=alle")


def test_two_browsers_at_one_case_the_second_is_told_and_nothing_is_lost(
    site: Site, opened: Opened
) -> None:
    number = site.case_of(AMOUNT_IN_DOUBT)
    first = opened("muster", f"/faelle/{number}/pruefen")
    second = opened("beispiel", f"/faelle/{number}/pruefen", java_script_enabled=False)
    Typist(first).decides("F8")

    expect(second.get_by_text("bei Muster Person", exact=False).first).to_be_visible()
    assert second.locator("#freigeben").count() == 0


def test_every_action_is_possible_without_a_script(site: Site, opened: Opened) -> None:
    number = site.case_of(WRONG_SENDER)
    page = opened("muster", f"/faelle/{number}/pruefen", java_script_enabled=False)

    page.get_by_label("Kreis", exact=False).first.select_option("08125")
    page.locator('.tick input[value="kreis"]').check()
    page.get_by_role("button", name="Speichern", exact=True).last.click()
    expect(page.get_by_role("status").first).to_contain_text("Gespeichert")
    page.locator("summary", has_text="Notizen").click()
    page.get_by_label("Neue Notiz").fill("Rückruf erbeten")
    page.get_by_role("button", name="Notiz speichern").click()
    expect(page.locator("main")).to_contain_text("Rückruf erbeten")
    page.get_by_role("button", name="Zurückstellen …").click()
    page.get_by_role("link", name="Zurück zum Fall").click()
    page.get_by_role("button", name="Freigeben").click()

    plan = site.app.staffbook.plan_of(number)
    assert plan is not None
    page.get_by_role("button", name="Zurückholen").click()
    assert page.url.endswith(f"/faelle/{number}/pruefen?ansicht=alle")


def test_enter_without_a_script_saves(site: Site, opened: Opened) -> None:
    number = site.case_of(AMOUNT_IN_DOUBT)
    page = opened("muster", f"/faelle/{number}/pruefen", java_script_enabled=False)

    page.locator('.tick input[value="betrag"]').check()
    page.locator("#betrag").press("Enter")

    expect(page.get_by_role("status").first).to_contain_text("Gespeichert")
    assert site.app.staffbook.plan_of(number) is None


def test_axe_finds_nothing_while_help_list_and_conflict_are_shown(
    site: Site, opened: Opened
) -> None:
    page = opened("muster", f"/faelle/{site.case_of(WRONG_SENDER)}/pruefen")
    page.keyboard.press("F4")
    page.keyboard.type("heil")
    assert violations(page) == []
    page.keyboard.press("F2")
    page.keyboard.press("F1")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator('input[name="version"]').first.evaluate("field => { field.value = '1' }")
    with page.expect_navigation():
        page.get_by_role("button", name="Speichern", exact=True).last.press("Enter")
    expect(page.locator("h1")).to_contain_text("inzwischen geändert")
    assert violations(page) == []


def test_nothing_of_the_page_breaks_the_policy_or_a_script(site: Site, opened: Opened) -> None:
    said: list[str] = []
    page = opened("muster", "/konto")
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    for number in site.flagged:
        page.goto(f"/faelle/{number}/pruefen")
        page.wait_for_load_state("networkidle")

    assert said == []
