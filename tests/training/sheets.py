"""Signature blocks drawn, signed or marked, printed and scanned: pages for training and measuring.

A sheet is a piece of a page, 10 px a mm on paper, that holds one block with its label; what comes
out is what pdf.py and ocr.py would give: a Page of some scanner and the words of the label.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.core.values import DocumentKind
from inbox_daemon.reading.paper.page import Page, Word
from tests.training.lettering import lettering, type_fonts
from tests.training.pens import PX, Draw, Floats, one_of

LABELS = (
    "Unterschrift", "Rechtsverbindliche Unterschrift", "Name, Unterschrift",
    "Unterschrift, Dienststempel", "Unterschrift des Antragstellers", "(Unterschrift)",
    "Unterschrift der vertretungsberechtigten Person", "Stempel, Unterschrift",
    "Unterschrift / Siegel",
)  # fmt: skip
SCANNERS = ("grey300", "grey200", "mfp150", "g4-300", "g4-200", "poor", "phone", "clean")
DPI = {"mfp150": 150, "g4-300": 300, "grey300": 300, "phone": 170, "colour300": 300}
WIDE, HIGH = 1320, 640


@dataclass(frozen=True)
class Sheet:
    """A scanned piece of a page; only the words of its `label` were read."""

    page: Page
    label: tuple[Word, ...]
    scanner: str


@dataclass(frozen=True)
class Layer:
    """Ink on the form: how dark it is (0 to 1) and how much of red, green and blue it takes."""

    ink: Floats
    dark: float
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)


@dataclass
class Form:
    """The printed form: ink of 0 to 1, where to sign (mm: left, line, width), and the label."""

    ink: Floats
    left: float
    line: float
    width: float
    label: list[tuple[str, tuple[int, int, int, int]]]


def form(draw: Draw) -> Form:
    """A block: a line, dashes, dots, a frame or nothing, with its label below, above or beside."""
    ink = np.zeros((HIGH, WIDE), np.float32)
    left, line = float(draw.uniform(8, 26)), float(draw.uniform(38, 46))
    width = float(draw.uniform(60, 95))
    place = str(draw.choice(["below", "below", "below", "left", "frame", "above"]))
    text = str(draw.choice(LABELS))
    high = float(draw.uniform(2.4, 4.2))
    font = one_of(draw, type_fonts())
    if place == "left":
        at = (6.0, line - high)
        text = text[:24] + ":"
        left = 6 + lettering(text, font, high).shape[1] / PX + 3
        width = min(width, 126 - left)
    elif place in ("frame", "above"):
        at = (left + 1, line - draw.uniform(26, 32))
    else:
        at = (left + draw.uniform(-1, 8), line + draw.uniform(0.6, 3))
    label = _set(ink, text, font, high, at)
    if place == "frame":
        top = at[1] - 1.5
        corners = [
            (int(v[0] * PX), int(v[1] * PX)) for v in ((left, top), (left + width, line + 2))
        ]
        cv2.rectangle(ink, corners[0], corners[1], 1.0, int(draw.integers(1, 5)))
        line -= 3
    elif place != "above" or draw.random() < 0.5:
        _rule(draw, ink, left, line, width)
    return Form(ink=ink, left=left, line=line, width=width, label=label)


def _rule(draw: Draw, ink: Floats, left: float, line: float, width: float) -> None:
    kind = draw.integers(4)
    y, x0, x1 = int(line * PX), int(left * PX), int((left + width) * PX)
    thick = int(draw.integers(1, 5))
    if kind <= 1:
        cv2.line(ink, (x0, y), (x1, y), 1.0, thick)
        return
    step = float(draw.uniform(8, 13)) if kind == 2 else float(draw.uniform(20, 60))
    for x in np.arange(x0, x1, step):
        if kind == 2:
            cv2.circle(ink, (int(x), y), max(thick // 2, 1), 1.0, -1)
        else:
            cv2.line(ink, (int(x), y), (int(x + step * 0.55), y), 1.0, thick)


def _set(
    ink: Floats, text: str, font: Path, high: float, at: tuple[float, float]
) -> list[tuple[str, tuple[int, int, int, int]]]:
    words, x = [], at[0] * PX
    for token in text.split():
        piece = lettering(token, font, high)
        y = int(at[1] * PX)
        x0 = int(x)
        put(ink, piece, x0, y)
        words.append((token, (x0, y, x0 + piece.shape[1], y + piece.shape[0])))
        x = x0 + piece.shape[1] + high * 0.35 * PX
    return words


def put(ink: Floats, piece: Floats, x: int, y: int) -> None:
    """Lays a piece of ink with its upper left corner at a point; what sticks out is cut off."""
    x, y = max(x, 0), max(y, 0)
    there = ink[y : y + piece.shape[0], x : x + piece.shape[1]]
    np.maximum(there, piece[: there.shape[0], : there.shape[1]], out=there)


def put_on_line(draw: Draw, form_: Form, ink: Floats, *, loose: float = 1.0) -> Floats:
    """The ink on the form's line, a little above it or through it, as a layer of its own."""
    layer = np.zeros_like(form_.ink)
    room = max(form_.width - ink.shape[1] / PX, 0)
    x = form_.left + draw.uniform(0, min(room, 40)) + draw.normal(0, 2 * loose)
    if ink.shape[1] / PX > form_.width:
        x = form_.left + draw.uniform(-6, 0)
    y = form_.line - ink.shape[0] / PX + draw.normal(1.0, 3.0 * loose)
    put(layer, ink, int(x * PX), int(y * PX))
    return layer


