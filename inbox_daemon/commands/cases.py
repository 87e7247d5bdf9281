"""`queue list`, `queue show`, `show`, `explain`: what a clerk sees of a case.

Promises: German sentences, nothing but what is stored. Touches: the database, stdout.
Trusts: the rows. Limits: decides nothing; see queue.py.
"""

import json
from collections.abc import Iterator
from typing import Any

from inbox_daemon import gespraech, wire
from inbox_daemon.app import App
from inbox_daemon.commands import vorgang
from inbox_daemon.commands.letters import stopped_line
from inbox_daemon.core import frist
from inbox_daemon.core.betrag import german
from inbox_daemon.core.decide import HELD_BACK
from inbox_daemon.core.errors import Defect
from inbox_daemon.core.returns import Answer
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence, Read
from inbox_daemon.core.verdict import Query, Result
from inbox_daemon.core.wording import sentence
from inbox_daemon.core.wording_labels import (
    ART_GRUENDE,
    AUDIT_KINDS,
    MAILARTEN,
    METHODS,
    STATES,
    VERDICTS,
)
from inbox_daemon.core.wording_terminal import TERMINAL
from inbox_daemon.edges.letterbook import RETURNED
from inbox_daemon.edges.records import CaseLine, Judgement
from inbox_daemon.staff import case_line

MARKS = {Result.PASS: "\u2714", Result.FAIL: "\u2718", Result.UNSURE: "?"}


def listed(app: App, *, as_json: bool) -> int:
    """The flagged cases, oldest first."""
    lines = app.records.cases(State.FLAGGED)
    if as_json:
        for line in lines:
            print(json.dumps(_plain(app, line), ensure_ascii=False))
        return 0
    for line in lines:
        reasons = " ".join(_sentences(app, line))
        at, kind = frist.german_instant(line.received_at), gespraech.kind_words(app, line.number)
        print(f"{line.number}  {at}  [{kind}] {reasons}")
    print(TERMINAL["queue.count"].format(count=len(lines)))
    letters = app.records.letters(at=app.clock.now())
    if letters.switch.stopped:
        waiting = [case for case, _ in letters.waiting]
        print(" ".join((stopped_line(letters.switch), *waiting)))
    return 0


def shown(app: App, number: str, *, as_json: bool) -> int:
    """One case with everything known."""
    line = case_line(app, number)
    evidence = app.records.evidence(number)
    judgements = app.records.judgements(number)
    talk = gespraech.conversation_of(app, number)
    if as_json:
        known = {
            **_plain(app, line),
            "evidence": json.loads(wire.encode(evidence)) if evidence else None,
            "answers": [
                {"case": c, "kind": kind.value} for c, kind in app.records.answers_to(number)
            ],
            "vorgang": vorgang.plain(talk),
            "verdicts": [json.loads(wire.encode(j.verdict)) for j in judgements],
            "history": [
                {"at": h.at.isoformat(), "kind": h.kind, **json.loads(h.payload)}
                for h in app.records.history(number)
            ],
        }
        print(json.dumps(known, ensure_ascii=False))
        return 0
    print(f"{number}: {STATES[line.state.value]}, {frist.german_instant(line.received_at)}")
    for text in _sentences(app, line):
        print(f"  ! {text}")
    if HELD_BACK & set(line.reasons):
        print("  " + _text("show.draft", number))
    for text in (*_seen(evidence), *_decided(judgements), *_came_back(app, number)):
        print(f"  {text}")
    for text in (*_kind(app, number), *(vorgang.lines(talk) if talk.is_more_than_one_mail else ())):
        print(f"  {text}")
    print("  " + _text("show.original", str(_original(app, line))))
    for entry in app.records.history(number):
        reply = json.loads(entry.payload).get("antwort")
        told = f" ({reply})" if reply else ""
        print(f"  {frist.german_instant(entry.at)}  {AUDIT_KINDS[entry.kind]}{told}")
    return 0


def _seen(evidence: Evidence | None) -> Iterator[str]:
    if evidence is None:
        return
    mail = evidence.submission
    if mail is not None:
        yield _text("show.absender", ", ".join(address.addr for address in mail.from_))
        yield _text("show.betreff", mail.subject)
        for attachment in mail.attachments:
            yield _text("show.anhang", attachment.name)
    for document in evidence.documents:
        if isinstance(document.applicant, Read):
            yield _text("show.kreis", document.applicant.value)
        if isinstance(document.amount, Read):
            yield _text("show.betrag", german(document.amount.value))


def _decided(judgements: tuple[Judgement, ...]) -> Iterator[str]:
    for judgement in judgements:
        if isinstance(judgement.verdict, Query):
            asked = [f for f in judgement.verdict.findings if f.code in judgement.verdict.questions]
            yield _text("show.gefragt", " ".join(sentence(f.code, f.values) for f in asked))
        if judgement.why:
            yield TERMINAL["show.author"].format(by=judgement.by, why=judgement.why)


def _came_back(app: App, number: str) -> Iterator[str]:
    keys = {Answer.FAILED: "show.returned", Answer.AUTOMATIC: "show.answered"}
    return (_text(keys[kind], case) for case, kind in app.records.answers_to(number))


def _kind(app: App, number: str) -> Iterator[str]:
    kind = gespraech.kind_in(app, number)
    if kind is not None:
        yield _text("show.art", f"{MAILARTEN[kind.art.value]} ({ART_GRUENDE[kind.why]})")
    telephone = gespraech.telephone_in(app, number)
    if telephone:
        yield _text("show.telefon", telephone)


def _text(key: str, text: str) -> str:
    return TERMINAL[key].format(text=text)


def _original(app: App, line: CaseLine) -> str:
    try:
        return str(app.spool.path(line.sha256))
    except Defect:
        return sentence("spool")


def explained(app: App, number: str, *, as_json: bool) -> int:
    """The decisions of the case retold, finding by finding, with where it was seen."""
    case_line(app, number)
    for judgement in app.records.judgements(number):
        if as_json:
            print(wire.encode(judgement.verdict))
            continue
        print(f"{number}: {VERDICTS[judgement.verdict.kind]} ({judgement.by})")
        for finding in judgement.verdict.findings:
            print(f"  {MARKS[finding.result]} {sentence(finding.code, finding.values)}")
            for source in finding.sources:
                sure = f", {source.confidence:.0%}" if source.confidence else ""
                method = METHODS.get(source.method, source.method)
                print(f"      Seite {source.page}, {method}{sure}")
        print(f"  {judgement.verdict.rules}")
    return 0


def _sentences(app: App, line: CaseLine) -> tuple[str, ...]:
    values = {
        finding.code: finding.values
        for judgement in app.records.judgements(line.number)
        for finding in judgement.verdict.findings
        if finding.values
    }
    failed = [case for case, kind in app.records.answers_to(line.number) if kind is Answer.FAILED]
    if failed:
        values[RETURNED] = (("fall", ", ".join(failed)),)
    return tuple(sentence(code, values.get(code, ())) for code in line.reasons)


def _plain(app: App, line: CaseLine) -> dict[str, Any]:
    kind = gespraech.kind_in(app, line.number)
    return {
        "case": line.number,
        "state": line.state.value,
        "received_at": line.received_at.isoformat(),
        "reasons": list(line.reasons),
        "sentences": list(_sentences(app, line)),
        "ags": line.ags,
        "sha256": line.sha256,
        "message_id": line.message_id,
        "duplicate_of": line.duplicate_of,
        "art": kind.art.value if kind else None,
        "telefon": gespraech.telephone_in(app, line.number) or None,
    }
