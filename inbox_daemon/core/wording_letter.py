"""What a Kreis gets: the subject of a letter, and what it asks for.

Promises: a point for each code that a sender can mend himself (`decide.CORRECTABLE`), no other.
Touches: nothing. Trusts: its callers for the values. Limits: the letter around the points is the
template beside the rules of the programme.
"""

from types import MappingProxyType
from typing import Final

BETREFF: Final = "Rückfrage zu Ihrem Antrag – {titel} ({fall})"

# What a letter asks for, one numbered point each; only what was established.
BITTEN: Final = MappingProxyType(
    {
        "betrag-fehlt": "Das Feld für den beantragten Betrag{stelle} ist leer. Bitte tragen Sie "
        "den Betrag in Euro ein.",
        "unterschrift-fehlt": "Im Unterschriftsfeld{stelle} haben wir keine handschriftliche "
        "Unterschrift gefunden. Bitte lassen Sie den Antrag von einer vertretungsberechtigten "
        "Person von Hand unterschreiben.",
        "anhang-fehlt": "Ihre E-Mail kündigt einen Antrag an, enthält aber keinen Anhang.",
        "dateiart": "Der Antrag liegt uns nur als Textdatei vor. Bitte drucken Sie ihn aus und "
        "lassen Sie ihn von Hand unterschreiben.",
        "verschluesselt": "Die PDF-Datei Ihrer E-Mail ist mit einem Kennwort geschützt und lässt "
        "sich nicht öffnen. Bitte verwenden Sie keinen Kennwortschutz.",
    }
)


def bitte(code: str, *, page: int | None) -> str:
    """The point of a letter for this code; `page` from 1 where the place is known."""
    return BITTEN[code].format(stelle=f" auf Seite {page}" if page else "")
