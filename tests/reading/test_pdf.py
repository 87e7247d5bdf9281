"""PDFs and images as pages: kind and notes from structure, and an answer for every hostile file."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdf
import pytest
from PIL import Image
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from inbox_daemon.core.values import DocumentKind
from inbox_daemon.reading.paper import pdf as paper_pdf
from inbox_daemon.reading.paper.page import Page
from inbox_daemon.reading.paper.pdf import UnreadableDocument, image_pages, notes_of, pages_of

A4 = (595.2756, 841.8898)
HOSTILE = Path(__file__).parents[3] / "shared" / "data" / "hostile" / "pdf"

Draw = Callable[[canvas.Canvas], None]


def sheet(
    width: int = 1240, height: int = 1754, colour: tuple[int, int, int] = (20, 20, 20)
) -> Image.Image:
    """A picture of paper with a dark block in its upper left corner."""
    paper = np.full((height, width, 3), 245, np.uint8)
    paper[40:240, 40:340] = colour
    return Image.fromarray(paper)


def pdf(path: Path, *draws: Draw, pages: int = 1) -> Path:
    paper = canvas.Canvas(str(path), pagesize=A4, invariant=True)
    for _ in range(pages):
        for draw in draws:
            draw(paper)
        paper.showPage()
    paper.save()
    return path


def scan(paper: canvas.Canvas) -> None:
    paper.drawImage(ImageReader(sheet()), 0, 0, *A4)


def print_(paper: canvas.Canvas) -> None:
    paper.drawString(60, 700, "Antrag auf Gewährung einer Zuwendung")


def hidden_text(paper: canvas.Canvas) -> None:
    text = paper.beginText(60, 700)
    text.setTextRenderMode(3)
    text.textLine("Antrag")
    paper.drawText(text)


def picture(paper: canvas.Canvas) -> None:
    paper.drawImage(ImageReader(sheet(301, 97)), 200, 150, 151.3, 47.7)


def strokes(paper: canvas.Canvas) -> None:
    path = paper.beginPath()
    path.moveTo(200, 150)
    for step in range(12):
        x = 200 + 10 * step
        path.curveTo(x, 190, x + 5, 120, x + 10, 150)
    paper.drawPath(path)


def frame(paper: canvas.Canvas) -> None:
    paper.rect(100, 100, 300, 50)


@pytest.mark.parametrize(
    ("draws", "kind", "notes"),
    [
        ((scan,), DocumentKind.SCAN, ()),
        ((scan, hidden_text), DocumentKind.SCAN, ()),
        ((print_, scan), DocumentKind.SCAN, ()),
        ((scan, picture), DocumentKind.MIXED, ("pasted-picture",)),
        ((scan, strokes), DocumentKind.MIXED, ("vector-strokes",)),
        ((scan, print_), DocumentKind.MIXED, ()),
        ((print_, frame), DocumentKind.BORN_DIGITAL, ()),
        ((print_, picture), DocumentKind.BORN_DIGITAL, ("pasted-picture",)),
        ((print_, strokes), DocumentKind.BORN_DIGITAL, ("vector-strokes",)),
    ],
)
def test_the_kind_of_a_page_is_told_by_what_it_is_made_of(
    tmp_path: Path, draws: tuple[Draw, ...], kind: DocumentKind, notes: tuple[str, ...]
) -> None:
    (page,) = pages_of(pdf(tmp_path / "a.pdf", *draws), page_limit=5)
    assert page.kind is kind
    assert page.notes == notes


def test_strips_of_one_scan_are_a_scan(tmp_path: Path) -> None:
    """Office devices split a page into strips on one grid of pixels."""

    def strips(paper: canvas.Canvas) -> None:
        whole = sheet(1240, 1760)
        high = A4[1] / 4
        for part in range(4):
            piece = whole.crop((0, part * 440, 1240, part * 440 + 440))
            paper.drawImage(ImageReader(piece), 0, A4[1] - (part + 1) * high, A4[0], high)

    (page,) = pages_of(pdf(tmp_path / "a.pdf", strips), page_limit=5)
    assert page.kind is DocumentKind.SCAN
    assert page.notes == ()


def test_a_scan_keeps_its_own_pixels(tmp_path: Path) -> None:
    (page,) = pages_of(pdf(tmp_path / "a.pdf", scan), page_limit=5)
    assert page.grey.shape == (1754, 1240)
    assert page.dpi == pytest.approx(150, abs=0.5)
    assert page.rgb is None
    assert page.box(0, 0, 1240, 1754).y1 == pytest.approx(842, abs=1)


def test_colour_is_kept_only_where_it_is(tmp_path: Path) -> None:
    def blue(paper: canvas.Canvas) -> None:
        paper.drawImage(ImageReader(sheet(colour=(30, 40, 180))), 0, 0, *A4)

    (page,) = pages_of(pdf(tmp_path / "a.pdf", blue), page_limit=5)
    assert page.rgb is not None
    assert page.rgb[100, 100].tolist() == pytest.approx([30, 40, 180], abs=12)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_is_seen_as_it_is_shown(tmp_path: Path, turn: int) -> None:
    """Whether its own pixels are taken or it is drawn, the turned page is the same picture."""
    reader = pypdf.PdfReader(pdf(tmp_path / "a.pdf", scan))
    writer = pypdf.PdfWriter()
    writer.add_page(reader.pages[0]).rotate(turn)
    writer.write(tmp_path / "b.pdf")
    (page,) = pages_of(tmp_path / "b.pdf", page_limit=5)
    high, wide = page.grey.shape
    assert (high > wide) is (turn in (0, 180))
    corners = [page.grey[60, 60], page.grey[60, -60], page.grey[-60, -60], page.grey[-60, 60]]
    assert int(np.argmin(corners)) == turn // 90


@pytest.mark.parametrize(
    ("subtype", "note"),
    [("/Ink", "ink-annotation"), ("/Stamp", "stamp-annotation"), ("/Widget", "widget-appearance")],
)
def test_annotations_are_named(tmp_path: Path, subtype: str, note: str) -> None:
    writer = pypdf.PdfWriter(clone_from=pdf(tmp_path / "a.pdf", scan))
    mark = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject(subtype),
            NameObject("/Rect"): ArrayObject([FloatObject(v) for v in (100, 100, 200, 150)]),
            NameObject("/F"): NumberObject(4),
        }
    )
    page = writer.pages[0]
    page[NameObject("/Annots")] = ArrayObject([writer._add_object(mark)])
    writer.write(tmp_path / "b.pdf")
    (seen,) = pages_of(tmp_path / "b.pdf", page_limit=5)
    assert note in seen.notes


def test_too_many_pages_are_refused(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", print_, pages=6)
    assert len(list(pages_of(path, page_limit=6))) == 6
    with pytest.raises(UnreadableDocument) as caught:
        next(pages_of(path, page_limit=5))
    assert caught.value.code == "zu-viele-seiten"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "leer"), (b"%PDF-1.7 nothing", "pdf-beschaedigt"), (b"hello", "pdf-beschaedigt")],
)
def test_what_is_no_pdf_has_a_code(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    with pytest.raises(UnreadableDocument) as caught:
        next(pages_of(path, page_limit=5))
    assert caught.value.code == code


@pytest.mark.parametrize(("password", "readable"), [("", True), ("geheim", False)])
def test_encryption_with_an_empty_password_is_read(
    tmp_path: Path, password: str, *, readable: bool
) -> None:
    writer = pypdf.PdfWriter(clone_from=pdf(tmp_path / "a.pdf", scan))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    path = tmp_path / "b.pdf"
    writer.write(path)
    if readable:
        assert len(list(pages_of(path, page_limit=5))) == 1
        assert "encrypted" in notes_of(path, scanned=True)
    else:
        with pytest.raises(UnreadableDocument) as caught:
            next(pages_of(path, page_limit=5))
        assert caught.value.code == "pdf-verschluesselt"


def test_a_change_after_scanning_is_noted(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", scan)
    assert notes_of(path, scanned=True) == ()
    writer = pypdf.PdfWriter(path, incremental=True)
    writer.add_metadata({"/Producer": "Foxit PDF Editor"})
    changed = tmp_path / "b.pdf"
    writer.write(changed)
    assert "changed-after-scan" in notes_of(changed, scanned=True)
    assert notes_of(changed, scanned=False) == ()


def test_javascript_is_noted(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=pdf(tmp_path / "a.pdf", print_))
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    writer.write(tmp_path / "b.pdf")
    assert notes_of(tmp_path / "b.pdf", scanned=False) == ("javascript",)


def image(path: Path) -> Page:
    (page,) = image_pages(path, page_limit=5)
    return page


def test_a_photo_is_turned_as_exif_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    sheet(400, 600).save(tmp_path / "a.jpg", exif=exif)
    page = image(tmp_path / "a.jpg")
    assert page.grey.shape == (400, 600)
    assert page.dpi == pytest.approx(600 / (297 / 25.4))
    assert page.kind is DocumentKind.SCAN


@pytest.mark.parametrize(("declared", "expected"), [(150, 150), (1, 150), (9999, 150)])
def test_a_resolution_is_believed_only_for_a_sheet(
    tmp_path: Path, declared: int, expected: float
) -> None:
    sheet().save(tmp_path / "a.png", dpi=(declared, declared))
    assert image(tmp_path / "a.png").dpi == pytest.approx(expected, abs=1)


def test_the_frames_of_a_tiff_are_pages(tmp_path: Path) -> None:
    frames = [sheet(200, 300).convert("1") for _ in range(3)]
    frames[0].save(
        tmp_path / "a.tif", save_all=True, append_images=frames[1:], compression="group4"
    )
    assert [p.number for p in image_pages(tmp_path / "a.tif", page_limit=3)] == [1, 2, 3]
    with pytest.raises(UnreadableDocument) as caught:
        list(image_pages(tmp_path / "a.tif", page_limit=2))
    assert caught.value.code == "zu-viele-seiten"


def test_a_picture_that_claims_to_be_huge_is_not_decoded(tmp_path: Path) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    path = tmp_path / "a.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(UnreadableDocument) as caught:
        image(path)
    assert caught.value.code == "zu-gross"


def test_one_row_more_than_the_limit_of_pixels_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_pdf, "MAX_PIXELS", 400 * 600)
    for high, within in ((600, True), (601, False)):
        path = tmp_path / f"{high}.png"
        Image.new("L", (400, high), 200).save(path)
        if within:
            assert len(list(image_pages(path, page_limit=5))) == 1
            continue
        with pytest.raises(UnreadableDocument, match="zu-gross"):
            list(image_pages(path, page_limit=5))


@pytest.mark.parametrize("content", [b"", b"nothing", b"\x89PNG\r\n\x1a\n", b"II*\0" + bytes(20)])
def test_what_is_no_image_has_a_code(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(UnreadableDocument) as caught:
        image(path)
    assert caught.value.code == "bild-beschaedigt"


def test_a_cut_off_photo_has_a_code(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    sheet(400, 600).save(buffer, "JPEG")
    path = tmp_path / "a.jpg"
    path.write_bytes(buffer.getvalue()[:2000])
    with pytest.raises(UnreadableDocument) as caught:
        image(path)
    assert caught.value.code == "bild-beschaedigt"


@pytest.mark.skipif(
    not HOSTILE.is_dir(), reason="the shared hostile PDFs are not beside the project"
)
@pytest.mark.full
def test_every_hostile_file_ends_in_pages_or_a_code() -> None:
    codes = {"pdf-verschluesselt", "pdf-beschaedigt", "zu-viele-seiten", "zu-gross", "leer"}
    for path in sorted(HOSTILE.glob("*.pdf")):
        notes_of(path, scanned=True)
        assert _outcome(path) in {"pages", *codes}, path.name


def _outcome(path: Path) -> str:
    try:
        return "pages" if list(pages_of(path, page_limit=50)) else "nothing"
    except UnreadableDocument as error:
        return error.code
