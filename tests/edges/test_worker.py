"""The caged child: whatever it does, an Evidence comes back and no process stays."""

import hashlib
import os
import resource
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inbox_daemon import wire
from inbox_daemon.core.errors import Temporary
from inbox_daemon.core.programm import Postfach, Ruleset
from inbox_daemon.core.values import (
    Attachment,
    AttachmentKind,
    Evidence,
    Submission,
    UnreadDocument,
)
from inbox_daemon.edges import worker
from inbox_daemon.edges.worker import CagedReader, kept_files
from inbox_daemon.reading import __main__ as child
from inbox_daemon.reading import cage
from inbox_daemon.wire import Job
from tests.processes import alive, until

pytestmark = pytest.mark.full
POSTFACH = Postfach(
    adresse="", eigene_domains=(), authserv_id="", behoerde="", referat="", dienststelle="",
    strasse="", ort="", telefon="",
)  # fmt: skip
RULES = Ruleset(version="", kreise=(), fremde_domains=(), postfach=POSTFACH, programme=())
MAIL = (
    b"From: a@kreis.example\r\nSubject: Antrag\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    b"--x\r\n\r\nHallo\r\n--x\r\nContent-Type: application/zip\r\n\r\nPK\x03\x04\r\n--x--\r\n"
)


def job(folder: Path, *, content: bytes = b"", form: str = "mail", name: str = "x") -> Job:
    path = folder / "untrusted"
    path.write_bytes(content)
    return Job(path=str(path), form=form, name=name, folder=str(folder), ruleset=RULES)


def fake(tmp_path: Path, program: str, *, wall_s: float = 10.0) -> Evidence:
    """What a child that runs this Python program comes to."""
    reader = CagedReader(program=(sys.executable, "-c", program), wall_s=wall_s)
    return reader.read(job(tmp_path))


SOUND = Evidence(
    submission=None,
    documents=(),
    unread=(UnreadDocument(sha256="0" * 64, name="x", why="zeit"),),
    failure=None,
    engines=(),
)
GRANDCHILD = """
import os, sys, time
if os.fork() == 0:
    open({pid!r}, "w").write(str(os.getpid()))
    time.sleep(60)
while not os.path.exists({pid!r}) or not open({pid!r}).read(): time.sleep(0.01)
"""


def test_what_a_child_says_comes_back(tmp_path: Path) -> None:
    said = f"print({wire.encode(SOUND)!r})"
    assert fake(tmp_path, said) == SOUND


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("", "lese-unverstaendlich"),
        ("print('junk')", "lese-unverstaendlich"),
        ("print('[' * 100000)", "lese-unverstaendlich"),
        ('print(\'{"submission":null,"documents":[],"unread":[],"failure":null,"engines":[],"learned":[]}\')',
         "lese-unverstaendlich"),
        ("import sys\nwhile True: sys.stdout.write('x' * 65536)", "lese-unverstaendlich"),
        ("import sys\nwhile True: sys.stderr.write('x' * 65536)", "lese-unverstaendlich"),
        ("import sys; sys.exit(3)", "lese-absturz"),
        ("raise RuntimeError", "lese-absturz"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "lese-absturz"),
        ("import os; os.abort()", "lese-absturz"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "lese-zeit"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "lese-speicher"),
        (f"import sys; sys.exit({child.EXIT_MEMORY})", "lese-speicher"),
    ],
)  # fmt: skip
def test_every_bad_end_has_its_code(tmp_path: Path, program: str, code: str) -> None:
    assert fake(tmp_path, program) == Evidence(
        submission=None, documents=(), unread=(), failure=code, engines=()
    )


@pytest.mark.parametrize("sha256", ["../../etc/passwd", "", "A" * 64, "0" * 63 + "\n"])
def test_a_name_that_is_no_hash_is_not_believed(tmp_path: Path, sha256: str) -> None:
    evil = Attachment(sha256=sha256, size=1, kind=AttachmentKind.PDF, name="x", claimed_type="x/y")
    mail = Submission(
        message_id="", in_reply_to="", references=(), subject="", from_=(), reply_to=(),
        return_path=None, date_claimed="", automatic=(), authentication=(), text="",
        attachments=(evil,), defects=(),
    )  # fmt: skip
    said = Evidence(submission=mail, documents=(), unread=(), failure=None, engines=())
    program = f"print({wire.encode(said)!r})"
    assert fake(tmp_path, program).failure == "lese-unverstaendlich"


