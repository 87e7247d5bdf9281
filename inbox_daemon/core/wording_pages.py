"""What the staff read on their pages where Python makes the sentence; the rest is in templates.

Promises: a sentence for every code by which an action is refused, on page and terminal.
Touches: nothing. Trusts: its callers for the values. Limits: what was found in a case stands in
wording.py, single words in wording_labels.py.
"""

from types import MappingProxyType
from typing import Final

from inbox_daemon.core.errors import Permanent, Refused, Stale
from inbox_daemon.core.wording import sentence
from inbox_daemon.core.wording_pruefen import PRUEFEN
from inbox_daemon.core.wording_terminal import TERMINAL
from inbox_daemon.core.wording_vorrat import VORRAT

ROLLEN: Final = MappingProxyType(
    {
        "sachbearbeitung": "Sachbearbeitung",
        "zweitpruefung": "Zweitprüfung",
        "pruefung": "Prüfung (lesen und ausgeben)",
        "leitung": "Leitung",
        "administration": "Administration",
    }
)

# Why a second person must sign.
WHY_SECOND: Final = MappingProxyType(
    {
        "betrag-hoch": "hoher Betrag",
        "betrag-geaendert": "Betrag von Hand eingetragen",
        "kreis-geaendert": "anderer Kreis als im Antrag gelesen",
        "stichprobe": "Stichprobe",
        "ablehnung": "nicht Teil des Verfahrens",
    }
)

PLAN_STATES: Final = MappingProxyType(
    {
        "zweite": "wartet auf zweite Person",
        "ausgang": "im Ausgang, noch zurückholbar",
        "ausgefuehrt": "ausgeführt",
        "zurueckgeholt": "zurückgeholt",
        "zurueckgegeben": "zurückgegeben",
        "gescheitert": "nicht ausführbar",
    }
)

ANSWERS: Final = MappingProxyType(
    {"ablegen": "Freigegeben", "rueckfrage": "Rückfrage", "erledigt": "Abgeschlossen"}
)

CLOSE_REASONS: Final = MappingProxyType(
    {
        "beantwortet": "beantwortet (Telefon oder eigene Mail)",
        "weitergeleitet": "an die zuständige Stelle weitergeleitet",
        "spam": "Werbung oder Missbrauch",
        "irrlaeufer": "Irrläufer, gehört nicht hierher",
        "doppel": "Doppel eines anderen Falls",
        "zurueckgezogen": "vom Kreis zurückgezogen",
    }
)

AMOUNT_REASONS: Final = MappingProxyType(
    {
        "lesefehler": "Lesefehler der Maschine",
        "antrag-unklar": "Antrag unklar geschrieben",
        "telefonisch": "telefonisch geklärt",
    }
)

# What the machine got wrong in a case that was looked at again.
SAMPLE_FAULTS: Final = MappingProxyType(
    {
        "betrag-falsch": "Betrag falsch",
        "unterschrift-falsch": "keine Unterschrift",
        "kreis-falsch": "Kreis falsch",
    }
)

# How somebody signed in.
ANMELDEWEGE: Final = MappingProxyType(
    {
        "kennwort": "mit Kennwort",
        "proxy": "über das Haus",
        "oidc": "über den Anmeldedienst",
        "demo": "zur Vorführung",
    }
)

