"""Trains the network that knows a signature among the ink of a letter (models/letter.npz).

`python -m tests.training.letter bank` composes var/bank/letter.npz in an environment with the OCR
engine: drawn marks with rests of print, and the groups of ink of the letters of ../shared/data.
`... look` runs the convolutions of models/signature.npz over it; `python tests/training/letter.py
fit [--fold N]` trains the last layers where JAX is installed. A fold holds whole writers, fonts and
pages; the groups of the fold left out are scored and printed.
"""

import argparse
import csv
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from inbox_daemon.reading import network
from inbox_daemon.reading.unterschrift.pen_net import picture_of

ROOT = Path(__file__).resolve().parents[2]
BANK = ROOT / "var" / "bank" / "letter.npz"
MODELS = ROOT / "inbox_daemon" / "models"
DOCUMENTS = ROOT.parent / "shared" / "data" / "documents"
FOLDS = 5
OTHER, PEN = 0, 1
PX = 6.0
# Share and class of the drawn kinds.
KINDS: dict[str, tuple[float, int]] = {
    "genuine": (0.34, PEN), "swung": (0.06, PEN), "script": (0.24, OTHER), "typed": (0.06, OTHER),
    "seal": (0.04, OTHER), "frame-stamp": (0.05, OTHER), "print": (0.1, OTHER),
    "place": (0.03, OTHER), "date": (0.03, OTHER), "cross": (0.02, OTHER), "dirt": (0.03, OTHER),
}  # fmt: skip
PLAN = (("dense", 48), ("dense", 2))
# Layers taken over from models/signature.npz.
EYES = 8
SEEN = BANK.with_name("letter-seen.npz")
OF_PAGES = ("letter", "page")
# How many changed copies of a group of a real page, and of a drawn one, are looked at.
REAL_TIMES, DRAWN_TIMES = 16, 1
# How often a group of a real page is shown beside a drawn one.
REAL_SHARE = 0.4
MET = 0.15
Draw = np.random.Generator
Floats = NDArray[np.float32]
Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class Sample:
    """One picture of ink (48 x 144, 0 to 255) with its class, kind, fold and page."""

    picture: Mask
    label: int
    kind: str
    fold: int
    page: str


def drawn(draw: Draw, kind: str, fold: int) -> Sample | None:
    """A mark of the kind as a scanner of 150 to 300 dpi gives it, with rests of print beside."""
    ink = _with_rests(draw, _mark(draw, kind, fold))
    scale = float(draw.choice((5.9, 7.9, 8.0, 11.8))) / 10
    seen = cv2.resize(cv2.GaussianBlur(ink, (0, 0), 0.8), None, fx=scale, fy=scale)
    grain = np.asarray(draw.normal(0, 0.05, seen.shape), np.float32)
    two = np.asarray(seen + grain > draw.uniform(0.25, 0.6), np.float32)
    again = PX / 10 / scale
    small = cv2.resize(two, None, fx=again, fy=again, interpolation=cv2.INTER_AREA)
    mask = (small > 0.31).astype(np.uint8)
    if mask.sum() < 20:
        return None
    picture = np.round(picture_of(mask, PX) * 255).astype(np.uint8)
    return Sample(picture, KINDS[kind][1], kind, fold, "")


def _mark(draw: Draw, kind: str, fold: int) -> Floats:
    """A mark of the kind from writers and fonts of one fold."""
    from tests.training import lettering, marks, pens  # noqa: PLC0415 (not needed where JAX is)

    def pool(fits: Callable[[pens.Source], bool]) -> list[pens.Source]:
        return [s for s in pens.sources() if _fold_of(s.group) == fold and fits(s)]

    if kind in marks.DRAWN:
        return marks.DRAWN[kind](draw)
    if kind == "script":
        fonts = [f for f in lettering.script_fonts() if _fold_of(f.parent.name) == fold]
        return lettering.script_name(draw, fonts)
    if kind == "swung":
        return pens.swung_hand(draw)
    if kind in ("place", "date"):
        by_hand = marks.place_hand if kind == "place" else marks.date_hand
        return by_hand(draw, pool(lambda s: "place" in s.kind))
    if kind == "print":
        printed = ("logo", "printed", "rubber")
        return marks.other_print(draw, pool(lambda s: any(w in s.kind for w in printed)))
    return pens.genuine(draw, pool(lambda s: s.signed))


def _fold_of(group: str) -> int:
    """Writers, families of fonts and pages stay together."""
    return zlib.crc32(group.encode()) % FOLDS


