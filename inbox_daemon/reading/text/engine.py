"""The port to the OCR engine: Tesseract 5, German, in this process or else as a program.

Promises: words of one picture with pixel boxes, the same whatever was read before; a time-out, a
crash or a missing engine is EngineFailed, never an empty page. Touches: the language model on
disk; the tesseract program and temporary files only where the in-process engine is missing.
Trusts: that the picture is small enough for memory. Limits: confidences are the engine's own, not
probabilities; layout analysis inside the engine does not look at the clock, the cage does.
"""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from inbox_daemon.reading.paper.page import Grey

LANGUAGE: Final = "deu"
WORD: Final = "Stuttgart"
# Where distributions put the model; TESSDATA_PREFIX goes first.
MODELS: Final = ("/usr/share/tesseract-ocr/*/tessdata", "/usr/share/tessdata")
# Leptonica holds no longer side. A ribbon is no line of print: the engine, which brings lines to
# one height, takes minutes for it or dies.
MOST_PX: Final = 32_767
RIBBON: Final = 200
# A row of Tesseract's table: level, page, block, paragraph, line, word, box, confidence, text.
COLUMNS: Final = 12
WORD_LEVEL: Final = "5"


class EngineFailed(Exception):
    """The engine gave no answer; `code`: `ocr-zeit`, `ocr-fehlt`, `ocr-sprache`, `ocr-absturz`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One word: pixel box in the picture given, confidence 0 to 100, (block, paragraph, line)."""

    text: str
    x0: int
    y0: int
    x1: int
    y1: int
    confidence: float
    line: tuple[int, int, int]


def recognise(
    picture: Grey, *, mode: int, dpi: int, seconds: float, signs: str = ""
) -> tuple[Token, ...]:
    """The words in a picture (height x width, 0 black to 255 white), in reading order.

    `mode` is Tesseract's page segmentation mode, `dpi` the picture's pixels per inch, `signs` the
    only characters to be read, if given. Raises EngineFailed.
    """
    short, long = sorted(picture.shape)
    if not 0 < long <= min(MOST_PX, RIBBON * short):
        raise EngineFailed("ocr-absturz")
    settings = _Settings(mode=mode, dpi=dpi, seconds=seconds, signs=signs)
    engine = _engine()
    table = (
        _by_program(picture, settings) if engine is None else _by_engine(engine, picture, settings)
    )
    return tuple(_tokens(table))


@cache
def engine_version() -> str:
    """Name and version of the engine that reads, for the evidence. Raises EngineFailed."""
    if _engine() is not None:
        import tesserocr  # noqa: PLC0415 - may be missing

        found = tesserocr.tesseract_version().split("\n")[0].strip()
        return f"{found} (tesserocr {tesserocr.__version__})"
    import pytesseract  # noqa: PLC0415 - needed only here and below

    try:
        return f"tesseract {pytesseract.get_tesseract_version()} (pytesseract)"
    except (pytesseract.TesseractNotFoundError, SystemExit) as error:
        raise EngineFailed("ocr-fehlt") from error


def state() -> str:
    """`ocr-bereit` where the engine reads a word that is drawn for it, else what is wrong.

    `ocr-fehlt`, `ocr-sprache` (its German model), `ocr-stumm`, or a code of EngineFailed.
    """
    picture = np.full((120, 520), 255, np.uint8)
    cv2.putText(picture, WORD, (30, 85), cv2.FONT_HERSHEY_DUPLEX, 2.0, 0.0, 3, cv2.LINE_AA)
    try:
        seen = recognise(picture, mode=7, dpi=200, seconds=20)
    except EngineFailed as failed:
        # The program says the same whatever ails it; mostly it is the model.
        no_library = failed.code == "ocr-absturz" and _engine() is None
        return "ocr-sprache" if no_library else failed.code
    letters = sum(sum(map(str.isalpha, token.text)) for token in seen)
    return "ocr-bereit" if letters >= len(WORD) // 2 else "ocr-stumm"


