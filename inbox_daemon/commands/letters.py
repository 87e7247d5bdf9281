"""`letters status · stop · go · draft · preview`: the sending, the switch, and letters to read.

Promises: stopping holds from the moment it returns: after it no letter begins to leave; preview
needs the rules alone. Touches: the database through the app, stdout. Trusts: the user name it is
given.
Limits: a letter whose content is on its way at that moment is not called back.
"""

import json
from dataclasses import asdict

from inbox_daemon import staff
from inbox_daemon.app import App
from inbox_daemon.core import frist
from inbox_daemon.core.errors import Refused
from inbox_daemon.core.wording_labels import LEVELS
from inbox_daemon.core.wording_terminal import ANLAESSE, TERMINAL
from inbox_daemon.edges.letterbook import Switch
from inbox_daemon.probebriefe import LONGEST_LINE, Probebrief, probebriefe

STATUS, STOP, GO, DRAFT, PREVIEW = "status", "stop", "go", "draft", "preview"


def turned(app: App, *, stopped: bool, by: str, why: str, as_json: bool) -> int:
    """Stops all letters, or lets them go again."""
    app.store.turn_letters(stopped=stopped, by=by, why=why, at=app.clock.now())
    app.audit.catch_up()
    return status(app, as_json=as_json)


def draft(app: App, number: str, *, as_json: bool) -> int:
    """The letter of this case word for word: as it was sent, or as it would be written now."""
    letter = app.records.letter(number)
    if letter is None:
        query = staff.draft_of(app, number)
        if query is None:
            raise Refused("letters.none", fall=number)
        letter = app.letters.query(app.store.location(number), query, app.rules)
    if as_json:
        print(json.dumps(asdict(letter), ensure_ascii=False))
        return 0
    print(TERMINAL["letters.to"].format(recipient=letter.recipient, subject=letter.subject))
    print(letter.body)
    return 0


def _levels(app: App) -> dict[str, str]:
    kennungen = [programm.kennung for programm in app.rules.programme]
    return {kennung: app.supervision.level_of(kennung).value for kennung in kennungen}


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
            "levels": _levels(app),
        }
        print(json.dumps(told, ensure_ascii=False))
        return 0
    print(stopped_line(switch) or TERMINAL["letters.go"])
    if switch.stopped and switch.why:
        print(TERMINAL["letters.why"].format(why=switch.why))
    for kennung, level in _levels(app).items():
        print(TERMINAL["letters.level"].format(programm=kennung, level=LEVELS[level]))
    count = len(letters.waiting)
    print(TERMINAL["letters.counts"].format(hour=letters.this_hour, budget=budget, waiting=count))
    for case, recipient in letters.waiting:
        print(TERMINAL["letters.waits"].format(fall=case, recipient=recipient))
    return 0


def preview(app: App, *, kennung: str, as_json: bool) -> int:
    """Every letter of every programme, or of one, with invented facts; nothing is sent."""
    rules = app.rules
    programme = [p for p in rules.programme if kennung in {"", p.kennung}]
    if not programme:
        kennungen = ", ".join(p.kennung for p in rules.programme)
        raise Refused("letters.kein-programm", kennung=kennung, kennungen=kennungen)
    for programm in programme:
        for brief in probebriefe(rules, programm):
            print(json.dumps(_told(brief), ensure_ascii=False) if as_json else _shown(brief))
    return 0


def _told(brief: Probebrief) -> dict[str, object]:
    return {
        "programm": brief.programm,
        "variant": brief.variant,
        "points": list(brief.points),
        "recipient": brief.letter.recipient,
        "subject": brief.letter.subject,
        "body": brief.letter.body,
        "longest_line": brief.longest_line,
    }


def _shown(brief: Probebrief) -> str:
    anlass = ANLAESSE.get(brief.variant, ANLAESSE["punkt"]).format(punkt=brief.variant)
    return "\n".join(
        (
            TERMINAL["letters.probe"].format(programm=brief.programm, anlass=anlass),
            TERMINAL["letters.an"].format(recipient=brief.letter.recipient),
            TERMINAL["letters.betreff"].format(subject=brief.letter.subject),
            "",
            brief.letter.body,
            TERMINAL["letters.laenge"].format(longest=brief.longest_line, most=LONGEST_LINE),
            "",
        )
    )
