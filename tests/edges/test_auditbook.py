"""The log as people search it: the same entries as in the file, whatever is asked."""

import json
import shutil
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from inbox_daemon.core.chain import AuditEntry, line_of, verify
from inbox_daemon.core.protokoll import ANYBODY, SYSTEM, Auswahl, opened, sampled
from inbox_daemon.edges import ledger
from inbox_daemon.edges.audit import AuditFile, Verified
from inbox_daemon.edges.auditbook import Auditbook
from inbox_daemon.edges.database import migrate, open_database, writing
from tests.fakes import FakeClock
from tests.postgres import PROGRAMS, database, postgres

pytestmark = pytest.mark.full

BEGIN = datetime(2021, 11, 1, tzinfo=UTC)
SIGNS = "100%_o'neill\"\\"
WHOLE = Auswahl()


def month(engine: Engine, *, days: int = 30, a_day: int = 4) -> None:
    """A month of mails: decided by the machine, some by persons, some left undone."""
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("message.fetched", {"sha256": "ab" * 32}),
        ("case.read", {"fehler": None, "ungelesen": [], "dokumente": []}),
        ("case.decided", {"urteil": "escalate", "gruende": ["betrag-unklar"]}),
        ("case.flagged", {"gruende": ["betrag-unklar"]}),
        ("staff.decided", {"wer": "muster", "grund": "cd" * 32, "ersetzt": None}),
        ("case.decided", {"urteil": "accept", "gruende": []}),
        ("case.filed", {"gruende": []}),
    )
    letter: tuple[tuple[str, dict[str, Any]], ...] = (
        *steps[:2],
        ("case.decided", {"urteil": "query", "gruende": ["unterschrift-fehlt"]}),
        ("letter.attempted", {}),
        ("letter.result", {"ergebnis": "unknown", "antwort": ""}),
        ("case.flagged", {"gruende": ["versand-unklar"]}),
    )
    failed: tuple[tuple[str, dict[str, Any]], ...] = (
        steps[0],
        ("case.read", {"fehler": "lese-zeit", "ungelesen": [], "dokumente": []}),
        ("case.decided", {"urteil": "escalate", "gruende": ["lesung-gescheitert"]}),
        ("staff.decided", {"wer": SIGNS, "grund": "ef" * 32, "ersetzt": None}),
        ("message.stays", {}),
    )
    with writing(engine) as session:
        for number in range(days * a_day):
            at = BEGIN + timedelta(days=number // a_day, hours=8 + number % a_day)
            for kind, told in (steps, letter, failed)[number % 3]:
                at += timedelta(seconds=7)
                case = f"A-2026-{number:06}"
                ledger.append(session, at=at, case=case, kind=kind, **told)


@pytest.fixture(name="engine")
def _engine(tmp_path: Path) -> Engine:
    engine = open_database(f"sqlite:///{tmp_path / 'inbox.sqlite3'}")
    migrate(engine)
    month(engine)
    return engine


@pytest.fixture(name="book")
def _book(engine: Engine) -> Auditbook:
    return Auditbook(engine)


@pytest.fixture(name="log")
def _log(engine: Engine, tmp_path: Path) -> Path:
    file = AuditFile(tmp_path / "audit.jsonl", engine, FakeClock())
    file.catch_up()
    return file.path


def test_the_file_counted_line_by_line_gives_the_counts_of_the_book(
    book: Auditbook, log: Path
) -> None:
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert dict(Counter(line["event.action"] for line in lines)) == book.counts_by_kind(WHOLE)
    assert len(lines) == book.count(WHOLE) == 720
    week = Auswahl(since=BEGIN + timedelta(days=7), before=BEGIN + timedelta(days=14))
    since, before = "2021-11-08T00:00:00", "2021-11-15T00:00:00"
    told = [line for line in lines if since <= line["@timestamp"] < before]
    assert dict(Counter(line["event.action"] for line in told)) == book.counts_by_kind(week)


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_jq_counts_the_same(book: Auditbook, log: Path) -> None:
    jq = subprocess.run(
        ["jq", "-r", 'select(."antrag.daten".urteil=="accept") | ."event.action"', str(log)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert len(jq.stdout.split()) == book.count(Auswahl(outcome="accept"))


def test_all_entries_in_order_are_the_lines_of_the_file(book: Auditbook, log: Path) -> None:
    lines = [line_of(entry) for entry in book.all(WHOLE)]
    assert "\n".join(lines) + "\n" == log.read_text("utf-8")
    assert verify(lines) == book.head()


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Auswahl(case="A-2026-000000"), 7),
        (Auswahl(kind="letter.result"), 40),
        (Auswahl(outcome="accept"), 40),
        (Auswahl(outcome="unknown"), 40),
        (Auswahl(outcome="failed"), 40),
        (Auswahl(who="muster"), 40),
        (Auswahl(who=SIGNS), 40),
        (Auswahl(who="100%xo'neill"), 0),
        (Auswahl(who=ANYBODY), 80),
        (Auswahl(who=SYSTEM), 640),
        (Auswahl(undone=True), 80),
        (Auswahl(kind="staff.decided", who="muster", since=BEGIN + timedelta(days=15)), 20),
        (Auswahl(before=BEGIN), 0),
    ],
)
def test_each_filter_finds_what_the_entries_themselves_say(
    book: Auditbook, wanted: Auswahl, count: int
) -> None:
    found = tuple(book.all(wanted))
    assert len(found) == book.count(wanted) == sum(book.counts_by_kind(wanted).values()) == count
    for entry in map(opened, found):
        assert wanted.outcome in {"", entry.outcome}
        assert wanted.who in {"", ANYBODY, entry.who}