def _with_rests(draw: Draw, ink: Floats) -> Floats:
    """Letters of a closing formula or a typed name that touched the mark and so stayed with it."""
    from tests.training import lettering  # noqa: PLC0415 (not needed where JAX is)

    rim = 40
    wide = cv2.copyMakeBorder(ink, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=0).astype(
        np.float32
    )
    for _ in range(int(draw.choice((0, 1, 2), p=(0.45, 0.4, 0.15)))):
        words = lettering.typed_name(draw)[: wide.shape[0], : int(draw.uniform(15, 140))]
        words = words[:, : wide.shape[1]]
        y = int(draw.integers(0, wide.shape[0] - words.shape[0] + 1))
        x = int(draw.integers(0, wide.shape[1] - words.shape[1] + 1))
        spot = wide[y : y + words.shape[0], x : x + words.shape[1]]
        np.maximum(spot, words, out=spot)
    return wide


def real() -> Iterator[Sample]:
    """The groups of ink on the letters of the data set, as the reader finds them."""
    from inbox_daemon.reading.paper import deskew, pdf  # noqa: PLC0415 (needs the engine)
    from inbox_daemon.reading.text import ocr  # noqa: PLC0415 (needs the engine)
    from inbox_daemon.reading.unterschrift import letter_ink  # noqa: PLC0415 (needs the engine)

    with (DOCUMENTS / "index.csv").open(encoding="utf-8", newline="") as lines:
        rows = [r for r in csv.DictReader(lines) if r["dataset"] == "Tobacco-800"]
    for row in rows:
        (shown,) = pdf.image_pages(DOCUMENTS / row["file"], page_limit=1)
        page = deskew.straightened(shown)
        fold = _fold_of(row["writer_ids"].split(";")[0] or row["file"])
        scale = 72 / float(row["dpi"])
        true = [[float(v) * scale for v in b.split(",")] for b in row["boxes_xywh"].split(";") if b]
        for group in letter_ink.groups_on(page, ocr.words_on(page)):
            box = page.box(*(v * page.dpi / 25.4 for v in group.box))
            met = max((_share((box.x0, box.y0, box.x1, box.y1), t) for t in true), default=0.0)
            if 0 < met < MET:
                continue
            picture = np.round(picture_of(group.mask, PX) * 255).astype(np.uint8)
            label = PEN if met else OTHER
            yield Sample(picture, label, "letter" if met else "page", fold, row["file"])


def _share(box: tuple[float, ...], true: list[float]) -> float:
    """How much of the true box (x, y, width, height) the other one covers."""
    x, y, wide, high = true
    across = min(box[2], x + wide) - max(box[0], x)
    down = min(box[3], y + high) - max(box[1], y)
    return max(across, 0.0) * max(down, 0.0) / (wide * high)


def make_bank(count: int) -> None:
    """Writes var/bank/letter.npz."""
    draw = np.random.default_rng(4)
    names = list(KINDS)
    chances = np.array([share for share, _ in KINDS.values()])
    samples = list(real())
    print(len(samples), "groups on pages", flush=True)
    began = time.monotonic()
    while len(samples) < count:
        kind = names[int(draw.choice(len(names), p=chances / chances.sum()))]
        sample = drawn(draw, kind, int(draw.integers(FOLDS)))
        samples += [sample] if sample else []
        if len(samples) % 1000 == 0:
            print(len(samples), round(time.monotonic() - began), "s", flush=True)
    BANK.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        BANK,
        pictures=np.stack([s.picture for s in samples]),
        labels=np.array([s.label for s in samples], np.int32),
        kinds=np.array([s.kind for s in samples]),
        folds=np.array([s.fold for s in samples]),
        pages=np.array([s.page for s in samples]),
    )


def eyes() -> network.Network:
    """The convolutions of models/signature.npz: what they see in ink serves here as well."""
    whole = network.network("signature")
    return replace(whole, layers=whole.layers[:EYES])


def look() -> None:
    """Writes var/bank/letter-seen.npz: what the convolutions see in the pictures, also changed."""
    draw = np.random.default_rng(6)
    with np.load(BANK) as held:
        pictures, kinds = held["pictures"], held["kinds"]
    eye, seen, of = eyes(), [], []
    for at, picture in enumerate(pictures):
        times = REAL_TIMES if kinds[at] in OF_PAGES else DRAWN_TIMES
        shown = [picture.astype(np.float32) / 255, *(changed(draw, picture) for _ in range(times))]
        seen.append(eye.scores(np.stack(shown).astype(np.float32)).reshape(len(shown), -1))
        of += [at] * len(shown)
        if at % 1000 == 0:
            print(at, flush=True)
    with np.load(MODELS / "signature.npz") as held:
        eye_weights = {f"eye-{n}": held[n] for n in held.files if int(n[:2]) < EYES}
    # The convolutions go along: signature.npz may be trained anew before the next step.
    np.savez(SEEN, seen=np.concatenate(seen).astype(np.float16), of=np.array(of), **eye_weights)


