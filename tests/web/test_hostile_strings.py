"""200 hostile strings × every text of strangers × every page and list that exists.

Each page is read as a browser reads it: a hostile case may show no element and no attribute that a
clean one does not have, and nothing that turns the line or cannot be seen.
"""

import csv
import io
import json
import re
from collections import Counter
from xml.etree.ElementTree import Element

import openpyxl
import pytest
from flask.testing import FlaskClient
from tinyhtml5 import parse  # type: ignore[import-untyped]

from tests.web.conftest import Desk
from tests.web.hostile import FILLED, MARK, evidence_saying, strings
from tests.web.routes import EVERYTHING, WHO, Route, admit_all, routes
from tests.web.signing import by_hand

pytestmark = pytest.mark.full

# What does something, goes somewhere or looks different; counted one by one.
# fmt: off
ACTIVE = frozenset({
    "a", "area", "audio", "base", "body", "button", "embed", "form", "frame", "iframe", "img",
    "input", "link", "math", "meta", "object", "script", "select", "style", "svg", "template",
    "textarea", "video",
})
# fmt: on
CLEAN = "Soforthilfe"
# A number below zero is a number for every spreadsheet; ours are days and never a stranger's.
NUMBER = re.compile(r"-\d+")
UNSEEN = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200d\ufeff\x00\x1b\x07\x08"
)
ADDRESSES = frozenset({"href", "src", "action", "formaction", "data", "srcset", "poster"})


def _case(desk: Desk, text: str) -> str:
    number = desk.case(evidence_saying(text))
    desk.app.staffbook.note(number, text, by=EVERYTHING, at=desk.app.clock.now())
    return number


def _elements(page: str) -> list[Element]:
    return [found for found in parse(page).iter() if isinstance(found.tag, str)]


def _name(found: Element) -> str:
    return str(found.tag).rpartition("}")[2].lower()


def _shape(page: str) -> tuple[set[tuple[str, str]], Counter[str]]:
    """Every (element, attribute) that is there, and how many there are of what does something."""
    elements = _elements(page)
    attributes = {(_name(e), str(a).rpartition("}")[2]) for e in elements for a in ("", *e.attrib)}
    return attributes, Counter(_name(e) for e in elements if _name(e) in ACTIVE)


def _demand_harmless(page: str) -> None:
    """What may be in no page of ours, whatever it shows."""
    for found in _elements(page):
        # A person's own words stand in a field as she typed them, to be typed on.
        is_field = _name(found) in {"input", "textarea"}
        words = "" if is_field else "".join((found.text or "", *found.attrib.values()))
        assert not UNSEEN & set(words + (found.tail or "")), "unseen, or turns the line"
        for name, value in found.attrib.items():
            assert not str(name).lower().startswith("on"), (found.tag, name)
            assert name not in {"style", "srcdoc"}, (found.tag, name)
            if str(name).rpartition("}")[2] in ADDRESSES:
                assert re.match(r"/(?!/)|[#?]|$", value), value
        if _name(found) in {"script", "style"}:
            assert not (found.text or "").strip(), "inline"
        assert _name(found) not in {"base", "object", "embed", "iframe", "frame"}
    assert FILLED not in page, "a template in a string was filled"


def _pages(desk: Desk, number: str) -> list[Route]:
    """Every page about one case."""
    return [
        route
        for route in routes(desk, number)
        if route.method == "GET" and number in route.path and "." not in route.path
    ]


@pytest.fixture
def staffed(desk: Desk) -> tuple[Desk, FlaskClient]:
    """A desk at a fixed moment, with a person who may see all."""
    by_hand(desk)
    admit_all(desk)
    return desk, desk.client(EVERYTHING)


def test_there_are_two_hundred_different_ones() -> None:
    assert len(set(strings())) == 200


@pytest.mark.full
def test_no_page_of_a_case_shows_an_element_or_attribute_of_a_strangers(
    staffed: tuple[Desk, FlaskClient],
) -> None:
    desk, client = staffed
    # All cases first, the clean one between others: what a page says of its neighbours is the same.
    half = len(strings()) // 2
    early = [(text, _case(desk, text)) for text in strings()[:half]]
    clean = _case(desk, CLEAN)
    late = [(text, _case(desk, text)) for text in strings()[half:]]
    shapes = {
        route.key: _shape(client.get(route.path).get_data(as_text=True))
        for route in _pages(desk, clean)
    }
    seen = 0
    for text, number in (*early, *late):
        for route in _pages(desk, number):
            answer = client.get(route.path)
            page = answer.get_data(as_text=True)
            assert answer.status_code < 500, (route.key, text)
            _demand_harmless(page)
            attributes, active = _shape(page)
            assert attributes <= shapes[route.key][0], (route.key, text)
            assert active <= shapes[route.key][1], (route.key, text)
            seen += MARK in page
    assert seen or not shapes, "the strings were on no page: this test has seen nothing"


def test_no_list_shows_an_element_or_attribute_of_a_strangers(
    staffed: tuple[Desk, FlaskClient],
) -> None:
    desk, client = staffed
    numbers = [_case(desk, text) for text in strings()]
    for route in routes(desk, numbers[0]):
        if route.method == "GET" and WHO[route.key] and "." not in route.path:
            page = client.get(route.path, follow_redirects=False).get_data(as_text=True)
            _demand_harmless(page)


def test_no_exported_cell_is_a_formula(staffed: tuple[Desk, FlaskClient]) -> None:
    desk, client = staffed
    numbers = [_case(desk, text) for text in strings()]
    for route in routes(desk, numbers[0]):
        if ":ending" not in route.key:
            continue
        base = route.path.removesuffix("csv")
        text = client.get(base + "csv").get_data().decode("utf-8-sig")
        for row in csv.reader(io.StringIO(text), delimiter=";"):
            odd = [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
            assert not [cell for cell in odd if not NUMBER.fullmatch(cell)]
        book = openpyxl.load_workbook(io.BytesIO(client.get(base + "xlsx").get_data()))
        kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
        assert "f" not in kinds
        for line in client.get(base + "jsonl").get_data(as_text=True).splitlines():
            json.loads(line)


def test_a_hostile_search_is_shown_as_it_is(staffed: tuple[Desk, FlaskClient]) -> None:
    desk, client = staffed
    number = _case(desk, CLEAN)
    lists = [r for r in routes(desk, number) if r.method == "GET" and "<" not in r.key]
    for route in lists:
        if not WHO[route.key]:
            continue
        for text in strings()[:80]:
            fields = dict.fromkeys(("suche", "q", "fall", "von", "bis", "kreis", "ansicht"), text)
            answer = client.get(route.path, query_string=fields)
            assert answer.status_code < 500, (route.key, text)
            _demand_harmless(answer.get_data(as_text=True))


def test_a_hostile_name_at_signing_in_is_not_repeated(desk: Desk) -> None:
    client = desk.nobody()
    for text in strings()[:40]:
        answer = client.post("/anmelden", data={"name": text, "kennwort": text, "token": text})
        assert MARK not in answer.get_data(as_text=True)
        _demand_harmless(answer.get_data(as_text=True))
