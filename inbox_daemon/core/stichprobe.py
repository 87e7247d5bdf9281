"""Machine decisions that a person looks at again, without knowing what the machine read.

Promises: which cases are drawn follows from their numbers alone; what a person saw is compared
field by field. Touches: nothing. Trusts: the record for what was filed.
Limits: changes no record; what is wrong is shown to the Leitung and mended by a person.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from inbox_daemon.core.freigabe import is_sample

RICHTIG: Final = "richtig"
BETRAG, UNTERSCHRIFT, KREIS = "betrag-falsch", "unterschrift-falsch", "kreis-falsch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Abgelegt:
    """A record that the machine filed by itself."""

    case: str
    ags: str
    programm: str
    betrag: Decimal
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gesehen:
    """What a person sees on the pages of such a case."""

    betrag: Decimal
    ags: str
    is_signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ergebnis:
    """A case that was looked at; `faults` is empty where the machine was right."""

    case: str
    by: str
    at: datetime
    faults: tuple[str, ...]


def drawn(filed: tuple[Abgelegt, ...], *, percent: int) -> tuple[Abgelegt, ...]:
    """Those that are looked at, in their order."""
    return tuple(
        record for record in filed if is_sample(f"maschine {record.case}", percent=percent)
    )


def faults(record: Abgelegt, seen: Gesehen) -> tuple[str, ...]:
    """What the machine got wrong, as codes. It files nothing that it did not find signed."""
    wrong = (
        (record.betrag != seen.betrag, BETRAG),
        (not seen.is_signed, UNTERSCHRIFT),
        (record.ags != seen.ags, KREIS),
    )
    return tuple(code for is_wrong, code in wrong if is_wrong)
