"""A PDF or an image file as pages: the picture as it is shown, and what its structure tells.

Promises: every file ends in pages or in UnreadableDocument; pixels are limited before decoding;
nothing in the file is run. Touches: the one file it is given. Trusts: nothing.
Limits: whether a page is a scan is told from structure (structure.py), not from texture.
"""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import pypdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray
from PIL import Image, ImageOps, ImageSequence

from inbox_daemon.core.values import DocumentKind
from inbox_daemon.reading.paper.deskew import reduced
from inbox_daemon.reading.paper.page import Page
from inbox_daemon.reading.paper.structure import Layout, layout_of

MAX_PIXELS: Final = 40_000_000
RENDER_DPI: Final = 300.0
# What cameras and screen shots write when they know no resolution.
SCREEN_DPI: Final = (72.0, 96.0)
MIN_DPI: Final = 60.0
# Above this a scan is drawn at 300 dpi: more pixels cost time and read no better.
FINEST_DPI: Final = 401.0
A4_INCHES: Final = (210 / 25.4, 297 / 25.4)
# A pixel counts as coloured when its channels differ by this much: JPEG noise stays below.
CHROMA: Final = 40
COLOURED_SHARE: Final = 2e-5
# Mean difference of grey between the embedded image and the page as rendered, at 36 dpi, and what
# a page full of ink adds: at most 1.5 over the scans at hand; 3.3 and more for a picture that is
# shifted by 1.4 mm, stretched by 3 % or of another page.
SAME_PICTURE: Final = 1.6
SAME_INK: Final = 0.06
LOOK_DPI: Final = 36.0
LOOK_TIMES: Final = 2
_TURNS: Final = {
    1: cv2.ROTATE_90_CLOCKWISE,
    2: cv2.ROTATE_180,
    3: cv2.ROTATE_90_COUNTERCLOCKWISE,
}
# Pixels of a picture may be this much higher than wide; more than this is nonsense in the file.
UNEVEN: Final = 0.02
MOST_UNEVEN: Final = 2.5
MAX_FIELDS: Final = 5_000
EDITORS: Final = re.compile(
    r"foxit|pdf-?xchange|nitro|pdfelement|sejda|smallpdf|ilovepdf|pdf24|pdfsam|quartz|acrobat"
    r"|libreoffice|word|itext|pypdf|pdf-lib|qoppa|pdftk|master pdf|xodo|drawboard|apple|preview",
    re.IGNORECASE,
)

Pixels = NDArray[np.uint8]


class UnreadableDocument(Exception):
    """The file gives no pages; `code` says why, for the wording table."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def pages_of(path: Path, *, page_limit: int, only: int | None = None) -> Iterator[Page]:
    """The pages of a PDF in order, one by one. Raises UnreadableDocument, also midway.

    With `only` no other page (from 1) is drawn, and none where the document ends before it.
    """
    document = _opened(path)
    try:
        if len(document) == 0:
            raise UnreadableDocument("leer")
        if len(document) > page_limit:
            raise UnreadableDocument("zu-viele-seiten")
        pasted: set[str] = set()
        for index in range(len(document)):
            if only in (None, index + 1):
                yield _page(document, index, pasted)
    except pdfium.PdfiumError as error:
        raise UnreadableDocument("pdf-beschaedigt") from error
    finally:
        document.close()


def notes_of(path: Path, *, scanned: bool) -> tuple[str, ...]:
    """What is odd about the file as a whole.

    `encrypted`, `javascript`, `changed-after-scan`, `digital-signature` (ISO 32000-1 12.8).

    `scanned` says whether its pages are scans, since only those can be changed afterwards.

    A second opinion only, by another parser than the one that draws the pages; where that parser
    fails, the answer is `structure-unread`.
    """
    untrusted_bytes = path.read_bytes()
    notes = []
    try:
        reader = pypdf.PdfReader(path, strict=False)
        if reader.is_encrypted:
            notes.append("encrypted")
        if _javascript(reader):
            notes.append("javascript")
        if _signed_fields(reader):
            notes.append("digital-signature")
        if scanned and _changed(untrusted_bytes, reader):
            notes.append("changed-after-scan")
    except Exception:  # noqa: BLE001 (pypdf raises anything on damaged files)
        notes.append("structure-unread")
    return tuple(notes)


def image_pages(path: Path, *, page_limit: int, only: int | None = None) -> Iterator[Page]:
    """The frames of an image file (JPEG, PNG, TIFF, …) as pages, turned as EXIF says.

    Without a believable resolution in the file the longer side is taken for the 297 mm of A4.
    With `only` as pages_of. Raises UnreadableDocument.
    """
    try:
        with Image.open(path) as image:
            frames = int(getattr(image, "n_frames", 1))
            if frames > page_limit:
                raise UnreadableDocument("zu-viele-seiten")  # noqa: TRY301 (caught as itself)
            for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
                if only in (None, number):
                    yield _frame(frame, number)
    except UnreadableDocument:
        raise
    except Image.DecompressionBombError as error:
        raise UnreadableDocument("zu-gross") from error
    except Exception as error:  # Pillow's plugins raise anything on damaged files
        raise UnreadableDocument("bild-beschaedigt") from error


def _opened(path: Path) -> Any:
    try:
        return pdfium.PdfDocument(str(path))
    except pdfium.PdfiumError as error:
        locked = error.err_code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY)
        code = "pdf-verschluesselt" if locked else "pdf-beschaedigt"
        raise UnreadableDocument("leer" if path.stat().st_size == 0 else code) from error


def _page(document: Any, index: int, pasted: set[str]) -> Page:
    """One page; `pasted` remembers the pictures that lay over the pages before."""
    page = document[index]
    try:
        layout = layout_of(page)
        again = () if pasted.isdisjoint(layout.pasted) else ("repeated-picture",)
        pasted.update(layout.pasted)
        if layout.pixels > MAX_PIXELS:
            raise UnreadableDocument("zu-gross")
        dpi = _render_dpi(page, layout)
        picture = _embedded(page, layout)
        if picture is None:
            picture = page.render(scale=dpi / 72).to_numpy()
        else:
            dpi = picture.shape[1] * 72 / page.get_width()
        dpi = _believable(dpi, picture.shape)
        grey, rgb = _grey_and_colour(picture)
        notes = tuple(dict.fromkeys((*layout.notes, *again)))
        return Page(number=index + 1, grey=grey, rgb=rgb, dpi=dpi, kind=layout.kind, notes=notes)
    finally:
        page.close()


def _believable(dpi: float, shape: tuple[int, ...]) -> float:
    """The resolution, but A4's for a page of unlikely size: some apps write one pixel a point."""
    inches = max(shape[:2]) / dpi
    return (
        dpi if A4_INCHES[0] / 2 <= inches <= 1.5 * A4_INCHES[1] else max(shape[:2]) / A4_INCHES[1]
    )


