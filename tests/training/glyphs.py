"""Digits and separators to learn from: real ones, those of script fonts, those of print.

A glyph is ink on nothing (0 to 1), cut to its edges. `written` sets a text from the glyphs of one
hand in a row; `worn` does to a picture what pens, scanners, thresholds and copies do.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Floats = NDArray[np.float32]

ROOT = Path(__file__).resolve().parents[2]
DIGITS = ROOT.parent / "shared" / "data" / "digits"
SCRIPTS = ROOT / "var" / "fonts"
PRINTS = (
    "liberation/LiberationSans-Regular", "liberation/LiberationSans-Bold",
    "liberation/LiberationSerif-Regular", "liberation/LiberationSerif-Bold",
    "liberation/LiberationMono-Regular", "liberation/LiberationSansNarrow-Regular",
    "liberation/LiberationSerif-Italic", "dejavu/DejaVuSans", "dejavu/DejaVuSansMono",
    "dejavu/DejaVuSerif", "dejavu/DejaVuSansCondensed", "../opentype/urw-base35/C059-Roman",
    "../opentype/urw-base35/P052-Roman", "../opentype/urw-base35/NimbusMonoPS-Regular",
    "../opentype/urw-base35/URWBookman-Light", "../opentype/urw-base35/URWGothic-Book",
)  # fmt: skip
PRINT_FOLDER = Path("/usr/share/fonts/truetype")
NO_DIGITS = "ABCDEFGHKLMNPQRTUVWXYacdefhkmnprtuvwxyäöüß€%&?"
TALL = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """One writer or font: its glyphs by sign; `kind` is cvl, old, script or print."""

    name: str
    kind: str
    held_out: bool
    glyphs: dict[str, list[Floats]]
    # How far below the line, and how high, a sign of a font stands, in heights of a digit.
    places: dict[str, tuple[float, float]]


def floats(array: Any) -> Floats:
    """As single precision, whatever a library gave."""
    return np.asarray(array, dtype=np.float32)


def tight(ink: Floats, least: float = 0.35) -> Floats:
    """Cut to the edges of the ink; an empty picture stays as it is."""
    rows, columns = np.where((ink > least).any(axis=1))[0], np.where((ink > least).any(axis=0))[0]
    if len(rows) == 0:
        return ink
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def ink_of(grey: NDArray[np.uint8]) -> Floats:
    """Share of ink from grey on lighter grey."""
    light, dark = np.percentile(grey, 80), np.percentile(grey, 1)
    share = (light - grey.astype(np.float32)) / max(light - dark, 1.0)
    return floats(np.clip((share - 0.12) / 0.8, 0, 1))


def hands() -> list[Hand]:
    """All writers and fonts; every fifth writer and every third font is held out."""
    return [*_writers(), *_scripts(), *_prints()]


def _writers() -> Iterator[Hand]:
    with np.load(DIGITS / "digits.npz") as arrays:
        images, labels = arrays["images"], arrays["labels"]
        names = [str(n) for n in arrays["source_names"]]
        source, writer = arrays["source"], arrays["writer"]
    groups: dict[str, dict[str, list[Floats]]] = defaultdict(lambda: defaultdict(list))
    for picture, label, number, who in zip(images, labels, source, writer, strict=True):
        kind = names[number].split()[0]
        if kind == "DIDA":  # cut with their neighbours and the page: not single digits
            continue
        name = str(who) if kind == "CVL" else kind
        groups[name][str(label)].append(tight(ink_of(picture)))
    cvl = sorted(n for n in groups if n.startswith("cvl"))
    for name, glyphs in sorted(groups.items()):
        own = name in cvl
        held = own and cvl.index(name) % 5 == 2
        yield Hand(
            name=name, kind="cvl" if own else "old", held_out=held, glyphs=dict(glyphs), places={}
        )


def _scripts() -> Iterator[Hand]:
    files = sorted(SCRIPTS.glob("*/*-latin-400-normal.woff"))
    for number, path in enumerate(files):
        hand = _drawn(path, "script", held_out=number % 3 == 1)
        if hand is not None:
            yield hand


def _prints() -> Iterator[Hand]:
    for number, name in enumerate(PRINTS):
        found = [p for end in ("ttf", "otf") if (p := PRINT_FOLDER / f"{name}.{end}").is_file()]
        for path in found:
            hand = _drawn(path, "print", held_out=number % 4 == 3)
            if hand is not None:
                yield hand


def _drawn(path: Path, kind: str, *, held_out: bool) -> Hand | None:
    try:
        font = ImageFont.truetype(str(path), 80)
    except OSError:
        return None
    pictures = {sign: _sign(font, sign) for sign in "0123456789,.-" + NO_DIGITS}
    high = float(np.median([pictures[d][0].shape[0] for d in "0123456789"]))
    foot = float(np.median([pictures[d][1] for d in "0123456789"]))
    if high < 12:
        return None
    scale = TALL / high
    glyphs, places = {}, {}
    for sign, (ink, base) in pictures.items():
        if min(ink.shape) < 2:
            continue
        size = (max(2, round(ink.shape[1] * scale)), max(2, round(ink.shape[0] * scale)))
        glyphs[sign] = [floats(cv2.resize(ink, size, interpolation=cv2.INTER_AREA))]
        places[sign] = ((base - foot) / high, ink.shape[0] / high)
    return Hand(name=path.stem, kind=kind, held_out=held_out, glyphs=glyphs, places=places)


def _sign(font: ImageFont.FreeTypeFont, sign: str) -> tuple[Floats, float]:
    """The sign's ink and its lowest row."""
    paper = Image.new("L", (300, 300), 0)
    ImageDraw.Draw(paper).text((100, 100), sign, fill=255, font=font)
    ink = floats(np.asarray(paper, dtype=np.float32) / 255)
    rows = np.where((ink > 0.35).any(axis=1))[0]
    return tight(ink), float(rows[-1] + 1) if len(rows) else 0.0


