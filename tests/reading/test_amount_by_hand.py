"""Amounts by hand: found beside lines and in frames, read only where nothing stays open."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inbox_daemon.core.programm import Feld
from inbox_daemon.core.values import Absent, Box, DocumentKind, Read, Reading, Unreadable
from inbox_daemon.reading.betrag.amount import amount_on
from inbox_daemon.reading.betrag.by_hand import best_guess, finding_of, fits
from inbox_daemon.reading.betrag.handwriting import Sign, Written
from inbox_daemon.reading.betrag.second import Seconds, sums_of
from inbox_daemon.reading.betrag.strip import depth_of, strip_of
from inbox_daemon.reading.paper.page import Page, Word
from inbox_daemon.reading.text.rows import Rect

DPI = 200
BETRAG = Feld(
    name="betrag", labels=("beantragte zuwendung",), not_labels=("planungsrahmen", "eigenmittel")
)
LABEL = (("Beantragte", 80, 300, 220), ("Zuwendung:", 230, 300, 380))


def word(text: str, x0: int, y0: int, x1: int, confidence: float = 93.0) -> Word:
    return Word(text=text, x0=x0, y0=y0, x1=x1, y1=y0 + 26, confidence=confidence, line=(1, 1, y0))


def paper() -> NDArray[np.uint8]:
    return np.full((1000, 1400), 246, np.uint8)


def pen(grey: NDArray[np.uint8], text: str, x: int, foot: int) -> None:
    """Digits of one stroke, as a plotter's pen draws them, unevenly set."""
    for number, sign in enumerate(text):
        y = foot + (number * 5) % 4 - 2
        cv2.putText(grey, sign, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1.55, 50.0, 4, cv2.LINE_AA)
        x += 18 if sign in ",." else 38


def amount(
    grey: NDArray[np.uint8], words: Sequence[Word] = (), known: frozenset[Decimal] = frozenset()
) -> Reading[Decimal]:
    page = Page(number=1, grey=grey, rgb=None, dpi=DPI, kind=DocumentKind.SCAN)
    seen = [word(*entry) for entry in LABEL]
    return amount_on([page], [[*seen, *words]], BETRAG, document="d", crops=stored, known=known)


def stored(page: Page, box: Box) -> str:
    del page
    return f"crop-{box.x0}"


def said(*words: str) -> list[Word]:
    return [word(text, 80 + 130 * n, 500, 200 + 130 * n) for n, text in enumerate(words)]


IN_WORDS = said("in", "Worten:", "zweiundsechzigtausendneunhundertachtzig", "Euro", "und", "35/100")


def line(grey: NDArray[np.uint8]) -> None:
    cv2.line(grey, (430, 330), (1000, 330), 60.0, 2)


def frame(grey: NDArray[np.uint8]) -> None:
    cv2.rectangle(grey, (430, 270), (1000, 338), 60.0, 2)


def dots(grey: NDArray[np.uint8]) -> None:
    for x in range(430, 1000, 10):
        cv2.circle(grey, (x, 331), 1, 60.0, -1)


@pytest.mark.parametrize("ruled", [line, frame, dots])
def test_digits_by_hand_that_the_words_confirm_are_read(ruled: object) -> None:
    grey = paper()
    assert callable(ruled)
    ruled(grey)
    pen(grey, "62.980,35", 500, 326)
    reading = amount(grey, IN_WORDS)
    assert isinstance(reading, Read)
    assert reading.value == Decimal("62980.35")
    assert reading.source.method == "zwei-netze"
    assert reading.source.crop is not None


def test_digits_below_the_label_are_found() -> None:
    grey = paper()
    pen(grey, "62.980,35", 100, 400)
    reading = amount(grey, said("in", "Worten:", "zweiundsechzigtausendneunhundertachtzig", "Euro",
                                "und", "35/100"))  # fmt: skip
    assert isinstance(reading, Read)
    assert reading.value == Decimal("62980.35")


def test_a_number_of_the_rules_confirms_to_the_cent() -> None:
    grey = paper()
    line(grey)
    pen(grey, "62.980,35", 500, 326)
    assert isinstance(amount(grey, known=frozenset({Decimal("62980.35")})), Read)


@pytest.mark.parametrize("words", ["62980.55", "26980.35", "6298.35", "629803.50"])
def test_words_that_say_something_else_are_a_contradiction(words: str) -> None:
    written = seen("62.980,35")
    finding = finding_of(written, seconds(said={Decimal(words)}))
    assert finding.value is None
    assert finding.why in {"widerspruch", "handschrift"}


def test_an_empty_field_is_absent_and_a_scribble_is_not() -> None:
    grey = paper()
    line(grey)
    assert isinstance(amount(grey), Absent)
    cv2.line(grey, (500, 320), (600, 290), 60.0, 3)
    assert isinstance(amount(grey), Unreadable)


