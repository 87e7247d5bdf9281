"""The handwriting that belongs to a label: right of it, below it, or above it.

Promises: print that the engine was sure of is taken off first; only ink nearer than the next
print counts. Touches: the models, through handwriting.py. Trusts: places.py, the page's words.
Limits: a value that begins in the line after a sentence is not found.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from inbox_daemon.reading.betrag.handwriting import Written, written_in
from inbox_daemon.reading.betrag.places import CURRENCY, Place, is_bracketed
from inbox_daemon.reading.betrag.strip import strip_of
from inbox_daemon.reading.paper.page import Word
from inbox_daemon.reading.text.rows import Cell, Rect, box_of

SURE_WORD: Final = 80.0
SURE_SHORT_WORD: Final = 93.0
LONG_WORD: Final = 3
LABEL_WORD: Final = 5
# A word of another row is print also where the engine was less sure.
LEAST_ELSEWHERE: Final = 30.0
# What stands round the letters of a word.
RIM: Final = re.compile(r"^[\W_]+|[\W_]+$")
# In heights of the label.
ABOVE_ROW: Final = 1.7
BELOW_ROW: Final = 1.1
MOST_STRETCHES: Final = 3
TALLEST: Final = 1.35
LEAST_TALL: Final = 0.55
# Mean share of the digits: below the first nothing was written there that could be an amount.
FAIR: Final = 0.55
MOST_CUT: Final = 2
MOST_DIGITS: Final = 12
GOOD: Final = 0.8
AWAY: Final = 0.9
COLUMN_INCHES: Final = 4.0
WIDER: Final = 8
REACH_INCHES: Final = 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was written by hand at a place, and the box of its digits on the page."""

    place: Place
    written: Written
    rect: Rect


def by_hand_at(place: Place) -> Found | None:
    """The first row of digits by hand at the label; None if there is none. Raises OSError."""
    plain = _plain_words(place)
    cut_off = None
    for area, row in _areas(place):
        found = _in_area(place, area, row, plain)
        if found is None:
            continue
        if found.written.over == (False, False):
            return found
        # The row goes on beyond the area: a wider look, else a better place.
        whole = _in_area(place, _wider(found, area, row), row, plain)
        if whole is not None and whole.written.over == (False, False):
            return whole
        cut_off = cut_off or whole or found
    return cut_off


def _plain_words(place: Place) -> frozenset[Word]:
    """Words that are print by what stands beside them, and numbers that another label claims."""
    plain = {
        w
        for cell in place.sheet.cells
        if any(len(w.text) >= LABEL_WORD and is_print(w, box_of(w)) for w in cell.words)
        for w in cell.words
    }
    return frozenset(plain.union(place.sheet.claimed))


def _in_area(place: Place, area: Rect, row: Rect, plain: frozenset[Word]) -> Found | None:
    if area.x1 - area.x0 < 3 * row.height or area.y1 - area.y0 < row.height:
        return None
    print_there = [box_of(w) for w in _print_in(place, area, row, plain)]
    print_there += [box_of(w) for w in _end_of_sentence(place)]
    strip = strip_of(place.sheet.page, area, print_there)
    written = written_in(strip.ink, strip.walls, strip.comma)
    if written is None or written.tall <= LEAST_TALL * row.height or not _looks_so(written):
        return None
    rect = _on_page(written, strip.rect)
    if rect.beside(row) or not _of_another(rect, place):
        return Found(place=place, written=written, rect=rect)
    return None


def _wider(found: Found, area: Rect, row: Rect) -> Rect:
    """More to the side where digits are cut off, but in the label's row not into the label."""
    left, right = found.written.over
    more = WIDER * row.height
    label = found.place.label.rect
    x0 = area.x0 - more if left else area.x0
    if label.beside(row) and area.x0 >= label.x1:
        x0 = max(x0, label.x1)
    return Rect(x0=x0, y0=area.y0, x1=area.x1 + more if right else area.x1, y1=area.y1)


def _end_of_sentence(place: Place) -> set[Word]:
    """Letters right behind the label, where no other word lies over them: its sentence goes on."""
    found, edge, words = set(), place.label.rect.x1, place.sheet.words
    for word in place.label.rest:
        letters = RIM.sub("", word.text)
        box = box_of(word)
        over = any(box_of(w).overlaps(box) for w in words if w is not word)
        low = box.height < TALLEST * place.label.rect.height
        if over or not low or not letters.isalpha() or len(letters) < LABEL_WORD:
            break
        if box.x0 - edge > place.label.rect.height:
            break
        found.add(word)
        edge = box.x1
    return found


def _of_another(rect: Rect, place: Place) -> bool:
    """Print stands left of it in its own row: it belongs to that, not to the label above."""
    label = place.label.rect
    return any(
        is_print(w, label) and not _is_currency(w) and box_of(w).beside(rect) and w.x1 <= rect.x0
        for w in place.sheet.words
    )


def clearest(found: Sequence[Found]) -> list[Found]:
    """The surest of what several labels led to, and others that stand elsewhere and look good."""
    ranked = sorted(found, key=lambda f: -f.written.mean)
    return [
        f
        for n, f in enumerate(ranked)
        if not n or (f.written.mean > GOOD and not any(_same(f, other) for other in ranked[:n]))
    ]


