"""What hands and stamps leave on paper: signatures, digits, crosses, stains, stamps, as alpha.

Genuine signatures and digits are read from ../shared/data at run time (measuring only, nothing is
copied into the project); all else is drawn. `writers` "a" or "b" gives one half of the writers,
fonts and pictures only, so that what was trained on one half is measured on the other.
"""

import csv
import math
import zlib
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.sheet import DPI, Pixels, font_of, sized, trimmed, written

PROJECT = Path(__file__).resolve().parents[2]
SHARED = PROJECT.parent / "shared" / "data"
FONTS = PROJECT / "var" / "fonts"
MM = DPI / 25.4
PENS = ((20, 20, 25), (25, 25, 30), (15, 30, 110), (20, 40, 150), (10, 25, 80), (40, 40, 90))
STAMPS = ((40, 50, 140), (20, 20, 30), (150, 25, 40), (80, 40, 120), (30, 60, 160))
# Families that look like the handwriting of a form rather than like an ornament.
PLAIN_HANDS = (
    "architects-daughter", "bad-script", "caveat", "cedarville-cursive", "coming-soon",
    "covered-by-your-grace", "dawning-of-a-new-day", "gloria-hallelujah", "gochi-hand",
    "handlee", "homemade-apple", "indie-flower", "just-me-again-down-here", "kalam", "kristi",
    "la-belle-aurore", "loved-by-the-king", "neucha", "nothing-you-could-do",
    "over-the-rainbow", "patrick-hand", "reenie-beanie", "rock-salt", "schoolbell",
    "shadows-into-light", "sue-ellen-francisco", "waiting-for-the-sunrise", "zeyada",
)  # fmt: skip


def in_half(name: str, writers: str) -> bool:
    """Whether a writer, a family of fonts or a file belongs to the half that is asked for."""
    return writers == "all" or "ab"[zlib.crc32(name.encode()) % 2] == writers


@lru_cache
def script_fonts(writers: str) -> tuple[str, ...]:
    """The script fonts of the half."""
    found = sorted(FONTS.glob("*/*-latin-400-normal.woff"))
    return tuple(str(f) for f in found if in_half(f.parent.name, writers))


def hand_fonts(writers: str) -> tuple[str, ...]:
    """Those with which a form would be filled."""
    return tuple(f for f in script_fonts(writers) if Path(f).parent.name in PLAIN_HANDS)


@lru_cache
def _signatures(writers: str) -> tuple[tuple[str, float, bool], ...]:
    """File, dpi (0: not known), whether print is on the picture."""
    folder = SHARED / "signatures"
    with (folder / "index.csv").open(encoding="utf-8", newline="") as lines:
        rows = [r for r in csv.DictReader(lines) if r["label"] == "1"]
    return tuple(
        (r["file"], float(r["dpi"] or 0), r["dataset"].startswith("Tobacco"))
        for r in rows
        if in_half(r["writer_id"] or r["file"], writers)
    )


def signature(rng: Random, writers: str) -> tuple[Pixels, str]:
    """A genuine signature at its own size, 22 to 90 mm wide, and the name of its file."""
    found = _signatures(writers)
    # Those from letters carry print of the letter: fewer of them.
    weights = [0.4 if print_on_it else 1.0 for _, _, print_on_it in found]
    file, dpi, print_on_it = rng.choices(found, weights)[0]
    with Image.open(SHARED / "signatures" / file) as image:
        grey = np.array(image.convert("L"))
    alpha = _without_print(_ink_of(grey)) if print_on_it else _ink_of(grey)
    alpha = trimmed(alpha)
    wide = alpha.shape[1] / dpi * 25.4 if dpi else rng.uniform(30, 75)
    wide = min(max(wide * rng.uniform(0.9, 1.1), 22.0), 90.0)
    scale = wide * MM / alpha.shape[1]
    scale = min(scale, 34 * MM / alpha.shape[0])
    size = round(alpha.shape[1] * scale), round(alpha.shape[0] * scale)
    if scale < 1:
        # Small pictures of thick strokes lose their ink when they shrink.
        alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), 0.3 / scale))
    return _pressed(sized(alpha, *size), rng), Path(file).name


