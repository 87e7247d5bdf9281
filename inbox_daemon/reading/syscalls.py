"""What the child may ask of the kernel: a filter of system calls (seccomp(2)), by libseccomp.

Promises: after `filter_calls` what is not listed here is refused, and what no reader ever needs
and an intruder does (network, other programs, other processes) ends the process with SIGSYS, so
that it is seen. Touches: its own process. Trusts: libseccomp.so.2, which knows the numbers and
the calling conventions of each architecture (seccomp_rule_add(3), seccomp_load(3)).
Limits: judges numbers only, no paths; those are landlock.py's.
"""

import ctypes
import errno
import os
from typing import Final

LIBRARY: Final = "libseccomp.so.2"

ALLOWED: Final = """
access alarm arch_prctl brk chdir clock_getres clock_gettime clock_nanosleep close close_range
copy_file_range dup dup2 dup3 epoll_create1 epoll_ctl epoll_pwait epoll_wait eventfd2 exit
exit_group faccessat faccessat2 fadvise64 fallocate fchdir fcntl fdatasync flock fstat fstatfs fsync
ftruncate futex get_mempolicy get_robust_list getcpu getcwd getdents getdents64 getegid geteuid
getgid getitimer getpgrp getpid getppid getrandom getrlimit getrusage gettid gettimeofday getuid
lseek lstat madvise mbind membarrier mincore mkdir mkdirat mlock mmap mprotect mremap msync munlock
munmap nanosleep newfstatat open openat pipe pipe2 poll ppoll pread64 preadv pselect6 pwrite64
pwritev read readlink readlinkat readv rename renameat renameat2 restart_syscall rmdir rseq
rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait
sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getparam sched_getscheduler
sched_yield select sendfile set_robust_list set_tid_address setitimer sigaltstack stat statfs statx
sysinfo time times truncate umask uname unlink unlinkat utimensat write writev
"""
# Only where the OCR engine is a program of its own.
FOR_PROGRAMS: Final = "execve fork vfork clone kill wait4 waitid prlimit64 setpgid setsid"
# No reader calls these: whoever does is not reading any more.
FATAL: Final = """
socket connect bind listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg
io_uring_setup io_uring_enter execve execveat ptrace process_vm_readv process_vm_writev
pidfd_getfd pidfd_send_signal mount umount2 pivot_root chroot setns bpf userfaultfd perf_event_open
init_module finit_module kexec_load keyctl add_key request_key open_by_handle_at
"""
# Refused by name; what the kernel has and this page does not name gets ENOSYS, which the C
# library takes as a kernel that is older and does without.
REFUSED: Final = """
fork vfork kill tkill socketpair chmod fchmod fchmodat chown fchown fchownat lchown link linkat
symlink symlinkat mknod mknodat setxattr unshare setuid setgid setsid setpgid prctl
setrlimit pidfd_open memfd_create
"""

_ALLOW, _KILL_PROCESS, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EQUAL, _MASKED_EQUAL = 4, 7
_OPTIMIZE, _BINARY_TREE = 8, 2
_CLONE_THREAD: Final = 0x00010000
_CLOSE_ON_EXEC, _NOT_CLOSE_ON_EXEC = 0x5451, 0x5450
_TERMINAL_SETTINGS, _TERMINAL_SIZE = 0x5401, 0x5413  # isatty(3)


class _Compare(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint), ("op", ctypes.c_int),
        ("a", ctypes.c_uint64), ("b", ctypes.c_uint64),
    )  # fmt: skip


def _equal(argument: int, value: int) -> _Compare:
    return _Compare(argument, _EQUAL, value, 0)


def filter_calls(*, programs: bool) -> bool:
    """Loads the filter for good; False where library or kernel cannot. Sets no_new_privs.

    With `programs` other programs may be started (the OCR engine). Threads always may.
    """
    try:
        library = _library()
    except OSError:
        return False
    filtered = library.seccomp_init(_ERRNO | errno.ENOSYS)
    if not filtered:
        return False
    try:
        rules = _Rules(library, filtered)
        library.seccomp_attr_set(filtered, _OPTIMIZE, _BINARY_TREE)
        _fill(rules, programs=programs)
        return rules.whole and library.seccomp_load(filtered) == 0
    finally:
        library.seccomp_release(filtered)


def _fill(rules: "_Rules", *, programs: bool) -> None:
    also = FOR_PROGRAMS.split() if programs else []
    for name in (*ALLOWED.split(), *also):
        rules.add(_ALLOW, name)
    # A whole program tries out at its start what it has, Debian's Tesseract for one sockets.
    ending = _ERRNO | errno.EPERM if programs else _KILL_PROCESS
    for name in FATAL.split():
        if name not in also:
            rules.add(ending, name)
    for name in REFUSED.split():
        if name not in also:
            rules.add(_ERRNO | errno.EPERM, name)
    if "clone" not in also:
        rules.add(_ALLOW, "clone", _Compare(0, _MASKED_EQUAL, _CLONE_THREAD, _CLONE_THREAD))
    rules.add(_ALLOW, "tgkill", _equal(0, os.getpid()))  # abort(3), raise(3)
    if "prlimit64" not in also:
        rules.add(_ALLOW, "prlimit64", _equal(0, 0), _equal(2, 0))  # to ask, not to set
    asked = (_CLOSE_ON_EXEC, _NOT_CLOSE_ON_EXEC, _TERMINAL_SETTINGS, _TERMINAL_SIZE)
    for request in asked:
        rules.add(_ALLOW, "ioctl", _equal(1, request))


class _Rules:
    """One filter being written; `whole` as long as every rule was taken."""

    def __init__(self, library: ctypes.CDLL, filtered: int) -> None:
        self._library, self._filtered, self.whole = library, filtered, True

    def add(self, action: int, name: str, *compared: _Compare) -> None:
        """A call that this architecture does not have needs no rule."""
        number = self._library.seccomp_syscall_resolve_name(name.encode())
        if number < 0:
            return
        array = (_Compare * len(compared))(*compared)
        added = self._library.seccomp_rule_add_array(
            self._filtered, action, number, len(compared), array
        )
        self.whole = self.whole and added == 0


def _library() -> ctypes.CDLL:
    """The library with its signatures. Raises OSError where it is not installed."""
    library = ctypes.CDLL(LIBRARY)
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = (ctypes.c_uint32,)
    library.seccomp_attr_set.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32)
    library.seccomp_rule_add_array.argtypes = (
        ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p,
    )  # fmt: skip
    library.seccomp_load.argtypes = (ctypes.c_void_p,)
    library.seccomp_release.argtypes = (ctypes.c_void_p,)
    library.seccomp_release.restype = None
    return library
