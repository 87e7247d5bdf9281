"""`inspect`: reads files and says what would be decided; no mailbox, no database, nothing kept.

Promises: one JSON object a line per file, in the order of the arguments; one bad file never stops
the rest. Touches: the files (in the caged child), stdout. Trusts: nothing.
Limits: nothing is known of earlier applications; the receipt time is the mail's own claim.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar, assert_never

from inbox_daemon.commands.pictures import copy_pictures
from inbox_daemon.core import kreis, sender
from inbox_daemon.core.betrag import betrag_from
from inbox_daemon.core.decide import decide, facts_of
from inbox_daemon.core.mailkind import kind_of
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.values import (
    Absent,
    Document,
    Evidence,
    Read,
    Reading,
    Source,
    Submission,
    Unreadable,
    nothing_seen,
)
from inbox_daemon.core.verdict import Accept, Dismiss, Escalate, Known, Query, Verdict
from inbox_daemon.core.wording import sentence
from inbox_daemon.core.wording_labels import FIELDS, STATUSES, VERDICTS
from inbox_daemon.edges.forms import KnownForms
from inbox_daemon.edges.worker import CagedReader
from inbox_daemon.wire import Job

V = TypeVar("V")
WORD_OF_VERDICT = {"accept": "file", "query": "query", "escalate": "flag", "dismiss": "ignore"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What all files of one call share; `annotate` is the folder for pictures of the pages."""

    reader: CagedReader
    rules: Ruleset
    forms: KnownForms
    annotate: Path | None = None


def inspect(files: Sequence[str], bench: Bench, *, parallel: int, as_json: bool) -> int:
    """Prints one object (or one block of German text) per file."""
    if bench.annotate is not None:
        bench.annotate.mkdir(parents=True, exist_ok=True)
    for file, evidence in _read_all(files, bench, parallel=parallel):
        seen = seen_in(file, evidence, bench.rules)
        print(json.dumps(seen, ensure_ascii=False) if as_json else german_block(seen), flush=True)
    return 0


def seen_in(file: str, evidence: Evidence, rules: Ruleset) -> dict[str, Any]:
    """The object of contracts.md for one file."""
    received_at = _received_at(evidence.submission)
    verdict = decide(evidence, known=Known(), rules=rules, received_at=received_at)
    seen: dict[str, Any] = {
        "file": file,
        "documents": [_document(document, rules) for document in evidence.documents],
        "verdict": _verdict(verdict),
        "error": evidence.failure or next((unread.why for unread in evidence.unread), None),
    }
    if evidence.submission is not None:
        seen["message"] = _message(evidence, rules, received_at)
    facts = facts_of(evidence, known=Known(), rules=rules, received_at=received_at)
    seen["art"] = kind_of(facts).art.value
    return seen


def _read_all(
    files: Sequence[str], bench: Bench, *, parallel: int
) -> Iterator[tuple[str, Evidence]]:
    with ThreadPoolExecutor(max_workers=parallel) as pool:
        running = [(file, pool.submit(_read_one, file, bench)) for file in files]
        for file, done in running:
            yield file, done.result()


