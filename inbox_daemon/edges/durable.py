"""Files that are there whole or not at all, also after a power cut.

Promises: temp file beside the target, fsync, rename, fsync of the folder (as chasquid's safeio and
maildir do). Touches: the file system. Trusts: that rename is atomic within one file system.
Limits: no locks; writers of one name write the same bytes.
"""

import os
from collections.abc import Iterable
from pathlib import Path


def fsync_folder(folder: Path) -> None:
    """Makes the folder's entries durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Writes the pieces to `path`, in full or not at all. Mode 0640."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(0o640)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    fsync_folder(path.parent)


def pieces_of(path: Path, *, size: int = 1 << 20) -> Iterable[bytes]:
    """The file in pieces of at most `size` bytes."""
    with path.open("rb") as file:
        while piece := file.read(size):
            yield piece
