"""Children forked by the nursery: the promises of the caged child hold for them as well."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inbox_daemon import wire
from inbox_daemon.core.programm import Postfach, Ruleset
from inbox_daemon.core.values import Evidence, UnreadDocument
from inbox_daemon.edges import children
from inbox_daemon.edges.children import Nursery
from inbox_daemon.edges.worker import CagedReader
from inbox_daemon.wire import Job
from tests.processes import alive, until

pytestmark = pytest.mark.full
POSTFACH = Postfach(
    adresse="", eigene_domains=(), authserv_id="", behoerde="", referat="", dienststelle="",
    strasse="", ort="", telefon="",
)  # fmt: skip
RULES = Ruleset(version="", kreise=(), fremde_domains=(), postfach=POSTFACH, programme=())
MAIL = b"From: a@kreis.example\r\nSubject: Antrag\r\n\r\nHallo\r\n"
# What a child does here in the place of reading. ALONE tells that the fallback read.
SOUND = Evidence(
    submission=None,
    documents=(),
    unread=(UnreadDocument(sha256="0" * 64, name="x", why="zeit"),),
    failure=None,
    engines=(),
)
SAY = f"print({wire.encode(SOUND)!r}, flush=True)"
ALONE = (sys.executable, "-c", SAY.replace('"zeit"', '"allein"'))
GRANDCHILD = """
if os.fork() == 0:
    open({pid!r}, "w").write(str(os.getpid()))
    time.sleep(60)
