"""The networks that read digits, and the ink they are given."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inbox_daemon.core.values import DocumentKind
from inbox_daemon.reading.betrag.comb import comb_in
from inbox_daemon.reading.betrag.digits import OTHER, framed, row_of, sign_shares
from inbox_daemon.reading.betrag.evenness import by_pen
from inbox_daemon.reading.betrag.handwriting import written_in
from inbox_daemon.reading.betrag.row_parts import pieces_in
from inbox_daemon.reading.betrag.strip import Ink, strip_of
from inbox_daemon.reading.network import FOLDER
from inbox_daemon.reading.paper.page import Page
from inbox_daemon.reading.text.rows import Rect

DPI = 200


def drawn(text: str, *, thick: int = 4, step: int = 40) -> NDArray[np.uint8]:
    grey = np.full((140, 80 + step * len(text)), 245, np.uint8)
    for number, sign in enumerate(text):
        place = (30 + number * step, 95)
        cv2.putText(grey, sign, place, cv2.FONT_HERSHEY_SIMPLEX, 1.6, 40.0, thick, cv2.LINE_AA)
    return grey


def ink_of(grey: NDArray[np.uint8]) -> Ink:
    page = Page(number=1, grey=grey, rgb=None, dpi=DPI, kind=DocumentKind.SCAN)
    return strip_of(page, Rect(x0=0, y0=0, x1=grey.shape[1], y1=grey.shape[0]), []).ink


@pytest.mark.parametrize("name", ["digits", "row"])
def test_the_models_are_small(name: str) -> None:
    assert (FOLDER / f"{name}.npz").stat().st_size <= 2_000_000


def test_shares_are_shares_and_no_ink_is_no_digit() -> None:
    shares = sign_shares([ink_of(drawn("5")), np.zeros((30, 20), np.float32)])
    assert shares.shape == (2, OTHER + 1)
    assert shares.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    assert int(shares[0].argmax()) == 5
    assert sign_shares([]).shape == (0, OTHER + 1)


def test_a_sign_is_framed_in_the_middle() -> None:
    picture = framed(ink_of(drawn("1")))
    rows, columns = np.where(picture > 0.3)
    assert rows.max() - rows.min() + 1 == 20
    assert abs((columns.max() + columns.min()) / 2 - 13.5) <= 1


def test_the_row_has_the_height_of_the_window() -> None:
    assert row_of(np.ones((60, 90), np.float32), tall=44.0, middle=30.0).shape[0] == 36


@pytest.mark.parametrize("text", ["30527", "94681"])
def test_both_networks_read_plain_digits(text: str) -> None:
    written = written_in(ink_of(drawn(text)))
    assert written is not None
    assert written.digits == text
    assert written.along == text


def test_a_ruled_line_goes_and_strokes_across_it_stay() -> None:
    grey = drawn("77777")
    before = ink_of(grey)
    cv2.line(grey, (0, 80), (grey.shape[1], 80), 80.0, 2)
    after = ink_of(grey)
    assert float((after[60:95] > 0.4).sum()) == pytest.approx(
        float((before[60:95] > 0.4).sum()), rel=0.2
    )
    pieces = pieces_in(after)
    assert pieces is not None
    assert len(pieces.bodies) == 5


def test_a_dotted_line_goes() -> None:
    grey = drawn("30527")
    for x in range(4, grey.shape[1], 10):
        cv2.circle(grey, (x, 104), 1, 60.0, -1)
    pieces = pieces_in(ink_of(grey))
    assert pieces is not None
    assert pieces.marks == ()


def boxes(count: int) -> NDArray[np.uint8]:
    grey = np.full((140, 60 + 50 * count), 245, np.uint8)
    cv2.rectangle(grey, (20, 35), (20 + 50 * count, 110), 70.0, 2)
    for number in range(1, count):
        cv2.line(grey, (20 + 50 * number, 35), (20 + 50 * number, 110), 70.0, 2)
    return grey


def test_the_boxes_of_a_comb_go_and_its_digits_stay() -> None:
    grey = boxes(7)
    for number, sign in enumerate("3052796"):
        place = (29 + 50 * number, 95)
        cv2.putText(grey, sign, place, cv2.FONT_HERSHEY_SIMPLEX, 1.5, 40.0, 4, cv2.LINE_AA)
    written = written_in(ink_of(grey))
    assert written is not None
    assert written.digits == "3052796"


def test_a_slanting_wall_leaves_no_ones_and_a_speck_no_comma() -> None:
    grey = np.full((140, 410), 245, np.uint8)
    cv2.rectangle(grey, (20, 35), (370, 110), 70.0, 2)
    for number in range(1, 7):
        cv2.line(grey, (20 + 50 * number, 35), (23 + 50 * number, 110), 70.0, 2)
    for number, sign in enumerate("52796"):
        place = (131 + 50 * number, 95)
        cv2.putText(grey, sign, place, cv2.FONT_HERSHEY_SIMPLEX, 1.4, 40.0, 4, cv2.LINE_AA)
    page = Page(number=1, grey=grey, rgb=None, dpi=DPI, kind=DocumentKind.SCAN)
    strip = strip_of(page, Rect(x0=0, y0=0, x1=410, y1=140), [])
    written = written_in(strip.ink, strip.walls)
    assert strip.walls
    assert written is not None
    assert written.text == "52796"


def test_strokes_through_a_thick_line_stay() -> None:
    grey = drawn("77777")
    before = ink_of(grey)
    cv2.line(grey, (0, 80), (grey.shape[1], 80), 80.0, 4)
    pieces = pieces_in(ink_of(grey))
    assert pieces is not None
    assert len(pieces.bodies) == 5
    assert [b.high for b in pieces.bodies] == [
        pytest.approx(float((before[:, 40:60] > 0.4).any(axis=1).sum()), abs=4)
    ] * 5


def test_digits_cut_by_a_side_of_the_strip_are_told() -> None:
    grey = drawn("30527")
    whole = written_in(ink_of(grey))
    part = written_in(ink_of(np.ascontiguousarray(grey[:, 45:])))
    assert whole is not None
    assert part is not None
    assert whole.over == (False, False)
    assert part.over == (True, False)
    assert part.left


def test_type_is_even_and_a_pen_is_not() -> None:
    even = [ink_of(drawn(sign)) for sign in "305273"]
    wavy = [np.roll(ink, 2 * ((n * 7) % 5 - 2), axis=0) for n, ink in enumerate(even)]
    assert not by_pen(even, tall=36.0)
    assert by_pen(wavy, tall=36.0)
    assert not by_pen(wavy[:3], tall=36.0)


def test_ones_in_a_row_are_no_comb() -> None:
    grey = np.full((140, 500), 245, np.uint8)
    for number in range(8):
        cv2.line(grey, (40 + 50 * number, 45), (40 + 50 * number, 99), 40.0, 4)
    cv2.line(grey, (0, 104), (500, 104), 70.0, 2)
    dark = (grey < 150).astype(np.uint8)
    level = np.zeros_like(dark)
    level[103:106] = 1
    assert comb_in(dark, level, DPI).columns == ()
    pieces = pieces_in(ink_of(grey))
    assert pieces is not None
    assert len(pieces.bodies) == 8


def test_noise_and_nothing_are_no_row() -> None:
    assert written_in(np.zeros((80, 300), np.float32)) is None
    assert pieces_in(np.zeros((80, 300), np.float32)) is None
