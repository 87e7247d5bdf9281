"""Trains the two networks that judge a signature; run it in an environment that has JAX.

`python tests/training/signature.py [picture|shape]` reads var/bank (signature_bank.py makes it),
writes models/signature.npz or models/pen-shape.npz and prints what writers and fonts that were
left out give. Fixed seeds; minutes.
"""

import argparse
import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]
# By its own name: the package of the tests needs what an environment for training has not.
learning = importlib.import_module("fit")
network = importlib.import_module("inbox_daemon.reading.network")
pen_net = importlib.import_module("inbox_daemon.reading.unterschrift.pen_net")
pen_shape = importlib.import_module("inbox_daemon.reading.unterschrift.pen_shape")


ROOT = Path(__file__).resolve().parents[2]
BANK = ROOT / "var" / "bank"
MODELS = ROOT / "inbox_daemon" / "models"
PEN = 1
PLAN = (
    ("conv", 10), ("pool", 0), ("conv", 20), ("pool", 0), ("conv", 40), ("pool", 0),
    ("conv", 80), ("pool", 0), ("dense", 64), ("dense", 3),
)  # fmt: skip
SHAPE_PLAN = (("dense", 48), ("dense", 24), ("dense", 3))
THRESHOLDS = (0.5, 0.8, 0.9, 0.97, 0.99, 0.997)
Draw = np.random.Generator
Floats = NDArray[Any]


@dataclass(frozen=True)
class Bank:
    """Masks of ink at 10 px a mm; what each is, its class, and the fold of its writer or font."""

    masks: list[NDArray[np.uint8]]
    kinds: NDArray[np.str_]
    classes: NDArray[np.int32]
    folds: NDArray[np.int64]


def bank() -> Bank:
    """All files of var/bank together."""
    masks: list[NDArray[np.uint8]] = []
    rest = []
    for path in sorted(BANK.glob("signature-*.npz")):
        with np.load(path) as held:
            pieces = np.split(held["masks"], held["ends"][:-1])
            shown = [np.asarray(cv2.imdecode(m, cv2.IMREAD_GRAYSCALE)) for m in pieces]
            masks += [(m > 0).astype(np.uint8) for m in shown]
            rest.append((held["kinds"], held["classes"].astype(np.int32), held["folds"]))
    kinds, classes, folds = (np.concatenate(part) for part in zip(*rest, strict=True))
    return Bank(masks=masks, kinds=kinds, classes=classes, folds=folds)


def changed(draw: Draw, shown: NDArray[np.uint8]) -> Floats:
    """A picture a little larger, smaller, moved, leaning, bent, bolder or paler, as float."""
    high, wide = shown.shape
    scale = float(np.exp(draw.normal(0, 0.1)))
    turn, lean = draw.normal(0, 0.05), draw.normal(0, 0.06)
    x, y = np.meshgrid(np.arange(wide) - wide / 2, np.arange(high) - high / 2)
    grid = draw.normal(0, draw.uniform(0, 1.1), (2, 4, 9)).astype(np.float32)
    bent = [cv2.resize(g, (wide, high), interpolation=cv2.INTER_CUBIC) for g in grid]
    moved = cv2.remap(
        shown,
        ((x + lean * y) * scale - turn * y + bent[0] + wide / 2 + draw.normal(0, 3)).astype("f4"),
        (y * scale * np.exp(draw.normal(0, 0.07)) + turn * x + bent[1] + high / 2).astype("f4"),
        cv2.INTER_LINEAR,
    ).astype(np.float32) / np.float32(255)
    if draw.random() < 0.3:
        moved = np.clip(cv2.GaussianBlur(moved, (0, 0), 0.6) * draw.uniform(1.0, 1.7), 0, 1)
    if draw.random() < 0.15:
        at = int(draw.integers(wide))
        moved[:, at : at + int(draw.integers(4, 25))] = 0
    return moved * np.float32(draw.uniform(0.75, 1.0)) if draw.random() < 0.3 else moved


def fit(steps: int, fold: int, name: str) -> None:
    """Trains without one fold (or with all, -1) and says what the fold left out gives."""
    held_bank = bank()
    kinds, classes, folds = held_bank.kinds, held_bank.classes, held_bank.folds
    shown = [pen_net.picture_of(m, 10) for m in held_bank.masks]
    pictures = np.array([np.round(p * 255).astype(np.uint8) for p in shown])
    own = np.flatnonzero(folds != fold)
    print(len(own), "pictures", flush=True)

    def batch(draw: Draw) -> tuple[Floats, NDArray[np.int32], Floats]:
        at = draw.choice(own, 64)
        shown = np.stack([changed(draw, pictures[i]) for i in at])
        return shown.astype(np.float32), classes[at], np.ones(len(at), np.float32)

    def look(weights: dict[str, Floats]) -> None:
        path = MODELS / f"{name}.npz"
        learning.write(path, weights)
        held = np.flatnonzero(folds == fold) if fold >= 0 else own[:1000]
        shares = network.network_from(path).shares(pictures[held].astype(np.float32) / 255)[:, PEN]
        report(shares, kinds[held])

    look(
        learning.fitted(
            PLAN, batch, steps=steps, seed=fold + 2, every=max(steps // 4, 1), look=look
        )
    )


def fit_shape(steps: int, fold: int, name: str) -> None:
    """Trains the network of reading/unterschrift/pen_shape.py on measures of the same bank."""
    held_bank = bank()
    kinds, classes, folds = held_bank.kinds, held_bank.classes, held_bank.folds
    found = np.array([pen_shape.measures(m) for m in held_bank.masks])
    own = np.flatnonzero(folds != fold)
    mean, spread = found[own].mean(axis=0), found[own].std(axis=0) + 1e-3

    def batch(draw: Draw) -> tuple[Floats, NDArray[np.int32], Floats]:
        at = draw.choice(own, 256)
        inputs = (found[at] - mean) / spread + draw.normal(0, 0.1, (len(at), found.shape[1]))
        return inputs[:, None, :].astype(np.float32), classes[at], np.ones(len(at), np.float32)

    weights = learning.fitted(SHAPE_PLAN, batch, steps=steps, seed=7, rate=3e-3, drop=0.1)
    # The scale of each measure goes into the first layer, so that the reader needs none.
    weights["00-bias"] = weights["00-bias"] - (mean / spread) @ weights["00-dense"]
    weights["00-dense"] = weights["00-dense"] / spread[:, None]
    learning.write(MODELS / f"{name}.npz", weights)
    held = np.flatnonzero(folds == fold) if fold >= 0 else own
    shares = network.network_from(MODELS / f"{name}.npz").shares(found[held][:, None, :])
    report(shares[:, PEN], kinds[held])


def report(shares: Floats, kinds: NDArray[np.str_]) -> None:
    """How much of each kind is above each threshold."""
    print("threshold         ", *THRESHOLDS, flush=True)
    for kind in sorted(set(kinds.tolist())):
        one = shares[kinds == kind]
        over = "  ".join(f"{(one > t).mean():.3f}" for t in THRESHOLDS)
        print(f"{kind:12} {len(one):5} {over}", flush=True)


def main() -> int:
    """One of the two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=("picture", "shape"))
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--fold", type=int, default=-1, help="leave this one out")
    parser.add_argument("--name", default="", help="write the model under another name")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    if given.network == "picture":
        fit(given.steps, given.fold, given.name or "signature")
    else:
        fit_shape(given.steps, given.fold, given.name or "pen-shape")
    return 0


if __name__ == "__main__":
    sys.exit(main())
