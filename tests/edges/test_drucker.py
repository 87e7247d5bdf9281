"""The printer's keeper: a PDF, or an error in time; nothing lives or lies around afterwards."""

import sys
from pathlib import Path

import pytest

from inbox_daemon.core.errors import Temporary
from inbox_daemon.edges.drucker import AT_ONCE, Drucker

DIES_ONCE = """
import os, pathlib, signal, sys
mark = pathlib.Path(sys.argv[1])
if not mark.exists():
    mark.touch()
    sys.stdout.write("%PDF-half"); sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGSEGV)
sys.stdout.write("%PDF-1.7 whole")
"""


def printer(folder: Path, program: str, *words: str, wall_s: float = 20.0) -> Drucker:
    """A printer that is this Python program."""
    return Drucker(folder / "druck", program=(sys.executable, "-c", program, *words), wall_s=wall_s)


def left_in(folder: Path) -> list[Path]:
    """What a print left behind."""
    return list((folder / "druck").iterdir())


def test_what_the_printer_made_is_given_and_its_folder_is_gone(tmp_path: Path) -> None:
    program = "print(end='%PDF-' + open('blatt.html').read())"
    assert printer(tmp_path, program).printed("<p>x", {}) == b"%PDF-<p>x"
    assert left_in(tmp_path) == []


def test_pictures_lie_beside_the_page_under_their_hash(tmp_path: Path) -> None:
    (tmp_path / "bild").write_bytes(b"picture")
    program = "print(end='%PDF-' + open('" + "ab" * 32 + ".png').read())"
    found = printer(tmp_path, program).printed("", {"ab" * 32: tmp_path / "bild"})
    assert found == b"%PDF-picture"


@pytest.mark.parametrize(
    "program", ["raise SystemExit(1)", "pass", "print('<html>')", "import os; os.abort()"]
)
def test_what_is_no_pdf_is_an_error_that_may_pass(tmp_path: Path, program: str) -> None:
    with pytest.raises(Temporary) as raised:
        printer(tmp_path, program).printed("", {})
    assert raised.value.code == "druck"
    assert left_in(tmp_path) == []


def test_a_printer_that_does_not_end_is_ended(tmp_path: Path) -> None:
    program = "import pathlib, time; print(end='%PDF-', flush=True); time.sleep(600)"

    with pytest.raises(Temporary):
        printer(tmp_path, program, wall_s=0.5).printed("", {})

    assert left_in(tmp_path) == []


def test_a_printer_that_a_signal_killed_is_asked_once_more(tmp_path: Path) -> None:
    found = printer(tmp_path, DIES_ONCE, str(tmp_path / "mark")).printed("", {})
    assert found == b"%PDF-1.7 whole"


def test_no_more_than_two_print_at_once_and_none_waits_for_ever(tmp_path: Path) -> None:
    keeper = printer(tmp_path, "print(end='%PDF-')", wall_s=0.2)
    for _ in range(AT_ONCE):
        keeper._places.acquire()
    with pytest.raises(Temporary):
        keeper.printed("", {})
    keeper._places.release()
    assert printer(tmp_path, "print(end='%PDF-')").printed("", {}) == b"%PDF-"


@pytest.mark.full
def test_the_page_reaches_nothing_beyond_its_folder(tmp_path: Path) -> None:
    (tmp_path / "geheim.png").write_bytes(b"x")
    outside = "".join(
        f'<img alt="" src="{address}"><link rel="stylesheet" href="{address}">'
        for address in (
            "/etc/passwd",
            "file:///etc/passwd",
            f"{tmp_path}/geheim.png",
            "http://127.0.0.1:9/x.png",
        )
    )
    page = f'<html lang="de"><head><title>x</title></head><body>{outside}<p>da</p></body></html>'
    assert Drucker(tmp_path / "druck").printed(page, {}).startswith(b"%PDF-1.7")
