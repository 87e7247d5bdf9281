"""Where the signature block is: its printed label, the room round it, the ink left in it.

Promises: every label that the rules name is found or left out, never a sentence of running text.
Touches: nothing. Trusts: the words of ocr.py with their boxes.
Limits: knows no form; the label may stand below, above or left of the line, or in a box.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from inbox_daemon.core.programm import Feld
from inbox_daemon.reading.paper.page import Page, Word
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

_MATCH = 84.0
_SURE_WORD = 70.0
_FAIR_WORD = 45.0
_MM_PER_INCH = 25.4
_SAME = 0.5
_LEAST_SIZE = 0.01
_TOUCH = 0.2
_ROW = 0.4
# A cell in mm: room below the label, how far from the frame it stands, gaps of a scanned frame.
_CELL_ROOM = (7.0, 45.0)
_CELL_INDENT = 25.0
_POST_SLACK = 3.0
_LEAST_LETTERS = 3
# Running text has at least so many words, or is at least so wide (mm).
_TEXT_WORDS = 7
_TEXT_WIDTH = 75
_SENTENCE = (5, 12)
# In mm: heights of printed words, largest glyph, place of a line at the right of its label.
_PRINT = (1.0, 6.5)
_GLYPH = (9, 6)
_SIDE = (3, 25)
# Letters of a lost label in mm: largest, how far off its row.
_LETTER = 5.0
_ROW_SLACK = 1.0
# Where a lost label is put, mm at the right of the label for place and date, and what that reads.
_LOST = (22, 52)
_PLACE_DATE = frozenset({"ort", "datum", "und", "den", "der"})
# Words that may stand before the label on the same line.
_BESIDE = frozenset({"ort", "datum", "und", "name", "vorname", "stempel", "funktion", "den"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Words that follow one another on a line without a wide gap; pixels of the page."""

    words: tuple[Word, ...]

    @property
    def box(self) -> Span:
        """The box round all its words."""
        ws = self.words
        x0, y0 = min(w.x0 for w in ws), min(w.y0 for w in ws)
        return x0, y0, max(w.x1 for w in ws), max(w.y1 for w in ws)

    @property
    def text(self) -> str:
        """What it says; nothing for a label that was lost under ink."""
        return " ".join(w.text for w in self.words)

    @property
    def is_running_text(self) -> bool:
        """A long line that the engine read well."""
        sure = sum(w.confidence for w in self.words) / len(self.words) > _SURE_WORD
        return sure and len(self.words) >= _TEXT_WORDS


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


def segments_of(words: Sequence[Word]) -> tuple[Segment, ...]:
    """The words of a page as segments; a word that was read twice counts once."""
    rows: list[list[Word]] = []
    for word in sorted(_unique(words), key=lambda w: w.x0):
        fit = [r for r in rows if _follows(r[-1], word)]
        if fit:
            fit[-1].append(word)
        else:
            rows.append([word])
    return tuple(Segment(words=tuple(r)) for r in rows)


def _unique(words: Sequence[Word]) -> list[Word]:
    """The words, without those of which half lies in a surer one."""
    ordered = sorted(words, key=lambda w: -w.confidence)
    boxes = np.array([(w.x0, w.y0, w.x1, w.y1) for w in ordered], float).reshape(-1, 4)
    size = np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), _LEAST_SIZE)
    kept: list[int] = []
    for number, (x0, y0, x1, y1) in enumerate(boxes):
        others = boxes[kept]
        across = np.minimum(x1, others[:, 2]) - np.maximum(x0, others[:, 0])
        down = np.minimum(y1, others[:, 3]) - np.maximum(y0, others[:, 1])
        common = np.maximum(across, 0) * np.maximum(down, 0)
        if not (common > _SAME * size[number]).any():
            kept.append(number)
    return [ordered[number] for number in kept]


def _follows(last: Word, word: Word) -> bool:
    heights = (last.y1 - last.y0, word.y1 - word.y0)
    level = min(last.y1, word.y1) - max(last.y0, word.y0)
    gap = word.x0 - last.x1
    return level > _SAME * min(heights) and -_SAME * max(heights) < gap < 1.3 * max(heights)


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalpha())


