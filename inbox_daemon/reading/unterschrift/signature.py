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
from inbox_daemon.reading.paper.page import Page, Word
from inbox_daemon.reading.paper.structure import SYMBOLS
from inbox_daemon.reading.unterschrift.block_label import (
    is_label,
    lost_label,
    place_labels,
    segments_of,
)
from inbox_daemon.reading.unterschrift.ink import PX_PER_MM, Span, faint_of
from inbox_daemon.reading.unterschrift.pen import hull
from inbox_daemon.reading.unterschrift.signature_block import Block, block_of, share
from inbox_daemon.reading.unterschrift.signature_ink import ink_in, opinion_on

SIGNED = "handschriftlich"

_SPECK_EXTENT = 1.6
_SURE_TYPE = 85.0
_FAINT_EXTENT = 2.5
_ROOM = (30, 12)
# Typed letters in mm: heights, how level their feet stand; shorter words prove nothing.
_TYPE = (1.0, 6.5)
_LEVEL = 0.25
_SHORT_WORD = 3
# Share of a blob that must lie in a letter's box.
_INSIDE = 0.8


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
    return _one_of(found) if found else _beside_place(pages, words, document, crops)


def _beside_place(
    pages: Sequence[Page],
    words: Sequence[tuple[Word, ...]],
    document: str,
    crops: Callable[[Page, Box], str],
) -> Reading[str]:
    """A pen often hides its own label: what stands beside `Ort, Datum`, if it is surely a pen's."""
    seen_at: Source | None = None
    for page, seen in zip(pages, words, strict=True):
        segments = segments_of(seen)
        for place in place_labels(segments):
            label = lost_label(place, segments, dpi=page.dpi)
            if label is None:
                continue
            block = block_of(page, seen, label)
            reading = _reading(page, block, judged(page, block), document, crops)
            if isinstance(reading, Read):
                return reading
            seen_at = reading.source
    return Unreadable(why="feld-nicht-gefunden", source=seen_at)


def _one_of(found: Sequence[Reading[str]]) -> Reading[str]:
    """One answer for all blocks; blocks that disagree, or more than one signed, are doubt."""
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
    ink = ink_in(block)
    if not ink:
        return _without_ink(page, block)
    where = hull(ink)
    if page.kind is not DocumentKind.SCAN or _odd(page):
        return Verdict(answer="unreadable", why="kein-papierscan", confidence=0.5, where=where)
    if block.shares_place and not any(sum(map(str.isdigit, w.text)) > 1 for w, _ in block.typed):
        # One line for place, date and signature: without a typed date the ink may be the date.
        return Verdict(answer="unreadable", why="ort-datum-hand", confidence=0.5, where=where)
    doubt, sure = opinion_on(page, block)
    if doubt:
        return Verdict(answer="unreadable", why=doubt, confidence=0.5, where=where)
    return Verdict(answer="read", why="", confidence=round(sure, 3), where=where)


def _odd(page: Page) -> bool:
    """Whether the gate found something that may concern strokes, not digits alone."""
    return bool(set(page.notes) - {SYMBOLS})


def _without_ink(page: Page, block: Block) -> Verdict:
    if _odd(page):
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
    faint = faint_of(block.patch)
    known = np.zeros_like(faint)
    large = [b.box for b in block.drawing.blobs if b.extent > _SPECK_EXTENT]
    for x0, y0, x1, y1 in (*block.explained, *large):
        a, b, c, d = (round(v * PX_PER_MM) for v in (x0 - 0.8, y0 - 0.8, x1 + 0.8, y1 + 0.8))
        known[max(b, 0) : max(d, 0), max(a, 0) : max(c, 0)] = 1
    pale = faint & (1 - known)
    for zone in block.zones:
        x0, y0, x1, y1 = (max(round(v * PX_PER_MM), 0) for v in zone)
        _, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(pale[y0:y1, x0:x1]))
        if any(max(s[2], s[3]) > _FAINT_EXTENT * PX_PER_MM for s in stats[1:].tolist()):
            return True
    return False
