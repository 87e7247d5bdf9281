"""Marks that are no signature: crosses, dirt, places and dates by hand, real print; and all kinds.

Ink of 0 to 1 at 10 px a mm, drawn from a seed.
"""

from collections.abc import Callable, Sequence
from functools import cache

import cv2
import numpy as np

from tests.training import rubber
from tests.training.lettering import leaning, typed_name
from tests.training.pens import (
    DIGITS,
    PX,
    Draw,
    Floats,
    Source,
    cut,
    one_of,
    styled,
    uneven,
    warped,
)


def cross(draw: Draw) -> Floats:
    """One to three crosses, a tick, an arrow, a ring, a bare stroke or a crossing out."""
    ink = np.zeros((500, 900), np.float32)
    thick = int(draw.integers(2, 9))

    def bent(x0: float, y0: float, x1: float, y1: float) -> None:
        t = np.linspace(0, 1, 20)
        bow = draw.normal(0, 0.05) * np.hypot(x1 - x0, y1 - y0) * np.sin(np.pi * t)
        x, y = x0 + (x1 - x0) * t + bow * 0.4, y0 + (y1 - y0) * t + bow
        points = np.stack([x, y], axis=1).astype(np.int32)
        cv2.polylines(ink, [points], False, 1.0, thick, cv2.LINE_AA)

    kind, size = draw.integers(8), draw.uniform(50, 220)
    x, y = 250.0, 250.0
    wide = size * draw.uniform(0.5, 1.6)
    if kind <= 2:
        for at in range(1 if kind else int(draw.integers(2, 4))):
            left = x + at * wide * 1.2 + draw.normal(0, 8)
            bent(left, y - size / 2, left + wide, y + size / 2 + draw.normal(0, 15))
            bent(left + wide, y - size / 2 + draw.normal(0, 15), left, y + size / 2)
    elif kind == 3:
        bent(x, y, x + size * 0.25, y + size * 0.35)
        bent(x + size * 0.25, y + size * 0.35, x + size * 0.8, y - size * 0.7)
    elif kind == 4:
        long = draw.uniform(150, 600)
        bent(x, y, x + long, y + draw.normal(0, 40))
        if draw.random() < 0.5:
            bent(x + long, y, x + long - 40, y - 30)
            bent(x + long, y, x + long - 40, y + 30)
    elif kind == 5:
        axes = (int(size * 0.5), int(size * draw.uniform(0.25, 0.5)))
        cv2.ellipse(
            ink,
            (450, 250),
            axes,
            draw.uniform(0, 180),
            0,
            draw.uniform(330, 400),
            1.0,
            thick,
            cv2.LINE_AA,
        )
    elif kind == 6:
        long = draw.uniform(200, 600)
        bent(x - 100, y - 60, x - 100 + long, y - 60)
        bent(x - 100 + long, y - 60, x - 100, y + 80)
        bent(x - 100, y + 80, x - 100 + long, y + 80)
    else:
        t = np.linspace(0, draw.uniform(2, 9), 200)
        wave = np.stack([100 + t * 70, y + size * 0.2 * np.sin(t * 6)], axis=1)
        cv2.polylines(ink, [wave.astype(np.int32)], False, 1.0, thick, cv2.LINE_AA)
    return uneven(draw, cut(ink))