def is_label(segment: Segment, feld: Feld) -> bool:
    """Whether the segment is a printed label of the field, and no running text."""
    tokens = [t for w in segment.words if (t := _letters(w.text))]
    sentence = len(tokens) > _SENTENCE[0] and segment.words[-1].text.endswith(".")
    if len(tokens) > _SENTENCE[1] or sentence:
        return False
    for label in feld.labels:
        size = len([t for t in label.split() if _letters(t)])
        for at in range(len(tokens) - size + 1):
            window = "".join(tokens[at : at + size])
            if fuzz.ratio(window, _letters(label)) >= _MATCH and _may_start(tokens[:at]):
                return not any(fuzz.ratio(window, _letters(n)) >= _MATCH for n in feld.not_labels)
    return False


def place_labels(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The printed labels for place and date; the signature's own place is at their right."""
    found = []
    for segment in segments:
        tokens = [t for w in segment.words if (t := _letters(w.text))]
        if {"ort", "datum"} <= set(tokens) <= _PLACE_DATE:
            found.append(segment)
    return tuple(found)


def lost_label(place: Segment, segments: Sequence[Segment], *, dpi: float) -> Segment | None:
    """Where a label that ink made unreadable would stand: at the right of that of place and date.

    None where other print stands there: then the signature has another place.
    """
    _, y0, x1, y1 = place.box
    mm = dpi / _MM_PER_INCH
    for other in segments:
        level = min(other.box[3], y1) - max(other.box[1], y0)
        if other.box[0] > x1 and level > _SAME * (y1 - y0) and _is_sure(other):
            return None
    left, right = (round(x1 + v * mm) for v in _LOST)
    word = Word(text="", x0=left, y0=int(y0), x1=right, y1=int(y1), confidence=0.0, line=(0, 0, 0))
    return Segment(words=(word,))


def _may_start(before: Sequence[str]) -> bool:
    return len([t for t in before if t not in _BESIDE]) <= 1


def share(inner: Span, outer: Span) -> float:
    """The part of `inner` that lies in `outer`, 0 to 1."""
    across = min(inner[2], outer[2]) - max(inner[0], outer[0])
    down = min(inner[3], outer[3]) - max(inner[1], outer[1])
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / max((inner[2] - inner[0]) * (inner[3] - inner[1]), _LEAST_SIZE)


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
    others = [s for s in segments_of(near) if share(s.box, label.box) < _SAME]
    printed = [(w, patch.span(w.x0, w.y0, w.x1, w.y1)) for s in others for w in _print_of(s)]
    printed = [(w, b) for w, b in printed if _PRINT[0] < b[3] - b[1] < _PRINT[1]]
    boxes = (*own, *(b for _, b in printed))
    drawing = drawing_of(patch, boxes)
    rows = leaders(drawing.blobs)
    dropped = {b.number for r in rows for b in r}
    here = hull_of(own)
    lines = (*drawing.rules, *(hull(r) for r in rows))
    placed = [(patch.span(*s.box), s) for s in others]
    cell = _cell(here, lines, drawing.posts)
    zones = (cell,) if cell else _zones(here, lines, placed)
    return Block(
        patch=patch,
        drawing=drawing,
        zones=zones,
        around=_around(here, zones, placed),
        left=tuple(
            b
            for b in drawing.blobs
            if b.number not in dropped
            and not _is_type(b, boxes)
            and (label.text or not _is_letter_of(b, here))
        ),
        typed=tuple((w, b) for w, b in printed if any(share(b, z) > _SAME for z in zones)),
        explained=(*boxes, *lines, *drawing.posts),
        shares_place=any(_letters(w.text) in {"ort", "datum"} for w in label.words),
    )


def hull_of(spans: Sequence[Span]) -> Span:
    """The box round all spans."""
    x0, y0 = min(s[0] for s in spans), min(s[1] for s in spans)
    return x0, y0, max(s[2] for s in spans), max(s[3] for s in spans)


def _print_of(segment: Segment) -> list[Word]:
    """Words the engine is sure of; a letter or stroke standing alone may well be a pen's."""
    if sum(len(re.findall(r"\w", w.text)) for w in segment.words) < _LEAST_LETTERS:
        return []
    there = [w for w in segment.words if re.search(r"\w", w.text)]
    high = max((w.y1 - w.y0 for w in there if w.confidence >= _SURE_WORD), default=0)
    # Beside a sure word of its own size a less sure one is print too: a page number, a date.
    return [
        w
        for w in there
        if w.confidence >= _SURE_WORD or (w.confidence >= _FAIR_WORD and w.y1 - w.y0 <= high)
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
    sure = [w.text for w in segment.words if w.confidence >= _SURE_WORD]
    return len(_letters(" ".join(sure))) >= _LEAST_LETTERS
