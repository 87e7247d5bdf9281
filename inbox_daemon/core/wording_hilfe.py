"""The help inside the program: what to do about each reason, what each check, state and key is.

Promises: every code of a finding is in exactly one group, every check, state, role and key has its
words; house tests compare. Touches: nothing. Trusts: nothing.
Limits: what a finding says stands in wording.py; here stands what a person does about it.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Rat:
    """What to do about each of these reasons, in the order in which one does it."""

    titel: str
    codes: tuple[str, ...]
    schritte: tuple[str, ...]


RAETE: Final = (
    Rat(
        titel="Der Betrag ist unsicher oder fehlt",
        codes=("betrag-unklar", "betrag-fehlt"),
        schritte=(
            "Prüfseite öffnen; der Bildausschnitt steht neben dem Feld. Mit F2 in das Feld, die anderen Lesarten mit Pfeil nach unten.",
            "Ist der Betrag sicher zu lesen: eintragen, Grund wählen, freigeben. Eingetragene Beträge zeichnet eine zweite Person mit.",
            "Ist er nicht sicher zu lesen oder leer: Rückfrage senden. Niemals schätzen.",
        ),
    ),
    Rat(
        titel="Die Unterschrift fehlt oder ist unsicher",
        codes=("unterschrift-fehlt", "unterschrift-unklar", "datei-auffaellig", "datei-veraendert"),
        schritte=(
            "Das Unterschriftsfeld im Seitenbild ansehen. Ein Stempel, ein getippter Name oder ein eingefügtes Bild ist keine Unterschrift von Hand.",
            "Ist von Hand unterschrieben: Unterschrift auf „vorhanden“ stellen und freigeben.",
            "Fehlt sie: Rückfrage senden. Bei einer veränderten Datei beim Kreis anrufen und nach dem Original fragen.",
        ),
    ),
    Rat(
        titel="Der Kreis ist nicht sicher",
        codes=("kreis-unklar", "kreis-mehrdeutig", "absender-text", "absender-widerspruch"),
        schritte=(
            "Mit F4 die Liste der 44 Kreise öffnen und zuordnen. Heilbronn und Karlsruhe gibt es zweimal: als Stadtkreis und als Landkreis.",
            "Nennen Antrag, Absender und Text verschiedene Kreise: beim Kreis anrufen, unter einer bekannten Rufnummer, nicht unter der aus der Mail.",
        ),
    ),
    Rat(
        titel="Der Absender ist nicht bewiesen oder fremd",
        codes=(
            "absender-aehnlich",
            "absender-anzeigename",
            "absender-unbekannt",
            "absender-unbestaetigt",
            "absender-widerlegt",
            "antwort-an-fremde",
            "antwort-unbestaetigt",
            "antwort-unbewiesen",
        ),
        schritte=(
            "Nicht auf die Mail antworten und keinen Verweis darin öffnen.",
            "Beim Kreis unter einer bekannten Rufnummer nachfragen, ob der Antrag von dort kommt.",
            "Stimmt es: freigeben und das Gespräch als Notiz festhalten. Sonst als „nicht Teil des Verfahrens“ ablehnen; das zeichnet immer eine zweite Person mit.",
        ),
    ),
    Rat(
        titel="Frist und Planungsrahmen",
        codes=("frist-versaeumt", "ueber-planungsrahmen", "planungsrahmen-fehlt"),
        schritte=(
            "Die Maschine stellt nur fest und weist nichts zurück. Über verspätete und zu hohe Anträge entscheidet die Sachbearbeitung nach den Regeln des Programms.",
            "Fehlt der Planungsrahmen, die Administration verständigen: Er steht in den Regeln.",
        ),
    ),
    Rat(
        titel="Mehrere Anträge oder Mails zu einer Sache",
        codes=(
            "zweiter-antrag",
            "offener-vorgang",
            "mehrere-antraege",
            "mehrere-rueckfragen",
            "antwort-anderer-vorgang",
            "ersetzen",
            "beilage-unklar",
        ),
        schritte=(
            "Die Seite des Falls zeigt das Gespräch der Reihe nach und die Fassungen nebeneinander.",
            "Soll der neue Antrag gelten: freigeben und den alten als ersetzt angeben. Ein Kreis hat je Programm einen gültigen Antrag.",
            "Mehrere Anträge in einer Mail einzeln bearbeiten; im Zweifel beim Kreis anrufen.",
        ),
    ),
    Rat(
        titel="Die Mail oder ein Anhang ließ sich nicht lesen",
        codes=(
            "lesung-gescheitert",
            "anlage-nicht-lesbar",
            "mail-auffaellig",
            "unvollstaendig",
            "ersatznachricht",
            "verschluesselt",
            "verschluesselte-mail",
            "archiv",
            "unbekannte-datei",
            "anlage-an-automatik",
            "fall-ungelesen",
            "keine-mail",
        ),
        schritte=(
            "Auf der Seite des Falls das Original herunterladen und mit dem üblichen Programm ansehen; unbekannte Dateien nur nach Prüfung durch die IT öffnen.",
            "Ist ein Antrag darin: Betrag und Kreis eintragen, Unterschrift beurteilen, freigeben.",
            "Ist nichts zu erkennen: Rückfrage senden oder anrufen.",
        ),
    ),
    Rat(
        titel="Kein Antrag, oder in der falschen Form",
        codes=("anfrage", "anhang-fehlt", "dateiart", "programm-unklar"),
        schritte=(
            "Eine Anfrage selbst beantworten, danach den Fall als „beantwortet“ abschließen.",
            "Fehlt der Anhang oder ist er kein unterschriebener Scan: Rückfrage senden.",
            "Gehört die Mail an eine andere Stelle: weiterleiten und als „weitergeleitet“ abschließen.",
        ),
    ),
    Rat(
        titel="Eine Rückfrage wurde nicht versandt",
        codes=(
            "antwort-an-automaten",
            "antwort-nach-frist",
            "antwort-freigabe",
            "antwort-schatten",
            "antwort-kreis-zu-oft",
            "antwort-schon-gefragt",
            "antwort-steht-aus",
            "antwort-unerwuenscht",
            "antwort-zu-oft",
            "rueckfrage-veraltet",
            "rueckfrage-ueberholt",
        ),
        schritte=(
            "Liegt ein Entwurf zur Freigabe bereit: lesen und senden.",
            "Wurde schon gefragt oder zu oft: anrufen statt schreiben. Zwei Schreiben zu einer Sache verwirren.",
            "Im Schattenbetrieb geht nichts hinaus: den Entwurf als Vorlage für eine eigene Mail nehmen.",
        ),
    ),
    Rat(
        titel="Eine Rückfrage ist ungewiss oder kam zurück",
        codes=("antwort-unzustellbar", "unzustellbar", "versand-gescheitert", "versand-unklar"),
        schritte=(
            "Die Maschine schreibt kein zweites Mal. Beim Kreis anrufen, ob das Schreiben ankam.",
            "Kam es nicht an: die Anschrift prüfen und selbst schreiben.",
        ),
    ),
    Rat(
        titel="Der Versand ist angehalten",
        codes=("antwort-angehalten", "antwort-stundengrenze"),
        schritte=(
            "Der Postausgang zeigt, wer ihn wann und warum angehalten hat.",
            "Fortsetzen können Leitung und Administration. Eilige Fälle anrufen.",
        ),
    ),
    Rat(
        titel="Störung: die Administration verständigen",
        codes=(
            "ablage",
            "ablage-nicht-moeglich",
            "defekt",
            "eindeutigkeit",
            "fall-unbekannt",
            "pruefung-gescheitert",
            "spool",
            "zustand",
        ),
        schritte=(
            "Nummer des Falls und Uhrzeit notieren und die Administration anrufen.",
            "Der Fall geht nicht verloren: Das Original liegt vor und steht im Protokoll.",
        ),
    ),
    Rat(
        titel="Nichts zu tun",
        codes=(
            "absender-bestaetigt",
            "absender-unbewiesen",
            "antwort-auf-rueckfrage",
            "automatische-mail",
            "betrag-gelesen",
            "doppelt",
            "frist-gewahrt",
            "gehoert-zum-vorgang",
            "im-planungsrahmen",
            "kreis-erkannt",
            "lesbar",
            "programm-erkannt",
            "ruecklaeufer",
            "sachbearbeitung",
            "unterschrieben",
        ),
        schritte=("Diese Sätze sagen, was festgestellt wurde. Sie legen keinen Fall vor.",),
    ),
)

PRUEFUNGEN: Final = MappingProxyType(
    {
        "automatik": "Hat ein Programm die Mail verschickt, etwa eine Abwesenheitsnotiz?",
        "doppelt": "Liegt dieselbe Mail schon vor?",
        "mail": "Ist die Mail unversehrt aufgebaut?",
        "lesbarkeit": "Wurden alle Anhänge gelesen?",
        "anhang": "Ist der angekündigte Antrag auch angehängt?",
        "programm": "Gehört das Formular zu diesem Förderprogramm?",
        "ein_antrag": "Enthält die Mail genau einen Antrag?",
        "beilagen": "Könnte ein weiterer Anhang selbst ein Antrag sein?",
        "unterschrift": "Ist im Unterschriftsfeld von Hand unterschrieben?",
        "betrag": "Ist der beantragte Betrag sicher gelesen?",
        "kreis": "Nennt der Antrag genau einen der 44 Kreise?",
        "absender": "Kommt die Mail nachweislich aus der Verwaltung dieses Kreises?",
        "frist": "Ging die Mail vor dem Ende der Antragsfrist ein?",
        "planungsrahmen": "Liegt der Betrag im Planungsrahmen des Kreises?",
        "zweiter_antrag": "Ist für diesen Kreis schon ein Antrag abgelegt oder offen?",
    }
)

ZUSTAENDE: Final = MappingProxyType(
    {
        "fetched": "Die Mail ist gesichert; gelesen wird sie beim nächsten Durchgang von selbst.",
        "read": "Gelesen; die Entscheidung folgt von selbst.",
        "decided": "Entschieden; Ablage oder Schreiben stehen noch aus und folgen von selbst.",
        "filed": "Der Antrag liegt in der Ablage und gilt.",
        "queried": "Ein Schreiben an den Kreis ist hinausgegangen; die Antwort wird ein eigener Fall und hier angeschlossen.",
        "flagged": "Ein Mensch muss entscheiden; der Fall steht im Arbeitsvorrat.",
        "noted": "Registriert und aufbewahrt; nichts zu tun.",
    }
)

ROLLEN_HILFE: Final = MappingProxyType(
    {
        "sachbearbeitung": "bearbeitet Fälle, sendet Rückfragen, hält den Versand an und gibt Listen aus",
        "zweitpruefung": "zeichnet Entscheidungen anderer mit oder gibt sie zurück, nie die eigenen",
        "pruefung": "liest alles, prüft das Protokoll, zieht Stichproben und gibt Listen aus",
        "leitung": "liest alles, gibt Listen aus, hält den Versand an und lässt ihn weiterlaufen",
        "administration": "betreut das Programm: Zugänge, Regeln, Störungen, Versand",
    }
)

# Key → where it works, and what it does. The pages name the same keys at their buttons.
TASTEN: Final = (
    ("Enter", "in einem Feld", "annehmen, weiter zum nächsten unsicheren Feld; nach dem letzten zum Freigeben"),
    ("Tab", "überall", "nächstes Feld; mit Umschalt das vorige"),
    ("F2", "Prüfseite", "zum Betrag"),
    ("F4", "Prüfseite", "zur Liste der Kreise"),
    ("↓", "in einem Feld", "andere Lesarten, andere Kreise"),
    ("F8", "überall", "die Hauptaktion der Seite: freigeben, mitzeichnen, ersten Fall öffnen"),
    ("Strg+Enter", "Prüfseite", "freigeben und weiter; in einem Dialog: senden"),
    ("F9", "Prüfseite", "zu den anderen Entscheidungen; dort R Rückfrage, Z zurückstellen, A ablehnen"),
    ("Alt+Bild ↓", "Prüfseite", "nächster Fall der Ansicht, ohne etwas zu ändern"),
    ("Alt+Bild ↑", "Prüfseite", "voriger Fall der Ansicht"),
    ("Alt++ Alt+− Alt+0", "Prüfseite", "Seitenbild größer, kleiner, auf Spaltenbreite; die Pfeiltasten bewegen es"),
    ("Strg+Z", "außerhalb der Felder", "die letzte Entscheidung zurückholen"),
    ("Leertaste", "Sammelprüfung", "ankreuzen und weiter"),
    ("Esc", "in einem Dialog", "schließen, zurück zum Feld"),
    ("F1 oder ?", "überall", "Tasten dieser Seite"),
)  # fmt: skip
