"""Runs a program and weighs it: wall and CPU seconds, and the memory of all its processes.

CPU seconds are those of the children that ended (getrusage); memory is the largest sum of the
proportional set sizes (PSS: shared pages count once) over the tree, looked at ten times a second.
Linux only, for it reads /proc.
"""

import resource
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

EVERY_S = 0.1


@dataclass
class Weight:
    """What a run took; `peak_mib` over the whole tree at the worst moment."""

    wall: float = 0.0
    cpu: float = 0.0
    peak_mib: float = 0.0
    alive: set[int] = field(default_factory=set)


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parent = int(stat.rpartition(")")[2].split()[1])
            found.setdefault(parent, []).append(int(entry.name))
    return found


def _tree(roots: set[int]) -> Iterator[int]:
    children, waiting = _children(), list(roots)
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children.get(pid, [])


def _pss_kib(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        return 0
    return 0


@contextmanager
def weighed() -> Iterator[Weight]:
    """Weighs what runs inside; processes are told apart by `weight.alive`."""
    weight, stop = Weight(), threading.Event()

    def look() -> None:
        while not stop.wait(EVERY_S):
            sum_kib = sum(_pss_kib(pid) for pid in set(_tree(set(weight.alive))))
            weight.peak_mib = max(weight.peak_mib, sum_kib / 1024)

    watcher = threading.Thread(target=look, daemon=True)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    watcher.start()
    try:
        yield weight
    finally:
        weight.wall = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        weight.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        stop.set()
        watcher.join()


def run(
    commands: Sequence[Sequence[str]],
    weight: Weight,
    *,
    at_a_time: int = 1,
    environment: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> list[tuple[int, str, str]]:
    """Exit code, output and errors of each command, so many running at a time."""

    def one(command: Sequence[str]) -> tuple[int, str, str]:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment, cwd=cwd,
        )  # fmt: skip
        weight.alive.add(process.pid)
        out, errors = process.communicate()
        weight.alive.discard(process.pid)
        return process.returncode, out, errors

    work: Callable[[Sequence[str]], tuple[int, str, str]] = one
    with ThreadPoolExecutor(at_a_time) as pool:
        return list(pool.map(work, commands))
