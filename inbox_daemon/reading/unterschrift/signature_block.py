"""Where the signature block is: the room round its printed label, and the ink left in it.

Promises: the signature's own place, as the label, the lines and the neighbours of this form tell.
Touches: nothing. Trusts: the words of ocr.py with their boxes.
Limits: knows no form; the label may stand below, above or left of the line, or in a box.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inbox_daemon.reading.paper.page import Page, Word
from inbox_daemon.reading.unterschrift.block_label import (
    LEAST_LETTERS,
    LEAST_SIZE,
    LOST,
    SAME,
    SURE_WORD,
    Segment,
    letters_of,
    names_place,
    segments_of,
)
from inbox_daemon.reading.unterschrift.ink import (
    Blob,
    Drawing,
    Patch,
    Span,
    drawing_of,
    leaders,
    patch_around,
    skew,
    within,
)
from inbox_daemon.reading.unterschrift.pen import hull

_FAIR_WORD = 45.0
_MM_PER_INCH = 25.4
_TOUCH = 0.2
_ROW = 0.4
# A cell in mm: room below the label, how far from the frame it stands, gaps of a scanned frame.
_CELL_ROOM = (7.0, 45.0)
_CELL_INDENT = 25.0
_POST_SLACK = 3.0
# Running text is at least so wide (mm).
_TEXT_WIDTH = 75
# In mm: heights of printed words, largest glyph, place of a line at the right of its label.
_PRINT = (1.0, 6.5)
_GLYPH = (9, 6)
_SIDE = (3, 25)
# Letters of a lost label in mm: largest, how far off its row.
_LETTER = 5.0
_ROW_SLACK = 1.0
# A date as engines read it from a hand; in mm how far over the label it stands, the strokes of a
# signature, and how far these begin from the date.
_DATE = re.compile(r"\d\d?\.\s?\d\d?\.\s?\d\d(\d\d)?$")
_LINE_ROOM = 14.0
_STROKE = 5.0
_CLEAR = 6.0
# A label that nobody could read, in mm: its width, how far above the row a frame begins that it
# stands over, how far below the label's upper edge a line may be, the gap between two lines.
_WIDE_LABEL = 30.0
_OVER_FRAME = 6.0
_LEVEL = 1.2
_LINE_GAP = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The surroundings of one label, levelled; all spans in mm of the patch.

    `zones` are where the signature belongs; `around` must be empty too before the block is called
    empty. `left` is the ink that no rule, leader line or well-read word explains. `shares_place`
    tells that place and date stand on the same line as the signature.
    """

    patch: Patch
    drawing: Drawing
    zones: tuple[Span, ...]
    around: Span
    left: tuple[Blob, ...]
    typed: tuple[tuple[Word, Span], ...]
    explained: tuple[Span, ...]
    shares_place: bool


def share(inner: Span, outer: Span) -> float:
    """The part of `inner` that lies in `outer`, 0 to 1."""
    across = min(inner[2], outer[2]) - max(inner[0], outer[0])
    down = min(inner[3], outer[3]) - max(inner[1], outer[1])
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / max((inner[2] - inner[0]) * (inner[3] - inner[1]), LEAST_SIZE)


def block_of(page: Page, words: Sequence[Word], label: Segment) -> Block:
    """Everything the verdict needs to know about the block that the label names."""
    x0, y0, x1, y1 = label.box
    mm = page.dpi / _MM_PER_INCH
    area = (x0 - 50 * mm, y0 - 42 * mm, max(x0 + 115 * mm, x1 + 100 * mm), y1 + 46 * mm)
    height, width = page.grey.shape
    area = (max(area[0], 0), max(area[1], 0), min(area[2], width), min(area[3], height))
    patch = patch_around(page, area, skew(words, (y0 + y1) / 2))
    near = [w for w in words if share((w.x0, w.y0, w.x1, w.y1), area) > _TOUCH]
    own = [patch.span(w.x0, w.y0, w.x1, w.y1) for w in label.words]
    others = [s for s in segments_of(near) if share(s.box, label.box) < SAME]
    printed = _spans(patch, [w for s in others for w in _print_of(s)])
    printed = [(w, b) for w, b in printed if _PRINT[0] < b[3] - b[1] < _PRINT[1]]
    boxes = (*own, *(b for _, b in printed))
    drawing = drawing_of(patch, boxes)
    rows = leaders(drawing.blobs)
    dropped = {b.number for r in rows for b in r}
    lines = (*drawing.rules, *(hull(r) for r in rows))
    guess = None if label.text else _beside_place(hull_of(own), lines, drawing.posts)
    here = guess or hull_of(own)
    placed = [(patch.span(*s.box), s) for s in others]
    cell = _cell(here, lines, drawing.posts)
    zones = (cell,) if cell else _zones(here, lines, placed)
    read = any(w.confidence for w in label.words)
    left = tuple(
        b
        for b in drawing.blobs
        if b.number not in dropped
        and not _is_type(b, boxes)
        and (read or not _is_letter_of(b, here))
    )
    shares_place = names_place(label)
    dates = [b for w, b in _spans(patch, near) if _DATE.search(w.text) and _is_above(b, here)]
    if shares_place and dates and (end := _clear_of(max(b[2] for b in dates), left, zones)):
        left = tuple(b for b in left if b.box[0] > end)
        zones = tuple((max(z[0], end), *z[1:]) for z in zones)
        shares_place = False
    return Block(
        patch=patch,
        drawing=drawing,
        zones=zones,
        around=_around(here, zones, placed),
        # Where neither a label nor a line is, no ink is known to be in the signature's place.
        left=left if label.text or guess else (),
        typed=tuple((w, b) for w, b in printed if any(share(b, z) > SAME for z in zones)),
        explained=(*boxes, *lines, *drawing.posts),
        shares_place=shares_place,
    )


