"""Is a letter signed that has no label such as `Unterschrift`? Read or Unreadable, never Absent.

Promises: Read only where the ink looks like a pen's to three networks and the text says that a
signature stands there: under a closing formula or over a typed name.
Touches: models/letter.npz, once; the `crops` it is given. Trusts: letter_ink.py, letter_text.py.
Limits: trained on few real letters (tests/training/letter.py); a script font never seen may pass.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np

from inbox_daemon.core.values import (
    WITHOUT_LABEL,
    Box,
    DocumentKind,
    Read,
    Reading,
    Source,
    Unreadable,
)
from inbox_daemon.reading.network import network
from inbox_daemon.reading.paper.page import Page, Word
from inbox_daemon.reading.paper.structure import SYMBOLS
from inbox_daemon.reading.unterschrift import letter_text
from inbox_daemon.reading.unterschrift.ink import PX_PER_MM, Mask, blobs_of
from inbox_daemon.reading.unterschrift.letter_ink import PX_PER_MM as MASK_PX
from inbox_daemon.reading.unterschrift.letter_ink import Group, groups_on, print_height
from inbox_daemon.reading.unterschrift.letter_text import Stretch
from inbox_daemon.reading.unterschrift.pen_net import pen_share, picture_of
from inbox_daemon.reading.unterschrift.pen_shape import shape_share
from inbox_daemon.reading.unterschrift.signature import SIGNED
from inbox_daemon.reading.unterschrift.stamps import stamps_in

MODEL: Final = "letter"
PEN: Final = 1
MM_PER_INCH: Final = 25.4
# What the three networks must give on average, by where the ink stands: little is ever written
# under a formula but a signature; above a name there are dates, notes and marks as well. With
# writers, fonts and pages left out 0.7 found 62 of 80 real signed pages, but also 3 script fonts
# and 4 stamps of 150 each pasted under a formula; 0.8 found 54, no such font and 2 stamps.
SURE: Final = MappingProxyType({"gruss": 0.8, "name": 0.85, "anlage": 0.8})
# So sure, straight strokes at right angles are those of a capital and not of a stamp's frame.
BEYOND: Final = 0.95
# Initials and marks are smaller (mm across).
LEAST_WIDE: Final = 18.0
# Below this the letter's own network need not be asked twice.
EACH: Final = 0.2
PLACES: Final = ("", "anlage", "name", "gruss")
# Below this nobody needs to look.
WORTH_A_LOOK: Final = 0.5
# Millimetres: how far a signature may begin above and below its formula, and end from its name.
ABOVE_FORMULA: Final = 9.0
BELOW_FORMULA: Final = 34.0
ABOVE_NAME: Final = 14.0
ABOVE_END: Final = 25.0
# A typed name in usual heights of print; the upper part of the ink, which a name never is in.
TYPED: Final = 2.2
UPPER: Final = 0.4
RIGHT_OF_FORMULA: Final = 60.0
BESIDE: Final = (25.0, 15.0)
LONGEST_NAME: Final = 80.0
# Lines of running text above, how wide they are (mm), and lines of print through the ink, each as
# a share of its width.
LINES_ABOVE: Final = 2
BODY_WIDE: Final = 55.0
MOST_LINES: Final = 3
THROUGH: Final = 0.3
STAMP_EXTENT: Final = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Ink: what the networks say of it (mean, 0 to 1), where it stands, lines of print in it."""

    page: Page
    group: Group
    score: float
    place: str
    lines: int

    @property
    def doubt(self) -> str:
        """A code why it is not surely a signature, or none."""
        if not self.place:
            return "feld-nicht-gefunden"
        if self.lines > MOST_LINES or self.score < SURE[self.place]:
            return "schriftart-oder-stift"
        if self.group.wide < LEAST_WIDE:
            return "wenig-tinte"
        return "stempel" if self.score < BEYOND and _has_stamp(self.group) else ""


def signature_without_label(
    pages: Sequence[Page],
    words: Sequence[tuple[Word, ...]],
    *,
    document: str,
    crops: Callable[[Page, Box], str],
) -> Reading[str]:
    """The surest signature on any page, or why none is sure, with the ink to look at if any.

    `words` are those of each page, in pixels of its `grey`.
    """
    found = [c for p, w in zip(pages, words, strict=True) for c in candidates_on(p, w)]
    sure = [c for c in found if not c.doubt]
    if sure:
        return _reading(max(sure, key=_rank), document, crops)
    likely = [c for c in found if c.score >= WORTH_A_LOOK]
    if not likely:
        return Unreadable(why="feld-nicht-gefunden")
    return _reading(max(likely, key=_rank), document, crops)


def _rank(candidate: Candidate) -> tuple[int, float]:
    """The best place first, then the ink."""
    return PLACES.index(candidate.place), candidate.score


