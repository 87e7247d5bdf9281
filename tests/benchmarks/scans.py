"""Print-and-scan: pages at 300 dpi become what scanners, copiers and phones make of them.

`scanned` gives the bytes of the file and, per page, where a point of the sheet came to lie; boxes
are those of the page as a viewer shows it, also when it lies on its side.
Kinds: office-grey, office-colour, g4, g4-200, poor-grey, phone, phone-jpg, mfp-150; pages may be
skewed (up to 3 degrees), punched, stapled, and lie sideways or upside down.
"""

import io
import math
import time
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import cv2
import numpy as np
import pypdf
from numpy.typing import NDArray
from PIL import Image
from pypdf.generic import NameObject, NumberObject
from reportlab.pdfgen.canvas import Canvas

from tests.benchmarks.sheet import DPI, HEIGHT, SCALE, WIDTH, Ink, Pixels, Rect, paste

Matrix = NDArray[np.float64]
Floats = NDArray[Any]
KINDS = {
    "office-grey": 0.20, "office-colour": 0.15, "g4": 0.14, "g4-200": 0.10, "poor-grey": 0.12,
    "phone": 0.08, "phone-jpg": 0.03, "mfp-150": 0.09, "born-digital": 0.09,
}  # fmt: skip
# Devices' own names and dates would differ from run to run.
MADE = time.struct_time((2022, 7, 20, 9, 30, 0, 2, 201, 0))


@dataclass(frozen=True)
class Shot:
    """One page as the device saw it, upright; `matrix` leads from sheet pixels to its pixels."""

    image: Image.Image
    dpi: float
    matrix: Matrix

    def box(self, rect: Rect) -> list[float]:
        """A box of the sheet on this page, both in points."""
        x0, y0, x1, y1 = (v * SCALE for v in rect)
        corners = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]]).T
        seen = self.matrix @ corners
        xs, ys = (seen[:2] / seen[2]) * 72 / self.dpi
        return [round(float(v), 1) for v in (xs.min(), ys.min(), xs.max(), ys.max())]

    @classmethod
    def straight(cls) -> "Shot":
        """Of a page that no device has seen."""
        return cls(Image.new("L", (1, 1)), float(DPI), np.eye(3))


@dataclass(frozen=True)
class File:
    """The bytes, the ending of the name, the shots, and how far the pages are turned."""

    content: bytes
    ending: str
    shots: tuple[Shot, ...]
    turned: int

    def box(self, page: int, rect: Rect) -> list[float]:
        """A box of the sheet on page `page` (from 0) as a viewer shows it, in points."""
        shot = self.shots[page]
        wide, high = (side * 72 / shot.dpi for side in shot.image.size)
        x0, y0, x1, y1 = shot.box(rect)
        shown = {
            90: (high - y1, x0, high - y0, x1),
            180: (wide - x1, high - y1, wide - x0, high - y0),
            270: (y0, wide - x1, y1, wide - x0),
        }.get(self.turned, (x0, y0, x1, y1))
        return [round(v, 1) for v in shown]

    def with_pasted(self, page: int, ink: Ink) -> "File":
        """A picture put with a program on a scan that lies upright; else nothing is done."""
        if self.turned or self.ending != "pdf":
            return self
        return replace(self, content=_pasted_over(self.content, page, ink))


def scanned(pages: list[Pixels], kind: str, rng: Random) -> File:
    """The pages (RGB at 300 dpi) through one device, as one file."""
    device = _Device(kind, rng)
    shots = tuple(device.shot(page, k) for k, page in enumerate(pages))
    if kind == "phone-jpg":
        turned = rng.choices((0, 90, 180, 270), (4, 2, 1, 1))[0]
        return File(_jpeg(shots[0], turned, rng), "jpg", shots[:1], 0)
    turned = rng.choices((0, 90, 180, 270), (88, 4, 4, 4))[0]
    by_key = turned != 0 and rng.random() < 0.35
    images = [s.image.transpose(_TURN[turned]) if turned else s.image for s in shots]
    content = _pdf(images, shots[0].dpi, quality=device.quality)
    if by_key:
        content = _with_key(content, turned)
    return File(content, "pdf", shots, 0 if by_key else turned)


_TURN = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
# What a camera writes so that a viewer turns the picture upright again.
_EXIF = {0: 1, 90: 8, 180: 3, 270: 6}


