"""An engine that is missing, hangs, dies, prints junk, says nothing or takes all memory.

Run as `python -m tests.faults.ocr_faults [--repeats N]`: each behaviour, in the library and in the
program behind the same port, so many times on a good application. Prints what came of it, ends by
itself, 1 where a mail went anywhere but to a person, or a reason has no words.
Touches: processes, a temporary folder. Trusts: samples/.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from inbox_daemon.core.decide import decide
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import Known
from inbox_daemon.core.wording import READINGS
from inbox_daemon.edges.worker import CagedReader
from inbox_daemon.ruleset import load_rules
from inbox_daemon.wire import Job
from samples.demo import PROJECT, Sample, samples
from tests.faults.ending import exit_code

WALL_S = 60.0
SECONDS = 30

# Runs in the place of inbox_daemon.reading; `Engine` stands in for the library's one object.
_CHILD = """
import ctypes, os, random, signal, sys, time
from inbox_daemon.reading.text import engine
WORD = "5\\t1\\t1\\t1\\t1\\t{}\\t{}\\t{}\\t90\\t30\\t96.5\\t{}\\n"
class Engine:
    table = ""
    def __getattr__(self, name):
        return lambda *given: None
    def Recognize(self, milliseconds):
        BODY
        return True
    def GetTSVText(self, page):
        return self.table
FAKE
from inbox_daemon.reading.__main__ import main
sys.exit(main())
"""
_LIBRARY = "engine._engine = lambda: Engine()"
# Where the library is missing the cage lets programs start, from the folder of models too.
_PROGRAM = 'sys.modules["tesserocr"] = None'

# The cage refuses a reader to kill anybody, itself too: the blow comes from outside, as from the
# kernel that wants its memory back.
KILLED = "time.sleep(998)"
_HELPER = """
reader = os.getpid()
if os.fork() == 0:
    time.sleep(6)
    os.kill(reader, signal.SIGKILL)
    os._exit(0)
"""

# Reads the word of the start, a line, as it should, and dies over a page.
_MOODY = """
real = engine._engine()
class Moody:
    def SetPageSegMode(self, mode):
        self.mode = mode
        real.SetPageSegMode(mode)
    def Recognize(self, milliseconds):
        if self.mode != 7:
            ctypes.string_at(0)
        return real.Recognize(milliseconds)
    def __getattr__(self, name):
        return getattr(real, name)
