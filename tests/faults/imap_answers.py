"""Wrong answers at every command: nothing is lost, doubled or half, and a clean poll goes on.

    python -m tests.faults.imap_answers [--every 1]

Each trial is a new mailbox with three mails and one wrong answer, given once or from then on to
the end of the poll. Prints the counts, ends 1 where one is wrong.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator

from tests.faults.imaprig import Maker, Rig, eml, rigs
from tests.peers.imap import FULL, Peer

Wrong = Callable[[bytes, bytes], bytes]

# What the server says instead, from the tag and the right answer.
WRONG: dict[str, Wrong] = {
    "no": lambda tag, _: tag + b" NO not now\r\n",
    "no-vanished": lambda tag, _: tag + b" NO Some of the requested messages no longer exist.\r\n",
    "bad": lambda tag, _: tag + b" BAD what\r\n",
    "bye": lambda *_: b"* BYE overloaded\r\n",
    "nothing-but-ok": lambda tag, _: tag + b" OK done\r\n",
    "junk": lambda tag, right: b"\x00\xff junk\r\n" + right,
    "junk-line": lambda tag, right: b"* \r\n" + right,
    "junk-after": lambda tag, right: right + b"%%% what\r\n",
    "http": lambda *_: b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
    "stale-no": lambda tag, right: tag[:-1] + b"999 NO too late\r\n" + right,
    "other-tag": lambda tag, _: b"ZZZZ1 OK done\r\n",
    "foreign-fetch": lambda tag, right: (
        b"* 2 FETCH (UID 900 BODY[]<0> {3}\r\nabc FLAGS (\\Seen))\r\n" + right
    ),
    "fetch-without-uid": lambda tag, right: (
        b"* 2 FETCH (BODY[]<0> {3}\r\nabc RFC822.SIZE 3)\r\n" + right
    ),
    "fetch-after": lambda tag, right: _before_tag(tag, right, b"* 1 FETCH (FLAGS (\\Seen))\r\n"),
    "expunge": lambda tag, right: b"* 3 EXPUNGE\r\n" + right,
    "half-parenthesis": lambda tag, right: b"* 1 FETCH (UID 1 FLAGS (\r\n" + right,
    "huge-literal": lambda *_: b"* 1 FETCH (UID 1 BODY[]<0> {4294967295}\r\nabc",
    "large-literal": lambda *_: b"* 1 FETCH (UID 1 BODY[]<0> {3000000}\r\n" + b"x" * 3_000_000,
    "endless": lambda *_: (b"* OK " + b"x" * 9_993 + b"\r\n") * 900,
    "cut-line": lambda tag, right: right[: len(right) // 2],
    "bare-lf": lambda tag, right: right.replace(b"\r\n", b"\n"),
    "twice": lambda tag, right: right.replace(tag, b"*") + right,
}
COMMANDS = (
    "CAPABILITY", "LOGIN", "LIST", "EXAMINE", "SELECT", "STATUS", "UID SEARCH", "UID FETCH sizes",
    "UID FETCH flags", "UID FETCH head", "UID FETCH body", "UID MOVE", "CREATE", "LOGOUT",
)  # fmt: skip
FALLBACK = ("UID COPY", "UID STORE", "UID EXPUNGE")
# Copied, but the server will not have the original marked: tried again it would be copied again. It
# stays beside its copy, and that is told once.
STAYS = ("UID STORE", frozenset({"no", "no-vanished", "bad"}), "still in the inbox")
_ITEM = {"sizes": b"RFC822.SIZE", "flags": b"FLAGS", "head": b"BODY[HEADER]", "body": b"BODY[]"}


def _before_tag(tag: bytes, right: bytes, more: bytes) -> bytes:
    head, found, rest = right.rpartition(tag)
    return head + more + found + rest


def twist(rig: Rig, command: str, wrong: Wrong, *, always: bool) -> Callable[[], int]:
    """Sets the script; gives how often it spoke."""
    spoken = 0
    name_of, _, item = (
        command.rpartition(" ") if command.startswith("UID FETCH") else (command, "", "")
    )

    def script(name: str, tag: bytes, answer: bytes) -> bytes | None:
        nonlocal spoken
        if name != name_of or (item and _ITEM[item] not in answer) or (spoken and not always):
            return None
        spoken += 1
        said = wrong(tag, answer)
        if not said.endswith(b" done\r\n"):
            rig.peer.cut_after = len(said)  # a client that waits for more would wait for long
        return said

    rig.peer.twist = script
    return lambda: spoken


def trial(maker: Maker, command: str, wrong: Wrong, *, always: bool) -> list[str]:
    """One wrong answer, what is wrong after it, and what is wrong after clean polls."""
    old = command in FALLBACK
    peer = Peer(before_login="IMAP4rev1", after_login="IMAP4rev1 UIDPLUS" if old else FULL)
    copies = 2 if old else 1
    with maker.rig(peer) as rig:
        for number in range(1, 4):
            rig.deliver(eml(number), kind=number)
        if command == "UID FETCH head":  # asked of messages that are too large
            peer.inbox.messages[2].size = 1 << 30
        spoken = twist(rig, command, wrong, always=always)
        rig.poll()
        found = rig.faults(copies=copies) + ([] if spoken() else ["was not asked"])
        rig.peer.twist, rig.peer.cut_after = None, None
        for _ in range(2):
            rig.poll()
        return found + rig.faults(copies=copies) + rig.open_ends()


def trials() -> Iterator[tuple[str, str, bool]]:
    """Command, wrong answer, and whether it is repeated."""
    for command in (*COMMANDS, *FALLBACK):
        for kind in WRONG:
            if kind == "endless" and command not in {"UID SEARCH", "UID FETCH body", "LIST"}:
                continue  # 10 MB each; three places show it
            yield command, kind, len(kind) % 2 == 0


def run(*, every: int = 1) -> tuple[Counter[str], list[str]]:
    """All trials (or each `every`-th); how often what was found, and where."""
    counted: Counter[str] = Counter()
    where: list[str] = []
    with rigs() as maker:
        for number, (command, kind, always) in enumerate(trials()):
            if number % every:
                continue
            found = trial(maker, command, WRONG[kind], always=always)
            stuck, kinds, fault = STAYS
            if command == stuck and kind in kinds:
                found = [f for f in found if f != fault] if fault in found else ["was moved"]
            counted["trials"] += 1
            counted.update(found)
            where += [f"{command} / {kind}: {fault}" for fault in found]
    return counted, where


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    counted, where = run(every=parser.parse_args().every)
    print("\n".join(where))
    print(dict(counted))
    return 0 if set(counted) == {"trials"} else 1


if __name__ == "__main__":
    sys.exit(main())
