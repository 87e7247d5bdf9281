"""A printed amount in a comb: the digits taken out of their boxes and set side by side.

Promises: an amount only where even print stands in neighbouring boxes up to the last, two boxes
for cents stand apart, and each reading gives just one digit for a box. Touches: the OCR engine.
Trusts: comb.py for the upright lines. Limits: combs without a gap before the cents are not read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from inbox_daemon.reading.betrag.areas import GRAIN_DPI, cut, is_even
from inbox_daemon.reading.betrag.comb import Comb, Mask, comb_in
from inbox_daemon.reading.betrag.places import Place
from inbox_daemon.reading.paper.page import Grey, Page
from inbox_daemon.reading.text.ocr import line_text
from inbox_daemon.reading.text.rows import Rect

DIGITS: Final = "0123456789"
# The scales of the readings, dots an inch.
DPI: Final = (200.0, 270.0, 330.0, 230.0)
FEWEST_BOXES: Final = 5
CENTS: Final = 2
# In inches: how far below its label a comb stands, how wide it is, the ruled lines of boxes.
REACH: Final = 0.75
WIDE: Final = 5.5
RULE: Final = 0.3
LINE: Final = 0.012
# Shares of the paper below which a pixel is ink of a digit, or of a pale line.
INK: Final = 0.70
FAINT: Final = 0.85
# A step is this much of the usual one where the boxes for cents stand apart.
APART: Final = (1.12, 1.9)
EQUAL: Final = 0.12
# A digit's height and the least ink as shares of its box.
TALL: Final = 0.3
DUST: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """The boxes of one comb on the page: their insides, and how many are before the cents."""

    page: Page
    insides: tuple[Rect, ...]
    whole: int

    @property
    def rect(self) -> Rect:
        """The box round all."""
        first, last = self.insides[0], self.insides[-1]
        return Rect(x0=first.x0, y0=first.y0, x1=last.x1, y1=last.y1)


def boxes_at(place: Place) -> Boxes | None:
    """The comb right of the label or below it; None where there is none with cents apart."""
    page, label = place.sheet.page, place.label.rect
    high, reach = label.height, round(REACH * page.dpi)
    area = Rect(
        x0=max(label.x0 - high, 0),
        y0=max(label.y0 - high, 0),
        x1=label.x1 + round(WIDE * page.dpi),
        y1=label.y1 + reach,
    )
    grey = cut(page, area)
    if min(grey.shape, default=0) < high:
        return None
    if page.dpi >= GRAIN_DPI:
        grey = np.asarray(cv2.medianBlur(grey, 3), np.uint8)
    dark, level = _ink(grey, FAINT), _rules(grey, page.dpi)
    comb = comb_in(dark, level, page.dpi)
    return _boxes(page, area, comb) if len(comb.columns) > FEWEST_BOXES else None


def readings_of(boxes: Boxes) -> Iterator[tuple[str, Decimal | None]]:
    """What the engine reads at different scales: its text, and the amount if it can be one."""
    page = boxes.page
    glyphs = [_glyph(page, inside) for inside in boxes.insides]
    first = next((n for n, g in enumerate(glyphs) if g is not None), len(glyphs))
    found = [g for g in glyphs[first:] if g is not None]
    if first >= boxes.whole or len(found) < len(glyphs) - first or not is_even(found):
        return
    row = _side_by_side(page, found)
    for dpi in DPI:
        text = line_text(row, dpi=page.dpi, wanted_dpi=dpi, signs=DIGITS)[0].replace(" ", "")
        fits = len(text) == len(found) and text.isdigit() and (text[0] != "0" or len(text) == 3)  # noqa: PLR2004 (0,12)
        yield text, Decimal(f"{text[:-CENTS]}.{text[-CENTS:]}") if fits else None


def _boxes(page: Page, area: Rect, comb: Comb) -> Boxes | None:
    """Between neighbouring columns; the one wider step is the place of the comma."""
    steps = [b - a for a, b in pairwise(comb.columns)]
    usual = float(np.median(steps))
    inset = comb.thick + max(1, round(0.006 * page.dpi))
    insides, whole = [], None
    for (left, right), step in zip(pairwise(comb.columns), steps, strict=True):
        if abs(step - usual) <= EQUAL * usual:
            x0, x1 = area.x0 + left + inset, area.x0 + right - inset
            y0, y1 = area.y0 + comb.top + inset, area.y0 + comb.foot - inset
            insides.append(Rect(x0=x0, y0=y0, x1=x1, y1=y1))
        elif whole is None and step < APART[1] * usual:
            whole = len(insides)
        else:
            return None
    if whole is None or len(insides) - whole != CENTS:
        return None
    return Boxes(page=page, insides=tuple(insides), whole=whole)


def _glyph(page: Page, inside: Rect) -> Rect | None:
    """The box round the ink in one box of the comb; None for an empty one."""
    grey = cut(page, inside)
    ink = _ink(grey, INK)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    least = DUST * inside.height
    high, wide = ink.shape
    thin = max(2, round(LINE * page.dpi))
    kept = [
        n
        for n, (x, y, w, h, _) in enumerate(np.asarray(stats).tolist())
        if n
        and max(w, h) >= least
        # What is left of a line that is thicker or less straight than it should be.
        and not (w <= thin and (x == 0 or x + w == wide))
        and not (h <= thin and (y == 0 or y + h == high))
    ]
    if not kept:
        return None
    ys, xs = np.nonzero(np.isin(labels, kept))
    return Rect(
        x0=inside.x0 + int(xs.min()),
        y0=inside.y0 + int(ys.min()),
        x1=inside.x0 + int(xs.max()) + 1,
        y1=inside.y0 + int(ys.max()) + 1,
    )


def _side_by_side(page: Page, glyphs: list[Rect]) -> Grey:
    """The digits on white paper with the gaps of a line of print."""
    high = max(g.height for g in glyphs)
    top, foot = min(g.y0 for g in glyphs), max(g.y1 for g in glyphs)
    gap = max(2, round(0.22 * high))
    parts: list[Grey] = []
    for glyph in glyphs:
        piece = cut(page, Rect(x0=glyph.x0 - 1, y0=top - 1, x1=glyph.x1 + 1, y1=foot + 1))
        paper = max(float(np.percentile(piece, 90)), 1.0)
        bright = np.clip(piece.astype(np.float32) * (255.0 / paper), 0, 255).astype(np.uint8)
        parts += [bright, np.full((bright.shape[0], gap), 255, np.uint8)]
    row = np.hstack(parts)
    rim = high // 2
    return np.asarray(
        cv2.copyMakeBorder(row, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=(255.0,)), np.uint8
    )


def _ink(grey: Grey, share: float) -> Mask:
    return (grey < share * float(np.percentile(grey, 75))).astype(np.uint8)


def _rules(grey: Grey, dpi: float) -> Mask:
    """The level lines over and under the boxes."""
    wide = np.ones((1, max(round(RULE * dpi), 9)), np.uint8)
    runs = cv2.morphologyEx(_ink(grey, FAINT), cv2.MORPH_OPEN, wide)
    return np.asarray(cv2.dilate(runs, np.ones((3, 5), np.uint8)), np.uint8)
