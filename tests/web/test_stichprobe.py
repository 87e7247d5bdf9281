"""Stichprobe: what the machine filed is looked at blind, once, and compared."""

from decimal import Decimal
from pathlib import Path

import pytest

from inbox_daemon.core.states import State
from inbox_daemon.core.stichprobe import Gesehen, drawn, faults
from inbox_daemon.core.verdict import Outcome
from tests.core import cases
from tests.web.conftest import Desk, new_desk

pytestmark = pytest.mark.full

SEEN = {"betrag": "287.650,00", "ags": cases.AGS, "unterschrift": "ja"}


@pytest.fixture(name="all_desk")
def _all_desk(tmp_path: Path, staff_database: Path) -> Desk:
    """A desk at which every case of the machine is looked at again, and one that it filed."""
    desk = new_desk(tmp_path, staff_database, more="[review]\nsample_percent = 100\n")
    number = desk.case(cases.good_evidence())
    at = desk.app.clock.now()
    effect = next(e for e in desk.app.store.pending(at=at) if e.case == number)
    desk.app.store.finish(effect.number, Outcome.DONE, at=at, state=State.FILED)
    return desk


def _only(desk: Desk) -> str:
    return desk.app.records.cases()[0].number


def test_the_page_shows_the_picture_and_not_what_the_machine_read(all_desk: Desk) -> None:
    text = all_desk.client("zweite").get(f"/stichprobe/{_only(all_desk)}").get_data(as_text=True)

    assert "/seiten/" in text
    assert "287.650" not in text


def test_what_agrees_is_kept_as_right_and_is_not_asked_again(all_desk: Desk) -> None:
    client, number = all_desk.client("zweite"), _only(all_desk)
    form = {**SEEN, "token": all_desk.token(client)}

    assert client.post(f"/stichprobe/{number}", data=form).status_code == 303
    page = client.get("/stichprobe").get_data(as_text=True)

    assert "stimmt mit der Maschine überein" in page
    assert client.post(f"/stichprobe/{number}", data=form).status_code == 404
    assert [one.faults for one in all_desk.app.stichproben.results()] == [()]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"betrag": "287.650,01"}, "betrag-falsch"),
        ({"ags": "08212"}, "kreis-falsch"),
        ({"unterschrift": "nein"}, "unterschrift-falsch"),
    ],
)
def test_what_differs_is_named_and_logged(
    all_desk: Desk, answer: dict[str, str], fault: str
) -> None:
    client, number = all_desk.client("pruefer"), _only(all_desk)
    form = {**SEEN, **answer, "token": all_desk.token(client)}

    client.post(f"/stichprobe/{number}", data=form)

    assert all_desk.app.stichproben.results()[0].faults == (fault,)
    assert fault in all_desk.app.records.history(number)[-1].payload


def test_the_results_leave_as_a_list_without_who_looked(all_desk: Desk) -> None:
    client, number = all_desk.client("pruefer"), _only(all_desk)
    form = {**SEEN, "unterschrift": "nein", "token": all_desk.token(client)}
    client.post(f"/stichprobe/{number}", data=form)

    text = client.get("/stichprobe.csv").get_data(as_text=True)

    assert number in text
    assert "keine Unterschrift" in text
    assert "pruefer" not in text


@pytest.mark.parametrize("missing", ["betrag", "ags", "unterschrift"])
def test_a_half_answer_is_asked_for_again_with_what_was_typed(all_desk: Desk, missing: str) -> None:
    client, number = all_desk.client("zweite"), _only(all_desk)
    form = {**SEEN, missing: "", "token": all_desk.token(client)}

    answer = client.post(f"/stichprobe/{number}", data=form)

    assert answer.status_code == 422
    assert all_desk.app.stichproben.results() == ()


def test_what_a_person_had_a_hand_in_is_no_sample_of_the_machine(all_desk: Desk) -> None:
    filed = all_desk.app.stichproben.filed_by_machine()

    assert len(drawn(filed, percent=100)) == 1
    assert drawn(filed, percent=0) == ()
    right = Gesehen(betrag=Decimal("287650.00"), ags=cases.AGS, is_signed=True)
    assert faults(filed[0], right) == ()
