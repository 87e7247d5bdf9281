"""One job becomes one Evidence: the order of the steps, and what happens when one fails.

Promises: a file that fails is an UnreadDocument with a code, the rest goes on; an answer comes
before the job's seconds are over, unless a library hangs outside Python.
Touches: the job's file and, for attachments, the job's folder. Trusts: the job.
Limits: reads ten documents a mail; what lies in archives is not unpacked.
"""

import hashlib
import signal
import sys
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from inbox_daemon.core.formular import Formularseite
from inbox_daemon.core.values import (
    Attachment,
    AttachmentKind,
    Document,
    Evidence,
    UnreadDocument,
    nothing_seen,
)
from inbox_daemon.reading import limits
from inbox_daemon.reading.keep import Unread, keep
from inbox_daemon.reading.mail import sniff
from inbox_daemon.reading.mail.mime import submission_of
from inbox_daemon.wire import Job

Pairs = tuple[tuple[str, str], ...]

RESERVE_S = 2  # for writing the answer
READABLE = frozenset((AttachmentKind.PDF, AttachmentKind.IMAGE))
DAMAGED = frozenset((AttachmentKind.OTHER, AttachmentKind.TEXT, AttachmentKind.EMPTY))
LOGO_PX = 300
DOCUMENT_S = 8  # less time than this is not worth a start


class OutOfTime(BaseException):
    """The job's seconds are used. No Exception, so that no reader swallows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A file that may be an application."""

    sha256: str
    name: str
    kind: AttachmentKind
    path: Path


def evidence_of(job: Job, *, cage: Pairs) -> Evidence:
    """All that can be seen in the job's mail or file. `cage` is passed on among the engines."""
    started = time.monotonic()
    try:
        signal.signal(signal.SIGALRM, _ring)
        signal.alarm(max(1, job.seconds - RESERVE_S))
        if job.form == "probe":
            return nothing_seen(_engine_state(), cage)
        untrusted = _bytes_of(Path(job.path))
        if job.form == "mail" or _is_mail(untrusted, job.name):
            return _of_mail(untrusted, job, started, cage)
        return _of_file(untrusted, job, started, cage)
    except limits.TooComplex as beyond:
        return nothing_seen(beyond.code, cage)
    except OutOfTime:
        return nothing_seen("lese-zeit", cage)
    finally:
        signal.alarm(0)


def _engine_state() -> str:
    from inbox_daemon.reading.text import engine  # noqa: PLC0415 - heavy

    return engine.state()


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime


def _bytes_of(path: Path) -> bytes:
    if path.stat().st_size > limits.MAIL_BYTES:
        raise limits.TooComplex("zu-gross")
    return path.read_bytes()


def _is_mail(untrusted: bytes, name: str) -> bool:
    return sniff.kind_of(untrusted, name=name) is AttachmentKind.MAIL


def _of_mail(untrusted: bytes, job: Job, started: float, cage: Pairs) -> Evidence:
    folder = Path(job.folder)
    submission = submission_of(untrusted, store=lambda part: keep(part, folder, ending="bin"))
    del untrusted
    chosen = _chosen(submission.attachments, folder)
    documents, unread, learned = _read_all(chosen, job, started)
    return Evidence(
        submission=submission,
        documents=documents,
        unread=(*unread, *_no_pdf(submission.attachments)),
        failure=None,
        engines=(*_engines(with_readers=bool(chosen)), *cage),
        learned=learned,
    )


def _of_file(untrusted: bytes, job: Job, started: float, cage: Pairs) -> Evidence:
    kind = sniff.kind_of(untrusted, name=job.name)
    sha256 = hashlib.sha256(untrusted).hexdigest()
    found = _Found(sha256=sha256, name=job.name, kind=kind, path=Path(job.path))
    del untrusted
    readable = kind in READABLE
    documents, unread, learned = _read_all([found] if readable else [], job, started)
    if not readable:
        why = "leer" if kind is AttachmentKind.EMPTY else "kein-dokument"
        unread = (UnreadDocument(sha256=sha256, name=job.name, why=why),)
    return Evidence(
        submission=None,
        documents=documents,
        unread=unread,
        failure=None,
        engines=(*_engines(with_readers=readable), *cage),
        learned=learned,
    )


