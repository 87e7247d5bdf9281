"""Known forms: recognised by where their printed lines stand, and learned from the first copy.

Promises: a form that is taken for another costs time, never an answer, because labels and values
are read anew and nothing is called absent before the whole page was read.
Touches: nothing. Trusts: lines.py. Limits: one page at a time; turned pages are not recognised.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inbox_daemon.core.formular import Formularseite, Span
from inbox_daemon.core.programm import Foerderprogramm
from inbox_daemon.reading.betrag.places import sheet_of
from inbox_daemon.reading.paper.page import Page, Word
from inbox_daemon.reading.text.lines import Line
from inbox_daemon.reading.text.rows import Cell, Label, Rect, labels_in, score_in
from inbox_daemon.reading.unterschrift.block_label import is_label, segments_of

# Same place, in millimetres; how far a sheet may lie off and how far a copy may be scaled.
_SAME: Final = 1.3
_SHIFT: Final = 25.0
_SCALED: Final = (0.93, 1.07)
_FEWEST: Final = 10
_ENOUGH: Final = 0.6
_GUIDES: Final = 12
_MOST: Final = 150
# Round a label, in its heights: the value may stand above or below.
_ABOVE: Final = 2.2
_BELOW: Final = 3.2
_BESIDE: Final = 0.6
_BLOCK: Final = (50.0, 42.0, 115.0, 46.0)
_TITLE: Final = 90.0
_HEADING: Final = 1.35
_WORDS: Final = re.compile(r"\bworten\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The form a page was taken for: millimetres of the form times `scale` plus the shifts."""

    form: Formularseite
    scale: float
    across: float
    down: float
    share: float

    def on_page(self, span: Span) -> Span:
        """A place on the form as a place on this page, mm."""
        x0, y0, x1, y1 = (v * self.scale for v in span)
        return x0 + self.across, y0 + self.down, x1 + self.across, y1 + self.down


def recognised(page: Page, lines: Sequence[Line], forms: Iterable[Formularseite]) -> Match | None:
    """The known form that fits the page best, if at least three lines in five stand in place."""
    here = _spans(page, lines)
    if len(here) < _FEWEST:
        return None
    found = [m for form in forms if (m := _match(np.array(form.lines), here, form)) is not None]
    return max(found, key=lambda m: m.share, default=None)


def shown_on(page: Page, lines: Sequence[Line], match: Match) -> NDArray[np.bool_]:
    """True where the engine has to look: the bands, and the blocks without their running text."""
    shown = np.zeros(page.grey.shape, dtype=bool)
    for block in match.form.blocks:
        shown[_area(page, match.on_page(block))] = True
    for line in lines:
        if line.running:
            shown[line.rect.y0 : line.rect.y1, line.rect.x0 : line.rect.x1] = False
    for band in match.form.bands:
        shown[_area(page, match.on_page(band))] = True
    return shown


def learned(
    page: Page,
    lines: Sequence[Line],
    words: Sequence[Word],
    *,
    programm: Foerderprogramm,
    match: Match | None,
) -> Formularseite | None:
    """The form of this page, or the known one without the lines that did not recur.

    None for a page with no label of a field, with too few lines, or that taught nothing new.
    """
    if match is not None:
        return _confirmed(match, _spans(page, lines))
    here = _spans(page, lines)
    bands, blocks = _bands(page, words, programm), _blocks(page, words, programm)
    if not _FEWEST <= len(here) <= _MOST or not (bands or blocks):
        return None
    rows = tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in here)
    return Formularseite(
        kennung=hashlib.sha256(repr(rows).encode()).hexdigest()[:16],
        fassung=1,
        lines=rows,
        bands=bands,
        blocks=blocks,
    )


