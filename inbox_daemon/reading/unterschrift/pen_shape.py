"""The first opinion on a piece of ink: measures of its strokes, weighed by a small network.

Promises: the same ink gives the same measures; a share from 0 to 1, no verdict.
Touches: models/pen-shape.npz, once. Trusts: masks at 10 px a mm.
Limits: sees no picture, only how long, wide, level, straight and even the strokes are.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from inbox_daemon.reading.network import Array, network
from inbox_daemon.reading.unterschrift.ink import PX_PER_MM, Mask

MODEL: Final = "pen-shape"
PEN: Final = 1
_SPECK: Final = 6
_TURN_REACH: Final = 8
_TURN_STEP: Final = 6
_TURN_LEVEL: Final = 2.5
_DIRECTIONS: Final = 6
_RIDGE: Final = 0.9


def shape_share(mask: Mask) -> float:
    """How much the strokes measure like a pen's, 0 to 1; `mask` is 1 where ink is."""
    found = measures(mask)
    return float(network(MODEL).shares(found[None, None, :])[0, PEN])


def measures(mask: Mask) -> Array:
    """Logarithms, shares and counts a mm of the ink in a mask at 10 px a mm."""
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outer = [c for c, t in zip(contours, tree[0], strict=True) if t[3] < 0]
    holes = sum(1 for c, t in zip(contours, tree[0], strict=True) if t[3] >= 0 and len(c) > _SPECK)
    rims = np.array([float(len(c)) for c in outer])
    length = float(sum(len(c) for c in contours)) / 2 / PX_PER_MM
    high, wide = (side / PX_PER_MM for side in mask.shape)
    widest = max(cv2.boundingRect(c)[2] for c in outer) / PX_PER_MM
    pieces = int((rims > _SPECK * 2).sum())
    corners = sum(len(cv2.approxPolyDP(c, 3.5, closed=True)) for c in contours)
    fine = sum(len(cv2.approxPolyDP(c, 1.5, closed=True)) for c in contours)
    stroke, uneven, thickest = _strokes(mask)
    low, low_level, low_spread = _turns(mask[::-1])
    top, top_level, top_spread = _turns(mask)
    rows = mask.sum(axis=1) / max(float(mask.sum()), 1.0)
    columns = cv2.resize(
        mask.mean(axis=0, dtype=np.float32)[None], (24, 1), interpolation=cv2.INTER_AREA
    )[0]
    return np.array(
        (
            np.log(high), np.log(wide), np.log(mask.mean() + 1e-3), np.log(length + 1),
            np.log((length + 1) / wide), np.log(pieces + 1), np.log((pieces + 1) / wide),
            rims.max() / rims.sum(), widest / wide, holes / (length + 1) * 10,
            corners / (length + 1), fine / (length + 1), np.log(stroke + 0.03), uneven, thickest,
            np.log(low + 1), low_level, low_spread, np.log(top + 1), top_level, top_spread,
            low / (wide + 1), -float((rows * np.log(rows + 1e-9)).sum()),
            float(np.sort(rows)[-max(len(rows) // 4, 1) :].sum()),
            float(columns.std() / (columns.mean() + 1e-3)), *_directions(contours),
        ),
        dtype=np.float32,
    )  # fmt: skip


def _strokes(mask: Mask) -> tuple[float, float, float]:
    """Median width of the stroke along its ridge (mm), spread over mean, widest over median."""
    depth = cv2.distanceTransform(cv2.copyMakeBorder(mask, 1, 1, 1, 1, 0), cv2.DIST_L2, 5)
    ridge = depth[(depth == cv2.dilate(depth, np.ones((3, 3), np.uint8))) & (depth > _RIDGE)]
    if not ridge.size:
        return 0.0, 0.0, 1.0
    middle = float(np.median(ridge))
    return (
        middle * 2 / PX_PER_MM,
        float(ridge.std() / ridge.mean()),
        float(np.quantile(ridge, 0.97)) / middle,
    )


def _turns(mask: Mask) -> tuple[int, float, float]:
    """Turning points of the upper rim, the share on one line, and how far they scatter (mm)."""
    columns = np.flatnonzero(mask.any(axis=0))
    rim = mask[:, columns].argmax(axis=0).astype(np.float32)
    least = cv2.erode(rim[None], np.ones((1, 2 * _TURN_REACH + 1), np.uint8))[0]
    points: list[int] = []
    for i in np.flatnonzero(rim == least).tolist():
        if not points or columns[i] - columns[points[-1]] > _TURN_STEP:
            points.append(i)
    x, y = columns[points].astype(float), rim[points].astype(float)
    lean = y[None, :] - np.linspace(-0.15, 0.15, 31)[:, None] * x[None, :]
    on_line = (np.abs(lean[:, :, None] - lean[:, None, :]) <= _TURN_LEVEL).sum(axis=2)
    spread = float(np.abs(lean - np.median(lean, axis=1)[:, None]).mean(axis=1).min()) / PX_PER_MM
    return len(points), float(on_line.max() / len(points)), spread


def _directions(contours: Sequence[cv2.typing.MatLike]) -> list[float]:
    """How much of the outline runs each way (six shares), and how much of it runs straight on."""
    runs = []
    for contour in contours:
        bends = cv2.approxPolyDP(contour, 1.5, closed=True)[:, 0, :].astype(np.float64)
        runs.append(bends - np.roll(bends, 1, axis=0))
    every = np.concatenate(runs)
    long = np.hypot(every[:, 0], every[:, 1])
    way = (np.degrees(np.arctan2(every[:, 1], every[:, 0])) % 180 / 180 * _DIRECTIONS).astype(int)
    shares = np.bincount(way % _DIRECTIONS, long, _DIRECTIONS) / max(long.sum(), 1.0)
    straight = long[long > 3 * PX_PER_MM].sum() / max(long.sum(), 1.0)
    return [*shares.tolist(), float(straight)]
