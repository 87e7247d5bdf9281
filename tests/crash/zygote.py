"""Forks a daemon's `once` for each order, with a watcher that kills it at the n-th point.

Promises: the real command on the real parts but one: what the caged child saw in a mail is read
once and remembered. Touches: the folders of its orders. Trusts: the runner.
Limits: a line of JSON in, a line of JSON out; one process at a time.
"""

import json
import os
import select
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inbox_daemon import wire
from inbox_daemon.app import App
from inbox_daemon.commands import service
from inbox_daemon.config import load_settings
from inbox_daemon.core.values import Evidence, nothing_seen
from inbox_daemon.edges.desk import READY
from inbox_daemon.edges.worker import CagedReader
from inbox_daemon.points import Point, watch
from inbox_daemon.wire import Job


class RememberingReader(CagedReader):
    """Reads each mail once in all trials; from then on it gives what was seen, with its files."""

    def __init__(self, memory: Path) -> None:
        super().__init__()
        self._memory = memory

    def read(self, job: Job) -> Evidence:
        """The evidence, and its files in the job's folder."""
        if job.form == "probe":
            return nothing_seen(READY)
        known = self._memory / Path(job.path).name
        if not known.exists():
            evidence = super().read(job)
            partial = known.with_suffix(".part")
            shutil.copytree(job.folder, partial, dirs_exist_ok=True)
            (partial / "evidence.json").write_text(wire.encode(evidence), encoding="utf-8")
            partial.rename(known)
            return evidence
        for path in known.iterdir():
            if path.name != "evidence.json":
                shutil.copy(path, job.folder)
        return wire.decode(Evidence, (known / "evidence.json").read_bytes())


@dataclass(frozen=True)
class RememberingApp(App):
    """The composition root with that reader."""

    memory: Path

    def reader(self, _stopping: Callable[[], bool] = lambda: False) -> CagedReader:
        """The reader that remembers."""
        return RememberingReader(self.memory)


class Counter:
    """Notes the points that were passed, and ends the process at the n-th."""

    def __init__(self, kill_at: int) -> None:
        self.passed: list[str] = []
        self._kill_at, self._lock = kill_at, threading.Lock()

    def __call__(self, point: Point) -> None:
        """One more."""
        with self._lock:
            self.passed.append(point.value)
            if len(self.passed) == self._kill_at:
                os.kill(os.getpid(), signal.SIGKILL)


def _be_daemon(order: dict[str, Any]) -> int:
    quiet = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(quiet, number)
    counter = Counter(int(order["kill_at"]))
    watch(counter)
    app = RememberingApp(load_settings(Path(order["config"])), Path(order["memory"]))
    code = service.once(app, dry_run=False, as_json=True)
    Path(order["passed"]).write_text(json.dumps(counter.passed), encoding="utf-8")
    return code


def obey(order: dict[str, Any]) -> dict[str, Any]:
    """Runs one `once`; how it ended (a negative number is a signal) and after how long."""
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = _be_daemon(order)
        finally:
            os._exit(code)
    if order["kill_after"] is not None:
        pidfd = os.pidfd_open(pid)
        _wait(pidfd, order["kill_after"])
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        os.close(pidfd)
    _, status = os.waitpid(pid, 0)
    return {"status": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - began}


def _wait(pidfd: int, seconds: float) -> None:

    select.select([pidfd], [], [], seconds)


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(obey(json.loads(line))), flush=True)