def _confirmed(match: Match, here: NDArray[np.float64]) -> Formularseite | None:
    """From the second copy on it is known which lines are print and which were filled in."""
    form = match.form
    there = _moved(np.array(form.lines), match.scale, match.across, match.down)
    kept = tuple(s for s, hit in zip(form.lines, _hits(there, here), strict=True) if hit)
    if form.fassung > 1 or len(kept) < max(_FEWEST, len(form.lines) // 2):
        return None
    return replace(form, fassung=form.fassung + 1, lines=kept)


def _spans(page: Page, lines: Sequence[Line]) -> NDArray[np.float64]:
    mm = 25.4 / page.dpi
    boxes = [(r.x0, r.y0, r.x1, r.y1) for r in (line.rect for line in lines)]
    return np.round(np.array(boxes, dtype=np.float64).reshape(-1, 4) * mm, 1)


def _match(
    there: NDArray[np.float64], here: NDArray[np.float64], form: Formularseite
) -> Match | None:
    """Tries the shifts that bring a wide line of the form upon a line of the page."""
    if len(there) < _FEWEST:
        return None
    best: Match | None = None
    for scale, across, down in _shifts(there, here):
        share = float(_hits(_moved(there, scale, across, down), here).mean())
        if share >= _ENOUGH and (best is None or share > best.share):
            best = Match(form=form, scale=scale, across=across, down=down, share=share)
    return best


def _shifts(
    there: NDArray[np.float64], here: NDArray[np.float64]
) -> Iterable[tuple[float, float, float]]:
    widths, wide = there[:, 2] - there[:, 0], here[:, 2] - here[:, 0]
    for i in np.argsort(-widths)[:_GUIDES]:
        for j in np.flatnonzero(abs(wide / widths[i] - 1) < _SCALED[1] - 1):
            scale = float(wide[j] / widths[i])
            scale = 1.0 if abs(scale - 1) * widths[i] < _SAME else scale
            across = float(here[j, 0] - there[i, 0] * scale)
            down = float(here[j, 1] + here[j, 3] - (there[i, 1] + there[i, 3]) * scale) / 2
            if abs(across) < _SHIFT and abs(down) < _SHIFT:
                yield scale, across, down


def _moved(
    spans: NDArray[np.float64], scale: float, across: float, down: float
) -> NDArray[np.float64]:
    moved: NDArray[np.float64] = spans * scale + np.array([across, down, across, down])
    return moved


def _hits(there: NDArray[np.float64], here: NDArray[np.float64]) -> NDArray[np.bool_]:
    """For each line of the form whether a line of the page stands there, both ends and height."""
    ends = abs(there[:, None, [0, 2]] - here[None, :, [0, 2]]).max(axis=2)
    middle = abs(there[:, None, [1, 3]].mean(axis=2) - here[None, :, [1, 3]].mean(axis=2))
    hits: NDArray[np.bool_] = ((ends < _SAME) & (middle < _SAME)).any(axis=1)
    return hits


def _area(page: Page, span: Span) -> tuple[slice, slice]:
    mm = page.dpi / 25.4
    x0, y0, x1, y1 = (max(round(v * mm), 0) for v in span)
    return slice(y0, y1), slice(x0, x1)


def _bands(page: Page, words: Sequence[Word], programm: Foerderprogramm) -> tuple[Span, ...]:
    """Rows over the whole width: titles, labels with their values, other amounts."""
    amount = sheet_of(page, words, programm.feld("betrag"))
    cells = amount.cells
    narrow = [c.rect for c in cells if _is_headline(page, c, cells, programm)]
    narrow += [run.rect for run in amount.runs if run.value is not None]
    wide = [c.rect for c in cells if _WORDS.search(c.text)]
    for feld in (programm.feld("betrag"), programm.feld("antragsteller")):
        for label in labels_in(cells, feld.labels, feld.not_labels):
            (narrow if _has_value_beside(label, cells) else wide).append(label.rect)
    bands = [_band(page, r, _BESIDE, _BESIDE) for r in narrow]
    return tuple(dict.fromkeys(bands + [_band(page, r, _ABOVE, _BELOW) for r in wide]))


def _has_value_beside(label: Label, cells: Sequence[Cell]) -> bool:
    """Whether the form has the value in the label's own row, where it will stand again."""
    return bool(label.rest) or any(
        c.rect.x0 >= label.rect.x1 and c.rect.beside(label.rect) for c in cells
    )


def _band(page: Page, rect: Rect, above: float, below: float) -> Span:
    mm = 25.4 / page.dpi
    top, foot = (rect.y0 - above * rect.height) * mm, (rect.y1 + below * rect.height) * mm
    return 0.0, round(top, 1), round(page.grey.shape[1] * mm, 1), round(foot, 1)


def _is_headline(page: Page, cell: Cell, cells: Sequence[Cell], programm: Foerderprogramm) -> bool:
    titles = (*programm.titles, *programm.not_titles)
    if any(score_in(title, cell.text) >= _TITLE for title in titles):
        return True
    usual = float(np.median([c.rect.height for c in cells]))
    return cell.rect.y1 < page.grey.shape[0] / 2 and cell.rect.height > _HEADING * usual


def _blocks(page: Page, words: Sequence[Word], programm: Foerderprogramm) -> tuple[Span, ...]:
    mm = 25.4 / page.dpi
    feld = programm.feld("unterschrift")
    boxes = [s.box for s in segments_of(words) if is_label(s, feld)]
    return tuple(
        (
            round(max(x0 * mm - _BLOCK[0], 0.0), 1),
            round(max(y0 * mm - _BLOCK[1], 0.0), 1),
            round(x1 * mm + _BLOCK[2], 1),
            round(y1 * mm + _BLOCK[3], 1),
        )
        for x0, y0, x1, y1 in boxes
    )
