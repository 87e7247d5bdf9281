"""The readers of fields: amount, applicant and programme of one document.

Promises: three answers; two places that say different things are Unreadable. Touches: the OCR
engine (amount only), the crop store it is given. Trusts: rows.py, places.py, the rules.
Limits: print only; which Kreis a text means is decided in core/kreis.py, not here.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from inbox_daemon.core.programm import Art, Feld, Foerderprogramm, Kreis
from inbox_daemon.core.values import (
    WITHOUT_LABEL,
    Absent,
    Box,
    Read,
    Reading,
    Source,
    Unreadable,
)
from inbox_daemon.reading.betrag.amount import amount_on
from inbox_daemon.reading.betrag.places import (
    LABEL_SHARE,
    Place,
    Sheet,
    is_bracketed,
    sheet_of,
)
from inbox_daemon.reading.betrag.room import area_of, surely_empty
from inbox_daemon.reading.paper.page import Page, Word
from inbox_daemon.reading.text.rows import (
    Cell,
    Label,
    Rect,
    box_of,
    cells_of,
    labels_in,
    limit_of,
    plain,
    rect_of,
    score_in,
)

__all__ = ["amount_on", "applicant_on", "programme_on"]

Crops = Callable[[Page, Box], str]

# A mean word confidence below this is not a reading of print.
SURE_TEXT: Final = 55.0
# A blank of a typewriter font is wider than one of print; in heights of the label.
WIDE_BLANK: Final = 2.5
TITLE_SCORE: Final = 90.0
# A heading stands in the upper part of a page and is short.
HEADING_PART: Final = 0.5
HEADING_WORDS: Final = 9
HEADING_SHARE: Final = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """What stands at a label; `kreise` are the short names of the Kreise it may mean."""

    words: tuple[Word, ...]
    page: Page
    kreise: frozenset[str]
    label: Label
    doubtful: bool

    @property
    def text(self) -> str:
        """Without marks at the ends; the engine likes to put a blank beside a hyphen."""
        bare = re.sub(r"^[\W_]+|[^\w).]+$", "", " ".join(w.text for w in self.words))
        bare = re.sub(r"(?<=\w{4})\.$", "", bare)
        return re.sub(r"(?<=\w)(?: -|- )(?=[A-ZÄÖÜ])", "-", bare)

    @property
    def confidence(self) -> float:
        return min(w.confidence for w in self.words)


def applicant_on(
    pages: Sequence[Page],
    words: Sequence[Sequence[Word]],
    feld: Feld,
    kreise: tuple[Kreis, ...],
    *,
    document: str,
    crops: Crops,
) -> Reading[str]:
    """The text of the applicant's field as read, cleaned of marks at its ends.

    A text that names a Kreis is preferred to one that does not; if two labels name different
    ones, nobody knows. Where no label leads to a Kreis, its full name standing alone counts.
    Codes: feld-nicht-gefunden, widerspruch, handschrift; Absent: feld-leer.
    """
    sheets = [sheet_of(page, seen, feld) for page, seen in zip(pages, words, strict=True)]
    labels = [(s, lb) for s in sheets for lb in labels_in(s.cells, feld.labels, feld.not_labels)]
    texts = [t for s, lb in labels if (t := _text_at(s, lb, feld, kreise)) is not None]
    named = [t for t in texts if t.kreise]
    if not named and (alone := _standing_alone(sheets, kreise)) is not None:
        source = _source(alone, document=document, crops=crops)
        return Read(value=alone.text, source=replace(source, method=WITHOUT_LABEL))
    if not texts:
        return _no_text([Place(sheet=s, label=lb, run=None) for s, lb in labels], sheets, kreise)
    best = max(named or texts, key=lambda t: (t.label.score, t.confidence))
    source = _source(best, document=document, crops=crops)
    if best.doubtful or len({t.kreise for t in named}) > 1:
        guess = " / ".join(sorted({t.text for t in named}))
        return Unreadable(why="widerspruch", guess=guess, source=source)
    # A text that is a Kreis's full name to the letter was read, however unsure the engine is.
    if best.confidence < SURE_TEXT and plain(best.text) not in _full_names(kreise):
        return Unreadable(why="handschrift", guess=best.text, source=source)
    return Read(value=best.text, source=source)


def _full_names(kreise: Iterable[Kreis]) -> dict[str, str]:
    """The names with their kind, plain, and whose they are; never a name that two Kreise share."""
    names = [(name, k.ags) for k in kreise for name in (k.name, k.verwaltung)]
    for k in kreise:
        kinds = ("Landkreis", "Landratsamt") if k.art is Art.LANDKREIS else ("Stadt", "Stadtkreis")
        names += [(f"{kind} {k.kurzname}", k.ags) for kind in kinds]
    owners: dict[str, set[str]] = {}
    for name, ags in names:
        owners.setdefault(plain(name), set()).add(ags)
    return {name: next(iter(own)) for name, own in owners.items() if len(own) == 1}


def _standing_alone(sheets: Sequence[Sheet], kreise: tuple[Kreis, ...]) -> _Text | None:
    """A cell that holds a Kreis's full name and nothing else, on a form with labels unknown.

    None where two such cells name different Kreise.
    """
    names = _full_names(kreise)
    cells = [(s, c) for s in sheets for c in s.cells if plain(c.text) in names]
    if len({names[plain(c.text)] for _, c in cells}) != 1:
        return None
    sheet, cell = cells[0]
    label = Label(label="", score=0.0, share=0.0, cell=cell, rect=cell.rect, rest=())
    return _Text(words=cell.words, page=sheet.page, kreise=frozenset(), label=label, doubtful=False)


def programme_on(
    pages: Sequence[Page],
    words: Sequence[Sequence[Word]],
    programme: tuple[Foerderprogramm, ...],
    *,
    document: str,
) -> Reading[str]:
    """The Kennung of the programme whose title stands on the pages.

    Absent as anderes-formular where a heading names another kind of form; Unreadable as
    programm-nicht-erkannt, mehrere-programme, or anderes-formular where both kinds are named.
    """
    sheets = list(zip(pages, (cells_of(w) for w in words), strict=True))
    headings = [(p, c) for p, cells in sheets for c in _headings(p, cells)]
    others = [n for p in programme for n in p.not_titles]
    for page, cell in headings:
        if any(_is_title(n, cell.text) for n in others):
            source = _seen(page, cell, document)
            if any("antrag" in plain(c.text).split() for _, c in headings):
                return Unreadable(why="anderes-formular", guess=cell.text, source=source)
            return Absent(why="anderes-formular", source=source)
    hits = [
        (p.kennung, page, cell)
        for p in programme
        for page, cells in sheets
        for cell in (*cells, *_joined(cells))
        if any(score_in(title, cell.text) >= TITLE_SCORE for title in p.titles)
    ]
    found = {kennung for kennung, _, _ in hits}
    if len(found) != 1:
        why = "mehrere-programme" if found else "programm-nicht-erkannt"
        return Unreadable(why=why, guess=" / ".join(sorted(found)) or None)
    kennung, page, cell = hits[0]
    return Read(value=kennung, source=_seen(page, cell, document))


def _text_at(sheet: Sheet, label: Label, feld: Feld, kreise: Iterable[Kreis]) -> _Text | None:
    """What stands after the label or right of it; else below or above, if it names a Kreis.

    Where only the text below or above names a Kreis, `doubtful` says that another stood nearer.
    """
    known = tuple(kreise)
    found = [
        (words, _named(words, known)) for words in _candidates(sheet.cells, label, feld) if words
    ]
    if not found:
        return None
    words, names = next((f for f in found if f[1]), found[0])
    beside = any(box_of(w).beside(label.rect) for w in found[0][0])
    doubtful = words != found[0][0] and beside
    return _Text(words=words, page=sheet.page, kreise=names, label=label, doubtful=doubtful)


def _candidates(cells: Sequence[Cell], label: Label, feld: Feld) -> list[tuple[Word, ...]]:
    rest = _without_brackets(label.rest)
    if label.share < LABEL_SHARE and not rest:
        return []
    near = [c for c in cells if not _is_label(c, feld)]
    right = [c for c in near if c.rect.beside(label.rect) and c.rect.x0 >= label.rect.x1]
    high = label.rect.height
    found = []
    if rest or right:
        found.append(_going_on(rest, sorted(right, key=lambda c: c.rect.x0), cells, high))
    below = [c for c in near if 0 <= c.rect.y0 - label.rect.y1 + 2 <= 3 * high and _under(label, c)]
    above = [
        c for c in near if 0 <= label.rect.y0 - c.rect.y1 + 2 <= 1.5 * high and _under(label, c)
    ]
    upright = (*above[-1:], *below[:1]) if is_bracketed(label.cell) else (*below[:1], *above[-1:])
    return found + [_with_next(c, cells) for c in upright]


def _going_on(
    rest: tuple[Word, ...], right: Sequence[Cell], cells: Sequence[Cell], high: int
) -> tuple[Word, ...]:
    """The words behind the label and the cells of the row that follow without a wide gap."""
    words = rest or _with_next(right[0], cells)
    for cell in right:
        if 0 <= cell.rect.x0 - max(w.x1 for w in words) <= WIDE_BLANK * high:
            words += cell.words
    return words


def _with_next(cell: Cell, cells: Sequence[Cell]) -> tuple[Word, ...]:
    """The cell's words, and the next line's where the first ends in the middle of a name."""
    if plain(cell.text) not in ("landratsamt", "landkreis", "stadt", "stadtkreis"):
        return cell.words
    high = cell.rect.height
    for other in cells:
        gap = other.rect.y0 - cell.rect.y1
        if other.row > cell.row and gap < high and abs(other.rect.x0 - cell.rect.x0) < high:
            return cell.words + other.words
    return cell.words


def _without_brackets(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words behind a label, without an explanation in brackets."""
    kept: list[Word] = []
    inside = False
    for word in words:
        inside = inside or word.text.startswith("(")
        if not inside and any(map(str.isalnum, word.text)):
            kept.append(word)
        inside = inside and ")" not in word.text
    return tuple(kept)


