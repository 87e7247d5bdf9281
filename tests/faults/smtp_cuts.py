"""Cuts, wrong codes and silence around the final dot; refusals at every command.

Run as `python -m tests.faults.smtp_cuts [--trials N] [--seed S]`: prints counts, ends by itself,
exit code 1 where a letter went out twice or a doubt is not in the queue. Each trial is a case of
its own with the real steps, the real store and the real postman against a scripted peer; after
the fault the peer is a good server and two days pass. Touches: loopback, a temporary folder.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.headerregistry import Address
from pathlib import Path

from inbox_daemon.core.states import State
from inbox_daemon.edges.postman import SmtpPostman
from tests.core import cases
from tests.faults.ending import exit_code
from tests.peers.smtp_peer import Act, Peer, smtp_peer
from tests.worlds import ABSENT_SIGNATURE, World, new_database, new_world

DOT_S = 0.2  # what the postman waits for the answer to the dot where the peer is silent
OK_LINE = b"250 2.0.0 Ok: queued as 4Tx1\r\n"
ODD = (
    b"354 go on\r\n", b"999 what\r\n", b"abc\r\n", b"\r\n", b"25\r\n", b"2500 ok\r\n",
    b"150 hm\r\n", b"250-first\r\n", b"\x00\xff\r\n", b"-1 x\r\n",
    b"250" + b"x" * 9000, b"250-a\r\n" * 200,
)  # fmt: skip
LATE = b"250 kept after all\r\n"
COMMANDS = ("CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", ".")
REPEATS = 20
SURE, DOUBT = "versand-gescheitert", "versand-unklar"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What can be seen after a trial: the letters at the peer, and the case."""

    letters: int
    state: State
    reasons: tuple[str, ...]
    replies: tuple[str, ...]

    @property
    def fault(self) -> str:
        """What is wrong, or nothing."""
        if self.letters > 1:
            return "a second letter"
        if self.state is State.QUERIED:
            return "" if self.letters == 1 else "counts as sent and was not"
        if self.state is not State.FLAGGED:
            return f"rests in {self.state}"
        if self.reasons == (SURE,):
            return "counts as not sent and was" if self.letters else ""
        return "" if self.reasons == (DOUBT,) else f"flagged without a reason: {self.reasons}"


def cuts(chance: random.Random, trials: int) -> Iterator[tuple[str, Act]]:
    """So many acts around the final dot, in turn from each kind."""
    kinds = ("before", "content", "answer", "odd", "silent", "out of turn")
    for number in range(trials):
        kind, keeps = kinds[number % len(kinds)], chance.random() < 0.5
        match kind:
            case "before":
                act = Act(says={".": b""}, last=".", keeps=keeps)
            case "content":
                act = Act(content=chance.randrange(1, 700), keeps=keeps)
            case "answer":
                cut = OK_LINE[: chance.randrange(len(OK_LINE))]
                act = Act(says={".": cut}, last=".", keeps=keeps)
            case "odd":
                act = Act(says={".": chance.choice(ODD)}, last=".", keeps=keeps)
            case "silent":
                act = Act(says={".": b""}, last=".", hangs=True, keeps=keeps)
            case _:
                early = chance.choice((b"451 busy\r\n", b"552 full\r\n"))
                # The second answer comes for the dot, or is what QUIT seems to get.
                act = Act(says={".": early + LATE} if keeps else {".": early, "QUIT": LATE})
        yield kind, act


def refusals(chance: random.Random, repeats: int) -> Iterator[tuple[str, str, Act]]:
    """(command, first digit, act): each command refused for now and for ever, so many times."""
    for verb in COMMANDS:
        for digit, codes in (("4", (421, 450, 451, 452)), ("5", (500, 501, 530, 550, 554))):
            for _ in range(repeats):
                line = f"{chance.choice(codes)} {digit}.7.1 words\r\n".encode()
                says = {verb: line} | ({"HELO": line} if verb == "EHLO" else {})
                yield verb, digit, Act(says=says, keeps=verb != ".")


