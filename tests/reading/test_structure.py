"""The PDF gate on pages made by hand: what is a scan, what is laid over one, what was coded how."""

import io
from pathlib import Path

import numpy as np
import pypdf
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps, TiffImagePlugin
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from inbox_daemon.core.values import DocumentKind
from inbox_daemon.reading.paper.jbig2 import uses_symbols
from inbox_daemon.reading.paper.page import Page
from inbox_daemon.reading.paper.pdf import notes_of, pages_of

A4 = (595.2756, 841.8898)
SIZE = (1240, 1754)
Values = dict[str, PdfObject]


def sheet(size: tuple[int, int] = SIZE) -> Image.Image:
    """A page with lines of dark marks and a block in its upper left corner."""
    paper = Image.new("L", size, 255)
    draw = ImageDraw.Draw(paper)
    for row in range(size[1] // 10, size[1] - size[1] // 10, size[1] // 40):
        for column in range(size[0] // 10, size[0] - size[0] // 8, size[0] // 30):
            high = 6 + (row * 7 + column * 3) % 11
            draw.rectangle((column, row, column + size[0] // 60, row + high), fill=20)
    draw.rectangle((20, 20, size[0] // 6, size[1] // 12), fill=0)
    return paper


def number(value: float) -> PdfObject:
    return NumberObject(value) if float(value).is_integer() else FloatObject(value)


def numbers(*values: float) -> ArrayObject:
    return ArrayObject([number(v) for v in values])


def picture(content: bytes, size: tuple[int, int], coding: str, **more: PdfObject) -> StreamObject:
    """An image XObject around bytes that are coded already."""
    entry = StreamObject()
    entry.set_data(content)
    entry.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(size[0]),
            NameObject("/Height"): NumberObject(size[1]),
            NameObject("/Filter"): NameObject(f"/{coding}"),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/ColorSpace"): NameObject("/DeviceGray"),
        }
    )
    entry.update({NameObject(f"/{name}"): value for name, value in more.items()})
    return entry


def jpeg(image: Image.Image, **more: PdfObject) -> StreamObject:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=92)
    if image.mode == "RGB":
        more["ColorSpace"] = NameObject("/DeviceRGB")
    return picture(buffer.getvalue(), image.size, "DCTDecode", **more)


def jpx(image: Image.Image) -> StreamObject:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG2000", irreversible=False)
    return picture(buffer.getvalue(), image.size, "JPXDecode")


def fax(image: Image.Image) -> bytes:
    """The picture in the coding of fax group 4 (T.6), as one strip, 1 for black."""
    buffer = io.BytesIO()
    one_bit = ImageOps.invert(image).convert("1", dither=Image.Dither.NONE)
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[278] = image.size[1]
    one_bit.save(buffer, "TIFF", compression="group4", tiffinfo=tags)
    with Image.open(io.BytesIO(buffer.getvalue())) as tiff:
        assert isinstance(tiff, TiffImagePlugin.TiffImageFile)
        (start,), (length,) = tiff.tag_v2[273], tiff.tag_v2[279]
    return buffer.getvalue()[start : start + length]


def g4(image: Image.Image, **more: PdfObject) -> StreamObject:
    parameters = DictionaryObject(
        {
            NameObject("/K"): NumberObject(-1),
            NameObject("/Columns"): NumberObject(image.size[0]),
            NameObject("/Rows"): NumberObject(image.size[1]),
        }
    )
    traits: Values = {"BitsPerComponent": NumberObject(1), "DecodeParms": parameters, **more}
    return picture(fax(image), image.size, "CCITTFaxDecode", **traits)


def segment(index: int, kind: int, content: bytes, *, page: int = 1) -> bytes:
    """One segment of a JBIG2 stream that refers to no other (T.88 7.2)."""
    head = index.to_bytes(4, "big") + bytes([kind, 0, page])
    return head + len(content).to_bytes(4, "big") + content


def jbig2(image: Image.Image, *more: bytes) -> StreamObject:
    """Page information and one generic region coded as in group 4 (T.88 6.2.6), lossless."""
    wide, high = (v.to_bytes(4, "big") for v in image.size)
    about = wide + high + bytes(8) + bytes([0]) + bytes(2)
    region = wide + high + bytes(8) + bytes([0]) + bytes([1]) + fax(image)
    content = segment(0, 48, about) + b"".join(more) + segment(9, 38, region)
    return picture(content, image.size, "JBIG2Decode", BitsPerComponent=NumberObject(1))


Placed = tuple[StreamObject, tuple[float, float, float, float]]


def written(
    path: Path,
    *pages: list[Placed],
    size: tuple[float, float] = A4,
    traits: Values | None = None,
    before: str = "",
) -> Path:
    """A PDF with pictures, each at left, bottom, width, height in points."""
    writer = pypdf.PdfWriter()
    for placed in pages:
        page = writer.add_blank_page(*size)
        names = DictionaryObject()
        drawn = [before]
        for index, (image, (x, y, wide, high)) in enumerate(placed):
            if "/SMask" in image:
                image[NameObject("/SMask")] = writer._add_object(image["/SMask"])
            names[NameObject(f"/I{index}")] = writer._add_object(image)
            drawn.append(f"q {wide} 0 0 {high} {x} {y} cm /I{index} Do Q")
        content = StreamObject()
        content.set_data("\n".join(drawn).encode())
        page[NameObject("/Contents")] = writer._add_object(content)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): names})
        page.update({NameObject(f"/{name}"): value for name, value in (traits or {}).items()})
    writer.write(path)
    return path


