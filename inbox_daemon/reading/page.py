"""A page as a picture and the words that were seen on it: what all readers of fields share.

Promises: positions convert between pixels and points by one scale. Touches: nothing.
Trusts: pdf.py and ocr.py. Limits: one picture a page; a page is looked at as it is shown.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inbox_daemon.core.values import Box, DocumentKind

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`grey` is height x width, 0 black to 255 white; `rgb` (height x width x 3) only for colour.

    `dpi` is pixels per inch of `grey`; `notes` are codes of the PDF gate (e.g. `pasted-picture`).
    """

    number: int
    grey: Grey
    rgb: NDArray[np.uint8] | None
    dpi: float
    kind: DocumentKind
    notes: tuple[str, ...] = ()

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """Pixels of `grey` to points, rounded to a tenth."""
        scale = 72.0 / self.dpi
        return Box(
            x0=round(x0 * scale, 1),
            y0=round(y0 * scale, 1),
            x1=round(x1 * scale, 1),
            y1=round(y1 * scale, 1),
        )


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
