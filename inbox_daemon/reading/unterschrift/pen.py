"""Whether a group of blobs has the size of a signature at all: length, stroke, turns, fill.

Promises: measures in millimetres, and gates that no bar, spot or speck passes; no verdict.
Touches: nothing. Trusts: ink.py for the blobs and their millimetres.
Limits: what a pen wrote and what a font printed are told apart in pen_net.py and pen_shape.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.unterschrift.ink import PX_PER_MM, Blob, Mask, Span

_MIN_LENGTH = 30.0
_MIN_EXTENT = 8.0
_MIN_CORNERS = 22
_STROKE = (0.15, 1.0)
_HEIGHT = (3, 50)
_UNEVEN = 0.7
_WIDTH = 120
# Narrower than this it must be long to be more than initials.
_NARROW = 16
_DENSE = 65
_EDGY = (0.2, 1.25)
_FILL = 0.4
# In pixels of a patch: half of the thinnest stroke that counts.
_RIDGE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Measures of a group of blobs: mm, or counts, or shares from 0 to 1.

    `edgy` is corners a mm.
    """

    count: int
    length: float
    extent: float
    width: float
    height: float
    corners: int
    stroke: float
    uneven: float
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
            and (self.width >= _NARROW or self.length >= _DENSE)
            and _EDGY[0] <= self.edgy <= _EDGY[1]
            and self.fill <= _FILL
        )


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
    return Shape(
        count=len(blobs),
        length=sum(b.length for b in blobs),
        extent=max(b.extent for b in blobs),
        width=box[2] - box[0],
        height=box[3] - box[1],
        corners=sum(b.corners for b in blobs),
        stroke=stroke,
        uneven=uneven,
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
