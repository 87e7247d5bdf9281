"""Writes every sample: `python -m samples.make [--out DIR] [CASE ...]`.

Promises: the same bytes every time, with the pinned packages and one Python; old folders stay.
Touches: <out>/soforthilfe-ukraine-2022/ and <out>/README.md. Trusts: cases.py.
Limits: stops when a mail grows beyond 250 kB or all of them beyond 5 MB.
"""

import argparse
import sys
from pathlib import Path

from samples.case import Case, letter_of
from samples.cases import CASES
from samples.mails import raw_bytes

PROGRAMM = "soforthilfe-ukraine-2022"
MAIL_LIMIT, TOTAL_LIMIT = 250_000, 5_000_000
_HEAD = """# Samples

Mails as they come to the mailbox, drawn by this project: own layouts of forms, invented persons,
streets, telephone and account numbers, strokes of a pen that nobody has made. Names, AGS and mail
domains of the Kreise are facts. `python -m samples.make` (from the project's root) writes all of
it again, this page included, with the same bytes: seeds and dates are fixed (another Python or
another libjpeg may fold or compress otherwise). It needs the Debian packages
`fonts-liberation` and `fonts-dejavu`; running the samples does not.

Each case is a folder with `mail.eml` and `expected.toml`:

| key | meaning |
| --- | --- |
| `name` | one German sentence: what the case shows |
| `received_at`, `order` | the server's time stamp (INTERNALDATE) and the place in the delivery |
| `outcome` | what must become of it: `file`, `query`, `flag`, `ignore` |
| `outcome_any` | where doubt is right: every outcome that is accepted; `outcome` is the best |
| `reasons`, `reasons_any` | codes that must all be given; codes of which one must be given |
| `ags`, `amount`, `signature` | the truth on the paper; not there where the mail shows no form |

| module | draws |
| --- | --- |
| `sheet.py` | a sheet in millimetres, on paper (Pillow) or in a file (reportlab) |
| `pen.py` | signatures, written figures, round seals |
| `forms.py`, `angaben.py`, `aemter.py` | forms, cover letter, cost plan; who fills them in |
| `scanner.py` | the scan: askew, soft, dusty, JPEG or CCITT G4; the photo |
| `papers.py`, `mails.py`, `texts.py` | attachments; mails; their words |
| `case.py`, `cases.py` and its lists, `make.py` | a case; the list below; the program |

| case | what it shows | expected |
| --- | --- | --- |
"""


def mail_of(case: Case) -> bytes:
    """The mail of a case; a case that repeats another has that one's bytes."""
    if case.same_as is None:
        return raw_bytes(letter_of(case))
    return mail_of(next(other for other in CASES if other.folder == case.same_as))


def expected_of(case: Case) -> str:
    """The text of expected.toml."""
    lines = [
        f'name = "{case.shows}"',
        f"received_at = {case.received_at.isoformat()}",
        f"order = {_order()[case.folder]}",
        f'outcome = "{case.outcome[0]}"',
    ]
    if len(case.outcome) > 1:
        lines.append(f"outcome_any = {_strings(case.outcome)}")
    lines.append(f"reasons = {_strings(case.reasons)}")
    if case.reasons_any:
        lines.append(f"reasons_any = {_strings(case.reasons_any)}")
    if case.known:
        lines.append(f'ags = "{case.antrag.ags}"')
        lines += [f'amount = "{case.antrag.betrag}"'] if case.antrag.betrag else []
    if case.signature:
        lines.append(f'signature = "{case.signature}"')
    return "\n".join(lines) + "\n"


def readme() -> str:
    """The page for people, with a row for each case."""
    rows = (
        f"| `{case.folder}` | {case.shows} | {' or '.join(case.outcome)}{_codes(case)} |"
        for case in CASES
    )
    return _HEAD + "\n".join(rows) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Writes the cases; 0, or 65 (EX_DATAERR) when they grow too large."""
    parser = argparse.ArgumentParser(prog="samples.make", description="Writes the sample mails.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    parser.add_argument("case", nargs="*", help="numbers of cases, e.g. 07; all when left out")
    options = parser.parse_args(arguments)
    sizes = []
    for case in CASES:
        if options.case and case.folder[:2] not in options.case:
            continue
        sizes.append(_write(case, options.out / PROGRAMM / case.folder))
        print(f"{sizes[-1]:>8} {case.folder}")
    (options.out / "README.md").write_text(readme(), encoding="utf-8")
    print(f"{sum(sizes):>8} in all")
    return 65 if max(sizes, default=0) > MAIL_LIMIT or sum(sizes) > TOTAL_LIMIT else 0


def _write(case: Case, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    mail = mail_of(case)
    (folder / "mail.eml").write_bytes(mail)
    (folder / "expected.toml").write_text(expected_of(case), encoding="utf-8")
    return len(mail)


def _order() -> dict[str, int]:
    by_time = sorted(CASES, key=lambda case: case.received_at)
    return {case.folder: place for place, case in enumerate(by_time, start=1)}


def _codes(case: Case) -> str:
    codes = ", ".join(f"`{code}`" for code in (*case.reasons, *case.reasons_any))
    return f": {codes}" if codes else ""


def _strings(words: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


if __name__ == "__main__":
    sys.exit(main())
