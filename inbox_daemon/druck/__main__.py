"""The child: limits, fonts, the cage shut around its folder, then one PDF on standard output.

Promises: PDF/A-2u, tagged, with every font inside, or another exit code and nothing to trust.
Touches: the folder it was started in: `blatt.html`, pictures beside it, what fontconfig keeps.
Trusts: nothing that stands in the page. Limits: no address is followed but a picture beside the
page; a letter that no font here has is shown by its number, for PDF/A has no empty boxes.
"""

import hashlib
import logging
import os
import re
import sys
from pathlib import Path
from typing import Any, Final

from inbox_daemon.reading import cage

CPU_SECONDS: Final = 60
EXIT_MEMORY: Final = 77
PAGE: Final = "blatt.html"
VARIANT: Final = "pdf/a-2u"
# Of the packages fonts-liberation and fonts-dejavu-core; nothing else on the machine counts, so
# that a page looks the same everywhere.
FONTS: Final = ("/usr/share/fonts/truetype/liberation", "/usr/share/fonts/truetype/dejavu")
COVERING: Final = (
    f"{FONTS[0]}/LiberationSans-Regular.ttf",
    f"{FONTS[1]}/DejaVuSans.ttf",
)
# Always the same: names in the PDF are made from addresses, and the folder's name is drawn by lot.
BESIDE: Final = "https://blatt.invalid/"
_PICTURE: Final = re.compile(r"[0-9a-f]{64}\.png")
_FONTCONFIG: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>{dirs}<cachedir>{folder}/fonts-cache</cachedir></fontconfig>
"""


def main() -> int:
    """Prints the page that lies in the working directory; the exit code."""
    cage.enter(CPU_SECONDS)
    folder = Path.cwd()
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the answer
    logging.basicConfig(level=logging.CRITICAL)
    _use_only_our_fonts(folder)
    try:
        import weasyprint  # noqa: PLC0415 - under the limits, with our fonts

        cage.close(folder / PAGE, folder=folder)
        with answer:
            answer.write(_printed(weasyprint, folder))
    except MemoryError:
        return EXIT_MEMORY
    return 0


def _use_only_our_fonts(folder: Path) -> None:
    dirs = "".join(f"<dir>{place}</dir>" for place in FONTS)
    config = folder / "fonts.conf"
    config.write_text(_FONTCONFIG.format(dirs=dirs, folder=folder), encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = str(config)


def _printed(weasyprint: Any, folder: Path) -> bytes:
    text = _within(_covered(), (folder / PAGE).read_text(encoding="utf-8"))

    class OnlyBesideThePage(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        """Pictures of this folder, by their hash; everything else is refused."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            del headers
            name = url.rpartition("/")[2]
            if url != f"{BESIDE}{name}" or not _PICTURE.fullmatch(name):
                raise ValueError("not beside the page")
            content = (folder / name).read_bytes()
            return weasyprint.urls.URLFetcherResponse(url, content, {"Content-Type": "image/png"})

    page = weasyprint.HTML(string=text, base_url=BESIDE, url_fetcher=OnlyBesideThePage())
    name = hashlib.sha256(text.encode()).digest()[:16]
    return bytes(page.write_pdf(pdf_variant=VARIANT, pdf_identifier=name, pdf_tags=True))


def _covered() -> frozenset[int]:
    """Every character that one of our fonts can draw."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - under the limits

    found: set[int] = set()
    for place in COVERING:
        with TTFont(place, lazy=True) as font:
            found |= set(font.getBestCmap())
    return frozenset(found)


def _within(covered: frozenset[int], text: str) -> str:
    return "".join(
        sign if sign == "\n" or ord(sign) in covered else f"[U+{ord(sign):04X}]" for sign in text
    )


if __name__ == "__main__":
    sys.exit(main())
