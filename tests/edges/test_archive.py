"""The folder of records: a record is there whole and durable, or it is built anew."""

import errno
import os
from pathlib import Path

import pytest

from inbox_daemon.core.errors import Defect, Temporary
from inbox_daemon.edges.archive import FolderArchive
from inbox_daemon.edges.spool import FileSpool


class World:
    """An archive with one record to file."""

    def __init__(self, folder: Path) -> None:
        spool = FileSpool(folder / "spool")
        self.folder = folder / "filed"
        self.sha256, _ = spool.put([b"mail"])
        self.archive = FolderArchive(self.folder, spool)

    def file(self, record: str = "{}") -> None:
        """Files it."""
        self.archive.file("A-1", folder="p/1", record=record, parts=(("a.eml", self.sha256),))

    def there(self) -> list[str]:
        """All that lies there."""
        return sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*"))


WHOLE = ["p", "p/1", "p/1/A-1", "p/1/A-1/a.eml", "p/1/A-1/record.json"]


def test_filing_again_changes_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.file()
    inode = (world.folder / "p/1/A-1/a.eml").stat().st_ino
    world.file()
    assert world.there() == WHOLE
    assert (world.folder / "p/1/A-1/a.eml").stat().st_ino == inode


def test_another_record_is_never_overwritten(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.file()
    with pytest.raises(Defect, match="another record"):
        world.file('{"x": 1}')


@pytest.mark.parametrize("refused", range(1, 8))
def test_a_record_that_the_disk_refused_is_not_shown_and_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: int
) -> None:
    world, sync, calls = World(tmp_path), os.fsync, iter(range(1, 99))

    def fsync(number: int) -> None:
        if next(calls) == refused:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        sync(number)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(Temporary):
        world.file()
    assert not (world.folder / "p/1/A-1").exists()
    world.file()
    assert world.there() == WHOLE
