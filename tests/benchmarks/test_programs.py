"""The measuring programs themselves: what they count has to be right."""

from pathlib import Path

import pytest

from tests.benchmarks import bounds, judges, pens
from tests.benchmarks.layouts import Plan, composed

HERE = (pens.SHARED / "signatures").is_dir() and bool(pens.script_fonts("all"))
needs_shared = pytest.mark.skipif(not HERE, reason="../shared/data or var/fonts is not here")


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (10, 10, 0.6915, 1.0),
        (57, 60, 0.8608, 0.9896),
        (5, 20, 0.0866, 0.4910),
    ],
)
def test_intervals_are_those_of_clopper_and_pearson(
    k: int, n: int, low: float, high: float
) -> None:
    assert bounds.interval(k, n) == pytest.approx((low, high), abs=2e-4)


def test_no_error_in_many_gives_the_rule_of_three() -> None:
    assert bounds.upper(0, 3000) == pytest.approx(3 / 3000, rel=0.01)
    assert bounds.upper(0, 60) == pytest.approx(1 - 0.05 ** (1 / 60), abs=1e-9)


@pytest.mark.parametrize(
    ("wanted", "status", "value", "answer"),
    [
        ("1.00", "read", "1.00", "right"),
        ("1.00", "read", "100.00", "WRONG"),
        (None, "read", "1.00", "INVENTED"),
        ("1.00", "absent", None, "ABSENT"),
        (None, "absent", None, "absent right"),
        ("1.00", "unsure", "1.00", "unsure, guess right"),
        ("1.00", "unsure", None, "unsure"),
    ],
)
def test_an_answer_that_misleads_is_written_in_capitals(
    wanted: str | None, status: str, value: str | None, answer: str
) -> None:
    seen = {"amount": {"status": status, "value": value}}
    assert judges.amount({"amount": wanted}, seen) == answer
    assert judges.is_wrong(answer) == (answer == answer.upper())


@needs_shared
@pytest.mark.parametrize("family", ["comb", "costs", "letter", "bundle"])
def test_a_composed_form_is_the_same_each_time_and_its_fields_lie_on_its_pages(
    family: str,
) -> None:
    plan = Plan("x", f"seed-{family}", "form-1", "b", family=family, scan="mfp-150")
    (file, truth), (again, _) = composed(plan), composed(plan)
    assert file.content == again.content
    assert truth["layout"] == family
    assert {"amount", "signature", "applicant"} <= truth["fields"].keys()
    for place in truth["fields"].values():
        x0, y0, x1, y1 = place["box"]
        assert 1 <= place["page"] <= truth["pages"]
        assert -20 < x0 < x1 < 870
        assert -20 < y0 < y1 < 870


@needs_shared
def test_one_blank_form_is_filled_in_anew_each_time() -> None:
    """The look does not depend on who fills it in: the amount's field stays where it is."""
    plans = [
        Plan("x", f"seed-{k}", "form-2", "all", family="above", scan="born-digital")
        for k in range(3)
    ]
    truths = [composed(plan)[1] for plan in plans]
    assert len({str(t["fields"]["amount"]) for t in truths}) == 1
    assert len({t["applicant"] for t in truths}) > 1


@needs_shared
def test_the_halves_share_no_writer_and_no_font() -> None:
    for one, other in ((pens.script_fonts("a"), pens.script_fonts("b")),):
        assert one
        assert other
        assert not set(one) & set(other)
    assert {Path(f).parent.name for f in pens.hand_fonts("a")} <= set(pens.PLAIN_HANDS)
