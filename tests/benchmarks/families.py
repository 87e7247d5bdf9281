"""The forms themselves: ten families of layouts that are none of the three of the sample scans.

A `Look` holds all that is drawn by chance about a form (fonts, sizes, wording, rules); a `Flow`
lets it run down the pages and notes where the fields came to lie. The look never depends on who
fills the form in, so that one form can be filled in many times.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.benchmarks.filling import Filling, german, in_words
from tests.benchmarks.pens import Hand, hand_words
from tests.benchmarks.sheet import (
    SCALE,
    WIDTH,
    Colour,
    Frame,
    Ink,
    Line,
    Pixels,
    Rect,
    Sheet,
    Text,
    sized,
    width_of,
)

TRUETYPE = "/usr/share/fonts/truetype"
FONTS = {  # plain, bold
    "sans": ("liberation/LiberationSans-Regular.ttf", "liberation/LiberationSans-Bold.ttf"),
    "serif": ("liberation/LiberationSerif-Regular.ttf", "liberation/LiberationSerif-Bold.ttf"),
    "narrow": (
        "liberation/LiberationSansNarrow-Regular.ttf",
        "liberation/LiberationSansNarrow-Bold.ttf",
    ),
    "dejavu": ("dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf"),
    "condensed": ("dejavu/DejaVuSansCondensed.ttf", "dejavu/DejaVuSansCondensed-Bold.ttf"),
    "dejavu-serif": ("dejavu/DejaVuSerif.ttf", "dejavu/DejaVuSerif-Bold.ttf"),
    "mono": ("liberation/LiberationMono-Regular.ttf", "liberation/LiberationMono-Bold.ttf"),
    "nimbus": ("../opentype/urw-base35/NimbusSans-Regular.otf",
               "../opentype/urw-base35/NimbusSans-Bold.otf"),
    "palatino": ("../opentype/urw-base35/P052-Roman.otf",
                 "../opentype/urw-base35/P052-Bold.otf"),
    "bookman": ("../opentype/urw-base35/URWBookman-Light.otf",
                "../opentype/urw-base35/URWBookman-Demi.otf"),
    "gothic": ("../opentype/urw-base35/URWGothic-Book.otf",
               "../opentype/urw-base35/URWGothic-Demi.otf"),
    "century": ("../opentype/urw-base35/C059-Roman.otf",
                "../opentype/urw-base35/C059-Bold.otf"),
}  # fmt: skip
FORM_FONTS = tuple(name for name in FONTS if name != "mono")
FILL_FONTS = ("sans", "serif", "mono", "dejavu", "narrow", "nimbus", "palatino")

TITLES = (
    "Soforthilfe für die Integration von Vertriebenen aus der Ukraine",
    "Soforthilfe Ukraine",
    "Soforthilfe für Vertriebene aus der Ukraine",
    "Soforthilfe Ukraine 2022 - Integrationsmanagement",
)
KINDS = (
    "Antrag auf Gewährung einer Zuwendung", "Zuwendungsantrag", "Förderantrag",
    "Antrag auf Förderung", "Antrag auf Gewährung eines Zuschusses", "Antragsformular",
)  # fmt: skip
AMOUNTS = (
    "Höhe der beantragten Zuwendung", "Beantragte Zuwendung", "Beantragter Zuwendungsbetrag",
    "Beantragte Förderung", "Beantragter Betrag", "Beantragter Zuschuss", "Beantragte Zuweisung",
    "Beantragte Mittel", "Beantragte Soforthilfe", "Antragssumme", "Beantragte Landesmittel",
    "Beantragte Fördersumme", "Es wird eine Zuwendung in folgender Höhe beantragt",
    "Zuwendungsbetrag (in Euro)", "Höhe der Soforthilfe",
)  # fmt: skip
ODD_AMOUNTS = (
    "Erbetener Zuschuss des Landes", "Gewünschte Landeszuwendung", "Finanzbedarf aus Landesmitteln",
    "Aus der Soforthilfe werden benötigt", "Zuwendung des Landes, um die gebeten wird",
)  # fmt: skip
APPLICANTS = (
    "Stadt-/Landkreis", "Stadt- oder Landkreis", "Name des Kreises", "Antragsteller",
    "Antragsteller/in", "Antragstellende Körperschaft", "Antragstellende Kommune",
    "Antragstellende Stelle", "Name/Bezeichnung", "Zuwendungsempfänger", "Antragstellender Kreis",
)  # fmt: skip
ODD_APPLICANTS = ("Gebietskörperschaft", "Kommune", "Körperschaft", "Für wen wird beantragt?")
SIGNATURES = (
    "Unterschrift", "Rechtsverbindliche Unterschrift", "Name, Unterschrift",
    "Unterschrift der/des Vertretungsberechtigten", "Unterschrift des Antragstellers",
    "Rechtsverbindliche Unterschrift und Stempel", "Unterschrift, Dienstsiegel",
)  # fmt: skip
ODD_SIGNATURES = ("(Landrätin/Landrat)", "Für die antragstellende Kommune", "Gezeichnet")
PLACES = ("Ort, Datum", "Ort und Datum", "Ort/Datum", "Datum")
INTRO = (
    (
        "Das Land Baden-Württemberg unterstützt die Stadt- und Landkreise bei der Integration "
        "von Vertriebenen aus der Ukraine. Die Mittel werden auf Antrag nach dem Planungsrahmen "
        "gewährt."
    ),
    (
        "Bitte füllen Sie den Antrag vollständig aus, drucken und unterschreiben Sie ihn und "
        "senden Sie ihn eingescannt per E-Mail an das Regierungspräsidium Stuttgart, Referat 15.2."
    ),
    (
        "Der Antrag muss bis zum 22.07.2022 beim Regierungspräsidium eingegangen sein. Später "
        "eingehende Anträge können nicht berücksichtigt werden."
    ),
)
DECLARED = (
    "Mit der Maßnahme wurde noch nicht begonnen.",
    "Die Angaben in diesem Antrag und in den Anlagen sind vollständig und richtig.",
    "Die Mittel werden nur für die soziale Beratung und Begleitung von Vertriebenen verwendet.",
    "Die Gesamtfinanzierung ist gesichert; eine Doppelförderung findet nicht statt.",
    "Es besteht keine Berechtigung zum Vorsteuerabzug nach § 15 UStG.",
    "Mir/Uns ist bekannt, dass kein Rechtsanspruch auf die Förderung besteht.",
    "Die Angaben sind subventionserheblich im Sinne von § 264 StGB.",
    "Die Nebenbestimmungen (ANBest-K) werden anerkannt.",
)
FAMILIES = (
    "above", "bracket", "leader", "cells", "columns", "running", "comb", "costs", "numbered",
    "letter", "bundle",
)  # fmt: skip


def font(name: str, *, bold: bool = False) -> str:
    """The path of one of FONTS."""
    return f"{TRUETYPE}/{FONTS[name][int(bold)]}"


class Look:
    """What the form looks like before anybody fills it in."""

    def __init__(self, rng: Random, *, truetype: bool = False, family: str = "") -> None:
        self.rng = rng
        self.family = family or rng.choice(FAMILIES)
        names = [n for n in FORM_FONTS if not (truetype and ".." in FONTS[n][0])]
        self.name = rng.choice(names)
        self.size = rng.choice((8.5, 9.0, 9.5, 10.0, 10.5, 11.0))
        self.left = rng.uniform(48, 80)
        self.right = WIDTH - rng.uniform(40, 70)
        self.gap = rng.uniform(1.0, 1.45)
        self.odd = rng.random() < 0.1
        self.title, self.kind = rng.choice(TITLES), rng.choice(KINDS)
        self.amount = rng.choice(ODD_AMOUNTS if self.odd else AMOUNTS)
        self.applicant = rng.choice(ODD_APPLICANTS if self.odd else APPLICANTS)
        self.signature = rng.choice(ODD_SIGNATURES if self.odd else SIGNATURES)
        self.place = rng.choice(PLACES)
        self.colon = rng.choice((":", ":", ""))
        self.unit = rng.choice(("EUR", "Euro", "€", "€", ""))
        self.rule = rng.choice((None, None, (1.0, 2.0), (3.0, 2.0), (0.8, 1.2)))
        self.thick = rng.choice((0.4, 0.6, 0.9))
        self.shade = rng.choice((None, None, 225, 238))
        self.block = rng.choice(("lines", "frame", "joint", "left", "cells", "stacked"))
        self.box = rng.choice(("[]", "-", "dot"))
        self.frames = rng.random() < 0.6
        self.bold_amount = rng.random() < 0.4

    @property
    def plain(self) -> str:
        """The text font."""
        return font(self.name)

    @property
    def bold(self) -> str:
        """The same, bold."""
        return font(self.name, bold=True)


@dataclass
class Pen:
    """How the fields are filled in: typed in a font, or with a hand."""

    rng: Random
    style: str  # of the amount: typed, hand-digits, hand-font, blank
    typed: str
    size: float
    hand: Hand
    hand_font: str
    colour: Colour
    all_by_hand: bool
    paper: bool = True  # False: a program filled it in, there is no pen


@dataclass
class Slot:
    """Where a value goes: base line from x to x1, on which page."""

    page: int
    x: float
    y: float
    x1: float
    high: float


@dataclass
class Flow:
    """The form on its way down the pages; `fields` are page (from 1) and box."""

    look: Look
    filling: Filling
    pen: Pen
    sheets: list[Sheet] = field(default_factory=lambda: [Sheet()])
    y: float = 52.0
    fields: dict[str, tuple[int, Rect]] = field(default_factory=dict)
    block: "Block | None" = None

    @property
    def page(self) -> Sheet:
        """The page that is being filled."""
        return self.sheets[-1]

    @property
    def step(self) -> float:
        """One line of text."""
        return self.look.size * 1.3

    def room(self, high: float) -> None:
        """A new page when so many points do not fit any more."""
        if self.y + high > 800:
            self.new_page()

    def new_page(self) -> None:
        """Goes on at the top of another sheet."""
        self.sheets.append(Sheet())
        self.y = 60.0

    def text(self, x: float, y: float, words: str, *, bold: bool = False, size: float = 0) -> float:
        """Prints words of the form and gives their right end."""
        path, size = self.look.bold if bold else self.look.plain, size or self.look.size
        self.page.print.append(Text(x, y, words, path, size))
        return x + width_of(words, path, size)

    def paragraph(self, words: str, *, x: float = 0, x1: float = 0, size: float = 0) -> None:
        """Words in lines between the margins."""
        x, x1, size = x or self.look.left, x1 or self.look.right, size or self.look.size
        line = ""
        for word in [*words.split(), ""]:
            longer = f"{line} {word}".strip()
            if not word or width_of(longer, self.look.plain, size) > x1 - x:
                self.room(size * 1.3)
                self.y += size * 1.3
                self.text(x, self.y, line, size=size)
                line = word
            else:
                line = longer
        self.y += size * 0.4

    def rule(self, rect: Rect, *, solid: bool = False) -> None:
        """A ruled line in the form's manner."""
        dash = None if solid else self.look.rule
        self.page.print.append(Line(rect, self.look.thick, dash))

    def frame(self, rect: Rect, *, fill: int | None = None) -> None:
        """A frame in the form's manner."""
        self.page.print.append(Frame(rect, self.look.thick, fill))

    def heading(self, words: str) -> None:
        """The title of a section, on a shaded band where the form has them."""
        self.room(60)
        self.y += self.step * 0.9 * self.look.gap
        if self.look.shade is not None:
            top = self.y - self.look.size * 0.2
            bottom = self.y + self.step * 1.15
            shade = Frame((self.look.left - 3, top, self.look.right, bottom), 0, self.look.shade)
            self.page.print.append(shade)
        self.y += self.step * 0.85
        self.text(self.look.left, self.y, words, bold=True)
        self.y += self.step * 0.5

    def write(self, slot: Slot, words: str, *, by_hand: bool | None = None) -> Rect:
        """Fills the slot in, typed or by hand, and gives the box of what was written."""
        pen = self.pen
        if pen.all_by_hand if by_hand is None else by_hand:
            alpha = hand_words(words, pen.hand_font, pen.rng.uniform(3.0, 3.8), pen.rng)
            return self.ink(slot, _fitting(alpha, slot))
        size = pen.size
        while size > 6 and width_of(words, pen.typed, size) > slot.x1 - slot.x:
            size -= 0.5
        self.sheets[slot.page].print.append(Text(slot.x, slot.y, words, pen.typed, size))
        wide = width_of(words, pen.typed, size)
        return (slot.x, slot.y - 0.75 * size, slot.x + wide, slot.y + 0.2 * size)

    def ink(self, slot: Slot, alpha: Pixels) -> Rect:
        """Puts ink with its foot on the slot's base line, smaller if it is too wide."""
        rng = self.pen.rng
        high = alpha.shape[0] / SCALE
        spot = slot.x + rng.uniform(0, 8), slot.y - high + rng.uniform(-1.5, 2.0)
        mark = Ink(*spot, alpha, self.pen.colour)
        self.sheets[slot.page].inks.append(mark)
        return mark.rect

    def amount(self, slot: Slot) -> None:
        """The requested amount in its slot; notes the field as the slot's box."""
        box = (slot.x, slot.y - slot.high, slot.x1, slot.y + 3)
        words = self.filling.amount_text
        match self.pen.style if words else "blank":
            case "typed":
                inner = self._aligned(slot, words or "")
                self.write(inner, words or "", by_hand=False)
            case "hand-digits":
                high = min(self.pen.rng.uniform(3.6, 5.6), slot.high / 72 * 25.4 * 1.15)
                self.ink(slot, _fitting(self.pen.hand.number(words or "", high), slot))
            case "hand-font":
                self.write(slot, words or "", by_hand=True)
        self.fields["amount"] = (slot.page + 1, box)

    def _aligned(self, slot: Slot, words: str) -> Slot:
        """Amounts stand at the left, in the middle or at the right of their field."""
        free = slot.x1 - slot.x - width_of(words, self.pen.typed, self.pen.size) - 6
        shift = max(free, 0) * self.pen.rng.choice((0.0, 0.0, 0.5, 1.0)) + 3
        return Slot(slot.page, slot.x + shift, slot.y, slot.x1 + shift, slot.high)


