"""kill -9 at every named point of every sample scenario, then at random moments.

Run as `python -m tests.crash.crashes [--scenarios N] [--random N] [--seed S] [--every K]`: prints
counts, ends by itself, exit code 1 where a mail was lost, filed or answered twice, where the chain
is broken or the end is another than without kills. A scenario is one sample mail; the point n is
the n-th that its calm run passes. A random trial has eight mails and two kills: one at any moment,
one during the recovery.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inbox_daemon.core.bearbeitung import Wish
from samples.demo import Sample, samples
from tests.crash.rig import Ending, Rig, rig
from tests.faults.ending import exit_code

MAILS, KILLS = 8, 2


@dataclass
class Sum:
    """What was done, and what was wrong."""

    trials: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    doubts: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, ending: Ending, calm: Ending, *, point: str) -> None:
        """One trial more."""
        self.trials += 1
        self.kills[point] += ending.kills
        self.doubts += sum("versand-unklar" in reasons for _, reasons in ending.ends.values())
        self.wrong += [f"{name} {point}: {fault}" for fault in ending.faults]
        self.wrong += [f"{name} {point}: {odd}" for odd in ending.differs_from(calm)]


def at_points(
    bench: Rig,
    mails: Sequence[Sample],
    found: Sum,
    *,
    earlier: Sequence[Sample] = (),
    wish: Wish | None = None,
    every: int = 1,
) -> None:
    """Kills at each `every`-th point that the calm run passes; `earlier` mails are done before."""
    name = " ".join(sample.folder.name for sample in mails)
    calm = bench.trial(mails, earlier=earlier, wish=wish)
    found.wrong += [f"{name} calm: {fault}" for fault in calm.faults]
    for number in range(1, len(calm.passed) + 1, every):
        ending = bench.trial(mails, earlier=earlier, wish=wish, kill_at=number)
        found.add(name, ending, calm, point=calm.passed[number - 1])


def at_random(bench: Rig, chance: random.Random, found: Sum, *, kills: int) -> None:
    """Kills at random moments until there were so many."""
    before = found.kills.total()
    while found.kills.total() < before + kills:
        mails = chance.sample(samples(), MAILS)
        calm = bench.trial(mails)
        found.wrong += [f"calm: {fault}" for fault in calm.faults]
        for _ in range(10):
            moments = [chance.uniform(0, calm.seconds) for _ in range(KILLS)]
            ending = bench.trial(mails, kill_after=moments)
            found.add("random", ending, calm, point="any moment")


def main() -> int:
    """Both kinds; 0 where nothing was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenarios", type=int, default=len(samples()))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--random", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20220722)
    chosen = parser.parse_args()
    points, moments = Sum(), Sum()
    with tempfile.TemporaryDirectory() as folder, rig(Path(folder)) as bench:
        for sample in samples()[: chosen.scenarios]:
            at_points(bench, [sample], points, every=chosen.every)
            print(f"{sample.folder.name}: {points.trials} trials", flush=True)
        at_random(bench, random.Random(chosen.seed), moments, kills=chosen.random)
    for title, found in (("points", points), ("random", moments)):
        print(f"{title}: {found.trials} trials, {found.kills.total()} kills, {found.doubts} doubts")
        for point, count in sorted(found.kills.items()):
            print(f"  {count:5} {point}")
    wrong = points.wrong + moments.wrong
    return exit_code(wrong)


if __name__ == "__main__":
    sys.exit(main())
