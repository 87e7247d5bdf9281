"""Fields in layouts that nobody announced: no known label, boxes, cells, lost labels, grain."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import cv2
import numpy as np
import pytest

from inbox_daemon.core.values import Absent, Read
from inbox_daemon.reading.paper.page import Page, Word
from inbox_daemon.reading.text.sight import first_look
from tests.reading.test_fields import FILLER, Line, amount, drawn, read_page
from tests.reading.test_signature import MM, Sheet, scribble, seen

pytestmark = pytest.mark.full
ENGINE = pytest.mark.skipif(shutil.which("tesseract") is None, reason="no OCR engine")
IN_WORDS = "einhundertvierundzwanzigtausendzweihundertfünfundvierzig Euro 24 Cent"
FRAME = ((80, 800, 345), (80, 800, 415))


@ENGINE
@pytest.mark.parametrize(
    "lines",
    [
        [(80, 300, "Irgendeine Zahl"), (600, 300, "124.245,24"), (80, 400, f"({IN_WORDS})")],
        [
            (80, 300, "Zur Stärkung der Arbeit wird eine Zuwendung in Höhe von"),
            (300, 345, "124.245,24 Euro beantragt."),
        ],
    ],
)
def test_an_amount_without_a_label_beside_it_is_read(lines: list[Line]) -> None:
    reading = amount(drawn([*FILLER, *lines]))
    assert isinstance(reading, Read)
    assert reading.value == Decimal("124245.24")


@ENGINE
def test_words_alone_or_another_number_are_no_amount() -> None:
    lines = [(80, 300, "Planungsrahmen"), (600, 300, "124.245,24"), (80, 400, f"({IN_WORDS})")]
    assert not isinstance(amount(drawn([*FILLER, *lines])), Read)


@ENGINE
def test_an_empty_frame_below_its_label_is_absent() -> None:
    page = drawn([*FILLER, (80, 305, "Beantragte Zuwendung")], FRAME)
    assert isinstance(amount(page), Absent)


@ENGINE
@pytest.mark.parametrize("place", [(120, 380), (600, 380), (600, 320), (120, 450)])
def test_a_faint_stroke_in_or_beside_the_frame_is_not_absent(place: tuple[int, int]) -> None:
    page = drawn([*FILLER, (80, 305, "Beantragte Zuwendung")], FRAME)
    grey = page.grey.copy()
    for x in range(place[0], place[0] + 60):
        y = place[1] + round(10 * np.sin(x / 9))
        grey[y - 1 : y + 2, x] = 195
    assert not isinstance(amount(replace(page, grey=grey)), Absent)


def combed(digits: str, *, apart: int = 14) -> Page:
    """Boxes of 40 x 50 pixels, two of them apart for the cents, a digit in each."""
    lines: list[Line] = [*FILLER, (80, 290, "Beantragte Zuwendung")]
    sides = []
    x = 90
    for number, digit in enumerate(digits):
        x += apart if number == len(digits) - 2 else 0
        sides.append(x)
        lines += [] if digit == " " else [(x + 12, 352, digit)]
        x += 40
    page = drawn(lines)
    for side in sides:
        cv2.rectangle(page.grey, (side, 345), (side + 40, 395), 60, 2)
    return page


@ENGINE
def test_print_in_the_boxes_of_a_comb_is_read() -> None:
    reading = amount(combed("  2241324"))
    assert isinstance(reading, Read)
    assert reading.value == Decimal("22413.24")


@ENGINE
@pytest.mark.parametrize(
    "page", [combed("22 413324"), combed("  2241324", apart=0), combed("22413  24")]
)
def test_boxes_with_gaps_or_without_cents_are_doubt(page: Page) -> None:
    assert not isinstance(amount(page), Read | Absent)


@ENGINE
def test_a_nearly_empty_page_of_grainy_paper_is_read() -> None:
    page = drawn([(80, 300, "Rechtsverbindliche Unterschrift")])
    grain = np.random.default_rng(5).normal(0, 12, page.grey.shape)
    grey = np.clip(page.grey * 0.8 + grain, 0, 255).astype(np.uint8)
    _, words = read_page(replace(page, grey=grey))
    assert {"Rechtsverbindliche", "Unterschrift"} <= {w.text for w in words}


@ENGINE
def test_a_page_with_a_block_alone_is_turned() -> None:
    page = drawn([(80, 300, "Datum und Unterschrift"), (80, 360, "Name in Druckschrift")])
    turned = replace(page, grey=np.ascontiguousarray(np.rot90(page.grey, 2)))
    assert "Druckschrift" in {w.text for w in first_look(turned, ()).words}


def misread(words: Sequence[Word], **changes: str) -> list[Word]:
    """The words as an engine sees them that reads some otherwise, or not at all."""
    return [replace(w, text=changes.get(w.text, w.text)) for w in words if changes.get(w.text, "-")]


def test_a_pen_over_a_label_of_which_the_beginning_is_left_is_read() -> None:
    sheet = Sheet()
    sheet.rule(90, 206, 85)
    sheet.text(90, 208, "Rechtsverbindliche Unterschrift", height=2.8)
    assert seen(sheet.page(), sheet).kind == "absent"
    scribble(sheet.grey, 110, 195)
    sheet.words = misread(sheet.words, Rechtsverbindliche="Rechtsverbin", Unterschrift="")
    assert seen(sheet.page(), sheet).kind == "read"


def framed(*, signed: bool) -> Sheet:
    """Place and date at the left, a frame at the right, its label lost."""
    sheet = Sheet()
    sheet.text(20, 206, "Ort, Datum: Stuttgart, 12.07.2022")
    corners = [(int(x * MM), int(y * MM)) for x, y in ((100, 195), (175, 216))]
    cv2.rectangle(sheet.grey, corners[0], corners[1], 50, 3)
    if signed:
        scribble(sheet.grey, 105, 187)
    return sheet


def test_a_pen_at_a_frame_beside_place_and_date_is_read() -> None:
    sheet = framed(signed=True)
    assert seen(sheet.page(), sheet).kind == "read"


def test_without_a_label_nothing_is_absent() -> None:
    sheet = framed(signed=False)
    assert seen(sheet.page(), sheet).kind == "unreadable"


def test_ink_right_of_place_and_date_needs_a_line_of_its_own() -> None:
    sheet = Sheet()
    sheet.rule(20, 206, 150)
    sheet.text(20, 208, "Ort, Datum", height=2.8)
    scribble(sheet.grey, 70, 190)
    assert seen(sheet.page(), sheet).kind == "unreadable"


@pytest.mark.parametrize(("x", "kind"), [(100, "read"), (47, "unreadable")])
def test_a_pen_well_right_of_a_date_by_hand_signs_a_shared_line(x: float, kind: str) -> None:
    sheet = Sheet()
    sheet.rule(20, 206, 150)
    sheet.text(20, 208, "Ort/Datum, Unterschrift", height=2.8)
    sheet.text(24, 201, "Ulm, 12.07.2022")
    sheet.words = [replace(w, confidence=30.0 if w.y0 < 205 * MM else 95.0) for w in sheet.words]
    scribble(sheet.grey, x, 190)
    assert seen(sheet.page(), sheet).kind == kind
