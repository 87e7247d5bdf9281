"""The visible objects of a PDF page: pictures, text and paths, with their places and sizes.

Promises: what is outside the page or hidden is left out; positions go through all nested forms.
Touches: nothing. Trusts: pdfium's list of page objects. Limits: clip paths are not followed, so a
picture cut by one counts with its whole size.
"""

import ctypes
from dataclasses import dataclass
from typing import Any, Final

import pypdfium2.raw as pdfium_c

MAX_OBJECTS: Final = 20_000
MAX_DEPTH: Final = 6
# A path with more segments than a frame has is a drawing.
STROKE_POINTS: Final = 12
HIDDEN_TEXT: Final = (pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP)

Rect = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One visible object: `image` has `size` in pixels and `bits` a pixel, `path` has `curved`.

    `rect` is left, bottom, right, top in points; `raw` is pdfium's object if it stands on the page
    itself and not in a form.
    """

    what: str
    rect: Rect
    size: tuple[int, int] = (0, 0)
    bits: int = 0
    filters: tuple[str, ...] = ()
    opaque: bool = False
    upright: bool = False
    curved: bool = False
    nested: bool = False
    raw: Any = None

    @property
    def area(self) -> float:
        """Square points."""
        return max(self.sides[0], 0.0) * max(self.sides[1], 0.0)

    @property
    def sides(self) -> tuple[float, float]:
        """Width and height in points."""
        return self.rect[2] - self.rect[0], self.rect[3] - self.rect[1]

    @property
    def pixels(self) -> int:
        """How many pixels the picture has."""
        return self.size[0] * self.size[1]

    @property
    def dpi(self) -> float:
        """Pixels an inch across."""
        return 72 * self.size[0] / max(self.sides[0], 0.01)

    def pitch(self, axis: int) -> float:
        """Points from one pixel to the next, across (0) or down (1)."""
        return self.sides[axis] / max(self.size[axis], 1)

    def fills(self, box: Rect, slack: float) -> bool:
        """Whether the edges lie on those of the box, within a share of its sides."""
        sides = (box[2] - box[0], box[3] - box[1])
        return all(
            abs(ours - theirs) <= slack * sides[n % 2]
            for n, (ours, theirs) in enumerate(zip(self.rect, box, strict=True))
        )


def pieces_of(page: Any, box: Rect) -> tuple[list[Piece], bool]:
    """The objects seen in the box, from the lowest to the topmost, and whether these are all."""
    pieces: list[Piece] = []
    for count, item in enumerate(page.get_objects(max_depth=MAX_DEPTH)):
        if count >= MAX_OBJECTS:
            return pieces, False
        piece = _piece(item)
        if piece is not None and not _outside(piece.rect, box):
            pieces.append(piece)
    return pieces, True


def _outside(rect: Rect, box: Rect) -> bool:
    """A hairline has no area but can be inside."""
    return rect[2] < box[0] or rect[0] > box[2] or rect[3] < box[1] or rect[1] > box[3]


def _piece(item: Any) -> Piece | None:
    if item.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
        mode = pdfium_c.FPDFTextObj_GetTextRenderMode(item)
        return None if mode in HIDDEN_TEXT else Piece(what="text", rect=_rect(item))
    if item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
        return _image(item)
    if item.type == pdfium_c.FPDF_PAGEOBJ_PATH:
        return _path(item)
    if item.type == pdfium_c.FPDF_PAGEOBJ_SHADING:
        return Piece(what="path", rect=_rect(item))
    return None


def _image(item: Any) -> Piece:
    matrix = item.get_matrix()
    return Piece(
        what="image",
        rect=_rect(item),
        size=item.get_px_size(),
        bits=int(item.get_metadata().bits_per_pixel),
        filters=tuple(item.get_filters()),
        opaque=not pdfium_c.FPDFPageObj_HasTransparency(item),
        upright=matrix.a > 0 and matrix.d > 0 and matrix.b == matrix.c == 0,
        nested=item.container is not None,
        raw=item,
    )


def _path(item: Any) -> Piece | None:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDFPath_GetDrawMode(item, fill, stroke)
    if not fill.value and not stroke.value:
        return None
    points = pdfium_c.FPDFPath_CountSegments(item)
    return Piece(what="path", rect=_rect(item), curved=points > STROKE_POINTS)


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