def test_the_next_labels_handwriting_is_not_taken() -> None:
    grey = paper()
    line(grey)
    pen(grey, "62.980,35", 500, 400)
    below = [word("Eigenmittel:", 80, 372, 230)]
    assert not isinstance(amount(grey, below, frozenset({Decimal("62980.35")})), Read)
    beside = paper()
    pen(beside, "62.980,35", 900, 326)
    same_row = [word("Eigenmittel:", 720, 300, 880)]
    assert not isinstance(amount(beside, same_row, frozenset({Decimal("62980.35")})), Read)


def test_a_sure_reading_that_differs_is_a_contradiction() -> None:
    assert fits(seen("62.980,35", "6290035", sure=0.6), Decimal("62980.35"))
    assert not fits(seen("62.980,35", "6290035", sure=0.92), Decimal("62980.35"))


def test_a_row_that_the_edge_cuts_is_not_read() -> None:
    written = seen("62.980,35", sure=0.999)
    assert finding_of(replace(written, left=True), seconds()).value is None


def seen(text: str, along: str | None = None, *, sure: float = 0.6) -> Written:
    digits = [c for c in text if c.isdigit()]
    signs = []
    for number, digit in enumerate(digits):
        shares = [0.05] * 11
        shares[int(digit)] = sure
        signs.append(Sign(x0=number * 20, x1=number * 20 + 15, shares=tuple(shares)))
    return Written(
        signs=tuple(signs), text=text, along="".join(digits) if along is None else along,
        sure=sure, along_sure=sure, left=False, cut=0, tall=30.0, foot=50.0,
        doubt=(1 - sure) ** 2,
    )  # fmt: skip


def seconds(
    said: set[Decimal] | None = None, others: tuple[str, ...] = (), known: tuple[str, ...] = ()
) -> Seconds:
    return Seconds(
        said=frozenset(said or ()),
        others=tuple(Decimal(o) for o in others),
        known=frozenset(Decimal(k) for k in known),
    )


@pytest.mark.parametrize(
    ("text", "along", "value", "fitting"),
    [
        ("62.980,35", None, "62980.35", True),
        ("62.980,35", "62980", "62980.35", False),
        ("62.980,35", "6290035", "62980.35", True),
        ("62.900,35", "6298035", "62980.35", True),
        ("62.900,35", "6290035", "62980.35", False),
        ("62.980,35", "698035", "62980.35", True),
        ("6.980,35", "698035", "62980.35", False),
        ("62.980,30", "62918035", "62980.35", True),
        ("62.980,335", "62980335", "62980.35", False),
        ("62.880,35", "6288035", "62980.35", False),
        ("6298035", None, "62980.35", True),
        ("62.980,--", None, "62980.00", True),
        ("62.980,--", None, "629.80", False),
        ("62.980", None, "629.80", False),
        ("629,80", None, "62980.00", False),
    ],
)
def test_both_readings_leave_no_digit_open(
    text: str, along: str | None, value: str, fitting: object
) -> None:
    assert fits(seen(text, along), Decimal(value)) is fitting


def test_high_shares_stand_alone_and_lower_ones_do_not() -> None:
    nothing = seconds()
    assert finding_of(seen("62.980,35", sure=0.995), nothing).value == Decimal("62980.35")
    assert finding_of(seen("62.980,35", sure=0.9), nothing).value is None
    assert finding_of(seen("62.980,35", "6298036", sure=0.995), nothing).value is None
    assert finding_of(seen("6298035", sure=0.995), nothing).value is None


def test_words_that_differ_forbid_even_high_shares() -> None:
    other = seconds(said={Decimal("99999.99")}, known=("62980.35",))
    assert finding_of(seen("62.980,35", sure=0.999), other).value is None


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("62.980,35", "62980.35"),
        ("6298035", "62980.35"),
        ("62.980,--", "62980.00"),
        ("62.980", "62980.00"),
        ("62", None),
    ],
)
def test_the_guess_is_what_a_person_would_try_first(text: str, guess: str | None) -> None:
    found = best_guess(seen(text), seconds())
    assert found == (Decimal(guess) if guess else None)


def test_sums_and_differences_confirm() -> None:
    plan = (Decimal("128220.40"), Decimal("14751.02"), Decimal("0.00"))
    assert Decimal("113469.38") in sums_of(plan)
    assert Decimal("142971.42") in sums_of(plan)
    assert Decimal("113469.39") not in sums_of(plan)


@pytest.mark.parametrize("high", [1, 2, 3])
@pytest.mark.parametrize("wide", [1, 2, 300])
def test_a_sliver_of_a_page_has_ink_or_none_and_no_error(high: int, wide: int) -> None:
    """An area mostly off the page, as words at the rim make it."""
    grey = np.full((high, wide), 246, np.uint8)
    assert depth_of(grey).shape == (high, wide)
    page = Page(number=1, grey=paper(), rgb=None, dpi=DPI, kind=DocumentKind.SCAN)
    rim = Rect(x0=1400 - wide, y0=1000 - high, x1=1500, y1=1100)
    assert strip_of(page, rim, ()).ink.shape == (high, wide)
