"""A clerk without a mouse: five cases, each with at most twelve keys besides digits."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from inbox_daemon.core.freigabe import OPEN, PlanState
from tests.browser.conftest import Opened
from tests.browser.site import AMOUNT_IN_DOUBT, SIGNATURE_IN_DOUBT, Site

pytestmark = pytest.mark.full

MOST_KEYS = 12


class Keyboard:
    """Presses keys and counts those that are no digits."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        """Each key after the other."""
        for key in keys:
            self.pressed += not key.isdigit() and key not in {",", "."}
            self._page.keyboard.press(key)

    def go(self, key: str) -> None:
        """A key after which another page is shown."""
        with self._page.expect_navigation():
            self.press(key)


def case_on(page: Page) -> str:
    """The case that the page is about."""
    return page.locator(".case").first.inner_text()


def is_decided(site: Site, number: str) -> bool:
    """Whether a decision on this case is on its way."""
    plan = site.app.staffbook.plan_of(number)
    return plan is not None and plan.state in OPEN


def read_right(keys: Keyboard) -> None:
    """The amount is as the machine supposed."""
    keys.press("Enter")
    keys.go("F8")


def amount_wrong(keys: Keyboard) -> None:
    """Another amount, and why."""
    keys.press("F2", *"198000,00", "Tab", "Tab", "Space")
    keys.go("F8")


def signature_seen(keys: Keyboard) -> None:
    """The clerk sees a signature."""
    keys.press("Space", "Enter")
    keys.go("F8")


def released(keys: Keyboard) -> None:
    """Nothing is in doubt but the rule."""
    keys.go("F8")


def asked(keys: Keyboard) -> None:
    """The letter that the rule proposes."""
    keys.press("F9")
    keys.go("Enter")
    keys.go("Control+Enter")


def put_off(keys: Keyboard) -> None:
    """Until tomorrow."""
    keys.press("F9", "z")
    keys.go("Enter")
    keys.go("Control+Enter")


@pytest.mark.parametrize(
    ("sample", "clerk"),
    [
        (AMOUNT_IN_DOUBT, read_right),
        (AMOUNT_IN_DOUBT, amount_wrong),
        (SIGNATURE_IN_DOUBT, signature_seen),
        ("16-ueber-planungsrahmen", released),
        ("12-unterschrift-fehlt", asked),
        ("28-anfrage", put_off),
    ],
)
def test_a_case_is_done_with_keys_alone(
    site: Site, opened: Opened, sample: str, clerk: Callable[[Keyboard], None]
) -> None:
    number = site.case_of(sample)
    page = opened("muster", f"/faelle/{number}/pruefen?ansicht=alle")
    page.wait_for_load_state("networkidle")
    keys = Keyboard(page)

    clerk(keys)

    assert is_decided(site, number) or number in site.app.staffbook.postponed()
    assert keys.pressed <= MOST_KEYS
    assert case_on(page) != number
    expect(page.locator("[role=status]").first).not_to_be_empty()


def test_a_typed_amount_is_what_the_second_person_gets(site: Site, opened: Opened) -> None:
    number = site.case_of(AMOUNT_IN_DOUBT)
    page = opened("muster", f"/faelle/{number}/pruefen?ansicht=alle")
    page.wait_for_load_state("networkidle")

    amount_wrong(Keyboard(page))

    plan = site.app.staffbook.plan_of(number)
    assert plan is not None
    assert (plan.wish.amount, plan.wish.grund) == (Decimal("198000.00"), "lesefehler")
    assert plan.state is PlanState.ZWEITE


def test_enter_never_releases_and_a_doubtful_field_is_not_overlooked(
    site: Site, opened: Opened
) -> None:
    number = site.case_of(AMOUNT_IN_DOUBT)
    page = opened("muster", f"/faelle/{number}/pruefen?ansicht=alle")
    page.wait_for_load_state("networkidle")

    page.keyboard.press("F4")
    page.keyboard.press("F8")
    expect(page.locator("#betrag")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#freigeben")).to_be_focused()

    assert not is_decided(site, number)


def test_a_kreis_is_found_by_three_letters(site: Site, opened: Opened) -> None:
    number = site.case_of("20-absender-unbekannt")
    page = opened("muster", f"/faelle/{number}/pruefen?ansicht=alle")
    page.wait_for_load_state("networkidle")

    page.keyboard.press("F4")
    page.keyboard.type("göp")
    page.keyboard.press("Enter")

    assert page.locator("#kreis").input_value() == "08117"


def test_the_last_decision_is_taken_back_with_one_key(site: Site, opened: Opened) -> None:
    number = site.case_of("16-ueber-planungsrahmen")
    page = opened("muster", f"/faelle/{number}/pruefen?ansicht=alle")
    page.wait_for_load_state("networkidle")
    keys = Keyboard(page)
    released(keys)
    page.wait_for_load_state("networkidle")
    assert is_decided(site, number)

    page.locator("#fall").focus()
    keys.go("Control+z")

    assert not is_decided(site, number)


def test_the_keys_are_explained_on_the_page(site: Site, opened: Opened) -> None:
    page = opened("muster", f"/faelle/{site.case_of(AMOUNT_IN_DOUBT)}/pruefen")
    page.wait_for_load_state("networkidle")

    page.keyboard.press("F1")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#betrag")).to_be_focused()


def test_the_next_case_and_the_zoom_follow_the_keys(site: Site, opened: Opened) -> None:
    page = opened("muster", f"/faelle/{site.case_of(AMOUNT_IN_DOUBT)}/pruefen?ansicht=alle")
    page.wait_for_load_state("networkidle")
    first, zoom = case_on(page), page.locator("[data-zoom-shown]").inner_text()

    page.keyboard.press("Alt++")
    assert page.locator("[data-zoom-shown]").inner_text() != zoom
    with page.expect_navigation():
        page.keyboard.press("Alt+PageDown")
    assert case_on(page) != first


def test_the_focus_is_never_hidden_by_the_bars(site: Site, opened: Opened) -> None:
    """2.4.11: from the first to the last element of the page."""
    page = opened("muster", f"/faelle/{site.case_of(AMOUNT_IN_DOUBT)}/pruefen")
    page.wait_for_load_state("networkidle")
    hidden = []

    for _ in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => {
                const e = document.activeElement, b = e.getBoundingClientRect();
                if (e === document.body || !b.width) return "";
                const at = document.elementFromPoint(b.left + b.width / 2, b.top + b.height / 2);
                const label = e.labels?.[0];
                const seen = at && (e.contains(at) || at.contains(e) || label?.contains(at));
                return seen ? "" : e.outerHTML.slice(0, 80);
            }"""
        )
        hidden += [found] if found else []

    assert hidden == []
