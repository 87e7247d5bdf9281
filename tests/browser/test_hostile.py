"""Two hundred hostile strings in a real browser: none is run, none even tries to be."""

import pytest
from playwright.sync_api import ConsoleMessage, Dialog

from tests.browser.conftest import Opened
from tests.browser.site import Site, decide_on, take_in
from tests.core import cases
from tests.web.hostile import MARK, evidence_saying, strings

pytestmark = pytest.mark.full

FIRST_UID = 1000


def hostile_cases(site: Site) -> list[str]:
    """A flagged case for each string, which stands in every place of a stranger."""
    numbers = []
    for uid, text in enumerate(strings(), start=FIRST_UID):
        mail = f"Message-ID: <{uid}@x>\r\n\r\n{uid}".encode()
        number = take_in(site.app, mail, uid=uid, at=cases.RECEIVED)
        decide_on(site.app, number, evidence_saying(text))
        site.app.staffbook.note(number, text, by="muster", at=site.app.clock.now())
        numbers.append(number)
    return numbers


def test_no_string_of_a_stranger_runs_on_any_page(site: Site, opened: Opened) -> None:
    numbers = hostile_cases(site)
    page = opened("muster", "/vorrat")
    tried: list[str] = []

    def asked(dialog: Dialog) -> None:
        tried.append(dialog.message)
        dialog.dismiss()

    def heard(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            tried.append(message.text)

    page.on("console", heard)
    page.on("dialog", asked)
    # Whoever calls it, by whatever trick, leaves its mark.
    page.add_init_script(f"window.{MARK} = () => {{ window.hit = true; }}")
    lists = [f"/vorrat?seite={number}" for number in range(1, 6)]
    for path in (
        *lists,
        *("/sammelpruefung", "/uebersicht", "/protokoll", "/postausgang"),
        *(f"/faelle/{number}/pruefen" for number in numbers),
        # The parser of tests/web/ has seen these pages with every string.
        *(f"/faelle/{number}" for number in numbers[::5]),
    ):
        answer = page.goto(path, wait_until="domcontentloaded")
        assert answer is not None
        assert answer.status == 200, path
        assert not page.evaluate("Boolean(window.hit)"), path

    assert tried == []