def cheques() -> list[tuple[str, Floats, list[tuple[str, int, int, int, int]], bool]]:
    """Name, ink, (digit, x0, y0, x1, y1) and whether it is held out, of every amount."""
    found = []
    with (DIGITS / "amounts.csv").open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines)):
            grey = cv2.imread(str(DIGITS / row["file"]), cv2.IMREAD_GRAYSCALE)
            boxes = [tuple(map(int, box.split(","))) for box in row["boxes_xywh"].split(";")]
            if grey is None or len(boxes) != len(row["digits"]):
                continue
            signs = [
                (d, x, y, x + w, y + h)
                for d, (x, y, w, h) in zip(row["digits"], boxes, strict=True)
            ]
            found.append((row["file"], on_pattern(np.asarray(grey)), signs, number % 5 == 2))
    return found


def on_pattern(grey: NDArray[np.uint8]) -> Floats:
    """Ink on a printed background: what is darker than the paper's pattern round about."""
    around = cv2.medianBlur(np.asarray(cv2.dilate(grey, np.ones((5, 5), np.uint8))), 31)
    depth = np.clip(around.astype(np.float32) - grey, 0, None)
    dark = float(np.percentile(depth, 98))
    return floats(np.clip((depth / max(dark, 1.0) - 0.35) / 0.5, 0, 1))


def bent(ink: Floats, draw: np.random.Generator, *, much: float = 1.0) -> Floats:
    """Turned, sheared, stretched, and waved a little."""
    high, wide = ink.shape
    turn = draw.normal(0, 5 * much) * np.pi / 180
    shear = draw.normal(0, 0.15 * much)
    across, down = np.exp(draw.normal(0, 0.12 * much, 2))
    side = int(1.7 * max(high, wide)) + 8
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos, -sin + shear], [sin, cos]]) * np.array([[across], [down]])
    shift = side / 2 - matrix @ np.array([wide / 2, high / 2])
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32)
    inverse = np.linalg.inv(matrix)
    x, y = columns - shift[0], rows - shift[1]
    wave = [cv2.resize(draw.normal(0, 1, (4, 4)).astype(np.float32), (side, side),
                       interpolation=cv2.INTER_CUBIC) for _ in range(2)]  # fmt: skip
    sway = 0.02 * much * max(high, wide)
    back_x = (inverse[0, 0] * x + inverse[0, 1] * y + sway * wave[0]).astype(np.float32)
    back_y = (inverse[1, 0] * x + inverse[1, 1] * y + sway * wave[1]).astype(np.float32)
    return np.asarray(cv2.remap(ink, back_x, back_y, cv2.INTER_LINEAR), dtype=np.float32)


def worn(ink: Floats, draw: np.random.Generator, *, tall: float) -> Floats:
    """Thicker or thinner, blurred, coarse, cut to black and white, noisy; `tall` is a digit."""
    worn_ink: Any = ink
    sides = int(draw.integers(0, 4))
    if sides == 0:
        worn_ink = cv2.dilate(worn_ink, np.ones((2, 2), np.uint8))
    elif sides == 1 and tall > 24:
        worn_ink = cv2.erode(worn_ink, np.ones((2, 2), np.uint8))
    if draw.random() < 0.5:
        coarse = float(np.clip(draw.uniform(13, 40) / tall, 0.2, 1.0))
        small = cv2.resize(worn_ink, None, fx=coarse, fy=coarse, interpolation=cv2.INTER_AREA)
        worn_ink = cv2.resize(small, ink.shape[::-1], interpolation=cv2.INTER_LINEAR)
    worn_ink = cv2.GaussianBlur(worn_ink, (0, 0), float(draw.uniform(0.3, 0.045 * tall + 0.3)))
    top = max(float(worn_ink.max()), 1e-3)
    worn_ink = np.clip(worn_ink / top, 0, 1)
    way = draw.random()
    if way < 0.45:
        worn_ink = (worn_ink > draw.uniform(0.25, 0.55)).astype(np.float32)
    elif way < 0.8:
        worn_ink = worn_ink ** float(draw.uniform(0.6, 1.6))
    noise = draw.normal(0, float(draw.choice([0, 0.03, 0.08])), ink.shape)
    return floats(np.clip(worn_ink + noise, 0, 1))


