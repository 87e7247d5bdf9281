"""The peers' side of peers.py: OCRmyPDF's text layer and pytesseract's words, then one finder.

The finder is the text part of our own: cells, labels and the place of the value (rows.py,
places.py). It has words only, as the user of a peer would: no picture to look at again, no second
reading. One value beside the labels is taken as read; several, or none, are left unsure.
"""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytesseract
from PIL import Image, ImageOps

from inbox_daemon.core.programm import Feld
from inbox_daemon.core.values import DocumentKind
from inbox_daemon.reading.betrag.places import places_on, sheet_of
from inbox_daemon.reading.paper.page import Page, Word

DPI = 300.0
LEAST_HIGH = 2
SURE = 90.0


def amount_in(pages: Sequence[Sequence[Word]], feld: Feld) -> dict[str, Any]:
    """The amount field as `inspect --json` has it, from words alone."""
    values: set[Decimal] = set()
    for number, words in enumerate(pages, start=1):
        sheet = sheet_of(_blank(number), words, feld)
        places = places_on(sheet, feld)
        values |= {p.run.value for p in places if p.run is not None and p.run.value is not None}
    if len(values) == 1:
        return {"status": "read", "value": f"{values.pop():.2f}"}
    return {"status": "unsure", "value": None}


def _blank(number: int) -> Page:
    grey = np.full((3508, 2480), 255, dtype=np.uint8)
    return Page(number=number, grey=grey, rgb=None, dpi=DPI, kind=DocumentKind.SCAN)


def words_of_layer(path: Path) -> list[list[Word]]:
    """The words of a PDF's text layer, page by page, in pixels of 300 dpi."""
    document = pdfium.PdfDocument(str(path))
    try:
        return [list(_words_of(document[k])) for k in range(len(document))]
    finally:
        document.close()


def _words_of(page: Any) -> Iterator[Word]:
    text, high = page.get_textpage(), page.get_height()
    open_: Word | None = None
    for index in range(text.count_chars()):
        sign = chr(pdfium_c.FPDFText_GetUnicode(text, index))
        if sign.isspace() or not sign.isprintable():
            if open_ is not None:
                yield open_
            open_ = None
            continue
        one = _sign(text, index, sign, high)
        if one is None:
            continue
        apart = open_ is not None and abs(one.y1 - open_.y1) > (open_.y1 - open_.y0)
        if open_ is not None and apart:
            yield open_
            open_ = None
        open_ = one if open_ is None else _joined(open_, one)
    if open_ is not None:
        yield open_


def _sign(text: Any, index: int, sign: str, high: float) -> Word | None:
    edges = [ctypes.c_double() for _ in range(4)]
    if not pdfium_c.FPDFText_GetCharBox(text, index, *edges):
        return None
    left, right, foot, top = (edge.value for edge in edges)
    scale = DPI / 72
    y0, y1 = round((high - top) * scale), round((high - foot) * scale)
    return Word(
        text=sign,
        x0=round(left * scale),
        y0=y0,
        x1=round(right * scale),
        y1=max(y1, y0 + LEAST_HIGH),
        confidence=SURE,
        line=(0, 0, 0),
    )


def _joined(word: Word, sign: Word) -> Word:
    return replace(
        word,
        text=word.text + sign.text,
        x0=min(word.x0, sign.x0),
        y0=min(word.y0, sign.y0),
        x1=max(word.x1, sign.x1),
        y1=max(word.y1, sign.y1),
    )


def words_by_tesseract(path: Path) -> list[list[Word]]:
    """Whole pages at 300 dpi through pytesseract, with its default segmentation."""
    return [list(_recognised(image)) for image in _pictures(path)]


def _pictures(path: Path) -> Iterator[Image.Image]:
    if path.suffix.lower() != ".pdf":
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image) or image
            scale = DPI * 297 / 25.4 / max(upright.size)
            size = round(upright.width * scale), round(upright.height * scale)
            yield upright.convert("L").resize(size)
        return
    document = pdfium.PdfDocument(str(path))
    for k in range(len(document)):
        yield document[k].render(scale=DPI / 72, grayscale=True).to_pil()


def _recognised(image: Image.Image) -> Iterator[Word]:
    seen = pytesseract.image_to_data(
        image, lang="deu", config="--dpi 300", output_type=pytesseract.Output.DICT
    )
    for k, text in enumerate(seen["text"]):
        if text.strip():
            x, y, wide, high = (int(seen[n][k]) for n in ("left", "top", "width", "height"))
            line = (int(seen["block_num"][k]), int(seen["par_num"][k]), int(seen["line_num"][k]))
            yield Word(
                text=text, x0=x, y0=y, x1=x + wide, y1=y + high,
                confidence=float(seen["conf"][k]), line=line,
            )  # fmt: skip
