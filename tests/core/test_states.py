"""Only the moves of the table, from any state to any other."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_daemon.core.errors import Defect
from inbox_daemon.core.states import FINAL, MOVES, State, advance

EVERY = sorted(product(State, State))


@pytest.mark.parametrize(("old", "new"), EVERY)
def test_a_case_moves_as_the_table_says_and_no_other_way(old: State, new: State) -> None:
    if (old, new) in MOVES:
        assert advance(old, new) is new
    else:
        with pytest.raises(Defect, match=f"from {old} to {new}") as caught:
            advance(old, new)
        assert caught.value.code == "zustand"


@given(wishes=st.lists(st.sampled_from(State), max_size=12))
def test_whatever_is_wished_a_case_walks_only_along_the_table(wishes: list[State]) -> None:
    state = State.FETCHED
    for wish in wishes:
        before = state
        try:
            state = advance(state, wish)
        except Defect:
            assert state is before
        else:
            assert (before, state) in MOVES


def test_from_an_end_only_a_person_leads_back_and_a_returned_letter_only_to_a_person() -> None:
    assert {(old, new) for old, new in MOVES if old in FINAL} == {
        (State.FLAGGED, State.DECIDED),
        (State.QUERIED, State.FLAGGED),
    }


def test_every_state_is_reached_from_fetched() -> None:
    reached, border = {State.FETCHED}, {State.FETCHED}
    while border:
        border = {new for old, new in MOVES if old in border} - reached
        reached |= border
    assert reached == set(State)


def test_nothing_is_filed_or_asked_without_a_decision() -> None:
    outside = {State.FILED, State.QUERIED, State.NOTED}
    assert {old for old, new in MOVES if new in outside} == {State.DECIDED}
