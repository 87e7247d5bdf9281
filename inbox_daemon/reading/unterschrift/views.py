"""Parts of a block's ink that are looked at alone: less its stamps, by colour, less letters.

Promises: each view is some of the block's ink and no other; the likeliest to be a pen come first.
Touches: nothing. Trusts: stamps.py, peel.py and colour.py. Limits: a view proves nothing: what a
view holds must still be asked, and harder than the whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.paper.page import Page
from inbox_daemon.reading.unterschrift.colour import layers_of
from inbox_daemon.reading.unterschrift.ink import PX_PER_MM, Blob, Mask, Span, blobs_of
from inbox_daemon.reading.unterschrift.peel import peeled
from inbox_daemon.reading.unterschrift.pen import hull
from inbox_daemon.reading.unterschrift.signature_block import Block, share
from inbox_daemon.reading.unterschrift.stamps import Stamp, outside

# Blobs of a pen's group: least extent and length of stroke, how near to one another; all in mm.
CORE_EXTENT: Final = 5.0
_CORE_LENGTH: Final = 8.0
_GROUP_GAP: Final = 12.0
_TIGHT_GAP: Final = 3.0
_TIGHT_RIM: Final = 1.5
# Heights of letters of a stamp or of type, mm.
_GLYPH: Final = (1.2, 4.5)
_HALF: Final = 0.5
# Ink outside a stamp and across its rim from which a pen may have come in, mm2.
_PEN_OUTSIDE: Final = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Some or all of a block's ink: its blobs, and their numbers pixel by pixel of the patch."""

    blobs: tuple[Blob, ...]
    labels: NDArray[np.int32]


def whole_of(block: Block) -> View:
    """All ink that no rule, leader line or well-read word explains."""
    return View(blobs=block.left, labels=block.drawing.labels)


def parts_of(page: Page, block: Block, stamps: Sequence[Stamp], *, busy: bool) -> Iterator[View]:
    """The ink of each colour, outside the stamps, and with what crosses them; then less letters.

    `busy` tells that the ink may hold a stamp: without one there are only colours to look at.
    """
    whole = whole_of(block)
    ink = painted(whole, whole.blobs)
    masks = list(layers_of(page, block.patch, ink))
    if stamps:
        crossing, standing = peeled(ink, stamps)
        masks += [outside(ink, stamps), crossing]
        # A coat of arms is drawn like a pen's: what stands in a seal needs more outside.
        if crossing.sum() > _PEN_OUTSIDE * PX_PER_MM**2:
            masks.append(standing)
    views = [_seen(m) for m in masks]
    yield from views
    if not busy:
        return
    for view in views if stamps else (whole, *views):
        yield from _tight(block, view)
    for view in (whole, *views):
        left = tuple(b for b in view.blobs if not is_glyph(b))
        if len(left) < len(view.blobs):
            yield View(blobs=left, labels=view.labels)


def _seen(mask: Mask) -> View:
    blobs, labels = blobs_of(mask)
    return View(blobs=blobs, labels=labels)


def _tight(block: Block, view: View) -> Iterator[View]:
    """Each group of large blobs that stand close together, where there are several.

    None that stands amid other ink, as a coat of arms does in a seal.
    """
    rest = _large(block, view)
    group = main_group(rest, _TIGHT_GAP)
    while len(group) < len(rest):
        box = hull(group)
        small = [b for b in view.blobs if b not in rest and _gap(box, b.box) < _TIGHT_RIM]
        own = {b.number for b in (*group, *small)}
        others = [b for b in view.blobs if b.number not in own and _gap(box, b.box) < _GROUP_GAP]
        if not others or not _is_amid(box, hull(others)):
            yield View(blobs=(*group, *small), labels=view.labels)
        rest = [b for b in rest if b.number not in own]
        group = main_group(rest, _TIGHT_GAP)


def _is_amid(inner: Span, outer: Span) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] < x < outer[2] and outer[1] < y < outer[3]


def painted(view: View, blobs: Sequence[Blob]) -> Mask:
    """The blobs as a mask of the whole patch."""
    wanted = np.zeros(int(view.labels.max()) + 1, np.uint8)
    wanted[[b.number for b in blobs]] = 1
    return wanted[view.labels]


def is_glyph(blob: Blob) -> bool:
    """Whether it has the size of a printed or stamped letter."""
    return _GLYPH[0] < blob.height < _GLYPH[1] and blob.extent < CORE_EXTENT


def core_of(block: Block, view: View) -> list[Blob]:
    """The group of blobs in the signature's own place that are large enough and no bar."""
    return main_group(_large(block, view))


def _large(block: Block, view: View) -> list[Blob]:
    return [
        b
        for b in view.blobs
        if b.extent >= CORE_EXTENT
        and b.length >= _CORE_LENGTH
        and not b.is_bar
        and any(share(b.box, z) >= _HALF for z in block.zones)
    ]


def main_group(core: Sequence[Blob], gap: float = _GROUP_GAP) -> list[Blob]:
    """The blobs that stand within `gap` mm of one another, as far as they hold the longest one."""
    if not core:
        return []
    group = [max(core, key=lambda b: b.length)]
    rest = [b for b in core if b is not group[0]]
    while near := [b for b in rest if any(_gap(a.box, b.box) < gap for a in group)]:
        group += near
        rest = [b for b in rest if b not in near]
    return group


def _gap(a: Span, b: Span) -> float:
    return max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3], 0.0)
