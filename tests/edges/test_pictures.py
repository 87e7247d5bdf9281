"""Pages as pictures: drawn in the cage, kept whole, and a plain code where there is none."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from inbox_daemon import wire
from inbox_daemon.core.ansicht import Groesse, Seitenansicht
from inbox_daemon.core.errors import Defect
from inbox_daemon.core.wording import READINGS
from inbox_daemon.edges.pictures import MOST_BYTES, Pictures
from inbox_daemon.edges.spool import FileSpool
from inbox_daemon.edges.worker import CagedReader
from tests.core import cases

pytestmark = pytest.mark.full
A4 = 595.0, 842.0


def pictures(folder: Path, program: str | None = None) -> Pictures:
    """The real child, or one that runs this Python program."""
    reader = (
        CagedReader()
        if program is None
        else CagedReader(program=(sys.executable, "-c", program), wall_s=10.0)
    )
    return Pictures(
        folder=folder / "pictures",
        work=folder / "work",
        spool=FileSpool(folder / "spool"),
        reader=reader,
        rules=cases.rules(),
        page_limit=50,
    )


def stored(folder: Path, content: bytes) -> str:
    sha256, _ = FileSpool(folder / "spool").put([content])
    return sha256


def pdf(pages: int = 1, *, turn: int = 0) -> bytes:
    """A drawn PDF: a dark bar at the top left of each page, as its maker sees it."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for _ in range(pages):
        canvas.rect(20, A4[1] - 60, 200, 40, fill=1)
        canvas.showPage()
    canvas.save()
    writer, turned = pypdf.PdfWriter(clone_from=out), io.BytesIO()
    for page in writer.pages:
        page.rotate(turn)
    writer.write(turned)
    return turned.getvalue()


def png(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


def test_a_page_becomes_a_small_webp_with_the_size_in_which_boxes_are_counted(
    tmp_path: Path,
) -> None:
    drawn, document = pictures(tmp_path), stored(tmp_path, pdf(2))
    view = drawn.view(document, 2)
    assert (view.page, view.failure) == (2, None)
    assert (view.size.width, view.size.height) == pytest.approx(A4, abs=0.5)
    content = drawn.picture(document, 2)
    assert content is not None
    assert len(content) <= MOST_BYTES
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "WEBP"
        assert image.width / image.height == pytest.approx(A4[0] / A4[1], abs=0.01)


def test_a_turned_page_is_drawn_as_it_is_shown(tmp_path: Path) -> None:
    drawn, document = pictures(tmp_path), stored(tmp_path, pdf(turn=90))
    view, content = drawn.view(document, 1), drawn.picture(document, 1)
    assert (view.size.height, view.size.width) == pytest.approx(A4, abs=0.5)
    assert content is not None
    with Image.open(io.BytesIO(content)) as image:
        grey = image.convert("L")
        # The bar was at the top left; a quarter clockwise brings it to the top right.
        assert grey.getpixel((round(grey.width * 0.95), round(grey.height * 0.2))) == 0
        assert grey.getpixel((round(grey.width * 0.05), round(grey.height * 0.2))) == 255


def test_a_second_look_asks_no_child(tmp_path: Path) -> None:
    document = stored(tmp_path, pdf())
    first = pictures(tmp_path).view(document, 1)
    assert pictures(tmp_path, "raise SystemExit(3)").view(document, 1) == first


def test_a_picture_that_was_damaged_on_the_disk_is_drawn_again(tmp_path: Path) -> None:
    drawn, document = pictures(tmp_path), stored(tmp_path, pdf())
    whole = drawn.picture(document, 1)
    (kept,) = (tmp_path / "pictures").glob("*.webp")
    kept.chmod(0o640)
    kept.write_bytes(kept.read_bytes()[:100])
    assert drawn.known(document, 1) is None
    assert drawn.picture(document, 1) == whole


@pytest.mark.parametrize(
    ("content", "page", "code"),
    [
        (b"%PDF-1.7 and nothing else", 1, "pdf-beschaedigt"),
        (b"hello", 1, "pdf-beschaedigt"),
        (pdf(), 2, "seite-fehlt"),
        (png((1, 1)), 1, None),
    ],
    ids=["broken", "no document", "page beyond the end", "an image of one dot"],
)
def test_what_cannot_be_drawn_has_a_code_with_words(
    tmp_path: Path, content: bytes, page: int, code: str | None
) -> None:
    view = pictures(tmp_path).view(stored(tmp_path, content), page)
    assert view.failure == code
    assert code is None or code in READINGS


def test_a_noisy_photograph_is_made_small_enough_or_refused(tmp_path: Path) -> None:
    drawn, document = pictures(tmp_path), stored(tmp_path, png((1654, 2339)))
    content = drawn.picture(document, 1)
    assert content is None or len(content) <= MOST_BYTES
    assert drawn.view(document, 1).failure in {None, "zu-gross"}


def test_a_child_that_dies_is_not_started_again_at_every_look(tmp_path: Path) -> None:
    counted = tmp_path / "starts"
    program = f"open({str(counted)!r}, 'a').write('x'); raise SystemExit(3)"
    drawn, document = pictures(tmp_path, program), stored(tmp_path, pdf())
    assert [drawn.view(document, 1).failure for _ in range(3)] == ["lese-absturz"] * 3
    assert counted.read_text() == "x"


def _says(view: Seitenansicht, write: str = "") -> str:
    return f"import sys, hashlib, pathlib\n{write}\nprint({wire.encode(view)!r}, end='')"


LIAR: list[Callable[[], str]] = [
    lambda: _says(Seitenansicht(page=1, sha256="ab" * 32, size=Groesse(width=595, height=842))),
    lambda: _says(Seitenansicht(page=2, sha256="ab" * 32, size=Groesse(width=5, height=8))),
    lambda: _says(Seitenansicht(page=1, sha256="../../x", size=Groesse(width=5, height=8))),
    lambda: _says(Seitenansicht(page=1, sha256="ab" * 32, size=Groesse(width=0, height=8))),
    lambda: _says(Seitenansicht(page=1, failure="<script>")),
    lambda: "print('{}')",
]


@pytest.mark.parametrize("program", LIAR)
def test_a_child_that_says_what_it_did_not_draw_is_not_believed(
    tmp_path: Path, program: Callable[[], str]
) -> None:
    drawn, document = pictures(tmp_path, program()), stored(tmp_path, pdf())
    assert drawn.view(document, 1).failure == "lese-unverstaendlich"
    assert list((tmp_path / "pictures").iterdir()) == []


def test_a_picture_that_is_no_webp_is_not_kept(tmp_path: Path) -> None:
    write = (
        "b = b'<svg onload=alert(1)>'; h = hashlib.sha256(b).hexdigest()\n"
        "import json; job = json.loads(sys.stdin.read())\n"
        "pathlib.Path(job['folder'], h + '.webp').write_bytes(b)\n"
        'print(\'{"page":1,"sha256":"\' + h + \'","size":{"width":5.0,"height":8.0},'
        '"failure":null}\', end="")'
    )
    drawn, document = (
        pictures(tmp_path, f"import sys, hashlib, pathlib\n{write}"),
        stored(tmp_path, pdf()),
    )
    assert drawn.view(document, 1).failure == "lese-unverstaendlich"


def test_a_document_that_the_spool_does_not_have_is_our_defect(tmp_path: Path) -> None:
    with pytest.raises(Defect):
        pictures(tmp_path).view("ab" * 32, 1)
