"""Which decisions of a person need a second one: Vier-Augen-Prinzip.

Promises: the reasons are codes, all that hold; without any the decision stands alone. The first
and the second person are never the same: here, in staffbook.py and in the table's constraint.
Touches: nothing. Trusts: the caller for what the machine read. Limits: asks nobody.
Source: VV zu den §§ 70 ff. LHO Baden-Württemberg (Anordnung und Feststellung durch zwei Personen).
"""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from inbox_daemon.core.betrag import betrag_from
from inbox_daemon.core.values import Absent, Read, Reading, Unreadable

HOCH, GEAENDERT, KREIS, STICHPROBE, ABLEHNUNG = (
    "betrag-hoch",
    "betrag-geaendert",
    "kreis-geaendert",
    "stichprobe",
    "ablehnung",
)
SAME_PERSON: Final = "zweite-person-ist-erste"


class PlanState(StrEnum):
    """Where a person's decision is on its way."""

    ZWEITE = "zweite"
    AUSGANG = "ausgang"
    AUSGEFUEHRT = "ausgefuehrt"
    ZURUECKGEHOLT = "zurueckgeholt"
    ZURUECKGEGEBEN = "zurueckgegeben"
    GESCHEITERT = "gescheitert"


# A plan in one of these is on its way: nothing else may be decided for its case.
OPEN: Final = (PlanState.ZWEITE, PlanState.AUSGANG)


@dataclass(frozen=True, slots=True, kw_only=True)
class VierAugen:
    """From which amount on (euro), and how many of a hundred of the rest, a second looks."""

    from_eur: Decimal
    percent: int


def needs_second(
    case: str,
    *,
    amount: Decimal | None,
    read: Reading[Decimal] | None,
    is_refusal: bool,
    is_other_kreis: bool,
    limits: VierAugen,
) -> tuple[str, ...]:
    """Why a second person must sign; empty where none. `amount` is what shall be filed.

    `is_other_kreis`: the form surely names another Kreis than the one for which is filed.
    """
    if is_refusal:
        return (ABLEHNUNG,)
    if amount is None:
        return ()
    return tuple(
        code
        for is_so, code in (
            (amount >= limits.from_eur, HOCH),
            (is_changed(amount, read), GEAENDERT),
            (is_other_kreis, KREIS),
            (is_sample(case, percent=limits.percent), STICHPROBE),
        )
        if is_so
    )


def is_changed(amount: Decimal, read: Reading[Decimal] | None) -> bool:
    """Whether a person wrote another amount than the machine read or supposed."""
    match read:
        case Read(value=value):
            return amount != value
        case Unreadable(guess=guess) if guess:
            return betrag_from(guess) != amount
        case Absent() | Unreadable() | None:
            return True


def is_sample(case: str, *, percent: int) -> bool:
    """Whether this case is one of the so many of a hundred that are looked at anyway.

    By the hash of its number: nobody chooses, and everybody can check it afterwards.
    """
    return int(hashlib.sha256(case.encode()).hexdigest(), 16) % 100 < percent
