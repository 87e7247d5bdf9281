"""The readers of fields on drawn pages: three answers, and no value from the wrong place."""

import io
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pypdfium2 as pdfium
import pytest
from reportlab.pdfgen import canvas

from inbox_daemon.core.programm import Art, Feld, Foerderprogramm, Kreis
from inbox_daemon.core.values import Absent, Box, DocumentKind, Read, Reading, Unreadable
from inbox_daemon.reading.fields import amount_on, applicant_on, programme_on
from inbox_daemon.reading.paper.page import Page, Word
from inbox_daemon.reading.text import ocr
from inbox_daemon.reading.text.ocr import EngineFailed, engine_version, line_text
from inbox_daemon.reading.text.sight import deeper, first_look

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(
        shutil.which("tesseract") is None, reason="the OCR engine tesseract is not installed"
    ),
]

DPI = 200
Line = tuple[int, int, str]

BETRAG = Feld(
    name="betrag",
    labels=("beantragte zuwendung", "höhe der beantragten zuwendung", "zuwendung in höhe von"),
    not_labels=("planungsrahmen", "eigenmittel", "gesamtausgaben"),
)
ANTRAGSTELLER = Feld(
    name="antragsteller",
    labels=("antragsteller", "stadt-/landkreis", "zuwendungsempfänger"),
    not_labels=("ansprechpartner", "der antragsteller erklärt"),
)


def kreis(ags: str, art: Art, name: str, kurzname: str) -> Kreis:
    return Kreis(
        ags=ags, art=art, name=name, kurzname=kurzname, verwaltung=f"Landratsamt {kurzname}",
        sitz=kurzname, einwohner=1, domains=(),
    )  # fmt: skip


KREISE = (
    kreis("08235", Art.LANDKREIS, "Landkreis Calw", "Calw"),
    kreis("08215", Art.LANDKREIS, "Landkreis Karlsruhe", "Karlsruhe"),
    kreis("08225", Art.LANDKREIS, "Neckar-Odenwald-Kreis", "Neckar-Odenwald-Kreis"),
)


def programm(kennung: str, title: str) -> Foerderprogramm:
    return Foerderprogramm(
        kennung=kennung, titel=title, aktiv=True, titles=(title,),
        not_titles=("Verwendungsnachweis", "Änderungsantrag"), announcements=(),
        received_before=datetime(2022, 7, 22, 22, tzinfo=UTC), rahmen=(), rahmen_is_estimate=True,
        felder=(), checks=(), nachfrist_arbeitstage=7,
    )  # fmt: skip


PROGRAMME = (programm("hilfe", "Soforthilfe Musterland"), programm("digital", "Digitale Werkzeuge"))


def drawn(lines: Sequence[Line], rules: Sequence[tuple[int, int, int]] = ()) -> Page:
    """A page of 1200 x 1000 pixels with print (x, y of its top, text) and ruled lines."""
    buffer = io.BytesIO()
    width, height = 1200 * 72 / DPI, 1000 * 72 / DPI
    paper = canvas.Canvas(buffer, pagesize=(width, height))
    paper.setFont("Helvetica", 11)
    for x, y, text in lines:
        paper.drawString(x * 72 / DPI, height - (y + 30) * 72 / DPI, text)
    for x0, x1, y in rules:
        level = height - y * 72 / DPI
        paper.line(x0 * 72 / DPI, level, x1 * 72 / DPI, level)
    paper.save()
    picture = pdfium.PdfDocument(buffer.getvalue())[0].render(scale=DPI / 72, grayscale=True)
    grey = np.ascontiguousarray(picture.to_numpy()[:1000, :1200])
    return Page(number=1, grey=grey, rgb=None, dpi=DPI, kind=DocumentKind.SCAN)


FILLER = [
    (80, 60, "Antrag auf Hilfe für die Kommunen im Land"),
    (80, 700, "Der Antragsteller erklärt, dass alle Angaben richtig sind."),
    (80, 750, "Mit der Arbeit wurde noch nicht begonnen."),
]


def stored(page: Page, box: Box) -> str:
    del page
    return f"crop-{box.x0}"


