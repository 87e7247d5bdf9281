"""A mail that takes the daemon with it: kill -9 three times while it is read, then it is set aside.

Run as `python -m tests.faults.deaths [--mails N]`: real processes; each trial has a poisoned mail
and another that arrived after it. Prints counts, ends by itself, 1 where the mail is opened a
fourth time, goes anywhere but to a person, or the other one is held up or blamed.
Touches: loopback, processes, a temporary folder.
"""

import argparse
import itertools
import sys
import tempfile
import time
from pathlib import Path

from samples.demo import Sample, samples
from tests.fakes import sha256_of
from tests.faults.daemons import Place, few, place
from tests.faults.ending import exit_code

DEATHS = 3
# Read for some seconds even on a fast machine.
SLOW = "33-"


def slow() -> Sample:
    """The mail in whose reading the daemon dies."""
    return next(sample for sample in samples() if sample.folder.name.startswith(SLOW))


def trial(here: Place, other: Sample) -> list[str]:
    """Three deaths and one whole run; what is wrong."""
    poison = sha256_of(slow().mail)
    here.deliver(slow())
    here.deliver(other)
    wrong = [fault for death in range(1, DEATHS + 1) for fault in _die(here, poison, death)]
    ended = here.start("once")
    if ended.process.wait(timeout=300) != 0:
        wrong.append(f"the fourth run: {ended.words[-300:]}")
    return wrong + _faults(here, poison)


def _die(here: Place, poison: str, death: int) -> list[str]:
    """Killed when only this mail is still being read."""
    running = here.start("once")
    reading = "SELECT attempts FROM cases WHERE state='fetched' AND sha256=?"
    others = "SELECT 1 FROM cases WHERE state='fetched' AND sha256<>?"
    deadline = time.monotonic() + 120
    while here.rows(reading, poison) != [(death,)] or here.rows(others, poison):
        if running.process.poll() is not None or time.monotonic() > deadline:
            running.process.kill()
            return [f"death {death} did not happen: {running.words[-300:]}"]
        time.sleep(0.02)
    running.process.kill()
    running.process.wait()
    return []


def _faults(here: Place, poison: str) -> list[str]:
    wrong = list(here.faults())
    begun = here.rows(
        "SELECT count(*) FROM audit a JOIN cases c ON c.number = a.case_number "
        "WHERE a.kind = 'case.reading' AND c.sha256 = ?",
        poison,
    )
    end = here.rows(
        "SELECT c.state, e.body LIKE '%dreimal-abgebrochen%' FROM cases c "
        "JOIN evidence e ON e.case_number = c.number WHERE c.sha256 = ?",
        poison,
    )
    if begun != [(DEATHS,)]:
        wrong.append(f"opened {begun} times")
    if end != [("flagged", 1)]:
        wrong.append(f"ended as {end}")
    blamed = here.rows("SELECT 1 FROM evidence WHERE body LIKE '%dreimal-abgebrochen%'")
    if len(blamed) != 1:
        wrong.append(f"{len(blamed)} mails are blamed")
    return wrong


def every(folder: Path, count: int) -> list[str]:
    """So many poisoned mails, each on a place of its own."""
    wrong = []
    for number, other in zip(range(count), itertools.cycle(few()[1:]), strict=False):
        with place(folder / str(number)) as here:
            wrong += [f"mail {number}: {fault}" for fault in trial(here, other)]
    return wrong


def main() -> int:
    """All of them; 0 where nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=20)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="deaths-") as name:
        wrong = every(Path(name), chosen.mails)
    print(f"{chosen.mails} poisoned mails, {DEATHS * chosen.mails} deaths")
    return exit_code(wrong)


if __name__ == "__main__":
    sys.exit(main())
