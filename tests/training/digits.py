"""Trains models/digits.npz (single signs) and models/row.npz (along a row) with fixed seeds.

Run with an environment that has JAX: `python tests/training/digits.py [signs|row]`. Learns from
four of five CVL writers, two of three script fonts and four of five cheques, and prints what it
reads of the others. Needs ../shared/data/digits and var/fonts.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from inbox_daemon.reading.betrag import digits
from inbox_daemon.reading.network import network_from

if TYPE_CHECKING:
    from tests.training import glyphs as known
    from tests.training.fit import Batch, Plan, fitted, write
    from tests.training.glyphs import Floats
else:  # where JAX is, there need be no pytest, which the package tests imports
    import glyphs as known
    from fit import Batch, Plan, fitted, write
    from glyphs import Floats

MODELS = known.ROOT / "inbox_daemon" / "models"
SIGNS_PLAN: Plan = (
    ("conv", 12), ("pool", 0), ("conv", 32), ("conv", 32), ("pool", 0), ("conv", 64), ("pool", 0),
    ("dense", 128), ("dense", digits.OTHER + 1),
)  # fmt: skip
ROW_PLAN: Plan = (
    ("conv", 10), ("pool", 0), ("conv", 24), ("pool", 0), ("conv", 48), ("pool", 0),
    ("dense", 112), ("dense", digits.NOTHING + 1),
)  # fmt: skip
KINDS = {"cvl": 0.5, "script": 0.2, "old": 0.14, "print": 0.16}
POOL = 80_000
Pool = tuple[NDArray[np.uint8], NDArray[np.int32]]


class Sources:
    """Hands and cheques of one side of the split, drawn from at fixed shares."""

    def __init__(self, *, held_out: bool) -> None:
        hands = known.split_of(known.hands(), held_out=held_out)
        self.hands = {k: [h for h in hands if h.kind == k] for k in KINDS}
        self.cheques = [c for c in known.cheques() if c[3] == held_out]
        here = [k for k in KINDS if self.hands[k]]
        self.kinds, total = here, sum(KINDS[k] for k in here)
        self.weights = [KINDS[k] / total for k in here]

    def hand(self, draw: np.random.Generator) -> known.Hand:
        """A writer or font, kinds at their shares."""
        own = self.hands[str(draw.choice(self.kinds, p=self.weights))]
        return own[int(draw.integers(len(own)))]

    def digit(self, draw: np.random.Generator) -> tuple[Floats, int, bool]:
        """One digit's ink, what it is, and whether it is printed."""
        if self.cheques and draw.random() < 0.18:
            _, ink, signs, _ = self.cheques[int(draw.integers(len(self.cheques)))]
            sign, x0, y0, x1, y1 = signs[int(draw.integers(len(signs)))]
            part = ink[max(y0 - 1, 0) : y1 + 1, max(x0 - 1, 0) : x1 + 1]
            return known.tight(_largest(part)), int(sign), False
        hand = self.hand(draw)
        sign = str(draw.integers(10))
        glyph = known.glyph(hand, sign, draw)
        return (glyph, int(sign), hand.kind == "print") if glyph is not None else self.digit(draw)


