"""One daemon at a time: an exclusive lock on a file of the state folder (flock(2)).

Promises: the lock ends with the process, also by kill -9. Touches: `daemon.lock`.
Trusts: a local file system. Limits: of daemons on other hosts see database.leased.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inbox_daemon.core.errors import Temporary


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Holds the lock. Raises Temporary (code `laeuft-schon`) when another process has it."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Temporary(
                f"another inbox-daemon works on {path.parent}; stop it first", code="laeuft-schon"
            ) from error
        yield