def _spans(patch: Patch, words: Sequence[Word]) -> list[tuple[Word, Span]]:
    return [(w, patch.span(w.x0, w.y0, w.x1, w.y1)) for w in words]


def _is_above(date: Span, label: Span) -> bool:
    """On the line over the label, as far as a hand is high."""
    return label[1] - _LINE_ROOM < (date[1] + date[3]) / 2 < label[1] + 1


def _clear_of(end: float, ink: Sequence[Blob], zones: Sequence[Span]) -> float | None:
    """Where the date by hand surely ends: strokes larger than digits stand well right of it.

    None where there are none in the signature's place, or one begins too near the date.
    """
    strokes = [b for b in ink if b.extent > _STROKE and b.box[2] > end]
    placed = any(share(b.box, z) > SAME for b in strokes for z in zones)
    clear = all(b.box[0] - end > _CLEAR for b in strokes)
    return end + _CLEAR / 2 if placed and clear else None


def _beside_place(lost: Span, lines: Sequence[Span], posts: Sequence[Span]) -> Span | None:
    """Where exactly a label lost beside `Ort, Datum` is: over a frame, in a cell, under a line.

    The frame, the cell or the line must begin right of the label for place and date.
    """
    end, width = lost[0] - LOST[0], _WIDE_LABEL
    right = sorted(p for p in posts if p[0] > end - 1 and p[1] < lost[1] + 1 and p[3] > lost[3])
    if right:
        x, top = right[0][2], right[0][1]
        if top < lost[1] - _OVER_FRAME:
            return x, top - 4, x + width, top - 1
        return x + 1, lost[1], x + 1 + width, lost[3]
    level = [r for r in lines if lost[1] - 10 < r[3] < lost[1] + _LEVEL]
    own = [r for r in level if r[0] < end]
    for line in sorted(level):
        if line[0] > end and any(line[0] - r[2] > _LINE_GAP for r in own):
            return line[0], lost[1], line[0] + width, lost[3]
    return None


def hull_of(spans: Sequence[Span]) -> Span:
    """The box round all spans."""
    x0, y0 = min(s[0] for s in spans), min(s[1] for s in spans)
    return x0, y0, max(s[2] for s in spans), max(s[3] for s in spans)


def _print_of(segment: Segment) -> list[Word]:
    """Words the engine is sure of; a letter or stroke standing alone may well be a pen's."""
    if sum(len(re.findall(r"\w", w.text)) for w in segment.words) < LEAST_LETTERS:
        return []
    there = [w for w in segment.words if re.search(r"\w", w.text)]
    high = max((w.y1 - w.y0 for w in there if w.confidence >= SURE_WORD), default=0)
    # Beside a sure word of its own size a less sure one is print too: a page number, a date.
    return [
        w
        for w in there
        if w.confidence >= SURE_WORD or (w.confidence >= _FAIR_WORD and w.y1 - w.y0 <= high)
    ]


def _is_type(blob: Blob, boxes: Sequence[Span]) -> bool:
    small = blob.width < _GLYPH[0] and blob.height < _GLYPH[1]
    return small and any(within(blob.box, b, margin=0.6) for b in boxes)


