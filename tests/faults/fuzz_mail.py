"""Fuzzes the mail entry: `evidence_of` without opening documents, then the gate, then the verdict.

    python -m tests.faults.fuzz_mail [--minutes 10] [--seed S]

Changes our samples and, where it is there, the shared hostile set. A fault is any exception, more
than 30 s or 1 GiB, an answer that the daemon would not believe, or no verdict. Finds are kept in
var/fuzz with their seed. Exit code 1 where there was one.
"""

import random
import struct
import sys
from functools import cache
from pathlib import Path

from inbox_daemon import wire
from inbox_daemon.core.decide import decide
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import Accept, Known, Query, Verdict
from inbox_daemon.core.wording import FINDINGS
from inbox_daemon.edges.worker import _is_sound
from inbox_daemon.reading import read
from inbox_daemon.ruleset import load_rules
from inbox_daemon.wire import Job
from samples.demo import samples
from tests.faults.fuzzing import Fuzz, arguments, bytes_changed, report
from tests.faults.hostile import RECEIVED, SHARED, from_a_kreis
from tests.faults.hostile_rig import ROOT
from tests.reading.test_tnef import PROPERTIES, file, part, winmail

FINDS = ROOT / "var" / "fuzz"
SMALL = 60_000
TNEF = b"From: a@b.example\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\n"
# One property of the type string, the long name of a file.
PROPERTY = struct.pack("<IHHIIII", 1, 0x001E, 0x3707, 1, 5, 0x2E61, 0x66)
LINES = (
    b"Content-Type: multipart/mixed; boundary=x", b"--x", b"--x--", b"",
    b"Content-Type: message/rfc822", b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: x-uuencode", b"Content-Transfer-Encoding: quoted-printable",
    b"begin 644 a", b"end", b"Content-Type: application/ms-tnef; name=winmail.dat",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=x",
    b"Content-Type: message/delivery-status", b"Content-Type: message/partial; id=a; number=1",
    b"Content-Disposition: attachment; filename*0*=utf-8''%2e%2e%2f; filename*1=etc",
    b"Subject: =?utf-8?q?x=0d=0aBcc:?=", b"From: =?x?b?!!?= <a@b.example>, <c@d.example>",
    b"Authentication-Results: mx.rps.bwl.de; dmarc=pass header.from=landkreis-esslingen.de",
    b"Auto-Submitted: auto-replied", b"Return-Path: <>", b"Date: Thu, 99 Foo 99999 99:99:99 +9999",
    b"Content-Type: text/html; charset=utf-7", b"Action: failed", b"Content-Type: " + b";" * 900,
)  # fmt: skip


@cache
def rules() -> Ruleset:
    """The rules as they are."""
    return load_rules(ROOT / "rules")


def corpus() -> list[bytes]:
    """Our samples, shortened where they carry scans, and the shared mails."""
    own = [_shortened(sample.mail) for sample in samples()]
    opened = winmail(file(b"Antrag.pdf", b"%PDF-1.4"), part(PROPERTIES, PROPERTY), file(b"a", b"b"))
    own += [from_a_kreis("winmail.dat", opened), *[TNEF + opened, TNEF + winmail(opened)] * 4]
    return own + [_shortened(path.read_bytes()) for path in sorted(SHARED.glob("eml/*.eml"))]


def _shortened(mail: bytes) -> bytes:
    """With the middle of a long mail taken out: the structure is at both ends."""
    return mail if len(mail) <= SMALL else mail[: SMALL // 2] + b"\r\n" + mail[-SMALL // 2 :]


def changed(chance: random.Random, mail: bytes) -> bytes:
    """Half the time bytes, else lines: taken out, doubled, moved, or one of the odd ones put in."""
    if chance.random() < 0.4:
        return bytes_changed(chance, mail)
    lines = mail.split(b"\r\n")
    for _ in range(chance.choice((1, 2, 5))):
        # The header is where most is decided: half the changes fall into the first lines.
        at = chance.randrange(min(len(lines), 40 if chance.random() < 0.5 else len(lines)) or 1)
        match chance.randrange(4):
            case 0:
                del lines[at : at + chance.choice((1, 2, 9))]
            case 1:
                lines[at:at] = lines[at : at + chance.choice((1, 3, 30))] * chance.choice(
                    (1, 2, 40)
                )
            case 2:
                lines[at:at] = [chance.choice(LINES)]
            case _:
                lines[at:at] = [chance.choice(LINES) for _ in range(chance.choice((3, 12)))]
    return b"\r\n".join(lines)


def entry(untrusted: bytes, folder: Path) -> str:
    """What the mail came to; raises where that is no Evidence or no verdict."""
    # No document is opened here: that is fuzz_pdf's. This is a worker, so nobody else sees it.
    read.READABLE = frozenset()
    path = folder / "untrusted"
    path.write_bytes(untrusted)
    job = Job(path=str(path), form="mail", name="x", folder=str(folder), ruleset=rules())
    return verdict_on(read.evidence_of(job, cage=()))


def verdict_on(seen: Evidence) -> str:
    """Through the gate as the daemon does it, and decided; the verdict and its first reason."""
    evidence = wire.decode_exactly(Evidence, wire.encode(seen))
    if not _is_sound(evidence):
        raise AssertionError("an answer that the daemon would not believe")
    found = decide(evidence, known=Known(), rules=rules(), received_at=RECEIVED)
    reasons = _reasons(found)
    if missing := [code for code in reasons if code not in FINDINGS]:
        raise AssertionError(f"no sentence for {missing}")
    odd = evidence.submission.defects[:1] if evidence.submission else (evidence.failure,)
    return " ".join(map(str, (found.kind, *reasons[:1], *odd)))


def _reasons(found: Verdict) -> tuple[str, ...]:
    match found:
        case Accept():
            return ()
        case Query():
            return found.questions
        case _:
            return found.reasons


def fuzz(*, seconds: float, seed: int, finds: Path = FINDS) -> Fuzz:
    """Tries for so long."""
    made = Fuzz(corpus=corpus(), mutate=changed, entry=entry, finds=finds, seed=seed)
    rules()
    made.run(seconds)
    return made


def main() -> int:
    """0 where nothing was found."""
    chosen = arguments(__doc__ or "")
    seconds = chosen.minutes * 60
    return report("mail", fuzz(seconds=seconds, seed=chosen.seed), seconds)


if __name__ == "__main__":
    sys.exit(main())
