"""A mail of 100 MB through the real `once`: above the limit of size, and with a raised limit.

    python -m tests.faults.large_mail [--mib 100]

Prints what each run took; exit code 1 where the daemon itself took 300 MiB, where the mail is not
in exactly one visible place with its reason, or where something else is wrong.
"""

import argparse
import base64
import sys
from collections.abc import Iterator

from tests.faults.hostile import RECEIVED, found_in
from tests.faults.hostile_rig import DAEMON_MIB, rig

RAISED = "\n[reading]\nmessage_mib = 200\n"
HEAD = (
    b"From: Integration <integration@landkreis-esslingen.de>\r\nSubject: Antrag\r\n"
    b"Message-ID: <gross@landkreis-esslingen.de>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nanbei\r\n--x\r\n"
    b"Content-Type: application/pdf; name=antrag.pdf\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n"
)


def mail_of(size: int) -> bytes:
    """A mail of so many bytes, one attachment in base64."""
    line = base64.b64encode(bytes(57)) + b"\r\n"
    end = b"--x--\r\n"
    room = size - len(HEAD) - len(end)
    lines, rest = divmod(room, len(line))
    return HEAD + line * lines + b"=" * rest + end


def trials(mib: int) -> Iterator[tuple[str, int, list[str]]]:
    """(what was seen, daemon's MiB, what is wrong) by the usual limit, then by a raised one."""
    for title, settings in (("above the limit", ""), ("limit raised", RAISED)):
        with rig(settings=settings) as world:
            world.deliver(mail_of(mib << 20), at=RECEIVED)
            ran = world.once()
            judged = found_in(world, 1)
            spooled = sum(p.stat().st_size for p in (world.state / "spool").rglob("*")) >> 20
            told = (
                f"{title}: daemon {ran.daemon_mib} MiB, child {ran.child_mib} MiB, "
                f"{ran.seconds:.1f} s, kept {spooled} MiB, {dict(judged.ends)}, "
                f"{dict(judged.reasons)}"
            )
            yield told, ran.daemon_mib, [*ran.wrong, *judged.wrong]


def main() -> int:
    """Both trials; 0 where nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=100)
    wrong = 0
    for told, daemon, faults in trials(parser.parse_args().mib):
        print(told, *faults, sep="\n  ")
        wrong += len(faults) + (daemon > DAEMON_MIB)
    print(f"wrong: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
