"""Runs `inbox-daemon once` as a process and measures it: memory, time, connections, files.

Promises: own Dovecot, own sink, own folders for home, temporary files and working directory.
Touches: loopback, a temporary folder. Limits: memory is looked at every 50 ms; VmHWM only grows,
so a peak is seen unless the process ends within that time after it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from samples import servers
from samples.servers import Imap, Sink

ROOT = Path(__file__).resolve().parents[2]
LOOK_EVERY_S = 0.05
DAEMON_MIB, CHILD_MIB = 300, 1024
STRACE = shutil.which("strace")
_WATCHED = "trace=network,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,symlink,link"
_PORT = re.compile(r"sin6?_port=htons\((\d+)\).*?(?:inet_addr\(|inet_pton\(AF_INET6, )\"([^\"]+)\"")
_WRITES = re.compile(r"(?:openat|open|creat|mkdir|mkdirat|rename|symlink|link)\w*\(.*= \d+")
_PATH = re.compile(r"\"(/[^\"]*)\"")
# Harmless: the null device, the maps of the own user namespace, and what the interpreter compiles
# of a changed source when it starts, before any mail.
_HARMLESS = re.compile(
    r"/dev/(null|tty)|/proc/self/(setgroups|uid_map|gid_map)|.*/__pycache__(/[\w.-]+\.pyc[\w.]*)?"
)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """One run of `once`."""

    code: int
    seconds: float
    daemon_mib: int
    child_mib: int
    wrong: tuple[str, ...]


@dataclass(kw_only=True)
class Rig:
    """A mailbox, a sink and a state folder that goes through many runs."""

    folder: Path
    imap: Imap
    sink: Sink
    config: Path
    ports: tuple[int, int]
    ran: list[Ran] = field(default_factory=list)

    @property
    def state(self) -> Path:
        """The daemon's state folder."""
        return self.folder / "state"

    def deliver(self, mail: bytes, *, at: datetime) -> None:
        """Into the inbox, as if received at that moment."""
        self.imap.deliver(mail, received_at=at)

    def once(self, *, traced: bool = False) -> Ran:
        """One run; what is wrong with it stands in `wrong`."""
        before = self._outside()
        trace = self.folder / "trace"
        words = [sys.executable, "-m", "inbox_daemon", "once", "--config", str(self.config)]
        if traced and STRACE:
            words = [STRACE, "-f", "-qq", "-s", "300", "-e", _WATCHED, "-o", str(trace), *words]
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen(
                words, cwd=self.folder / "cwd", env=self._environment(),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
            seconds, peaks = _watched(process)
        said = (self.folder / "log").read_text("utf-8", "replace")
        wrong = [] if process.returncode == 0 else [f"exit code {process.returncode}"]
        wrong += [f"the log has {word}" for word in ("Traceback", "case.defect") if word in said]
        wrong += [f"outside the store: {path}" for path in sorted(self._outside() - before)]
        if peaks["daemon"] > DAEMON_MIB:
            wrong.append(f"daemon {peaks['daemon']} MiB")
        if peaks["child"] > CHILD_MIB:
            wrong.append(f"child {peaks['child']} MiB")
        if traced and STRACE:
            wrong += _traced(trace, self.ports, (self.state, self.folder / "tmp"))
        ran = Ran(
            code=process.returncode, seconds=seconds, daemon_mib=peaks["daemon"],
            child_mib=peaks["child"], wrong=tuple(wrong),
        )  # fmt: skip
        self.ran.append(ran)
        return ran

    def verified(self) -> bool:
        """Whether the program itself finds its log whole."""
        words = [sys.executable, "-m", "inbox_daemon", "audit", "verify"]
        done = subprocess.run(
            [*words, "--config", str(self.config)],
            cwd=self.folder / "cwd", env=self._environment(), capture_output=True, check=False,
        )  # fmt: skip
        return done.returncode == 0

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
            "OMP_THREAD_LIMIT": "1",
        }

    def _outside(self) -> set[str]:
        """Everything that could have been written beside the state folder."""
        places = [self.folder / name for name in ("home", "tmp", "cwd")]
        return {str(path) for place in places for path in place.rglob("*")} | {
            str(path) for path in self.folder.iterdir() if path.name not in {"log", "trace"}
        }


@contextmanager
def rig(*, settings: str = "") -> Iterator[Rig]:
    """A new world; `settings` are lines of TOML for the end of the configuration."""
    with (
        tempfile.TemporaryDirectory(prefix="hostile-") as name,
        servers.dovecot(Path(name) / "d") as imap,
        servers.smtp_sink(Path(name) / "letters") as (sink, port),
    ):
        folder = Path(name)
        for place in ("home", "tmp", "cwd"):
            (folder / place).mkdir()
        config = servers.write_config(
            folder, imap_port=imap.port, smtp_port=port, rules=ROOT / "rules"
        )
        with config.open("a", encoding="utf-8") as file:
            file.write(settings)
        ports = (imap.port, port)
        yield Rig(folder=folder, imap=imap, sink=sink, config=config, ports=ports)


def _watched(process: subprocess.Popen[bytes]) -> tuple[float, dict[str, int]]:
    """Waits; seconds, and the highest VmHWM in MiB of the daemon and of any reading child."""
    started, peaks = time.monotonic(), {"daemon": 0, "child": 0}
    while process.poll() is None:
        for pid in _descendants(process.pid):
            kind, mib = _measured(pid)
            peaks[kind] = max(peaks[kind], mib)
        time.sleep(LOOK_EVERY_S)
    return time.monotonic() - started, peaks


def _descendants(first: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                told = (entry / "stat").read_text("ascii", "replace")
            except OSError:
                continue
            parents.setdefault(int(told.rsplit(")", 1)[1].split()[1]), []).append(int(entry.name))
    found = [first]
    for pid in found:
        found += parents.get(pid, [])
    return found


def _measured(pid: int) -> tuple[str, int]:
    """Daemon or child, by its command line, and its VmHWM in MiB."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return "daemon", 0
    kind = "child" if b"inbox_daemon.reading" in words else "daemon"
    high = re.search(r"VmHWM:\s+(\d+)", status)
    is_ours = b"inbox_daemon" in words and b"strace" not in words
    return kind, int(high[1]) // 1024 if high and is_ours else 0


def _traced(trace: Path, ports: tuple[int, int], stores: tuple[Path, ...]) -> list[str]:
    """What the system calls say: connections elsewhere, and writing outside the stores."""
    wrong = set()
    for line in trace.read_text("utf-8", "replace").splitlines():
        if " = -1 " in line:
            continue
        if "connect(" in line or "sendto(" in line:
            for port, host in _PORT.findall(line):
                if (host, int(port)) not in {("127.0.0.1", port) for port in ports}:
                    wrong.add(f"connection to {host}:{port}")
        writing = "O_CREAT" in line or "O_WRONLY" in line or "O_RDWR" in line
        if _WRITES.search(line) and (writing or "open" not in line):
            wrong |= {
                f"written: {path}" for path in _PATH.findall(line)
                if not path.startswith(tuple(map(str, stores))) and not _HARMLESS.fullmatch(path)
            }  # fmt: skip
    return sorted(wrong)
