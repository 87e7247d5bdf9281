"""Rubber stamps drawn for training and measuring: round seals and stamps of words.

Ink of 0 to 1 at 10 px a mm; offices, names and arms are invented.
"""

import cv2
import numpy as np
from PIL import Image, ImageDraw

from tests.training.lettering import LAST, PLACES, face, leaning, lettering, type_fonts
from tests.training.pens import PX, Draw, Floats, one_of, uneven


def seal(draw: Draw) -> Floats:
    """A round or oval stamp: rings, words along them, arms or lines in the middle."""
    radius = int(draw.uniform(11, 22) * PX)
    middle = radius + 12
    ink: Floats = np.zeros((2 * middle, 2 * middle), np.float32)
    thick = int(draw.integers(2, 9))
    cv2.circle(ink, (middle, middle), radius, 1.0, thick, cv2.LINE_AA)
    inner = radius * draw.uniform(0.58, 0.75)
    if draw.random() < 0.7:
        cv2.circle(ink, (middle, middle), int(inner), 1.0, max(thick - 2, 1), cv2.LINE_AA)
    _around(draw, ink, middle, (radius + inner) / 2, (radius - inner) * 0.55)
    _arms(draw, ink, middle, inner * 0.6)
    if draw.random() < 0.2:
        ink = cv2.resize(ink, None, fx=1.0, fy=draw.uniform(0.6, 0.9))
    return _pressed(draw, leaning(draw, ink, turn=25, lean=0.0))


def _around(draw: Draw, ink: Floats, middle: int, radius: float, high: float) -> None:
    words = (
        f"LANDKREIS {draw.choice(PLACES)} * BADEN-WÜRTTEMBERG *", f"STADT {draw.choice(PLACES)} *",
        f"Landratsamt {draw.choice(PLACES)} · Dienstsiegel · ",
        f"{draw.choice(LAST)} GmbH & Co. KG",
    )  # fmt: skip
    text = str(one_of(draw, words))
    text = text.upper() if draw.random() < 0.6 else text
    font = one_of(draw, type_fonts())
    face_ = face(font, max(int(high * 1.1), 8))
    turn = 360 / max(len(text), 24)
    for number, sign in enumerate(text):
        side = int(high * 2) + 4
        tile = Image.new("L", (side, side), 0)
        ImageDraw.Draw(tile).text((side / 2, side / 2), sign, font=face_, fill=255, anchor="mm")
        angle = number * turn
        turned = np.asarray(tile.rotate(-angle, Image.Resampling.BICUBIC), np.float32) / 255
        x = int(middle + radius * np.sin(np.radians(angle)) - side / 2)
        y = int(middle - radius * np.cos(np.radians(angle)) - side / 2)
        if x < 0 or y < 0:
            continue
        there = ink[y : y + side, x : x + side]
        np.maximum(there, turned[: there.shape[0], : there.shape[1]], out=there)


def _arms(draw: Draw, ink: Floats, middle: int, size: float) -> None:
    """A shield with a beast of curves, a number, lines of words, or nothing."""
    kind = draw.integers(5)
    thick = int(draw.integers(2, 5))
    if kind == 0:
        return
    if kind == 1:
        face_ = face(one_of(draw, type_fonts()), int(size * 0.7))
        picture = Image.fromarray((ink * 255).astype(np.uint8))
        ImageDraw.Draw(picture).text(
            (middle, middle), str(draw.integers(1, 99)), font=face_, fill=255, anchor="mm"
        )
        ink[:] = np.asarray(picture, np.float32) / 255
        return
    corners = ((-0.8, -0.9), (0.8, -0.9), (0.8, 0.2), (0, 1.1), (-0.8, 0.2))
    shield = [(int(middle + x * size), int(middle + y * size)) for x, y in corners]
    if kind != 4:
        cv2.polylines(ink, [np.array(shield)], True, 1.0, thick, cv2.LINE_AA)
    for _ in range(int(draw.integers(1, 7))):
        keys = draw.normal(0, 0.4, (int(draw.integers(3, 8)), 2))
        cv2.polylines(
            ink, [_smooth(keys * size + middle)], bool(draw.random() < 0.5), 1.0, thick, cv2.LINE_AA
        )


def _smooth(keys: Floats) -> Floats:
    t = np.linspace(0, len(keys) - 1, 12 * len(keys))
    across = [np.interp(t, np.arange(len(keys)), keys[:, axis]) for axis in (0, 1)]
    kernel = np.ones(9) / 9
    bent = [np.convolve(np.pad(a, 4, mode="edge"), kernel, "valid") for a in across]
    return np.stack(bent, axis=1).astype(np.int32)


def frame_stamp(draw: Draw) -> Floats:
    """A stamp of lines of words, mostly with a frame: date of receipt, office, name."""
    place = str(draw.choice(PLACES))
    lines = [
        ["EINGEGANGEN", f"{draw.integers(1, 29)}. JULI 2022", place],
        [f"Landratsamt {place}", "Der Landrat"], [f"STADT {place.upper()}", "Kämmerei", place],
        ["Regierungspräsidium", "Eingang", f"{draw.integers(10, 29)}.07.22", "Anl.:"], ["KOPIE"],
        [f"{draw.choice(LAST)} Consulting", "Hauptstr. 12", f"7{draw.integers(1000, 9999)} Ulm"],
        [f"Dr. {draw.choice(LAST)}", "Landrätin"], ["BEZAHLT"], ["Entwurf"],
    ]  # fmt: skip
    chosen = one_of(draw, lines)
    font = one_of(draw, type_fonts())
    high = float(draw.uniform(3.0, 6.5))
    rows = [lettering(t, font, high * draw.uniform(0.8, 1.3)) for t in chosen]
    wide = max(r.shape[1] for r in rows) + 2 * int(draw.uniform(15, 40))
    tall = sum(r.shape[0] + 14 for r in rows) + 40
    ink = np.zeros((tall, wide), np.float32)
    y = 25
    for row in rows:
        x = (wide - row.shape[1]) // 2
        ink[y : y + row.shape[0], x : x + row.shape[1]] = row
        y += row.shape[0] + 14
    if draw.random() < 0.75:
        thick = int(draw.integers(2, 8))
        cv2.rectangle(ink, (5, 5), (wide - 6, tall - 6), 1.0, thick)
    fit = min(1.0, 80 * PX / wide)
    ink = cv2.resize(ink, None, fx=fit, fy=fit, interpolation=cv2.INTER_AREA)
    return _pressed(draw, leaning(draw, ink, turn=6, lean=0.02))


def _pressed(draw: Draw, ink: Floats) -> Floats:
    """Unevenly inked rubber: whole parts fail."""
    size = (ink.shape[1], ink.shape[0])
    low = 0.0 if draw.random() < 0.3 else 0.45
    patches = cv2.resize(draw.uniform(low, 1.1, (4, 4)).astype(np.float32), size)
    ink = np.clip(ink * patches, 0, 1).astype(np.float32)
    return uneven(draw, ink) if draw.random() < 0.6 else ink
