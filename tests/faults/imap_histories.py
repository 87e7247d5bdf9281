"""Random histories of a mailbox: mail comes, UIDs change, people and we move, bytes return.

    python -m tests.faults.imap_histories [--histories 100] [--seed 1]

Nothing is skipped, filed twice or answered twice. Prints the counts, ends 1 where one is wrong.
"""

import argparse
import random
import sys
from collections import Counter

from tests.fakes import sha256_of
from tests.faults.imaprig import Maker, Rig, eml, rigs
from tests.peers.imap import Message

STEPS = 14


class History:
    """One mailbox over time."""

    def __init__(self, rig: Rig, rnd: random.Random) -> None:
        self._rig, self._rnd = rig, rnd
        self._arrived = 0
        self._looked_at: set[bytes] = set()
        self._no_moves = False
        rig.peer.twist = self._refused

    def _refused(self, name: str, tag: bytes, _answer: bytes) -> bytes | None:
        """In a bad time the folder opens for reading alone, so that our moves must wait."""
        if self._no_moves and name == "SELECT":
            return tag + b" NO [INUSE] locked\r\n"
        return None

    def deliver(self) -> None:
        """A new mail."""
        self._arrived += 1
        self._rig.deliver(eml(self._arrived), kind=self._rnd.randrange(4))

    def redeliver(self) -> None:
        """The bytes of an older mail once more."""
        if self._rig.delivered:
            content = self._rnd.choice(self._rig.delivered)
            self._rig.delivered.append(content)
            self._rig.peer.inbox.put(Message(content=content))

    def bring_back(self) -> None:
        """A person moves a mail from one of our folders back into the inbox."""
        filled = [f for n, f in self._rig.peer.folders.items() if n != "INBOX" and f.messages]
        if filled:
            folder = self._rnd.choice(filled)
            self._rig.peer.inbox.put(folder.messages.pop(self._rnd.choice(sorted(folder.messages))))

    def expunge(self) -> None:
        """A person deletes a mail from the inbox."""
        inbox = self._rig.peer.inbox.messages
        if inbox:
            self._rig.delivered.remove(inbox.pop(self._rnd.choice(sorted(inbox))).content)

    def renumber(self) -> None:
        """UIDVALIDITY changes; the UIDs begin at 1."""
        self._rig.peer.inbox.renumber()

    def change_times(self) -> None:
        """A time in which our moves are refused begins, or ends."""
        self._no_moves = not self._no_moves

    def poll(self) -> None:
        """We look; what lies there now must have a case for ever."""
        self._looked_at |= {m.content for m in self._rig.peer.inbox.messages.values()}
        self._rig.poll()

    def run(self) -> list[str]:
        """The whole history; what is wrong during it and at its end."""
        happenings = {self.deliver: 4, self.redeliver: 2, self.bring_back: 1, self.expunge: 1,
                      self.renumber: 2, self.change_times: 2, self.poll: 4}  # fmt: skip
        found = []
        for _ in range(STEPS):
            self._rnd.choices(list(happenings), weights=list(happenings.values()))[0]()
            found += self._rig.faults()
        self._no_moves = False
        for _ in range(3):
            self.poll()
        known = {line.sha256 for line in self._rig.records.cases()}
        skipped = [c for c in self._looked_at if sha256_of(c) not in known]
        return found + self._rig.faults() + self._rig.open_ends() + ["skipped"] * len(skipped)


def trial(maker: Maker, seed: int) -> list[str]:
    """One history."""
    with maker.rig() as rig:
        return History(rig, random.Random(seed)).run()


def run(*, histories: int, seed: int) -> tuple[Counter[str], list[str]]:
    """All histories; how often what was found, and under which seed."""
    counted: Counter[str] = Counter()
    where: list[str] = []
    with rigs() as maker:
        for number in range(histories):
            found = trial(maker, seed + number)
            counted["trials"] += 1
            counted.update(set(found))
            where += [f"seed {seed + number}: {fault}" for fault in sorted(set(found))]
    return counted, where


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    counted, where = run(histories=given.histories, seed=given.seed)
    print("\n".join(where))
    print(dict(counted))
    return 0 if set(counted) == {"trials"} else 1


if __name__ == "__main__":
    sys.exit(main())
