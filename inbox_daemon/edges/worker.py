"""Starts the reading child in its own process group, ends the whole group, distrusts its answer.

Promises: `read` always returns an Evidence within the wall limit; afterwards no process of the
child's group lives. Touches: processes, temporary files, the job's folder (reads only).
Trusts: nothing the child says but what wire.py lets through and hashes confirm.
Limits: a process that leaves the group (setsid) is the business of systemd's control group;
the limits of memory and network are set by the child itself, before it reads (limits.py).
"""

import contextlib
import hashlib
import math
import os
import re
import select
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Final

from inbox_daemon import wire
from inbox_daemon.core.ansicht import Seitenansicht
from inbox_daemon.core.errors import Temporary
from inbox_daemon.core.values import Evidence, Read, nothing_seen
from inbox_daemon.edges.children import PROGRAM, Child, ChildAlone, Files, Nursery, NurseryLost
from inbox_daemon.wire import Job

WALL_S: Final = 120.0
# The child ends itself when its seconds are over; so much later it is ended by us.
GRACE_S: Final = 10.0
# No sheet of paper is longer: 200 inches, the most that PDF 1.7 allows (ISO 32000-1, C.2).
LONGEST_PT: Final = 14_400
# A full answer has under 300 kB; decoding the worst takes the daemon some thirty times its size.
ANSWER_BYTES: Final = 2 * 1024 * 1024
LAST_WORDS_BYTES: Final = 2_048
LOOK_EVERY_S: Final = 0.25
UNINTELLIGIBLE: Final = "lese-unverstaendlich"
EXIT_MEMORY: Final = 77
EXIT_DISK: Final = 74
# A child that says the disk is full is believed where less than this is free.
ROOM_BYTES: Final = 256 << 20
FILES_AT_MOST: Final = 2_000
KEPT_BYTES: Final = 1024**3

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[a-z0-9-]{1,40}")
_FILE = re.compile(r"([0-9a-f]{64})\.(?:bin|png|webp)")


