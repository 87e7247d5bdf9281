"""Composes the bank that tests/training/signature.py learns from; run it with `python -m`.

Pictures as the reader would see them: marks of pens, fonts, stamps and dirt composed on drawn
blocks, scanned and taken apart by the reader's own code, as masks of ink. Minutes; fixed seeds.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.unterschrift.block_label import Segment
from inbox_daemon.reading.unterschrift.signature_block import block_of
from inbox_daemon.reading.unterschrift.signature_ink import ink_mask
from tests.training import lettering, marks, pens, rubber, sheets
from tests.training.pens import FOLDS, Draw, Floats, Source

ROOT = Path(__file__).parents[2]
BANK = ROOT / "var" / "bank"
OTHER, PEN, SMALL = 0, 1, 2
# Share of the bank and class of each kind; `stamped` is a pen with a stamp.
KINDS: dict[str, tuple[float, int]] = {
    "genuine": (0.32, PEN), "drawn": (0.03, PEN), "swung": (0.07, PEN), "stamped": (0.08, PEN),
    "script": (0.29, OTHER), "typed": (0.05, OTHER), "seal": (0.05, OTHER),
    "frame-stamp": (0.06, OTHER), "cross": (0.05, OTHER), "two-stamps": (0.02, OTHER),
    "stamped-script": (0.04, OTHER), "dirt": (0.05, OTHER), "metal": (0.02, OTHER),
    "print": (0.05, OTHER), "small": (0.05, SMALL), "place": (0.02, SMALL), "date": (0.01, SMALL),
}  # fmt: skip


def mark(draw: Draw, kind: str, fold: int) -> Floats:
    """A mark of the kind from writers and fonts of one fold."""

    def pool(fits: Callable[[Source], bool]) -> Sequence[Source]:
        return [s for s in pens.sources() if s.fold == fold and fits(s)]

    def printed(source: Source) -> bool:
        return any(w in source.kind for w in ("logo", "printed", "rubber"))

    if kind in marks.DRAWN:
        return marks.DRAWN[kind](draw)
    if kind == "two-stamps":
        return rubber.frame_stamp(draw)
    if kind in ("script", "stamped-script"):
        fonts = [f for f in lettering.script_fonts() if lettering.fold_of(f) == fold]
        return lettering.script_name(draw, fonts)
    if kind == "drawn":
        return pens.drawn_hand(draw)
    if kind == "swung":
        return pens.swung_hand(draw)
    if kind in ("place", "date"):
        places = pool(lambda s: "place" in s.kind)
        return (marks.place_hand if kind == "place" else marks.date_hand)(draw, places)
    if kind == "print":
        return marks.other_print(draw, pool(printed))
    signed = pool(lambda s: s.signed)
    return (pens.small_hand if kind == "small" else pens.genuine)(draw, signed)


def seen(draw: Draw, kind: str, fold: int) -> NDArray[np.uint8] | None:
    """The ink that the reader takes from a mark on a scanned block, or None if it sees no mark."""
    form = sheets.form(draw)
    layers = [
        sheets.Layer(
            sheets.put_on_line(draw, form, mark(draw, kind, fold)), float(draw.uniform(0.3, 1))
        )
    ]
    if kind in ("stamped", "stamped-script", "two-stamps"):
        stamp = (rubber.seal if draw.random() < 0.6 else rubber.frame_stamp)(draw)
        layers.append(
            sheets.Layer(
                sheets.put_on_line(draw, form, stamp, loose=3), float(draw.uniform(0.3, 1))
            )
        )
    elif draw.random() < 0.06:
        more = lettering.typed_name(draw)
        layers.append(sheets.Layer(sheets.put_on_line(draw, form, more), 0.9))
    sheet = sheets.scanned(draw, form, layers, str(draw.choice(sheets.SCANNERS)))
    block = block_of(sheet.page, sheet.label, Segment(words=sheet.label))
    return ink_mask(block)


def make_bank(count: int, seed: int) -> None:
    """Writes var/bank/signature-SEED.npz."""
    draw = np.random.default_rng(seed)
    names = list(KINDS)
    chances = np.array([share for share, _ in KINDS.values()])
    masks: list[Floats] = []
    kinds, folds = [], []
    began = time.monotonic()
    while len(masks) < count:
        kind, fold = (
            int(draw.choice(len(names), p=chances / chances.sum())),
            int(draw.integers(FOLDS)),
        )
        mask = seen(draw, names[kind], fold)
        if mask is None:
            continue
        masks.append(cv2.imencode(".png", mask, [cv2.IMWRITE_PNG_BILEVEL, 1])[1])
        kinds.append(kind)
        folds.append(fold)
        if len(masks) % 500 == 0:
            print(len(masks), round(time.monotonic() - began), "s", flush=True)
    BANK.mkdir(parents=True, exist_ok=True)
    ends = np.cumsum([len(m) for m in masks])
    np.savez(
        BANK / f"signature-{seed}.npz",
        masks=np.concatenate(masks), ends=ends, kinds=np.array(names)[kinds], folds=np.array(folds),
        classes=np.array([c for _, c in KINDS.values()])[kinds],
    )  # fmt: skip


def main() -> int:
    """Makes one bank."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    make_bank(given.count, given.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
