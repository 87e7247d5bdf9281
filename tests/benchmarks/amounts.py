"""Handwritten amounts in drawn fields, hands that no model learned from: `amounts.py [COUNT]`.

Composes fields (line, dotted line, frame, table cell, comb; label left, above or below) from the
held-out writers and fonts of tests/training/glyphs.py, copies them as seven kinds of scanner do,
and counts what amount_on says: with no second number, with the right one, with a wrong one.
`--save DIR` keeps pictures of every wrong answer. Measures only; asserts nothing.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from inbox_daemon.core.betrag import betrag_from, german, words_for
from inbox_daemon.core.programm import Feld
from inbox_daemon.core.values import DocumentKind, Read
from inbox_daemon.reading.betrag.amount import amount_on
from inbox_daemon.reading.paper.page import Page, Word
from tests.training import glyphs as known

DPI = 300
SIZE = (1500, 2200)
FELD = Feld(
    name="betrag", labels=("höhe der beantragten zuwendung",), not_labels=("planungsrahmen",)
)
FIELDS = ("line", "dots", "frame", "cell", "comb")
SIDES = ("left", "left", "left", "above", "below")
SCANS = ("grey-300", "grey-200", "g4-300", "g4-200", "mfp-150", "poor", "phone")
PRINT_FONT = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"
Grey = NDArray[np.uint8]


@dataclass
class Form:
    """The paper at 300 dpi and the print on it as the engine would have read it."""

    paper: Image.Image
    pen: ImageDraw.ImageDraw
    words: list[tuple[str, tuple[float, float, float, float], int]]

    def write(self, x: float, y: float, text: str, *, points: float = 10.5) -> float:
        """Prints the text with its foot at y; gives where it ends."""
        font = ImageFont.truetype(PRINT_FONT, round(points * DPI / 72))
        row = len({w[2] for w in self.words})
        for word in text.split():
            box = font.getbbox(word, anchor="ls")
            self.pen.text((x, y), word, font=font, fill=15, anchor="ls")
            self.words.append((word, (x + box[0], y + box[1], x + box[2], y + box[3]), row))
            x += font.getlength(word + " ")
        return x


@dataclass(frozen=True)
class Case:
    """One composed page and what is true of it."""

    page: Page
    words: tuple[Word, ...]
    text: str
    value: Decimal | None
    tags: dict[str, str]


def case_of(number: int, hands: list[known.Hand], draw: np.random.Generator) -> Case | None:
    """A page with one amount by hand."""
    kind = "cvl" if draw.random() < 0.7 else "script"
    own = [h for h in hands if h.kind == kind]
    hand = own[int(draw.integers(len(own)))]
    field, side = str(draw.choice(FIELDS)), str(draw.choice(SIDES))
    text = known.amount_text(draw, 3.8, 5.9)
    value = betrag_from(text)
    paper = Image.new("L", SIZE[::-1], 255)
    form = Form(paper=paper, pen=ImageDraw.Draw(paper), words=[])
    form.write(200, 200, "Antrag auf Hilfe für die Kommunen im Land", points=13)
    form.write(200, 1300, "Der Antragsteller erklärt, dass alle Angaben richtig sind.")
    drawn = _comb_ink(text, hand, draw) if field == "comb" else known.written(text, hand, draw)
    if drawn is None or value is None:
        return None
    tall = float(draw.uniform(3.8, 6.0)) / 25.4 * DPI
    ink = drawn[0]
    scale = tall / known.TALL
    ink = np.clip(cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), 0, 1)
    place = _field(form, field, side, (ink.shape[1], tall, scale), draw)
    grey = _inked(np.asarray(paper), ink, place, (tall, float(draw.uniform(20, 110))))
    scan = SCANS[number % len(SCANS)]
    page, ratio = scanned(grey, scan, draw)
    words = tuple(
        Word(text=t, x0=round(b[0] * ratio), y0=round(b[1] * ratio), x1=round(b[2] * ratio),
             y1=round(b[3] * ratio), confidence=92.0, line=(1, 1, row))
        for t, b, row in form.words
    )  # fmt: skip
    tags = {"field": field, "side": side, "scan": scan, "hand": hand.kind, "who": hand.name}
    return Case(page=page, words=words, text=text, value=value, tags=tags)


def _comb_ink(
    text: str, hand: known.Hand, draw: np.random.Generator
) -> tuple[known.Floats, list[tuple[str, float, float]]] | None:
    """Digits one to a cell of 44 columns, the comma printed on the edge between two cells."""
    if "," not in text or "-" in text:
        return None
    digits = "".join(c for c in text if c.isdigit())
    step = 44
    row = np.zeros((2 * known.TALL, step * (len(digits) + 1)), np.float32)
    for i, sign in enumerate(digits):
        one = known.written(sign, hand, draw)
        if one is None:
            return None
        ink = known.tight(one[0])
        fit = min(1.0, 52 / ink.shape[0], (step - 6) / ink.shape[1])
        ink = np.asarray(cv2.resize(ink, None, fx=fit, fy=fit, interpolation=cv2.INTER_AREA))
        high, wide = ink.shape
        x = i * step + int((step - wide) / 2 + draw.integers(-2, 3)) + 10
        top = int(1.5 * known.TALL) - high + int(draw.integers(-2, 2))
        row[top : top + high, x : x + wide] = ink
    return row, [(digits, 0.0, 0.0)]


def _field(
    form: Form,
    field: str,
    side: str,
    size: tuple[int, float, float],
    draw: np.random.Generator,
) -> tuple[int, int]:
    """Draws label, line or frame; gives where the ink's left end and the line stand."""
    wide, tall, scale = size
    foot = 700.0
    left = 200.0
    if side == "left":
        left = form.write(200, foot, "Höhe der beantragten Zuwendung") + float(
            draw.integers(40, 200)
        )
    elif side == "above":
        form.write(200, foot - tall * 1.25 - 25, "Höhe der beantragten Zuwendung")
    else:
        form.write(200, foot + 75, "(Höhe der beantragten Zuwendung)", points=8)
    right = left + wide + float(draw.integers(0, 150))
    _ruled(form, (field, side), (left, right, foot), (wide, tall, scale), draw)
    if side == "left" and draw.random() < 0.7:
        form.write(max(right, left + wide) + 25, foot, str(draw.choice(["EUR", "Euro", "€"])))
    shift = 0 if field == "comb" else int(draw.integers(0, max(int(right - left - wide), 1)))
    return int(left) + shift, int(foot + (0 if field == "comb" else draw.normal(0, 4)))


