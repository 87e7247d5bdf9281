"""The block for the signature, and what people and programs put into it.

Kinds: genuine, genuine+stamp, none, stamp-only, typed-name, gez, cursive-font, x-mark, smudge,
pasted, initials, date-by-hand. Only the first two count as signed by hand; initials are a pen's
work too, but a person should look.
"""

from random import Random

from tests.benchmarks import pens
from tests.benchmarks.families import Block, Flow, Slot, font
from tests.benchmarks.sheet import (
    SCALE,
    Colour,
    Ink,
    Pixels,
    Rect,
    Sheet,
    Text,
    sized,
    width_of,
    written,
)

KINDS = {
    "genuine": 42, "genuine+stamp": 9, "none": 11, "stamp-only": 6, "typed-name": 5, "gez": 4,
    "cursive-font": 6, "x-mark": 4, "smudge": 3, "pasted": 4, "initials": 3, "date-by-hand": 3,
}  # fmt: skip
SIGNED = ("genuine", "genuine+stamp")
DIGITAL = ("none", "typed-name", "gez", "pasted")


def block_of(flow: Flow) -> None:
    """Prints the block in the form's manner and notes where it is."""
    high = flow.step * flow.look.rng.uniform(1.2, 3.0)
    flow.room((130 if flow.look.block == "stacked" else 84) + high)
    flow.y += high
    match flow.look.block:
        case "frame":
            _frame(flow)
        case "joint":
            _joint(flow)
        case "left":
            _left(flow)
        case "cells":
            _cells(flow)
        case "stacked":
            _stacked(flow)
        case _:
            _lines(flow)


def _note(flow: Flow, box: Rect, at: tuple[float, float], date: Slot | None) -> None:
    page = len(flow.sheets) - 1
    flow.block = Block(page, box, at[0], at[1], date)
    flow.fields["signature"] = (page + 1, box)
    flow.y = box[3] + 6


def _lines(flow: Flow) -> None:
    """Two lines side by side, the labels below."""
    look = flow.look
    line, small = flow.y + 46, max(6.5, look.size * 0.78)
    split = look.left + (look.right - look.left) * look.rng.uniform(0.34, 0.46)
    start = split + look.rng.uniform(15, 35)
    flow.rule((look.left, line, split, line))
    flow.rule((start, line, look.right, line))
    brackets = look.rng.random() < 0.5
    for x, label in ((look.left, look.place), (start, look.signature)):
        shown = f"({label.strip('()')})" if brackets else label
        flow.text(x, line + small + 3, shown, size=small)
    date = Slot(len(flow.sheets) - 1, look.left + 2, line - 3, split, 14)
    box = (start, line - 44, look.right, line + small + 6)
    _note(flow, box, (line, line + small + 3), date)


def _frame(flow: Flow) -> None:
    """A frame to sign in, the label above it."""
    look = flow.look
    top, wide = flow.y + 10, look.rng.uniform(180, 240)
    base = flow.text(look.left, top + 34, f"{look.place}: ")
    date = Slot(len(flow.sheets) - 1, base + 3, top + 34, look.right - wide - 12, 14)
    flow.rule((base, top + 37, look.right - wide - 14, top + 37))
    x = look.right - wide
    flow.text(x, top - 3, look.signature + look.colon, size=look.size * 0.9)
    flow.frame((x, top, look.right, top + 60))
    _note(flow, (x, top - 12, look.right, top + 60), (top + 46, top - 3), date)


def _joint(flow: Flow) -> None:
    """One long line for place, date and signature."""
    look = flow.look
    line, small = flow.y + 48, max(7.0, look.size * 0.8)
    flow.rule((look.left, line, look.right, line))
    label = look.signature if look.odd else f"{look.place}, {look.signature}"
    flow.text(look.left, line + small + 3, label, size=small)
    middle = look.left + (look.right - look.left) * 0.42
    date = Slot(len(flow.sheets) - 1, look.left + 2, line - 3, middle - 10, 14)
    box = (middle, line - 44, look.right, line + small + 6)
    _note(flow, box, (line, line + small + 3), date)


def _left(flow: Flow) -> None:
    """Label, colon, line; the date in a row of its own."""
    look = flow.look
    base = flow.y + 16
    end = flow.text(look.left, base, f"{look.place}: ")
    flow.rule((end, base + 3, look.left + 260, base + 3))
    date = Slot(len(flow.sheets) - 1, end + 3, base, look.left + 258, 14)
    line = base + 58
    end = flow.text(look.left, line - 3, f"{look.signature}: ")
    far = min(end + 220, look.right)
    flow.rule((end, line, far, line))
    _note(flow, (end, line - 44, far, line + 10), (line, line - 3), date)