def seen(path: Path) -> Page:
    (page,) = pages_of(path, page_limit=5)
    return page


FULL = (0.0, 0.0, *A4)
FIELD = (300.3, 120.7, 150.0, 50.0)


def black(image: Image.Image) -> NDArray[np.bool_]:
    return np.asarray(np.asarray(image.convert("1", dither=Image.Dither.NONE)) == 0)


@pytest.mark.parametrize("coded", [g4, jbig2, jpx], ids=lambda f: f.__name__)
def test_a_scan_in_any_coding_gives_its_own_pixels(tmp_path: Path, coded: object) -> None:
    assert callable(coded)
    page = seen(written(tmp_path / "a.pdf", [(coded(sheet()), FULL)]))
    assert (page.kind, page.notes) == (DocumentKind.SCAN, ())
    assert page.grey.shape == SIZE[::-1]
    assert np.array_equal(page.grey < 128, black(sheet()))


def test_a_grey_jpeg_gives_its_own_pixels(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    sheet().save(buffer, "JPEG", quality=92)
    page = seen(written(tmp_path / "a.pdf", [(jpeg(sheet()), FULL)]))
    off = np.abs(page.grey.astype(int) - np.asarray(Image.open(buffer)).astype(int))
    assert off.max() <= 1


@pytest.mark.parametrize("kind", [0, 4, 6, 7])
def test_symbols_of_jbig2_are_noted_and_the_pixels_taken(tmp_path: Path, kind: int) -> None:
    """An 8 may be drawn with the symbol of a 6: an amount then needs a second source."""
    content = bytes(jbig2(sheet()).get_data())
    assert not uses_symbols(content)
    assert uses_symbols(segment(1, kind, b"") + content)
    assert uses_symbols(content[:-1])
    assert uses_symbols(b"\0\0\0")


def test_a_page_with_symbols_carries_the_note(tmp_path: Path) -> None:
    nothing = bytes([0, 0, 3, 255, 253, 255, 2, 254, 254, 254]) + bytes(8) + b"\xff\xac"
    page = seen(written(tmp_path / "a.pdf", [(jbig2(sheet(), segment(3, 0, nothing)), FULL)]))
    assert page.notes == ("jbig2-symbols",)
    assert page.kind is DocumentKind.SCAN


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_gives_its_pixels_turned(tmp_path: Path, turn: int) -> None:
    path = written(tmp_path / "a.pdf", [(g4(sheet()), FULL)], traits={"Rotate": number(turn)})
    expected = np.rot90(black(sheet()), k=-turn // 90)
    assert np.array_equal(seen(path).grey < 128, expected)


def test_a_crop_that_starts_elsewhere_is_what_is_shown(tmp_path: Path) -> None:
    """The picture fills the crop box, which does not start at zero."""
    whole = (100.0, 50.0, *A4)
    path = written(
        tmp_path / "a.pdf",
        [(g4(sheet()), whole)],
        size=(800, 1000),
        traits={"CropBox": numbers(100, 50, 100 + A4[0], 50 + A4[1])},
    )
    page = seen(path)
    assert page.kind is DocumentKind.SCAN
    assert np.array_equal(page.grey < 128, black(sheet()))


def test_a_crop_of_half_the_picture_shows_that_half(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.pdf",
        [(g4(sheet()), FULL)],
        traits={"CropBox": numbers(0, A4[1] / 2, A4[0], A4[1])},
    )
    page = seen(path)
    assert page.grey.shape[1] / page.grey.shape[0] == pytest.approx(2 * A4[0] / A4[1], rel=0.01)
    assert page.grey[60, 60] < 60
    assert float((page.grey[-60:] < 128).mean()) > 0.01


@pytest.mark.parametrize("clip", ["0 421 596 421 re W n", "0 0 297 842 re W n"])
def test_a_picture_cut_by_a_clip_is_drawn_not_taken(tmp_path: Path, clip: str) -> None:
    page = seen(written(tmp_path / "a.pdf", [(g4(sheet()), FULL)], before=clip))
    hidden = page.grey[-400:] if clip.startswith("0 421") else page.grey[:, -300:]
    assert int(hidden.min()) == 255


def test_pixels_higher_than_wide_are_drawn_square(tmp_path: Path) -> None:
    """A fax of normal fineness: 204 dots an inch across, 98 down."""
    page = seen(written(tmp_path / "a.pdf", [(g4(sheet((1686, 1146))), FULL)]))
    high, wide = page.grey.shape
    assert high / wide == pytest.approx(A4[1] / A4[0], rel=0.01)
    assert page.kind is DocumentKind.SCAN


def test_the_frames_of_a_fax_become_square(tmp_path: Path) -> None:
    sheet((1686, 1146)).convert("1").save(tmp_path / "a.tif", dpi=(204, 98), compression="group4")
    from inbox_daemon.reading.paper.pdf import image_pages  # noqa: PLC0415

    (page,) = image_pages(tmp_path / "a.tif", page_limit=2)
    assert page.grey.shape[0] / page.grey.shape[1] == pytest.approx(A4[1] / A4[0], rel=0.02)
    assert page.dpi == pytest.approx(204, abs=1)


def test_a4_copied_onto_a5_keeps_the_resolution_of_the_paper(tmp_path: Path) -> None:
    a5 = (A4[0] * 0.7071, A4[1] * 0.7071)
    path = written(tmp_path / "a.pdf", [(g4(sheet()), (0, 0, *a5))], size=a5)
    assert seen(path).dpi == pytest.approx(SIZE[0] / (148.5 / 25.4), rel=0.02)


def test_layers_of_an_office_device_are_one_scan(tmp_path: Path) -> None:
    """Coarse background, two stencils of text on its grid (mixed raster content, T.44)."""
    ground = jpeg(sheet().resize((SIZE[0] // 2, SIZE[1] // 2)))
    traits: Values = {"ImageMask": pypdf.generic.BooleanObject(value=True)}
    dots = (A4[0] / SIZE[0], A4[1] / SIZE[1])
    mask, part = g4(sheet(), **traits), g4(sheet().crop((0, 0, 400, 200)), **traits)
    del mask[NameObject("/ColorSpace")], part[NameObject("/ColorSpace")]
    corner = (100 * dots[0], A4[1] - 700 * dots[1], 400 * dots[0], 200 * dots[1])
    page = seen(written(tmp_path / "a.pdf", [(ground, FULL), (mask, FULL), (part, corner)]))
    assert (page.kind, page.notes) == (DocumentKind.SCAN, ())
    assert float((page.grey < 128).mean()) > 0.02


def ink(*, alpha: bool) -> StreamObject:
    strokes = Image.new("RGB", (600, 200), (255, 255, 255))
    ImageDraw.Draw(strokes).line([(20, 150), (200, 20), (300, 180), (560, 60)], fill=(20, 30, 160))
    mask = strokes.convert("L").point(lambda v: 255 - v)
    return jpeg(strokes, **({"SMask": jpeg(mask)} if alpha else {}))


@pytest.mark.parametrize("alpha", [True, False])
@pytest.mark.parametrize("on_grid", [True, False])
def test_a_picture_over_a_scan_is_pasted_also_on_its_grid(
    tmp_path: Path, *, alpha: bool, on_grid: bool
) -> None:
    dots = (A4[0] / SIZE[0], A4[1] / SIZE[1])
    exact = (500 * dots[0], A4[1] - 1400 * dots[1], 600 * dots[0], 200 * dots[1])
    placed: list[Placed] = [(jpeg(sheet()), FULL), (ink(alpha=alpha), exact if on_grid else FIELD)]
    page = seen(written(tmp_path / "a.pdf", placed))
    assert page.kind is DocumentKind.MIXED
    assert "pasted-picture" in page.notes


def test_the_same_picture_twice_is_noted_on_one_page_and_on_two(tmp_path: Path) -> None:
    scan, low = (jpeg(sheet()), FULL), (60.2, 60.4, 150.0, 50.0)
    once: list[Placed] = [scan, (ink(alpha=True), FIELD)]
    page = seen(written(tmp_path / "a.pdf", [*once, (ink(alpha=True), low)]))
    assert "repeated-picture" in page.notes
    first, second = pages_of(written(tmp_path / "b.pdf", once, once), page_limit=5)
    assert "repeated-picture" not in first.notes
    assert "repeated-picture" in second.notes


@pytest.mark.parametrize(
    ("subtype", "note"),
    [
        ("/Ink", "ink-annotation"),
        ("/Square", "ink-annotation"),
        ("/Stamp", "stamp-annotation"),
        ("/FreeText", "text-annotation"),
        ("/Widget", "widget-appearance"),
        ("/Link", None),
    ],
)
def test_annotations_have_notes(tmp_path: Path, subtype: str, note: str | None) -> None:
    mark = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject(subtype),
            NameObject("/Rect"): numbers(100, 100, 200, 150),
            NameObject("/F"): NumberObject(4),
        }
    )
    traits: Values = {"Annots": ArrayObject([mark])}
    page = seen(written(tmp_path / "a.pdf", [(g4(sheet()), FULL)], traits=traits))
    assert page.notes == ((note,) if note else ())


@pytest.mark.parametrize(("signed", "notes"), [(True, ("digital-signature",)), (False, ())])
def test_a_field_signed_by_cryptography_is_noted(
    tmp_path: Path, *, signed: bool, notes: tuple[str, ...]
) -> None:
    writer = pypdf.PdfWriter(clone_from=written(tmp_path / "a.pdf", [(g4(sheet()), FULL)]))
    field = DictionaryObject(
        {NameObject("/FT"): NameObject("/Sig"), NameObject("/T"): TextStringObject("U")}
    )
    if signed:
        held = {
            NameObject("/ByteRange"): numbers(0, 10, 20, 10),
            NameObject("/Contents"): ByteStringObject(b"0"),
        }
        field[NameObject("/V")] = writer._add_object(DictionaryObject(held))
    above = DictionaryObject({NameObject("/Kids"): ArrayObject([writer._add_object(field)])})
    fields = ArrayObject([writer._add_object(above)])
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): fields})
    writer.write(tmp_path / "b.pdf")
    assert notes_of(tmp_path / "b.pdf", scanned=True) == notes
