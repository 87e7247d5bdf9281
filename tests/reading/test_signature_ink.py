"""What the reader does with ink: stamps taken away, colours apart, lost labels, two opinions."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inbox_daemon.core.values import Read, Unreadable
from inbox_daemon.reading.paper.page import Page
from inbox_daemon.reading.unterschrift import ink
from inbox_daemon.reading.unterschrift.colour import layers_of
from inbox_daemon.reading.unterschrift.ink import PX_PER_MM, blobs_of
from inbox_daemon.reading.unterschrift.peel import peeled
from inbox_daemon.reading.unterschrift.pen_net import SIZE, pen_share, picture_of
from inbox_daemon.reading.unterschrift.pen_shape import measures, shape_share
from inbox_daemon.reading.unterschrift.signature import signature_on
from inbox_daemon.reading.unterschrift.stamps import broken_ring, is_ruled, outside, stamps_in
from samples import pen as drawn
from tests.reading.test_signature import (
    FELD,
    FONT,
    MM,
    Sheet,
    below_line,
    cross,
    reading_of,
    scribble,
    seen,
)

pytestmark = pytest.mark.skipif(not FONT.exists(), reason="DejaVu fonts are not installed")

HANDS = tuple(
    drawn.Hand(seed=seed, width_mm=48.0, letters=letters, slant_deg=slant)
    for seed, letters, slant in (
        (1, 7, 14.0),
        (2, 9, 22.0),
        (5, 6, 8.0),
        (8, 8, 18.0),
        (13, 10, 25),
    )
)


def mask_of(hand: drawn.Hand) -> NDArray[np.uint8]:
    """Its ink at 10 px a mm."""
    scale = PX_PER_MM * 25.4 / 300
    small = cv2.resize(
        drawn.signature(hand), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
    )
    return (np.asarray(small) > 90).astype(np.uint8)


def ring(radius: int = 150) -> NDArray[np.uint8]:
    mask = np.zeros((500, 700), np.uint8)
    cv2.circle(mask, (350, 250), radius, (1,), 5)
    return mask


def test_nothing_is_no_pen() -> None:
    assert pen_share(np.zeros((40, 90), np.uint8), 10) == 0.0


def test_most_drawn_pens_are_a_pen_for_both() -> None:
    masks = [mask_of(hand) for hand in HANDS]
    assert sum(pen_share(m, PX_PER_MM) > 0.5 for m in masks) >= 4
    assert sum(shape_share(m) > 0.5 for m in masks) >= 4


def test_the_share_is_about_the_same_at_any_resolution() -> None:
    mask = mask_of(HANDS[0])
    half = cv2.resize(mask.astype(np.float32), None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    assert abs(pen_share(mask, 10) - pen_share(half > 0.4, 6)) < 0.35


@pytest.mark.parametrize("shape", [(1, 1), (3, 2000), (900, 4), (600, 1800)])
def test_any_mask_has_shares_and_measures(shape: tuple[int, int]) -> None:
    mask = np.ones(shape, np.uint8)
    assert 0 <= pen_share(mask, PX_PER_MM) <= 1
    assert 0 <= shape_share(mask) <= 1
    assert np.isfinite(measures(mask)).all()
    assert picture_of(mask, PX_PER_MM).shape == SIZE


def test_a_ring_is_found_also_where_a_pen_crosses_it() -> None:
    mask = ring()
    hand = mask_of(HANDS[0])
    mask[100 : 100 + hand.shape[0], 20 : 20 + hand.shape[1]] |= hand
    blobs, labels = blobs_of(mask)
    found = stamps_in(labels, [b for b in blobs if b.extent > 8])
    assert len(found) == 1
    left = outside(mask, found)
    assert left.sum() > 0.2 * hand.sum()
    assert not (left & ring()).any()


def test_a_loop_of_a_pen_is_no_ring() -> None:
    mask = np.zeros((500, 700), np.uint8)
    turn = np.linspace(0, 2.2 * np.pi, 200)
    wide = 110 + 40 * turn
    points = np.stack([350 + wide * np.cos(turn), 250 + 0.55 * wide * np.sin(turn)], axis=1)
    cv2.polylines(mask, [points.astype(np.int32)], isClosed=False, color=(1,), thickness=5)
    blobs, labels = blobs_of(mask)
    assert not stamps_in(labels, blobs)


def test_inks_of_two_colours_come_apart() -> None:
    rgb = np.full((400, 800, 3), 250, np.uint8)
    cv2.line(rgb, (50, 200), (750, 200), (40, 60, 190), 6)
    cv2.line(rgb, (400, 30), (400, 370), (190, 40, 50), 6)
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    page = replace(below_line()[0].page(), grey=grey, rgb=rgb, dpi=254.0)
    patch = ink.patch_around(page, (0, 0, 800, 400), 0.0)
    mask = (patch.level < 0.7 * ink.PAPER).astype(np.uint8)
    # The first two are the parting into two inks.
    layers = layers_of(page, patch, mask)[:2]
    assert sorted(bool(layer[200, 100]) for layer in layers) == [False, True]


def test_a_ring_in_pieces_is_found() -> None:
    mask = ring()
    for turn in range(0, 360, 72):
        cv2.ellipse(mask, (350, 250), (150, 150), 0, turn, turn + 8, (0,), 20)
    blobs, labels = blobs_of(mask)
    assert not stamps_in(labels, blobs)
    assert broken_ring(labels, blobs) is not None


def test_a_stroke_across_a_ring_is_peeled_off_it() -> None:
    mask = ring()
    blobs, labels = blobs_of(mask)
    stamps = stamps_in(labels, blobs)
    assert stamps
    assert peeled(mask, stamps)[0].sum() < 0.05 * mask.sum()
    crossed = mask.copy()
    cv2.line(crossed, (20, 240), (360, 260), (1,), 5)
    left, _ = peeled(crossed, stamps)
    assert left[230:270, 30:350].any(axis=0).all()
    assert left.sum() < 1.5 * 5 * 345


def test_slanted_strokes_of_a_pen_are_not_ruled_and_bars_are() -> None:
    slanted = np.zeros((300, 500), np.uint8)
    for step, lean in enumerate((-14, -6, 4, 12, -10, 8, 0)):
        cv2.line(slanted, (40 + 50 * step, 250), (140 + 50 * step + lean * 3, 40), (1,), 5)
    assert not is_ruled(slanted)
    bars = np.zeros((300, 500), np.uint8)
    for x in range(20, 480, 17):
        bars[20:280, x : x + 6] = 1
    assert is_ruled(bars)


def test_one_colour_gives_no_layers() -> None:
    sheet, x, y = below_line()
    scribble(sheet.grey, x, y)
    page = sheet.page()
    rgb = np.repeat(page.grey[:, :, None], 3, axis=2)
    coloured = replace(page, rgb=rgb)
    patch = ink.patch_around(coloured, (900, 2100, 2100, 2500), 0.0)
    mask = (patch.level < 0.6 * ink.PAPER).astype(np.uint8)
    assert layers_of(coloured, patch, mask) == ()


def test_yellow_marker_is_no_ink() -> None:
    sheet, _, _ = below_line()
    page = sheet.page()
    rgb = np.repeat(page.grey[:, :, None], 3, axis=2)
    rgb[int(190 * MM) : int(200 * MM), int(95 * MM) : int(150 * MM), 2] //= 4
    reading = seen(replace(page, rgb=rgb), sheet)
    assert reading.kind == "absent"


def hidden(sheet: Sheet) -> Sheet:
    """The sheet whose signature label no engine could read."""
    sheet.words = [w for w in sheet.words if w.text not in ("Unterschrift", "des", "Landrats")]
    return sheet


def signed(sheet: Sheet, page: Page) -> Read[str] | Unreadable | object:
    return signature_on([page], [tuple(sheet.words)], FELD, document="d", crops=lambda _p, _b: "x")


def test_a_pen_over_its_own_label_is_found_beside_place_and_date() -> None:
    sheet, x, y = below_line()
    scribble(sheet.grey, x, y)
    assert isinstance(signed(hidden(sheet), sheet.page()), Read)


def test_an_empty_place_without_label_is_never_absent() -> None:
    sheet, _, _ = below_line()
    reading = signed(hidden(sheet), sheet.page())
    assert isinstance(reading, Unreadable)
    assert reading.why == "feld-nicht-gefunden"


def test_other_print_beside_place_and_date_is_no_lost_label() -> None:
    sheet, x, y = below_line()
    hidden(sheet)
    sheet.text(90, 208, "Amtsbezeichnung", height=2.8)
    scribble(sheet.grey, x, y)
    assert signed(sheet, sheet.page()) == Unreadable(why="feld-nicht-gefunden")


def test_a_thin_frame_that_leans_is_taken_away() -> None:
    sheet = Sheet()
    sheet.text(20, 130, "Der Antragsteller versichert die Richtigkeit aller Angaben im Antrag.")
    sheet.text(92, 184, "Unterschrift", height=2.8)
    corners = np.array([(90, 181), (170, 181.3), (170, 210.3), (90, 210)]) * MM
    cv2.polylines(sheet.grey, [corners.astype(np.int32)], isClosed=True, color=120, thickness=1)
    assert seen(sheet.page(), sheet).kind == "absent"


def test_a_cross_is_doubt_with_its_name() -> None:
    reading = reading_of(below_line, cross)
    assert isinstance(reading, Unreadable)
    assert reading.why in ("kreuz", "schriftart-oder-stift")
