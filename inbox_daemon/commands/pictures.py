"""The pictures of `inspect --annotate`: from the job's folder to names a person can read.

Promises: only files whose content has the hash that the reading named are copied, as bytes; no
picture is decoded here. Touches: the job's folder, the folder it is given.
Trusts: kept_files, which checks the hashes. Limits: a picture of the same name is replaced.
"""

import shutil
from pathlib import Path

from inbox_daemon.core.values import Evidence
from inbox_daemon.edges.worker import kept_files


def copy_pictures(evidence: Evidence, folder: Path, *, to: Path, stem: str) -> None:
    """Writes `<stem>-<first 8 of the document's hash>-p<page>.png`. Raises OSError."""
    kept = {sha256: path for sha256, path in kept_files(folder) if path.suffix == ".png"}
    for document in evidence.documents:
        for picture in document.pictures:
            if picture.sha256 in kept:
                name = f"{stem}-{document.sha256[:8]}-p{picture.page}.png"
                shutil.copyfile(kept[picture.sha256], to / name)