def _cells(flow: Flow) -> None:
    """Cells of a table with the labels at their tops."""
    look = flow.look
    top, bottom, small = flow.y + 6, flow.y + 68, max(6.5, look.size * 0.75)
    shares = look.rng.choice(((0.3, 0.7), (0.4, 0.6), (0.27, 0.5, 0.23)))
    x, edges = look.left, [look.left]
    for share in shares:
        x += share * (look.right - look.left)
        edges.append(x)
    labels = (look.place, look.signature, "Stempel")
    for k, share_start in enumerate(edges[:-1]):
        flow.frame((share_start, top, edges[k + 1], bottom))
        flow.text(share_start + 3, top + small + 2, labels[k], size=small)
    date = Slot(len(flow.sheets) - 1, edges[0] + 4, bottom - 8, edges[1] - 3, 14)
    _note(flow, (edges[1], top, edges[2], bottom), (bottom - 8, top + small + 2), date)


def _stacked(flow: Flow) -> None:
    """Date, then signature, then the name in print below."""
    look, f = flow.look, flow.filling
    small, line = max(6.5, look.size * 0.75), flow.y + 18
    wide = look.left + look.rng.uniform(210, 300)
    date = Slot(len(flow.sheets) - 1, look.left + 2, line - 3, wide, 14)
    flow.rule((look.left, line, wide, line))
    flow.text(look.left, line + small + 2, look.place, size=small)
    line += 62
    flow.rule((look.left, line, wide, line))
    flow.text(look.left, line + small + 2, look.signature, size=small)
    name = Slot(len(flow.sheets) - 1, look.left + 2, line + 34, wide, 14)
    flow.write(name, f"{f.person}, {f.post}", by_hand=False)
    flow.rule((look.left, line + 37, wide, line + 37))
    flow.text(look.left, line + 40 + small, "Name in Druckschrift, Funktion", size=small)
    box = (look.left, line - 44, wide, line + small + 5)
    _note(flow, box, (line, line + small + 2), date)
    flow.y = line + 52


def greeting(flow: Flow) -> None:
    """The end of a letter: a greeting, room for the signature, the typed name. No label."""
    look, f = flow.look, flow.filling
    flow.room(110)
    flow.y += flow.step * 1.4
    flow.text(look.left, flow.y, "Mit freundlichen Grüßen")
    if look.rng.random() < 0.3:
        flow.y += flow.step
        flow.text(look.left, flow.y, look.rng.choice(("In Vertretung", "Im Auftrag")))
    top = flow.y + 4
    line = top + look.rng.uniform(40, 56)
    flow.text(look.left, line + flow.step, f.person)
    flow.text(look.left, line + 2 * flow.step, f.post)
    box = (look.left, top, look.left + 230, line + 2 * flow.step + 4)
    _note(flow, box, (line, line + flow.step), None)


def sign(flow: Flow, kind: str, writers: str, rng: Random) -> dict[str, object]:
    """Puts what the kind says into the block; more for the truth: source and placement."""
    block = flow.block
    if block is None:
        return {}
    _date(flow, block, rng, by_hand=kind == "date-by-hand" or None)
    match kind:
        case "genuine" | "genuine+stamp" | "pasted":
            return _signature(flow, block, (kind, writers), rng)
        case "stamp-only":
            _stamp(flow, block, rng)
        case "typed-name" | "gez" | "cursive-font":
            _typed(flow, block, (kind, writers), rng)
        case "x-mark":
            _put(flow, block, pens.cross(rng), rng)
        case "smudge":
            _put(flow, block, pens.smudge(rng), rng, (60, 58, 55))
        case "initials":
            _put(flow, block, pens.initials(rng, writers), rng)
    return {}


def _date(flow: Flow, block: Block, rng: Random, *, by_hand: bool | None) -> None:
    if block.date is None or (by_hand is None and rng.random() < 0.06):
        return
    f = flow.filling
    words = f.date if flow.look.place == "Datum" else f"{f.seat}, {f.date}"
    hand = by_hand or flow.pen.all_by_hand or rng.random() < 0.35
    if not (hand and flow.pen.paper):
        flow.write(block.date, words, by_hand=False)
        return
    slot = block.date
    if flow.look.place != "Datum":
        size = rng.uniform(3.2, 4.4)
        place = pens.hand_words(f"{f.seat},", flow.pen.hand_font, size, rng)
        wide = min(place.shape[1], round(0.55 * (slot.x1 - slot.x) * SCALE))
        place = sized(place, wide, round(place.shape[0] * wide / place.shape[1]))
        box = flow.ink(slot, place)
        slot = Slot(slot.page, box[2] + 4, slot.y, slot.x1, slot.high)
    number = flow.pen.hand.number(f.date, rng.uniform(3.0, 4.0))
    wide = min(number.shape[1], round((slot.x1 - slot.x + 4) * SCALE))
    flow.ink(slot, sized(number, wide, round(number.shape[0] * wide / number.shape[1])))