def dirt(draw: Draw) -> Floats:
    """A soft spot, a ring of a cup, specks, streaks, a hair, a fold, smeared ink."""
    kind = draw.integers(7)
    ink: Floats = np.zeros((400, 800), np.float32)
    if kind == 0:
        axes = (int(draw.integers(30, 200)), int(draw.integers(20, 90)))
        cv2.ellipse(ink, (400, 200), axes, draw.uniform(0, 180), 0, 360, 1.0, -1)
        ink = cv2.GaussianBlur(ink, (0, 0), draw.uniform(4, 25)) * draw.uniform(0.3, 0.9)
    elif kind == 1:
        ink = np.zeros((800, 800), np.float32)
        start, thick = draw.uniform(0, 360), int(draw.integers(6, 26))
        radius = int(draw.uniform(200, 370))
        cv2.circle(ink, (400, 400), radius, 1.0, thick)
        cv2.ellipse(ink, (400, 400), (radius, radius), 0, start, start + 120, 0.4, thick)
        ink = cv2.GaussianBlur(ink, (0, 0), draw.uniform(1.5, 6)) * draw.uniform(0.4, 0.9)
    elif kind == 2:
        for _ in range(int(draw.integers(20, 200))):
            at = int(draw.integers(800)), int(draw.integers(400))
            cv2.circle(ink, at, int(draw.integers(1, 7)), float(draw.uniform(0.3, 1)), -1)
    elif kind == 3:
        for _ in range(int(draw.integers(1, 6))):
            y = int(draw.integers(400))
            ends = (0, y), (799, y + int(draw.normal(0, 10)))
            cv2.line(ink, *ends, float(draw.uniform(0.3, 1)), int(draw.integers(1, 6)))
        ink = cv2.GaussianBlur(ink, (0, 0), draw.uniform(0.5, 2))
    elif kind == 4:
        for _ in range(int(draw.integers(1, 4))):
            begin = np.array([draw.uniform(100, 500), draw.uniform(100, 300)])
            turn = np.cumsum(draw.normal(0, 0.12, 120)) + draw.uniform(0, 6)
            steps = np.stack([np.cos(turn), np.sin(turn)], axis=1) * draw.uniform(1, 3)
            points = (begin + np.cumsum(steps, axis=0)).astype(np.int32)
            cv2.polylines(ink, [points], False, 1.0, int(draw.integers(1, 3)), cv2.LINE_AA)
    elif kind == 5:
        keys = np.array([[0, 200], [300, 200], [500, 200], [799, 200]]) + draw.normal(0, 25, (4, 2))
        cv2.polylines(ink, [keys.astype(np.int32)], False, 1.0, int(draw.integers(2, 10)))
        grain = cv2.GaussianBlur(draw.normal(0, 1, ink.shape).astype(np.float32), (0, 0), 3)
        ink = cv2.GaussianBlur(ink, (0, 0), 2) * (grain > 0)
    else:
        grain = draw.normal(0, 1, (400, 800)).astype(np.float32)
        cloud = cv2.GaussianBlur(grain, (0, 0), draw.uniform(3, 12), sigmaY=draw.uniform(2, 8))
        ink = np.clip(cloud / cloud.std() - draw.uniform(0.8, 2), 0, 1).astype(np.float32)
        mask = np.zeros_like(ink)
        cv2.ellipse(mask, (400, 200), (int(draw.integers(60, 350)), 120), 0, 0, 360, 1.0, -1)
        ink *= cv2.GaussianBlur(mask, (0, 0), 15)
    return cut(ink.astype(np.float32))


def metal(draw: Draw) -> Floats:
    """The shadow of a paper clip, of a staple or of a coil, punched holes, rings of a folder."""
    ink: Floats = np.zeros((500, 900), np.float32)
    thick, kind = int(draw.integers(2, 8)), draw.integers(5)
    if kind == 0:
        long, wide = draw.uniform(150, 330), draw.uniform(40, 90)
        for turn in range(int(draw.integers(2, 4))):
            half = wide / 2 - turn * wide * 0.17
            box = ((250.0 + turn * thick, 250.0), (2 * half, long * (1 - 0.14 * turn)), 0.0)
            cv2.ellipse(ink, box, float(draw.uniform(0.6, 1)), thick, cv2.LINE_AA)
            if draw.random() < 0.5:
                gap = int(draw.uniform(100, 380))
                ink[gap : gap + int(draw.uniform(10, 60)), 250:] = 0
    elif kind == 1:
        a, b = int(draw.uniform(200, 300)), int(draw.uniform(330, 420))
        bend = int(draw.uniform(5, 25))
        keys = np.array([(a, 250 + bend), (a, 250), (b, 250), (b, 250 + bend)])
        cv2.polylines(ink, [keys.astype(np.int32)], False, 1.0, thick, cv2.LINE_AA)
    elif kind == 2:
        for at in range(int(draw.integers(3, 12))):
            middle = (80 + at * int(draw.uniform(50, 70)), 250)
            start = float(draw.uniform(0, 90))
            axes = (int(draw.uniform(15, 26)), int(draw.uniform(40, 80)))
            cv2.ellipse(ink, middle, axes, 10, start, start + 250, 1.0, thick, cv2.LINE_AA)
    elif kind == 3:
        for at in range(int(draw.integers(1, 3))):
            whole = bool(draw.random() < 0.5)
            radius = int(draw.uniform(22, 34))
            cv2.circle(ink, (80 + at * 400, 250), radius, 1.0, -1 if whole else thick)
    else:
        for at in range(int(draw.integers(2, 5))):
            box = ((150.0 + at * draw.uniform(20, 160), 250.0), (60.0, draw.uniform(120, 300)), 0.0)
            cv2.ellipse(ink, box, float(draw.uniform(0.5, 1)), thick, cv2.LINE_AA)
    return uneven(draw, leaning(draw, cut(ink), turn=40, lean=0.1))


