"""What operators and clerks see around the results: command line and systemctl status.

Promises: each line by the command and its point, `queue.count`. Touches: nothing.
Trusts: its callers for the values. Limits: what was found in a case stands in wording.py.
"""

from types import MappingProxyType
from typing import Final

# One line of systemctl status, and what the command line prints around its results.
TERMINAL: Final = MappingProxyType(
    {
        "poll.done": "letzter Abruf {hour}, {flagged} in Prüfung",
        "poll.failed": "Abruf gescheitert: {was}",
        "status.platz": "Freier Platz: {free} MiB. Das ist unter der Grenze von {floor} MiB: Es wird keine Mail abgeholt und keine gelesen, sie warten.",
        "status.defekt": "Die Datenbank ist beschädigt. Der Dienst startet nicht; bitte die Administration verständigen.",
        "status.kaefig": "Achtung, dem Leser fehlt Schutz auf dieser Maschine: {bars}. Bitte die Administration verständigen.",
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
        "queue.shadow": "{titel}: Schattenbetrieb. Es geht kein Schreiben hinaus, auch nicht auf Anweisung. Bitte selbst schreiben, oder die Administration stellt die Stufe um (letters.level).",
        "queue.planned": "Über {fall} hat {by} schon entschieden; die Entscheidung ist noch auf dem Weg (mitzeichnen, zurueckgeben, zurueckholen).",
        "queue.nothing-planned": "Zu {fall} ist keine Entscheidung auf dem Weg.",
        "queue.zweite": "{fall}: entschieden; eine zweite Person muss mitzeichnen ({why}): queue decide {fall} mitzeichnen --by NAME --why TEXT",
        "queue.stopped": "{fall}: entschieden. Die Rückfrage geht erst hinaus, wenn der Versand freigegeben ist (letters go).",
        "letters.go": "Versand der Rückfragen: läuft",
        "letters.stopped": "Versand der Rückfragen: angehalten seit {at} durch {by}",
        "letters.why": "  Grund: {why}",
        "letters.level": "  {programm}: {level}",
        "letters.none": "Zu {fall} gibt es kein Schreiben und keinen Entwurf.",
        "letters.to": "An: {recipient}\nBetreff: {subject}\n",
        "letters.counts": "  in dieser Stunde: {hour} von {budget}; es warten: {waiting}",
        "letters.waits": "  {fall}  {recipient}",
        "letters.probe": "=== {programm}: {anlass}",
        "letters.an": "An: {recipient}",
        "letters.betreff": "Betreff: {subject}",
        "letters.laenge": "--- längste Zeile: {longest} von höchstens {most} Zeichen",
        "letters.kein-programm": "Das Programm {kennung} gibt es nicht. Es gibt: {kennungen}",
        "show.returned": "Rückläufer:  {text}",
        "show.answered": "Automatische Antwort: {text}",
        "show.draft": "Entwurf:     inbox-daemon letters draft {text}",
        "show.kreis": "Kreis:       {text}",
        "show.betrag": "Betrag:      {text}",
        "show.absender": "Absender:    {text}",
        "show.betreff": "Betreff:     {text}",
        "show.anhang": "Anhang:      {text}",
        "show.original": "Original:    {text}",
        "show.gefragt": "Gefragt nach: {text}",
        "show.author": "Entschieden von {by}: {why}",
        "show.art": "Art:         {text}",
        "show.telefon": "Telefon:     {text}",
        "vorgang.kopf": "Vorgang {fall}, Mails: {count}",
        "vorgang.mail": "{at}  {fall}  Mail, {art}: {state}",
        "vorgang.zu": "; zu {fall}: {by}",
        "vorgang.brief": "{at}  {fall}  Schreiben an {recipient}: {outcome}",
        "vorgang.vergleich": "Vergleich der Fassungen {alt} und {neu}:",
        "rules.frist": "Eingang bis zum Ablauf des {day}",
        "rules.absender.ablegen": "Absender nicht bewiesen: der Antrag wird abgelegt, ein Brief wartet auf einen Menschen.",
        "rules.absender.mensch": "Absender nicht bewiesen: zur Prüfung.",
        "rules.checks": "Prüfungen: {checks}",
        "rules.rahmen": "Planungsrahmen, {source}:",
        "rules.estimate": "geschätzt, nicht amtlich",
        "rules.official": "amtlich",
        "users.name": "{name} ist kein Anmeldename: Kleinbuchstaben, Ziffern, Punkt, Strich, Unterstrich oder @, ohne Leerzeichen und Umlaute.",
        "users.exists": "{name} ist schon zugelassen; roles, password, disable und enable ändern den Zugang.",
        "users.unknown": "{name} ist nicht zugelassen.",
        "users.disabled": "gesperrt",
        "users.no-password": "ohne Kennwort",
        "users.session": "{name}  {way}  seit {since}, zuletzt {used}",
        "users.demo": "{name}, Kennwort {password}, einmalig ohne Kennwort: {address}",
        "users.ask": "Kennwort für {name}: ",
        "users.ask-again": "Noch einmal: ",
    }
)

# What makes a sample letter different from the others; else it is about one point alone.
ANLAESSE: Final = MappingProxyType(
    {
        "punkt": "nur der Punkt {punkt}",
        "ohne-telefon": "alle Punkte, ohne Telefonnummer",
        "mit-telefon": "alle Punkte, mit Telefonnummer",
        "frist-vorher": "alle Punkte, die Antragsfrist endet vor der Antwortfrist",
        "frist-vorbei": "alle Punkte, die Antragsfrist ist vorbei",
        "eingang": "Eingangsbestätigung. ENTWURF: Der Daemon verschickt sie nicht",
    }
)

# Why a poll failed, for the status line and the log; codes of core/errors.py.
STOERUNGEN: Final = MappingProxyType(
    {
        "platz": "zu wenig freier Platz, es wird keine Mail abgeholt",
        "datenbank": "die Datenbank ist nicht erreichbar oder gesperrt",
        "laeuft-schon": "ein anderer Dienst arbeitet mit dieser Datenbank",
        "imap": "das Postfach antwortet nicht wie erwartet",
        "imap-verbindung": "keine Verbindung zum Postfach",
        "imap-anmeldung": "das Postfach lehnt die Anmeldung ab",
        "imap-gesperrt": "keine Anmeldung mehr versucht, das Kennwort wurde zu oft abgelehnt",
        "voruebergehend": "vorübergehende Störung",
        "defekt": "Fehler im Programm",
    }
)
