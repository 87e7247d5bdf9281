"""Pages of documents as pictures: drawn once by the caged child, then kept by hash and page.

Promises: always an answer, a picture that is whole or a code why there is none; a page is drawn by
one request at a time. Touches: the work folder, the folder of pictures.
Trusts: nothing the child drew but what its hash proves; it begins as a WebP and is not too large.
Limits: the newest 2,000 pictures are kept, about 200 MB; what is gone is drawn again.
"""

import hashlib
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Final

import structlog

from inbox_daemon import wire
from inbox_daemon.core.ansicht import Seitenansicht
from inbox_daemon.core.errors import Defect, Temporary
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.edges import durable
from inbox_daemon.edges.worker import CagedReader, kept_files
from inbox_daemon.ports import Spool
from inbox_daemon.wire import Job

log = structlog.get_logger()

MOST_BYTES: Final = 150 * 1000
MOST_KEPT: Final = 2_000
SWEEP_EVERY: Final = 100
# A page takes a third of a second; a clerk does not wait longer than this for an answer.
DRAW_S: Final = 20
# A file that makes the child die shall not do so at every look.
REMEMBERED_S: Final = 600.0
LATER: Final = "anzeige-spaeter"


class Pictures:
    """Safe to call from several threads."""

    def __init__(
        self,
        *,
        folder: Path,
        work: Path,
        spool: Spool,
        reader: CagedReader,
        rules: Ruleset,
        page_limit: int,
    ) -> None:
        self._folder, self._work, self._spool = folder, work, spool
        self._reader, self._rules, self._page_limit = reader, rules, page_limit
        self._locks: defaultdict[tuple[str, int], threading.Lock] = defaultdict(threading.Lock)
        # Drawing shall not take the machine from reading: one child at a time.
        self._drawing = threading.Lock()
        self._failed: dict[tuple[str, int], tuple[float, Seitenansicht]] = {}
        self._written = 0

    def view(self, document: str, page: int) -> Seitenansicht:
        """Page `page` (from 1) of the document with this SHA-256, drawn now where it is not yet.

        A `failure` has words in `wording.reading`. Raises Defect where the spool has no such
        document.
        """
        path = self._spool.path(document)
        key = document, page
        with self._locks[key]:
            known = self.known(document, page)
            if known is None:
                known = self._drawn(path, document, page)
                if known.failure is not None:
                    self._remember(key, known)
        return known

    def known(self, document: str, page: int) -> Seitenansicht | None:
        """What is known of the page without drawing it; never waits for a child."""
        at, failed = self._failed.get((document, page), (0.0, None))
        if failed is not None and time.monotonic() - at < REMEMBERED_S:
            return failed
        try:
            stored = self._place(document, page, "json").read_bytes()
            view = wire.decode(Seitenansicht, stored)
        except (OSError, ValueError):
            return None
        return view if self._bytes(document, view) is not None else None

    def picture(self, document: str, page: int) -> bytes | None:
        """The WebP of a page that was drawn, whole; None where there is none."""
        view = self.view(document, page)
        return self._bytes(document, view) if view.failure is None else None

    def _bytes(self, document: str, view: Seitenansicht) -> bytes | None:
        try:
            content = self._place(document, view.page, "webp").read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == view.sha256 else None

    def _place(self, document: str, page: int, ending: str) -> Path:
        if not document.isalnum():
            raise Defect(f"not a SHA-256: {document[:80]!r}")
        return self._folder / f"{document}-{page:d}.{ending}"

    def _remember(self, key: tuple[str, int], view: Seitenansicht) -> None:
        if len(self._failed) >= MOST_KEPT:
            self._failed.clear()
        self._failed[key] = time.monotonic(), view

    def _drawn(self, path: Path, document: str, page: int) -> Seitenansicht:
        try:
            self._work.mkdir(parents=True, exist_ok=True, mode=0o750)
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o750)
            with (
                self._drawing,
                tempfile.TemporaryDirectory(dir=self._work, ignore_cleanup_errors=True) as folder,
            ):
                return self._draw(path, document, page, folder)
        except (OSError, Temporary) as error:
            log.warning("picture.later", document=document[:12], page=page, error=str(error))
            return Seitenansicht(page=page, failure=LATER)

    def _draw(self, path: Path, document: str, page: int, folder: str) -> Seitenansicht:
        job = Job(
            path=str(path.resolve()),
            form="page",
            name="",
            folder=folder,
            ruleset=self._rules,
            page_limit=self._page_limit,
            seconds=DRAW_S,
            page=page,
        )
        view = self._reader.view(job)
        if view.failure is None and not self._kept(view, document, Path(folder)):
            return Seitenansicht(page=page, failure="lese-unverstaendlich")
        if view.failure is not None:
            log.info("picture.none", document=document[:12], page=page, code=view.failure)
        return view

    def _kept(self, view: Seitenansicht, document: str, folder: Path) -> bool:
        """Whether the child drew what it said; then it is stored, the picture before its size."""
        drawn = dict(kept_files(folder)).get(view.sha256)
        if drawn is None or drawn.stat().st_size > MOST_BYTES:
            return False
        content = drawn.read_bytes()
        if not (content.startswith(b"RIFF") and content[8:12] == b"WEBP"):
            return False
        durable.write_whole(self._place(document, view.page, "webp"), [content])
        size = wire.encode(view).encode()
        durable.write_whole(self._place(document, view.page, "json"), [size])
        self._written += 1
        if self._written % SWEEP_EVERY == 1:
            self._sweep()
        return True

    def _sweep(self) -> None:
        """Removes the oldest pictures beyond what is kept."""
        pictures = sorted(self._folder.glob("*.webp"), key=lambda p: p.stat().st_mtime)
        for old in pictures[:-MOST_KEPT]:
            old.with_suffix(".json").unlink(missing_ok=True)
            old.unlink(missing_ok=True)
