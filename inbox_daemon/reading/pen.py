"""How much a group of blobs looks like the stroke of a pen, and whether it looks like a stamp.

Promises: a number, not a verdict; above PEN_SURE lay none of the 92 other marks it was fitted on,
and one of them (a place name by hand) when its own writer was left out.
Touches: nothing. Trusts: ink.py for the blobs and their millimetres.
Limits: fitted by tests/benchmarks/train_pen.py on 145 signatures; a font never seen may pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.ink import PX_PER_MM, Blob, Mask, Span

PEN_SURE = 1.5
PEN_VERY_SURE = 3.5

_MIN_LENGTH = 30.0
_MIN_EXTENT = 8.0
_MIN_CORNERS = 20
_STROKE = (0.15, 1.0)
_HEIGHT = (3, 50)
_UNEVEN = 0.6
_WIDTH = 120
_EDGY = 1.25
_FILL = 0.4
# Print: this many feet on one line, or this many pieces of which none is large.
_FEET = 8
_FEET_LEVEL = 0.75
_GLYPHS = 4
_GLYPHS_EXTENT = 15
# In pixels of a patch: half a stroke, the step between turns, how level they stand.
_RIDGE = 0.9
_TURN_STEP = 6
_TURN_LEVEL = 2.5
# Stamps in mm: least extents, radius of a ring, how true, in 26 of 72 steps round.
_STAMP = (12, 6)
_RING = (8, 30)
_RING_TRUE = 0.4
_RING_STEPS = 26
_RING_SHARE = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Measures of a group of blobs: mm, or counts, or shares from 0 to 1.

    `low` and `high` count the lower and upper turning points, `low_level` is the share of the
    lower ones that stand on one straight line, as letters of a font do; `edgy` is corners a mm.
    """

    count: int
    length: float
    extent: float
    width: float
    height: float
    corners: int
    stroke: float
    uneven: float
    low: int
    low_level: float
    high: int
    fill: float

    @property
    def edgy(self) -> float:
        """Turns of the outline a mm of stroke."""
        return self.corners / self.length

    @property
    def is_pen_sized(self) -> bool:
        """Whether length, extent, turns and stroke are those of a signature at all."""
        return (
            self.length >= _MIN_LENGTH
            and self.extent >= _MIN_EXTENT
            and self.corners >= _MIN_CORNERS
            and _HEIGHT[0] <= self.height <= _HEIGHT[1]
            and _STROKE[0] <= self.stroke <= _STROKE[1]
            and self.uneven <= _UNEVEN
            and self.width <= _WIDTH
            and self.edgy <= _EDGY
            and self.fill <= _FILL
        )

    @property
    def is_type_like(self) -> bool:
        """Whether many feet stand on one line, or small glyphs stand apart as in print."""
        level = self.low >= _FEET and self.low_level >= _FEET_LEVEL
        return level or (self.count >= _GLYPHS and self.extent < _GLYPHS_EXTENT)


def shape_of(labels: NDArray[np.int32], blobs: Sequence[Blob]) -> Shape | None:
    """The measures of the blobs taken together, or None where there is none."""
    if not blobs:
        return None
    box = hull(blobs)
    x0, y0, x1, y1 = (round(v * PX_PER_MM) for v in box)
    wanted = np.zeros(int(labels.max()) + 1, np.uint8)
    wanted[[b.number for b in blobs]] = 1
    mask: Mask = wanted[labels[y0:y1, x0:x1]]
    stroke, uneven = _strokes(mask)
    low, low_level = _turns(mask[::-1])
    high, _ = _turns(mask)
    return Shape(
        count=len(blobs),
        length=sum(b.length for b in blobs),
        extent=max(b.extent for b in blobs),
        width=box[2] - box[0],
        height=box[3] - box[1],
        corners=sum(b.corners for b in blobs),
        stroke=stroke,
        uneven=uneven,
        low=low,
        low_level=low_level,
        high=high,
        fill=float(mask.mean()),
    )


def hull(blobs: Sequence[Blob]) -> Span:
    """The box round all blobs, mm."""
    boxes = np.array([b.box for b in blobs])
    (x0, y0), (x1, y1) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _strokes(mask: Mask) -> tuple[float, float]:
    """Median width of the stroke in mm along its ridge, and its spread over its mean."""
    depth = cv2.distanceTransform(cv2.copyMakeBorder(mask, 1, 1, 1, 1, 0), cv2.DIST_L2, 5)
    ridge = depth[(depth == cv2.dilate(depth, np.ones((3, 3), np.uint8))) & (depth > _RIDGE)]
    if not ridge.size:
        return 0.0, 0.0
    return float(np.median(ridge)) * 2 / PX_PER_MM, float(ridge.std() / ridge.mean())


