"""now(), the only one. Touches: the system clock. Trusts: that it is set (see doctor).

Promises: aware, in UTC. Limits: wall time, may jump; never used to measure how long a thing took.
"""

from datetime import UTC, datetime


class SystemClock:
    """The clock of the host."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return datetime.now(UTC)
