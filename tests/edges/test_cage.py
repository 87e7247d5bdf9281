"""What the caged child may not do, tried from within it: each try is a mail that has broken out.

A `program` stands in for the reader, but goes into the real cage of reading/cage.py first.
"""

import socket
import sys
import textwrap
from pathlib import Path

import pytest

from inbox_daemon import wire
from inbox_daemon.core.kaefig import BARS, CLOSED, open_bars
from inbox_daemon.core.programm import Postfach, Ruleset
from inbox_daemon.core.values import Evidence, UnreadDocument, nothing_seen
from inbox_daemon.core.wording_labels import BARS as BAR_NAMES
from inbox_daemon.edges.children import Nursery
from inbox_daemon.edges.worker import CagedReader
from inbox_daemon.reading import landlock
from inbox_daemon.wire import Job
from samples.demo import samples

pytestmark = pytest.mark.full
POSTFACH = Postfach(
    adresse="", eigene_domains=(), authserv_id="", behoerde="", referat="", dienststelle="",
    strasse="", ort="", telefon="",
)  # fmt: skip
RULES = Ruleset(version="", kreise=(), fremde_domains=(), postfach=POSTFACH, programme=())
REFUSED, DONE = "verwehrt", "gelungen"
CHILD = """
import ctypes, os, socket, subprocess, sys
from pathlib import Path
from inbox_daemon import wire
from inbox_daemon.core.values import Evidence, UnreadDocument
from inbox_daemon.reading import cage
folder = os.getcwd()
bars = cage.enter(20) + cage.close(Path(folder, "untrusted"), folder=Path(folder))
def told(why):
    unread = (UnreadDocument(sha256="0" * 64, name="x", why=why),)
    print(wire.encode(Evidence(
        submission=None, documents=(), unread=unread, failure=None, engines=bars)), flush=True)
try:
{tried}
except OSError as error:
    told({refused!r})
else:
    told({done!r})
"""
needs_landlock = pytest.mark.skipif(
    landlock.version() == 0, reason="this kernel has no Landlock, so the disk stays open"
)


def tried(folder: Path, statement: str) -> Evidence:
    """What comes of a child that does this within its cage."""
    (folder / "job").mkdir(exist_ok=True)
    (folder / "job" / "untrusted").write_bytes(b"x")
    program = CHILD.format(tried=textwrap.indent(statement, "    "), refused=REFUSED, done=DONE)
    job = Job(
        path=str(folder / "job" / "untrusted"), form="mail", name="x",
        folder=str(folder / "job"), ruleset=RULES,
    )  # fmt: skip
    return CagedReader(program=(sys.executable, "-P", "-c", program), wall_s=30).read(job)


def end(evidence: Evidence) -> str:
    return evidence.failure or evidence.unread[0].why


@pytest.mark.parametrize(
    "statement",
    [
        "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
        "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_UNIX)",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "os.execv('/bin/true', ['true'])",
        "ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)",
        "ctypes.CDLL(None).syscall(425, 8, 0)",  # io_uring can open sockets behind the filter
    ],
)
def test_who_reaches_for_network_or_programs_is_ended_and_a_person_told(
    tmp_path: Path, statement: str
) -> None:
    assert end(tried(tmp_path, statement)) == "lese-verboten"


