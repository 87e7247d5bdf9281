"""Printed labels of the signature block: whole, broken by ink, or lost beside place and date.

Promises: a label is found or left out, never a sentence of running text; what is only guessed from
a rest or from its neighbour is given as a label without text.
Touches: nothing. Trusts: the words of ocr.py with their boxes.
Limits: knows the words that forms in German have; a label lost with all its neighbours stays lost.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from rapidfuzz import fuzz

from inbox_daemon.core.programm import Feld
from inbox_daemon.reading.paper.page import Word
from inbox_daemon.reading.unterschrift.ink import Span

SURE_WORD: Final = 70.0
SAME: Final = 0.5
LEAST_SIZE: Final = 0.01
LEAST_LETTERS: Final = 3
# Running text has at least so many words.
TEXT_WORDS: Final = 7

_MATCH = 84.0
_MM_PER_INCH = 25.4
_SENTENCE = (5, 12)
# Where a lost label is put, mm at the right of the label for place and date, and what that reads.
LOST = (22, 52)
_PLACE_DATE = frozenset({"ort", "datum", "und", "den", "der"})
# Words that may stand before the label on the same line.
_BESIDE = frozenset(
    {"ort", "datum", "und", "name", "vorname", "stempel", "funktion", "den", "ortdatum"}
)
# What may stand at the right of a label that was lost; other print there is another field.
_SEALS = frozenset({"stempel", "siegel", "dienstsiegel", "dienststempel", "stempelsiegel"})
_PRINTED = 5
# The words of which a rest is left beside the ink: what they begin or end with, in letters.
_STEMS = ("rechtsverbindliche", "unterschrift")
_LEAST_REST = 7
_REST = 88.0
_MOST_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Words that follow one another on a line without a wide gap; pixels of the page."""

    words: tuple[Word, ...]

    @property
    def box(self) -> Span:
        """The box round all its words."""
        ws = self.words
        x0, y0 = min(w.x0 for w in ws), min(w.y0 for w in ws)
        return x0, y0, max(w.x1 for w in ws), max(w.y1 for w in ws)

    @property
    def text(self) -> str:
        """What it says; nothing for a label that was lost under ink."""
        return " ".join(w.text for w in self.words)

    @property
    def is_running_text(self) -> bool:
        """A long line that the engine read well."""
        sure = sum(w.confidence for w in self.words) / len(self.words) > SURE_WORD
        return sure and len(self.words) >= TEXT_WORDS


def segments_of(words: Sequence[Word]) -> tuple[Segment, ...]:
    """The words of a page as segments; a word that was read twice counts once."""
    rows: list[list[Word]] = []
    for word in sorted(_unique(words), key=lambda w: w.x0):
        fit = [r for r in rows if _follows(r[-1], word)]
        if fit:
            fit[-1].append(word)
        else:
            rows.append([word])
    return tuple(Segment(words=tuple(r)) for r in rows)


def _unique(words: Sequence[Word]) -> list[Word]:
    """The words, without those of which half lies in a surer one."""
    ordered = sorted(words, key=lambda w: -w.confidence)
    boxes = np.array([(w.x0, w.y0, w.x1, w.y1) for w in ordered], float).reshape(-1, 4)
    size = np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), LEAST_SIZE)
    kept: list[int] = []
    for number, (x0, y0, x1, y1) in enumerate(boxes):
        others = boxes[kept]
        across = np.minimum(x1, others[:, 2]) - np.maximum(x0, others[:, 0])
        down = np.minimum(y1, others[:, 3]) - np.maximum(y0, others[:, 1])
        common = np.maximum(across, 0) * np.maximum(down, 0)
        if not (common > SAME * size[number]).any():
            kept.append(number)
    return [ordered[number] for number in kept]


def _follows(last: Word, word: Word) -> bool:
    heights = (last.y1 - last.y0, word.y1 - word.y0)
    level = min(last.y1, word.y1) - max(last.y0, word.y0)
    gap = word.x0 - last.x1
    return level > SAME * min(heights) and -SAME * max(heights) < gap < 1.3 * max(heights)


def letters_of(text: str) -> str:
    """Only its letters, small."""
    return "".join(c for c in text.lower() if c.isalpha())


