"""What staff read on the Pruefseite and on the pages of its other decisions.

Promises: a sentence for every code that these pages give. Touches: nothing.
Trusts: its callers for the values. Limits: shown through wording_pages.PAGES.
"""

from types import MappingProxyType
from typing import Final

# How well the sender of a mail is proven.
GRADES: Final = MappingProxyType(
    {
        "confirmed": "bestätigt",
        "unproven": "nicht bestätigt",
        "contradicted": "widersprüchlich, kann gefälscht sein",
    }
)

PRUEFEN: Final = MappingProxyType(
    {
        "ansicht-alle": "Alle",
        "ansicht-betrag": "Betrag unklar",
        "ansicht-unterschrift": "Unterschrift",
        "ansicht-kreis": "Kreis unklar",
        "ansicht-nachzuegler": "Nachzügler",
        "ansicht-anfragen": "Anfragen",
        "ansicht-rueckfrage": "Rückfrage zur Freigabe",
        "ansicht-heute": "Wiedervorlage heute",
        "ansicht-sonstiges": "Sonstiges",
        "antwort-ablegen": "Freigabe",
        "antwort-rueckfrage": "Rückfrage",
        "antwort-erledigt": "Abschluss ohne Antrag",
        "weiter-rueckfrage": "Rückfrage",
        "weiter-zurueckstellen": "Zurückstellen",
        "weiter-ablehnen": "Ablehnen",
        "feld-betrag": "Betrag",
        "feld-kreis": "Kreis",
        "feld-unterschrift": "Unterschrift",
        "herkunft-antrag": "Antrag",
        "herkunft-absender": "Absender",
        "herkunft-text": "Text der Mail",
        "mehrere-kreise": "mehrere Kreise",
        "unterschrift-vorhanden": "vorhanden",
        "unterschrift-fehlt": "fehlt",
        "unterschrift-unklar": "nicht erkennbar",
        "notiert": "Notiz gespeichert.",
        "uebernommen": "Sie bearbeiten jetzt diesen Fall.",
        "fall-zurueckgeholt": "Die Entscheidung zu Fall {fall} ist zurückgeholt; der Fall ist wieder offen.",
        "zurueckgestellt": "Fall {fall} ist zurückgestellt bis {tag}.",
        "entschieden-ablegen": "Fall {fall} ist freigegeben; {minuten} Minuten lang zurückholbar.",
        "entschieden-rueckfrage": "Rückfrage zu Fall {fall} liegt im Ausgang; {minuten} Minuten lang zurückholbar.",
        "entschieden-erledigt": "Fall {fall} ist abgeschlossen; {minuten} Minuten lang zurückholbar.",
        "entschieden-zweite": "Fall {fall} wartet jetzt auf eine zweite Person.",
        "offen-betrag": "Bitte den Betrag prüfen: bestätigen oder eintragen.",
        "offen-kreis": "Bitte den Kreis prüfen: bestätigen oder zuordnen.",
        "offen-unterschrift": "Bitte die Unterschrift beurteilen.",
        "ohne-unterschrift": "Ohne Unterschrift kann nicht freigegeben werden. Bitte eine Rückfrage senden oder anders entscheiden.",
        "betrag-unlesbar": "Das ist kein eindeutiger Betrag. Bitte in der Form 1.234.567,89 eintragen.",
        "betrag-grund-fehlt": "Der Betrag weicht von der Lesung ab. Bitte angeben, warum.",
        "kreis-unbekannt": "Bitte einen der 44 Kreise auswählen.",
        "weit-vom-rahmen": "Der Betrag ist mehr als zehnmal so hoch oder so niedrig wie der Planungsrahmen. Stimmt er, bitte unten ankreuzen.",
        "bild-nicht": "Diese Seite lässt sich nicht als Bild zeigen ({grund}). Bitte das Original öffnen.",
        "bild-fehlt": "Das Dokument liegt nicht mehr im Speicher. Bitte die Administration verständigen.",
        "brief-geaendert": "Der Brief hat sich geändert, seit er gezeigt wurde. Bitte noch einmal ansehen und dann senden.",
        "tag-ungueltig": "Bitte einen künftigen Tag angeben, höchstens ein Jahr voraus.",
        "grund-auswaehlen": "Bitte einen Grund auswählen.",
    }
)
