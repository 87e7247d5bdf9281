"""SIGTERM at random moments of `once` and `run`: ends soon, leaves nothing, blames no mail.

Run as `python -m tests.faults.sigterm [--trials N] [--seed S]`: prints counts and the longest time
to the end, ends by itself, 1 where something is wrong. One state folder and one mailbox for all
trials; a mail arrives before each. After each: no process is left, nothing lies there half, no mail
in `fetched` is counted as having ended a daemon. At the end two calm runs, and a judge.
Touches: loopback, processes, a temporary folder.
"""

import argparse
import itertools
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.daemons import Place, Running, adopt_orphans, few, orphans, place
from tests.faults.diskrig import halves
from tests.faults.ending import exit_code

STOP_S = 150.0  # TimeoutStopSec= of the unit
# After a signal: all done, something is left to do, or it came before we listened.
ENDS = {"once": {0, 75, -signal.SIGTERM}, "run": {0, -signal.SIGTERM}}


class Trials:
    """One after the other on one place."""

    def __init__(self, here: Place, chance: random.Random) -> None:
        self._here, self._chance = here, chance
        self._mails = itertools.cycle(few())
        self.longest = 0.0
        self.counts: Counter[str] = Counter()
        self.length = self._calm()

    def _calm(self) -> float:
        """The seconds of an undisturbed run."""
        for sample in few():
            self._here.deliver(sample)
        began = time.monotonic()
        if self._here.start("once").process.wait() != 0:
            raise RuntimeError("the calm run does not end well")
        return time.monotonic() - began

    def trial(self, number: int) -> list[str]:
        """One daemon, one signal; what is wrong."""
        self._here.deliver(next(self._mails))
        word = ("once", "run")[number % 2]
        running = self._here.start(word)
        time.sleep(self._chance.uniform(0.0, self.length))
        code = running.process.poll()
        if code is None:
            code, seconds = running.terminate(within=STOP_S)
            self.longest = max(self.longest, seconds)
            self.counts[f"{word}: {_name(code)}"] += 1
        else:
            self.counts[f"{word}: was over before"] += 1
        return [f"{word} {number}: {fault}" for fault in self._faults(running, word, code)]

    def _faults(self, running: Running, word: str, code: int) -> list[str]:
        wrong = [] if code in ENDS[word] else [f"ended with {code}: {running.words[-300:]}"]
        wrong += [f"outlives it: {command[:80]}" for command in orphans()]
        wrong += [f"at once: {half}" for half in halves(self._here.state)]
        if code != -signal.SIGTERM:
            wrong += [f"blamed: {case} {count}" for case, count in self._here.blamed()]
        return wrong

    def settle(self) -> list[str]:
        """Two calm runs, and what is wrong then."""
        codes = [self._here.start("once").process.wait() for _ in range(2)]
        return [f"calm runs end with {codes}"] * any(codes) + list(self._here.faults())


def _name(code: int) -> str:
    return "before it listened" if code == -signal.SIGTERM else f"ended with {code}"


def rounds(folder: Path, count: int, seed: int) -> tuple[Trials, list[str]]:
    """So many trials on a new place."""
    adopt_orphans()
    with place(folder) as here:
        trials = Trials(here, random.Random(seed))
        wrong = [fault for number in range(count) for fault in trials.trial(number)]
        return trials, wrong + trials.settle()


def main() -> int:
    """All trials; 0 where nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20220722)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sigterm-") as name:
        trials, wrong = rounds(Path(name), chosen.trials, chosen.seed)
    print(f"{trials.counts.total()} trials in runs of {trials.length:.1f} s; "
          f"longest end {trials.longest:.1f} s of {STOP_S:.0f}")  # fmt: skip
    for end, count in sorted(trials.counts.items()):
        print(f"  {count:4} {end}")
    return exit_code(wrong)


if __name__ == "__main__":
    sys.exit(main())
