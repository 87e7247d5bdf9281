"""Cases that are no plain application: robots, questions, bundles, photos, doubles, traps.

Promises: each names what must become of it. Touches: nothing.
Trusts: papers.py for attachments. Limits: see cases.py.
"""

from samples.angaben import Layout, Zeichnung
from samples.case import Case
from samples.papers import Antrag, cost_plan, cover_letter, hand, photographed, scanned
from samples.scanner import GREY_200
from samples.texts import ABWESEND, ANFRAGE

SONSTIGE: tuple[Case, ...] = (
    Case(
        folder="27-abwesenheitsnotiz",
        shows="Automatische Abwesenheitsnotiz.",
        at="2022-07-15T10:00:04",
        antrag=Antrag(seed=27, ags="08231", layout=Layout.ZEILE, betrag=None),
        outcome=("ignore",),
        reasons=("automatische-mail",),
        signature=None,
        known=False,
        form=None,
        subject="Automatische Antwort: Förderaufruf Soforthilfe Ukraine",
        text=ABWESEND,
        headers=(
            ("Auto-Submitted", "auto-replied"),
            ("X-Auto-Response-Suppress", "All"),
            ("In-Reply-To", "<aufruf-2022-06-20@rps.bwl.de>"),
        ),
    ),
    Case(
        folder="28-anfrage",
        shows="Allgemeine Frage zum Programm, kein Antrag.",
        at="2022-07-15T13:24:50",
        antrag=Antrag(seed=28, ags="08237", layout=Layout.ZEILE, betrag=None),
        outcome=("flag",),
        reasons=("anfrage",),
        signature=None,
        known=False,
        form=None,
        subject="Frage zur Weiterleitung der Mittel an Gemeinden",
        text=ANFRAGE,
    ),
    Case(
        folder="29-antrag-mit-anlage",
        shows="Zwei PDF in einer Mail: der Antrag und ein Kostenplan als Anlage.",
        at="2022-07-18T07:49:11",
        antrag=Antrag(seed=29, ags="08236", layout=Layout.KASTEN, betrag="132500.00"),
        further=(
            (cost_plan, Antrag(seed=290, ags="08236", layout=Layout.KASTEN, betrag="132500.00")),
        ),
    ),
    Case(
        folder="30-zwei-antraege-in-einer-mail",
        shows="Zwei Anträge verschiedener Kreise in einer Mail.",
        at="2022-07-18T09:30:00",
        antrag=Antrag(seed=30, ags="08315", layout=Layout.ZEILE, betrag="172400.00"),
        further=((scanned, Antrag(seed=301, ags="08316", layout=Layout.ZEILE, betrag="99850.00")),),
        outcome=("flag",),
        reasons=("mehrere-antraege",),
        known=False,
    ),
    Case(
        folder="31-foto-statt-pdf",
        shows="Der unterschriebene Antrag wurde mit dem Telefon fotografiert (JPEG).",
        at="2022-07-18T11:44:27",
        antrag=Antrag(
            seed=31, ags="08317", layout=Layout.ZEILE, betrag="276300.00", datum="18.07.2022"
        ),
        outcome=("file", "flag"),
        form=photographed,
    ),
    Case(
        folder="32-doppelt-ostalbkreis",
        shows="Dieselbe Mail wie in Fall 02 wird noch einmal zugestellt.",
        at="2022-07-18T15:05:13",
        antrag=Antrag(
            seed=2, ags="08136", layout=Layout.KASTEN, betrag="143210.50", datum="01.07.2022"
        ),
        outcome=("ignore",),
        reasons=("doppelt",),
        same_as="02-gueltig-ostalbkreis",
    ),
    Case(
        folder="33-betrag-von-hand",
        shows="Der Betrag ist mit der Hand eingetragen.",
        at="2022-07-19T08:16:40",
        antrag=Antrag(
            seed=33,
            ags="08426",
            layout=Layout.ZEILE,
            betrag="128640.00",
            kind=GREY_200,
            handwritten=True,
        ),
        outcome=("file", "flag"),
    ),
    Case(
        folder="34-betrag-und-unterschrift-fehlen",
        shows="Betrag und Unterschrift fehlen: ein Brief mit zwei Bitten.",
        at="2022-07-19T10:48:22",
        antrag=Antrag(
            seed=34, ags="08417", layout=Layout.KASTEN, betrag=None, zeichnung=Zeichnung()
        ),
        outcome=("query",),
        reasons=("betrag-fehlt", "unterschrift-fehlt"),
        signature="absent",
    ),
    Case(
        folder="35-nach-fristende-ohne-unterschrift",
        shows="Verspätet und nicht unterschrieben: kein Brief, ein Mensch entscheidet.",
        at="2022-07-25T08:00:30",
        antrag=Antrag(
            seed=35,
            ags="08335",
            layout=Layout.KASTEN,
            betrag="163000.00",
            datum="22.07.2022",
            zeichnung=Zeichnung(),
        ),
        outcome=("flag",),
        reasons=("frist-versaeumt",),
        signature="absent",
    ),
    Case(
        folder="36-absender-ist-die-stadt",
        shows="Der Absender ist die Stadt Lörrach, nicht der Landkreis; keine Unterschrift.",
        at="2022-07-19T14:39:01",
        antrag=Antrag(
            seed=36, ags="08336", layout=Layout.ZEILE, betrag="140000.00", zeichnung=Zeichnung()
        ),
        outcome=("flag",),
        reasons=("absender-unbekannt",),
        signature="absent",
        sender="rathaus@loerrach.de",
        sender_name="Stadt Lörrach",
    ),
    Case(
        folder="37-absender-nicht-bestaetigt",
        shows="Die Adresse eines Kreises, aber die Prüfung des Absenders schlug fehl; kein Brief.",
        at="2022-07-20T03:12:44",
        antrag=Antrag(
            seed=37, ags="08337", layout=Layout.KASTEN, betrag="110500.00", zeichnung=Zeichnung()
        ),
        outcome=("flag",),
        signature="absent",
        authentic=False,
    ),
    Case(
        folder="38-anschreiben-unterschrieben-antrag-nicht",
        shows="Das Anschreiben ist unterschrieben, der Antrag nicht.",
        at="2022-07-20T12:27:35",
        antrag=Antrag(
            seed=38, ags="08437", layout=Layout.ZEILE, betrag="84200.00", zeichnung=Zeichnung()
        ),
        further=(
            (cover_letter, Antrag(seed=380, ags="08437", layout=Layout.ZEILE, betrag="84200.00")),
        ),
        outcome=("query", "flag"),
        reasons_any=("unterschrift-fehlt", "unterschrift-unklar"),
        signature="absent",
    ),
    Case(
        folder="39-gueltig-unterschrift-ueber-der-linie",
        shows="Große schwarze Unterschrift, die durch die Linie und die Beschriftung geht.",
        at="2022-07-21T09:06:18",
        outcome=("file", "flag"),
        antrag=Antrag(
            seed=39,
            ags="08415",
            layout=Layout.ZEILE,
            betrag="190750.00",
            kind=GREY_200,
            datum="20.07.2022",
            zeichnung=Zeichnung(hand=hand(39), drop_mm=5.0),
        ),
    ),
)
