"""The Arbeitsvorrat: nothing is lost between its views, and its order is that of the work."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_daemon.core.vorrat import (
    ON_A_PAGE,
    REASONS,
    Filter,
    Fristen,
    Klaerfall,
    Rest,
    View,
    filter_of,
    last_before,
    next_after,
    views_of,
    vorrat,
)
from inbox_daemon.core.wording import FINDINGS
from inbox_daemon.core.wording_vorrat import FILTER_FIELDS, RESTS, VIEWS, days_left
from inbox_daemon.feiertage import is_holiday
from tests.core.cases import rules

RULES = rules()

TODAY = date(2026, 11, 20)  # a Friday
NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2026, 10, 1), datetime(2026, 12, 24), timezones=st.just(UTC))  # noqa: DTZ001
DAYS = st.dates(date(2026, 10, 1), date(2026, 12, 24))
CODES = st.sampled_from(sorted({*FINDINGS, "nie-gehoert"}))


@st.composite
def klaerfaelle(draw: st.DrawFn, least: int = 0) -> list[Klaerfall]:
    count = draw(st.integers(least, 12))
    return [
        Klaerfall(
            number=f"A-2026-{number:06d}",
            received_at=draw(MOMENTS),
            reasons=tuple(draw(st.lists(CODES, max_size=3))),
            frist=draw(DAYS),
            ags=draw(st.sampled_from([None, "08117", "08121"])),
            wiedervorlage=draw(st.none() | DAYS),
            rest=draw(st.sampled_from(Rest)),
        )
        for number in range(count)
    ]


def fall(number: int = 1, *reasons: str, **values: object) -> Klaerfall:
    given_ = {"received_at": NOON, "frist": TODAY, **values}
    return Klaerfall(number=f"A-2026-{number:06d}", reasons=reasons, **given_)  # type: ignore[arg-type]


@given(klaerfaelle(least=1))
def test_every_case_is_in_alle_and_in_at_least_one_other_view(cases: list[Klaerfall]) -> None:
    for case in cases:
        views = views_of(case, today=TODAY)
        assert View.ALLE in views
        assert len(views - {View.HEUTE}) >= 2


@given(klaerfaelle())
def test_each_view_has_as_many_cases_as_its_count_says(cases: list[Klaerfall]) -> None:
    found = {view: vorrat(cases, Filter(view=view), today=TODAY, rules=RULES) for view in View}
    for view, one in found.items():
        assert {other.counts[view] for other in found.values()} == {len(one.cases)}
    assert {case.number for case in found[View.ALLE].cases} == {case.number for case in cases}


@given(klaerfaelle(), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_cases_came(
    cases: list[Klaerfall], chance: st.DataObject
) -> None:
    ordered = vorrat(cases, Filter(), today=TODAY, rules=RULES).cases
    chance.shuffle(cases)  # type: ignore[attr-defined]
    assert vorrat(cases, Filter(), today=TODAY, rules=RULES).cases == ordered
    rests = [case.rest is not Rest.NONE for case in ordered]
    assert rests == sorted(rests)


@given(klaerfaelle(least=1))
def test_going_on_and_on_meets_each_workable_case_once_and_then_ends(
    cases: list[Klaerfall],
) -> None:
    workable = vorrat(cases, Filter(), today=TODAY, rules=RULES).workable
    met, this = [], next_after(cases, fall(0, received_at=NOON, frist=date.min))
    while this is not None:
        met.append(this)
        this = next_after(cases, this)
    assert tuple(met) == workable
    for earlier, later in pairwise(met):
        assert last_before(cases, later) == earlier


def test_after_a_case_that_was_just_decided_comes_the_one_behind_it() -> None:
    one, two, three = (fall(n, received_at=NOON + timedelta(minutes=n)) for n in (1, 2, 3))
    decided = fall(2, received_at=two.received_at, rest=Rest.UNTERWEGS)
    assert next_after([one, decided, three], decided) == three
    assert next_after([one, three], two) == three
    assert next_after([one, two], three) is None


@given(klaerfaelle())
def test_the_pages_together_are_the_view(cases: list[Klaerfall]) -> None:
    many = [
        Klaerfall(number=f"{case.number}-{n}", received_at=case.received_at, reasons=(),
                  frist=case.frist)
        for case in cases for n in range(23)
    ]  # fmt: skip
    whole = vorrat(many, Filter(), today=TODAY, rules=RULES)
    _, pages, _ = whole.page(1)
    shown = [case for number in range(1, pages + 1) for case in whole.page(number)[2]]
    assert tuple(shown) == whole.cases
    assert all(len(whole.page(number)[2]) <= ON_A_PAGE for number in range(1, pages + 1))
    assert whole.page(10**6)[0] == pages


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("000412", 1),
        ("göppingen", 1),
        ("GOEPPINGEN", 1),
        ("08117 betrag", 1),
        ("heilbronn", 0),
        ("   ", 1),
    ],
)
def test_the_search_knows_numbers_names_and_keys(words: str, found: int) -> None:
    case = fall(412, "betrag-unklar", ags="08117")
    assert len(vorrat([case], Filter(words=words), today=TODAY, rules=RULES).cases) == found


def test_the_days_of_a_filter_are_those_of_stuttgart_and_both_count() -> None:
    late = fall(1, received_at=datetime(2026, 11, 19, 23, 30, tzinfo=UTC))
    for asked in (Filter(von=TODAY), Filter(bis=TODAY), Filter(von=TODAY, bis=TODAY)):
        assert vorrat([late], asked, today=TODAY, rules=RULES).cases == (late,)
    assert not vorrat([late], Filter(bis=date(2026, 11, 19)), today=TODAY, rules=RULES).cases


@given(
    st.dictionaries(
        st.sampled_from(["ansicht", "suche", "kreis", "von", "bis", "seite"]), st.text(max_size=9)
    )
)
def test_any_address_is_a_filter(asked: dict[str, str]) -> None:
    found = filter_of(asked, RULES)
    assert found.page >= 1
    assert set(found.odd) <= set(FILTER_FIELDS)


def test_what_a_filter_did_not_understand_is_said_and_not_guessed() -> None:
    asked = {"ansicht": "geheim", "kreis": "99999", "von": "gestern", "bis": "2026-11-20"}
    found = filter_of(asked, RULES)
    assert found == Filter(bis=date(2026, 11, 20), odd=("ansicht", "kreis", "von"))


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (datetime(2026, 11, 20, 8, tzinfo=UTC), date(2026, 11, 25)),  # Friday to Wednesday
        (datetime(2026, 12, 23, 8, tzinfo=UTC), date(2026, 12, 30)),  # over Christmas
        (datetime.max.replace(tzinfo=UTC), date.max),  # only a broken server says so
    ],
)
def test_the_target_counts_working_days_of_the_land(received: datetime, due: date) -> None:
    assert Fristen(is_holiday, tage=3).due(received) == due


def test_how_long_there_is_counts_working_days_too() -> None:
    fristen = Fristen(is_holiday, tage=3)
    left = [fristen.left(day, TODAY) for day in (TODAY, date(2026, 11, 24), date(2026, 11, 19))]
    assert left == [0, 2, -1]
    assert [days_left(count) for count in left] == ["heute", "2 AT", "1 AT überfällig"]
    # A Saturday that is over is over, although no working day has passed since.
    assert fristen.left(date(2026, 11, 21), date(2026, 11, 22)) == -1
    assert fristen.left(date.max, TODAY) > 10**6


def test_each_view_and_each_rest_has_its_words_and_each_reason_its_sentence() -> None:
    assert list(VIEWS) == [view.value for view in View]
    assert set(RESTS) == {rest.value for rest in Rest if rest.value}
    assert {code for codes in REASONS.values() for code in codes} <= set(FINDINGS)