while not os.path.exists({pid!r}) or not open({pid!r}).read(): time.sleep(0.01)
"""


def job(folder: Path, *, content: bytes = MAIL, name: str = "x") -> Job:
    folder.mkdir(exist_ok=True)
    path = folder / "untrusted"
    path.write_bytes(content)
    return Job(path=str(path), form="mail", name=name, folder=str(folder), ruleset=RULES)


def nursery_of(child: str, *, before: str = "") -> Nursery:
    """A nursery like ours, with children that run this code in the place of reading."""
    code = "\n".join(f"    {line}" for line in child.splitlines())
    program = (
        "import os, signal, socket, sys, time\n"
        "from inbox_daemon.reading import cage, nursery\n"
        f"def main():\n    global order\n    order = sys.stdin.read()\n{code}\n"
        "    sys.stdout.flush()\n    return 0\n"
        "nursery.main = main\n"
        f"{before}\n"
        "nursery.Nursery(socket.socket(fileno=os.dup(0))).run()\n"
    )
    return Nursery((sys.executable, "-c", program))


def reader_of(nursery: Nursery, *, wall_s: float = 20.0) -> CagedReader:
    return CagedReader(nursery=nursery, program=ALONE, wall_s=wall_s)


def why(evidence: Evidence) -> str | None:
    """The failure, or the one code that the child (`zeit`) or the fallback (`allein`) gave."""
    return evidence.failure or evidence.unread[0].why


def number_in(path: Path) -> int:
    assert until(lambda: path.is_file() and path.read_text() != "")
    return int(path.read_text())


def test_each_job_has_a_process_of_its_own_and_its_own_answer(tmp_path: Path) -> None:
    nursery = nursery_of(f"open('pid', 'w').write(str(os.getpid()))\n{SAY}")
    reader = reader_of(nursery)
    folders = [tmp_path / "a", tmp_path / "b"]
    assert [why(reader.read(job(folder))) for folder in folders] == ["zeit", "zeit"]
    first, second = (number_in(folder / "pid") for folder in folders)
    assert len({first, second, nursery.pid}) == 3


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("", "lese-unverstaendlich"),
        ("print('junk')", "lese-unverstaendlich"),
        ("while True: sys.stdout.write('x' * 65536)", "lese-unverstaendlich"),
        ("sys.exit(3)", "lese-absturz"),
        ("raise RuntimeError", "lese-absturz"),
        ("os._exit(77)", "lese-speicher"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "lese-absturz"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "lese-zeit"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "lese-speicher"),
    ],
)
def test_every_bad_end_has_its_code_as_for_a_process_alone(
    tmp_path: Path, program: str, code: str
) -> None:
    assert why(reader_of(nursery_of(program)).read(job(tmp_path))) == code


def test_a_fault_in_the_child_ends_the_child_only_and_its_words_are_heard(tmp_path: Path) -> None:
    heard: list[str] = []
    nursery = nursery_of("raise RuntimeError('so')")
    reader = CagedReader(nursery=nursery, said=lambda _job, text: heard.append(text))
    reader.read(job(tmp_path))
    before = nursery.pid
    reader.read(job(tmp_path))
    assert nursery.pid == before
    assert [text.splitlines()[-1] for text in heard] == ["RuntimeError: so"] * 2


def test_a_child_over_the_wall_limit_is_killed(tmp_path: Path) -> None:
    nursery = nursery_of(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "open('pid', 'w').write(str(os.getpid()))\n"
        "while True: time.sleep(1)"
    )
    reader = reader_of(nursery, wall_s=3.0)
    started = time.monotonic()
    assert why(reader.read(job(tmp_path))) == "lese-zeit"
    assert time.monotonic() - started < 6
    assert not alive(number_in(tmp_path / "pid"))
    assert nursery.pid is not None


@pytest.mark.parametrize("end", [SAY, "time.sleep(60)", "os.abort()"])
def test_no_grandchild_survives(tmp_path: Path, end: str) -> None:
    """Neither after a normal end, nor after a time-out or a crash."""
    grandchild = tmp_path / "grandchild"
    nursery = nursery_of(GRANDCHILD.format(pid=str(grandchild)) + end)
    reader_of(nursery, wall_s=3.0).read(job(tmp_path))
    pid = number_in(grandchild)
    assert until(lambda: not alive(pid))


def test_a_nursery_that_died_is_replaced(tmp_path: Path) -> None:
    nursery = nursery_of(SAY)
    reader = reader_of(nursery)
    reader.read(job(tmp_path))
    first = nursery.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    # This job may meet the corpse: then it is read alone. The next one has a nursery again.
    assert why(reader.read(job(tmp_path))) in {"zeit", "allein"}
    assert why(reader.read(job(tmp_path))) == "zeit"
    assert nursery.pid not in {None, first}


def test_a_job_whose_nursery_dies_is_read_alone_and_nothing_of_it_stays(tmp_path: Path) -> None:
    """The child kills the nursery, as a captured one could; it and its own child end."""
    grandchild = tmp_path / "grandchild"
    nursery = nursery_of(
        GRANDCHILD.format(pid=str(grandchild))
        + "open('pid', 'w').write(str(os.getpid()))\n"
        + "os.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(60)"
    )
    assert why(reader_of(nursery).read(job(tmp_path))) == "allein"
    numbers = [number_in(tmp_path / name) for name in ("pid", "grandchild")]
    assert until(lambda: not any(map(alive, numbers)))


# The order has come, and the line to the daemon is the fourth number.
TAKES = (
    "import socket, time\nchannel = socket.socket(fileno=0)\n"
    "_, numbers, *_ = socket.recv_fds(channel, 9999, 4)\nline = socket.socket(fileno=numbers[3])\n"
)
OF_NO_USE = {
    "ends": "import sys; sys.exit(1)",
    "is silent": "import time; time.sleep(60)",
    "talks": "import os; os.write(0, b'x')",
    "names init": TAKES + "line.send(b'started 1')\ntime.sleep(60)",
    "tells nonsense": TAKES
    + "line.send(b'started 999999999')\nline.send(b'ended 0 0')\ntime.sleep(60)",
}


@pytest.mark.parametrize("program", OF_NO_USE.values(), ids=OF_NO_USE.keys())
def test_with_a_nursery_that_is_of_no_use_the_mail_is_read_alone(
    tmp_path: Path, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "START_S", 0.5)
    nursery = Nursery((sys.executable, "-c", program))
    assert why(reader_of(nursery).read(job(tmp_path))) == "allein"
    assert nursery.pid is None


def test_without_the_program_of_the_nursery_the_mail_is_read_alone(tmp_path: Path) -> None:
    assert why(reader_of(Nursery(("./no-such-program",))).read(job(tmp_path))) == "allein"


@pytest.mark.parametrize(
    ("end", "layouts"),
    [("os.abort()", 2), ("sys.exit(3)", 1), ("os.kill(os.getpid(), signal.SIGKILL)", 1)],
)
def test_after_a_crash_the_next_job_meets_another_layout_of_memory(
    tmp_path: Path, end: str, layouts: int
) -> None:
    nursery = nursery_of(f"open('parent', 'w').write(str(os.getppid()))\n{end}")
    reader = reader_of(nursery)
    for name in ("a", "b"):
        reader.read(job(tmp_path / name))
    parents = {number_in(tmp_path / name / "parent") for name in ("a", "b")}
    assert len(parents) == layouts
    assert until(lambda: sum(map(alive, parents)) == (1 if layouts == 1 else 0))


def test_the_crash_of_one_child_does_not_disturb_its_neighbour(tmp_path: Path) -> None:
    nursery = nursery_of(
        f"open('there', 'w').close()\nif '\"crash\"' in order: os.abort()\ntime.sleep(1.5)\n{SAY}"
    )
    reader = reader_of(nursery)
    with ThreadPoolExecutor(2) as pool:
        calm = pool.submit(reader.read, job(tmp_path / "calm"))
        assert until((tmp_path / "calm" / "there").exists)
        first = nursery.pid
        assert why(reader.read(job(tmp_path / "crash", name="crash"))) == "lese-absturz"
        assert nursery.pid is None
        assert why(calm.result()) == "zeit"
    assert first is not None
    assert until(lambda: not alive(first))


def test_several_threads_read_side_by_side(tmp_path: Path) -> None:
    nursery = nursery_of(
        "import json\ntime.sleep(0.5)\n"
        f"print({wire.encode(SOUND)!r}.replace('zeit', json.loads(order)['name']))"
    )
    reader = reader_of(nursery)

    def one(number: int) -> str | None:
        return why(reader.read(job(tmp_path / str(number), name=f"job-{number}")))

    one(0)
    started = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(8))) == [f"job-{number}" for number in range(8)]
    assert time.monotonic() - started < 3.0


def test_a_thread_that_ends_does_not_take_the_nursery_with_it(tmp_path: Path) -> None:
    """The kernel's signal at the death of a parent comes when the starting thread ends."""
    nursery = nursery_of(SAY)
    reader = reader_of(nursery)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(reader.read, job(tmp_path)).result()
    first = nursery.pid
    time.sleep(0.2)
    assert why(reader.read(job(tmp_path))) == "zeit"
    assert nursery.pid == first


