"""STATES.md names every point of points.py, and the code passes every one."""

import re
from pathlib import Path

from inbox_daemon.points import Point

PACKAGE = Path(__file__).resolve().parents[2] / "inbox_daemon"


def test_the_page_of_states_tells_what_a_kill_at_each_point_does() -> None:
    page = (PACKAGE / "STATES.md").read_text("utf-8").partition("\n## Named points\n")[2]
    named = re.findall(r"`([a-z]+\.[a-z-]+)`", page.partition("\n## ")[0].split("| --- |")[-1])
    assert sorted(set(named) & {point.value for point in Point}) == sorted(Point)


def test_every_point_stands_at_least_once_in_the_code() -> None:
    code = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    missing = [point.name for point in Point if f"reached(Point.{point.name})" not in code]
    assert missing == []
