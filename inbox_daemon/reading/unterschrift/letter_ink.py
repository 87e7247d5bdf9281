"""Groups of ink on a page that could be a signature, wherever they stand, print taken away.

Promises: a group has at least one stroke larger than print; what an engine read, ruled lines,
frames, holes, dirt of the rim and unread rows of print are not in it. Touches: nothing.
Trusts: straight pages, the dpi, the boxes of the OCR engine. Limits: no verdict; on a page full of
speckle next to nothing stands out and next to nothing is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.paper.deskew import even_light, scaled
from inbox_daemon.reading.paper.page import Grey, Page, Word

Mask = NDArray[np.uint8]
# Left, top, right, foot in mm of the page's picture.
Span = tuple[float, float, float, float]

PX_PER_MM: Final = 6.0
MM_PER_INCH: Final = 25.4
INK_LEVEL: Final = 176
USUAL_PRINT_MM: Final = 2.8
# Word boxes that are surely print: confidence, heights in usual heights of print.
FAIR_WORD: Final = 45.0
PRINT_HIGH: Final = 1.7
# Share of a piece's ink that lies in such boxes when it is a letter.
WITHIN: Final = 0.75
# A stroke that is no letter: its extents in mm and in heights of print; its ink's share.
SEED_WIDE: Final = 7.0
SEED_HIGH: Final = 1.9
SEED_LEAST: Final = 4.0
FULL: Final = 0.62
# Straight runs taken for ruled lines, mm across and down.
RULE: Final = (16.0, 14.0)
RIM_MM: Final = 5.0
# Strokes of one signature stand so close (mm), and it is so large at most and at least.
GAP: Final = (5.0, 2.5)
LARGEST: Final = (125.0, 50.0)
SMALLEST: Final = (9.0, 3.0)
MOST_SEEDS: Final = 150
LETTERS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Ink that stands together: box in mm, a mask of it at 6 px a mm, and its seeds' number."""

    box: Span
    mask: Mask
    seeds: int

    @property
    def wide(self) -> float:
        """Millimetres across."""
        return self.box[2] - self.box[0]

    @property
    def high(self) -> float:
        """Millimetres down."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pieces:
    """Connected ink: number per pixel; boxes (n x 4 pixels), areas, and which are left."""

    labels: NDArray[np.int32]
    boxes: NDArray[np.float64]
    areas: NDArray[np.float64]
    left: NDArray[np.bool_]


def groups_on(page: Page, words: Sequence[Word]) -> tuple[Group, ...]:
    """The groups, largest first. An empty tuple also where a page is all speckle."""
    ink = _ink(page)
    high = print_height(page, words) * PX_PER_MM
    boxes = _print_boxes(page, words, high)
    ink = _without_rules(ink)
    pieces = _pieces(ink, boxes, high)
    seeds = _seeds(pieces, high)
    if not 0 < len(seeds) <= MOST_SEEDS:
        return ()
    groups = _grown(pieces, seeds)
    found = [_group(pieces, members, seeds) for members in groups]
    sized = [g for g in found if _is_sized(g)]
    return tuple(sorted(sized, key=lambda g: -g.wide * g.high))


def print_height(page: Page, words: Sequence[Word]) -> float:
    """The usual height of a word's box in mm: letters with their tails."""
    heights = [w.y1 - w.y0 for w in words if w.confidence >= FAIR_WORD and len(w.text) > LETTERS]
    if not heights:
        return USUAL_PRINT_MM
    usual = float(np.median(heights)) * MM_PER_INCH / page.dpi
    return min(max(usual, USUAL_PRINT_MM / 2), USUAL_PRINT_MM * 2)


def _ink(page: Page) -> Mask:
    small = scaled(page.grey, PX_PER_MM * MM_PER_INCH / page.dpi)
    level: Grey = even_light(small)
    return np.asarray(level < INK_LEVEL, np.uint8)


def _print_boxes(page: Page, words: Sequence[Word], high: float) -> NDArray[np.int32]:
    """Boxes (n x 4, pixels of the mask) of words that an engine read and that are of print size."""
    scale = PX_PER_MM * MM_PER_INCH / page.dpi
    kept = [
        (w.x0, w.y0, w.x1, w.y1)
        for w in words
        if w.confidence >= FAIR_WORD
        and (w.y1 - w.y0) * scale <= PRINT_HIGH * high
        and any(c.isalnum() for c in w.text)
    ]
    return np.rint(np.array(kept, np.float64).reshape(-1, 4) * scale).astype(np.int32)


def _without_rules(ink: Mask) -> Mask:
    """Ruled lines and frames erased, with the ink that crosses them left where it is thicker."""
    rest = ink.copy()
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    for across, down in ((round(RULE[0] * PX_PER_MM), 1), (1, round(RULE[1] * PX_PER_MM))):
        runs = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((down, across), np.uint8))
        wide = cv2.dilate(runs, np.ones((1 if down > 1 else 3, 3 if down > 1 else 1), np.uint8))
        rest[wide > 0] = 0
        # A stroke that crosses the line goes on at both sides: joined over the gap.
        over = np.ones((1, 6) if down > 1 else (6, 1), np.uint8)
        closed = np.asarray(cv2.morphologyEx(rest, cv2.MORPH_CLOSE, over), np.uint8)
        rest |= closed & ink & (wide > 0)
    return np.asarray(rest, np.uint8)