class _Device:
    """One scanner with its habits; the skew differs from page to page."""

    def __init__(self, kind: str, rng: Random) -> None:
        self.kind, self.rng = kind, rng
        self.noise = np.random.default_rng(rng.getrandbits(32))
        self.quality = rng.randint(40, 62) if kind == "mfp-150" else rng.randint(66, 90)
        self.punched, self.stapled = rng.random() < 0.25, rng.random() < 0.2
        self.skew = min(abs(rng.gauss(0, 0.8)), 3.0) * rng.choice((-1, 1))
        if rng.random() < 0.06:
            self.skew = rng.uniform(2, 3) * rng.choice((-1, 1))
        self.fit = rng.choice((1.0, 1.0, 1.0, 0.985, 0.97))
        self.level = rng.uniform(0.93, 1.0)

    def shot(self, page: Pixels, number: int) -> Shot:
        grey = self.kind not in {"office-colour", "phone", "phone-jpg"}
        paper = page if not grey else cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
        paper = self._worn(np.ascontiguousarray(paper), first=number == 0)
        if self.kind.startswith("phone"):
            return self._photo(paper)
        wanted = {"g4-200": 200, "mfp-150": 150}.get(self.kind, 300)
        matrix = self._placed() * np.array([[wanted / DPI], [wanted / DPI], [1]])
        size = round(WIDTH / 72 * wanted), round(HEIGHT / 72 * wanted)
        if wanted < DPI:
            paper = np.asarray(cv2.GaussianBlur(paper, (0, 0), 0.42 * DPI / wanted))
        border = (255,) * 3 if self.rng.random() < 0.85 else (60,) * 3
        seen = cv2.warpPerspective(paper, matrix, size, flags=cv2.INTER_AREA, borderValue=border)
        return Shot(self._sensed(np.asarray(seen)), float(wanted), matrix)

    def _placed(self) -> Matrix:
        """Skewed round the middle, a little shrunk, a little off."""
        angle = math.radians(self.skew + self.rng.gauss(0, 0.15))
        c, s = math.cos(angle) * self.fit, math.sin(angle) * self.fit
        mx, my = WIDTH * SCALE / 2, HEIGHT * SCALE / 2
        dx, dy = self.rng.gauss(0, 12), self.rng.gauss(0, 12)
        return np.array(
            [[c, -s, mx - c * mx + s * my + dx], [s, c, my - s * mx - c * my + dy], [0, 0, 1]]
        )

    def _worn(self, paper: Pixels, *, first: bool) -> Pixels:
        """Holes in the margin, a staple's shadow."""
        dark = (70,) * 3 if self.kind != "office-colour" else (90, 85, 80)
        if self.punched:
            for down in (-0.5, 0.5):
                at = round(12 * DPI / 25.4), round(paper.shape[0] / 2 + down * 80 * DPI / 25.4)
                cv2.circle(paper, at, round(2.8 * DPI / 25.4), dark, -1, cv2.LINE_AA)
        if self.stapled and first:
            x, y = self.rng.randint(60, 160), self.rng.randint(60, 160)
            cv2.line(paper, (x, y), (x + 110, y - 60), dark, 7, cv2.LINE_AA)
        return paper

    def _sensed(self, seen: Pixels) -> Image.Image:
        if self.kind.startswith("g4"):
            return self._bilevel(seen)
        if self.kind == "poor-grey":
            return self._copied(seen)
        soft: Floats = cv2.GaussianBlur(seen, (0, 0), self.rng.uniform(0.5, 0.9)).astype(np.float32)
        ground = self.rng.uniform(0, 35)
        soft = ground + soft * (255 * self.level - ground) / 255
        soft += self._grain(seen.shape, self.rng.uniform(1.5, 4))
        if self.rng.random() < 0.6:
            soft = np.where(soft > 232, 255, soft)  # most devices wash the paper out
        return Image.fromarray(np.clip(soft, 0, 255).astype(np.uint8))

    def _bilevel(self, seen: Pixels) -> Image.Image:
        soft = cv2.GaussianBlur(seen, (0, 0), self.rng.uniform(0.6, 1.0)).astype(np.float32)
        soft += self._grain(seen.shape, self.rng.uniform(6, 16))
        black = soft < self.rng.uniform(140, 195)
        specks = self.noise.random(seen.shape, dtype=np.float32) < 2e-5
        return Image.fromarray(np.where(black | specks, 0, 255).astype(np.uint8)).convert("1")

    def _copied(self, seen: Pixels) -> Image.Image:
        """A copy of a copy on a worn machine: grey paper, streaks, specks, thick or thin ink."""
        soft: Floats = cv2.GaussianBlur(seen, (0, 0), self.rng.uniform(0.9, 1.6)).astype(np.float32)
        high, wide = seen.shape
        black, white = self.rng.uniform(30, 95), self.rng.uniform(195, 235)
        soft = black + soft * (white - black) / 255
        shade = self.noise.uniform(-14, 6, (6, 4)).astype(np.float32)
        soft += cv2.resize(shade, (wide, high), interpolation=cv2.INTER_CUBIC)
        for _ in range(self.rng.randint(0, 4)):
            x, thick = self.rng.randrange(wide), self.rng.randint(1, 5)
            soft[:, x : x + thick] -= self.rng.uniform(10, 45)
        soft += self._grain(seen.shape, self.rng.uniform(6, 13))
        for _ in range(self.rng.randint(20, 120)):
            at = self.rng.randrange(wide), self.rng.randrange(high)
            cv2.circle(soft, at, self.rng.randint(1, 3), self.rng.uniform(40, 140), -1)
        return Image.fromarray(np.clip(soft, 0, 255).astype(np.uint8))

    def _grain(self, shape: tuple[int, ...], sigma: float) -> NDArray[np.float32]:
        """One tile of noise repeated: quicker than noise for each pixel, and nobody sees it."""
        tile = self.noise.normal(0, sigma, (512, 512)).astype(np.float32)
        grain = np.tile(tile, (shape[0] // 512 + 1, shape[1] // 512 + 1))[: shape[0], : shape[1]]
        return grain if len(shape) == 2 else grain[:, :, None]

    def _photo(self, paper: Pixels) -> Shot:
        """On a desk, from nearly above, in uneven light."""
        high = self.rng.randint(2300, 3300)
        wide = round(high / 1.36)
        rim = self.rng.uniform(0.005, 0.045) * high
        source = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
        source *= np.array([paper.shape[1], paper.shape[0]], np.float32)
        goal = np.array(
            [[rim, rim], [wide - rim, rim], [wide - rim, high - rim], [rim, high - rim]],
            np.float32,
        ) + self._off(0.022 * high)
        matrix = np.asarray(cv2.getPerspectiveTransform(source, goal), dtype=np.float64)
        soft = cv2.GaussianBlur(paper, (0, 0), 0.8)
        desk = tuple(self.rng.uniform(40, 150) for _ in "rgb")
        seen: Floats = cv2.warpPerspective(
            soft, matrix, (wide, high), flags=cv2.INTER_AREA, borderValue=desk
        ).astype(np.float32)
        seen *= self._light(wide, high)[:, :, None]
        seen *= np.array([1.0, self.rng.uniform(0.95, 1), self.rng.uniform(0.86, 1)], np.float32)
        seen = cv2.GaussianBlur(seen, (0, 0), self.rng.uniform(0.4, 1.3))
        seen = seen + self._grain(seen.shape, self.rng.uniform(2, 6))
        image = Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8))
        return Shot(image, high / (HEIGHT / 72), matrix)

    def _off(self, most: float) -> NDArray[np.float32]:
        """The four corners lie off by so many pixels: nobody holds a phone straight."""
        return self.noise.uniform(-most, most, (4, 2)).astype(np.float32)

    def _light(self, wide: int, high: int) -> NDArray[np.float32]:
        coarse = self.noise.uniform(0.62, 0.98, (3, 3)).astype(np.float32)
        light = cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC)
        if self.rng.random() < 0.5:  # the shadow of a hand or a head
            ys, xs = np.mgrid[0:high, 0:wide].astype(np.float32)
            edge = (xs - self.rng.uniform(0.1, 0.9) * wide) + (ys - high / 2) * self.rng.gauss(0, 1)
            light *= 1 - self.rng.uniform(0.1, 0.3) / (1 + np.exp(-edge / (0.05 * wide)))
        return np.asarray(light, dtype=np.float32)


