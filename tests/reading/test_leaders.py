"""Leader rows go, what stands between digits stays, and grey paper is no print."""

import cv2
import numpy as np
import pytest

from inbox_daemon.reading.paper.page import Grey
from inbox_daemon.reading.text.leaders import paper_of, without_leaders

DPI = 200.0


def paper(level: int = 255) -> Grey:
    return np.full((300, 1200), level, np.uint8)


def dotted(picture: Grey, *, y: int, first: int, last: int, ink: int = 20) -> Grey:
    for x in range(first, last, 9):
        picture[y : y + 3, x : x + 3] = ink
    return picture


@pytest.mark.parametrize("level", [255, 190, 150])
def test_a_row_of_dots_is_taken_out_on_any_paper(level: int) -> None:
    cleaned = without_leaders(dotted(paper(level), y=150, first=100, last=900), DPI)
    assert cleaned.min() == level == paper_of(cleaned)


def test_letters_on_the_row_stay() -> None:
    picture = dotted(paper(), y=150, first=100, last=900)
    cv2.putText(picture, "Calw", (400, 152), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0.0,), 2)
    cleaned = without_leaders(picture, DPI)
    assert (cleaned[120:150, 390:480] < 128).sum() > 0.95 * (picture[120:150, 390:480] < 128).sum()
    assert cleaned[:, 600:].min() == 255


def test_a_comma_beside_the_row_stays() -> None:
    """It is larger than the dots, and not one step from its neighbours."""
    picture = dotted(dotted(paper(), y=150, first=100, last=500), y=150, first=560, last=900)
    picture[148:156, 529:534] = 20
    cleaned = without_leaders(picture, DPI)
    assert (cleaned[148:156, 529:534] == 20).all()


def test_a_few_points_are_no_row() -> None:
    picture = dotted(paper(), y=150, first=100, last=150)
    assert (without_leaders(picture, DPI) == picture).all()
