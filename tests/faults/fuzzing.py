"""What both fuzz programs share: seeded mutation, a forked worker, limits, and what is kept.

Promises: input number n of a seed is always the same bytes; a worker that dies or hangs costs one
input, is counted, and the next goes on. Touches: a temporary folder, the folder of finds.
Limits: mutates bytes and lines, and joins pieces of two files; it follows no coverage.
"""

import argparse
import hashlib
import mmap
import os
import random
import resource
import signal
import struct
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import NoReturn

SECONDS = 30.0
HANGS_S = 60.0
RSS_MIB = 1024
ADDRESSES = 2 << 30
LARGEST = 300_000
TOKENS = 6

# An entry gives a word for how it ended, and raises what it must not.
Entry = Callable[[bytes, Path], str]
Mutate = Callable[[random.Random, bytes], bytes]


@dataclass(kw_only=True)
class Fuzz:
    """One programme of trying: where from, how changed, what tried."""

    corpus: Sequence[bytes]
    mutate: Mutate
    entry: Entry
    finds: Path
    seed: int
    ends: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    highest_mib: int = 0
    tried: int = 0

    def made(self, number: int) -> bytes:
        """The input of this number."""
        chance = random.Random(f"{self.seed}-{number}")
        first = chance.choice(self.corpus)
        changed = first
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            other = chance.choice(self.corpus) if chance.random() < 0.1 else changed
            changed = self.mutate(chance, _spliced(chance, changed, other))
        return changed[:LARGEST]

    def run(self, seconds: float) -> None:
        """Until so many seconds are over."""
        until, number = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            number = self._worker(number, until) + 1

    def _worker(self, number: int, until: float) -> int:
        """One worker from this number on, until it dies or the time is over; its last number."""
        place = mmap.mmap(-1, 8)
        place[:] = struct.pack("q", number)
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            self._work(number, until, place, writer)
        os.close(writer)
        end = self._watched(pid, reader, place)
        (last,) = struct.unpack("q", place[:])
        if end:
            self._keep(last, end)
        return int(last)

    def _watched(self, pid: int, reader: int, place: mmap.mmap) -> str:
        """Reads what the worker tells; what was wrong with its end, or nothing."""
        seen, since = place[:], time.monotonic()
        with os.fdopen(reader, "rb", buffering=0) as told:
            os.set_blocking(reader, False)
            rest, hung = "", False
            while True:
                done, status = os.waitpid(pid, os.WNOHANG)
                rest = self._count(rest + _said(told))
                if done:
                    break
                if place[:] != seen:
                    seen, since = place[:], time.monotonic()
                elif time.monotonic() - since > HANGS_S:
                    os.kill(pid, signal.SIGKILL)
                    hung = True
                time.sleep(0.1)
        code = os.waitstatus_to_exitcode(status)
        return "hangs" if hung else f"worker died: {code}" if code else ""

    def _count(self, lines: str) -> str:
        """Takes in whole lines `number TAB seconds TAB mib TAB end TAB fault`; the rest stays."""
        *whole, rest = lines.split("\n")
        for line in whole:
            number, seconds, mib, end, fault = line.split("\t")
            self.tried += 1
            self.ends[end] += 1
            self.slowest = max(self.slowest, float(seconds))
            self.highest_mib = max(self.highest_mib, int(mib))
            if fault:
                self._keep(int(number), fault)
        return rest

    def _keep(self, number: int, fault: str) -> None:
        self.faults[fault] += 1
        if self.faults[fault] <= 3:
            untrusted = self.made(number)
            self.finds.mkdir(parents=True, exist_ok=True)
            name = hashlib.sha256(untrusted).hexdigest()[:16]
            (self.finds / f"{name}.bin").write_bytes(untrusted)
            print(f"  {fault}: seed {self.seed} number {number}, kept as {name}.bin", flush=True)

    def _work(self, number: int, until: float, place: mmap.mmap, writer: int) -> NoReturn:
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
            with tempfile.TemporaryDirectory() as name:
                while time.monotonic() < until:
                    place[:] = struct.pack("q", number)
                    os.write(writer, f"{number}\t{self._one(number, Path(name))}\n".encode())
                    for path in Path(name).iterdir():
                        path.unlink()
                    number += 1
            code = 0
        except BaseException:  # noqa: BLE001 - the worker never returns into the program
            traceback.print_exc()
        finally:
            os._exit(code)

    def _one(self, number: int, folder: Path) -> str:
        untrusted = self.made(number)
        fault, end, started = "", "raised", time.process_time()
        try:
            end = self.entry(untrusted, folder)
        except MemoryError:
            fault = "MemoryError"
        except BaseException as error:  # noqa: BLE001 - that is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            fault = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno} {error}"
            fault = " ".join(fault.split())[:200]
        seconds = time.process_time() - started
        mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        if not fault and seconds > SECONDS:
            fault = "too slow"
        if not fault and mib > RSS_MIB:
            fault = "too much memory"
        return f"{seconds:.2f}\t{mib}\t{end}\t{fault}"


def _said(told: FileIO) -> str:
    """All that is there at the moment."""
    pieces = []
    while piece := told.read(1 << 16):
        pieces.append(piece)
    return b"".join(pieces).decode()


def _spliced(chance: random.Random, first: bytes, other: bytes) -> bytes:
    if other is first:
        return first
    return first[: chance.randrange(len(first) + 1)] + other[chance.randrange(len(other) + 1) :]


def bytes_changed(chance: random.Random, untrusted: bytes) -> bytes:
    """A few bytes flipped, taken out, doubled, or a number made extreme."""
    changed = bytearray(untrusted)
    for _ in range(chance.choice((1, 1, 2, 8, 40))):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(5):
            case 0 if changed:
                changed[at % len(changed)] ^= 1 << chance.randrange(8)
            case 1:
                del changed[at : at + chance.choice((1, 3, 40, 2000))]
            case 2:
                changed[at:at] = changed[at : at + chance.choice((4, 64, 1000))]
            case 3:
                changed[at : at + 4] = chance.choice((b"\x00", b"\xff" * 4, b"\x7f\xff\xff\xff"))
            case _:
                changed[at:at] = chance.randbytes(chance.choice((1, 4, 30)))
    return bytes(changed)


def arguments(about: str) -> argparse.Namespace:
    """`--minutes`, `--seed`."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=20220722)
    return parser.parse_args()


def report(title: str, fuzz: Fuzz, seconds: float) -> int:
    """Prints the counts; 1 where anything was found."""
    rate = fuzz.tried / max(seconds, 0.001)
    print(f"{title}: {fuzz.tried} inputs in {seconds:.0f} s, {rate:.1f} a second, seed {fuzz.seed}")
    print(f"  {len(fuzz.ends)} distinct ends; slowest {fuzz.slowest:.1f} s of processor time")
    print(f"  memory of the worker at most {fuzz.highest_mib} MiB")
    for end, count in fuzz.ends.most_common(40):
        print(f"  {count:7} {end}")
    print(f"  faults: {fuzz.faults.total()} of {len(fuzz.faults)} kinds")
    for fault, count in fuzz.faults.most_common():
        print(f"  {count:7} {fault}")
    sys.stdout.flush()
    return 1 if fuzz.faults else 0
