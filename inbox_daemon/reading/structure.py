"""What a PDF page is made of: paper under a scanner, or a program, or one over the other.

Promises: a scan is a page whose visible content is one picture (or one grid of pictures, as
office devices split them); everything laid over it is named. Touches: nothing.
Trusts: pdfium's list of page objects. Limits: a page flattened to one picture looks like a scan.
"""

import ctypes
from dataclasses import dataclass
from typing import Any, Final

import pypdfium2.raw as pdfium_c

from inbox_daemon.core.values import DocumentKind

MAX_OBJECTS: Final = 20_000
MAX_DEPTH: Final = 6
COVERS: Final = 0.9
# A picture on an else empty page (a photo with margins) is the page from this share on.
ALONE: Final = 0.4
# Below a fifth of an inch a side a picture is a rule, a dot or a bullet, not a signature.
SMALL_PT: Final = 14.0
STROKE_POINTS: Final = 12
HIDDEN_TEXT: Final = (pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP)
ANNOTATIONS: Final = {
    pdfium_c.FPDF_ANNOT_INK: "ink-annotation",
    pdfium_c.FPDF_ANNOT_LINE: "ink-annotation",
    pdfium_c.FPDF_ANNOT_POLYGON: "ink-annotation",
    pdfium_c.FPDF_ANNOT_POLYLINE: "ink-annotation",
    pdfium_c.FPDF_ANNOT_STAMP: "stamp-annotation",
    pdfium_c.FPDF_ANNOT_FREETEXT: "text-annotation",
    pdfium_c.FPDF_ANNOT_WIDGET: "widget-appearance",
}

Rect = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`dpi` and `pixels` of the scan's largest picture; `sole_image` if the page is just that."""

    kind: DocumentKind
    notes: tuple[str, ...]
    dpi: float | None
    pixels: int
    sole_image: Any | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """One visible object: `image` has `size` in pixels, `path` has `curved`."""

    what: str
    rect: Rect
    size: tuple[int, int] = (0, 0)
    opaque: bool = False
    upright: bool = False
    curved: bool = False
    raw: Any = None

    @property
    def area(self) -> float:
        return max(self.rect[2] - self.rect[0], 0.0) * max(self.rect[3] - self.rect[1], 0.0)

    def pitch(self, axis: int) -> float:
        """Points from one pixel to the next, across (0) or down (1)."""
        return (self.rect[axis + 2] - self.rect[axis]) / max(self.size[axis], 1)

    @property
    def dpi(self) -> float:
        return 72 * self.size[0] / max(self.rect[2] - self.rect[0], 0.01)


def layout_of(page: Any) -> Layout:
    """Kind and notes of one page of pdfium. Raises PdfiumError on a damaged page."""
    box: Rect = page.get_bbox()
    area = max((box[2] - box[0]) * (box[3] - box[1]), 1.0)
    pieces, complete = _pieces(page, box)
    paper = _paper(pieces, area)
    over = _laid_over(pieces, paper, area)
    notes = list(_annotation_notes(page))
    notes += _notes_of(over)
    kind = _kind(paper=paper, over=over)
    if not complete:
        kind = DocumentKind.MIXED
        notes.append("too-many-objects")
    largest = max((p for p in pieces if p.what == "image"), key=_pixels, default=None)
    sole = len(paper) == len(pieces) == 1 and not notes and paper[0].opaque and paper[0].upright
    return Layout(
        kind=kind,
        notes=tuple(dict.fromkeys(notes)),
        dpi=max(p.dpi for p in paper) if paper else None,
        pixels=_pixels(largest) if largest else 0,
        sole_image=paper[0].raw if sole and paper[0].area >= 0.97 * area else None,
    )


def _pixels(piece: _Piece) -> int:
    return piece.size[0] * piece.size[1]


