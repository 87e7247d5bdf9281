"""How much of a page goes through the OCR engine: as little as will do, then more.

Promises: each line of print is either read or stands among the words as print that was not read;
what was read stays. Touches: the engine. Trusts: lines.py for lines, forms.py for known places.
Limits: turns a page by quarters only when it gives next to no words as it lies.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inbox_daemon.core.formular import Depth, Formularseite, Seitenblick
from inbox_daemon.reading.paper.deskew import straightened, turned
from inbox_daemon.reading.paper.page import Grey, Page, Word
from inbox_daemon.reading.paper.quality import Quality, quality_of
from inbox_daemon.reading.text import forms, ocr
from inbox_daemon.reading.text.forms import Match
from inbox_daemon.reading.text.lines import Line, lines_on

DEPTHS: Final[tuple[Depth, ...]] = ("formular", "ohne-fliesstext", "ganz", "zweimal")
# Stands for print that was seen and not read; no label and no name of a Kreis is like it.
UNREAD: Final = "Ungelesen"
UNREAD_WORDS: Final = 10
UPRIGHT_WORDS: Final = 3
SURE: Final = 90.0
HALF: Final = 0.5
PAD_MM: Final = 0.5
# Block numbers of the engine begin anew at each look; so far apart they stay told apart.
LOOK: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A page upright and straight, its lines, and the words read so far down to `depth`.

    `picture` is the page's print at the resolution of the first look.
    """

    page: Page
    quality: Quality
    picture: Grey
    lines: tuple[Line, ...]
    match: Match | None
    depth: Depth
    read: tuple[Word, ...]
    unread: tuple[Line, ...]

    @property
    def words(self) -> tuple[Word, ...]:
        """The words that were read, and placeholders for the lines that were not."""
        return (*self.read, *(w for line in self.unread for w in _placeholders(line)))

    @property
    def look(self) -> Seitenblick:
        """For the evidence."""
        form = self.match.form if self.match else None
        return Seitenblick(
            page=self.page.number,
            depth=self.depth,
            dpi=round(self.quality.dpi),
            kontrast=round(self.quality.contrast, 2),
            kante_mm=round(self.quality.edge_mm, 2),
            zweifel=self.quality.doubt,
            formular=form.kennung if form else None,
            fassung=form.fassung if form else None,
        )


def first_look(page: Page, known: Iterable[Formularseite]) -> Sight:
    """The page straightened, and the least that has to be read of it. Raises EngineFailed."""
    sight = _looked_at(straightened(page), tuple(known))
    while _is_mute(sight) and sight.depth != "ganz":
        sight = deeper(sight)
    if not _is_mute(sight):
        return sight
    quarters = ocr.best_turn(sight.page, sight.read)
    return _looked_at(straightened(turned(page, quarters)), ()) if quarters else sight


def deeper(sight: Sight) -> Sight:
    """The same page with more of it read; the deepest stays as it is. Raises EngineFailed."""
    match sight.depth:
        case "formular":
            return _read_more(sight, [s for s in sight.unread if not s.running], "ohne-fliesstext")
        case "ohne-fliesstext":
            return _read_more(sight, sight.unread, "ganz")
        case _:
            return replace(sight, read=ocr.words_on(sight.page), unread=(), depth="zweimal")


def _looked_at(page: Page, known: Sequence[Formularseite]) -> Sight:
    picture = ocr.print_of(page)
    lines = lines_on(page, picture)
    match = forms.recognised(page, lines, known) if known else None
    if match is None:
        hidden = tuple(line for line in lines if line.running)
        shown = ~_mask(page, hidden)
    else:
        area = forms.shown_on(page, lines, match)
        hidden = tuple(line for line in lines if not _is_in(line, area))
        shown = (area | _mask(page, [s for s in lines if s not in hidden])) & ~_mask(page, hidden)
    return Sight(
        page=page,
        quality=quality_of(page),
        picture=picture,
        lines=lines,
        match=match,
        depth="ohne-fliesstext" if match is None else "formular",
        read=ocr.words_in(page, picture, shown),
        unread=hidden,
    )


def _read_more(sight: Sight, wanted: Sequence[Line], depth: Depth) -> Sight:
    """Reads these lines; and, after a known form, all that stands outside any line."""
    page = sight.page
    shown = _mask(page, wanted)
    if sight.depth == "formular":
        shown |= ~_mask(page, sight.lines)
    words = ocr.words_in(page, sight.picture, shown) if wanted else ()
    offset = LOOK * DEPTHS.index(depth)
    return replace(
        sight,
        depth=depth,
        read=(*sight.read, *(replace(w, line=(w.line[0] + offset, *w.line[1:])) for w in words)),
        unread=tuple(line for line in sight.unread if line not in wanted),
    )


def _is_mute(sight: Sight) -> bool:
    """Next to no words, or mostly unsure ones: print that stands on its head reads like that."""
    sure, all_ = ocr.sure_words(sight.read), ocr.words_of_letters(sight.read)
    few = sure < max(ocr.FEW_WORDS, HALF * all_)
    # Under a block alone there are no more words, but those are long and sure.
    block = ocr.plain_words(sight.read) >= max(UPRIGHT_WORDS, HALF * all_)
    return few and not block and not ocr.is_blank(sight.page.grey)


def _is_in(line: Line, area: NDArray[np.bool_]) -> bool:
    r = line.rect
    return bool(area[(r.y0 + r.y1) // 2, r.x0 : r.x1].any())


def _mask(page: Page, lines: Iterable[Line]) -> NDArray[np.bool_]:
    """True where one of the lines stands, with half a millimetre round it."""
    pad = round(PAD_MM * page.dpi / 25.4)
    mask = np.zeros(page.grey.shape, dtype=bool)
    for line in lines:
        r = line.rect
        mask[max(r.y0 - pad, 0) : r.y1 + pad, max(r.x0 - pad, 0) : r.x1 + pad] = True
    return mask


def _placeholders(line: Line) -> list[Word]:
    """As many words as make a segment count as running text, or one for a single line."""
    count = UNREAD_WORDS if line.running else 1
    r = line.rect
    edges = np.linspace(r.x0, r.x1, count + 1).round().astype(int).tolist()
    return [
        Word(text=UNREAD, x0=x0, y0=r.y0, x1=x1, y1=r.y1, confidence=SURE, line=(-r.y0, 0, 0))
        for x0, x1 in pairwise(edges)
    ]
