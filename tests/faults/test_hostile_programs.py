"""Short forms of the hostile and fuzz programs, on files made here; and that they see faults."""

import os
import random
import signal
from pathlib import Path

import pytest

from tests.faults import fuzz_mail, fuzz_pdf, hostile, large_mail
from tests.faults.fuzzing import Entry, Fuzz, bytes_changed
from tests.faults.hostile_judge import _strangers
from tests.faults.hostile_rig import _traced, rig

ODD = b"From: Amt <a@kreis.example>\r\nSubject: Antrag\r\n"
LOOP = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/Launch/F(cmd)>>>>endobj\n"
LOOP += b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\ntrailer<</Root 1 0 R/Prev 9>>\n%%EOF"
HUGE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0u0\0\0u0\x08\0\0\0\0\0\0\0\0"
SCRIPT = LOOP.replace(b"Launch/F(cmd)", b"JavaScript/JS(app.alert)").replace(b"[2 0 R]", b"[]")


def made() -> list[bytes]:
    """Twelve small hostile mails, each beyond another limit or odd in another way."""
    bomb = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    return [
        ODD + bomb + b"--x\r\n\r\na\r\n" * 1_001 + b"--x--\r\n",
        ODD + b"Content-Type: message/rfc822\r\n\r\n" * 40 + b"x",
        ODD + b"X: " + b"a" * 110_000 + b"\r\n\r\nx",
        ODD + b"\r\n" + b"x\r\n" * 400_000,
        ODD + b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22\x01\x00rest",
        b"\r\nno header at all",
        b"Subject: =?utf-8?q?x=0d=0aBcc:_all?=\r\nFrom: a@b, c@d\r\nFrom: e@f\r\n\r\nAntrag\r\n",
        hostile.from_a_kreis("../../../etc/cron.d/antrag.pdf", LOOP, number=1),
        hostile.from_a_kreis("antrag.pdf", SCRIPT, number=2),
        hostile.from_a_kreis("antrag.png", HUGE, number=3),
        hostile.from_a_kreis("antrag.pdf", b"PK\x03\x04" + bytes(100), number=4),
        hostile.from_a_kreis("antrag.pdf.exe", b"MZ" + bytes(100), number=5),
    ]


@pytest.mark.full
def test_each_hostile_mail_ends_in_one_visible_place_and_nothing_is_reached_outside() -> None:
    files = [hostile.Hostile(str(number), mail) for number, mail in enumerate(made())]
    with rig(settings="\n[reading]\nmessage_mib = 1\n") as world:
        wrong = hostile.together(world, files, random.Random(1))
        judged = hostile.found_in(world, len(files))
    assert [*wrong, *judged.wrong] == []
    assert judged.ends.total() == len(files)
    assert judged.ends["filed"] == judged.ends["queried"] == 0


@pytest.mark.full
def test_a_mail_beyond_every_limit_of_size_leaves_the_daemon_small() -> None:
    for told, daemon, wrong in large_mail.trials(41):
        assert (wrong, daemon < 300) == ([], True), told


def test_the_watcher_sees_connections_and_files_outside(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    inet = '7 connect(3, {sa_family=AF_INET, sin_port=htons(%d), sin_addr=inet_addr("%s")}) = 0\n'
    trace.write_text(
        inet % (25, "10.0.0.1")
        + inet % (9, "127.0.0.1")
        + '7 openat(AT_FDCWD, "/etc/cron.d/x", O_WRONLY|O_CREAT, 0666) = 3\n'
        '7 openat(AT_FDCWD, "/usr/lib/x", O_RDONLY) = 3\n'
        '7 openat(AT_FDCWD, "/etc/y", O_WRONLY|O_CREAT) = -1 EACCES (Permission denied)\n'
        f'7 openat(AT_FDCWD, "{tmp_path}/x", O_WRONLY|O_CREAT, 0666) = 3\n'
        '7 mkdir("/var/x", 0777) = 0\n'
    )
    assert _traced(trace, (9, 10), (tmp_path,)) == [
        "connection to 10.0.0.1:25",
        "written: /etc/cron.d/x",
        "written: /var/x",
    ]
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "evil.exe").touch()
    (tmp_path / "trace").unlink()
    assert _strangers(tmp_path) == ["in the state folder: spool/evil.exe"]


def _fuzz(tmp_path: Path, entry: Entry) -> Fuzz:
    made = Fuzz(
        corpus=[b"abc"], mutate=bytes_changed, entry=entry, finds=tmp_path / "finds", seed=1
    )
    made.run(1.0)
    return made


@pytest.mark.full
def test_a_fuzz_run_sees_an_exception_and_a_death_and_keeps_the_input(tmp_path: Path) -> None:
    def raises(_untrusted: bytes, _folder: Path) -> str:
        raise KeyError("x")

    def dies(_untrusted: bytes, _folder: Path) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        return ""

    found = _fuzz(tmp_path, raises)
    assert found.tried == found.faults.total() > 1
    assert found.made(0) in {path.read_bytes() for path in found.finds.iterdir()}
    assert set(_fuzz(tmp_path, dies).faults) == {"worker died: -9"}


@pytest.mark.full
def test_changed_mails_and_pdfs_end_in_a_verdict(tmp_path: Path) -> None:
    mails = fuzz_mail.fuzz(seconds=5, seed=1, finds=tmp_path)
    assert (mails.faults.total(), mails.tried > 10) == (0, True), mails.faults
    papers = fuzz_pdf.fuzz(seconds=20, seed=1, finds=tmp_path, real_every=10**9)
    assert (papers.faults.total(), papers.tried > 3) == (0, True), papers.faults
