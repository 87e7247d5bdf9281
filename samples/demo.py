"""The demo: every sample mail through a real mailbox, and the table of what came of it.

Promises: exit 0 only if every outcome is the expected one. Touches: `var/demo`, loopback.
Trusts: the samples' expected.toml. Limits: keeps its state, so a second run finds nothing new.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from inbox_daemon.app import App
from inbox_daemon.config import load_settings
from inbox_daemon.core.states import State
from inbox_daemon.core.wording import sentence
from inbox_daemon.core.wording_labels import STATES
from inbox_daemon.edges.records import CaseLine, Records
from samples.servers import Imap, Sink, dovecot, free_port, smtp_sink, write_config

PROJECT = Path(__file__).parent.parent
# Where the pages are, if nobody else is there.
PAGES = 8080
OUTCOMES = {
    State.FILED: "file",
    State.QUERIED: "query",
    State.FLAGGED: "flag",
    State.NOTED: "ignore",
}


@dataclass(frozen=True)
class Sample:
    """One sample mail and what is expected of it."""

    folder: Path
    expected: dict[str, Any]

    @property
    def mail(self) -> bytes:
        """The raw bytes."""
        return (self.folder / "mail.eml").read_bytes()

    @property
    def received_at(self) -> datetime:
        """The moment of delivery."""
        found = self.expected["received_at"]
        if not isinstance(found, datetime):
            raise TypeError(f"{self.folder}: received_at is not a time")
        return found

    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that are right."""
        return tuple(self.expected.get("outcome_any") or [self.expected["outcome"]])


def samples() -> tuple[Sample, ...]:
    """All samples in the order of their delivery."""
    found = [
        Sample(path.parent, tomllib.loads(path.read_text(encoding="utf-8")))
        for path in (PROJECT / "samples").glob("*/*/expected.toml")
    ]
    return tuple(sorted(found, key=lambda sample: int(sample.expected["order"])))


def deliver(imap: Imap, folder: Path) -> int:
    """Delivers what was not delivered before; how many."""
    ledger = folder / "delivered.json"
    done = set(json.loads(ledger.read_text())) if ledger.exists() else set()
    new = [sample for sample in samples() if sample.folder.name not in done]
    for sample in new:
        imap.deliver(sample.mail, received_at=sample.received_at)
        done.add(sample.folder.name)
    ledger.write_text(json.dumps(sorted(done)))
    return len(new)


def case_of(sample: Sample, records: Records, taken: set[str]) -> CaseLine | None:
    """The case that this sample became: same bytes, first one not yet taken."""
    sha256 = hashlib.sha256(sample.mail).hexdigest()
    for line in records.cases():
        if line.sha256 == sha256 and line.number not in taken:
            taken.add(line.number)
            return line
    return None


def table(records: Records) -> bool:
    """Prints a line a sample; whether every outcome is the expected one."""
    taken: set[str] = set()
    wrong = 0
    for sample in samples():
        line = case_of(sample, records, taken)
        ok, words = judged(sample, line, records)
        wrong += not ok
        number = line.number if line else "-"
        print(f"{'ok ' if ok else 'BAD'} {number:14} {sample.folder.name:45.45} {words}")
    print(f"{len(samples())} Mails, {wrong} anders als erwartet")
    return wrong == 0


def judged(sample: Sample, line: CaseLine | None, records: Records) -> tuple[bool, str]:
    """Whether the case is as expected, and its outcome with the reasons in words."""
    if line is None:
        return False, "nicht angekommen"
    outcome = OUTCOMES.get(line.state, line.state.value)
    reasons = line.reasons or _questions(line, records)
    values = {
        finding.code: finding.values
        for judgement in records.judgements(line.number)
        for finding in judgement.verdict.findings
    }
    ok = outcome in sample.outcomes()
    if outcome == sample.expected.get("outcome"):
        ok = ok and set(sample.expected.get("reasons", [])) <= set(reasons)
    either = set(sample.expected.get("reasons_any", ()))
    ok = ok and (not either or bool(either & set(reasons)))
    words = " ".join(sentence(code, values.get(code, ())) for code in reasons)
    expected = "" if ok else f" [erwartet: {'/'.join(sample.outcomes())}]"
    return ok, f"{STATES[line.state.value]}{expected}: {words}".rstrip(": ")


def _questions(line: CaseLine, records: Records) -> tuple[str, ...]:
    judgements = records.judgements(line.number)
    return tuple(getattr(judgements[-1].verdict, "questions", ())) if judgements else ()


def run(folder: Path, *, once: bool) -> int:
    """The whole demo."""
    folder.mkdir(parents=True, exist_ok=True)
    with dovecot(folder, keep=True) as imap, smtp_sink(folder / "letters") as (sink, smtp_port):
        config = write_config(
            folder,
            imap_port=imap.port,
            smtp_port=smtp_port,
            rules=PROJECT / "rules",
            pages_port=free_port(PAGES),
        )
        new = deliver(imap, folder)
        print(f"{new} Mails neu zugestellt, Dovecot auf Port {imap.port}", flush=True)
        program = [sys.executable, "-m", "inbox_daemon"]
        ended = subprocess.run(
            [*program, "once", "--json", "--config", str(config)], cwd=PROJECT, check=False
        )
        ok = _report(App(load_settings(config)), imap, sink)
        if not once:
            print(
                "Der Daemon läuft weiter; Ende mit Strg-C. Seiten für die Sachbearbeitung:",
                flush=True,
            )
            subprocess.run(
                [*program, "users", "demo", "--config", str(config)], cwd=PROJECT, check=True
            )
            print(f"Arbeitsvorrat: .venv/bin/inbox-daemon queue list --config {config}")
            subprocess.run([*program, "run", "--config", str(config)], cwd=PROJECT, check=False)
        return 0 if ok and ended.returncode == 0 else 1


def _report(app: App, imap: Imap, sink: Sink) -> bool:
    ok = table(app.records)
    print(f"Briefe: {len(sink.letters())}; Ordner: {imap.counts()}")
    verified = app.audit.verify()
    print(f"Protokoll: {verified.entries} Einträge, {verified.why or 'lückenlos'}")
    return ok and not verified.why


def main() -> int:
    """Reads the arguments and runs."""
    parser = argparse.ArgumentParser(description="every sample mail through a real mailbox")
    parser.add_argument("--once", action="store_true", help="end after the table")
    parser.add_argument("--folder", type=Path, default=PROJECT / "var" / "demo")
    arguments = parser.parse_args()
    try:
        return run(arguments.folder.resolve(), once=arguments.once)
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
