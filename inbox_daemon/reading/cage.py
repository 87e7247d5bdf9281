"""The cage of the child: memory, time, files, network, system calls and what it sees of the disk.

Promises: `enter` before anything heavy is imported, `close` before anything of a mail is opened;
each says what could be taken away and what could not, by the words below.
Touches: the limits, namespaces and filters of its own process, for good. Trusts: the kernel.
Limits: what the kernel lacks stays open and is said; the unit of systemd is a second cage.
"""

import contextlib
import ctypes
import importlib.util
import os
import resource
import signal
import sys
from pathlib import Path

from inbox_daemon.core.kaefig import CLOSED, OPEN
from inbox_daemon.reading import landlock, syscalls

MIB = 1024 * 1024
MEMORY_BYTES = 2048 * MIB
FILE_BYTES = 200 * MIB
OPEN_FILES = 128

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38

_PACKAGE = Path(__file__).parents[1]
# Programs, libraries, fonts, the OCR engine's models, time zones: nothing that is anybody's.
_READABLE = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/dev/urandom")

Bars = tuple[tuple[str, str], ...]


def enter(seconds: int, *, memory: int = MEMORY_BYTES) -> Bars:
    """Limits this process and its children for good, and takes the network away if it can.

    `memory` in bytes of address space, `seconds` of processor time a process. An ordinary user
    may leave the network where the kernel lets him (user_namespaces(7)). The process dies with
    its parent.
    """
    parent = os.getppid()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, memory)
    # At the hard limit the kernel sends SIGKILL, which would look like want of memory.
    _limit(resource.RLIMIT_CPU, seconds, hard=seconds + 5)
    _limit(resource.RLIMIT_FSIZE, FILE_BYTES)
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a full file becomes an OSError
    apart = _without_network()
    ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    die_with(parent)  # after the change of namespace, which clears it
    return (("netz", CLOSED if apart else OPEN),)


def close(path: Path, *, folder: Path) -> Bars:
    """From now on the disk is the file `path`, to be read, and `folder`; and few system calls.

    Programs can be started only where the OCR engine is one and no library.
    """
    programs = importlib.util.find_spec("tesserocr") is None
    places = [Path(name) for name in _READABLE]
    places += [Path(sys.prefix), Path(sys.base_prefix), _PACKAGE, path]
    if models := os.environ.get("TESSDATA_PREFIX"):
        places.append(Path(models))
    seen = landlock.narrow(places, folder=folder, programs=programs)
    filtered = syscalls.filter_calls(programs=programs)
    return (
        ("dateien", CLOSED if seen else OPEN),
        ("aufrufe", CLOSED if filtered else OPEN),
        ("programme", CLOSED if filtered and not programs else OPEN),
        ("landlock", str(seen)),
    )


def die_with(parent: int) -> None:
    """From now on the kernel kills this process when `parent`, which started it, ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it has ended already
        os.kill(os.getpid(), signal.SIGKILL)


def _limit(which: int, soft: int, *, hard: int | None = None) -> None:
    _, allowed = resource.getrlimit(which)
    wanted = soft if hard is None else hard
    most = wanted if allowed == resource.RLIM_INFINITY else min(wanted, allowed)
    resource.setrlimit(which, (min(soft, most), most))


def _without_network() -> bool:
    """Enters a new, empty network namespace; False where the kernel refuses."""
    uid, gid = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    # Own ids stay visible as they were; without this files seem to belong to nobody.
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1", encoding="ascii")
    return True
