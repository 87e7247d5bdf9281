"""One PDF or image becomes one Document.

Promises: the file's pages, read by readings.py, with all that is odd about the file as a whole.
Touches: the file it is given; the job's folder, for crops. Trusts: the job.
Limits: of a long document only the first six and the last two pages go through the engine.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from inbox_daemon.core.formular import Formularseite, Seitenblick
from inbox_daemon.core.values import AttachmentKind, Document, DocumentKind
from inbox_daemon.reading import annotate
from inbox_daemon.reading.keep import Unread
from inbox_daemon.reading.paper import pdf
from inbox_daemon.reading.paper.page import Page
from inbox_daemon.reading.readings import Readings
from inbox_daemon.reading.text import ocr
from inbox_daemon.reading.text.sight import Sight, first_look
from inbox_daemon.wire import Job

FIRST_PAGES = 6
LAST_PAGES = 2
SMALL_PX = 600  # a page of A4 has 600 dots across at 73 dpi; nobody reads one with fewer
LEAST_PX = 100  # the shorter side of any page; at 150 dpi 17 mm
RIBBON = 20  # longer than so many times its width


def document_of(
    path: Path, *, sha256: str, name: str, kind: AttachmentKind, job: Job
) -> tuple[Document, tuple[Formularseite, ...]]:
    """What is on the pages of this file, and what they taught of their form.

    Raises Unread with a code when the file gives no answer.
    """
    started = time.monotonic()
    try:
        seen = _look_at(_pages(path, kind, job.page_limit), job)
        readings = Readings(seen.sights, omitted=seen.omitted, sha256=sha256, job=job)
        readings.settle()
    except (pdf.UnreadableDocument, ocr.EngineFailed) as fault:
        raise Unread(fault.code) from fault
    document = Document(
        sha256=sha256,
        name=name,
        kind=seen.kind,
        pages=seen.count,
        programme=readings.programme,
        amount=readings.amount,
        signature=readings.signature,
        applicant=readings.applicant,
        notes=tuple(dict.fromkeys((*seen.notes, *_file_notes(path, kind, seen)))),
        seconds=round(time.monotonic() - started, 2),
        looks=tuple(_measured(sight, seen.sizes) for sight in readings.sights),
    )
    if job.annotate:
        document = annotate.pictured(document, [s.page for s in readings.sights], job)
    return document, readings.learned()


def _pages(path: Path, kind: AttachmentKind, page_limit: int) -> Iterator[Page]:
    if kind is not AttachmentKind.IMAGE:
        return pdf.pages_of(path, page_limit=page_limit)
    _check_size(path)
    return pdf.image_pages(path, page_limit=page_limit)


def _check_size(path: Path) -> None:
    """Too coarse to be read, and so not to be called empty. Looks at the image's header only."""
    try:
        with Image.open(path) as image:
            small = min(image.size) < SMALL_PX
    except Exception:  # noqa: BLE001 - Pillow raises anything; pdf.py will say what is wrong
        return
    if small:
        raise Unread("bild-zu-klein")


def _check_shape(page: Page) -> None:
    """No sheet of paper: nothing is read on it, and so nothing may be called absent."""
    short, long = sorted(page.grey.shape)
    if short < LEAST_PX or long > RIBBON * short:
        raise Unread("bild-zu-klein")


def _file_notes(path: Path, kind: AttachmentKind, seen: "_Seen") -> tuple[str, ...]:
    if kind is AttachmentKind.IMAGE:
        return ()
    return pdf.notes_of(path, scanned=seen.kind is not DocumentKind.BORN_DIGITAL)


def _measured(sight: Sight, sizes: dict[int, tuple[float, float]]) -> Seitenblick:
    width, height = sizes[sight.page.number]
    return replace(sight.look, width=width, height=height)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """The pages that were read, upright, and what holds for the whole file.

    `sizes` are width and height in points by number of page, as it is shown.
    """

    sights: tuple[Sight, ...]
    sizes: dict[int, tuple[float, float]]
    omitted: bool
    count: int
    kind: DocumentKind
    notes: tuple[str, ...]


def _look_at(shown: Iterator[Page], job: Job) -> _Seen:
    """Runs the engine over the first and last pages; only those stay in memory."""
    sights: list[Sight] = []
    last: deque[Page] = deque(maxlen=LAST_PAGES)
    count, kinds, notes = 0, set(), {}
    sizes: dict[int, tuple[float, float]] = {}
    for page in shown:
        _check_shape(page)
        sizes[page.number] = page.size
        count += 1
        kinds.add(page.kind)
        notes.update(dict.fromkeys(page.notes))
        if count <= FIRST_PAGES:
            sights.append(first_look(page, job.forms))
        else:
            last.append(page)
    omitted = count > FIRST_PAGES + LAST_PAGES
    if omitted:
        notes["seiten-ausgelassen"] = None
    sights += [first_look(page, job.forms) for page in last]
    return _Seen(
        sights=tuple(sights),
        sizes=sizes,
        omitted=omitted,
        count=count,
        kind=kinds.pop() if len(kinds) == 1 else DocumentKind.MIXED,
        notes=tuple(notes),
    )
