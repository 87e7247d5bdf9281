"""The audit chain: nobody changes, removes, adds or swaps a line unseen."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_daemon.core.chain import (
    GENESIS,
    AuditEntry,
    Break,
    Head,
    canonical,
    fields_of,
    hash_of,
    line_of,
    link,
    verify,
)

START = datetime(2022, 7, 11, 8, 0, tzinfo=UTC)
LENGTH = 6


def chain_of(length: int = LENGTH) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for number in range(length):
        entries.append(
            link(
                after=entries[-1] if entries else None,
                at=START + timedelta(minutes=number),
                case=f"A-2022-{number:06d}",
                kind="case.read",
                payload={"zahl": number, "umlaut": "ä\u2028", "liste": ["b", "a"]},
            )
        )
    return entries


def lines_of(length: int = LENGTH) -> list[str]:
    return [line_of(entry) for entry in chain_of(length)]


PLACES = st.integers(0, LENGTH - 1)


def broken_at(lines: list[str]) -> int | None:
    found = verify(lines)
    return found.line if isinstance(found, Break) else None


def test_an_empty_chain_has_the_head_zero() -> None:
    assert verify([]) == Head(number=0, hash=GENESIS)


def test_an_untouched_chain_gives_its_last_entry_as_head() -> None:
    last = chain_of()[-1]
    assert verify(lines_of()) == Head(number=LENGTH, hash=last.hash)


def test_entries_count_from_one_and_each_names_the_hash_before_it() -> None:
    entries = chain_of()
    assert [entry.number for entry in entries] == list(range(1, LENGTH + 1))
    assert [entry.previous for entry in entries] == [GENESIS, *(e.hash for e in entries[:-1])]


def test_a_line_is_one_line_of_ascii_with_sorted_keys() -> None:
    line = lines_of(1)[0]
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert list(json.loads(line)) == sorted(json.loads(line))


def test_the_order_of_keys_does_not_change_the_canonical_form() -> None:
    assert (
        canonical({"b": 1, "a": [1, 2]}) == canonical({"a": [1, 2], "b": 1}) == '{"a":[1,2],"b":1}'
    )


@given(place=PLACES, data=st.data())
def test_a_changed_character_is_found_in_its_line(place: int, data: st.DataObject) -> None:
    lines = lines_of()
    line = lines[place]
    at = data.draw(st.integers(0, len(line) - 1))
    other = data.draw(st.characters(exclude_characters=line[at], exclude_categories=["Cs"]))
    lines[place] = line[:at] + other + line[at + 1 :]
    assert broken_at(lines) == place + 1


@given(place=st.integers(0, LENGTH - 2))
def test_a_removed_line_is_found_where_it_is_missing(place: int) -> None:
    lines = lines_of()
    del lines[place]
    assert broken_at(lines) == place + 1


@given(kept=st.integers(0, LENGTH - 1))
def test_a_cut_end_shows_in_the_head(kept: int) -> None:
    found = verify(lines_of()[:kept])
    assert isinstance(found, Head)
    assert found.number == kept < LENGTH


@given(one=PLACES, other=PLACES)
def test_swapped_lines_are_found_at_the_first_of_them(one: int, other: int) -> None:
    lines = lines_of()
    lines[one], lines[other] = lines[other], lines[one]
    assert broken_at(lines) == (None if one == other else min(one, other) + 1)


@given(place=PLACES, before=PLACES)
def test_a_line_that_stands_twice_is_found(place: int, before: int) -> None:
    lines = lines_of()
    lines.insert(before, lines_of()[place])
    expected = before + 1 if place != before else before + 2
    assert broken_at(lines) == expected


@given(place=st.integers(0, LENGTH - 2), field=st.sampled_from(["antrag.id", "@timestamp"]))
def test_an_entry_with_a_new_hash_no_longer_fits_the_next(place: int, field: str) -> None:
    lines = lines_of()
    fields = json.loads(lines[place])
    del fields["event.hash"]
    fields[field] = "anders"
    lines[place] = canonical({**fields, "event.hash": hash_of(fields)})
    assert verify(lines) == Break(line=place + 2, why="vorgaenger")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "kein-json"),
        ("{", "kein-json"),
        ("1" * 5000, "kein-json"),
        ("[]", "nicht-kanonisch"),
        ('{"b": 1}', "nicht-kanonisch"),
        ("{}", "nummer"),
        ('{"event.sequence":2}', "nummer"),
        ('{"event.sequence":1}', "vorgaenger"),
        (f'{{"event.previous":"{GENESIS}","event.sequence":1}}', "pruefsumme"),
    ],
)
def test_each_kind_of_break_is_named(line: str, why: str) -> None:
    assert verify([line]) == Break(line=1, why=why)


def test_a_line_nested_too_deep_is_a_break_and_no_crash() -> None:
    assert isinstance(verify(["[" * 200_000]), Break)


def test_the_hash_covers_every_field() -> None:
    fields = fields_of(chain_of(1)[0])
    hashes = {hash_of({**fields, key: "x"}) for key in fields} | {hash_of(fields)}
    assert len(hashes) == len(fields) + 1