def test_a_child_that_hangs_is_killed_in_time(tmp_path: Path) -> None:
    """It ignores every signal that can be ignored."""
    pid = tmp_path / "pid"
    program = (
        "import os, signal, time\n"
        "for n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):\n"
        "    signal.signal(n, signal.SIG_IGN)\n"
        f"open({str(pid)!r}, 'w').write(str(os.getpid()))\n"
        "while True: time.sleep(1)"
    )
    started = time.monotonic()
    assert fake(tmp_path, program, wall_s=1.0).failure == "lese-zeit"
    assert time.monotonic() - started < 3
    assert not (pid.exists() and alive(pid.read_text()))


@pytest.mark.parametrize("end", ["", "time.sleep(60)", "os.abort()"])
def test_no_grandchild_survives(tmp_path: Path, end: str) -> None:
    """Neither after a normal end, nor after a time-out or a crash."""
    pid = tmp_path / "pid"
    fake(tmp_path, GRANDCHILD.format(pid=str(pid)) + end, wall_s=1.5)
    assert pid.read_text()
    assert until(lambda: not alive(pid.read_text()), seconds=3)


def test_a_child_that_eats_memory_meets_its_limit(tmp_path: Path) -> None:
    program = (
        "from inbox_daemon.reading import cage\n"
        f"cage.enter(20, memory={256 * cage.MIB})\n"
        "import sys\n"
        "try: b = bytearray(10**9)\n"
        f"except MemoryError: sys.exit({child.EXIT_MEMORY})"
    )
    assert fake(tmp_path, program).failure == "lese-speicher"


def test_the_cage_holds(tmp_path: Path) -> None:
    """No core, no big file, no endless loop; no network where the kernel can take it away."""
    program = (
        "import socket, resource\n"
        "from inbox_daemon.reading import cage\n"
        "cage.FILE_BYTES = 1000\n"
        "netz = dict(cage.enter(1))['netz']\n"
        "assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)\n"
        "try: open('big', 'wb', 0).write(b'x' * 900)\n"
        "except OSError: raise SystemExit(5)\n"
        "try: open('big', 'ab', 0).write(b'x' * 900); open('big', 'ab', 0).write(b'x')\n"
        "except OSError: big = False\n"
        "else: raise SystemExit(6)\n"
        "try: socket.create_connection(('127.0.0.1', PORT), 1); net = True\n"
        "except OSError: net = False\n"
        "assert net == (netz == 'offen')\n"
        "while True: pass"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = program.replace("PORT", str(server.getsockname()[1]))
        assert fake(tmp_path, here).failure == "lese-zeit"


def test_child_and_parent_agree_on_the_exit_code() -> None:
    assert worker.EXIT_MEMORY == child.EXIT_MEMORY


def test_the_last_words_are_kept_and_cut(tmp_path: Path) -> None:
    heard: list[str] = []
    reader = CagedReader(
        program=(sys.executable, "-c", "import sys; sys.stderr.write('a' * 9000 + 'end')"),
        said=lambda _job, text: heard.append(text),
    )
    reader.read(job(tmp_path))
    assert len(heard[0]) == worker.LAST_WORDS_BYTES
    assert heard[0].endswith("aend")


def test_no_secret_is_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "x")
    program = "import os, sys; sys.exit('CREDENTIALS_DIRECTORY' in os.environ)"
    assert fake(tmp_path, program).failure == "lese-unverstaendlich"


def test_no_open_file_is_inherited(tmp_path: Path) -> None:
    secret = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(secret, True)
    program = "import os, sys; sys.exit(len(os.listdir('/proc/self/fd')) > 4)"
    try:
        assert fake(tmp_path, program).failure == "lese-unverstaendlich"
    finally:
        os.close(secret)


def test_a_child_that_cannot_start_is_temporary(tmp_path: Path) -> None:
    with pytest.raises(Temporary):
        CagedReader(program=("./no-such-program",)).read(job(tmp_path))


