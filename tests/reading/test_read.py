"""One failing file or reader never takes the rest along, and absence is never made up."""

import hashlib
import io
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inbox_daemon.core.programm import Postfach, Ruleset
from inbox_daemon.core.values import Absent, Box, DocumentKind, Evidence, Read, Source, Unreadable
from inbox_daemon.reading import document, fields, read
from inbox_daemon.reading.crops import crops_into
from inbox_daemon.reading.paper import pdf
from inbox_daemon.reading.paper.page import Page
from inbox_daemon.reading.paper.quality import quality_of
from inbox_daemon.reading.text import ocr
from inbox_daemon.reading.text.sight import Sight
from inbox_daemon.reading.unterschrift import signature
from inbox_daemon.wire import Job

POSTFACH = Postfach(
    adresse="", eigene_domains=(), authserv_id="", behoerde="", referat="", dienststelle="",
    strasse="", ort="", telefon="",
)  # fmt: skip
RULES = Ruleset(version="", kreise=(), fremde_domains=(), postfach=POSTFACH, programme=())
SOURCE = Source(document="0" * 64, page=1, box=None, method="x", confidence=1.0)


def page(number: int) -> Page:
    grey = np.full((1754, 1240), 255, np.uint8)
    return Page(number=number, grey=grey, rgb=None, dpi=150.0, kind=DocumentKind.SCAN)


def mail(*pdfs: bytes) -> bytes:
    parts = (b"--x\nContent-Type: application/pdf; name=a.pdf\n\n" + p + b"\n" for p in pdfs)
    return b"Content-Type: multipart/mixed; boundary=x\n\n" + b"".join(parts) + b"--x--\n"


def evidence(folder: Path, untrusted: bytes, *, form: str = "mail", seconds: int = 60) -> Evidence:
    path = folder / "untrusted"
    path.write_bytes(untrusted)
    return read.evidence_of(
        Job(
            path=str(path), form=form, name="n", folder=str(folder), ruleset=RULES, seconds=seconds
        ),
        cage=(("netz", "offen"),),
    )


