"""Sammelpruefung: which amounts a person may confirm at a glance, many on one sheet.

Promises: only where the amount is the one doubt, its guess is one plain amount with its picture,
and nothing else about it is unusual; the rest goes to the Pruefseite. Touches: nothing.
Trusts: the reasons of the case and its evidence. Limits: decides nothing; see staff.plan.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from inbox_daemon.core.betrag import betrag_from
from inbox_daemon.core.facts import Facts
from inbox_daemon.core.kreis import Matched
from inbox_daemon.core.values import Read, Unreadable

ONLY_DOUBT: Final = ("betrag-unklar",)
ON_A_SHEET: Final = 12
# So many times below the planning frame an amount is unusual, as if a group of digits were lost.
FAR: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Vorschlag:
    """An amount (euro) that may be confirmed: for which Kreis, and the picture it was read from."""

    betrag: Decimal
    ags: str
    crop: str


def vorschlag(facts: Facts, *, below: Decimal) -> Vorschlag | None:
    """What may be confirmed on the sheet, or None. `below` (euro) is where four eyes begin."""
    document, kreis = facts.document, facts.form_kreis
    if document is None or not isinstance(document.signature, Read):
        return None
    if not isinstance(document.amount, Unreadable) or not isinstance(kreis, Matched):
        return None
    betrag = betrag_from(document.amount.guess or "")
    source = document.amount.source
    if betrag is None or source is None or source.crop is None or not 0 < betrag < below:
        return None
    if not _is_usual(betrag, facts.programm.rahmen_of(kreis.ags)):
        return None
    return Vorschlag(betrag=betrag, ags=kreis.ags, crop=source.crop)


def _is_usual(betrag: Decimal, rahmen: Decimal | None) -> bool:
    return rahmen is not None and rahmen / FAR <= betrag <= rahmen
