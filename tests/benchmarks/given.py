"""The judgement on real signatures alone: the place is given, as if a form's label stood there.

On each page of ../shared/data/documents that has a known box a printed label is set below it and
the block round it is judged; on unsigned pages labels are set below other things: print, notes
by hand, logos, empty paper. Run by `reading.py --given-boxes`; in this process, without the cage.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from inbox_daemon.core.programm import Feld
from inbox_daemon.core.values import Box
from inbox_daemon.reading.crops import crops_into
from inbox_daemon.reading.paper import pdf
from inbox_daemon.reading.paper.page import Page, Word
from inbox_daemon.reading.text.sight import Sight, first_look
from inbox_daemon.reading.unterschrift.signature import signature_on
from inbox_daemon.ruleset import load_rules
from tests.benchmarks.bounds import errors, rate

PROJECT = Path(__file__).resolve().parents[2]
LABEL = "Unterschrift"
GAP_MM, HIGH_MM, WIDE_MM = 1.5, 2.6, 22.0
# Where labels are set on unsigned pages: shares of width and height of the page.
SPOTS = ((0.1, 0.25), (0.5, 0.45), (0.15, 0.65), (0.5, 0.85))
SPOT_MM = 15.0


@dataclass(frozen=True)
class Given:
    """A page file, and the boxes of its signatures in points, if it has any."""

    path: Path
    signed: bool
    boxes: tuple[tuple[float, float, float, float], ...]


def measure(pages: Sequence[Given], *, wrong: bool) -> None:
    """Judges every given place and prints the counts."""
    rules = load_rules(PROJECT / "rules")
    feld = next(p for p in rules.programme if p.aktiv).feld("unterschrift")
    answers = {True: Counter[str](), False: Counter[str]()}
    with tempfile.TemporaryDirectory() as folder:
        for given in pages:
            for number, answer in enumerate(_judged(given, feld, Path(folder))):
                answers[given.signed][answer] += 1
                if wrong and answer == ("absent" if given.signed else "read"):
                    print(given.path.name, "signed" if given.signed else "unsigned", number, answer)
    for signed, counter in answers.items():
        print("signed" if signed else "unsigned", dict(sorted(counter.items())))
    genuine, other = answers[True], answers[False]
    whole, rest = _places(genuine), _places(other)
    print(f"given places with a signature: present  {rate(genuine['read'], whole)}")
    print(f"  said absent                           {errors(genuine['absent'], whole)}")
    print(f"given places without one: present       {errors(other['read'], rest)}")


def _places(counter: Counter[str]) -> int:
    return sum(n for answer, n in counter.items() if not answer.startswith(" "))


def _judged(given: Given, feld: Feld, folder: Path) -> Iterator[str]:
    """The answer for each place, and after it its reason as ` why …`."""
    page = next(iter(pdf.image_pages(given.path, page_limit=1)))
    sight = first_look(page, ())
    spots = [sight.page.pixels(Box(x0=a, y0=b, x1=c, y1=d)) for a, b, c, d in given.boxes]
    for spot in spots or _elsewhere(sight.page):
        words = (*_without_labels(sight), _label(sight.page, spot))
        found = signature_on([sight.page], [words], feld, document="", crops=crops_into(folder))
        yield found.kind
        if found.kind != "read":
            yield f" why {found.why}"


def _without_labels(sight: Sight) -> list[Word]:
    """The page's own words, but for any that are like our label."""
    return [w for w in sight.words if "schrift" not in w.text.lower()]


def _elsewhere(page: Page) -> list[tuple[float, float, float, float]]:
    high, wide = page.grey.shape
    side = SPOT_MM * page.dpi / 25.4
    return [(x * wide, y * high - side, x * wide + 3 * side, y * high) for x, y in SPOTS]


def _label(page: Page, spot: tuple[float, float, float, float]) -> Word:
    """A word of print below the place, as the label of a form."""
    mm = page.dpi / 25.4
    x0, _, _, foot = spot
    top = foot + GAP_MM * mm
    return Word(
        text=LABEL,
        x0=round(x0),
        y0=round(top),
        x1=round(x0 + WIDE_MM * mm),
        y1=round(top + HIGH_MM * mm),
        confidence=96.0,
        line=(9999, 0, 0),
    )
