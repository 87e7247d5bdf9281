"""A scanner on a desk: printed sheet in, PDF as offices send it out.

Promises: the same bytes for the same sheet, kind and seed. Touches: nothing.
Trusts: sheet.py for A4 at 300 dpi; libjpeg and libtiff of the pinned Pillow.
Limits: mild, everyday defects only; one picture a page, no text layer (PDF 1.4, ISO 32000-1).
"""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from samples.sheet import DPI

Grey = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One way of scanning. `mode` is a Pillow mode: 1 (CCITT group 4), L or RGB (JPEG)."""

    dpi: int
    mode: str
    skew_deg: float = 0.4
    blur: float = 0.6
    noise: float = 2.5
    quality: int = 45
    gain: float = 1.03
    edge: bool = False


GREY_300 = Kind(dpi=300, mode="L", skew_deg=0.5, blur=0.9, quality=24)
GREY_200 = Kind(dpi=200, mode="L", skew_deg=0.7, blur=0.8, quality=26, edge=True)
COLOUR_200 = Kind(dpi=200, mode="RGB", skew_deg=0.4, blur=0.8, quality=30)
FAX_300 = Kind(dpi=300, mode="1", skew_deg=0.6, blur=0.9, noise=9.0)
OFFICE_150 = Kind(dpi=150, mode="L", skew_deg=0.9, blur=0.5, quality=40, gain=1.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One page as it comes from the scanner: encoded picture and its size in pixels."""

    payload: bytes
    width: int
    height: int
    kind: Kind


def scan(sheet: Image.Image, kind: Kind, seed: int) -> Scan:
    """One pass over the glass: askew, a little soft, a little dirty, then compressed."""
    rng = np.random.default_rng(seed)
    skew = kind.skew_deg * rng.uniform(0.45, 1.0) * rng.choice((-1, 1))
    page = sheet.convert("RGB" if kind.mode == "RGB" else "L")
    white = (255, 255, 255) if page.mode == "RGB" else 255
    page = page.rotate(skew, Image.Resampling.BICUBIC, fillcolor=white)
    page = page.filter(ImageFilter.GaussianBlur(kind.blur * DPI / 300))
    size = (round(page.width * kind.dpi / DPI), round(page.height * kind.dpi / DPI))
    page = page.resize(size, Image.Resampling.LANCZOS)
    pixels = np.asarray(page, dtype=np.float64)
    return _encoded(_developed(pixels, kind, rng), kind)


