"""Fuzzes the PDF and image entry: `evidence_of` on a file, then the gate, then the verdict.

    python -m tests.faults.fuzz_pdf [--minutes 10] [--seed S]

Changes PDFs of our samples, small ones made here, and the shared hostile set. The OCR engine is
replaced by a stand-in at its port (`ocr.recognise`) that strews the words of a form over the page,
so that what reads words is tried too; every 50th input meets the real one. A fault is any
exception, more than 30 s or 1 GiB, an answer that the daemon would not believe, or no verdict.
A worker that dies is a fault here; in the daemon the mail goes to a person (`lese-absturz`).
"""

import contextlib
import email
import io
import logging
import random
import re
import sys
import zlib
from email.policy import compat32
from functools import partial
from pathlib import Path

from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from inbox_daemon.reading import read
from inbox_daemon.reading.paper.page import Grey
from inbox_daemon.reading.text import ocr
from inbox_daemon.reading.text.engine import Token, recognise
from inbox_daemon.wire import Job
from samples.demo import samples
from tests.faults.fuzz_mail import FINDS, rules, verdict_on
from tests.faults.fuzzing import LARGEST, Fuzz, arguments, bytes_changed, report
from tests.faults.hostile import SHARED

REAL_EVERY = 50
SECONDS = 28
_FORM = (
    "Antrag Förderprogramm Soforthilfe Ukraine 2022 Antragsteller Landkreis Esslingen Beantragter "
    "Betrag 182.345,00 Euro EUR 1 € Unterschrift Ort, Datum Stempel Landrat i.V. den 01.07.2022 "
    "................ ________ Heilbronn Stadtkreis Zuwendung Summe 0,00 12,5,3 |||"
)
WORDS = _FORM.split()
_NUMBER = re.compile(rb"(?<![\w.])-?\d{1,10}(?![\w.])")
_NAME = re.compile(rb"/[A-Za-z0-9]{1,24}")
_REFERENCE = re.compile(rb"\d{1,6} 0 R")
_EXTREMES = (b"0", b"-1", b"1", b"255", b"65536", b"2147483647", b"-2147483648", b"99999999999",
             b"0.0000001", b"1e9", b"null", b"[]", b"<<>>")  # fmt: skip
_NAMES = (b"/DCTDecode", b"/JPXDecode", b"/JBIG2Decode", b"/CCITTFaxDecode", b"/FlateDecode",
          b"/LZWDecode", b"/RunLengthDecode", b"/ASCII85Decode", b"/Indexed", b"/ICCBased",
          b"/Separation", b"/Pattern", b"/Kids", b"/Parent", b"/Type3", b"/Widget", b"/Stamp",
          b"/Rotate", b"/UserUnit", b"/Encrypt", b"/SMask", b"/Form")  # fmt: skip


def corpus() -> list[bytes]:
    """PDFs and images, none larger than what is tried."""
    own = [part for sample in samples() for part in _parts(sample.mail)]
    shared = [path.read_bytes() for path in sorted(SHARED.glob("pdf/*.pdf"))]
    small = [_smaller(file) for file in (*own, *shared)]
    files = [file for file in (*small, *_made()) if 0 < len(file) <= LARGEST]
    opened = [_inflated(file) for file in files if file.startswith(b"%PDF")]
    return files + [file for file in opened if len(file) <= LARGEST]


def _smaller(file: bytes) -> bytes:
    """With pages of a third of their height and width: drawn nine times as fast."""

    def third(box: re.Match[bytes]) -> bytes:
        return b"/MediaBox [" + re.sub(rb"\d+(\.\d+)?", _third_of, box[1]) + b"]"

    return re.sub(rb"/MediaBox\s*\[([^\]]{1,80})\]", third, file)


def _third_of(number: re.Match[bytes]) -> bytes:
    return b"%d" % (float(number[0]) / 3)


def _parts(mail: bytes) -> list[bytes]:
    found = [
        part.get_payload(decode=True)
        for part in email.message_from_bytes(mail, policy=compat32).walk()
    ]
    return [
        f for f in found if isinstance(f, bytes) and f.startswith((b"%PDF", b"\xff\xd8", b"\x89P"))
    ]


def _made() -> list[bytes]:
    """A typed page, and a small picture in the formats that come as scans."""
    page = io.BytesIO()
    canvas = Canvas(page, pageCompression=0)
    for row, word in enumerate(WORDS):
        canvas.drawString(60 + 200 * (row % 2), 780 - 15 * row, word)
    canvas.save()
    picture = Image.effect_noise((420, 594), 60)
    kinds = ("PDF", "TIFF", "PNG", "JPEG", "GIF", "BMP", "WEBP", "JPEG2000")
    found = [page.getvalue()]
    for kind in kinds:
        written = io.BytesIO()
        picture.save(written, kind)
        found.append(written.getvalue())
    return found


