"""Fits the weights of `pen_score` in reading/pen.py: `python tests/benchmarks/train_pen.py`.

A logistic regression over the measures of a group of blobs: signatures against hard negatives of
../shared/data/signatures (real ones, never copied) and names drawn here in OpenCV's script fonts.
Prints the weights to be put into pen.py, what passes at each threshold, and a cross-validation by
writer. No randomness but the fixed folds; asserts nothing.
"""

import csv
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_daemon.core.values import DocumentKind
from inbox_daemon.reading import ink, pen, signature
from inbox_daemon.reading.page import Grey, Page

SIGNATURES = Path(__file__).parents[3] / "shared" / "data" / "signatures"
DPI = 254.0
# Widths in mm at which a picture without a known scale is measured.
WIDTHS = {"cursive": (35, 50, 65, 80), "other": (30, 50, 75)}
# Ink of a finger on glass and rubber stamps are told apart by other means (PDF gate, rings).
LEFT_OUT = ("finger", "rubber")
NAMES = ("Frank Gruber", "Dr. Anna Seifert", "Petra Lindner", "J. Hoffmann", "Martina Ruf")
FONTS = (cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX)
PENALTY = 2.0
FOLDS = 5
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One picture's measures; `group` keeps a writer in one fold."""

    signed: bool
    kind: str
    group: str
    measures: tuple[float, ...]


def examples() -> Iterator[Example]:
    """Everything that is of a pen's size at all."""
    with (SIGNATURES / "index.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if any(word in row["kind"] for word in LEFT_OUT):
                continue
            grey = cv2.imread(str(SIGNATURES / row["file"]), cv2.IMREAD_GRAYSCALE)
            for width_mm in _widths(row):
                shape = _shape(_scaled(np.asarray(grey, np.uint8), row["dpi"], width_mm))
                if shape is not None and shape.is_pen_sized:
                    signed = row["label"] == "1"
                    group = row["writer_id"] or row["file"]
                    yield Example(signed, row["kind"], group, pen.features(shape)[:-1])
    yield from _drawn_names()


def _widths(row: dict[str, str]) -> tuple[int, ...]:
    if row["label"] == "1":
        return (50,)
    return WIDTHS["cursive" if "cursive" in row["kind"] else "other"]


def _scaled(grey: Grey, dpi: str, width_mm: int) -> Grey:
    scale = DPI / float(dpi) if dpi else width_mm * 10 / grey.shape[1]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def _shape(grey: Grey) -> pen.Shape | None:
    paper = int(np.quantile(grey, 0.9))
    wide = cv2.copyMakeBorder(grey, 150, 150, 150, 150, cv2.BORDER_CONSTANT, value=paper)
    page = Page(
        number=1, grey=np.asarray(wide, np.uint8), rgb=None, dpi=DPI, kind=DocumentKind.SCAN
    )
    patch = ink.patch_around(page, (0, 0, wide.shape[1], wide.shape[0]), 0.0)
    drawing = ink.drawing_of(patch, ())
    blobs = [b for b in drawing.blobs if b.extent >= 5 and b.length >= 8 and not b.is_bar]
    return pen.shape_of(drawing.labels, signature.main_group(blobs))


def _drawn_names() -> Iterator[Example]:
    for font in FONTS:
        for name in NAMES:
            for width_mm, thickness in ((40, 3), (55, 4), (70, 6), (85, 5)):
                (width, _), _ = cv2.getTextSize(name, font, 5, 1)
                grey = np.full((600, width + 200), 255, np.uint8)
                pixels = max(2, round(thickness * width / (width_mm * 10)))
                cv2.putText(grey, name, (100, 350), font, 5, (0,), pixels, cv2.LINE_AA)
                shape = _shape(_scaled(grey, "", round(width_mm * grey.shape[1] / width)))
                if shape is not None and shape.is_pen_sized:
                    yield Example(False, f"font {font}", f"font {font}", pen.features(shape)[:-1])


def fitted(measures: Matrix, signed: Matrix) -> Matrix:
    """Weights by Newton's method, both classes weighing the same, with a ridge penalty."""
    mean, spread = measures.mean(axis=0), measures.std(axis=0)
    inputs = np.c_[(measures - mean) / spread, np.ones(len(measures))]
    balance = np.where(signed > 0, 0.5 / signed.sum(), 0.5 / (1 - signed).sum()) * len(signed)
    ridge = PENALTY * np.r_[np.ones(measures.shape[1]), 0]
    weights = np.zeros(inputs.shape[1])
    for _ in range(40):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (balance * (chance - signed)) + ridge * weights
        curve = (inputs * (balance * chance * (1 - chance))[:, None]).T @ inputs + np.diag(ridge)
        weights -= np.linalg.solve(curve, slope)
    plain: Matrix = np.r_[weights[:-1] / spread, weights[-1] - (weights[:-1] * mean / spread).sum()]
    return plain


def scores(weights: Matrix, measures: Matrix) -> Matrix:
    """Log odds."""
    found: Matrix = np.c_[measures, np.ones(len(measures))] @ weights
    return found


def main() -> int:
    """Fits and prints."""
    if not SIGNATURES.is_dir():
        print(f"{SIGNATURES} is not here", file=sys.stderr)
        return 66
    found = list(examples())
    measures = np.array([e.measures for e in found])
    signed = np.array([e.signed for e in found], dtype=float)
    weights = fitted(measures, signed)
    print("_WEIGHTS =", tuple(float(w) for w in weights.round(3)))
    own = scores(weights, measures)
    held = np.zeros(len(found))
    fold = np.array([zlib.crc32(e.group.encode()) % FOLDS for e in found])
    for number in range(FOLDS):
        out = fold == number
        held[out] = scores(fitted(measures[~out], signed[~out]), measures[out])
    for name, result in (("in sample", own), ("by writer", held)):
        for threshold in (0.5, 1.0, pen.PEN_SURE, 2.0, 2.5):
            passed, wrong = result[signed > 0] > threshold, result[signed == 0] > threshold
            print(
                f"{name:10} > {threshold}: {passed.mean():.2f} of {len(passed)} signatures, "
                f"{wrong.sum()} of {len(wrong)} others"
            )
    for kind in sorted({e.kind for e in found if not e.signed}):
        highest = max(s for s, e in zip(held, found, strict=True) if e.kind == kind)
        print(f"highest of {kind}: {highest:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
