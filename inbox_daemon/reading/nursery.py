"""The nursery: imports and models once, then a forked child for each job.

Promises: each job has a process of its own that goes into the cage before it reads; the group of
a child is killed before the child is reaped, when it ends, when the daemon asks or when the
daemon is gone. Touches: processes, the channel on standard input. Trusts: the daemon.
Limits: opens no order and no mail itself, so that a child inherits nothing of another job; all
children share one layout of memory, so the daemon takes a new nursery after a crash.
"""

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import traceback
from typing import Final, NoReturn

from inbox_daemon.reading import cage
from inbox_daemon.reading.__main__ import main

# Order, answer, last words, and the job's own line to the daemon.
FILES: Final = 4
MESSAGE_BYTES: Final = 8_192


class Nursery:
    """Children by the descriptor of their end (pidfd) and of their line; one thread, one loop."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._open = True
        self._children: dict[int, _Child] = {}

    def run(self) -> None:
        """Until the daemon closes the channel and the last child has ended.

        A dead daemon closes the lines too, and a closed line ends its child at once.
        """
        while self._open or self._children:
            ready = {number for number, _ in self._poll.poll()}
            # First the ends: a new child may get a number that has just become free.
            for child in {self._children[number] for number in ready & self._children.keys()}:
                self._end(child)
            if self._channel.fileno() in ready:
                self._take()

    def _take(self) -> None:
        folder, numbers, _, _ = socket.recv_fds(self._channel, MESSAGE_BYTES, FILES)
        if not folder:
            self._poll.unregister(self._channel)
            self._open = False
        elif len(numbers) == FILES:
            line = socket.socket(fileno=numbers.pop())
            self._start(os.fsdecode(folder), numbers, line)
        for number in numbers:
            os.close(number)

    def _start(self, folder: str, files: list[int], line: socket.socket) -> None:
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError as refused:
            _say(line, f"refused {refused.errno}")
            line.close()
            return
        if pid == 0:
            _be_child(parent, folder, files)
        child = _Child(pid, line)
        for number in child.numbers:
            self._children[number] = child
            self._poll.register(number, select.POLLIN)
        _say(line, f"started {pid}")

    def _end(self, child: "_Child") -> None:
        for number in child.numbers:
            self._poll.unregister(number)
            del self._children[number]
        child.end()


class _Child:
    def __init__(self, pid: int, line: socket.socket) -> None:
        self._pid, self._line = pid, line
        self._pidfd = os.pidfd_open(pid)
        self.numbers = (self._pidfd, line.fileno())

    def end(self) -> None:
        """Kills the group, reaps, tells the status."""
        # Until the leader is reaped its number cannot be given to another group. A child that
        # was not yet a leader has no group: it is killed by its own number.
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError):
                kill(self._pid, signal.SIGKILL)
        _, status = os.waitpid(self._pid, 0)
        _say(self._line, f"ended {os.waitstatus_to_exitcode(status)}")
        self._line.close()
        os.close(self._pidfd)


def _say(line: socket.socket, words: str) -> None:
    with contextlib.suppress(OSError):  # nobody listens any more
        line.send(words.encode())


def _be_child(parent: int, folder: str, files: list[int]) -> NoReturn:
    """From the fork to the end: never returns into the loop of the nursery."""
    code = 1
    try:
        os.setsid()
        cage.die_with(parent)
        for number, wanted in zip(files, (0, 1, 2), strict=True):
            os.dup2(number, wanted)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        os.chdir(folder)
        os.environ["HOME"] = os.environ["TMPDIR"] = folder
        code = main()
    except BaseException:  # noqa: BLE001 - whatever it was, this process ends here
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(code)


def warm() -> None:
    """Imports what children import, loads what they load; stays single-threaded."""
    import cv2  # noqa: PLC0415 - heavy

    from inbox_daemon import wire  # noqa: PLC0415
    from inbox_daemon.core.values import nothing_seen  # noqa: PLC0415
    from inbox_daemon.reading import document, network, read, view  # noqa: F401, PLC0415
    from inbox_daemon.reading.text import engine  # noqa: PLC0415

    # A thread pool would not live in a forked child.
    cv2.setNumThreads(0)
    wire.encode(nothing_seen(""))
    engine.warm()
    for model in network.FOLDER.glob("*.npz"):
        network.network(model.stem)
    # What is there now is never freed: the collector of a child shall not write to its pages.
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    # Its own number out of the way of the children's standard input.
    line_to_daemon = socket.socket(fileno=os.dup(0))
    warm()
    Nursery(line_to_daemon).run()
    os._exit(0)  # quickly: nothing of it is to be tidied up