engine._engine = lambda: Moody()
"""


def child_of_library(body: str) -> str:
    """The program of a reading child whose library does this when it is to recognise."""
    helper = _HELPER if body == KILLED else ""
    return _CHILD.replace("BODY", body).replace("FAKE", _LIBRARY + helper)


def child_of_program() -> str:
    """That of one without the library."""
    return _CHILD.replace("BODY", "pass").replace("FAKE", _PROGRAM)


MOODY = _CHILD.replace("BODY", "pass").replace("FAKE", _MOODY)

LIBRARY = {
    "dies by SIGSEGV": "ctypes.string_at(0)",
    "dies by abort": "os.abort()",
    "is killed by the kernel": KILLED,
    "hangs, deaf to signals": (
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM}); time.sleep(999)"
    ),
    "hangs": "time.sleep(999)",
    "gives up": "return False",
    "raises": "raise RuntimeError('engine')",
    "says nothing": "self.table = ''",
    "prints junk": "self.table = random.randbytes(9000).decode('latin-1')",
    "prints half a table": "self.table = '5\\t1\\tx\\t1\\t1\\t1\\t1\\t1\\t1\\t1\\t90\\tAntrag\\n'",
    "is sure of nonsense": (
        "self.table = ''.join(WORD.format(n, 40 * n % 900, 30 * n, random.choice("
        "('12.345,67', 'Betrag', 'Unterschrift', 'xq', '1.1.2022', 'Kreis'))) for n in range(90))"
    ),
    "takes all memory": "kept = [bytearray(64 << 20) for _ in range(999)]",
}
PROGRAM = {
    "is missing": "",
    "has no language": 'echo "Error opening data file deu.traineddata" >&2; exit 1',
    "dies by SIGSEGV": "kill -SEGV $$",
    "is killed by the kernel": "kill -KILL $$",
    "hangs": "exec sleep 999",
    "leaves a child behind": "sleep 999 & exit 0",
    "says nothing": 'printf "level\\n" > "$2.tsv"',
    "writes nothing": "exit 0",
    "prints junk": 'head -c 9000 /dev/urandom > "$2.tsv"',
    "floods": "exec cat /dev/zero",
    "fails": "exit 1",
}


@dataclass(frozen=True, kw_only=True)
class Found:
    """What came of one reading."""

    kind: str
    codes: tuple[str, ...]

    @property
    def fault(self) -> str:
        """What is wrong, or nothing."""
        if self.kind != "escalate":
            return f"the mail is {self.kind}"
        unknown = [code for code in self.codes if code not in READINGS]
        return f"codes without words: {unknown}" if unknown else ""


class Bench:
    """Readings of one good application."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sample = good()
        self._rules = load_rules(PROJECT / "rules")
        self._path = folder / "mail.eml"
        self._path.write_bytes(self._sample.mail)

    def library(self, body: str) -> Found:
        """With a library that does this."""
        return self._found(child_of_library(body))

    def program(self, body: str) -> Found:
        """With a program `tesseract` that does this; none at all where it does nothing."""
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            path = name if not body else f"{name}:{os.environ['PATH']}"
            if body:
                fake = Path(name) / "tesseract"
                version = '[ "$1" = --version ] && echo "tesseract 5.3.0" && exit 0'
                fake.write_text(f"#!/bin/sh\n{version}\n{body}\n", encoding="utf-8")
                fake.chmod(0o755)
            with mock.patch.dict(os.environ, {"PATH": path, "TESSDATA_PREFIX": name}):
                return self._found(child_of_program())

    def _found(self, child: str) -> Found:
        reader = CagedReader(program=(sys.executable, "-s", "-P", "-c", child), wall_s=WALL_S)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            job = Job(
                path=str(self._path),
                form="mail",
                name="original.eml",
                folder=folder,
                ruleset=self._rules,
                seconds=SECONDS,
            )
            evidence = reader.read(job)
        verdict = decide(
            evidence,
            known=Known(),
            rules=self._rules,
            received_at=self._sample.received_at,
        )
        return Found(kind=verdict.kind, codes=_codes(evidence))


def good() -> Sample:
    """A scanned application without any fault."""
    return samples()[0]


def _codes(evidence: Evidence) -> tuple[str, ...]:
    codes = [evidence.failure] if evidence.failure else [unread.why for unread in evidence.unread]
    return tuple(codes)


def every(
    bench: Bench, repeats: int, *, only: frozenset[str] | None = None
) -> tuple[Counter[str], list[str]]:
    """Each behaviour (or `only` these) so many times; what came, and what is wrong."""
    counts: Counter[str] = Counter()
    wrong = []
    for way, behaviours, read in (
        ("library", LIBRARY, bench.library),
        ("program", PROGRAM, bench.program),
    ):
        for name, body in behaviours.items():
            if only is not None and name not in only:
                continue
            for _ in range(repeats):
                found = read(body)
                counts[f"{way} {name}: {found.kind} {' '.join(found.codes)}"] += 1
                if found.fault:
                    wrong.append(f"{way} {name}: {found.fault}")
    return counts, wrong


def main() -> int:
    """All behaviours; 0 where nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ocr-faults-") as name:
        counts, wrong = every(Bench(Path(name)), chosen.repeats)
    for end, count in counts.items():
        print(f"  {count:4} {end}")
    print(f"{counts.total()} readings")
    return exit_code(wrong)


if __name__ == "__main__":
    sys.exit(main())
