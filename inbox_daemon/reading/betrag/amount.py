"""The requested amount on the pages of one document.

Promises: `Read` only if independent readings of the same place agree, or one agrees with another
number of the document; else Unreadable with a code and, where there is one, a guess.
Touches: the OCR engine, the models, the crop store it is given. Trusts: rows.py, areas.py.
Limits: a value more than two rows from its label is not found.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import cv2
import numpy as np

from inbox_daemon.core.betrag import betrag_from, german
from inbox_daemon.core.programm import Feld
from inbox_daemon.core.values import Absent, Box, Read, Reading, Source, Unreadable
from inbox_daemon.reading.betrag.areas import cut, glyphs_in, without_rules
from inbox_daemon.reading.betrag.by_hand import finding_of, says, shown
from inbox_daemon.reading.betrag.hand_field import Found, by_hand_at, clearest
from inbox_daemon.reading.betrag.places import (
    Place,
    Run,
    Sheet,
    is_plain,
    places_on,
    sheet_of,
    spoken_place,
)
from inbox_daemon.reading.betrag.room import area_of, surely_empty
from inbox_daemon.reading.betrag.second import Seconds, in_words
from inbox_daemon.reading.betrag.typed_comb import Boxes, boxes_at, readings_of
from inbox_daemon.reading.paper.page import Page, Word
from inbox_daemon.reading.paper.structure import SYMBOLS
from inbox_daemon.reading.text.ocr import AMOUNT_SIGNS, line_text
from inbox_daemon.reading.text.rows import Rect, box_of

Crops = Callable[[Page, Box], str]

# The scales of the readings of the crop; the page as a whole is read at another.
CROP_DPI: Final = (200.0, 330.0, 270.0, 230.0)
# Two readings of a poor copy were seen to make the same mistake; three were not.
ENOUGH: Final = 3
# What the engine makes of lines and boxes at the ends of a crop.
RIM: Final = re.compile(r"^[^0-9€E]+|[|_\s]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """All readings of one place, None where a reading gave no amount."""

    values: tuple[Decimal | None, ...]
    texts: tuple[str, ...]
    rect: Rect
    more_ink: bool = False
    # 0 to 1; the engine itself gives none for what it saw on a crop only.
    confidence: float = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    """What every step needs for its evidence."""

    document: str
    crops: Crops


def amount_on(
    pages: Sequence[Page],
    words: Sequence[Sequence[Word]],
    feld: Feld,
    *,
    document: str,
    crops: Crops,
    known: frozenset[Decimal] = frozenset(),
) -> Reading[Decimal]:
    """The amount asked for, in Euro; `words` belong to `pages` one to one.

    `known` are numbers of the rules that may confirm what was written by hand to the cent.
    Codes: feld-nicht-gefunden, mehrere-betraege, widerspruch, schreibweise, nur-einmal-gelesen,
    handschrift; Absent only as feld-leer. Raises EngineFailed.
    """
    sheets = [sheet_of(page, seen, feld) for page, seen in zip(pages, words, strict=True)]
    places = [place for sheet in sheets for place in places_on(sheet, feld)]
    said, paper = in_words(sheets), _Paper(document=document, crops=crops)
    if all(p.run is None or p.run.value is None for p in places):
        spoken = spoken_place(sheets, said)
        places = [spoken] if spoken else places
    if not places:
        return Unreadable(why="feld-nicht-gefunden", guess=_text(said))
    read = {p.run.value for p in places if p.run is not None and p.run.value is not None}
    if len(read) > 1:
        return Unreadable(why="mehrere-betraege", guess=_text(read))
    place = max(places, key=_promise)
    others = tuple(r.value for s in sheets for r in s.runs if r.value and r is not place.run)
    seconds = Seconds(said=said, others=others, known=known)
    if place.run is None:
        return _without_run(places, sheets, seconds, paper)
    return _with_run(place, place.run, seconds, paper)


def _with_run(place: Place, run: Run, seconds: Seconds, paper: _Paper) -> Reading[Decimal]:
    """What looks like print is read as print, and as handwriting where that fails."""
    page = place.sheet.page
    if not _is_print(page, run):
        found = by_hand_at(place)
        if found is None:
            return _typed(place, run, seconds, paper)[0]
        by_hand = _judged_by_hand(found, seconds.seen_too(run.value), paper)
        if isinstance(by_hand, Read) or found.written.along != found.written.digits:
            return by_hand
        # Print on dots or on a poor copy is uneven: the engine and both networks must agree.
        typed, _ = _typed(place, run, seconds, paper)
        agreed = isinstance(typed, Read) and says(found.written, typed.value)
        return typed if agreed else by_hand
    typed, seen = _typed(place, run, seconds, paper)
    if isinstance(typed, Read) and seconds.confirm(typed.value):
        return typed
    found = by_hand_at(place)
    if found is None:
        return typed
    if isinstance(typed, Read):
        typed = _unless_contradicted(typed, found)
        if isinstance(typed, Read) or not found.written.by_pen:
            return typed
    if found.written.by_pen:
        # What the engine made of a pen's digits says nothing against the networks.
        return _judged_by_hand(found, seconds.seen_too(run.value), paper)
    # Print is read by the networks only as the engine read it, or as a second number says.
    by_hand = _judged_by_hand(found, seconds.seen_too(run.value or seen), paper, alone=False)
    if isinstance(by_hand, Read):
        return by_hand
    return Unreadable(why=typed.why, guess=by_hand.guess or typed.guess, source=typed.source)


def _typed(
    place: Place, run: Run, seconds: Seconds, paper: _Paper
) -> tuple[Read[Decimal] | Unreadable, Decimal | None]:
    """What the engine reads again and again, and the only amount that any look gave."""
    looks = _looks(place.sheet, run)
    seen = {v for v in looks.values if v is not None}
    reading = _judged(place.sheet.page, looks, seconds, paper)
    return reading, next(iter(seen)) if len(seen) == 1 else None


def _unless_contradicted(typed: Read[Decimal], found: Found) -> Read[Decimal] | Unreadable:
    """One engine may make one mistake three times, with even handwriting that looks like print."""
    if says(found.written, typed.value):
        return typed
    return Unreadable(why="widerspruch", guess=german(typed.value), source=typed.source)


def _is_print(page: Page, run: Run) -> bool:
    high = run.rect.height
    return glyphs_in(page, _tall(run.rect, high // 2), high).even


def _judged_by_hand(
    found: Found, seconds: Seconds, paper: _Paper, *, alone: bool = True
) -> Read[Decimal] | Unreadable:
    written, page = found.written, found.place.sheet.page
    source = _source(
        page,
        found.rect,
        paper,
        method="zwei-netze",
        confidence=min(written.sure, written.along_sure),
        raw=f"{written.text} | {written.along}",
    )
    if SYMBOLS in page.notes:
        alone, seconds = False, seconds.seen_too(None)
    finding = finding_of(written, seconds, alone=alone)
    if finding.value is not None:
        return Read(value=finding.value, source=source)
    return Unreadable(why=finding.why, guess=shown(finding.guess), source=source)


def _promise(place: Place) -> tuple[bool, bool, float]:
    run = place.run
    return run is not None, run is not None and run.value is not None, place.label.score


def _judged(
    page: Page, looks: Looks, seconds: Seconds, paper: _Paper
) -> Read[Decimal] | Unreadable:
    """Many equal readings may do, but not where the scanner itself may swap digits."""
    values = {v for v in looks.values if v is not None}
    said, source = seconds.said, _by_engine(page, looks, paper)
    if not values:
        return Unreadable(why="schreibweise", guess=_text(said), source=source)
    if looks.more_ink or len(values | said) > 1:
        return Unreadable(why="widerspruch", guess=_text(said or values), source=source)
    value = next(iter(values))
    votes = sum(v == value for v in looks.values)
    if (votes >= ENOUGH and SYMBOLS not in page.notes) or seconds.confirm(value):
        return Read(value=value, source=source)
    return Unreadable(why="nur-einmal-gelesen", guess=_text(values), source=source)


def _looks(sheet: Sheet, run: Run) -> Looks:
    rect = run.rect
    high = rect.height
    wide = _widened(rect, sheet.words, run.words)
    tight = Rect(x0=wide.x0, y0=rect.y0 - high // 4, x1=wide.x1, y1=rect.y1 + high // 4)
    texts, values = [run.text], [run.value]
    for read in _crop_readings(sheet.page, tight, high):
        texts.append(read)
        values.append(_value_in(read))
        if sum(v is not None for v in values) >= ENOUGH:
            break
    sure = max(w.confidence for w in run.words)
    return Looks(
        values=tuple(values),
        texts=tuple(texts),
        rect=tight,
        more_ink=_cut_off(sheet, run),
        confidence=sure / 100,
    )


def _value_in(text: str) -> Decimal | None:
    return betrag_from(RIM.sub("", text))


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


def _widened(rect: Rect, words: Sequence[Word], own: Sequence[Word]) -> Rect:
    """A digit's height more on both sides, but not into a word of the row, nor the currency."""
    high = rect.height
    digits = [w for w in own if any(map(str.isdigit, w.text))]
    row = [box_of(w) for w in words if w not in digits]
    left = [r.x1 + 1 for r in row if r.beside(rect) and r.x1 <= rect.x0 + 1]
    right = [r.x0 - 1 for r in row if r.beside(rect) and r.x0 >= rect.x1 - 1]
    return Rect(
        x0=max([rect.x0 - high, *left]), y0=rect.y0, x1=min([rect.x1 + high, *right]), y1=rect.y1
    )


