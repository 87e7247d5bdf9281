"""How well a page was scanned: resolution, contrast, blur and noise, and whether that is enough.

Promises: measures of the print itself, taken from a dozen small tiles; a page without any print
or line has no doubt, since there is nothing to misread. Touches: nothing. Trusts: the dpi.
Limits: print and ruled lines are measured, not the pen; thresholds from tests/reading/test_quality.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.paper.deskew import reduced
from inbox_daemon.reading.paper.page import Grey, Page

MM_PER_INCH: Final = 25.4
# Letters of 8 point are 1.5 mm high: at 120 dpi seven pixels, the least that can be told apart.
LEAST_DPI: Final = 115.0
# Ink darker than paper by less than this share vanishes in the paper's own shades.
LEAST_CONTRAST: Final = 0.22
# A stroke of a pen is 0.3 to 0.5 mm wide; edges softer than this run strokes into one another.
SOFTEST_MM: Final = 0.65
# Speckle and grain: how far single pixels stand off their neighbours, as a share of the contrast.
MOST_NOISE: Final = 0.12
DARKEST_PAPER: Final = 60.0
# Edges at least this share as high as the highest ones are print; below this contrast is none.
STRONG: Final = 0.5
NOTHING: Final = 0.05
# Pale and with this much noise, the edges found are the grain of empty paper.
GRAIN: Final = 0.1
TILES: Final = 12
TILE_MM: Final = 16.0
# The window in which an edge must end; longer ones count as this long.
REACH_MM: Final = 1.2
LEAST_EDGES: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """`paper` is the grey level 0 to 255; `contrast` the ink's darkness as a share of it.

    `edge_px` and `edge_mm` are how far it is from paper to ink across an edge of print: 1 px in a
    sharp picture. `noise` is the spread of single pixels as a share of the contrast. `doubt` is
    None or `zu-grob`, `zu-dunkel`, `zu-blass`, `unscharf`, `verrauscht`. Zeros where no print is.
    """

    dpi: float
    paper: float
    contrast: float
    edge_px: float
    edge_mm: float
    noise: float
    doubt: str | None


def quality_of(page: Page) -> Quality:
    """The quality of the page's print (about 5 ms for A4 at 300 dpi)."""
    paper = float(np.percentile(page.grey[::16, ::16], 80))
    tiles = _tiles(page.grey, page.dpi)
    if not tiles:
        return _judged(dpi=page.dpi, paper=paper)
    edges = [_edges(tile, page.dpi) for tile in tiles]
    heights, widths = (np.concatenate(parts) for parts in zip(*edges, strict=True))
    if len(heights) < LEAST_EDGES:
        return _judged(dpi=page.dpi, paper=paper)
    strong = heights >= STRONG * float(np.percentile(heights, 98))
    height = float(np.median(heights[strong]))
    contrast = height / max(paper, 1.0)
    noise = float(np.median([_noise(tile, height, page.dpi) for tile in tiles])) / height
    if contrast < (NOTHING if noise < GRAIN else LEAST_CONTRAST):
        return _judged(dpi=page.dpi, paper=paper)
    edge = float(np.median(widths[strong]))
    return _judged(dpi=page.dpi, paper=paper, contrast=contrast, edge_px=edge, noise=noise)


def _judged(
    *, dpi: float, paper: float, contrast: float = 0.0, edge_px: float = 0.0, noise: float = 0.0
) -> Quality:
    edge_mm = edge_px * MM_PER_INCH / dpi
    doubts = {
        "zu-grob": dpi < LEAST_DPI,
        "zu-dunkel": paper < DARKEST_PAPER,
        "zu-blass": 0 < contrast < LEAST_CONTRAST,
        "unscharf": edge_mm > SOFTEST_MM,
        "verrauscht": noise > MOST_NOISE,
    }
    return Quality(
        dpi=round(dpi, 1),
        paper=round(paper),
        contrast=round(contrast, 3),
        edge_px=round(edge_px, 2),
        edge_mm=round(edge_mm, 3),
        noise=round(noise, 4),
        doubt=next((code for code, met in doubts.items() if met), None),
    )


def _tiles(grey: Grey, dpi: float) -> list[Grey]:
    """The pieces of the page with the most change from pixel to pixel, seen from afar."""
    size = max(round(TILE_MM * dpi / MM_PER_INCH), 16)
    if min(grey.shape) < size:
        return []
    times = max(size // 16, 1)
    small = reduced(grey, times)
    change = cv2.absdiff(small, cv2.blur(small, (5, 5)))
    # Where the whole tile is busy: the black rim of a copy changes along one line only.
    busy = reduced(np.minimum(change, 40), size // times)
    rows, columns = np.unravel_index(np.argsort(busy, axis=None)[::-1][:TILES], busy.shape)
    step = size // times * times
    return [
        grey[r * step : r * step + size, c * step : c * step + size]
        for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
    ]


def _edges(tile: Grey, dpi: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Grey levels climbed over the tile's clearest edges, and the pixels that takes."""
    window = _window(dpi)
    height = cv2.subtract(cv2.dilate(tile, window), cv2.erode(tile, window))
    across = cv2.absdiff(tile[:-1, 1:], tile[:-1, :-1])
    down = cv2.absdiff(tile[1:, :-1], tile[:-1, :-1])
    slope = cv2.max(across, down)
    ridge = (slope == cv2.dilate(slope, window)) & (slope > 0)
    heights = height[:-1, :-1][ridge].astype(np.float64)
    return heights, heights / slope[ridge]


def _noise(tile: Grey, height: float, dpi: float) -> float:
    """Mean step from a pixel to the median of its neighbours, away from print where there is such.

    So grain of a sensor counts, and speckle of a copier when it is everywhere.
    """
    window = _window(dpi)
    spread = cv2.subtract(cv2.dilate(tile, window), cv2.erode(tile, window))
    step = cv2.absdiff(tile, cv2.medianBlur(tile, 3))
    calm = step[spread < STRONG * height]
    return float((calm if calm.size > step.size / 10 else step).mean())


def _window(dpi: float) -> NDArray[np.uint8]:
    reach = 2 * max(round(REACH_MM * dpi / MM_PER_INCH / 2), 2) + 1
    return np.ones((reach, reach), np.uint8)