def _render_dpi(page: Any, layout: Layout) -> float:
    """The scan's own resolution within 150 to 300, less where the page would be too large."""
    wanted = min(max(layout.dpi or RENDER_DPI, RENDER_DPI / 2), RENDER_DPI)
    inches = page.get_width() * page.get_height() / 72**2
    dpi = wanted if inches <= 0 else min(wanted, float((MAX_PIXELS / inches) ** 0.5))
    if dpi < MIN_DPI:
        raise UnreadableDocument("zu-gross")
    return float(dpi)


def _embedded(page: Any, layout: Layout) -> Pixels | None:
    """The scanner's own pixels, when they are surely what the page shows; else None."""
    if layout.sole_image is None or (layout.dpi or 0) > FINEST_DPI:
        return None
    try:
        picture = layout.sole_image.get_bitmap(render=False).to_numpy()
    except (pdfium.PdfiumError, ValueError, RuntimeError):
        return None
    if picture.ndim not in (2, 3) or picture.dtype != np.uint8 or picture.size == 0:
        return None
    quarters = page.get_rotation() // 90
    # pdfium draws JPEG 2000 small from a smaller copy within the file, which lies a little beside.
    fine = "JPXDecode" in layout.sole_image.get_filters()
    shown = page.render(scale=max(LOOK_DPI, (layout.dpi or 0) * fine) / 72).to_numpy()
    if not _same(_upright(reduced(picture, LOOK_TIMES), quarters), shown):
        return None
    return _upright(picture, quarters)


def _upright(picture: Pixels, quarters: int) -> Pixels:
    """The picture turned clockwise by quarters, as /Rotate of a page says."""
    return np.asarray(cv2.rotate(picture, _TURNS[quarters]) if quarters else picture, np.uint8)


def _same(picture: Pixels, shown: Pixels) -> bool:
    """Whether the picture, brought to the same size, is the page as it was drawn."""
    small = cv2.resize(picture, shown.shape[1::-1], interpolation=cv2.INTER_AREA)
    drawn = _grey(shown)
    difference = cv2.absdiff(_grey(np.asarray(small)), drawn)
    ink = float(np.percentile(drawn[::4, ::4], 90)) - float(drawn.mean())
    return float(difference.mean()) <= SAME_PICTURE + SAME_INK * max(ink, 0.0)


def _grey(picture: NDArray[Any]) -> Pixels:
    if picture.ndim == 2 or picture.shape[2] == 1:  # noqa: PLR2004 (height and width only)
        return np.ascontiguousarray(picture.reshape(picture.shape[:2]))
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(picture[:, :, :3]), cv2.COLOR_BGR2GRAY))


