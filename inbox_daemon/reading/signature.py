"""Is the signature block signed by hand? Read, Absent or Unreadable, with the crop to look at.

Promises: Read only for pen-like ink on scanned paper; Absent only for a block that was surely
found and is surely empty or surely holds type; all doubt is Unreadable.
Touches: nothing but the `crops` it is given. Trusts: ocr.py for boxes, the PDF gate for notes.
Limits: sees ink, not who held the pen; a stamp, a script font and a cross go to a person.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from inbox_daemon.core.programm import Feld
from inbox_daemon.core.values import Absent, Box, DocumentKind, Read, Reading, Source, Unreadable
from inbox_daemon.reading.ink import PX_PER_MM, Blob, Span
from inbox_daemon.reading.page import Page, Word
from inbox_daemon.reading.pen import PEN_SURE, PEN_VERY_SURE, hull, pen_score, shape_of, stamps_in
from inbox_daemon.reading.signature_block import Block, block_of, is_label, segments_of, share

SIGNED = "handschriftlich"

_CORE_EXTENT = 5.0
_CORE_LENGTH = 8.0
_SPECK_EXTENT = 1.6
_SPECK_TOTAL = 3.0
_SPECK_COUNT = 30
_SURE_TYPE = 85.0
_STAMP_EXTENT = 8.0
_GLYPH = (1.2, 4.5)
_BAR_COUNTS = 7
_BUSY = 16
_CROSS = (2, 24)
_SPECK_AREA = 0.15
_FAINT_EXTENT = 2.5
_GROUP_GAP = 12.0
_ROOM = (30, 12)
# A blob of more than _LONG mm may reach far out of its zone.
_LONG = 10.0
# Typed letters in mm: heights, how level their feet stand; shorter words prove nothing.
_TYPE = (1.0, 6.5)
_LEVEL = 0.25
_SHORT_WORD = 3
# Shares of a blob that must lie in a letter's box, in a zone, in a stamp.
_INSIDE = 0.8
_HALF = 0.5
_IN_STAMP = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one block holds: `answer` is read, absent or unreadable, `where` in mm of the patch."""

    answer: str
    why: str
    confidence: float
    where: Span | None = None
    raw: str = ""


def signature_on(
    pages: Sequence[Page],
    words: Sequence[tuple[Word, ...]],
    feld: Feld,
    *,
    document: str,
    crops: Callable[[Page, Box], str],
) -> Reading[str]:
    """Whether a pen signed the block that `feld` names; `words` are those of each page.

    `crops` stores the picture of a region and gives its sha256. Never raises for what is on a page.
    """
    found: list[Reading[str]] = []
    for page, seen in zip(pages, words, strict=True):
        for label in (s for s in segments_of(seen) if is_label(s, feld)):
            block = block_of(page, seen, label)
            verdict = judged(page, block)
            found.append(_reading(page, block, verdict, document, crops))
    return _one_of(found)


def _one_of(found: Sequence[Reading[str]]) -> Reading[str]:
    """One answer for all blocks; blocks that disagree, or more than one signed, are doubt."""
    if not found:
        return Unreadable(why="feld-nicht-gefunden")
    kinds = {r.kind for r in found}
    if len(kinds) > 1:
        doubt = next((r for r in found if r.kind != "absent"), found[0])
        return Unreadable(why="mehrere-bloecke", source=doubt.source)
    return max(found, key=lambda r: r.source.confidence if r.source else 0.0)


def _reading(
    page: Page, block: Block, verdict: Verdict, document: str, crops: Callable[[Page, Box], str]
) -> Reading[str]:
    zone = block.zones[0]
    wide = zone if verdict.where is None else _joined(zone, verdict.where)
    x0, y0, x1, y1 = block.patch.on_page(wide)
    height, width = page.grey.shape
    box = page.box(max(x0, 0), max(y0, 0), min(x1, width), min(y1, height))
    source = Source(
        document=document,
        page=page.number,
        box=box,
        method="ink",
        confidence=verdict.confidence,
        raw=verdict.raw,
        crop=crops(page, box),
    )
    if verdict.answer == "read":
        return Read(value=SIGNED, source=source)
    if verdict.answer == "absent":
        return Absent(why=verdict.why, source=source)
    return Unreadable(why=verdict.why, guess=verdict.raw or None, source=source)


def _joined(a: Span, b: Span) -> Span:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def judged(page: Page, block: Block) -> Verdict:
    """The verdict on one block; the gate's notes weigh before the ink."""
    ink = _ink_in(block)
    if not ink:
        return _without_ink(page, block)
    where = hull(ink)
    if page.kind is not DocumentKind.SCAN or page.notes:
        return Verdict(answer="unreadable", why="kein-papierscan", confidence=0.5, where=where)
    doubt, score = _doubt(block, ink)
    if doubt:
        return Verdict(answer="unreadable", why=doubt, confidence=0.5, where=where)
    sure = float(1 / (1 + np.exp(-score)))
    return Verdict(answer="read", why="", confidence=round(sure, 3), where=where)


def _ink_in(block: Block) -> tuple[Blob, ...]:
    """Unexplained ink near the block: anything larger than a speck of dirt, or very many specks."""
    near = [b for b in block.left if _is_in(b, (block.around,))]
    large = tuple(b for b in near if b.extent > _SPECK_EXTENT and b.area > _SPECK_AREA)
    many = len(near) > _SPECK_COUNT or sum(b.area for b in near) > _SPECK_TOTAL
    return large or (tuple(near) if many else ())