def _fitting(alpha: Pixels, slot: Slot) -> Pixels:
    """Writing as large as there is room for, as people write."""
    wide, high = (slot.x1 - slot.x) * SCALE, 1.2 * slot.high * SCALE
    share = min(1.0, wide / alpha.shape[1], high / alpha.shape[0])
    return sized(alpha, round(alpha.shape[1] * share), round(alpha.shape[0] * share))


@dataclass
class Block:
    """Where the signature belongs: its box, its line, and the label's base line."""

    page: int
    box: Rect
    line: float
    label: float
    date: Slot | None


# Ways to set a label and its value: (flow, x, x1, label) gives the slot and the height used.
Style = Callable[[Flow, float, float, str], tuple[Slot, float]]


def above(flow: Flow, x: float, x1: float, label: str) -> tuple[Slot, float]:
    """The label above the line or box of the value."""
    look = flow.look
    y = flow.y + look.size
    flow.text(x, y, label + look.colon, size=look.size * 0.9)
    base = y + max(look.size * 1.75, 18)
    if look.frames:
        flow.frame((x, y + 3.5, x1, base + 4))
        return Slot(len(flow.sheets) - 1, x + 4, base, x1 - 2, 14), base + 10 - flow.y
    flow.rule((x, base + 3, x1, base + 3))
    return Slot(len(flow.sheets) - 1, x + 2, base, x1, 14), base + 9 - flow.y


