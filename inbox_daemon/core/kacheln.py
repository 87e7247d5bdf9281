"""The 44 Kreise as tiles: a map of Baden-Wuerttemberg that is a table of places.

Promises: each Kreis has one tile and each tile one Kreis; neighbours lie near each other.
Touches: nothing. Trusts: nothing; the closed list in the rules says who the Kreise are.
Limits: a tile says where a Kreis lies among the others, not how large it is. The number plates
of a city and its Landkreis are often the same, so that a tile is told apart by its kind too.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ROWS: Final = 8
COLUMNS: Final = 8

# From north to south, from west to east; a cell is the number plate and the AGS, or empty.
_MAP: Final = (
    "---------|---------|MA  08222|HD  08221|MOS 08225|TBB 08128|---------|---------",
    "---------|---------|HD  08226|HN  08125|HN  08121|KÜN 08126|SHA 08127|---------",
    "---------|KA  08212|KA  08215|PF  08236|LB  08118|WN  08119|AA  08136|---------",
    "BAD 08211|RA  08216|PF  08231|BB  08115|S   08111|ES  08116|GP  08117|HDH 08135",
    "OG  08317|FDS 08237|CW  08235|TÜ  08416|RT  08415|UL  08425|UL  08421|---------",
    "EM  08316|VS  08326|RW  08325|BL  08417|SIG 08437|BC  08426|---------|---------",
    "FR  08311|FR  08315|TUT 08327|KN  08335|FN  08435|RV  08436|---------|---------",
    "LÖ  08336|WT  08337|---------|---------|---------|---------|---------|---------",
)


class Stand(StrEnum):
    """How a Kreis stands in a programme; where several hold, the first of these is shown."""

    PRUEFUNG = "pruefung"
    RUECKFRAGE = "rueckfrage"
    VOLLSTAENDIG = "vollstaendig"
    KEINER = "keiner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kachel:
    """A tile. `row` and `column` count from 1."""

    ags: str
    kuerzel: str
    row: int
    column: int


def _kacheln() -> tuple[Kachel, ...]:
    return tuple(
        Kachel(ags=cell[4:], kuerzel=cell[:4].strip(), row=row, column=column)
        for row, line in enumerate(_MAP, start=1)
        for column, cell in enumerate(line.split("|"), start=1)
        if not cell.startswith("-")
    )


KACHELN: Final = _kacheln()


def stand_of(*, pruefung: int, rueckfrage: int, vollstaendig: int) -> tuple[Stand, int]:
    """What a tile shows, and how many cases that is; what needs a person comes first."""
    counted = (
        (Stand.PRUEFUNG, pruefung),
        (Stand.RUECKFRAGE, rueckfrage),
        (Stand.VOLLSTAENDIG, vollstaendig),
    )
    return next((found for found in counted if found[1]), (Stand.KEINER, 0))