def _grey_and_colour(picture: Pixels) -> tuple[Pixels, Pixels | None]:
    """Grey, and red-green-blue only if the page has colour; the input is blue-green-red."""
    grey = _grey(picture)
    if picture.ndim == 2 or picture.shape[2] < 3:  # noqa: PLR2004 (colour has three channels)
        return grey, None
    blue, green, red = (np.ascontiguousarray(picture[::2, ::2, channel]) for channel in range(3))
    spread = cv2.subtract(cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red))
    if np.count_nonzero(spread > CHROMA) <= COLOURED_SHARE * spread.size:
        return grey, None
    way = cv2.COLOR_BGR2RGB if picture.shape[2] == 3 else cv2.COLOR_BGRA2RGB  # noqa: PLR2004
    return grey, np.asarray(cv2.cvtColor(picture, way), np.uint8)


def _frame(frame: Image.Image, number: int) -> Page:
    across, down = _declared(frame)
    # A fax of 204 by 98 dots an inch: pixels are made square, as the sheet was.
    tall = across / down if across > 0 and down > 0 else 1.0
    if frame.width * frame.height * max(tall, 1 / tall) > MAX_PIXELS:
        raise UnreadableDocument("zu-gross")
    square = frame if abs(tall - 1) <= UNEVEN else _stretched(frame, tall)
    upright = ImageOps.exif_transpose(square)
    grey, rgb = _grey_and_colour(_on_white(upright))
    dpi = _dpi(upright.size, max(across, down))
    return Page(number=number, grey=grey, rgb=rgb, dpi=dpi, kind=DocumentKind.SCAN)


def _on_white(frame: Image.Image) -> Pixels:
    """The frame's pixels as blue, green, red, or as grey alone; what is clear becomes white."""
    if frame.mode in {"1", "L"} and "transparency" not in frame.info:
        return np.asarray(frame.convert("L"), np.uint8)
    flat = Image.new("RGB", frame.size, "white")
    clear = frame.convert("RGBA")
    flat.paste(clear, mask=clear.getchannel("A"))
    return np.asarray(flat, np.uint8)[:, :, ::-1]


def _declared(frame: Image.Image) -> tuple[float, float]:
    """Dots an inch across and down as the file says; zeros where it says nothing or nonsense."""
    try:
        across, down = (float(v) for v in frame.info.get("dpi", (0, 0)))
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0
    sane = across > 0 and down > 0 and 1 / MOST_UNEVEN <= across / down <= MOST_UNEVEN
    return (across, down) if sane else (0.0, 0.0)


def _stretched(frame: Image.Image, tall: float) -> Image.Image:
    """The frame with pixels made as high as wide, by adding rows or columns."""
    wide, high = frame.width * max(1 / tall, 1), frame.height * max(tall, 1)
    plain = frame.convert("L") if frame.mode == "1" else frame
    return plain.resize((round(wide), round(high)), Image.Resampling.BILINEAR)


def _dpi(size: tuple[int, int], declared: float) -> float:
    """The declared resolution if the sheet then has a believable size, else from A4."""
    return _believable(1.0 if declared <= 0 or declared in SCREEN_DPI else declared, size)


def _javascript(reader: pypdf.PdfReader) -> bool:
    root: Any = reader.trailer["/Root"].get_object()
    names: Any = root.get("/Names", {}).get_object() if "/Names" in root else {}
    action: Any = root.get("/OpenAction")
    opened = action.get_object() if action is not None else {}
    return "/JavaScript" in names or (isinstance(opened, dict) and "/JS" in opened)


def _signed_fields(reader: pypdf.PdfReader) -> bool:
    """Whether a field of the form holds a cryptographic signature: it has a range of bytes."""
    root: Any = reader.trailer["/Root"].get_object()
    form: Any = root.get("/AcroForm")
    waiting = list(form.get_object().get("/Fields", [])) if form is not None else []
    for _ in range(MAX_FIELDS):
        if not waiting:
            return False
        field: Any = waiting.pop().get_object()
        value: Any = field.get("/V")
        held = value.get_object() if value is not None else None
        if isinstance(held, dict) and "/ByteRange" in held:
            return True
        waiting += list(field.get("/Kids", []))
    return True


def _changed(untrusted_bytes: bytes, reader: pypdf.PdfReader) -> bool:
    """Saved again by an editing program after it was made: more sections than the maker writes.

    A linearised file has two sections from the start (ISO 32000-1, annex F).
    """
    sections = sum(1 for _ in islice(re.finditer(rb"startxref\s+\d+", untrusted_bytes), 9))
    linearised = b"/Linearized" in untrusted_bytes[:2048]
    if sections <= (2 if linearised else 1):
        return False
    about = reader.metadata
    if about is None:
        return False
    made, changed = about.creation_date, about.modification_date
    later = made is not None and changed is not None and made != changed
    programs = f"{about.producer or ''} {about.creator or ''}"
    return later or EDITORS.search(programs) is not None
