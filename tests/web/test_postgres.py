"""The pages on PostgreSQL: each opens, and a decision goes its whole way."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from inbox_daemon import staff
from inbox_daemon.app import App
from inbox_daemon.core.bearbeitung import FILE, Wish
from inbox_daemon.core.freigabe import PlanState
from inbox_daemon.core.states import State
from inbox_daemon.core.stichprobe import Ergebnis
from inbox_daemon.core.values import Unreadable
from inbox_daemon.web.app import create_pages
from tests.core import cases
from tests.fakes import FakeClock
from tests.postgres import PROGRAMS, postgres
from tests.web.conftest import Browser, Desk, new_desk
from tests.web.routes import EVERYTHING, admit_all, routes

pytestmark = pytest.mark.full


@pytest.fixture(name="elsewhere")
def _elsewhere(tmp_path: Path, staff_database: Path) -> Iterator[Desk]:
    """A desk whose database is a PostgreSQL server of our own."""
    if not PROGRAMS:
        pytest.skip("PostgreSQL is not installed; setup.sh --tests does it")
    with postgres() as url:
        settings = new_desk(tmp_path, staff_database).app.settings
        app = App(settings.model_copy(update={"database_url": f"{url}postgres"}))
        app.__dict__["clock"] = FakeClock()
        pages = create_pages(app)
        pages.test_client_class = Browser
        desk = Desk(app=app, pages=pages)
        admit_all(desk)
        yield desk
        app.engine.dispose()


def test_every_page_opens_and_a_decision_goes_its_way(elsewhere: Desk) -> None:
    guess = Unreadable(why="handschrift", guess="300.000,00 EUR")
    number = elsewhere.case(cases.of_document(amount=guess))
    elsewhere.case(cases.good_evidence())
    at = elsewhere.app.clock.now()
    for route in routes(elsewhere, number):
        if route.method == "GET":
            answer = elsewhere.client(EVERYTHING).get(route.path)
            assert answer.status_code < 500, route.key
    wish = Wish(answer=FILE, by="nur-sachbearbeitung", why="x", amount=Decimal("300000.00"))

    plan = staff.plan(elsewhere.app, number, wish, version=elsewhere.version(number))
    staff.second(elsewhere.app, plan.number, by="nur-zweitpruefung", at_once=True)
    assert staff.carry_out_due(elsewhere.app) == 1
    elsewhere.app.stichproben.keep(Ergebnis(case=number, by="x", at=at, faults=()))

    assert staff.case_line(elsewhere.app, number).state is State.DECIDED
    ended = elsewhere.app.staffbook.plan(plan.number)
    assert ended is not None
    assert ended.state is PlanState.AUSGEFUEHRT
    elsewhere.app.audit.catch_up()
    assert not elsewhere.app.audit.verify().why
