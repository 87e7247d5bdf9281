"""The requested amount on the pages of one document.

Promises: `Read` only if independent readings of the same place agree, or one agrees with the
amount in words; else Unreadable with a code and, where there is one, a guess. Touches: the OCR
engine, the crop store it is given. Trusts: rows.py, areas.py.
Limits: no reader for handwritten digits; a value more than two rows from its label is not found.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, zip_longest
from typing import Final

import cv2
import numpy as np

from inbox_daemon.core.betrag import betrag_from, betrag_in_words, german
from inbox_daemon.core.programm import Feld
from inbox_daemon.core.values import Absent, Box, Read, Reading, Source, Unreadable
from inbox_daemon.reading.areas import cut, glyphs_in, without_rules
from inbox_daemon.reading.ocr import AMOUNT_SIGNS, line_text
from inbox_daemon.reading.page import Page, Word
from inbox_daemon.reading.places import (
    CURRENCY,
    Place,
    Run,
    Sheet,
    area_of,
    places_on,
    sheet_of,
    surely_empty,
)
from inbox_daemon.reading.rows import Cell, Rect, box_of

Crops = Callable[[Page, Box], str]

NUMBER_WORD: Final = re.compile(r"hundert|tausend|million", re.IGNORECASE)
# The scales of the readings of the crop; the page as a whole is read at another.
CROP_DPI: Final = (200.0, 330.0, 270.0, 230.0)
# Two readings of a poor copy were seen to make the same mistake; three were not.
ENOUGH: Final = 3
SURE_WORD: Final = 50.0
MAX_OTHERS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """All readings of one place, None where a reading gave no amount; `printed`: not by hand."""

    values: tuple[Decimal | None, ...]
    texts: tuple[str, ...]
    printed: bool
    more_ink: bool
    confidence: float
    box: Box


def amount_on(
    pages: Sequence[Page],
    words: Sequence[Sequence[Word]],
    feld: Feld,
    *,
    document: str,
    crops: Crops,
) -> Reading[Decimal]:
    """The amount asked for, in Euro; `words` belong to `pages` one to one.

    Codes: feld-nicht-gefunden, mehrere-betraege, widerspruch, schreibweise, nur-einmal-gelesen,
    handschrift; Absent only as feld-leer. Raises EngineFailed.
    """
    sheets = [sheet_of(page, seen, feld) for page, seen in zip(pages, words, strict=True)]
    places = [place for sheet in sheets for place in places_on(sheet, feld)]
    said = _in_words(sheets)
    if not places:
        return Unreadable(why="feld-nicht-gefunden", guess=_text(said))
    read = {p.run.value for p in places if p.run is not None and p.run.value is not None}
    if len(read) > 1:
        return Unreadable(why="mehrere-betraege", guess=_text(read))
    place = max(places, key=_promise)
    if place.run is None:
        return _without_run(places, sheets, said, document=document, crops=crops)
    looks = _looks(place.sheet.page, place.run, place.sheet.cells)
    source = _source(place.sheet.page, looks, document=document, crops=crops)
    others = [r.value for s in sheets for r in s.runs if r.value and r is not place.run]
    return _judged(looks, said, others, source)


def _promise(place: Place) -> tuple[bool, bool, float]:
    run = place.run
    return run is not None, run is not None and run.value is not None, place.label.score


def _judged(
    looks: Looks, said: frozenset[Decimal], others: Sequence[Decimal], source: Source
) -> Reading[Decimal]:
    values = {v for v in looks.values if v is not None}
    if not values:
        why = "schreibweise" if looks.printed else "handschrift"
        return Unreadable(why=why, guess=_text(said), source=source)
    if looks.more_ink or len(values | said) > 1:
        why = "widerspruch" if looks.printed else "handschrift"
        return Unreadable(why=why, guess=_text(said or values), source=source)
    value = next(iter(values))
    if not looks.printed and not said:
        return Unreadable(why="handschrift", guess=_text(values), source=source)
    votes = sum(v == value for v in looks.values)
    if votes >= ENOUGH or value in said or value in others or _adds_up(value, others):
        return Read(value=value, source=source)
    return Unreadable(why="nur-einmal-gelesen", guess=_text(values), source=source)


def _looks(page: Page, run: Run, cells: Sequence[Cell]) -> Looks:
    rect = run.rect
    high = rect.height
    wide = _widened(rect, cells, run.words)
    tight = Rect(x0=wide.x0, y0=rect.y0 - high // 4, x1=wide.x1, y1=rect.y1 + high // 4)
    texts, values = [run.text], [run.value]
    for read in _crop_readings(page, tight, high):
        texts.append(read)
        values.append(betrag_from(re.sub(r"^[^0-9€E]+|[|_\s]+$", "", read)))
        if sum(v is not None for v in values) >= ENOUGH:
            break
    inner = glyphs_in(page, _tall(rect, high // 2), high)
    sure = max(w.confidence for w in run.words)
    return Looks(
        values=tuple(values),
        texts=tuple(texts),
        printed=inner.even,
        more_ink=_cut_off(page, run, cells),
        confidence=sure / 100,
        box=page.box(tight.x0, tight.y0, tight.x1, tight.y1),
    )


def _crop_readings(page: Page, tight: Rect, high: int) -> Iterator[str]:
    """The same place read again and again: other scales, with and without rules and blur."""
    raw = cut(page, tight)
    clean = without_rules(raw, high)
    soft = np.asarray(cv2.GaussianBlur(clean, (0, 0), high / 24), dtype=np.uint8)
    for grey, dpi, signs in (
        (clean, CROP_DPI[0], AMOUNT_SIGNS),
        (raw, CROP_DPI[1], ""),
        (soft, CROP_DPI[2], AMOUNT_SIGNS),
        (clean, CROP_DPI[3], ""),
    ):
        yield line_text(grey, dpi=page.dpi, wanted_dpi=dpi, signs=signs)[0]


def _tall(rect: Rect, high: int) -> Rect:
    return Rect(x0=rect.x0, y0=rect.y0 - high, x1=rect.x1, y1=rect.y1 + high)


def _widened(rect: Rect, cells: Sequence[Cell], own: Sequence[Word]) -> Rect:
    """A digit's height more on both sides, but not into a word of the row, nor the currency."""
    high = rect.height
    digits = [w for w in own if any(map(str.isdigit, w.text))]
    row = [box_of(w) for c in cells for w in c.words if w not in digits]
    left = [r.x1 + 1 for r in row if r.beside(rect) and r.x1 <= rect.x0 + 1]
    right = [r.x0 - 1 for r in row if r.beside(rect) and r.x0 >= rect.x1 - 1]
    return Rect(
        x0=max([rect.x0 - high, *left]), y0=rect.y0, x1=min([rect.x1 + high, *right]), y1=rect.y1
    )


