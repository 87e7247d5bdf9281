"""Composes filled forms as scans with truth: `python tests/benchmarks/layouts.py OUT --count N`.

Ten families of forms and a letter (families.py), filled in by invented applicants (filling.py),
signed or not (blocks.py), through scanners (scans.py). Writes OUT/*.pdf (some .jpg) and
OUT/truth.jsonl in the shape of the sample scans. The same seed gives the same files.

`--writers a` or `b` takes one half of the writers and fonts; `--known-form` fills the same blank
form in again and again.
Real signatures and digits are read from ../shared/data, which has to be there.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import blocks, families, filling, pens, scans, sheet
from tests.benchmarks.families import STYLES, Flow, Look, Pen, Slot, amount_row, details

AMOUNT_STYLES = {"typed": 62, "hand-digits": 20, "hand-font": 11, "blank": 7}


@dataclass(frozen=True)
class Plan:
    """What is decided before anything is drawn; `form` seeds the look, `seed` all else."""

    name: str
    seed: str
    form: str
    writers: str
    family: str = ""
    scan: str = ""
    typed: bool = False


def composed(plan: Plan) -> tuple[scans.File, dict[str, Any]]:
    """One document: the bytes, and its line of truth."""
    rng = Random(plan.seed)
    scan = plan.scan or rng.choices(list(scans.KINDS), list(scans.KINDS.values()))[0]
    kind = rng.choices(list(blocks.KINDS), list(blocks.KINDS.values()))[0]
    style = rng.choices(list(AMOUNT_STYLES), list(AMOUNT_STYLES.values()))[0]
    style = "typed" if plan.typed else style
    if scan == "born-digital":
        kind = rng.choice(blocks.DIGITAL)
        style = style if style == "blank" else "typed"
    elif kind == "pasted" and not plan.scan and rng.random() < 0.5:
        scan, style = "born-digital", "typed"
    look = Look(Random(plan.form), truetype=True, family=plan.family)
    pen = _pen(rng, style, plan.writers)
    pen.paper = scan != "born-digital"
    filled = filling.filled(rng, blank=style == "blank")
    flow = Flow(look, filled, pen)
    write_form(flow)
    more = blocks.sign(flow, kind, plan.writers, rng)
    file = _through(flow, scan, rng)
    truth = _truth(plan, flow, (scan, kind), file)
    return file, truth | more


def _pen(rng: Random, style: str, writers: str) -> Pen:
    """Whoever writes the amount by hand writes the rest by hand in a third of the cases."""
    by_hand = style.startswith("hand") and rng.random() < 0.3
    name = rng.choice([n for n in families.FILL_FONTS if ".." not in families.FONTS[n][0]])
    return Pen(
        rng=rng,
        style=style,
        typed=families.font(name),
        size=rng.choice((9.0, 9.5, 10.0, 10.5, 11.0, 12.0)) + (2 if name == "narrow" else 0),
        hand=pens.Hand(rng, writers),
        hand_font=rng.choice(pens.hand_fonts(writers)),
        colour=rng.choice(pens.PENS),
        all_by_hand=by_hand,
    )


def write_form(flow: Flow) -> None:
    """The pages of the family, with everything but the signature."""
    match flow.look.family:
        case "letter":
            _letterhead(flow)
            _letter(flow, asks=True)
            blocks.greeting(flow)
        case "bundle":
            _letterhead(flow)
            _letter(flow, asks=False)
            blocks.greeting(flow)
            flow.new_page()
            _form(flow, flow.look.rng.choice(tuple(STYLES)))
            flow.new_page()
            _annex(flow)
        case family:
            _form(flow, family)


def _form(flow: Flow, family: str) -> None:
    """Head, applicant, amount, declarations, block."""
    _head(flow)
    look = flow.look
    sections = iter(("1. Antragsteller", "2. Maßnahme", "3. Finanzierung", "4. Erklärungen"))
    style = STYLES[family]
    flow.heading(next(sections))
    flow.y += 4
    _applicant(flow, style, family)
    if look.rng.random() < 0.5:
        flow.heading(next(sections))
        flow.paragraph(look.rng.choice(families.INTRO))
    else:
        next(sections)
    flow.heading(next(sections))
    flow.room(110)
    _money(flow, style, family)
    flow.heading(next(sections))
    _declarations(flow)
    blocks.block_of(flow)


def _head(flow: Flow) -> None:
    look = flow.look
    if look.rng.random() < 0.6:
        for k, words in enumerate(("An das", "Regierungspräsidium Stuttgart", "Referat 15.2",
                                   "70565 Stuttgart")):  # fmt: skip
            flow.text(look.left, flow.y + k * flow.step, words)
        if look.rng.random() < 0.6:
            box = (look.right - 140, flow.y - 10, look.right, flow.y + 50)
            flow.frame(box, fill=look.shade)
            flow.text(box[0] + 4, box[1] + 10, "Eingangsstempel", size=7)
        flow.y += 5.4 * flow.step
    big = look.size * look.rng.uniform(1.25, 1.6)
    for words, bold in ((look.kind, True), (look.title, look.rng.random() < 0.6)):
        flow.y += big * 1.35
        size = big if bold else look.size * 1.1
        while sheet.width_of(words, look.bold, size) > look.right - look.left:
            size *= 0.95
        flow.text(look.left, flow.y, words, bold=bold, size=size)
    flow.y += 6
    if look.rng.random() < 0.6:
        flow.paragraph(look.rng.choice(families.INTRO), size=look.size * 0.9)


def _applicant(flow: Flow, style: families.Style, family: str) -> None:
    """The applicant first, then the details, in one column or two."""
    look = flow.look
    slot, high = style(flow, look.left, look.right, look.applicant)
    box = flow.write(slot, flow.filling.applicant)
    flow.fields["applicant"] = (slot.page + 1, box)
    flow.y += high * (1.0 if family == "cells" else look.gap)
    rows = details(flow)
    # Long lines that have two columns of their own stand alone.
    wide = family in {"leader", "running", "numbered", "costs"}
    middle = (look.left + look.right) / 2
    while rows:
        pair = [rows.pop(0)] if wide or len(rows) == 1 else [rows.pop(0), rows.pop(0)]
        flow.room(60)
        gap = 0 if family == "cells" else 8
        spans = [(look.left, look.right)]
        if len(pair) == 2:
            spans = [(look.left, middle - gap), (middle + gap, look.right)]
        highest = 0.0
        for (x, x1), (label, value) in zip(spans, pair, strict=True):
            slot, high = style(flow, x, x1, label)
            flow.write(slot, value)
            highest = max(highest, high)
        flow.y += highest * (1.0 if family == "cells" else look.gap)
    flow.y += 3


def _money(flow: Flow, style: families.Style, family: str) -> None:
    """The requested amount in the family's manner, with other numbers round it."""
    flow.y += 4
    match family:
        case "running":
            _sentence(flow)
        case "comb":
            _comb(flow)
        case "costs":
            _table(flow)
        case "columns":
            middle = (flow.look.left + flow.look.right) / 2
            top = flow.y
            amount_row(flow, style, middle + 8, flow.look.right)
            bottom, flow.y = flow.y, top
            slot, high = style(flow, flow.look.left, middle - 8, "Bewilligungszeitraum")
            flow.write(slot, "01.07.2022 - 30.06.2023", by_hand=False)
            flow.y = max(bottom, top + high)
        case _:
            amount_row(flow, style, flow.look.left, flow.look.right)
    families.words_row(flow)
    families.other_money(flow)


