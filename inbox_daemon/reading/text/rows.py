"""Words in rows and cells, and where on the page a printed label stands.

Promises: labels are found in spite of some wrong letters, never across a wide gap.
Touches: nothing. Trusts: that ocr.py has straightened the page, so rows are level.
Limits: a label of more than two lines is not found.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from statistics import median
from typing import Final

from rapidfuzz import fuzz

from inbox_daemon.reading.paper.page import Word

# Gap between two words, in heights of the row, that parts two cells.
CELL_GAP: Final = 1.5
LABEL_SCORE: Final = 87.0
SHORT_LABEL_SCORE: Final = 92.0
SHORT_LABEL: Final = 12
SAME_WORD: Final = 78.0
SHORT_WORD: Final = 3
# A label and a `not_label` this much alike are told apart by which fits better.
CONFUSED: Final = 85.0
SHARED: Final = 0.33
# No stretch of words fits better than the best stretch of letters, but for some points.
SIEVE: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """Pixels of the page, from the top left."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def height(self) -> int:
        """In pixels, at least 1."""
        return max(self.y1 - self.y0, 1)

    def beside(self, other: "Rect") -> bool:
        """Both stand in one row: they share at least a third of the lower one's height."""
        shared = min(self.y1, other.y1) - max(self.y0, other.y0)
        return shared >= SHARED * min(self.height, other.height)

    def overlaps(self, other: "Rect") -> bool:
        """They have at least one pixel in common."""
        across = min(self.x1, other.x1) > max(self.x0, other.x0)
        return across and min(self.y1, other.y1) > max(self.y0, other.y0)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Words that stand together in one row, from left to right; `row` counts from the top.

    Text and box are asked for again and again, so they are worked out once.
    """

    words: tuple[Word, ...]
    row: int

    @cached_property
    def text(self) -> str:
        """The words with one blank between them."""
        return " ".join(w.text for w in self.words)

    @cached_property
    def rect(self) -> Rect:
        """The box around all words."""
        return rect_of(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label that was found: `share` is its part of the cell's letters, `rest` what follows it."""

    label: str
    score: float
    share: float
    cell: Cell
    rect: Rect
    rest: tuple[Word, ...]


def rect_of(words: Sequence[Word]) -> Rect:
    """The box around the words; at least one word is needed."""
    return Rect(
        x0=min(w.x0 for w in words),
        y0=min(w.y0 for w in words),
        x1=max(w.x1 for w in words),
        y1=max(w.y1 for w in words),
    )


def box_of(word: Word) -> Rect:
    """The word's box."""
    return Rect(x0=word.x0, y0=word.y0, x1=word.x1, y1=word.y1)


def cells_of(words: Iterable[Word]) -> tuple[Cell, ...]:
    """All words in rows from top to bottom, each row cut where a wide gap is."""
    seen = [w for w in words if any(c.isalnum() or c == "€" for c in w.text)]
    if not seen:
        return ()
    usual = median(w.y1 - w.y0 for w in seen)
    cells: list[Cell] = []
    for number, row in enumerate(_rows(seen, usual)):
        cells += [Cell(words=tuple(part), row=number) for part in _parts(row, usual)]
    return tuple(cells)


def labels_in(
    cells: Sequence[Cell], labels: Sequence[str], not_labels: Sequence[str] = ()
) -> tuple[Label, ...]:
    """Where one of the labels stands, best first; a cell with a `not_label` is left out.

    A label may run over two cells that stand one below the other. Where a `not_label` is nearly
    the label itself, the better fit of the two counts.
    """
    fitting = [
        label
        for cell in (*cells, *_stacked(cells))
        for others in [[n for n in not_labels if score_in(n, cell.text) >= limit_of(n)]]
        for text in labels
        if all(fuzz.ratio(n, text) >= CONFUSED for n in others)
        if (label := _label(cell, text)) is not None
        and all(score_in(n, cell.text) < label.score for n in others)
    ]
    found: list[Label] = []
    for label in sorted(fitting, key=_rank, reverse=True):
        if not any(label.rect.overlaps(f.rect) for f in found):
            found.append(label)
    return tuple(found)


