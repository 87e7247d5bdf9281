"""Accuracy and speed of reading on scans with truth: `tests/benchmarks/reading.py [FOLDER]`.

Runs `inspect --json` over all files of the folder that truth.jsonl names and prints counts:
right, wrong, unsure, absent, by field, layout, kind of scan, of amount and of signature. With
`--wrong` every wrong answer is named. Measures only; asserts nothing.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
APPLICATIONS = PROJECT.parent / "shared" / "data" / "applications"
Pair = tuple[dict[str, Any], dict[str, Any]]


def amount_of(truth: dict[str, Any], seen: dict[str, Any]) -> str:
    """How the amount was answered."""
    field, wanted = seen["amount"], truth["amount"]
    if field["status"] == "unsure":
        return "unsure"
    if field["status"] == "absent":
        return "absent right" if wanted is None else "absent WRONG"
    return "right" if field["value"] == wanted else "WRONG"


def signature_of(truth: dict[str, Any], seen: dict[str, Any]) -> str:
    """How the signature was answered."""
    signed, status = truth["handwritten_signature"], seen["signature"]["status"]
    if status == "unsure":
        return "unsure"
    if status == "present":
        return "right present" if signed else "FALSE PRESENT"
    return "FALSE ABSENT" if signed else "right absent"


def applicant_of(truth: dict[str, Any], seen: dict[str, Any]) -> str:
    """How the Kreis was answered."""
    field = seen["applicant"]
    if field["status"] != "read":
        return "unsure"
    return "right" if field["ags"] == truth["ags"] else "WRONG"


JUDGES: dict[str, Callable[[dict[str, Any], dict[str, Any]], str]] = {
    "amount": amount_of,
    "signature": signature_of,
    "applicant": applicant_of,
}
GROUPS = {
    "amount": ("layout", "scan", "amount_style"),
    "signature": ("layout", "scan", "signature"),
    "applicant": ("layout", "scan"),
}
NOTHING = {
    "amount": {"status": "unsure", "value": None},
    "signature": {"status": "unsure"},
    "applicant": {"status": "unsure"},
}


def measured(folder: Path) -> tuple[list[Pair], float, float]:
    """Truth and what was seen, wall seconds, CPU seconds of all processes."""
    truths = [json.loads(line) for line in (folder / "truth.jsonl").open(encoding="utf-8")]
    files = [str(folder / truth["file"]) for truth in truths]
    began = time.monotonic()
    command = [sys.executable, "-m", "inbox_daemon", "inspect", "--json", *files]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    wall = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seen = [json.loads(line) for line in ended.stdout.splitlines()]
    documents = [one["documents"][0] if one["documents"] else NOTHING for one in seen]
    return list(zip(truths, documents, strict=True)), wall, used.ru_utime + used.ru_stime


def counted(pairs: Iterable[Pair], field: str, group: str | None) -> dict[str, Counter[str]]:
    """Answers by value of the group."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for truth, seen in pairs:
        counts[str(truth[group]) if group else "all"][JUDGES[field](truth, seen)] += 1
    return counts


def show(pairs: list[Pair], *, wrong: bool) -> None:
    """Prints the tables."""
    for field, groups in GROUPS.items():
        for group in (None, *groups):
            for name, counter in sorted(counted(pairs, field, group).items()):
                answers = ", ".join(f"{answer} {n}" for answer, n in sorted(counter.items()))
                print(f"{field:10} {group or '':14} {name:16} {answers}")
    if wrong:
        for truth, seen in pairs:
            for field, judge in JUDGES.items():
                answer = judge(truth, seen)
                if answer.split()[-1].isupper() or answer.split()[0].isupper():
                    print(truth["file"], field, answer, json.dumps(seen[field]))


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=APPLICATIONS)
    parser.add_argument("--wrong", action="store_true", help="name every wrong answer")
    arguments = parser.parse_args()
    if not (arguments.folder / "truth.jsonl").is_file():
        print(f"no truth.jsonl in {arguments.folder}", file=sys.stderr)
        return 66
    pairs, wall, cpu = measured(arguments.folder)
    show(pairs, wrong=arguments.wrong)
    count = len(pairs)
    print(f"{count} documents, {count / wall:.2f} a second, {cpu / count:.2f} CPU seconds each")
    return 0


if __name__ == "__main__":
    sys.exit(main())
