"""Every German sentence that staff see, by code: what was found, and what to do next.

Promises: each code that a check or a reader can give has a sentence; house tests compare.
Touches: nothing. Trusts: nothing; a code without a sentence is shown as it is, never hidden.
Limits: letters to the Kreise are templates beside the rules, their questions stand in BITTEN.
"""

from collections.abc import Iterable
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from inbox_daemon.core.betrag import german

# Code of a finding → the sentence; {names} are the finding's values.
FINDINGS: Final = MappingProxyType(
    {
        "absender-bestaetigt": "Die Mail kommt nachweislich aus der Verwaltung des Kreises ({ags}).",
        "absender-unbekannt": "Die Absenderadresse gehört zu keinem der 44 Kreise. Bitte klären, wer geschrieben hat.",
        "absender-unbestaetigt": "Die Absenderadresse gehört zu einem Kreis, der Nachweis der Echtheit fehlt aber. Bitte beim Kreis nachfragen.",
        "absender-widerlegt": "Die Absenderangabe ist widersprüchlich und kann gefälscht sein. Bitte nicht auf die Mail antworten, sondern beim Kreis unter einer bekannten Rufnummer nachfragen.",
        "absender-widerspruch": "Der Absender gehört zu einem anderen Kreis ({ags}), als im Antrag steht. Bitte klären.",
        "anfrage": "Die Mail enthält keinen Antrag; vermutlich eine Anfrage. Bitte beantworten.",
        "anhang-fehlt": "Die Mail kündigt einen Antrag an, der Anhang fehlt.",
        "anlage-nicht-lesbar": "Ein Anhang konnte nicht gelesen werden ({grund}). Bitte das Original ansehen.",
        "antwort-an-automaten": "Es wurde keine Rückfrage versandt: Die Mail wurde offenbar automatisch versandt.",
        "antwort-an-fremde": "Es wurde keine Rückfrage versandt: Absender oder Antwortadresse gehören nicht zu einem Kreis.",
        "antwort-nach-frist": "Es wurde keine Rückfrage versandt: Die Antragsfrist ist abgelaufen oder der Eingang ungeklärt.",
        "antwort-unbestaetigt": "Es wurde keine Rückfrage versandt: Die Echtheit des Absenders ist nicht bestätigt.",
        "antwort-angehalten": "Es wurde keine Rückfrage versandt: Der Versand ist angehalten. Bitte selbst schreiben oder die Administration fragen.",
        "antwort-kreis-zu-oft": "Es wurde keine Rückfrage versandt: An diesen Kreis gingen heute schon mehrere Schreiben.",
        "antwort-schon-gefragt": "Es wurde keine Rückfrage versandt: Dasselbe wurde diesen Kreis zu denselben Unterlagen schon gefragt.",
        "antwort-stundengrenze": "Es wurde keine Rückfrage versandt: In dieser Stunde gingen ungewöhnlich viele Schreiben hinaus. Der Versand ist angehalten; bitte die Administration verständigen.",
        "antwort-unzustellbar": "Die Rückfrage kam als unzustellbar zurück (Fall {fall}). Bitte die Anschrift prüfen und selbst schreiben.",
        "antwort-zu-oft": "Es wurde keine Rückfrage versandt: An diese Adresse gingen heute schon mehrere Schreiben.",
        "ablage": "Unter dieser Fallnummer liegt schon ein anderer Vorgang. Bitte die Administration verständigen.",
        "anlage-an-automatik": "Automatische Mail mit einer Textdatei im Anhang. Bitte ansehen.",
        "archiv": "Der Anhang ist ein Archiv (z. B. ZIP); es wird nicht automatisch ausgepackt.",
        "automatische-mail": "Automatische Mail (z. B. Abwesenheitsnotiz) ohne Antrag; nichts zu tun.",
        "beilage-unklar": "Ein weiterer Anhang könnte zum Antrag gehören oder selbst ein Antrag sein. Bitte ansehen.",
        "betrag-fehlt": "Das Feld für den beantragten Betrag ist leer.",
        "betrag-gelesen": "Beantragt sind {betrag} Euro.",
        "betrag-unklar": "Der beantragte Betrag ist nicht sicher zu lesen ({grund}). Bitte eintragen.",
        "datei-auffaellig": "Eine Unterschrift ist zu sehen, die Datei ist aber kein unveränderter Scan. Bitte prüfen, ob von Hand unterschrieben wurde.",
        "defekt": "Im Programm ist ein Fehler aufgetreten. Bitte das Original ansehen und die Administration verständigen.",
        "datei-veraendert": "Die Datei ist kein unveränderter Scan; was zu fehlen scheint, bitte am Original prüfen.",
        "dateiart": "Der Antrag kam als Textdatei (z. B. Word) statt als unterschriebener Scan.",
        "doppelt": "Dieselbe Mail liegt schon vor (Fall {fall}); nichts zu tun.",
        "eindeutigkeit": "Der Vorgang widerspricht einem schon gespeicherten. Bitte die Administration verständigen.",
        "ersatznachricht": "Exchange lieferte statt der Mail nur einen Hinweis, dass sie nicht abrufbar ist. Bitte das Original in Outlook ansehen.",
        "ersetzen": "Der Antrag, der ersetzt werden soll, ist nicht (mehr) gültig.",
        "fall-unbekannt": "Diesen Fall gibt es nicht.",
        "fall-ungelesen": "Der Fall ist noch nicht gelesen.",
        "frist-gewahrt": "Eingegangen am {eingang}, innerhalb der Frist.",
        "frist-versaeumt": "Eingegangen am {eingang}, {verspaetung} nach Ablauf der Frist ({frist}). Bitte entscheiden.",
        "im-planungsrahmen": "Der Betrag ({betrag} Euro) liegt im Planungsrahmen ({rahmen} Euro).",
        "keine-mail": "Es wurde nur eine Datei geprüft, keine Mail.",
        "kreis-erkannt": "Antragsteller ist der Kreis {ags}.",
        "kreis-mehrdeutig": "Der Name des Antragstellers passt auf mehrere Kreise. Bitte zuordnen.",
        "kreis-unklar": "Der Antragsteller ist keinem der 44 Kreise sicher zuzuordnen. Bitte zuordnen.",
        "lesbar": "Alle Anhänge wurden gelesen.",
        "lesung-gescheitert": "Die Mail konnte nicht gelesen werden ({grund}). Bitte das Original ansehen.",
        "mail-auffaellig": "Die Mail ist ungewöhnlich aufgebaut ({grund}). Bitte das Original ansehen.",
        "mehrere-antraege": "Die Mail enthält {anzahl} Anträge. Bitte einzeln bearbeiten.",
        "offener-vorgang": "Für diesen Kreis ist noch ein Fall offen ({fall}). Bitte gemeinsam entscheiden.",
        "planungsrahmen-fehlt": "Für diesen Kreis ist kein Planungsrahmen hinterlegt.",
        "programm-erkannt": "Das Formular gehört zum Förderprogramm.",
        "programm-unklar": "Das Formular ist nicht als Antrag eines bekannten Förderprogramms zu erkennen.",
        "pruefung-gescheitert": "Eine Prüfung ist wegen eines Programmfehlers abgebrochen ({pruefung}). Bitte das Original ansehen und die Administration verständigen.",
        "rueckfrage-veraltet": "Die Rückfrage wurde nicht mehr versandt: Sie wartete zu lange. Bitte selbst schreiben.",
        "ruecklaeufer": "Rückläufer zu einer Rückfrage; ihr Fall {fall} wird wieder vorgelegt.",
        "rueckfrage-ueberholt": "Die Rückfrage wurde nicht mehr versandt: Inzwischen liegt ein Antrag des Kreises vor.",
        "sachbearbeitung": "Die Sachbearbeitung hat entschieden.",
        "spool": "Die gespeicherte Mail ist nicht mehr vollständig. Bitte sofort die Administration verständigen.",
        "ueber-planungsrahmen": "Der Betrag ({betrag} Euro) liegt über dem Planungsrahmen ({rahmen} Euro). Bitte entscheiden.",
        "unbekannte-datei": "Der Anhang hat eine unbekannte Dateiart. Bitte ansehen.",
        "unterschrieben": "Eine handschriftliche Unterschrift ist zu sehen.",
        "unterschrift-fehlt": "Im Unterschriftsfeld ist keine handschriftliche Unterschrift zu sehen ({grund}).",
        "unterschrift-unklar": "Ob handschriftlich unterschrieben ist, ist nicht sicher ({grund}). Bitte ansehen.",
        "unvollstaendig": "Nicht alle Angaben des Antrags sind festgestellt. Bitte ergänzen.",
        "unzustellbar": "Rückläufer oder Zustellbericht. Bitte prüfen, welches Schreiben nicht ankam.",
        "versand-gescheitert": "Die Rückfrage konnte nicht versandt werden. Bitte selbst schreiben.",
        "versand-unklar": "Ob die Rückfrage angekommen ist, ist ungewiss; sie wird nicht wiederholt. Bitte nachsehen.",
        "verschluesselt": "Die PDF-Datei ist mit einem Kennwort geschützt.",
        "verschluesselte-mail": "Die Mail oder ihr Anhang ist verschlüsselt. Bitte das Original ansehen.",
        "zustand": "Der Fall ist in einem anderen Zustand als erwartet. Bitte den Fall neu aufrufen.",
        "zweiter-antrag": "Für diesen Kreis ist schon ein Antrag abgelegt (Fall {fall}). Bitte entscheiden.",
    }
)

