"""The first page after signing in, by what the person is there for.

Promises: a redirect. Touches: nothing. Trusts: the guard. Limits: shows nothing itself.
"""

from flask import Response

from inbox_daemon.core.rollen import BEARBEITEN, LESEN, ZWEITE
from inbox_daemon.web.here import person, to
from inbox_daemon.web.room import Room

room = Room("start")


@room.get("/", LESEN)
def start() -> Response:
    """To the work that waits for her."""
    if person().may(BEARBEITEN):
        return to("/vorrat")
    return to("/zweitpruefung" if person().may(ZWEITE) else "/uebersicht")