def glyph(hand: Hand, sign: str, draw: np.random.Generator) -> Floats | None:
    """One of the hand's glyphs; separators that it has not are drawn as strokes."""
    own = hand.glyphs.get(sign)
    if own:
        return own[int(draw.integers(len(own)))]
    return stroke(sign, draw) if sign in ",.-" else None


def stroke(sign: str, draw: np.random.Generator) -> Floats:
    """A comma, dot or dash as a pen makes it, for digits that are TALL high."""
    paper = np.zeros((60, 60), np.uint8)
    thick = int(draw.integers(2, 6))
    x, y = 30, 20
    if sign == ".":
        cv2.line(paper, (x, y), (x + int(draw.integers(0, 3)), y), 255, thick + 1, cv2.LINE_AA)
    elif sign == ",":
        end = (x - int(draw.integers(-1, 8)), y + int(draw.integers(8, 20)))
        cv2.line(paper, (x, y), end, 255, thick, cv2.LINE_AA)
    else:
        end = (x + int(draw.integers(10, 24)), y + int(draw.integers(-4, 4)))
        cv2.line(paper, (x, y), end, 255, thick, cv2.LINE_AA)
    return tight(floats(paper.astype(np.float32) / 255))


Signs = list[tuple[str, float, float]]


def written(text: str, hand: Hand, draw: np.random.Generator) -> tuple[Floats, Signs] | None:
    """The text in one row, digits about TALL high in the middle, with each sign's x0 and x1.

    The row is 2 * TALL high with the line at 1.5 * TALL; None if the hand lacks a sign.
    """
    paper = np.zeros((2 * TALL, 60 + 60 * len(text)), np.float32)
    at = 20.0
    gap = float(draw.choice([draw.uniform(-2, 3), draw.uniform(2, 10), draw.uniform(6, 20)]))
    if hand.kind == "print":
        gap = float(draw.uniform(1, 7))
    signs: Signs = []
    size = float(draw.uniform(0.85, 1.1))
    for sign in text:
        if sign == " ":
            at += float(draw.uniform(8, 18))
            continue
        ink = glyph(hand, sign, draw)
        if ink is None:
            return None
        high, foot = _stand(sign, hand, draw, size=size, own=ink.shape[0])
        most = 1.3 * high if sign.isdigit() else float(paper.shape[1])
        left, right = _put(paper, ink, (max(0, round(at)), foot, high), most)
        signs.append((sign, left, right))
        at = right + gap + (0 if hand.kind == "print" else float(draw.normal(0, 2)))
    return paper[:, : int(at) + 20], signs


def _stand(
    sign: str, hand: Hand, draw: np.random.Generator, *, size: float, own: int
) -> tuple[float, float]:
    """How high the sign is and where its foot stands, in rows; `own` is the glyph's height."""
    line, free = 1.5 * TALL, hand.kind != "print"
    place = hand.places.get(sign)
    if sign.isdigit():
        high = TALL * size * (float(draw.normal(1, 0.06)) if free else 1.0)
        high *= place[1] if place else 1.0
        foot = line + (place[0] * TALL if place else 0.0)
        return high, foot + (float(draw.normal(0, 1.5)) if free else 0.0)
    high = own * size
    if place:
        return high, line + place[0] * TALL * size
    below = {",": 0.6 * high, "-": -0.4 * TALL}.get(sign, 0.0)
    return high, line + below


def _put(
    paper: Floats, ink: Floats, at: tuple[int, float, float], most: float
) -> tuple[float, float]:
    """Lays the glyph on the row at (left, foot, height); gives its first and last column."""
    left, foot, tall = at
    scale = tall / ink.shape[0]
    wide = min(max(1, round(ink.shape[1] * scale)), round(most))
    high = max(1, round(tall))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    part = np.clip(cv2.resize(ink, (wide, high), interpolation=way), 0, 1)
    top = int(np.clip(round(foot) - high, 0, paper.shape[0] - high))
    part = part[:, : paper.shape[1] - left]
    spot = paper[top : top + high, left : left + part.shape[1]]
    np.maximum(spot, part, out=spot)
    return float(left), float(left + wide)


def amount_text(draw: np.random.Generator, least: float = 2.3, most: float = 6.2) -> str:
    """An amount as offices write it."""
    euro = int(10 ** draw.uniform(least, most))
    cents = int(draw.integers(100)) if draw.random() < 0.7 else 0
    mark = str(draw.choice([".", ".", "", " "]))
    whole = f"{euro:,}".replace(",", mark)
    ends = [f",{cents:02}"] * 8 + ([",-", ",--"] if not cents else [])
    return whole + str(draw.choice(ends))


def split_of(all_hands: Sequence[Hand], *, held_out: bool) -> list[Hand]:
    """Those to learn from, or those to measure with."""
    return [h for h in all_hands if h.held_out == held_out]