@lru_cache(maxsize=10_000)
def plain(text: str) -> str:
    """Lower case, without marks: `Stadt-/Landkreis:` becomes `stadt landkreis`."""
    letters = (c if c.isalnum() else " " for c in text.casefold())
    return " ".join("".join(letters).split())


def limit_of(label: str) -> float:
    """The score from which a label counts as found; short ones need nearly every letter."""
    return LABEL_SCORE if len(label) >= SHORT_LABEL else SHORT_LABEL_SCORE


def score_in(label: str, text: str) -> float:
    """0 to 100: how well some stretch of the text fits the label."""
    wanted, there = plain(label), plain(text)
    if len(there) < len(wanted):
        return fuzz.ratio(wanted, there)
    return fuzz.partial_ratio(wanted, there)


def _rank(label: Label) -> tuple[float, float, int]:
    """A long label that fits says more than a short one inside it; one line before two."""
    return label.score + 0.3 * len(label.label), label.share, -label.rect.height


def _rows(words: list[Word], usual: float) -> list[list[Word]]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.y0 + w.y1):
        middle = (word.y0 + word.y1) / 2
        last = rows[-1] if rows else None
        if last and abs(middle - median((w.y0 + w.y1) / 2 for w in last)) < 0.5 * usual:
            last.append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda w: w.x0) for row in rows]


def _parts(row: list[Word], usual: float) -> list[list[Word]]:
    parts = [[row[0]]]
    for before, word in pairwise(row):
        if word.x0 - before.x1 > CELL_GAP * usual:
            parts.append([word])
        else:
            parts[-1].append(word)
    return parts


def _stacked(cells: Sequence[Cell]) -> list[Cell]:
    """Pairs of cells one right below the other, flush left, as one: labels of two lines."""
    pairs = []
    for upper in cells:
        high = upper.rect.height
        for lower in cells:
            gap = lower.rect.y0 - upper.rect.y1
            flush = abs(lower.rect.x0 - upper.rect.x0) < high
            if lower.row > upper.row and gap < high and flush:
                pairs.append(Cell(words=upper.words + lower.words, row=lower.row))
    return pairs


def _label(cell: Cell, label: str) -> Label | None:
    """The stretch of whole words in the cell that fits the label best, if it fits."""
    wanted, limit = plain(label), limit_of(label)
    if fuzz.partial_ratio(wanted, plain(cell.text), score_cutoff=limit - SIEVE) == 0:
        return None
    there = [plain(w.text) for w in cell.words]
    count = wanted.count(" ") + 1
    best, where = limit - 1e-6, None
    for start in range(len(there)):
        for stop in range(start + max(1, count - 2), min(start + count + 1, len(there)) + 1):
            score = _fit(wanted, " ".join(filter(None, there[start:stop])), limit)
            if score > best:
                best, where = score, slice(start, stop)
    return None if where is None else _label_of(cell, label, best, where)


def _fit(label: str, text: str, limit: float) -> float:
    """0 to 100; nothing below the limit, or where one word is another word, however alike."""
    score = fuzz.ratio(label, text, score_cutoff=limit)
    if score and label.count(" ") == text.count(" "):
        pairs = zip(label.split(), text.split(), strict=True)
        return 0.0 if any(_other_word(*pair) for pair in pairs) else score
    return score


def _other_word(wanted: str, there: str) -> bool:
    return len(wanted) > SHORT_WORD and fuzz.ratio(wanted, there) < SAME_WORD


def _label_of(cell: Cell, label: str, score: float, where: slice) -> Label:
    words = cell.words[where]
    # An explanation in brackets does not make the label a sentence.
    bare = plain(re.sub(r"\([^)]*\)?", "", cell.text)) or plain(cell.text)
    return Label(
        label=label,
        score=score,
        share=min(len(plain(" ".join(w.text for w in words))) / max(len(bare), 1), 1.0),
        cell=cell,
        rect=rect_of(words),
        rest=cell.words[where.stop :],
    )