def _pieces(page: Any, box: Rect) -> tuple[list[_Piece], bool]:
    pieces: list[_Piece] = []
    for count, item in enumerate(page.get_objects(max_depth=MAX_DEPTH)):
        if count >= MAX_OBJECTS:
            return pieces, False
        piece = _piece(item)
        clipped = _clipped(piece, box) if piece is not None else None
        if clipped is not None:
            pieces.append(clipped)
    return pieces, True


def _clipped(piece: _Piece, box: Rect) -> _Piece | None:
    """None for what lies outside the page; a hairline has no area but is inside."""
    r = piece.rect
    outside = r[2] < box[0] or r[0] > box[2] or r[3] < box[1] or r[1] > box[3]
    return None if outside else piece


def _piece(item: Any) -> _Piece | None:
    if item.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
        mode = pdfium_c.FPDFTextObj_GetTextRenderMode(item)
        return None if mode in HIDDEN_TEXT else _Piece(what="text", rect=_rect(item))
    if item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
        return _image(item)
    if item.type == pdfium_c.FPDF_PAGEOBJ_PATH:
        return _path(item)
    if item.type == pdfium_c.FPDF_PAGEOBJ_SHADING:
        return _Piece(what="path", rect=_rect(item))
    return None


def _image(item: Any) -> _Piece:
    matrix = item.get_matrix()
    return _Piece(
        what="image",
        rect=_rect(item),
        size=item.get_px_size(),
        opaque=not pdfium_c.FPDFPageObj_HasTransparency(item),
        upright=matrix.a > 0 and matrix.d > 0 and matrix.b == matrix.c == 0,
        raw=item if item.container is None else None,
    )


def _path(item: Any) -> _Piece | None:

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDFPath_GetDrawMode(item, fill, stroke)
    if not fill.value and not stroke.value:
        return None
    points = pdfium_c.FPDFPath_CountSegments(item)
    return _Piece(what="path", rect=_rect(item), curved=points > STROKE_POINTS)


def _rect(item: Any) -> Rect:
    """The object's bounds on the page, through all the forms it lies in."""
    left, bottom, right, top = item.get_bounds()
    corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
    parent = item.container
    while parent is not None:
        matrix = parent.get_matrix()
        corners = [matrix.on_point(x, y) for x, y in corners]
        parent = parent.container
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _paper(pieces: list[_Piece], area: float) -> list[_Piece]:
    """The pictures that are the sheet of paper: covering ones, or strips on one pixel grid."""
    images = [p for p in pieces if p.what == "image"]
    if not images:
        return []
    base = max(images, key=lambda p: p.area)
    grid = [p for p in images if p is base or _on_grid(p, base)]
    alone = len(grid) == len(pieces)
    covered = sum(p.area for p in grid)
    return grid if covered >= (ALONE if alone else COVERS) * area else []


def _on_grid(piece: _Piece, base: _Piece) -> bool:
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


def _laid_over(pieces: list[_Piece], paper: list[_Piece], area: float) -> list[_Piece]:
    """What can be seen above the paper; without paper, everything.

    Text that lies under an opaque page-sized picture is not seen: so some programs store OCR.
    """
    if not paper:
        return pieces
    opaque = [pieces.index(p) for p in paper if p.opaque and p.area >= COVERS * area]
    first = max(opaque, default=0)
    return [p for p in pieces[first:] if p not in paper]


def _kind(*, paper: list[_Piece], over: list[_Piece]) -> DocumentKind:
    if not paper:
        return DocumentKind.BORN_DIGITAL
    return DocumentKind.MIXED if over else DocumentKind.SCAN


def _notes_of(over: list[_Piece]) -> list[str]:
    notes = []
    if any(p.what == "image" and min(_sides(p)) >= SMALL_PT for p in over):
        notes.append("pasted-picture")
    if any(p.curved for p in over):
        notes.append("vector-strokes")
    return notes


def _sides(piece: _Piece) -> tuple[float, float]:
    return piece.rect[2] - piece.rect[0], piece.rect[3] - piece.rect[1]


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