def _cut_off(page: Page, run: Run, cells: Sequence[Cell]) -> bool:
    """Ink as high as a digit goes on beside the digits that were read, and is no plain word."""
    rect = run.rect
    high = rect.height
    reach = Rect(x0=rect.x0 - 2 * high, y0=rect.y0 - high, x1=rect.x1 + 2 * high, y1=rect.y1 + high)
    plain = [box_of(w) for c in cells for w in c.words if _is_plain(w)]
    slack = 0.15 * high
    return any(
        ink.beside(rect)
        and not rect.x0 - slack <= (ink.x0 + ink.x1) / 2 <= rect.x1 + slack
        and not any(word.overlaps(ink) for word in plain)
        for ink in glyphs_in(page, reach, high).rects
    )


def _is_plain(word: Word) -> bool:
    """A word of letters that the engine was sure of, or the currency."""
    letters = word.text.strip(".,:;()")
    if letters.casefold() in CURRENCY:
        return True
    return len(letters) > 1 and letters.isalpha() and word.confidence >= SURE_WORD


def _in_words(sheets: Sequence[Sheet]) -> frozenset[Decimal]:
    """Every amount in words on the pages; a row may go on in the next one."""
    said = set()
    for sheet in sheets:
        texts = [_spoken(cell.text) for cell in sheet.cells]
        for here, after in zip_longest(texts, texts[1:], fillvalue=""):
            if NUMBER_WORD.search(here):
                value = betrag_in_words(here) or betrag_in_words(here + after)
                said |= {value} if value else set()
    return frozenset(said)


def _spoken(text: str) -> str:
    return re.sub(r"^.*\bworten\b\W*|[()]", "", text, flags=re.IGNORECASE)


def _adds_up(value: Decimal, others: Sequence[Decimal]) -> bool:
    """The value is the sum of other amounts on the form, or one of them less some others."""
    pool = sorted({o for o in others if o not in (0, value)}, reverse=True)[:MAX_OTHERS]
    for size in range(1, min(len(pool), 5)):
        for parts in combinations(pool, size):
            total = sum(parts)
            if (size > 1 and total == value) or (total + value in pool):
                return True
    return False


def _without_run(
    places: Sequence[Place],
    sheets: Sequence[Sheet],
    said: frozenset[Decimal],
    *,
    document: str,
    crops: Crops,
) -> Absent | Unreadable:
    """No amount at any label: surely empty, or written by hand, or somewhere else."""
    areas = [area_of(place) for place in places]
    if not any(areas):
        return Unreadable(why="feld-nicht-gefunden", guess=_text(said))
    elsewhere = any(run.value for sheet in sheets for run in sheet.free)
    empty = all(surely_empty(p, a) for p, a in zip(places, areas, strict=True))
    if empty and not said and not elsewhere:
        return Absent(why="feld-leer", source=_emptiness(places[0], areas[0], document, crops))
    return Unreadable(why="handschrift", guess=_text(said))


def _emptiness(place: Place, area: Rect | None, document: str, crops: Crops) -> Source:
    """Label and empty field together, so that a person sees both."""
    page, label = place.sheet.page, place.label.rect
    end = area or label
    box = page.box(label.x0, min(label.y0, end.y0), max(label.x1, end.x1), max(label.y1, end.y1))
    return Source(
        document=document,
        page=page.number,
        box=box,
        method="tinte",
        confidence=0.95,
        raw=place.label.cell.text,
        crop=crops(page, box),
    )


def _source(page: Page, looks: Looks, *, document: str, crops: Crops) -> Source:
    return Source(
        document=document,
        page=page.number,
        box=looks.box,
        method="ocr-dreimal",
        confidence=round(looks.confidence, 2),
        raw=" | ".join(looks.texts),
        crop=crops(page, looks.box),
    )


def _text(values: frozenset[Decimal] | set[Decimal]) -> str | None:
    return " / ".join(german(v) for v in sorted(values)) or None