def _jpeg(shot: Shot, turned: int, rng: Random) -> bytes:
    """A photo as the phone sends it; the sensor lay `turned`, the EXIF key says so."""
    image = shot.image.transpose(_TURN[turned]) if turned else shot.image
    exif = Image.Exif()
    exif[0x0112] = _EXIF[turned]
    out = io.BytesIO()
    image.save(out, "JPEG", quality=rng.randint(70, 88), exif=exif)
    return out.getvalue()


def _pdf(images: list[Image.Image], dpi: float, *, quality: int) -> bytes:
    out = io.BytesIO()
    how = {} if images[0].mode == "1" else {"quality": quality}
    images[0].save(
        out, "PDF", resolution=dpi, save_all=True, append_images=images[1:],
        creationDate=MADE, modDate=MADE, producer="KONICA MINOLTA bizhub C308", **how,
    )  # fmt: skip
    return out.getvalue()


def _with_key(content: bytes, turned: int) -> bytes:
    """A page that lies on its side and says so, so that it is shown upright."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    for page in writer.pages:
        page[NameObject("/Rotate")] = NumberObject((360 - turned) % 360)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _pasted_over(content: bytes, page: int, ink: Ink) -> bytes:
    """A picture put on an upright scan with a program; the position is that of the sheet."""
    layer = io.BytesIO()
    canvas = Canvas(layer, pagesize=(WIDTH, HEIGHT), invariant=1)
    paste(canvas, ink)
    canvas.showPage()
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    writer.pages[page].merge_page(pypdf.PdfReader(layer).pages[0])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
