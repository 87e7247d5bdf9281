"""Original bytes by their SHA-256: written once, never changed, never named by a sender.

Promises: when `put` returns, the bytes are on disk under their hash. Touches: the spool folder.
Trusts: nothing; `adopt` hashes again what the child process wrote.
Limits: deletes nothing but its own unfinished files that are older than 36 hours.
"""

import hashlib
import os
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inbox_daemon.core.errors import Defect, Temporary
from inbox_daemon.edges import durable
from inbox_daemon.points import Point, reached

ORPHAN_AGE_S = 36 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Bytes free for us, and how many are to stay free."""

    free: int
    floor: int

    @property
    def is_short(self) -> bool:
        """Whether nothing more may be taken in."""
        return self.free < self.floor

    @property
    def free_mib(self) -> int:
        """Whole MiB."""
        return self.free >> 20

    @property
    def floor_mib(self) -> int:
        """Whole MiB."""
        return self.floor >> 20


class FileSpool:
    """A folder of files `ab/<sha256>`."""

    def __init__(self, folder: Path, *, floor_bytes: int = 0) -> None:
        self.folder = folder
        self._floor_bytes = floor_bytes
        self._incoming = folder / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o750)

    def put(self, pieces: Iterable[bytes]) -> tuple[str, int]:
        """Stores the bytes; their SHA-256 and size. Raises Temporary when the disk does not."""
        self.demand_space()
        partial = self._incoming / uuid.uuid4().hex
        digest, size = hashlib.sha256(), 0
        try:
            with partial.open("xb") as file:
                for piece in pieces:
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
                file.flush()
                reached(Point.SPOOL_WRITTEN)
                os.fsync(file.fileno())
            reached(Point.SPOOL_SYNCED)
            sha256 = digest.hexdigest()
            self._keep({sha256: partial})
        except OSError as error:
            raise self._broken(error) from error
        finally:
            partial.unlink(missing_ok=True)
        return sha256, size

    def put_all(self, contents: Sequence[bytes]) -> tuple[str, ...]:
        """Stores several; their SHA-256 in the same order. Raises Temporary, then keeps none."""
        self.demand_space()
        names = tuple(hashlib.sha256(content).hexdigest() for content in contents)
        whole = dict(zip(names, contents, strict=True))
        partials = {name: self._incoming / uuid.uuid4().hex for name in whole}
        try:
            durable.write_all(dict(zip(partials.values(), whole.values(), strict=True)))
            reached(Point.SPOOL_SYNCED)
            self._keep(partials)
        except OSError as error:
            raise self._broken(error) from error
        finally:
            for partial in partials.values():
                partial.unlink(missing_ok=True)
        return names

    def adopt(self, sha256: str, path: Path) -> None:
        """Takes in the file under its hash. Raises Defect when the content has another one."""
        # Written anew also where the name is there: its folder may never have been synced.
        stored, _ = self.put(durable.pieces_of(path))
        if stored != sha256:
            raise Defect(f"the file that claims to be {sha256[:12]} is {stored[:12]}")

    def path(self, sha256: str) -> Path:
        """Where the bytes lie. Raises Defect when they do not."""
        place = self._place(sha256)
        if not place.is_file():
            raise Defect(f"the spool has no {sha256}", code="spool")
        return place

    def holds(self, sha256: str) -> bool:
        """Whether the bytes lie here."""
        return self._place(sha256).is_file()

    def sweep(self) -> int:
        """Removes unfinished files that are surely nobody's any more; how many."""
        old = [
            partial
            for partial in self._incoming.iterdir()
            # A clock that was set back made files of the future.
            if abs(time.time() - partial.stat().st_mtime) > ORPHAN_AGE_S
        ]
        for partial in old:
            partial.unlink(missing_ok=True)
        return len(old)

    def _keep(self, partials: Mapping[str, Path]) -> None:
        """Gives finished files their names and makes those durable."""
        for sha256, partial in partials.items():
            place = self._place(sha256)
            if not place.parent.is_dir():
                place.parent.mkdir(exist_ok=True, mode=0o750)
            partial.chmod(0o440)
            partial.replace(place)
            reached(Point.SPOOL_NAMED)
        durable.fsync_all({self._place(sha256).parent for sha256 in partials})
        durable.fsync(self.folder)
        reached(Point.SPOOL_KEPT)

    def _broken(self, error: OSError) -> Temporary:
        return Temporary(f"the spool {self.folder} cannot be written: {error}")

    def _place(self, sha256: str) -> Path:
        if len(sha256) != hashlib.sha256().digest_size * 2 or not sha256.isalnum():
            raise Defect(f"not a SHA-256: {sha256[:80]!r}")
        return self.folder / sha256[:2] / sha256

    def demand_space(self) -> None:
        """Raises Temporary (`platz`) where less is free than is to be kept free."""
        room = self.room()
        if room.is_short:
            raise Temporary(
                f"only {room.free_mib} MiB free at {self.folder}, {room.floor_mib} are kept "
                "free; no mail is taken in until there is room",
                code="platz",
            )

    def room(self) -> "Room":
        """What is free on this disk. Raises Temporary where the folder cannot be reached."""
        try:
            state = os.statvfs(self.folder)
        except OSError as error:
            raise Temporary(f"the spool {self.folder} cannot be reached: {error}") from error
        return Room(free=state.f_bavail * state.f_frsize, floor=self._floor_bytes)
