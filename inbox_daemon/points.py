"""The places between two steps at which a test may end the process.

Promises: in the daemon `reached` does nothing, for nothing in it calls `watch`. Touches: nothing.
Trusts: tests/crash, which watches and kills. Limits: a kill between two points is as the table of
STATES.md says of the place where it fell; random kills look for what no point names.
"""

from collections.abc import Callable
from enum import StrEnum


class Point(StrEnum):
    """Each is passed right after what it names; STATES.md has the page of all of them."""

    LISTED = "fetch.listed"
    LOADED = "fetch.loaded"
    SPOOL_WRITTEN = "spool.written"
    SPOOL_SYNCED = "spool.synced"
    SPOOL_NAMED = "spool.named"
    SPOOL_KEPT = "spool.kept"
    BEFORE_COMMIT = "database.before-commit"
    COMMITTED = "database.committed"
    SEEN = "read.seen"
    DECIDED = "decide.computed"
    RECORD_BEGUN = "file.begun"
    RECORD_PART = "file.part"
    RECORD_WHOLE = "file.whole"
    RECORD_NAMED = "file.named"
    RECORD_KEPT = "file.kept"
    RELAY_READY = "send.ready"
    CONTENT_SENT = "send.content"
    DOT_SENT = "send.dot"
    ANSWERED = "send.answered"
    MOVE_BEGUN = "move.begun"
    COPIED = "move.copied"
    MARKED = "move.marked"
    MOVED = "move.moved"
    LOG_WRITTEN = "log.written"
    LOG_SYNCED = "log.synced"
    LOG_SET_ASIDE = "log.set-aside"
    COMPARED = "fetch.compared"


def _nobody(_: Point) -> None:
    """What the daemon does at a point."""


_watcher: Callable[[Point], None] = _nobody


def watch(watcher: Callable[[Point], None]) -> None:
    """From now on `watcher` is told of each point; it may not return."""
    global _watcher  # noqa: PLW0603  one process, one watcher, and only in tests
    _watcher = watcher


def reached(point: Point) -> None:
    """Says that this point is reached."""
    _watcher(point)
