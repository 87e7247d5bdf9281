"""What a PDF page is made of: paper under a scanner, or a program, or one over the other.

Promises: a scan is a page whose visible content is one picture (or one grid of pictures, as
office devices split them); everything laid over it is named. Touches: nothing.
Trusts: pieces.py. Limits: a page flattened to one picture looks like a scan.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from inbox_daemon.core.values import DocumentKind
from inbox_daemon.reading.paper.jbig2 import uses_symbols
from inbox_daemon.reading.paper.pieces import MAX_OBJECTS, Piece, Rect, pieces_of

COVERS: Final = 0.9
# A picture on an else empty page (a photo with margins) is the page from this share on.
ALONE: Final = 0.4
# A grey or coloured picture this small over a whole scan is no layer of it.
PATCH: Final = 0.25
# Edges of a picture on those of the page, and its pixels as high as wide: shares.
FILLS: Final = 0.005
SQUARE: Final = 0.02
# Below a fifth of an inch a side a picture is a rule, a dot or a bullet, not a signature.
SMALL_PT: Final = 14.0
# Pictures larger than this are pages, not signatures: not compared with one another.
COMPARED_PIXELS: Final = 4_000_000
ANNOTATIONS: Final = {
    pdfium_c.FPDF_ANNOT_INK: "ink-annotation",
    pdfium_c.FPDF_ANNOT_LINE: "ink-annotation",
    pdfium_c.FPDF_ANNOT_POLYGON: "ink-annotation",
    pdfium_c.FPDF_ANNOT_POLYLINE: "ink-annotation",
    pdfium_c.FPDF_ANNOT_SQUARE: "ink-annotation",
    pdfium_c.FPDF_ANNOT_CIRCLE: "ink-annotation",
    pdfium_c.FPDF_ANNOT_STAMP: "stamp-annotation",
    pdfium_c.FPDF_ANNOT_FREETEXT: "text-annotation",
    pdfium_c.FPDF_ANNOT_WIDGET: "widget-appearance",
    pdfium_c.FPDF_ANNOT_REDACT: "text-annotation",
}
# What speaks of how letters were coded, not of ink laid over paper: print needs a second source.
SYMBOLS: Final = "jbig2-symbols"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`dpi` and `pixels` of the scan's largest picture; `sole_image` if the page is just that.

    `pasted` are hashes of the pictures laid over the paper, to know them when they come again.
    """

    kind: DocumentKind
    notes: tuple[str, ...]
    dpi: float | None
    pixels: int
    sole_image: Any | None
    pasted: tuple[str, ...] = ()


def layout_of(page: Any) -> Layout:
    """Kind and notes of one page of pdfium. Raises PdfiumError on a damaged page."""
    box: Rect = page.get_bbox()
    area = max((box[2] - box[0]) * (box[3] - box[1]), 1.0)
    pieces, complete = pieces_of(page, box)
    paper = _paper(pieces, area)
    over = _laid_over(pieces, paper, area)
    notes = [*_annotation_notes(page), *_notes_of(over)]
    kind = _kind(paper=paper, over=over)
    if not complete:
        kind = DocumentKind.MIXED
        notes.append("too-many-objects")
    pasted = tuple(_hashes(over))
    if len(set(pasted)) < len(pasted):
        notes.append("repeated-picture")
    sole = not notes and len(paper) == len(pieces) == 1 and _is_the_page(paper[0], box)
    if any(_symbols(piece) for piece in paper):
        notes.append(SYMBOLS)
    return Layout(
        kind=kind,
        notes=tuple(dict.fromkeys(notes)),
        dpi=max(p.dpi for p in paper) if paper else None,
        pixels=max((p.pixels for p in pieces), default=0),
        sole_image=paper[0].raw if sole else None,
        pasted=pasted,
    )