def _under(label: Label, cell: Cell) -> bool:
    slack = 2 * label.rect.height
    return cell.rect.x0 < label.rect.x1 + slack and cell.rect.x1 > label.rect.x0 - slack


def _is_label(cell: Cell, feld: Feld) -> bool:
    if any(score_in(n, cell.text) >= limit_of(n) for n in feld.not_labels):
        return True
    found = labels_in([cell], feld.labels)
    return bool(found) and not _without_brackets(found[0].rest)


def _named(words: tuple[Word, ...], kreise: tuple[Kreis, ...]) -> frozenset[str]:
    """The short names that the text holds; of names within names only the longest."""
    text = " ".join(w.text for w in words)
    found = {k.kurzname for k in kreise if _holds(text, k.kurzname) or _holds(text, k.name)}
    return frozenset(
        n for n in found if not any(n != m and plain(n) in plain(m).split() for m in found)
    )


def _holds(text: str, name: str) -> bool:
    return bool(labels_in(_cells_of(text), [plain(name)]))


def _cells_of(text: str) -> list[Cell]:
    """A text alone as a cell, to look for names in it."""
    words = tuple(
        Word(text=t, x0=i, y0=0, x1=i + 1, y1=1, confidence=0, line=(0, 0, 0))
        for i, t in enumerate(plain(text).split())
    )
    return [Cell(words=words, row=0)] if words else []


