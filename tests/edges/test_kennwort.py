"""Passwords: hashed slowly, compared in the same time, and not the ones that all would try."""

from typing import Literal

import pytest
from argon2 import PasswordHasher

from inbox_daemon.edges import kennwort

pytestmark = pytest.mark.full

GOOD = "blauer Tisch unter Regen"


def test_a_password_fits_its_own_hash_and_no_other() -> None:
    made = kennwort.hashed(GOOD)
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert GOOD not in made
    assert kennwort.matches(made, GOOD)
    assert not kennwort.matches(made, GOOD.upper())
    assert not kennwort.matches(made, GOOD + " ")
    assert kennwort.hashed(GOOD) != made


def test_an_account_without_a_password_is_opened_by_none() -> None:
    assert not kennwort.matches("", "")
    assert not kennwort.matches("", "nobody has this password")


@pytest.mark.parametrize("broken", ["x", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
def test_a_damaged_hash_fits_nothing(broken: str) -> None:
    assert not kennwort.matches(broken, GOOD)


def test_a_name_that_is_not_there_costs_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            asked.append(str(hash).rsplit("$", 2)[0])
            return super().verify(hash, password)

    monkeypatch.setattr(kennwort, "_HASHER", Counting())
    kennwort.matches("", GOOD)
    kennwort.matches(kennwort.hashed(GOOD), GOOD)
    assert asked[0] == asked[1]


def test_a_hash_of_weaker_parameters_is_made_anew() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD)
    assert kennwort.matches(weak, GOOD)
    assert kennwort.is_outdated(weak)
    assert not kennwort.is_outdated(kennwort.hashed(GOOD))


def test_an_umlaut_is_the_same_from_every_keyboard() -> None:
    assert kennwort.matches(kennwort.hashed("grüne Wiese am Morgen"), "gru\u0308ne Wiese am Morgen")


def test_a_megabyte_is_no_password_and_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kennwort, "_HASHER", None)
    assert not kennwort.matches("$argon2id$", "x" * 1_000_000)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "kurz"),
        ("kurz7 Tisch Wal", ""),
        ("vierzehn Stück", "kurz"),
        ("x" * 129, "lang"),
        ("Tisch\x00unter Regen blau", "zeichen"),
        ("passwortpasswort", "leicht"),
        ("Regierungspräsidium2026", "leicht"),
        ("qwertzuiopasdfgh", "leicht"),
        ("123456789012345", "leicht"),
        ("aaaaaaaaaaaaaaaa", "leicht"),
        ("Stuttgart2026!!!", "leicht"),
        ("Willkommen2026!", "leicht"),
        ("inbox-daemon-2026", "leicht"),
        ("Maximiliane-Muster-1", "leicht"),
        ("maximiliane.muster", "leicht"),
        (GOOD, ""),
        ("grüne Wiese am Morgen", ""),
        ("xK9#vLq2mPz8w!Tr", ""),
        ("lauter kleine buchstaben ohne ziffern", ""),
        ("blauer Tisch " * 9, ""),
    ],
)
def test_what_all_would_try_is_refused_and_no_kind_of_character_is_asked_for(
    password: str, why: str
) -> None:
    of = ("maximiliane.muster", "Maximiliane Muster")
    assert kennwort.weakness(password, of=of) == why
