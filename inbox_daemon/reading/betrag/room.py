"""Where the value of a label would stand, and whether it is surely empty there.

Promises: empty only where a line, a frame or the currency shows the field, and neither it nor the
paper round it holds more than specks. Touches: nothing. Trusts: places.py, areas.py.
Limits: lines of which a poor scan left nothing are not seen: then nobody knows.
"""

import re
from collections.abc import Sequence
from typing import Final

from inbox_daemon.reading.betrag.areas import is_empty, level_lines, rule_right_of
from inbox_daemon.reading.betrag.places import (
    CURRENCY,
    TOUCHING,
    Place,
    is_bracketed,
    is_plain,
)
from inbox_daemon.reading.text.rows import Rect, box_of

# "3 Reasons", "4. Declarations": the number of a section is no amount.
HEADING: Final = re.compile(r"\d{1,2}\.? [^\W\d]{3}")
# Below a label the value may stand within this many inches.
BELOW_INCHES: Final = 0.4
# In heights of the label: how far below it its line or frame may be, how far above one in
# brackets, how tall what is written may be, how far a line may begin beside the label.
BELOW: Final = 5.0
ABOVE: Final = 1.5
WRITTEN: Final = 2.4
BESIDE: Final = 3.0
# In inches: from the upper to the lower line of a frame, the least gap before the currency.
FRAME: Final = (0.12, 0.5)
GAP: Final = 0.75
# So much inside its edges an area is looked at: a frame is never quite level on paper.
RIM: Final = 0.016


def area_of(place: Place) -> Rect | None:
    """Where the value would stand: on the line or in the frame right of the label."""
    label, page = place.label.cell.rect, place.sheet.page
    beside = [w.x0 for w in _units(place) if w.x0 >= label.x1 and w.beside(label)]
    right = min(beside, default=round(page.grey.shape[1] * 0.97))
    lines = _lines_near(place)
    found = (
        _before_unit(place, _frame_below(place, lines))
        or rule_right_of(page, label, right)
        or _before_unit(place, _by_line(place, lines))
    )
    if found is None and beside and right - label.x1 > GAP * page.dpi:
        return Rect(x0=label.x1 + 2, y0=label.y0 - label.height, x1=right - 2, y1=label.y1)
    return found


def _before_unit(place: Place, area: Rect | None) -> Rect | None:
    """The area up to the currency printed at its right end."""
    if area is None:
        return None
    right = min([area.x1, *(w.x0 - 2 for w in _units(place) if w.overlaps(area))])
    half = (area.x0 + area.x1) // 2
    return Rect(x0=area.x0, y0=area.y0, x1=right, y1=area.y1) if right > half else area


def _units(place: Place) -> list[Rect]:
    """Where the currency is printed."""
    words = place.sheet.words
    return [box_of(w) for w in words if w.text.strip(".:").casefold() in CURRENCY]


def _lines_near(place: Place) -> list[Rect]:
    """The lines that begin where the label begins or left of it, from top to bottom."""
    page, label = place.sheet.page, place.label.cell.rect
    high = label.height
    near = Rect(
        x0=label.x0 - round(BESIDE * high),
        y0=label.y0 - round(BELOW * high),
        x1=round(page.grey.shape[1] * 0.97),
        y1=label.y1 + round((BELOW + 1) * high) + round(FRAME[1] * page.dpi),
    )
    words = [box_of(w) for w in place.sheet.words]
    return [
        r
        for r in level_lines(page, near)
        if r.x0 < label.x0 + BESIDE * high and not any(_is_print(r, w) for w in words)
    ]


def _is_print(line: Rect, word: Rect) -> bool:
    """A row of letters, joined, is no line."""
    middle = (line.y0 + line.y1) / 2
    return line.overlaps(word) and word.y0 < middle < word.y1 - 0.1 * word.height