def _same(one: Found, other: Found) -> bool:
    return one.place.sheet is other.place.sheet and one.rect.overlaps(other.rect)


def _looks_so(written: Written) -> bool:
    """Most of it looks like whole digits; letters, scribbles and the tops of a row do not."""
    return written.mean > FAIR and written.cut < MOST_CUT and len(written.signs) <= MOST_DIGITS


def _on_page(written: Written, strip: Rect) -> Rect:
    return Rect(
        x0=strip.x0 + written.signs[0].x0,
        y0=strip.y0 + round(written.foot - 1.2 * written.tall),
        x1=strip.x0 + written.signs[-1].x1,
        y1=strip.y0 + round(written.foot + 0.3 * written.tall),
    )


def _areas(place: Place) -> Iterator[tuple[Rect, Rect]]:
    """Where the value may stand, and the row of print it would share, most likely first."""
    page, label = place.sheet.page, place.label.rect
    high = label.height
    if place.run is not None and not place.run.rect.beside(label):
        run = place.run.rect
        yield (
            Rect(x0=run.x0 - 4 * high, y0=run.y0 - high, x1=run.x1 + 5 * high, y1=run.y1 + high),
            run,
        )
        return
    for x0, x1 in _stretches(place)[:MOST_STRETCHES]:
        yield _row_area(label, x0, x1), label
    wide = round(page.dpi * COLUMN_INCHES)
    beside = [c.rect.x0 for c in place.sheet.cells if c.rect.beside(label) and _starts_column(c)]
    end = min((x for x in beside if x > label.x1 + 2 * high), default=label.x0 + wide) - high // 2
    left, right = label.x0 - high, max(label.x1, min(label.x0 + wide, end))
    reach = max(4 * high, round(page.dpi * REACH_INCHES))
    above = Rect(x0=left, y0=label.y0 - reach, x1=right, y1=label.y0 + high // 2)
    below = Rect(x0=left, y0=label.y1 - high // 2, x1=right, y1=label.y1 + reach)
    bracketed = is_bracketed(place.label.cell)
    yield from ((area, label) for area in ((above, below) if bracketed else (below, above)))


def _starts_column(cell: Cell) -> bool:
    """A word of print, not the currency: below it stands another value."""
    first = cell.words[0]
    return not _is_currency(first) and len(first.text) >= LONG_WORD and is_print(first, cell.rect)


def _row_area(label: Rect, x0: int, x1: int) -> Rect:
    high = label.height
    return Rect(
        x0=x0, y0=label.y0 - round(ABOVE_ROW * high), x1=x1, y1=label.y1 + round(BELOW_ROW * high)
    )


def _stretches(place: Place) -> list[tuple[int, int]]:
    """The gaps between words of print in the label's row, right of the label."""
    page, label = place.sheet.page, place.label.rect
    row = [w for w in place.sheet.words if is_print(w, label) and box_of(w).beside(label)]
    right = sorted((w for w in row if w.x0 >= label.x1 - 2), key=lambda w: w.x0)
    slack, least = max(label.height // 4, 3), 3 * label.height
    found: list[tuple[int, int]] = []
    edge = label.x1
    for word in right:
        if word.x0 - edge > least + 2 * slack:
            found.append((edge + slack, word.x0 - slack))
        # What stands behind the next label of the row is another value.
        if found and not _is_currency(word):
            return found
        edge = max(edge, word.x1)
    end = round(page.grey.shape[1] * 0.97)
    return [*found, (edge + slack, end)] if end - edge > least else found


def _is_currency(word: Word) -> bool:
    return word.text.strip(".,:;()[]").casefold() in CURRENCY


def is_print(word: Word, row: Rect) -> bool:
    """The currency, or letters no higher than the row's that the engine was sure of.

    The engine sees letters in handwriting too, but short ones, higher ones, or with doubt.
    """
    letters = word.text.strip(".,:;()[]")
    if letters.casefold() in CURRENCY:
        return True
    if not letters.isalpha() or word.y1 - word.y0 > TALLEST * row.height:
        return False
    return word.confidence >= (SURE_WORD if len(letters) >= LONG_WORD else SURE_SHORT_WORD)


def _print_in(place: Place, area: Rect, row: Rect, plain: frozenset[Word]) -> list[Word]:
    """Print in the area: plain words, and of other rows what stands beside plain words.

    Above or below the label the value stands in a row of its own, and the engine may have read
    some of its digits.
    """
    middle = (row.y0 + row.y1) / 2
    in_row = area.y0 <= row.y0 and row.y1 <= area.y1
    found = []
    for word in place.sheet.words:
        box = box_of(word)
        if not box.overlaps(area):
            continue
        away = in_row and abs((box.y0 + box.y1) / 2 - middle) > AWAY * row.height
        low = box.height < TALLEST * row.height and word.confidence >= LEAST_ELSEWHERE
        if is_print(word, row) or (low and (away or (not in_row and word in plain))):
            found.append(word)
    return found
