"""The amount of a case as a list shows it: read, entered, supposed, missing.

Promises: what is only supposed never looks like what was read. Touches: nothing.
Trusts: evidence that passed wire.py. Limits: one amount; other readings are the Pruefseite's.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from inbox_daemon.core.betrag import betrag_from
from inbox_daemon.core.decide import applications_in
from inbox_daemon.core.values import Absent, Evidence, Read, Unreadable


class Herkunft(StrEnum):
    """Where an amount comes from, or why there is none."""

    GELESEN = "gelesen"
    EINGETRAGEN = "eingetragen"
    VERMUTET = "vermutet"
    FEHLT = "fehlt"
    UNKLAR = "unklar"
    MEHRERE = "mehrere"
    OHNE = "ohne"


@dataclass(frozen=True, slots=True, kw_only=True)
class Betragsblick:
    """`betrag` in euro; `wortlaut` is a guess that is no single amount, as the machine noted it."""

    herkunft: Herkunft
    betrag: Decimal | None = None
    wortlaut: str = ""


def betragsblick(evidence: Evidence | None, typed: Decimal | None) -> Betragsblick:
    """What a list says of the amount. `typed` is what a person entered."""
    if typed is not None:
        return Betragsblick(herkunft=Herkunft.EINGETRAGEN, betrag=typed)
    applications = applications_in(evidence) if evidence is not None else ()
    if len(applications) != 1:
        several = Herkunft.MEHRERE if applications else Herkunft.OHNE
        return Betragsblick(herkunft=several)
    match applications[0].amount:
        case Read(value=value):
            return Betragsblick(herkunft=Herkunft.GELESEN, betrag=value)
        case Absent():
            return Betragsblick(herkunft=Herkunft.FEHLT)
        case Unreadable(guess=guess):
            return _supposed(guess or "")


def _supposed(guess: str) -> Betragsblick:
    amount = betrag_from(guess)
    if amount is not None:
        return Betragsblick(herkunft=Herkunft.VERMUTET, betrag=amount)
    herkunft = Herkunft.VERMUTET if guess else Herkunft.UNKLAR
    return Betragsblick(herkunft=herkunft, wortlaut=guess)
