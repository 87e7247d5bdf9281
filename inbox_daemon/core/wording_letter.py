"""What a Kreis gets: the subject of a letter, and what it asks for.

Promises: a point for each code that a sender can mend himself (`decide.CORRECTABLE`), no other.
Touches: nothing. Trusts: its callers for the values. Limits: the letter around the points is the
template beside the rules of the programme.
"""

from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from inbox_daemon.core import frist

# The subject of a mail, by the kind of letter; the case number stands where no list cuts it off.
BETREFFE: Final = MappingProxyType(
    {
        "rueckfrage": "Rückfrage zu Ihrem Antrag {fall} – {titel}",
        "eingang": "Eingang Ihrer E-Mail {fall} – {titel}",
    }
)

OHNE_NAMEN: Final = "(eine Datei ohne Namen)"

# What a letter asks for, one numbered point each, in the order in which a form is filled in: where,
# then what. Only what was established, and in words that hold whatever the form calls its fields.
BITTEN: Final = MappingProxyType(
    {
        "betrag-fehlt": (
            "{seite}Feld für den beantragten Betrag",
            "Das Feld ist leer. Bitte tragen Sie den Betrag in Euro ein.",
        ),
        "unterschrift-fehlt": (
            "{seite}Feld für die Unterschrift",
            "Dort haben wir keine handschriftliche Unterschrift gefunden. Bitte lassen Sie den Antrag von einer vertretungsberechtigten Person von Hand unterschreiben.",
        ),
        "anhang-fehlt": (
            "Anhang Ihrer E-Mail",
            "Sie kündigen einen Antrag an; eine Datei mit dem Antrag haben wir in der E-Mail aber nicht gefunden. Bitte hängen Sie ihn an Ihre Antwort an.",
        ),
        "dateiart": (
            "Anhang Ihrer E-Mail",
            "Wir haben eine Word- oder andere Office-Datei erhalten, aber keinen Scan des unterschriebenen Antrags. Bitte drucken Sie den Antrag aus, lassen Sie ihn von Hand unterschreiben und scannen Sie ihn ein.",
        ),
        "verschluesselt": (
            "Anhang Ihrer E-Mail",
            "Die PDF-Datei ist mit einem Kennwort geschützt, wir können sie nicht öffnen. Bitte senden Sie uns den Antrag ohne Kennwortschutz.",
        ),
    }
)
_SEITE: Final = "Seite {seite} der Datei, "

_WOCHENTAGE: Final = (
    "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag",
)  # fmt: skip


def bitte(code: str, *, page: int | None) -> tuple[str, str]:
    """Where and what: the point for this code; `page` from 1 where the place is known."""
    where, what = BITTEN[code]
    return where.format(seite=_SEITE.format(seite=page) if page else ""), what


def german_day(day: date) -> str:
    """The day as a letter names it: Mittwoch, 20.07.2022."""
    return f"{_WOCHENTAGE[day.weekday()]}, {day:%d.%m.%Y}"


def fristende(received_before: datetime) -> str:
    """When a period ends, to stand behind a verb; a day that ends at noon has not run out."""
    day, hour = frist.last_day(received_before), frist.last_hour(received_before)
    return f"am {day} um {hour} Uhr" if hour else f"mit Ablauf des {day}"