def warm() -> None:
    """Loads the language model, so that processes forked from this one need not."""
    with contextlib.suppress(EngineFailed):  # each job will say so
        _engine()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    mode: int
    dpi: int
    seconds: float
    signs: str


@cache
def _engine() -> Any | None:
    """The one engine of this process; None where the library is missing.

    Where it lacks its model, so would the program: EngineFailed. The cage lets no program start
    beside a library.
    """
    try:
        import tesserocr  # noqa: PLC0415 - may be missing
    except ImportError:
        return None
    models = _models()
    if models is None:
        raise EngineFailed("ocr-sprache")
    # Otherwise it writes of clipped boxes to standard error, once a line of print.
    tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
    try:
        return tesserocr.PyTessBaseAPI(path=str(models), lang=LANGUAGE)
    except RuntimeError as error:
        raise EngineFailed("ocr-sprache") from error


def _models() -> Path | None:
    """The folder with the German model; of several versions the newest."""
    named = os.environ.get("TESSDATA_PREFIX")
    folders = [Path(named)] if named else []
    for pattern in MODELS:
        folders += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    return next((f for f in folders if (f / f"{LANGUAGE}.traineddata").is_file()), None)


def _by_engine(engine: Any, picture: Grey, settings: _Settings) -> str:
    """The engine's table as tab-separated text. Every setting is set anew: nothing carries over."""
    height, width = picture.shape
    started = time.monotonic()
    try:
        engine.SetPageSegMode(settings.mode)
        engine.SetVariable("tessedit_char_whitelist", settings.signs)
        engine.SetImageBytes(np.ascontiguousarray(picture).tobytes(), width, height, 1, width)
        engine.SetSourceResolution(settings.dpi)
        if not engine.Recognize(max(1, round(settings.seconds * 1000))):
            late = time.monotonic() - started >= settings.seconds
            raise EngineFailed("ocr-zeit" if late else "ocr-absturz")
        table: str = engine.GetTSVText(0)
    except (RuntimeError, ValueError) as error:
        raise EngineFailed("ocr-absturz") from error
    finally:
        engine.Clear()
    return table


def _by_program(picture: Grey, settings: _Settings) -> str:
    """The same table from the tesseract program: slower, one start a picture."""
    import pytesseract  # noqa: PLC0415 - needed only where the library is missing
    from PIL import Image  # noqa: PLC0415 - likewise

    # More threads than cores make Tesseract slower, not faster.
    os.environ["OMP_THREAD_LIMIT"] = "1"
    config = f"--psm {settings.mode} --dpi {settings.dpi}"
    if settings.signs:
        config += f' -c tessedit_char_whitelist="{settings.signs}"'
    try:
        table: str = pytesseract.image_to_data(
            Image.fromarray(picture), lang=LANGUAGE, config=config, timeout=settings.seconds
        )
    except pytesseract.TesseractNotFoundError as error:
        raise EngineFailed("ocr-fehlt") from error
    except pytesseract.TesseractError as error:
        raise EngineFailed("ocr-absturz") from error
    except RuntimeError as error:  # pytesseract's word for a time-out
        raise EngineFailed("ocr-zeit") from error
    except (OSError, ValueError, subprocess.SubprocessError, SystemExit) as error:
        # The last two come where the program does not even tell its version.
        raise EngineFailed("ocr-absturz") from error
    return table


def _tokens(table: str) -> Iterator[Token]:
    for row in table.split("\n"):
        columns = row.split("\t", COLUMNS - 1)
        if len(columns) < COLUMNS or columns[0] != WORD_LEVEL:
            continue
        _, _, block, paragraph, line, _, left, top, width, height = map(int, columns[:10])
        confidence, text = float(columns[10]), columns[11].strip()
        if text and confidence >= 0:
            yield Token(
                text=text,
                x0=left,
                y0=top,
                x1=left + width,
                y1=top + height,
                confidence=confidence,
                line=(block, paragraph, line),
            )
