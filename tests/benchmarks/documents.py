"""The real pages of ../shared/data/documents: are signed pages found signed, and no others?

English business letters and notices, so no form of ours: the signature must be found without a
German label. Only pages with a known box count as signed; their box is compared with ours.
"""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from tests.benchmarks import given
from tests.benchmarks.bounds import errors, rate
from tests.benchmarks.judges import overlap, seen_of

DOCUMENTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "documents"
# What reading takes for no resolution at all; then the long side is that of A4.
NO_RESOLUTION = (72.0, 96.0)
LEAST_DPI = 60.0
A4_LONG = 297 / 25.4

Inspect = Callable[[Sequence[str]], tuple[list[dict[str, Any]], Any]]


def _points(path: Path, boxes: str) -> list[list[float]]:
    """The boxes `x,y,width,height` in pixels, `;` between them, as corners in points."""
    with Image.open(path) as image:
        across, down = (float(v) for v in image.info.get("dpi", (0, 0)))
        size = image.size
    if max(across, down) in NO_RESOLUTION or max(across, down) < LEAST_DPI:
        across = down = max(size) / A4_LONG
    found = []
    for box in filter(None, boxes.split(";")):
        x, y, wide, high = (float(v) for v in box.split(","))
        corners = (x, y, x + wide, y + high)
        found.append([v * 72 / dpi for v, dpi in zip(corners, (across, down) * 2, strict=True)])
    return found


def _rows(count: int) -> list[dict[str, str]]:
    """The lines of the index, or so many evenly chosen; none where the data is not here."""
    if not (DOCUMENTS / "index.csv").is_file():
        print("no ../shared/data/documents here: nothing measured")
        return []
    with (DOCUMENTS / "index.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return rows[:: max(len(rows) // count, 1)] if count else rows


def given_boxes(*, count: int, wrong: bool) -> int:
    """Judges the known boxes, and places on unsigned pages, without looking for a label."""
    chosen = []
    for row in _rows(count):
        path, signed = DOCUMENTS / row["file"], row["signed"] == "1"
        boxes = tuple((b[0], b[1], b[2], b[3]) for b in _points(path, row["boxes_xywh"]))
        if boxes or not signed:
            chosen.append(given.Given(path, signed, boxes))
    given.measure(chosen, wrong=wrong)
    return 0 if chosen else 66


def main(inspect: Inspect, *, count: int, wrong: bool) -> int:
    """Measures and prints; `count` pages evenly chosen, or all."""
    rows = _rows(count)
    if not rows:
        return 66
    seen, weight = inspect([str(DOCUMENTS / row["file"]) for row in rows])
    answers: dict[str, Counter[str]] = {"boxed": Counter(), "signed": Counter(), "no": Counter()}
    met = 0
    for row, line in zip(rows, seen, strict=True):
        kind = "no" if row["signed"] == "0" else "boxed" if row["boxes_xywh"] else "signed"
        field = seen_of(line)["signature"]
        status = field["status"]
        answers[kind][status] += 1
        answers[kind][f"  why {field.get('why')}"] += status != "present"
        if kind == "boxed" and status == "present":
            there = _points(DOCUMENTS / row["file"], row["boxes_xywh"])
            met += any(overlap(field["box"], box) for box in there)
        if wrong and status != ("absent" if kind == "no" else "present"):
            print(row["file"], kind, status, field.get("why"), field.get("box"))
    _show(answers, met)
    print(f"{len(rows)} pages, {len(rows) / weight.wall:.2f} a second")
    return 0


def _show(answers: dict[str, Counter[str]], met: int) -> None:
    boxed, unsigned = answers["boxed"], answers["no"]
    pages = {
        kind: sum(c[s] for s in ("present", "unsure", "absent")) for kind, c in answers.items()
    }
    for kind, counter in answers.items():
        shown = ", ".join(f"{name} {n}" for name, n in sorted(counter.items()) if n)
        print(f"{kind:7} {pages[kind]:4}  {shown}")
    print(f"signed pages with a box present: >= 85 %   {rate(boxed['present'], pages['boxed'])}")
    print(f"  our box meets the true one               {rate(met, boxed['present'])}")
    print(f"  said absent                              {errors(boxed['absent'], pages['boxed'])}")
    print(f"present on unsigned pages: 0               {errors(unsigned['present'], pages['no'])}")