def test_nothing_is_inherited_but_the_three_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "x")
    secret = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(secret, True)
    nursery = nursery_of(
        "open('seen', 'w').write(repr((sorted(os.listdir('/proc/self/fd')), os.getcwd(),\n"
        "    os.environ['HOME'], os.environ['TMPDIR'], os.getsid(0) == os.getpid(),\n"
        "    'CREDENTIALS_DIRECTORY' in os.environ)))"
    )
    try:
        reader_of(nursery).read(job(tmp_path))
        other = nursery.pid
        environment = Path(f"/proc/{other}/environ").read_bytes()
        # Its side of the job's line is closed a moment after the answer.
        assert until(lambda: _open_files(other) == len(("in", "out", "error", "channel")))
    finally:
        os.close(secret)
    here = str(tmp_path)
    # The fourth is the open file `seen`, the fifth the listing itself.
    assert (tmp_path / "seen").read_text() == repr(
        (["0", "1", "2", "3", "4"], here, here, here, True, False)
    )
    assert b"CREDENTIALS" not in environment


def test_the_cage_holds_for_a_forked_child(tmp_path: Path) -> None:
    """Without network it has a user namespace of its own, and the nursery's memory is shut."""
    nursery = nursery_of(
        "import resource\n"
        "apart = dict(cage.enter(1))['netz'] == 'zu'\n"
        "assert 'NoNewPrivs:\\t1' in open('/proc/self/status').read()\n"
        "assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)\n"
        "assert resource.getrlimit(resource.RLIMIT_AS)[0] == cage.MEMORY_BYTES\n"
        "assert (os.readlink('/proc/self/ns/net') != net_of_nursery) == apart\n"
        "try: open(f'/proc/{os.getppid()}/mem', 'rb').close()\n"
        "except PermissionError: pass\n"
        "else: assert not apart\n"
        "while True: pass",
        before="net_of_nursery = os.readlink('/proc/self/ns/net')",
    )
    assert why(reader_of(nursery).read(job(tmp_path))) == "lese-zeit"


