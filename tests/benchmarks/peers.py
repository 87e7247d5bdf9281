"""Speed and amounts side by side in one run: ours, OCRmyPDF, pytesseract on whole pages.

`tests/benchmarks/peers.py [FOLDER]` takes files with truth (default: the sample scans). OCRmyPDF
runs at its best setting for two cores (OMP_THREAD_LIMIT=1, --jobs 2, -l deu --deskew), one call a
file, and once more two calls at a time; it is looked for on PATH or named by --ocrmypdf. The texts
of the peers go through the text part of our amount finder (contenders.py).
`--known-form N`: N fillings of one blank form. `--growth`: files of 1 to 50 pages.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pypdf

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from inbox_daemon.ruleset import load_rules
from tests.benchmarks import contenders, judges, meter

ROOT = Path(__file__).resolve().parents[2]
APPLICATIONS = ROOT.parent / "shared" / "data" / "applications"
LAYOUTS = ROOT / "tests" / "benchmarks" / "layouts.py"
GROWTH = (1, 2, 5, 10, 25, 50)
ENVIRONMENT = os.environ | {"OMP_THREAD_LIMIT": "1"}
CORES = 2
# A run of one file more, unmeasured: the programs and models are in the page cache for all.
WARM = 1

Truth = dict[str, Any]
Contender = Callable[[Sequence[Path], meter.Weight], list[dict[str, Any]]]


def _feld() -> Any:
    rules = load_rules(ROOT / "rules")
    return next(p for p in rules.programme if p.aktiv).feld("betrag")


def ours(files: Sequence[Path], weight: meter.Weight) -> list[dict[str, Any]]:
    """`inspect --json` over all files in one call, as it stands."""
    command = [sys.executable, "-m", "inbox_daemon", "inspect", "--json", *map(str, files)]
    code, out, errors = meter.run([command], weight, cwd=ROOT)[0]
    if code:
        raise SystemExit(errors)
    return [judges.seen_of(json.loads(line))["amount"] for line in out.splitlines()]


def tesseract(files: Sequence[Path], weight: meter.Weight) -> list[dict[str, Any]]:
    """Whole pages through pytesseract in two processes; this file does it as a program."""
    command = [sys.executable, __file__, "--read", *map(str, files)]
    code, out, errors = meter.run([command], weight, environment=ENVIRONMENT)[0]
    if code:
        raise SystemExit(errors)
    return [dict(json.loads(line)) for line in out.splitlines()]


def ocrmypdf(program: str, out: Path, *, at_a_time: int) -> Contender:
    """OCRmyPDF, one call a file; `at_a_time` calls run side by side."""

    def contend(files: Sequence[Path], weight: meter.Weight) -> list[dict[str, Any]]:
        made = [out / f"{at_a_time}-{k}-{file.stem}.pdf" for k, file in enumerate(files)]
        commands = [_command(program, file, goal) for file, goal in zip(files, made, strict=True)]
        ended = meter.run(commands, weight, at_a_time=at_a_time, environment=ENVIRONMENT)
        for file, (code, _, errors) in zip(files, ended, strict=True):
            if code:
                print(f"  ocrmypdf {file.name}: exit {code}: {errors.strip()[-200:]}")
        return [{"made": str(goal)} for goal in made]

    return contend


def _command(program: str, file: Path, goal: Path) -> list[str]:
    """Born-digital pages keep their text (--skip-text), else OCRmyPDF gives the file back."""
    command = [program, "--jobs", str(CORES), "-l", "deu", "--deskew", "--skip-text", "--quiet"]
    if file.suffix.lower() != ".pdf":
        command += ["--image-dpi", "250"]
    return [*command, str(file), str(goal)]


def _from_layers(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Finds the amounts in the text layers: after the run, so that it costs the peer nothing."""
    feld, found = _feld(), []
    for answer in answers:
        made = Path(answer["made"])
        words = contenders.words_of_layer(made) if made.is_file() else []
        found.append(contenders.amount_in(words, feld))
    return found


def _read_whole(file: str) -> str:
    words = contenders.words_by_tesseract(Path(file))
    return json.dumps(contenders.amount_in(words, _feld()))


def read(files: Sequence[str]) -> int:
    """The pytesseract contender: two processes, one line of JSON a file."""
    with ProcessPoolExecutor(CORES) as pool:
        for line in pool.map(_read_whole, files):
            print(line, flush=True)
    return 0


