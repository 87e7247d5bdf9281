"""The German words of the lists: views, why a case rests, how a Kreis stands.

Promises: a word for each View, Rest and Stand; tests compare. Touches: nothing.
Trusts: nothing. Limits: the sentences of the pages stand in wording_pages.py and in templates.
"""

from types import MappingProxyType
from typing import Final

VIEWS: Final = MappingProxyType(
    {
        "alle": "Alle",
        "betrag": "Betrag unklar",
        "unterschrift": "Unterschrift",
        "kreis": "Kreis unklar",
        "nachzuegler": "Nachzügler",
        "anfragen": "Anfragen",
        "rueckfrage": "Rückfrage zur Freigabe",
        "heute": "Wiedervorlage heute",
        "sonstiges": "Sonstiges",
    }
)

# Why a case in the list need not be opened now.
RESTS: Final = MappingProxyType(
    {
        "wiedervorlage": "zurückgestellt bis {tag}",
        "zweite": "wartet auf zweite Person",
        "unterwegs": "entschieden, wird gleich ausgeführt",
    }
)

STAENDE: Final = MappingProxyType(
    {
        "keiner": "noch kein Antrag",
        "pruefung": "in Prüfung",
        "rueckfrage": "Rückfrage offen",
        "vollstaendig": "vollständig",
    }
)

# Fields of the filter, as a person knows them.
FILTER_FIELDS: Final = MappingProxyType(
    {"ansicht": "Ansicht", "kreis": "Kreis", "von": "Eingang von", "bis": "Eingang bis"}
)


def days_left(count: int) -> str:
    """How long there still is, in working days."""
    if count == 0:
        return "heute"
    return f"{count} AT" if count > 0 else f"{-count} AT überfällig"
