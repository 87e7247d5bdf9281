"""What a hand leaves on paper: signatures, written figures, round seals, as masks of ink.

Promises: a mask (height x width, uint8, 255 = full ink) at 300 dpi, the same for the same seed.
Touches: nothing. Trusts: its callers' millimetres.
Limits: looks like a hand at scan quality; it is no model of any person's signature.
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from samples.sheet import DPI, font

Mask: TypeAlias = NDArray[np.uint8]
Points: TypeAlias = NDArray[np.float64]

BLUE = (28, 44, 138)
BLACK = (34, 34, 38)
SEAL = (74, 52, 128)

_FINE = 3
_MARGIN_MM = 2.0

# Capitals as a pen draws them, in a unit square, y upwards; they give the first big movement.
_CAPITALS: tuple[tuple[tuple[float, float], ...], ...] = (
    ((0.75, 0.85), (0.5, 1.0), (0.2, 0.8), (0.5, 0.5), (0.75, 0.25), (0.4, 0.0), (0.05, 0.2)),
    ((0.1, 0.9), (0.18, 0.45), (0.1, 0.0), (0.2, 0.6), (0.5, 1.0), (0.75, 0.75), (0.25, 0.5),
     (0.8, 0.35), (0.55, 0.0), (0.15, 0.1)),
    ((0.0, 0.0), (0.15, 0.9), (0.3, 0.15), (0.5, 0.95), (0.62, 0.05), (0.9, 0.1)),
    ((0.1, 1.0), (0.15, 0.4), (0.12, 0.0), (0.3, 0.5), (0.8, 1.0), (0.35, 0.5), (0.9, 0.0)),
    ((0.85, 0.8), (0.45, 1.0), (0.05, 0.5), (0.4, 0.0), (0.8, 0.2), (0.7, 0.5), (0.45, 0.42),
     (0.95, 0.4)),
    ((0.0, 0.95), (0.2, 0.1), (0.45, 0.8), (0.65, 0.05), (1.0, 1.0), (0.8, 0.7)),
)  # fmt: skip

_FIGURES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "0": (((0.5, 1.0), (0.12, 0.75), (0.1, 0.25), (0.45, 0.0), (0.85, 0.25), (0.85, 0.75),
           (0.5, 1.0), (0.38, 0.95)),),
    "1": (((0.15, 0.62), (0.4, 0.82), (0.6, 1.0), (0.56, 0.5), (0.52, 0.0)),),
    "2": (((0.12, 0.78), (0.42, 1.0), (0.8, 0.78), (0.55, 0.4), (0.1, 0.02), (0.5, 0.06),
           (0.92, 0.02)),),
    "3": (((0.15, 0.88), (0.5, 1.0), (0.8, 0.78), (0.42, 0.54), (0.85, 0.3), (0.5, 0.0),
           (0.1, 0.12)),),
    "4": (((0.5, 1.0), (0.3, 0.62), (0.08, 0.34), (0.5, 0.33), (0.95, 0.36)),
          ((0.68, 0.62), (0.63, 0.3), (0.6, -0.04))),
    "5": (((0.3, 1.0), (0.24, 0.75), (0.18, 0.56), (0.55, 0.6), (0.86, 0.32), (0.5, 0.0),
           (0.1, 0.08)), ((0.3, 0.99), (0.58, 1.0), (0.88, 1.02))),
    "6": (((0.75, 0.98), (0.35, 0.72), (0.12, 0.3), (0.42, 0.0), (0.82, 0.22), (0.5, 0.46),
           (0.16, 0.24)),),
    "7": (((0.1, 0.94), (0.5, 0.97), (0.9, 0.98), (0.6, 0.5), (0.38, 0.0)),
          ((0.28, 0.5), (0.55, 0.52), (0.82, 0.53))),
    "8": (((0.72, 0.86), (0.42, 1.0), (0.2, 0.76), (0.5, 0.52), (0.82, 0.24), (0.46, 0.0),
           (0.14, 0.24), (0.5, 0.52), (0.8, 0.78), (0.66, 0.92)),),
    "9": (((0.8, 0.82), (0.46, 1.0), (0.16, 0.76), (0.42, 0.52), (0.8, 0.74), (0.8, 0.88),
           (0.74, 0.4), (0.6, 0.0)),),
    ",": (((0.3, 0.1), (0.28, -0.05), (0.12, -0.22)),),
    ".": (((0.24, 0.03), (0.28, 0.05), (0.3, 0.0)),),
    "-": (((0.05, 0.42), (0.45, 0.45), (0.9, 0.43)),),
    " ": (),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """How somebody signs; `seed` makes it this person. Millimetres and degrees."""

    seed: int
    width_mm: float = 52.0
    height_mm: float = 13.0
    slant_deg: float = 16.0
    nib_mm: float = 0.42
    letters: int = 8
    underline: bool = False
    colour: tuple[int, int, int] = BLUE


def signature(hand: Hand) -> Mask:
    """A flowing signature; the mask is the ink's extent and 2 mm of margin on each side."""
    rng = np.random.default_rng(hand.seed)
    strokes = [_curve(_name_points(rng, hand.letters)), *_extras(rng, hand)]
    shear = math.tan(math.radians(hand.slant_deg))
    strokes = [np.column_stack((s[:, 0] + shear * s[:, 1], s[:, 1])) for s in strokes]
    return _render(_scaled(strokes, hand.width_mm, hand.height_mm), hand.nib_mm, rng)


