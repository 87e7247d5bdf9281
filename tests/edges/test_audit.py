"""The log: one changed byte, one removed line, one swapped pair is found; a torn line is kept."""

import errno
import json
import os
import random
import tracemalloc
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from inbox_daemon.core import chain
from inbox_daemon.core.errors import Temporary
from inbox_daemon.edges import audit, ledger
from inbox_daemon.edges.audit import AuditFile
from inbox_daemon.edges.clock import SystemClock
from inbox_daemon.edges.database import migrate, open_database, writing

pytestmark = pytest.mark.full

AT = datetime(2022, 7, 1, 8, tzinfo=UTC)
ENTRIES = 30


@pytest.fixture(name="log")
def _log(tmp_path: Path) -> AuditFile:
    engine = open_database(f"sqlite:///{tmp_path / 'inbox.sqlite3'}")
    migrate(engine)
    write_entries(engine, ENTRIES)
    log = AuditFile(tmp_path / "audit.jsonl", engine, SystemClock())
    assert log.catch_up() == ENTRIES
    return log


def write_entries(engine: Engine, count: int) -> None:
    """Some entries, in one transaction each."""
    for number in range(count):
        with writing(engine) as session:
            ledger.append(session, at=AT, case=f"A-{number}", kind="case.reading", versuch=number)


def test_a_whole_log_is_verified(log: AuditFile) -> None:
    found = log.verify()
    assert (found.why, found.entries) == ("", ENTRIES)


def test_catching_up_twice_writes_nothing_twice(log: AuditFile) -> None:
    assert log.catch_up() == 0
    again = AuditFile(log.path, log._engine, SystemClock())
    assert again.catch_up() == 0
    assert log.verify().why == ""


def test_every_changed_byte_is_found(log: AuditFile) -> None:
    content = log.path.read_bytes()
    chance = random.Random(1)
    for place in chance.sample(range(len(content)), 300):
        flipped = bytes([content[place] ^ chance.randrange(1, 256)])
        log.path.write_bytes(content[:place] + flipped + content[place + 1 :])
        assert log.verify().why, f"byte {place} was changed unseen"


def test_every_removed_line_is_found(log: AuditFile) -> None:
    lines = log.path.read_bytes().splitlines(keepends=True)
    for place in range(len(lines)):
        log.path.write_bytes(b"".join(lines[:place] + lines[place + 1 :]))
        assert log.verify().line == place + 1


def test_every_swapped_pair_is_found(log: AuditFile) -> None:
    lines = log.path.read_bytes().splitlines(keepends=True)
    for place in range(len(lines) - 1):
        swapped = [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]
        log.path.write_bytes(b"".join(swapped))
        assert log.verify().line == place + 1


def test_a_log_that_was_rewritten_whole_is_found_by_the_database(
    log: AuditFile, tmp_path: Path
) -> None:
    other = open_database(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    migrate(other)
    write_entries(other, ENTRIES - 1)
    with writing(other) as session:
        ledger.append(session, at=AT, case="A-forged", kind="case.reading", versuch=1)
    log.path.unlink()
    forged = AuditFile(log.path, other, SystemClock())
    forged.catch_up()
    assert forged.verify().why == ""
    assert log.verify().why == "weicht-von-datenbank-ab"


def test_a_log_that_was_cut_at_its_end_is_found(log: AuditFile) -> None:
    lines = log.path.read_bytes().splitlines(keepends=True)
    log.path.write_bytes(b"".join(lines[:-5]))
    assert log.verify().why == "zeile-fehlt"


def test_a_line_torn_by_a_crash_is_kept_aside_and_told_of(log: AuditFile) -> None:
    content = log.path.read_bytes()
    log.path.write_bytes(content[:-40])
    after_crash = AuditFile(log.path, log._engine, SystemClock())
    assert after_crash.catch_up() == 2, "the torn line again, and the entry that tells of it"
    assert after_crash.verify().why == ""
    [aside] = log.path.parent.glob("audit.torn-*")
    assert aside.read_bytes() in content
    assert b"log.repaired" in log.path.read_bytes()


class Refusing:
    """Stands in for os.fsync on a disk that refuses once."""

    def __init__(self) -> None:
        self.left = 1

    def __call__(self, number: int) -> None:
        """Refuses, then syncs."""
        if self.left:
            self.left -= 1
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        _FSYNC(number)


_FSYNC = os.fsync


def test_lines_that_the_disk_refused_are_taken_back_and_written_anew(
    log: AuditFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = log.path.read_bytes()
    write_entries(log._engine, 2)
    monkeypatch.setattr(os, "fsync", Refusing())
    with pytest.raises(Temporary, match="cannot be written"):
        log.catch_up()
    assert log.path.read_bytes() == before
    assert log.catch_up() == 2
    assert log.verify().why == ""


def test_a_torn_line_is_told_of_before_it_is_cut_off(
    log: AuditFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = log.path.read_bytes()[:-40]
    log.path.write_bytes(torn)
    monkeypatch.setattr(os, "fsync", Refusing())
    with pytest.raises(Temporary):
        AuditFile(log.path, log._engine, SystemClock()).catch_up()
    assert log.path.read_bytes() == torn, "nothing is cut off that was not kept aside"
    again = AuditFile(log.path, log._engine, SystemClock())
    again.catch_up()
    assert again.verify().why == ""


@pytest.mark.parametrize("torn", [b"", b'{"torn', b"x" * 3000])
@pytest.mark.parametrize("piece", [1, 7, 64, 1 << 20])
def test_a_long_log_is_counted_in_pieces(
    log: AuditFile, monkeypatch: pytest.MonkeyPatch, piece: int, torn: bytes
) -> None:
    whole = log.path.read_bytes()
    log.path.write_bytes(whole + torn)
    monkeypatch.setattr(audit, "PIECE_BYTES", piece)
    assert log._mend() == ENTRIES
    assert log.path.read_bytes() == whole
    kept = [aside.read_bytes() for aside in log.path.parent.glob("audit.torn-*")]
    assert kept == ([torn] if torn else [])


def test_a_log_of_years_is_never_in_memory_as_a_whole(log: AuditFile) -> None:
    line = b"{" + b"y" * 440 + b"}\n"
    log.path.write_bytes(line * 20_000)
    tracemalloc.start()
    try:
        assert log._mend() == 20_000
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4 << 20


def test_a_check_while_the_daemon_writes_finds_no_fault(
    log: AuditFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = chain.verify

    def while_it_writes(lines: Iterable[str]) -> chain.Head | chain.Break:
        found = whole(lines)
        write_entries(log._engine, 3)
        log.catch_up()
        return found

    monkeypatch.setattr(chain, "verify", while_it_writes)
    found = log.verify()
    assert (found.why, found.entries) == ("", ENTRIES)


def test_a_line_that_the_database_does_not_know_is_found_also_at_the_end(log: AuditFile) -> None:
    *_, last = map(json.loads, log.path.read_text("utf-8").splitlines())
    bare = {**last, "event.sequence": ENTRIES + 1, "event.previous": last.pop("event.hash")}
    bare.pop("event.hash")
    forged = chain.canonical({**bare, "event.hash": chain.hash_of(bare)})
    with log.path.open("a") as file:
        file.write(forged + "\n")
    found = log.verify()
    assert (found.why, found.line) == ("weicht-von-datenbank-ab", ENTRIES + 1)
