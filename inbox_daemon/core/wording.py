"""What a case tells the clerk who opens it, by code: what was found, and what to do next.

Promises: each code that a check or a reader can give has a sentence; house tests compare.
Touches: nothing. Trusts: nothing; a code without a sentence is shown as it is, never hidden.
Limits: letters stand in wording_letter.py, single words in wording_labels.py, the command line in
wording_terminal.py. German stands in these four, in the rules and in templates, nowhere else.
"""

from collections.abc import Iterable
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from inbox_daemon.core.betrag import german

# Code of a finding → the sentence; {names} are the finding's values.
FINDINGS: Final = MappingProxyType(
    {
        "absender-aehnlich": "Die Absenderdomain {domain} sieht aus wie {aehnlich}, steht aber nicht in der Liste der Kreise. Sie kann gefälscht sein. Bitte nicht auf die Mail antworten, sondern beim Kreis unter einer bekannten Rufnummer nachfragen.",
        "absender-anzeigename": "Der angezeigte Absendername ({name}) passt nicht zur Adresse, von der die Mail kommt ({domain}). Bitte klären, wer geschrieben hat.",
        "absender-bestaetigt": "Die Mail kommt nachweislich aus der Verwaltung des Kreises ({ags}). Antrag: {antrag}; Absender: {absender}; Text: {text}.",
        "absender-text": "Text oder Signatur der Mail nennen einen anderen Kreis ({text}) als Absender ({absender}) und Antrag ({antrag}). Bitte klären.",
        "absender-unbekannt": "Die Absenderadresse gehört zu keinem der 44 Kreise (Antrag: {antrag}; Text: {text}). Bitte klären, wer geschrieben hat.",
        "absender-unbewiesen": "Die Absenderadresse gehört zum Kreis {ags}; bewiesen ist sie nicht, für die Ablage genügt das nach den Regeln des Programms.",
        "absender-unbestaetigt": "Die Absenderadresse gehört zu einem Kreis, der Nachweis der Echtheit fehlt aber. Bitte beim Kreis nachfragen.",
        "absender-widerlegt": "Die Absenderangabe ist widersprüchlich und kann gefälscht sein. Bitte nicht auf die Mail antworten, sondern beim Kreis unter einer bekannten Rufnummer nachfragen.",
        "absender-widerspruch": "Der Absender gehört zu einem anderen Kreis ({ags}, {absender}), als im Antrag steht ({antrag}; Text: {text}). Bitte klären.",
        "anfrage": "Die Mail enthält keinen Antrag; vermutlich eine Anfrage. Bitte beantworten.",
        "anhang-fehlt": "Die Mail kündigt einen Antrag an, der Anhang fehlt.",
        "anlage-nicht-lesbar": "Ein Anhang konnte nicht gelesen werden ({grund}). Bitte das Original ansehen.",
        "antwort-an-automaten": "Es wurde keine Rückfrage versandt: Die Mail wurde offenbar automatisch versandt.",
        "antwort-an-fremde": "Es wurde keine Rückfrage versandt: Absender oder Antwortadresse gehören nicht zu einem Kreis.",
        "antwort-nach-frist": "Es wurde keine Rückfrage versandt: Die Antragsfrist ist abgelaufen oder der Eingang ungeklärt.",
        "antwort-unbestaetigt": "Es wurde keine Rückfrage versandt: Die Echtheit des Absenders ist nicht bestätigt.",
        "antwort-anderer-vorgang": "Die Mail antwortet auf unsere Rückfrage zu einem anderen Vorgang (Fall {fall}). Bitte klären, wozu sie gehört.",
        "antwort-auf-rueckfrage": "Antwort auf unsere Rückfrage zu Fall {fall}; gehört zu demselben Vorgang.",
        "antwort-unbewiesen": "Zu diesem Kreis ist eine Rückfrage offen (Fall {fall}); dass diese Antwort vom Kreis kommt, ist nicht bestätigt. Bitte beim Kreis nachfragen.",
        "antwort-angehalten": "Es wurde keine Rückfrage versandt: Der Versand ist angehalten. Bitte selbst schreiben oder die Administration fragen.",
        "antwort-freigabe": "Eine Rückfrage liegt zur Freigabe bereit. Bitte den Entwurf prüfen und absenden.",
        "antwort-schatten": "Es wurde keine Rückfrage versandt: Schattenbetrieb, kein Schreiben geht hinaus. Der Entwurf zeigt, was die Maschine geschrieben hätte.",
        "antwort-kreis-zu-oft": "Es wurde keine Rückfrage versandt: An diesen Kreis gingen heute schon mehrere Schreiben.",
        "antwort-schon-gefragt": "Es wurde keine Rückfrage versandt: Dasselbe wurde diesen Kreis zu denselben Unterlagen schon gefragt.",
        "antwort-steht-aus": "Es wurde keine Rückfrage versandt: In dieser Sache wurde dieser Kreis schon gefragt. Bitte anrufen oder selbst schreiben.",
        "antwort-stundengrenze": "Es wurde keine Rückfrage versandt: In dieser Stunde gingen ungewöhnlich viele Schreiben hinaus. Der Versand ist angehalten; bitte die Administration verständigen.",
        "antwort-unzustellbar": "Die Rückfrage kam als unzustellbar zurück (Fall {fall}). Bitte die Anschrift prüfen und selbst schreiben.",
        "antwort-unerwuenscht": "Es wurde keine Rückfrage versandt: Die Mail verbittet sich automatische Antworten (X-Auto-Response-Suppress). Bitte selbst schreiben.",
        "antwort-zu-oft": "Es wurde keine Rückfrage versandt: An diese Adresse gingen heute schon mehrere Schreiben.",
        "ablage": "Unter dieser Fallnummer liegt schon ein anderer Vorgang. Bitte die Administration verständigen.",
        "ablage-nicht-moeglich": "Der Antrag lässt sich seit einem Tag nicht ablegen, Störung am Server. Bitte die Administration verständigen und danach erneut ablegen.",
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
        "kreis-erkannt": "Antragsteller ist der Kreis {ags}. Antrag: {antrag}; Absender: {absender}; Text: {text}.",
        "kreis-mehrdeutig": "Der Name des Antragstellers passt auf mehrere Kreise (Absender: {absender}; Text: {text}). Bitte zuordnen.",
        "kreis-unklar": "Der Antragsteller ist keinem der 44 Kreise sicher zuzuordnen (Absender: {absender}; Text: {text}). Bitte zuordnen.",
        "lesbar": "Alle Anhänge wurden gelesen.",
        "lesung-gescheitert": "Die Mail konnte nicht gelesen werden ({grund}). Bitte das Original ansehen.",
        "mail-auffaellig": "Die Mail ist ungewöhnlich aufgebaut ({grund}). Bitte das Original ansehen.",
        "gehoert-zum-vorgang": "Gehört zu demselben Vorgang wie Fall {fall}.",
        "mehrere-rueckfragen": "Zu diesem Kreis sind mehrere Rückfragen offen (beantwortet: Fall {fall}). Bitte gemeinsam entscheiden.",
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
        "anzeige-spaeter": "im Augenblick nicht möglich",
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
        "kein-kreis": "kein Kreis genannt",
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
        "lese-verboten": "griff beim Lesen nach Netz oder Programmen, vermutlich Schadcode",
        "lese-unverstaendlich": "Leser gab Unverständliches zurück",
        "lese-zeit": "Zeit überschritten",
        "lesefehler": "Fehler beim Lesen",
        "mail-zu-tief": "Mails zu tief verschachtelt",
        "mehrere-betraege": "mehrere Beträge",
        "mehrere-bloecke": "mehrere Unterschriftsfelder",
        "mehrere-kreise": "mehrere Kreise",
        "mehrere-programme": "mehrere Programme",
        "null-betrag": "Betrag ist null",
        "nicht-abrufbar": "liegt auf dem Server, lässt sich aber nicht abholen",
        "nur-einmal-gelesen": "nur einmal gelesen",
        "nur-getippt": "nur getippter Name",
        "ocr-absturz": "Texterkennung abgestürzt",
        "ocr-bereit": "Texterkennung bereit",
        "ocr-sprache": "Texterkennung ohne deutsche Sprachdaten",
        "ocr-stumm": "Texterkennung ohne Ergebnis",
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
        "seite-fehlt": "diese Seite gibt es nicht",
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