def bracket(flow: Flow, x: float, x1: float, label: str) -> tuple[Slot, float]:
    """The label in small brackets below the line."""
    look = flow.look
    base = flow.y + look.size * 2.0
    flow.rule((x, base + 3, x1, base + 3))
    small = max(6.5, look.size * 0.72)
    flow.text(x, base + 4.5 + small, f"({label})", size=small)
    return Slot(len(flow.sheets) - 1, x + 2, base, x1, 16), base + small + 9 - flow.y


def leader(flow: Flow, x: float, x1: float, label: str) -> tuple[Slot, float]:
    """The label, dots, and the value on the dots or after them."""
    look = flow.look
    base = flow.y + look.size * 1.8
    end = flow.text(x, base, label + look.colon) + 4
    goal = max(end + 20, x + (x1 - x) * 0.45)
    if goal > x1 - 90:  # a long label: the dots begin in the next line
        base += look.size * 1.6
        end = goal = x + 20
    dots = Line((end, base + 1, x1, base + 1), 0.9, (0.9, 2.2))
    flow.page.print.append(dots)
    return Slot(len(flow.sheets) - 1, goal, base, x1, 14), base + look.size * 0.8 - flow.y


def cell(flow: Flow, x: float, x1: float, label: str) -> tuple[Slot, float]:
    """A framed cell with the label small at its top."""
    look = flow.look
    small = max(6.0, look.size * 0.7)
    bottom = flow.y + small + look.size * 2.3
    flow.frame((x, flow.y, x1, bottom))
    flow.text(x + 3, flow.y + small + 2, label, size=small)
    return Slot(len(flow.sheets) - 1, x + 5, bottom - 5, x1 - 3, 15), bottom - flow.y