def pdf_of(scans: list[Scan]) -> bytes:
    """A PDF with one full-page picture a page, as multifunction devices write it."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 3 * n} 0 R" for n in range(len(scans)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(scans)} >>".encode())
    objects.append(b"<< /Producer (Office Scanner 3.1) /CreationDate (D:20220718080000+02'00') >>")
    for number, page in enumerate(scans):
        objects += _page_objects(page, 4 + 3 * number)
    return _file_of(objects)


def photo(sheet: Image.Image, seed: int) -> bytes:
    """The sheet on a desk, taken with a telephone: a JPEG, tilted, with a falling light."""
    rng = np.random.default_rng(seed)
    width, height = 1650, 2200
    paper = sheet.convert("RGB").resize((1500, 2121), Image.Resampling.LANCZOS)
    desk = Image.new("RGB", (width, height), (112, 92, 74))
    coefficients = _perspective(((48, 40), (1608, 62), (1590, 2168), (70, 2150)), (1500, 2121))
    warp = Image.Transform.PERSPECTIVE
    view = paper.transform((width, height), warp, coefficients, Image.Resampling.BICUBIC)
    cover = Image.new("L", paper.size, 255).transform((width, height), warp, coefficients)
    desk.paste(view, (0, 0), cover)
    light = (
        np.linspace(1.0, 0.8, width)[None, :, None] * np.linspace(0.95, 1.0, height)[:, None, None]
    )
    pixels = np.asarray(desk, dtype=np.float64) * light * (1.0, 0.985, 0.94)
    soft = Image.fromarray(
        np.clip(pixels + rng.normal(0, 2, pixels.shape), 0, 255).astype(np.uint8)
    )
    return _jpeg(soft.filter(ImageFilter.GaussianBlur(0.6)), 46, 72)


def _developed(pixels: Grey, kind: Kind, rng: np.random.Generator) -> Grey:
    """Uneven light, noise, dust; near-white is clipped to white, as every scanner does."""
    height, width = pixels.shape[:2]
    light = np.linspace(1.0, rng.uniform(0.97, 0.995), width)[None, :]
    light = light * np.linspace(rng.uniform(0.98, 1.0), 1.0, height)[:, None]
    noise = rng.normal(0, kind.noise, (height, width))
    if pixels.ndim == 3:
        light, noise = light[:, :, None], noise[:, :, None]
    developed = (pixels * light + noise) * kind.gain
    for _ in range(14):
        y, x = int(rng.integers(height)), int(rng.integers(width))
        spot = int(rng.integers(1, 4))
        developed[y : y + spot, x : x + spot] -= rng.uniform(60, 160)
    if kind.edge:
        developed[:, : int(rng.integers(4, 9))] -= 90
    developed[developed > 240] = 255
    return np.clip(developed, 0, 255)


def _encoded(pixels: Grey, kind: Kind) -> Scan:
    height, width = pixels.shape[:2]
    picture = Image.fromarray(pixels.astype(np.uint8))
    if kind.mode == "1":
        payload = _group4(picture.point(lambda v: 0 if v > 168 else 255).convert("1"))
    else:
        payload = _jpeg(picture, kind.quality, kind.dpi)
    return Scan(payload=payload, width=width, height=height, kind=kind)


def _jpeg(picture: Image.Image, quality: int, dpi: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=True, dpi=(dpi, dpi))
    return buffer.getvalue()


def _group4(picture: Image.Image) -> bytes:
    """The bare CCITT group 4 data (ITU-T T.6) of a picture in which ink is set, from a TIFF."""
    buffer = io.BytesIO()
    rows = {278: picture.height}
    picture.save(buffer, "TIFF", compression="group4", tiffinfo=rows)
    with Image.open(buffer) as tiff:
        tags = getattr(tiff, "tag_v2")  # noqa: B009 - only TIFF pictures have it
        start, length = tags[273][0], tags[279][0]
    return buffer.getvalue()[start : start + length]


def _page_objects(page: Scan, number: int) -> list[bytes]:
    width, height = page.width * 72 / page.kind.dpi, page.height * 72 / page.kind.dpi
    paint = f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Im0 Do Q".encode()
    leaf = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.2f} {height:.2f}] "
        f"/Contents {number + 1} 0 R /Resources << /XObject << /Im0 {number + 2} 0 R >> >> >>"
    )
    colours = "/DeviceRGB" if page.kind.mode == "RGB" else "/DeviceGray"
    head = f"/Type /XObject /Subtype /Image /Width {page.width} /Height {page.height} "
    if page.kind.mode == "1":
        head += "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode "
        head += f"/DecodeParms << /K -1 /Columns {page.width} /Rows {page.height} >>"
    else:
        head += f"/ColorSpace {colours} /BitsPerComponent 8 /Filter /DCTDecode"
    return [leaf.encode(), _stream(b"", paint), _stream(head.encode() + b" ", page.payload)]


def _stream(head: bytes, payload: bytes) -> bytes:
    length = b"<< " + head + f"/Length {len(payload)} >>\nstream\n".encode()
    return length + payload + b"\nendstream"


def _file_of(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    start, count = len(out), len(objects) + 1
    out += f"xref\n0 {count}\n0000000000 65535 f \n{table}".encode()
    out += f"trailer\n<< /Size {count} /Root 1 0 R /Info 3 0 R >>\n".encode()
    return bytes(out + f"startxref\n{start}\n%%EOF\n".encode())


def _perspective(corners: tuple[tuple[int, int], ...], size: tuple[int, int]) -> tuple[float, ...]:
    """The eight numbers that carry the four corners in the view back to the flat sheet."""
    flat = ((0, 0), (size[0], 0), size, (0, size[1]))
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, flat, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return tuple(np.linalg.solve(np.array(rows, float), np.array(values, float)))
