"""The README's first command: every sample ends as expected, and a second run does nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from samples.demo import samples
from samples.servers import dovecot, smtp_sink, write_config

pytestmark = pytest.mark.full
PROJECT = Path(__file__).parents[1]


def demo(folder: Path) -> subprocess.CompletedProcess[str]:
    """One run of the demo."""
    command = [sys.executable, "-m", "samples.demo", "--once", "--folder", str(folder)]
    return subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=600
    )


def test_every_sample_ends_as_expected_and_a_second_run_does_nothing(tmp_path: Path) -> None:
    first = demo(tmp_path / "demo")
    assert first.returncode == 0, first.stdout + first.stderr
    letters = sorted(path.name for path in (tmp_path / "demo" / "letters").iterdir())
    second = demo(tmp_path / "demo")
    assert second.returncode == 0, second.stdout + second.stderr
    counts = next(json.loads(line) for line in second.stdout.splitlines() if line.startswith("{"))
    assert counts["new"] == 0
    assert sorted(path.name for path in (tmp_path / "demo" / "letters").iterdir()) == letters
    replayed = _command(tmp_path, "replay")
    assert json.loads(replayed)["different"] == 0
    assert json.loads(_command(tmp_path, "audit", "verify"))["ok"] is True


def test_a_dry_run_tells_and_changes_nothing(tmp_path: Path) -> None:
    with dovecot(tmp_path / "d") as imap, smtp_sink(tmp_path / "letters") as (sink, port):
        config = write_config(
            tmp_path, imap_port=imap.port, smtp_port=port, rules=PROJECT / "rules"
        )
        sample = next(s for s in samples() if s.folder.name.startswith("24-"))
        imap.deliver(sample.mail, received_at=sample.received_at)
        said = _command(tmp_path, "once", "--dry-run", config=config)
        assert json.loads(said)["verdict"]["reasons"] == ["anhang-fehlt"]
        assert imap.counts() == {"INBOX": 1}
        assert sink.letters() == ()
        assert not (tmp_path / "state" / "filed").exists()
        assert not (tmp_path / "state" / "inbox.sqlite3").exists()


def _command(folder: Path, *words: str, config: Path | None = None) -> str:
    place = config or folder / "demo" / "config.toml"
    command = [sys.executable, "-m", "inbox_daemon", *words, "--json", "--config", str(place)]
    return subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, check=True, timeout=300
    ).stdout
