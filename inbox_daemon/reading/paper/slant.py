"""How far lines of print are off the level: one angle, from a small picture of the page.

Promises: 0.1 degree on a page of print, up to 5 degrees; 0.0 where nothing tells a direction.
Touches: nothing. Trusts: the dpi. Limits: print in lines or ruled lines; not handwriting alone.
Source: projection profiles, W. Postl, Detection of linear oblique structures and skew scan in
digitized documents, ICPR 1986, pp. 687-689.
"""

from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.paper.page import Grey

MAX_SKEW: Final = 5.0
WORK_DPI: Final = 75.0
# Columns of the small picture that are shifted together: at 5 degrees less than a pixel apart;
# for a first look twice as many.
STRIP: Final = 8
COARSE: Final = 0.25
FINE: Final = 0.05
TOP: Final = 0.2
SPLIT: Final = 4
# Darker than the paper by this share is ink; what is solid for 3 mm is a rim or a shaded cell.
INK_SHARE: Final = 0.3
SOLID_PX: Final = 9
# The best angle's profile is sharper than the usual one by this factor on any page of print.
CLEAR: Final = 1.15
LEAST_INK: Final = 150
# Bands of one page differ by perspective: looked for within this of the page's own angle.
NEAR: Final = 3.0
NEAR_STEP: Final = 0.2
# How many bands; least and most rise over the page; how far bands may be off it, as a share;
# how much sharper the page's rows must get.
BANDS: Final = 5
RISE: Final = (0.6, 8.0)
TRUE: Final = 0.4
FANNED: Final = 1.3


def slant_of(grey: Grey, dpi: float) -> float:
    """Degrees to turn (counter-clockwise positive) until lines of print are level."""
    return slant_in(ink_of(grey, dpi))