def _pieces(ink: Mask, boxes: NDArray[np.int32], high: float) -> _Pieces:
    """The connected ink, less letters: those that lie in words, and those that stand in rows."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    sizes = stats[1:].astype(np.float64)
    corners = np.column_stack([sizes[:, :2], sizes[:, :2] + sizes[:, 2:4]])
    areas = sizes[:, 4]
    words = np.zeros_like(ink)
    for x0, y0, x1, y1 in boxes:
        words[max(y0 - 1, 0) : y1 + 2, max(x0 - 1, 0) : x1 + 2] = 1
    within = np.bincount(labels[words > 0], minlength=count)[1:] / np.maximum(areas, 1)
    tall, wide = sizes[:, 3], sizes[:, 2]
    printed = (within > WITHIN) & (tall <= PRINT_HIGH * high)
    speck = areas < 0.12 * PX_PER_MM**2
    blot = (areas > FULL * wide * tall) & (np.maximum(wide, tall) > 1.5 * PX_PER_MM)
    rim = RIM_MM * PX_PER_MM
    rows, columns = ink.shape
    outer = (
        (corners[:, 0] < rim / 5)
        | (corners[:, 1] < rim / 5)
        | (corners[:, 2] > columns - rim / 5)
        | (corners[:, 3] > rows - rim / 5)
        | (corners[:, 2] < rim)
        | (corners[:, 0] > columns - rim)
        | (corners[:, 3] < rim)
        | (corners[:, 1] > rows - rim)
    )
    return _Pieces(
        labels=np.asarray(labels, np.int32),
        boxes=corners,
        areas=areas,
        left=~(printed | speck | blot | outer),
    )


def _seeds(pieces: _Pieces, high: float) -> list[int]:
    """Pieces too large to be letters and too thin to be pictures."""
    wide = (pieces.boxes[:, 2] - pieces.boxes[:, 0]) / PX_PER_MM
    tall = (pieces.boxes[:, 3] - pieces.boxes[:, 1]) / PX_PER_MM
    big = (tall >= max(SEED_HIGH * high / PX_PER_MM, SEED_LEAST)) | (
        (wide >= SEED_WIDE) & (tall >= SMALLEST[1])
    )
    fits = (wide <= LARGEST[0]) & (tall <= LARGEST[1])
    return np.flatnonzero(pieces.left & big & fits).tolist()


def _grown(pieces: _Pieces, seeds: list[int]) -> list[list[int]]:
    """Seeds that stand together, with the smaller pieces beside them."""
    rest = sorted(seeds, key=lambda n: -pieces.areas[n])
    free = pieces.left.copy()
    groups = []
    while rest:
        members = [rest[0]]
        free[rest[0]] = False
        box = pieces.boxes[rest[0]].copy()
        while True:
            near = np.flatnonzero(free & _is_near(pieces.boxes, box))
            wider = [n for n in near.tolist() if _fits(_joined(box, pieces.boxes[n]))]
            if not wider:
                break
            for n in wider:
                if _fits(_joined(box, pieces.boxes[n])):
                    box = _joined(box, pieces.boxes[n])
                    members.append(n)
                free[n] = False
        groups.append(members)
        rest = [n for n in rest if free[n]]
    return groups


def _is_near(boxes: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.bool_]:
    across, down = GAP[0] * PX_PER_MM, GAP[1] * PX_PER_MM
    near: NDArray[np.bool_] = (
        (boxes[:, 0] < box[2] + across)
        & (boxes[:, 2] > box[0] - across)
        & (boxes[:, 1] < box[3] + down)
        & (boxes[:, 3] > box[1] - down)
    )
    return near


def _joined(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([np.minimum(a[:2], b[:2]), np.maximum(a[2:], b[2:])])


def _fits(box: NDArray[np.float64]) -> bool:
    wide, tall = (box[2:] - box[:2]) / PX_PER_MM
    return bool(wide <= LARGEST[0] and tall <= LARGEST[1])


def _group(pieces: _Pieces, members: list[int], seeds: list[int]) -> Group:
    box = pieces.boxes[members]
    x0, y0 = (int(v) for v in box[:, :2].min(axis=0))
    x1, y1 = (int(v) for v in box[:, 2:].max(axis=0))
    wanted = np.zeros(len(pieces.areas) + 1, np.uint8)
    wanted[[n + 1 for n in members]] = 1
    return Group(
        box=(x0 / PX_PER_MM, y0 / PX_PER_MM, x1 / PX_PER_MM, y1 / PX_PER_MM),
        mask=wanted[pieces.labels[y0:y1, x0:x1]],
        seeds=len(set(members) & set(seeds)),
    )


def _is_sized(group: Group) -> bool:
    return group.wide >= SMALLEST[0] and group.high >= SMALLEST[1]
