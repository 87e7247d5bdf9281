"""What is about to leave: recalled in time, stopped at once, let go by those who lead."""

from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from inbox_daemon import staff
from inbox_daemon.core.bearbeitung import CLOSE, FILE, Plan, Wish
from inbox_daemon.core.freigabe import PlanState
from inbox_daemon.core.states import State
from inbox_daemon.core.verdict import EffectKind, Outcome
from tests.core import cases
from tests.web.conftest import Desk
from tests.web.test_protokoll import text

pytestmark = pytest.mark.full

ASKED = cases.of_document(signature=cases.absent())


def planned(desk: Desk, *, by: str = "muster") -> Plan:
    """A decision that can still be recalled: no amount, no second person."""
    wish = Wish(answer=CLOSE, by=by, why="beantwortet", grund="beantwortet")
    number = desk.case(cases.without_document(subject="Frage", text="Wann wird ausgezahlt?"))
    return staff.plan(desk.app, number, wish, version=desk.version(number))


def posted(desk: Desk, name: str, path: str, **fields: object) -> int:
    """The status of a form that this person sends."""
    client: FlaskClient = desk.client(name)
    given = {"token": desk.token(client), **fields}
    return client.post(f"/postausgang/{path}", data=given).status_code


def test_a_decision_is_shown_with_its_minutes_and_recalled(desk: Desk) -> None:
    plan = planned(desk)
    page = text(desk.client("muster"), "/postausgang")
    assert plan.state is PlanState.AUSGANG
    assert plan.case in page
    assert "in 10 Minuten" in page
    assert posted(desk, "muster", "zurueckholen", plan=plan.number) == 303
    after = text(desk.client("muster"), "/postausgang")
    assert f"Die Entscheidung zu Fall {plan.case} ist zurückgeholt" in after
    found = desk.app.staffbook.plan(plan.number)
    assert found
    assert found.state is PlanState.ZURUECKGEHOLT


def test_only_who_decided_recalls_and_sees_the_button(desk: Desk) -> None:
    plan = planned(desk)
    assert "Zurückholen<" not in text(desk.client("beispiel"), "/postausgang")
    assert posted(desk, "beispiel", "zurueckholen", plan=plan.number) == 409
    assert posted(desk, "pruefer", "zurueckholen", plan=plan.number) == 403
    found = desk.app.staffbook.plan(plan.number)
    assert found
    assert found.state is PlanState.AUSGANG


@pytest.mark.parametrize("plan", ["", "x", "-1", "²", "99999", "9" * 40])
def test_a_recall_of_nothing_is_refused(desk: Desk, plan: str) -> None:
    assert posted(desk, "muster", "zurueckholen", plan=plan) == 409


def test_a_decision_that_waits_for_a_second_person_stands_apart(desk: Desk) -> None:
    number = desk.case()
    wish = Wish(answer=FILE, by="muster", why="gelesen", amount=Decimal("100.00"))
    staff.plan(desk.app, number, wish, version=desk.version(number))
    page = text(desk.client("muster"), "/postausgang")
    assert "Warten auf die zweite Person (1)" in page
    assert "Betrag von Hand eingetragen" in page


def test_letters_are_stopped_by_a_clerk_and_let_go_only_by_those_who_lead(desk: Desk) -> None:
    assert posted(desk, "muster", "anhalten", grund="") == 409
    assert not desk.app.store.letters_stopped()
    assert posted(desk, "pruefer", "anhalten", grund="x") == 403
    assert posted(desk, "muster", "anhalten", grund="Falscher <b>Absender</b>") == 303
    assert desk.app.store.letters_stopped()
    page = text(desk.client("muster"), "/postausgang")
    assert "Der Versand ist angehalten" in page
    assert "Falscher &lt;b&gt;Absender" in page
    assert "Versand fortsetzen" not in page
    assert posted(desk, "muster", "fortsetzen", grund="geht wieder") == 403
    assert desk.app.store.letters_stopped()
    assert posted(desk, "leiterin", "fortsetzen", grund="geklärt") == 303
    assert not desk.app.store.letters_stopped()


@pytest.mark.parametrize(
    ("outcome", "state", "words"),
    [
        (Outcome.DONE, State.QUERIED, "Zuletzt versandt (1)"),
        (Outcome.UNKNOWN, State.FLAGGED, "ungewiss, ob versandt"),
        (Outcome.GIVEN_UP, State.FLAGGED, "nicht versandt"),
        (None, None, "Schreiben, die hinausgehen (1)"),
    ],
)
def test_every_letter_stands_where_its_outcome_puts_it(
    desk: Desk, outcome: Outcome | None, state: State | None, words: str
) -> None:
    number, at = desk.case(ASKED), cases.RECEIVED
    [effect] = [e for e in desk.app.store.pending(at=at) if e.kind is EffectKind.SEND_LETTER]
    if outcome is not None:
        desk.app.store.finish(effect.number, outcome, at=at, state=state)
    page = text(desk.client("pruefer"), "/postausgang")
    assert words in page
    assert page.count(f'<a href="/faelle/{number}">') == 1
    export = desk.client("pruefer").get("/postausgang.csv").get_data().decode("utf-8-sig")
    assert len(export.splitlines()) == 2
    assert f'"{number}";"{cases.KREIS}"' in export


def test_an_empty_outbox_says_so(desk: Desk) -> None:
    page = text(desk.client("zweite"), "/postausgang")
    assert "Der Versand ist nicht angehalten" in page
    assert "Kein Schreiben wartet." in page
    assert "Noch kein Schreiben wurde versandt." in page
