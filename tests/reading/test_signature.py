"""The signature block on drawn pages: every kind of mark gets the one of three answers it may get.

Touches: DejaVu fonts of the system. Trusts: nothing drawn here was ever a person's signature.
Limits: real writers and scanners are measured on ../shared/data, in the test marked full.
"""

import csv
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from inbox_daemon.core.programm import Feld
from inbox_daemon.core.values import Absent, DocumentKind, Read, Reading, Unreadable
from inbox_daemon.reading.paper.page import Page, Word
from inbox_daemon.reading.unterschrift.block_label import is_label, segments_of
from inbox_daemon.reading.unterschrift.signature import signature_on
from samples import pen as drawn

DPI = 300
MM = DPI / 25.4
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
SIGNATURES = Path(__file__).parents[2].parent / "shared" / "data" / "signatures"
FELD = Feld(
    name="unterschrift",
    labels=(
        "unterschrift",
        "rechtsverbindliche unterschrift",
        "name, unterschrift",
        "unterschrift des/der vertretungsberechtigten",
    ),
    not_labels=("unterschriftsberechtigt",),
)

Grey: TypeAlias = NDArray[np.uint8]
Mark: TypeAlias = Callable[[Grey, float, float], None]

pytestmark = pytest.mark.skipif(not FONT.exists(), reason="DejaVu fonts are not installed")


@cache
def paper() -> Grey:
    """Blank A4 paper with the noise of a scanner."""
    noise = np.random.default_rng(3).normal(0, 2.5, (3508, 2480))
    return np.clip(244 + noise, 0, 255).astype(np.uint8)


class Sheet:
    """A4 paper at 300 dpi on which print is set in mm, and the words an engine would see."""

    def __init__(self) -> None:
        self.grey: Grey = paper().copy()
        self.words: list[Word] = []

    def text(self, x: float, y: float, text: str, height: float = 3.2) -> None:
        """Set `text` with its upper left corner at x, y."""
        font = ImageFont.truetype(str(FONT), int(height * MM))
        top, bottom = int((y - height) * MM), int((y + 2 * height) * MM)
        picture = Image.fromarray(self.grey[top:bottom])
        draw = ImageDraw.Draw(picture)
        at = x * MM
        for token in text.split():
            box = draw.textbbox((at, y * MM - top), token, font=font)
            draw.text((at, y * MM - top), token, font=font, fill=35)
            x0, y0, x1, y1 = (int(v) for v in box)
            line = (int(y), 0, 0)
            self.words.append(
                Word(
                    text=token,
                    x0=x0,
                    y0=y0 + top,
                    x1=x1,
                    y1=y1 + top,
                    confidence=95.0,
                    line=line,
                )
            )
            at = box[2] + 0.3 * height * MM
        self.grey[top:bottom] = np.asarray(picture)

    def rule(self, x: float, y: float, length: float) -> None:
        """Draw a thin printed line."""
        ends = [(int(v * MM), int(y * MM)) for v in (x, x + length)]
        cv2.line(self.grey, ends[0], ends[1], 50, 3)

    def page(self, kind: DocumentKind = DocumentKind.SCAN, notes: tuple[str, ...] = ()) -> Page:
        """The sheet as it comes out of a scanner: a little soft."""
        soft = np.asarray(cv2.GaussianBlur(self.grey, (0, 0), 0.8), dtype=np.uint8)
        return Page(number=1, grey=soft, rgb=None, dpi=float(DPI), kind=kind, notes=notes)


def below_line() -> tuple[Sheet, float, float]:
    """Place and date at the left, the label under the line; gives where a signature would start."""
    sheet = Sheet()
    sheet.text(20, 130, "Der Antragsteller versichert die Richtigkeit aller Angaben im Antrag.")
    sheet.text(22, 200, "Stuttgart, 12.07.2022")
    for x, label in ((20, "Ort, Datum"), (90, "Unterschrift des Landrats")):
        sheet.rule(x, 206, 60 if x < 50 else 85)
        sheet.text(x, 208, label, height=2.8)
    return sheet, 95.0, 190.0


