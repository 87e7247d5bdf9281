"""A form once seen is known again; a known form saves work and never changes an answer."""

import io
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from reportlab.pdfgen import canvas

from inbox_daemon.core.formular import Formularseite
from inbox_daemon.core.programm import Art, Feld, Foerderprogramm, Kreis, Postfach, Ruleset
from inbox_daemon.core.values import Absent, DocumentKind, Read
from inbox_daemon.reading.paper.page import Page
from inbox_daemon.reading.readings import Readings
from inbox_daemon.reading.text import forms, ocr
from inbox_daemon.reading.text.lines import lines_on
from inbox_daemon.reading.text.sight import UNREAD, deeper, first_look
from inbox_daemon.wire import Job

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(
        shutil.which("tesseract") is None, reason="the OCR engine tesseract is not installed"
    ),
]

DPI = 150
PROGRAMM = Foerderprogramm(
    kennung="hilfe", titel="Soforthilfe Musterland", aktiv=True, titles=("Soforthilfe Musterland",),
    not_titles=("Verwendungsnachweis",), announcements=(),
    received_before=datetime(2022, 7, 22, 22, tzinfo=UTC), rahmen=(), rahmen_is_estimate=True,
    felder=(
        Feld(name="betrag", labels=("beantragte zuwendung",), not_labels=("planungsrahmen",)),
        Feld(name="antragsteller", labels=("antragsteller",)),
        Feld(name="unterschrift", labels=("unterschrift",)),
    ),
    checks=(), nachfrist_arbeitstage=7,
)  # fmt: skip
KREIS = Kreis(
    ags="08235", art=Art.LANDKREIS, name="Landkreis Calw", kurzname="Calw",
    verwaltung="Landratsamt Calw", sitz="Calw", einwohner=1, domains=(),
)  # fmt: skip
POSTFACH = Postfach(
    adresse="", eigene_domains=(), authserv_id="", behoerde="", referat="", dienststelle="",
    strasse="", ort="", telefon="",
)  # fmt: skip
RULES = Ruleset(
    version="", kreise=(KREIS,), fremde_domains=(), postfach=POSTFACH, programme=(PROGRAMM,)
)
TEXT = (
    "Das Land hilft den Kommunen bei der Aufnahme von Menschen, die fliehen mussten, und",
    "gibt dafür Mittel nach der Zahl der Einwohner. Ein Anspruch auf die Mittel besteht nicht,",
    "und das Land kann sie zurückfordern, wenn sie anders als im Antrag genannt verwendet",
    "werden. Wer einen Antrag stellt, sagt zu, dass seine Angaben richtig und vollständig sind.",
)
LABELS = ("Anschrift", "Telefon", "Bankverbindung", "Aktenzeichen", "Sachgebiet", "Haushaltsjahr")


def form(*, amount: str = "12.345,60 EUR", at: float = 0, filling: str = "Musterweg") -> Page:
    """An A4 page of a form, filled in; `at` moves it across and down by millimetres."""
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, pagesize=(595, 842))
    paper.translate(at * 72 / 25.4, -at * 72 / 25.4)
    paper.setFont("Helvetica-Bold", 14)
    paper.drawString(60, 780, "Antrag")
    paper.drawString(60, 758, "Soforthilfe Musterland")
    paper.setFont("Helvetica", 10)
    for number, line in enumerate(TEXT):
        paper.drawString(60, 730 - 13 * number, line)
    rows = [("Antragsteller", "Landkreis Calw"), ("Beantragte Zuwendung", amount)]
    rows += [(label, f"{filling} {label[0]}") for label in LABELS]
    for number, (label, value) in enumerate(rows):
        paper.drawString(60, 640 - 30 * number, label)
        paper.drawString(260, 640 - 30 * number, value)
        paper.line(255, 636 - 30 * number, 500, 636 - 30 * number)
    paper.line(260, 300, 500, 300)
    paper.drawString(260, 288, "Unterschrift")
    paper.save()
    return _page(buffer.getvalue())


def letter() -> Page:
    """A page that shares no place with the form."""
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, pagesize=(595, 842))
    paper.setFont("Times-Roman", 11)
    for number in range(24):
        words = "Sehr geehrte Damen und Herren wir danken für die schnelle Antwort von gestern"
        paper.drawString(72, 760 - 19 * number, words[: 30 + 7 * (number % 6)])
    paper.save()
    return _page(buffer.getvalue())


def _page(pdf: bytes) -> Page:
    picture = pdfium.PdfDocument(pdf)[0].render(scale=DPI / 72, grayscale=True).to_numpy()
    grey = np.ascontiguousarray(picture.reshape(picture.shape[:2]))
    return Page(number=1, grey=grey, rgb=None, dpi=DPI, kind=DocumentKind.SCAN)


def learned(page: Page, known: Sequence[Formularseite] = ()) -> Formularseite | None:
    sight = first_look(page, known)
    return forms.learned(sight.page, sight.lines, sight.words, programm=PROGRAMM, match=sight.match)