class CagedReader:
    """Runs one child a job; safe to call from several threads.

    Children are forked by a nursery, which has imported everything; where that fails each is a
    process of its own. A `program` of one's own is always started so, without a nursery.
    `said` gets the job and the last 2 kB of the child's standard error, if it wrote any. That
    text is untrusted and may hold words of the mail: for an operator's eyes, not for the log.
    """

    def __init__(
        self,
        *,
        program: Sequence[str] | None = None,
        nursery: Nursery | None = None,
        wall_s: float = WALL_S,
        answer_bytes: int = ANSWER_BYTES,
        said: Callable[[Job, str], None] = lambda _job, _text: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._program = PROGRAM if program is None else tuple(program)
        self._nursery = nursery or (Nursery() if program is None else None)
        self._wall_s = wall_s
        self._answer_bytes = answer_bytes
        self._said = said
        self._stopping = stopping

    def read(self, job: Job) -> Evidence:
        """The child's evidence, or one with `failure` when there is none to trust.

        Codes: `lese-zeit`, `lese-speicher`, `lese-verboten`, `lese-absturz`,
        `lese-unverstaendlich`, and those of reading/limits.py. Raises Temporary when the child
        could not be started.
        """
        answer = self._asked(job)
        if isinstance(answer, str):
            return nothing_seen(answer)
        try:
            evidence = wire.decode_exactly(Evidence, answer)
        except (ValueError, RecursionError):
            return nothing_seen(UNINTELLIGIBLE)
        return evidence if _is_sound(evidence) else nothing_seen(UNINTELLIGIBLE)

    def view(self, job: Job) -> Seitenansicht:
        """The page that the job asks for, drawn into its folder, or a `failure`; codes as above.

        Raises Temporary when the child could not be started.
        """
        answer = self._asked(job)
        if isinstance(answer, str):
            return Seitenansicht(page=job.page, failure=answer)
        try:
            view = wire.decode_exactly(Seitenansicht, answer)
        except (ValueError, RecursionError):
            return Seitenansicht(page=job.page, failure=UNINTELLIGIBLE)
        sound = view.page == job.page and _is_sound_view(view)
        return view if sound else Seitenansicht(page=job.page, failure=UNINTELLIGIBLE)

    def _asked(self, job: Job) -> bytes | str:
        """What the child wrote, or a code where it is not to be listened to."""
        deadline = time.monotonic() + min(self._wall_s, job.seconds + GRACE_S)
        # A lost nursery is not the mail's fault, as far as one can know: once more, alone.
        with contextlib.suppress(NurseryLost):
            if self._nursery is not None:
                return self._ask(job, deadline, self._nursery.child)
        return self._ask(job, deadline, partial(ChildAlone, self._program))

    def _ask(self, job: Job, deadline: float, start: Callable[[str, Files], Child]) -> bytes | str:
        with _file() as order, _file() as answer, _file() as words:
            order.write(wire.encode(job).encode())
            order.seek(0)
            child = start(job.folder, (order, answer, words))
            try:
                code = self._watch(child, (answer, words), deadline)
            finally:
                ended = child.end()
            text = _tail(words)
            if text:
                self._said(job, text)
            if ended == EXIT_DISK and _is_full(job.folder, tempfile.gettempdir()):
                raise Temporary("the reading child had no room on the disk", code="platz")
            code = code or _code_of(ended)
            return code or self._said_in(answer)

    def _watch(self, child: Child, files: Sequence[IO[bytes]], deadline: float) -> str | None:
        """Waits, without reaping, for the end of the child or of our patience."""
        poll = select.poll()
        poll.register(child.fileno(), select.POLLIN)
        while (left := deadline - time.monotonic()) > 0:
            if poll.poll(min(left, LOOK_EVERY_S) * 1000):
                return None
            if self._stopping():
                raise Temporary("told to stop in the middle of a reading", code="angehalten")
            if any(os.fstat(file.fileno()).st_size > self._answer_bytes for file in files):
                return UNINTELLIGIBLE
        return "lese-zeit"

    def _said_in(self, answer: IO[bytes]) -> bytes | str:
        if os.fstat(answer.fileno()).st_size > self._answer_bytes:
            return UNINTELLIGIBLE
        answer.seek(0)
        return answer.read()


def kept_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files `<sha256>.bin`, `.png`, `.webp` of a job's folder whose content has that hash.

    Links, other names and wrong content are passed over; no file is loaded whole.
    """
    left = KEPT_BYTES
    with os.scandir(folder) as entries:
        for _, entry in zip(range(FILES_AT_MOST), entries, strict=False):
            named = _FILE.fullmatch(entry.name)
            left -= entry.stat(follow_symlinks=False).st_size
            if named and left >= 0 and _sha256_of(entry.path) == named[1]:
                yield named[1], Path(entry.path)


def _sha256_of(path: str) -> str | None:
    """The hash of a regular file; None for anything else, without waiting for it."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            return None
        with os.fdopen(number, "rb", closefd=False) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    finally:
        os.close(number)


def _file() -> IO[bytes]:
    return tempfile.TemporaryFile()


def _is_full(*folders: str) -> bool:
    return any(shutil.disk_usage(folder).free < ROOM_BYTES for folder in folders)


def _tail(words: IO[bytes]) -> str:
    size = os.fstat(words.fileno()).st_size
    words.seek(max(0, size - LAST_WORDS_BYTES))
    return words.read(LAST_WORDS_BYTES).decode("utf-8", "replace").strip()


def _code_of(ended: int) -> str | None:
    """What an exit status means; a SIGKILL that is not ours is the kernel's, for memory."""
    if ended == 0:
        return None
    if ended == -signal.SIGXCPU:
        return "lese-zeit"
    if ended == -signal.SIGSYS:  # the filter of system calls: no reader does such a thing
        return "lese-verboten"
    if ended in {-signal.SIGKILL, EXIT_MEMORY}:
        return "lese-speicher"
    return "lese-absturz"


def _codes_in(evidence: Evidence) -> Iterator[str]:
    """Every text that will stand in the log: codes, never words of a mail."""
    yield from (evidence.failure,) if evidence.failure is not None else ()
    yield from (unread.why for unread in evidence.unread)
    for document in evidence.documents:
        yield from document.notes
        for reading in (document.amount, document.signature, document.applicant):
            if not isinstance(reading, Read):
                yield reading.why
    if evidence.submission is not None:
        yield from evidence.submission.automatic
        yield from evidence.submission.defects


def _is_sound_view(view: Seitenansicht) -> bool:
    """A hash and a believable size, or nothing but a code."""
    if view.failure is not None:
        return _CODE.fullmatch(view.failure) is not None
    sides = view.size.width, view.size.height
    believable = all(math.isfinite(side) and 1 <= side <= LONGEST_PT for side in sides)
    return believable and _SHA256.fullmatch(view.sha256) is not None


def _is_sound(evidence: Evidence) -> bool:
    """Every name that will become a file name is a hash, and an answer answers something."""
    if evidence.failure is None and not (
        evidence.submission or evidence.documents or evidence.unread
    ):
        return False
    if not all(_CODE.fullmatch(code) for code in _codes_in(evidence)):
        return False
    names = [d.sha256 for d in evidence.documents] + [u.sha256 for u in evidence.unread]
    names += [a.sha256 for a in evidence.submission.attachments] if evidence.submission else []
    for document in evidence.documents:
        for reading in (
            document.programme,
            document.amount,
            document.signature,
            document.applicant,
        ):
            if reading.source is not None:
                names.append(reading.source.document)
                names += [reading.source.crop] if reading.source.crop is not None else []
    return all(_SHA256.fullmatch(name) for name in names)
