"""Where rubber stamps lie among the ink, and the ink that is left when they are taken away.

Promises: a ring or a frame large enough to be seen is found wherever pens cross it.
Touches: nothing. Trusts: ink.py for the blobs and their millimetres.
Limits: a stamp of words without a frame is not seen here; most of a ring must be inked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.unterschrift.ink import PX_PER_MM, Blob, Mask, Span

# Stamps in mm: least extents, radius of a ring, how true; in how many of 72 steps round.
_STAMP: Final = (12, 6)
_RING: Final = (8, 30)
_RING_TRUE: Final = 0.4
_RING_STEPS: Final = (26, 44)
_RING_SHARES: Final = (0.4, 0.18)
_TRIES: Final = 160
_POINTS: Final = 400
# Ovals: half of the shorter axis (mm), and the share of an outline that must lie on it.
_OVAL: Final = (6, 30)
_OVAL_SHARE: Final = 0.75
# Ruled ink: straight runs in mm, how alike their directions are, and their share of all; how much
# of them runs the lesser way, or how true the one way is: a pen's slant scatters by ten degrees.
_RUN: Final = 3
_ALIKE: Final = 0.85
_STRAIGHT: Final = 0.5
_BOTH_WAYS: Final = 0.08
_ONE_WAY: Final = 0.97
# How much larger the outer ring of a seal may be, and from which share of ink it is one.
_WIDER: Final = 1.8
_INKED: Final = 0.4
# A ring in pieces: least piece (mm), and in how many of 72 steps round there must be ink.
_ARC: Final = 5
_BROKEN_STEPS: Final = 52
_DOTS: Final = 4000
# How far round a stamp its ink may reach, mm.
_RIM: Final = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """One stamp: its box in mm of the patch, and its outline (n x 2, mm)."""

    box: Span
    outline: NDArray[np.float64]


def stamps_in(labels: NDArray[np.int32], blobs: Sequence[Blob]) -> tuple[Stamp, ...]:
    """Round or framed stamps among the blobs."""
    found = []
    for blob in blobs:
        if blob.extent < _STAMP[0] or min(blob.width, blob.height) < _STAMP[1]:
            continue
        rim = _rim(labels, blob)
        circle = _ring(rim)
        if circle is not None:
            found.append(_round(*_outermost(labels, *circle)))
        elif (oval := _oval(labels, blob)) is not None:
            found.append(oval)
        elif blob.framed:
            found.append(framed(rim))
    return tuple(found)


def broken_ring(labels: NDArray[np.int32], blobs: Sequence[Blob]) -> Stamp | None:
    """The ring that lies in pieces among the blobs, as a poor stamp or a fax leaves it."""
    arcs = [_rim(labels, b) for b in blobs if b.extent > _ARC]
    wanted = np.zeros(int(labels.max()) + 1, bool)
    wanted[[b.number for b in blobs]] = True
    dots = np.argwhere(wanted[labels])[:, ::-1].astype(np.float64) / PX_PER_MM
    dots = dots[:: max(len(dots) // _DOTS, 1)]
    best, steps = None, _BROKEN_STEPS - 1
    draw = np.random.default_rng(0)
    for rim in arcs:
        picks = rim[draw.integers(0, len(rim), (max(_TRIES // len(arcs), 12), 3))]
        for cx, cy, radius in _circles(picks).tolist():
            away = dots - (cx, cy)
            on = away[np.abs(np.hypot(away[:, 0], away[:, 1]) - radius) < _RING_TRUE]
            around = len(np.unique(np.degrees(np.arctan2(on[:, 1], on[:, 0])) // 5))
            if around > steps:
                best, steps = (cx, cy, radius), around
    return None if best is None else _round(*_outermost(labels, *best))


def framed(points: NDArray[np.float64]) -> Stamp:
    """The stamp whose frame these points (n x 2, mm) belong to."""
    corners = cv2.boxPoints(cv2.minAreaRect(points.astype(np.float32))).astype(np.float64)
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    return Stamp(box=(float(x0), float(y0), float(x1), float(y1)), outline=corners)


def outside(ink: Mask, stamps: Sequence[Stamp]) -> Mask:
    """The ink that lies in no stamp; `ink` is the whole patch."""
    return ink & (1 - cover_of(stamps, ink, _RIM))


def cover_of(stamps: Sequence[Stamp], ink: Mask, rim: float) -> Mask:
    """1 where the stamps lie in the patch that `ink` is, and `rim` mm round them."""
    cover = np.zeros_like(ink)
    for stamp in stamps:
        cv2.fillPoly(cover, [np.round(stamp.outline * PX_PER_MM).astype(np.int32)], (1,))
    size = 2 * round(rim * PX_PER_MM) + 1
    return np.asarray(cv2.dilate(cover, np.ones((size, size), np.uint8)), np.uint8)


def _round(x: float, y: float, radius: float) -> Stamp:
    turns = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    outline = np.stack([x + radius * np.cos(turns), y + radius * np.sin(turns)], axis=1)
    return Stamp(box=(x - radius, y - radius, x + radius, y + radius), outline=outline)


def is_ruled(ink: Mask) -> bool:
    """Whether most of the ink runs straight, one way or two at right angles: tables, bar codes."""
    contours, _ = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    bends = [cv2.approxPolyDP(c, 1.5, closed=True)[:, 0, :].astype(np.float64) for c in contours]
    runs = np.concatenate([b - np.roll(b, 1, axis=0) for b in bends])
    long = np.hypot(runs[:, 0], runs[:, 1])
    straight = long > _RUN * PX_PER_MM
    total = max(float(long[straight].sum()), 1.0)
    angles = np.arctan2(runs[straight, 1], runs[straight, 0])
    mean = complex((np.exp(4j * angles) * long[straight]).sum()) / total
    off = np.abs(np.cos(angles - np.angle(mean) / 4))
    across = float(long[straight][off < np.sqrt(0.5)].sum()) / total
    true = abs(mean) > (_ALIKE if min(across, 1 - across) > _BOTH_WAYS else _ONE_WAY)
    return true and total / float(long.sum()) > _STRAIGHT


def _oval(labels: NDArray[np.int32], blob: Blob) -> Stamp | None:
    """The oval stamp whose ring the blob holds: one of its outlines is an ellipse all the way."""
    x0, y0, x1, y1 = (round(v * PX_PER_MM) for v in blob.box)
    piece = (labels[y0:y1, x0:x1] == blob.number).astype(np.uint8)
    for contour in cv2.findContours(piece, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)[0]:
        if min(cv2.boundingRect(contour)[2:]) < 2 * _OVAL[0] * PX_PER_MM:
            continue
        points = contour[:, 0, :].astype(np.float64)
        (cx, cy), (wide, high), turn = cv2.fitEllipseDirect(contour)
        axes = np.array((wide, high)) / 2
        if not _OVAL[0] <= axes.min() / PX_PER_MM <= axes.max() / PX_PER_MM <= _RING[1]:
            continue
        cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        own = (points - (cx, cy)) @ np.array(((cos, -sin), (sin, cos))) / axes
        off = np.abs(np.hypot(own[:, 0], own[:, 1]) - 1) * axes.min() / PX_PER_MM
        if float((off < _RING_TRUE).mean()) > _OVAL_SHARE:
            turns = np.linspace(0, 2 * np.pi, 72, endpoint=False)
            unit = np.stack([np.cos(turns), np.sin(turns)], axis=1) * axes * 1.1
            outline = unit @ np.array(((cos, sin), (-sin, cos))) + (cx + x0, cy + y0)
            (a, b), (c, d) = outline.min(axis=0) / PX_PER_MM, outline.max(axis=0) / PX_PER_MM
            return Stamp(box=(float(a), float(b), float(c), float(d)), outline=outline / PX_PER_MM)
    return None


def _outermost(
    labels: NDArray[np.int32], x: float, y: float, radius: float
) -> tuple[float, float, float]:
    """The largest ring about the same middle: a seal has two, and only one may have been seen."""
    turns = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    best = radius
    for wider in np.arange(radius, min(_WIDER * radius, _RING[1]), 0.2).tolist():
        across = np.round((x + wider * np.cos(turns)) * PX_PER_MM).astype(int)
        down = np.round((y + wider * np.sin(turns)) * PX_PER_MM).astype(int)
        height, width = labels.shape
        fit = (across >= 0) & (across < width) & (down >= 0) & (down < height)
        if fit.any() and float((labels[down[fit], across[fit]] > 0).mean()) > _INKED:
            best = wider
    return x, y, best


def _rim(labels: NDArray[np.int32], blob: Blob) -> NDArray[np.float64]:
    x0, y0, x1, y1 = (round(v * PX_PER_MM) for v in blob.box)
    piece = (labels[y0:y1, x0:x1] == blob.number).astype(np.uint8)
    contours, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = max(contours, key=len)[:, 0, :][::3]
    rim: NDArray[np.float64] = points / PX_PER_MM + np.array(blob.box[:2])
    return rim


def _ring(rim: NDArray[np.float64]) -> tuple[float, float, float] | None:
    """Centre and radius of the circle on which much of the rim lies, by RANSAC."""
    circles = _circles(rim[np.random.default_rng(0).integers(0, len(rim), (_TRIES, 3))])
    thin = rim[:: max(len(rim) // _POINTS, 1)]
    for cx, cy, radius in circles.tolist():
        away = thin - (cx, cy)
        on = np.abs(np.hypot(away[:, 0], away[:, 1]) - radius) < _RING_TRUE
        if on.mean() <= _RING_SHARES[1]:
            continue
        around = len(np.unique(np.degrees(np.arctan2(away[on, 1], away[on, 0])) // 5))
        # Much of the rim on a third of the ring, or less of it, where a pen crosses, on most of it.
        if any(
            around >= n and on.mean() > s for n, s in zip(_RING_STEPS, _RING_SHARES, strict=True)
        ):
            return cx, cy, radius
    return None


def _circles(threes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The circles (n x 3: centre, radius) through triples of points, of a stamp's size."""
    a, b, c = threes[:, 0], threes[:, 1], threes[:, 2]
    u, v = b - a, c - a
    twice = 2 * (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
    fit = np.abs(twice) > 1
    a, u, v, twice = a[fit], u[fit], v[fit], twice[fit]
    uu, vv = (u * u).sum(axis=1), (v * v).sum(axis=1)
    x = (v[:, 1] * uu - u[:, 1] * vv) / twice
    y = (u[:, 0] * vv - v[:, 0] * uu) / twice
    found = np.stack([a[:, 0] + x, a[:, 1] + y, np.hypot(x, y)], axis=1)
    kept: NDArray[np.float64] = found[(found[:, 2] >= _RING[0]) & (found[:, 2] <= _RING[1])]
    return kept