def left_of_line() -> tuple[Sheet, float, float]:
    """The label and the line side by side."""
    sheet = Sheet()
    sheet.text(20, 130, "Der Antragsteller versichert die Richtigkeit aller Angaben im Antrag.")
    sheet.text(20, 202, "Rechtsverbindliche Unterschrift:")
    sheet.rule(82, 206, 90)
    return sheet, 88.0, 190.0


def under_heading() -> tuple[Sheet, float, float]:
    """The label as a heading with room below and no line at all."""
    sheet = Sheet()
    sheet.text(20, 130, "Der Antragsteller versichert die Richtigkeit aller Angaben im Antrag.")
    sheet.text(20, 180, "4. Unterschrift")
    return sheet, 24.0, 190.0


LAYOUTS = (below_line, left_of_line, under_heading)


def scribble(grey: Grey, x: float, y: float) -> None:
    """A pen's signature of samples/pen.py, 46 mm long."""
    ink = drawn.signature(drawn.Hand(seed=11, width_mm=46.0, height_mm=14.0)).astype(np.float32)
    top, left = int((y - 3) * MM), int(x * MM)
    there = grey[top : top + ink.shape[0], left : left + ink.shape[1]]
    there[:] = (there * (1 - 0.8 * ink / 255)).astype(np.uint8)


def nothing(grey: Grey, x: float, y: float) -> None:
    """Leave the paper as it is."""


def cross(grey: Grey, x: float, y: float) -> None:
    """A large X."""
    a, b, c, d = (int(v * MM) for v in (x, y, x + 11, y + 13))
    cv2.line(grey, (a, b), (c, d), 50, 6)
    cv2.line(grey, (c, b), (a, d), 50, 6)


def round_stamp(grey: Grey, x: float, y: float) -> None:
    """Two rings with print between and a bar inside."""
    centre = (int((x + 25) * MM), int((y + 4) * MM))
    for radius, thick in ((18, 7), (12, 4)):
        cv2.circle(grey, centre, int(radius * MM), 90, thick)
    for turn in np.linspace(0, 2 * np.pi, 16, endpoint=False):
        at = (int(centre[0] + 15 * MM * np.cos(turn)), int(centre[1] + 15 * MM * np.sin(turn)))
        cv2.putText(grey, "R", at, cv2.FONT_HERSHEY_SIMPLEX, 1.2, 90, 4)


def framed_stamp(grey: Grey, x: float, y: float) -> None:
    """A tilted frame with nothing that an engine could read in it."""
    box = cv2.boxPoints((((x + 25) * MM, (y + 4) * MM), (40 * MM, 18 * MM), 6.0))
    cv2.polylines(grey, [box.astype(np.int32)], isClosed=True, color=90, thickness=6)
    for step in range(7):
        at = (int((x + 12 + 4 * step) * MM), int((y + 5) * MM))
        cv2.putText(grey, "E", at, cv2.FONT_HERSHEY_SIMPLEX, 1.5, 90, 5)


