"""The judge of the hostile runs: sees mailbox, database, filed folder, sink and log, nothing else.

It opens the database with plain sqlite3 and knows of the program under test only its German words.
"""

import hashlib
import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inbox_daemon.core.wording import FINDINGS, READINGS
from inbox_daemon.core.wording_labels import FOLDERS
from samples.servers import Imap

WALL_S = 120.0
# What may lie in the state folder; everything else was written outside the store.
KNOWN = re.compile(
    r"inbox\.sqlite3(-wal|-shm)?|audit\.(jsonl|lock)|daemon\.lock|imap-password|spool|filed|work|forms"
    r"|spool/[0-9a-f]{2}|spool/incoming|spool/[0-9a-f]{2}/[0-9a-f]{64}|forms/[0-9a-f-]+\.json"
    r"|filed/[a-z0-9-]+(/[0-9]{5}(/[^/.][^/]*(/[^/]+)?)?)?"
)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What was found: how many ended where and why, how long readings took, what is wrong."""

    ends: Counter[str]
    reasons: Counter[str]
    seconds: list[tuple[float, str]]
    open_bars: Counter[str]
    wrong: list[str]


@dataclass(frozen=True)
class _Case:
    number: str
    sha256: str
    state: str
    reasons: tuple[str, ...]
    failure: str | None


def judge(imap: Imap, state: Path, letters: tuple[bytes, ...], delivered: int) -> Judged:
    """Everything that must be true of so many delivered mails after the last run."""
    with closing(sqlite3.connect(f"file:{state / 'inbox.sqlite3'}?mode=ro", uri=True)) as db:
        cases = [_case(db, *row) for row in db.execute("SELECT number,sha256,state FROM cases")]
        written = db.execute("SELECT message_id, case_number FROM letters").fetchall()
        entries = db.execute("SELECT case_number, kind, at, payload FROM audit").fetchall()
        grounds = _grounds(db)
    wrong = [] if len(cases) == delivered else [f"{delivered} delivered, {len(cases)} cases"]
    wrong += _places(imap, cases)
    wrong += [f"{case.number}: {fault}" for case in cases if (fault := _fault(case))]
    wrong += [f"no words for {ground}" for ground in grounds if ground not in READINGS]
    wrong += [f"{number}: case.defect" for number, kind, *_ in entries if kind == "case.defect"]
    wrong += _letters(letters, written)
    wrong += _strangers(state)
    seconds = _seconds(entries)
    wrong += [f"{number}: read for {took:.0f} s" for took, number in seconds if took > WALL_S]
    told = [json.loads(payload) for _, kind, _, payload in entries if kind == "case.read"]
    return Judged(
        ends=Counter(case.state for case in cases),
        reasons=Counter(case.reasons[0] for case in cases if case.reasons),
        seconds=seconds,
        open_bars=Counter(bar for read in told for bar in read["offen"]),
        wrong=wrong,
    )


def _case(db: sqlite3.Connection, number: str, sha256: str, state: str) -> _Case:
    (reasons,) = db.execute("SELECT reasons FROM cases WHERE number=?", (number,)).fetchone()
    row = db.execute("SELECT body FROM evidence WHERE case_number=?", (number,)).fetchone()
    failure = json.loads(row[0])["failure"] if row else None
    return _Case(number, sha256, state, tuple(json.loads(reasons)), failure)


def _grounds(db: sqlite3.Connection) -> set[str]:
    """Every reason that a finding inserts into its sentence."""
    bodies = [json.loads(body) for (body,) in db.execute("SELECT body FROM verdicts")]
    values = [pair for body in bodies for found in body["findings"] for pair in found["values"]]
    return {value for name, value in values if name == "grund"}


def _fault(case: _Case) -> str:
    """A place for each, a sentence for each, and nothing hostile filed."""
    if case.state not in FOLDERS:
        return f"rests in {case.state}"
    if case.state == "filed":
        return "filed"
    if case.state != "queried" and not case.reasons:
        return "no reason"
    return ", ".join(f"no sentence for {code}" for code in case.reasons if code not in FINDINGS)


def _places(imap: Imap, cases: list[_Case]) -> list[str]:
    """Each mail lies in the one folder of its case; of an oversized one only the folder is seen."""
    lying: Counter[tuple[str, str]] = Counter()
    with imap.client() as client:
        for _, _, name in client.list_folders():
            client.select_folder(name, readonly=True)
            uids = client.search("ALL")
            for uid in uids:
                body = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
                lying[name, hashlib.sha256(body).hexdigest()] += 1
    large = {case.sha256 for case in cases if case.failure == "zu-gross"}
    wanted = Counter((FOLDERS.get(case.state, "?"), case.sha256) for case in cases)
    seen = Counter({place: n for place, n in lying.items() if place in wanted})
    found = [f"not in its folder: {place}" for place in wanted - seen if place[1] not in large]
    if lying.total() != len(cases):
        found.append(f"{lying.total()} mails on the server, {len(cases)} cases")
    by_folder = Counter(FOLDERS.get(case.state, "?") for case in cases)
    there = Counter(name for name, _ in lying.elements())
    return found + ([f"folders {there}, cases {by_folder}"] if there != by_folder else [])


def _letters(letters: tuple[bytes, ...], written: list[tuple[str, str]]) -> list[str]:
    found = []
    for message_id, case in written:
        sent = sum(message_id.encode() in letter for letter in letters)
        found += [f"{case}: sent {sent} times"] if sent > 1 else []
    many = f"{len(letters)} letters, {len(written)} decided"
    return found + ([many] if len(letters) > len(written) else [])


def _seconds(entries: list[tuple[str, str, str, str]]) -> list[tuple[float, str]]:
    """How long each reading took by the log, longest first."""
    begun: dict[str, datetime] = {}
    took = []
    for number, kind, at, _ in entries:
        if kind == "case.reading":
            begun[number] = datetime.fromisoformat(at)
        elif kind == "case.read" and number in begun:
            took.append(((datetime.fromisoformat(at) - begun[number]).total_seconds(), number))
    return sorted(took, reverse=True)


def _strangers(state: Path) -> list[str]:
    paths = (path.relative_to(state).as_posix() for path in state.rglob("*"))
    return [f"in the state folder: {path}" for path in paths if not KNOWN.fullmatch(path)]
