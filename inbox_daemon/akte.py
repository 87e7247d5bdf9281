"""The bundle of one case for the E-Akte: a ZIP with a folder named by the case number.

Promises: the decision as PDF/A, the original, the application, the case's entries of the log, and
the SHA-256 of each file; the same case in the same state gives the same bytes. Touches: the spool,
a temporary file, the printer. Trusts: the page that it is given to print.
Limits: holds the mail as it came, with all that a stranger put in it; nothing is opened here.
"""

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Final

from inbox_daemon.app import App
from inbox_daemon.core.chain import line_of
from inbox_daemon.core.decide import facts_of
from inbox_daemon.core.protokoll import SYSTEM, Eintrag
from inbox_daemon.core.values import AttachmentKind, Document, Evidence
from inbox_daemon.core.verdict import Known
from inbox_daemon.core.wording_labels import AUDIT_KINDS, AUSGAENGE
from inbox_daemon.core.wording_pages import PAGES
from inbox_daemon.erklaerung import Erklaerung
from inbox_daemon.tabellen import german_cell

ZIP_TYPE: Final = "application/zip"
# The earliest time that a ZIP can hold; a time of our own would make every bundle another file.
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = 0o640 << 16
_PICTURES: Final = ((b"\xff\xd8\xff", ".jpg"), (b"\x89PNG", ".png"), (b"II*\0", ".tif"))
_MORE_PICTURES: Final = ((b"MM\0*", ".tif"), (b"GIF8", ".gif"), (b"RIFF", ".webp"))


def bundle(app: App, found: Erklaerung, page: str) -> IO[bytes]:
    """The ZIP as an open temporary file, at its beginning; `page` is the decision as HTML.

    Raises Temporary where the page cannot be printed, Defect where the spool lacks a file.
    """
    number = found.line.number
    printed = app.drucker.printed(page, {crop: app.spool.path(crop) for crop in found.crops})
    with ExitStack() as unless_done:
        file = unless_done.enter_context(tempfile.TemporaryFile())
        with zipfile.ZipFile(file, "w") as archive:
            sums = [
                *(_copied(archive, f"{number}/{name}", path) for name, path in _files(app, found)),
                *(
                    _written(archive, f"{number}/{name}", content)
                    for name, content in (
                        ("Entscheidung.pdf", printed),
                        ("Protokoll.jsonl", _lines(found)),
                        ("Protokoll.txt", _german(found)),
                    )
                ),
            ]
            told = "".join(f"{sha256}  {Path(name).name}\n" for sha256, name in sorted(sums))
            _written(archive, f"{number}/Pruefsummen.sha256", told.encode())
        file.seek(0)
        unless_done.pop_all()
        return file


def _files(app: App, found: Erklaerung) -> Iterator[tuple[str, Path]]:
    if app.spool.holds(found.raw.sha256):
        yield "Original.eml", app.spool.path(found.raw.sha256)
    documents = _applications(app, found.evidence)
    for place, document in enumerate(documents, start=1):
        path = app.spool.path(document.sha256)
        count = f"-{place}" if len(documents) > 1 else ""
        yield f"Antrag{count}{ending_of(document, found.evidence, path)}", path


def _applications(app: App, evidence: Evidence | None) -> tuple[Document, ...]:
    """The applications of this mail, else all that was read."""
    if evidence is None:
        return ()
    facts = facts_of(evidence, known=Known(), rules=app.rules, received_at=None)
    found = facts.applications or evidence.documents
    return tuple(document for document in found if app.spool.holds(document.sha256))


def ending_of(document: Document, evidence: Evidence | None, path: Path) -> str:
    """The ending by what the file is, never by the name that a stranger gave it."""
    mail = evidence.submission if evidence else None
    kinds = {a.kind for a in mail.attachments if a.sha256 == document.sha256} if mail else set()
    if AttachmentKind.IMAGE not in kinds:
        return ".pdf"
    with path.open("rb") as file:
        start = file.read(8)
    return next(
        (end for sign, end in _PICTURES + _MORE_PICTURES if start.startswith(sign)), ".bild"
    )


def _lines(found: Erklaerung) -> bytes:
    return "".join(f"{line_of(entry.entry)}\n" for entry in found.verlauf).encode()


def _german(found: Erklaerung) -> bytes:
    lines = [PAGES["akte.protokoll"].format(fall=found.line.number), ""]
    lines += [_line(entry) for entry in found.verlauf]
    lines += ["", PAGES["akte.kette"], ""]
    return "\r\n".join(lines).encode()


def _line(told: Eintrag) -> str:
    entry = told.entry
    parts = (
        german_cell(entry.at),
        PAGES["akte.nummer"].format(nummer=entry.number),
        AUDIT_KINDS.get(entry.kind, entry.kind),
        AUSGAENGE[told.outcome],
        ", ".join(told.reasons),
        PAGES["akte.system"] if told.who == SYSTEM else told.who,
        entry.hash,
    )
    return " | ".join(part or "-" for part in parts)


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_TIME)
    # Stored, not packed: what a packer makes may change with its version.
    info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_STORED, _MODE, 3
    return info


def _written(archive: zipfile.ZipFile, name: str, content: bytes) -> tuple[str, str]:
    archive.writestr(_entry(name), content)
    return hashlib.sha256(content).hexdigest(), name


def _copied(archive: zipfile.ZipFile, name: str, path: Path) -> tuple[str, str]:
    info = _entry(name)
    info.file_size = path.stat().st_size
    with path.open("rb") as source, archive.open(info, "w") as target:
        shutil.copyfileobj(source, target)
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest(), name
