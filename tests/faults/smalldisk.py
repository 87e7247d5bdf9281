"""A small disk of our own, and a ballast that leaves so many pages of it free.

Promises: a tmpfs that is gone afterwards; needs root, or is started once more as root of a user
namespace (unshare -Urm). Touches: mounts below a temporary folder. Trusts: Linux.
Limits: a tmpfs has no journal: what a power cut does to a full disk is not shown here.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CANNOT = 77  # as automake's tests say "skipped"


@dataclass(frozen=True)
class Disk:
    """A mounted tmpfs."""

    folder: Path

    @property
    def page(self) -> int:
        """Bytes of the smallest piece that the disk gives away."""
        return os.statvfs(self.folder).f_frsize

    @property
    def free(self) -> int:
        """Pages that are free."""
        return os.statvfs(self.folder).f_bavail

    def fill(self, *, leave: int) -> None:
        """Takes all but so many pages."""
        with (self.folder / "ballast").open("wb") as file:
            take = self.free - leave
            if take > 0:
                os.posix_fallocate(file.fileno(), 0, take * self.page)

    def release(self) -> None:
        """Gives them back."""
        (self.folder / "ballast").unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, *, mib: int) -> Iterator[Disk]:
    """Mounts a tmpfs of this size at the folder."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=0700", "tmpfs", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def can_mount() -> bool:
    """Whether this process may mount."""
    with tempfile.TemporaryDirectory() as name:
        command = ["mount", "-t", "tmpfs", "none", name]
        if subprocess.run(command, check=False, capture_output=True).returncode != 0:
            return False
        subprocess.run(["umount", name], check=True)
    return True


def as_one_who_can_mount(module: str) -> int | None:
    """None where we may mount; else the exit code of this program started where it may."""
    if can_mount():
        return None
    as_root = ["unshare", "-Urm"]
    inner = "INBOX_SMALL_DISK" in os.environ
    if shutil.which("unshare") is None or inner or _ends_badly([*as_root, "true"]):
        print("no small disk: mounting needs root or a user namespace")
        return CANNOT
    command = [*as_root, sys.executable, "-m", module, *sys.argv[1:]]
    return subprocess.run(
        command, check=False, env={**os.environ, "INBOX_SMALL_DISK": "1"}
    ).returncode


def _ends_badly(command: list[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode != 0
