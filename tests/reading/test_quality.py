"""Pages too coarse, too pale, blurred, dark or noisy have a doubt; readable scans have none."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from inbox_daemon.core.values import DocumentKind
from inbox_daemon.reading.paper.page import Grey, Page
from inbox_daemon.reading.paper.pdf import pages_of
from inbox_daemon.reading.paper.quality import Quality, quality_of

APPLICATIONS = Path(__file__).parents[3] / "shared" / "data" / "applications"


def printed(dpi: int = 200) -> Grey:
    high, wide = round(297 / 25.4 * dpi), round(210 / 25.4 * dpi)
    sheet = Image.new("L", (wide, high), 245)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(dpi * 11 / 72)
    for row in range(1, 30):
        text = "Antrag auf Zuwendung 12.345,67 EUR"
        draw.text((wide // 10, row * high // 32), text, 25, font)
    return np.asarray(cv2.GaussianBlur(np.asarray(sheet), (0, 0), 0.6), np.uint8)


def seen(grey: Grey, dpi: float = 200.0) -> Quality:
    return quality_of(Page(number=1, grey=grey, rgb=None, dpi=dpi, kind=DocumentKind.SCAN))


def noisy(grey: Grey, spread: float) -> Grey:
    noise = np.random.default_rng(3).normal(0, spread, grey.shape)
    return np.asarray(np.clip(grey + noise, 0, 255), np.uint8)


def pale(grey: Grey, share: float) -> Grey:
    return np.asarray(np.clip(245 - (245.0 - grey) * share, 0, 255), np.uint8)


@pytest.mark.parametrize("dpi", [130, 150, 200, 300])
def test_a_fair_scan_has_no_doubt(dpi: int) -> None:
    for grey in (printed(dpi), noisy(printed(dpi), 8), pale(printed(dpi), 0.4)):
        assert seen(grey, dpi).doubt is None


@pytest.mark.parametrize(
    ("grey", "dpi", "doubt"),
    [
        (printed(80), 80, "zu-grob"),
        (pale(printed(), 0.1), 200, "zu-blass"),
        (noisy(pale(printed(), 0.1), 2), 200, "zu-blass"),
        (cv2.GaussianBlur(printed(), (0, 0), 3), 200, "unscharf"),
        (cv2.GaussianBlur(printed(300), (0, 0), 4.5), 300, "unscharf"),
        ((printed() * 0.15).astype(np.uint8), 200, "zu-dunkel"),
        (noisy(pale(printed(), 0.6), 60), 200, "verrauscht"),
    ],
)
def test_what_cannot_be_read_has_a_doubt(grey: Grey, dpi: int, doubt: str) -> None:
    assert seen(grey, dpi).doubt == doubt


def test_two_levels_of_grey_are_sharp() -> None:
    found = seen(np.where(printed() < 128, 0, 255).astype(np.uint8))
    assert (found.edge_px, found.noise, found.doubt) == (1.0, 0.0, None)


@pytest.mark.parametrize("spread", [0, 2, 5])
def test_an_empty_sheet_has_nothing_to_doubt(spread: float) -> None:
    assert seen(noisy(np.full((2338, 1654), 240, np.uint8), spread)).doubt is None


@pytest.mark.parametrize("shape", [(3, 3), (20, 900), (1, 1)])
def test_the_smallest_pictures_have_an_answer(shape: tuple[int, int]) -> None:
    assert seen(np.full(shape, 200, np.uint8)).contrast == 0


@pytest.mark.full
@pytest.mark.skipif(not APPLICATIONS.is_dir(), reason="the shared scans are not beside the project")
def test_none_of_the_readable_scans_has_a_doubt() -> None:
    lines = (APPLICATIONS / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    doubts = {
        row["file"]: doubt
        for row in map(json.loads, lines)
        for shown in pages_of(APPLICATIONS / row["file"], page_limit=9)
        if (doubt := quality_of(shown).doubt)
    }
    assert doubts == {}