# Why a reading is absent or cannot be told: the machine's code → what a clerk understands.
READINGS: Final = MappingProxyType(
    {
        "absender-unklar": "Absender nicht eindeutig",
        "anderes-formular": "anderes Schreiben",
        "aufbau-unlesbar": "Aufbau der Mail nicht lesbar",
        "base64": "Anhang beschädigt kodiert",
        "bild-beschaedigt": "Bild beschädigt",
        "bild-zu-klein": "Bild zu klein",
        "block-abgeschnitten": "Unterschriftsfeld abgeschnitten",
        "datei-fehlt": "Datei nicht gefunden",
        "dreimal-abgebrochen": "Lesen dreimal abgebrochen",
        "exchange-ersatznachricht": "Ersatznachricht von Exchange",
        "feld-leer": "Feld ist leer",
        "feld-nicht-gefunden": "Feld nicht gefunden",
        "handschrift": "von Hand geschrieben",
        "kein-dokument": "kein Dokument",
        "kein-papierscan": "kein Scan von Papier",
        "kein-pdf": "keine PDF-Datei",
        "kodierung": "Kodierung fehlerhaft",
        "kopf-defekt": "Kopfzeilen fehlerhaft",
        "kopf-doppelt": "Kopfzeilen doppelt",
        "kopf-zu-gross": "Kopfzeilen zu groß",
        "kreuz": "Kreuz statt Unterschrift",
        "leer": "leere Datei",
        "lese-nicht-moeglich": "seit einem Tag nicht lesbar, Störung am Server",
        "lese-absturz": "Lesen abgestürzt",
        "lese-speicher": "zu wenig Speicher",
        "lese-unverstaendlich": "Leser gab Unverständliches zurück",
        "lese-zeit": "Zeit überschritten",
        "lesefehler": "Fehler beim Lesen",
        "mail-zu-tief": "Mails zu tief verschachtelt",
        "mehrere-betraege": "mehrere Beträge",
        "mehrere-bloecke": "mehrere Unterschriftsfelder",
        "mehrere-programme": "mehrere Programme",
        "null-betrag": "Betrag ist null",
        "nicht-abrufbar": "liegt auf dem Server, lässt sich aber nicht abholen",
        "nur-einmal-gelesen": "nur einmal gelesen",
        "nur-getippt": "nur getippter Name",
        "ocr-absturz": "Texterkennung abgestürzt",
        "ocr-fehlt": "Texterkennung fehlt",
        "ocr-zeit": "Texterkennung zu langsam",
        "ordner": "ein Ordner, keine Datei",
        "ort-datum-hand": "Ort und Datum von Hand in derselben Zeile",
        "pdf-beschaedigt": "PDF beschädigt",
        "pdf-verschluesselt": "PDF mit Kennwort",
        "programm-nicht-erkannt": "Programm nicht erkannt",
        "schreibweise": "Schreibweise mehrdeutig",
        "schriftart-oder-stift": "Schriftart oder Stift",
        "seiten-ausgelassen": "nicht alle Seiten gelesen",
        "speicher": "zu wenig Speicher",
        "stempel": "Stempel im Feld",
        "teil-grenze": "Teile der Mail nicht abgegrenzt",
        "teil-unlesbar": "Teil der Mail nicht lesbar",
        "teilnachricht": "nur ein Teil der Mail",
        "tnef": "Outlook-Format (winmail.dat)",
        "unbekannte-dateiart": "unbekannte Dateiart",
        "unscharf": "Scan unscharf",
        "uuencode-im-text": "Anhang im Text versteckt",
        "verrauscht": "Scan verrauscht",
        "wenig-tinte": "wenig Tinte",
        "widerspruch": "Lesungen widersprechen sich",
        "zeit": "Zeit überschritten",
        "zu-blass": "Scan zu blass",
        "zu-dunkel": "Scan zu dunkel",
        "zu-grob": "Scan zu grob (Auflösung)",
        "zu-gross": "zu groß",
        "zu-tief": "zu tief verschachtelt",
        "zu-viele-anlagen": "zu viele Anlagen",
        "zu-viele-anhaenge": "zu viele Anhänge",
        "zu-viele-seiten": "zu viele Seiten",
        "zu-viele-teile": "zu viele Teile",
    }
)

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

