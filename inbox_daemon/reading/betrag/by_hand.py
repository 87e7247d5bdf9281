"""What a handwritten amount is, from its two readings and the other numbers of the document.

Promises: `Read` only where a second number and both readings together leave no digit open, or
where both say the same with high shares or as the OCR engine does.
Touches: nothing. Trusts: handwriting.py, second.py.
Limits: which shares are high was measured on hands that no model had learned from.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rapidfuzz.distance import Editop, Levenshtein

from inbox_daemon.core.betrag import betrag_from, german
from inbox_daemon.reading.betrag.handwriting import Written, with_marks_of
from inbox_daemon.reading.betrag.second import Seconds

# The lowest share of a digit in either reading, and the highest product of what the two leave to
# other digits (Written.doubt), at which they stand without a second number. Measured on fields by
# hands that no model had learned from (tests/benchmarks/amounts.py): 90 of 440 read, none wrong;
# at 0.0002 one was wrong, at 0.0005 two of 116.
LEAST_ALONE: Final = 0.7
MOST_DOUBT: Final = 0.0001
FEWEST_DIGITS: Final = 4
FEWEST_GUESSED: Final = 3
# Digits in which the two readings together may differ from a second number that confirms them.
MOST_DIFFERENT: Final = 2
MOST_DIFFERENT_FROM_RULES: Final = 1
# The second reading with this lowest share contradicts a second number that it does not say, the
# first one where it gives a digit of it less than the other share.
SURE_OTHERWISE: Final = 0.9
MAYBE: Final = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`value` if it may be called read; else `why` it may not, and the best guess."""

    value: Decimal | None
    why: str
    guess: Decimal | None


def finding_of(written: Written, seconds: Seconds, *, alone: bool = True) -> Finding:
    """Read, or why not; `alone`: high shares may do. Codes: handschrift, widerspruch."""
    fitting = {v for v in seconds.all if fits(written, v, most=_leeway(v, seconds))}
    chosen = fitting & seconds.said or fitting
    if len(chosen) == 1 and (not seconds.said or chosen <= seconds.said):
        value = next(iter(chosen))
        return Finding(value=value, why="", guess=value)
    guess = best_guess(written, seconds)
    if seconds.said:
        near = any(_near(written, v) for v in seconds.said)
        return Finding(value=None, why="handschrift" if near else "widerspruch", guess=guess)
    lowest = min(written.sure, written.along_sure)
    high = lowest >= LEAST_ALONE and written.doubt <= MOST_DOUBT
    third = written.value is not None and written.value == seconds.engine
    agreed = written.along == written.digits and written.value is not None and not written.left
    if agreed and ((alone and high) or third):
        return Finding(value=written.value, why="", guess=written.value)
    return Finding(value=None, why="handschrift", guess=guess)


def _leeway(value: Decimal, seconds: Seconds) -> int:
    """Who asks for all he may get writes the frame, but who writes another sum may come near it."""
    return MOST_DIFFERENT if value in seconds.on_the_form else MOST_DIFFERENT_FROM_RULES


def fits(written: Written, value: Decimal, *, most: int = MOST_DIFFERENT) -> bool:
    """Every digit of the value is what one of the readings says in its place.

    Both may differ from it in `most` signs together (one read wrong, lost or found too many), but
    never in the same one, and only one sign may be lost or found too many. A reading that
    differs must not be sure.
    """
    sure_along = written.along_sure >= SURE_OTHERWISE
    return any(
        (written.along == digits or not sure_along)
        and _possible(written, digits)
        and _fits(written.digits, written.along, digits, most)
        for digits in _spellings(written, value)
        if len(digits) >= FEWEST_DIGITS
    )


def says(written: Written, value: Decimal) -> bool:
    """One of the two readings has just these digits, with or without the cents."""
    cents = f"{value:.2f}".replace(".", "")
    spelled = {cents, cents[:-2]} if cents.endswith("00") else {cents}
    return bool({written.digits, written.along} & spelled)


def _possible(written: Written, digits: str) -> bool:
    """The first reading gives none of these digits a share next to nothing, sign by sign."""
    if len(written.signs) != len(digits):
        return True
    pairs = zip(written.signs, digits, strict=True)
    return all(s.shares[int(d)] >= MAYBE or written.digits == digits for s, d in pairs)


def _fits(first: str, second: str, digits: str, most: int) -> bool:
    ways = [Levenshtein.editops(read, digits) for read in (first, second)]
    ops = [op for way in ways for op in way]
    if len(ops) > most or sum(op.tag != "replace" for op in ops) > 1:
        return False
    places = [{_place(op, digits) for op in way} for way in ways]
    return places[0].isdisjoint(places[1])


def _place(op: Editop, digits: str) -> tuple[bool, int]:
    """Which digit of the value was missed, or where one stands that the value has not.

    In a row of equal digits nobody can say which of them was lost: it counts as the first.
    """
    at = op.dest_pos
    while 0 < at < len(digits) and digits[at] == digits[at - 1]:
        at -= 1
    return op.tag == "delete", at


def _spellings(written: Written, value: Decimal) -> set[str]:
    """The digits of the value as they may stand here: the marks seen rule some out."""
    cents = f"{value:.2f}".replace(".", "")
    found = set()
    if ",--" not in written.text and not re.search(r"[.,]\d{3}$", written.text):
        found.add(cents)
    if value == value.to_integral_value() and not re.search(r"[.,]\d\d$", written.text):
        found.add(cents[:-2])
    return found


def _near(written: Written, value: Decimal) -> bool:
    """One of the readings differs from the value in two digits at most."""
    return any(
        Levenshtein.distance(digits, read) <= MOST_DIFFERENT
        for digits in _spellings(written, value)
        for read in (written.digits, written.along)
        if len(digits) >= FEWEST_DIGITS
    )


def best_guess(written: Written, seconds: Seconds) -> Decimal | None:
    """What a clerk should compare first: a number that nearly fits, else what was read."""
    fitting = [v for v in seconds.all if fits(written, v)]
    if len(fitting) == 1:
        return fitting[0]
    if len(written.digits) < FEWEST_GUESSED:
        return None
    if written.along == written.digits and written.value is not None:
        return written.value
    near = [v for v in seconds.all if _near(written, v)]
    if len(near) == 1:
        return near[0]
    second_surer = written.along_sure > written.sure
    texts = (written.text, with_marks_of(written, written.along))
    for text in reversed(texts) if second_surer else texts:
        value = betrag_from(text) or _with_cents(text)
        if value is not None:
            return value
    return None


def _with_cents(text: str) -> Decimal | None:
    """The digits with the last two as cents, unless the marks say that there are none."""
    digits = re.sub(r"\D", "", text)
    if len(digits) < FEWEST_DIGITS:
        return None
    if text.endswith(",--") or re.search(r"[.,]\d{3}$", text):
        return Decimal(f"{digits}.00")
    return Decimal(f"{digits[:-2]}.{digits[-2:]}")


def shown(value: Decimal | None) -> str | None:
    """The guess for a person."""
    return german(value) if value is not None else None
