"""Ink of pens for training: signatures of ../shared/data with other strokes, and drawn ones.

Every ink is a picture of 0 (paper) to 1 (full ink) at 10 px a mm with no rim. The real ones are
warped so far that a writer becomes another one; nothing of them leaves the memory of the program.
"""

import csv
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from samples import pen as drawn

Floats = NDArray[Any]
T = TypeVar("T")
Draw = np.random.Generator

SHARED = Path(__file__).parents[3] / "shared" / "data"
SIGNATURES = SHARED / "signatures"
DOCUMENTS = SHARED / "documents"
DIGITS = SHARED / "digits"
PX = 10
FOLDS = 3


@dataclass(frozen=True)
class Source:
    """One real picture at its own size; `mm` is its width, 0 where nobody knows it."""

    name: str
    kind: str
    group: str
    signed: bool
    ink: Floats
    mm: float

    @property
    def fold(self) -> int:
        """Writers stay together."""
        return zlib.crc32(self.group.encode()) % FOLDS


def one_of(draw: Draw, many: Sequence[T]) -> T:
    """Any of them."""
    return many[int(draw.integers(len(many)))]


@cache
def sources() -> tuple[Source, ...]:
    """All pictures of ../shared/data/signatures but the photographs of ruled paper."""
    found = []
    with (SIGNATURES / "index.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if "ruled" in row["kind"]:
                continue
            grey = cv2.imread(str(SIGNATURES / row["file"]), cv2.IMREAD_GRAYSCALE)
            ink = ink_of(np.asarray(grey, np.uint8))
            mm = ink.shape[1] / float(row["dpi"]) * 25.4 if row["dpi"] else 0.0
            group = row["writer_id"] or row["file"]
            found.append(Source(row["file"], row["kind"], group, row["label"] == "1", ink, mm))
    return (*found, *_of_documents())


def _of_documents() -> Iterator[Source]:
    """Signatures with their letters round them, and pieces of unsigned pages."""
    draw = np.random.default_rng(0)
    with (DOCUMENTS / "index.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["dataset"] == "Tobacco-800"]
    for row in rows:
        dpi = float(row["dpi"])
        grey = np.asarray(cv2.imread(str(DOCUMENTS / row["file"]), cv2.IMREAD_GRAYSCALE), np.uint8)
        if row["signed"] == "1":
            boxes = [tuple(int(v) for v in b.split(",")) for b in row["boxes_xywh"].split(";") if b]
            for (x, y, w, h), group in zip(boxes, row["writer_ids"].split(";"), strict=False):
                ink = ink_of(grey[y : y + h, x : x + w])
                mm = ink.shape[1] / dpi * 25.4
                yield Source(row["file"], "letter", group, signed=True, ink=ink, mm=mm)
        else:
            for _ in range(5):
                w, h = (int(draw.uniform(*r) / 25.4 * dpi) for r in ((25, 90), (8, 34)))
                x, y = int(draw.integers(grey.shape[1] - w)), int(draw.integers(grey.shape[0] - h))
                ink = ink_of(grey[y : y + h, x : x + w])
                if (ink > 0.5).mean() > 0.01:
                    yield Source(
                        row["file"],
                        "printed page",
                        row["file"],
                        signed=False,
                        ink=ink,
                        mm=w / dpi * 25.4,
                    )


def ink_of(grey: NDArray[np.uint8]) -> Floats:
    """Darkness over the paper near by, stretched so that the pen is 1; cut to the ink."""
    if float(np.median(grey)) < 60:
        grey = np.asarray(255 - grey, np.uint8)
    size = max(grey.shape) // 12 | 1
    wide = cv2.copyMakeBorder(grey, size, size, size, size, cv2.BORDER_REPLICATE)
    paper = cv2.GaussianBlur(
        cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((size, size))), (0, 0), size / 4
    )
    paper = paper[size:-size, size:-size]
    level = grey.astype(np.float32) / np.maximum(paper, 30)
    dark = float(np.quantile(level, 0.01))
    ink = np.clip((0.93 - level) / max(0.93 - dark, 0.1), 0, 1).astype(np.float32)
    return cut(ink)


def cut(ink: Floats) -> Floats:
    """Without its empty rim."""
    dark = ink > 0.3
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if not len(rows):
        return ink
    return np.ascontiguousarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def genuine(draw: Draw, pool: Sequence[Source], *, mm: tuple[float, float] = (22, 98)) -> Floats:
    """A real signature as another hand and pen might have written it."""
    source = one_of(draw, pool)
    ink = source.ink
    if draw.random() < 0.15:
        ink = _spliced(draw, ink, one_of(draw, pool).ink)
    known = source.mm if source.mm and draw.random() < 0.6 else 48.0
    width = float(np.clip(known * np.exp(draw.normal(0, 0.25)), *mm))
    aspect = float(np.exp(draw.normal(0, 0.15)))
    return styled(draw, warped(draw, ink, width, aspect))


def small_hand(draw: Draw, pool: Sequence[Source]) -> Floats:
    """Initials or a paraph: a piece of a signature, or a whole one, 4 to 15 mm wide."""
    ink = one_of(draw, pool).ink
    if draw.random() < 0.7:
        wide = max(int(ink.shape[1] * draw.uniform(0.15, 0.4)), 8)
        at = int(draw.integers(0, max(ink.shape[1] - wide, 1)))
        ink = cut(ink[:, at : at + wide])
    width = draw.uniform(4, 15)
    width = min(width, 16 * ink.shape[1] / max(ink.shape[0], 1))
    return styled(draw, warped(draw, ink, width, 1.0), strokes=(0.2, 0.6))


def drawn_hand(draw: Draw) -> Floats:
    """A signature drawn by samples/pen.py, warped."""
    hand = drawn.Hand(
        seed=int(draw.integers(1 << 30)),
        width_mm=float(draw.uniform(25, 85)),
        height_mm=float(draw.uniform(7, 26)),
        slant_deg=float(draw.uniform(-15, 40)),
        nib_mm=float(draw.uniform(0.2, 0.7)),
        letters=int(draw.integers(2, 12)),
        underline=bool(draw.random() < 0.3),
    )
    ink = cut(drawn.signature(hand).astype(np.float32) / 255)
    return warped(draw, ink, ink.shape[1] / 300 * 25.4, 1.0)


def swung_hand(draw: Draw) -> Floats:
    """A signature as two oscillations that change pace: Hollerbach, Biol. Cybern. 39, 1981."""
    parts = []
    at = 0.0
    for _ in range(int(draw.integers(1, 4))):
        strokes = int(draw.integers(3, 14))
        parts.append(_swung(draw, strokes) + np.array((at, 0)))
        at = float(parts[-1][:, 0].max()) + draw.uniform(-0.5, 1.2)
    if draw.random() < 0.4:
        x = np.linspace(draw.uniform(-1, 1), at + draw.uniform(0, 2), 60)
        bow = draw.normal(0, 0.3) * np.sin(np.linspace(0, np.pi, 60))
        parts.append(np.stack([x, draw.uniform(-1.2, 0.6) + draw.normal(0, 0.12) * x + bow], 1))
    every = np.concatenate(parts)
    span = every.max(axis=0) - every.min(axis=0)
    width = draw.uniform(22, 80)
    scale = min(width / max(span[0], 1e-3), draw.uniform(10, 34) / max(span[1], 1e-3)) * PX
    low = every.min(axis=0)
    size = (span * scale + 12).astype(int)
    picture = np.zeros((size[1] * 2, size[0] * 2), np.uint8)
    nib = max(round(draw.uniform(0.2, 0.7) * PX * 2), 2)
    for part in parts:
        points = ((part - low) * scale + 6) * 2
        points[:, 1] = picture.shape[0] - points[:, 1]
        _stroke(draw, picture, points, nib)
    ink = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return styled(draw, cut(ink.astype(np.float32) / 255))


def _swung(draw: Draw, strokes: int) -> NDArray[np.float64]:
    """Speeds across and up as sines whose height and phase change at every stroke."""
    keys = np.arange(strokes + 1)
    t = np.linspace(0, strokes, strokes * 24)
    tired = np.exp(-draw.uniform(0, 0.25) * keys)
    high = np.interp(t, keys, draw.gamma(2.0, 0.5, strokes + 1) * tired + 0.05)
    wide = np.interp(t, keys, draw.gamma(2.5, 0.3, strokes + 1) + 0.05)
    phase = np.interp(t, keys, draw.uniform(0.2, 2.6, strokes + 1))
    drift = np.interp(t, keys, draw.uniform(0.1, 1.1, strokes + 1)) * draw.uniform(0.3, 1.6)
    step = 2 * np.pi / 24
    dy = high * np.cos(np.pi * t) * np.pi * step / 3
    dx = (wide * np.cos(np.pi * t + phase) * np.pi / 3 + drift / np.pi) * step
    slant = draw.normal(0.3, 0.3)
    x, y = np.cumsum(dx), np.cumsum(dy - np.polyval(np.polyfit(t, dy, 1), t) * 0.7)
    return np.stack([x + slant * y, y], axis=1)


def _stroke(draw: Draw, picture: NDArray[np.uint8], points: NDArray[np.float64], nib: int) -> None:
    """A line whose width follows the speed, with ends that thin out."""
    speed = np.hypot(*np.diff(points, axis=0).T)
    slow = 1 - np.clip(speed / (np.quantile(speed, 0.95) + 1e-6), 0, 1)
    widths = nib * (1 - draw.uniform(0, 0.5) * (1 - slow))
    for a, b, width in zip(points[:-1], points[1:], widths, strict=True):
        ends = [(int(p[0] * 16), int(p[1] * 16)) for p in (a, b)]
        cv2.line(picture, ends[0], ends[1], 255, max(round(float(width)), 1), cv2.LINE_AA, 4)


def _spliced(draw: Draw, first: Floats, second: Floats) -> Floats:
    """The beginning of one and the end of another, at one height."""
    high = 300
    pieces = []
    for ink, part in ((first, slice(0, None)), (second, slice(None))):
        wide = max(int(ink.shape[1] * high / ink.shape[0]), 2)
        if wide > 2400:
            return first
        pieces.append(cv2.resize(ink, (wide, high), interpolation=cv2.INTER_AREA)[:, part])
    at = draw.uniform(0.35, 0.65)
    left = pieces[0][:, : max(int(pieces[0].shape[1] * at), 1)]
    right = pieces[1][:, int(pieces[1].shape[1] * at) :]
    joined: Floats = np.concatenate([left, right], axis=1)
    return joined


def warped(draw: Draw, ink: Floats, mm: float, aspect: float) -> Floats:
    """At `mm` width, leaning, turned and bent as no machine does."""
    scale = mm * PX / ink.shape[1]
    tall = min(scale * aspect, 46 * PX / ink.shape[0])
    rim = 40
    size = (int(ink.shape[1] * scale) + 2 * rim, int(ink.shape[0] * tall) + 2 * rim)
    lean, turn = draw.normal(0, 0.15), np.radians(draw.normal(0, 4 if draw.random() < 0.8 else 12))
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    x, y = x - size[0] / 2, y - size[1] / 2
    amount = draw.uniform(0, 1.2) * PX
    for axis in (0, 1):
        grid = draw.normal(0, amount, (4, 7)).astype(np.float32)
        bend = cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)
        x, y = (x + bend, y) if axis == 0 else (x, y + 0.6 * bend)
    cos, sin = np.cos(turn), np.sin(turn)
    x, y = x * cos - y * sin + lean * y, x * sin + y * cos
    shrunk = ink
    if scale < 0.5:
        shrunk = cv2.resize(ink, None, fx=2 * scale, fy=2 * tall, interpolation=cv2.INTER_AREA)
        scale = tall = 0.5
    mapped = cv2.remap(
        shrunk,
        (x / scale + shrunk.shape[1] / 2).astype(np.float32),
        (y / tall + shrunk.shape[0] / 2).astype(np.float32),
        cv2.INTER_LINEAR,
    )
    return cut(np.asarray(mapped, np.float32))