BETREFF: Final = "Rückfrage zu Ihrem Antrag – {titel} ({fall})"

# One line of systemctl status, and what the command line prints around its results.
TERMINAL: Final = MappingProxyType(
    {
        "poll.done": "letzter Abruf {hour}, {flagged} in Prüfung",
        "poll.failed": "Abruf gescheitert ({code})",
        "status.abgleich": "Abgleich {at}: {server} auf dem Server, {known} im Postfachbuch; nicht im Buch: {missing}, nicht auf dem Server: {surplus}, neu: {fresh}",
        "status.ordner": "  {name}: {server} auf dem Server, {known} von uns verschoben",
        "status.kein-abgleich": "Abgleich: noch keiner",
        "status.anmeldung": "Anmeldung am Postfach abgelehnt: {count} mal, zuletzt {at}",
        "status.gesperrt": "Kein weiterer Versuch bis zum Neustart oder einem anderen Kennwort.",
        "queue.count": "In Prüfung: {count}",
        "queue.decided": "{fall}: entschieden; wird beim nächsten Abruf ausgeführt.",
        "queue.done": "{fall}: {state}.",
        "queue.unknown": "Den Fall {fall} gibt es nicht.",
        "queue.closed": "{fall} ist nicht in Prüfung, sondern {state}.",
        "queue.second": "Für diesen Kreis ist schon ein Antrag abgelegt (Fall {fall}). Soll dieser ihn ersetzen: --ersetzt {fall}",
        "queue.several": "Die Mail enthält {anzahl} Anträge. Bitte den Kreis um getrennte Mails bitten.",
        "queue.missing": "Betrag oder Kreis sind nicht sicher gelesen. Bitte --betrag und --ags angeben.",
        "queue.points": "Bitte mindestens einen Punkt angeben: {points}",
        "queue.contradicted": "Dieser Punkt widerspricht dem, was gelesen wurde: {point}",
        "queue.replaces": "--ersetzt gehört nur zu ablegen.",
        "queue.asked": "Zu {fall} ging schon eine Rückfrage hinaus, oder es ist ungewiss. Eine zweite schreibt die Maschine nicht; bitte selbst schreiben.",
        "queue.stopped": "{fall}: entschieden. Die Rückfrage geht erst hinaus, wenn der Versand freigegeben ist (letters go).",
        "letters.go": "Versand der Rückfragen: läuft",
        "letters.stopped": "Versand der Rückfragen: angehalten seit {at} durch {by}",
        "letters.why": "  Grund: {why}",
        "letters.counts": "  in dieser Stunde: {hour} von {budget}; es warten: {waiting}",
        "letters.waits": "  {fall}  {recipient}",
        "show.returned": "Rückläufer:  {text}",
        "show.answered": "Automatische Antwort: {text}",
        "show.kreis": "Kreis:       {text}",
        "show.betrag": "Betrag:      {text}",
        "show.absender": "Absender:    {text}",
        "show.betreff": "Betreff:     {text}",
        "show.anhang": "Anhang:      {text}",
        "show.original": "Original:    {text}",
        "show.gefragt": "Gefragt nach: {text}",
        "show.author": "Entschieden von {by}: {why}",
        "rules.frist": "Eingang bis zum Ablauf des {day}",
        "rules.checks": "Prüfungen: {checks}",
        "rules.rahmen": "Planungsrahmen, {source}:",
        "rules.estimate": "geschätzt, nicht amtlich",
        "rules.official": "amtlich",
    }
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
        "letter.attempted": "Versand begonnen",
        "letter.result": "Ergebnis des Versands",
        "letter.returned": "Rückfrage kam als unzustellbar zurück",
        "letter.answered": "Automatische Antwort oder Zustellbericht zur Rückfrage",
        "letters.stopped": "Versand der Rückfragen angehalten",
        "letters.released": "Versand der Rückfragen freigegeben",
        "staff.decided": "Entscheidung der Sachbearbeitung",
        "log.repaired": "Protokolldatei nach Abbruch ergänzt",
    }
)


def sentence(code: str, values: Iterable[tuple[str, str]] = ()) -> str:
    """The sentence of a finding with its values; an unknown code is shown as it is."""
    template = FINDINGS.get(code)
    if template is None:
        return reading(code)
    shown = {name: _shown(name, value) for name, value in values}
    return template.format_map(_Dashes(shown))


class _Dashes(dict[str, str]):
    """A value that is not known is shown as a dash, never as a brace."""

    def __missing__(self, _name: str) -> str:
        return "–"


def _shown(name: str, value: str) -> str:
    if name in {"betrag", "rahmen"}:
        try:
            return german(Decimal(value)).removesuffix(" Euro")
        except ArithmeticError:
            return value
    return READINGS.get(value, value)


def reading(code: str) -> str:
    """The words for why a reading is absent or cannot be told."""
    return READINGS.get(code, code)


def bitte(code: str, *, page: int | None) -> str:
    """The point of a letter for this code; `page` from 1 where the place is known."""
    return BITTEN[code].format(stelle=f" auf Seite {page}" if page else "")
