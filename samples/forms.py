"""Draws our three application forms, a cover letter and a cost plan on a sheet.

Promises: labels as real forms print them, values as offices type them; one list of sheets.
Touches: nothing. Trusts: sheet.py for fonts, angaben.py for what is filled in.
Limits: our own layouts, not the form of any authority.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

from samples.angaben import Amt, Angaben, Layout, euro, iban, in_words
from samples.pen import BLUE, SEAL, figures, seal, signature
from samples.sheet import MM, Sheet

TITLE = "Antrag auf Gewährung einer Zuwendung"
SUBTITLE = "Soforthilfe für die Integration von Vertriebenen aus der Ukraine"
_LEFT, _RIGHT = 25.0, 190.0
_ERKLAERUNGEN = (
    "mit der Maßnahme vor Bekanntgabe des Bescheids nicht begonnen wird,",
    "die Angaben in diesem Antrag vollständig und richtig sind,",
    "die Mittel nur für die soziale Beratung und Begleitung von Vertriebenen eingesetzt werden,",
    "bekannt ist, dass kein Rechtsanspruch auf die Zuwendung besteht.",
)
NewSheet = Callable[[], Sheet]


def draw_antrag(layout: Layout, angaben: Angaben, new_sheet: NewSheet) -> None:
    """Draws every page of a form; each page is asked for with `new_sheet`."""
    {Layout.ZEILE: _zeile, Layout.KASTEN: _kasten, Layout.TABELLE: _tabelle}[layout](
        angaben, new_sheet
    )


# --- signature on a line ---------------------------------------------------------------------


def _zeile(angaben: Angaben, new_sheet: NewSheet) -> None:
    sheet = new_sheet()
    _addressee(sheet, "serif", 30.0)
    sheet.box((138, 24, 190, 50))
    sheet.text((140, 28), "Eingangsstempel", "serif", 7.5)
    sheet.text((140, 48), "Aktenzeichen (wird vergeben)", "serif", 7.5)
    sheet.text((_LEFT, 64), TITLE, "serif-bold", 16)
    sheet.text((_LEFT, 71), SUBTITLE, "serif-bold", 11.5)
    sheet.text((_LEFT, 85), "1. Antragsteller", "serif-bold", 11)
    for row, (label, value) in enumerate(_stammdaten(angaben.amt)):
        y = 93 + row * 8.5
        sheet.text((_LEFT, y), f"{label}:", "serif", 10.5)
        sheet.line((68, y + 1.6, _RIGHT, y + 1.6), width=0.15)
        sheet.text((70, y), value, "mono", 10.5)
    sheet.text((_LEFT, 152), "2. Beantragte Zuwendung", "serif-bold", 11)
    sheet.text((_LEFT, 162), "Es wird die Gewährung einer Zuwendung in Höhe von", "serif", 10.5)
    _dots(sheet, 112, 164, 163.8)
    _betrag(sheet, angaben, (161, 162), "mono")
    sheet.text((167, 162), "Euro beantragt.", "serif", 10.5)
    sheet.text((_LEFT, 172), "(in Worten:", "serif", 10.5)
    _dots(sheet, 47, 187, 173.6)
    if angaben.betrag is not None:
        sheet.text((49, 172), in_words(angaben.betrag), "mono", 8.5)
    sheet.text((188, 172), ")", "serif", 10.5)
    sheet.text((_LEFT, 182), "Durchführungszeitraum von/bis:", "serif", 10.5)
    sheet.text((80, 182), "01.08.2022 - 31.12.2022", "mono", 10.5)
    _erklaerungen(sheet, 195, "serif", "3. Erklärungen")
    sheet.line((_LEFT, 256, 97, 256))
    sheet.text((27, 254.5), f"{angaben.amt.sitz}, {angaben.datum}", "mono", 10)
    sheet.text((_LEFT, 260), "(Ort, Datum)", "serif", 8)
    sheet.line((104, 256, _RIGHT, 256))
    sheet.text((104, 260), "(rechtsverbindliche Unterschrift)", "serif", 8)
    _sign(sheet, angaben, (107, 256))
    sheet.text((_LEFT, 284), "Vordruck IM-S 07/2022", "serif", 7)
    sheet.text((_RIGHT, 284), "Seite 1 von 1", "serif", 7, anchor="r")


# --- signature in a box ----------------------------------------------------------------------


def _kasten(angaben: Angaben, new_sheet: NewSheet) -> None:
    sheet = new_sheet()
    sheet.text((_LEFT, 24), TITLE, "sans-bold", 15)
    sheet.text((_LEFT, 30.5), SUBTITLE, "sans", 10.5)
    _addressee(sheet, "sans", 42.0)
    _strip(sheet, 62, "1  Antragstellende Kommune")
    rows = _stammdaten(angaben.amt)
    halves = (((0, 98), (1, _RIGHT)), ((2, 98), (3, _RIGHT)), ((5, 98), (4, _RIGHT)))
    for number, row in enumerate(halves):
        x = _LEFT
        for index, end in row:
            _filled_box(sheet, (x, 69 + 13 * number, end, 82 + 13 * number), *rows[index])
            x = end
    _strip(sheet, 113, "2  Finanzierung (Beträge in Euro)")
    _summen(sheet, angaben, 120)
    _strip(sheet, 152, "3  Begründung der Maßnahme")
    sheet.box((_LEFT, 159, _RIGHT, 178))
    sheet.text(
        (28, 166), "Befristete Erhöhung der Stellenanteile im Integrationsmanagement;", "typed", 9
    )
    sheet.text((28, 172), "aufsuchende Beratung in der vorläufigen Unterbringung.", "typed", 9)
    _erklaerungen(sheet, 188, "sans", "4  Erklärungen")
    sheet.box((_LEFT, 232, 92, 262))
    sheet.text((27, 236), "Ort, Datum", "sans", 7.5)
    sheet.text((28, 256), f"{angaben.amt.sitz}, {angaben.datum}", "typed", 10)
    sheet.box((92, 232, _RIGHT, 262))
    sheet.text((94, 236), "Unterschrift", "sans", 7.5)
    _sign(sheet, angaben, (104, 257))
    sheet.text((_LEFT, 285), "Formular SHU-2 (Stand 06.2022)", "sans", 6.5)


def _summen(sheet: Sheet, angaben: Angaben, top: float) -> None:
    gesamt = (angaben.betrag or Decimal(0)) + angaben.eigenmittel
    if angaben.betrag is None:
        gesamt = angaben.eigenmittel * 4
    rows = (("Gesamtausgaben", euro(gesamt)), ("Eigenmittel", euro(angaben.eigenmittel)))
    for number, (label, value) in enumerate((*rows, ("Beantragte Zuwendung", ""))):
        y = top + 10 * number
        sheet.box((_LEFT, y, 130, y + 10))
        sheet.box((130, y, _RIGHT, y + 10))
        sheet.text((28, y + 6.5), label, "sans-bold" if number == 2 else "sans", 10)
        if value:
            sheet.text((186, y + 6.7), f"{value} €", "typed", 10.5, anchor="r")
    _betrag(sheet, angaben, (186, top + 26.7), "typed")


# --- signature in a table, financing plan on page 2 ------------------------------------------


def _tabelle(angaben: Angaben, new_sheet: NewSheet) -> None:
    sheet = new_sheet()
    _addressee(sheet, "wide", 26.0)
    sheet.text((_LEFT, 58), TITLE, "wide-bold", 14)
    sheet.text((_LEFT, 65), SUBTITLE, "wide", 10)
    rows: list[tuple[str, str]] = [*_stammdaten(angaben.amt)]
    rows += [("Bezeichnung der Maßnahme", "Aufstockung Integrationsmanagement"),
             ("Laufzeit", "01.08.2022 bis 31.12.2022"), ("Beantragter Betrag", "")]  # fmt: skip
    for number, (label, value) in enumerate(rows):
        y = 76 + 11 * number
        sheet.box((_LEFT, y, 34, y + 11))
        sheet.box((34, y, 85, y + 11))
        sheet.box((85, y, _RIGHT, y + 11))
        sheet.text((27, y + 7), f"{number + 1}", "wide", 9)
        sheet.text((36, y + 7), label, "wide", 8.5)
        sheet.text((88, y + 7), value, "sans", 10.5)
    _betrag(sheet, angaben, (140, 76 + 11 * len(rows) - 4), "sans")
    _erklaerungen(sheet, 194, "wide", "Verbindliche Erklärungen")
    sheet.text(
        (_LEFT, 240), "Der Kosten- und Finanzierungsplan auf Seite 2 ist Bestandteil", "wide", 8.5
    )
    sheet.text((_LEFT, 245), "des Antrags. Die Unterschrift steht auf Seite 2.", "wide", 8.5)
    sheet.text((_RIGHT, 285), "Seite 1/2", "wide", 7, anchor="r")
    _plan_page(angaben, new_sheet())


def _plan_page(angaben: Angaben, sheet: Sheet) -> None:
    _plan(sheet, angaben, 30)
    columns = (_LEFT, 70, 120, _RIGHT)
    labels = ("Ort, Datum", "Name, Amtsbezeichnung", "Unterschrift der/des Vertretungsberechtigten")
    for x0, x1, label in zip(columns, columns[1:], labels, strict=False):
        sheet.box((x0, 168, x1, 175), fill=228)
        sheet.text((x0 + 1.5, 173), label, "wide", 7)
        sheet.box((x0, 175, x1, 203))
    sheet.text((27, 190), f"{angaben.amt.sitz},", "sans", 9.5)
    sheet.text((27, 195), angaben.datum, "sans", 9.5)
    sheet.text((72, 190), angaben.amt.person, "sans", 9.5)
    sheet.text((72, 195), "Dezernatsleitung", "sans", 9.5)
    _sign(sheet, angaben, (124, 198))
    sheet.text((_RIGHT, 285), "Seite 2/2", "wide", 7, anchor="r")


def _plan(sheet: Sheet, angaben: Angaben, top: float) -> None:
    sheet.text((_LEFT, top), "Kosten- und Finanzierungsplan", "wide-bold", 13)
    sheet.text((_LEFT, top + 7), f"Antragsteller: {angaben.amt.kreis}", "wide", 9.5)
    betrag = angaben.betrag or Decimal(0)
    gesamt = betrag + angaben.eigenmittel
    sach = (gesamt * Decimal("0.18")).quantize(Decimal("0.01"))
    rows = (("Personalausgaben", gesamt - sach), ("Sachausgaben", sach),
            ("Summe Gesamtausgaben", gesamt), ("", None), ("Eigenmittel", angaben.eigenmittel),
            ("Leistungen Dritter", Decimal(0)), ("Zuwendung des Landes", betrag),
            ("Summe Finanzierung", gesamt))  # fmt: skip
    for number, (label, value) in enumerate(rows):
        y = top + 16 + 10 * number
        if value is None:
            continue
        bold = label.startswith("Summe")
        sheet.box((_LEFT, y, 120, y + 10), fill=240 if bold else None)
        sheet.box((120, y, _RIGHT, y + 10), fill=240 if bold else None)
        sheet.text((28, y + 6.5), label, "wide-bold" if bold else "wide", 9.5)
        sheet.text((186, y + 6.5), f"{euro(value)} EUR", "sans", 10.5, anchor="r")


# --- annexes ---------------------------------------------------------------------------------


def draw_cost_plan(angaben: Angaben, new_sheet: NewSheet) -> None:
    """The financing plan alone, as an annex without a place to sign."""
    sheet = new_sheet()
    sheet.text((_RIGHT, 18), "Anlage 1", "wide", 9, anchor="r")
    _plan(sheet, angaben, 30)


def draw_cover_letter(angaben: Angaben, new_sheet: NewSheet) -> None:
    """A letter on the authority's own paper, signed by hand: a signature, but not the form's."""
    sheet = new_sheet()
    amt = angaben.amt
    sheet.text((_LEFT, 22), amt.verwaltung, "sans-bold", 15)
    sheet.line((_LEFT, 26, _RIGHT, 26), width=0.5)
    sheet.text((_LEFT, 32), f"{amt.verwaltung} - {amt.strasse} - {amt.ort}", "sans", 7)
    _addressee(sheet, "sans", 46.0)
    sheet.text((_RIGHT, 80), f"{amt.sitz}, {angaben.datum}", "sans", 10.5, anchor="r")
    lines = ("Übersendung unserer Antragsunterlagen", "", "Sehr geehrte Damen und Herren,", "",
             "beigefügt übersenden wir Ihnen unsere Unterlagen zur Soforthilfe für die",
             "Integration von Vertriebenen aus der Ukraine mit der Bitte um Prüfung.",
             "Für Rückfragen stehen wir zur Verfügung.", "", "Mit freundlichen Grüßen")  # fmt: skip
    for number, words in enumerate(lines):
        sheet.text((_LEFT, 96 + 6 * number), words, "sans-bold" if number == 0 else "sans", 10.5)
    _sign(sheet, angaben, (_LEFT, 166))
    sheet.text((_LEFT, 173), amt.person, "sans", 10.5)
    footer = f"Kreissparkasse  IBAN {iban('08999')}   Tel. {amt.telefon}   www.{amt.domain}"
    sheet.text((_LEFT, 284), footer, "sans", 7)


# --- parts -----------------------------------------------------------------------------------


def _stammdaten(amt: Amt) -> Sequence[tuple[str, str]]:
    return (
        ("Antragsteller", amt.kreis),
        ("Anschrift", f"{amt.strasse}, {amt.ort}"),
        ("Ansprechpartner/in", amt.person),
        ("Telefon / E-Mail", f"{amt.telefon} / foerderung@{amt.domain}"),
        ("IBAN", iban(amt.ags)),
        ("Kontoinhaber", f"{amt.verwaltung}, Kasse"),
    )


def _addressee(sheet: Sheet, style: str, top: float) -> None:
    for row, words in enumerate(("An das", "Regierungspräsidium Stuttgart", "Referat 15.2")):
        sheet.text((_LEFT, top + 5 * row), words, style, 10.5)


def _dots(sheet: Sheet, start: float, end: float, y: float) -> None:
    x = start
    while x < end:
        sheet.line((x, y, x + 0.25, y), width=0.2)
        x += 1.0


def _strip(sheet: Sheet, top: float, words: str) -> None:
    sheet.box((_LEFT, top, _RIGHT, top + 7), fill=222)
    sheet.text((28, top + 5), words, "sans-bold", 10)


def _filled_box(
    sheet: Sheet, edges: tuple[float, float, float, float], label: str, value: str
) -> None:
    sheet.box(edges)
    sheet.text((edges[0] + 2, edges[1] + 3.6), label, "sans", 7)
    sheet.text((edges[0] + 3, edges[1] + 10), value, "typed", 9)


def _erklaerungen(sheet: Sheet, top: float, style: str, heading: str) -> None:
    bold = f"{style}-bold"
    sheet.text((_LEFT, top), heading, bold, 10.5)
    sheet.text((_LEFT, top + 6), "Der Antragsteller erklärt, dass", style, 9)
    for row, words in enumerate(_ERKLAERUNGEN):
        y = top + 12.5 + 6 * row
        sheet.box((26, y - 2.8, 29, y + 0.2))
        sheet.line((26.4, y - 2.4, 28.6, y - 0.2), width=0.35)
        sheet.line((28.6, y - 2.4, 26.4, y - 0.2), width=0.35)
        sheet.text((32, y), words, style, 9)


def _betrag(sheet: Sheet, angaben: Angaben, at: tuple[float, float], style: str) -> None:
    """The requested sum, right-aligned at a point: typed, or by hand, or nothing."""
    if angaben.betrag is None:
        return
    if angaben.handwritten is None:
        sheet.text(at, angaben.betrag_text, style, 10.5, anchor="r")
        return
    mask = figures(angaben.betrag_text, angaben.handwritten)
    corner = (at[0] - mask.shape[1] / MM, at[1] - mask.shape[0] / MM + 2.6)
    sheet.ink(mask, corner, BLUE)


def _sign(sheet: Sheet, angaben: Angaben, at: tuple[float, float]) -> None:
    """Fills the signature block; `at` is where the pen's lowest ink would rest."""
    block = angaben.zeichnung
    if block.typed:
        sheet.text((at[0] + 2, at[1] - 2), block.typed, "sans", 11)
    if block.stamped:
        mask = seal(angaben.amt.verwaltung, int(angaben.amt.ags))
        sheet.ink(mask, (at[0] + 28, at[1] - 26), SEAL)
    if block.hand is not None:
        mask = signature(block.hand)
        top = at[1] - mask.shape[0] / MM + 2.0 + block.drop_mm
        sheet.ink(mask, (at[0], top), block.hand.colour)
