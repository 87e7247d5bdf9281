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

import cv2
import numpy as np

from inbox_daemon.core.betrag import betrag_from
from inbox_daemon.reading.betrag.along import View, digits_along, view_of
from inbox_daemon.reading.betrag.digits import OTHER, Ink, sign_shares
from inbox_daemon.reading.betrag.evenness import by_pen
from inbox_daemon.reading.betrag.row_parts import Part, Pieces, cut_up, joined, pieces_in
from inbox_daemon.reading.betrag.strip import INKY

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
LEAST_SHARE: Final = 1e-4
BOXED_MARK: Final = 0.12
OVER: Final = 1.5
# Ink of a sixth of the full depth counts as full, where pale strokes shall be seen.
PALE: Final = 6.0
# Pixels.
EDGE: Final = 2


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
    # Surely no type, by the unevenness of the row.
    by_pen: bool = False
    # The first digit begins at the left edge of the strip; the last ends at the right one.
    over: tuple[bool, bool] = (False, False)
    # Where both readings say the same: the highest product, over the digits, of what the first
    # and the second leave to other digits. Else 1.
    doubt: float = 1.0

    @property
    def digits(self) -> str:
        """The digits of the first reading."""
        return _digits(self.signs)

    @property
    def mean(self) -> float:
        """The mean share of the digits of the first reading."""
        return float(np.mean([max(s.shares[:OTHER]) for s in self.signs]))

    @property
    def value(self) -> Decimal | None:
        """The amount of the first reading, None where the separators leave doubt."""
        return betrag_from(self.text)


def _digits(signs: Sequence[Sign]) -> str:
    return "".join(s.digit for s in signs)


def written_in(ink: Ink, walls: Sequence[int] = (), comma: int | None = None) -> Written | None:
    """Reads one row of ink; None where fewer than three digits stand. Raises OSError: no model.

    `walls` are the columns of a comb's lines: between two of them stands one digit. `comma` is
    that one of them on which a comma is printed.
    """
    pieces = pieces_in(ink)
    if pieces is None:
        return None
    view = None
    # Where the two readings differ, the row is parted again, and the second network has a say.
    for _ in range(2):
        row = _best_row(pieces, walls, view)
        signs = _without_units(row, pieces.tall, boxed=bool(walls))
        if len(signs) < FEWEST:
            return None
        view = view or view_of(ink, tall=pieces.tall, foot=pieces.foot)
        along, along_shares = digits_along(view, signs[0].x0, signs[-1].x1)
        if along == _digits(signs):
            break
    text, unclear = _with_marks(signs, pieces, boxed=bool(walls))
    if comma is not None and text.isdigit():
        text = _with_comma(signs, comma)
    over, cut = _over(signs, pieces, ink.shape[1]), _cut(pieces, ink.shape[0])
    doubt = _doubt(signs, along, along_shares)
    return Written(
        signs=tuple(signs),
        text=text,
        along=along,
        sure=min(max(s.shares[:OTHER]) for s in signs),
        along_sure=min(along_shares, default=0.0),
        left=unclear or any(over) or len(signs) < len(row) or _left_over(signs, pieces) or cut > 0,
        cut=cut,
        tall=pieces.tall,
        foot=pieces.foot,
        over=over,
        doubt=doubt if doubt < 1 and _stays(ink, signs, pieces) else 1.0,
        by_pen=by_pen(_columns(ink, signs, pieces), tall=pieces.tall),
    )


def _over(signs: Sequence[Sign], pieces: Pieces, wide: int) -> tuple[bool, bool]:
    """Whether ink as high as a digit, close to the first or last one, stands at the edge."""
    near = OVER * pieces.tall
    left = any(b.x0 <= EDGE and signs[0].x0 - b.x1 < near for b in pieces.bodies)
    right = any(b.x1 >= wide - EDGE and b.x0 - signs[-1].x1 < near for b in pieces.bodies)
    return left, right


def _columns(ink: Ink, signs: Sequence[Sign], pieces: Pieces) -> list[Ink]:
    """The ink of each digit, from the same rows."""
    top = max(round(pieces.foot - 1.3 * pieces.tall), 0)
    return [ink[top : round(pieces.foot + 0.3 * pieces.tall), s.x0 : s.x1] for s in signs]


