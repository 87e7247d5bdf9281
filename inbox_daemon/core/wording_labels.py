"""The German word for a code of the machinery: states, verdicts, fields, entries of the log.

Promises: a word for each code that is shown by name; house tests compare states and entries.
Touches: nothing. Trusts: nothing. Limits: no sentences about a case; they stand in wording.py.
"""

from types import MappingProxyType
from typing import Final

STATES: Final = MappingProxyType(
    {
        "fetched": "abgeholt",
        "read": "gelesen",
        "decided": "entschieden",
        "filed": "abgelegt",
        "queried": "Rückfrage gestellt",
        "flagged": "in Prüfung",
        "noted": "zur Kenntnis genommen",
    }
)

# The folder on the mail server for each end.
FOLDERS: Final = MappingProxyType(
    {"filed": "Abgelegt", "noted": "Abgelegt", "queried": "Rückfrage", "flagged": "Prüfung"}
)

VERDICTS: Final = MappingProxyType(
    {
        "accept": "ablegen",
        "query": "Rückfrage",
        "escalate": "zur Prüfung",
        "dismiss": "zur Kenntnis",
        "file": "ablegen",
        "flag": "zur Prüfung",
        "ignore": "zur Kenntnis",
    }
)

# What a clerk reads for a field and its status, and how it was read.
FIELDS: Final = MappingProxyType(
    {"amount": "Betrag", "signature": "Unterschrift", "applicant": "Antragsteller"}
)
STATUSES: Final = MappingProxyType(
    {"read": "gelesen", "present": "vorhanden", "absent": "fehlt", "unsure": "nicht sicher"}
)
METHODS: Final = MappingProxyType(
    {
        "ocr": "Texterkennung",
        "ocr-dreimal": "Texterkennung, dreimal",
        "ink": "Bildprüfung",
        "ohne-label": "ohne gedruckte Bezeichnung gefunden",
        "tinte": "Bildprüfung",
        "zwei-netze": "Handschrift, von zwei Netzen gelesen",
    }
)

# What stands beside a page on the pictures of `inspect --annotate`.
ANNOTATIONS: Final = MappingProxyType(
    {
        "programme": "Förderprogramm",
        "guess": "Vermutung: {guess}",
        "method": "{method}, Sicherheit {percent} %",
        "elsewhere": "Stelle auf Seite {page}",
        "nowhere": "keine Stelle gefunden",
        "page": "Seite {page} von {pages}",
        "form": "Formular {form}, Fassung {version}.",
        "doubt": "Zweifel: {doubt}",
        "odd": "Auffällig: {notes}",
        "legend": "Durchgezogen: gelesen. Gestrichelt: nur angesehen.",
    }
)
DEPTHS: Final = MappingProxyType(
    {
        "formular": "Bekanntes Formular: nur seine Felder gelesen.",
        "ohne-fliesstext": "Gelesen ohne den Fließtext.",
        "ganz": "Ganz gelesen.",
        "zweimal": "Ganz gelesen, ein zweites Mal.",
    }
)
# What was odd about a file: codes of the structure of a PDF.
NOTES: Final = MappingProxyType(
    {
        "changed-after-scan": "nach dem Scannen verändert",
        "digital-signature": "elektronische Signatur",
        "encrypted": "verschlüsselt",
        "ink-annotation": "gezeichnete Anmerkung",
        "javascript": "enthält ein Programm",
        "jbig2-symbols": "Zeichen aus einer Tabelle gezeichnet (JBIG2)",
        "pasted-picture": "eingefügtes Bild",
        "repeated-picture": "dasselbe Bild mehrmals",
        "stamp-annotation": "Stempel als Anmerkung",
        "structure-unread": "Aufbau nicht geprüft",
        "text-annotation": "Text als Anmerkung",
        "too-many-objects": "zu viele Teile auf einer Seite",
        "vector-strokes": "gezeichnete Striche",
        "widget-appearance": "ausgefülltes Formularfeld",
    }
)

AUDIT_KINDS: Final = MappingProxyType(
    {
        "message.fetched": "Mail abgeholt und gesichert",
        "message.relocated": "Mail auf dem Server neu nummeriert",
        "message.moved": "Mail auf dem Server verschoben",
        "message.elsewhere": "Mail lag beim Verschieben nicht mehr an ihrem Platz",
        "message.stays": "Mail bleibt im Postfach, der Server kann sie nicht verschieben",
        "message.gone": "Mail vor dem Abholen vom Server verschwunden",
        "mailbox.abgleich": "Abgleich von Postfach und Postfachbuch: Unterschied geändert",
        "case.reading": "Lesen begonnen",
        "case.read": "Mail gelesen",
        "case.decided": "Entschieden",
        "case.filed": "Antrag abgelegt",
        "case.queried": "Rückfrage versandt",
        "case.flagged": "Zur Prüfung vorgelegt",
        "case.noted": "Zur Kenntnis genommen",
        "case.defect": "Fehler im Programm, zur Prüfung vorgelegt",
        "case.answered": "Antwort auf die Rückfrage eingegangen",
        "case.joined": "Weitere Mail zum Vorgang eingegangen",
        "letter.attempted": "Versand begonnen",
        "letter.result": "Ergebnis des Versands",
        "letter.returned": "Rückfrage kam als unzustellbar zurück",
        "letter.answered": "Automatische Antwort oder Zustellbericht zur Rückfrage",
        "letters.stopped": "Versand der Rückfragen angehalten",
        "letters.released": "Versand der Rückfragen freigegeben",
        "staff.decided": "Entscheidung der Sachbearbeitung",
        "staff.planned": "Entscheidung einer Person, noch zurückholbar oder vor der Zweitprüfung",
        "staff.seconded": "Von zweiter Person mitgezeichnet",
        "staff.differed": "Zweite Person liest einen anderen Betrag",
        "staff.returned": "Von zweiter Person zurückgegeben",
        "staff.recalled": "Entscheidung zurückgeholt",
        "staff.refused": "Entscheidung ließ sich nicht ausführen",
        "staff.saved": "Angaben zum Fall gespeichert",
        "staff.postponed": "Zurückgestellt",
        "staff.noted": "Notiz angelegt",
        "staff.sampled": "Entscheidung der Maschine nachgeprüft",
        "staff.took-over": "Bearbeitung übernommen",
        "user.added": "Person zugelassen",
        "user.changed": "Zugang einer Person geändert",
        "session.opened": "Angemeldet",
        "session.closed": "Abgemeldet",
        "session.refused": "Anmeldung abgelehnt",
        "log.repaired": "Protokolldatei nach Abbruch ergänzt",
        "log.verified": "Protokoll geprüft",
        "export.made": "Daten ausgegeben",
    }
)

