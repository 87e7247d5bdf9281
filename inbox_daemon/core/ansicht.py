"""One page as staff see it: a picture by its hash, and the size in which boxes are counted.

Promises: a picture with its size, or a code why there is none; never both. Touches: nothing.
Trusts: its makers; what the child says passes wire.py and edges/pictures.py.
Limits: the picture's bytes lie elsewhere, by their hash.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from inbox_daemon.core.formular import Seitenblick
from inbox_daemon.core.values import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Groesse:
    """Width and height of a page in points (1/72 inch), as it is shown."""

    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seitenansicht:
    """A page of a document: `sha256` of its WebP and its size, or `failure` (a code).

    Pages count from 1.
    """

    page: int
    sha256: str = ""
    size: Groesse = Groesse(width=0.0, height=0.0)
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stelle:
    """A rectangle in percent of the page, from its top left, as it is shown."""

    left: float
    top: float
    width: float
    height: float


def stelle_of(box: Box, size: Groesse) -> Stelle | None:
    """Where a box lies in percent, cut at the page's edges; None where it lies beside the page."""
    if size.width <= 0 or size.height <= 0:
        return None
    x0, x1 = (min(max(x, 0.0), size.width) / size.width * 100 for x in (box.x0, box.x1))
    y0, y1 = (min(max(y, 0.0), size.height) / size.height * 100 for y in (box.y0, box.y1))
    if x1 <= x0 or y1 <= y0:
        return None
    return Stelle(
        left=round(x0, 2), top=round(y0, 2), width=round(x1 - x0, 2), height=round(y1 - y0, 2)
    )


def size_seen(looks: Iterable[Seitenblick], page: int) -> Groesse | None:
    """The size of a page as the reader measured it; None in evidence from before it did."""
    for look in looks:
        if look.page == page and look.width > 0 and look.height > 0:
            return Groesse(width=look.width, height=look.height)
    return None
