"""`letters status · stop · go`: how the sending of letters stands, and the switch.

Promises: stopping holds from the moment it returns: after it no letter begins to leave.
Touches: the database through the app, stdout. Trusts: the user name it is given.
Limits: a letter whose content is on its way at that moment is not called back.
"""

import json

from inbox_daemon.app import App
from inbox_daemon.core import frist
from inbox_daemon.core.wording_terminal import TERMINAL
from inbox_daemon.edges.letterbook import Switch

STATUS, STOP, GO = "status", "stop", "go"


def turned(app: App, *, stopped: bool, by: str, why: str, as_json: bool) -> int:
    """Stops all letters, or lets them go again."""
    app.store.turn_letters(stopped=stopped, by=by, why=why, at=app.clock.now())
    app.audit.catch_up()
    return status(app, as_json=as_json)


def stopped_line(switch: Switch) -> str:
    """Since when and by whom letters are stopped; empty where they leave."""
    if not switch.stopped or switch.at is None:
        return ""
    at = frist.german_instant(switch.at)
    return TERMINAL["letters.stopped"].format(at=at, by=switch.by)


def status(app: App, *, as_json: bool) -> int:
    """Whether letters leave, how many did in this hour, and which wait."""
    letters = app.records.letters(at=app.clock.now())
    switch, budget = letters.switch, app.settings.letters.hour
    if as_json:
        told = {
            "stopped": switch.stopped,
            "by": switch.by,
            "why": switch.why,
            "at": switch.at.isoformat() if switch.at else None,
            "this_hour": letters.this_hour,
            "hour": budget,
            "waiting": [case for case, _ in letters.waiting],
        }
        print(json.dumps(told, ensure_ascii=False))
        return 0
    print(stopped_line(switch) or TERMINAL["letters.go"])
    if switch.stopped and switch.why:
        print(TERMINAL["letters.why"].format(why=switch.why))
    count = len(letters.waiting)
    print(TERMINAL["letters.counts"].format(hour=letters.this_hour, budget=budget, waiting=count))
    for case, recipient in letters.waiting:
        print(TERMINAL["letters.waits"].format(fall=case, recipient=recipient))
    return 0