def _chosen(attachments: Iterable[Attachment], folder: Path) -> list[_Found]:
    """Each PDF and image once; PDFs first, then the larger images, for these are the pages.

    Logos are left out: they stand in nearly every mail and are listed among the attachments.
    """
    found = {
        a.sha256: _Found(sha256=a.sha256, name=a.name, kind=a.kind, path=folder / f"{a.sha256}.bin")
        for a in attachments
        if a.kind in READABLE
    }
    pdfs = [f for f in found.values() if f.kind is AttachmentKind.PDF]
    images = [f for f in found.values() if f.kind is AttachmentKind.IMAGE and not _is_logo(f.path)]
    return pdfs + sorted(images, key=lambda f: -f.path.stat().st_size)


def _is_logo(path: Path) -> bool:
    """An icon or a banner, by the size in its header: surely no picture of a page."""
    from PIL import Image  # noqa: PLC0415 - only for mail with pictures

    try:
        with Image.open(path) as image:
            short, long = sorted(image.size)
    except Exception:  # noqa: BLE001 - Pillow raises anything; pdf.py will say what is wrong
        return False
    return short < LOGO_PX or long > 3 * short


def _no_pdf(attachments: Iterable[Attachment]) -> tuple[UnreadDocument, ...]:
    """What is called a PDF and is none: perhaps an application that was damaged on its way."""
    return tuple(
        UnreadDocument(sha256=a.sha256, name=a.name, why="kein-pdf")
        for a in attachments
        if a.kind in DAMAGED
        and (a.claimed_type == "application/pdf" or a.name.lower().endswith(".pdf"))
    )


def _read_all(
    chosen: list[_Found], job: Job, started: float
) -> tuple[tuple[Document, ...], tuple[UnreadDocument, ...], tuple[Formularseite, ...]]:
    documents: list[Document] = []
    learned: list[Formularseite] = []
    unread: list[UnreadDocument] = []
    for found in chosen:
        try:
            opened = len(documents) + len(unread)
            document, forms = _read_one(found, job, started, opened=opened)
            documents.append(document)
            learned += forms
        except Unread as answer:
            unread.append(UnreadDocument(sha256=found.sha256, name=found.name, why=answer.why))
    signal.alarm(0)  # what was read shall not be lost by ringing now
    return tuple(documents), tuple(unread), tuple(learned)


def _read_one(
    found: _Found, job: Job, started: float, *, opened: int
) -> tuple[Document, tuple[Formularseite, ...]]:
    """One document. Raises Unread when it gives no answer, OSError when the disk is full."""
    if opened >= limits.DOCUMENTS:
        raise Unread("zu-viele-anhaenge")
    if job.seconds - RESERVE_S - (time.monotonic() - started) < DOCUMENT_S:
        raise Unread("zeit")
    try:
        from inbox_daemon.reading.document import document_of  # noqa: PLC0415 - heavy

        return document_of(
            found.path, sha256=found.sha256, name=found.name, kind=found.kind, job=job
        )
    except Unread:
        raise
    except OutOfTime as late:
        raise Unread("zeit") from late
    except MemoryError as full:
        raise Unread("speicher") from full
    except Exception as fault:
        if isinstance(fault, OSError) and fault.errno in limits.NO_ROOM:
            raise
        traceback.print_exc(file=sys.stderr)
        raise Unread("lesefehler") from fault


def _engines(*, with_readers: bool) -> Pairs:
    """Versions of what read, for the evidence."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    names = ["inbox-daemon"]
    if with_readers:
        names += ["pypdfium2", "pypdf", "opencv-python-headless", "pillow", "numpy", "pytesseract"]
    found = {"python": sys.version.split()[0]}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "?"
    if with_readers:
        found |= _programs()
    return tuple(found.items())


def _programs() -> dict[str, str]:
    try:
        import pypdfium2.version  # noqa: PLC0415

        from inbox_daemon.reading.text import ocr  # noqa: PLC0415

        return {
            "tesseract": ocr.engine_version(),
            "pdfium": str(pypdfium2.version.PDFIUM_INFO),
        }
    except Exception:  # noqa: BLE001 - the version is worth less than the evidence
        return {}