def _sentence(flow: Flow) -> None:
    """The amount in a gap of a sentence."""
    look = flow.look
    start = look.rng.choice((
        "Für die Durchführung der Maßnahme wird eine Zuwendung in Höhe von",
        "Es wird die Gewährung einer Zuwendung in Höhe von",
        "Hiermit beantragen wir für das Jahr 2022 eine Zuwendung in Höhe von",
        "Zur Verstärkung des Integrationsmanagements wird ein Zuschuss in Höhe von",
    ))  # fmt: skip
    end = "Euro beantragt." if "beantragen" not in start else "Euro aus der Soforthilfe."
    x, wide = look.left, 120.0
    flow.y += flow.step * 1.6
    for word in (*start.split(), "", *end.split()):
        need = wide if not word else sheet.width_of(word, look.plain, look.size)
        if x + need > look.right:
            x = look.left
            flow.y += flow.step * 1.7
        if word:
            x = flow.text(x, flow.y, word) + look.size * 0.3
        else:
            flow.rule((x, flow.y + 2, x + wide, flow.y + 2))
            flow.amount(Slot(len(flow.sheets) - 1, x + 2, flow.y, x + wide, 15))
            x += wide + look.size * 0.4
    flow.y += flow.step * 0.7


def _comb(flow: Flow) -> None:
    """A box for each digit, the comma printed; the number ends at the right."""
    look, f = flow.look, flow.filling
    flow.y += flow.step * 1.2
    flow.text(look.left, flow.y, look.amount + look.colon)
    top, side = flow.y + 6, look.rng.uniform(14, 19)
    digits = "" if f.amount is None else f"{int(f.amount * 100):09d}".lstrip("0").rjust(9)
    x0 = x = look.left + look.rng.uniform(0, 60)
    for k in range(9):
        flow.frame((x, top, x + side, top + side * 1.25))
        if k < len(digits) and digits[k] != " ":
            _in_box(flow, (x, top, side), digits[k])
        x += side
        if k == 6:
            flow.text(x + 2, top + side, ",", bold=True, size=look.size * 1.2)
            x += 8
    flow.text(x + 6, top + side, look.unit or "EUR")
    box = (x0, top, x, top + side * 1.25)
    flow.fields["amount"] = (len(flow.sheets), box)
    flow.y = box[3] + 8


