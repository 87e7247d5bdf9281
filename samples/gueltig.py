"""Cases that are in order and must be filed, in the three layouts and on several scanners.

Promises: nothing is wrong with these mails. Touches: nothing.
Trusts: papers.py for attachments. Limits: see cases.py.
"""

from samples.angaben import Layout, Zeichnung
from samples.case import Case
from samples.papers import Antrag, hand
from samples.scanner import COLOUR_200, GREY_200, GREY_300, OFFICE_150

GUELTIG: tuple[Case, ...] = (
    Case(
        folder="01-gueltig-landkreis-esslingen",
        shows="Vollständiger Antrag, Unterschrift auf der Linie, Graustufenscan mit 300 dpi.",
        at="2022-07-05T08:12:31",
        antrag=Antrag(
            seed=1,
            ags="08116",
            layout=Layout.ZEILE,
            betrag="182345.00",
            kind=GREY_300,
            datum="04.07.2022",
            zeichnung=Zeichnung(hand=hand(51)),
        ),
    ),
    Case(
        folder="02-gueltig-ostalbkreis",
        shows="Vollständiger Antrag, Unterschrift im Kasten, Schwarzweißscan (CCITT G4).",
        at="2022-07-05T09:40:02",
        antrag=Antrag(
            seed=2, ags="08136", layout=Layout.KASTEN, betrag="143210.50", datum="01.07.2022"
        ),
    ),
    Case(
        folder="03-gueltig-bodenseekreis",
        shows="Antrag mit zwei Seiten, Unterschrift in der Tabelle auf Seite 2, Scan mit 150 dpi.",
        at="2022-07-06T11:05:44",
        antrag=Antrag(
            seed=3,
            ags="08435",
            layout=Layout.TABELLE,
            betrag="98760.00",
            kind=OFFICE_150,
            datum="05.07.2022",
        ),
    ),
    Case(
        folder="04-gueltig-stadtkreis-heilbronn",
        shows="Stadtkreis Heilbronn von seiner eigenen Domain, Farbscan.",
        at="2022-07-06T14:21:09",
        antrag=Antrag(
            seed=4,
            ags="08121",
            layout=Layout.ZEILE,
            betrag="78900.00",
            kind=COLOUR_200,
            datum="06.07.2022",
        ),
    ),
    Case(
        folder="05-gueltig-landkreis-heilbronn",
        shows="Landkreis Heilbronn von seiner eigenen Domain, Graustufenscan mit 200 dpi.",
        at="2022-07-07T07:58:50",
        antrag=Antrag(
            seed=5,
            ags="08125",
            layout=Layout.KASTEN,
            betrag="214500.75",
            kind=GREY_200,
            datum="06.07.2022",
        ),
    ),
    Case(
        folder="06-gueltig-stadtkreis-mannheim",
        shows="Stadtkreis, zwei Seiten, Schwarzweißscan.",
        at="2022-07-07T10:33:17",
        antrag=Antrag(
            seed=6, ags="08222", layout=Layout.TABELLE, betrag="201333.00", datum="07.07.2022"
        ),
    ),
    Case(
        folder="07-gueltig-landkreis-tuebingen",
        shows="Unterschrift im Kasten, Scan eines Bürogeräts mit nur 150 dpi.",
        at="2022-07-08T08:45:00",
        antrag=Antrag(
            seed=7,
            ags="08416",
            layout=Layout.KASTEN,
            betrag="151200.00",
            kind=OFFICE_150,
            datum="07.07.2022",
        ),
    ),
    Case(
        folder="08-gueltig-stempel-und-unterschrift",
        shows="Unterschrift und Dienstsiegel übereinander, Farbscan.",
        at="2022-07-08T12:02:12",
        outcome=("file", "flag"),
        antrag=Antrag(
            seed=8,
            ags="08436",
            layout=Layout.ZEILE,
            betrag="187450.20",
            kind=COLOUR_200,
            datum="08.07.2022",
            zeichnung=Zeichnung(hand=hand(8), stamped=True),
        ),
    ),
    Case(
        folder="09-gueltig-genau-am-planungsrahmen",
        shows="Der Betrag ist auf den Cent der Planungsrahmen des Kreises.",
        at="2022-07-11T09:15:26",
        antrag=Antrag(
            seed=9,
            ags="08325",
            layout=Layout.KASTEN,
            betrag="100998.13",
            kind=GREY_200,
            datum="08.07.2022",
        ),
    ),
    Case(
        folder="10-gueltig-betrag-mit-strichen",
        shows="Der Betrag steht als 98.765,-- auf dem Antrag.",
        at="2022-07-11T10:01:33",
        antrag=Antrag(
            seed=10,
            ags="08235",
            layout=Layout.ZEILE,
            betrag="98765.00",
            betrag_text="98.765,--",
            datum="11.07.2022",
            zeichnung=Zeichnung(hand=hand(60)),
        ),
    ),
    Case(
        folder="11-gueltig-betrag-mit-leerzeichen",
        shows="Der Betrag steht mit Leerzeichen als 78 456,50 auf dem Antrag.",
        at="2022-07-11T13:47:05",
        antrag=Antrag(
            seed=11,
            ags="08128",
            layout=Layout.KASTEN,
            betrag="78456.50",
            betrag_text="78 456,50 €",
            datum="11.07.2022",
        ),
    ),
)
