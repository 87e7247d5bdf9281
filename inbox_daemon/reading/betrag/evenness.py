"""Whether a row of digits is surely no type: that stands on one line and has one height.

Promises: doubt is never a pen. Touches: nothing. Trusts: that the digits were told apart rightly.
Limits: about a tenth of careful hands stand as evenly as type; old-style figures are uneven.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.float32]

DARK: Final = 0.4
FEWEST: Final = 4
# Wave and spread together, in heights of a digit, less half a pixel of rounding: of 53 rows of
# type by seven scanners 3 were above, of 40 rows by CVL writers 36, of 45 by script fonts 43.
UNEVEN: Final = 0.04


def by_pen(pictures: Sequence[Ink], *, tall: float) -> bool:
    """Whether the digits are surely no type; `pictures` are columns of one strip, each a digit's.

    Their feet lie off one straight line, or their heights differ, the worst digit left out: it
    may have been cut wrongly.
    """
    feet, heights, columns = [], [], []
    for number, picture in enumerate(pictures):
        rows = np.flatnonzero((picture > DARK).any(axis=1))
        if len(rows):
            feet.append(float(rows[-1]))
            heights.append(float(rows[-1] - rows[0]))
            columns.append(float(number))
    if len(feet) < FEWEST:
        return False
    slope, start = np.polyfit(columns, feet, 1)
    wave = _usual(np.asarray(feet) - slope * np.asarray(columns) - start)
    spread = _usual(np.asarray(heights) - float(np.median(heights)))
    return (wave + spread - 0.5) / tall > UNEVEN


def _usual(away: NDArray[np.float64]) -> float:
    """The root of the mean square, without the largest."""
    return float(np.sqrt(np.mean(np.sort(np.square(away))[:-1])))
