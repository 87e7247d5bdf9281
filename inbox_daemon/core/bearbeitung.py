"""What a person does with a case: the values that travel between page, service and database.

Promises: frozen; what a person wishes is whole in one value. Touches: nothing.
Trusts: the pages and the command line, which have parsed what was typed.
Limits: whether a wish can be carried out is asked in staff.py.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from inbox_daemon.core.freigabe import PlanState

FILE, ASK, CLOSE = "ablegen", "rueckfrage", "erledigt"
# Why a case is closed. The first two are an answer given elsewhere; the others say that the mail
# is no part of the procedure, and always need a second person.
ANSWERED: Final = ("beantwortet", "weitergeleitet")
REFUSALS: Final = ("spam", "irrlaeufer", "doppel", "zurueckgezogen")
# Why an amount was typed.
AMOUNT_REASONS: Final = ("lesefehler", "antrag-unklar", "telefonisch")
SIGNATURES: Final = ("vorhanden", "fehlt", "unklar")
LEASE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person decided. `amount` and `ags` replace the machine's reading where given.

    `grund` is a code: of AMOUNT_REASONS with an amount, of ANSWERED or REFUSALS with CLOSE.
    """

    answer: str
    by: str
    why: str
    amount: Decimal | None = None
    ags: str | None = None
    questions: tuple[str, ...] = ()
    replaces: str | None = None
    grund: str = ""

    @property
    def is_refusal(self) -> bool:
        """Whether it says that the mail is no part of the procedure."""
        return self.answer == CLOSE and self.grund in REFUSALS


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A decision on its way. `told` is why it was given back or could not be carried out."""

    number: int
    case: str
    wish: Wish
    first: str
    second: str | None
    why_second: tuple[str, ...]
    state: PlanState
    told: str
    created_at: datetime
    due_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What was typed in a case and not decided yet; empty where nobody typed."""

    amount: Decimal | None = None
    amount_reason: str = ""
    ags: str | None = None
    unterschrift: str = ""
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiedervorlage:
    """A case that was put off until a day, how often by now, and why."""

    case: str
    on: date
    note: str
    count: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a person noted."""

    by: str
    at: datetime
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who works on a case, and until when unless renewed."""

    case: str
    holder: str
    until: datetime
