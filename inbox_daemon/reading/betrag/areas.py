"""The ink in one small area of a page: is there any, is it print, does it go on outside?

Promises: ruled lines and frames do not count as ink; doubt is never called empty.
Touches: nothing. Trusts: the scale of Page. Limits: tells print by even digits on one base
line, so a neat script font may pass for print and a very poor copy of print for writing.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.paper.page import Grey, Page
from inbox_daemon.reading.text.leaders import without_leaders
from inbox_daemon.reading.text.rows import Rect

# Shares of the paper's brightness below which a pixel is ink; faint also sees a pencil.
INK: Final = 0.70
FAINT: Final = 0.85
RULE_INCHES: Final = 0.75
# Dots and dashes this far apart are one line; print, joined like that, is thicker than lines are.
BRIDGE_INCHES: Final = 0.06
THICK_INCHES: Final = 0.045
# From this resolution on a stroke is wider than the grain of the paper.
GRAIN_DPI: Final = 250.0
SPECK_INCHES: Final = 0.035
MAX_BASE_SPREAD: Final = 0.045
MAX_HEIGHT_SPREAD: Final = 0.08
FULL_HEIGHT: Final = 0.75

Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """Connected pieces of ink in pixels of the page; `even` if they look like one line of print."""

    rects: tuple[Rect, ...]
    even: bool


def cut(page: Page, rect: Rect) -> Grey:
    """The grey pixels of the area, as far as it lies on the page."""
    inside = _inside(page, rect)
    return np.ascontiguousarray(page.grey[inside.y0 : inside.y1, inside.x0 : inside.x1])


def without_rules(grey: Grey, height: int) -> Grey:
    """The cut-out with ruled lines and frames painted white; `height` is that of a digit."""
    ink = _ink(grey, INK)
    lines = _lines(ink, across=4 * height, down=round(1.7 * height))
    cleaned = grey.copy()
    cleaned[lines > 0] = _paper(grey)
    return cleaned


def glyphs_in(page: Page, rect: Rect, height: int) -> Glyphs:
    """The pieces at least half as high as `height` that touch the area, rules removed."""
    inside = _inside(page, rect)
    grey = cut(page, inside)
    if grey.size == 0:
        return Glyphs(rects=(), even=False)
    ink = _ink(without_rules(grey, height), INK)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    rects = [
        Rect(x0=inside.x0 + x, y0=inside.y0 + y, x1=inside.x0 + x + w, y1=inside.y0 + y + h)
        for x, y, w, h, _area in np.asarray(stats)[1:].tolist()
        if 0.5 * height <= h <= 4 * height and not _is_rule(w, h, height)
    ]
    return Glyphs(rects=tuple(rects), even=is_even(rects))


def _is_rule(width: int, tall: int, height: int) -> bool:
    """What is left of an upright frame line that was not quite straight."""
    return tall > 1.3 * height and width < 0.2 * height


def rule_right_of(page: Page, label: Rect, right: int) -> Rect | None:
    """The area above the ruled line, or inside the frame, in the label's row, up to `right`.

    None when there is no line of at least 19 mm: then nobody knows where the value would stand.
    """
    high = label.height
    band = Rect(x0=label.x1, y0=label.y0 - 2 * high, x1=right, y1=label.y1 + round(1.5 * high))
    inside = _inside(page, band)
    grey = cut(page, inside)
    if grey.size == 0:
        return None
    lines = cv2.morphologyEx(
        _ink(grey, FAINT), cv2.MORPH_OPEN, np.ones((1, round(page.dpi * RULE_INCHES)), np.uint8)
    )
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(lines), connectivity=8)
    middle = (label.y0 + label.y1) / 2
    boxes = [
        (inside.x0 + x, inside.y0 + y, w, h) for x, y, w, h, _ in np.asarray(stats)[1:].tolist()
    ]
    below = [b for b in boxes if b[1] + b[3] > middle]
    if not below:
        return None
    x, y, w, _h = min(below, key=lambda b: b[1])
    tops = [b[1] + b[3] for b in boxes if b[1] + b[3] <= middle]
    top = max([*tops, label.y0 - round(0.7 * high)])
    return Rect(x0=x, y0=top, x1=x + w, y1=max(y, top + 1))


def level_lines(page: Page, rect: Rect) -> tuple[Rect, ...]:
    """Ruled, dotted and dashed lines of at least 19 mm in the area, from top to bottom."""
    inside = _inside(page, rect)
    grey = cut(page, inside)
    if grey.size == 0:
        return ()
    bridge = np.ones((1, max(3, round(page.dpi * BRIDGE_INCHES))), np.uint8)
    joined = cv2.morphologyEx(_ink(grey, FAINT), cv2.MORPH_CLOSE, bridge)
    runs = cv2.morphologyEx(
        joined, cv2.MORPH_OPEN, np.ones((1, round(page.dpi * RULE_INCHES)), np.uint8)
    )
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(runs), connectivity=8)
    found = [
        Rect(x0=inside.x0 + x, y0=inside.y0 + y, x1=inside.x0 + x + w, y1=inside.y0 + y + h)
        for x, y, w, h, _ in np.asarray(stats)[1:].tolist()
        if h <= page.dpi * THICK_INCHES
    ]
    return tuple(sorted(found, key=lambda r: r.y0))


def is_empty(page: Page, rect: Rect) -> bool:
    """True only if nothing but specks below one millimetre is there, not even faint strokes."""
    grey = cut(page, rect)
    if grey.size == 0 or _paper(grey) < 90:  # noqa: PLR2004 (too dark to see a pencil on)
        return False
    if page.dpi >= GRAIN_DPI:  # a stroke is wider than the grain of paper
        grey = np.asarray(cv2.medianBlur(grey, 3), np.uint8)
    ink = _ink(without_leaders(grey, page.dpi), FAINT)
    ink[_lines(ink, across=round(page.dpi * 0.3), down=round(page.dpi * 0.12)) > 0] = 0
    # A pen that skips leaves specks in a row: they are joined before they are measured.
    joined = cv2.morphologyEx(
        ink, cv2.MORPH_CLOSE, np.ones((max(2, round(page.dpi * 0.012)),) * 2, np.uint8)
    )
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined), connectivity=8)
    speck = page.dpi * SPECK_INCHES
    sizes = [(w, h) for _, _, w, h, _ in np.asarray(stats)[1:].tolist()]
    return all(max(w, h) <= speck for w, h in sizes) and len(sizes) <= 12  # noqa: PLR2004


def _inside(page: Page, rect: Rect) -> Rect:
    height, width = page.grey.shape
    x0, y0 = min(max(rect.x0, 0), width), min(max(rect.y0, 0), height)
    return Rect(x0=x0, y0=y0, x1=min(max(rect.x1, x0), width), y1=min(max(rect.y1, y0), height))


def _paper(grey: Grey) -> int:
    return int(np.percentile(grey, 75))


def _ink(grey: Grey, share: float) -> Mask:
    return (grey < share * _paper(grey)).astype(np.uint8)


def _lines(ink: Mask, *, across: int, down: int) -> Mask:
    """Long straight runs of ink, a little widened to take their ragged edges along."""
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, max(across, 3)), np.uint8))
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((max(down, 3), 1), np.uint8))
    return np.asarray(cv2.dilate(np.maximum(level, upright), np.ones((3, 3), np.uint8)))


def is_even(rects: list[Rect]) -> bool:
    """Digits of one height on one base line, as type stands and a hand does not."""
    highest = max((r.height for r in rects), default=0)
    full = [r for r in rects if r.height >= FULL_HEIGHT * highest]
    if len(full) < 3:  # noqa: PLR2004 (fewer show no line)
        return False
    heights = np.array([r.height for r in full], dtype=float)
    bases = np.array([r.y1 for r in full], dtype=float)
    mean = float(heights.mean())
    # One pixel of rounding is no unevenness at low resolutions.
    slack = 0.5 / mean
    level = float(bases.std()) / mean <= MAX_BASE_SPREAD + slack
    return level and float(heights.std()) / mean <= MAX_HEIGHT_SPREAD + slack