def _ruled(
    form: Form,
    kind: tuple[str, str],
    span: tuple[float, float, float],
    size: tuple[int, float, float],
    draw: np.random.Generator,
) -> None:
    """The line, frame, cell or comb from left to right about the foot."""
    (field, side), (left, right, foot), (wide, tall, scale) = kind, span, size
    top, low = foot - tall * 1.15 - 8, foot + 14
    dark, thick = int(draw.choice([0, 60, 110])), int(draw.integers(2, 5))
    if field == "line":
        form.pen.line((left, low - 6, right, low - 6), fill=dark, width=thick)
    elif field == "dots":
        for dot in range(int(left), int(right), 12):
            form.pen.ellipse((dot, low - 8, dot + 3, low - 5), fill=dark)
    elif field in {"frame", "comb"}:
        form.pen.rectangle((left, top, right, low), outline=dark, width=thick)
    else:
        form.pen.line((150, top - 6, 2050, top - 6), fill=dark, width=thick)
        form.pen.line((150, low, 2050, low), fill=dark, width=thick)
        if side == "left":
            form.pen.line((left - 20, top - 6, left - 20, low), fill=dark, width=thick)
    if field == "comb":
        step, count = 44 * scale, round(wide / (44 * scale)) - 1
        first = left + 10 * scale
        for i in range(count + 1):
            x = first + i * step
            form.pen.line((x, top, x, low), fill=dark, width=thick)
        _print_comma(form, (first + (count - 2) * step, foot), scale)


def _print_comma(form: Form, at: tuple[float, float], scale: float) -> None:
    x, y = at
    form.pen.ellipse((x - 5, y - 6, x + 5, y + 4), fill=0)
    form.pen.line((x + 3, y, x - 3, y + 6 * scale), fill=0, width=4)


def _inked(paper: Grey, ink: known.Floats, at: tuple[int, int], pen: tuple[float, float]) -> Grey:
    x, foot = at
    tall, dark = pen
    top = int(foot - 1.5 * tall)
    grey = np.asarray(paper, dtype=np.float32).copy()
    spot = grey[top : top + ink.shape[0], x : x + ink.shape[1]]
    own = ink[: spot.shape[0], : spot.shape[1]]
    np.minimum(spot, 255 - (255 - dark) * own, out=spot)
    return np.asarray(grey, dtype=np.uint8)


