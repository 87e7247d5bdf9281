"""The disk is full at each write in turn: nothing is lost, nothing half, all is taken up later.

Run as `python -m tests.faults.disk_full [--runs N] [--mails M]`: prints counts, ends by itself,
1 where something is wrong, 77 where no small disk can be mounted. A ballast leaves k pages of a
small tmpfs free, k from none to as many as a calm run needs, in four ways: room comes back at the
first trouble, after one poll, after six, or after two daemons. Then a new daemon, two polls, and a
judge.
Touches: a tmpfs in a temporary folder.
"""

import argparse
import itertools
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog

from tests.faults import diskrig
from tests.faults.diskrig import Rig
from tests.faults.smalldisk import Disk, as_one_who_can_mount, small_disk
from tests.worlds import new_database

MIB = 24
MAILS = 4
WAYS = ("at the first trouble", "after a poll", "after six polls", "after two daemons")
DEFECTS = frozenset({"case.defect", "poll.defect"})
TROUBLES = frozenset({"case.later", "message.refused", "forms.not-stored"})


class Bench:
    """Trials one after the other on one small disk."""

    def __init__(self, disk: Disk, empty: Path, mails: int = MAILS) -> None:
        self._disk, self._empty, self._mails = disk, empty, mails
        self._relieves = False
        self.defects: list[Any] = []
        structlog.configure(processors=[self.hear])
        self.calm, self.pages = self._measure()

    def _measure(self) -> tuple[dict[str, tuple[str, ...]], int]:
        """The end of a calm run, and how many pages it takes at most."""
        with self._rig() as rig:
            before = self._disk.free
            rig.poll()
            pages = before - self._disk.free
            rig.poll(hours=2)
            rig.end()
            calm = diskrig.ends(rig)
            wrong = list(diskrig.faults(rig, calm))
            if wrong:
                raise RuntimeError(f"the calm run is wrong already: {wrong}")
            return calm, pages

    def trial(self, leave: int, way: str) -> tuple[str, list[str]]:
        """One run with so many pages free; the code of the first trouble, and what is wrong."""
        with self._rig() as rig:
            self._disk.fill(leave=leave)
            trouble = self._while_full(rig, way)
            wrong = [f"at once: {half}" for half in diskrig.halves(rig.folder)]
            self._disk.release()
            rig.start()
            codes = [rig.poll(hours=2), rig.poll(hours=2)]
            rig.end()
            wrong += [f"still in trouble: {code}" for code in codes if code]
            # Two daemons that could not even take back their counts may cost a mail its turn.
            wrong += diskrig.faults(rig, None if way == WAYS[3] else self.calm)
            return trouble, wrong

    def _while_full(self, rig: Rig, way: str) -> str:
        self._relieves = way == WAYS[0]
        trouble = ""
        for poll in range({WAYS[2]: 6, WAYS[3]: 2}.get(way, 1)):
            if poll and way == WAYS[3]:
                rig.start()
            trouble = rig.poll(minutes=5) or trouble
        return trouble

    def hear(self, _logger: object, _name: str, told: Any) -> Any:
        """Room comes back with the first trouble, in the middle of the poll; a defect is kept."""
        if self._relieves and told["event"] in TROUBLES:
            self._disk.release()
        if told["event"] in DEFECTS:
            self.defects.append(structlog.processors.format_exc_info(_logger, _name, told))
        raise structlog.DropEvent

    @contextmanager
    def _rig(self) -> Iterator[Rig]:
        folder = self._disk.folder / "state"
        folder.mkdir()
        shutil.copy(self._empty, folder / "inbox.sqlite3")
        rig = Rig(folder=folder)
        rig.deliver(self._mails)
        rig.start()
        try:
            yield rig
        finally:
            rig.end()
            self._disk.release()
            shutil.rmtree(folder)


def sweep(bench: Bench, runs: int) -> tuple[Counter[str], list[str]]:
    """So many runs, spread evenly over pages and ways; ends by way and trouble, and the wrong."""
    counts: Counter[str] = Counter()
    wrong = []
    # The last three pages are room enough: these runs show that the calm end is reached.
    leaves = bench.pages + 3
    ways = itertools.cycle(WAYS)
    for run in range(runs):
        leave, way = run * leaves // runs, next(ways)
        try:
            trouble, faults = bench.trial(leave, way)
        except Exception as error:  # noqa: BLE001 - what escapes would have ended the daemon
            trouble, faults = type(error).__name__, [f"uncaught: {error!r}"]
        counts[f"{way}: {trouble or 'no trouble of the whole poll'}"] += 1
        wrong += [f"{leave} pages, {way}: {fault}" for fault in faults]
    return counts, wrong


def main() -> int:
    """All runs; 0 where nothing went wrong."""
    elsewhere = as_one_who_can_mount("tests.faults.disk_full")
    if elsewhere is not None:
        return elsewhere
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--mails", type=int, default=MAILS)
    chosen = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="disk-full-") as name:
        empty = new_database(Path(name))
        with small_disk(Path(name) / "disk", mib=MIB) as disk:
            bench = Bench(disk, empty, chosen.mails)
            counts, wrong = sweep(bench, chosen.runs)
    print(f"{counts.total()} runs, 0 to {bench.pages + 2} free pages, "
          f"{time.monotonic() - began:.0f} s")  # fmt: skip
    for end, count in sorted(counts.items()):
        print(f"  {count:4} room came back {end}")
    print(f"wrong: {len(wrong)}")
    for line in (*wrong[:40], *bench.defects[:3]):
        print(f"  {line}")
    return 1 if wrong or bench.defects else 0


if __name__ == "__main__":
    sys.exit(main())