def beside(flow: Flow, x: float, x1: float, label: str) -> tuple[Slot, float]:
    """The label at the left, the value in a column of its own, with no line."""
    look = flow.look
    base = flow.y + look.size * 1.5
    split = x + (x1 - x) * 0.4
    end = flow.text(x, base, label + look.colon)
    if end > split - 4:
        base += look.size * 1.4
    return Slot(len(flow.sheets) - 1, split, base, x1, 14), base + look.size * 0.7 - flow.y


STYLES: dict[str, Style] = {
    "above": above, "bracket": bracket, "leader": leader, "cells": cell, "columns": above,
    "running": beside, "comb": above, "costs": leader, "numbered": beside,
}  # fmt: skip


def details(flow: Flow) -> list[tuple[str, str]]:
    """The other fields of the applicant: label and value."""
    f, rng = flow.filling, flow.look.rng
    rows = [
        (rng.choice(("Anschrift", "Straße, Hausnummer", "Straße und Hausnr. oder Postfach")),
         f.street),
        (rng.choice(("PLZ, Ort", "Postleitzahl, Ort")), f.town),
        (rng.choice(("Ansprechpartner", "Ansprechpartner/in", "Auskunft erteilt", "Kontaktperson")),
         f.contact),
        (rng.choice(("Telefon", "Tel. (Durchwahl)")), f.phone),
        (rng.choice(("E-Mail", "E-Mail-Adresse")), f.mail),
        (rng.choice(("IBAN", "Bankverbindung (IBAN)", "IBAN-Nr.")), f.iban),
        (rng.choice(("Kassenzeichen", "Buchungszeichen", "Aktenzeichen")), f.booking),
    ]  # fmt: skip
    kept = rng.sample(range(len(rows)), rng.randint(4, len(rows)))
    return [rows[k] for k in sorted(kept)]