def ink_of(grey: Grey, dpi: float) -> Grey:
    """A small picture (about 75 dpi) of thin ink: 1 where print is, 0 for paper and rims."""
    times = reduction(dpi)
    high, wide = grey.shape[0] // times, grey.shape[1] // times
    small = cv2.resize(
        grey[: high * times, : wide * times], (wide, high), interpolation=cv2.INTER_AREA
    )
    paper = cv2.blur(cv2.dilate(small, np.ones((13, 13), np.uint8)), (31, 31))
    ink = (small < cv2.multiply(paper, np.ones(1), scale=1 - INK_SHARE)).astype(np.uint8)
    solid = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((SOLID_PX, SOLID_PX), np.uint8))
    ink[cv2.dilate(solid, np.ones((5, 5), np.uint8)) > 0] = 0
    margin = (high // 30, wide // 30)
    return np.ascontiguousarray(ink[margin[0] : high - margin[0], margin[1] : wide - margin[1]])


def reduction(dpi: float) -> int:
    """Pixels of the page to one of ink_of's picture, each way."""
    return max(round(dpi / WORK_DPI), 1)


def slant_in(ink: Grey) -> float:
    """As slant_of, for a picture made by ink_of or a horizontal band of one."""
    if min(ink.shape) < 2 * STRIP or int(ink.sum()) < LEAST_INK:
        return 0.0
    wide = _strips(ink, 2 * STRIP)
    angles = np.arange(-MAX_SKEW - 1, MAX_SKEW + 1 + COARSE / 2, COARSE)
    sharp = np.array([_sharpness(wide, 2 * STRIP, float(a)) for a in angles])
    best = int(sharp.argmax())
    if sharp[best] < CLEAR * float(np.median(sharp)) or abs(angles[best]) > MAX_SKEW:
        return 0.0
    near = np.arange(angles[best] - COARSE, angles[best] + COARSE + FINE / 2, FINE)
    # Rows are split so that strips shift by parts of a pixel: whole ones make steps of the values.
    split = cv2.resize(_strips(ink, STRIP), None, fx=SPLIT, fy=1, interpolation=cv2.INTER_LINEAR)
    strips = np.asarray(split, np.float32)
    values = np.array([_sharpness(strips, STRIP, float(a), SPLIT) for a in near])
    good = values >= values.max() - TOP * (values.max() - values.min())
    return round(float(np.average(near[good], weights=values[good])), 3)


def convergence(ink: Grey, angle: float) -> tuple[float, float] | None:
    """Degrees of the lines at mid-height and how much they rise from top to bottom of `ink`.

    None where lines are parallel or it is not clear, as on nearly every scan. `angle` is that of
    slant_in. The lines of bands of the page give a first guess, the whole page the measure.
    """
    height = ink.shape[0]
    edges = np.linspace(0, height, BANDS + 1).astype(int)
    seen = [_near(ink[a:b], angle) for a, b in pairwise(edges)]
    places = (np.arange(BANDS) + 0.5) / BANDS - 0.5
    found = [(place, value) for place, value in zip(places, seen, strict=True) if value is not None]
    if len(found) < BANDS - 2:
        return None
    where, angles = np.array(found).T
    rise, middle = (float(v) for v in np.polyfit(where, angles, 1))
    off = float(np.abs(angles - (middle + rise * where)).max())
    if not RISE[0] <= abs(rise) <= RISE[1] or off > TRUE * abs(rise):
        return None
    return _sharpest(ink, rise, middle)


def _near(band: Grey, angle: float) -> float | None:
    """The angle of the lines in a band of ink, near that of the page; None if unclear."""
    if band.shape[0] < 2 * STRIP or int(band.sum()) < 2 * LEAST_INK:
        return None
    strips = _strips(band, 2 * STRIP)
    angles = angle + np.arange(-NEAR, NEAR + NEAR_STEP / 2, NEAR_STEP)
    sharp = np.array([_sharpness(strips, 2 * STRIP, float(a)) for a in angles])
    best = int(sharp.argmax())
    clear = sharp[best] >= CLEAR * float(np.median(sharp)) and 0 < best < len(angles) - 1
    return float(angles[best]) if clear else None


def _sharpest(ink: Grey, rise: float, middle: float) -> tuple[float, float] | None:
    """The pair (middle, rise) near the guess that makes the page's rows sharpest; None if none."""
    strips = _strips(ink, STRIP)
    height, best = ink.shape[0], (0.0, 0.0, 0.0)
    angles = middle + np.arange(-1.0, 1.1, 0.1)
    parallel = max(_sharpness(strips, STRIP, float(a)) for a in angles)
    for step in np.arange(-2.0, 2.1, 0.25):
        fan = _fanned(strips, float(np.tan(np.radians(rise + step))) / height)
        sharp = [_sharpness(fan, STRIP, float(a)) for a in angles]
        top = int(np.argmax(sharp))
        best = max(best, (sharp[top], float(angles[top]), rise + step))
    return best[1:] if best[0] >= FANNED * parallel else None


def _fanned(strips: NDArray[np.float32], change: float) -> NDArray[np.float32]:
    """Each strip stretched about mid-height, by `change` for each pixel right of the middle."""
    count, height = strips.shape
    stretch = 1 + change * (np.arange(count) + 0.5 - count / 2)[:, None] * STRIP
    down = ((np.arange(height) - height / 2)[None, :] * stretch + height / 2).astype(np.float32)
    across = np.repeat(np.arange(count, dtype=np.float32)[:, None], height, axis=1)
    return np.asarray(cv2.remap(strips, down, across, cv2.INTER_LINEAR), np.float32)


def _strips(ink: Grey, width: int) -> NDArray[np.float32]:
    """Sums of ink: one row for each strip of columns, with room above and below to shift."""
    count = ink.shape[1] // width
    sums = ink[:, : count * width].reshape(ink.shape[0], count, width).sum(axis=2)
    room = int(np.tan(np.radians(MAX_SKEW + 2)) * ink.shape[1] / 2) + 2
    return np.ascontiguousarray(np.pad(sums.T, ((0, 0), (room, room))), dtype=np.float32)


def _sharpness(strips: NDArray[np.float32], width: int, angle: float, split: int = 1) -> float:
    """How much neighbouring rows differ once the page is turned by the angle."""
    count, height = strips.shape
    places = (np.arange(count) + 0.5 - count / 2) * width * split
    shifts = np.rint(places * np.tan(np.radians(angle))).astype(int)
    room = int(np.abs(shifts).max())
    rows = np.zeros(height - 2 * room, np.float32)
    for strip, shift in zip(strips, shifts, strict=True):
        rows += strip[room + shift : height - room + shift]
    steps = rows[split:] - rows[:-split]
    return float(steps @ steps)