def readings(page: Page, folder: Path, known: tuple[Formularseite, ...] = ()) -> Readings:
    job = Job(path="", form="file", name="n", folder=str(folder), ruleset=RULES, forms=known)
    found = Readings((first_look(page, known),), omitted=False, sha256="0" * 64, job=job)
    found.settle()
    return found


def test_running_text_is_told_from_headings_and_rows() -> None:
    running = [line.rect for line in lines_on(form(), form().grey) if line.running]
    assert len(running) == len(TEXT) - 1
    foot = DPI * (842 - 690) / 72
    assert all(r.y1 < foot + 10 and r.x1 - r.x0 > 500 for r in running)


@pytest.mark.parametrize("at", [0, 3, -5])
def test_a_form_is_known_again_though_filled_otherwise_and_moved(at: float) -> None:
    first = learned(form())
    assert first is not None
    page = form(amount="987,00 EUR", at=at, filling="Am alten Markt")
    match = forms.recognised(page, lines_on(page, page.grey), (first,))
    assert match is not None
    assert (round(match.across), round(match.down)) == (at, at)


def test_another_page_is_not_taken_for_the_form() -> None:
    first = learned(form())
    assert first is not None
    assert forms.recognised(letter(), lines_on(letter(), letter().grey), (first,)) is None


def test_the_second_copy_teaches_which_lines_are_print_and_the_third_nothing() -> None:
    first = learned(form())
    assert first is not None
    second = learned(form(filling="Am alten Markt"), (first,))
    assert second is not None
    assert (second.kennung, second.fassung) == (first.kennung, 2)
    assert len(second.lines) < len(first.lines)
    assert learned(form(filling="Gasse"), (second,)) is None


def test_a_letter_teaches_no_form() -> None:
    assert learned(letter()) is None


def test_a_known_form_gives_the_same_answers_from_fewer_words(tmp_path: Path) -> None:
    first = learned(form(filling="Gasse"))
    assert first is not None
    plain, fast = readings(form(), tmp_path), readings(form(), tmp_path, (first,))
    assert isinstance(fast.amount, Read)
    assert isinstance(fast.applicant, Read)
    assert isinstance(plain.amount, Read)
    assert fast.amount.value == plain.amount.value == Decimal("12345.60")
    assert fast.applicant.value == "Landkreis Calw"
    assert isinstance(fast.programme, Read)
    assert fast.programme.value == "hilfe"
    assert len(first_look(form(), (first,)).read) < len(first_look(form(), ()).read)


def test_a_wrong_form_costs_work_and_no_answer(tmp_path: Path) -> None:
    """The places that matter lie elsewhere: all is read in the end."""
    first = learned(form(filling="Gasse"))
    assert first is not None
    moved = replace(first, bands=((0.0, 280.0, 210.0, 290.0),), blocks=())
    found = readings(form(), tmp_path, (moved,))
    assert isinstance(found.amount, Read)
    assert found.amount.value == Decimal("12345.60")
    assert isinstance(found.applicant, Read)


def test_nothing_is_called_absent_before_all_was_read(tmp_path: Path) -> None:
    first = learned(form(filling="Gasse"))
    assert first is not None
    found = readings(form(amount=""), tmp_path, (first,))
    assert isinstance(found.amount, Absent)
    assert [sight.depth for sight in found.sights] == ["ganz"]
    assert not any(UNREAD in w.text for sight in found.sights for w in sight.words)


def test_what_is_not_read_still_stands_on_the_page() -> None:
    sight = first_look(form(), ())
    assert sight.depth == "ohne-fliesstext"
    assert sum(w.text == UNREAD for w in sight.words) >= 3 * len(sight.unread) > 0
    whole = deeper(sight)
    assert not whole.unread
    assert any("Einwohner" in w.text for w in whole.words)
    assert not any("Einwohner" in w.text for w in sight.words)


@pytest.mark.parametrize("level", [130, 180])
def test_a_copy_on_grey_paper_is_read_as_well(level: int) -> None:
    """What is hidden from the engine must not stand out against the paper."""
    first = learned(form(filling="Gasse"))
    assert first is not None
    white = form()
    grey = replace(white, grey=(white.grey.astype(np.float32) * level / 255).astype(np.uint8))
    for known in ((), (first,)):
        words = [w.text for w in first_look(grey, known).words]
        assert "12.345,60" in words
        assert "Calw" in words


def test_a_page_upside_down_is_turned_and_its_boxes_fit_the_page_as_shown() -> None:
    page = form()
    turned = replace(page, grey=np.ascontiguousarray(np.rot90(page.grey, 2)))
    sight = first_look(turned, ())
    (word,) = (w for w in sight.words if w.text == "12.345,60")
    box = sight.page.box(word.x0, word.y0, word.x1, word.y1)
    (same,) = (w for w in first_look(page, ()).words if w.text == "12.345,60")
    there = page.box(same.x0, same.y0, same.x1, same.y1)
    assert abs(box.x0 - (595 - there.x1)) < 3
    assert abs(box.y0 - (842 - there.y1)) < 3
    assert ocr.sure_words(sight.read) > 12
