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

# Why a case waits, in two or three words; the sentence stands at the case.
GRUENDE: Final = MappingProxyType(
    {
        "absender-aehnlich": "Absender täuschend ähnlich",
        "absender-anzeigename": "Absendername passt nicht",
        "absender-text": "Text nennt anderen Kreis",
        "absender-unbekannt": "Absender unbekannt",
        "absender-unbestaetigt": "Absender nicht bestätigt",
        "absender-widerlegt": "Absender widersprüchlich",
        "absender-widerspruch": "Absender ist anderer Kreis",
        "ablage": "Ablage schon belegt",
        "ablage-nicht-moeglich": "Ablage gestört",
        "anfrage": "Anfrage",
        "anhang-fehlt": "Anhang fehlt",
        "anlage-an-automatik": "automatische Mail mit Textdatei",
        "anlage-nicht-lesbar": "Anhang nicht lesbar",
        "antwort-an-automaten": "keine Rückfrage: automatische Mail",
        "antwort-an-fremde": "keine Rückfrage: fremder Absender",
        "antwort-anderer-vorgang": "Antwort zu anderem Vorgang",
        "antwort-angehalten": "Versand angehalten",
        "antwort-freigabe": "Rückfrage zur Freigabe",
        "antwort-kreis-zu-oft": "keine Rückfrage: zu viele an diesen Kreis",
        "antwort-nach-frist": "keine Rückfrage: Frist abgelaufen",
        "antwort-schatten": "Rückfrage nur als Entwurf",
        "antwort-schon-gefragt": "schon gefragt",
        "antwort-steht-aus": "Antwort steht noch aus",
        "antwort-stundengrenze": "zu viele Schreiben in dieser Stunde",
        "antwort-unbestaetigt": "keine Rückfrage: Absender nicht bestätigt",
        "antwort-unbewiesen": "Antwort nicht bestätigt",
        "antwort-unerwuenscht": "keine automatischen Antworten erwünscht",
        "antwort-unzustellbar": "Rückfrage unzustellbar",
        "antwort-zu-oft": "keine Rückfrage: zu viele an diese Adresse",
        "archiv": "Archiv (ZIP) im Anhang",
        "beilage-unklar": "weiterer Anhang unklar",
        "betrag-fehlt": "Betrag fehlt",
        "betrag-unklar": "Betrag unsicher",
        "datei-auffaellig": "kein unveränderter Scan",
        "datei-veraendert": "Datei verändert",
        "dateiart": "Textdatei statt Scan",
        "defekt": "Fehler im Programm",
        "eindeutigkeit": "Widerspruch zu Gespeichertem",
        "ersatznachricht": "Ersatznachricht von Exchange",
        "fall-ungelesen": "nicht gelesen",
        "frist-versaeumt": "nach der Frist",
        "kreis-mehrdeutig": "Kreis nicht eindeutig",
        "kreis-unklar": "Kreis unklar",
        "lesung-gescheitert": "Mail nicht lesbar",
        "mail-auffaellig": "Mail auffällig",
        "mehrere-antraege": "mehrere Anträge",
        "mehrere-rueckfragen": "mehrere Rückfragen offen",
        "offener-vorgang": "weiterer Fall offen",
        "planungsrahmen-fehlt": "kein Planungsrahmen",
        "programm-unklar": "Programm unklar",
        "pruefung-gescheitert": "Prüfung abgebrochen",
        "rueckfrage-ueberholt": "Rückfrage überholt",
        "rueckfrage-veraltet": "Rückfrage wartete zu lange",
        "spool": "Mail nicht vollständig gespeichert",
        "ueber-planungsrahmen": "über Planungsrahmen",
        "unbekannte-datei": "unbekannte Dateiart",
        "unterschrift-fehlt": "Unterschrift fehlt",
        "unterschrift-unklar": "Unterschrift unklar",
        "unvollstaendig": "unvollständig",
        "unzustellbar": "Rückläufer",
        "versand-gescheitert": "Versand gescheitert",
        "versand-unklar": "Versand ungewiss",
        "verschluesselt": "PDF mit Kennwort",
        "verschluesselte-mail": "Mail verschlüsselt",
        "zustand": "unerwarteter Zustand",
        "zweiter-antrag": "zweiter Antrag",
    }
)

# Where the amount in the list comes from, or why there is none.
HERKUNFT: Final = MappingProxyType(
    {
        "gelesen": "gelesen",
        "eingetragen": "eingetragen",
        "vermutet": "vermutet",
        "fehlt": "fehlt",
        "unklar": "unklar",
        "mehrere": "mehrere Anträge",
        "ohne": "kein Antrag",
    }
)

SPALTEN: Final = (
    "Fall",
    "Eingang",
    "AGS",
    "Kreis",
    "Programm",
    "Gründe",
    "Betrag (EUR)",
    "Betrag: Herkunft",
    "Frist",
    "Arbeitstage",
    "Stand",
    "bei",
)

# What is told after an action on the list or the sheet; shown through wording_pages.PAGES.
VORRAT: Final = MappingProxyType(
    {
        "vorrat.titel": "Arbeitsvorrat",
        "vorrat.keine": "Es ist kein Fall ausgewählt.",
        "vorrat.zugewiesen": "{gut} zugewiesen; zehn Minuten lang bearbeitet sie niemand sonst.",
        "vorrat.zurueckgestellt": "{gut} zurückgestellt bis {tag}.",
        "vorrat.abgelehnt": "{fall}: {grund}",
        "vorrat.weitere": "{gut} außerdem nicht möglich.",
        "vorrat.kein-tag": "Bitte einen Tag nach heute angeben, höchstens ein Jahr voraus. Es wurde nichts zurückgestellt.",
        "vorrat.ein-fall": "1 Fall",
        "vorrat.faelle": "{zahl} Fälle",
        "sammel.warum": "in der Sammelprüfung bestätigt",
        "sammel.keine": "Es ist kein Betrag angekreuzt; es wurde nichts bestätigt.",
        "sammel.bestaetigt": "{gut} bestätigt; {minuten} Minuten lang am Fall zurückholbar.",
        "sammel.zweite": "{gut} davon wartet auf eine zweite Person (Stichprobe).",
        "sammel.zweite-mehrere": "{gut} davon warten auf eine zweite Person (Stichprobe).",
        "sammel.nicht": "Dieser Fall gehört nicht (mehr) in die Sammelprüfung.",
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


def grund(code: str) -> str:
    """The reason in a few words; an unknown code is shown as it is."""
    return GRUENDE.get(code, code)
