"""An earlier case to which a mail may belong: one matter (Vorgang) of a Kreis in several mails.

Promises: what stood in our records when the mail was decided, stored with its verdict.
Touches: nothing. Trusts: edges/casebook.py, which looks it up. Limits: whether the mail does belong
to it is decided in joining.py.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from inbox_daemon.core.states import State

# The number of a case as our letters name it in their subject.
_NUMBER = re.compile(r"\bA-\d{4}-\d{6,9}\b", re.IGNORECASE)
MOST_NUMBERS = 5


class FoundBy(StrEnum):
    """How an earlier case was found, the strongest first."""

    VERWEIS = "verweis"
    FALLNUMMER = "fallnummer"
    KREIS = "kreis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier case as it stood. `vorgang` is the first case of its matter, often itself.

    `order` grows with the taking in; `ags` and `programm` are empty where nobody proved them;
    `asked` are the points of our letter, empty where none was decided.
    """

    case: str
    vorgang: str
    order: int
    state: State
    by: FoundBy
    ags: str = ""
    programm: str = ""
    asked: tuple[str, ...] = ()

    @property
    def of(self) -> tuple[str, str]:
        """(AGS, programme)."""
        return self.ags, self.programm


def numbers_in(subject: str) -> tuple[str, ...]:
    """The case numbers that a subject names, each once, a few at most; they prove nothing."""
    found = dict.fromkeys(number.upper() for number in _NUMBER.findall(subject))
    return tuple(found)[:MOST_NUMBERS]
