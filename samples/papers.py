"""From a filled form to the attachment: scanned, photographed, locked, typed, or never printed.

Promises: the same bytes for the same application and seed. Touches: nothing.
Trusts: forms.py, scanner.py; pypdf for encryption.
Limits: encryption is RC4 with 128 bits, because it needs no random numbers; old offices use it.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, ByteStringObject

from samples.aemter import AEMTER
from samples.angaben import Angaben, Layout, Zeichnung, euro
from samples.forms import SUBTITLE, TITLE, NewSheet, draw_antrag, draw_cost_plan, draw_cover_letter
from samples.mails import Part, docx
from samples.pen import Hand
from samples.scanner import FAX_300, Kind, pdf_of, photo, scan
from samples.sheet import File, Paper

_PDF = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Antrag:
    """What a sample says about a form; `betrag` as a decimal string, None for a blank field."""

    ags: str
    layout: Layout
    betrag: str | None
    seed: int
    datum: str = "14.07.2022"
    betrag_text: str = ""
    kind: Kind = FAX_300
    zeichnung: Zeichnung | None = None
    eigenmittel: str = "18250.00"
    handwritten: bool = False

    @property
    def angaben(self) -> Angaben:
        """The form's contents; without a `zeichnung` of its own it is signed by hand."""
        betrag = None if self.betrag is None else Decimal(self.betrag)
        text = self.betrag_text or ("" if betrag is None else euro(betrag) + self._unit)
        return Angaben(
            amt=AEMTER[self.ags],
            betrag=betrag,
            betrag_text=text,
            datum=self.datum,
            eigenmittel=Decimal(self.eigenmittel),
            zeichnung=self.zeichnung or _signed(self.seed),
            handwritten=self.seed if self.handwritten else None,
        )

    @property
    def _unit(self) -> str:
        return {Layout.ZEILE: "", Layout.KASTEN: " €", Layout.TABELLE: " EUR"}[self.layout]

    @property
    def name(self) -> str:
        """A file name as offices give it."""
        place = AEMTER[self.ags].kreis.replace(" ", "_")
        return f"Antrag_Soforthilfe_{place}.pdf"


def hand(seed: int) -> Hand:
    """A person's way of signing, drawn by lot within what people do."""
    return Hand(
        seed=seed * 17 + 5,
        width_mm=38.0 + seed * 11 % 30,
        height_mm=9.5 + seed * 7 % 10,
        slant_deg=4.0 + seed * 5 % 22,
        nib_mm=0.34 + seed % 5 * 0.03,
        letters=5 + seed % 6,
        underline=seed % 6 == 0,
        colour=(34, 34, 38) if seed % 3 == 0 else (28, 44, 138),
    )


def _signed(seed: int) -> Zeichnung:
    """Signed by hand; some keep above the line, some write through it."""
    return Zeichnung(hand=hand(seed), drop_mm=seed % 3 * 1.5)


def scanned(antrag: Antrag) -> Part:
    """Printed, signed, scanned: the ordinary way."""
    payload = _scan_of(lambda new: draw_antrag(antrag.layout, antrag.angaben, new), antrag)
    return Part(name=antrag.name, kind=_PDF, payload=payload)


def cost_plan(antrag: Antrag) -> Part:
    """The annex: a cost plan on a scan of its own."""
    payload = _scan_of(lambda new: draw_cost_plan(antrag.angaben, new), antrag)
    return Part(name="Anlage_1_Kostenplan.pdf", kind=_PDF, payload=payload)


def cover_letter(antrag: Antrag) -> Part:
    """A signed letter that goes with the application."""
    payload = _scan_of(lambda new: draw_cover_letter(antrag.angaben, new), antrag)
    return Part(name="Anschreiben.pdf", kind=_PDF, payload=payload)


def photographed(antrag: Antrag) -> Part:
    """The signed sheet, taken with a telephone."""
    sheets = _sheets(lambda new: draw_antrag(antrag.layout, antrag.angaben, new))
    return Part(name="IMG_2714.jpg", kind="image/jpeg", payload=photo(sheets[0].picture, 7))


def born_digital(antrag: Antrag) -> Part:
    """Typed and saved as PDF; the signature is a picture that was pasted in."""
    page = File(TITLE)
    draw_antrag(antrag.layout, antrag.angaben, lambda: page)
    return Part(name=antrag.name, kind=_PDF, payload=page.pdf())


def locked(antrag: Antrag) -> Part:
    """The scan behind a user password that the mail does not tell."""
    writer = PdfWriter(PdfReader(io.BytesIO(scanned(antrag).payload)))
    mark = ByteStringObject(antrag.ags.encode().ljust(16, b"-"))
    fixed = ArrayObject((mark, mark))
    writer._ID = fixed  # noqa: SLF001 - the key is made from it; pypdf would draw it by lot
    writer.encrypt("Wertheim-2022", "Kreiskasse-Archiv", algorithm="RC4-128")
    writer._ID = fixed  # noqa: SLF001 - encrypt() drew the second half anew
    buffer = io.BytesIO()
    writer.write(buffer)
    return Part(name=antrag.name, kind=_PDF, payload=buffer.getvalue())


def word_file(antrag: Antrag) -> Part:
    """The form as a word-processor file, never printed."""
    amt = AEMTER[antrag.ags]
    lines = (TITLE, SUBTITLE, f"Antragsteller: {amt.kreis}", f"Anschrift: {amt.strasse}, {amt.ort}",
             f"Beantragte Zuwendung: {antrag.angaben.betrag_text}", "Unterschrift:")  # fmt: skip
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return Part(name=antrag.name.replace(".pdf", ".docx"), kind=kind, payload=docx(lines))


def _scan_of(draw: Callable[[NewSheet], None], antrag: Antrag) -> bytes:
    sheets = _sheets(draw)
    scans = [scan(s.picture, antrag.kind, antrag.seed * 10 + n) for n, s in enumerate(sheets)]
    return pdf_of(scans)


def _sheets(draw: Callable[[NewSheet], None]) -> list[Paper]:
    sheets: list[Paper] = []

    def new_sheet() -> Paper:
        sheets.append(Paper())
        return sheets[-1]

    draw(new_sheet)
    return sheets