class Bench:
    """Trials one after the other against one peer."""

    def __init__(self, peer: Peer, folder: Path) -> None:
        self._peer, self._folder = peer, folder
        self._empty = new_database(folder)
        self._number = 0

    def trial(self, act: Act, *, verb: str = "") -> Found:
        """One case, one act, then a good server for two days."""
        self._peer.kept.clear()
        self._peer.acts[:] = [act]
        with self._world(verb) as world:
            world.arrive(ABSENT_SIGNATURE)
            for minutes in (0, 6, 60, 1440, 1440):
                world.clock.pass_time(minutes=minutes)
                world.steps.once()
            case = world.only()
            history = world.records.history(case.number)
            return Found(
                letters=len(self._peer.kept),
                state=case.state,
                reasons=case.reasons,
                replies=tuple(h.payload for h in history if h.kind == "letter.result"),
            )

    @contextmanager
    def _world(self, verb: str) -> Iterator[World]:
        self._number += 1
        folder = self._folder / str(self._number)
        folder.mkdir()
        with new_world(folder, self._empty) as world:
            postman = SmtpPostman(
                host="127.0.0.1",
                port=self._peer.port,
                starttls=verb == "STARTTLS",
                user="im" if verb == "AUTH" else "",
                password="geheim" if verb == "AUTH" else "",
                sender=Address("Amt", addr_spec=cases.rules().postfach.adresse),
                clock=world.clock,
                timeout_s=5,
                dot_timeout_s=DOT_S,
            )
            world.steps = replace(world.steps, postman=postman)
            yield world


def cut_all(bench: Bench, chance: random.Random, trials: int) -> tuple[Counter[str], list[str]]:
    """Ends by kind, and what went wrong."""
    ends: Counter[str] = Counter()
    wrong = []
    for kind, act in cuts(chance, trials):
        found = bench.trial(act)
        ends[f"{kind}: {found.reasons[0] if found.reasons else found.state.value}"] += 1
        if found.fault:
            wrong.append(f"{kind} {act}: {found.fault}")
    return ends, wrong


def refuse_all(bench: Bench, chance: random.Random, repeats: int) -> tuple[Counter[str], list[str]]:
    """Ends by first digit, and what went wrong: 4xx is sent once later, 5xx flagged with its code.

    STARTTLS refused for now is refused for ever at the next try: this peer has no TLS.
    """
    ends: Counter[str] = Counter()
    wrong = []
    for verb, digit, act in refusals(chance, repeats):
        found = bench.trial(act, verb=verb)
        end = State.FLAGGED if digit == "5" or verb == "STARTTLS" else State.QUERIED
        ends[f"{digit}xx: {found.state.value}"] += 1
        fault = "" if found.state is end else f"ended in {found.state}"
        fault = fault or found.fault
        code = act.says[verb][:3].decode()
        named = "HELO" if verb == "EHLO" else verb
        if f'"{named} {code} {digit}.7.1"' not in found.replies[0]:
            fault = fault or f"the log does not name the code: {found.replies[0]}"
        if fault:
            wrong.append(f"{verb} {code}: {fault}")
    return ends, wrong


def main() -> int:
    """Both parts; 0 where nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=520)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--seed", type=int, default=20220722)
    chosen = parser.parse_args()
    chance = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory() as folder, smtp_peer() as peer:
        bench = Bench(peer, Path(folder))
        ends, wrong = cut_all(bench, chance, chosen.trials)
        refused, also = refuse_all(bench, chance, chosen.repeats)
    for title, counts in (("cuts", ends), ("refusals", refused)):
        print(f"{title}: {counts.total()} trials")
        for end, count in sorted(counts.items()):
            print(f"  {count:4} {end}")
    return exit_code(wrong + also)


if __name__ == "__main__":
    sys.exit(main())