def is_label(segment: Segment, feld: Feld) -> bool:
    """Whether the segment is a printed label of the field, and no running text."""
    tokens = [t for w in segment.words if (t := letters_of(w.text))]
    sentence = len(tokens) > _SENTENCE[0] and segment.words[-1].text.endswith(".")
    if len(tokens) > _SENTENCE[1] or sentence:
        return False
    for label in feld.labels:
        size = len([t for t in label.split() if letters_of(t)])
        for at in range(len(tokens) - size + 1):
            window = "".join(tokens[at : at + size])
            if fuzz.ratio(window, letters_of(label)) >= _MATCH and _may_start(tokens[:at]):
                return not any(fuzz.ratio(window, letters_of(n)) >= _MATCH for n in feld.not_labels)
    return False


def place_labels(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """What tells where a lost label is: its rest, else the label for place and date.

    The signature's own place is at the right of place and date, also where these are filled in.
    """
    rests = [s for s in segments if _stem_of(s) is not None]
    return (*rests, *(s for s in segments if _is_place_label(s)))


def _is_place_label(segment: Segment) -> bool:
    """`Ort, Datum` or `Datum`, alone or with a colon and what was filled in."""
    first, colon, _ = segment.text.partition(":")
    names = re.findall(r"[^\W\d_]+", first.lower())
    if not set(names) <= _PLACE_DATE or "datum" not in names:
        return False
    return "ort" in names or bool(colon) or len(names) == 1


def _stem_of(segment: Segment) -> tuple[str, int] | None:
    """The word of which only the beginning or the end was read, and where in the segment it is."""
    if len(segment.words) > _MOST_WORDS or segment.is_running_text:
        return None
    for at, word in enumerate(segment.words):
        rest = letters_of(word.text)
        for stem in _STEMS:
            if not _LEAST_REST <= len(rest) < len(stem):
                continue
            begins = at == 0 and fuzz.ratio(rest, stem[: len(rest)]) >= _REST
            if begins or fuzz.ratio(rest, stem[-len(rest) :]) >= _REST:
                return stem, at
    return None


def lost_label(place: Segment, segments: Sequence[Segment], *, dpi: float) -> Segment | None:
    """Where a label that ink made unreadable would stand: round its rest, or right of `place`.

    Its words have no confidence; beside `place` it has no text either, and only the lines of the
    form tell where exactly it is. None where other print stands there.
    """
    rest = _stem_of(place)
    if rest is not None:
        return _completed(place, *rest)
    _, y0, x1, y1 = place.box
    mm = dpi / _MM_PER_INCH
    for other in segments:
        level = min(other.box[3], y1) - max(other.box[1], y0)
        if other.box[0] > x1 and level > SAME * (y1 - y0) and _is_other(other):
            return None
    left, right = (round(x1 + v * mm) for v in LOST)
    return _guessed((left, y0, right, y1), "")


def _completed(rest: Segment, stem: str, at: int) -> Segment:
    """The box of the whole word, and of all that was read beside it."""
    word = rest.words[at]
    letters = letters_of(word.text)
    wide = (word.x1 - word.x0) * len(stem) / len(letters)
    x0, y0, x1, y1 = rest.box
    if stem.startswith(letters[:LEAST_LETTERS]):
        return _guessed((x0, y0, max(x1, word.x0 + wide), y1), stem)
    return _guessed((min(x0, word.x1 - wide), y0, x1, y1), stem)


def _guessed(box: Span, text: str) -> Segment:
    x0, y0, x1, y1 = (round(v) for v in box)
    word = Word(text=text, x0=max(x0, 0), y0=y0, x1=x1, y1=y1, confidence=0.0, line=(0, 0, 0))
    return Segment(words=(word,))


def _is_other(segment: Segment) -> bool:
    """Print that is no word for a seal."""
    letters = [letters_of(w.text) for w in segment.words if w.confidence >= SURE_WORD]
    return sum(len(t) for t in letters if t not in _SEALS) >= _PRINTED


def names_place(segment: Segment) -> bool:
    """Whether place or date are asked for on the same line."""
    return bool({"ort", "datum"} & set(re.findall(r"[^\W\d_]+", segment.text.lower())))


def _may_start(before: Sequence[str]) -> bool:
    return len([t for t in before if t not in _BESIDE]) <= 1
