"""The second opinion on a piece of ink: a small network of our own that knows pens from the rest.

Promises: a share from 0 to 1 for ink alone, whatever page it stands on; no verdict.
Touches: models/signature.npz, once. Trusts: the caller's scale.
Limits: sees shape, not colour nor paper; trained by tests/training/signature.py.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.network import Array, network

MODEL: Final = "signature"
# The network's picture: height and width in pixels, rim, and pixels a mm unless the ink is larger.
SIZE: Final = (56, 168)
RIM: Final = 3
FINEST: Final = 3.0
# Classes of the network.
OTHER, PEN, SMALL = 0, 1, 2


def pen_share(mask: NDArray[np.bool_] | NDArray[np.uint8], px_per_mm: float) -> float:
    """How surely the ink in this cut-out is a pen's signature, 0 to 1.

    `mask` (height x width) is not 0 where ink is: lines of the form and words that an engine read
    should be gone from it. Without ink the answer is 0.
    """
    return float(_shares(mask, px_per_mm)[PEN])


def _shares(mask: NDArray[np.bool_] | NDArray[np.uint8], px_per_mm: float) -> Array:
    if not mask.any():
        return np.array([1.0, 0.0, 0.0], np.float32)
    shares: Array = network(MODEL).shares(picture_of(mask, px_per_mm)[None])[0]
    return shares


def picture_of(mask: NDArray[np.bool_] | NDArray[np.uint8], px_per_mm: float) -> Array:
    """The ink in the middle of 56 x 168 pixels, 1 where full: 3.0 px a mm, or less to fit."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    ink = (mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] > 0).astype(np.float32)
    room = SIZE[0] - 2 * RIM, SIZE[1] - 2 * RIM
    scale = min(FINEST / px_per_mm, room[0] / ink.shape[0], room[1] / ink.shape[1])
    size = max(round(ink.shape[1] * scale), 1), max(round(ink.shape[0] * scale), 1)
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    picture = np.zeros(SIZE, np.float32)
    top, left = (SIZE[0] - size[1]) // 2, (SIZE[1] - size[0]) // 2
    picture[top : top + size[1], left : left + size[0]] = small
    return picture