def _read_one(file: str, bench: Bench) -> Evidence:
    path = Path(file)
    if path.is_dir():
        return nothing_seen("ordner")
    if not path.is_file():
        return nothing_seen("datei-fehlt")
    folder = tempfile.mkdtemp(prefix="inbox-daemon-")
    try:
        evidence = bench.reader.read(
            Job(
                path=str(path.resolve()),
                form="mail" if path.suffix.lower() == ".eml" else "file",
                name=path.name,
                folder=folder,
                ruleset=bench.rules,
                forms=bench.forms.known(),
                annotate=bench.annotate is not None,
            )
        )
        bench.forms.learn(evidence.learned)
        if bench.annotate is not None:
            copy_pictures(evidence, Path(folder), to=bench.annotate, stem=path.stem)
    except Exception as error:  # noqa: BLE001  one bad file never stops the rest
        return nothing_seen(getattr(error, "code", "defekt"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return evidence


def _document(document: Document, rules: Ruleset) -> dict[str, Any]:
    programme = document.programme.value if isinstance(document.programme, Read) else None
    return {
        "sha256": document.sha256,
        "name": document.name,
        "pages": document.pages,
        "kind": document.kind.value,
        "programme": programme,
        "amount": _amount(document.amount),
        "signature": _signature(document.signature),
        "applicant": _applicant(document.applicant, rules),
        "notes": list(document.notes),
        "looks": [
            {
                "page": look.page,
                "depth": look.depth,
                "form": look.formular,
                "version": look.fassung,
                "dpi": look.dpi,
                "contrast": look.kontrast,
                "edge_mm": look.kante_mm,
                "doubt": look.zweifel,
            }
            for look in document.looks
        ],
        "seconds": document.seconds,
    }


def _amount(reading: Reading[Decimal]) -> dict[str, Any]:
    seen = _field(reading, found="read")
    value = reading.value if isinstance(reading, Read) else betrag_from(seen.get("guess") or "")
    seen["value"] = None if value is None else f"{value:.2f}"
    seen["raw"] = reading.source.raw if reading.source else None
    return seen


def _signature(reading: Reading[str]) -> dict[str, Any]:
    return _field(reading, found="present")


def _applicant(reading: Reading[str], rules: Ruleset) -> dict[str, Any]:
    seen = _field(reading, found="read")
    seen["ags"] = None
    seen["text"] = reading.value if isinstance(reading, Read) else seen.pop("guess", None)
    if isinstance(reading, Read):
        match = kreis.by_text(reading.value, rules)
        if isinstance(match, kreis.Matched):
            seen["ags"] = match.ags
        else:
            seen["status"] = "unsure"
            seen["why"] = "kreis-unklar" if isinstance(match, kreis.Unknown) else "kreis-mehrdeutig"
    return seen


def _field(reading: Reading[V], *, found: str) -> dict[str, Any]:
    source: Source | None = reading.source
    seen: dict[str, Any] = {
        "status": "",
        "page": source.page if source else None,
        "box": _box(source) if isinstance(reading, Read) else None,
        "looked_at": _box(source),
        "confidence": source.confidence if source else 0.0,
        "method": source.method if source else None,
        "why": None,
    }
    match reading:
        case Read():
            seen["status"] = found
        case Absent(why=why):
            seen |= {"status": "absent", "why": why}
        case Unreadable(why=why, guess=guess):
            seen |= {"status": "unsure", "why": why, "guess": guess}
        case _:
            assert_never(reading)
    return seen


def _box(source: Source | None) -> list[float] | None:
    if source is None or source.box is None:
        return None
    return [source.box.x0, source.box.y0, source.box.x1, source.box.y1]


def _verdict(verdict: Verdict) -> dict[str, Any]:
    match verdict:
        case Accept():
            reasons: tuple[str, ...] = ()
        case Query(questions=questions):
            reasons = questions
        case Escalate(reasons=found) | Dismiss(reasons=found):
            reasons = found
        case _:
            assert_never(verdict)
    values = {finding.code: finding.values for finding in verdict.findings}
    return {
        "outcome": WORD_OF_VERDICT[verdict.kind],
        "reasons": list(reasons),
        "sentences": [sentence(code, values.get(code, ())) for code in reasons],
        "rules": verdict.rules,
    }


def _message(evidence: Evidence, rules: Ruleset, received_at: datetime | None) -> dict[str, Any]:
    mail = evidence.submission
    assert mail is not None  # noqa: S101  the caller has looked
    facts = facts_of(evidence, known=Known(), rules=rules, received_at=received_at)
    grade = sender.grade_of(mail, rules.postfach.authserv_id)
    return {
        "from": [address.addr for address in mail.from_],
        "subject": mail.subject,
        "received_at": received_at.isoformat() if received_at else None,
        "authentication": grade.value,
        "automatic": list(mail.automatic),
        "kreis": _kreis(facts.sender_kreis, by="absender")
        | {
            "sources": {
                "antrag": _kreis(facts.kreise.form, by="antrag"),
                "absender": _kreis(facts.kreise.sender, by="absender"),
                "text": _kreis(facts.kreise.text, by="text"),
            }
        },
        "attachments": [
            {"name": a.name, "kind": a.kind.value, "size": a.size, "sha256": a.sha256}
            for a in mail.attachments
        ],
        "defects": list(mail.defects),
    }


def _kreis(match: kreis.KreisMatch, *, by: str) -> dict[str, Any]:
    match match:
        case kreis.Matched(ags=ags):
            return {"status": "matched", "ags": ags, "by": by}
        case kreis.Ambiguous():
            return {"status": "ambiguous", "ags": None, "by": by}
        case kreis.Unknown():
            return {"status": "unknown", "ags": None, "by": by}
        case _:
            assert_never(match)


def _received_at(mail: Submission | None) -> datetime | None:
    if mail is None or not mail.received_claimed:
        return None
    try:
        found = parsedate_to_datetime(mail.received_claimed)
    except (ValueError, OverflowError, TypeError):
        return None
    return found if found.tzinfo is not None else None


def german_block(seen: dict[str, Any]) -> str:
    """The same for a person: outcome, reasons, and each field with its status."""
    lines = [f"{seen['file']}: {VERDICTS[seen['verdict']['outcome']]}"]
    lines += [f"  - {text}" for text in seen["verdict"]["sentences"]]
    for document in seen["documents"]:
        for name, label in FIELDS.items():
            field = document[name]
            value = field.get("value") or field.get("text") or ""
            lines.append(f"  {label}: {STATUSES[field['status']]} {value}".rstrip())
    return "\n".join(lines)