def compared(folder: Path, program: str, *, count: int) -> None:
    """Runs every contender over the same files and prints one line each."""
    lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    truths = [json.loads(line) for line in lines]
    truths = truths[:: max(len(truths) // count, 1)][:count] if count else truths
    files = [(folder / truth["file"]).resolve() for truth in truths]
    pages = sum(int(truth["pages"]) for truth in truths)
    print(f"{len(files)} documents, {pages} pages; two cores of {_processor()}")
    with tempfile.TemporaryDirectory() as out:
        contend: dict[str, Contender] = {"inbox-daemon": ours}
        if program:
            contend["ocrmypdf"] = ocrmypdf(program, Path(out), at_a_time=1)
            contend["ocrmypdf, 2 calls"] = ocrmypdf(program, Path(out), at_a_time=2)
        else:
            print("  ocrmypdf is not here (--ocrmypdf PATH): left out")
        contend["pytesseract"] = tesseract
        base = 0.0
        for name, contender in contend.items():
            base = _line(name, contender, (files, truths), base)


def _line(
    name: str, contender: Contender, what: tuple[list[Path], list[Truth]], base: float
) -> float:
    files, truths = what
    contender(files[:WARM], meter.Weight())
    with meter.weighed() as weight:
        answers = contender(files, weight)
    if answers and "made" in answers[0]:
        answers = _from_layers(answers)
    counts = Counter(judges.amount(t, {"amount": a}) for t, a in zip(truths, answers, strict=True))
    speed = len(files) / weight.wall
    said = ", ".join(f"{answer} {n}" for answer, n in sorted(counts.items()))
    against = f", ours {base / speed:.1f} times as fast" if base else ""
    print(
        f"{name:18} {speed:6.3f} documents/s, {weight.cpu / len(files):6.2f} CPU s each, "
        f"peak {weight.peak_mib:5.0f} MiB{against}; amounts: {said}",
        flush=True,
    )
    return base or speed


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else 'an unknown processor'} ({len(names)} there)"


def known_form(count: int, seed: int, program: str, *, typed: bool) -> None:
    """One blank form filled in again and again: the fast path against OCRmyPDF."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(LAYOUTS), folder, "--count", str(count), "--known-form"]
        command += ["--typed"] if typed else []
        # One scanner, so that nothing but the filling differs.
        subprocess.run([*command, "--seed", str(seed), "--scan", "office-grey"], check=True)
        compared(Path(folder), program, count=0)


def growth(seed: int) -> None:
    """Attachments of distinct pages: seconds by number of pages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, str(LAYOUTS), name, "--count", str(GROWTH[-1])]
        subprocess.run([*command, "--seed", str(seed), "--scan", "office-grey"], check=True)
        pages = [
            page for file in sorted(folder.glob("*.pdf")) for page in pypdf.PdfReader(file).pages
        ]
        one = 0.0
        ours([next(folder.glob("*.pdf"))], meter.Weight())  # unmeasured: the files are in the cache
        for number in GROWTH:
            writer = pypdf.PdfWriter()
            for page in pages[:number]:
                writer.add_page(page)
            file = folder / f"{number}-pages.pdf"
            writer.write(file)
            with meter.weighed() as weight:
                ours([file], weight)
            one = one or weight.wall
            print(
                f"{number:3} pages: {weight.wall:6.2f} s, {weight.cpu:6.2f} CPU s, "
                f"{weight.wall / number:5.2f} s a page, {weight.wall / one:5.2f} times one page, "
                f"peak {weight.peak_mib:5.0f} MiB",
                flush=True,
            )


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=APPLICATIONS)
    parser.add_argument("--count", type=int, default=0, help="only so many, evenly chosen")
    parser.add_argument("--ocrmypdf", default=shutil.which("ocrmypdf") or "", metavar="PATH")
    parser.add_argument("--known-form", type=int, default=0, metavar="N")
    parser.add_argument("--typed", action="store_true", help="known form: no amount by hand")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--seed", type=int, default=7, help="of the composed forms")
    parser.add_argument("--read", nargs="+", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        return read(options.read)
    if options.growth:
        growth(options.seed)
    elif options.known_form:
        known_form(options.known_form, options.seed, options.ocrmypdf, typed=options.typed)
    elif (options.folder / "truth.jsonl").is_file():
        compared(options.folder, options.ocrmypdf, count=options.count)
    else:
        print(f"no truth.jsonl in {options.folder}", file=sys.stderr)
        return 66
    return 0


if __name__ == "__main__":
    sys.exit(main())
