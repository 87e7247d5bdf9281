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


@dataclass(frozen=True, slots=True, kw_only=True)
class Comb:
    """The columns of the upright lines, and the rows between which they stand; maybe none."""

    columns: tuple[int, ...]
    top: int
    foot: int
    thick: int


NO_COMB: Final = Comb(columns=(), top=0, foot=0, thick=0)


def comb_in(dark: Mask, level: Mask, dpi: float) -> Comb:
    """The comb in a picture of ink (1) whose ruled lines are `level`."""
    rows = _level_rows(level, dpi)
    for foot in reversed(rows):
        for top in reversed([r for r in rows if r < foot]):
            if not HEIGHT[0] * dpi <= foot - top <= HEIGHT[1] * dpi:
                continue
            wide = max(3, round(0.012 * dpi) | 1)
            box = cv2.dilate(dark[top + 3 : foot - 2], np.ones((1, wide), np.uint8))
            places = _tops(np.asarray(box).mean(axis=0))
            columns = _equal(places, dpi)
            if columns:
                return Comb(columns=columns, top=top, foot=foot, thick=max(1, round(0.008 * dpi)))
    return NO_COMB


def _level_rows(level: Mask, dpi: float) -> list[int]:
    """The middle rows of the ruled lines."""
    there = level.sum(axis=1) > 0.5 * dpi
    edges = np.flatnonzero(np.diff(np.concatenate(([0], there.astype(np.int8), [0]))))
    return [int(a + b) // 2 for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _tops(share: NDArray[np.float64]) -> list[int]:
    """The middle of each stretch of columns that are inked nearly from line to line."""
    there = share >= FULL
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