def test_only_files_that_keep_their_hash_are_listed(tmp_path: Path) -> None:
    good = hashlib.sha256(b"good").hexdigest()
    (tmp_path / f"{good}.bin").write_bytes(b"good")
    (tmp_path / f"{'0' * 64}.png").write_bytes(b"bad")
    (tmp_path / "other.bin").write_bytes(b"good")
    linked = hashlib.sha256(b"linked").hexdigest()
    (tmp_path / "target").write_bytes(b"linked")
    (tmp_path / f"{linked}.bin").symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / f"{'1' * 64}.bin")
    (tmp_path / f"{'2' * 64}.bin").mkdir()
    assert list(kept_files(tmp_path)) == [(good, tmp_path / f"{good}.bin")]


def test_the_real_child_reads_a_mail(tmp_path: Path) -> None:
    """From start to end, with the real cage; no document in it, so no engine is needed."""
    evidence = CagedReader().read(job(tmp_path, content=MAIL))
    assert evidence.failure is None
    assert evidence.submission is not None
    assert evidence.submission.text == "Hallo"
    (archive,) = evidence.submission.attachments
    assert archive.kind is AttachmentKind.ARCHIVE
    assert [sha256 for sha256, _ in kept_files(tmp_path)] == [archive.sha256]
    assert {"inbox-daemon", "python", "netz"} <= dict(evidence.engines).keys()


@pytest.mark.parametrize(
    ("content", "form", "failure", "why"),
    [
        (b"X: y\n" * 30_000 + b"\nx", "mail", "kopf-zu-gross", []),
        (b"", "file", None, ["leer"]),
        (b"MZ\x00", "file", None, ["kein-dokument"]),
        (b"PK\x03\x04", "file", None, ["kein-dokument"]),
    ],
)
def test_the_real_child_says_why_it_read_nothing(
    tmp_path: Path, content: bytes, form: str, failure: str | None, why: list[str]
) -> None:
    evidence = CagedReader().read(job(tmp_path, content=content, form=form))
    assert evidence.failure == failure
    assert [u.why for u in evidence.unread] == why


def test_two_reads_run_side_by_side(tmp_path: Path) -> None:
    """Each gets its own answer; together they take less than one after the other."""

    def one(number: int) -> str:
        folder = tmp_path / str(number)
        folder.mkdir()
        answer = wire.encode(SOUND).replace('"zeit"', f'"{number}"')
        program = f"import time; time.sleep(0.5); print({answer!r})"
        return fake(folder, program).unread[0].why

    started = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(4))) == ["0", "1", "2", "3"]
    assert time.monotonic() - started < 2.0


def test_the_parent_stays_small(tmp_path: Path) -> None:
    """A mail with 25 MB goes through and the daemon's own memory stays far under 300 MB."""
    path = tmp_path / "untrusted"
    with path.open("wb") as file:
        file.write(b"From: a@kreis.example\nContent-Type: application/zip\n\nPK\x03\x04")
        for _ in range(25):
            file.write(b"x" * 1_000_000 + b"\n")
    program = (
        "import sys\n"
        "from inbox_daemon import wire\n"
        "from inbox_daemon.edges.worker import CagedReader, kept_files\n"
        "from pathlib import Path\n"
        "job = wire.decode(wire.Job, sys.stdin.read())\n"
        "evidence = CagedReader().read(job)\n"
        "assert evidence.submission.attachments[0].size > 25_000_000, evidence\n"
        "assert len(list(kept_files(Path(job.folder)))) == 1\n"
        "status = Path('/proc/self/status').read_text()\n"
        "print(int(status.split('VmHWM:')[1].split()[0]) // 1024)"
    )
    order = Job(path=str(path), form="mail", name="x", folder=str(tmp_path), ruleset=RULES)
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=wire.encode(order), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert int(done.stdout) < 150


def test_an_answer_at_the_limit_does_not_swell_the_parent(tmp_path: Path) -> None:
    """The worst decodable answer below the cap: very many small values."""
    many = worker.ANSWER_BYTES // 8 - 20
    program = (
        'print(\'{"submission":null,"documents":[],"unread":[],"failure":"x","learned":[],"engines":[\''
        f" + ','.join(['[\"\",\"\"]'] * {many}) + ']}}')"
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    evidence = fake(tmp_path, program)
    assert len(evidence.engines) == many
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150 * 1024
