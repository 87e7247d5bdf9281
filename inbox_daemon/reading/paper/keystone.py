"""A photo of a sheet made flat: perspective is taken out where edges or print show it clearly.

Promises: a page without four clear edges or clearly converging lines comes back as it was.
Touches: nothing. Trusts: the dpi, but for a photo with a table round the sheet: that sheet is A4.
Limits: plane sheets; lines that stay parallel (camera tilted up or down) are seen by edges only.
Source: R. Hartley, A. Zisserman, Multiple View Geometry, 2nd ed. 2004, section 2.7.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.paper.page import Grey, Page
from inbox_daemon.reading.paper.slant import convergence, reduction

Points = NDArray[np.float64]

A4_ASPECT: Final = 2**0.5
A4_LONG_INCHES: Final = 297 / 25.4
# The sheet is looked for in a picture of this many pixels along its longer side.
LOOK_PX: Final = 600
# No sheet is seen in a ribbon that then is narrower than this.
LEAST_PX: Final = 9
# The sheet's share of the picture; its corners' angles; how far from A4 its sides may be.
SHARE: Final = (0.3, 0.97)
CORNERS: Final = (65.0, 115.0)
ASPECT_OFF: Final = 0.12
# Paper is lighter than the table by this many grey levels, and fills its four edges so well.
LIGHTER: Final = 40
FULL: Final = 0.96
# Less than this off the rectangle (degrees), or less tilted, and a scanner made the picture.
KEYSTONE: Final = 0.7
TILT: Final = 3.0


def flattened(page: Page) -> Page:
    """The sheet of A4 that lies in the picture with its four edges clear; else the same page."""
    corners = _sheet(page.grey)
    if corners is None:
        return page
    top, right, bottom, left = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    wide, high = max(top, bottom), max(left, right)
    upright = high > wide
    aspect = max(high, wide) / min(high, wide)
    if abs(aspect / A4_ASPECT - 1) > ASPECT_OFF:
        return page
    long = max(high, wide)
    size = (
        (round(long / A4_ASPECT), round(long))
        if upright
        else (round(long), round(long / A4_ASPECT))
    )
    goal = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    warp = cv2.getPerspectiveTransform(corners.astype(np.float32), goal)
    return _warped(page, np.asarray(warp), size, float(long / A4_LONG_INCHES))


def levelled(page: Page, ink: Grey, angle: float) -> Page | None:
    """The page with its converging lines of print made parallel and level; None if they do not.

    `ink` is slant.ink_of the page, `angle` slant.slant_in of it (degrees).
    """
    lines = convergence(ink, angle)
    if lines is None:
        return None
    slope, change = (float(np.tan(np.radians(v))) for v in lines)
    height, width = page.grey.shape
    tall = ink.shape[0] * reduction(page.dpi)
    centre = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1.0]])
    # A line of print through (0, y) is y + (slope + change y) x: so its y is found from any x.
    lean = np.array([[1, 0, 0], [-slope, 1, 0], [change / tall, 0, 1.0]])
    return _warped(page, np.linalg.inv(centre) @ lean @ centre, (width, height), page.dpi)


def _warped(page: Page, warp: NDArray[np.float64], size: tuple[int, int], dpi: float) -> Page:
    """The page as `warp` (old pixels to new ones) makes it, `size` wide and high."""

    def flat(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        warped = cv2.warpPerspective(
            picture, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(warped, np.uint8)

    rgb = None if page.rgb is None else flat(page.rgb)
    return page.moved(
        flat(page.grey), rgb, dpi=dpi, back=np.asarray(np.linalg.inv(warp), np.float64)
    )


def _sheet(grey: Grey) -> Points | None:
    """Corners of the sheet in pixels: top left, top right, bottom right, bottom left."""
    times = max(max(grey.shape) // LOOK_PX, 1)
    high, wide = grey.shape[0] // times, grey.shape[1] // times
    if min(high, wide) < LEAST_PX:
        return None
    small = cv2.resize(
        grey[: high * times, : wide * times], (wide, high), interpolation=cv2.INTER_AREA
    )
    if not _has_table(small):
        return None
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    level, light = cv2.threshold(closed, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    contours, _ = cv2.findContours(
        np.asarray(light, np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    if not contours:
        return None
    sheet = max(contours, key=cv2.contourArea)
    corners = _four(sheet, small.shape)
    if corners is None or not _stands_out(closed, corners, level):
        return None
    found: Points = (corners + 0.5) * times
    return found


def _has_table(small: cv2.typing.MatLike) -> bool:
    """Whether the rim of the picture is dark in part: a scan's rim is paper all round."""
    rim = np.concatenate([small[2], small[-3], small[:, 2], small[:, -3]])
    return float((rim < np.percentile(small, 90) - LIGHTER).mean()) > 0.3  # noqa: PLR2004 (share)


def _four(contour: cv2.typing.MatLike, shape: tuple[int, ...]) -> Points | None:
    """The contour's four corners in order, if it is a plausible sheet seen by a camera."""
    hull = cv2.convexHull(contour)
    points = cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, closed=True), closed=True)[:, 0, :]
    area, whole = cv2.contourArea(points), float(shape[0] * shape[1])
    if len(points) != 4 or not SHARE[0] <= area / whole <= SHARE[1]:  # noqa: PLR2004 (corners)
        return None
    if cv2.contourArea(contour) < FULL * area:
        return None
    middle = points.mean(axis=0)
    around = np.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0])
    corners = points[np.argsort(around)].astype(np.float64)
    first = int(corners.sum(axis=1).argmin())
    corners = np.roll(corners, -first, axis=0)
    inside = (corners > 1).all(axis=1) & (corners < np.array(shape[1::-1]) - 2).all(axis=1)
    return corners if inside.all() and _is_askew(corners) else None


def _is_askew(corners: Points) -> bool:
    """Angles of a sheet in perspective or clearly turned; a level rectangle is a scanner's."""
    sides = np.roll(corners, -1, axis=0) - corners
    ways = np.degrees(np.arctan2(sides[:, 1], sides[:, 0])) % 180
    angles = np.abs(np.roll(ways, -1) - ways)
    if not ((angles >= CORNERS[0]) & (angles <= CORNERS[1])).all():
        return False
    parallel = [abs((ways[n] - ways[n + 2] + 90) % 180 - 90) for n in (0, 1)]
    tilt = abs((ways[0] + 90) % 180 - 90)
    return bool(max(parallel) > KEYSTONE or tilt > TILT)


def _stands_out(small: cv2.typing.MatLike, corners: Points, level: float) -> bool:
    """Whether the picture is lighter just inside every edge than just outside, all along."""
    middle = corners.mean(axis=0)
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = a + np.linspace(0.1, 0.9, 25)[:, None] * (b - a)
        inward = (middle - along) / np.linalg.norm(middle - along, axis=1, keepdims=True)
        inner, outer = _levels(small, along + 6 * inward), _levels(small, along - 6 * inward)
        if float(np.median(inner - outer)) < LIGHTER or float(np.median(outer)) > level:
            return False
    return True


def _levels(small: cv2.typing.MatLike, points: Points) -> NDArray[np.float64]:
    x = np.clip(np.rint(points[:, 0]).astype(int), 0, small.shape[1] - 1)
    y = np.clip(np.rint(points[:, 1]).astype(int), 0, small.shape[0] - 1)
    return np.asarray(small[y, x], dtype=np.float64)