DAEMON = """
import sys, threading
from pathlib import Path
sys.path.insert(0, {here!r})
from test_nursery import GRANDCHILD, job, nursery_of, reader_of
nursery = nursery_of("open('pid', 'w').write(str(os.getpid()))\\n"
                     + GRANDCHILD.format(pid={grandchild!r}) + "time.sleep(60)")
threading.Thread(target=reader_of(nursery).read, args=(job(Path({folder!r})),)).start()
while nursery.pid is None: pass
print(nursery.pid, flush=True)
"""


def test_a_daemon_that_is_killed_takes_everything_with_it(tmp_path: Path) -> None:
    grandchild = tmp_path / "grandchild"
    program = DAEMON.format(
        here=str(Path(__file__).parent), folder=str(tmp_path), grandchild=str(grandchild)
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(children.__file__).parents[2])},
    ) as daemon:  # fmt: skip
        assert daemon.stdout is not None
        numbers = [int(daemon.stdout.readline())]
        numbers += [number_in(grandchild), number_in(tmp_path / "pid")]
        assert all(map(alive, numbers))
        daemon.kill()
    assert until(lambda: not any(map(alive, numbers)))


def _open_files(pid: int | str | None) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def _children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_nothing_is_left_behind_by_two_hundred_jobs(tmp_path: Path) -> None:
    nursery = nursery_of(SAY)
    reader = reader_of(nursery)
    reader.read(job(tmp_path))
    pid = nursery.pid
    assert pid is not None
    before = _open_files("self"), 4
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: why(reader.read(job(tmp_path))), range(200)))
    assert done == ["zeit"] * 200
    assert until(lambda: (_open_files("self"), _open_files(pid)) == before)
    assert nursery.pid == pid
    assert _children_of(pid) == []


def test_a_nursery_that_nobody_needs_any_more_ends(tmp_path: Path) -> None:
    nursery = nursery_of(SAY)
    reader = reader_of(nursery)
    reader.read(job(tmp_path))
    pid = nursery.pid
    del reader, nursery
    assert pid is not None
    assert not Path(f"/proc/{pid}").exists()


def test_the_real_nursery_reads_and_has_one_thread(tmp_path: Path) -> None:
    """A thread would be missing in a forked child, perhaps with a lock in its hand."""
    nursery = Nursery()
    evidence = CagedReader(nursery=nursery).read(job(tmp_path))
    assert evidence.submission is not None
    assert evidence.submission.text == "Hallo"
    status = Path(f"/proc/{nursery.pid}/status").read_text()
    assert "Threads:\t1\n" in status
    assert int(status.split("VmHWM:")[1].split()[0]) < 250 * 1024
