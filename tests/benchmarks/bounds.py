"""Exact 95 % bounds for counted rates, and how they are printed.

Clopper and Pearson, Biometrika 26 (1934) 404: the bounds are the rates at which what was seen
would be only just likely enough. Found by bisection of the binomial sum; nothing but the
standard library.
"""

import math

STEPS = 60


def at_most(k: int, n: int, rate: float) -> float:
    """The chance of at most `k` in `n` when each has this chance."""
    if rate <= 0:
        return 1.0
    if rate >= 1:
        return 1.0 if k >= n else 0.0
    up, down = math.log(rate), math.log1p(-rate)
    whole = math.lgamma(n + 1)
    return sum(
        math.exp(whole - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * up + (n - i) * down)
        for i in range(k + 1)
    )


def upper(k: int, n: int, *, tail: float = 0.05) -> float:
    """The largest rate that still gives at most `k` in `n` with the chance `tail`."""
    if n == 0 or k >= n:
        return 1.0
    low, high = k / n, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(k, n, middle) > tail else (low, middle)
    return high


def lower(k: int, n: int, *, tail: float = 0.05) -> float:
    """The mirror of `upper`."""
    return 1.0 - upper(n - k, n, tail=tail)


def interval(k: int, n: int) -> tuple[float, float]:
    """Two-sided 95 %."""
    return lower(k, n, tail=0.025), upper(k, n, tail=0.025)


def rate(k: int, n: int) -> str:
    """`57/60 95.0 % [86.1, 99.0]`."""
    if n == 0:
        return "0/0"
    low, high = interval(k, n)
    return f"{k}/{n} {100 * k / n:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def errors(k: int, n: int) -> str:
    """`0/60 (< 4.9 %)`: the count and its one-sided upper bound."""
    return f"{k}/{n} (< {100 * upper(k, n):.2f} %)" if n else "0/0"
