"""What is written on a form: the applicant, the sums, the signing person; all invented.

Promises: account numbers with a right checksum (ISO 13616) and a bank code that no bank has.
Touches: nothing. Trusts: its callers. Limits: whole euros and cents below one million.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from samples.pen import Hand

_ONES = (
    "", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf",
    "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn",
)  # fmt: skip
_TENS = ("", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig",
         "neunzig")  # fmt: skip


class Layout(StrEnum):
    """Our three forms: signature on a line, in a box, in a cell of a table on page 2."""

    ZEILE = "zeile"
    KASTEN = "kasten"
    TABELLE = "tabelle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amt:
    """An authority as it writes itself; `ags` and `domain` are facts, the rest is invented."""

    ags: str
    kreis: str
    verwaltung: str
    domain: str
    ort: str
    strasse: str
    person: str
    telefon: str

    @property
    def sitz(self) -> str:
        """The place without its postal code."""
        return self.ort.split(" ", 1)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zeichnung:
    """What stands in the signature block; every part may be missing."""

    hand: Hand | None = None
    stamped: bool = False
    typed: str = ""
    drop_mm: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Angaben:
    """One filled form. `betrag` is None where the field is blank; `betrag_text` as written."""

    amt: Amt
    betrag: Decimal | None
    betrag_text: str
    datum: str
    eigenmittel: Decimal = Decimal(0)
    zeichnung: Zeichnung = field(default_factory=Zeichnung)
    handwritten: int | None = None


def euro(value: Decimal) -> str:
    """`182345.00` as `182.345,00`."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def in_words(value: Decimal) -> str:
    """The sum in German words, cents as figures: `zwölftausenddrei Euro und 50 Cent`."""
    whole, cents = divmod(int(value * 100), 100)
    thousands, rest = divmod(whole, 1000)
    words = f"{_below_thousand(thousands)}tausend" if thousands else ""
    tail = f" und {cents:02d} Cent" if cents else ""
    return f"{words}{_below_thousand(rest)} Euro{tail}"


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    head = f"{_ONES[hundreds]}hundert" if hundreds else ""
    if rest < 20:
        return head + ("eins" if rest == 1 else _ONES[rest])
    tens, ones = divmod(rest, 10)
    return head + (f"{_ONES[ones]}und" if ones else "") + _TENS[tens]


def iban(ags: str) -> str:
    """An account number for a Kreis; bank code 99900000 does not exist."""
    account = f"99900000{int(ags) * 7_919 % 10**10:010d}"
    check = 98 - int(account + "131400") % 97
    raw = f"DE{check:02d}{account}"
    return " ".join(raw[i : i + 4] for i in range(0, len(raw), 4))
