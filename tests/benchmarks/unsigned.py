"""How often a block without a pen's signature is called signed: `tests/benchmarks/unsigned.py`.

Composes blocks with script fonts and writers of fold 0, stamps, dirt, crosses and marks that
training has not, scans them and asks the reader. Prints the answers by kind with the upper 95 %
bound of false "present"; with `--signed` blocks signed by writers of that fold.
The networks of the project have seen all folds: for figures of writers and fonts left out train
both with `--fold 0` and lay the two files in their place.
Run as `python -m tests.benchmarks.unsigned`. Measures only; asserts nothing.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from inbox_daemon.core.programm import Feld
from inbox_daemon.reading.unterschrift.signature import signature_on
from tests.training import lettering, marks, pens, rubber, sheets
from tests.training.pens import PX, Draw, Floats
from tests.training.sheets import Form, Layer, Sheet

FELD = Feld(name="unterschrift", labels=("unterschrift", "rechtsverbindliche unterschrift"))
# The fold of writers and fonts that `tests/training/signature.py --fold 0` leaves out.
LEFT_OUT = 0
SCANNERS = (*sheets.SCANNERS, "colour200", "colour300")
BLUE, RED, BLACK, GREEN = (0.9, 0.75, 0.25), (0.25, 0.85, 0.75), (1.0, 1.0, 1.0), (0.85, 0.4, 0.7)
Drawn = Callable[[Draw], Floats]


def _own(kind: str) -> list[pens.Source]:
    wanted = {"print": ("logo", "print", "rubber"), "place": ("place",), "signed": ()}[kind]
    return [
        s
        for s in pens.sources()
        if s.fold == LEFT_OUT
        and (s.signed if kind == "signed" else any(w in s.kind for w in wanted) and not s.signed)
    ]


def script(draw: Draw) -> Floats:
    """A name in a script font that was left out."""
    fonts = [f for f in lettering.script_fonts() if lettering.fold_of(f) == LEFT_OUT]
    return lettering.script_name(draw, fonts)


def bars(draw: Draw) -> Floats:
    """A bar code or a square code of a document system."""
    if draw.random() < 0.5:
        row = (draw.random((1, int(draw.integers(60, 200)))) < 0.5).astype(np.float32)
        return cv2.resize(row, None, fx=3, fy=120, interpolation=cv2.INTER_NEAREST)
    code = (draw.random((25, 25)) < 0.5).astype(np.float32)
    return cv2.resize(code, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)


def flag(draw: Draw) -> Floats:
    """A sticker "sign here": an arrow with words in it."""
    words = lettering.typed_name(
        draw, str(draw.choice(["hier unterschreiben", "Unterschrift!", "X"]))
    )
    high, wide = words.shape[0] + 60, words.shape[1] + 120
    ink = np.zeros((high, wide), np.float32)
    corners = [(5, high // 2), (60, 5), (wide - 6, 5), (wide - 6, high - 6), (60, high - 6)]
    cv2.polylines(ink, [np.array(corners)], True, 1.0, int(draw.integers(2, 6)))
    sheets.put(ink, words, 70, 30)
    return ink


def holes(draw: Draw) -> Floats:
    """Punched holes, the shadow of a clip, the corner of another sheet."""
    ink = np.zeros((400, 700), np.float32)
    for y in (40, 300):
        cv2.circle(ink, (60, y), 30, float(draw.uniform(0.3, 1)), int(draw.choice([-1, 3])))
    for turn in range(3):
        x = 300 + 15 * turn
        cv2.ellipse(ink, (x, 150), (30, 120 - 20 * turn), 0, 0, 340, 0.8, int(draw.integers(2, 6)))
    a, b = (int(draw.integers(400, 700)) for _ in range(2))
    cv2.line(ink, (a, 0), (b, 399), float(draw.uniform(0.4, 1)), int(draw.integers(1, 5)))
    return ink


def grid(draw: Draw) -> Floats:
    """The lines of a table that lie askew of the form."""
    ink = np.zeros((300, 800), np.float32)
    for at in range(0, 800, int(draw.integers(60, 200))):
        cv2.line(ink, (at, 0), (at, 299), 1.0, 2)
    for at in range(0, 300, int(draw.integers(40, 100))):
        cv2.line(ink, (0, at), (799, at), 1.0, 2)
    return lettering.leaning(draw, ink, turn=2.0, lean=0.02)


def two_stamps(draw: Draw) -> Floats:
    """A seal over a stamp of words."""
    ink, more = rubber.frame_stamp(draw), rubber.seal(draw)
    wide, high = (max(a, b) + 60 for a, b in zip(ink.shape[::-1], more.shape[::-1], strict=True))
    both = np.zeros((high, wide), np.float32)
    sheets.put(both, ink, int(draw.integers(60)), int(draw.integers(60)))
    sheets.put(both, more, int(draw.integers(60)), int(draw.integers(60)))
    return both


def wide_type(draw: Draw) -> Floats:
    """A typed name set apart, or in italics, over a title."""
    name, title = lettering.typed_name(draw), lettering.typed_name(draw, "Landrat des Landkreises")
    both = np.zeros((name.shape[0] + title.shape[0] + 12, max(name.shape[1], title.shape[1])))
    both = both.astype(np.float32)
    sheets.put(both, name, 0, 0)
    sheets.put(both, title, 0, name.shape[0] + 12)
    return both


KINDS: dict[str, tuple[float, Drawn]] = {
    "none": (0.05, lambda _: np.zeros((20, 20), np.float32)),
    "script-font": (0.24, script),
    "typed": (0.07, lettering.typed_name),
    "typed-two": (0.05, wide_type),
    "seal": (0.11, rubber.seal),
    "frame-stamp": (0.11, rubber.frame_stamp),
    "two-stamps": (0.04, two_stamps),
    "cross": (0.07, marks.cross),
    "dirt": (0.07, marks.dirt),
    "bar-code": (0.02, bars),
    "flag": (0.03, flag),
    "holes": (0.03, holes),
    "grid": (0.02, grid),
    "print": (0.05, lambda draw: marks.other_print(draw, _own("print"))),
    "initials": (0.04, lambda draw: pens.small_hand(draw, _own("signed"))),
}
SIGNED: dict[str, tuple[float, Drawn]] = {
    "genuine": (0.7, lambda draw: pens.genuine(draw, _own("signed"))),
    "genuine+stamp": (0.3, lambda draw: pens.genuine(draw, _own("signed"))),
}


def sheet(draw: Draw, kind: str, mark: Drawn) -> Sheet:
    """A scanned block with one mark of the kind, now and then with another beside it."""
    form = sheets.form(draw)
    tint = BLACK if kind in ("script-font", "typed") and draw.random() < 0.7 else _tint(draw)
    dark = float(draw.uniform(0.45, 1.0))
    ink = mark(draw)
    layers = [Layer(sheets.put_on_line(draw, form, ink), dark, tint)]
    if kind == "genuine+stamp" or (kind in ("script-font", "cross") and draw.random() < 0.1):
        stamp = (rubber.seal if draw.random() < 0.6 else rubber.frame_stamp)(draw)
        layers.append(_stamped(draw, form, stamp))
    elif kind != "genuine" and draw.random() < 0.1:
        layers.append(Layer(sheets.put_on_line(draw, form, marks.dirt(draw), loose=3), 0.6))
    return sheets.scanned(draw, form, layers, str(draw.choice(SCANNERS)))


def _stamped(draw: Draw, form: Form, stamp: Floats) -> Layer:
    layer = np.zeros_like(form.ink)
    x = form.left + draw.uniform(0, max(form.width - 15, 1))
    y = form.line - stamp.shape[0] / PX / 2 + draw.normal(-4, 6)
    sheets.put(layer, stamp, int(x * PX), int(y * PX))
    return Layer(layer, float(draw.uniform(0.5, 1.0)), _tint(draw))


def _tint(draw: Draw) -> tuple[float, float, float]:
    return (BLUE, RED, BLACK, GREEN)[draw.choice(4, p=(0.4, 0.2, 0.35, 0.05))]


def answer(shown: Sheet) -> tuple[str, str]:
    """What the reader says, and why."""
    reading = signature_on(
        [shown.page], [shown.label], FELD, document="d", crops=lambda _page, _box: "x"
    )
    return reading.kind, getattr(reading, "why", "")


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--signed", action="store_true", help="blocks that are signed, instead")
    parser.add_argument("--wrong", type=Path, help="folder for pictures of what was answered wrong")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    kinds = SIGNED if given.signed else KINDS
    names = list(kinds)
    chances = np.array([share for share, _ in kinds.values()])
    told: dict[str, Counter[str]] = defaultdict(Counter)
    used = 0.0
    for number in range(given.count):
        draw = np.random.default_rng((given.seed, number))
        name = names[draw.choice(len(names), p=chances / chances.sum())]
        shown = sheet(draw, name, kinds[name][1])
        began = time.process_time()
        kind, why = answer(shown)
        used += time.process_time() - began
        told[name][kind] += 1
        told["all"][kind] += 1
        if given.signed:
            told[f"{name} {shown.scanner}"][kind] += 1
            told[f"why {kind} {why}"][kind] += 1
        if given.wrong and kind == ("absent" if given.signed else "read"):
            given.wrong.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(given.wrong / f"{name}-{number}-{shown.scanner}.png"), shown.page.grey)
    for name, counter in sorted(told.items()):
        count = counter.total()
        print(
            f"{name:28} {count:5}  present {counter['read']:5} absent {counter['absent']:5} "
            f"unsure {counter['unreadable']:5}  present {100 * counter['read'] / count:5.1f} %, "
            f"at most {100 * upper(counter['read'], count):5.2f} %"
        )
    print(f"{1000 * used / given.count:.0f} ms of CPU a block")
    return 0


def upper(hits: int, count: int) -> float:
    """The upper end of Wilson's 95 % interval, one-sided; 3 / n where there was none."""
    if hits == 0:
        return min(3 / count, 1.0)
    z = 1.645
    share = hits / count
    middle = share + z * z / (2 * count)
    wide = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return float((middle + wide) / (1 + z * z / count))


if __name__ == "__main__":
    sys.exit(main())
