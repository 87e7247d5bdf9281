"""The tile map: all 44 Kreise once, and neighbours near each other."""

import pytest

from inbox_daemon.core.kacheln import COLUMNS, KACHELN, ROWS, Stand, stand_of
from inbox_daemon.core.wording_vorrat import STAENDE
from tests.core.cases import rules

RULES = rules()

PLACES = {kachel.ags: (kachel.row, kachel.column) for kachel in KACHELN}
# Kreise with a common border, across the whole Land (AGS).
NEIGHBOURS = [
    ("08222", "08221"), ("08222", "08226"), ("08221", "08226"), ("08226", "08215"),
    ("08225", "08125"), ("08225", "08128"), ("08128", "08126"), ("08126", "08127"),
    ("08121", "08125"), ("08127", "08136"), ("08136", "08135"), ("08212", "08215"),
    ("08215", "08236"), ("08236", "08231"), ("08236", "08118"), ("08118", "08111"),
    ("08118", "08119"), ("08119", "08136"), ("08111", "08116"), ("08116", "08117"),
    ("08117", "08135"), ("08211", "08216"), ("08216", "08212"), ("08216", "08317"),
    ("08231", "08235"), ("08115", "08235"), ("08115", "08416"), ("08235", "08237"),
    ("08237", "08317"), ("08237", "08325"), ("08416", "08415"), ("08416", "08417"),
    ("08415", "08425"), ("08421", "08425"), ("08425", "08426"), ("08317", "08316"),
    ("08316", "08311"), ("08311", "08315"), ("08315", "08337"), ("08315", "08336"),
    ("08336", "08337"), ("08326", "08325"), ("08326", "08327"), ("08325", "08417"),
    ("08417", "08437"), ("08437", "08426"), ("08327", "08335"), ("08335", "08435"),
    ("08435", "08436"), ("08436", "08426"),
]  # fmt: skip


def test_all_kreise_of_the_closed_list_have_one_tile() -> None:
    assert sorted(kachel.ags for kachel in KACHELN) == sorted(kreis.ags for kreis in RULES.kreise)


def test_no_two_tiles_lie_on_each_other_and_all_lie_on_the_map() -> None:
    assert len({*PLACES.values()}) == len(KACHELN) == 44
    assert {row for row, _ in PLACES.values()} == set(range(1, ROWS + 1))
    assert {column for _, column in PLACES.values()} == set(range(1, COLUMNS + 1))


@pytest.mark.parametrize(("one", "other"), NEIGHBOURS)
def test_neighbours_are_near(one: str, other: str) -> None:
    (row, column), (other_row, other_column) = PLACES[one], PLACES[other]
    assert max(abs(row - other_row), abs(column - other_column)) <= 2


def test_most_neighbours_touch() -> None:
    def touch(one: str, other: str) -> bool:
        (row, column), (other_row, other_column) = PLACES[one], PLACES[other]
        return max(abs(row - other_row), abs(column - other_column)) == 1

    assert sum(touch(*pair) for pair in NEIGHBOURS) >= len(NEIGHBOURS) - 3


def test_a_number_plate_means_one_kreis_or_a_city_and_its_land() -> None:
    for plate in {kachel.kuerzel for kachel in KACHELN}:
        kinds = [
            kreis.art
            for kachel in KACHELN
            for kreis in RULES.kreise
            if kachel.kuerzel == plate and kreis.ags == kachel.ags
        ]
        assert len(kinds) == len({*kinds})


def test_what_needs_a_person_is_shown_before_what_is_done() -> None:
    assert stand_of(pruefung=1, rueckfrage=2, vollstaendig=1) == (Stand.PRUEFUNG, 1)
    assert stand_of(pruefung=0, rueckfrage=2, vollstaendig=1) == (Stand.RUECKFRAGE, 2)
    assert stand_of(pruefung=0, rueckfrage=0, vollstaendig=1) == (Stand.VOLLSTAENDIG, 1)
    assert stand_of(pruefung=0, rueckfrage=0, vollstaendig=0) == (Stand.KEINER, 0)
    assert set(STAENDE) == {stand.value for stand in Stand}