def _in_box(flow: Flow, spot: tuple[float, float, float], digit: str) -> None:
    x, top, side = spot
    page, base = len(flow.sheets) - 1, top + side * 0.98
    if flow.pen.style == "typed":
        wide = sheet.width_of(digit, flow.pen.typed, flow.pen.size)
        at = x + (side - wide) / 2
        flow.write(Slot(page, at, base, at + side, side), digit, by_hand=False)
    elif flow.pen.style == "hand-font":
        high = side / 72 * 25.4 * 0.62
        alpha = pens.hand_words(digit, flow.pen.hand_font, 3.6, flow.pen.rng)
        _centred(flow, (x, base, side), alpha, high)
    else:
        high = side / 72 * 25.4 * flow.pen.rng.uniform(0.62, 0.85)
        _centred(flow, (x, base, side), flow.pen.hand.digit(int(digit), high), high)


def _centred(
    flow: Flow, spot: tuple[float, float, float], alpha: sheet.Pixels, high_mm: float
) -> None:
    x, base, side = spot
    high = round(high_mm * pens.MM)
    wide = min(round(alpha.shape[1] * high / alpha.shape[0]), round(side * sheet.SCALE))
    fitted = sheet.sized(alpha, wide, high)
    at = x + (side - wide / sheet.SCALE) / 2 - 4 + flow.pen.rng.gauss(0, 0.8)
    flow.ink(Slot(len(flow.sheets) - 1, at, base, at + side, side), fitted)