@cache
def _figures() -> tuple[Floats, Floats]:
    with np.load(DIGITS / "digits.npz") as held:
        kept = held["source"] < 4
        return held["images"][kept], held["labels"][kept]


def date_hand(draw: Draw, places: Sequence[Source]) -> Floats:
    """A date by hand, mostly with a place before it."""
    pictures, labels = _figures()
    text = f"{draw.integers(1, 32)}.{draw.integers(1, 13)}.{draw.choice(['22', '2022', '2023'])}"
    if draw.random() < 0.3:
        text = f"{draw.integers(10, 32)}.0{draw.integers(1, 10)}.2022"
    pieces: list[Floats] = []
    for sign in text:
        tile = np.zeros((28, 20), np.float32)
        if sign == ".":
            cv2.circle(tile, (5, 22), 1, 1.0, -1)
            tile = tile[:, :10]
        else:
            fit = np.flatnonzero(labels == int(sign))
            tile = 1 - pictures[fit[draw.integers(len(fit))]][:, 4:24].astype(np.float32) / 255
        pieces.append(tile)
    high = draw.uniform(4, 9)
    ink = np.concatenate(pieces, axis=1)
    scale = high * PX / 20
    ink = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    if draw.random() < 0.7:
        place = place_hand(draw, places)
        tall = max(ink.shape[0], place.shape[0])
        both = [
            cv2.copyMakeBorder(i, tall - i.shape[0], 0, 0, 20, cv2.BORDER_CONSTANT, value=0)
            for i in (place, ink)
        ]
        ink = np.concatenate(both, axis=1)
    ink = styled(draw, np.clip(ink, 0, 1).astype(np.float32), strokes=(0.25, 0.7))
    fit_ = min(1.0, 95 * PX / ink.shape[1])
    return np.asarray(cv2.resize(ink, None, fx=fit_, fy=fit_, interpolation=cv2.INTER_AREA))


def place_hand(draw: Draw, places: Sequence[Source]) -> Floats:
    """A word by hand that is no signature."""
    ink = one_of(draw, places).ink
    tall = draw.uniform(5, 12)
    mm = min(tall * ink.shape[1] / ink.shape[0], 80)
    return styled(draw, warped(draw, ink, mm, 1.0), strokes=(0.25, 0.7))


def other_print(draw: Draw, prints: Sequence[Source]) -> Floats:
    """A piece of real print, logo or stained print."""
    source = one_of(draw, prints)
    ink = source.ink
    mm = source.mm if source.mm and draw.random() < 0.6 else draw.uniform(20, 90)
    mm = min(mm, 40 * ink.shape[1] / ink.shape[0])
    scale = mm * PX / ink.shape[1]
    ink = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if draw.random() < 0.5:
        wide, high = (max(int(s * draw.uniform(0.3, 1)), 1) for s in ink.shape[::-1])
        x, y = (
            int(draw.integers(ink.shape[1] - wide + 1)),
            int(draw.integers(ink.shape[0] - high + 1)),
        )
        ink = ink[y : y + high, x : x + wide]
    return cut(np.asarray(ink, np.float32))


DRAWN: dict[str, Callable[[Draw], Floats]] = {
    "seal": rubber.seal,
    "frame-stamp": rubber.frame_stamp,
    "cross": cross,
    "dirt": dirt,
    "metal": metal,
    "typed": typed_name,
}