def _is_the_page(piece: Piece, box: Rect) -> bool:
    """Whether its own pixels, taken as they are, give the page: nothing cut, turned, stretched."""
    across, down = piece.pitch(0), piece.pitch(1)
    square = abs(across / max(down, 1e-6) - 1) <= SQUARE
    plain = piece.opaque and piece.upright and not piece.nested
    return plain and square and piece.fills(box, FILLS)


def _symbols(piece: Piece) -> bool:
    """JBIG2 with symbols; also when its bytes cannot be had."""
    if "JBIG2Decode" not in piece.filters:
        return False
    try:
        return uses_symbols(bytes(piece.raw.get_data(decode_simple=True)))
    except pdfium.PdfiumError:
        return True


def _hashes(over: list[Piece]) -> list[str]:
    """One for each small picture, of its stored bytes: the same file pasted gives the same."""
    small = (p for p in over if _is_signature_sized(p) and p.pixels <= COMPARED_PIXELS)
    return [hashlib.sha256(bytes(p.raw.get_data())).hexdigest() for p in small]


def _paper(pieces: list[Piece], area: float) -> list[Piece]:
    """The pictures that are the sheet of paper: covering ones, or strips on one pixel grid."""
    images = [p for p in pieces if p.what == "image"]
    if not images:
        return []
    base = max(images, key=lambda p: p.area)
    whole = base.area >= COVERS * area
    grid = [
        p
        for p in images
        if p is base or (_on_grid(p, base) and not (whole and p.bits > 1 and p.area < PATCH * area))
    ]
    alone = len(grid) == len(pieces)
    covered = sum(p.area for p in grid)
    return grid if covered >= (ALONE if alone else COVERS) * area else []


def _on_grid(piece: Piece, base: Piece) -> bool:
    """Pixels of both pictures fall together, as when one device split one scan into layers."""
    for axis in (0, 1):
        ours, theirs = piece.pitch(axis), base.pitch(axis)
        ratio = max(ours, theirs) / max(min(ours, theirs), 1e-6)
        # Strips follow each other from the top, layers share a corner: both count from it.
        corner = axis * 3
        steps = (piece.rect[corner] - base.rect[corner]) / max(min(ours, theirs), 1e-6)
        if abs(ratio - round(ratio)) > 0.01 * ratio or abs(steps - round(steps)) > 0.15:  # noqa: PLR2004
            return False
    return True


def _laid_over(pieces: list[Piece], paper: list[Piece], area: float) -> list[Piece]:
    """What can be seen above the paper; without paper, everything.

    Text that lies under an opaque page-sized picture is not seen: so some programs store OCR.
    """
    if not paper:
        return pieces
    opaque = [
        n for n, p in enumerate(pieces) if p in paper and p.opaque and p.area >= COVERS * area
    ]
    first = max(opaque, default=0)
    return [p for p in pieces[first:] if p not in paper]


def _kind(*, paper: list[Piece], over: list[Piece]) -> DocumentKind:
    if not paper:
        return DocumentKind.BORN_DIGITAL
    return DocumentKind.MIXED if over else DocumentKind.SCAN


def _notes_of(over: list[Piece]) -> list[str]:
    notes = []
    if any(_is_signature_sized(p) for p in over):
        notes.append("pasted-picture")
    if any(p.curved for p in over):
        notes.append("vector-strokes")
    return notes


def _is_signature_sized(piece: Piece) -> bool:
    return piece.what == "image" and min(piece.sides) >= SMALL_PT


def _annotation_notes(page: Any) -> list[str]:
    notes = []
    count = min(pdfium_c.FPDFPage_GetAnnotCount(page), MAX_OBJECTS)
    for index in range(max(count, 0)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            subtype = pdfium_c.FPDFAnnot_GetSubtype(annotation)
            hidden = pdfium_c.FPDFAnnot_GetFlags(annotation) & pdfium_c.FPDF_ANNOT_FLAG_HIDDEN
            if subtype in ANNOTATIONS and not hidden:
                notes.append(ANNOTATIONS[subtype])
        finally:
            pdfium_c.FPDFPage_CloseAnnot(annotation)
    return notes