# Why an action is refused; also what is told after one.
PAGES: Final = MappingProxyType(
    {
        **PRUEFEN,
        **VORRAT,
        "veraltet": "Der Fall hat sich inzwischen geändert. Es wurde nichts überschrieben; bitte den neuen Stand ansehen.",
        "bei-anderer-person": "Diesen Fall bearbeitet gerade {person}.",
        "zweite-person-ist-erste": "Erste und zweite Person müssen verschieden sein. Bitte eine andere Person mitzeichnen lassen.",
        "nicht-eigene-entscheidung": "Zurückholen kann nur, wer entschieden oder mitgezeichnet hat.",
        "notiz-fehlt": "Bitte eine Notiz eintragen.",
        "fall-unbekannt": "Diesen Fall gibt es nicht.",
        "seite-unbekannt": "Diese Seite gibt es nicht.",
        "kein-zugang": "Für diese Seite fehlt Ihnen die Berechtigung ({rollen}).",
        "keine-anmeldung": "Bitte anmelden.",
        "formular-ungueltig": "Das Formular ist nicht mehr gültig oder kam von einer fremden Seite. Bitte die Seite neu aufrufen und noch einmal absenden.",
        "anfrage-ungueltig": "Die Anfrage ist nicht zu verstehen.",
        "anfrage-zu-gross": "Die Anfrage ist zu groß.",
        "stoerung": "Es ist ein Fehler aufgetreten; er ist protokolliert. Bitte die Administration verständigen.",
        "voruebergehend": "Das geht gerade nicht. Bitte in einer Minute noch einmal versuchen.",
        "anmeldung-falsch": "Name oder Kennwort stimmen nicht.",
        "anmeldung-warten": "Zu viele Versuche. Bitte {wait_s} Sekunden warten und dann noch einmal anmelden.",
        "proxy-ungueltig": "Der vorgeschaltete Server nennt keinen gültigen Namen. Bitte die Administration verständigen.",
        "nicht-zugelassen": "Für diesen Namen ist hier kein Zugang eingerichtet. Bitte an die Administration wenden.",
        "oidc-weg": "Der Anmeldedienst des Hauses antwortet nicht. Bitte später noch einmal versuchen oder ein örtliches Konto verwenden.",
        "oidc-abgelehnt": "Die Anmeldung beim Anmeldedienst ließ sich nicht bestätigen. Bitte noch einmal beginnen.",
        "demo-verbraucht": "Diese Adresse ist schon verwendet. Name und Kennwort der Vorführung stehen auf dem Terminal.",
        "kennwort-kurz": "Das neue Kennwort braucht mindestens {shortest} Zeichen. Mehrere Wörter sind gut; Ziffern und Sonderzeichen sind nicht nötig.",
        "kennwort-lang": "Das neue Kennwort darf höchstens {longest} Zeichen haben.",
        "kennwort-leicht": "Dieses Kennwort ist zu leicht zu erraten. Gut sind vier oder mehr Wörter, die nichts miteinander zu tun haben.",
        "kennwort-zeichen": "Das neue Kennwort enthält ein Zeichen, das sich nicht eintippen lässt.",
        "kennwort-ungleich": "Die beiden neuen Kennwörter sind nicht gleich.",
        "kennwort-falsch": "Das bisherige Kennwort stimmt nicht.",
        "kennwort-ohne": "Dieses Konto hat kein Kennwort; angemeldet wird über das Haus.",
        "kennwort-geaendert": "Das Kennwort ist geändert. Alle anderen Sitzungen sind beendet.",
        "abgemeldet": "Sie sind abgemeldet.",
        "gespeichert": "Gespeichert.",
        "stichprobe-richtig": "{fall}: stimmt mit der Maschine überein.",
        "stichprobe-falsch": "{fall}: weicht von der Maschine ab ({fehler}). Der Fall steht jetzt oben in der Liste; bitte die Leitung verständigen.",
        "betrag-unleserlich": "Diesen Betrag versteht das Programm nicht. Bitte wie 12.345,67 eingeben.",
        "angaben-fehlen": "Bitte alle drei Fragen beantworten.",
        "akte.protokoll": "Protokoll zu Fall {fall} (Zeit in Stuttgart | Nummer in der Kette | Ereignis | Ausgang | Grund | wer | Prüfsumme)",
        "akte.nummer": "Nr. {nummer}",
        "akte.system": "System",
        "akte.kette": "Jede Prüfsumme schließt die des vorigen Eintrags der Kette ein; Protokoll.jsonl enthält dieselben Einträge für Programme.",
        "nav.vorrat": "Arbeitsvorrat",
        "nav.zweitpruefung": "Zweitprüfung",
        "nav.uebersicht": "Übersicht",
        "nav.postausgang": "Postausgang",
        "nav.protokoll": "Protokoll",
        "nav.regeln": "Regeln",
        "protokoll.titel": "Protokoll",
        "protokoll.zeit": "Zeit (Stuttgart)",
        "protokoll.nummer": "Nr.",
        "protokoll.fall": "Fall",
        "protokoll.ereignis": "Ereignis",
        "protokoll.ausgang": "Ausgang",
        "protokoll.grund": "Grund",
        "protokoll.wer": "Wer",
        "protokoll.pruefsumme": "Prüfsumme",
        "protokoll.ganz": "Das Protokoll ist lückenlos: {eintraege} Einträge, Datei und Datenbank stimmen überein (Kopf {kopf}).",
        "protokoll.bruch": "Das Protokoll ist NICHT in Ordnung: Die Kette bricht bei Zeile {zeile}. Bitte sofort die Administration verständigen.",
        "regeln.ags": "AGS",
        "regeln.kreis": "Kreis",
        "regeln.einwohner": "Einwohner",
        "regeln.domains": "Domains",
        "regeln.rahmen": "Planungsrahmen (EUR)",
        "druck-gescheitert": "Die Entscheidung ließ sich nicht als PDF drucken, deshalb wurde kein Bündel ausgegeben. Bitte noch einmal versuchen und, wenn es dabei bleibt, die Administration verständigen (Pakete libpango-1.0-0, libpangoft2-1.0-0, fonts-liberation, fonts-dejavu-core).",
        "zu-viele-zeilen": "Für eine XLSX-Datei sind das zu viele Zeilen (höchstens {most}). Bitte den Zeitraum eingrenzen oder CSV nehmen.",
        "grund-fehlt": "Bitte einen Grund eintragen.",
        "postausgang.zurueckgeholt": "Die Entscheidung zu Fall {fall} ist zurückgeholt; der Fall ist wieder offen.",
        "postausgang.angehalten": "Der Versand ist angehalten. Ab jetzt beginnt kein Schreiben mehr, das Haus zu verlassen.",
        "postausgang.laeuft": "Der Versand läuft wieder.",
        "postausgang.fall": "Fall",
        "postausgang.kreis": "Kreis",
        "postausgang.empfaenger": "Empfänger",
        "postausgang.betreff": "Betreff",
        "postausgang.entschieden": "Entschieden",
        "postausgang.stand": "Stand",
        "postausgang.versuche": "Versuche",
        "postausgang.zurueck": "als unzustellbar zurückgekommen",
        "zweit.gezeichnet": "Fall {fall} mitgezeichnet. Die Entscheidung wird ab {ab} Uhr ausgeführt und ist bis dahin zurückholbar.",
        "zweit.zurueckgegeben": "Fall {fall} zurückgegeben. Er steht mit Ihrer Notiz wieder im Arbeitsvorrat.",
        "zweit.zurueckgeholt": "Fall {fall} zurückgeholt. Er steht wieder im Arbeitsvorrat und wird neu entschieden.",
        "zweit.notiz": "Sie haben eine Notiz zum Zurückgeben eingetragen. Bitte zurückgeben oder die Notiz löschen; es wurde nichts gezeichnet.",
        "zweit.erst-betrag": "Bitte zuerst den Betrag eintragen, den Sie auf dem Antrag lesen.",
        "zweit.abweichend": "Die Beträge weichen voneinander ab. Es wurde nichts gezeichnet.",
        "zweit.rahmen": "Der Betrag liegt über dem Planungsrahmen dieses Kreises.",
        "zweit.offen": "wartet auf Zweitprüfung",
        "zweit.verdeckt": "verdeckt",
        "zweit.titel": "Zweitprüfung",
        "zweit.fall": "Fall",
        "zweit.kreis": "Kreis",
        "zweit.entscheidung": "Entscheidung",
        "zweit.betrag": "Betrag (EUR)",
        "zweit.gruende": "Warum zwei Personen",
        "zweit.erste": "Erste Person",
        "zweit.am": "Entschieden am",
        "uebersicht.titel": "Übersicht",
        "uebersicht.kreis": "Kreis",
        "uebersicht.ags": "AGS",
        "uebersicht.stand": "Stand",
        "uebersicht.pruefung": "in Prüfung",
        "uebersicht.rueckfrage": "Rückfrage offen",
        "uebersicht.betrag": "Abgelegt (EUR)",
        "uebersicht.rahmen": "Planungsrahmen (EUR)",
        "uebersicht.rest": "Rest (EUR)",
        "uebersicht.fall": "Fall",
        "queue.second": "Für diesen Kreis ist schon ein Antrag abgelegt (Fall {fall}). Bitte angeben, ob dieser ihn ersetzt.",
        "queue.missing": "Betrag oder Kreis fehlen. Bitte eintragen.",
        "queue.points": "Bitte mindestens einen Punkt auswählen.",
        "queue.planned": "Über diesen Fall hat {by} schon entschieden; die Entscheidung ist noch auf dem Weg.",
    }
)


def absage(error: Permanent) -> str:
    """The sentence for a person whose action was refused."""
    match error:
        case Refused():
            template = PAGES.get(error.code) or TERMINAL.get(error.code) or sentence(error.code)
            return template.format(**error.values)
        case Stale():
            return PAGES["veraltet"]
        case _:
            return str(error)
