"""Words of a page or of one line: the picture made ready for the OCR engine.

Promises: words with pixel boxes of the page they were asked for; a time-out or a crash is
EngineFailed, never an empty page. Touches: nothing but the engine (engine.py).
Trusts: Page. Limits: print, not handwriting; confidences are the engine's own, not probabilities.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.paper.deskew import even_light, scaled, straightened, turned
from inbox_daemon.reading.paper.page import Grey, Page, Word
from inbox_daemon.reading.text.engine import EngineFailed, Token, engine_version, recognise
from inbox_daemon.reading.text.leaders import paper_of, without_leaders

__all__ = ["EngineFailed", "engine_version", "line_text", "words_on"]

PAGE_MODE: Final = 4
SPARSE_MODE: Final = 11
LINE_MODE: Final = 7
# Enough for labels of 7 points; a second look is finer.
FIRST_DPI: Final = 200.0
OCR_DPI: Final = 250.0
TURN_DPI: Final = 120.0
PAGE_SECONDS: Final = 30.0
LINE_SECONDS: Final = 10.0
# Fewer sure words than this, and the page may lie on its side.
FEW_WORDS: Final = 12
MANY_WORDS: Final = 48
SURE: Final = 60.0
LETTERS: Final = 3
# Below this share of dark pixels a page holds less than one short line of print.
BLANK_SHARE: Final = 2e-4
DARK: Final = 128
RIM_INCHES: Final = 0.06
# How the engine reads pieces of lines and frames at the ends of a word.
RULED: Final = "_|"
AMOUNT_SIGNS: Final = "0123456789.,- €EURuro"


def print_of(page: Page, dpi: float = FIRST_DPI) -> Grey:
    """The page's print for the engine: at `dpi`, in even light, without leader rows."""
    return without_leaders(even_light(scaled(page.grey, dpi / page.dpi)), dpi)


def words_on(page: Page, *, mode: int = PAGE_MODE, dpi: float = OCR_DPI) -> tuple[Word, ...]:
    """The words on the page as it lies, in pixels of `page.grey`. Raises EngineFailed."""
    return _recognised(print_of(page, dpi), mode=mode, dpi=dpi, scale=dpi / page.dpi)


def words_in(page: Page, picture: Grey, shown: NDArray[np.bool_]) -> tuple[Word, ...]:
    """The words where `shown`, as large as the page, is true; `picture` is its print_of.

    Raises EngineFailed.
    """
    scale = FIRST_DPI / page.dpi
    small = cv2.resize(
        shown.view(np.uint8), picture.shape[1::-1], interpolation=cv2.INTER_NEAREST
    ).astype(bool)
    rows = np.flatnonzero(small.any(axis=1))
    if not rows.size:
        return ()
    part = slice(int(rows[0]), int(rows[-1]) + 1)
    # In the colour of the paper: white patches on grey paper would look like the print to tell.
    masked = np.where(small[part], picture[part], paper_of(picture))
    top = round(part.start / scale)
    return tuple(
        _moved(word, top)
        for word in _recognised(masked, mode=PAGE_MODE, dpi=FIRST_DPI, scale=scale)
    )


def line_text(grey: Grey, *, dpi: float, wanted_dpi: float, signs: str = "") -> tuple[str, float]:
    """One line of print cut from a page: its text and the lowest word confidence (0 to 100).

    `signs` are the only characters to be read, if given. Raises EngineFailed.
    """
    scale = wanted_dpi / dpi
    rim = round(wanted_dpi * RIM_INCHES)
    picture = cv2.copyMakeBorder(
        without_leaders(scaled(grey, scale), wanted_dpi),
        rim,
        rim,
        rim,
        rim,
        cv2.BORDER_CONSTANT,
        value=(255.0,),
    )
    tokens = recognise(
        np.asarray(picture, np.uint8),
        mode=LINE_MODE,
        dpi=round(wanted_dpi),
        seconds=LINE_SECONDS,
        signs=signs,
    )
    text = " ".join(token.text for token in tokens)
    return text, min((token.confidence for token in tokens), default=0.0)


def sure_words(words: Iterable[Word]) -> int:
    """How many words of three letters or more the engine is sure of."""
    return words_of_letters(w for w in words if w.confidence >= SURE)


def words_of_letters(words: Iterable[Word]) -> int:
    """How many words have three letters or more."""
    return sum(1 for w in words if sum(map(str.isalpha, w.text)) >= LETTERS)


def is_blank(grey: Grey) -> bool:
    """Less than one short line of print on the whole page."""
    return float((grey < DARK).mean()) < BLANK_SHARE


def best_turn(page: Page, words: Sequence[Word]) -> int:
    """Quarter turns to the left that give the most sure words; 0 unless clearly more.

    `words` are those of the page as it lies. Raises EngineFailed.
    """
    counts = {0: sure_words(words) * 2}
    for quarters in (1, 2, 3):
        seen = words_on(straightened(turned(page, quarters)), dpi=TURN_DPI)
        counts[quarters] = sure_words(seen)
        if counts[quarters] > MANY_WORDS:
            return quarters
    best = max(counts, key=lambda q: counts[q])
    return best if counts[best] >= FEW_WORDS // 2 else 0


def _recognised(picture: Grey, *, mode: int, dpi: float, scale: float) -> tuple[Word, ...]:
    tokens = recognise(picture, mode=mode, dpi=round(dpi), seconds=PAGE_SECONDS)
    return tuple(_word(token, scale) for token in tokens if token.text.strip(RULED))


def _word(token: Token, scale: float) -> Word:
    return Word(
        text=token.text.strip(RULED),
        x0=round(token.x0 / scale),
        y0=round(token.y0 / scale),
        x1=round(token.x1 / scale),
        y1=round(token.y1 / scale),
        confidence=token.confidence,
        line=token.line,
    )


def _moved(word: Word, down: int) -> Word:
    return replace(word, y0=word.y0 + down, y1=word.y1 + down)
