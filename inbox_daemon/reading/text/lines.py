"""Where lines of print stand on a page, told by their shape alone, and which are running text.

Promises: boxes in pixels of the page; a line is called running only if print goes through all of
it and another such line stands right above it. Touches: nothing. Trusts: the scale of Page.
Limits: a hint where to look first, never a reason to call something absent.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.paper.page import Grey, Page
from inbox_daemon.reading.text.rows import Rect

_DPI: Final = 120.0
_MM: Final = _DPI / 25.4
# Millimetres: blanks between words, ruled lines, print that is neither dust nor a drawing.
_BLANK: Final = 2.6
_DARKER: Final = 16
_RULE: Final = (12.0, 7.0)
_HIGH: Final = (1.0, 8.0)
_WIDE: Final = 2.5
# Running text: width in mm, share of columns with ink in each eighth, indent in mm, pitch in
# heights of the line.
_LONG: Final = 70.0
_FILLED: Final = 0.42
_INDENT: Final = 8.0
_PITCH: Final = 3.0
_ALIKE: Final = 1.35
# A line so much higher than other long ones is a title.
_LARGE: Final = 1.25
_PARTS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One stretch of print without a wide gap; `running` if it belongs to a paragraph."""

    rect: Rect
    running: bool


def lines_on(page: Page, picture: Grey) -> tuple[Line, ...]:
    """All lines of print, from top to bottom; `picture` is the page's print at any resolution."""
    scale = _DPI / page.dpi
    size = (round(page.grey.shape[1] * scale), round(page.grey.shape[0] * scale))
    ink = _ink(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8))
    boxes = _boxes(ink)
    long = [box for box in boxes if _is_text_throughout(ink, box)]
    usual = float(np.median([y1 - y0 for _, y0, _, y1 in long])) if long else 0.0
    long = [box for box in long if box[3] - box[1] <= _LARGE * usual]
    # The first line of a paragraph is left out: it may be a heading, or ask for the money.
    running = {box for box in long if any(_follows(box, above) for above in long)}
    return tuple(
        Line(rect=_on_page(box, scale), running=box in running)
        for box in sorted(boxes, key=lambda b: (b[1], b[0]))
    )


Boxed = tuple[int, int, int, int]


def _ink(small: Grey) -> NDArray[np.uint8]:
    """1 where print may stand: darker than round about, and no ruled line."""
    block = round(6 * _MM) | 1
    ink = cv2.adaptiveThreshold(
        small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, _DARKER
    )
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, round(_RULE[0] * _MM)), np.uint8))
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((round(_RULE[1] * _MM), 1), np.uint8))
    rules = cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8))
    return np.where(rules > 0, np.uint8(0), np.asarray(ink, np.uint8))


def _boxes(ink: NDArray[np.uint8]) -> list[Boxed]:
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, round(_BLANK * _MM)), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    return [
        (x, y, x + w, y + h)
        for x, y, w, h, _ in np.asarray(stats)[1:].tolist()
        if _HIGH[0] * _MM <= h <= _HIGH[1] * _MM and w >= _WIDE * _MM
    ]


def _is_text_throughout(ink: NDArray[np.uint8], box: Boxed) -> bool:
    """Long, and letters in each eighth of it: no dotted leader, no label far from its value."""
    x0, y0, x1, y1 = box
    if x1 - x0 < _LONG * _MM:
        return False
    quarter = (y1 - y0) // 4
    middle = ink[y0 + quarter : y1 - quarter, x0:x1].any(axis=0)
    return all(part.mean() >= _FILLED for part in np.array_split(middle, _PARTS))


def _follows(box: Boxed, above: Boxed) -> bool:
    """Next line of one paragraph: same letters' size, same left edge, right below."""
    high, higher = sorted((box[3] - box[1], above[3] - above[1]))
    down = box[1] - above[1]
    alike = higher <= _ALIKE * high and abs(box[0] - above[0]) <= _INDENT * _MM
    return alike and 0 < down < _PITCH * high


def _on_page(box: Boxed, scale: float) -> Rect:
    x0, y0, x1, y1 = (round(v / scale) for v in box)
    return Rect(x0=x0, y0=y0, x1=x1, y1=y1)
