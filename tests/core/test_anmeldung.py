"""Names from outside, and how the waiting of one who guesses grows."""

import pytest

from inbox_daemon.core.anmeldung import (
    FREE_NAME,
    FREE_PAIR,
    FREE_PEER,
    MOST_COUNTS,
    Bremse,
    login_name,
)

DAY_S = 86_400


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("muster", "muster"),
        ("Max.Muster", "max.muster"),
        ("muster@RPS.BWL.DE", "muster"),
        ("m" * 100, "m" * 100),
    ],
)
def test_a_plain_name_is_taken_without_the_realm_that_is_ours(said: str, name: str) -> None:
    assert login_name(said, realm="RPS.BWL.DE") == name


@pytest.mark.parametrize(
    "said",
    [
        "",
        " ",
        " muster",
        "muster ",
        "muster, leitung",
        "muster,leitung",
        "muster\x00",
        "muster\n",
        "muster\r\nX-Other: 1",
        "muster\t",
        "\u202emuster",
        "müster",
        "mu\u017fter",
        "\uff4duster",
        "HTTP/pages.rps.bwl.de",
        "muster@ANDERSWO.DE",
        "muster@rps.bwl.de",
        "muster@ANDERSWO.DE@RPS.BWL.DE ",
        "@RPS.BWL.DE",
        "RPS\\muster",
        "(null)",
        ".muster",
        "m" * 101,
    ],
)
def test_what_is_not_one_name_of_our_realm_is_nobody(said: str) -> None:
    assert login_name(said, realm="RPS.BWL.DE") is None


def test_without_a_realm_nothing_is_cut_off() -> None:
    assert login_name("muster@rps.bwl.de") == "muster@rps.bwl.de"


def test_a_realm_inside_the_name_stays_part_of_it() -> None:
    assert login_name("muster@ANDERSWO.DE@RPS.BWL.DE", realm="RPS.BWL.DE") == "muster@anderswo.de"


def _guess(
    bremse: Bremse, *, until_s: float, peer: str = "a", name: str = "m"
) -> tuple[Bremse, int]:
    """Tries as often as it may until then; how often that was."""
    now_s, tries = 0.0, 0
    while now_s < until_s:
        wait_s = bremse.wait_s(name=name, peer=peer, now_s=now_s)
        if wait_s:
            now_s += wait_s
            continue
        bremse = bremse.begun(name=name, peer=peer, now_s=now_s)
        tries += 1
    return bremse, tries


def test_a_few_mistakes_cost_no_waiting() -> None:
    bremse = Bremse()
    for second in range(FREE_PAIR):
        assert bremse.wait_s(name="m", peer="a", now_s=second) == 0
        bremse = bremse.begun(name="m", peer="a", now_s=second)
    assert bremse.wait_s(name="m", peer="a", now_s=FREE_PAIR) > 0


def test_waiting_grows_with_each_failure_and_has_an_end() -> None:
    bremse, now_s, waits = Bremse(), 0.0, []
    for _ in range(30):
        bremse = bremse.begun(name="m", peer="a", now_s=now_s)
        waits.append(bremse.wait_s(name="m", peer="a", now_s=now_s))
        now_s += waits[-1]
    assert waits[FREE_PAIR - 1 : FREE_PAIR + 3] == [2, 4, 8, 16]
    assert max(waits) <= 1800


def test_one_place_guesses_about_a_hundred_times_a_day_at_most() -> None:
    assert _guess(Bremse(), until_s=DAY_S)[1] <= 115


def test_one_who_guesses_for_a_week_never_shuts_out_the_clerk_elsewhere() -> None:
    bremse, tries = _guess(Bremse(), until_s=7 * DAY_S)
    assert tries > FREE_NAME
    assert bremse.wait_s(name="m", peer="b", now_s=7 * DAY_S - 1) == 0


def test_a_place_that_tries_many_names_waits_for_all_of_them() -> None:
    bremse = Bremse()
    for number in range(FREE_PEER):
        bremse = bremse.begun(name=f"n{number}", peer="a", now_s=0)
    assert bremse.wait_s(name="another", peer="a", now_s=0) > 0
    assert bremse.wait_s(name="another", peer="b", now_s=0) == 0


def test_an_empty_name_is_counted_like_another() -> None:
    bremse = Bremse()
    for _ in range(FREE_PAIR - 1):
        bremse = bremse.begun(name="", peer="a", now_s=0)
    assert bremse.wait_s(name="", peer="a", now_s=0) == 0
    assert bremse.begun(name="", peer="a", now_s=0).wait_s(name="m", peer="a", now_s=0) == 0


def test_a_name_that_a_hundred_places_try_waits_but_not_where_its_owner_signs_in() -> None:
    bremse = Bremse().begun(name="m", peer="desk", now_s=0).succeeded(name="m", peer="desk")
    for number in range(101):
        bremse = bremse.begun(name="m", peer=f"p{number}", now_s=0)
    assert bremse.wait_s(name="m", peer="new", now_s=0) > 0
    assert bremse.wait_s(name="m", peer="desk", now_s=0) == 0


def test_the_right_password_clears_what_was_mistyped_before() -> None:
    bremse = Bremse()
    for _ in range(4):
        bremse = bremse.begun(name="m", peer="a", now_s=0)
    bremse = bremse.succeeded(name="m", peer="a").begun(name="m", peer="a", now_s=1)
    assert bremse.wait_s(name="m", peer="a", now_s=1) == 0


def test_a_name_that_nobody_has_waits_as_long_as_one_that_is_there() -> None:
    _, real = _guess(Bremse(), until_s=DAY_S, name="muster")
    _, none = _guess(Bremse(), until_s=DAY_S, name="niemand")
    assert real == none


def test_a_flood_of_invented_names_does_not_fill_the_memory() -> None:
    one = Bremse().begun(name="x", peer="a", now_s=0).counts["x", "a"]
    full = Bremse(counts={(f"n{number}", "a"): one for number in range(MOST_COUNTS)})
    after = full.begun(name="one more", peer="b", now_s=1)
    assert len(after.counts) == MOST_COUNTS
    assert ("one more", "b") in after.counts
