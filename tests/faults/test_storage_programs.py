"""Short forms of the programs on disk, database, engine, locks and signals."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from tests.faults import database_faults, deaths, fsync_lies, ocr_faults, sigterm, two_daemons
from tests.faults.smalldisk import CANNOT
from tests.postgres import PROGRAMS, postgres, postgres_server

PROJECT = Path(__file__).parents[2]
needs_postgres = pytest.mark.skipif(not PROGRAMS, reason="PostgreSQL is not installed")


@pytest.fixture(autouse=True)
def _logs() -> object:
    yield
    structlog.reset_defaults()


@pytest.mark.full
def test_a_disk_that_is_full_at_any_write_loses_nothing_and_leaves_nothing_half() -> None:
    command = [sys.executable, "-m", "tests.faults.disk_full", "--runs", "16"]
    ended = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)
    if ended.returncode == CANNOT:
        pytest.skip(ended.stdout)
    assert ended.returncode == 0, ended.stdout
    assert "16 runs" in ended.stdout


@pytest.mark.full
def test_what_an_fsync_refused_is_written_anew(tmp_path: Path) -> None:
    bench = fsync_lies.Bench(tmp_path)
    counts, wrong = fsync_lies.every(bench, step=6)
    assert wrong == []
    assert counts.total() >= 7


@pytest.mark.full
def test_a_database_locked_at_a_write_is_taken_up_later(tmp_path: Path) -> None:
    count, wrong = database_faults.all_locks(database_faults.Bench(tmp_path), step=4)
    assert (wrong, count > 5) == ([], True)


@pytest.mark.full
def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    bench = database_faults.Bench(tmp_path)
    said, wrong = database_faults.damages(bench, 4, random.Random(1))
    assert (wrong, said.total()) == ([], 4)


@needs_postgres
@pytest.mark.full
def test_a_postgresql_killed_in_the_middle_is_taken_up_later(tmp_path: Path) -> None:
    with postgres_server() as server:
        bench = database_faults.Bench(tmp_path)
        assert database_faults.kills(bench, server, 2, random.Random(1)) == []


@pytest.mark.full
def test_an_engine_that_fails_sends_the_mail_to_a_person(tmp_path: Path) -> None:
    chosen = frozenset({"dies by SIGSEGV", "says nothing", "takes all memory", "is missing"})
    counts, wrong = ocr_faults.every(ocr_faults.Bench(tmp_path), 1, only=chosen)
    assert (wrong, counts.total()) == ([], 6)


@pytest.mark.full
def test_of_several_daemons_on_one_folder_one_works(tmp_path: Path) -> None:
    assert two_daemons.rounds(tmp_path, 2, random.Random(1)) == []


@needs_postgres
@pytest.mark.full
def test_of_several_machines_with_one_database_one_works(tmp_path: Path) -> None:
    with postgres() as server:
        assert two_daemons.rounds(tmp_path, 1, random.Random(1), server=server) == []


@pytest.mark.full
def test_sigterm_at_a_random_moment_leaves_nothing_and_blames_nobody(tmp_path: Path) -> None:
    # In a process of its own: it takes over orphans.
    command = [sys.executable, "-m", "tests.faults.sigterm", "--trials", "8"]
    ended = subprocess.run(
        command, cwd=PROJECT, check=False, capture_output=True, text=True, env=dict(os.environ)
    )
    assert ended.returncode == 0, ended.stdout
    assert sigterm.STOP_S == 150


@pytest.mark.full
def test_a_mail_that_killed_the_daemon_three_times_is_set_aside(tmp_path: Path) -> None:
    assert deaths.every(tmp_path, 1) == []
