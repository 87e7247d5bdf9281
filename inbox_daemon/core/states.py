"""The states of a case and the legal moves between them, as one table.

Promises: `advance` lets pass what MOVES names and nothing else; STATES.md draws the same table.
Touches: nothing. Trusts: nothing. Limits: why a case moves is not known here.
"""

from enum import StrEnum

from inbox_daemon.core.errors import Defect


class State(StrEnum):
    """Where a case is. Every message the server ever gave us is in exactly one state."""

    FETCHED = "fetched"
    READ = "read"
    DECIDED = "decided"
    FILED = "filed"
    QUERIED = "queried"
    FLAGGED = "flagged"
    NOTED = "noted"


FINAL = frozenset({State.FILED, State.QUERIED, State.FLAGGED, State.NOTED})

MOVES: frozenset[tuple[State, State]] = frozenset(
    {
        (State.FETCHED, State.READ),
        (State.FETCHED, State.FLAGGED),
        (State.READ, State.DECIDED),
        (State.READ, State.FLAGGED),
        (State.DECIDED, State.FILED),
        (State.DECIDED, State.QUERIED),
        (State.DECIDED, State.FLAGGED),
        (State.DECIDED, State.NOTED),
        (State.FLAGGED, State.DECIDED),
        (State.QUERIED, State.FLAGGED),
    }
)


def advance(old: State, new: State) -> State:
    """The new state. Raises Defect for a move that MOVES does not name."""
    if (old, new) not in MOVES:
        raise Defect(f"a case cannot go from {old} to {new}", code="zustand")
    return new
