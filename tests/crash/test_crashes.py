"""Short form of crashes.py: every second point of three ends, then random moments."""

import random
from pathlib import Path

import pytest

from samples.demo import samples
from tests.crash.crashes import Sum, at_points, at_random
from tests.crash.rig import rig

pytestmark = pytest.mark.full


def test_killed_at_any_point_or_moment_everything_ends_as_if_nothing_had_happened(
    tmp_path: Path,
) -> None:
    found = Sum()
    with rig(tmp_path) as bench:
        for wanted in ("file", "query", "flag"):
            sample = next(s for s in samples() if s.expected.get("outcome") == wanted)
            at_points(bench, [sample], found, every=2)
        at_random(bench, random.Random(1), found, kills=20)
    assert found.wrong == []
    assert found.kills.total() >= 100
