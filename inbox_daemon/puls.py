"""How the last polls went, for those who look at the pages of the same process.

Promises: what was last read, and what stood in the way since; each is one value, so that threads
never see half of it. Touches: nothing. Trusts: the daemon, which tells of each poll.
Limits: forgets with the process; what the log must keep is written elsewhere.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Schlag:
    """One poll: its end, how many messages were new, and the code of what it failed with."""

    at: datetime
    new: int = 0
    failed: str = ""


class Puls:
    """The last poll that read the mailbox, and the last one that did not."""

    def __init__(self) -> None:
        self.read: Schlag | None = None
        self._missed: Schlag | None = None

    def beat(self, new: int, *, at: datetime) -> None:
        """The mailbox was read."""
        self.read, self._missed = Schlag(at=at, new=new), None

    def miss(self, failed: str, *, at: datetime) -> None:
        """A poll came to nothing."""
        self._missed = Schlag(at=at, failed=failed)

    @property
    def trouble(self) -> Schlag | None:
        """The last poll, where it came to nothing."""
        return self._missed
