"""The spool: bytes are there under their hash, or not at all."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from inbox_daemon.core.errors import Defect, Temporary
from inbox_daemon.edges.spool import ORPHAN_AGE_S, FileSpool


def test_bytes_are_found_under_their_hash(tmp_path: Path) -> None:
    spool = FileSpool(tmp_path)
    sha256, size = spool.put([b"ab", b"c"])
    assert (sha256, size) == (hashlib.sha256(b"abc").hexdigest(), 3)
    assert spool.path(sha256).read_bytes() == b"abc"


def test_the_same_bytes_twice_are_one_file(tmp_path: Path) -> None:
    spool = FileSpool(tmp_path)
    assert spool.put([b"x"]) == spool.put([b"x"])
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1


def test_a_stream_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> object:
        yield b"half"
        raise Temporary("cut")

    spool = FileSpool(tmp_path)
    with pytest.raises(Temporary):
        spool.put(broken())  # type: ignore[arg-type]
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_a_full_disk_is_temporary_and_known_before(tmp_path: Path) -> None:
    spool = FileSpool(tmp_path, floor_bytes=1 << 60)
    with pytest.raises(Temporary, match="free"):
        spool.put([b"x"])


def test_a_file_with_another_content_is_not_adopted(tmp_path: Path) -> None:
    spool = FileSpool(tmp_path / "spool")
    liar = tmp_path / "liar"
    liar.write_bytes(b"other")
    with pytest.raises(Defect):
        spool.adopt("0" * 64, liar)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "g" * 63, "a/" + "b" * 62])
def test_only_a_hash_is_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(Defect):
        FileSpool(tmp_path).path(name)


def test_only_old_unfinished_files_are_swept(tmp_path: Path) -> None:
    spool = FileSpool(tmp_path)
    old, young = tmp_path / "incoming" / "old", tmp_path / "incoming" / "young"
    old.touch()
    young.touch()
    then = time.time() - ORPHAN_AGE_S - 60
    os.utime(old, (then, then))
    assert spool.sweep() == 1
    assert young.exists()
    assert not old.exists()


def test_what_lies_there_already_is_written_anew(tmp_path: Path) -> None:
    """Its folder may never have been synced: we may have died, or the disk refused."""
    spool = FileSpool(tmp_path / "spool")
    kept = tmp_path / "kept"
    kept.write_bytes(b"x")
    sha256, _ = spool.put([b"x"])
    before = spool.path(sha256).stat().st_ino
    spool.adopt(sha256, kept)
    assert spool.path(sha256).stat().st_ino != before


def test_unfinished_files_of_a_future_are_swept(tmp_path: Path) -> None:
    spool = FileSpool(tmp_path)
    strange = tmp_path / "incoming" / "strange"
    strange.touch()
    ahead = time.time() + 365 * 86400
    os.utime(strange, (ahead, ahead))
    assert spool.sweep() == 1


def test_the_room_is_told_in_whole_mebibytes(tmp_path: Path) -> None:
    room = FileSpool(tmp_path, floor_bytes=1 << 60).room()
    assert room.is_short
    assert room.floor_mib == 1 << 40
    assert 0 < room.free_mib < room.floor_mib