def _is_in(blob: Blob, zones: Sequence[Span]) -> bool:
    part = 0.3 if blob.extent > _LONG else 0.5
    return any(share(blob.box, z) >= part for z in zones)


def _without_ink(page: Page, block: Block) -> Verdict:
    if page.notes:
        return Verdict(answer="unreadable", why="kein-papierscan", confidence=0.5)
    if not _has_room(block):
        return Verdict(answer="unreadable", why="block-abgeschnitten", confidence=0.5)
    if _has_faint(block):
        return Verdict(answer="unreadable", why="wenig-tinte", confidence=0.5)
    type_ = [w for w, _ in block.typed if any(c.isalpha() for c in w.text)]
    raw = " ".join(w.text for w in type_)
    if not type_:
        return Verdict(answer="absent", why="feld-leer", confidence=0.95)
    if min(w.confidence for w in type_) < _SURE_TYPE or not _stand_level(block):
        return Verdict(answer="unreadable", why="schriftart-oder-stift", confidence=0.5, raw=raw)
    return Verdict(answer="absent", why="nur-getippt", confidence=0.9, raw=raw)


def _has_room(block: Block) -> bool:
    """Whether enough of the signature's place is on the page to call it empty."""
    height, width = (int(side) / PX_PER_MM for side in block.patch.level.shape)
    x0, y0, x1, y1 = block.zones[0]
    across, down = min(x1, width) - max(x0, 0), min(y1, height) - max(y0, 0)
    return bool(across >= _ROOM[0] and down >= _ROOM[1])


def _stand_level(block: Block) -> bool:
    """Whether the letters of each typed word stand on one line, as no hand writes them."""
    for word, box in block.typed:
        feet = [
            b.box[3]
            for b in block.drawing.blobs
            if share(b.box, box) > _INSIDE and _TYPE[0] < b.height < _TYPE[1]
        ]
        level = max((sum(abs(a - b) < _LEVEL for b in feet) for a in feet), default=0)
        if word.text.isalpha() and len(word.text) > _SHORT_WORD and level < 0.4 * len(word.text):
            return False
    return True


def _has_faint(block: Block) -> bool:
    """Whether something pale and larger than dirt is left beside all that is known."""
    known = np.zeros_like(block.drawing.faint)
    large = [b.box for b in block.drawing.blobs if b.extent > _SPECK_EXTENT]
    for x0, y0, x1, y1 in (*block.explained, *large):
        a, b, c, d = (round(v * PX_PER_MM) for v in (x0 - 0.8, y0 - 0.8, x1 + 0.8, y1 + 0.8))
        known[max(b, 0) : max(d, 0), max(a, 0) : max(c, 0)] = 1
    pale = block.drawing.faint & (1 - known)
    for zone in block.zones:
        x0, y0, x1, y1 = (max(round(v * PX_PER_MM), 0) for v in zone)
        _, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(pale[y0:y1, x0:x1]))
        if any(max(s[2], s[3]) > _FAINT_EXTENT * PX_PER_MM for s in stats[1:].tolist()):
            return True
    return False


def _doubt(block: Block, ink: Sequence[Blob]) -> tuple[str, float]:
    """A code why the ink is not surely a pen's, or none; and the score of its shape."""
    if block.shares_place and not any(sum(map(str.isdigit, w.text)) > 1 for w, _ in block.typed):
        # One line for place, date and signature: without a typed date the ink may be the date.
        return "ort-datum-hand", 0.0
    stamps = _stamps(block)
    shape = shape_of(block.drawing.labels, _core(block, ink, stamps))
    if shape is None:
        return ("stempel" if stamps else "wenig-tinte"), 0.0
    if not shape.is_pen_sized:
        cross = shape.count <= _CROSS[0] and shape.corners < _CROSS[1]
        return ("kreuz" if cross else "wenig-tinte"), 0.0
    if _is_busy(ink):
        return "stempel", 0.0
    score = pen_score(shape)
    if score < (PEN_VERY_SURE if shape.is_type_like else PEN_SURE):
        return ("stempel" if stamps else "schriftart-oder-stift"), score
    return "", score


def _stamps(block: Block) -> tuple[Span, ...]:
    """Rings and frames, also a frame of which only single bars are left."""
    large = [b for b in block.left if b.extent > _STAMP_EXTENT and _is_in(b, (block.around,))]
    bars = [b for b in large if b.is_tilted_bar]
    found = stamps_in(block.drawing.labels, large)
    return (*found, hull(bars)) if len(bars) > 1 else found


def _is_busy(ink: Sequence[Blob]) -> bool:
    """Whether glyphs stand about as in a stamp or other print that the engine did not read."""
    glyphs = sum(_GLYPH[0] < b.height < _GLYPH[1] and b.extent < _CORE_EXTENT for b in ink)
    bars = sum(b.is_tilted_bar and b.extent > _STAMP_EXTENT for b in ink)
    return glyphs + _BAR_COUNTS * bars >= _BUSY


def _core(block: Block, ink: Sequence[Blob], stamps: Sequence[Span]) -> list[Blob]:
    """The blobs in the signature's own place that are large enough, no bar and in no stamp."""
    return main_group(
        [
            b
            for b in ink
            if b.extent >= _CORE_EXTENT
            and b.length >= _CORE_LENGTH
            and not b.is_bar
            and any(share(b.box, z) >= _HALF for z in block.zones)
            and not any(share(b.box, s) > _IN_STAMP for s in stamps)
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
