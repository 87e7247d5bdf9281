"""Who may do what on the staff's pages: five roles, and the sets of them that a page names.

Promises: closed sets; a person has what her roles give together, and nothing else.
Touches: nothing. Trusts: nothing. Limits: says what a role may, not who has it; see users.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Rolle(StrEnum):
    """A role; a person may have several."""

    SACHBEARBEITUNG = "sachbearbeitung"
    ZWEITPRUEFUNG = "zweitpruefung"
    PRUEFUNG = "pruefung"
    LEITUNG = "leitung"
    ADMINISTRATION = "administration"


# What a page or an action asks for: one of these roles is enough.
LESEN: Final = frozenset(Rolle)
BEARBEITEN: Final = frozenset({Rolle.SACHBEARBEITUNG})
ZWEITE: Final = frozenset({Rolle.ZWEITPRUEFUNG})
AUSGEBEN: Final = frozenset({Rolle.SACHBEARBEITUNG, Rolle.PRUEFUNG, Rolle.LEITUNG})
PRUEFEN: Final = frozenset({Rolle.PRUEFUNG, Rolle.LEITUNG, Rolle.ADMINISTRATION})
ANHALTEN: Final = frozenset({Rolle.SACHBEARBEITUNG, Rolle.LEITUNG, Rolle.ADMINISTRATION})
LENKEN: Final = frozenset({Rolle.LEITUNG, Rolle.ADMINISTRATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is signed in. `name` is the key, lower case; `full_name` is shown."""

    name: str
    full_name: str
    rollen: frozenset[Rolle]

    def may(self, asked: frozenset[Rolle]) -> bool:
        """Whether one of the asked roles is hers."""
        return bool(self.rollen & asked)
