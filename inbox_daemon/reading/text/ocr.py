"""Words of a page or of one line: the picture made ready for the OCR engine.

Promises: words with pixel boxes of the page they were asked for; a time-out or a crash is
EngineFailed, never an empty page. Touches: nothing but the engine (engine.py).
Trusts: Page. Limits: print, not handwriting; confidences are the engine's own, not probabilities.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

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
# A word so long and so sure is none by chance; so many of them tell that a page stands upright.
PLAIN_LETTERS: Final = 5
PLAIN: Final = 80.0
FEW_PLAIN: Final = 2
# The engine splits a picture by its grey levels in two. Where more than this share of a page would
# be ink it took the grain of the paper for it; so many times the grain's spread is paper.
MOST_INK: Final = 0.22
GRAIN: Final = 5.0
MOST_GRAIN: Final = 12.0
# From this resolution on, and with grain this strong, the picture is smoothed so far.
CALM_DPI: Final = 250.0
CALM_GRAIN: Final = 5.0
CALM_INCHES: Final = 0.0045
CALM_ROWS: Final = 200
WHITE: Final = 250.0
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
        _white(without_leaders(scaled(_calm(grey, dpi), scale), wanted_dpi)),
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


def plain_words(words: Iterable[Word]) -> int:
    """How many words of five letters or more the engine is quite sure of."""
    return sum(
        1 for w in words if w.confidence >= PLAIN and sum(map(str.isalpha, w.text)) >= PLAIN_LETTERS
    )


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
    counts, plain = {0: sure_words(words) * 2}, {0: plain_words(words)}
    for quarters in (1, 2, 3):
        seen = words_on(straightened(turned(page, quarters)), dpi=TURN_DPI)
        counts[quarters], plain[quarters] = sure_words(seen), plain_words(seen)
        if counts[quarters] > MANY_WORDS:
            return quarters
    best = max(counts, key=lambda q: counts[q])
    if counts[best] >= FEW_WORDS // 2:
        return best
    # A page with a block and nothing else: a few long words one way up, none any other.
    only = [q for q, n in plain.items() if n]
    return only[0] if len(only) == 1 and plain[only[0]] >= FEW_PLAIN else 0


def _recognised(picture: Grey, *, mode: int, dpi: float, scale: float) -> tuple[Word, ...]:
    tokens = recognise(_without_grain(picture), mode=mode, dpi=round(dpi), seconds=PAGE_SECONDS)
    return tuple(_word(token, scale) for token in tokens if token.text.strip(RULED))


def _without_grain(picture: Grey) -> Grey:
    """The picture with its paper made white, where next to no print stands on grainy paper.

    There the best split of the grey levels (Otsu 1979) is not between paper and print.
    """
    small = np.ascontiguousarray(picture[::4, ::4])
    split, _ = cv2.threshold(small, 0, 255, cv2.THRESH_OTSU)
    if float((small <= split).mean()) <= MOST_INK:
        return picture
    white = np.uint8(min(max(_lightest_ink(small), 0.0), 255.0))
    return np.asarray(np.where(picture > white, np.uint8(255), picture), np.uint8)


def _white(grey: Grey) -> Grey:
    """A cut-out of a page, with its paper as white as the rim it gets."""
    if not grey.size or float(np.median(grey)) >= WHITE:
        return grey
    white = max(_lightest_ink(grey), 1.0)
    return np.asarray(np.clip(grey.astype(np.float32) * (255.0 / white), 0, 255), np.uint8)


def _lightest_ink(grey: Grey) -> float:
    """The level below the grain of the paper."""
    paper = float(np.median(grey))
    darker = paper - grey[grey < paper]
    return paper - GRAIN * min(_spread(darker), MOST_GRAIN)


def _calm(grey: Grey, dpi: float) -> Grey:
    """Grainy paper smoothed by less than a stroke's width; other pictures as they are."""
    if dpi < CALM_DPI or not grey.size:
        return grey
    # Each pixel against its neighbour: the print has few edges, grain is everywhere.
    part = grey[:: max(1, grey.shape[0] // CALM_ROWS)].astype(np.float32)
    if _spread(np.abs(np.diff(part, axis=1))) < CALM_GRAIN:
        return grey
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), CALM_INCHES * dpi), np.uint8)


def _spread(away: NDArray[Any]) -> float:
    """The standard deviation of noise by its usual distances, or 0."""
    return 1.4826 * float(np.median(away)) if away.size else 0.0


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
