"""One reading: a work folder, the caged child, and what it found taken into the spool.

Promises: an Evidence whose every hash lies in the spool, or one with a failure.
Touches: the work folder. Trusts: nothing the child wrote but what its hash proves.
Limits: keeps nothing but the spool; the work folder is gone afterwards.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog

from inbox_daemon.core.errors import ConfigError, InboxError, Temporary
from inbox_daemon.core.kaefig import open_bars
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.values import Evidence, nothing_seen
from inbox_daemon.edges.forms import KnownForms
from inbox_daemon.edges.worker import CagedReader, kept_files
from inbox_daemon.ports import Spool
from inbox_daemon.wire import Job

log = structlog.get_logger()

READY: Final = "ocr-bereit"
LACKING: Final = {
    "ocr-fehlt": "Tesseract is missing: apt-get install tesseract-ocr tesseract-ocr-deu",
    "ocr-sprache": (
        "Tesseract's German model deu.traineddata is missing or broken: apt-get install "
        "tesseract-ocr-deu, or name its folder in TESSDATA_PREFIX"
    ),
    "ocr-stumm": "Tesseract starts and reads nothing: install tesseract-ocr and its German anew",
}
BROKEN: Final = "the reader does not work ({code}): `inbox-daemon inspect FILE` tells more"


class ReadingDesk:
    """Reads spooled mails."""

    def __init__(
        self,
        *,
        work: Path,
        spool: Spool,
        reader: CagedReader,
        forms: KnownForms,
        seconds: int,
        page_limit: int,
    ) -> None:
        self._work, self._spool, self._reader, self._forms = work, spool, reader, forms
        self._seconds, self._page_limit = seconds, page_limit
        self._told: tuple[str, ...] = ()

    def read(self, sha256: str, *, rules: Ruleset) -> Evidence:
        """What was seen in this mail. Raises Temporary when disk or process table are full."""
        try:
            return self._read(sha256, rules)
        except OSError as error:
            raise Temporary(f"no work folder in {self._work}: {error}") from error

    def check(self, rules: Ruleset) -> None:
        """Whether a child starts and its engine reads a word that is drawn for it.

        Raises ConfigError with what to do where it does not.
        """
        with self._folder() as folder:
            job = Job(
                path="",
                form="probe",
                name="",
                folder=folder,
                ruleset=rules,
                seconds=self._seconds,
            )
            failure = self._reader.read(job).failure or ""
        if failure != READY:
            raise ConfigError((LACKING.get(failure, BROKEN.format(code=failure)),))

    @contextmanager
    def _folder(self) -> Iterator[str]:
        self._work.mkdir(parents=True, exist_ok=True, mode=0o750)
        with tempfile.TemporaryDirectory(dir=self._work, ignore_cleanup_errors=True) as folder:
            yield folder

    def _read(self, sha256: str, rules: Ruleset) -> Evidence:
        with self._folder() as folder:
            job = Job(
                path=str(self._spool.path(sha256).resolve()),
                form="mail",
                name="original.eml",
                folder=folder,
                ruleset=rules,
                page_limit=self._page_limit,
                seconds=self._seconds,
                forms=self._forms.known(),
            )
            evidence = self._reader.read(job)
            self._look_at(open_bars(evidence))
            self._forms.learn(evidence.learned)
            return self._with_files(evidence, Path(folder))

    def _look_at(self, bars: tuple[str, ...]) -> None:
        """Tells once what the cage lacks; each case's entry in the audit log has it too."""
        if bars and bars != self._told:
            log.warning("reading.cage", open=list(bars))
            self._told = bars

    def _with_files(self, evidence: Evidence, folder: Path) -> Evidence:
        if evidence.failure is not None:
            return evidence
        try:
            for sha256, path in kept_files(folder):
                self._spool.adopt(sha256, path)
            for sha256 in _needed(evidence):
                self._spool.path(sha256)
        except Temporary:
            raise
        except InboxError as error:
            log.warning("reading.files", error=str(error))
            return nothing_seen("lese-unverstaendlich", evidence.engines)
        return evidence


def _needed(evidence: Evidence) -> set[str]:
    attachments = evidence.submission.attachments if evidence.submission else ()
    needed = {a.sha256 for a in attachments} | {d.sha256 for d in evidence.documents}
    for document in evidence.documents:
        for reading in (document.amount, document.signature, document.applicant):
            if reading.source is not None and reading.source.crop is not None:
                needed.add(reading.source.crop)
    return needed
