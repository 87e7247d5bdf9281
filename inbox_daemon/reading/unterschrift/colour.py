"""Ink of a block taken apart by its colour, so that a blue pen over a red stamp can be seen alone.

Promises: in one way of parting each pixel of ink goes into one layer, or two where thin
strokes cross; without clearly different inks there are no layers.
Touches: nothing. Trusts: ink.py for what is ink. Limits: a black pen over a black stamp is one.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.paper.page import Page
from inbox_daemon.reading.unterschrift.ink import PX_PER_MM, Mask, Patch

# How far apart two inks must lie: their densities in red, green and blue, each as a share of all.
_APART: Final = 0.1
# A block is taken apart into so many inks, one after the other.
_INKS: Final = (2, 3)
# The colour of a stroke is the mean of its ink in so many pixels round.
_WINDOW: Final = 7
_LEAST_MM2: Final = 2.5
# A stroke goes on under another of so many pixels.
_CROSSING: Final = 9
_SAMPLE: Final = 4000
_ROUNDS: Final = 12
_FAR: Final = 0.95
_DARKEST: Final = 8.0


def layers_of(page: Page, patch: Patch, ink: Mask) -> tuple[Mask, ...]:
    """The ink of each colour that is there, black among them; nothing where all is of one colour.

    Inks are told apart by their optical density (Beer and Lambert) in the three channels.
    """
    if page.rgb is None or not ink.any():
        return ()
    x, y, wide, high = cv2.boundingRect(ink)
    piece = np.ascontiguousarray(ink[y : y + high, x : x + wide])
    tints = _tints(page.rgb, patch.matrix - np.array([[0, 0, x], [0, 0, y]]), piece)
    inked = piece > 0
    layers: list[Mask] = []
    for count in _INKS:
        numbers = _parted(tints[inked], count)
        if numbers is None:
            continue
        for number in range(count):
            own = np.zeros_like(piece)
            own[inked] = numbers == number
            if own.sum() > _LEAST_MM2 * PX_PER_MM**2:
                layers.append(_placed(_joined(own, piece), x, y, ink))
    return tuple(layers)


def _joined(own: Mask, ink: Mask) -> Mask:
    """A layer with the ink of others that stands in the gaps where they cross it."""
    round_ = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_CROSSING, _CROSSING))
    closed = np.asarray(cv2.morphologyEx(own, cv2.MORPH_CLOSE, round_), np.uint8)
    joined: Mask = own | (closed & ink)
    return joined


def _placed(layer: Mask, x: int, y: int, whole: Mask) -> Mask:
    placed = np.zeros_like(whole)
    placed[y : y + layer.shape[0], x : x + layer.shape[1]] = layer
    return placed


def _tints(rgb: NDArray[np.uint8], matrix: NDArray[np.float64], ink: Mask) -> NDArray[np.float32]:
    """The shares of red, green and blue in the density of the ink near by (h x w x 3, sum 1)."""
    size = ink.shape[1], ink.shape[0]
    there = cv2.warpAffine(rgb, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    bright = np.maximum(np.asarray(there, np.float32), _DARKEST)
    paper = np.maximum(np.median(bright[::4, ::4], axis=(0, 1)), 1.0)
    dense = np.maximum(np.log(paper / bright), 0.0) * ink[:, :, None]
    near = np.asarray(cv2.blur(dense, (_WINDOW, _WINDOW)), np.float32)
    shares: NDArray[np.float32] = near / np.maximum(near.sum(axis=2, keepdims=True), 1e-6)
    return shares


def _parted(tints: NDArray[np.float32], count: int) -> NDArray[np.intp] | None:
    """Which of `count` inks each pixel is of, by k-means; None where two of them are alike."""
    sample = tints[:: max(len(tints) // _SAMPLE, 1)].astype(np.float64)
    middles = [sample.mean(axis=0)]
    for _ in range(count):
        away = _away(sample, np.array(middles)).min(axis=1)
        middles.append(sample[np.argsort(away)[int(_FAR * (len(away) - 1))]])
    found = np.array(middles[1:])
    for _ in range(_ROUNDS):
        nearest = _away(sample, found).argmin(axis=1)
        if len(np.unique(nearest)) < count:
            return None
        found = np.array([sample[nearest == n].mean(axis=0) for n in range(count)])
    apart = _away(found, found) + np.eye(count)
    return _away(tints, found).argmin(axis=1) if apart.min() > _APART else None


def _away(points: NDArray[np.floating], middles: NDArray[np.float64]) -> NDArray[np.float64]:
    far: NDArray[np.float64] = np.linalg.norm(points[:, None, :] - middles[None, :, :], axis=2)
    return far
