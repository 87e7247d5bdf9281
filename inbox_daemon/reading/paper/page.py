"""A page as a picture and the words that were seen on it: what all readers of fields share.

Promises: a box is given in points of the page as it is shown, also after the picture was turned.
Touches: nothing. Trusts: pdf.py, deskew.py and ocr.py. Limits: one picture a page.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inbox_daemon.core.values import Box, DocumentKind

Grey = NDArray[np.uint8]
Matrix = NDArray[np.float64]

POINTS = 72.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`grey` is height x width, 0 black to 255 white; `rgb` (height x width x 3) only for colour.

    `dpi` is pixels per inch of `grey`; `notes` are codes of the PDF gate (e.g. `pasted-picture`).
    `shown` (3 x 3, homogeneous) brings pixels of `grey` to points of the page as it is shown, for
    a picture that was turned or flattened; without it the picture lies as it is shown.
    """

    number: int
    grey: Grey
    rgb: NDArray[np.uint8] | None
    dpi: float
    kind: DocumentKind
    notes: tuple[str, ...] = ()
    shown: Matrix | None = None

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """Pixels of `grey` to points, rounded to a tenth."""
        left, top, right, foot = _moved(self.to_points, (x0, y0, x1, y1))
        return Box(x0=round(left, 1), y0=round(top, 1), x1=round(right, 1), y1=round(foot, 1))

    def pixels(self, box: Box) -> tuple[float, float, float, float]:
        """The way back: where on `grey` a box of the page as it is shown lies."""
        back = np.asarray(np.linalg.inv(self.to_points), np.float64)
        return _moved(back, (box.x0, box.y0, box.x1, box.y1))

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points of a picture that lies as it is shown, to a tenth."""
        height, width = self.grey.shape
        return round(width * POINTS / self.dpi, 1), round(height * POINTS / self.dpi, 1)

    @property
    def to_points(self) -> Matrix:
        """`shown`, or the plain scale."""
        if self.shown is not None:
            return self.shown
        return np.diag((POINTS / self.dpi, POINTS / self.dpi, 1.0))

    def moved(
        self, grey: Grey, rgb: NDArray[np.uint8] | None, *, dpi: float, back: Matrix
    ) -> "Page":
        """The page with another picture; `back` brings its pixels to those of the old picture."""
        return replace(self, grey=grey, rgb=rgb, dpi=dpi, shown=self.to_points @ back)


def _moved(
    matrix: Matrix, rect: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """The upright rectangle round the four corners after the move."""
    x0, y0, x1, y1 = rect
    corners = np.array([(x0, y0, 1), (x1, y0, 1), (x0, y1, 1), (x1, y1, 1)], np.float64)
    there = corners @ matrix.T
    across, down = there[:, 0] / there[:, 2], there[:, 1] / there[:, 2]
    return float(across.min()), float(down.min()), float(across.max()), float(down.max())


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of the OCR engine: pixel box, the engine's confidence 0 to 100, its line."""

    text: str
    x0: int
    y0: int
    x1: int
    y1: int
    confidence: float
    line: tuple[int, int, int]