def _frame_below(place: Place, lines: Sequence[Rect]) -> Rect | None:
    """The frame under a label that stands outside of it, and in no row of a table."""
    page, label = place.sheet.page, place.label.cell.rect
    high = label.height
    tops = [r for r in lines if TOUCHING <= r.y0 - label.y1 < high]
    over = [r for r in lines if TOUCHING <= label.y0 - r.y1 < ABOVE * high]
    if not tops or over or is_bracketed(place.label.cell):
        return None
    top = tops[0]
    feet = [
        r
        for r in lines
        if FRAME[0] * page.dpi < r.y0 - top.y1 < FRAME[1] * page.dpi
        and abs(r.x0 - top.x0) < high
        and abs(r.x1 - top.x1) < high
    ]
    return Rect(x0=top.x0, y0=top.y1, x1=top.x1, y1=feet[0].y0) if feet else None


def _by_line(place: Place, lines: Sequence[Rect]) -> Rect | None:
    """On the line or in the cell below the label; over a label in brackets, on the line above."""
    label = place.label.cell.rect
    high = label.height
    if is_bracketed(place.label.cell):
        above = [r for r in lines if TOUCHING <= label.y0 - r.y1 <= ABOVE * high]
        if not above:
            return None
        line = above[-1]
        return Rect(x0=line.x0, y0=line.y0 - round(WRITTEN * high), x1=line.x1, y1=line.y0)
    below = [r for r in lines if TOUCHING <= r.y0 - label.y1 <= BELOW * high]
    if not below:
        return None
    line = below[0]
    return Rect(x0=line.x0, y0=label.y1 + 1, x1=line.x1, y1=max(line.y0, label.y1 + 2))


def surely_empty(place: Place, area: Rect | None) -> bool:
    """Nothing on the line and nothing below it before the next print begins."""
    page, label = place.sheet.page, place.label.cell.rect
    if is_bracketed(place.label.cell) and not _empty_above(place):
        return False
    if area is not None and area.y0 >= label.y1 and not _empty_beside(place):
        return False
    if area is None:
        right = round(page.grey.shape[1] * 0.97)
        area = Rect(x0=label.x1 + label.height // 2, y0=label.y0, x1=right, y1=label.y1)
    rim = round(RIM * page.dpi)
    top = max(area.y1, label.y1) + 2 * rim
    foot = top + round(page.dpi * BELOW_INCHES)
    # Only print in the same column ends the search: beside it the value's row may go on.
    words = [w for w in place.sheet.words if w.y0 > area.y0]
    column = [w for w in words if w.x0 < area.x1 and w.x1 > label.x0 and w.y1 > label.y1 + 3]
    headings = [c.words[0] for c in place.sheet.cells if HEADING.match(c.text)]
    claimed = (*place.sheet.claimed, *headings)
    if any(any(map(str.isdigit, w.text)) and w.y0 < foot for w in column if w not in claimed):
        return False
    tops = [w.y0 for w in column if w.y0 > top]
    # A heading often stands on a shaded band that begins above its letters.
    edge = min([foot, *(y - round(0.6 * label.height) for y in tops)])
    below = Rect(x0=label.x0, y0=top, x1=area.x1, y1=edge - 2)
    inner = Rect(x0=area.x0 + rim, y0=area.y0 + rim, x1=area.x1 - rim, y1=area.y1 - rim)
    return is_empty(page, inner) and (below.y1 - below.y0 < label.height or is_empty(page, below))


def _empty_beside(place: Place) -> bool:
    """Right of a label whose field is below it, up to the next print of the row."""
    page, label = place.sheet.page, place.label.cell.rect
    row = [box_of(w) for w in place.sheet.words]
    right = [r.x0 for r in row if r.beside(label) and r.x0 >= label.x1]
    end = min(right, default=round(page.grey.shape[1] * 0.97))
    x0 = label.x1 + label.height // 2
    return end - x0 < label.height or is_empty(
        page, Rect(x0=x0, y0=label.y0, x1=end - label.height // 3, y1=label.y1)
    )


def _empty_above(place: Place) -> bool:
    """Over a label in brackets, where such labels have their values, stands nothing."""
    page, label = place.sheet.page, place.label.cell.rect
    top = label.y0 - round(page.dpi * BELOW_INCHES)
    print_above = [
        w.y1
        for w in place.sheet.words
        if top < w.y1 <= label.y0 and is_plain(w) and w.x0 < label.x1 and w.x1 > label.x0
    ]
    edge = max([top, *(y + 2 for y in print_above)])
    return is_empty(page, Rect(x0=label.x0, y0=edge, x1=label.x1, y1=max(label.y0 - 2, edge + 1)))
