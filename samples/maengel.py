"""Cases with one thing wrong, or one thing that only looks wrong.

Promises: each names the code of its fault. Touches: nothing.
Trusts: papers.py for attachments. Limits: see cases.py.
"""

from samples.angaben import Layout, Zeichnung
from samples.case import Case
from samples.papers import Antrag, born_digital, locked, word_file
from samples.scanner import COLOUR_200, GREY_200
from samples.texts import NUR_TEXT

MAENGEL: tuple[Case, ...] = (
    Case(
        folder="12-unterschrift-fehlt",
        shows="Der Antrag ist nicht unterschrieben.",
        at="2022-07-12T08:20:41",
        antrag=Antrag(
            seed=12,
            datum="11.07.2022",
            ags="08115",
            layout=Layout.ZEILE,
            betrag="245000.00",
            kind=GREY_200,
            zeichnung=Zeichnung(),
        ),
        outcome=("query",),
        reasons=("unterschrift-fehlt",),
        signature="absent",
    ),
    Case(
        folder="13-nur-dienstsiegel",
        shows="Statt der Unterschrift steht nur das Dienstsiegel im Kasten.",
        at="2022-07-12T09:11:38",
        antrag=Antrag(
            seed=13,
            datum="11.07.2022",
            ags="08117",
            layout=Layout.KASTEN,
            betrag="162780.00",
            kind=COLOUR_200,
            zeichnung=Zeichnung(stamped=True),
        ),
        outcome=("flag", "query"),
        reasons_any=("unterschrift-fehlt", "unterschrift-unklar"),
        signature="absent",
    ),
    Case(
        folder="14-nur-name-getippt",
        shows="Statt der Unterschrift steht nur der getippte Name auf der Linie.",
        at="2022-07-12T11:52:19",
        antrag=Antrag(
            seed=14,
            datum="11.07.2022",
            ags="08118",
            layout=Layout.ZEILE,
            betrag="320150.00",
            zeichnung=Zeichnung(typed="Renate Oßwälder"),
        ),
        outcome=("query", "flag"),
        reasons_any=("unterschrift-fehlt", "unterschrift-unklar"),
        signature="absent",
    ),
    Case(
        folder="15-betrag-fehlt",
        shows="Das Betragsfeld ist leer, Gesamtausgaben und Eigenmittel sind ausgefüllt.",
        at="2022-07-12T15:36:54",
        antrag=Antrag(
            seed=15,
            datum="11.07.2022",
            ags="08119",
            layout=Layout.KASTEN,
            betrag=None,
            kind=GREY_200,
        ),
        outcome=("query",),
        reasons=("betrag-fehlt",),
    ),
    Case(
        folder="16-ueber-planungsrahmen",
        shows="Der Betrag liegt über dem Planungsrahmen des Kreises.",
        at="2022-07-13T08:03:30",
        antrag=Antrag(
            seed=16, datum="11.07.2022", ags="08126", layout=Layout.TABELLE, betrag="95000.00"
        ),
        outcome=("flag",),
        reasons=("ueber-planungsrahmen",),
    ),
    Case(
        folder="17-eingang-eine-minute-vor-fristende",
        shows="Der Antrag geht um 23:59 Uhr am letzten Tag der Frist ein.",
        at="2022-07-22T23:59:00",
        antrag=Antrag(
            seed=17, ags="08127", layout=Layout.KASTEN, betrag="121000.00", datum="22.07.2022"
        ),
    ),
    Case(
        folder="18-eingang-eine-minute-nach-fristende",
        shows="Der Antrag wird am letzten Tag abgesandt und geht um 00:01 Uhr danach ein.",
        at="2022-07-23T00:01:00",
        antrag=Antrag(
            seed=18, ags="08135", layout=Layout.ZEILE, betrag="88400.00", datum="22.07.2022"
        ),
        outcome=("flag",),
        reasons=("frist-versaeumt",),
        delay_s=340,
    ),
    Case(
        folder="19-zweiter-antrag-landkreis-esslingen",
        shows="Zweiter Antrag desselben Kreises mit anderem Betrag, ohne Wort dazu.",
        at="2022-07-20T10:10:10",
        antrag=Antrag(
            seed=19, ags="08116", layout=Layout.KASTEN, betrag="195000.00", datum="19.07.2022"
        ),
        outcome=("flag",),
        reasons=("zweiter-antrag",),
    ),
    Case(
        folder="20-absender-unbekannt",
        shows="Antrag eines Kreises von einer Adresse, die zu keinem Kreis gehört.",
        at="2022-07-13T19:42:08",
        antrag=Antrag(
            seed=20, ags="08211", layout=Layout.ZEILE, betrag="35600.00", datum="13.07.2022"
        ),
        outcome=("flag",),
        reasons=("absender-unbekannt",),
        sender="l.fennrich@example.org",
        sender_name="Lukas Fennrich",
    ),
    Case(
        folder="21-absender-widerspruch-heilbronn",
        shows="Das Formular nennt den Landkreis Heilbronn, der Absender ist die Stadt.",
        at="2022-07-14T08:31:47",
        antrag=Antrag(seed=21, ags="08125", layout=Layout.ZEILE, betrag="231000.00"),
        outcome=("flag",),
        reasons=("absender-widerspruch",),
        known=False,
        sender="poststelle@heilbronn.de",
        sender_name="Stadt Heilbronn",
    ),
    Case(
        folder="22-weitergeleitet",
        shows="Der Antrag steckt in einer weitergeleiteten Mail, der Absender ist der Kreis.",
        at="2022-07-14T09:55:20",
        antrag=Antrag(
            seed=22, ags="08215", layout=Layout.KASTEN, betrag="287650.00", datum="13.07.2022"
        ),
        forwarded=True,
    ),
    Case(
        folder="23-pdf-verschluesselt",
        shows="Das PDF ist mit einem Kennwort verschlüsselt.",
        at="2022-07-14T11:18:03",
        antrag=Antrag(seed=23, ags="08216", layout=Layout.ZEILE, betrag="149900.00"),
        outcome=("query",),
        reasons=("verschluesselt",),
        signature=None,
        known=False,
        form=locked,
    ),
    Case(
        folder="24-anhang-fehlt",
        shows="Die Mail kündigt den Antrag an, hat aber keinen Anhang.",
        at="2022-07-14T14:02:59",
        antrag=Antrag(seed=24, ags="08221", layout=Layout.ZEILE, betrag=None),
        outcome=("query",),
        reasons=("anhang-fehlt",),
        signature=None,
        known=False,
        form=None,
        text=NUR_TEXT,
    ),
    Case(
        folder="25-docx-statt-pdf",
        shows="Der Antrag kommt als Word-Datei, nicht als unterschriebener Scan.",
        at="2022-07-15T08:09:15",
        antrag=Antrag(seed=25, ags="08225", layout=Layout.ZEILE, betrag="92100.00"),
        outcome=("query",),
        reasons=("dateiart",),
        signature=None,
        known=False,
        form=word_file,
    ),
    Case(
        folder="26-unterschrift-als-bild",
        shows="Nie gedrucktes PDF mit eingefügtem Bild einer Unterschrift.",
        at="2022-07-15T09:27:36",
        antrag=Antrag(seed=26, ags="08226", layout=Layout.ZEILE, betrag="365000.00"),
        outcome=("flag",),
        reasons=("unterschrift-unklar",),
        signature="unsure",
        form=born_digital,
    ),
)
