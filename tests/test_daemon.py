"""The daemon as systemd runs it: polls, tells, stops on SIGTERM, and is alone."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from samples.demo import samples
from samples.servers import dovecot, smtp_sink, write_config

pytestmark = pytest.mark.full
PROJECT = Path(__file__).parents[1]


def command(config: Path, *words: str) -> list[str]:
    """Our program with this configuration."""
    return [sys.executable, "-m", "inbox_daemon", *words, "--config", str(config)]


def until(true: Callable[[], bool], *, seconds: float) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return False


def test_the_daemon_polls_says_ready_refuses_a_second_and_stops_in_order(tmp_path: Path) -> None:
    mail = next(s for s in samples() if s.folder.name.startswith("24-"))
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(tmp_path / "notify"))
    told.settimeout(60)
    with dovecot(tmp_path / "d") as imap, smtp_sink(tmp_path / "letters") as (sink, port):
        config = write_config(
            tmp_path, imap_port=imap.port, smtp_port=port, rules=PROJECT / "rules"
        )
        running = subprocess.Popen(
            command(config, "run"),
            cwd=PROJECT,
            env={"NOTIFY_SOCKET": str(tmp_path / "notify"), "PATH": "/usr/bin:/bin"},
        )
        try:
            assert told.recv(200) == b"READY=1"
            imap.deliver(mail.mail, received_at=mail.received_at)
            assert until(lambda: len(sink.letters()) == 1, seconds=60)
            second = subprocess.run(command(config, "once"), cwd=PROJECT, check=False)
            assert second.returncode == 75
        finally:
            running.send_signal(signal.SIGTERM)
            assert running.wait(timeout=60) == 0
        assert imap.counts()["INBOX"] == 0
        assert len(sink.letters()) == 1
    status = subprocess.run(
        command(config, "status", "--json"), cwd=PROJECT, capture_output=True, check=True
    )
    assert json.loads(status.stdout)["queried"] == 1


def test_a_server_that_is_away_is_69_and_a_wrong_key_78(tmp_path: Path) -> None:
    config = write_config(tmp_path, imap_port=1, smtp_port=1, rules=PROJECT / "rules")
    away = subprocess.run(command(config, "once"), cwd=PROJECT, check=False, capture_output=True)
    assert away.returncode == 69
    config.write_text(config.read_text() + "\n[imap2]\nx = 1\n")
    wrong = subprocess.run(command(config, "once"), cwd=PROJECT, check=False, capture_output=True)
    assert wrong.returncode == 78
    assert b"imap2" in wrong.stderr
