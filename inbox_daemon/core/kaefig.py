"""The bars of the reading child's cage, and which of them an Evidence says are open.

Promises: a bar that is not named, or named otherwise, counts as open. Touches: nothing.
Trusts: what the child says before it opens the mail; a reading that failed says nothing.
Limits: what each bar is and how it is closed is known in reading/cage.py alone.
"""

from typing import Final

from inbox_daemon.core.values import Evidence

CLOSED: Final = "zu"
OPEN: Final = "offen"
# Network, view of the disk, system calls, other programs.
BARS: Final = ("netz", "dateien", "aufrufe", "programme")


def open_bars(evidence: Evidence) -> tuple[str, ...]:
    """The bars that this reading's cage did not have; none where the child gave no answer."""
    said = dict(evidence.engines)
    return tuple(bar for bar in BARS if said and said.get(bar) != CLOSED)
