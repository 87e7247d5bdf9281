"""Rows of dots and dashes taken out of a picture before the engine reads it.

Promises: only marks of one size that stand level and in equal steps, many in a row, are painted
over; letters that touch the row stay, and so does a comma or a point between digits.
Touches: nothing. Trusts: the resolution it is told.
Limits: dots that a poor scan has run together are a ruled line, which is left to the engine.
"""

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.paper.page import Grey

# Millimetres: a mark's width and height, its least side, how level a row, its widest step.
WIDE: Final = 3.6
HIGH: Final = 0.75
LEAST: Final = 0.1
LEVEL: Final = 0.28
STEP: Final = 5.0
# A row has at least this many marks; this share of its steps is within a third of the usual one.
MARKS: Final = 8
EQUAL: Final = 0.7
OFF: Final = 0.34
SIZE: Final = 0.4
# Darker than this share of the paper is a mark; its grey rim goes with it.
DARK: Final = 0.67


def paper_of(picture: Grey) -> np.uint8:
    """The grey level of the paper: most of a page is paper."""
    return np.uint8(np.median(picture[::8, ::8]))


def without_leaders(picture: Grey, dpi: float) -> Grey:
    """The picture (0 black to 255 white, even light) without its leader rows."""
    mm = dpi / 25.4
    paper = paper_of(picture)
    ink = (picture < DARK * float(paper)).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes = np.asarray(stats, np.int32)[1:, :4]
    small = boxes[
        (boxes[:, 2] <= WIDE * mm) & (boxes[:, 3] <= HIGH * mm) & (boxes[:, 3] >= LEAST * mm)
    ]
    if len(small) < MARKS:
        return picture
    cleaned = picture.copy()
    for row in _rows(small, mm):
        for x, y, w, h in row.tolist():
            cleaned[max(y - 1, 0) : y + h + 1, max(x - 1, 0) : x + w + 1] = paper
    return cleaned


def _rows(marks: NDArray[np.int32], mm: float) -> Iterator[NDArray[np.int32]]:
    """Marks of one height on the page, from left to right, as far as they follow in equal steps."""
    middle = marks[:, 1] + marks[:, 3] / 2
    left = np.argsort(middle, kind="stable")
    while len(left) >= MARKS:
        near = np.abs(middle[left] - middle[left[0]]) <= LEVEL * mm
        level = marks[left[near]]
        left = left[~near]
        if len(level) >= MARKS:
            yield from _runs(level[np.argsort(level[:, 0])], mm)


def _runs(level: NDArray[np.int32], mm: float) -> Iterator[NDArray[np.int32]]:
    steps = np.diff(level[:, 0])
    for run in np.split(level, np.flatnonzero(steps > STEP * mm) + 1):
        if len(run) < MARKS:
            continue
        own = np.diff(run[:, 0])
        usual = float(np.median(own))
        equal = np.abs(own - usual) <= max(OFF * usual, 1.0)
        if equal.mean() >= EQUAL:
            yield run[_in_step(equal) & _of_one_size(run)]


def _in_step(equal: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Marks with a neighbour at the usual distance."""
    in_step: NDArray[np.bool_] = np.append(equal, False) | np.insert(equal, 0, False)
    return in_step


def _of_one_size(run: NDArray[np.int32]) -> NDArray[np.bool_]:
    usual = np.median(run[:, 2:], axis=0)
    alike: NDArray[np.bool_] = (np.abs(run[:, 2:] - usual) <= np.maximum(SIZE * usual, 1.0)).all(
        axis=1
    )
    return alike