def _table(flow: Flow) -> None:
    """Costs in rows, the total, own funds, and in one row what is asked for."""
    look, f, rng = flow.look, flow.filling, flow.look.rng
    asked = f.amount or f.frame
    total = asked + f.own
    staff = (total * 4 / 5).quantize(f.own)
    rows: list[tuple[str, Decimal | None]] = [
        ("Personalausgaben", staff),
        ("Sachausgaben", total - staff),
    ]
    rows += [("Gesamtausgaben", total), ("Eigenmittel", f.own)]
    rows.append((look.amount, None))
    if rng.random() < 0.3:
        rows.append(("Planungsrahmen", f.frame))
    split, high = look.right - rng.uniform(120, 160), flow.step * rng.uniform(1.3, 1.7)
    flow.frame((look.left, flow.y, look.right, flow.y + high), fill=look.shade)
    flow.text(look.left + 4, flow.y + high - 5, "Position", bold=True)
    flow.text(split + 4, flow.y + high - 5, "Betrag in Euro", bold=True)
    flow.y += high
    for label, value in rows:
        flow.frame((look.left, flow.y, split, flow.y + high))
        flow.frame((split, flow.y, look.right, flow.y + high))
        flow.text(look.left + 4, flow.y + high - 5, label, bold=value is None and look.bold_amount)
        slot = Slot(len(flow.sheets) - 1, split + 4, flow.y + high - 5, look.right - 3, high - 6)
        if value is None:
            flow.amount(slot)
        elif f.amount is not None:
            flow.write(slot, filling.german(value), by_hand=False)
        flow.y += high
    flow.y += 4


def _declarations(flow: Flow) -> None:
    look = flow.look
    for words in look.rng.sample(families.DECLARED, look.rng.randint(3, 6)):
        flow.room(30)
        y = flow.y + look.size * 1.3
        if look.box == "[]":
            flow.frame((look.left, y - 7, look.left + 7, y))
            if flow.pen.rng.random() < 0.8:
                flow.text(look.left + 1.2, y - 0.8, "x", size=8)
        else:
            flow.text(look.left + 1, y, "-" if look.box == "-" else "•")
        flow.paragraph(words, x=look.left + 14)


def _letterhead(flow: Flow) -> None:
    """The applicant's own paper: address, telephone, account, reference."""
    look, f = flow.look, flow.filling
    flow.text(look.left, flow.y + 6, f.applicant, bold=True, size=look.size * 1.6)
    flow.y += 12
    flow.rule((look.left, flow.y + 4, look.right, flow.y + 4), solid=True)
    x, y = look.right - 150, flow.y + 30
    facts = (f.street, f.town, f"Telefon {f.phone}", f.mail, f"Unser Zeichen: {f.reference}",
             f"Auskunft erteilt: {f.contact}", f"Datum: {f.date}")  # fmt: skip
    for k, words in enumerate(facts):
        flow.text(x, y + k * 10.5, words, size=7.5)
    address = ("Regierungspräsidium Stuttgart", "Referat 15.2", "Postfach 80 07 09",
               "70507 Stuttgart")  # fmt: skip
    for k, words in enumerate(address):
        flow.text(look.left, y + 6 + k * flow.step, words)
    foot = f"Bankverbindung: Kreissparkasse  IBAN {f.iban}   www.beispiel-kreis.de"
    flow.text(look.left, 815, foot, size=6.8)
    flow.y = y + 7 * 10.5 + 20
    size = look.size * 1.1
    while sheet.width_of(look.title, look.bold, size) > look.right - look.left:
        size *= 0.95
    flow.text(look.left, flow.y, look.kind, bold=True, size=size)
    flow.y += size * 1.4
    flow.text(look.left, flow.y, look.title, bold=True, size=size)
    flow.y += flow.step * 1.5
    flow.text(look.left, flow.y, "Sehr geehrte Damen und Herren,")
    flow.y += 4


def _letter(flow: Flow, *, asks: bool) -> None:
    """The body; the applicant stands in the letterhead and in the text."""
    look, f = flow.look, flow.filling
    wide = sheet.width_of(f.applicant, look.bold, look.size * 1.6)
    head = (look.left, 40.0, look.left + wide, 62.0)
    flow.fields["applicant"] = (1, head)
    if not asks:
        flow.paragraph("anbei übersenden wir den Antrag und die Anlage zum Personaleinsatz.")
        flow.paragraph(look.rng.choice(families.INTRO))
        return
    flow.paragraph(f"für die Maßnahmen in unserem Gebiet ({f.applicant}) bitten wir um Förderung.")
    flow.paragraph("Antragsteller: " + f.applicant)
    flow.paragraph(look.rng.choice(families.INTRO))
    _sentence(flow)
    families.words_row(flow)
    flow.paragraph(look.rng.choice(families.DECLARED))
    families.other_money(flow)
    flow.paragraph(look.rng.choice(families.DECLARED))


