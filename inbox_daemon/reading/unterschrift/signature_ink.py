"""The opinions on the ink of a block: the ink as it is, outside its stamps, colour by colour.

Promises: a pen only where two networks that see different things agree on one view of the ink.
Touches: the models of pen_net.py and pen_shape.py. Trusts: signature_block.py for the ink.
Limits: a pen wholly inside a stamp of the same colour is doubt; the thresholds are measured ones.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from inbox_daemon.reading.paper.page import Page
from inbox_daemon.reading.unterschrift.ink import PX_PER_MM, Blob, Mask, Span
from inbox_daemon.reading.unterschrift.pen import hull, shape_of
from inbox_daemon.reading.unterschrift.pen_net import pen_share
from inbox_daemon.reading.unterschrift.pen_shape import shape_share
from inbox_daemon.reading.unterschrift.signature_block import Block, share
from inbox_daemon.reading.unterschrift.stamps import (
    Stamp,
    broken_ring,
    framed,
    is_ruled,
    stamps_in,
)
from inbox_daemon.reading.unterschrift.views import View, core_of, is_glyph, parts_of, whole_of

# Each network must find a pen likelier than not, and their log odds together must be so high.
# Measured by tests/benchmarks/unsigned.py on writers and fonts that neither had seen.
LIKELY: Final = 0.5
SURE: Final = 5.0
# What the network that sees the picture must say: alone on paper, and near what may be a stamp.
PICTURE_PLAIN: Final = 0.9
PICTURE_NEAR_STAMP: Final = 0.97
# A part of the ink has many chances to look like a pen: harder for it.
LIKELY_PART: Final = 0.9
SURE_PART: Final = 7.5
PICTURE_PART: Final = 0.99

_SPECK_EXTENT: Final = 1.6
_SPECK_TOTAL: Final = 3.0
_SPECK_COUNT: Final = 30
_SPECK_AREA: Final = 0.15
_STROKE: Final = 1.2
_STROKES: Final = 2
_STAMP_EXTENT: Final = 8.0
_RIM_CONTACT: Final = 15
_BAR_COUNTS: Final = 7
_BUSY: Final = 16
_SOME_GLYPHS: Final = 6
_CROSS: Final = (2, 24)
# A blob of more than _LONG mm may reach far out of its zone.
_LONG: Final = 10.0
_REACH: Final = 0.3
_HALF: Final = 0.5
_LEAST_SHARE: Final = 1e-6


def ink_in(block: Block) -> tuple[Blob, ...]:
    """Unexplained ink near the block: anything larger than a speck of dirt, or very many specks.

    Short strokes count as well: of a pale signature a black and white scan leaves no more.
    """
    near = [b for b in block.left if _is_in(b, (block.around,))]
    large = tuple(b for b in near if b.extent > _SPECK_EXTENT and b.area > _SPECK_AREA)
    many = len(near) > _SPECK_COUNT or sum(b.area for b in near) > _SPECK_TOTAL
    many = many or sum(b.length > _STROKE for b in near) >= _STROKES
    return large or (tuple(near) if many else ())


def opinion_on(page: Page, block: Block) -> tuple[str, float]:
    """A code why the ink is not surely a pen's, or none, and how sure the less sure network is."""
    whole = whole_of(block)
    stamps = _stamps(block, whole)
    ink = ink_in(block)
    stamped = bool(stamps) or _is_busy(ink)
    printed = sum(map(is_glyph, ink)) >= _SOME_GLYPHS
    least = PICTURE_NEAR_STAMP if printed else PICTURE_PLAIN
    doubt, sure = ("stempel", 0.0) if stamped else _vote(block, whole, (least, LIKELY, SURE))
    if not doubt:
        return doubt, sure
    for view in parts_of(page, block, stamps, busy=stamped):
        why, part = _vote(block, view, (PICTURE_PART, LIKELY_PART, SURE_PART))
        if not why and not _stamps(block, view) and not _is_busy(view.blobs):
            return "", part
    return doubt, sure


def ink_mask(block: Block) -> Mask | None:
    """The ink in the signature's place as a mask at 10 px a mm, or None where there is too little.

    All that stands within the hull of the largest group of strokes, stamps with it.
    """
    view = whole_of(block)
    group = core_of(block, view)
    return _mask(view, group) if group else None


def _vote(block: Block, view: View, least: tuple[float, float, float]) -> tuple[str, float]:
    """Size first, then both networks; `least` is what picture and shape say, and both together."""
    group = core_of(block, view)
    shape = shape_of(view.labels, group)
    if shape is None:
        return "wenig-tinte", 0.0
    if not shape.is_pen_sized:
        cross = shape.count <= _CROSS[0] and shape.corners < _CROSS[1]
        return ("kreuz" if cross else "wenig-tinte"), 0.0
    mask = _mask(view, group)
    if is_ruled(mask):
        return "stempel", 0.0
    shares = pen_share(mask, PX_PER_MM), shape_share(mask)
    together = sum(_log_odds(s) for s in shares)
    if any(a < b for a, b in zip((*shares, together), least, strict=True)):
        return "schriftart-oder-stift", min(shares)
    return "", min(shares)


def _log_odds(share_: float) -> float:
    return float(np.log((share_ + _LEAST_SHARE) / (1 - share_ + _LEAST_SHARE)))


def _mask(view: View, group: Sequence[Blob]) -> Mask:
    """The ink within the hull of a group."""
    box = hull(group)
    x0, y0, x1, y1 = (round(v * PX_PER_MM) for v in box)
    wanted = np.zeros(int(view.labels.max()) + 1, np.uint8)
    wanted[[b.number for b in view.blobs if share(b.box, box) > _HALF]] = 1
    return wanted[view.labels[y0:y1, x0:x1]]


def _is_in(blob: Blob, zones: Sequence[Span]) -> bool:
    part = _REACH if blob.extent > _LONG else _HALF
    return any(share(blob.box, z) >= part for z in zones)


def _stamps(block: Block, view: View) -> tuple[Stamp, ...]:
    """Rings and frames, also a frame of which only single bars are left."""
    large = [
        b
        for b in view.blobs
        if b.extent > _STAMP_EXTENT and _is_in(b, (block.around,)) and not _is_rim(view, b)
    ]
    found = stamps_in(view.labels, large)
    if not found:
        near = [b for b in view.blobs if _is_in(b, (block.around,)) and not _is_rim(view, b)]
        ring = broken_ring(view.labels, near)
        found = () if ring is None else (ring,)
    bars = [b for b in large if b.is_tilted_bar]
    if len(bars) <= 1:
        return found
    ends = np.array([(x, y) for b in bars for x in b.box[::2] for y in b.box[1::2]])
    return (*found, framed(ends))


def _is_rim(view: View, blob: Blob) -> bool:
    """Whether it lies along the edge of the patch: the black rim beside a sheet on the scanner."""
    edges = view.labels[:2], view.labels[-2:], view.labels[:, :2].T, view.labels[:, -2:].T
    return any(int((e == blob.number).any(axis=0).sum()) > _RIM_CONTACT * PX_PER_MM for e in edges)


def _is_busy(ink: Sequence[Blob]) -> bool:
    """Whether glyphs stand about as in a stamp or other print that the engine did not read."""
    bars = sum(b.is_tilted_bar and b.extent > _STAMP_EXTENT for b in ink)
    return sum(map(is_glyph, ink)) + _BAR_COUNTS * bars >= _BUSY