def fit(steps: int, fold: int, name: str) -> None:
    """Trains the last layers without one fold (or with all, -1); prints what that fold gives."""
    if TYPE_CHECKING:
        from tests.training.fit import fitted, write  # noqa: PLC0415
    else:  # where JAX is, there need be no pytest, which the package tests imports
        from fit import fitted, write  # noqa: PLC0415

    with np.load(BANK) as held:
        labels, kinds, folds, pages = (held[n] for n in ("labels", "kinds", "folds", "pages"))
    with np.load(SEEN) as held:
        seen, of = held["seen"], held["of"]
        weights = {n[4:]: held[n].astype(np.float32) for n in held.files if n.startswith("eye-")}
    own, of_pages = folds[of] != fold, np.isin(kinds[of], OF_PAGES)
    pools = [np.flatnonzero(own & of_pages & (labels[of] == k)) for k in (OTHER, PEN)]
    rest = np.flatnonzero(own & ~of_pages)

    def batch(draw: Draw) -> tuple[Floats, NDArray[np.int32], Floats]:
        size = 128
        count = int(REAL_SHARE * size / 2)
        real_ones = [draw.choice(p, count) for p in pools]
        at = np.concatenate([*real_ones, draw.choice(rest, size - 2 * count)])
        return seen[at].astype(np.float32)[:, None], labels[of[at]], np.ones(size, np.float32)

    found = fitted(PLAN, batch, steps=steps, seed=fold + 11, rate=1e-3, decay=1e-3, drop=0.4)
    weights |= {f"{int(n[:2]) + EYES:02}{n[2:]}": w for n, w in found.items()}
    path = MODELS / f"{name}.npz"
    write(path, weights)
    left = np.flatnonzero(folds == fold) if fold >= 0 else np.flatnonzero(np.isin(kinds, OF_PAGES))
    with np.load(BANK) as held:
        pictures = held["pictures"][left].astype(np.float32) / 255
    shares = network.network_from(path).shares(pictures)[:, PEN]
    report(shares, kinds[left])
    print(len(labels), "pictures,", len(set(pages[left].tolist())), "pages left out", flush=True)


def changed(draw: Draw, shown: Mask) -> Floats:
    """A picture a little larger, smaller, moved, leaning, bolder or paler, as float."""
    high, wide = shown.shape
    scale = float(np.exp(draw.normal(0, 0.1)))
    matrix = np.array(
        [[scale, draw.normal(0, 0.06), 0], [0, scale * np.exp(draw.normal(0, 0.06)), 0]]
    )
    middle = np.array([wide / 2, high / 2])
    matrix[:, 2] = middle - matrix[:, :2] @ middle + draw.normal(0, (4, 2))
    moved = np.asarray(cv2.warpAffine(shown, matrix, (wide, high)), np.float32) / np.float32(255)
    if draw.random() < 0.3:
        bolder = cv2.GaussianBlur(moved, (0, 0), 0.6) * draw.uniform(1.0, 1.7)
        moved = np.asarray(np.clip(bolder, 0, 1), np.float32)
    if draw.random() < 0.15:
        # A corner of the group is gone: print took it along.
        x, y = int(draw.integers(wide)), int(draw.integers(high))
        moved[y : y + int(draw.integers(4, 14)), x : x + int(draw.integers(6, 30))] = 0
    return moved * np.float32(draw.uniform(0.75, 1.0)) if draw.random() < 0.3 else moved


def report(shares: Floats, kinds: NDArray[np.str_]) -> None:
    """How much of each kind is above each threshold."""
    thresholds = (0.5, 0.8, 0.9, 0.97, 0.99)
    print("threshold         ", *thresholds, flush=True)
    for kind in sorted(set(kinds.tolist())):
        one = shares[kinds == kind]
        over = "  ".join(f"{(one > t).mean():.3f}" for t in thresholds)
        print(f"{kind:12} {len(one):5} {over}", flush=True)


def main() -> int:
    """One of the two steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("bank", "look", "fit"))
    parser.add_argument("--count", type=int, default=9000)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--fold", type=int, default=-1, help="leave this one out")
    parser.add_argument("--name", default="letter", help="write the model under another name")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    steps: dict[str, Callable[[], None]] = {
        "bank": lambda: make_bank(given.count),
        "look": look,
        "fit": lambda: fit(given.steps, given.fold, given.name),
    }
    steps[given.step]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
