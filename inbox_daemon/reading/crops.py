"""Pieces of a page as pictures, for a person to look at.

Promises: a crop lies on the page, whatever box was asked for. Touches: the job's folder.
Trusts: keep.py. Limits: a box on a page that was turned is cut with what stands beside it.
"""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image

from inbox_daemon.core.values import Box
from inbox_daemon.reading.keep import keep
from inbox_daemon.reading.paper.page import Page

MARGIN_MM: Final = 4.0


def crops_into(folder: Path) -> Callable[[Page, Box], str]:
    """A function that cuts a box with 4 mm round it out of a page, as PNG; it gives the hash."""

    def crop(page: Page, box: Box) -> str:
        picture = page.grey if page.rgb is None else page.rgb
        height, width = picture.shape[:2]
        margin = MARGIN_MM * page.dpi / 25.4
        left, top, right, foot = page.pixels(box)
        x0 = min(max(int(left - margin), 0), width - 1)
        y0 = min(max(int(top - margin), 0), height - 1)
        x1 = max(min(int(right + margin) + 1, width), x0 + 1)
        y1 = max(min(int(foot + margin) + 1, height), y0 + 1)
        png = io.BytesIO()
        # Small enough at once: the folder is emptied after a job.
        Image.fromarray(picture[y0:y1, x0:x1]).save(png, "PNG", compress_level=1)
        return keep(png.getvalue(), folder, ending="png")

    return crop
