"""A stamp peeled off the strokes that cross it: its rings or frame first, then its loose letters.

Promises: what is left holds no ring, frame or letter that stands alone; crossed strokes go on.
Touches: nothing. Trusts: stamps.py for the outlines. Limits: letters that a stroke touches stay
with it, and so does a coat of arms that it touches; the caller must still ask what the rest is.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.unterschrift.ink import PX_PER_MM, Mask
from inbox_daemon.reading.unterschrift.stamps import Stamp, cover_of

# How far out of its outline a stamp's own rim may lie, mm, and half of how thick a ring may be.
_SLACK: Final = 1.0
_THICK: Final = 0.5
# A ring or a frame inside the outline: inked on so much of its way round.
_INKED: Final = 0.4
# A stroke that comes from outside has so much of its ink there, mm2.
_OUTSIDE: Final = 1.5
# What stands alone in a stamp and is smaller is a letter, mm.
_LETTER: Final = 6.0


def peeled(ink: Mask, stamps: Sequence[Stamp]) -> tuple[Mask, Mask]:
    """The ink outside the stamps and the strokes that come in from there; `ink` is the patch's.

    The second mask has also what stands in the stamps and is larger than a letter.
    """
    rest = ink
    for stamp in stamps:
        rest = _without_rings(rest, stamp)
    cover = cover_of(stamps, ink, _SLACK)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    out = np.bincount(labels[cover == 0], minlength=count) / PX_PER_MM**2
    within = np.bincount(labels[cover > 0], minlength=count) > 0
    crossing = (out > _OUTSIDE) | ~within
    large = stats[:, 2:4].max(axis=1) > _LETTER * PX_PER_MM
    crossing[0] = large[0] = False
    return np.asarray(crossing[labels], np.uint8), np.asarray((crossing | large)[labels], np.uint8)


def _without_rings(ink: Mask, stamp: Stamp) -> Mask:
    """The ink without all lines that run parallel to the outline, unrolled round its middle."""
    middle = (stamp.outline.min(axis=0) + stamp.outline.max(axis=0)) / 2 * PX_PER_MM
    reach = _reach(stamp.outline * PX_PER_MM - middle)
    radius = float(reach.mean())
    rows = round(radius + 2 * _SLACK * PX_PER_MM)
    shares = np.arange(rows) / radius
    turns = np.linspace(0, 2 * np.pi, len(reach), endpoint=False)
    x = middle[0] + shares[:, None] * (reach * np.cos(turns))[None]
    y = middle[1] + shares[:, None] * (reach * np.sin(turns))[None]
    flat = cv2.remap(
        ink, x.astype(np.float32), y.astype(np.float32), cv2.INTER_NEAREST, borderValue=0
    )
    away = _rings(np.asarray(flat, np.uint8), round(radius))
    return _taken(ink, away, middle, reach)


def _reach(outline: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the outline lies from its middle, in pixels, each way round (about one a pixel)."""
    steps = np.linspace(0, 1, 200, endpoint=False)[:, None, None]
    dense = (outline + steps * (np.roll(outline, -1, axis=0) - outline)).reshape(-1, 2)
    far, way = np.hypot(dense[:, 0], dense[:, 1]), np.arctan2(dense[:, 1], dense[:, 0])
    order = np.argsort(way)
    turns = np.linspace(0, 2 * np.pi, round(2 * np.pi * float(far.mean())), endpoint=False)
    found: NDArray[np.float64] = np.interp(turns, way[order], far[order], period=2 * np.pi)
    return found


def _rings(flat: Mask, edge: int) -> Mask:
    """The pixels of the rings in the unrolled ink, but for those of strokes that cross them."""
    near = cv2.dilate(flat, np.ones((5, 1), np.uint8)).mean(axis=1)
    half = round(_THICK * PX_PER_MM)
    lines = near > _INKED
    lines[: 4 * half] = False
    lines[max(edge - half, 0) : edge + half] = True
    rows = cv2.dilate(lines.astype(np.uint8)[:, None], np.ones((half, 1), np.uint8))[:, 0]
    band = flat & np.asarray(rows, np.uint8)[:, None]
    rest = flat & ~band
    tall = np.ones((4 * half + 1, 1), np.uint8)
    pad = 4 * half
    padded = cv2.copyMakeBorder(rest, pad, pad, 0, 0, cv2.BORDER_CONSTANT, value=0)
    crossing = np.asarray(cv2.morphologyEx(padded, cv2.MORPH_CLOSE, tall), np.uint8)[pad:-pad]
    gone: Mask = band & (1 - crossing)
    return gone


def _taken(ink: Mask, away: Mask, middle: NDArray[np.float64], reach: NDArray[np.float64]) -> Mask:
    """The ink without those pixels that are marked in the unrolled picture."""
    down, right = np.nonzero(ink)
    dx, dy = right - middle[0], down - middle[1]
    turn = np.arctan2(dy, dx) % (2 * np.pi) / (2 * np.pi) * len(reach)
    column = turn.astype(int) % len(reach)
    row = np.round(np.hypot(dx, dy) / reach[column] * float(reach.mean())).astype(int)
    there = row < len(away)
    gone = np.zeros(len(row), bool)
    gone[there] = away[row[there], column[there]] > 0
    rest = ink.copy()
    rest[down[gone], right[gone]] = 0
    return rest