def figures(text: str, seed: int, *, height_mm: float = 5.0, nib_mm: float = 0.4) -> Mask:
    """Digits, comma, point and dash written by hand."""
    rng = np.random.default_rng(seed)
    strokes: list[Points] = []
    x = 0.0
    for sign in text:
        size = rng.normal(1.0, 0.05)
        lift = rng.normal(0.0, 0.03)
        for shape in _FIGURES[sign]:
            points = np.array(shape) * (0.56 * size, size) + (x, lift)
            strokes.append(_curve(points + rng.normal(0, 0.018, points.shape)))
        x += (0.34 if sign in ",. " else 0.74) * size + rng.normal(0.04, 0.02)
    strokes = [np.column_stack((s[:, 0] + 0.12 * s[:, 1], s[:, 1])) for s in strokes]
    return _render([s * height_mm for s in strokes], nib_mm, rng)


def seal(text: str, seed: int, *, diameter_mm: float = 34.0) -> Mask:
    """A round rubber stamp: two rings, the words along the ring, an invented shield."""
    rng = np.random.default_rng(seed)
    size = round(diameter_mm / 25.4 * DPI)
    picture = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((3, 3, size - 4, size - 4), outline=255, width=6)
    inset = size * 0.2
    draw.ellipse((inset, inset, size - inset, size - inset), outline=255, width=4)
    _ring_of_letters(picture, f"{text.upper()} * ", size * 0.40)
    _shield(draw, size)
    turned = picture.rotate(rng.uniform(-25, 25), Image.Resampling.BICUBIC)
    soft = turned.filter(ImageFilter.GaussianBlur(0.9))
    return _uneven(np.asarray(soft), rng, depth=0.55)


def _ring_of_letters(picture: Image.Image, text: str, radius: float) -> None:
    face = font("sans-bold", 9.5)
    centre = picture.width / 2
    for number, sign in enumerate(text):
        tile = Image.new("L", (80, 80), 0)
        ImageDraw.Draw(tile).text((40, 40), sign, font=face, fill=255, anchor="mm")
        degrees = 360.0 * number / len(text)
        tile = tile.rotate(-degrees, Image.Resampling.BICUBIC)
        x = centre + radius * math.sin(math.radians(degrees)) - 40
        y = centre - radius * math.cos(math.radians(degrees)) - 40
        picture.paste(255, (round(x), round(y)), tile)


def _shield(draw: ImageDraw.ImageDraw, size: int) -> None:
    x0, x1, y0, y1 = size * 0.36, size * 0.64, size * 0.34, size * 0.56
    outline = ((x0, y0), (x1, y0), (x1, y1), (size / 2, size * 0.68), (x0, y1), (x0, y0))
    draw.line(outline, fill=255, width=6, joint="curve")
    for share in (0.42, 0.49, 0.56):
        draw.line((x0 + 10, size * share, x1 - 10, size * share), fill=255, width=8)


def _name_points(rng: np.random.Generator, letters: int) -> Points:
    """Key points of one movement: a capital, small letters that flatten out, a last swing."""
    capital = np.array(_CAPITALS[rng.integers(len(_CAPITALS))]) * (1.25, 1.0)
    points = [*(capital + rng.normal(0, 0.03, capital.shape))]
    x = 1.2
    for number in range(letters):
        tired = 1.0 - 0.55 * number / letters
        pitch = rng.uniform(0.34, 0.6) * (1.15 - 0.2 * tired)
        points += [*(_letter(rng, tired) * (pitch, 1.0) + (x, 0.0))]
        x += pitch
    swing = ((0.35, 0.06), (0.9, rng.uniform(-0.12, 0.2)), (1.5, rng.uniform(0.0, 0.35)))
    return np.vstack((np.array(points), np.add(swing, (x, 0.0))))


def _letter(rng: np.random.Generator, tired: float) -> Points:
    kind = rng.choice(("loop", "tall", "arch", "point", "below"), p=(0.3, 0.2, 0.22, 0.16, 0.12))
    top = (rng.uniform(0.8, 1.05) if kind == "tall" else rng.uniform(0.3, 0.48)) * tired
    lean = {"loop": 0.45, "tall": 0.5, "below": 0.1}.get(str(kind), 0.0) * rng.uniform(0.8, 1.3)
    if kind == "arch":
        shape = [(0.0, 0.05), (0.12, top), (0.2, 0.0), (0.5, top), (0.68, 0.02)]
    elif kind == "below":
        shape = [(0.2, top), (0.45, 0.05), (0.4, -0.55 * tired), (0.05, -0.5 * tired), (0.7, 0.1)]
    else:
        shape = [(0.4, top * 0.5), (0.62, top), (0.62 - lean, top * 0.72), (0.5 - lean / 3, 0.0)]
    points = np.array(shape)
    return points + rng.normal(0, 0.03, points.shape)