def _cut_off(sheet: Sheet, run: Run) -> bool:
    """Ink as high as a digit goes on beside the digits that were read, and is no plain word."""
    rect = run.rect
    high = rect.height
    reach = Rect(x0=rect.x0 - 2 * high, y0=rect.y0 - high, x1=rect.x1 + 2 * high, y1=rect.y1 + high)
    plain = [box_of(w) for w in sheet.words if is_plain(w)]
    slack = 0.15 * high
    return any(
        ink.beside(rect)
        and not rect.x0 - slack <= (ink.x0 + ink.x1) / 2 <= rect.x1 + slack
        and not any(word.overlaps(ink) for word in plain)
        for ink in glyphs_in(sheet.page, reach, high).rects
    )


def _without_run(
    places: Sequence[Place], sheets: Sequence[Sheet], seconds: Seconds, paper: _Paper
) -> Reading[Decimal]:
    """No amount at any label: surely empty, or in boxes, or written by hand, or elsewhere."""
    combs = [b for p in places if (b := boxes_at(p)) is not None]
    if len(combs) == 1 and (typed := _in_boxes(combs[0], seconds, paper)) is not None:
        return typed
    areas = [area_of(place) for place in places]
    elsewhere = any(run.value for sheet in sheets for run in sheet.free)
    empty = any(areas) and all(surely_empty(p, a) for p, a in zip(places, areas, strict=True))
    by_hand = clearest([f for p in places if (f := by_hand_at(p)) is not None])
    if empty and not by_hand and not seconds.said and not elsewhere:
        place, area = next((p, a) for p, a in zip(places, areas, strict=True) if a)
        return Absent(why="feld-leer", source=_emptiness(place, area, paper))
    if len(by_hand) > 1:
        return Unreadable(why="mehrere-betraege", guess=_text(seconds.said))
    found = by_hand[0] if by_hand else None
    written = _judged_by_hand(found, seconds, paper) if found else None
    if isinstance(written, Read):
        return written
    typed = _overlooked(places[0], areas[0], seconds, paper) if len(places) == 1 else None
    if typed and (found is None or says(found.written, typed.value)):
        return typed
    if written is not None:
        return written
    why = "handschrift" if any(areas) else "feld-nicht-gefunden"
    return Unreadable(why=why, guess=_text(seconds.said))