def scanned(draw: Draw, form_: Form, layers: Sequence[Layer], scanner: str) -> Sheet:
    """Paper under a scanner: the layers of ink over the printed form, label words read exactly."""
    channels = 3 if scanner.startswith("colour") else 1
    sheet: Floats = np.repeat(
        (1 - form_.ink * draw.uniform(0.75, 0.95))[:, :, None], channels, axis=2
    )
    for layer in layers:
        tint = np.array(layer.tint if channels == 3 else (1.0,))
        sheet = sheet * (1 - layer.ink[:, :, None] * layer.dark * tint)
    dpi = DPI.get(scanner, 200)
    angle = float(np.clip(draw.normal(0, 0.25), -0.6, 0.6))
    turn = cv2.getRotationMatrix2D((WIDE / 2, HIGH / 2), angle, 1.0)
    white = (1.0,) * channels
    sheet = cv2.warpAffine(sheet.astype(np.float32), turn, (WIDE, HIGH), borderValue=white)
    scale = dpi / 25.4 / PX
    sheet = cv2.GaussianBlur(sheet, (0, 0), float(draw.uniform(0.4, 0.9)) / min(scale, 1.0))
    sheet = cv2.resize(sheet, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    pixels = _developed(draw, np.asarray(sheet, np.float32), scanner)
    boxes = [(t, _moved(b, turn * scale)) for t, b in form_.label]
    label = tuple(
        Word(text=t, x0=b[0], y0=b[1], x1=b[2], y1=b[3], confidence=95.0, line=(1, 1, 1))
        for t, b in boxes
    )
    grey: NDArray[np.uint8] = (
        pixels if channels == 1 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    )
    page = Page(
        number=1,
        grey=grey,
        rgb=None if channels == 1 else pixels,
        dpi=float(dpi),
        kind=DocumentKind.SCAN,
    )
    return Sheet(page=page, label=label, scanner=scanner)


def _moved(box: tuple[int, int, int, int], matrix: Floats) -> tuple[int, int, int, int]:
    corners = np.array([[x, y, 1] for x in (box[0], box[2]) for y in (box[1], box[3])]) @ matrix.T
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    return int(x0), int(y0), int(np.ceil(x1)), int(np.ceil(y1))


@cache
def _grain() -> Floats:
    return np.random.default_rng(0).normal(0, 1, (1200, 2000)).astype(np.float32)


def _developed(draw: Draw, grey: Floats, scanner: str) -> NDArray[np.uint8]:
    noise = {"poor": 0.045, "phone": 0.02, "clean": 0.0}.get(scanner, 0.012)
    paper = draw.uniform(0.93, 1.0) if scanner != "clean" else 1.0
    grey = grey * paper
    if scanner in ("phone", "poor"):
        x, y = np.linspace(-1, 1, grey.shape[1]), np.linspace(-1, 1, grey.shape[0])
        light = 0.86 + draw.normal(0, 0.09) * x[None, :] + draw.normal(0, 0.07) * y[:, None]
        grey = grey * (light[:, :, None] if grey.ndim == 3 else light).astype(np.float32)
    if scanner == "poor":
        grey = 1 - (1 - grey) * draw.uniform(0.7, 1.3)
    down, along = int(draw.integers(400)), int(draw.integers(400))
    grain = _grain()[down : down + grey.shape[0], along : along + grey.shape[1]] * np.float32(noise)
    grey = grey + (grain[:, :, None] if grey.ndim == 3 else grain)
    if scanner.startswith("g4"):
        cut = draw.uniform(0.5, 0.8)
        return np.where(grey > cut, 255, 0).astype(np.uint8)
    pixels = np.clip(grey * 255, 0, 255).astype(np.uint8)
    if scanner == "clean":
        return pixels
    quality = int(draw.integers(25, 85))
    _, coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_UNCHANGED), np.uint8)
