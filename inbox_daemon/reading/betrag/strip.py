"""The ink of one stretch of a page as a pen left it, without paper, ruled lines and print.

Promises: a stroke that crosses a line keeps its pixels; an upright line inside the stretch goes
only where it is one of a comb. Touches: nothing. Trusts: that the page is level.
Limits: lines shorter than 7 mm stay; shaded fields keep their dots.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.betrag.comb import Comb, comb_in, comb_lines, comma_of
from inbox_daemon.reading.paper.page import Grey, Page
from inbox_daemon.reading.text.rows import Rect

Ink = NDArray[np.float32]
Mask = NDArray[np.uint8]

INKY: Final = 0.4
# Printed lines are often paler than the pen.
FAINT: Final = 0.15
# A quarter of fewer pixels than these is none.
LEAST_SIDE: Final = 3
RULE_INCHES: Final = 0.3
UPRIGHT_INCHES: Final = 0.15
MAX_RULE_INCHES: Final = 0.03
BOTH: Final = 2
DOT_INCHES: Final = 0.025
DASH_INCHES: Final = 0.12
DOTS: Final = 8
SPECK_INCHES: Final = 0.025


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """`ink` is 0 to 1, `rect` where it lies on the page.

    `walls` are the columns of a comb's lines, `comma` that of them which has the comma on it.
    """

    ink: Ink
    rect: Rect
    walls: tuple[int, ...] = ()
    comma: int | None = None


def strip_of(page: Page, rect: Rect, print_there: Sequence[Rect]) -> Strip:
    """The pen's ink in the area, as far as it lies on the page."""
    high, wide = page.grey.shape
    x0, y0 = min(max(rect.x0, 0), wide - 1), min(max(rect.y0, 0), high - 1)
    inside = Rect(
        x0=x0, y0=y0, x1=min(max(rect.x1, x0 + 1), wide), y1=min(max(rect.y1, y0 + 1), high)
    )
    ink = depth_of(page.grey[inside.y0 : inside.y1, inside.x0 : inside.x1])
    dark = (ink > INKY).astype(np.uint8)
    faint = (ink > FAINT).astype(np.uint8)
    level = _level_lines(faint, page.dpi)
    comb = comb_in(faint, level, page.dpi)
    upright = _upright_lines(faint, level, page.dpi)
    upright |= comb_lines(faint, comb)
    for lines, along in ((level, 1), (upright, 0)):
        ink[_without_crossings(lines, dark, along=along) > 0] = 0
    _wipe_specks(ink, comb, page.dpi)
    _wipe_dots(ink, page.dpi)
    for print_rect in print_there:
        _wipe(ink, print_rect, inside)
    return Strip(
        ink=_to_full(ink), rect=inside, walls=comb.columns, comma=comma_of(dark, comb, page.dpi)
    )


def depth_of(grey: Grey) -> Ink:
    """How much darker than the paper round about, 1 at the darkest strokes; noise is 0."""
    around = _paper(grey)
    depth = 1.0 - grey.astype(np.float32) / np.maximum(around, 1.0)
    dark = max(float(np.percentile(depth, 99.5)), 0.25)
    return np.asarray(np.clip((depth / dark - 0.2) / 0.6, 0, 1), dtype=np.float32)


def _paper(grey: Grey) -> Ink:
    # A sliver at the rim of the page would be reduced to nothing.
    sliver = min(grey.shape) < LEAST_SIDE
    small = (
        grey if sliver else cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    )
    side = max(3, min(small.shape) // 2 * 2 - 1)
    light = cv2.medianBlur(np.asarray(cv2.dilate(small, np.ones((5, 5), np.uint8))), min(side, 21))
    return np.asarray(
        cv2.resize(light, grey.shape[1::-1], interpolation=cv2.INTER_LINEAR), dtype=np.float32
    )


def _to_full(ink: Ink) -> Ink:
    """A light pen beside dark print is brought to full depth."""
    strokes = ink[ink > INKY / 2]
    full = float(np.percentile(strokes, 65)) if len(strokes) else 1.0
    return np.asarray(np.clip(ink / max(full, 0.4), 0, 1), dtype=np.float32)


def _level_lines(dark: Mask, dpi: float) -> Mask:
    """Long level runs that are thin: a broad band is a shade, not a rule."""
    bridged = cv2.morphologyEx(
        dark, cv2.MORPH_CLOSE, np.ones((1, max(3, round(dpi * 0.02))), np.uint8)
    )
    runs = cv2.morphologyEx(
        bridged, cv2.MORPH_OPEN, np.ones((1, max(round(dpi * RULE_INCHES), 9)), np.uint8)
    )
    thick = cv2.morphologyEx(
        runs, cv2.MORPH_OPEN, np.ones((max(round(dpi * MAX_RULE_INCHES), 4), 1), np.uint8)
    )
    lines = np.asarray(cv2.subtract(runs, thick))
    return np.asarray(cv2.dilate(lines, np.ones((3, 5), np.uint8)))


def _upright_lines(dark: Mask, level: Mask, dpi: float) -> Mask:
    """The outer edges of frames and cells."""
    tall = max(round(dpi * UPRIGHT_INCHES), 7)
    runs = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((tall, 1), np.uint8))
    _, parts, stats, _ = cv2.connectedComponentsWithStats(np.asarray(runs), connectivity=8)
    thin = max(round(dpi * MAX_RULE_INCHES), 4)
    edges = []
    for number, (x, y, w, h, _) in enumerate(np.asarray(stats)[1:].tolist(), 1):
        out = int(y == 0) + int(y + h >= dark.shape[0])
        ends = _touches(level, x, y, w) + _touches(level, x, y + h, w) + out
        if w <= thin and ends and (ends >= BOTH or _at_end(level, x)):
            edges.append((x, number))
    # Inside the stretch an upright stroke from line to line may be a 1: only the outermost go.
    outer = sorted(edges)[:1] + sorted(edges)[-1:]
    mask = np.isin(parts, [n for _, n in outer]).astype(np.uint8)
    return np.asarray(cv2.dilate(mask, np.ones((5, 3), np.uint8)))