def test_no_connection_reaches_a_port_that_listens_here(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        came_to = tried(tmp_path, f"socket.create_connection(('127.0.0.1', {port}), 2)")
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert end(came_to) == "lese-verboten"


@pytest.mark.parametrize(
    "statement",
    [
        "os.fork()",
        "subprocess.run(['/bin/true'])",
        "os.setsid()",
        "os.kill(os.getppid(), 0)",
        "os.chmod('untrusted', 0o777)",
        "os.symlink('/etc/passwd', 'link')",
        "os.link('untrusted', 'link')",
        "socket.socketpair()",
        "os.memfd_create('x')",
        "__import__('resource').setrlimit(9, (-1, -1))",
    ],
)
def test_what_no_reader_needs_is_refused(tmp_path: Path, statement: str) -> None:
    assert end(tried(tmp_path, statement)) == REFUSED


def test_it_reads_its_mail_writes_its_folder_and_may_have_threads(tmp_path: Path) -> None:
    statement = (
        "assert open(folder + '/untrusted', 'rb').read() == b'x'\n"
        "open('made', 'w').write('x'); os.rename('made', 'moved'); os.unlink('moved')\n"
        "import threading; t = threading.Thread(target=int); t.start(); t.join()"
    )
    assert end(tried(tmp_path, statement)) == DONE


@needs_landlock
@pytest.mark.parametrize(
    "statement",
    [
        "open('/etc/passwd')",
        "os.listdir('/etc')",
        "open('/proc/self/environ')",
        "open(f'/proc/{os.getppid()}/mem', 'r+b')",
        "open('/proc/sys/kernel/hostname')",
        "open('../other')",
        "os.listdir('..')",
        "open('../new', 'w')",
        "os.mkdir('../new')",
        "os.rename('untrusted', '../new')",
        "os.unlink('../other')",
        "open('untrusted', 'w') and open('/usr/new', 'w')",
    ],
)
def test_nothing_outside_its_mail_and_folder_is_read_or_written(
    tmp_path: Path, statement: str
) -> None:
    (tmp_path / "other").write_bytes(b"another mail")
    assert end(tried(tmp_path, statement)) == REFUSED
    assert (tmp_path / "other").read_bytes() == b"another mail"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("nursery", [None, Nursery((sys.executable, "-c", ""))])
def test_the_real_child_says_which_bars_it_has(tmp_path: Path, nursery: Nursery | None) -> None:
    """From the nursery, or alone where that is lost; the disk needs Landlock, the net more."""
    (tmp_path / "untrusted").write_bytes(b"From: a@b.example\n\nx")
    job = Job(
        path=str(tmp_path / "untrusted"), form="mail", name="x",
        folder=str(tmp_path), ruleset=RULES,
    )  # fmt: skip
    evidence = CagedReader(nursery=nursery).read(job)
    said = dict(evidence.engines)
    assert said["aufrufe"] == said["programme"] == CLOSED
    assert (said["dateien"] == CLOSED) == (landlock.version() > 0)
    assert set(open_bars(evidence)) <= {"netz", "dateien"}


def test_a_bar_that_is_not_named_counts_as_open() -> None:
    seen = Evidence(
        submission=None, documents=(), failure=None,
        unread=(UnreadDocument(sha256="0" * 64, name="x", why="zeit"),),
        engines=(("netz", CLOSED), ("dateien", "?"), ("python", "3")),
    )  # fmt: skip
    assert open_bars(seen) == ("dateien", "aufrufe", "programme")
    assert open_bars(nothing_seen("lese-zeit")) == ()
    assert set(BAR_NAMES) == set(BARS)
    assert wire.decode(Evidence, wire.encode(seen)) == seen


@pytest.mark.parametrize(
    ("missing", "bars"),
    [
        ("landlock.version = lambda: 0", ["dateien"]),
        ("syscalls.LIBRARY = 'libnone.so'", ["aufrufe", "programme"]),
        ("syscalls._EQUAL = 99", ["aufrufe", "programme"]),
    ],
)  # fmt: skip
def test_what_the_machine_lacks_is_said(tmp_path: Path, missing: str, bars: list[str]) -> None:
    program = CHILD.format(tried="    pass", refused=REFUSED, done=DONE).replace(
        "folder = os.getcwd()",
        f"from inbox_daemon.reading import landlock, syscalls\n{missing}\nfolder = os.getcwd()",
    )
    job = Job(
        path=str(tmp_path), form="mail", name="x", folder=str(tmp_path), ruleset=RULES
    )  # fmt: skip
    evidence = CagedReader(program=(sys.executable, "-P", "-c", program), wall_s=30).read(job)
    assert [bar for bar in open_bars(evidence) if bar != "netz"] == bars


def test_where_the_engine_is_a_program_it_is_started_and_the_open_bar_said(tmp_path: Path) -> None:
    """Tesseract tries out sockets when it starts; refused, not ended, it reads all the same."""
    program = (
        "import importlib.util, sys\n"
        "found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda n, *a: None if n == 'tesserocr' else found(n, *a)\n"
        "sys.modules['tesserocr'] = None\n"
        "from inbox_daemon.reading.__main__ import main\n"
        "sys.exit(main())"
    )
    sample = next(s for s in samples() if s.folder.name.startswith("24-"))
    scan = next(s for s in samples() if s.folder.name.startswith("01-"))
    for mail, documents in ((sample.mail, 0), (scan.mail, 1)):
        (tmp_path / "untrusted").write_bytes(mail)
        job = Job(
            path=str(tmp_path / "untrusted"), form="mail", name="x",
            folder=str(tmp_path), ruleset=RULES,
        )  # fmt: skip
        evidence = CagedReader(program=(sys.executable, "-P", "-c", program)).read(job)
        assert (evidence.failure, evidence.unread) == (None, ())
        assert len(evidence.documents) == documents
        assert "programme" in open_bars(evidence)