@pytest.fixture(autouse=True)
def readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-ins: a PDF has as many pages as its sixth byte says, and every field is empty."""

    def pages_of(path: Path, *, page_limit: int) -> Iterator[Page]:
        content = path.read_bytes()
        if b"broken" in content:
            raise pdf.UnreadableDocument("pdf-beschaedigt")
        if b"odd" in content:
            raise RuntimeError
        while b"endless" in content:
            time.sleep(0.05)
        yield from (page(n + 1) for n in range(content[5]))

    def first_look(seen: Page, _known: object) -> Sight:
        quality = quality_of(seen)
        return Sight(
            page=seen,
            quality=quality,
            picture=seen.grey,
            lines=(),
            match=None,
            depth="ganz",
            read=(),
            unread=(),
        )

    def empty(*_args: object, **_named: object) -> Absent:
        return Absent(why="feld-leer", source=SOURCE)

    monkeypatch.setattr(pdf, "pages_of", pages_of)
    monkeypatch.setattr(pdf, "notes_of", lambda _path, **_named: ("encrypted",))
    monkeypatch.setattr(document, "first_look", first_look)
    monkeypatch.setattr(ocr, "engine_version", lambda: "x")
    for name in ("amount_on", "applicant_on", "programme_on"):
        monkeypatch.setattr(fields, name, empty)
    monkeypatch.setattr(signature, "signature_on", empty)


def test_a_file_that_fails_leaves_the_others(tmp_path: Path) -> None:
    seen = evidence(tmp_path, mail(b"%PDF-broken", b"%PDF-odd", b"%PDF-\x02"))
    assert [(u.why) for u in seen.unread] == ["pdf-beschaedigt", "lesefehler"]
    assert [d.pages for d in seen.documents] == [2]
    assert seen.documents[0].notes == ("encrypted",)
    assert seen.submission is not None
    assert dict(seen.engines)["netz"] == "offen"


def test_a_reader_that_fails_cannot_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "amount_on", lambda *_a, **_n: 1 / 0)
    (found,) = evidence(tmp_path, b"%PDF-\x01", form="file").documents
    assert found.amount == Unreadable(why="lesefehler")
    assert isinstance(found.signature, Absent)


@pytest.mark.parametrize(("pages", "left_out"), [(8, False), (9, True)])
def test_nothing_is_absent_where_pages_were_left_out(
    tmp_path: Path, pages: int, *, left_out: bool
) -> None:
    (found,) = evidence(tmp_path, b"%PDF-" + bytes([pages]), form="file").documents
    assert found.pages == pages
    assert ("seiten-ausgelassen" in found.notes) is left_out
    for reading in (found.amount, found.signature, found.applicant, found.programme):
        assert reading.why == ("seiten-ausgelassen" if left_out else "feld-leer")  # type: ignore[union-attr]


def test_the_first_six_and_the_last_two_pages_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers: list[int] = []

    def amount_on(pages: tuple[Page, ...], *_args: object, **_named: object) -> Read[Decimal]:
        numbers.extend(p.number for p in pages)
        return Read(value=Decimal(1), source=SOURCE)

    monkeypatch.setattr(fields, "amount_on", amount_on)
    (found,) = evidence(tmp_path, b"%PDF-\x14", form="file").documents
    assert numbers == [1, 2, 3, 4, 5, 6, 19, 20]
    assert isinstance(found.amount, Read)


def test_what_was_read_in_time_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "DOCUMENT_S", 0.5)
    seen = evidence(tmp_path, mail(b"%PDF-\x01", b"%PDF-endless", b"%PDF-\x02"), seconds=3)
    assert [d.pages for d in seen.documents] == [1]
    assert [u.why for u in seen.unread] == ["zeit", "zeit"]
    assert signal.alarm(0) == 0


@pytest.mark.parametrize(
    ("shape", "whys"),
    [
        ((100, 140), []), ((99, 140), ["bild-zu-klein"]),
        ((3000, 150), []), ((3001, 150), ["bild-zu-klein"]),
    ],
)  # fmt: skip
def test_a_page_that_is_no_sheet_is_named_and_not_called_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int], whys: list[str]
) -> None:
    def pages_of(_path: Path, *, page_limit: int) -> Iterator[Page]:
        yield replace(page(page_limit), grey=np.full(shape, 255, np.uint8))

    monkeypatch.setattr(pdf, "pages_of", pages_of)
    assert [u.why for u in evidence(tmp_path, b"%PDF-\x01", form="file").unread] == whys


def test_ten_documents_a_mail_and_each_once(tmp_path: Path) -> None:
    many = [b"%PDF-\x01" + bytes([65 + n]) for n in range(12)]
    seen = evidence(tmp_path, mail(*many, many[0]))
    assert len(seen.documents) == 10
    assert [u.why for u in seen.unread] == ["zu-viele-anhaenge"] * 2


@pytest.mark.parametrize(
    ("size", "whys"),
    [((280, 280), []), ((2000, 400), []), ((590, 840), ["bild-zu-klein"])],
)
def test_a_logo_is_no_document_and_a_coarse_page_is_named(
    tmp_path: Path, size: tuple[int, int], whys: list[str]
) -> None:
    out = io.BytesIO()
    Image.new("L", size).save(out, "PNG")
    seen = evidence(tmp_path, b"Content-Type: image/png\n\n" + out.getvalue())
    assert [u.why for u in seen.unread] == whys
    assert seen.submission is not None
    assert len(seen.submission.attachments) == 1
    alone = evidence(tmp_path, out.getvalue(), form="file")
    assert [u.why for u in alone.unread] == ["bild-zu-klein"]


def test_a_damaged_pdf_is_named(tmp_path: Path) -> None:
    assert [u.why for u in evidence(tmp_path, mail(b"damaged")).unread] == ["kein-pdf"]


@pytest.mark.parametrize(
    "box", [Box(x0=72, y0=72, x1=144, y1=100), Box(x0=-9e9, y0=5, x1=9e9, y1=-5)]
)
def test_a_crop_is_a_picture_under_its_hash(tmp_path: Path, box: Box) -> None:
    sha256 = crops_into(tmp_path)(page(1), box)
    content = (tmp_path / f"{sha256}.png").read_bytes()
    assert hashlib.sha256(content).hexdigest() == sha256
    with Image.open(io.BytesIO(content)) as picture:
        assert 1 <= picture.width <= 1240
        if box.x0 > 0:
            assert abs(picture.width - (150 + 2 * 4 / 25.4 * 150)) < 3
