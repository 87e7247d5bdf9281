"""What the text of a letter says about where its signature stands: closing formula, typed name.

Promises: a closing formula stands alone on its line; a name is a short line of words with capitals.
Touches: nothing. Trusts: the words of the OCR engine and their lines.
Limits: German and English; a formula that the pen runs through may be lost to the engine.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from inbox_daemon.reading.paper.page import Word

# How letters end: the German ones of our offices and of DIN 5008; the English ones because the
# only real letters at hand, and the partners of some districts, write English.
CLOSINGS: Final = (
    "mit freundlichen gruessen",
    "mit freundlichem gruss",
    "mit freundlicher empfehlung",
    "freundliche gruesse",
    "freundlichen gruss",
    "mit besten gruessen",
    "mit besten empfehlungen",
    "mit herzlichen gruessen",
    "mit vorzueglicher hochachtung",
    "beste gruesse",
    "viele gruesse",
    "herzliche gruesse",
    "hochachtungsvoll",
    "sincerely",
    "sincerely yours",
    "yours sincerely",
    "very sincerely yours",
    "yours very sincerely",
    "truly yours",
    "yours truly",
    "very truly yours",
    "yours very truly",
    "yours faithfully",
    "faithfully yours",
    "respectfully",
    "respectfully yours",
    "respectfully submitted",
    "cordially",
    "cordially yours",
    "regards",
    "best regards",
    "kind regards",
    "kindest regards",
    "warm regards",
    "with best regards",
    "with kind regards",
    "best wishes",
)
DIAERESIS: Final = "\N{COMBINING DIAERESIS}"
ALIKE: Final = 84.0
# Short formulas must be met better: "regards" is like "records".
SHORT: Final = 10
SHORT_ALIKE: Final = 92.0
# A formula with letters lost under the pen, and how long its line is at most.
BROKEN: Final = 66.0
MOST_WORDS: Final = 7
# Words that may stand beside a formula on its line (a date at the other side of the page).
BESIDE: Final = 3
# How the line after a signature may begin: enclosures and copies. `co`, `ec`, `ce`: as engines read
# the letters of `cc` in worn type.
AFTER: Final = frozenset(
    {
        "anlage", "anlagen", "verteiler", "nachrichtlich", "cc", "xc", "bcc", "co", "ec", "ce",
        "enc", "encl", "encls", "enclosure", "enclosures", "attachment", "attachments",
    }
)  # fmt: skip
AFTER_ALIKE: Final = 80.0
# A blank of so many heights of letters parts two columns of one line.
COLUMN: Final = 3.0
NAME_WORDS: Final = (1, 6)
# A word alone must be as long as `Landrat`: over `Date` and `Ort` no name stands.
TITLE: Final = 6
CAPITALS: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Words of one line without a wide gap: text and pixel box."""

    text: str
    x0: int
    y0: int
    x1: int
    y1: int


def stretches_of(words: Sequence[Word]) -> tuple[Stretch, ...]:
    """The lines of the page, parted at wide gaps."""
    lines: dict[tuple[int, int, int], list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    return tuple(_stretch(part) for line in lines.values() for part in _parted(line))


def closings_in(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """The closing formulas, from top to bottom."""
    found = [s for s in stretches if _is_closing(s.text)]
    return tuple(sorted(found, key=lambda s: s.y0))


def is_like_closing(text: str) -> bool:
    """Whether a short line is a formula or the rest of one that a pen ran through.

    For lines that stand where a formula would; anywhere else too much is like it.
    """
    words = _plain(text)
    if not words or len(words) > MOST_WORDS:
        return False
    line = " ".join(words)
    if _is_closing(text):
        return True
    return any(fuzz.ratio(line[: len(f) + 2], f) >= BROKEN for f in _FORMULAS if len(f) > SHORT - 3)


def names_in(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Short lines that could be a typed name or title: most words begin with a capital."""
    return tuple(s for s in stretches if _is_name(s.text) and not _is_closing(s.text))


def ends_letter(text: str) -> bool:
    """Whether the line names enclosures or copies, as stands below a signature."""
    words = _plain(text)
    if not words:
        return False
    long = words[0] if len(words[0]) > BESIDE + 1 else ""
    return words[0] in AFTER or any(fuzz.ratio(long, a) >= AFTER_ALIKE for a in AFTER if long)


def _parted(line: list[Word]) -> Iterator[list[Word]]:
    ordered = sorted(line, key=lambda w: w.x0)
    part = ordered[:1]
    for word in ordered[1:]:
        high = max(part[-1].y1 - part[-1].y0, word.y1 - word.y0, 1)
        if word.x0 - part[-1].x1 > COLUMN * high:
            yield part
            part = []
        part.append(word)
    if part:
        yield part


def _stretch(words: Sequence[Word]) -> Stretch:
    return Stretch(
        text=" ".join(w.text for w in words),
        x0=min(w.x0 for w in words),
        y0=min(w.y0 for w in words),
        x1=max(w.x1 for w in words),
        y1=max(w.y1 for w in words),
    )


def _plain(text: str) -> list[str]:
    """The words in small letters, umlauts as a letter and an e, as without umlauts at hand."""
    parted = unicodedata.normalize("NFD", text.casefold()).replace(DIAERESIS, "e")
    return "".join(c if c.isalpha() else " " for c in parted).split()


def _is_closing(text: str) -> bool:
    """Whether a formula makes up the line, but for a few words beside it."""
    words = _plain(text)
    for formula in _FORMULAS:
        count = len(formula.split())
        if not count <= len(words) <= count + BESIDE:
            continue
        least = SHORT_ALIKE if len(formula) <= SHORT else ALIKE
        windows = (" ".join(words[n : n + count]) for n in range(len(words) - count + 1))
        if any(fuzz.ratio(window, formula) >= least for window in windows):
            return True
    return False


_FORMULAS: Final = tuple(" ".join(_plain(formula)) for formula in CLOSINGS)


def _is_name(text: str) -> bool:
    words = ["".join(c for c in w if c.isalpha() or c in ".-") for w in text.split()]
    letters = [w for w in words if any(c.isalpha() for c in w)]
    if not NAME_WORDS[0] <= len(letters) <= NAME_WORDS[1] or any(c.isdigit() for c in text):
        return False
    longest = max(len(w) for w in letters)
    if longest < (TITLE if len(letters) == 1 else BESIDE + 1):
        return False
    return sum(w[:1].isupper() for w in letters) >= CAPITALS * len(letters)
