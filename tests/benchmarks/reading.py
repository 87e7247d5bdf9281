"""Accuracy of reading on scans with truth: `tests/benchmarks/reading.py [FOLDER …]`.

Runs `inspect --json` over all files that FOLDER/truth.jsonl names (default: the sample scans) and
prints counts by layout, scanner, kind of signature and of amount with exact 95 % bounds, then the
goals beside what was measured. `--wrong` names every wrong answer, `--documents` reads the real
pages of ../shared/data/documents instead, `--given-boxes` judges their known signatures alone.
Other layouts: layouts.py. Measures only; asserts nothing.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import documents, goals, meter
from tests.benchmarks.judges import FIELDS, Pair, is_wrong, seen_of

PROJECT = Path(__file__).resolve().parents[2]
APPLICATIONS = PROJECT.parent / "shared" / "data" / "applications"
GROUPS = {
    "amount": ("layout", "scan", "amount_style"),
    "signature": ("layout", "scan", "signature"),
    "applicant": ("layout", "scan"),
}
# Only composed forms say these.
MORE = {
    "amount": ("odd_labels", "turned"),
    "signature": ("block", "placement", "turned"),
    "applicant": ("odd_labels", "all_by_hand"),
}


def measured(folders: Sequence[Path]) -> tuple[list[Pair], meter.Weight]:
    """Truth and what was seen of each file, and what the reading took."""
    truths, files = [], []
    for folder in folders:
        lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
        truths += [json.loads(line) for line in lines]
        files += [str((folder / json.loads(line)["file"]).resolve()) for line in lines]
    seen, weight = inspected(files)
    return list(zip(truths, map(seen_of, seen), strict=True)), weight


def inspected(files: Sequence[str]) -> tuple[list[dict[str, Any]], meter.Weight]:
    """What `inspect --json` says of the files, all in one call, as its user would."""
    command = [sys.executable, "-m", "inbox_daemon", "inspect", "--json", *files]
    with meter.weighed() as weight:
        code, out, errors = meter.run([command], weight, cwd=PROJECT)[0]
    if code:
        raise SystemExit(errors)
    return [json.loads(line) for line in out.splitlines()], weight


def counted(pairs: Iterable[Pair], field: str, group: str) -> dict[str, Counter[str]]:
    """Answers by value of the group."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for truth, seen in pairs:
        counts[str(truth[group])][FIELDS[field](truth, seen)] += 1
    return counts


def show(pairs: Sequence[Pair]) -> None:
    """Prints the tables by group."""
    for field, groups in GROUPS.items():
        more = [g for g in MORE[field] if all(g in truth for truth, _ in pairs)]
        for group in (*groups, *more):
            for name, counter in sorted(counted(pairs, field, group).items()):
                answers = ", ".join(f"{answer} {n}" for answer, n in sorted(counter.items()))
                print(f"{field:10} {group:13} {name:16} {sum(counter.values()):4}  {answers}")


def show_wrong(pairs: Iterable[Pair]) -> None:
    """Names every wrong answer."""
    for truth, seen in pairs:
        for field, judge in FIELDS.items():
            answer = judge(truth, seen)
            if is_wrong(answer):
                print(truth["file"], field, answer, json.dumps(seen[field], ensure_ascii=False))


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*", default=[APPLICATIONS])
    parser.add_argument("--wrong", action="store_true", help="name every wrong answer")
    parser.add_argument("--documents", action="store_true", help="the real pages instead")
    parser.add_argument("--given-boxes", action="store_true", help="their signatures alone")
    parser.add_argument("--count", type=int, default=0, help="only so many, evenly chosen")
    options = parser.parse_args()
    if options.given_boxes:
        return documents.given_boxes(count=options.count, wrong=options.wrong)
    if options.documents:
        return documents.main(inspected, count=options.count, wrong=options.wrong)
    missing = [f for f in options.folders if not (f / "truth.jsonl").is_file()]
    if missing:
        print(f"no truth.jsonl in {missing[0]}", file=sys.stderr)
        return 66
    pairs, weight = measured(options.folders)
    show(pairs)
    print()
    goals.show(pairs)
    if options.wrong:
        show_wrong(pairs)
    count = len(pairs)
    pages = sum(int(truth["pages"]) for truth, _ in pairs)
    print(
        f"{count} documents, {pages} pages: {count / weight.wall:.2f} documents a second, "
        f"{weight.cpu / count:.2f} CPU s each, at most {weight.peak_mib:.0f} MiB over all processes"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
