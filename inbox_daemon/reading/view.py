"""One page of a PDF or an image drawn for staff: a WebP, the same picture that was read.

Promises: at most 150 kB and never coarser than the last step below, or a code why there is none.
Touches: the job's file and folder. Trusts: the job; pdf.py for limits and for the picture.
Limits: the page lies as the file shows it; nothing is turned, straightened or cleaned.
"""

import io
import signal
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Final

import numpy as np
from PIL import Image

from inbox_daemon.core.ansicht import Groesse, Seitenansicht
from inbox_daemon.core.values import AttachmentKind
from inbox_daemon.reading import limits
from inbox_daemon.reading.keep import keep
from inbox_daemon.reading.mail import sniff
from inbox_daemon.reading.paper import pdf
from inbox_daemon.reading.paper.page import Page
from inbox_daemon.wire import Job

MOST_BYTES: Final = 150 * 1000
# Dots an inch and quality of the WebP (0 to 100), tried in this order until one is small enough:
# Of 1152 words on 15 scans the OCR engine still finds 98.0 % in the first step, 97.0 % in the
# last, 93 % at 80 dots and 84 % at 72: what is coarser than the last is not shown as readable.
STEPS: Final = ((150, 70), (150, 50), (130, 50), (110, 50), (110, 35), (96, 35))
# Colour is given up before these.
GREY_FROM: Final = 3
# A page's longer side in pixels, whatever its size in points: a plan of A0 is no form.
LONGEST_PX: Final = 2_000
METHOD: Final = 4
RESERVE_S: Final = 2


class _OutOfTime(BaseException):
    """The job's seconds are used. No Exception, so that no library swallows it."""


def view_of(job: Job) -> Seitenansicht:
    """The page `job.page` of the job's file. Raises OSError when the disk is full."""
    try:
        signal.signal(signal.SIGALRM, _ring)
        signal.alarm(max(1, job.seconds - RESERVE_S))
        return _drawn(_page_of(job), job)
    except pdf.UnreadableDocument as fault:
        return _failed(job, fault.code)
    except _OutOfTime:
        return _failed(job, "zeit")
    except MemoryError:
        return _failed(job, "speicher")
    except Exception as fault:
        if isinstance(fault, OSError) and fault.errno in limits.NO_ROOM:
            raise
        traceback.print_exc(file=sys.stderr)
        return _failed(job, "lesefehler")
    finally:
        signal.alarm(0)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise _OutOfTime


def _failed(job: Job, code: str) -> Seitenansicht:
    return Seitenansicht(page=job.page, failure=code)


def _page_of(job: Job) -> Page:
    path = Path(job.path)
    kind = sniff.kind_of(path.read_bytes(), name=job.name)
    drawn = pdf.image_pages if kind is AttachmentKind.IMAGE else pdf.pages_of
    for page in drawn(path, page_limit=job.page_limit, only=job.page):
        return page
    raise pdf.UnreadableDocument("seite-fehlt")


def _drawn(page: Page, job: Job) -> Seitenansicht:
    width, height = page.size
    for webp in _smaller_and_smaller(page):
        if len(webp) <= MOST_BYTES:
            return Seitenansicht(
                page=job.page,
                sha256=keep(webp, Path(job.folder), ending="webp"),
                size=Groesse(width=width, height=height),
            )
    return _failed(job, "zu-gross")


def _smaller_and_smaller(page: Page) -> Iterator[bytes]:
    pixels = page.grey if page.rgb is None else page.rgb
    whole = Image.fromarray(np.ascontiguousarray(pixels))
    for step, (dpi, quality) in enumerate(STEPS):
        picture = whole.convert("L") if step >= GREY_FROM else whole
        out = io.BytesIO()
        _scaled(picture, dpi / page.dpi).save(out, "WEBP", quality=quality, method=METHOD)
        yield out.getvalue()


def _scaled(picture: Image.Image, share: float) -> Image.Image:
    """Smaller by this share, never larger than it was read, never longer than the most pixels."""
    share = min(1.0, share, LONGEST_PX / max(picture.size))
    if share == 1.0:
        return picture
    size = max(1, round(picture.width * share)), max(1, round(picture.height * share))
    return picture.resize(size, Image.Resampling.LANCZOS)
