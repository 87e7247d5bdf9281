"""The OCR engine behind its port: in this process, or as a program where that is missing."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import cv2
import numpy as np
import pytesseract
import pytest

from inbox_daemon.reading.paper.page import Grey
from inbox_daemon.reading.text import engine
from inbox_daemon.reading.text.engine import EngineFailed, engine_version, recognise

pytestmark = pytest.mark.full

DPI = 250
LINE, BLOCK = 7, 4


@pytest.fixture(params=["library", "program"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Both ways to the engine, one after the other; each test must hold for both."""
    if request.param == "library" and engine._engine() is None:
        pytest.skip("tesserocr or its German model is missing")
    if request.param == "program":
        monkeypatch.setattr(engine, "_engine", lambda: None)
    engine_version.cache_clear()
    yield request.param
    engine_version.cache_clear()


def drawn(*lines: str, height: int = 60) -> Grey:
    picture = np.full((height * len(lines), 900), 255, np.uint8)
    for number, line in enumerate(lines):
        at = (20, height * number + 40)
        cv2.putText(picture, line, at, cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0.0,), 2)
    return picture


def texts(picture: Grey, *, mode: int = LINE, signs: str = "") -> list[str]:
    found = recognise(picture, mode=mode, dpi=DPI, seconds=20, signs=signs)
    return [token.text for token in found]


@pytest.mark.usefixtures("either")
def test_words_come_with_the_place_where_they_stand() -> None:
    tokens = recognise(drawn("Summe 12.345,67"), mode=LINE, dpi=DPI, seconds=20)
    assert [token.text for token in tokens] == ["Summe", "12.345,67"]
    first, second = tokens
    assert 0 < first.x0 < first.x1 < second.x0 < second.x1 < 400
    assert 10 < first.y0 < first.y1 < 55
    assert first.line == second.line
    assert min(first.confidence, second.confidence) > 50


@pytest.mark.usefixtures("either")
def test_only_the_signs_asked_for_are_read_and_the_next_picture_is_free_again() -> None:
    line = drawn("Summe 12.345,67")
    free = texts(line)
    assert set("".join(texts(line, signs="0123456789.,"))) <= set("0123456789.,")
    assert texts(line) == free


@pytest.mark.usefixtures("either")
def test_what_was_read_before_changes_nothing() -> None:
    line, block = drawn("124.245,24 EUR"), drawn(*["Antrag der Stadt"] * 8)
    before = recognise(line, mode=LINE, dpi=DPI, seconds=20)
    recognise(block, mode=BLOCK, dpi=DPI, seconds=20)
    assert recognise(line, mode=LINE, dpi=DPI, seconds=20) == before


@pytest.mark.usefixtures("either")
def test_a_part_of_a_page_needs_no_copy_of_the_caller() -> None:
    page = drawn("Kopf der Seite", "124.245,24", "Fuss der Seite")
    assert texts(page[60:120, :500]) == ["124.245,24"]


@pytest.mark.usefixtures("either")
def test_white_paper_has_no_words() -> None:
    assert texts(np.full((800, 600), 255, np.uint8), mode=BLOCK) == []


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("shape", [(0, 5), (1, 5_000), (5_000, 3), (10, 30_000), (1_000, 40_000)])
def test_a_ribbon_is_refused_before_the_engine_dies_of_it(shape: tuple[int, int]) -> None:
    with pytest.raises(EngineFailed) as caught:
        texts(np.full(shape, 255, np.uint8))
    assert caught.value.code == "ocr-absturz"


@pytest.mark.usefixtures("either")
def test_a_time_out_is_no_empty_page() -> None:
    with pytest.raises(EngineFailed) as caught:
        recognise(drawn(*["Antrag der Stadt"] * 20), mode=BLOCK, dpi=DPI, seconds=0.01)
    assert caught.value.code == "ocr-zeit"


def test_the_evidence_tells_which_way_was_taken(either: str) -> None:
    version = engine_version()
    assert version.startswith("tesseract 5")
    assert {"library": "tesserocr", "program": "pytesseract"}[either] in version


@pytest.mark.parametrize("either", ["program"], indirect=True)
def test_no_engine_at_all_is_no_empty_page(either: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", "no-such-program")
    with pytest.raises(EngineFailed) as caught:
        texts(drawn("Antrag"))
    assert caught.value.code == "ocr-fehlt"


def test_a_library_without_its_model_is_no_engine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The program would lack it too, and the cage lets none start beside a library."""
    monkeypatch.setattr(engine, "MODELS", (str(tmp_path),))
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    with pytest.raises(EngineFailed) as told:
        engine._engine.__wrapped__()
    assert told.value.code == "ocr-sprache"


def test_without_the_library_the_program_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tesserocr", None)
    monkeypatch.setattr(engine, "_engine", engine._engine.__wrapped__)
    assert engine._engine() is None
    assert texts(drawn("124.245,24")) == ["124.245,24"]


def test_the_model_named_in_the_environment_goes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "deu.traineddata").touch()
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    assert engine._models() == tmp_path
    # An empty model cannot be loaded: that is said, and is no crash.
    with pytest.raises(EngineFailed) as told:
        engine._engine.__wrapped__()
    assert told.value.code == "ocr-sprache"


@pytest.mark.parametrize("either", ["library"], indirect=True)
def test_the_alarm_of_the_job_rings_while_the_engine_reads(either: str) -> None:
    """reading/read.py ends a job by SIGALRM; the engine must not swallow it."""

    class _Rung(BaseException):
        pass

    def ring(_number: int, _frame: FrameType | None) -> Any:
        raise _Rung

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        with pytest.raises(_Rung):
            recognise(drawn(*["Antrag der Stadt"] * 20), mode=BLOCK, dpi=DPI, seconds=20)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert texts(drawn("124.245,24")) == ["124.245,24"]


@pytest.mark.parametrize("end", [subprocess.CalledProcessError(1, "tesseract"), SystemExit("old")])
def test_a_program_that_does_not_tell_its_version_has_crashed(
    end: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(*_given: object, **_named: object) -> str:
        raise end

    monkeypatch.setattr(engine, "_engine", lambda: None)
    monkeypatch.setattr(pytesseract, "image_to_data", ends)
    with pytest.raises(EngineFailed) as told:
        recognise(drawn("Summe"), mode=LINE, dpi=DPI, seconds=20)
    assert told.value.code == "ocr-absturz"


@pytest.mark.usefixtures("either")
def test_the_engine_proves_that_it_reads() -> None:
    assert engine.state() == "ocr-bereit"


def test_an_engine_that_says_nothing_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "recognise", lambda *_given, **_named: ())
    assert engine.state() == "ocr-stumm"
