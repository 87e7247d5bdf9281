"""Two to five daemons started at once: one works, the others say so and end with 75.

Run as `python -m tests.faults.two_daemons [--rounds N] [--seed S]`: half of the rounds on one state
folder and one new SQLite database, half on several machines (state folders of their own) with one
new PostgreSQL database. Prints counts, ends by itself, 1 where two worked at once or one that was
refused said something else. Touches: loopback, processes, a temporary folder.
"""

import argparse
import random
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.faults.daemons import Place, Running, few, place
from tests.faults.ending import exit_code
from tests.postgres import PROGRAMS, database, postgres

REFUSED, OK = 75, 0
SENTENCES = ("another inbox-daemon works on",)


def round_of(here: Place, chance: random.Random, *, url: str = "") -> Iterator[str]:
    """Some daemons at once; what is wrong."""
    count = chance.randint(2, 5)
    configs = [
        here.machine(f"m{number}", database_url=url) if url else here.config
        for number in range(count)
    ]
    running = []
    for config in configs:
        running.append(here.start("run", config=config))
        time.sleep(chance.choice((0.0, 0.0, 0.05, 0.3)))
    try:
        yield from _one_is_left(running)
        late = here.start("once", config=chance.choice(configs))
        yield from _refused(late, late.process.wait(timeout=120))
        _wait(lambda: not here.peer.waiting(), seconds=90)
        if here.peer.waiting():
            yield "the one that is left does not work"
    finally:
        codes = [one.terminate()[0] for one in running if one.process.poll() is None]
    if codes != [OK]:
        yield f"the one that is left ended with {codes}"


def _one_is_left(running: list[Running]) -> Iterator[str]:
    alive = running
    deadline = time.monotonic() + 120
    while len(alive) > 1 and time.monotonic() < deadline:
        time.sleep(0.1)
        alive = [one for one in running if one.process.poll() is None]
    if len(alive) != 1:
        yield f"{len(alive)} work at once"
    for one in running:
        if one not in alive:
            yield from _refused(one, one.process.poll())


def _refused(one: Running, code: int | None) -> Iterator[str]:
    if code != REFUSED or not any(sentence in one.words for sentence in SENTENCES):
        yield f"refused with {code}: {one.words[-300:]}"


def _wait(true: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.1)


def rounds(folder: Path, count: int, chance: random.Random, *, server: str = "") -> list[str]:
    """So many rounds, each on a new place; with a server, on a new database of it."""
    wrong = []
    for number in range(count):
        with place(folder / f"{number}-{uuid.uuid4().hex[:8]}") as here:
            here.deliver(few()[number % len(few())])
            url = database(server) if server else ""
            wrong += [f"round {number}: {fault}" for fault in round_of(here, chance, url=url)]
            if not server:
                wrong += [f"round {number}: {fault}" for fault in here.faults()]
    return wrong


def main() -> int:
    """Both halves; 0 where nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=20220722)
    chosen = parser.parse_args()
    chance, half = random.Random(chosen.seed), chosen.rounds // 2
    done: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="two-daemons-") as name:
        wrong = rounds(Path(name), chosen.rounds - half, chance)
        done["one state folder, SQLite"] = chosen.rounds - half
        if PROGRAMS:
            with postgres() as server:
                wrong += rounds(Path(name), half, chance, server=server)
            done["several machines, PostgreSQL"] = half
    for kind, count in done.items():
        print(f"{count:4} rounds: {kind}")
    return exit_code(wrong)


if __name__ == "__main__":
    sys.exit(main())
