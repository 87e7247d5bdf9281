"""What tests ask of processes that they started: does one still run, has something come true."""

import time
from collections.abc import Callable
from pathlib import Path


def alive(pid: int | str) -> bool:
    """Whether it still runs (a zombie does not)."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return False
    return status.rsplit(")", 1)[1].split()[0] not in {"Z", "X"}


def until(condition: Callable[[], bool], *, seconds: float = 5.0) -> bool:
    """Whether the condition holds within the time."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()
