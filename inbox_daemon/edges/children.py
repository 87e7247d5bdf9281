"""Two ways to a reading child: a process of its own, or one forked by a nursery.

Promises: `end` kills the whole group of the child before its number can be given to another;
a child inherits no secret and no open file of ours. Touches: processes.
Trusts: of a nursery only numbers, and those only while it keeps the rules; else NurseryLost.
Limits: a process that leaves the group (setsid) is the business of systemd's control group.
"""

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final, Protocol

import inbox_daemon
from inbox_daemon.core.errors import Temporary

PROGRAM: Final = (sys.executable, "-s", "-P", "-m", "inbox_daemon.reading")
NURSERY: Final = (sys.executable, "-s", "-P", "-m", "inbox_daemon.reading.nursery")
# Imports take one second, on a crowded machine ten.
START_S: Final = 20.0
# A nursery that does not kill and reap within this time is lost.
END_S: Final = 5.0
MESSAGE_BYTES: Final = 64
# Want of memory, our own patience, and the limit of processor time are no crash.
NO_CRASH: Final = (-signal.SIGKILL, -signal.SIGXCPU)

_STARTED = re.compile(rb"started ([1-9][0-9]{0,9})")
_REFUSED = re.compile(rb"refused ([0-9]{1,5})")
_ENDED = re.compile(rb"ended (-?[0-9]{1,5})")

# Order, answer, last words: standard input, output and error of the child.
Files = tuple[IO[bytes], IO[bytes], IO[bytes]]


class NurseryLost(Exception):
    """The nursery is gone or broke the rules; what its child said is not to be trusted."""


class Child(Protocol):
    """A child at work."""

    def fileno(self) -> int:
        """A descriptor that becomes readable when the child has ended."""

    def end(self) -> int:
        """Kills the whole group and gives the exit status, a signal as its negative number.

        May raise NurseryLost; the group is killed all the same.
        """


class ChildAlone:
    """A process of its own that imports everything anew. Raises Temporary when it cannot start."""

    def __init__(self, program: Sequence[str], folder: str, files: Files) -> None:
        order, answer, words = files
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, fixed arguments
                program,
                stdin=order,
                stdout=answer,
                stderr=words,
                cwd=folder,
                env=bare_environment(folder),
                start_new_session=True,
            )
        except OSError as refused:
            raise Temporary(f"reading child not started: {refused.strerror}") from refused
        try:
            self._pidfd = os.pidfd_open(self._process.pid)
        except OSError:
            self._kill()
            raise

    def fileno(self) -> int:
        """Readable when the leader has ended; it is not reaped yet."""
        return self._pidfd

    def end(self) -> int:
        """Kills the group, then reaps its leader."""
        os.close(self._pidfd)
        return self._kill()

    def _kill(self) -> int:
        _kill_group(self._process.pid)
        return self._process.wait()


class ForkedChild:
    """A child of the nursery, which alone kills and reaps it while it lives itself."""

    def __init__(
        self, nursery: "Nursery", running: "_Running", line: socket.socket, pid: int
    ) -> None:
        self._nursery, self._running, self._line, self._pid = nursery, running, line, pid

    def fileno(self) -> int:
        """Readable when the child has ended, and when the nursery has."""
        return self._line.fileno()

    def end(self) -> int:
        """Asks the nursery, by closing our side of the line. Raises NurseryLost."""
        with self._line:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_WR)
            ended = _ENDED.fullmatch(_said(self._line, END_S))
        if ended is None:
            self._nursery.drop(self._running, at_once=True)
            # The kernel kills the leader with the nursery. What it left behind keeps the number
            # of the group taken; that of an empty group comes back after a whole round only.
            _kill_group(self._pid)
            raise NurseryLost
        status = int(ended[1])
        if status < 0 and status not in NO_CRASH:
            # A mail that guesses at the layout of memory shall not meet the same one again.
            self._nursery.drop(self._running)
        return status


class _Running:
    """One nursery process and the channel to it."""

    def __init__(self, program: Sequence[str]) -> None:
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.channel.settimeout(END_S)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter, fixed arguments
                program,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=bare_environment("/"),
                start_new_session=True,
            )

    def close(self) -> None:
        """No more children; it ends after the last that it has."""
        self.channel.close()

    def gone(self) -> bool:
        """Whether it has ended; then it is reaped."""
        return self.process.poll() is not None


class Nursery:
    """Starts the nursery when a child is wanted and none is there; safe from several threads.

    It ends with us, for it sees the end of its channel and of each child's line. (The kernel's
    signal at a parent's death would come already when the *thread* ends that started it.)
    """

    def __init__(self, program: Sequence[str] = NURSERY) -> None:
        self._program = tuple(program)
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._all: list[_Running] = []  # also those that were dropped and have not ended yet
        weakref.finalize(self, _see_off, self._all)

    @property
    def pid(self) -> int | None:
        """The number of its process, while there is one."""
        with self._lock:
            return None if self._running is None else self._running.process.pid

    def child(self, folder: str, files: Files) -> ForkedChild:
        """A new child. Raises NurseryLost, or Temporary when the process table is full."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with contextlib.ExitStack() as unless_started:
            unless_started.enter_context(ours)
            with theirs:
                running = self._order(folder, [*(file.fileno() for file in files), theirs.fileno()])
            said = _said(ours, START_S)
            if refused := _REFUSED.fullmatch(said):
                raise Temporary(f"reading child not started: {os.strerror(int(refused[1]))}")
            if not (started := _STARTED.fullmatch(said)) or int(started[1]) == 1:
                self.drop(running, at_once=True)
                raise NurseryLost
            unless_started.pop_all()
            return ForkedChild(self, running, ours, int(started[1]))

    def _order(self, folder: str, numbers: list[int]) -> _Running:
        """Passes the files on; under the lock, for nobody may close the channel meanwhile."""
        with self._lock:
            running = self._running
            try:
                if running is None:
                    running = self._running = self._started()
                socket.send_fds(running.channel, [os.fsencode(folder)], numbers)
            except OSError as error:
                if running is not None:
                    self._drop(running, at_once=True)
                raise NurseryLost from error
            return running

    def _started(self) -> _Running:
        self._all[:] = [running for running in self._all if not running.gone()]
        self._all.append(_Running(self._program))
        return self._all[-1]

    def drop(self, running: _Running, *, at_once: bool = False) -> None:
        """Takes a new one for the next child. Without `at_once` children at work may finish."""
        with self._lock:
            self._drop(running, at_once=at_once)

    def _drop(self, running: _Running, *, at_once: bool) -> None:
        if at_once:
            running.process.kill()
        running.close()
        if self._running is running:
            self._running = None


def bare_environment(folder: str) -> dict[str, str]:
    """Nothing of ours but the search paths: no secret can be inherited."""
    passed = {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX") if name in os.environ}
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(inbox_daemon.__file__).parent.parent),
        "PYTHONUTF8": "1",
        "LANG": "C.UTF-8",
        "HOME": folder,
        "TMPDIR": folder,
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    } | passed


def _said(line: socket.socket, wait_s: float) -> bytes:
    """The next message; empty when none comes in time or ever."""
    poll = select.poll()
    poll.register(line, select.POLLIN)
    try:
        return line.recv(MESSAGE_BYTES) if poll.poll(wait_s * 1000) else b""
    except OSError:
        return b""


def _kill_group(number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(number, signal.SIGKILL)


def _see_off(everyone: list[_Running]) -> None:
    for running in everyone:
        running.close()
    for running in everyone:
        try:
            running.process.wait(END_S)
        except subprocess.TimeoutExpired:
            running.process.kill()
            running.process.wait()
