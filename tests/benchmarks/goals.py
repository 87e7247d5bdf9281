"""The goals of reading beside what was measured, with exact 95 % bounds.

Rates have a two-sided interval, counts of errors a one-sided upper bound.
"""

from collections.abc import Callable, Sequence

from tests.benchmarks.bounds import errors, rate
from tests.benchmarks.judges import FIELDS, Pair, on_field

HAND = ("hand-digits", "hand-font")
NO_PEN = ("none", "stamp-only", "typed-name", "gez", "x-mark", "smudge", "pasted", "date-by-hand")
SIGNED = ("genuine", "genuine+stamp")


def _answers(pairs: Sequence[Pair], field: str, of: Callable[[Pair], bool]) -> list[str]:
    return [FIELDS[field](*pair) for pair in pairs if of(pair)]


def _is(name: str, *values: str) -> Callable[[Pair], bool]:
    return lambda pair: pair[0][name] in values


def show(pairs: Sequence[Pair]) -> None:
    """Prints one line a goal."""
    for goal, measured in (*_amounts(pairs), *_signatures(pairs), *_rest(pairs)):
        print(f"{goal:58} {measured}")


def _amounts(pairs: Sequence[Pair]) -> list[tuple[str, str]]:
    every = _answers(pairs, "amount", lambda _: True)
    typed = _answers(pairs, "amount", _is("amount_style", "typed"))
    hand = _answers(pairs, "amount", _is("amount_style", *HAND))
    digits = _answers(pairs, "amount", _is("amount_style", "hand-digits"))
    unsure = [a for a in hand if a.startswith("unsure")]
    wrong = sum(a in {"WRONG", "INVENTED"} for a in every)
    return [
        ("amount read and wrong, or invented: 0", errors(wrong, len(every))),
        ("amount said absent that is there: 0", errors(every.count("ABSENT"), len(every))),
        ("typed amounts read: >= 98 %", rate(typed.count("right"), len(typed))),
        ("handwritten amounts read: >= 70 %", rate(hand.count("right"), len(hand))),
        ("  of these, real digits of CVL", rate(digits.count("right"), len(digits))),
        (
            "  unsure ones with the right best guess: most",
            rate(unsure.count("unsure, guess right"), len(unsure)),
        ),
    ]


def _signatures(pairs: Sequence[Pair]) -> list[tuple[str, str]]:
    no_pen = _answers(pairs, "signature", _is("signature", *NO_PEN))
    font = _answers(pairs, "signature", _is("signature", "cursive-font"))
    initials = _answers(pairs, "signature", _is("signature", "initials"))
    signed = _answers(pairs, "signature", _is("signature", *SIGNED))
    return [
        ("present without a pen signature: 0", errors(no_pen.count("FALSE PRESENT"), len(no_pen))),
        (
            "printed script font absent or unsure: >= 90 %",
            rate(len(font) - font.count("FALSE PRESENT"), len(font)),
        ),
        ("initials present: none wanted", errors(initials.count("FALSE PRESENT"), len(initials))),
        ("genuine signatures present: >= 95 %", rate(signed.count("present"), len(signed))),
        ("genuine signatures absent: <= 0.5 %", errors(signed.count("FALSE ABSENT"), len(signed))),
    ]


def _rest(pairs: Sequence[Pair]) -> list[tuple[str, str]]:
    kreise = _answers(pairs, "applicant", lambda _: True)
    lines = [
        ("applicant wrong: 0", errors(kreise.count("WRONG"), len(kreise))),
        ("applicant read: >= 98 %", rate(kreise.count("right"), len(kreise))),
    ]
    for name, wanted in (("amount", "amount"), ("signature", "signature_ink")):
        met = [m for truth, seen in pairs if (m := on_field(truth, seen, name, wanted)) is not None]
        lines.append((f"boxes of {name} that lie on the field", rate(sum(met), len(met))))
    return lines
