"""The opinions on the ink of a block: the ink as it is, outside its stamps, colour by colour.

Promises: a pen only where two networks that see different things agree on one view of the ink.
Touches: the models of pen_net.py and pen_shape.py. Trusts: signature_block.py for the ink.
Limits: a pen wholly inside a stamp of the same colour is doubt; the thresholds are measured ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.paper.page import Page
from inbox_daemon.reading.unterschrift.colour import layers_of
from inbox_daemon.reading.unterschrift.ink import PX_PER_MM, Blob, Mask, Span, blobs_of
from inbox_daemon.reading.unterschrift.pen import hull, shape_of
from inbox_daemon.reading.unterschrift.pen_net import pen_share
from inbox_daemon.reading.unterschrift.pen_shape import shape_share
from inbox_daemon.reading.unterschrift.signature_block import Block, share
from inbox_daemon.reading.unterschrift.stamps import Stamp, framed, is_ruled, outside, stamps_in

# Each network must find a pen likelier than not, and their log odds together must be so high.
# Measured by tests/benchmarks/unsigned.py on writers and fonts that neither had seen.
LIKELY: Final = 0.5
SURE: Final = 6.0
# What the network that sees the picture must say: alone on paper, and near what may be a stamp.
PICTURE_PLAIN: Final = 0.9
PICTURE_NEAR_STAMP: Final = 0.97

_CORE_EXTENT: Final = 5.0
_CORE_LENGTH: Final = 8.0
_SPECK_EXTENT: Final = 1.6
_SPECK_TOTAL: Final = 3.0
_SPECK_COUNT: Final = 30
_SPECK_AREA: Final = 0.15
_STAMP_EXTENT: Final = 8.0
_GLYPH: Final = (1.2, 4.5)
_BAR_COUNTS: Final = 7
_BUSY: Final = 16
_SOME_GLYPHS: Final = 6
_CROSS: Final = (2, 24)
_GROUP_GAP: Final = 12.0
# A blob of more than _LONG mm may reach far out of its zone.
_LONG: Final = 10.0
_REACH: Final = 0.3
_HALF: Final = 0.5
_LEAST_SHARE: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Some or all of a block's ink: its blobs, and their numbers pixel by pixel of the patch."""

    blobs: tuple[Blob, ...]
    labels: NDArray[np.int32]


def ink_in(block: Block) -> tuple[Blob, ...]:
    """Unexplained ink near the block: anything larger than a speck of dirt, or very many specks."""
    near = [b for b in block.left if _is_in(b, (block.around,))]
    large = tuple(b for b in near if b.extent > _SPECK_EXTENT and b.area > _SPECK_AREA)
    many = len(near) > _SPECK_COUNT or sum(b.area for b in near) > _SPECK_TOTAL
    return large or (tuple(near) if many else ())


def opinion_on(page: Page, block: Block) -> tuple[str, float]:
    """A code why the ink is not surely a pen's, or none, and how sure the less sure network is."""
    whole = View(blobs=block.left, labels=block.drawing.labels)
    stamps = _stamps(block, whole)
    stamped = bool(stamps) or _is_busy(ink_in(block))
    printed = _glyphs(ink_in(block)) >= _SOME_GLYPHS
    least = PICTURE_NEAR_STAMP if printed else PICTURE_PLAIN
    doubt, sure = ("stempel", 0.0) if stamped else _vote(block, whole, least)
    if not doubt:
        return doubt, sure
    for view in _parts(page, block, whole, stamps):
        if not _stamps(block, view) and not _is_busy(view.blobs):
            why, part = _vote(block, view, PICTURE_NEAR_STAMP)
            if not why:
                return "", part
    return doubt, sure


def ink_mask(block: Block) -> Mask | None:
    """The ink in the signature's place as a mask at 10 px a mm, or None where there is too little.

    All that stands within the hull of the largest group of strokes, stamps with it.
    """
    view = View(blobs=block.left, labels=block.drawing.labels)
    group = _core(block, view)
    return _mask(view, group) if group else None


