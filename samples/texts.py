"""The German words of the mails: what clerks write when they send an application.

Promises: plain text with real umlauts, no salutation by name. Touches: nothing.
Trusts: nobody. Limits: invented by us; a handful of tones, not a corpus.
"""

_ANSCHREIBEN = (
    """Sehr geehrte Damen und Herren,

anbei übersenden wir Ihnen unseren Antrag auf die Soforthilfe für die Integration von
Vertriebenen aus der Ukraine mit der Bitte um Bewilligung.

Mit freundlichen Grüßen
""",
    """Guten Tag,

im Anhang finden Sie den unterschriebenen Antrag als Scan. Über eine kurze Bestätigung
des Eingangs würden wir uns freuen.

Freundliche Grüße
""",
    """Sehr geehrte Damen und Herren,

beigefügt erhalten Sie fristgerecht den Antrag unseres Hauses im Rahmen des Förderaufrufs
Integrationsmanagement / Soforthilfe Ukraine.
Das Original verbleibt bei unseren Akten.

Mit freundlichen Grüßen
im Auftrag
""",
    """Sehr geehrtes Team des Referats 15.2,

wir beantragen die Soforthilfe gemäß Förderaufruf; das ausgefüllte Formular liegt als
Anlage bei. Für Rückfragen stehen wir gerne zur Verfügung.

Viele Grüße
""",
)

NUR_TEXT = """Sehr geehrte Damen und Herren,

anbei erhalten Sie unseren Antrag auf Gewährung einer Zuwendung (Soforthilfe Ukraine).
Bitte bestätigen Sie uns den Eingang.

Mit freundlichen Grüßen
"""

ABWESEND = """Guten Tag,

vielen Dank für Ihre Nachricht. Ich bin bis einschließlich 29.07.2022 nicht im Haus.
Ihre E-Mail wird nicht weitergeleitet. In dringenden Fällen wenden Sie sich bitte an die
Poststelle. Anträge bitte weiterhin an das Funktionspostfach.

Freundliche Grüße
"""

ANFRAGE = """Sehr geehrte Damen und Herren,

wir haben eine Frage zum Förderaufruf: Dürfen wir einen Teil der Mittel an die
kreisangehörigen Gemeinden weitergeben, und wenn ja, in welcher Form ist das nachzuweisen?
Wann ist mit der Auszahlung zu rechnen?

Mit freundlichen Grüßen
"""

WEITERGELEITET = """Guten Tag,

die angehängte Mail unserer Fachstelle leite ich Ihnen zuständigkeitshalber weiter.

Freundliche Grüße
Zentrale Poststelle
"""


def anschreiben(number: int) -> str:
    """One of the usual texts."""
    return _ANSCHREIBEN[number % len(_ANSCHREIBEN)]
