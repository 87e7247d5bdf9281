"""Pages with what was read drawn on them, for a person to look at: `inspect --annotate`.

Promises: one PNG for each page that was looked at, upright as it was read; the box of a reading
is drawn solid, of a place that was only looked at dashed; each field has its words beside it.
Touches: the job's folder, the machine's fonts. Trusts: the readings, which it never changes.
Limits: words are cut at 160 characters; without DejaVu Sans Pillow's own font serves.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from inbox_daemon.core import kreis
from inbox_daemon.core.betrag import german
from inbox_daemon.core.formular import Seitenblick
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.values import Absent, Document, Read, Reading, Seitenbild
from inbox_daemon.core.wording import reading
from inbox_daemon.core.wording_labels import ANNOTATIONS, DEPTHS, FIELDS, METHODS, NOTES, STATUSES
from inbox_daemon.reading.keep import keep
from inbox_daemon.reading.paper.page import Page
from inbox_daemon.wire import Job

FONT: Final = "DejaVuSans.ttf"
BOLD: Final = "DejaVuSans-Bold.ttf"
SIZE: Final = 17
STEP: Final = 23
# The page beside its words: 110 dpi show a pen's stroke, and a page has 1.2 million pixels.
PAGE_DPI: Final = 110.0
PANEL: Final = 560
RIM: Final = 24
COLUMN: Final = 50
LINES: Final = 4
CUT: Final = 160
DASH: Final = 8
GAP: Final = 6
PALE: Final = (90, 90, 90)
COLOURS: Final = {
    "programme": (150, 85, 0),
    "applicant": (20, 70, 190),
    "amount": (200, 25, 25),
    "signature": (15, 120, 45),
}

Colour = tuple[int, int, int]
Rect = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What stands beside a page for one field; `lines[0]` is its heading."""

    colour: Colour
    lines: tuple[str, ...]
    rect: Rect | None
    found: bool


def pictured(document: Document, pages: Sequence[Page], job: Job) -> Document:
    """The document with its pictures named; they lie in the job's folder as `<sha256>.png`."""
    pictures = tuple(
        Seitenbild(page=page.number, sha256=_picture(page, document, job)) for page in pages
    )
    return replace(document, pictures=pictures)


def _picture(page: Page, document: Document, job: Job) -> str:
    sheet = _sheet(page)
    scale = sheet.width / page.grey.shape[1]
    entries = [*_entries(page, document, job.ruleset, scale)]
    foot = _foot(page, document)
    canvas = _canvas(sheet, entries, foot)
    out = io.BytesIO()
    canvas.save(out, "PNG", compress_level=4)
    return keep(out.getvalue(), Path(job.folder), ending="png")


def _sheet(page: Page) -> Image.Image:
    pixels = page.grey if page.rgb is None else page.rgb
    image = Image.fromarray(np.ascontiguousarray(pixels)).convert("RGB")
    share = min(1.0, PAGE_DPI / page.dpi)
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    return image.resize(size, Image.Resampling.BOX if share < 1 else Image.Resampling.NEAREST)


def _entries(page: Page, document: Document, rules: Ruleset, scale: float) -> Iterator[Entry]:
    readings: dict[str, Reading[Any]] = {
        "programme": document.programme,
        "applicant": document.applicant,
        "amount": document.amount,
        "signature": document.signature,
    }
    for name, seen in readings.items():
        source = seen.source
        here = source is not None and source.page == page.number and source.box is not None
        rect = None
        if here and source is not None and source.box is not None:
            left, top, right, foot = (v * scale for v in page.pixels(source.box))
            rect = (left, top, right, foot)
        yield Entry(
            colour=COLOURS[name],
            lines=(_heading(name, seen, rules), *_words(name, seen, rules, here=here)),
            rect=rect,
            found=isinstance(seen, Read),
        )


def _heading(name: str, seen: Reading[Any], rules: Ruleset) -> str:
    label = FIELDS.get(name) or ANNOTATIONS[name]
    match seen:
        case Read():
            status = "present" if name == "signature" else "read"
        case Absent():
            status = "absent"
        case _:
            status = "unsure"
    if name == "applicant" and isinstance(seen, Read) and _kreis(seen.value, rules) is None:
        status = "unsure"
    return f"{label}: {STATUSES[status]}"


def _words(name: str, seen: Reading[Any], rules: Ruleset, *, here: bool) -> Iterator[str]:
    """The value or why there is none, how it was read, and where if not on this page."""
    source = seen.source
    if isinstance(seen, Read):
        yield from _value(name, seen, rules)
    else:
        yield reading(seen.why)
        guess = getattr(seen, "guess", None)
        if guess:
            yield ANNOTATIONS["guess"].format(guess=guess)
    if source is None:
        yield ANNOTATIONS["nowhere"]
        return
    method = METHODS.get(source.method, source.method)
    yield ANNOTATIONS["method"].format(method=method, percent=round(100 * source.confidence))
    if not here:
        yield ANNOTATIONS["elsewhere"].format(page=source.page)


