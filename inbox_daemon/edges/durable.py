"""Files that are there whole or not at all, also after a power cut.

Promises: temp file beside the target, fsync, rename, fsync of the folder (as chasquid's safeio and
maildir do). Touches: the file system. Trusts: that rename is atomic within one file system.
Limits: no locks; writers of one name write the same bytes.
"""

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# So many files are written or synced at once; syncs then share a commit of the journal.
HANDS = 4


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Writes new files to the disk. Raises the first OSError, when no write is under way."""
    with ThreadPoolExecutor(HANDS) as pool:
        list(pool.map(_write_new, contents, contents.values()))


def _write_new(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def fsync_all(places: Iterable[Path]) -> None:
    """Makes these files, or the entries of these folders, durable. Raises as above."""
    with ThreadPoolExecutor(HANDS) as pool:
        list(pool.map(fsync, places))


def fsync(place: Path) -> None:
    """Makes the file, or the entries of the folder, durable."""
    handle = os.open(place, os.O_RDONLY)
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
    fsync(path.parent)


def pieces_of(path: Path, *, size: int = 1 << 20) -> Iterable[bytes]:
    """The file in pieces of at most `size` bytes."""
    with path.open("rb") as file:
        while piece := file.read(size):
            yield piece
