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
from inbox_daemon.reading.betrag.areas import is_empty, rule_right_of
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
# "3 Reasons", "4. Declarations": the number of a section is no amount.
HEADING: Final = re.compile(r"\d{1,2}\.? [^\W\d]{3}")
SENTENCE_END: Final = re.compile(r"(,\d\d|,-|--|€|EUR|Euro)[.,;:]$", re.IGNORECASE)
MONEY: Final = re.compile(r",\s?(\d\d|-)|€|EUR|Euro|\d[.']\d{3}", re.IGNORECASE)
CURRENCY: Final = ("eur", "euro", "€")
# Below a label the value may stand within this many inches.
BELOW_INCHES: Final = 0.4
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
        if any(c.isdigit() for w in part for c in w.text)
    ]


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
    return [p for p in places if p.run is not None or p.label.share >= LABEL_SHARE]


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
    return starts[0] if starts and flush else None


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
        for c in sheet.cells
        for w in c.words
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


def area_of(place: Place) -> Rect | None:
    """Where the value would stand: on the line or in the frame right of the label."""
    label, page = place.label.cell.rect, place.sheet.page
    row = [w for c in place.sheet.cells for w in c.words if box_of(w).beside(label)]
    units = [w for w in row if w.text.strip(".:").casefold() in CURRENCY]
    beside = [w for w in units if w.x0 >= label.x1]
    right = min((w.x0 for w in beside), default=round(page.grey.shape[1] * 0.97))
    return rule_right_of(page, label, right)


def surely_empty(place: Place, area: Rect | None) -> bool:
    """Nothing on the line and nothing below it before the next print begins."""
    page, label = place.sheet.page, place.label.cell.rect
    if is_bracketed(place.label.cell) and not _empty_above(place):
        return False
    if area is None:
        right = round(page.grey.shape[1] * 0.97)
        area = Rect(x0=label.x1 + label.height // 2, y0=label.y0, x1=right, y1=label.y1)
    top = max(area.y1, label.y1) + 3
    foot = top + round(page.dpi * BELOW_INCHES)
    # Only print in the same column ends the search: beside it the value's row may go on.
    words = [w for c in place.sheet.cells for w in c.words if w.y0 > area.y0]
    column = [w for w in words if w.x0 < area.x1 and w.x1 > label.x0 and w.y1 > label.y1 + 3]
    claimed = [w for run in place.sheet.runs if run not in place.sheet.free for w in run.words]
    claimed += [c.words[0] for c in place.sheet.cells if HEADING.match(c.text)]
    if any(any(map(str.isdigit, w.text)) and w.y0 < foot for w in column if w not in claimed):
        return False
    tops = [w.y0 for w in column if w.y0 > top]
    # A heading often stands on a shaded band that begins above its letters.
    edge = min([foot, *(y - round(0.6 * label.height) for y in tops)])
    below = Rect(x0=label.x0, y0=top, x1=area.x1, y1=edge - 2)
    return is_empty(page, area) and (below.y1 - below.y0 < label.height or is_empty(page, below))


def _empty_above(place: Place) -> bool:
    """Over a label in brackets, where such labels have their values, stands nothing."""
    page, label = place.sheet.page, place.label.cell.rect
    top = label.y0 - round(page.dpi * BELOW_INCHES)
    print_above = [
        w.y1
        for c in place.sheet.cells
        for w in c.words
        if top < w.y1 <= label.y0 and is_plain(w) and w.x0 < label.x1 and w.x1 > label.x0
    ]
    edge = max([top, *(y + 2 for y in print_above)])
    return is_empty(page, Rect(x0=label.x0, y0=edge, x1=label.x1, y1=max(label.y0 - 2, edge + 1)))