def _largest(ink: Floats) -> Floats:
    """Without the specks and rims of neighbours in a cut-out."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats((ink > 0.3).astype(np.uint8))
    sizes = np.asarray(stats)[:, 4].copy()
    sizes[0] = 0
    keep = np.flatnonzero(sizes >= 0.15 * max(sizes.max(), 1))
    return ink * np.isin(parts, keep[keep > 0]) if len(keep) else ink


def sign_pool(sources: Sources, count: int, draw: np.random.Generator) -> Pool:
    """Single signs as the first network sees them, a fifth of them no digit."""
    pictures: list[NDArray[np.uint8]] = []
    classes: list[int] = []
    while len(pictures) < count:
        ink, sign, printed = sources.digit(draw)
        if draw.random() < 0.2:
            ink, sign = _no_digit(sources, ink, draw), digits.OTHER
        if ink.shape[0] < 24:
            ink = np.asarray(cv2.resize(ink, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
        tall = float(max(ink.shape))
        seen = known.worn(known.bent(ink, draw, much=0.35 if printed else 1.0), draw, tall=tall)
        if (seen > 0.4).sum() < 12:
            continue
        pictures.append(np.round(digits.framed(seen) * 255).astype(np.uint8))
        classes.append(sign)
    return np.stack(pictures), np.asarray(classes, np.int32)


def _no_digit(sources: Sources, ink: Floats, draw: np.random.Generator) -> Floats:
    """Two digits that touch, half of one, a letter, a dash, or two strokes."""
    kind = int(draw.integers(10))
    if kind <= 4:
        other = _as_high(sources.digit(draw)[0], ink.shape[0])
        gap = max(int(draw.integers(-3, 3)), 1 - other.shape[1], -ink.shape[1])
        wide = ink.shape[1] + other.shape[1] + gap
        both = np.zeros((ink.shape[0], wide), np.float32)
        both[:, : ink.shape[1]] = ink
        spot = both[:, wide - other.shape[1] :]
        np.maximum(spot, other, out=spot)
        if kind == 4:  # a digit with a good part of its neighbour
            cut = ink.shape[1] + gap + int(other.shape[1] * draw.uniform(0.35, 0.7))
            both = both[:, : max(cut, 2)]
        return both
    if kind <= 6:
        hands = [*sources.hands["script"], *sources.hands["print"]]
        hand = hands[int(draw.integers(len(hands)))]
        letter = known.glyph(hand, str(draw.choice(list(known.NO_DIGITS))), draw)
        return letter if letter is not None else known.stroke("-", draw)
    if kind == 7:
        return known.stroke("-", draw)
    if kind == 8:
        row = known.written("--", sources.hands["print"][0], draw)
        return known.tight(row[0]) if row else known.stroke("-", draw)
    share = draw.uniform(0.35, 0.6)
    if draw.random() < 0.5:
        return ink[: max(3, int(ink.shape[0] * share))]
    side = max(3, int(ink.shape[1] * share))
    return ink[:, :side] if draw.random() < 0.5 else ink[:, -side:]


def _as_high(ink: Floats, high: int) -> Floats:
    size = (max(2, round(ink.shape[1] * high / ink.shape[0])), high)
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_LINEAR))


def row_pool(sources: Sources, count: int, draw: np.random.Generator) -> Pool:
    """Windows along rows as the second network sees them."""
    pictures: list[NDArray[np.uint8]] = []
    classes: list[int] = []
    while len(pictures) < count:
        drawn = _cheque_row(sources, draw) if draw.random() < 0.2 else _own_row(sources, draw)
        if drawn is None:
            continue
        row, centres = drawn
        for x, sign in _spots(row, centres, draw):
            window = row[:, x - digits.WINDOW // 2 : x + digits.WINDOW // 2]
            pictures.append(np.round(window * 255).astype(np.uint8))
            classes.append(sign)
    return np.stack(pictures[:count]), np.asarray(classes[:count], np.int32)


Row = tuple[Floats, list[tuple[float, int]]]


def _own_row(sources: Sources, draw: np.random.Generator) -> Row | None:
    hand = sources.hand(draw)
    drawn = known.written(known.amount_text(draw), hand, draw)
    if drawn is None:
        return None
    ink, signs = drawn
    if draw.random() < 0.3:  # what is left of a ruled line
        y = int(known.TALL * draw.uniform(1.4, 1.65))
        ink[y : y + 2, : int(ink.shape[1] * draw.uniform(0.2, 1))] = 1.0
    high = known.TALL
    ink = known.worn(ink, draw, tall=high)
    scale = float(np.exp(draw.normal(0, 0.09)))
    middle = float(known.TALL * draw.normal(1.0, 0.06))
    row = digits.row_of(ink, tall=high * scale, middle=middle)
    ratio = digits.ROW_TALL / (high * scale)
    return row, [
        ((x0 + x1) / 2 * ratio + digits.WINDOW / 2, _row_class(sign)) for sign, x0, x1 in signs
    ]


def _row_class(sign: str) -> int:
    if sign.isdigit():
        return int(sign)
    return digits.MARK if sign in ",." else digits.NOTHING


def _cheque_row(sources: Sources, draw: np.random.Generator) -> Row | None:
    if not sources.cheques:
        return None
    _, ink, signs, _ = sources.cheques[int(draw.integers(len(sources.cheques)))]
    tall = float(np.median([y1 - y0 for _, _, y0, _, y1 in signs])) * float(
        np.exp(draw.normal(0, 0.09))
    )
    middle = float(np.median([(y0 + y1) / 2 for _, _, y0, _, y1 in signs]))
    bigger = np.asarray(cv2.resize(ink, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC))
    worn = known.worn(np.clip(bigger, 0, 1), draw, tall=1.5 * tall)
    row = digits.row_of(worn, tall=1.5 * tall, middle=1.5 * middle + float(draw.normal(0, 1.5)))
    ratio = digits.ROW_TALL / tall
    centres = [((x0 + x1) / 2 * ratio + digits.WINDOW / 2, int(s)) for s, x0, _, x1, _ in signs]
    # Between the digits may be a dot that the list of boxes does not name: only digits count.
    return row, [*centres, (-1000.0, digits.NOTHING)]


def _spots(row: Floats, centres: Sequence[tuple[float, int]], draw: np.random.Generator) -> list[
    tuple[int, int]
]:  # fmt: skip
    """Places for windows: about each sign, and where none is nearer than 4.5 pixels."""
    half, wide = digits.WINDOW // 2, row.shape[1]
    known_marks = all(x > -999 for x, _ in centres)
    spots = []
    for x, sign in centres:
        at = round(x + draw.uniform(-2, 2))
        if half <= at < wide - half:
            spots.append((at, sign))
    for _ in range(max(2, len(centres) // 2)):
        at = int(draw.integers(half, max(wide - half, half + 1)))
        away = min(abs(at - x) for x, s in centres)
        inside = any(abs(at - x) < 9 for x, _ in centres) or known_marks
        if away > 4.5 and inside and at < wide - half:
            spots.append((at, digits.NOTHING))
    return spots


def _batches(pool: Pool, size: int, *, shift: int) -> Callable[[np.random.Generator], Batch]:
    pictures, classes = pool

    def batch(draw: np.random.Generator) -> Batch:
        chosen = draw.integers(0, len(pictures), size)
        out = known.floats(pictures[chosen]) / np.float32(255)
        if shift:
            down, across = draw.integers(-shift, shift + 1, 2)
            out = np.roll(out, (int(down), int(across)), axis=(1, 2))
        return out, classes[chosen], np.ones(size, np.float32)

    return batch


def train(name: str, plan: Plan, pool: Callable[[Sources, int, np.random.Generator], Pool]) -> None:
    """Fits, writes and measures one model."""
    seed = {"digits": 11, "row": 23}[name]
    learn = pool(Sources(held_out=False), POOL, np.random.default_rng(seed))
    other = Sources(held_out=True)
    tests = {}
    for kind in other.kinds:
        one = Sources(held_out=True)
        one.kinds, one.weights, one.cheques = [kind], [1.0], []
        tests[kind] = pool(one, 3000, np.random.default_rng(seed + 1))
    path = MODELS / f"{name}.npz"

    def look(weights: dict[str, Floats]) -> None:
        write(path, weights)
        net = network_from(path)
        for kind, (pictures, classes) in tests.items():
            shares = net.shares(pictures.astype(np.float32) / np.float32(255))
            best, sure = shares.argmax(axis=1), shares.max(axis=1)
            digit = classes < 10
            right = best == classes
            risky = [
                f"{s}: {(sure[digit] > s).mean():.3f} "
                f"wrong {(~right[digit])[sure[digit] > s].mean():.4f}"
                for s in (0.0, 0.9, 0.97, 0.99)
            ]
            taken = (best[~digit] < 10).mean() if (~digit).any() else 0
            print(name, kind, *risky, f"no digit taken for one {taken:.3f}", flush=True)

    write(path, fitted(plan, _batches(learn, 96, shift=1), steps=STEPS, seed=seed,
                       every=STEPS // 4, look=look))  # fmt: skip


STEPS = 5000


def main() -> None:
    """Trains what is named, else both."""
    wanted = sys.argv[1:] or ["signs", "row"]
    if "signs" in wanted:
        train("digits", SIGNS_PLAN, sign_pool)
    if "row" in wanted:
        train("row", ROW_PLAN, row_pool)


if __name__ == "__main__":
    main()