def _inflated(file: bytes) -> bytes:
    """With its Flate streams opened, so that a changed byte is a changed operator."""

    def opened(stream: re.Match[bytes]) -> bytes:
        try:
            return (
                stream[1].replace(b"/FlateDecode", b"")
                + zlib.decompress(stream[2])
                + b"\nendstream"
            )
        except zlib.error:
            return stream[0]

    whole = re.compile(
        rb"(<<(?:(?!endobj).){0,400}?/FlateDecode(?:(?!endobj).){0,400}?>>\s*stream\r?\n)(.*?)\r?\nendstream",
        re.DOTALL,
    )
    return whole.sub(opened, file)


def changed(chance: random.Random, file: bytes) -> bytes:
    """Bytes, or a number, a name, a reference of the structure made another."""
    kind = chance.randrange(5)
    if kind < 2 or not file.startswith(b"%PDF"):
        return bytes_changed(chance, file)
    pattern = (_NUMBER, _NAME, _REFERENCE)[kind - 2]
    places = list(pattern.finditer(file, 0, 200_000))
    if not places:
        return bytes_changed(chance, file)
    place = chance.choice(places)
    if pattern is _NUMBER:
        new = chance.choice(_EXTREMES)
    elif pattern is _NAME:
        new = chance.choice((chance.choice(_NAMES), chance.choice(places)[0]))
    else:
        new = chance.choice(places)[0]
    return file[: place.start()] + new + file[place.end() :]


def strewn(
    picture: Grey, *, mode: int, dpi: int, seconds: float, signs: str = ""
) -> tuple[Token, ...]:
    """The stand-in for the engine: words of a form, strewn by what the picture looks like."""
    high, wide = picture.shape
    chance = random.Random(f"{high}-{wide}-{int(picture[:: max(1, high // 40)].sum())}-{mode}")
    found = []
    for line in range(chance.randrange(12)):
        y, x = chance.randrange(high), 0
        for word in chance.sample(WORDS, chance.randrange(1, 8)):
            tall = max(2, min(high // 4, dpi // 8))
            x0 = min(wide - 1, x + chance.randrange(1, max(2, wide // 10)))
            x = min(wide, x0 + max(1, tall * len(word) // 2))
            box = {"x0": x0, "y0": y, "x1": x, "y1": min(high, y + tall)}
            found.append(
                Token(text=word, **box, confidence=chance.uniform(0, 100), line=(1, 1, line))
            )
            if x >= wide:
                break
    return tuple(found)


class Swallowed(Exception):
    """An exception that the readers made a doubt of."""


def entry(untrusted: bytes, folder: Path, *, real_every: int = REAL_EVERY) -> str:
    """What the file came to; raises where that is no Evidence or no verdict."""
    logging.disable(logging.CRITICAL)  # what libraries say of damaged files
    path = folder / "untrusted"
    path.write_bytes(untrusted)
    real = zlib.crc32(untrusted) % real_every == 0
    ocr.recognise = recognise if real else strewn  # type: ignore[attr-defined]
    job = Job(
        path=str(path), form="file", name="x.pdf", folder=str(folder), ruleset=rules(),
        seconds=SECONDS,
    )  # fmt: skip
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        seen = read.evidence_of(job, cage=())
    if "Traceback" in said.getvalue():
        # The readers catch it and say `lesefehler`; here it counts all the same.
        places = re.findall(r'File ".*/([^/]+\.py)", line (\d+)', said.getvalue())
        raise Swallowed(f"{places[-1]} {said.getvalue().strip().splitlines()[-1][:80]}")
    what = ",".join(sorted({u.why for u in seen.unread})) or f"{len(seen.documents)} read"
    return f"{what}: {verdict_on(seen)}"


def fuzz(*, seconds: float, seed: int, finds: Path = FINDS, real_every: int = REAL_EVERY) -> Fuzz:
    """Tries for so long."""
    tried = partial(entry, real_every=real_every)
    made = Fuzz(corpus=corpus(), mutate=changed, entry=tried, finds=finds, seed=seed)
    rules()
    made.run(seconds)
    return made


def main() -> int:
    """0 where nothing was found."""
    chosen = arguments(__doc__ or "")
    seconds = chosen.minutes * 60
    return report("pdf", fuzz(seconds=seconds, seed=chosen.seed), seconds)


if __name__ == "__main__":
    sys.exit(main())