def styled(draw: Draw, ink: Floats, strokes: tuple[float, float] = (0.17, 0.8)) -> Floats:
    """With a thinner or thicker pen, and unevenly inked."""
    solid = (ink > 0.4).astype(np.uint8)
    depth = cv2.distanceTransform(cv2.copyMakeBorder(solid, 1, 1, 1, 1, 0), cv2.DIST_L2, 3)
    ridge = depth[(depth == cv2.dilate(depth, np.ones((3, 3)))) & (depth > 0.9)]
    stroke = float(np.median(ridge)) * 2 / PX if ridge.size else 0.2
    low, high = np.log(strokes[0]), np.log(strokes[1])
    wanted = float(np.exp(draw.uniform(low, high)))
    wanted = float(np.clip(wanted, 0.65 * stroke, stroke + 0.35))
    return uneven(draw, _resized_stroke(ink, (wanted - stroke) * PX / 2))


def _resized_stroke(ink: Floats, by: float) -> Floats:
    """Grown by so many pixels on each side, or shrunk."""
    rim = 6
    ink = cv2.copyMakeBorder(ink, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=0)
    soft = cv2.GaussianBlur(ink, (0, 0), 1.1)
    inside = cv2.distanceTransform((soft > 0.4).astype(np.uint8), cv2.DIST_L2, 5)
    outside = cv2.distanceTransform((soft <= 0.4).astype(np.uint8), cv2.DIST_L2, 5)
    depth = inside - outside + by
    return cut(np.clip(depth + 0.5, 0, 1).astype(np.float32))


def uneven(draw: Draw, ink: Floats) -> Floats:
    """Paler here and there, now and then with gaps as a ball pen leaves them."""
    size = (ink.shape[1], ink.shape[0])
    patches = cv2.resize(draw.uniform(0.6, 1.15, (3, 8)).astype(np.float32), size)
    ink = np.clip(ink * patches, 0, 1).astype(np.float32)
    if draw.random() < 0.2:
        grain = draw.normal(0, 1, (size[1] // 2 + 1, size[0] // 2 + 1)).astype(np.float32)
        holes = cv2.resize(cv2.GaussianBlur(grain, (0, 0), 0.8), size) > draw.uniform(0.5, 1.2)
        ink = np.where(holes, ink * draw.uniform(0, 0.6), ink).astype(np.float32)
    return ink
