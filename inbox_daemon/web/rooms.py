"""Every room of the pages, a line each; what is not here does not exist.

Promises: nothing but the list. Touches: nothing. Trusts: nothing. Limits: none.
"""

from inbox_daemon.web.anmelden import room as anmelden
from inbox_daemon.web.belege import room as belege
from inbox_daemon.web.demo import room as demo
from inbox_daemon.web.entscheiden import room as entscheiden
from inbox_daemon.web.fall import room as fall
from inbox_daemon.web.hauszugang import room as hauszugang
from inbox_daemon.web.hilfe import room as hilfe
from inbox_daemon.web.konto import room as konto
from inbox_daemon.web.postausgang import room as postausgang
from inbox_daemon.web.protokoll import room as protokoll
from inbox_daemon.web.pruefen import room as pruefen
from inbox_daemon.web.regeln import room as regeln
from inbox_daemon.web.room import Room
from inbox_daemon.web.sammeln import room as sammeln
from inbox_daemon.web.start import room as start
from inbox_daemon.web.stichprobe import room as stichprobe
from inbox_daemon.web.uebersicht import room as uebersicht
from inbox_daemon.web.vorrat import room as vorrat
from inbox_daemon.web.zweit import room as zweit

ROOMS: tuple[Room, ...] = (
    anmelden,
    belege,
    demo,
    entscheiden,
    fall,
    hauszugang,
    hilfe,
    konto,
    postausgang,
    protokoll,
    pruefen,
    regeln,
    sammeln,
    start,
    stichprobe,
    vorrat,
    uebersicht,
    zweit,
)
