"""What the daemon says at start, and what `status` says, when it cannot work as it should."""

import json
import os
import sqlite3
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from inbox_daemon.app import App
from inbox_daemon.commands import service
from inbox_daemon.config import Settings, load_settings
from inbox_daemon.core.errors import ConfigError, Damaged, Temporary
from inbox_daemon.edges.worker import CagedReader
from inbox_daemon.steps import Steps
from samples.servers import write_config
from tests.faults import ocr_faults
from tests.faults.daemons import few, place
from tests.worlds import ABSENT_SIGNATURE, UNCLEAR_AMOUNT, World

pytest_plugins = ("tests.worlds",)
PROJECT = Path(__file__).parents[1]


def app_in(folder: Path, *, floor_mib: int = 0) -> App:
    """The real parts on this folder; no server is asked for anything."""
    return App(Settings(state_dir=folder, rules_dir=PROJECT / "rules", free_space_mib=floor_mib))


def run(config: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command as a process."""
    return subprocess.run(
        [sys.executable, "-m", "inbox_daemon", *words, "--config", str(config)],
        cwd=PROJECT,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=200,
    )


def test_below_the_floor_no_mail_is_taken_and_none_counted_as_tried(world: World) -> None:
    world.arrive(UNCLEAR_AMOUNT)
    world.spool.full = Temporary("only 3 MiB free", code="platz")
    for _ in range(9):
        with pytest.raises(Temporary, match="3 MiB"):
            world.steps.once()
    world.spool.full = None
    world.steps.once()
    assert len(world.mailbox.moves) == 1


def test_below_the_floor_nothing_is_read_and_no_attempt_counted(world: World) -> None:
    world.arrive(UNCLEAR_AMOUNT)
    world.steps.fetch()
    world.spool.full = Temporary("only 3 MiB free", code="platz")
    for _ in range(5):
        world.steps.read()
    assert world.reader.read_shas == []
    assert "case.reading" not in world.told()
    world.spool.full = None
    world.steps.once()
    assert len(world.mailbox.moves) == 1


def test_status_says_in_german_that_no_mail_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = app_in(tmp_path, floor_mib=1 << 40)
    assert service.status(app, as_json=False) == 0
    assert "Es wird keine Mail abgeholt" in capsys.readouterr().out
    service.status(app, as_json=True)
    assert json.loads(capsys.readouterr().out)["disk"]["short"] is True


def test_status_says_in_german_that_the_database_is_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app_in(tmp_path).engine.dispose()
    path = tmp_path / "inbox.sqlite3"
    content = bytearray(path.read_bytes())
    content[3 * 4096 : 5 * 4096] = b"\x5a" * 8192
    path.write_bytes(content)
    with pytest.raises(Damaged):
        service.status(app_in(tmp_path), as_json=False)
    assert "Die Datenbank ist beschädigt" in capsys.readouterr().out
    with pytest.raises(Damaged), app_in(tmp_path).alone():
        pytest.fail("it must not start")


def test_a_database_that_proves_damaged_in_the_middle_stops_the_work_and_flags_nothing(
    world: World,
) -> None:
    world.arrive(Damaged("malformed"))
    world.arrive(UNCLEAR_AMOUNT)
    with pytest.raises(Damaged):
        world.steps.once()
    numbers = [line.number for line in world.records.cases()]
    kinds = {entry.kind for number in numbers for entry in world.records.history(number)}
    assert "case.defect" not in kinds


def test_what_the_relay_said_is_written_down_later_where_it_could_not_be_now(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a daemon that dies in between does not know it."""
    world.arrive(ABSENT_SIGNATURE)
    finish, refusals = Steps._finish, iter([True, False, False, False])

    def refusing(self: Steps, *given: object, **named: object) -> None:
        if next(refusals, False):
            raise Temporary("database is locked", code="datenbank")
        finish(self, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Steps, "_finish", refusing)
    world.steps.once()
    world.steps.once()
    assert len(world.postman.sent) == 1
    assert world.only().state == "queried"


@pytest.mark.full
def test_a_damaged_or_newer_database_ends_every_command_with_its_code(tmp_path: Path) -> None:
    config = write_config(tmp_path, imap_port=1, smtp_port=1, rules=PROJECT / "rules")
    assert run(config, "status").returncode == 0
    path = tmp_path / "state" / "inbox.sqlite3"
    whole = path.read_bytes()
    path.write_bytes(b"\x5a" * len(whole))
    for word in ("run", "once", "status"):
        ended = run(config, word)
        assert (ended.returncode, "the database is damaged" in ended.stderr) == (65, True)
    path.write_bytes(whole)
    with sqlite3.connect(path) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    for word in ("run", "once", "status"):
        ended = run(config, word)
        assert (ended.returncode, "a newer inbox-daemon" in ended.stderr) == (78, True)


@pytest.mark.full
def test_an_engine_without_its_model_is_a_wrong_configuration(tmp_path: Path) -> None:
    (tmp_path / "deu.traineddata").write_bytes(b"no model")
    config = write_config(tmp_path, imap_port=1, smtp_port=1, rules=PROJECT / "rules")
    for word in ("check-config", "once", "run"):
        ended = run(config, word, TESSDATA_PREFIX=str(tmp_path))
        sentence = "German model deu.traineddata is missing or broken: apt-get install"
        assert (ended.returncode, sentence in ended.stderr) == (78, True), ended.stderr


@pytest.mark.full
@pytest.mark.parametrize(
    ("child", "sentence"),
    [
        (ocr_faults.child_of_program(), "Tesseract is missing: apt-get install"),
        (ocr_faults.child_of_library("self.table = ''"), "starts and reads nothing"),
        (ocr_faults.child_of_library("os.abort()"), "the reader does not work .lese-absturz"),
    ],
    ids=["missing", "silent", "crashing"],
)
def test_what_the_reader_lacks_is_said_before_any_mail_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, child: str, sentence: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    app = app_with(child, tmp_path, monkeypatch)
    with pytest.raises(ConfigError, match=sentence):
        app.ready()


def app_with(child: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    """The real parts, with this in the place of the reading child."""
    program = (sys.executable, "-s", "-P", "-c", child)

    def caged(_app: App, _stopping: object = None) -> CagedReader:
        return CagedReader(program=program)

    monkeypatch.setattr(App, "reader", caged)
    return app_in(folder)


@pytest.mark.full
def test_an_engine_that_dies_in_the_middle_costs_that_mail_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place(tmp_path) as here:
        for sample in few():
            here.deliver(sample)
        app_with(ocr_faults.MOODY, here.state, monkeypatch)
        assert service.once(App(load_settings(here.config)), dry_run=False, as_json=False) == 0
        states = here.rows("SELECT state FROM cases ORDER BY id")
        assert states == [("flagged",), ("queried",), ("noted",), ("flagged",)]
        (evidence,) = here.rows("SELECT body FROM evidence ORDER BY case_number LIMIT 1")[0]
        assert '"failure":"lese-absturz"' in evidence.replace(" ", "")
        assert list(here.faults()) == []


def test_what_was_started_to_try_the_reader_lives_no_longer_than_the_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: list[weakref.ref[CagedReader]] = []
    make = App.reader

    def watched(app: App) -> CagedReader:
        reader = make(app)
        readers.append(weakref.ref(reader))
        return reader

    monkeypatch.setattr(App, "reader", watched)
    before = _children()
    app = app_in(tmp_path)
    app.ready()
    assert [reader() for reader in readers] == [None]
    assert _children() == before, app


def _children() -> set[str]:
    """The processes that this one has started."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {pid for task in tasks for pid in task.read_text("ascii").split()}
