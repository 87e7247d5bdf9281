"""Each page for everybody: axe-core finds nothing, at three widths, light, dark, forced colours.

Criteria: WCAG 2.2 A and AA (EN 301 549 9, BITV 2.0) and axe's best practice; what a program cannot
see stands in inbox_daemon/web/BITV.md.
"""

from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from inbox_daemon import staff
from inbox_daemon.core.bearbeitung import FILE, Wish
from tests.browser.conftest import Opened
from tests.browser.site import AMOUNT_IN_DOUBT, Site

pytestmark = pytest.mark.full

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1600, 1280, 320)
Scheme = Literal["light", "dark"]
MODES: tuple[tuple[Scheme, Literal["active", "none"]], ...] = (
    ("light", "none"),
    ("dark", "none"),
    ("light", "active"),
)
# Name of the page, who looks at it, and its address on this site.
PAGES: dict[str, tuple[str, Callable[[Site], str]]] = {
    "Arbeitsvorrat": ("muster", lambda _: "/vorrat"),
    "Prüfseite": ("muster", lambda site: f"/faelle/{site.case_of(AMOUNT_IN_DOUBT)}/pruefen"),
    "Rückfrage": ("muster", lambda site: f"/faelle/{site.flagged[0]}/rueckfrage"),
    "Zurückstellen": ("muster", lambda site: f"/faelle/{site.flagged[0]}/zurueckstellen"),
    "Ablehnen": ("muster", lambda site: f"/faelle/{site.flagged[0]}/ablehnen"),
    "Sammelprüfung": ("muster", lambda _: "/sammelpruefung"),
    "Zweitprüfung": ("zweite", lambda _: "/zweitpruefung"),
    "Zweitprüfung, Fall": ("zweite", lambda site: f"/zweitpruefung/{_planned(site)}"),
    "Stichprobe": ("zweite", lambda _: "/stichprobe"),
    "Protokoll": ("pruefer", lambda _: "/protokoll"),
    "Protokoll, Eintrag": ("pruefer", lambda _: "/protokoll/1"),
    "Übersicht": ("leiterin", lambda _: "/uebersicht"),
    "Fall": ("muster", lambda site: f"/faelle/{site.flagged[0]}"),
    "Entscheidung erklären": ("muster", lambda site: f"/faelle/{site.flagged[0]}/erklaeren"),
    "Regeln": ("pruefer", lambda _: "/regeln"),
    "Postausgang": ("leiterin", lambda _: "/postausgang"),
    "Hilfe": ("muster", lambda _: "/hilfe"),
    "Konto": ("muster", lambda _: "/konto"),
    "Kein Zugang": ("pruefer", lambda _: "/sammelpruefung"),
    "Fehler": ("muster", lambda _: "/keine-seite"),
}


def _planned(site: Site) -> int:
    """A decision that waits for the second person."""
    wish = Wish(answer=FILE, by="muster", why="gelesen", amount=None, ags="08125")
    number = site.case_of("16-ueber-planungsrahmen")
    return staff.plan(site.app, number, wish).number


def violations(page: Page) -> list[str]:
    """What axe-core finds, a line each with the first place."""
    found: dict[str, Any] = Axe().run(page, options={"runOnly": TAGS}).response
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])})"
        for one in found["violations"]
    ]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_axe_finds_nothing(name: str, site: Site, opened: Opened) -> None:
    person, address = PAGES[name]
    page, wrong = opened(person, address(site)), []

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme, forced in MODES:
            page.emulate_media(color_scheme=scheme, forced_colors=forced)
            wrong += [f"{width} {scheme} {forced}: {one}" for one in violations(page)]

    assert wrong == []


def test_axe_finds_nothing_while_the_keys_are_explained(site: Site, opened: Opened) -> None:
    page, wrong = opened("muster", f"/faelle/{site.case_of(AMOUNT_IN_DOUBT)}/pruefen"), []
    page.wait_for_load_state("networkidle")
    page.keyboard.press("F1")
    page.get_by_role("dialog").wait_for()

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme, forced in MODES:
            page.emulate_media(color_scheme=scheme, forced_colors=forced)
            wrong += [f"{width} {scheme} {forced}: {one}" for one in violations(page)]

    assert wrong == []


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_page_is_wider_than_a_small_screen(name: str, site: Site, opened: Opened) -> None:
    """1.4.10: 320 CSS pixels, which is also 1280 at 400 %; tables may scroll in themselves."""
    person, address = PAGES[name]
    page = opened(person, address(site), viewport={"width": 320, "height": 700})

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
