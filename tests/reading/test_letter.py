"""Letters without a label: signed only where a pen wrote where a signature stands; never absent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from inbox_daemon.core.values import Absent, Box, DocumentKind, Read, Reading, Unreadable
from inbox_daemon.reading.paper.page import Page, Word
from inbox_daemon.reading.unterschrift import letter
from inbox_daemon.reading.unterschrift.letter_ink import groups_on
from inbox_daemon.reading.unterschrift.letter_text import (
    CLOSINGS,
    closings_in,
    ends_letter,
    is_like_closing,
    names_in,
    stretches_of,
)
from samples import pen

pytestmark = pytest.mark.full

DPI = 200
PX = DPI / 25.4
FORMULA, NAME = "Mit freundlichen Grüßen", "Dr. Petra Lindner"


def line_of(text: str, *, line: int = 1, x: int = 200, y: int = 1500, high: int = 24) -> list[Word]:
    """The words of one line as an engine gives them; letters half as wide as high."""
    found = []
    for part in text.split():
        wide = len(part) * high // 2
        found.append(
            Word(text=part, x0=x, y0=y, x1=x + wide, y1=y + high, confidence=91, line=(1, 1, line))
        )
        x += wide + high // 3
    return found


@pytest.mark.parametrize("formula", CLOSINGS)
def test_every_formula_is_known_as_written_and_in_capitals(formula: str) -> None:
    for text in (formula, formula.capitalize() + ",", formula.upper()):
        assert len(closings_in(stretches_of(line_of(text)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Mit freundlichen Gruessen",
        "Mit freundlichen Grifßen",
        "Mit freundl. Grüßen",
        "Hochachtungsvoll!",
    ],
)
def test_other_spellings_and_small_faults_are_known(text: str) -> None:
    assert len(closings_in(stretches_of(line_of(text)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Wir danken und verbleiben mit freundlichen Grüßen an alle Beteiligten des Hauses",
        "We sincerely hope that you will be able to attend the meeting",
        "Records",
        "Regierungspräsidium Stuttgart",
        "Planungsrahmen",
        "Anlagen",
    ],
)
def test_what_is_no_formula_is_none(text: str) -> None:
    assert closings_in(stretches_of(line_of(text))) == ()


@pytest.mark.parametrize(
    "text", ["Gordially,", "toräially;", "Sinogrely,", "Mit freundlich Grü", "Sincere Yı"]
)
def test_the_rest_of_a_formula_is_known_where_one_would_stand(text: str) -> None:
    assert is_like_closing(text)


@pytest.mark.parametrize(
    "text", ["", "A ya", "Thank you in advance for your assistance.", "12.345,67 EUR"]
)
def test_other_print_is_not_taken_for_a_broken_formula(text: str) -> None:
    assert not is_like_closing(text)


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        (NAME, True), ("R. D. Gourley/ j", True), ("Landrätin", True),
        ("Oberbürgermeister Klaus Ruf", True),
        ("wir bitten um Förderung der Maßnahme", False), ("Az. 15.2-0413", False), ("A B", False),
        ("Die Angaben in diesem Antrag sind vollständig und richtig", False),
    ],
)  # fmt: skip
def test_a_name_is_a_short_line_with_capitals(text: str, *, is_name: bool) -> None:
    assert bool(names_in(stretches_of(line_of(text)))) is is_name


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("Anlagen: 2", True),
        ("cc: Mr. Hager", True),
        ("Enclosvres", True),
        ("Antrag", False),
        ("", False),
    ],
)
def test_enclosures_and_copies_end_a_letter(text: str, *, ends: bool) -> None:
    assert ends_letter(text) is ends


def test_a_wide_gap_parts_a_line() -> None:
    words = [*line_of(FORMULA), *line_of("Stuttgart", x=1200)]
    assert [s.text for s in stretches_of(words)] == [FORMULA, "Stuttgart"]


@dataclass
class Sheet:
    """A page that is being written, and the words an engine would read on it."""

    picture: Image.Image
    words: list[Word]

    @staticmethod
    def empty() -> "Sheet":
        """A4."""
        return Sheet(Image.new("L", (round(210 * PX), round(297 * PX)), 255), [])

    def text(self, text: str, x_mm: float, y_mm: float) -> None:
        """Print of 11 points, read by the engine."""
        face = ImageFont.load_default(11 / 72 * DPI)
        draw, x, y = ImageDraw.Draw(self.picture), x_mm * PX, y_mm * PX
        for part in text.split():
            draw.text((x, y), part, 0, face)
            box = [round(v) for v in draw.textbbox((x, y), part, face)]
            line = (1, 1, round(y_mm * 10))
            self.words.append(
                Word(
                    text=part, x0=box[0], y0=box[1], x1=box[2], y1=box[3], confidence=93, line=line
                )
            )
            x += draw.textlength(part + " ", face)

    def pen(self, x_mm: float, y_mm: float, *, seed: int = 5, wide: float = 55) -> None:
        """A drawn signature."""
        mask = pen.signature(pen.Hand(seed=seed, width_mm=wide))
        size = round(mask.shape[1] * DPI / 300), round(mask.shape[0] * DPI / 300)
        ink = Image.fromarray(mask).resize(size, Image.Resampling.LANCZOS)
        self.picture.paste(Image.new("L", size, 30), (round(x_mm * PX), round(y_mm * PX)), ink)

    def page(self) -> Page:
        """As a scanner gives it."""
        grey = np.array(self.picture, np.uint8)
        return Page(number=1, grey=grey, rgb=None, dpi=DPI, kind=DocumentKind.SCAN)


def body(*, formula: str = FORMULA, name: str = NAME) -> Sheet:
    """A letter of eight lines with a formula at 130 mm and a name at 165 mm, if given."""
    sheet = Sheet.empty()
    for row in range(8):
        sheet.text(
            "anbei übersenden wir den Antrag auf Förderung der Maßnahme in unserem Gebiet",
            25,
            70 + 6 * row,
        )
    if formula:
        sheet.text(formula, 25, 130)
    if name:
        sheet.text(name, 25, 165)
    return sheet


def answer(sheet: Sheet, **traits: object) -> Reading[str]:
    page = replace(sheet.page(), **traits)  # type: ignore[arg-type]
    crops: list[Box] = []

    def crop(_: Page, box: Box) -> str:
        crops.append(box)
        return "crop"

    words: Sequence[tuple[Word, ...]] = (tuple(sheet.words),)
    return letter.signature_without_label((page,), words, document="d", crops=crop)


def test_print_alone_gives_no_group_of_ink() -> None:
    sheet = body()
    draw = ImageDraw.Draw(sheet.picture)
    draw.rectangle((900, 1500, 1400, 1800), outline=0, width=3)
    draw.line((150, 1900, 1500, 1900), 0, 3)
    draw.ellipse((30, 700, 75, 745), fill=0)
    draw.rectangle((0, 0, 40, 2338), fill=0)
    assert groups_on(sheet.page(), sheet.words) == ()


def test_a_signature_is_one_group_without_the_print_beside_it() -> None:
    sheet = body()
    sheet.pen(28, 140)
    (group,) = groups_on(sheet.page(), sheet.words)
    assert group.box[0] == pytest.approx(28, abs=4)
    assert 135 < group.box[1] < group.box[3] < 175
    assert group.wide == pytest.approx(55, abs=6)


@pytest.mark.parametrize("seed", [1, 5, 9])
@pytest.mark.parametrize(
    ("formula", "name"), [(FORMULA, NAME), ("Hochachtungsvoll", ""), ("", NAME)]
)
def test_a_pen_under_the_formula_or_over_the_name_is_a_signature(
    seed: int, formula: str, name: str
) -> None:
    sheet = body(formula=formula, name=name)
    sheet.pen(30, 139, seed=seed)
    reading = answer(sheet)
    assert isinstance(reading, Read)
    assert reading.source.box is not None
    assert reading.source.box.y0 / 72 * 25.4 == pytest.approx(141, abs=8)


def test_a_letter_without_ink_is_not_called_unsigned() -> None:
    assert answer(body()) == Unreadable(why="feld-nicht-gefunden")


def test_a_pen_far_from_formula_and_name_is_doubt() -> None:
    sheet = body()
    sheet.pen(120, 15)
    reading = answer(sheet)
    assert isinstance(reading, Unreadable)


def test_type_in_the_signature_s_place_is_never_read() -> None:
    sheet = body()
    sheet.text("gez. Lindner", 28, 148)
    assert isinstance(answer(sheet), Unreadable)


@pytest.mark.parametrize(
    "traits", [{"notes": ("pasted-picture",)}, {"kind": DocumentKind.BORN_DIGITAL}]
)
def test_ink_that_is_not_of_the_scan_is_doubt(traits: dict[str, object]) -> None:
    sheet = body()
    sheet.pen(30, 139)
    reading = answer(sheet, **traits)
    assert isinstance(reading, Unreadable)
    assert reading.why == "kein-papierscan"
    assert isinstance(answer(sheet, notes=("jbig2-symbols",)), Read)


def test_pages_of_noise_have_an_answer() -> None:
    noise = np.random.default_rng(2).integers(0, 256, (2338, 1654)).astype(np.uint8)
    page = replace(Sheet.empty().page(), grey=noise)
    reading = letter.signature_without_label((page,), ((),), document="d", crops=lambda _p, _b: "c")
    assert not isinstance(reading, Absent | Read)
