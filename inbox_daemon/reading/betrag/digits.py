"""Two networks of our own that read digits: one looks at single signs, one along the whole row.

Promises: shares for each sign, the same for the same ink; neither knows what the other said.
Touches: models/digits.npz and models/row.npz, once. Trusts: network.py.
Limits: the shares are no probabilities; what they are worth was measured on held-out writers.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.network import network

Ink = NDArray[np.float32]

SIDE: Final = 28
INSIDE: Final = 20
# The eleventh class of single signs: not one digit.
OTHER: Final = 10
WINDOW: Final = 36
ROW_TALL: Final = 22.0
# The classes of the row after the digits: a comma or dot in the middle; nothing in the middle.
MARK: Final = 10
NOTHING: Final = 11
STRIDE: Final = 2
LEAST_INK: Final = 0.35


def tight(ink: Ink) -> Ink:
    """Cut to the edges of the ink; an empty picture stays as it is."""
    there = ink > LEAST_INK
    rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
    if len(rows) == 0:
        return ink
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def framed(ink: Ink) -> Ink:
    """One sign on 28 x 28, its longer side 20, in the middle."""
    sign = tight(ink)
    high, wide = sign.shape
    scale = INSIDE / max(high, wide)
    size = (max(1, round(wide * scale)), max(1, round(high * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(sign, size, interpolation=way), dtype=np.float32)
    picture = np.zeros((SIDE, SIDE), np.float32)
    top, left = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    picture[top : top + size[1], left : left + size[0]] = small
    return picture


def sign_shares(inks: Sequence[Ink]) -> Ink:
    """N x 11 shares: the ten digits, and that it is not one digit. Raises OSError: no model."""
    if not inks:
        return np.zeros((0, OTHER + 1), np.float32)
    return network("digits").shares(np.stack([framed(ink) for ink in inks]))


def row_of(ink: Ink, *, tall: float, middle: float) -> Ink:
    """The row at the scale of the second network: 36 high, digits of height `tall` become 22."""
    scale = ROW_TALL / tall
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(ink, size, interpolation=way), dtype=np.float32)
    half = WINDOW // 2
    framed_row = np.pad(small, ((WINDOW, WINDOW), (half, half)))
    top = WINDOW + round(middle * scale) - half
    top = min(max(top, 0), framed_row.shape[0] - WINDOW)
    return framed_row[top : top + WINDOW]


def row_shares(row: Ink) -> tuple[NDArray[np.int64], Ink]:
    """Places along `row` (its own pixels, in the frame's columns) and n x 12 shares there.

    Places without ink near them are left out: nothing is there. Raises OSError: no model.
    """
    half = WINDOW // 2
    inky = np.asarray((row > LEAST_INK).any(axis=0))
    places = [
        x for x in range(half, row.shape[1] - half, STRIDE) if inky[max(x - 4, 0) : x + 5].any()
    ]
    if not places:
        return np.zeros(0, np.int64), np.zeros((0, NOTHING + 1), np.float32)
    pictures = np.stack([row[:, x - half : x + half] for x in places])
    return np.asarray(places), network("row").shares(pictures)