def _overlooked(
    place: Place, area: Rect | None, seconds: Seconds, paper: _Paper
) -> Read[Decimal] | None:
    """Even print in the field that the engine did not see on the whole page, read three times."""
    if area is None:
        return None
    page, high = place.sheet.page, place.label.rect.height
    glyphs = glyphs_in(page, area, high)
    if not glyphs.even:
        return None
    x0, y0 = min(r.x0 for r in glyphs.rects), min(r.y0 for r in glyphs.rects)
    x1, y1 = max(r.x1 for r in glyphs.rects), max(r.y1 for r in glyphs.rects)
    tight = Rect(x0=x0 - high, y0=y0 - high // 4, x1=min(x1 + 3 * high, area.x1), y1=y1 + high // 4)
    texts = list(_crop_readings(page, tight, high))
    looks = Looks(values=tuple(map(_value_in, texts)), texts=tuple(texts), rect=tight)
    reading = _judged(page, looks, seconds, paper)
    return reading if isinstance(reading, Read) else None


def _in_boxes(boxes: Boxes, seconds: Seconds, paper: _Paper) -> Read[Decimal] | None:
    """Print in the boxes of a comb, read three times the same and never otherwise."""
    texts: list[str] = []
    values: list[Decimal] = []
    for text, value in readings_of(boxes):
        texts.append(text)
        values += [] if value is None else [value]
        if len(values) == ENOUGH:
            break
    page = boxes.page
    alone = SYMBOLS not in page.notes or (bool(values) and seconds.confirm(values[0]))
    if len(values) < ENOUGH or len(set(values) | seconds.said) > 1 or not alone:
        return None
    looks = Looks(values=tuple(values), texts=tuple(texts), rect=boxes.rect)
    return Read(value=values[0], source=_by_engine(page, looks, paper))


def _emptiness(place: Place, area: Rect, paper: _Paper) -> Source:
    """Label and empty field together, so that a person sees both."""
    page, label = place.sheet.page, place.label.rect
    both = Rect(
        x0=label.x0,
        y0=min(label.y0, area.y0),
        x1=max(label.x1, area.x1),
        y1=max(label.y1, area.y1),
    )
    raw = place.label.cell.text
    return _source(page, both, paper, method="tinte", confidence=0.95, raw=raw)


def _by_engine(page: Page, looks: Looks, paper: _Paper) -> Source:
    raw = " | ".join(looks.texts)
    return _source(
        page, looks.rect, paper, method="ocr-dreimal", confidence=looks.confidence, raw=raw
    )


def _source(
    page: Page, rect: Rect, paper: _Paper, *, method: str, confidence: float, raw: str
) -> Source:
    box = page.box(rect.x0, rect.y0, rect.x1, rect.y1)
    return Source(
        document=paper.document,
        page=page.number,
        box=box,
        method=method,
        confidence=round(confidence, 2),
        raw=raw,
        crop=paper.crops(page, box),
    )


def _text(values: frozenset[Decimal] | set[Decimal]) -> str | None:
    return " / ".join(german(v) for v in sorted(values)) or None
