"""What the second network sees along a row of digits.

Promises: digits from left to right, each with the highest share it had. Touches: the model,
through digits.py. Trusts: digits.py. Limits: two equal digits closer than a 1 are one.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inbox_daemon.reading.betrag.digits import (
    MARK,
    NOTHING,
    OTHER,
    ROW_TALL,
    WINDOW,
    Ink,
    row_of,
    row_shares,
)

# Places of the network's row.
ABOUT: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the second network sees: places along the row, n x 12 shares, places to a column."""

    places: NDArray[np.int64]
    shares: Ink
    scale: float

    def place_of(self, column: float) -> float:
        """Where a column of the strip lies on the network's row."""
        return column * self.scale + WINDOW / 2

    def digits_about(self, column: float) -> Ink:
        """The mean shares of the ten digits close to a column; all alike where nothing is seen."""
        near = np.abs(self.places - self.place_of(column)) <= ABOUT
        if not near.any():
            return np.full(OTHER, 1 / OTHER, np.float32)
        return np.asarray(self.shares[near, :OTHER].mean(axis=0), dtype=np.float32)


def view_of(ink: Ink, *, tall: float, foot: float) -> View:
    """The network's shares along a strip whose digits are `tall` and stand on `foot`."""
    row = row_of(ink, tall=tall, middle=foot - tall / 2)
    places, shares = row_shares(row)
    return View(places=places, shares=shares, scale=ROW_TALL / tall)


def digits_along(view: View, x0: float, x1: float) -> tuple[str, list[float]]:
    """The digits that the network sees between two columns of the strip, and their shares."""
    found = _peaks(view.places, view.shares)
    left, right = view.place_of(x0), view.place_of(x1)
    inside = [f for f in found if left - 4 <= f[0] <= right + 4]
    return "".join(str(d) for _, d, _ in inside), [s for *_, s in inside]


def _peaks(places: np.ndarray, shares: Ink) -> list[tuple[float, int, float]]:
    """Runs of neighbouring places that say the same digit: (middle, digit, highest share)."""
    runs: list[list[int]] = []
    best = shares.argmax(axis=1)
    for i, sign in enumerate(best):
        if sign in (MARK, NOTHING):
            continue
        if runs and best[runs[-1][-1]] == sign and places[i] - places[runs[-1][-1]] <= 2:  # noqa: PLR2004
            runs[-1].append(i)
        else:
            runs.append([i])
    peaks = [
        (
            float(places[run].mean()),
            int(best[run[0]]),
            float(shares[run, best[run[0]]].max()),
            len(run),
        )
        for run in runs
    ]
    kept: list[tuple[float, int, float, int]] = []
    for peak in sorted(peaks, key=lambda p: -p[2] * min(p[3], 2)):
        if all(abs(peak[0] - other[0]) > 5 for other in kept):  # noqa: PLR2004 (narrower than a 1)
            kept.append(peak)
    return [(x, d, s) for x, d, s, n in sorted(kept) if n > 1 or s > 0.8]  # noqa: PLR2004
