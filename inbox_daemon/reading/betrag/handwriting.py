"""A row of digits written by hand, read twice: sign by sign, and along the row.

Promises: what the two readings say and how sure each was, no judgement; ink that belongs to no
sign is told. Touches: the models, through digits.py. Trusts: strip.py, row_parts.py.
Limits: one row; separators are told from digits by size and place, not by a network.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

import numpy as np

from inbox_daemon.core.betrag import betrag_from
from inbox_daemon.reading.betrag.digits import (
    MARK,
    NOTHING,
    OTHER,
    ROW_TALL,
    WINDOW,
    Ink,
    row_of,
    row_shares,
    sign_shares,
)
from inbox_daemon.reading.betrag.row_parts import Part, Pieces, cut_up, joined, pieces_in

# More slices than this in one digit are never joined.
MOST_JOINED: Final = 4
MOST_WIDE: Final = 1.3
MOST_WIDE_BODY: Final = 1.9
WIDEST_GAP: Final = 0.2
FEWEST: Final = 3
NEVER: Final = -1e9
# In heights of a digit: what stands further apart belongs to something else.
WIDE_GAP: Final = 2.5
COMB_GAP: Final = 2.2
LETTER_GAP: Final = 0.5
CUT_COST: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One digit of the first reading: columns, and the shares of the ten digits and of none."""

    x0: int
    x1: int
    shares: tuple[float, ...]

    @property
    def digit(self) -> str:
        """The likeliest digit."""
        return str(int(np.argmax(self.shares[:OTHER])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Both readings. `text` has the separators as seen; `along` are the digits of the second.

    `sure` and `along_sure` are the lowest share of a digit in each. `left` says that ink stays
    that neither explains, `cut` how many digits the edge of the strip cuts off; `tall` and `foot`
    are the height of the digits and where they stand.
    """

    signs: tuple[Sign, ...]
    text: str
    along: str
    sure: float
    along_sure: float
    left: bool
    cut: int
    tall: float
    foot: float

    @property
    def digits(self) -> str:
        """The digits of the first reading."""
        return "".join(s.digit for s in self.signs)

    @property
    def mean(self) -> float:
        """The mean share of the digits of the first reading."""
        return float(np.mean([max(s.shares[:OTHER]) for s in self.signs]))

    @property
    def value(self) -> Decimal | None:
        """The amount of the first reading, None where the separators leave doubt."""
        return betrag_from(self.text)


def written_in(ink: Ink) -> Written | None:
    """Reads one row of ink; None where fewer than three digits stand. Raises OSError: no model."""
    pieces = pieces_in(ink)
    if pieces is None:
        return None
    row = _best_row(pieces)
    signs = _without_units(row, pieces.tall)
    if len(signs) < FEWEST:
        return None
    text, unclear = _with_marks(signs, pieces)
    along, along_sure = _along(ink, pieces, signs)
    return Written(
        signs=tuple(signs),
        text=text,
        along=along,
        sure=min(max(s.shares[:OTHER]) for s in signs),
        along_sure=along_sure,
        left=unclear
        or len(signs) < len(row)
        or _left_over(signs, pieces)
        or _cut(pieces, ink.shape[0]) > 0,
        cut=_cut(pieces, ink.shape[0]),
        tall=pieces.tall,
        foot=pieces.foot,
    )


def _best_row(pieces: Pieces) -> list[Sign]:
    """The way to join slices to digits whose shares are highest (dynamic programme)."""
    parts = [(s, n) for n, b in enumerate(pieces.bodies) for s in cut_up(b, pieces.tall)]
    parts.sort(key=lambda p: p[0].x0 + p[0].x1)
    slices = [s for s, _ in parts]
    # Where the row is parted, and the pen was not.
    through = [a == b for (_, a), (_, b) in pairwise(parts)] + [False]
    groups = [
        (first, last)
        for first in range(len(slices))
        for last in range(first + 1, min(first + MOST_JOINED, len(slices)) + 1)
        if _may_be_one([n for _, n in parts[first:last]], slices[first:last], pieces)
    ]
    shares = sign_shares([_joined(slices[a:b], pieces.bits) for a, b in groups])
    best: list[tuple[float, list[int]]] = [(0.0, [])]
    best += [(NEVER, []) for _ in slices]
    for number, (first, last) in sorted(enumerate(groups), key=lambda g: g[1][1]):
        gain = (last - first) * float(np.log(max(shares[number][:OTHER].max(), 1e-4)))
        gain -= CUT_COST * through[last - 1]
        if best[first][0] + gain > best[last][0]:
            best[last] = (best[first][0] + gain, [*best[first][1], number])
    signs = []
    for number in best[-1][1]:
        first, last = groups[number]
        own = slices[first:last]
        signs.append(
            Sign(
                x0=min(p.x0 for p in own),
                x1=max(p.x1 for p in own),
                shares=tuple(float(v) for v in shares[number]),
            )
        )
    return signs


def _may_be_one(bodies: Sequence[int], parts: Sequence[Part], pieces: Pieces) -> bool:
    """Not too wide for one digit (less so if no pen was lifted), and no gap too wide for it."""
    wide = max(p.x1 for p in parts) - min(p.x0 for p in parts)
    most = MOST_WIDE_BODY if len(set(bodies)) == 1 else MOST_WIDE
    gaps = [b.x0 - a.x1 for a, b in pairwise(parts)]
    return wide <= most * pieces.tall and all(g < WIDEST_GAP * pieces.tall for g in gaps)


def _joined(parts: Sequence[Part], bits: Sequence[Part]) -> Ink:
    """The parts on one picture, with the loose bits that lie over or close beside them."""
    x0, x1 = min(p.x0 for p in parts), max(p.x1 for p in parts)
    slack = 0.2 * max(p.high for p in parts)
    own = [b for b in bits if x0 - slack < (b.x0 + b.x1) / 2 < x1 + slack]
    return joined([*parts, *own]).ink


def _with_marks(signs: Sequence[Sign], pieces: Pieces) -> tuple[str, bool]:
    """The digits with the marks between them as text, and whether a mark stays unclear."""
    text, unclear = signs[0].digit, False
    for before, after in pairwise(signs):
        between = [m for m in pieces.marks if _centre(before) < (m.x0 + m.x1) / 2 < _centre(after)]
        unclear = unclear or len(between) > 1
        text += _mark(between, pieces) + after.digit
    end = signs[-1]
    marks = [m for m in pieces.marks if (m.x0 + m.x1) / 2 > _centre(end)]
    dashes = [d for d in pieces.dashes if (d.x0 + d.x1) / 2 > end.x1]
    if dashes:
        text += ",--"
        unclear = unclear or len(marks) > 1
    elif marks:
        unclear = True
    return _mended(text), unclear


def with_marks_of(written: Written, digits: str) -> str:
    """Other digits with the separators of the first reading, if there are as many."""
    if len(digits) != len(written.digits):
        return digits
    left = iter(digits)
    return "".join(next(left) if sign.isdigit() else sign for sign in written.text)


def _centre(sign: Sign) -> float:
    return (sign.x0 + sign.x1) / 2


def _mark(between: Sequence[Part], pieces: Pieces) -> str:
    if not between:
        return ""
    part = max(between, key=lambda p: p.high * p.wide)
    low = part.y1 - pieces.foot
    long = part.high > 0.25 * pieces.tall or part.high > 1.5 * part.wide
    return "," if long or low > 0.12 * pieces.tall else "."


def _mended(text: str) -> str:
    """Marks by hand look alike: their place decides where only one reading of them is German.

    Three digits after each mark but the last and two after that one, or four digits and more
    before the only mark and two after it: the last is the comma. Three digits after every mark
    and dashes at the end: all are dots. Else as seen.
    """
    if re.fullmatch(r"\d{4,}[.,]\d\d", text):
        return text[:-3] + "," + text[-2:]
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+[.,]\d\d", text):
        return re.sub(r"[.,](?=\d{3})", ".", text[:-3]) + "," + text[-2:]
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+,--", text):
        return text[:-3].replace(",", ".") + ",--"
    return text


def _without_units(signs: Sequence[Sign], tall: float) -> list[Sign]:
    """The longest stretch without a wide gap; the currency may stand before or behind it."""
    gaps = [after.x0 - before.x1 for before, after in pairwise(signs)]
    # In the boxes of a comb digits stand far apart, and the cents one gap further.
    wide = max(WIDE_GAP * tall, COMB_GAP * float(np.median(gaps)) if gaps else 0.0)
    stretches: list[list[Sign]] = [[]]
    for sign in signs:
        gap = sign.x0 - stretches[-1][-1].x1 if stretches[-1] else 0
        letter = sign.shares[OTHER] > max(sign.shares[:OTHER])
        if gap > wide or (letter and gap > LETTER_GAP * tall):
            stretches.append([])
        stretches[-1].append(sign)
    return max(stretches, key=len)


def _along(ink: Ink, pieces: Pieces, signs: Sequence[Sign]) -> tuple[str, float]:
    """The digits that the second network sees when it goes along the row, and the least sure."""
    row = row_of(ink, tall=pieces.tall, middle=pieces.foot - pieces.tall / 2)
    places, shares = row_shares(row)
    found = _peaks(places, shares)
    left = signs[0].x0 * ROW_TALL / pieces.tall + WINDOW / 2
    right = signs[-1].x1 * ROW_TALL / pieces.tall + WINDOW / 2
    inside = [f for f in found if left - 4 <= f[0] <= right + 4]
    return "".join(str(d) for _, d, _ in inside), min((s for *_, s in inside), default=0.0)


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


def _cut(pieces: Pieces, high: int) -> int:
    """How many digits go on beyond the upper or lower edge of the strip."""
    return sum(body.y0 <= 1 or body.y1 >= high - 1 for body in pieces.bodies)


def _left_over(signs: Sequence[Sign], pieces: Pieces) -> bool:
    """Bits that lie in no digit's columns, or dashes between digits."""
    slack = 0.2 * pieces.tall
    end = signs[-1].x1
    loose = [
        b
        for b in pieces.bits
        if not any(s.x0 - slack < (b.x0 + b.x1) / 2 < s.x1 + slack for s in signs)
    ]
    inner = [d for d in pieces.dashes if (d.x0 + d.x1) / 2 <= end]
    return bool(inner) or any(max(b.high, b.wide) > 0.15 * pieces.tall for b in loose)
