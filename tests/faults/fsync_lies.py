"""A disk that refuses one fsync and says yes to the next: what it refused is never relied on.

Run as `python -m tests.faults.fsync_lies [--mails M]`: each fsync of a run fails with EIO, one in
each trial; then the daemon goes on for two polls. The kernel gives up the pages at such an error
(fsync(2)): a file that was refused and not written anew counts as lost.
Prints counts, ends by itself, 1 where a file counts
as lost or the end is another than without. SQLite syncs by itself and is not reached from here.
"""

import argparse
import errno
import os
import shutil
import stat
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import structlog

from tests.faults import diskrig
from tests.faults.diskrig import Rig
from tests.faults.ending import exit_code
from tests.worlds import new_database


@dataclass(kw_only=True)
class Liar:
    """Stands in for os.fsync: the n-th call fails, and what it was for is remembered."""

    fails_at: int
    calls: int = 0
    refused: list[tuple[str, os.stat_result]] = field(default_factory=list)
    real: Callable[[int], None] = os.fsync

    def __call__(self, number: int) -> None:
        """Syncs, or refuses."""
        self.calls += 1
        if self.calls == self.fails_at:
            where = str(Path(f"/proc/self/fd/{number}").readlink())
            self.refused.append((where, os.fstat(number)))
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self.real(number)

    def relied_on(self, folder: Path) -> Iterator[str]:
        """The files that were refused and are still there as they were."""
        there = {path.stat().st_ino: path for path in folder.rglob("*") if path.is_file()}
        for where, before in self.refused:
            path = there.get(before.st_ino)
            if stat.S_ISREG(before.st_mode) and path is not None and path.exists():
                now = path.stat()
                if now.st_mtime_ns == before.st_mtime_ns:
                    yield f"{Path(where).name} was refused and is kept"


class Bench:
    """Runs with one lie each."""

    def __init__(self, folder: Path, mails: int = 4) -> None:
        self._folder, self._mails = folder, mails
        self._empty = new_database(folder)
        structlog.configure(processors=[_drop])
        with self._rig(Liar(fails_at=0)) as (rig, liar):
            rig.poll(hours=2)
            rig.poll(hours=2)
            rig.end()
            self.calm, self.syncs = diskrig.ends(rig), liar.calls

    def trial(self, fails_at: int) -> tuple[str, list[str]]:
        """What kind of thing was refused, and what is wrong afterwards."""
        with self._rig(Liar(fails_at=fails_at)) as (rig, liar):
            rig.poll(minutes=10)
            wrong = [f"at once: {half}" for half in diskrig.halves(rig.folder)]
            codes = [rig.poll(hours=2), rig.poll(hours=2)]
            wrong += [f"still in trouble: {code}" for code in codes if code]
            rig.end()
            wrong += diskrig.faults(rig, self.calm)
            wrong += liar.relied_on(rig.folder)
            where, before = liar.refused[0] if liar.refused else ("nothing", Path("/").stat())
            kind = "folder" if stat.S_ISDIR(before.st_mode) else "file"
            place = Path(where).relative_to(rig.folder).parts[:1] if liar.refused else ("nothing",)
            return f"{kind} of {place[0] if place else 'state'}", wrong

    @contextmanager
    def _rig(self, liar: Liar) -> Iterator[tuple[Rig, Liar]]:
        folder = self._folder / "state"
        folder.mkdir()
        shutil.copy(self._empty, folder / "inbox.sqlite3")
        rig = Rig(folder=folder)
        rig.deliver(self._mails)
        rig.start()
        try:
            with mock.patch("os.fsync", liar):
                yield rig, liar
        finally:
            rig.end()
            shutil.rmtree(folder)


def _drop(_logger: object, _name: str, _told: object) -> Any:
    raise structlog.DropEvent


def every(bench: Bench, *, step: int = 1) -> tuple[Counter[str], list[str]]:
    """Each fsync of a run refused in turn."""
    counts: Counter[str] = Counter()
    wrong = []
    for fails_at in range(1, bench.syncs + 1, step):
        kind, faults = bench.trial(fails_at)
        counts[kind] += 1
        wrong += [f"fsync {fails_at}, {kind}: {fault}" for fault in faults]
    return counts, wrong


def main() -> int:
    """All of them; 0 where nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=8)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fsync-lies-") as name:
        counts, wrong = every(Bench(Path(name), chosen.mails))
    print(f"{counts.total()} runs")
    for kind, count in sorted(counts.items()):
        print(f"  {count:4} {kind} refused")
    return exit_code(wrong)


if __name__ == "__main__":
    sys.exit(main())