def _is_letter_of(blob: Blob, label: Span) -> bool:
    """Whether it is small and stands on the row of a label whose letters nobody could read."""
    middle = (blob.box[1] + blob.box[3]) / 2
    small = blob.width < _LETTER and blob.height < _LETTER
    return small and label[1] - _ROW_SLACK < middle < label[3] + _ROW_SLACK


def _around(label: Span, zones: Sequence[Span], others: Sequence[tuple[Span, Segment]]) -> Span:
    """All zones and as far above, below and beside them as a signature may have slipped."""
    x0, y0, x1, y1 = hull_of(zones)
    left = x0 if _before(label, others) else min(x0, label[0] - 45)
    above = _under_text(label[1] - 40, label, others)
    below = label[3] + (34 if len(zones) == 1 else 44)
    return left, min(y0, above), max(x1, label[0] + 95), max(y1, below)


def _under_text(top: float, label: Span, others: Sequence[tuple[Span, Segment]]) -> float:
    """`top`, or the lower edge of the last running text between it and the label."""
    for span, segment in others:
        long = segment.is_running_text or span[2] - span[0] > _TEXT_WIDTH
        if long and span[3] < label[1] - 8 and span[0] < label[0] + 95 and span[2] > label[0]:
            top = max(top, span[3])
    return top


def _before(label: Span, others: Sequence[tuple[Span, Segment]]) -> list[float]:
    """Where the neighbours to the left on the line of the label end."""
    return [s[2] for s, _ in others if _same_row(label, s) and s[2] < label[0] + 1]


def _same_row(label: Span, span: Span) -> bool:
    return share(label, (label[0], span[1], label[2], span[3])) > _ROW


def _zones(
    label: Span, lines: Sequence[Span], others: Sequence[tuple[Span, Segment]]
) -> tuple[Span, ...]:
    """Where the signature may stand; above and below the label where no printed line tells."""
    over = [r for r in lines if _is_over(r, label)]
    side = [
        r
        for r in lines
        if -_SIDE[0] < r[0] - label[2] < _SIDE[1] and abs(r[3] - label[3]) < _SIDE[0]
    ]
    rule = max(over, key=lambda r: r[3], default=None)
    left, right = _columns(label, rule, others)
    if side and rule is None:
        left, right = label[2] - 2, max(r[2] for r in side) + 6
    top = _under_text(label[1] - 32, label, others)
    up = (left, top, right, label[3] + 7)
    if over or side:
        return (up,)
    return up, (left, label[1], right, label[3] + 32)


def _cell(label: Span, lines: Sequence[Span], posts: Sequence[Span]) -> Span | None:
    """The inside of the framed cell at whose top the label stands, with room below to sign.

    The line over such a label is the cell's edge, not a line to sign on.
    """
    floors = [
        r[1]
        for r in lines
        if _CELL_ROOM[0] < r[1] - label[3] < _CELL_ROOM[1] and r[0] < label[2] and r[2] > label[0]
    ]
    floor = min(floors, default=0.0)
    tall = [p for p in posts if p[1] < label[1] + 1 and p[3] > floor - _POST_SLACK]
    left = max((p[2] for p in tall if p[2] < label[0] + 1), default=None)
    right = min((p[0] for p in tall if p[0] > label[2] - 1), default=None)
    if not floors or left is None or right is None or label[0] - left > _CELL_INDENT:
        return None
    return left - 1, label[1] - 1, right + 1, floor + 3


def _is_over(line: Span, label: Span) -> bool:
    common = min(line[2], label[2]) - max(line[0], label[0])
    return label[1] - 10 < line[3] < label[1] + 1.2 and common > min(
        10, 0.5 * (label[2] - label[0])
    )


def _columns(
    label: Span, rule: Span | None, others: Sequence[tuple[Span, Segment]]
) -> tuple[float, float]:
    """Left and right end: neighbours on the line of the label have columns of their own."""
    before = _before(label, others)
    after = [
        s[0] for s, g in others if _same_row(label, s) and s[0] > label[2] + 10 and _is_sure(g)
    ]
    left = label[0] - (8 if before else 12)
    if rule and rule[0] > max(before, default=-1e9):
        left = min(left, max(rule[0] - 4, label[0] - 50))
    right = max(label[0] + 95, rule[2] + 6 if rule else 0.0, label[2] + 5)
    return left, max(min(after) - 2, label[2]) if after else right


def _is_sure(segment: Segment) -> bool:
    sure = [w.text for w in segment.words if w.confidence >= SURE_WORD]
    return len(letters_of(" ".join(sure))) >= LEAST_LETTERS