def _parts(page: Page, block: Block, whole: View, stamps: Sequence[Stamp]) -> Iterator[View]:
    """The ink outside the stamps, and the ink of each colour."""
    ink = _painted(whole, whole.blobs)
    if stamps:
        blobs, labels = blobs_of(outside(ink, stamps))
        yield View(blobs=blobs, labels=labels)
    for layer in layers_of(page, block.patch, ink):
        blobs, labels = blobs_of(layer)
        yield View(blobs=blobs, labels=labels)


def _vote(block: Block, view: View, least: float) -> tuple[str, float]:
    """Size first, then both networks; `least` is what the one that sees the picture must say."""
    group = _core(block, view)
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
    if shares[0] < least or shares[1] < LIKELY or together < SURE:
        return "schriftart-oder-stift", min(shares)
    return "", min(shares)


def _log_odds(share_: float) -> float:
    return float(np.log((share_ + _LEAST_SHARE) / (1 - share_ + _LEAST_SHARE)))


def _painted(view: View, blobs: Sequence[Blob]) -> Mask:
    wanted = np.zeros(int(view.labels.max()) + 1, np.uint8)
    wanted[[b.number for b in blobs]] = 1
    return wanted[view.labels]


def _mask(view: View, group: Sequence[Blob]) -> Mask:
    """The ink within the hull of a group."""
    box = hull(group)
    x0, y0, x1, y1 = (round(v * PX_PER_MM) for v in box)
    piece = View(blobs=view.blobs, labels=view.labels[y0:y1, x0:x1])
    wanted = np.zeros(int(view.labels.max()) + 1, np.uint8)
    wanted[[b.number for b in view.blobs if share(b.box, box) > _HALF]] = 1
    return wanted[piece.labels]


def _is_in(blob: Blob, zones: Sequence[Span]) -> bool:
    part = _REACH if blob.extent > _LONG else _HALF
    return any(share(blob.box, z) >= part for z in zones)


def _stamps(block: Block, view: View) -> tuple[Stamp, ...]:
    """Rings and frames, also a frame of which only single bars are left."""
    large = [b for b in view.blobs if b.extent > _STAMP_EXTENT and _is_in(b, (block.around,))]
    found = stamps_in(view.labels, large)
    bars = [b for b in large if b.is_tilted_bar]
    if len(bars) <= 1:
        return found
    ends = np.array([(x, y) for b in bars for x in b.box[::2] for y in b.box[1::2]])
    return (*found, framed(ends))


def _is_busy(ink: Sequence[Blob]) -> bool:
    """Whether glyphs stand about as in a stamp or other print that the engine did not read."""
    bars = sum(b.is_tilted_bar and b.extent > _STAMP_EXTENT for b in ink)
    return _glyphs(ink) + _BAR_COUNTS * bars >= _BUSY


def _glyphs(ink: Sequence[Blob]) -> int:
    return sum(_GLYPH[0] < b.height < _GLYPH[1] and b.extent < _CORE_EXTENT for b in ink)


def _core(block: Block, view: View) -> list[Blob]:
    """The group of blobs in the signature's own place that are large enough and no bar."""
    return main_group(
        [
            b
            for b in view.blobs
            if b.extent >= _CORE_EXTENT
            and b.length >= _CORE_LENGTH
            and not b.is_bar
            and any(share(b.box, z) >= _HALF for z in block.zones)
        ]
    )


def main_group(core: Sequence[Blob]) -> list[Blob]:
    """The blobs that stand within 12 mm of one another, as far as they hold the longest one."""
    if not core:
        return []
    group = [max(core, key=lambda b: b.length)]
    rest = [b for b in core if b is not group[0]]
    while near := [b for b in rest if any(_gap(a.box, b.box) < _GROUP_GAP for a in group)]:
        group += near
        rest = [b for b in rest if b not in near]
    return group


def _gap(a: Span, b: Span) -> float:
    return max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3], 0.0)
