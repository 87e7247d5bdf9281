"""The connection is cut at many places of literals: nothing is lost, stored half or stored twice.

    python -m tests.faults.imap_cuts [--messages 20] [--places 21]

Each trial is a new mailbox with three mails; the literal of the second one's body (every third
trial: of its header) is cut; then one clean poll. Prints the counts, ends 1 where one is wrong.
"""

import argparse
import sys
from collections import Counter

from tests.faults.imaprig import Maker, Rig, eml, rigs


def cut(rig: Rig, *, share: float, item: bytes) -> None:
    """The connection ends within the literal of this item of the second mail."""
    done = False

    def twist(name: str, _tag: bytes, answer: bytes) -> bytes | None:
        nonlocal done
        if name != "UID FETCH" or item not in answer or b"UID 2 " not in answer or done:
            return None
        done = True
        at = answer.index(b"}\r\n") + 3
        end = answer.rindex(b")\r\n")
        rig.peer.cut_after = at + int((end - at) * share)
        return None

    rig.peer.twist = twist


def trial(maker: Maker, *, size: int, share: float, item: bytes) -> list[str]:
    """One cut, what is wrong right after it, and what is wrong after a clean poll."""
    with maker.rig() as rig:
        for number in range(1, 4):
            rig.deliver(eml(number, size=size), kind=number)
        if item == b"BODY[HEADER]":  # asked of messages that are too large
            rig.peer.inbox.messages[2].size = 1 << 30
        cut(rig, share=share, item=item)
        code = rig.poll()
        found = rig.faults()
        if rig.peer.cut_after is None:
            found.append("was not cut")
        elif code == "":
            found.append("the cut was not noticed")
        rig.peer.twist, rig.peer.cut_after = None, None
        rig.poll()
        return found + rig.faults() + rig.open_ends()


def run(*, messages: int, places: int) -> Counter[str]:
    """All trials; how often what was found."""
    counted: Counter[str] = Counter()
    with rigs() as maker:
        for message in range(messages):
            for place in range(places):
                item = b"BODY[HEADER]" if (message + place) % 3 == 0 else b"BODY[]"
                found = trial(
                    maker,
                    size=200 + message * message * 300,
                    share=place / max(1, places - 1),
                    item=item,
                )
                counted["trials"] += 1
                counted.update(found)
    return counted


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20)
    parser.add_argument("--places", type=int, default=21)
    given = parser.parse_args()
    counted = run(messages=given.messages, places=given.places)
    print(dict(counted))
    return 0 if set(counted) == {"trials"} else 1


if __name__ == "__main__":
    sys.exit(main())