def read_page(page: Page) -> tuple[Page, tuple[Word, ...]]:
    """All of the page, upright."""
    sight = first_look(page, ())
    while sight.depth != "ganz":
        sight = deeper(sight)
    return sight.page, sight.words


def amount(page: Page, words: Sequence[Word] | None = None) -> Reading[Decimal]:
    if words is None:
        page, words = read_page(page)
    return amount_on([page], [words], BETRAG, document="d", crops=stored)


def applicant(page: Page) -> Reading[str]:
    page, words = read_page(page)
    return applicant_on([page], [words], ANTRAGSTELLER, KREISE, document="d", crops=stored)


@pytest.mark.parametrize(
    "lines",
    [
        [(80, 300, "Beantragte Zuwendung:"), (600, 300, "124.245,24 EUR")],
        [(80, 300, "Höhe der beantragten Zuwendung"), (80, 350, "124.245,24 €")],
        [(80, 300, "124.245,24"), (80, 345, "(Beantragte Zuwendung)")],
        [(80, 300, "Wir bitten um eine Zuwendung in Höhe von 124.245,24 Euro.")],
        [(80, 300, "Wir bitten nun um eine Zuwendung in Höhe von"), (80, 345, "124.245,24 Euro.")],
        [
            (80, 250, "Gesamtausgaben"), (600, 250, "150.000,00"),
            (80, 300, "Beantragte Zuwendung"), (600, 300, "124.245,24"),
            (80, 350, "Planungsrahmen"), (600, 350, "333.333,33"),
        ],
    ],
)  # fmt: skip
def test_printed_amounts_are_read_wherever_they_stand(lines: list[Line]) -> None:
    reading = amount(drawn([*FILLER, *lines]))
    assert isinstance(reading, Read)
    assert reading.value == Decimal("124245.24")
    assert reading.source.page == 1
    assert reading.source.crop is not None
    assert reading.source.box is not None
    assert reading.source.box.y0 == pytest.approx(300 * 72 / DPI, abs=20)


def test_an_empty_line_is_absent() -> None:
    page = drawn([*FILLER, (80, 300, "Beantragte Zuwendung:")], [(600, 1000, 335)])
    found = amount(page)
    assert isinstance(found, Absent)
    assert found.why == "feld-leer"
    assert found.source is not None
    assert found.source.page == 1


def test_faint_strokes_on_the_line_are_not_absent() -> None:
    page = drawn([*FILLER, (80, 300, "Beantragte Zuwendung:")], [(600, 1000, 335)])
    grey = page.grey.copy()
    for x in range(620, 800):
        y = 315 + round(12 * np.sin(x / 9))
        grey[y - 1 : y + 2, x] = 195
    reading = amount(replace(page, grey=grey))
    assert isinstance(reading, Unreadable)
    assert reading.why == "handschrift"


def test_no_line_and_no_value_is_not_absent() -> None:
    reading = amount(drawn([*FILLER, (80, 300, "Beantragte Zuwendung:")]))
    assert isinstance(reading, Unreadable)
    assert reading.why == "feld-nicht-gefunden"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([(80, 300, "Beantragte Zuwendung"), (600, 300, "124.24")], "schreibweise"),
        ([(80, 300, "Beantragte Zuwendung"), (600, 300, "12424524")], "schreibweise"),
        ([(80, 300, "Planungsrahmen"), (600, 300, "124.245,24")], "feld-nicht-gefunden"),
        (
            [
                (80, 300, "Beantragte Zuwendung"), (600, 300, "124.245,24"),
                (80, 400, "Beantragte Zuwendung"), (600, 400, "99.000,00"),
            ],
            "mehrere-betraege",
        ),
        (
            [
                (80, 300, "Beantragte Zuwendung"), (600, 300, "99.000,00"),
                (80, 400, "in Worten:"), (300, 400, "achtundneunzigtausend Euro"),
            ],
            "widerspruch",
        ),
    ],
)  # fmt: skip
def test_doubt_is_never_a_value(lines: list[Line], why: str) -> None:
    reading = amount(drawn([*FILLER, *lines]))
    assert isinstance(reading, Unreadable)
    assert reading.why == why


