"""An independent judge: sees mailbox, database, filed folder, letters and log, and nothing of ours.

Promises: one sentence for each thing that is wrong after all was done. Touches: reads only.
Trusts: SQL, IMAP and SHA-256; no line of the program is asked. Limits: knows the form of the
tables and of the log as the contracts give them.
"""

import email
import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ENDS = {"filed": "Abgelegt", "noted": "Abgelegt", "queried": "Rückfrage", "flagged": "Prüfung"}
DOUBT = "versand-unklar"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What there is to see: messages by folder, the state folder, the letters that left."""

    delivered: Sequence[bytes]
    folders: Mapping[str, int]
    state: Path
    letters: Sequence[bytes]


@dataclass(frozen=True, kw_only=True)
class _Case:
    number: str
    state: str
    reasons: str
    sha256: str
    message_id: str


def faults(scene: Scene) -> list[str]:
    """Everything that is wrong; nothing where every promise holds."""
    cases = _cases(scene.state)
    found = [*_lost(scene, cases), *_filed(scene.state, cases), *_answered(scene.letters, cases)]
    return [*found, *_untold(scene.state, cases), *_joined(scene.state, cases)]


def end_state(state: Path) -> dict[str, tuple[str, str]]:
    """State and reasons by the bytes of the mail and its place among its twins."""
    seen: Counter[str] = Counter()
    found = {}
    for case in _cases(state):
        seen[case.sha256] += 1
        found[f"{case.sha256}-{seen[case.sha256]}"] = (case.state, case.reasons)
    return found


def entries(state: Path) -> int:
    """How many entries the log has."""
    return len(_log(state))


def _cases(state: Path) -> list[_Case]:
    with _database(state) as base:
        rows = base.execute(
            "SELECT number, state, reasons, sha256, message_id FROM cases ORDER BY id"
        ).fetchall()
    return [
        _Case(number=row[0], state=row[1], reasons=row[2], sha256=row[3], message_id=row[4])
        for row in rows
    ]


def _database(state: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{state / 'inbox.sqlite3'}?mode=ro", uri=True)


def _lost(scene: Scene, cases: Sequence[_Case]) -> Iterator[str]:
    wanted = Counter(hashlib.sha256(mail).hexdigest() for mail in scene.delivered)
    if wanted != Counter(case.sha256 for case in cases):
        yield "the cases are not the mails that were delivered"
    for sha256 in wanted:
        kept = scene.state / "spool" / sha256[:2] / sha256
        if not kept.exists() or hashlib.sha256(kept.read_bytes()).hexdigest() != sha256:
            yield f"the spool has not the bytes of {sha256[:12]}"
    for case in cases:
        if case.state not in ENDS:
            yield f"{case.number} rests in {case.state}"
    staff = _by_staff(scene.state)
    # What a person decided had come to its place on the server before.
    places = Counter(
        ENDS["flagged"] if case.number in staff else ENDS.get(case.state, "INBOX") for case in cases
    )
    there = Counter({name: count for name, count in scene.folders.items() if count})
    if places != there:
        yield f"on the server {dict(there)}, by the cases {dict(places)}"


def _filed(state: Path, cases: Sequence[_Case]) -> Iterator[str]:
    records = sorted((state / "filed").glob("*/*/*"))
    for place in records:
        if place.name.startswith("."):
            yield f"something half lies at {place.name}"
    whole = [place for place in records if not place.name.startswith(".")]
    if Counter(_case_in(place) for place in whole) != Counter(
        case.number for case in cases if case.state == "filed"
    ):
        yield "the filed folders are not the filed cases"
    for place in whole:
        record = json.loads((place / "record.json").read_text(encoding="utf-8"))
        ids = [case.message_id for case in cases if case.number == _case_in(place)]
        if [record["mail"]["message_id"]] != ids:
            yield f"{place.name} holds the record of another mail"


def _case_in(place: Path) -> str:
    """The case of a record's folder: its number, and behind a person's the count of decisions."""
    return "-".join(place.name.split("-")[:3])


def _by_staff(state: Path) -> set[str]:
    """The cases that a person decided."""
    return {str(e["antrag.id"]) for e in _log(state) if e["event.action"] == "staff.decided"}


def _answered(letters: Sequence[bytes], cases: Sequence[_Case]) -> Iterator[str]:
    sent = Counter(str(email.message_from_bytes(letter)["In-Reply-To"]) for letter in letters)
    for message_id, count in sent.items():
        if count > 1:
            yield f"{count} letters for {message_id}"
        ends = {(c.state, DOUBT in c.reasons) for c in cases if c.message_id == message_id}
        if not ends & {("queried", False), ("flagged", True)}:
            yield f"a letter for {message_id}, which is neither queried nor in doubt"
    for case in cases:
        if case.state == "queried" and not sent[case.message_id]:
            yield f"{case.number} counts as queried, and no letter left"


def _log(state: Path) -> list[dict[str, object]]:
    lines = (state / "audit.jsonl").read_text(encoding="ascii").splitlines()
    return [dict(json.loads(line)) for line in lines]


def _untold(state: Path, cases: Sequence[_Case]) -> Iterator[str]:
    previous = "0" * 64
    told = _log(state)
    for number, entry in enumerate(told, start=1):
        bare = {key: value for key, value in entry.items() if key != "event.hash"}
        text = json.dumps(bare, sort_keys=True, separators=(",", ":"))
        whole = entry["event.hash"] == hashlib.sha256(text.encode()).hexdigest()
        if not whole or entry["event.previous"] != previous or entry["event.sequence"] != number:
            yield f"the chain breaks at line {number}"
            return
        previous = str(entry["event.hash"])
    with _database(state) as base:
        stored = [row[0] for row in base.execute("SELECT hash FROM audit ORDER BY number")]
    if stored != [entry["event.hash"] for entry in told]:
        yield "log file and database tell different stories"
    ends = {(entry["antrag.id"], entry["event.action"]) for entry in told}
    for case in cases:
        if case.state in ENDS and (case.number, f"case.{case.state}") not in ends:
            yield f"the log does not tell how {case.number} came to {case.state}"


def _joined(state: Path, cases: Sequence[_Case]) -> Iterator[str]:
    """Each link leads to another case, the log tells of it once, and nobody else is told of."""
    with _database(state) as base:
        links = base.execute("SELECT case_number, belongs_to, vorgang FROM case_links").fetchall()
    numbers = {case.number for case in cases}
    for link in links:
        if not set(link) <= numbers or link[0] in link[1:]:
            yield f"a link that leads nowhere: {link}"
    told = Counter(
        (str(dict(entry["antrag.daten"])["durch"]), str(entry["antrag.id"]))  # type: ignore[call-overload]
        for entry in _log(state)
        if entry["event.action"] in {"case.answered", "case.joined"}
    )
    if told != Counter((link[0], link[1]) for link in links):
        yield "the log tells of other links than there are"
