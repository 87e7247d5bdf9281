"""A sheet of A4 to draw on, in millimetres from the top left: on paper or in a file.

Promises: the same calls draw the same form with Pillow (paper) and with reportlab (file).
Touches: the font files of Debian. Trusts: its callers.
Limits: text without line breaking by itself; one size of paper.
"""

import io
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

DPI = 300
WIDTH_MM, HEIGHT_MM = 210.0, 297.0
MM = DPI / 25.4
POINT_MM = 25.4 / 72

Colour = tuple[int, int, int]
INK: Colour = (20, 20, 20)

FONT_FOLDER = Path("/usr/share/fonts/truetype")
_FONTS = {
    "serif": ("LiberationSerif-Regular.ttf", "Times-Roman"),
    "serif-bold": ("LiberationSerif-Bold.ttf", "Times-Bold"),
    "sans": ("LiberationSans-Regular.ttf", "Helvetica"),
    "sans-bold": ("LiberationSans-Bold.ttf", "Helvetica-Bold"),
    "mono": ("LiberationMono-Regular.ttf", "Courier"),
    "wide": ("DejaVuSans.ttf", "Helvetica"),
    "wide-bold": ("DejaVuSans-Bold.ttf", "Helvetica-Bold"),
    "typed": ("DejaVuSansCondensed.ttf", "Helvetica"),
}


@cache
def font(style: str, points: float) -> ImageFont.FreeTypeFont:
    """The font of a style at 300 dpi. Raises FileNotFoundError where Debian's fonts are missing."""
    name = _FONTS[style][0]
    path = next(iter(sorted(FONT_FOLDER.rglob(name))), None)
    if path is None:
        raise FileNotFoundError(f"font {name} is missing: install fonts-liberation, fonts-dejavu")
    return ImageFont.truetype(path, round(points / 72 * DPI))


class Sheet(Protocol):
    """What a form needs to be drawn."""

    def text(
        self, at: tuple[float, float], words: str, style: str, points: float, *, anchor: str = "l"
    ) -> None:
        """Words on the baseline `at`; anchor `l`, `m` or `r`."""

    def line(self, ends: tuple[float, float, float, float], *, width: float = 0.2) -> None:
        """A straight line x0, y0, x1, y1."""

    def box(self, edges: tuple[float, float, float, float], *, fill: int | None = None) -> None:
        """A rectangle x0, y0, x1, y1 with a thin border, filled with a grey of 0 to 255."""

    def ink(self, mask: NDArray[np.uint8], at: tuple[float, float], colour: Colour) -> None:
        """A mask of ink (300 dpi) with its top left corner at a point."""


class Paper:
    """A printed sheet, 300 dpi: what lies under the scanner."""

    def __init__(self) -> None:
        """A white sheet."""
        size = (round(WIDTH_MM * MM), round(HEIGHT_MM * MM))
        self.picture = Image.new("RGB", size, (255, 255, 255))
        self._draw = ImageDraw.Draw(self.picture)

    def text(
        self, at: tuple[float, float], words: str, style: str, points: float, *, anchor: str = "l"
    ) -> None:
        """See Sheet."""
        where = (at[0] * MM, at[1] * MM)
        self._draw.text(where, words, INK, font(style, points), anchor=f"{anchor}s")

    def line(self, ends: tuple[float, float, float, float], *, width: float = 0.2) -> None:
        """See Sheet."""
        self._draw.line([v * MM for v in ends], fill=INK, width=max(1, round(width * MM)))

    def box(self, edges: tuple[float, float, float, float], *, fill: int | None = None) -> None:
        """See Sheet."""
        grey = None if fill is None else (fill, fill, fill)
        self._draw.rectangle([v * MM for v in edges], fill=grey, outline=INK, width=3)

    def ink(self, mask: NDArray[np.uint8], at: tuple[float, float], colour: Colour) -> None:
        """See Sheet; ink darkens what is below it, as a pen does."""
        corner = (round(at[0] * MM), round(at[1] * MM))
        area = (*corner, corner[0] + mask.shape[1], corner[1] + mask.shape[0])
        below = np.asarray(self.picture.crop(area)).astype(float)
        cover = (mask / 255.0)[:, :, None]
        tinted = below * (1 - cover * (1 - np.array(colour) / 255.0))
        self.picture.paste(Image.fromarray(tinted.astype(np.uint8)), corner)


class File:
    """A page of a PDF that was never printed."""

    def __init__(self, title: str) -> None:
        """An empty document; dates and ids are fixed, so that the bytes are."""
        self._buffer = io.BytesIO()
        size = (WIDTH_MM / POINT_MM, HEIGHT_MM / POINT_MM)
        self._canvas = Canvas(self._buffer, pagesize=size, invariant=1)
        self._canvas.setTitle(title)

    def text(
        self, at: tuple[float, float], words: str, style: str, points: float, *, anchor: str = "l"
    ) -> None:
        """See Sheet."""
        self._canvas.setFont(_FONTS[style][1], points)
        draw = {"l": "drawString", "m": "drawCentredString", "r": "drawRightString"}[anchor]
        getattr(self._canvas, draw)(at[0] / POINT_MM, _up(at[1]), words)

    def line(self, ends: tuple[float, float, float, float], *, width: float = 0.2) -> None:
        """See Sheet."""
        self._canvas.setLineWidth(width / POINT_MM)
        self._canvas.line(ends[0] / POINT_MM, _up(ends[1]), ends[2] / POINT_MM, _up(ends[3]))

    def box(self, edges: tuple[float, float, float, float], *, fill: int | None = None) -> None:
        """See Sheet."""
        x0, y0, x1, y1 = edges
        self._canvas.setLineWidth(0.7)
        self._canvas.setFillGray((255 if fill is None else fill) / 255)
        size = ((x1 - x0) / POINT_MM, (y1 - y0) / POINT_MM)
        self._canvas.rect(x0 / POINT_MM, _up(y1), *size, fill=0 if fill is None else 1)
        self._canvas.setFillGray(0)

    def ink(self, mask: NDArray[np.uint8], at: tuple[float, float], colour: Colour) -> None:
        """See Sheet; here a picture with a transparent ground is pasted in."""
        picture = Image.new("RGB", (mask.shape[1], mask.shape[0]), colour)
        picture.putalpha(Image.fromarray(mask))
        size = (mask.shape[1] / MM, mask.shape[0] / MM)
        self._canvas.drawImage(
            ImageReader(picture),
            at[0] / POINT_MM,
            _up(at[1] + size[1]),
            size[0] / POINT_MM,
            size[1] / POINT_MM,
            mask="auto",
        )

    def pdf(self) -> bytes:
        """The document as it stands; call it once."""
        self._canvas.save()
        return self._buffer.getvalue()


def _up(y_mm: float) -> float:
    return (HEIGHT_MM - y_mm) / POINT_MM
