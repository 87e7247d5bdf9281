"""Where on the pages an amount stands that belongs to a label.

Promises: a number that another label claims is never taken. Touches: nothing.
Trusts: rows.py. Limits: right of the label, at the start of the next row, below or above it;
a value more than three rows' height away is not found.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from inbox_daemon.core.betrag import betrag_from
from inbox_daemon.core.programm import Feld
from inbox_daemon.reading.paper.page import Page, Word
from inbox_daemon.reading.text.rows import (
    Cell,
    Label,
    Rect,
    box_of,
    cells_of,
    labels_in,
    limit_of,
    rect_of,
    score_in,
)

# A word that can be part of an amount; what it means is for betrag_from to say.
AMOUNT_WORD: Final = re.compile(
    r"\(?(?:€|EUR|Euro)?[0-9.,'’–—=-]*(?:€|EUR|Euro)?[).,;:]*", re.IGNORECASE
)
SENTENCE_END: Final = re.compile(r"(,\d\d|,-|--|€|EUR|Euro)[.,;:]$", re.IGNORECASE)
MONEY: Final = re.compile(r",\s?(\d\d|-)|€|EUR|Euro|\d[.']\d{3}", re.IGNORECASE)
CURRENCY: Final = ("eur", "euro", "€")
CENT: Final = ("cent", "ct")
# In heights of the label.
NEXT_ROW: Final = 2.5
# A label that is less of its cell than this stands in a sentence.
TOUCHING: Final = -2
# The first line of a paragraph may be longer to the left than the next by this share.
INDENT: Final = 0.2
LABEL_SHARE: Final = 0.4
SURE_WORD: Final = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Words in a row that look like one amount; `value` is None if they cannot be one."""

    page: int
    row: int
    words: tuple[Word, ...]
    value: Decimal | None

    @property
    def rect(self) -> Rect:
        """The box around the words that have digits."""
        return rect_of([w for w in self.words if any(map(str.isdigit, w.text))])

    @property
    def text(self) -> str:
        """As read by the engine."""
        return " ".join(w.text for w in self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page with its words in cells, the amounts on it, and those no other label claims."""

    page: Page
    cells: tuple[Cell, ...]
    runs: tuple[Run, ...]
    free: tuple[Run, ...]

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of all cells."""
        return tuple(w for cell in self.cells for w in cell.words)

    @property
    def claimed(self) -> tuple[Word, ...]:
        """The words of numbers that another label claims."""
        return tuple(w for run in self.runs if run not in self.free for w in run.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the amount should stand: the sheet, its label, and the run there, if one was read."""

    sheet: Sheet
    label: Label
    run: Run | None


def sheet_of(page: Page, words: Sequence[Word], feld: Feld) -> Sheet:
    """The page's words in cells, and every amount among them."""
    cells = cells_of(words)
    runs = tuple(run for cell in cells for run in _runs(cell, page.number))
    free = tuple(run for run in runs if not _claimed(run, cells, feld))
    return Sheet(page=page, cells=cells, runs=runs, free=free)


def _runs(cell: Cell, page: int) -> list[Run]:
    """Longest stretches of amount-like words that hold a digit."""
    stretches: list[list[Word]] = [[]]
    for word in cell.words:
        if AMOUNT_WORD.fullmatch(word.text):
            stretches[-1].append(word)
        elif stretches[-1]:
            stretches.append([])
    return [
        Run(page=page, row=cell.row, words=tuple(part), value=_value(part))
        for part in stretches
        if any(c.isdigit() for w in part for c in w.text) and not _is_spoken(part, cell.words)
    ]


def _is_spoken(part: Sequence[Word], words: Sequence[Word]) -> bool:
    """`... Euro 51 Cent` is the end of an amount in words."""
    after = words[words.index(part[-1]) + 1 :]
    return bool(after) and after[0].text.strip(".,;:)").casefold() in CENT


def _value(words: Sequence[Word]) -> Decimal | None:
    """The amount, if the writing shows that it is money: cents, currency or marked thousands."""
    text = SENTENCE_END.sub(r"\1", " ".join(w.text for w in words).strip("()"))
    return betrag_from(text) if MONEY.search(text) else None


def places_on(sheet: Sheet, feld: Feld) -> list[Place]:
    """One place per label: right of it, else in the next row's beginning, below, or above."""
    labels = labels_in(sheet.cells, feld.labels, feld.not_labels)
    places = [
        Place(sheet=sheet, label=label, run=_run_of(label, sheet.free, sheet)) for label in labels
    ]
    places = [p for p in places if p.run is not None or p.label.share >= LABEL_SHARE]
    led = {id(p.label.cell) for p in places if p.run is not None and p.run.value is not None}
    # A cell that led to its amount by one label has no other amount by a second one.
    first = {id(p.label.cell): p for p in reversed(places)}
    return [p for p in places if id(p.label.cell) not in led or first[id(p.label.cell)] is p]


def spoken_place(sheets: Sequence[Sheet], said: frozenset[Decimal]) -> Place | None:
    """The printed number that stands on the form in words as well, where no label leads to one.

    Only what is asked for is put into words; None where words or numbers leave a choice.
    """
    found = [(s, r) for s in sheets for r in s.free if r.value is not None and r.value in said]
    if len(said) != 1 or not found:
        return None
    sheet, run = found[0]
    cell = next(c for c in sheet.cells if c.row == run.row and run.words[0] in c.words)
    label = Label(label="", score=0.0, share=1.0, cell=cell, rect=run.rect, rest=())
    return Place(sheet=sheet, label=label, run=run)


def _claimed(run: Run, cells: Sequence[Cell], feld: Feld) -> bool:
    """The nearest text to the left in its row says that this is another number."""
    left = [c for c in cells if c.row == run.row and c.rect.x0 <= run.rect.x0]
    text = " ".join(c.text for c in left)
    return any(score_in(n, text) >= limit_of(n) for n in feld.not_labels)


def _run_of(label: Label, runs: Sequence[Run], sheet: Sheet) -> Run | None:
    high = label.rect.height
    right = [
        r for r in runs if r.rect.beside(label.rect) and r.rect.x0 >= label.rect.x1 - high // 2
    ]
    if right:
        return min(right, key=lambda r: r.rect.x0)
    if not label.rest:
        following = _first_of_next_row(label, runs, sheet)
        if following is not None:
            return following
    if label.share < LABEL_SHARE:
        return None
    near = [r for r in runs if r.value is not None and (_below(label, r) or _above(label, r))]
    near = near or [r for r in runs if r.value is not None and _alone_in_column(label, r, sheet)]
    bracketed = is_bracketed(label.cell)
    return min(
        near,
        key=lambda r: (_above(label, r) != bracketed, abs(r.rect.y0 - label.rect.y1)),
        default=None,
    )


def _first_of_next_row(label: Label, runs: Sequence[Run], sheet: Sheet) -> Run | None:
    """The amount with which the sentence goes on after the line break."""
    after = [c for c in sheet.cells if c.row == label.cell.row + 1]
    if not after or label.cell.text.endswith(")"):
        return None
    first = min(after, key=lambda c: c.rect.x0).words[0]
    starts = [r for r in runs if r.words[0] is first and r.value is not None]
    line = label.cell.rect
    flush = abs(first.x0 - line.x0) < max(2 * label.rect.height, INDENT * (line.x1 - line.x0))
    # In the gap of a sentence the amount may stand further to the right; then the sentence goes on.
    last = label.share < LABEL_SHARE and first.x0 < line.x1 and _goes_on(starts, after)
    return starts[0] if starts and (flush or last) else None


def _goes_on(starts: Sequence[Run], row: Sequence[Cell]) -> bool:
    """Plain words follow the amount in its row."""
    words = [w for c in row for w in c.words]
    return any(
        is_plain(w) and w.text.strip(".,").casefold() not in CURRENCY and w.x0 >= run.rect.x1
        for run in starts
        for w in words
    )


def _below(label: Label, run: Run) -> bool:
    gap = run.rect.y0 - label.rect.y1
    return TOUCHING <= gap <= 3 * label.rect.height and _same_column(label.rect, run.rect)


def _alone_in_column(label: Label, run: Run, sheet: Sheet) -> bool:
    """Set to the right in the label's own column, in the row where this form has its values."""
    high, rect = label.rect.height, run.rect
    bracketed = is_bracketed(label.cell)
    gap = label.rect.y0 - rect.y1 if bracketed else rect.y0 - label.rect.y1
    beside = [c.rect.x0 for c in sheet.cells if c.rect.beside(label.rect)]
    end = min((x for x in beside if x > label.rect.x1), default=sheet.page.grey.shape[1])
    between = [
        w
        for w in sheet.words
        if label.rect.x0 - high <= w.x0 < rect.x0 and box_of(w).beside(rect) and w not in run.words
    ]
    within = label.rect.x0 <= rect.x0 and rect.x1 <= end
    return TOUCHING <= gap <= NEXT_ROW * high and within and not between


def is_bracketed(cell: Cell) -> bool:
    """A label in brackets explains the line above it; small round brackets are misread."""
    return cell.text.startswith(("(", "{", "["))


def _above(label: Label, run: Run) -> bool:
    gap = label.rect.y0 - run.rect.y1
    return TOUCHING <= gap <= 1.5 * label.rect.height and _same_column(label.rect, run.rect)


def _same_column(label: Rect, value: Rect) -> bool:
    slack = 2 * label.height
    return value.x0 < label.x1 + slack and value.x1 > label.x0 - slack


def is_plain(word: Word) -> bool:
    """A word of letters that the engine was sure of, or the currency."""
    letters = word.text.strip(".,:;()")
    if letters.casefold() in CURRENCY:
        return True
    return len(letters) > 1 and letters.isalpha() and word.confidence >= SURE_WORD
