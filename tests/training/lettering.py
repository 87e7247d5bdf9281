"""Names and words as a printer sets them, for training and measuring.

Ink of 0 to 1 at 10 px a mm; names are invented. Fonts: the script fonts that fonts.py fetches
into var/fonts and the ordinary ones of the system.
"""

import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.training.pens import FOLDS, PX, Draw, Floats, cut, one_of, styled

SCRIPTS = Path(__file__).parents[2] / "var" / "fonts"
SYSTEM = Path("/usr/share/fonts/truetype")
# Fonts of the system that are set as names are; the others hold signs.
TYPE = ("Liberation", "DejaVuSans", "DejaVuSerif")
FIRST = [
    "Frank", "Anna", "Petra", "Jürgen", "Martina", "Thomas", "Ulrike", "Klaus", "Sabine",
    "Heinz", "Gisela", "Lutz", "Annegret", "Wolfgang", "Birgit", "Stefan", "Monika", "Rainer",
    "Claudia", "Uwe", "Andrea", "Dieter", "Heike", "Bernd", "Eva", "Jochen", "Karin", "Oliver",
    "Ute", "Matthias", "Silke", "Ralf", "Kerstin", "Norbert", "Elke", "Michael", "Julia",
    "Peter", "Christine", "Max", "Ida", "Yusuf", "Zoe",
]  # fmt: skip
LAST = [
    "Gruber", "Seifert", "Lindner", "Hoffmann", "Ruf", "Brenner", "Kowalski", "Schäuble",
    "Weiß", "Zimmermann", "Reichenbach", "Baumgart", "Großmann", "Wiegand", "Sommerfeld",
    "Ködderitzsch", "Lorenz", "Vogel", "Maier", "Huber", "Jäger", "Quandt", "Öttl", "Fuchs",
    "Übelacker", "Neumann", "Pfeiffer", "Xander", "Yilmaz", "Ebert", "Albrecht", "Dorn", "Igel",
    "Nagel", "Traub", "Roth",
]  # fmt: skip
PLACES = [
    "Stuttgart", "Heilbronn", "Ludwigsburg", "Esslingen", "Ravensburg", "Tübingen", "Calw",
    "Rottweil", "Lörrach", "Aalen", "Göppingen", "Biberach", "Künzelsau", "Sigmaringen",
    "Konstanz", "Offenburg", "Mosbach", "Rastatt", "Waiblingen", "Ulm",
]  # fmt: skip


@cache
def script_fonts() -> tuple[Path, ...]:
    """The script fonts, one file a family."""
    return tuple(sorted(SCRIPTS.glob("*/*.woff")))


@cache
def type_fonts() -> tuple[Path, ...]:
    """Ordinary fonts of the system."""
    return tuple(p for p in sorted(SYSTEM.rglob("*.ttf")) if p.name.startswith(TYPE))


def fold_of(font: Path) -> int:
    """Families stay together."""
    return zlib.crc32(font.parent.name.encode()) % FOLDS


@cache
def face(path: Path, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), pixels)


def name(draw: Draw) -> str:
    """An invented name as people put it under letters."""
    first, last = (str(draw.choice(list_)) for list_ in (FIRST, LAST))
    kinds = (
        f"{first} {last}", f"{first[0]}. {last}", last, f"Dr. {first} {last}", first,
        f"{first} {last}-{draw.choice(LAST)}", f"{first[0]}. {draw.choice(FIRST)[0]}. {last}",
        f"i. A. {last}", f"i. V. {first} {last}",
    )  # fmt: skip
    return kinds[draw.choice(len(kinds), p=(0.3, 0.14, 0.16, 0.1, 0.06, 0.06, 0.06, 0.06, 0.06))]


def lettering(text: str, font: Path, mm: float, *, gap: float = 0.0) -> Floats:
    """Text set so that a small letter is about half of `mm` high; `gap` widens it, in mm."""
    face_ = face(font, max(round(mm * PX * 2), 8))
    width = face_.getlength(text) + 2 * gap * PX * len(text)
    high = round(mm * PX * 2)
    picture = Image.new("L", (int(width) + 4 * high, high * 4), 0)
    pen = ImageDraw.Draw(picture)
    if gap:
        x = 2.0 * high
        for sign in text:
            pen.text((x, high), sign, font=face_, fill=255)
            x += face_.getlength(sign) + 2 * gap * PX
    else:
        pen.text((2 * high, high), text, font=face_, fill=255)
    small = cv2.resize(np.asarray(picture), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return cut(np.asarray(small, np.float32) / 255)


def script_name(draw: Draw, fonts: Sequence[Path], text: str = "") -> Floats:
    """A name in a script font 22 to 95 mm wide, as a printer sets it; sometimes with a flourish."""
    font = one_of(draw, fonts)
    text = text or name(draw)
    gap = float(draw.normal(0, 0.25)) if draw.random() < 0.25 else 0.0
    ink = lettering(text, font, float(np.clip(draw.lognormal(2.0, 0.3), 4, 16)), gap=gap)
    wide = min(95 * PX / ink.shape[1], 42 * PX / ink.shape[0], 1.0)
    ink = cv2.resize(ink, None, fx=wide, fy=wide, interpolation=cv2.INTER_AREA)
    if draw.random() < 0.12:
        ink = underlined(draw, ink)
    if draw.random() < 0.5:
        ink = leaning(draw, ink, turn=5.0, lean=0.2)
    if draw.random() < 0.5:
        ink = styled(draw, ink, strokes=(0.2, 0.6))
    return ink


def typed_name(draw: Draw, text: str = "") -> Floats:
    """A name in an ordinary font that no engine read."""
    fonts = type_fonts()
    text = text or str(draw.choice([name(draw), f"gez. {name(draw)}", "Landrat", "Im Auftrag"]))
    ink = lettering(text, one_of(draw, fonts), float(draw.uniform(2.8, 7)))
    return leaning(draw, ink, turn=1.0, lean=0.02)


def underlined(draw: Draw, ink: Floats) -> Floats:
    """With one plain stroke below."""
    wide = ink.shape[1]
    grown = cv2.copyMakeBorder(ink, 0, 30, 10, 10, cv2.BORDER_CONSTANT, value=0)
    y = ink.shape[0] + int(draw.integers(2, 20))
    a, b = int(draw.uniform(0, 0.3) * wide), int(draw.uniform(0.7, 1) * wide)
    cv2.line(grown, (a, y), (b, y + int(draw.integers(-8, 8))), 1.0, int(draw.integers(2, 5)))
    return cut(grown)


def leaning(draw: Draw, ink: Floats, *, turn: float, lean: float) -> Floats:
    """Turned (degrees) and sheared about so much, as a whole."""
    high, wide = ink.shape
    rim = int(0.5 * high + 0.12 * wide) + 10
    ink = cv2.copyMakeBorder(ink, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=0)
    middle = (ink.shape[1] / 2, ink.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(middle, float(draw.normal(0, turn)), 1.0)
    slope = float(draw.normal(0, lean))
    shear = np.array([[1, slope, -slope * middle[1]], [0, 1, 0], [0, 0, 1]])
    matrix = matrix @ shear
    return cut(np.asarray(cv2.warpAffine(ink, matrix, ink.shape[::-1]), np.float32))
