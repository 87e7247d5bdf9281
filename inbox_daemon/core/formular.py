"""What was learned of a printed form: where its lines stand and which of them matter.

Promises: plain figures, so that a person can read them and a log can hold them.
Touches: nothing. Trusts: reading/text/forms.py, which measures.
Limits: geometry only, no words: what stands at the places is read anew on each document.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

# Left, top, right, bottom in millimetres from the top left of the straightened page.
Span: TypeAlias = tuple[float, float, float, float]
# How much of a page went through the OCR engine, from least to most.
Depth: TypeAlias = Literal["formular", "ohne-fliesstext", "ganz", "zweimal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Formularseite:
    """One page of a form. `lines` are all printed lines that recur, `bands` hold labels and values.

    `blocks` are signature blocks: there everything is read but running text. `kennung` names the
    first version by its hash; `fassung` counts up when lines turn out to be filled in by hand.
    """

    kennung: str
    fassung: int
    lines: tuple[Span, ...]
    bands: tuple[Span, ...]
    blocks: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seitenblick:
    """How one page was read: `depth`, and the form by which the places were known, if one was.

    `kontrast` is the darkness of print as a share of the paper's brightness, `kante_mm` how soft
    its edges are (0 where no print is); `zweifel` is a code where that is too poor to be sure.
    `width` and `height` are points of the page as it is shown, 0 where it was read before they
    were measured.
    """

    page: int
    depth: Depth
    dpi: int = 0
    kontrast: float = 0.0
    kante_mm: float = 0.0
    zweifel: str | None = None
    formular: str | None = None
    fassung: int | None = None
    width: float = 0.0
    height: float = 0.0