# What came of it, by the outcome of an entry of the log.
AUSGAENGE: Final = MappingProxyType(
    {
        "": "",
        "accept": "ablegen",
        "query": "Rückfrage",
        "escalate": "zur Prüfung",
        "dismiss": "zur Kenntnis",
        "done": "versandt",
        "retry-later": "später noch einmal",
        "given-up": "nicht versandt",
        "unknown": "ungewiss",
        "failed": "nicht gelungen",
    }
)

# Where the chain of the log breaks: codes of core/chain.py and edges/audit.py.
CHAIN_FAULTS: Final = MappingProxyType(
    {
        "kein-json": "Eine Zeile der Protokolldatei ist nicht lesbar.",
        "nicht-kanonisch": "Eine Zeile der Protokolldatei wurde umgeschrieben.",
        "nummer": "In der Protokolldatei fehlt eine Zeile, oder die Reihenfolge stimmt nicht.",
        "pruefsumme": "Eine Zeile der Protokolldatei wurde verändert.",
        "vorgaenger": "Ein Eintrag passt nicht zu dem davor.",
        "weicht-von-datenbank-ab": "Protokolldatei und Datenbank sagen Verschiedenes.",
        "zeile-fehlt": "In der Protokolldatei fehlt das Ende.",
    }
)

# How far the machine may write letters by itself.
LEVELS: Final = MappingProxyType(
    {
        "shadow": "Schattenbetrieb, kein Schreiben geht hinaus",
        "supervised": "jedes Schreiben wartet auf eine Freigabe",
        "automatic": "Schreiben gehen von selbst hinaus",
    }
)

# What the reading child should be kept from; named where this machine does not do it.
BARS: Final = MappingProxyType(
    {
        "netz": "Trennung vom Netz",
        "dateien": "enge Sicht auf die Dateien",
        "aufrufe": "Filter der Systemaufrufe",
        "programme": "Sperre fremder Programme",
    }
)

# What kind of mail it is, and why it is called so.
MAILARTEN: Final = MappingProxyType(
    {
        "antrag": "Antrag",
        "korrektur": "Korrektur oder Ergänzung",
        "antwort": "Antwort auf unsere Rückfrage",
        "anfrage": "Anfrage",
        "verwendungsnachweis": "Verwendungsnachweis",
        "abwesenheit": "automatische Antwort, z. B. Abwesenheit",
        "ruecklaeufer": "Rückläufer",
        "werbung": "Werbung",
        "sonstiges": "Sonstiges",
    }
)
ART_GRUENDE: Final = MappingProxyType(
    {
        "formular": "enthält das Formular",
        "verweis": "antwortet auf ein Schreiben des Vorgangs",
        "fallnummer": "nennt die Fallnummer, Absender bestätigt",
        "kreis": "derselbe Kreis und dasselbe Programm",
        "keine-mail": "Datei ohne Mail",
        "nicht-gelesen": "konnte nicht gelesen werden",
        "zustellbericht": "meldet nur den Stand der Zustellung",
        "bericht": "meldet, dass ein Schreiben nicht ankam",
        "automatisch": "von einem Programm verfasst",
        "nachweis": "so überschrieben oder benannt",
        "merkmal": "vom eigenen Mailserver so gekennzeichnet",
        "angekuendigt": "kündigt einen Antrag an",
        "anlage": "Anhang ohne bekanntes Formular",
        "leer": "ohne eigenen Text",
        "nur-text": "Text ohne Anhang",
    }
)

# A letter in the conversation of its matter, by the outcome of its effect.
LETTER_OUTCOMES: Final = MappingProxyType(
    {
        "": "wartet auf den Versand",
        "done": "versandt",
        "given-up": "nicht versandt",
        "unknown": "ungewiss, ob versandt",
    }
)
# Two versions side by side.
VERSION_FIELDS: Final = MappingProxyType(
    {
        "betrag": "Betrag",
        "unterschrift": "Unterschrift",
        "kreis": "Kreis",
        "dateien": "Dateien",
        "eingang": "Eingang",
        "True": "geändert",
        "False": "gleich",
    }
)
