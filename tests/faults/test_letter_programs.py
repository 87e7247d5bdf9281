"""Short forms of the programs on letters: cuts around the final dot, and robots that talk."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import loops
from tests.faults.smtp_cuts import Bench, cut_all, refuse_all
from tests.peers.smtp_peer import smtp_peer


@pytest.fixture(name="bench")
def _bench(tmp_path: Path) -> Iterator[Bench]:
    with smtp_peer() as peer:
        yield Bench(peer, tmp_path)


@pytest.mark.full
def test_a_letter_cut_around_its_final_dot_is_sent_once_at_most_and_shown(bench: Bench) -> None:
    ends, wrong = cut_all(bench, random.Random(1), 18)
    assert wrong == []
    assert ends.total() == 18


@pytest.mark.full
def test_each_command_refused_for_now_is_tried_again_and_for_ever_is_shown(bench: Bench) -> None:
    ends, wrong = refuse_all(bench, random.Random(1), 1)
    assert wrong == []
    assert ends.total() == 16


@pytest.mark.parametrize("kind", loops.KINDS)
def test_two_robots_do_not_talk_beyond_the_budgets(kind: str) -> None:
    told, faults = loops.alone(kind, hours=1)
    assert (faults, " letters" in told) == ([], True)


@pytest.mark.full
def test_all_robots_at_once_throw_the_switch() -> None:
    assert loops.storm(hours=2)[1] == []


def test_a_switch_thrown_by_hand_holds_until_it_is_turned_back() -> None:
    assert loops.stopped_by_hand(hours=2)[1] == []