def _signature(flow: Flow, block: Block, kind: tuple[str, str], rng: Random) -> dict[str, object]:
    alpha, source = pens.signature(rng, kind[1])
    way = rng.choices(("on", "crossing", "beside", "label"), (50, 22, 12, 16))[0]
    ink = _placed(block, alpha, way, rng)
    ink = Ink(ink.x, ink.y, ink.alpha, rng.choice(pens.PENS))
    sheet = flow.sheets[block.page]
    (sheet.pasted if kind[0] == "pasted" else sheet.inks).append(ink)
    flow.fields["signature_ink"] = (block.page + 1, ink.rect)
    if kind[0] == "genuine+stamp":
        _stamp(flow, block, rng)
    return {"signature_source": source, "placement": way}


def _placed(block: Block, alpha: Pixels, way: str, rng: Random) -> Ink:
    """On the line, across it, beside the block, or over the label; always on the page."""
    wide, high = alpha.shape[1] / SCALE, alpha.shape[0] / SCALE
    x0, _, x1, _ = block.box
    x = rng.uniform(x0 - 4, max(x1 - wide, x0) + 4)
    y = block.line - high + rng.uniform(-4, 5)
    if way == "crossing":
        y = block.line - high * rng.uniform(0.4, 0.7)
    elif way == "beside":
        x = x1 - wide * rng.uniform(0.2, 0.6)
        y = block.line - high * rng.uniform(0.6, 1.1)
    elif way == "label":
        y = block.label - high * rng.uniform(0.25, 0.75)
    return Ink(min(x, 580 - wide), min(y, 825 - high), alpha)


def _put(
    flow: Flow, block: Block, alpha: Pixels, rng: Random, colour: Colour | None = None
) -> None:
    x0, _, x1, _ = block.box
    wide, high = alpha.shape[1] / SCALE, alpha.shape[0] / SCALE
    x = rng.uniform(x0, max(x0 + 1, min(x1 - wide, x0 + 120)))
    y = block.line - high + rng.uniform(-6, 3)
    flow.sheets[block.page].inks.append(Ink(x, y, alpha, colour or rng.choice(pens.PENS)))


def _stamp(flow: Flow, block: Block, rng: Random) -> None:
    f = flow.filling
    lines = (f.applicant, f.street, f.town)
    alpha = pens.stamp(rng, lines, font(rng.choice(("sans", "serif", "narrow"))))
    wide, high = alpha.shape[1] / SCALE, alpha.shape[0] / SCALE
    x0, _, x1, _ = block.box
    x = rng.uniform(x0 - 20, max(x1 - wide, x0) + 20)
    y = block.line - high * rng.uniform(0.45, 0.95)
    spot = min(max(x, 5), 590 - wide), min(y, 835 - high)
    flow.sheets[block.page].inks.append(Ink(*spot, alpha, rng.choice(pens.STAMPS)))


def _typed(flow: Flow, block: Block, kind: tuple[str, str], rng: Random) -> None:
    """A name from a program, printed: in a text font, after "gez.", or in a script font."""
    person = flow.filling.person
    sheet: Sheet = flow.sheets[block.page]
    x, y = block.box[0] + rng.uniform(3, 25), block.line - rng.uniform(3, 8)
    if kind[0] == "cursive-font":
        path, size = rng.choice(pens.script_fonts(kind[1])), rng.uniform(16, 30)
        alpha = written(person.removeprefix("Dr. "), path, size)
        high = alpha.shape[0] / SCALE
        # Printed with the page: its ink is toner, so it goes to the print's black.
        sheet.inks.append(Ink(x, y - high + 2, alpha, rng.choice(((0, 0, 0), (20, 35, 110)))))
        return
    words = (
        person if kind[0] == "typed-name" else f"{rng.choice(('gez. ', 'gez. ', '/s/ '))}{person}"
    )
    size = flow.pen.size
    while width_of(words, flow.pen.typed, size) > block.box[2] - x:
        size -= 0.5
    sheet.print.append(Text(x, y, words, flow.pen.typed, size))
