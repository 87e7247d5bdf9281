"""The guard, the errors, the frame: what holds for every page."""

from decimal import Decimal

from inbox_daemon import staff
from inbox_daemon.core.bearbeitung import FILE, Wish
from inbox_daemon.core.freigabe import PlanState
from inbox_daemon.core.rollen import Person, Rolle
from inbox_daemon.edges import kennwort
from tests.web.conftest import Desk


def test_nobody_sees_a_page_without_signing_in(desk: Desk) -> None:
    answer = desk.nobody().get("/")

    assert (answer.status_code, answer.location) == (303, "/anmelden")


def test_another_host_name_is_not_answered(desk: Desk) -> None:
    assert desk.nobody().get("/anmelden", base_url="https://fremd.example").status_code == 400


def test_every_answer_has_the_headers_an_error_too(desk: Desk) -> None:
    for path in ("/anmelden", "/keine-seite", "/static/pages.css"):
        headers = desk.nobody().get(path).headers

        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff", path


def test_a_person_signs_in_and_out(desk: Desk) -> None:
    person = Person(name="neu", full_name="Neu", rollen=frozenset({Rolle.PRUEFUNG}))
    desk.app.people.keep_user(
        person,
        password_hash=kennwort.hashed("ein langes Kennwort"),
        enabled=True,
        by="test",
        at=desk.app.clock.now(),
    )
    client = desk.nobody()
    form = client.get("/anmelden")
    before = form.get_data(as_text=True).split('name="token" value="')[1].split('"')[0]
    fields = {"name": "Neu", "kennwort": "ein langes Kennwort", "token": before}

    wrong = client.post("/anmelden", data={**fields, "kennwort": "falsch"})
    right = client.post("/anmelden", data=fields)
    page = client.get("/keine-seite").get_data(as_text=True)
    token = page.split('name="token" value="')[1].split('"')[0]
    out = client.post("/abmelden", data={"token": token})
    after = client.get("/")

    assert (wrong.status_code, right.status_code, out.status_code) == (401, 303, 303)
    assert after.location == "/anmelden"


def test_a_decision_with_a_typed_amount_waits_for_a_second_person(desk: Desk) -> None:
    number = desk.case()
    wish = Wish(answer=FILE, by="muster", why="gelesen", amount=Decimal("100.00"))

    plan = staff.plan(desk.app, number, wish, version=desk.version(number))

    assert plan.state is PlanState.ZWEITE
    assert plan.why_second[:1] == ("betrag-geaendert",)
