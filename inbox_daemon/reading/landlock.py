"""The child's narrow view of the disk, by Landlock (landlock(7), Linux 5.13 and newer).

Promises: after `narrow` this process reads only the given places and writes only in its own
folder; where the kernel is newer it can also reach no TCP port and no process outside.
Touches: its own process. Trusts: the kernel's uapi header linux/landlock.h, from which the numbers
come; the three system calls have the same number on every architecture.
Limits: stat, chmod and the like are not the kernel's Landlock's business, but syscalls.py's.
"""

import contextlib
import ctypes
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION: Final = 1
_PATH_BENEATH: Final = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_FILE, _MAKE_DIR, _MAKE_FILE = 1 << 5, 1 << 7, 1 << 8
_REMOVE_DIR, _TRUNCATE = 1 << 4, 1 << 14
# Version → how many rights of files it knows; the numbers are bits from 0 on.
_FILE_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NETWORK_FROM, _SCOPES_FROM = 4, 6
_ALL_NETWORK, _ALL_SCOPES = 0b11, 0b11  # bind and connect; abstract sockets and signals
_OF_A_FILE: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("place", ctypes.c_int32))


def version() -> int:
    """The kernel's version of Landlock; 0 where there is none."""
    return max(0, _call(_CREATE_RULESET, None, 0, _ASK_VERSION))


def narrow(reads: Iterable[Path], *, folder: Path, programs: bool) -> int:
    """From now on only `reads` can be read and only `folder` be written; 0: nothing changed.

    Gives the version of Landlock that does it. With `programs` what can be read may also be
    executed. Places that are not there are left out.
    """
    known = version()
    if not known:
        return 0
    handled = (1 << _FILE_RIGHTS.get(known, max(_FILE_RIGHTS.values()))) - 1
    rules = _Ruleset(handled, _ALL_NETWORK * (known >= _NETWORK_FROM), 0)
    rules.scoped = _ALL_SCOPES * (known >= _SCOPES_FROM)
    size = 24 if known >= _SCOPES_FROM else 16 if known >= _NETWORK_FROM else 8
    ruleset = _call(_CREATE_RULESET, ctypes.byref(rules), size, 0)
    if ruleset < 0:
        return 0
    try:
        reading = _READ_FILE | _READ_DIR | (_EXECUTE if programs else 0)
        writing = _READ_FILE | _READ_DIR | _WRITE_FILE | _MAKE_FILE | _MAKE_DIR
        writing |= _REMOVE_FILE | _REMOVE_DIR | (_TRUNCATE & handled)
        places = [(place, reading) for place in reads]
        places += [(folder, writing), (Path("/dev/null"), _READ_FILE | _WRITE_FILE)]
        for place, allowed in places:
            _allow(ruleset, place, allowed)
        return known if _call(_RESTRICT_SELF, ruleset, 0) == 0 else 0
    finally:
        os.close(ruleset)


def _allow(ruleset: int, place: Path, allowed: int) -> None:
    """A place that is not there needs no rule."""
    with contextlib.suppress(OSError):
        number = os.open(place, os.O_PATH | os.O_CLOEXEC)
        try:
            if not place.is_dir():
                allowed &= _OF_A_FILE
            rule = _Beneath(allowed, number)
            _call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
        finally:
            os.close(number)


def _call(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return int(libc.syscall(ctypes.c_long(number), *(_wide(given) for given in arguments)))


def _wide(given: object) -> object:
    """Numbers as the whole register that a variadic call reads."""
    return ctypes.c_long(given) if isinstance(given, int) else given