def _value(name: str, seen: Read[Any], rules: Ruleset) -> Iterator[str]:
    match name:
        case "amount":
            yield german(seen.value)
        case "applicant":
            yield str(seen.value)
            found = _kreis(seen.value, rules)
            yield found or reading("kreis-unklar")
        case "programme":
            known = rules.programm(seen.value)
            yield known.titel if known else str(seen.value)


def _kreis(text: str, rules: Ruleset) -> str | None:
    match = kreis.by_text(text, rules)
    known = rules.kreis(match.ags) if isinstance(match, kreis.Matched) else None
    return f"{known.name} ({known.ags})" if known else None


def _foot(page: Page, document: Document) -> tuple[str, ...]:
    """How the page was read, and what was odd about the file."""
    looks = [words for look in document.looks if look.page == page.number for words in _look(look)]
    odd = ", ".join(NOTES.get(note) or reading(note) for note in document.notes)
    return (
        ANNOTATIONS["page"].format(page=page.number, pages=document.pages),
        *looks,
        *([ANNOTATIONS["odd"].format(notes=odd)] if odd else []),
        ANNOTATIONS["legend"],
    )


def _look(look: Seitenblick) -> Iterator[str]:
    yield DEPTHS[look.depth]
    if look.formular is not None:
        yield ANNOTATIONS["form"].format(form=look.formular, version=look.fassung)
    if look.zweifel is not None:
        yield ANNOTATIONS["doubt"].format(doubt=reading(look.zweifel))


def _canvas(sheet: Image.Image, entries: Iterable[Entry], foot: Sequence[str]) -> Image.Image:
    blocks = [(entry, _wrapped(entry.lines)) for entry in entries]
    low = [line for words in foot for line in wrap(words, COLUMN)]
    need = RIM * 3 + sum((len(lines) + 1) * STEP for _, lines in blocks) + STEP * len(low)
    size = sheet.width + PANEL, max(sheet.height, need)
    canvas = Image.new("RGB", size, "white")
    canvas.paste(sheet, (0, 0))
    draw = ImageDraw.Draw(canvas)
    draw.line((sheet.width, 0, sheet.width, size[1]), PALE, 1)
    room = size[1] - 2 * RIM - STEP * len(low)
    for (entry, lines), y in zip(blocks, _tops(blocks, room), strict=True):
        _entry(draw, entry, lines, (sheet.width, y))
    for k, words in enumerate(low):
        at = sheet.width + RIM, size[1] - RIM - STEP * (len(low) - k)
        draw.text(at, words, PALE, _font(FONT))
    return canvas


def _wrapped(lines: Iterable[str]) -> list[str]:
    """Nothing but what can be printed, in lines as wide as the column."""
    out: list[str] = []
    for words in lines:
        clean = "".join(c if c.isprintable() else " " for c in words)[:CUT]
        out += wrap(clean, COLUMN)[:LINES]
    return out


def _tops(blocks: Sequence[tuple[Entry, Sequence[str]]], room: int) -> list[int]:
    """Each entry beside its box if there is room, but below the one before it in height."""
    tops = [0] * len(blocks)
    order = sorted(range(len(blocks)), key=lambda k: _wish(blocks[k][0], room))
    heights = [(len(lines) + 1) * STEP for _, lines in blocks]
    after = sum(heights)
    y = RIM
    for k in order:
        latest = max(room - after, y)
        tops[k] = min(max(y, int(_wish(blocks[k][0], room))), latest)
        y = tops[k] + heights[k]
        after -= heights[k]
    return tops


def _wish(entry: Entry, room: int) -> float:
    return entry.rect[1] if entry.rect else float(room)


def _entry(
    draw: ImageDraw.ImageDraw, entry: Entry, lines: Sequence[str], at: tuple[int, int]
) -> None:
    edge, y = at
    x = edge + RIM
    draw.rectangle((x - 12, y + 3, x - 6, y + STEP * len(lines)), entry.colour)
    for k, words in enumerate(lines):
        font = _font(FONT if k else BOLD)
        draw.text((x, y + k * STEP), words, entry.colour if k == 0 else (0, 0, 0), font)
    if entry.rect is None:
        return
    left, top, right, foot = entry.rect
    box = (left - 4, top - 4, min(right + 4, edge - 2), foot + 4)
    _frame(draw, box, entry)
    # From the corner: through the middle the line would strike the print beside the box.
    draw.line((box[2], box[1], x - 13, y + STEP // 2), entry.colour, 1)


def _frame(draw: ImageDraw.ImageDraw, box: Rect, entry: Entry) -> None:
    x0, y0, x1, y1 = box
    if entry.found:
        draw.rectangle((x0, y0, max(x1, x0), max(y1, y0)), None, entry.colour, 3)
        return
    for x in range(int(x0), int(x1), DASH + GAP):
        for y in (y0, y1):
            draw.line((x, y, min(x + DASH, x1), y), entry.colour, 3)
    for y_dash in range(int(y0), int(y1), DASH + GAP):
        for x_side in (x0, x1):
            draw.line((x_side, y_dash, x_side, min(y_dash + DASH, y1)), entry.colour, 3)


def _font(name: str) -> Any:
    """By its name: Pillow knows where the system keeps its fonts."""
    try:
        return ImageFont.truetype(name, SIZE)
    except OSError:
        return ImageFont.load_default(SIZE)