def test_a_digit_that_the_engine_lost_is_noticed() -> None:
    """The page holds 124.245,24; the words say 24.245,24, as after a lost first digit."""
    page = drawn([(80, 300, "Beantragte Zuwendung"), (600, 300, "124.245,24")])
    _, seen = read_page(page)
    cut = [
        replace(w, text=w.text[1:], x0=w.x0 + 18) if w.text.startswith("124") else w for w in seen
    ]
    assert any(w.text == "24.245,24" for w in cut)
    assert not isinstance(amount(page, cut), Read)


@pytest.mark.parametrize(
    "lines",
    [
        [(80, 300, "Stadt-/Landkreis:"), (500, 300, "Landkreis Calw")],
        [(80, 300, "Antragsteller: Landkreis Calw")],
        [(80, 300, "Antragsteller (Stadt- oder Landkreis)"), (700, 300, "Landkreis Calw")],
        [(80, 300, "Zuwendungsempfänger"), (80, 345, "Landkreis Calw")],
        [(80, 300, "Landkreis Calw"), (80, 345, "(Antragsteller)")],
        [
            (80, 250, "1. Antragsteller"),
            (80, 300, "Stadt-/Landkreis"),
            (500, 300, "Landkreis Calw"),
        ],
    ],
)
def test_the_applicant_is_read_wherever_it_stands(lines: list[Line]) -> None:
    reading = applicant(drawn([*FILLER, *lines]))
    assert isinstance(reading, Read)
    assert reading.value == "Landkreis Calw"


def test_two_applicants_are_a_contradiction() -> None:
    lines = [
        (80, 300, "Antragsteller:"), (500, 300, "Landkreis Calw"),
        (80, 400, "Zuwendungsempfänger:"), (500, 400, "Landkreis Karlsruhe"),
    ]  # fmt: skip
    reading = applicant(drawn([*FILLER, *lines]))
    assert isinstance(reading, Unreadable)
    assert reading.why == "widerspruch"


def test_an_empty_applicant_is_absent_only_on_a_line() -> None:
    lines = [*FILLER, (80, 300, "Stadt-/Landkreis:")]
    assert isinstance(applicant(drawn(lines, [(500, 1000, 335)])), Absent)
    assert isinstance(applicant(drawn(lines)), Unreadable)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([(80, 120, "Soforthilfe Musterland")], "hilfe"),
        (
            [(80, 120, "Soforthilfe Musterland"), (80, 600, "Digitale Werkzeuge")],
            "mehrere-programme",
        ),
        ([(80, 120, "Irgendeine andere Sache")], "programm-nicht-erkannt"),
        ([(80, 120, "Verwendungsnachweis")], "anderes-formular"),
        (
            [
                (80, 120, "Soforthilfe Musterland"),
                (80, 800, "Ein Verwendungsnachweis ist bis Ende Juni vorzulegen."),
            ],
            "hilfe",
        ),
    ],
)
def test_the_programme_is_known_by_its_title(lines: list[Line], expected: str) -> None:
    page, words = read_page(drawn([*FILLER, *lines]))
    reading = programme_on([page], [words], PROGRAMME, document="d")
    assert (reading.value if isinstance(reading, Read) else reading.why) == expected


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_on_its_side_is_turned(quarters: int) -> None:
    page = drawn([*FILLER, (80, 300, "Beantragte Zuwendung"), (600, 300, "124.245,24")])
    turned = replace(page, grey=np.ascontiguousarray(np.rot90(page.grey, quarters)))
    reading = amount(turned)
    assert isinstance(reading, Read)


def test_an_empty_page_has_no_words() -> None:
    page, words = read_page(drawn([]))
    assert words == ()
    assert page.grey.shape == (1000, 1200)


def test_one_line_is_read_alone() -> None:
    page = drawn([(80, 300, "124.245,24")])
    text, confidence = line_text(page.grey[280:350, 60:400], dpi=DPI, wanted_dpi=250.0)
    assert text == "124.245,24"
    assert confidence > 50


def test_an_engine_that_takes_too_long_is_no_empty_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "PAGE_SECONDS", 0.01)
    with pytest.raises(EngineFailed) as caught:
        read_page(drawn(FILLER))
    assert caught.value.code == "ocr-zeit"


def test_the_engine_tells_its_version() -> None:
    assert engine_version().startswith("tesseract ")