def _extras(rng: np.random.Generator, hand: Hand) -> list[Points]:
    """Dots, a bar across, and where the person does so a line below the name."""
    length = 1.2 + 0.45 * hand.letters
    at = rng.uniform(0.35, 0.75) * length
    dot = np.array(((at, 0.72), (at + 0.05, 0.76), (at + 0.09, 0.73)))
    bar = np.array(((at * 0.6, 0.62), (at * 0.6 + 0.3, 0.7), (at * 0.6 + 0.75, 0.68)))
    extras = [_curve(dot), _curve(bar)] if rng.random() < 0.7 else [_curve(dot)]
    if hand.underline:
        swoosh = ((length, -0.15), (length * 0.5, -0.32), (0.3, -0.38), (length * 0.9, -0.45))
        extras.append(_curve(np.array(swoosh) + rng.normal(0, 0.03, (4, 2))))
    return extras


def _curve(keys: Points) -> Points:
    """A Catmull-Rom spline through the key points, 40 steps between two of them."""
    padded = np.vstack((2 * keys[0] - keys[1], keys, 2 * keys[-1] - keys[-2]))
    t = np.linspace(0, 1, 40, endpoint=False)[:, None]
    pieces = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        bend = 2 * p0 - 5 * p1 + 4 * p2 - p3
        twist = 3 * p1 - p0 - 3 * p2 + p3
        pieces.append(0.5 * (2 * p1 + (p2 - p0) * t + bend * t**2 + twist * t**3))
    return np.vstack(pieces)


def _scaled(strokes: list[Points], width_mm: float, height_mm: float) -> list[Points]:
    every = np.vstack(strokes)
    low, high = every.min(axis=0), every.max(axis=0)
    factor = np.array((width_mm, height_mm)) / (high - low)
    return [(s - low) * factor for s in strokes]


def _render(strokes: list[Points], nib_mm: float, rng: np.random.Generator) -> Mask:
    """Millimetres, y upwards, to ink: wider and darker where the pen is slow or goes down."""
    every = np.vstack(strokes)
    low = every.min(axis=0) - _MARGIN_MM
    size = np.ceil((every.max(axis=0) + _MARGIN_MM - low) / 25.4 * DPI).astype(int)
    picture = Image.new("L", (int(size[0]) * _FINE, int(size[1]) * _FINE), 0)
    draw = ImageDraw.Draw(picture)
    scale = DPI * _FINE / 25.4
    for stroke in strokes:
        _draw_stroke(draw, (stroke - low) * scale, nib_mm * scale / 2)
    small = picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(
        (int(size[0]), int(size[1])), Image.Resampling.BOX
    )
    return _uneven(np.asarray(small), rng, depth=0.22)


def _draw_stroke(draw: ImageDraw.ImageDraw, path: Points, radius: float) -> None:
    step = np.diff(path, axis=0, prepend=path[:1])
    speed = np.hypot(step[:, 0], step[:, 1])
    slow = 1.0 - np.clip(speed / (np.percentile(speed, 90) + 1e-9), 0, 1)
    down = np.clip(-step[:, 1] / (speed + 1e-9), 0, 1)
    press = np.convolve(0.35 + 0.3 * slow + 0.35 * down, np.ones(25) / 25, mode="same")
    press *= np.clip(np.minimum(np.arange(len(path)), np.arange(len(path))[::-1]) / 18, 0.45, 1)
    for end, (start, weight) in zip(path[1:], zip(path, press, strict=True), strict=False):
        gap = max(1, int(np.hypot(*(end - start)) / (radius * 0.5)))
        r = radius * (0.72 + 0.5 * weight)
        ink = int(np.clip(150 + 140 * weight, 0, 255))
        for x, y in (start + (end - start) * k / gap for k in range(gap)):
            draw.ellipse((x - r, y - r, x + r, y + r), fill=ink)


def _uneven(mask: Mask, rng: np.random.Generator, *, depth: float) -> Mask:
    """Ink never lies evenly: coarse patches and the grain of the paper."""
    height, width = mask.shape
    coarse = Image.fromarray(rng.integers(0, 256, (height // 24 + 2, width // 24 + 2), np.uint8))
    patches = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC)) / 255.0
    grain = rng.normal(1.0, 0.07, mask.shape)
    inked = mask * (1.0 - depth * patches) * grain
    return np.clip(inked, 0, 255).astype(np.uint8)