def _best_row(pieces: Pieces, walls: Sequence[int], view: View | None) -> list[Sign]:
    """The way to join slices to digits whose shares are highest (dynamic programme).

    With `view` the second network too has a say in where the row is parted, not in what stands
    there.
    """
    parts = [(s, n) for n, b in enumerate(pieces.bodies) for s in cut_up(b, pieces.tall)]
    parts.sort(key=lambda p: p[0].x0 + p[0].x1)
    slices = [s for s, _ in parts]
    # Where the row is parted, and the pen was not.
    through = [a == b for (_, a), (_, b) in pairwise(parts)] + [False]
    cells = [int(np.searchsorted(walls, (s.x0 + s.x1) / 2)) for s in slices]
    if walls:
        through = [a == b for a, b in pairwise(cells)] + [False]
    groups = [
        (first, last)
        for first in range(len(slices))
        for last in range(first + 1, min(first + MOST_JOINED, len(slices)) + 1)
        if _may_be_one([n for _, n in parts[first:last]], slices[first:last], pieces)
        and cells[first] == cells[last - 1]
    ]
    shares = sign_shares([_joined(slices[a:b], pieces.bits) for a, b in groups])
    best: list[tuple[float, list[int]]] = [(0.0, [])]
    best += [(NEVER, []) for _ in slices]
    for number, (first, last) in sorted(enumerate(groups), key=lambda g: g[1][1]):
        there = shares[number][:OTHER]
        if view is not None:
            own = slices[first:last]
            middle = (min(p.x0 for p in own) + max(p.x1 for p in own)) / 2
            there = np.sqrt((there + LEAST_SHARE) * (view.digits_about(middle) + LEAST_SHARE))
        gain = (last - first) * float(np.log(max(there.max(), LEAST_SHARE)))
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


def _with_marks(signs: Sequence[Sign], pieces: Pieces, *, boxed: bool) -> tuple[str, bool]:
    """The digits with the marks between them as text, and whether a mark stays unclear.

    In boxes for single digits only the comma is printed, and small marks are dirt.
    """
    text, unclear = signs[0].digit, False
    seen = [m for m in pieces.marks if not boxed or m.high > BOXED_MARK * pieces.tall]
    for before, after in pairwise(signs):
        between = [m for m in seen if _centre(before) < (m.x0 + m.x1) / 2 < _centre(after)]
        unclear = unclear or len(between) > 1
        text += _mark(between, pieces) + after.digit
    end = signs[-1]
    marks = [m for m in seen if (m.x0 + m.x1) / 2 > _centre(end)]
    dashes = [d for d in pieces.dashes if (d.x0 + d.x1) / 2 > end.x1]
    if dashes:
        text += ",--"
        unclear = unclear or len(marks) > 1
    elif marks:
        unclear = True
    return _mended(text), unclear


def _with_comma(signs: Sequence[Sign], column: int) -> str:
    """The digits with the comma that the form has there."""
    before = _digits([s for s in signs if _centre(s) < column])
    after = _digits([s for s in signs if _centre(s) >= column])
    return f"{before},{after}" if before and after else before + after


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


def _without_units(signs: Sequence[Sign], tall: float, *, boxed: bool) -> list[Sign]:
    """The longest stretch without a wide gap; the currency may stand before or behind it."""
    gaps = [after.x0 - before.x1 for before, after in pairwise(signs)]
    # In the boxes of a comb digits stand far apart, and the cents one gap further.
    wide = max(WIDE_GAP * tall, COMB_GAP * float(np.median(gaps)) if gaps else 0.0)
    stretches: list[list[Sign]] = [[]]
    for sign in signs:
        gap = sign.x0 - stretches[-1][-1].x1 if stretches[-1] else 0
        letter = sign.shares[OTHER] > max(sign.shares[:OTHER])
        if gap > wide or (letter and gap > LETTER_GAP * tall and not boxed):
            stretches.append([])
        stretches[-1].append(sign)
    return max(stretches, key=len)


def _stays(ink: Ink, signs: Sequence[Sign], pieces: Pieces) -> bool:
    """Whether the first network says the same where pale strokes count as full ones.

    Where a pen hardly touched the paper, both networks see a 9 without its loop as a 7.
    """
    shares = sign_shares([_fuller(column) for column in _columns(ink, signs, pieces)])
    seen = "".join(str(int(np.argmax(s[:OTHER]))) for s in shares)
    return seen == _digits(signs)


def _fuller(ink: Ink) -> Ink:
    """Pale ink made dark, as far as it hangs together with strokes that were dark before."""
    full = np.asarray(np.clip(PALE * ink, 0, 1), dtype=np.float32)
    _, parts = cv2.connectedComponents((full > INKY).astype(np.uint8), connectivity=8)
    kept = np.unique(parts[ink > INKY])
    return np.asarray(full * np.isin(parts, kept[kept > 0]), dtype=np.float32)


def _doubt(signs: Sequence[Sign], along: str, shares: Sequence[float]) -> float:
    if along != _digits(signs):
        return 1.0
    return max((1 - max(s.shares[:OTHER])) * (1 - b) for s, b in zip(signs, shares, strict=True))


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
