"""The one place that calls the OCR engine (Tesseract 5, German).

Promises: words with pixel boxes of the page that comes back with them; a time-out or a crash is
EngineFailed, never an empty page. Touches: the tesseract program, temporary files.
Trusts: Page. Limits: print, not handwriting; confidences are the engine's own, not probabilities.
"""

import os
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any, Final

import cv2
import numpy as np
import pytesseract
from numpy.typing import NDArray
from PIL import Image

from inbox_daemon.reading.page import Grey, Page, Word

LANGUAGE: Final = "deu"
PAGE_MODE: Final = 4
SPARSE_MODE: Final = 11
LINE_MODE: Final = 7
OCR_DPI: Final = 250.0
TURN_DPI: Final = 120.0
PAGE_SECONDS: Final = 30.0
LINE_SECONDS: Final = 10.0
# Fewer sure words than this, and the page may lie on its side.
FEW_WORDS: Final = 12
SURE: Final = 60.0
MAX_SKEW: Final = 5.0
MIN_SKEW: Final = 0.25
# Below this share of dark pixels a page holds less than one short line of print.
BLANK_SHARE: Final = 2e-4
AMOUNT_SIGNS: Final = "0123456789.,- €EURuro"


class EngineFailed(Exception):
    """The engine gave no answer; `code` is `ocr-zeit`, `ocr-fehlt` or `ocr-absturz`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_page(page: Page) -> tuple[Page, tuple[Word, ...]]:
    """The page turned upright and straightened, and the words on it.

    Turns by quarters only when the page as it is gives next to no words. Straightening keeps
    size and scale and turns about the middle, so boxes fit the page returned; on the page as it
    was shown they are off by at most some millimetres at the rim. Raises EngineFailed.
    """
    straight = _straight(page)
    words = words_on(straight)
    if _sure(words) >= FEW_WORDS or _blank(page.grey):
        return straight, words
    quarters = _best_turn(page, words)
    if quarters == 0:
        return straight, words
    straight = _straight(_turned(page, quarters))
    return straight, words_on(straight)


def words_on(page: Page, *, mode: int = PAGE_MODE, dpi: float = OCR_DPI) -> tuple[Word, ...]:
    """The words on the page as it lies, in pixels of `page.grey`. Raises EngineFailed."""
    scale = dpi / page.dpi
    picture = _clean(_scaled(page.grey, scale))
    table = _table(picture, f"--psm {mode} --dpi {round(dpi)}", PAGE_SECONDS)
    return tuple(_words(table, scale))


def line_text(grey: Grey, *, dpi: float, wanted_dpi: float, signs: str = "") -> tuple[str, float]:
    """One line of print cut from a page: its text and the lowest word confidence (0 to 100).

    `signs` are the only characters to be read, if given. Raises EngineFailed.
    """
    scale = wanted_dpi / dpi
    rim = round(wanted_dpi * 0.06)
    picture = cv2.copyMakeBorder(
        _scaled(grey, scale), rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=(255.0,)
    )
    config = f"--psm {LINE_MODE} --dpi {round(wanted_dpi)}"
    if signs:
        config += f' -c tessedit_char_whitelist="{signs}"'
    words = list(_words(_table(np.asarray(picture), config, LINE_SECONDS), scale))
    return " ".join(w.text for w in words), min((w.confidence for w in words), default=0.0)


@cache
def engine_version() -> str:
    """Name and version of the engine, for the evidence. Raises EngineFailed."""
    try:
        return f"tesseract {pytesseract.get_tesseract_version()}"
    except (pytesseract.TesseractNotFoundError, SystemExit) as error:
        raise EngineFailed("ocr-fehlt") from error


def _table(picture: Grey, config: str, seconds: float) -> dict[str, list[Any]]:
    # More threads than cores make Tesseract slower, not faster.
    os.environ["OMP_THREAD_LIMIT"] = "1"
    image = Image.fromarray(picture)
    try:
        table: dict[str, list[Any]] = pytesseract.image_to_data(
            image,
            lang=LANGUAGE,
            config=config,
            timeout=seconds,
            output_type=pytesseract.Output.DICT,
        )
    except pytesseract.TesseractNotFoundError as error:
        raise EngineFailed("ocr-fehlt") from error
    except pytesseract.TesseractError as error:
        raise EngineFailed("ocr-absturz") from error
    except RuntimeError as error:  # pytesseract's word for a time-out
        raise EngineFailed("ocr-zeit") from error
    except (OSError, ValueError) as error:
        raise EngineFailed("ocr-absturz") from error
    return table


def _words(table: dict[str, list[Any]], scale: float) -> list[Word]:
    return [
        Word(
            text=str(text).strip(),
            x0=round(left / scale),
            y0=round(top / scale),
            x1=round((left + width) / scale),
            y1=round((top + height) / scale),
            confidence=float(confidence),
            line=(int(block), int(paragraph), int(line)),
        )
        for text, left, top, width, height, confidence, block, paragraph, line in zip(
            *(
                table[key]
                for key in (
                    "text", "left", "top", "width", "height", "conf",
                    "block_num", "par_num", "line_num",
                )
            ),
            strict=True,
        )
        if str(text).strip() and float(confidence) >= 0
    ]  # fmt: skip


def _scaled(grey: Grey, scale: float) -> Grey:
    if abs(scale - 1) < 0.05:  # noqa: PLR2004 (not worth the blur)
        return np.ascontiguousarray(grey)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=way))


def _clean(grey: Grey) -> Grey:
    """Paper made white where light falls unevenly, as on a photo; a flat page stays as it is."""
    small = cv2.resize(grey, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 21)
    low, high = np.percentile(paper, (2, 98))
    if high - low < 25 and high > 200:  # noqa: PLR2004 (grey levels: even and bright)
        return grey
    light = cv2.resize(paper, grey.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, np.maximum(light, 1), scale=255))


def _sure(words: tuple[Word, ...]) -> int:
    return sum(1 for w in words if w.confidence >= SURE and sum(map(str.isalpha, w.text)) > 2)  # noqa: PLR2004


def _blank(grey: Grey) -> bool:
    return float((grey < 128).mean()) < BLANK_SHARE  # noqa: PLR2004 (half of black)


def _best_turn(page: Page, words: tuple[Word, ...]) -> int:
    """Quarter turns to the left that give the most sure words; 0 unless clearly more."""
    counts = {0: _sure(words) * 2}
    for quarters in (1, 2, 3):
        counts[quarters] = _sure(words_on(_straight(_turned(page, quarters)), dpi=TURN_DPI))
        if counts[quarters] > 4 * FEW_WORDS:
            return quarters
    best = max(counts, key=lambda q: counts[q])
    return best if counts[best] >= FEW_WORDS // 2 else 0


def _turned(page: Page, quarters: int) -> Page:
    rgb = None if page.rgb is None else np.ascontiguousarray(np.rot90(page.rgb, quarters))
    return replace(page, grey=np.ascontiguousarray(np.rot90(page.grey, quarters)), rgb=rgb)


def _straight(page: Page) -> Page:
    angle = _skew(page)
    if abs(angle) < MIN_SKEW:
        return page
    rgb = None if page.rgb is None else _rotated(page.rgb, angle)
    return replace(page, grey=_rotated(page.grey, angle), rgb=rgb)


def _rotated(picture: NDArray[np.uint8], angle: float) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return np.asarray(
        cv2.warpAffine(
            picture,
            matrix,
            (width, height),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )


def _skew(page: Page) -> float:
    """Degrees to turn (counter-clockwise positive) until lines of print are level.

    The angle whose row sums of ink change most sharply (Postl 1988), from coarse to fine.
    """
    scale = 75.0 / page.dpi
    small = _clean(_scaled(page.grey, scale))
    margin = (small.shape[0] // 25, small.shape[1] // 25)
    ink = (255 - small[margin[0] : -margin[0] or None, margin[1] : -margin[1] or None]) / 255.0
    rows = np.where(ink > 0.3, ink, 0.0).astype(np.float32)  # noqa: PLR2004 (darker than a shade)
    best = 0.0
    for span, step in ((MAX_SKEW, 1.0), (1.0, 0.25), (0.25, 0.05)):
        angles = np.arange(best - span, best + span + step / 2, step)
        best = float(max(angles, key=lambda a: _sharpness(rows, float(a))))
    return best if abs(best) <= MAX_SKEW else 0.0


def _sharpness(ink: NDArray[np.float32], angle: float) -> float:
    height, width = ink.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    rows = cv2.warpAffine(ink, matrix, (width, height)).sum(axis=1)
    return float(sum((b - a) ** 2 for a, b in pairwise(rows)))
