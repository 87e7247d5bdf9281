"""The help inside the program: no address outside, made of the same tables as the pages.

Promises: each reason has its anchor, `/hilfe#code`, so that every code on a page leads here.
Touches: nothing. Trusts: the wording tables. Limits: explains, changes nothing.
"""

from flask import Response

from inbox_daemon.core.rollen import LESEN
from inbox_daemon.core.wording import FINDINGS, READINGS
from inbox_daemon.core.wording_hilfe import RAETE, ROLLEN_HILFE, TASTEN, ZUSTAENDE
from inbox_daemon.core.wording_labels import AUDIT_KINDS, CHAIN_FAULTS, STATES
from inbox_daemon.core.wording_pages import ROLLEN
from inbox_daemon.web.here import page, parts
from inbox_daemon.web.room import Room

room = Room("hilfe")


@room.get("/hilfe", LESEN)
def hilfe() -> Response:
    """Everything on one page: it can be searched with the browser and printed."""
    review = parts().settings.review
    return page(
        "hilfe.html",
        raete=RAETE,
        findings=FINDINGS,
        readings=sorted(READINGS.items(), key=lambda pair: pair[1].casefold()),
        kinds=sorted(AUDIT_KINDS.items(), key=lambda pair: pair[1].casefold()),
        states=[(STATES[state], words) for state, words in ZUSTAENDE.items()],
        rollen=[(ROLLEN[name], words) for name, words in ROLLEN_HILFE.items()],
        tasten=TASTEN,
        faults=sorted(CHAIN_FAULTS.items()),
        review=review,
        postfach=parts().rules.postfach,
    )
