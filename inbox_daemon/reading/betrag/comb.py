"""Boxes for single digits: the upright lines of a comb, found by their equal distances.

Promises: lines count only between two ruled lines, from one to the other, and at least five at
equal distances; digits alone never make a comb. Touches: nothing. Trusts: strip.py.
Limits: combs without a line above the digits are not found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]

LEAST_LINES: Final = 5
# Inches from the line above to the line below, and from one upright line to the next.
HEIGHT: Final = (0.14, 0.6)
STEP: Final = (0.1, 0.5)
FULL: Final = 0.8
SLACK: Final = 0.06
# So many of the lines that should be there must be seen; digits may hide the others.
SEEN: Final = 0.7
# Where, from top to foot, a printed comma may thicken a line; inches by which it does, at most.
LOW: Final = (0.55, 0.95)
WIDEST_MARK: Final = 0.08
MARK_MORE: Final = 0.008
# Pieces of a line are at least this share of its length.
LONG: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Comb:
    """The columns of the upright lines, and the rows between which they stand; maybe none."""

    columns: tuple[int, ...]
    top: int
    foot: int
    thick: int

    def is_on_a_line(self, x: float, y: float, near: float) -> bool:
        """Within `near` pixels of one of its lines, upright or level."""
        if not self.columns or not self.top - near <= y <= self.foot + near:
            return False
        return min(abs(x - c) for c in self.columns) <= near or (
            min(abs(y - self.top), abs(y - self.foot)) <= near
        )


NO_COMB: Final = Comb(columns=(), top=0, foot=0, thick=0)


def comb_in(dark: Mask, level: Mask, dpi: float) -> Comb:
    """The comb in a picture of ink (1) whose ruled lines are `level`."""
    rows = _middles(level.sum(axis=1) > 0.5 * dpi)
    for foot in reversed(rows):
        for top in reversed([r for r in rows if r < foot]):
            if not HEIGHT[0] * dpi <= foot - top <= HEIGHT[1] * dpi:
                continue
            wide = max(3, round(0.012 * dpi) | 1)
            box = cv2.dilate(dark[top + 3 : foot - 2], np.ones((1, wide), np.uint8))
            # The columns that are inked nearly from line to line.
            places = _middles(np.asarray(box).mean(axis=0) >= FULL)
            columns = _equal(places, dpi)
            if columns:
                return Comb(columns=columns, top=top, foot=foot, thick=max(1, round(0.008 * dpi)))
    return NO_COMB


def comb_lines(dark: Mask, comb: Comb) -> Mask:
    """The upright lines themselves: what stands there, and how far they lean or wander."""
    mask = np.zeros_like(dark)
    rows = slice(comb.top, comb.foot)
    wide = 2 * comb.thick + 1
    for x in comb.columns:
        own = slice(max(x - comb.thick, 0), x + comb.thick + 1)
        mask[rows, own] = dark[rows, own]
        about = slice(max(x - wide, 0), x + wide + 1)
        long = np.ones((max(round(LONG * (comb.foot - comb.top)), 3), 1), np.uint8)
        runs = cv2.morphologyEx(dark[rows, about], cv2.MORPH_OPEN, long)
        mask[rows, about] |= np.asarray(runs, dtype=np.uint8)
    return np.asarray(cv2.dilate(mask, np.ones((5, 3), np.uint8)))


def comma_of(dark: Mask, comb: Comb, dpi: float) -> int | None:
    """The upright line that has a comma printed on it: thicker to both sides close to its foot."""
    high = comb.foot - comb.top
    rows = dark[comb.top + round(LOW[0] * high) : comb.top + round(LOW[1] * high)]
    runs = [(x, _runs_at(rows, x, round(WIDEST_MARK * dpi))) for x in comb.columns]
    usual = float(np.median([float(np.median(r.sum(axis=1))) for _, r in runs])) if runs else 0.0
    more = max(MARK_MORE * dpi, 1.0)
    found = [x for x, r in runs if (r >= usual / 2 + more).all(axis=1).sum() >= more]
    return found[0] if len(found) == 1 else None


def _runs_at(rows: Mask, x: int, most: int) -> NDArray[np.int64]:
    """How far the ink goes on to the left and to the right of a column; rows of wide ink are 0."""
    out = np.zeros((len(rows), 2), np.int64)
    for number, row in enumerate(rows):
        left, right = row[max(x - most, 0) : x + 1][::-1], row[x : x + most + 1]
        reach = [int(np.argmin(np.append(side, 0))) for side in (left, right)]
        if max(reach) <= most // 2 + 1:
            out[number] = reach
    return out


def _middles(there: NDArray[np.bool_]) -> list[int]:
    """The middle of each run of places that are marked."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], there.astype(np.int8), [0]))))
    return [int(a + b) // 2 for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _equal(places: Sequence[int], dpi: float) -> tuple[int, ...]:
    """The largest set at equal distances, with the places in it that were not seen."""
    best: tuple[int, tuple[int, ...]] = (0, ())
    for i, first in enumerate(places):
        for second in places[i + 1 : i + 4]:
            step = float(second - first)
            if not STEP[0] * dpi <= step <= STEP[1] * dpi:
                continue
            seen, row = _row(places, first, step)
            if seen >= max(LEAST_LINES, SEEN * len(row), best[0] + 1):
                best = (seen, _with_others(places, row, step))
    return best[1]


def _with_others(places: Sequence[int], row: tuple[int, ...], step: float) -> tuple[int, ...]:
    """The boxes for cents stand apart, behind the comma: lines that are one step from another."""
    slack = SLACK * step + 1.5
    apart = [p for p in places if any(abs(abs(p - q) - step) <= slack for q in places)]
    return tuple(sorted({*row, *apart}))


def _row(places: Sequence[int], first: int, step: float) -> tuple[int, tuple[int, ...]]:
    """From `first` on: how many lines are where they should be, and all places to the last."""
    at, seen, missed = float(first), 0, 0
    row: list[int] = []
    until = 0
    while missed <= 1:
        near = [p for p in places if abs(p - at) <= SLACK * step + 1.5]
        if near:
            at, seen, missed, until = float(near[0]), seen + 1, 0, len(row) + 1
        else:
            missed += 1
        row.append(round(at))
        at += step
    return seen, tuple(row[:until])
