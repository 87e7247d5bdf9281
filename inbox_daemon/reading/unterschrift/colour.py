"""Ink of a block taken apart by its colour, so that a blue pen over a red stamp can be seen alone.

Promises: each pixel of ink goes into one layer at most; without clear colours there are no layers.
Touches: nothing. Trusts: ink.py for what is ink. Limits: a black pen over a black stamp is one.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.paper.page import Page
from inbox_daemon.reading.unterschrift.ink import PX_PER_MM, Mask, Patch

# Distance from grey in CIE Lab from which ink has a colour, and how far two hues must be apart.
_CHROMA: Final = 14.0
_APART: Final = 50
_BINS: Final = 72
# The colour of a stroke is the mean of its ink in so many pixels round.
_WINDOW: Final = 9
_LEAST_MM2: Final = 2.5


def layers_of(page: Page, patch: Patch, ink: Mask) -> tuple[Mask, ...]:
    """The ink of each colour that is there, grey among them; nothing where all is of one colour."""
    if page.rgb is None or not ink.any():
        return ()
    x, y, wide, high = cv2.boundingRect(ink)
    whole, ink = ink, ink[y : y + high, x : x + wide]
    a, b = _stroke_colour(page.rgb, patch.matrix - np.array([[0, 0, x], [0, 0, y]]), ink)
    chroma = np.hypot(a, b)
    strong = (ink > 0) & (chroma > _CHROMA)
    layers = [np.asarray((ink > 0) & ~strong, np.uint8)]
    hue = np.degrees(np.arctan2(b, a)) % 360
    rest = strong
    while rest.any() and len(layers) <= 2:  # noqa: PLR2004 (grey and two colours)
        middle = _peak(hue[rest])
        near = rest & (np.abs((hue - middle + 180) % 360 - 180) < _APART)
        layers.append(np.asarray(near, np.uint8))
        rest = rest & ~near
    kept = [layer for layer in layers if layer.sum() > _LEAST_MM2 * PX_PER_MM**2]
    return tuple(_placed(layer, x, y, whole) for layer in kept) if len(kept) > 1 else ()


def _placed(layer: Mask, x: int, y: int, whole: Mask) -> Mask:
    placed = np.zeros_like(whole)
    placed[y : y + layer.shape[0], x : x + layer.shape[1]] = layer
    return placed


def _stroke_colour(
    rgb: NDArray[np.uint8], matrix: NDArray[np.float64], ink: Mask
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The a and b of Lab, the paper's taken off, as means over the ink near by."""
    ink = np.ascontiguousarray(ink)
    size = ink.shape[1], ink.shape[0]
    there = cv2.warpAffine(rgb, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    lab = cv2.cvtColor(np.asarray(there), cv2.COLOR_RGB2LAB)
    weight = ink.astype(np.float32)
    total = np.maximum(cv2.blur(weight, (_WINDOW, _WINDOW)), 1e-6)
    found = []
    for channel in (1, 2):
        off = lab[:, :, channel].astype(np.float32)
        off -= np.float32(np.median(off[::4, ::4]))
        found.append(np.asarray(cv2.blur(off * weight, (_WINDOW, _WINDOW)) / total, np.float32))
    return found[0], found[1]


def _peak(hues: NDArray[np.float32]) -> float:
    counts, _ = np.histogram(hues, _BINS, (0, 360))
    smooth = np.convolve(np.tile(counts, 3), np.ones(5), "same")[_BINS : 2 * _BINS]
    return float((int(smooth.argmax()) + 0.5) * 360 / _BINS)
