"""STATES.md draws what core/states.py and the table of labels say, and nothing else."""

import re
from pathlib import Path

from inbox_daemon.core.states import MOVES, State
from inbox_daemon.core.wording_labels import STATES

PAGE = (Path(__file__).resolve().parents[2] / "inbox_daemon" / "STATES.md").read_text("utf-8")
ROW = re.compile(r"^\| `([a-z]+)` \|", re.MULTILINE)
MOVE = re.compile(r"`([a-z]+)` → `([a-z]+)`")


def _part(heading: str) -> str:
    return PAGE.partition(f"\n# {heading}\n")[2] or PAGE.partition(f"\n## {heading}\n")[2]


def test_the_table_has_a_row_for_each_state_and_no_other() -> None:
    table = PAGE.partition("## Moves")[0]
    assert sorted(ROW.findall(table)) == sorted(state.value for state in State)


def test_the_moves_are_those_of_the_code_each_once() -> None:
    drawn = MOVE.findall(_part("Moves").partition("\n## ")[0])
    assert sorted(drawn) == sorted((old.value, new.value) for old, new in MOVES)


def test_no_other_part_of_the_page_draws_a_move_that_is_not_allowed() -> None:
    assert set(MOVE.findall(PAGE)) <= {(old.value, new.value) for old, new in MOVES}


def test_every_state_has_a_german_label() -> None:
    assert set(STATES) == {state.value for state in State}
