"""What ink stands in a piece of a page once its paper, rules and print are taken away.

Promises: lengths in millimetres of the paper, whatever scanner made the picture; no verdict here.
Touches: nothing. Trusts: the dpi of the page and the boxes of the OCR engine.
Limits: classical image analysis; a pen and a good script font differ only by degrees.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.paper.page import Page, Word

Mask: TypeAlias = NDArray[np.uint8]
Span: TypeAlias = tuple[float, float, float, float]

PX_PER_MM = 10
PAPER = 200
# Shares of the darkest print's contrast from which a pixel is ink, or may be part of a line.
_INK = 0.38
_PALE = 0.2
_MM_PER_INCH = 25.4
_BAR_RULED = 0.75
_BAR_CORNERS = 8
_BAR = 1.5
_LEVEL = 0.07
_FRAME_RULED = 0.35
_RUN = 7
_SQUARE = 5.0
# A line shorter than this many mm that leaves its way by two degrees is a stroke of a pen.
_RULE_LONG = 20
_RULE_LEAN = 0.035
# Leader lines: size of a dash in mm, how level they stand, how many and how long a row is.
_DASH = (6.0, 1.0)
_ROW = 0.35
_DASHES = 8
_DASHED = 15
_NEAR_END = 2.0
# A line of text fit to measure the skew: words, confidence, run in heights of its letters.
_LINE_WORDS = 3
_FAIR_WORD = 50
_LINE_RUN = 12
_LEAST_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A levelled piece of a page at 10 px a mm: `level` is grey over paper, PAPER = paper white.

    `matrix` (2 x 3) brings pixels of the page to pixels of the patch.
    """

    level: NDArray[np.uint8]
    matrix: NDArray[np.float64]

    def span(self, x0: float, y0: float, x1: float, y1: float) -> Span:
        """A box in pixels of the page as a box in mm of the patch, levelled with it."""
        m = self.matrix
        cx, cy = m @ np.array([(x0 + x1) / 2, (y0 + y1) / 2, 1.0])
        scale = float(np.hypot(m[0, 0], m[0, 1]))
        lean = abs(m[0, 1]) * (x1 - x0)
        half_x, half_y = (x1 - x0) * scale / 2, max(((y1 - y0) * scale - lean) / 2, PX_PER_MM / 2)
        edges = (cx - half_x, cy - half_y, cx + half_x, cy + half_y)
        a, b, c, d = (float(v) / PX_PER_MM for v in edges)
        return a, b, c, d

    def on_page(self, span: Span) -> Span:
        """A box in mm of the patch as the box in pixels of the page that holds it."""
        back = cv2.invertAffineTransform(self.matrix)
        x0, y0, x1, y1 = (v * PX_PER_MM for v in span)
        corners = np.array([[x0, y0, 1], [x1, y0, 1], [x0, y1, 1], [x1, y1, 1]]) @ back.T
        (a, b), (c, d) = corners.min(axis=0), corners.max(axis=0)
        return float(a), float(b), float(c), float(d)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """One connected piece of ink: box and `length` of stroke in mm, mean `stroke` width in mm.

    `corners` counts the turns of its outline at a grain of 0.35 mm; `ruled` is the share of the
    outline that runs straight for 7 mm or more, as frames and bars do;
    `framed` tells that such runs stand at right angles.
    """

    box: Span
    area: float
    length: float
    stroke: float
    corners: int
    ruled: float
    framed: bool
    number: int

    @property
    def width(self) -> float:
        """Extent across, mm."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        """Extent down, mm."""
        return self.box[3] - self.box[1]

    @property
    def extent(self) -> float:
        """The longer of width and height, mm."""
        return max(self.width, self.height)

    @property
    def is_bar(self) -> bool:
        """Whether it is a straight piece of a line or the corner of a frame."""
        straight = self.ruled > _BAR_RULED and self.length < 2 * self.extent
        return straight and (self.corners <= _BAR_CORNERS or min(self.width, self.height) < _BAR)

    @property
    def is_tilted_bar(self) -> bool:
        """A bar that no form prints: the side of a stamp's frame, set down by hand."""
        return (
            self.is_bar and self.height > _LEVEL * self.width and self.width > _LEVEL * self.height
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """The ink of a patch without its rules: `labels` numbers the blobs pixel by pixel."""

    blobs: tuple[Blob, ...]
    labels: NDArray[np.int32]
    rules: tuple[Span, ...]
    posts: tuple[Span, ...]


def patch_around(page: Page, box: Span, angle: float) -> Patch:
    """The piece of the page inside `box` (pixels), turned by `angle` (degrees) to stand level."""
    scale = PX_PER_MM * _MM_PER_INCH / page.dpi
    x0, y0, x1, y1 = box
    matrix = cv2.getRotationMatrix2D(((x0 + x1) / 2, (y0 + y1) / 2), angle, scale)
    size = (max(int((x1 - x0) * scale), 1), max(int((y1 - y0) * scale), 1))
    matrix[:, 2] += np.array(size) / 2 - np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    picture = page.grey if page.rgb is None else page.rgb
    grey = cv2.warpAffine(
        picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    if page.rgb is not None:
        grey = _middle_channel(grey)
    return Patch(level=_level(grey), matrix=np.asarray(matrix, dtype=np.float64))


def _middle_channel(rgb: cv2.typing.MatLike) -> cv2.typing.MatLike:
    """The second darkest of red, green, blue: dark for every pen, light for coffee and marker."""
    red, green, blue = cv2.split(rgb)
    return cv2.max(cv2.min(red, green), cv2.min(cv2.max(red, green), blue))


def _level(grey: cv2.typing.MatLike) -> NDArray[np.uint8]:
    tenth = (max(grey.shape[1] // 10, 1), max(grey.shape[0] // 10, 1))
    small = cv2.resize(grey, tenth, interpolation=cv2.INTER_AREA)
    lightest = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    paper = cv2.GaussianBlur(cv2.medianBlur(lightest, 5), (0, 0), 3)
    wide = cv2.resize(np.maximum(paper, 40), grey.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, wide, scale=PAPER), dtype=np.uint8)


def drawing_of(patch: Patch, print_boxes: Sequence[Span]) -> Drawing:
    """Everything dark in the patch: rules and posts (printed lines) apart, the rest as blobs.

    `print_boxes` are printed words in mm; a line inside one is a row of letters, not a rule.
    """
    dark = float(np.quantile(patch.level[::3, ::3], 0.002)) / PAPER
    contrast = 1 - min(dark, 0.75)
    ink = (patch.level < round((1 - _INK * contrast) * PAPER)).astype(np.uint8)
    # A thin line of a form fades wherever it runs between two rows of the scanner.
    pale = (patch.level < round((1 - _PALE * contrast) * PAPER)).astype(np.uint8)
    rules, posts = _lines(pale, across=True), _lines(pale, across=False)
    rules = tuple(r for r in rules if not any(within(r, b, margin=1.5) for b in print_boxes))
    posts = tuple(p for p in posts if any(_meet(p, r) for r in rules))
    rest = _without(ink, pale, rules, across=True)
    rest = _without(rest, pale, posts, across=False)
    blobs, labels = blobs_of(rest)
    return Drawing(blobs=blobs, labels=labels, rules=rules, posts=posts)


def faint_of(patch: Patch) -> Mask:
    """What is only a little darker than the paper, above the noise of the scanner."""
    smooth = cv2.blur(patch.level, (5, 5))
    sample = smooth[::5, ::5].astype(np.float32) / PAPER
    noise = float(np.median(np.abs(sample - np.median(sample)))) * 1.5
    return (smooth < PAPER * (1 - max(0.055, 6 * noise))).astype(np.uint8)


def _meet(post: Span, rule: Span) -> bool:
    near_end = min(abs(post[1] - rule[3]), abs(post[3] - rule[1])) < _NEAR_END
    return near_end and rule[0] - 1.5 < post[0] < rule[2] + 1.5


def _lines(ink: Mask, *, across: bool) -> tuple[Span, ...]:
    """Straight printed lines: at least 12 mm long, at most 1.2 mm thick with all their lean."""
    long, bridge = 7 * PX_PER_MM, 4
    gap = (bridge, 1) if across else (1, bridge)
    bar = (long, 1) if across else (1, long)
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones(gap[::-1], np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones(bar[::-1], np.uint8))
    join = np.ones((3, 9) if across else (9, 3), np.uint8)
    if not opened.any():
        return ()
    found = []
    for contour in cv2.findContours(
        cv2.dilate(opened, join), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )[0]:
        x, y, w, h = cv2.boundingRect(contour)
        thick, length = (h, w) if across else (w, h)
        if (
            length >= 12 * PX_PER_MM
            and thick <= 1.4 * PX_PER_MM + length * 0.012
            and (
                length >= _RULE_LONG * PX_PER_MM
                or abs(_lean(opened[y : y + h, x : x + w], across=across)) <= _RULE_LEAN
            )
        ):
            found.append((x / 10, y / 10, (x + w) / 10, (y + h) / 10))
    return tuple(found)


def _lean(piece: cv2.typing.MatLike, *, across: bool) -> float:
    """How far a line leaves its way for each step along it: the slope between its two halves."""
    down, right = np.nonzero(piece)
    along, aside = (right, down) if across else (down, right)
    late = along > (along.min() + along.max()) / 2
    if late.all() or not late.any():
        return 0.0
    ends = [(float(along[h].mean()), float(aside[h].mean())) for h in (late, ~late)]
    return (ends[0][1] - ends[1][1]) / (ends[0][0] - ends[1][0])


def _without(ink: Mask, pale: Mask, lines: Sequence[Span], *, across: bool) -> Mask:
    """The ink less the lines; a stroke that crosses a line is joined again over the gap."""
    band = np.zeros_like(ink)
    long = 5 * PX_PER_MM
    bar = np.ones((1, long) if across else (long, 1), np.uint8)
    bridge = np.ones((1, 4) if across else (4, 1), np.uint8)
    closed = cv2.morphologyEx(pale, cv2.MORPH_CLOSE, bridge)
    straight = cv2.morphologyEx(closed, cv2.MORPH_OPEN, bar)
    for x0, y0, x1, y1 in lines:
        rows = slice(max(int(y0 * 10) - 1, 0), int(y1 * 10) + 2)
        columns = slice(max(int(x0 * 10) - 3, 0), int(x1 * 10) + 4)
        band[rows, columns] = straight[rows, columns]
    grow = np.ones((5, 1) if across else (1, 5), np.uint8)
    band = np.asarray(cv2.dilate(band, grow), dtype=np.uint8)
    rest = ink & (1 - band)
    over = np.ones((11, 1) if across else (1, 11), np.uint8)
    crossing = np.asarray(cv2.morphologyEx(rest, cv2.MORPH_CLOSE, over), dtype=np.uint8) & band
    joined: Mask = rest | (crossing & ink)
    return joined


def blobs_of(ink: Mask) -> tuple[tuple[Blob, ...], NDArray[np.int32]]:
    """The connected pieces of a mask, without specks, and the number of each pixel's piece."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    blobs = []
    for number in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[number])
        if area < 0.06 * PX_PER_MM**2:
            continue
        piece = (labels[y : y + h, x : x + w] == number).astype(np.uint8)
        blobs.append(_blob(cv2.copyMakeBorder(piece, 1, 1, 1, 1, 0), x, y, number))
    return tuple(blobs), np.asarray(labels, dtype=np.int32)


def _blob(piece: Mask, x: int, y: int, number: int) -> Blob:
    contours, _ = cv2.findContours(piece, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    area = float(piece.sum())
    rim = sum(cv2.arcLength(c, closed=True) for c in contours)
    # The outline runs through pixel centres, half a pixel inside the ink on each side.
    length = max(rim / 2, 1.0)
    corners = sum(len(cv2.approxPolyDP(c, 3.5, closed=True)) for c in contours)
    runs = np.concatenate([_straight(c) for c in contours])
    ruled = float(np.hypot(*runs.T).sum()) / max(rim, 1.0)
    height, width = piece.shape[0] - 2, piece.shape[1] - 2
    return Blob(
        box=(x / 10, y / 10, (x + width) / 10, (y + height) / 10),
        area=area / 100,
        length=length / 10,
        stroke=area / length / 10,
        corners=corners,
        ruled=ruled,
        framed=ruled > _FRAME_RULED and _is_framed(runs),
        number=number,
    )


def _straight(contour: cv2.typing.MatLike) -> NDArray[np.float64]:
    """The straight runs of 7 mm or more, true to 0.2 mm, as vectors in pixels (n x 2)."""
    bends = cv2.approxPolyDP(contour, 2.0, closed=True)[:, 0, :].astype(np.float64)
    runs = bends - np.roll(bends, 1, axis=0)
    long: NDArray[np.float64] = runs[np.hypot(*runs.T) >= _RUN * PX_PER_MM]
    return long


def _is_framed(runs: NDArray[np.float64]) -> bool:
    """Whether straight runs stand at right angles to one another, as only a ruler draws them."""
    angles = np.degrees(np.arctan2(runs[:, 1], runs[:, 0])) % 180
    apart = np.abs(angles[:, None] - angles[None, :])
    return bool((np.abs(apart - 90) < _SQUARE).any())


def leaders(blobs: Sequence[Blob]) -> tuple[tuple[Blob, ...], ...]:
    """The dots or dashes that stand in a row like a printed leader line, row by row."""
    flat = sorted((b for b in blobs if b.height < _DASH[1] and b.width < _DASH[0]), key=_middle)
    rows: list[list[Blob]] = [[]]
    for blob in flat:
        if rows[-1] and _middle(blob) - _middle(rows[-1][-1]) > _ROW:
            rows.append([])
        rows[-1].append(blob)
    return tuple(tuple(r) for r in rows if _is_leader(r))


def _is_leader(row: Sequence[Blob]) -> bool:
    xs = sorted(b.box[0] for b in row)
    steps = [b - a for a, b in pairwise(xs)]
    return len(row) >= _DASHES and xs[-1] - xs[0] > _DASHED and float(np.median(steps)) < _DASH[0]


def _middle(blob: Blob) -> float:
    return (blob.box[1] + blob.box[3]) / 2


def within(inner: Span, outer: Span, *, margin: float) -> bool:
    """Whether `inner` lies in `outer` widened by `margin` mm on every side."""
    return (
        inner[0] >= outer[0] - margin
        and inner[1] >= outer[1] - margin
        and inner[2] <= outer[2] + margin
        and inner[3] <= outer[3] + margin
    )


def skew(words: Sequence[Word], near_y: float) -> float:
    """Degrees by which the text near a height runs downhill; 0 where no line is long enough."""
    lines: dict[tuple[int, int, int], list[Word]] = {}
    for word in words:
        if word.confidence >= _FAIR_WORD:
            lines.setdefault(word.line, []).append(word)
    slopes = []
    for line in lines.values():
        first, last = min(line, key=lambda w: w.x0), max(line, key=lambda w: w.x1)
        run = last.x1 - first.x0
        height = float(np.median([w.y1 - w.y0 for w in line]))
        if len(line) >= _LINE_WORDS and run > _LINE_RUN * height:
            x = [(w.x0 + w.x1) / 2 for w in line]
            slope = float(np.polyfit(x, [float(w.y1) for w in line], 1)[0])
            slopes.append((abs((first.y0 + last.y1) / 2 - near_y), slope))
    nearest = [s for _, s in sorted(slopes)[:7]]
    # One line alone may lean by no more than its last word's descender.
    if len(nearest) < _LEAST_LINES:
        return 0.0
    return float(np.degrees(np.arctan(np.median(nearest))))
