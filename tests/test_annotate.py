"""`inspect --annotate`: a picture a page, named for people, drawn in the caged child."""

import ast
import struct
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from inbox_daemon.commands.pictures import copy_pictures
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.values import (
    Absent,
    Box,
    Document,
    DocumentKind,
    Evidence,
    Read,
    Seitenbild,
    Source,
    Unreadable,
)
from inbox_daemon.core.wording_labels import METHODS
from inbox_daemon.reading.annotate import pictured
from inbox_daemon.reading.paper.page import Page
from inbox_daemon.ruleset import load_rules
from inbox_daemon.wire import Job

pytestmark = pytest.mark.full

PROJECT = Path(__file__).parents[1]
SAMPLES = PROJECT / "samples" / "soforthilfe-ukraine-2022"
SHA = "ab" * 32


@pytest.fixture(scope="module")
def rules() -> Ruleset:
    """The rules of the project."""
    return load_rules(PROJECT / "rules")


def source(page: int, box: Box | None) -> Source:
    """Where something was seen."""
    return Source(document=SHA, page=page, box=box, method="ocr", confidence=0.9)


def document() -> Document:
    """Each kind of answer once: read, absent, cannot tell, and without any place."""
    box = Box(x0=100.0, y0=200.0, x1=250.0, y1=220.0)
    return Document(
        sha256=SHA,
        name="antrag.pdf",
        kind=DocumentKind.SCAN,
        pages=2,
        programme=Unreadable(why="programm-nicht-erkannt"),
        amount=Read(value=Decimal("1234.56"), source=source(1, box)),
        signature=Absent(why="feld-leer", source=source(1, Box(x0=0, y0=820, x1=999, y1=900))),
        applicant=Unreadable(why="handschrift", guess="x\x00\u2028" * 99, source=source(2, box)),
        notes=("pasted-picture",),
        seconds=0.1,
    )


def sheet(number: int) -> Page:
    """An empty page of A4 at 100 dpi."""
    grey = np.full((1169, 827), 255, dtype=np.uint8)
    return Page(number=number, grey=grey, rgb=None, dpi=100.0, kind=DocumentKind.SCAN)


def width_and_height(png: Path) -> tuple[int, int]:
    """From the header, as no test needs more."""
    width, height = struct.unpack(">II", png.read_bytes()[16:24])
    return width, height


def test_each_page_becomes_one_picture_whatever_was_read(rules: Ruleset, tmp_path: Path) -> None:
    job = Job(path="", form="file", name="", folder=str(tmp_path), ruleset=rules, annotate=True)
    seen = pictured(document(), [sheet(1), sheet(2)], job)
    assert [picture.page for picture in seen.pictures] == [1, 2]
    for picture in seen.pictures:
        width, height = width_and_height(tmp_path / f"{picture.sha256}.png")
        assert width > 827
        assert height >= 1169


def test_a_box_that_was_found_is_coloured_and_no_other_pixel_of_the_page_is_lost(
    rules: Ruleset, tmp_path: Path
) -> None:
    from PIL import Image  # noqa: PLC0415

    job = Job(path="", form="file", name="", folder=str(tmp_path), ruleset=rules, annotate=True)
    seen = pictured(document(), [sheet(1)], job)
    with Image.open(tmp_path / f"{seen.pictures[0].sha256}.png") as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    red = (pixels[:, :827, 0] - pixels[:, :827, 1]) > 100
    rows, columns = np.nonzero(red)
    assert rows.min() == pytest.approx(200 / 72 * 100, abs=12)
    assert columns.min() == pytest.approx(100 / 72 * 100, abs=12)


def test_only_pictures_whose_bytes_have_the_hash_are_copied(tmp_path: Path) -> None:
    """The child is not trusted: a picture of another content, or a link, is no picture."""
    folder, out = tmp_path / "job", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    (folder / f"{SHA}.png").write_bytes(b"not what the name says")
    one = document()
    evidence = Evidence(
        submission=None,
        documents=(
            Document(
                **{f: getattr(one, f) for f in one.__slots__ if f != "pictures"},
                pictures=(Seitenbild(page=1, sha256=SHA),),
            ),
        ),
        unread=(),
        failure=None,
        engines=(),
    )
    copy_pictures(evidence, folder, to=out, stem="antrag")
    assert list(out.iterdir()) == []


def test_every_method_has_words() -> None:
    """What stands in a Source as method= is shown to clerks."""
    readers = sorted((PROJECT / "inbox_daemon" / "reading").glob("*.py"))
    trees = [ast.parse(path.read_text("utf-8")) for path in readers]
    named = {
        keyword.value.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "method" and isinstance(keyword.value, ast.Constant)
    }
    assert named <= METHODS.keys()


@pytest.mark.full
def test_the_pages_of_a_mail_s_documents_are_written_under_readable_names(tmp_path: Path) -> None:
    mail = SAMPLES / "12-unterschrift-fehlt" / "mail.eml"
    command = [sys.executable, "-m", "inbox_daemon", "inspect", "--annotate", str(tmp_path / "a")]
    ended = subprocess.run([*command, str(mail)], cwd=PROJECT, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names
    assert all(name.startswith("mail-") and name.endswith(".png") for name in names)


def test_a_file_is_no_folder_for_pictures(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("x", encoding="utf-8")
    command = [sys.executable, "-m", "inbox_daemon", "inspect", "--annotate", str(taken), "x.pdf"]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False)
    assert ended.returncode == 64