def amount_row(flow: Flow, style: Style, x: float, x1: float) -> None:
    """The field of the amount by a style, with the currency behind it, before it or nowhere."""
    look = flow.look
    before = style is bracket or style is above or style is cell
    wide = x1 - x if not before else min(x1 - x, 210.0)
    slot, high = style(flow, x, x + wide, look.amount)
    if look.unit:
        if before and style is not cell:
            flow.text(x + wide + 5, slot.y, look.unit)
        else:
            at = slot.x1 - width_of(look.unit, look.plain, look.size) - 2
            flow.text(at, slot.y, look.unit)
            slot.x1 = at - 4
    flow.amount(slot)
    flow.y += high * look.gap


def words_row(flow: Flow) -> None:
    """The amount in words, often left empty."""
    look, amount = flow.look, flow.filling.amount
    if look.rng.random() > 0.4:
        return
    base = flow.y + flow.step * 1.2
    end = flow.text(look.left, base, "in Worten: ")
    flow.rule((end, base + 3, look.right, base + 3))
    if amount is not None and flow.pen.rng.random() < 0.7:
        slot = Slot(len(flow.sheets) - 1, end + 4, base, look.right, 14)
        flow.write(slot, in_words(amount))
    flow.y = base + flow.step * 0.6


def other_money(flow: Flow) -> None:
    """The planning frame and own funds: numbers that are not asked for."""
    look = flow.look
    for label, value in (("Planungsrahmen", flow.filling.frame), ("Eigenmittel", flow.filling.own)):
        if look.rng.random() < 0.45:
            flow.y += flow.step * 1.2
            end = flow.text(look.left, flow.y, f"{label}: ")
            slot = Slot(len(flow.sheets) - 1, end + 4, flow.y, look.right, 14)
            flow.write(slot, f"{german(value)} EUR", by_hand=False)
    flow.y += flow.step * 0.4
