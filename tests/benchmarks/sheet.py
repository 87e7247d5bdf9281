"""A page as a list of what is printed, written and stamped on it, drawn as pixels or as PDF.

Positions are PDF points from the top left. Pixels are drawn at 300 dpi, once for the print and
then for the ink that came onto the paper later. Only what layouts.py needs.
"""

import io
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

DPI = 300
SCALE = DPI / 72
WIDTH, HEIGHT = 595.3, 841.9
BLACK = (0, 0, 0)

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]
Rect = tuple[float, float, float, float]


@lru_cache(maxsize=400)
def font_of(path: str, size: float) -> ImageFont.FreeTypeFont:
    """The font at `size` points, in pixels of 300 dpi."""
    return ImageFont.truetype(path, size * SCALE)


def width_of(words: str, path: str, size: float) -> float:
    """How wide the words are, in points."""
    return font_of(path, size).getlength(words) / SCALE


@dataclass(frozen=True)
class Text:
    """Words on a base line."""

    x: float
    y: float
    words: str
    path: str
    size: float
    colour: Colour = BLACK


@dataclass(frozen=True)
class Line:
    """A ruled line; `dash` as lengths of stroke and gap."""

    rect: Rect
    thick: float = 0.6
    dash: tuple[float, float] | None = None


@dataclass(frozen=True)
class Frame:
    """A rectangle with or without a frame, filled with a grey or nothing."""

    rect: Rect
    thick: float = 0.6
    fill: int | None = None


@dataclass(frozen=True)
class Ink:
    """What a pen or a stamp left: `alpha` is 0 paper to 255 ink, in pixels of 300 dpi."""

    x: float
    y: float
    alpha: Pixels
    colour: Colour = BLACK

    @property
    def rect(self) -> Rect:
        """The box around it, in points."""
        height, width = self.alpha.shape
        return (self.x, self.y, self.x + width / SCALE, self.y + height / SCALE)


@dataclass
class Sheet:
    """One page of A4: print first, then ink; `pasted` never was on paper."""

    print: list[Text | Line | Frame] = field(default_factory=list)
    inks: list[Ink] = field(default_factory=list)
    pasted: list[Ink] = field(default_factory=list)


def picture_of(sheet: Sheet) -> Pixels:
    """The page at 300 dpi, height x width x 3."""
    image = Image.new("RGB", (round(WIDTH * SCALE), round(HEIGHT * SCALE)), "white")
    draw = ImageDraw.Draw(image)
    for mark in sheet.print:
        _print(draw, mark)
    pixels = np.array(image)
    for ink in sheet.inks:
        press(pixels, ink)
    return pixels


def _print(draw: ImageDraw.ImageDraw, mark: Text | Line | Frame) -> None:
    match mark:
        case Text():
            at = (mark.x * SCALE, mark.y * SCALE)
            draw.text(at, mark.words, mark.colour, font_of(mark.path, mark.size), anchor="ls")
        case Line():
            for piece in _pieces(mark):
                xy = [v * SCALE for v in piece]
                draw.line(xy, BLACK, max(1, round(mark.thick * SCALE)))
        case Frame():
            box = [v * SCALE for v in mark.rect]
            fill = None if mark.fill is None else (mark.fill,) * 3
            wide = round(mark.thick * SCALE)
            draw.rectangle(box, fill, BLACK if wide else None, max(wide, 1))


def _pieces(line: Line) -> list[Rect]:
    x0, y0, x1, y1 = line.rect
    if line.dash is None:
        return [line.rect]
    stroke, gap = line.dash
    starts = np.arange(x0, x1, stroke + gap)
    return [(float(x), y0, min(float(x) + stroke, x1), y1) for x in starts]


def press(pixels: Pixels, ink: Ink) -> None:
    """Darkens the paper under the ink; what lies outside the page is lost."""
    high, wide = pixels.shape[:2]
    x, y = round(ink.x * SCALE), round(ink.y * SCALE)
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + ink.alpha.shape[1], wide), min(y + ink.alpha.shape[0], high)
    if x1 <= x0 or y1 <= y0:
        return
    alpha = ink.alpha[y0 - y : y1 - y, x0 - x : x1 - x, None].astype(np.float32) / 255
    part = pixels[y0:y1, x0:x1].astype(np.float32)
    tint = 1 - np.array(ink.colour, np.float32) / 255
    pixels[y0:y1, x0:x1] = np.clip(part * (1 - alpha * tint), 0, 255).astype(np.uint8)


def pdf_of(sheets: list[Sheet]) -> bytes:
    """The pages as a program writes them: real text, real lines, pasted pictures."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    for sheet in sheets:
        for mark in sheet.print:
            _write(canvas, mark)
        for ink in (*sheet.inks, *sheet.pasted):
            paste(canvas, ink)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _write(canvas: Canvas, mark: Text | Line | Frame) -> None:
    match mark:
        case Text():
            name = Path(mark.path).stem
            if name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(name, mark.path))
            canvas.setFont(name, mark.size)
            canvas.drawString(mark.x, HEIGHT - mark.y, mark.words)
        case Line():
            x0, y0, x1, y1 = mark.rect
            canvas.setLineWidth(mark.thick)
            if mark.dash:
                canvas.setDash(list(mark.dash))
            canvas.line(x0, HEIGHT - y0, x1, HEIGHT - y1)
            canvas.setDash()
        case Frame():
            x0, y0, x1, y1 = mark.rect
            canvas.setLineWidth(mark.thick)
            canvas.setFillGray((255 if mark.fill is None else mark.fill) / 255)
            has_fill, has_frame = int(mark.fill is not None), int(mark.thick > 0)
            canvas.rect(x0, HEIGHT - y1, x1 - x0, y1 - y0, fill=has_fill, stroke=has_frame)
            canvas.setFillGray(0)


def paste(canvas: Canvas, ink: Ink) -> None:
    """Puts the ink as a picture with a soft mask on the page."""
    x0, y0, x1, y1 = ink.rect
    picture = Image.new("RGB", (ink.alpha.shape[1], ink.alpha.shape[0]), ink.colour)
    picture.putalpha(Image.fromarray(ink.alpha))
    reader = ImageReader(picture)
    canvas.drawImage(reader, x0, HEIGHT - y1, x1 - x0, y1 - y0, mask="auto")


def trimmed(alpha: Pixels) -> Pixels:
    """Without the empty rim."""
    ys, xs = np.nonzero(alpha > 60)
    if not len(ys):
        return alpha
    return np.ascontiguousarray(alpha[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1])


def written(words: str, path: str, size: float) -> Pixels:
    """The words as ink, trimmed."""
    font = font_of(path, size)
    left, top, right, bottom = font.getbbox(words)
    image = Image.new("L", (int(right - left) + 12, int(bottom - top) + 12), 0)
    ImageDraw.Draw(image).text((6 - left, 6 - top), words, 255, font)
    return trimmed(np.array(image))


def sized(alpha: Pixels, wide: int, high: int) -> Pixels:
    """Scaled to so many pixels."""
    how = cv2.INTER_AREA if wide < alpha.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(alpha, (max(wide, 1), max(high, 1)), interpolation=how))