def _annex(flow: Flow) -> None:
    """Staff and their costs: many numbers, none of them asked for."""
    look, rng = flow.look, flow.pen.rng
    flow.text(look.left, flow.y, "Anlage 1: Personaleinsatz", bold=True, size=look.size * 1.3)
    flow.y += flow.step * 1.5
    for k in range(look.rng.randint(6, 16)):
        cost = filling.german(flow.filling.own + 100 * k + rng.randint(1, 90))
        row = (f"{k + 1}", f"{rng.choice(filling.FIRST)} {rng.choice(filling.LAST)}",
               f"{rng.choice((25, 50, 75, 100))} %", cost)  # fmt: skip
        for at, words in zip((0, 30, 250, 340), row, strict=True):
            flow.text(look.left + at, flow.y, words)
        flow.y += flow.step * 1.3
        flow.rule((look.left, flow.y - flow.step * 0.9, look.right, flow.y - flow.step * 0.9))


def _through(flow: Flow, scan: str, rng: Random) -> scans.File:
    """The pages through the scanner, or as the program's own PDF."""
    if scan == "born-digital":
        shot = scans.Shot.straight()
        return scans.File(sheet.pdf_of(flow.sheets), "pdf", (shot,) * len(flow.sheets), 0)
    pages = [sheet.picture_of(s) for s in flow.sheets]
    if scan == "phone-jpg" and len(pages) > 1:
        scan = "phone"
    file = scans.scanned(pages, scan, rng)
    for number, page in enumerate(flow.sheets):
        for ink in page.pasted:
            file = file.with_pasted(number, ink)
    return file


def _truth(plan: Plan, flow: Flow, what: tuple[str, str], file: scans.File) -> dict[str, Any]:
    f = flow.filling
    scan, kind = what
    fields = {
        name: {"page": page, "box": file.box(page - 1, rect)}
        for name, (page, rect) in flow.fields.items()
    }
    return {
        "id": plan.name, "file": f"{plan.name}.{file.ending}", "layout": flow.look.family,
        "scan": scan, "ags": f.ags, "applicant": f.applicant,
        "amount": None if f.amount is None else f"{f.amount:.2f}",
        "amount_style": flow.pen.style, "amount_text": f.amount_text,
        "frame": f"{f.frame:.2f}", "over_frame": f.amount is not None and f.amount > f.frame,
        "signature": kind, "handwritten_signature": kind in blocks.SIGNED,
        "signature_source": None, "placement": None, "date": f.date, "iban": f.iban,
        "person": f.person, "mail": f.mail, "pages": len(flow.sheets), "fields": fields,
        "turned": file.turned, "block": flow.look.block, "odd_labels": flow.look.odd,
        "all_by_hand": flow.pen.all_by_hand, "form": plan.form,
    }  # fmt: skip


def main() -> int:
    """Composes and writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--writers", choices=("all", "a", "b"), default="all")
    parser.add_argument("--family", choices=families.FAMILIES, default="")
    parser.add_argument("--scan", choices=list(scans.KINDS), default="")
    parser.add_argument("--known-form", action="store_true", help="one blank form, filled often")
    parser.add_argument("--typed", action="store_true", help="no amount by hand, none blank")
    options = parser.parse_args()
    if not (pens.SHARED / "signatures").is_dir() or not pens.script_fonts("all"):
        print("needs ../shared/data and the fonts in var/fonts (tests/training/fonts.py)")
        return 66
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "truth.jsonl").open("w", encoding="utf-8") as lines:
        for number in range(options.count):
            seed = f"{options.seed}-{options.writers}-{number}"
            form = f"form-{options.seed}" if options.known_form else f"form-{seed}"
            name = f"c{options.seed}-{number:04d}"
            plan = Plan(
                name, seed, form, options.writers,
                family=options.family, scan=options.scan, typed=options.typed,
            )  # fmt: skip
            file, truth = composed(plan)
            (options.out / truth["file"]).write_bytes(file.content)
            lines.write(json.dumps(truth, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
