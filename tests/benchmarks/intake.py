"""Messages taken in a second, beside `mbsync` from the same Dovecot in one run.

`tests/benchmarks/intake.py [--mails N] [--rounds R] [--whole]` fills a mailbox (sizes drawn from a
log-normal distribution, median 20 kB, one in a hundred about 1 MB), then lets both copy it in turn,
each time into an empty place: ours with `fetch` alone, the step before any reading, mbsync with its
default `FSync yes`. Ours also enters each mail in ledger, cases and log. With `--whole` ours alone,
and all of `once`: every mail is read in its child, decided and moved. Prints messages per second,
CPU, the largest memory of the process, and whether the oldest came first.
"""

import argparse
import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from inbox_daemon.app import App
from inbox_daemon.config import load_settings
from inbox_daemon.core.states import State
from samples.servers import PASSWORD, USER, Imap, dovecot, write_config
from tests.benchmarks import meter

ROOT = Path(__file__).resolve().parents[2]
BEGAN = datetime(2022, 7, 1, tzinfo=UTC)
LARGE, MEDIAN = 1 << 20, 20_000
APPEND = 50

MBSYNC = """IMAPAccount server
Host 127.0.0.1
Port {port}
User {user}
Pass {password}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account server

MaildirStore near
Path {place}/mail/
Inbox {place}/mail/INBOX

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState {place}/
"""


def mail(number: int, chance: random.Random) -> bytes:
    """A mail with an attachment of noise; no two alike."""
    size = LARGE if number % 100 == 99 else int(chance.lognormvariate(0, 0.8) * MEDIAN)
    lines = (chance.randbytes(36).hex() for _ in range(max(1, size // 74)))
    head = f"From: a@kreis.example\r\nMessage-ID: <{number}@kreis.example>\r\nSubject: {number}"
    return (f"{head}\r\n\r\n" + "\r\n".join(lines) + "\r\n").encode()


def fill(imap: Imap, mails: int) -> int:
    """Delivers so many, one minute after the other; bytes in all."""
    chance, total = random.Random(1), 0
    with imap.client() as client:
        for start in range(0, mails, APPEND):
            part: list[dict[str, Any]] = [
                {"msg": mail(number, chance), "date": BEGAN + timedelta(minutes=number)}
                for number in range(start, min(start + APPEND, mails))
            ]
            total += sum(len(message["msg"]) for message in part)
            client.multiappend("INBOX", part)
    return total


def take(config: Path, *, whole: bool) -> int:
    """The program of our side: one `fetch`, or all of `once`."""
    app = App(load_settings(config))
    with app.alone():
        new = app.steps().once() if whole else app.steps().fetch()
    orders = [case.raw.uid for state in State for case in app.store.cases(state)]
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    print(new, int(peak) >> 10, "oldest-first" if orders == sorted(orders) else "NOT-IN-ORDER")
    return 0


def told(name: str, mails: int, weight: meter.Weight, rest: str) -> None:
    """One line of the table."""
    speed = mails / weight.wall
    print(f"{name:8} {speed:8.0f} mails/s {weight.wall:7.1f} s {weight.cpu:7.1f} CPU s  {rest}")


def ours_of(imap: Imap, folder: Path, mails: int, *, whole: bool) -> meter.Weight:
    """Our side, from nothing."""
    folder.mkdir(parents=True)
    config = write_config(folder, imap_port=imap.port, smtp_port=1, rules=ROOT / "rules")
    command = [sys.executable, __file__, "--take", str(config), *(["--whole"] if whole else [])]
    with meter.weighed() as ours:
        code, out, errors = meter.run([command], ours, cwd=ROOT)[0]
    if code:
        raise SystemExit(errors)
    new, peak, order = out.split()[-3:]
    told("ours", mails, ours, f"{new} new, VmHWM {peak} MiB, {order}")
    return ours


def theirs_of(imap: Imap, folder: Path, mails: int) -> meter.Weight:
    """Their side, from nothing."""
    (folder / "mail").mkdir(parents=True)
    rc = folder / "mbsyncrc"
    rc.write_text(MBSYNC.format(port=imap.port, user=USER, password=PASSWORD, place=folder))
    with meter.weighed() as theirs:
        command = ["mbsync", "--config", str(rc), "--quiet", "all"]
        code, _, errors = meter.run([command], theirs)[0]
    got = sum(1 for path in (folder / "mail").glob("INBOX/*/*"))
    if code or got != mails:
        raise SystemExit(f"mbsync: {got} mails, exit {code}: {errors}")
    told("mbsync", mails, theirs, "")
    return theirs


def ratio_of(imap: Imap, folder: Path, mails: int, *, first: bool) -> float:
    """Both once, each from nothing, ours first or second; the ratio of their speeds.

    Nothing is removed in between: ext4 passes over the inodes of files removed seconds ago, one
    by one, and whoever comes next pays for it.
    """
    if first:
        ours = ours_of(imap, folder / "ours", mails, whole=False)
    theirs = theirs_of(imap, folder / "mbsync", mails)
    if not first:
        ours = ours_of(imap, folder / "ours", mails, whole=False)
    return theirs.wall / ours.wall


def main() -> int:
    """Fills once, then the rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--take", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.take:
        return take(chosen.take, whole=chosen.whole)
    with tempfile.TemporaryDirectory() as name, dovecot(Path(name) / "server") as imap:
        total = fill(imap, chosen.mails)
        print(f"{chosen.mails} mails, {total >> 20} MiB")
        if chosen.whole:
            ours_of(imap, Path(name) / "whole", chosen.mails, whole=True)
            return 0
        ratios = [
            ratio_of(imap, Path(name) / str(number), chosen.mails, first=number % 2 == 0)
            for number in range(chosen.rounds)
        ]
        print("ours / mbsync:", *(f"{ratio:.2f}" for ratio in ratios))
        print(f"median {median(ratios):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
