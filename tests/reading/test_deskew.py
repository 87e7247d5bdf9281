"""Pages laid straight: angles found to a tenth of a degree, perspective taken out, boxes kept."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from inbox_daemon.core.values import DocumentKind
from inbox_daemon.reading.paper import deskew, keystone
from inbox_daemon.reading.paper.page import Grey, Page
from inbox_daemon.reading.paper.slant import slant_of

pytestmark = pytest.mark.full

WORDS = [
    "Antrag",
    "auf",
    "Gewaehrung",
    "einer",
    "Zuwendung",
    "fuer",
    "die",
    "Integration",
    "der",
    "Vertriebenen",
]


def printed(dpi: int = 200, *, lines: int = 38) -> Grey:
    """A sheet of A4 with lines of print and a ruled line."""
    high, wide = round(297 / 25.4 * dpi), round(210 / 25.4 * dpi)
    sheet = Image.new("L", (wide, high), 250)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(dpi * 11 / 72)
    choose = np.random.default_rng(5)
    for row in range(lines):
        text = " ".join(choose.permutation(WORDS)[: choose.integers(4, 8)])
        draw.text((0.12 * wide, (0.1 + 0.8 * row / lines) * high), text, 20, font)
    draw.line((wide // 8, high // 2, wide // 2, high // 2), 40, 2)
    return np.array(sheet, np.uint8)


def page(grey: Grey, dpi: float = 200.0, rgb: NDArray[np.uint8] | None = None) -> Page:
    return Page(number=1, grey=grey, rgb=rgb, dpi=dpi, kind=DocumentKind.SCAN)


def leaning(grey: Grey, angle: float) -> Grey:
    """The sheet turned clockwise by the angle, as it might lie under the scanner."""
    high, wide = grey.shape
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), -angle, 1.0)
    turned = cv2.warpAffine(grey, matrix, (wide, high), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


@pytest.mark.parametrize("dpi", [100, 150, 200, 300])
@pytest.mark.parametrize("angle", [-4.6, -1.3, -0.4, 0.0, 0.7, 2.1, 4.4])
def test_the_angle_is_found_to_a_tenth_of_a_degree(dpi: int, angle: float) -> None:
    assert slant_of(leaning(printed(dpi), angle), dpi) == pytest.approx(angle, abs=0.1)


@pytest.mark.parametrize("lines", [3, 8])
def test_few_lines_are_enough(lines: int) -> None:
    assert slant_of(leaning(printed(lines=lines), 1.7), 200) == pytest.approx(1.7, abs=0.15)


def test_a_page_without_print_stays_as_it_is() -> None:
    choose = np.random.default_rng(1)
    blank = choose.normal(240, 6, (2338, 1654)).clip(0, 255).astype(np.uint8)
    for grey in (blank, np.full((2338, 1654), 255, np.uint8), np.zeros((60, 40), np.uint8)):
        assert deskew.straightened(page(grey)).grey is grey


def test_a_page_that_lies_straight_is_not_touched() -> None:
    grey = printed()
    assert deskew.straightened(page(grey)).grey is grey


@pytest.mark.parametrize("dpi", [150, 200])
@pytest.mark.parametrize("angle", [-3.3, 0.8])
def test_a_straightened_page_is_the_sheet_and_knows_where_it_was(dpi: int, angle: float) -> None:
    grey = printed(dpi)
    lying = page(leaning(grey, angle), float(dpi), np.dstack([leaning(grey, angle)] * 3))
    straight = deskew.straightened(lying)
    assert slant_of(straight.grey, dpi) == pytest.approx(0.0, abs=0.1)
    assert straight.rgb is not None
    assert np.array_equal(straight.rgb[:, :, 0], straight.grey)
    off = cv2.absdiff(cv2.blur(straight.grey, (9, 9)), cv2.blur(grey, (9, 9)))
    middle = off[dpi : -dpi or None, dpi:-dpi]
    assert float(middle.mean()) < 4
    mark = _mark(straight)
    there = lying.pixels(straight.box(*mark))
    y, x = (int(v) for v in ((there[1] + there[3]) / 2, (there[0] + there[2]) / 2))
    assert int(lying.grey[y - 8 : y + 9, x - 8 : x + 9].min()) < 100


def _mark(straight: Page) -> tuple[float, float, float, float]:
    """A small box round a dark pixel far from the middle."""
    ys, xs = np.nonzero(straight.grey[: straight.grey.shape[0] // 3] < 60)
    y, x = float(ys[0]), float(xs[0])
    return x - 2, y - 2, x + 2, y + 2


@pytest.mark.parametrize("quarters", [-1, 0, 1, 2, 3, 5])
def test_quarter_turns_keep_every_pixel_and_its_place(quarters: int) -> None:
    grey = printed(100)
    laid = deskew.turned(page(grey, 100.0, np.dstack([grey] * 3)), quarters)
    assert np.array_equal(laid.grey, np.rot90(grey, quarters))
    assert laid.rgb is not None
    assert np.array_equal(laid.rgb, np.rot90(np.dstack([grey] * 3), quarters))
    ys, xs = np.nonzero(laid.grey < 60)
    y, x = int(ys[7]), int(xs[7])
    box = page(grey, 100.0).pixels(laid.box(x, y, x + 1, y + 1))
    assert grey[round(box[1]), round(box[0])] == laid.grey[y, x]


@pytest.mark.parametrize("scale", [0.25, 0.4, 0.5, 0.8333, 0.98, 1.0, 1.016, 1.25, 2.0])
def test_a_scaled_picture_keeps_places_and_mean(scale: float) -> None:
    grey = printed(200)
    grey[1500:1512, 100:-100] = 0
    small = deskew.scaled(grey, scale)
    assert small.shape == pytest.approx(tuple(scale * v for v in grey.shape), rel=0.005)
    assert float(small.mean()) == pytest.approx(float(grey.mean()), abs=2)
    assert int(np.argmin(small.mean(axis=1))) == pytest.approx(1506 * scale, abs=6.5 * scale)


def test_uneven_light_is_made_even_and_even_light_left_alone() -> None:
    grey = printed()
    assert deskew.even_light(grey) is grey
    shade = np.linspace(0.45, 1.0, grey.shape[1])[None, :]
    even = deskew.even_light((grey * shade).astype(np.uint8))
    paper = np.percentile(even.reshape(even.shape[0], -1, 2).max(axis=2)[:, ::40], 90, axis=0)
    assert float(paper.min()) > 235
    assert float((even < 128).mean()) == pytest.approx(float((grey < 128).mean()), rel=0.25)


def photo(grey: Grey, corners: NDArray[np.float64], table: int = 60) -> Grey:
    """The sheet on a table, seen by a camera: its corners at shares of a larger picture."""
    high, wide = grey.shape
    size = (round(1.25 * wide), round(1.2 * high))
    flat = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    seen = (corners * size).astype(np.float32)
    warp = cv2.getPerspectiveTransform(flat, seen)
    laid = cv2.warpPerspective(grey, warp, size, borderValue=(float(table),))
    return np.asarray(laid, np.uint8)


SHEETS = {
    "from below": [(0.16, 0.08), (0.86, 0.1), (0.92, 0.93), (0.09, 0.92)],
    "turned": [(0.2, 0.06), (0.92, 0.13), (0.83, 0.94), (0.08, 0.88)],
    "from the left": [(0.07, 0.05), (0.9, 0.1), (0.91, 0.87), (0.08, 0.95)],
}


@pytest.mark.parametrize("corners", SHEETS.values(), ids=SHEETS.keys())
def test_a_photo_of_a_sheet_on_a_table_becomes_the_sheet(
    corners: list[tuple[float, float]],
) -> None:
    grey = printed()
    shot = photo(grey, np.array(corners))
    flat = deskew.straightened(page(shot))
    inches = (flat.grey.shape[1] / flat.dpi, flat.grey.shape[0] / flat.dpi)
    assert inches == pytest.approx((210 / 25.4, 297 / 25.4), abs=0.05)
    same = cv2.resize(flat.grey, grey.shape[::-1], interpolation=cv2.INTER_AREA)
    off = cv2.absdiff(cv2.blur(same, (15, 15)), cv2.blur(grey, (15, 15)))
    assert float(off[100:-100, 100:-100].mean()) < 6
    box = flat.box(0, 0, 4, 4)
    assert box.x0 / 72 * 200 == pytest.approx(corners[0][0] * shot.shape[1], abs=12)
    assert box.y0 / 72 * 200 == pytest.approx(corners[0][1] * shot.shape[0], abs=12)


@pytest.mark.parametrize(
    ("corners", "table"),
    [
        ([(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)], 60),
        ([(0.16, 0.08), (0.86, 0.1), (0.92, 0.93), (0.09, 0.92)], 235),
        ([(-0.1, 0.08), (0.86, 0.1), (0.92, 1.1), (-0.2, 1.1)], 60),
    ],
    ids=["level rectangle", "white table", "corners outside"],
)
def test_what_shows_no_clear_perspective_is_left_alone(
    corners: list[tuple[float, float]], table: int
) -> None:
    shot = photo(printed(), np.array(corners), table)
    flat = deskew.straightened(page(shot))
    assert flat.grey.shape == shot.shape
    assert flat.dpi == 200


@pytest.mark.parametrize("shape", [(60_000, 100), (100, 60_000), (2_000, 3), (1, 1)])
def test_a_ribbon_is_no_photo_of_a_sheet(shape: tuple[int, int]) -> None:
    ribbon = page(np.full(shape, 200, np.uint8))
    assert keystone.flattened(ribbon) is ribbon


@pytest.mark.parametrize("lean", [-0.035, 0.03])
def test_lines_that_converge_are_made_parallel(lean: float) -> None:
    """A camera beside the sheet, with no edge of it in the picture."""
    grey = printed()
    high, wide = grey.shape
    flat = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    seen = flat.copy()
    seen[[0, 3] if lean > 0 else [1, 2], 1] += np.array([-1, 1], np.float32) * abs(lean) * high
    warp = cv2.getPerspectiveTransform(flat, seen)
    shot = cv2.warpPerspective(grey, warp, (wide, high), borderMode=cv2.BORDER_REPLICATE)
    level = deskew.straightened(page(np.asarray(shot, np.uint8)))
    third = high // 3
    for top in (0, third, 2 * third):
        assert abs(slant_of(level.grey[top : top + third], 200)) <= 0.15
