"""Starts the printer in its own process group and takes what it made: a PDF, or a Temporary.

Promises: the PDF within the wall limit, or an error; afterwards no process of the group lives and
no file of ours is left. Touches: processes, temporary files. Trusts: of the answer only that it
begins as a PDF. Limits: how the page looks is its template's business.
"""

import os
import select
import shutil
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from inbox_daemon.core.errors import Temporary
from inbox_daemon.edges.children import ChildAlone

PROGRAM: Final = (sys.executable, "-s", "-P", "-m", "inbox_daemon.druck")
WALL_S: Final = 60.0
ANSWER_BYTES: Final = 50 << 20
PAGE: Final = "blatt.html"
SIGNATURE: Final = b"%PDF-"
NOT_PRINTED: Final = "druck"
# Each takes a processor for a second, which reading wants too, and some 60 MB.
AT_ONCE: Final = 2


class Drucker:
    """Prints pages; safe to call from several threads."""

    def __init__(
        self, work: Path, *, program: Sequence[str] = PROGRAM, wall_s: float = WALL_S
    ) -> None:
        self._work, self._program, self._wall_s = work, tuple(program), wall_s
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def printed(self, page: str, pictures: dict[str, Path]) -> bytes:
        """The PDF of this HTML page; `pictures` are (SHA-256, PNG), named `<sha256>.png` there.

        Raises Temporary (`druck`) where the child fails, dies or takes too long, or too many print.
        """
        if not self._places.acquire(timeout=self._wall_s):
            raise Temporary("too many pages are being printed", code=NOT_PRINTED)
        try:
            return self._printed(page, pictures)
        finally:
            self._places.release()

    def _printed(self, page: str, pictures: dict[str, Path]) -> bytes:
        self._work.mkdir(parents=True, exist_ok=True, mode=0o750)
        with tempfile.TemporaryDirectory(dir=self._work, ignore_cleanup_errors=True) as name:
            folder = Path(name)
            (folder / PAGE).write_text(page, encoding="utf-8")
            for sha256, path in pictures.items():
                shutil.copyfile(path, folder / f"{sha256}.png")
            with tempfile.TemporaryFile() as answer:
                code = self._run(folder, answer)
                if code < 0:
                    # A signal, seen once in some two hundred prints (SIGSEGV): the same page gives
                    # the same bytes, so once more can do no harm.
                    answer.seek(0)
                    answer.truncate()
                    code = self._run(folder, answer)
                if code != 0:
                    raise Temporary(f"the printer ended with {code}", code=NOT_PRINTED)
                return _pdf_in(answer)

    def _run(self, folder: Path, answer: IO[bytes]) -> int:
        """The exit status, a signal as its negative number. Raises Temporary when out of time."""
        with tempfile.TemporaryFile() as order, tempfile.TemporaryFile() as words:
            child = ChildAlone(self._program, str(folder), (order, answer, words))
            try:
                poll = select.poll()
                poll.register(child.fileno(), select.POLLIN)
                ended = bool(poll.poll(self._wall_s * 1000))
            finally:
                code = child.end()
        if not ended:
            raise Temporary(f"the printer took more than {self._wall_s:.0f} s", code=NOT_PRINTED)
        return code


def _pdf_in(answer: IO[bytes]) -> bytes:
    size = os.fstat(answer.fileno()).st_size
    answer.seek(0)
    found = answer.read(ANSWER_BYTES)
    if size > ANSWER_BYTES or not found.startswith(SIGNATURE):
        raise Temporary("the printer gave no PDF", code=NOT_PRINTED)
    return found