def scanned(grey: Grey, scan: str, draw: np.random.Generator) -> tuple[Page, float]:
    """The paper as this kind of scanner gives it, and its scale to 300 dpi."""
    dpi = {"grey-200": 200, "g4-200": 200, "mfp-150": 150, "poor": 200, "phone": 190}.get(scan, 300)
    ratio = dpi / DPI
    turn = cv2.getRotationMatrix2D(
        (grey.shape[1] / 2, grey.shape[0] / 2), float(draw.normal(0, 0.12)), 1
    )
    turned = cv2.warpAffine(grey, turn, grey.shape[::-1], borderValue=(255.0,))
    small = cv2.resize(turned, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
    soft: Any = cv2.GaussianBlur(small, (0, 0), float(draw.uniform(0.4, 0.8))).astype(np.float32)
    noise = np.asarray(draw.normal(0, 1, soft.shape), dtype=np.float32)
    out: Any
    if scan.startswith("g4"):
        out = np.where(soft + 8 * noise < draw.uniform(150, 200), 0, 255)
    elif scan == "poor":
        soft = cv2.GaussianBlur(soft, (0, 0), 1.0)
        out = 215 - (255 - soft) * 0.72 + 7 * noise
    elif scan == "phone":
        light = np.linspace(draw.uniform(0.6, 0.8), draw.uniform(0.8, 0.95), soft.shape[1])
        out = cv2.GaussianBlur(soft, (0, 0), 0.9) * light[None, :] + 4 * noise
    else:
        out = soft + 2.5 * noise
    picture = np.clip(out, 0, 255).astype(np.uint8)
    if scan in ("mfp-150", "phone", "poor"):
        _, data = cv2.imencode(
            ".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(draw.integers(55, 85))]
        )
        picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    page = Page(number=1, grey=picture, rgb=None, dpi=dpi, kind=DocumentKind.SCAN)
    return page, ratio


def with_words(case: Case, value: Decimal) -> tuple[Word, ...]:
    """The page's words and the amount in words below."""
    high = case.words[0].y1 - case.words[0].y0
    y = round(case.page.grey.shape[0] * 0.7)
    said = ("in", "Worten:", *words_for(value).split())
    return (*case.words, *(
        Word(text=t, x0=100 + 9 * high * i, y0=y, x1=100 + 9 * high * i + 8 * high, y1=y + high,
             confidence=90.0, line=(1, 1, 99))
        for i, t in enumerate(said)
    ))  # fmt: skip


def another(value: Decimal, draw: np.random.Generator) -> Decimal:
    """The amount with one digit changed, not the first."""
    digits = list(f"{value:.2f}")
    at = int(draw.choice([i for i, c in enumerate(digits) if c.isdigit() and i]))
    digits[at] = str(draw.choice([d for d in "0123456789" if d != digits[at]]))
    return Decimal("".join(digits))


def answer(case: Case, words: tuple[Word, ...]) -> tuple[str, str]:
    """right, WRONG, or unsure with `guess` where the guess is right; and what was said."""
    said = amount_on([case.page], [words], FELD, document="d", crops=lambda _p, _b: "")
    if isinstance(said, Read):
        return ("right" if said.value == case.value else "WRONG"), f"{said.value} {said.source.raw}"
    guess = getattr(said, "guess", None)
    good = guess is not None and case.value is not None and guess == german(case.value)
    return (f"{said.kind} guess" if good else said.kind), f"{said.why} {guess}"


def _kept(folder: Path, case: Case, label: str, said: str) -> None:
    """The picture of one failure, and a line that says what was wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    tags = case.tags
    name = f"{label}-{tags['field']}-{tags['side']}"
    cv2.imwrite(str(folder / f"{name}.png"), case.page.grey[: case.page.grey.shape[0] * 2 // 3])
    print(name, case.text, tags["who"], tags["scan"], "|", said)


def main() -> int:
    """Composes, reads, counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=300)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--save", type=Path)
    chosen = parser.parse_args()
    if not known.DIGITS.is_dir():
        print("no ../shared/data/digits: skipped", file=sys.stderr)
        return 66
    hands = known.split_of(known.hands(), held_out=True)
    draw = np.random.default_rng(chosen.seed)
    counts: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    done, spent = 0, 0.0
    while done < chosen.count:
        case = case_of(done, hands, draw)
        if case is None or case.value is None:
            continue
        done += 1
        trials = {"alone": case.words, "words": with_words(case, case.value),
                  "false words": with_words(case, another(case.value, draw))}  # fmt: skip
        for name, words in trials.items():
            began = time.process_time()
            found, said = answer(case, words)
            spent += time.process_time() - began
            if name == "false words" and found.startswith("unreadable"):
                found = "unreadable"
            for tag in ("", *(f"{k} {case.tags[k]}" for k in ("field", "side", "scan", "hand"))):
                counts[name, tag, ""][found] += 1
            if chosen.save and (found == "WRONG" or (name == "words" and found != "right")):
                _kept(chosen.save, case, f"{done:04}-{name}-{found}".replace(" ", "-"), said)
    for (name, tag, _), counter in sorted(counts.items()):
        print(f"{name:12} {tag:16} ", ", ".join(f"{k} {n}" for k, n in sorted(counter.items())))
    print(f"{spent / done / 3 * 1000:.0f} ms CPU a field")
    return 0


if __name__ == "__main__":
    sys.exit(main())
