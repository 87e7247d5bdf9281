"""Other numbers of the document that can confirm an amount: in words, as a sum, printed again.

Promises: never gives an amount by itself, only whether one that was read agrees.
Touches: nothing. Trusts: places.py, core/betrag.py.
Limits: sums of at most four of the ten largest amounts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations, zip_longest
from typing import Final

from inbox_daemon.core.betrag import betrag_in_words
from inbox_daemon.reading.betrag.places import Sheet

NUMBER_WORD: Final = re.compile(r"hundert|tausend|million", re.IGNORECASE)
MAX_OTHERS: Final = 10
MOST_PARTS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """`said` are amounts in words, `others` the printed ones, `known` those of the rules.

    `engine` is what the OCR engine read where the networks read.
    """

    said: frozenset[Decimal]
    others: tuple[Decimal, ...]
    known: frozenset[Decimal]
    engine: Decimal | None = None

    def seen_too(self, value: Decimal | None) -> "Seconds":
        """With what the engine read at the same place: a third reader, not a second number."""
        return replace(self, engine=value)

    @property
    def on_the_form(self) -> frozenset[Decimal]:
        """The numbers of the document, with all sums and differences."""
        return self.said | frozenset(self.others) | sums_of(self.others)

    @property
    def all(self) -> frozenset[Decimal]:
        """Every number that may confirm."""
        return self.on_the_form | self.known

    def confirm(self, value: Decimal) -> bool:
        """The value stands on the form a second time, or adds up, or is in the rules."""
        return value in self.all


def in_words(sheets: Sequence[Sheet]) -> frozenset[Decimal]:
    """Every amount in words on the pages; a row may go on in the next one."""
    said = set()
    for sheet in sheets:
        texts = [_spoken(cell.text) for cell in sheet.cells]
        for here, after in zip_longest(texts, texts[1:], fillvalue=""):
            if NUMBER_WORD.search(here):
                value = betrag_in_words(here) or betrag_in_words(here + after)
                said |= {value} if value else set()
    return frozenset(said)


def _spoken(text: str) -> str:
    return re.sub(r"^.*\bworten\b\W*|[()]", "", text, flags=re.IGNORECASE)


def sums_of(others: Sequence[Decimal]) -> frozenset[Decimal]:
    """Sums of up to four different amounts, and each amount less up to four smaller ones."""
    pool = sorted({o for o in others if o}, reverse=True)[:MAX_OTHERS]
    found = set()
    for size in range(1, min(len(pool), MOST_PARTS) + 1):
        for parts in combinations(pool, size):
            total = sum(parts, Decimal(0))
            if size > 1:
                found.add(total)
            found |= {whole - total for whole in pool if whole > total and whole not in parts}
    return frozenset(found)