def smudge(grey: Grey, x: float, y: float) -> None:
    """A pale spot with soft edges."""
    a, b, c, d = (int(v * MM) for v in (x, y, x + 24, y + 14))
    spot = np.zeros((d - b, c - a), np.float32)
    cv2.ellipse(spot, ((c - a) // 2, (d - b) // 2), (90, 40), 20, 0, 360, 70, -1)
    spot = np.asarray(cv2.GaussianBlur(spot, (0, 0), 20), dtype=np.float32)
    grey[b:d, a:c] = np.clip(grey[b:d, a:c] - spot, 0, 255).astype(np.uint8)


def reading_of(
    layout: Callable[[], tuple[Sheet, float, float]],
    mark: Mark,
    kind: DocumentKind = DocumentKind.SCAN,
    notes: tuple[str, ...] = (),
) -> Reading[str]:
    sheet, x, y = layout()
    mark(sheet.grey, x, y)
    return seen(sheet.page(kind, notes), sheet)


def seen(page: Page, sheet: Sheet) -> Reading[str]:
    words = (tuple(sheet.words),)
    return signature_on([page], words, FELD, document="d", crops=lambda _page, _box: "sha")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_empty_block_is_absent(layout: Callable[[], tuple[Sheet, float, float]]) -> None:
    assert reading_of(layout, nothing) == Absent(
        why="feld-leer", source=reading_of(layout, nothing).source
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_pen_is_read_with_page_box_and_crop(
    layout: Callable[[], tuple[Sheet, float, float]],
) -> None:
    reading = reading_of(layout, scribble)
    assert isinstance(reading, Read)
    assert reading.value == "handschriftlich"
    assert (reading.source.document, reading.source.page, reading.source.crop) == ("d", 1, "sha")
    assert reading.source.box is not None
    assert reading.source.box.x0 < 95 * 72 / 25.4 < reading.source.box.x1


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("mark", [cross, round_stamp, framed_stamp, smudge])
def test_a_mark_that_is_no_pen_is_never_an_answer(
    layout: Callable[[], tuple[Sheet, float, float]], mark: Mark
) -> None:
    assert reading_of(layout, mark).kind == "unreadable"


@pytest.mark.parametrize("name", ["Dr. Monika Muster", "gez. Muster"])
def test_a_typed_name_is_no_signature(name: str) -> None:
    sheet, x, y = below_line()
    sheet.text(x, y + 10, name)
    reading = seen(sheet.page(), sheet)
    assert isinstance(reading, Absent)
    assert reading.why == "nur-getippt"


def test_a_pen_over_a_typed_name_is_read() -> None:
    sheet, x, y = below_line()
    sheet.text(x + 40, y + 11, "Muster")
    scribble(sheet.grey, x, y - 3)
    assert seen(sheet.page(), sheet).kind == "read"


def test_a_name_that_the_engine_doubts_is_not_called_typed() -> None:
    sheet, x, y = below_line()
    sheet.text(x, y + 10, "Monika Muster")
    doubted = [
        Word(
            text=w.text, x0=w.x0, y0=w.y0, x1=w.x1, y1=w.y1, line=w.line,
            confidence=72.0 if w.text == "Muster" else w.confidence,
        )
        for w in sheet.words
    ]  # fmt: skip
    sheet.words = doubted
    assert seen(sheet.page(), sheet).kind == "unreadable"


def test_ink_over_place_and_date_alone_is_no_signature() -> None:
    sheet, _, y = below_line()
    scribble(sheet.grey, 18.0, y - 3)
    assert seen(sheet.page(), sheet).kind != "read"


@pytest.mark.parametrize(
    ("kind", "notes"),
    [
        (DocumentKind.BORN_DIGITAL, ()),
        (DocumentKind.MIXED, ()),
        (DocumentKind.SCAN, ("pasted-picture",)),
        (DocumentKind.SCAN, ("ink-annotation",)),
    ],
)
def test_ink_that_was_never_on_paper_goes_to_a_person(
    kind: DocumentKind, notes: tuple[str, ...]
) -> None:
    reading = reading_of(below_line, scribble, kind, notes)
    assert isinstance(reading, Unreadable)
    assert reading.why == "kein-papierscan"


def test_a_page_without_the_label_is_doubt() -> None:
    sheet = Sheet()
    sheet.text(20, 100, "Der Unterzeichner ist unterschriftsberechtigt.")
    scribble(sheet.grey, 30, 150)
    assert seen(sheet.page(), sheet) == Unreadable(why="feld-nicht-gefunden")


@pytest.mark.parametrize("size", [(8, 300), (40, 300), (300, 2000)])
def test_noise_is_never_read(size: tuple[int, int]) -> None:
    sheet = Sheet()
    sheet.grey = np.random.default_rng(0).integers(0, 256, size).astype(np.uint8)
    sheet.words = [
        Word(text="Unterschrift", x0=90, y0=2, x1=280, y1=30, confidence=90.0, line=(1, 1, 1))
    ]
    assert seen(sheet.page(), sheet).kind == "unreadable"


def test_two_blocks_of_which_one_is_signed_are_doubt() -> None:
    sheet, x, y = below_line()
    sheet.rule(90, 276, 85)
    sheet.text(90, 278, "Unterschrift der Kämmerei", height=2.8)
    scribble(sheet.grey, x, y)
    reading = seen(sheet.page(), sheet)
    assert isinstance(reading, Unreadable)
    assert reading.why == "mehrere-bloecke"


def test_a_date_by_hand_on_a_shared_line_is_doubt() -> None:
    sheet = Sheet()
    sheet.rule(20, 206, 150)
    sheet.text(20, 208, "Ort, Datum, Unterschrift", height=2.8)
    scribble(sheet.grey, 24, 190)
    reading = seen(sheet.page(), sheet)
    assert isinstance(reading, Unreadable)
    assert reading.why == "ort-datum-hand"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Unterschrift", True),
        ("(rechtsverbindliche Unterschrift, Dienstsiegel)", True),
        ("Ort, Datum, Unterschrift", True),
        ("Unterschrlft des/der Vertretungsberechtigten", True),
        ("unterschriftsberechtigt", False),
        ("Anschrift", False),
        ("Mit der folgenden Unterschrift wird bestätigt", False),
        ("Unterschrift und Stempel sind für den Antrag nötig.", False),
    ],
)
def test_labels_are_told_from_running_text(text: str, *, expected: bool) -> None:
    sheet = Sheet()
    sheet.text(20, 100, text)
    assert any(is_label(s, FELD) for s in segments_of(sheet.words)) is expected


def pasted(path: Path, millimetres: float) -> Mark:
    """A mark that lays a stored crop on the paper at its true width."""
    crop = Image.open(path).convert("L")

    def mark(grey: Grey, x: float, y: float) -> None:
        size = (int(millimetres * MM), int(millimetres * MM * crop.height / crop.width))
        ink = np.asarray(crop.resize(size)).astype(np.float32)
        ink = np.minimum(ink / np.quantile(ink, 0.9), 1)
        top, left = int((y + 12) * MM) - size[1], int(x * MM)
        there = grey[top : top + size[1], left : left + size[0]]
        there[:] = (there * ink[: there.shape[0], : there.shape[1]]).astype(np.uint8)

    return mark


@pytest.mark.full
@pytest.mark.parametrize("layout", LAYOUTS)
def test_real_pens_are_never_absent_and_other_marks_never_read(
    layout: Callable[[], tuple[Sheet, float, float]],
) -> None:
    if not SIGNATURES.exists():
        pytest.skip("../shared/data/signatures is not here")
    told: Counter[tuple[str, str]] = Counter()
    with (SIGNATURES / "index.csv").open(encoding="utf-8") as rows:
        for row in list(csv.DictReader(rows))[::3]:
            dpi = float(row["dpi"] or 0)
            width = int(row["width"]) / dpi * 25.4 if dpi else 50.0
            # Ink of a phone screen, pasted on paper by this test, has the shape of a pen.
            if width > 85 or "phone" in row["kind"]:
                continue
            reading = reading_of(layout, pasted(SIGNATURES / row["file"], width))
            told[row["label"], reading.kind] += 1
    print(layout.__name__, dict(told))
    assert told["1", "absent"] == 0
    assert told["0", "read"] == 0
    assert told["1", "read"] > 0.5 * sum(n for (label, _), n in told.items() if label == "1")