def _touches(level: Mask, x: int, y: int, wide: int) -> int:
    near = level[max(y - 3, 0) : y + 4, max(x - 2, 0) : x + wide + 2]
    return int(near.any())


def _at_end(level: Mask, x: float) -> bool:
    """A ruled line ends here: this is the side of a frame."""
    columns = np.flatnonzero(level.any(axis=0))
    return len(columns) > 0 and min(abs(columns[0] - x), abs(columns[-1] - x)) <= 4  # noqa: PLR2004


def _without_crossings(lines: Mask, dark: Mask, *, along: int) -> Mask:
    """The lines less the places where a stroke goes on at both sides of them."""
    if not lines.any():
        return lines
    flat, ink = (lines, dark) if along else (lines.T, dark.T)
    rest = (ink & (1 - flat)).astype(np.uint8)
    wide = np.asarray(cv2.dilate(rest, np.ones((1, 3), np.uint8)), dtype=np.uint8)
    reach = _half_thick(flat) + 2
    above, below = np.zeros_like(wide), np.zeros_like(wide)
    for step in range(1, reach + 1):
        above[step:] |= wide[:-step]
        below[:-step] |= wide[step:]
    # Both sides are within reach of the line's middle; what is kept goes from edge to edge.
    through = np.ones((2 * reach - 3, 1), np.uint8)
    column = np.asarray(cv2.dilate((above & below & flat).astype(np.uint8), through))
    kept = np.asarray(flat & (1 - column.astype(np.uint8)), dtype=np.uint8)
    return np.ascontiguousarray(kept if along else kept.T)


def _half_thick(lines: Mask) -> int:
    """Half of how thick, from top to foot, the thicker ones among these lines are; at least 2."""
    ends = np.diff(np.pad(lines.astype(np.int8), ((1, 1), (0, 0))), axis=0)
    tops, feet = (np.argwhere(step == ends.T)[:, 1] for step in (1, -1))
    usual = float(np.percentile(feet - tops, 75)) if len(tops) else 0.0
    return max(2, round(usual / 2))


def _wipe_specks(ink: Ink, comb: Comb, dpi: float) -> None:
    """What stays of a comb's lines and corners after they were taken off."""
    _, parts, stats, centres = cv2.connectedComponentsWithStats((ink > INKY).astype(np.uint8))
    most, near = SPECK_INCHES * dpi, 2 * comb.thick + 3
    gone = [
        n
        for n, (_, _, w, h, _) in enumerate(np.asarray(stats).tolist())
        if n and max(w, h) <= most and comb.is_on_a_line(centres[n][0], centres[n][1], near)
    ]
    if gone:
        ink[cv2.dilate(np.isin(parts, gone).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 0


def _wipe_dots(ink: Ink, dpi: float) -> None:
    """Dotted and dashed lines: many small pieces of one size, in one row, at equal distances."""
    _, parts, stats, centres = cv2.connectedComponentsWithStats((ink > INKY).astype(np.uint8))
    flat, short = round(DOT_INCHES * dpi) + 1, DASH_INCHES * dpi
    small = [
        n
        for n, (_, _, w, h, _) in enumerate(np.asarray(stats).tolist())
        if n and h <= flat and w <= short
    ]
    while len(small) >= DOTS:
        rows = np.asarray(centres, dtype=np.float64)[small, 1]
        level = max(
            rows.tolist(), key=lambda y: int(np.sum(np.abs(np.subtract(rows, y)) <= flat / 2))
        )
        row = [n for n, y in zip(small, rows, strict=True) if abs(float(y) - level) <= flat / 2]
        if len(row) < DOTS:
            return
        small = [n for n in small if n not in row]
        area = float(np.median(np.asarray(stats)[row, 4]))
        gaps = np.diff(np.sort(np.asarray(centres, dtype=np.float64)[row, 0]))
        usual = float(np.median(gaps))
        if float(np.mean(np.abs(np.subtract(gaps, usual)) <= 0.3 * usual + 1)) >= 0.5:  # noqa: PLR2004 (half)
            dots = [n for n in row if np.asarray(stats)[n, 4] <= 1.9 * area + 2]
            gone = cv2.dilate(np.isin(parts, dots).astype(np.uint8), np.ones((5, 5), np.uint8))
            ink[np.asarray(gone) > 0] = 0


def _wipe(ink: Ink, rect: Rect, inside: Rect) -> None:
    top, left = max(rect.y0 - 2 - inside.y0, 0), max(rect.x0 - 2 - inside.x0, 0)
    ink[top : max(rect.y1 + 2 - inside.y0, 0), left : max(rect.x1 + 2 - inside.x0, 0)] = 0