def candidates_on(page: Page, words: Sequence[Word]) -> tuple[Candidate, ...]:
    """The groups of ink of a page, judged."""
    groups = groups_on(page, words)
    if not groups:
        return ()
    pictures = np.stack([picture_of(g.mask, MASK_PX) for g in groups])
    shares = network(MODEL).shares(pictures)[:, PEN]
    text = _Text.of(page, words)
    return tuple(
        Candidate(
            page=page,
            group=group,
            score=_score(group, float(share)),
            place=text.place_of(group),
            lines=text.lines_in(group),
        )
        for group, share in zip(groups, shares, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """The stretches of print of a page, in pixels; `usual` is the height of print in mm."""

    px_per_mm: float
    usual: float
    stretches: tuple[Stretch, ...]
    names: tuple[Stretch, ...]

    @staticmethod
    def of(page: Page, words: Sequence[Word]) -> "_Text":
        stretches = letter_text.stretches_of(words)
        return _Text(
            px_per_mm=page.dpi / MM_PER_INCH,
            usual=print_height(page, words),
            stretches=stretches,
            names=letter_text.names_in(stretches),
        )

    def place_of(self, group: Group) -> str:
        """`gruss` under a formula, `name` over a typed name, `anlage` over the end; or none."""
        if any(self._is_under(group, s) for s in self.stretches):
            return "gruss"
        if self._body_above(group) < LINES_ABOVE:
            return ""
        if any(self._is_over(group, s) for s in self.names):
            return "name"
        return "anlage" if any(self._is_last(group, s) for s in self.stretches) else ""

    def lines_in(self, group: Group) -> int:
        """How many lines of print run through the group's box: a pen runs through one or two."""
        found = 0
        for x0, y0, x1, y1 in map(self._mm, self.stretches):
            met = min(x1, group.box[2]) - max(x0, group.box[0])
            inside = group.box[1] < (y0 + y1) / 2 < group.box[3]
            found += inside and y1 - y0 < TYPED * self.usual and met > THROUGH * group.wide
        return found

    def _body_above(self, group: Group) -> int:
        """Lines of running text that end above the group: a letter has a body."""
        return sum(
            y1 < group.box[1] + self.usual and x1 - x0 > BODY_WIDE
            for x0, _, x1, y1 in map(self._mm, self.stretches)
        )

    def _is_under(self, group: Group, stretch: Stretch) -> bool:
        x0, y0, x1, y1 = self._mm(stretch)
        beside = group.box[0] - RIGHT_OF_FORMULA < x1 and x0 - BESIDE[0] < group.box[2]
        begins = -ABOVE_FORMULA < group.box[1] - y0 < BELOW_FORMULA
        if not (beside and begins and group.box[3] > y1):
            return False
        return letter_text.is_like_closing(stretch.text)

    def _is_over(self, group: Group, name: Stretch) -> bool:
        """Type of print size below the upper part of the ink; else the pen itself was read."""
        x0, y0, x1, y1 = self._mm(name)
        beside = group.box[0] - BESIDE[1] < x1 and x0 - BESIDE[1] < group.box[2]
        typed = y1 - y0 < TYPED * self.usual and x1 - x0 < LONGEST_NAME
        from_ = group.box[1] + UPPER * group.high
        return beside and typed and from_ < (y0 + y1) / 2 and y0 < group.box[3] + ABOVE_NAME

    def _is_last(self, group: Group, stretch: Stretch) -> bool:
        _, y0, _, y1 = self._mm(stretch)
        near = group.box[1] < y0 and y1 < group.box[3] + ABOVE_END
        return near and letter_text.ends_letter(stretch.text)

    def _mm(self, stretch: Stretch) -> tuple[float, float, float, float]:
        px = self.px_per_mm
        return stretch.x0 / px, stretch.y0 / px, stretch.x1 / px, stretch.y1 / px


def _score(group: Group, share: float) -> float:
    """The mean of the letter's own network and the two of the blocks."""
    if share < EACH:
        return share / 3
    return (share + pen_share(group.mask, MASK_PX) + shape_share(_fine(group.mask))) / 3


def _fine(mask: Mask) -> Mask:
    """The mask at the scale of ink.py."""
    times = PX_PER_MM / MASK_PX
    large = cv2.resize(mask * np.uint8(255), None, fx=times, fy=times)
    return np.asarray(large > 127, np.uint8)  # noqa: PLR2004 (half of full)


def _has_stamp(group: Group) -> bool:
    """Whether a ring or a frame stands in the ink."""
    blobs, labels = blobs_of(_fine(group.mask))
    return bool(stamps_in(labels, [b for b in blobs if b.extent > STAMP_EXTENT]))


def _reading(
    candidate: Candidate, document: str, crops: Callable[[Page, Box], str]
) -> Reading[str]:
    page = candidate.page
    px = page.dpi / MM_PER_INCH
    box = page.box(*(v * px for v in candidate.group.box))
    doubt = candidate.doubt
    if page.kind is not DocumentKind.SCAN or set(page.notes) - {SYMBOLS}:
        doubt = "kein-papierscan"
    source = Source(
        document=document,
        page=page.number,
        box=box,
        method=WITHOUT_LABEL,
        confidence=0.5 if doubt else round(candidate.score, 3),
        raw=candidate.place,
        crop=crops(page, box),
    )
    return Unreadable(why=doubt, source=source) if doubt else Read(value=SIGNED, source=source)
