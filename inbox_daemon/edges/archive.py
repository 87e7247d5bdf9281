"""The folder of filed records: `filed/<programme>/<AGS>/<case>/`, one folder a record.

Promises: a record's folder is there whole or not at all; filing again changes nothing.
Touches: the filed folder. Trusts: the spool. Limits: never deletes or overwrites a record.
"""

import shutil
from pathlib import Path

from inbox_daemon.core.errors import Defect, Temporary
from inbox_daemon.edges import durable
from inbox_daemon.points import Point, reached
from inbox_daemon.ports import Spool


class FolderArchive:
    """Records as folders that people and other programs can open."""

    def __init__(self, folder: Path, spool: Spool) -> None:
        self._folder = folder
        self._spool = spool

    def file(
        self, case: str, *, folder: str, record: str, parts: tuple[tuple[str, str], ...]
    ) -> None:
        """Writes the record and its parts. Raises Defect when another record lies there."""
        place = self._folder / folder / case
        try:
            if not place.exists():
                self._build(place, record, parts)
            elif (place / "record.json").read_text(encoding="utf-8") != record:
                raise Defect(f"another record already lies at {folder}/{case}", code="ablage")
            # Also of a record that lay there: we may have died before this.
            self._make_durable(place)
            reached(Point.RECORD_KEPT)
        except OSError as error:
            raise Temporary(f"the record cannot be written at {place}: {error}") from error

    def _build(self, place: Path, record: str, parts: tuple[tuple[str, str], ...]) -> None:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        partial = _partial(place)
        if partial.exists():
            shutil.rmtree(partial)
        partial.mkdir(mode=0o750)
        reached(Point.RECORD_BEGUN)
        for name, sha256 in parts:
            durable.write_whole(partial / name, durable.pieces_of(self._spool.path(sha256)))
            reached(Point.RECORD_PART)
        durable.write_whole(partial / "record.json", [record.encode()])
        reached(Point.RECORD_WHOLE)
        partial.rename(place)
        reached(Point.RECORD_NAMED)

    def _make_durable(self, place: Path) -> None:
        try:
            for above in (place.parent, place.parent.parent, self._folder):
                durable.fsync(above)
        except OSError:
            # A second fsync would say yes without having written: it is built anew instead.
            shutil.rmtree(_partial(place), ignore_errors=True)
            place.rename(_partial(place))
            raise


def _partial(place: Path) -> Path:
    return place.with_name(f".{place.name}.part")
