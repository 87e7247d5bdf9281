"""`run`, `once`, `status`, `replay`, `audit verify`, `rules check · show`, `check-config`.

Promises: exit codes after sysexits. Touches: what the app touches, stdout. Trusts: app.py.
Limits: prints results; what happens on the way is in the logs.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from inbox_daemon.app import App, throwaway
from inbox_daemon.commands.inspect import german_block, seen_in
from inbox_daemon.core import frist
from inbox_daemon.core.decide import decide
from inbox_daemon.core.errors import Damaged, Permanent
from inbox_daemon.core.states import State
from inbox_daemon.core.wording_labels import BARS
from inbox_daemon.core.wording_terminal import TERMINAL
from inbox_daemon.daemon import Daemon, Stop
from inbox_daemon.edges.login import MOST_REFUSALS
from inbox_daemon.edges.records import MailboxState
from inbox_daemon.probebriefe import proof
from inbox_daemon.ruleset import load_rules
from inbox_daemon.staff import carry_out_due

OK, BAD_DATA, TRY_AGAIN = 0, 65, 75


def run(app: App) -> int:
    """The daemon, until SIGTERM."""
    Daemon(app).run()
    return OK


def once(app: App, *, dry_run: bool, as_json: bool) -> int:
    """One poll and everything that follows from it."""
    if dry_run:
        return _dry(app, as_json=as_json)
    stop = Stop().listen()
    with app.alone():
        app.ready()
        carry_out_due(app)
        new = app.steps(stopping=stop).once(abgleich=True)
        counts = {"new": new, **app.records.counts()}
    print(json.dumps(counts) if as_json else _line(counts))
    return OK if counts["waiting"] == 0 else TRY_AGAIN


def _dry(real: App, *, as_json: bool) -> int:
    with throwaway(real.settings) as app:
        app.ready()
        # The real mailbox is only examined; what is found is kept in the throwaway folder.
        steps = app.steps(mailbox=real.mailbox)
        steps.fetch()
        steps.read()
        for case in app.records.cases(State.READ):
            evidence = app.records.evidence(case.number)
            if evidence is None:
                continue
            seen = seen_in(case.message_id or case.number, evidence, app.rules)
            print(json.dumps(seen, ensure_ascii=False) if as_json else german_block(seen))
    return OK


def status(app: App, *, as_json: bool) -> int:
    """Numbers of the store, and what keeps the daemon from working."""
    room = app.spool.room()
    if not as_json and room.is_short:
        print(TERMINAL["status.platz"].format(free=room.free_mib, floor=room.floor_mib))
    try:
        app.check_database()
    except Damaged:
        if not as_json:
            print(TERMINAL["status.defekt"])
        raise
    counts = app.records.counts()
    if as_json:
        boxes = [_told(box) for box in app.records.mailboxes()]
        told = {
            "mailboxes": boxes,
            "disk": {
                "free_mib": room.free_mib,
                "floor_mib": room.floor_mib,
                "short": room.is_short,
            },
            "cage_open": list(app.records.open_bars()),
        }
        print(json.dumps({**counts, **told}))
        return OK
    print(_line(counts))
    if bars_open := app.records.open_bars():
        print(TERMINAL["status.kaefig"].format(bars=", ".join(BARS[bar] for bar in bars_open)))
    for line in mailbox_lines(app.records.mailboxes()):
        print(line)
    return OK


def replay(app: App, *, rules: Path | None, as_json: bool) -> int:
    """Decides every stored case again and prints every difference; changes and sends nothing."""
    other = load_rules(rules) if rules else None
    different = asked = 0
    for judgement in app.records.judgements():
        if judgement.by != "maschine" or judgement.rules is None:
            continue
        evidence, line = app.records.evidence(judgement.case), app.records.case(judgement.case)
        if evidence is None or line is None:
            continue
        asked += 1
        again = decide(
            evidence,
            known=judgement.known,
            rules=other or judgement.rules,
            received_at=line.received_at,
        )
        same = again == judgement.verdict if other is None else again.kind == judgement.verdict.kind
        if not same:
            different += 1
            difference = {"case": judgement.case, "was": judgement.verdict.kind, "is": again.kind}
            print(json.dumps(difference) if as_json else " ".join(difference.values()))
    result = {"replayed": asked, "different": different}
    print(json.dumps(result) if as_json else _line(result))
    # With other rules differences are the answer, with the stored ones they are a fault.
    return OK if different == 0 or other is not None else BAD_DATA


def audit_verify(app: App, *, as_json: bool) -> int:
    """Whether the log file and the database hold the same whole chain."""
    found = app.audit.verify()
    if found.entries == 0 and not found.why:
        raise Permanent(f"{app.audit.path}: there is no log here; is --config right?")
    result = {
        "ok": not found.why,
        "entries": found.entries,
        "head": found.head,
        "line": found.line,
        "why": found.why,
    }
    if as_json:
        print(json.dumps(result))
    elif found.why:
        print(f"{app.audit.path}: broken at line {found.line}: {found.why}")
    else:
        print(f"{app.audit.path}: {found.entries} entries, whole; head {found.head}")
    return OK if not found.why else BAD_DATA


def rules_check(app: App) -> int:
    """All mistakes of all rule files; loading raises them, and every letter is written once."""
    rules = app.rules
    proof(rules)
    print(f"{len(rules.kreise)} Kreise, {len(rules.programme)} programmes, version {rules.version}")
    return OK


def rules_show(app: App) -> int:
    """The programmes in German, to be read aloud."""
    for programm in app.rules.programme:
        print(f"{programm.titel} ({programm.kennung})")
        day = frist.last_day(programm.received_before)
        source = TERMINAL["rules.estimate" if programm.rahmen_is_estimate else "rules.official"]
        print("  " + TERMINAL["rules.frist"].format(day=day))
        print("  " + TERMINAL["rules.checks"].format(checks=", ".join(programm.checks)))
        print("  " + TERMINAL[f"rules.absender.{programm.unproven}"])
        print("  " + TERMINAL["rules.rahmen"].format(source=source))
        for ags, rahmen in programm.rahmen:
            kreis = app.rules.kreis(ags)
            print(f"    {ags} {kreis.name if kreis else '':40} {rahmen:>12}")
    return OK


def check_config(app: App) -> int:
    """Settings, rules and the reader, without any network."""
    rules_check(app)
    app.checked()
    app.ready()
    print(f"state_dir {app.settings.state_dir}")
    return OK


def mailbox_lines(boxes: Sequence[MailboxState]) -> Iterator[str]:
    """What the last reconciliation found, in German, and refused logins."""
    for box in boxes:
        if box.refusals and box.refused_at is not None:
            at = frist.german_instant(box.refused_at)
            yield TERMINAL["status.anmeldung"].format(count=box.refusals, at=at)
        if box.refusals >= MOST_REFUSALS:
            yield TERMINAL["status.gesperrt"]
        if (found := box.abgleich) is None:
            continue
        yield TERMINAL["status.abgleich"].format(
            at=frist.german_instant(found.at),
            server=found.server,
            known=found.known,
            missing=len(found.missing),
            surplus=found.surplus,
            fresh=found.fresh,
        )
        for name, server, known in found.folders:
            yield TERMINAL["status.ordner"].format(name=name, server=server, known=known)
    if not any(box.abgleich for box in boxes):
        yield TERMINAL["status.kein-abgleich"]


def _told(box: MailboxState) -> dict[str, object]:
    """One mailbox as `status --json` gives it; times in ISO 8601, UTC."""
    found = box.abgleich
    return {
        "mailbox": box.mailbox,
        "refusals": box.refusals,
        "refused_at": box.refused_at.isoformat() if box.refused_at else None,
        "blocked": box.refusals >= MOST_REFUSALS,
        "abgleich": None
        if found is None
        else {
            "at": found.at.isoformat(),
            "server": found.server,
            "known": found.known,
            "missing": list(found.missing),
            "surplus": found.surplus,
            "fresh": found.fresh,
            "folders": {n: {"server": s, "known": k} for n, s, k in found.folders},
        },
    }


def _line(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
