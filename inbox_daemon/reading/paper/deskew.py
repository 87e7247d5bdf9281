"""A page laid straight: quarter turns, skew of up to 5 degrees, even light, other resolutions.

Promises: grey levels survive a small turn, since pixels are shifted, not blended; a page whose
print gives no clear direction stays as it is. Touches: nothing. Trusts: the dpi of the page.
Limits: one angle for the whole sheet; what is bent stays bent (keystone.py knows perspective).
"""

from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.paper.keystone import flattened, levelled
from inbox_daemon.reading.paper.page import Grey, Page
from inbox_daemon.reading.paper.slant import MAX_SKEW, ink_of, slant_in

Pixels = NDArray[np.uint8]

# Over the 165 mm of a line of print this is 0.7 mm: less than its letters are high.
MIN_SKEW: Final = 0.25
# From here on a step of one pixel in a stroke is finer than the stroke's own raggedness.
SHIFTED_DPI: Final = 180.0
# Over 3,500 pixels this is less than half a pixel: words must stand where the ink stands.
SAME_SCALE: Final = 1e-4
# Light is even when the paper's grey levels lie this close together, and bright enough.
EVEN: Final = 25
BRIGHT: Final = 200


def straightened(page: Page) -> Page:
    """The page with level lines of print: the same size and dpi, turned about its middle.

    A photo whose sheet or print shows perspective is flattened first (size and dpi may change).
    Turns by up to 5 degrees; what is less than a quarter of a degree off stays as it is.
    """
    flat = flattened(page)
    ink = ink_of(flat.grey, flat.dpi)
    angle = slant_in(ink)
    level = levelled(flat, ink, angle)
    if level is not None:
        return level
    return _rotated(flat, angle) if MIN_SKEW <= abs(angle) <= MAX_SKEW else flat


def turned(page: Page, quarters: int) -> Page:
    """The page turned to the left by that many quarters (any whole number)."""
    high, wide = page.grey.shape
    way = {
        1: (cv2.ROTATE_90_COUNTERCLOCKWISE, ((0, -1, wide), (1, 0, 0), (0, 0, 1))),
        2: (cv2.ROTATE_180, ((-1, 0, wide), (0, -1, high), (0, 0, 1))),
        3: (cv2.ROTATE_90_CLOCKWISE, ((0, 1, 0), (-1, 0, high), (0, 0, 1))),
    }.get(quarters % 4)
    if way is None:
        return page
    rgb = None if page.rgb is None else np.asarray(cv2.rotate(page.rgb, way[0]), np.uint8)
    grey = np.asarray(cv2.rotate(page.grey, way[0]), np.uint8)
    return page.moved(grey, rgb, dpi=page.dpi, back=np.array(way[1], np.float64))


def scaled(grey: Grey, scale: float) -> Grey:
    """The picture at `scale` times its resolution.

    Coordinates times `scale` are those of the result; up to half an inch may fall away at the
    right and lower rim, none at usual sizes.
    """
    if abs(scale - 1) < SAME_SCALE:
        return np.ascontiguousarray(grey)
    if scale > 1:
        return _resized(grey, scale, cv2.INTER_CUBIC)
    whole = int(1 / scale + 1e-6)
    small = reduced(grey, whole)
    rest = scale * whole
    return small if abs(rest - 1) < 1e-3 else _resized(small, rest, cv2.INTER_LINEAR)  # noqa: PLR2004


def reduced(picture: Pixels, times: int) -> Pixels:
    """The picture with blocks of `times` x `times` pixels averaged: the fast way to be small."""
    if times <= 1:
        return picture
    high, wide = picture.shape[0] // times, picture.shape[1] // times
    whole = picture[: high * times, : wide * times]
    return np.asarray(cv2.resize(whole, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)


def even_light(grey: Grey) -> Grey:
    """Paper made white where light falls unevenly, as on a photo; a flat page stays as it is."""
    small = reduced(grey, 8)
    if min(small.shape) < 3:  # noqa: PLR2004 (no neighbours to compare with)
        return grey
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 21)
    low, high = np.percentile(paper, (2, 98))
    if high - low < EVEN and high > BRIGHT:
        return grey
    light = cv2.resize(paper, grey.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, np.maximum(light, 1), scale=255), np.uint8)


def _resized(grey: Grey, scale: float, way: int) -> Grey:
    resized = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=way)
    return np.asarray(resized, np.uint8)


def _rotated(page: Page, angle: float) -> Page:
    """Counter-clockwise about the middle. Fine pictures by two shears, which are copies only."""
    height, width = page.grey.shape
    slope = float(np.tan(np.radians(angle)))
    centre = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1.0]])
    shifted = page.dpi >= SHIFTED_DPI
    down, across = np.eye(3), np.eye(3)
    down[1, 0], across[0, 1] = -slope, slope
    move = across @ down
    if not shifted:
        move = np.eye(3)
        move[:2] = cv2.getRotationMatrix2D((0, 0), angle, 1.0)
    move = centre @ move @ np.linalg.inv(centre)

    def laid(picture: Pixels) -> Pixels:
        if shifted:
            return _across(_down(picture, -slope), slope)
        size = (width, height)
        rotated = cv2.warpAffine(picture, move[:2], size, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(rotated, np.uint8)

    rgb = None if page.rgb is None else laid(page.rgb)
    back = np.asarray(np.linalg.inv(move), np.float64)
    return page.moved(laid(page.grey), rgb, dpi=page.dpi, back=back)


def _down(picture: Pixels, slope: float) -> Pixels:
    """Each column moved down by `slope` times its way right of the middle; the rim repeats."""
    moved = np.empty_like(picture)
    height = picture.shape[0]
    for first, last, by in _runs(picture.shape[1], slope):
        to, whole = moved[:, first:last], picture[:, first:last]
        if by > 0:
            to[by:], to[:by] = whole[: height - by], whole[0]
        elif by < 0:
            to[:by], to[by:] = whole[-by:], whole[-1]
        else:
            to[:] = whole
    return moved


def _across(picture: Pixels, slope: float) -> Pixels:
    """Each row moved right by `slope` times its way below the middle; the rim repeats."""
    moved = np.empty_like(picture)
    width = picture.shape[1]
    for first, last, by in _runs(picture.shape[0], slope):
        to, whole = moved[first:last], picture[first:last]
        if by > 0:
            to[:, by:], to[:, :by] = whole[:, : width - by], whole[:, :1]
        elif by < 0:
            to[:, :by], to[:, by:] = whole[:, -by:], whole[:, -1:]
        else:
            to[:] = whole
    return moved


def _runs(length: int, slope: float) -> list[tuple[int, int, int]]:
    """Stretches of neighbours that move by the same whole number of pixels."""
    by = np.rint((np.arange(length) + 0.5 - length / 2) * slope).astype(int)
    cuts = [0, *(np.flatnonzero(np.diff(by)) + 1).tolist(), length]
    return [(a, b, int(by[a])) for a, b in pairwise(cuts)]
