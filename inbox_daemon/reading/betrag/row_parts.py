"""The ink of a strip in parts: digits to be, bits of digits, marks between them, dashes.

Promises: every stroke above the size of a speck is in exactly one group.
Touches: nothing. Trusts: strip.py. Limits: one row of digits of about the same height.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.betrag.strip import INKY, Ink

# In heights of a digit.
TALL_PART: Final = 0.55
SPECK: Final = 0.07
WIDE: Final = 0.75
MAX_CUTS: Final = 3
MENDED: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A connected piece of ink, or one side of a cut through one; its own picture and place."""

    ink: Ink
    x0: int
    y0: int

    @property
    def x1(self) -> int:
        """The column after the last."""
        return self.x0 + self.wide

    @property
    def y1(self) -> int:
        """The row after the last."""
        return self.y0 + self.high

    @property
    def high(self) -> int:
        """In pixels."""
        return int(self.ink.shape[0])

    @property
    def wide(self) -> int:
        """In pixels."""
        return int(self.ink.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """What stands in the row; `tall` is the height of a digit, `foot` the line they stand on."""

    tall: float
    foot: float
    bodies: tuple[Part, ...]
    marks: tuple[Part, ...]
    dashes: tuple[Part, ...]
    bits: tuple[Part, ...]
    rest: tuple[Part, ...]


def pieces_in(ink: Ink) -> Pieces | None:
    """The pieces of the row with the most tall ink; None if fewer than two are tall."""
    parts = parts_of(ink)
    high = sorted(p.high for p in parts if p.wide < 4 * p.high)
    if len(high) < 2:  # noqa: PLR2004 (one piece is no row)
        return None
    most = float(np.percentile(high, 90))
    tall_ones = [p for p in parts if p.high >= TALL_PART * most and p.wide < 4 * p.high]
    tall = float(np.median([p.high for p in tall_ones]))
    foot = float(np.median([p.y1 for p in tall_ones]))
    large = [
        p
        for p in parts
        if max(p.high, p.wide) > SPECK * tall and not (p.wide > 2 * tall and p.high < 0.3 * tall)
    ]
    return _sorted(_mended(large, tall, foot), tall, foot)


def parts_of(ink: Ink) -> list[Part]:
    """Connected pieces from left to right, each with only its own ink."""
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(
        (ink > INKY).astype(np.uint8), connectivity=8
    )
    found = []
    for number in range(1, count):
        x, y, w, h, _area = (int(v) for v in stats[number])
        own = numbers[y : y + h, x : x + w] == number
        soft = np.asarray(cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8))) > 0
        found.append(Part(ink=np.where(soft, ink[y : y + h, x : x + w], 0), x0=x, y0=y))
    return sorted(found, key=lambda p: p.x0)


def _sorted(parts: Sequence[Part], tall: float, foot: float) -> Pieces:
    kinds: dict[str, list[Part]] = {k: [] for k in ("body", "mark", "dash", "bit", "rest")}
    for part in parts:
        kinds[_kind(part, tall, foot)].append(part)
    return Pieces(
        tall=tall,
        foot=foot,
        bodies=tuple(kinds["body"]),
        marks=tuple(kinds["mark"]),
        dashes=tuple(kinds["dash"]),
        bits=tuple(kinds["bit"]),
        rest=tuple(kinds["rest"]),
    )


def _kind(part: Part, tall: float, foot: float) -> str:
    middle = (part.y0 + part.y1) / 2
    top = foot - tall
    if middle < top - 0.45 * tall or middle > foot + 0.5 * tall:
        return "rest"
    if part.y0 > foot - 0.42 * tall and part.high < 0.75 * tall and part.wide < 0.6 * tall:
        flat = part.wide > 1.8 * part.high and part.wide > 0.25 * tall
        return "dash" if flat and middle < foot - 0.12 * tall else "mark"
    if part.high >= TALL_PART * tall:
        return "body"
    if part.wide > 1.5 * part.high and part.wide > 0.22 * tall and middle > top + 0.3 * tall:
        return "dash"
    return "bit"


def _mended(parts: Sequence[Part], tall: float, foot: float) -> list[Part]:
    """Broken strokes joined: each loose bit with what is nearest, never two bodies by a bit."""
    kinds = [_kind(p, tall, foot) for p in parts]
    groups = [{n} for n in range(len(parts))]
    for n, part in enumerate(parts):
        if kinds[n] != "bit":
            continue
        near = sorted(
            (away, m)
            for m, other in enumerate(parts)
            if m not in groups[n] and kinds[m] in {"body", "bit", "mark"}
            if (away := _apart(part, other)) <= MENDED * tall
        )
        for _, m in near[:2]:
            both = groups[n] | groups[m]
            if sum(kinds[k] == "body" for k in both) <= 1:
                for k in both:
                    groups[k] = both
    unique = {min(g): g for g in groups}
    return sorted((joined([parts[n] for n in g]) for g in unique.values()), key=lambda p: p.x0)


def _apart(one: Part, other: Part) -> int:
    """The gap between the boxes, along the wider of the two ways; 0 where they overlap."""
    across = max(one.x0, other.x0) - min(one.x1, other.x1)
    down = max(one.y0, other.y0) - min(one.y1, other.y1)
    return max(across, down, 0)


def joined(parts: Sequence[Part]) -> Part:
    """The parts on one picture."""
    if len(parts) == 1:
        return parts[0]
    left, top = min(p.x0 for p in parts), min(p.y0 for p in parts)
    wide, high = max(p.x1 for p in parts) - left, max(p.y1 for p in parts) - top
    picture = np.zeros((high, wide), np.float32)
    for part in parts:
        spot = picture[part.y0 - top : part.y1 - top, part.x0 - left : part.x1 - left]
        np.maximum(spot, part.ink, out=spot)
    return Part(ink=picture, x0=left, y0=top)


def cut_up(part: Part, tall: float) -> list[Part]:
    """The part, if it is wide, at up to three thin places cut into slices."""
    if part.wide <= WIDE * tall:
        return [part]
    edges = [0, *_thin_places(part.ink, tall), part.wide]
    slices = []
    for left, right in pairwise(edges):
        ink = part.ink[:, left:right]
        rows = np.flatnonzero((ink > INKY).any(axis=1))
        if len(rows):
            top = int(rows[0])
            slices.append(Part(ink=ink[top : rows[-1] + 1], x0=part.x0 + left, y0=part.y0 + top))
    return slices


def _thin_places(ink: Ink, tall: float) -> list[int]:
    """Columns with the least ink, at least a fifth of a digit from each other and the ends."""
    away = max(3, round(0.22 * tall))
    dark = ink > INKY
    spread = np.array([np.ptp(np.flatnonzero(c)) + 1 if c.any() else 0 for c in dark.T])
    cost: NDArray[np.float64] = dark.sum(axis=0) + 0.3 * spread
    cost = np.convolve(np.pad(cost, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    chosen: list[int] = []
    most = min(MAX_CUTS, round(ink.shape[1] / (0.45 * tall)))
    for x in np.argsort(cost, kind="stable"):
        near_end = x < away or x > ink.shape[1] - away
        if not near_end and all(abs(x - c) >= away for c in chosen):
            chosen.append(int(x))
        if len(chosen) == most:
            break
    return sorted(chosen)