def _no_text(
    places: Sequence[Place], sheets: Sequence[Sheet], kreise: tuple[Kreis, ...]
) -> Absent | Unreadable:
    """No print at any label: surely empty, written by hand, or a form with other labels."""
    seen = {c.text for s in sheets for c in s.cells if _named(c.words, kreise)}
    guess = " / ".join(sorted(seen, key=len)[:2]) or None
    areas = [area_of(p) for p in places]
    if not any(areas):
        return Unreadable(why="feld-nicht-gefunden", guess=guess)
    if all(surely_empty(p, a) for p, a in zip(places, areas, strict=True)):
        return Absent(why="feld-leer", source=None)
    return Unreadable(why="handschrift", guess=guess)


def _source(found: _Text, *, document: str, crops: Crops) -> Source:
    rect = rect_of(found.words)
    pad = rect.height // 3
    box = found.page.box(rect.x0 - pad, rect.y0 - pad, rect.x1 + pad, rect.y1 + pad)
    return Source(
        document=document,
        page=found.page.number,
        box=box,
        method="ocr",
        confidence=round(found.confidence / 100, 2),
        raw=" ".join(w.text for w in found.words),
        crop=crops(found.page, box),
    )


def _seen(page: Page, cell: Cell, document: str) -> Source:
    rect: Rect = cell.rect
    return Source(
        document=document,
        page=page.number,
        box=page.box(rect.x0, rect.y0, rect.x1, rect.y1),
        method="ocr",
        confidence=round(min(w.confidence for w in cell.words) / 100, 2),
        raw=cell.text,
    )


def _headings(page: Page, cells: Sequence[Cell]) -> list[Cell]:
    """Short cells in the upper part of the page that are larger than, or as large as, the text."""
    if not cells:
        return []
    usual = median(c.rect.height for c in cells)
    foot = page.grey.shape[0] * HEADING_PART
    return [
        c
        for c in cells
        if c.rect.y1 < foot
        and len(c.words) <= HEADING_WORDS
        and c.rect.height >= 0.9 * usual
        and not c.text.rstrip().endswith((".", ","))
    ]


def _is_title(title: str, text: str) -> bool:
    found = labels_in(_cells_of(text), [plain(title)])
    return bool(found) and found[0].share >= HEADING_SHARE


def _joined(cells: Sequence[Cell]) -> list[Cell]:
    """Each cell with the next row's first: a title may run over two lines."""
    rows: dict[int, Cell] = {}
    for cell in cells:
        rows.setdefault(cell.row, cell)
    return [
        Cell(words=c.words + rows[c.row + 1].words, row=c.row) for c in cells if c.row + 1 in rows
    ]
