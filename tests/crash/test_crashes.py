"""Short form of crashes.py: every second point of three ends, then random moments."""

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from inbox_daemon.core.bearbeitung import FILE, Wish
from samples.case import letter_of
from samples.demo import Sample, samples
from samples.mails import raw_bytes
from tests.conversation import ESSLINGEN, answer, application
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


@dataclass(frozen=True)
class Drawn(Sample):
    """A mail that is drawn here; it arrives when it is said to."""

    @property
    def mail(self) -> bytes:
        """The raw bytes."""
        content: bytes = self.expected["mail"]
        return content


def test_killed_while_an_answer_is_taken_in_it_is_filed_once_and_joined_once(
    tmp_path: Path,
) -> None:
    first = application(ESSLINGEN, signed=False)
    at, letter = first.received_at, "<a-2022-000001.rueckfrage@rps.bwl.de>"
    asked = {"mail": raw_bytes(letter_of(first)), "received_at": at}
    reply = {"mail": answer(ESSLINGEN, letter), "received_at": at}
    found = Sum()
    mails, earlier = [Drawn(Path("antwort"), reply)], [Drawn(Path("antrag"), asked)]
    with rig(tmp_path) as bench:
        calm = bench.trial(mails, earlier=earlier)
        at_points(bench, mails, found, earlier=earlier, every=2)
    assert sorted(state for state, _ in calm.ends.values()) == ["filed", "queried"]
    assert found.wrong == []
    assert found.kills.total() >= 10


def _sample(name: str) -> Sample:
    return next(sample for sample in samples() if sample.folder.name.startswith(name))


def test_killed_while_a_persons_decision_is_carried_out_it_is_done_once(tmp_path: Path) -> None:
    above = _sample("16-ueber-planungsrahmen")
    release = Wish(answer=FILE, by="muster", why="Ministerium hat zugestimmt")
    found = Sum()
    with rig(tmp_path) as bench:
        calm = bench.trial([], earlier=[above], wish=release)
        at_points(bench, [], found, earlier=[above], wish=release)
    assert [state for state, _ in calm.ends.values()] == ["filed"]
    assert found.wrong == []
    assert found.kills.total() >= 5
