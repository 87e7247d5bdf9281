"""Help and rules as pages: every anchor is there, every letter is shown, nothing can be changed."""

import re

import pytest

from inbox_daemon.core.wording import FINDINGS, READINGS
from inbox_daemon.core.wording_labels import AUDIT_KINDS
from inbox_daemon.probebriefe import probebriefe
from tests.web.conftest import PEOPLE, Desk
from tests.web.test_protokoll import text

pytestmark = pytest.mark.full


def test_each_code_that_a_page_links_to_has_its_anchor_once(desk: Desk) -> None:
    page = text(desk.client("muster"), "/hilfe")
    anchors = re.findall(r'\bid="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert set(FINDINGS) | set(READINGS) <= set(anchors)
    for inside in re.findall(r'href="#([^"]+)"', page):
        assert inside in anchors


def test_the_help_names_each_event_and_shows_no_empty_brace(desk: Desk) -> None:
    page = text(desk.client("muster"), "/hilfe")
    for words in AUDIT_KINDS.values():
        assert words in page
    assert "{" not in page


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_everybody_who_is_signed_in_reads_help_and_rules(desk: Desk, name: str) -> None:
    for path in ("/hilfe", "/regeln"):
        page = text(desk.client(name), path)
        main = page.partition("<main")[2].partition("</main>")[0]
        assert "<form" not in main


def test_the_rules_name_their_version_sources_checks_and_letters(desk: Desk) -> None:
    page, rules = text(desk.client("pruefer"), "/regeln"), desk.app.rules
    assert rules.version in page
    for programm in rules.programme:
        assert programm.titel in page
        assert programm.fundstelle in page
        assert programm.rahmen_quelle in page
        for name in programm.checks:
            assert f">{name}</code>" in page
        assert page.count('class="letter"') == len(list(probebriefe(rules, programm)))
    assert page.count('<th scope="row">Landkreis Karlsruhe</th>') == 2


def test_the_list_of_kreise_can_be_taken_along(desk: Desk) -> None:
    lines = desk.client("pruefer").get("/regeln/kreise.csv").get_data().decode("utf-8-sig")
    rows = lines.splitlines()
    assert len(rows) == 45
    assert rows[1].startswith('"08111";"Stadtkreis Stuttgart";"626275";"stuttgart.de";"450.369,55"')
