"""One PDF or image becomes one Document.

Promises: a reader that fails gives an Unreadable field, never a fault of the others; a document
of which pages were left out never has anything called absent.
Touches: the file it is given; the job's folder, for crops. Trusts: the job.
Limits: of a long document only the first six and the last two pages go through the engine.
"""

import io
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from PIL import Image

from inbox_daemon.core.programm import Feld
from inbox_daemon.core.values import (
    Absent,
    AttachmentKind,
    Box,
    Document,
    DocumentKind,
    Read,
    Reading,
    Unreadable,
)
from inbox_daemon.reading import fields, ocr, pdf, signature
from inbox_daemon.reading.keep import Unread, keep
from inbox_daemon.reading.page import Page, Word
from inbox_daemon.wire import Job

T = TypeVar("T")

FIRST_PAGES = 6
LAST_PAGES = 2
SMALL_PX = 600  # a page of A4 has 600 dots across at 73 dpi; nobody reads one with fewer
MARGIN_MM = 4.0


def document_of(path: Path, *, sha256: str, name: str, kind: AttachmentKind, job: Job) -> Document:
    """What is on the pages of this file. Raises Unread with a code when it gives no answer."""
    started = time.monotonic()
    try:
        seen = _look_at(_pages(path, kind, job.page_limit))
    except (pdf.UnreadableDocument, ocr.EngineFailed) as fault:
        raise Unread(fault.code) from fault
    readings = _Readings(seen=seen, sha256=sha256, job=job)
    return Document(
        sha256=sha256,
        name=name,
        kind=seen.kind,
        pages=seen.count,
        programme=readings.of(readings.programme),
        amount=readings.of(readings.amount),
        signature=readings.of(readings.signature),
        applicant=readings.of(readings.applicant),
        notes=tuple(dict.fromkeys((*seen.notes, *_file_notes(path, kind, seen)))),
        seconds=round(time.monotonic() - started, 2),
    )


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


def _file_notes(path: Path, kind: AttachmentKind, seen: "_Seen") -> tuple[str, ...]:
    if kind is AttachmentKind.IMAGE:
        return ()
    return pdf.notes_of(path, scanned=seen.kind is not DocumentKind.BORN_DIGITAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """The pages that were read, upright, and what holds for the whole file."""

    pages: tuple[Page, ...]
    words: tuple[tuple[Word, ...], ...]
    count: int
    kind: DocumentKind
    notes: tuple[str, ...]


def _look_at(shown: Iterator[Page]) -> _Seen:
    """Runs the engine over the first and last pages; only those stay in memory."""
    read: list[tuple[Page, tuple[Word, ...]]] = []
    last: deque[Page] = deque(maxlen=LAST_PAGES)
    count, kinds, notes = 0, set(), {}
    for page in shown:
        count += 1
        kinds.add(page.kind)
        notes.update(dict.fromkeys(page.notes))
        if count <= FIRST_PAGES:
            read.append(ocr.read_page(page))
        else:
            last.append(page)
    if count > FIRST_PAGES + LAST_PAGES:
        notes["seiten-ausgelassen"] = None
    read += [ocr.read_page(page) for page in last]
    return _Seen(
        pages=tuple(page for page, _ in read),
        words=tuple(words for _, words in read),
        count=count,
        kind=kinds.pop() if len(kinds) == 1 else DocumentKind.MIXED,
        notes=tuple(notes),
    )


class _Readings:
    """The four readers over one document, each with the fields of its programme."""

    def __init__(self, *, seen: _Seen, sha256: str, job: Job) -> None:
        self._seen = seen
        self._sha256 = sha256
        self._ruleset = job.ruleset
        self._crops = crops_into(Path(job.folder))
        self._feld = self._felder()

    def of(self, reader: Callable[[], Reading[T]]) -> Reading[T]:
        """The reader's answer; a fault is no answer, and absence needs all pages."""
        try:
            reading = reader()
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - one field's fault must not take the others along
            traceback.print_exc(file=sys.stderr)
            return Unreadable(why="lesefehler")
        if isinstance(reading, Absent) and "seiten-ausgelassen" in self._seen.notes:
            return Unreadable(why="seiten-ausgelassen", source=reading.source)
        return reading

    def _felder(self) -> Callable[[str], Feld]:
        """The fields of the programme that was read, else of the first active one."""
        programme = self.of(self.programme)
        value = programme.value if isinstance(programme, Read) else ""
        active = (p for p in self._ruleset.programme if p.aktiv)
        known = self._ruleset.programm(value) or next(active, None)
        return known.feld if known else lambda name: Feld(name=name, labels=())

    def programme(self) -> Reading[str]:
        return fields.programme_on(
            self._seen.pages, self._seen.words, self._ruleset.programme, document=self._sha256
        )

    def amount(self) -> Reading[Decimal]:
        return fields.amount_on(
            self._seen.pages,
            self._seen.words,
            self._feld("betrag"),
            document=self._sha256,
            crops=self._crops,
        )

    def signature(self) -> Reading[str]:
        """The engine loses small labels beside ink: it looks for single words a second time."""
        first = self._signature(self._seen.words)
        if not (isinstance(first, Unreadable) and first.why == "feld-nicht-gefunden"):
            return first
        pages, words = self._seen.pages, self._seen.words
        return self._signature(
            tuple(
                (*seen, *ocr.words_on(page, mode=ocr.SPARSE_MODE))
                for page, seen in zip(pages, words, strict=True)
            )
        )

    def _signature(self, words: tuple[tuple[Word, ...], ...]) -> Reading[str]:
        return signature.signature_on(
            self._seen.pages,
            words,
            self._feld("unterschrift"),
            document=self._sha256,
            crops=self._crops,
        )

    def applicant(self) -> Reading[str]:
        return fields.applicant_on(
            self._seen.pages,
            self._seen.words,
            self._feld("antragsteller"),
            self._ruleset.kreise,
            document=self._sha256,
            crops=self._crops,
        )


def crops_into(folder: Path) -> Callable[[Page, Box], str]:
    """A function that cuts a box with 4 mm round it out of a page, as PNG; it gives the hash."""

    def crop(page: Page, box: Box) -> str:
        picture = page.grey if page.rgb is None else page.rgb
        height, width = picture.shape[:2]
        scale, margin = page.dpi / 72.0, MARGIN_MM * page.dpi / 25.4
        x0 = min(max(int(box.x0 * scale - margin), 0), width - 1)
        y0 = min(max(int(box.y0 * scale - margin), 0), height - 1)
        x1 = max(min(int(box.x1 * scale + margin) + 1, width), x0 + 1)
        y1 = max(min(int(box.y1 * scale + margin) + 1, height), y0 + 1)
        png = io.BytesIO()
        Image.fromarray(picture[y0:y1, x0:x1]).save(png, "PNG")
        return keep(png.getvalue(), folder, ending="png")

    return crop