def _turns(mask: Mask) -> tuple[int, float]:
    """Turning points of the upper rim, and the share of them on one line within 0.25 mm."""
    columns = np.flatnonzero(mask.any(axis=0))
    rim = mask[:, columns].argmax(axis=0).astype(float)
    reach = 8
    points: list[tuple[float, float]] = []
    for i in range(len(rim)):
        window = rim[max(0, i - reach) : i + reach + 1]
        if rim[i] == window.min() and (not points or columns[i] - points[-1][0] > _TURN_STEP):
            points.append((float(columns[i]), float(rim[i])))
    if not points:
        return 0, 1.0
    x, y = np.array(points).T
    lean = y[None, :] - np.linspace(-0.12, 0.12, 25)[:, None] * x[None, :]
    on_line = (np.abs(lean[:, :, None] - lean[:, None, :]) <= _TURN_LEVEL).sum(axis=2)
    return len(points), float(on_line.max() / len(points))


# Weight of each measure in pen_score, as printed by tests/benchmarks/train_pen.py.
_WEIGHTS = (1.046, -3.081, -1.555, -1.337, -1.262, 1.027, 1.41, -3.353, -2.223, -9.627, -5.16)


def features(shape: Shape) -> tuple[float, ...]:
    """What pen_score weighs, in the order of its weights; the last one is the constant."""
    return (
        float(np.log(shape.low + 1)),
        shape.low_level,
        float(np.log(shape.edgy + 0.01)),
        float(np.log(shape.count)),
        float(np.log(shape.high + 1)),
        float(np.log(shape.height / shape.width)),
        float(np.log(shape.extent)),
        float(np.log(shape.fill + 0.001)),
        float(np.log(shape.stroke + 0.01)),
        shape.uneven,
        1.0,
    )


def pen_score(shape: Shape) -> float:
    """Log odds for a pen; 0 is even."""
    return float(np.dot(_WEIGHTS, features(shape)))


def stamps_in(labels: NDArray[np.int32], blobs: Sequence[Blob]) -> tuple[Span, ...]:
    """Boxes (mm) of round or framed stamps among the blobs."""
    found = []
    for blob in blobs:
        if blob.extent < _STAMP[0] or min(blob.width, blob.height) < _STAMP[1]:
            continue
        box = blob.box if blob.framed else _ring(_rim(labels, blob))
        if box:
            found.append(box)
    return tuple(found)


def _rim(labels: NDArray[np.int32], blob: Blob) -> NDArray[np.float64]:
    x0, y0, x1, y1 = (round(v * PX_PER_MM) for v in blob.box)
    piece = (labels[y0:y1, x0:x1] == blob.number).astype(np.uint8)
    contours, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = max(contours, key=len)[:, 0, :][::3]
    rim: NDArray[np.float64] = points / PX_PER_MM + np.array(blob.box[:2])
    return rim


def _ring(rim: NDArray[np.float64]) -> Span | None:
    """The box of the circle on which a third of the way round lies, radius 8 to 30 mm."""
    draw = np.random.default_rng(0)
    for _ in range(80):
        circle = _circle(rim[draw.integers(0, len(rim), 3)])
        if circle is None:
            continue
        cx, cy, radius = circle
        away = rim - (cx, cy)
        on = np.abs(np.hypot(away[:, 0], away[:, 1]) - radius) < _RING_TRUE
        around = np.unique(np.degrees(np.arctan2(away[on, 1], away[on, 0])) // 5)
        if len(around) >= _RING_STEPS and on.mean() > _RING_SHARE:
            return cx - radius, cy - radius, cx + radius, cy + radius
    return None


def _circle(three: NDArray[np.float64]) -> tuple[float, float, float] | None:
    a, b, c = three
    system = 2 * np.array([b - a, c - a])
    if abs(np.linalg.det(system)) < 1:
        return None
    cx, cy = np.linalg.solve(system, np.array([b @ b - a @ a, c @ c - a @ a]))
    radius = float(np.hypot(*(a - (cx, cy))))
    return (float(cx), float(cy), radius) if _RING[0] <= radius <= _RING[1] else None