def test_pages_hold_every_entry_once_in_both_directions(book: Auditbook) -> None:
    wanted, below = Auswahl(who=SYSTEM), None
    seen: list[AuditEntry] = []
    while page := book.newest(wanted, below=below, limit=100):
        seen += page
        below = page[-1].number
    assert [e.number for e in reversed(seen)] == [e.number for e in book.all(wanted)]
    back = book.next_above(wanted, above=seen[-1].number, limit=100)
    assert list(back) == seen[-101:-1]


def test_a_sample_is_drawn_by_lot_and_the_seed_draws_it_again(book: Auditbook) -> None:
    wanted = Auswahl(kind="case.decided")
    first = book.sample(wanted, count=10, seed="2026-11-20/17")
    assert len(first) == 10
    assert {entry.kind for entry in first} == {"case.decided"}
    assert book.sample(wanted, count=10, seed="2026-11-20/17") == first
    assert book.sample(wanted, count=10, seed="2026-11-20/18") != first
    assert len(book.sample(wanted, count=10_000, seed="x")) == 160


def test_every_entry_is_drawn_about_as_often_as_any_other() -> None:
    drawn = Counter(n for seed in range(400) for n in sampled(range(20), count=5, seed=str(seed)))
    assert len(drawn) == 20
    assert all(60 < count < 140 for count in drawn.values())


def test_a_check_of_the_chain_is_told_of_in_the_chain(book: Auditbook) -> None:
    assert book.last_check() is None
    at = BEGIN + timedelta(days=40)
    book.note_check(Verified(entries=720, head="ab" * 32), by="pruefer", at=at)
    found = book.last_check()
    assert found is not None
    assert (found.at, found.by, found.entries, found.why) == (at, "pruefer", 720, "")
    book.note_check(Verified(entries=3, head="", line=4, why="pruefsumme"), by="pruefer", at=at)
    found = book.last_check()
    assert found is not None
    assert found.why == "pruefsumme"
    assert book.head().number == 722


def test_what_left_the_house_is_told_of(book: Auditbook) -> None:
    book.note_export("protokoll.csv", by="pruefer", at=BEGIN)
    [entry] = map(opened, book.newest(WHOLE, below=None, limit=1))
    assert (entry.who, entry.told["ausgabe"]) == ("pruefer", "protokoll.csv")


def test_an_empty_log_has_a_head_and_no_entries(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'leer.sqlite3'}")
    migrate(engine)
    book = Auditbook(engine)
    assert (book.head().number, book.count(WHOLE), tuple(book.all(WHOLE))) == (0, 0, ())
    assert book.entry(1) is None


@pytest.mark.full
@pytest.mark.skipif(not PROGRAMS, reason="no PostgreSQL server here; setup.sh --tests brings it")
def test_postgresql_gives_the_same_answers() -> None:
    with postgres() as server:
        engine = open_database(database(server))
        migrate(engine)
        month(engine)
        book = Auditbook(engine)
        asked = (WHOLE, Auswahl(who=SIGNS), Auswahl(who=ANYBODY), Auswahl(who=SYSTEM),
                 Auswahl(undone=True), Auswahl(outcome="failed"))  # fmt: skip
        assert [book.count(wanted) for wanted in asked] == [720, 40, 80, 640, 80, 40]
        assert [len(tuple(book.all(wanted))) for wanted in asked] == [720, 40, 80, 640, 80, 40]
        assert verify(line_of(entry) for entry in book.all(WHOLE)) == book.head()
        engine.dispose()