def _ink_of(grey: Pixels) -> Pixels:
    """Ink from paper by the paper's own level, which a photo has unevenly."""
    small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    paper = cv2.resize(cv2.GaussianBlur(paper, (0, 0), 6), grey.shape[::-1])
    share = grey.astype(np.float32) / np.maximum(paper.astype(np.float32), 60)
    alpha = np.clip((0.86 - share) / 0.42, 0, 1)
    return np.asarray(alpha * 255, dtype=np.uint8)


def _without_print(alpha: Pixels) -> Pixels:
    """Only the large strokes and what touches their neighbourhood; small type goes."""
    mask = (alpha > 100).astype(np.uint8)
    count, names, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    tall = int(stats[1:, 3].max(initial=1))
    keep = [k for k in range(1, count) if stats[k, 3] > 0.42 * tall and stats[k, 2] > 6]
    return np.where(np.isin(names, keep), alpha, 0).astype(np.uint8)


def _pressed(alpha: Pixels, rng: Random) -> Pixels:
    """Ink density varies along a pen's way."""
    noise = np.random.default_rng(rng.getrandbits(32))
    high, wide = alpha.shape
    coarse = noise.uniform(0.72, 1.0, (max(high // 40, 2), max(wide // 40, 2))).astype(np.float32)
    field = cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(alpha * field, 0, 255), dtype=np.uint8)


@lru_cache
def _digits() -> dict[str, dict[int, list[Pixels]]]:
    """CVL digits by writer and label."""
    with np.load(SHARED / "digits" / "digits.npz") as stored:
        mine = stored["source"] == list(stored["source_names"]).index("CVL")
        rows = zip(
            stored["images"][mine], stored["labels"][mine], stored["writer"][mine], strict=True
        )
        found: dict[str, dict[int, list[Pixels]]] = {}
        for image, label, writer in rows:
            found.setdefault(str(writer), {}).setdefault(int(label), []).append(image)
    return found


class Hand:
    """One writer of digits with one pen."""

    def __init__(self, rng: Random, writers: str) -> None:
        whole = [
            w for w, own in sorted(_digits().items()) if in_half(w, writers) and len(own) == 10
        ]
        self.writer = rng.choice(whole)
        self.rng = rng
        self.stroke = rng.uniform(0.75, 1.15)

    def digit(self, label: int, high_mm: float) -> Pixels:
        """One digit, so high, trimmed."""
        picture = self.rng.choice(_digits()[self.writer][label])
        big = cv2.resize(picture, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
        big = cv2.GaussianBlur(big, (0, 0), 3.0).astype(np.float32)
        dark, light = float(np.percentile(big, 1)), float(np.percentile(big, 90))
        middle = light - (light - dark) * (0.62 - 0.14 * self.stroke)
        sharp = 1 / (1 + np.exp((big - middle) / max((light - dark) * 0.05, 1)))
        alpha = trimmed(np.asarray(sharp * 255, dtype=np.uint8))
        high = round(high_mm * MM)
        wide = max(2, round(alpha.shape[1] * high / alpha.shape[0]))
        return _pressed(sized(alpha, min(wide, round(1.3 * high)), high), self.rng)

    def number(self, text: str, high_mm: float) -> Pixels:
        """Digits, comma, dots, dashes and blanks in a row, a little uneven as hands write."""
        high = round(high_mm * MM)
        line = np.zeros((3 * high, (len(text) + 3) * 2 * high), np.uint8)
        x, base = high // 2, 2 * high
        gap = self.rng.uniform(0.10, 0.30) * high
        for sign in text:
            alpha, down = self._sign(sign, high_mm)
            tall, wide = alpha.shape
            foot = base + round(down * high) + round(self.rng.gauss(0, 0.04) * high)
            top = max(foot - tall, 0)
            part = line[top : top + tall, x : x + wide]
            part[:] = np.maximum(part, alpha[: part.shape[0], : part.shape[1]])
            x += wide + round(gap * self.rng.uniform(0.5, 1.5))
        return trimmed(line)

    def _sign(self, sign: str, high_mm: float) -> tuple[Pixels, float]:
        """The sign's ink and how far it goes below the base line, in heights of a digit."""
        high = round(high_mm * MM)
        if sign.isdigit():
            return self.digit(int(sign), high_mm * self.rng.uniform(0.9, 1.08)), 0.0
        if sign == " ":
            return np.zeros((1, high // 2), np.uint8), 0.0
        if sign == "-":
            return stroke([(0, 0.05), (0.5, 0)], 0.4, high_mm, self.rng), -0.35
        if sign == ",":
            path = [(0.14, 0), (0.12, 0.18), (0.0, 0.36)]
            return stroke(path, 0.42, high_mm, self.rng), 0.28
        return stroke([(0, 0), (0.03, 0.02)], 0.5, high_mm, self.rng), 0.02


def stroke(path: list[tuple[float, float]], thick_mm: float, size_mm: float, rng: Random) -> Pixels:
    """A stroke along a smooth way; the path is in units of `size_mm`."""
    points = np.array(path, np.float64) * size_mm * MM
    points += np.array([[rng.gauss(0, 0.02) * size_mm * MM for _ in "xy"] for _ in path])
    t = np.linspace(0, len(points) - 1, 60)
    way = np.stack([np.interp(t, range(len(points)), points[:, k]) for k in (0, 1)], 1)
    way = np.stack([np.convolve(np.pad(way[:, k], 5, "edge"), np.ones(11) / 11, "valid")
                    for k in (0, 1)], 1)  # fmt: skip
    way -= way.min(0) - 8
    wide, high = (way.max(0) + 16).astype(int)
    canvas = np.zeros((high, wide), np.uint8)
    ends = [np.round(way * 8).astype(np.int32)]
    cv2.polylines(canvas, ends, False, 255, max(2, round(thick_mm * MM)), cv2.LINE_AA, 3)
    return trimmed(canvas)


def hand_words(words: str, path: str, high_mm: float, rng: Random) -> Pixels:
    """Words in a script font, bent a little so that no letter is quite like the next."""
    alpha = written(words, path, high_mm * 72 / 25.4 * 1.5)
    high, wide = alpha.shape
    noise = np.random.default_rng(rng.getrandbits(32))
    move = [
        cv2.resize(
            noise.normal(0, 1.6, (4, max(wide // 60, 2))).astype(np.float32),
            (wide, high),
            interpolation=cv2.INTER_CUBIC,
        )
        for _ in "xy"
    ]
    ys, xs = np.mgrid[0:high, 0:wide].astype(np.float32)
    bent = cv2.remap(alpha, xs + move[0], ys + move[1], cv2.INTER_LINEAR)
    return trimmed(_pressed(np.asarray(bent, dtype=np.uint8), rng))


def cross(rng: Random) -> Pixels:
    """An X of two strokes by hand, 5 to 12 mm."""
    size, thick = rng.uniform(5, 12), rng.uniform(0.35, 0.7)
    one = stroke([(0, 0), (0.5, 0.52), (1, 1)], thick, size, rng)
    two = stroke([(0.95, 0), (0.5, 0.5), (0, 0.97)], thick, size, rng)
    both = np.zeros((max(one.shape[0], two.shape[0]), max(one.shape[1], two.shape[1])), np.uint8)
    for part in (one, two):
        area = both[: part.shape[0], : part.shape[1]]
        area[:] = np.maximum(area, part)
    return both


def initials(rng: Random, writers: str) -> Pixels:
    """Two or three letters by a hand, as on the margin of a file."""
    letters = "".join(rng.choice("ABDEFGHKLMPRSTW") for _ in range(rng.choice((2, 2, 3))))
    alpha = hand_words(letters, rng.choice(hand_fonts(writers)), rng.uniform(4, 7), rng)
    if rng.random() < 0.5:
        return alpha
    tail = stroke([(0, 0), (0.6, -0.1), (1, -0.25)], 0.4, 6, rng)
    both = np.zeros((alpha.shape[0], alpha.shape[1] + tail.shape[1]), np.uint8)
    both[:, : alpha.shape[1]] = alpha
    part = both[-tail.shape[0] :, alpha.shape[1] :]
    part[:] = tail[-part.shape[0] :]
    return both


def smudge(rng: Random) -> Pixels:
    """Soft grey stains and a wiped streak."""
    noise = np.random.default_rng(rng.getrandbits(32))
    wide, high = round(rng.uniform(15, 45) * MM), round(rng.uniform(6, 14) * MM)
    cloud = noise.uniform(0, 1, (5, 9)).astype(np.float32)
    field = cv2.resize(cloud, (wide, high), interpolation=cv2.INTER_CUBIC)
    ys, xs = np.mgrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j]
    field = field * np.clip(1.2 - xs**2 - ys**2, 0, 1)
    return np.asarray(np.clip(field * rng.uniform(60, 170), 0, 255), dtype=np.uint8)


def stamp(rng: Random, lines: tuple[str, ...], font: str) -> Pixels:
    """A round seal or a box with lines of type, uneven and turned a little."""
    alpha = _seal(rng, lines, font) if rng.random() < 0.55 else _plate(rng, lines, font)
    noise = np.random.default_rng(rng.getrandbits(32))
    high, wide = alpha.shape
    coarse = noise.uniform(0.25, 1.1, (max(high // 30, 2), max(wide // 30, 2))).astype(np.float32)
    uneven = cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC)
    grain = noise.uniform(0.75, 1.0, (high, wide)).astype(np.float32)
    alpha = np.asarray(np.clip(alpha * uneven * grain, 0, 255), dtype=np.uint8)
    turned = Image.fromarray(alpha).rotate(rng.gauss(0, 6), Image.Resampling.BILINEAR, expand=True)
    return trimmed(np.array(turned))


def _plate(rng: Random, lines: tuple[str, ...], font: str) -> Pixels:
    size = rng.uniform(8, 11)
    letters = font_of(font, size)
    step = round(size * 1.25 * DPI / 72)
    wide = round(max(letters.getlength(line) for line in lines)) + 60
    image = Image.new("L", (wide, step * len(lines) + 50), 0)
    draw = ImageDraw.Draw(image)
    for k, line in enumerate(lines):
        draw.text((wide / 2, 28 + k * step), line, 255, letters, anchor="ma")
    if rng.random() < 0.6:
        draw.rectangle((4, 4, image.width - 5, image.height - 5), None, 255, rng.randint(4, 8))
    return np.array(image)


def _seal(rng: Random, lines: tuple[str, ...], font: str) -> Pixels:
    radius = rng.uniform(14, 20) * MM
    side = round(2 * radius) + 20
    image = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(image)
    middle = side / 2
    for share, thick in ((1.0, 6), (0.66, 3)):
        r = radius * share
        draw.ellipse((middle - r, middle - r, middle + r, middle + r), None, 255, thick)
    letters = font_of(font, rng.uniform(7.5, 9.5))
    text = " * ".join(lines[:2]).upper()
    for k, sign in enumerate(text):
        angle = -150 + 300 * k / max(len(text) - 1, 1)
        _around(image, sign, letters, (middle, radius * 0.83, angle))
    # A coat of arms in few lines.
    arms = [(-0.3, -0.35), (0.3, -0.35), (0.3, 0.1), (0, 0.45), (-0.3, 0.1), (-0.3, -0.35)]
    draw.line([(middle + x * radius, middle + y * radius) for x, y in arms], 255, 5)
    for k in range(3):
        y = middle + (-0.2 + 0.18 * k) * radius
        draw.line((middle - 0.22 * radius, y, middle + 0.2 * radius, y - 6), 255, 7)
    return np.array(image)


def _around(image: Image.Image, sign: str, letters: Any, at: tuple[float, float, float]) -> None:
    middle, radius, angle = at
    small = Image.new("L", (60, 60), 0)
    ImageDraw.Draw(small).text((30, 30), sign, 255, letters, anchor="mm")
    small = small.rotate(-angle, Image.Resampling.BILINEAR)
    x = middle + radius * math.sin(math.radians(angle)) - 30
    y = middle - radius * math.cos(math.radians(angle)) - 30
    image.paste(255, (round(x), round(y)), small)
