"""Every hostile file through the real `once`: each alone, then all together in random orders.

    python -m tests.faults.hostile [--orders 3] [--seed S] [--only PART] [--without-alone]

Delivers the mails of ../shared/data/hostile/eml as they are, and each PDF of ../hostile/pdf as an
attachment of an authentic mail from a Kreis, to a real Dovecot. Prints counts, ends by itself, exit
code 1 where something is wrong, 0 with a word where the set is not there.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from inbox_daemon.ruleset import load_rules
from samples.demo import samples
from samples.mails import Letter, Part, raw_bytes
from tests.faults.hostile_judge import Judged, judge
from tests.faults.hostile_rig import ROOT, STRACE, Rig, rig

SHARED = ROOT.parent / "shared" / "data" / "hostile"
RECEIVED = samples()[0].received_at
SHOWN = 6


@dataclass(frozen=True)
class Hostile:
    """A mail to deliver, and the file it came from."""

    name: str
    mail: bytes


def from_a_kreis(name: str, payload: bytes, *, number: int = 0) -> bytes:
    """A good mail of a Kreis with this file as its application."""
    kreise = load_rules(ROOT / "rules").kreise
    domain = kreise[number % len(kreise)].domains[0]
    letter = Letter(
        key=f"hostile-{number}-{name}"[:60],
        sender=f"integration@{domain}",
        sender_name="Integration",
        subject="Antrag Soforthilfe",
        text="Sehr geehrte Damen und Herren,\n\nanbei unser unterschriebener Antrag.\n",
        sent_at=RECEIVED - timedelta(minutes=1),
        received_at=RECEIVED,
        parts=(Part(name=name, kind="application/pdf", payload=payload),),
    )
    return raw_bytes(letter)


def hostile_set(only: str = "") -> list[Hostile]:
    """Both shared sets; empty where they are not there."""
    mails = [Hostile(path.name, path.read_bytes()) for path in sorted(SHARED.glob("eml/*.eml"))]
    pdfs = [
        Hostile(path.name, from_a_kreis(path.name, path.read_bytes(), number=number))
        for number, path in enumerate(sorted(SHARED.glob("pdf/*.pdf")))
    ]
    return [file for file in (*mails, *pdfs) if only in file.name]


def alone(world: Rig, files: Iterable[Hostile]) -> list[str]:
    """Each delivered and read by a run of its own; what was wrong."""
    wrong = []
    for file in files:
        world.deliver(file.mail, at=RECEIVED)
        ran = world.once()
        wrong += [f"{file.name}: {fault}" for fault in ran.wrong]
    return wrong


def together(world: Rig, files: list[Hostile], chance: random.Random) -> list[str]:
    """All in one run, in a random order of arrival, watched by strace where there is one."""
    for file in chance.sample(files, len(files)):
        world.deliver(file.mail, at=RECEIVED)
    return list(world.once(traced=True).wrong)


def found_in(world: Rig, delivered: int) -> Judged:
    """The judge's word, and the program's own on its log."""
    judged = judge(world.imap, world.state, world.sink.letters(), delivered)
    if not world.verified():
        judged.wrong.append("the log is not whole")
    return judged


def told(title: str, world: Rig, judged: Judged, wrong: list[str]) -> int:
    """Prints one trial; how much is wrong."""
    daemon, child = (
        max(getattr(r, name) for r in world.ran) for name in ("daemon_mib", "child_mib")
    )
    slow = ", ".join(f"{took:.0f}" for took, _ in judged.seconds[:SHOWN])
    print(f"{title}: {judged.ends.total()} mails in {len(world.ran)} runs")
    print(f"  ends {dict(judged.ends)}; letters {len(world.sink.letters())}")
    print(f"  daemon at most {daemon} MiB, child {child} MiB; longest readings {slow} s")
    print(
        f"  run: {sum(ran.seconds for ran in world.ran):.0f} s; open bars {dict(judged.open_bars)}"
    )
    for code, count in judged.reasons.most_common():
        print(f"  {count:4} {code}")
    everything = [*wrong, *judged.wrong]
    print(f"  wrong: {len(everything)}")
    for line in everything:
        print(f"    {line}")
    sys.stdout.flush()
    return len(everything)


def main() -> int:
    """All parts; 0 where nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20220722)
    parser.add_argument("--only", default="")
    parser.add_argument("--without-alone", action="store_true")
    chosen = parser.parse_args()
    files = hostile_set(chosen.only)
    if not files:
        print("left out: the shared hostile sets are not here")
        return 0
    if not STRACE:
        print("no strace here: connections are watched by the child's own filter alone")
    wrong: Counter[str] = Counter()
    if not chosen.without_alone:
        with rig() as world:
            faults = alone(world, files)
            wrong["alone"] = told("alone", world, found_in(world, len(files)), faults)
    for order in range(chosen.orders):
        with rig() as world:
            faults = together(world, files, random.Random(chosen.seed + order))
            title = f"together, seed {chosen.seed + order}"
            wrong[title] = told(title, world, found_in(world, len(files)), faults)
    print(f"wrong in all: {wrong.total()}")
    return 1 if wrong.total() else 0


if __name__ == "__main__":
    sys.exit(main())
