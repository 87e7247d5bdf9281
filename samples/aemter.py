"""The authorities that write in the samples.

Promises: AGS, names, seats and mail domains are facts; persons, streets and numbers are not.
Touches: nothing. Trusts: nobody. Limits: only those Kreise that a sample needs.
"""

from samples.angaben import Amt

_ROWS = """
08115|Landkreis Böblingen|lrabb.de|71034 Böblingen|Tanja Riedmüller
08116|Landkreis Esslingen|lra-es.de|73728 Esslingen am Neckar|Katrin Vollbracht
08117|Landkreis Göppingen|lkgp.de|73033 Göppingen|Holger Staibinger
08118|Landkreis Ludwigsburg|landkreis-ludwigsburg.de|71638 Ludwigsburg|Renate Oßwälder
08119|Rems-Murr-Kreis|rems-murr-kreis.de|71332 Waiblingen|Uwe Kienzlinger
08121|Stadtkreis Heilbronn|stadt-heilbronn.de|74072 Heilbronn|Miriam Flattich-Roll
08125|Landkreis Heilbronn|landratsamt-heilbronn.de|74072 Heilbronn|Jörg Haspelmann
08126|Hohenlohekreis|hohenlohekreis.de|74653 Künzelsau|Bettina Zwirner
08127|Landkreis Schwäbisch Hall|lrasha.de|74523 Schwäbisch Hall|Armin Guthörle
08128|Main-Tauber-Kreis|main-tauber-kreis.de|97941 Tauberbischofsheim|Silke Dornbach
08135|Landkreis Heidenheim|landkreis-heidenheim.de|89518 Heidenheim|Peter Wiedlinger
08136|Ostalbkreis|ostalbkreis.de|73430 Aalen|Carmen Hägelbach
08211|Stadtkreis Baden-Baden|baden-baden.de|76530 Baden-Baden|Lukas Fennrich
08215|Landkreis Karlsruhe|landratsamt-karlsruhe.de|76137 Karlsruhe|Doris Ambrecht
08216|Landkreis Rastatt|landkreis-rastatt.de|76437 Rastatt|Markus Seiboldt
08221|Stadtkreis Heidelberg|heidelberg.de|69117 Heidelberg|Eva Landgrebinger
08222|Stadtkreis Mannheim|mannheim.de|68161 Mannheim|Faruk Delioglan
08225|Neckar-Odenwald-Kreis|neckar-odenwald-kreis.de|74821 Mosbach|Ines Kappler-Thoma
08226|Rhein-Neckar-Kreis|rhein-neckar-kreis.de|69115 Heidelberg|Volker Armspach
08231|Stadtkreis Pforzheim|pforzheim.de|75175 Pforzheim|Sonja Rührig
08235|Landkreis Calw|kreis-calw.de|75365 Calw|Matthias Bühlmeyer
08236|Enzkreis|enzkreis.de|75177 Pforzheim|Heike Stollberger
08237|Landkreis Freudenstadt|landkreis-freudenstadt.de|72250 Freudenstadt|Jonas Ehrismann
08315|Landkreis Breisgau-Hochschwarzwald|lkbh.de|79104 Freiburg|Nadja Winterhaldt
08316|Landkreis Emmendingen|landkreis-emmendingen.de|79312 Emmendingen|Georg Rombacher
08317|Ortenaukreis|ortenaukreis.de|77652 Offenburg|Sabine Lehrhuber
08325|Landkreis Rottweil|landkreis-rottweil.de|78628 Rottweil|Thomas Gfrörich
08335|Landkreis Konstanz|lrakn.de|78467 Konstanz|Anke Distelhoff
08336|Landkreis Lörrach|loerrach-landkreis.de|79539 Lörrach|Rainer Muckenhirnle
08337|Landkreis Waldshut|landkreis-waldshut.de|79761 Waldshut-Tiengen|Ute Strittmattes
08415|Landkreis Reutlingen|kreis-reutlingen.de|72764 Reutlingen|Dominik Schwillerath
08416|Landkreis Tübingen|kreis-tuebingen.de|72072 Tübingen|Friederike Aldingen
08417|Zollernalbkreis|zollernalbkreis.de|72336 Balingen|Karl-Heinz Bodmerer
08426|Landkreis Biberach|biberach.de|88400 Biberach|Monika Angelach
08435|Bodenseekreis|bodenseekreis.de|88045 Friedrichshafen|Philipp Seewaldt
08436|Landkreis Ravensburg|rv.de|88212 Ravensburg|Gisela Wurmbrand
08437|Landkreis Sigmaringen|lrasig.de|72488 Sigmaringen|Andreas Laizinger
"""


def _amt(row: str) -> Amt:
    ags, kreis, domain, ort, person = row.split("|")
    name = kreis.removeprefix("Landkreis ").removeprefix("Stadtkreis ")
    city = kreis.startswith("Stadtkreis")
    verwaltung = f"{'Stadt' if city else 'Landratsamt'} {name}"
    street = "Rathausgasse" if city else "Kreishausplatz"
    number = int(ags) * 37 % 10_000
    return Amt(
        ags=ags,
        kreis=kreis,
        verwaltung=verwaltung,
        domain=domain,
        ort=ort,
        strasse=f"{street} {1 + number % 28}",
        person=person,
        telefon=f"07999 400-{1000 + number % 9000}",
    )


AEMTER = {amt.ags: amt for amt in map(_amt, _ROWS.strip().splitlines())}
