"""The Arbeitsvorrat: what waits, in which order, for whom, and what happens to several at once."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest

from inbox_daemon import staff
from inbox_daemon.core.bearbeitung import FILE, Wish, Work
from inbox_daemon.core.betragsblick import Herkunft, betragsblick
from inbox_daemon.core.values import Evidence, Unreadable
from inbox_daemon.core.wording import FINDINGS
from inbox_daemon.core.wording_vorrat import GRUENDE, HERKUNFT
from inbox_daemon.edges.database import writing
from inbox_daemon.edges.tables import EvidenceRow
from inbox_daemon.ports import Abgleich
from tests.core import cases
from tests.web.conftest import UNCLEAR, Desk

pytestmark = pytest.mark.full

UNSIGNED = cases.of_document(signature=Unreadable(why="wenig-tinte", source=cases.source()))
STRANGER = cases.of_document(applicant=cases.read("Heilbronn"))
# Told of a case, never the reason why one waits.
NO_REASONS = {
    "absender-bestaetigt", "absender-unbewiesen", "antwort-auf-rueckfrage", "automatische-mail",
    "betrag-gelesen", "doppelt", "ersetzen", "fall-unbekannt", "frist-gewahrt",
    "gehoert-zum-vorgang", "im-planungsrahmen", "keine-mail", "kreis-erkannt", "lesbar",
    "programm-erkannt", "ruecklaeufer", "sachbearbeitung", "unterschrieben",
}  # fmt: skip


def text(desk: Desk, path: str = "/vorrat", name: str = "muster") -> str:
    answer = desk.client(name).get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def sent(desk: Desk, path: str, *numbers: str, **fields: str) -> str:
    """The list after this action on these cases."""
    client = desk.client("muster")
    chosen = [f"{number}.{desk.version(number)}" for number in numbers]
    answer = client.post(path, data={"token": desk.token(client), "fall": chosen, **fields})
    assert answer.status_code == 303
    return client.get(answer.location).get_data(as_text=True)


def test_every_reason_has_a_few_words() -> None:
    assert set(FINDINGS) - set(GRUENDE) == NO_REASONS
    assert set(GRUENDE) <= set(FINDINGS)
    assert set(HERKUNFT) == set(Herkunft)


def test_the_list_shows_each_case_as_a_link_with_its_reason_and_amount(desk: Desk) -> None:
    number = desk.case(UNSIGNED)

    page = text(desk)

    assert f'href="/faelle/{number}/pruefen?ansicht=alle"' in page
    assert "Unterschrift unklar" in page
    assert "287.650,00" in page
    assert "Karlsruhe (LK)" in page


def test_a_supposed_amount_is_told_from_one_that_was_read(desk: Desk) -> None:
    unsure = Unreadable(why="handschrift", guess="80.500,00 Euro", source=cases.source())
    desk.case(cases.of_document(amount=unsure))

    page = text(desk)

    assert '<span class="supposed">80.500,00' in page
    assert ">vermutet</span>" in page


@pytest.mark.parametrize(
    ("evidence", "typed", "seen"),
    [
        (cases.good_evidence(), None, Herkunft.GELESEN),
        (UNCLEAR, Decimal(5), Herkunft.EINGETRAGEN),
        (cases.of_document(amount=cases.absent()), None, Herkunft.FEHLT),
        (cases.of_document(amount=Unreadable(why="widerspruch")), None, Herkunft.UNKLAR),
        (cases.good_evidence(documents=(cases.document(),) * 2), None, Herkunft.MEHRERE),
        (cases.without_document(), None, Herkunft.OHNE),
        (None, None, Herkunft.OHNE),
    ],
)
def test_where_an_amount_comes_from_is_said(
    evidence: Evidence | None, typed: Decimal | None, seen: Herkunft
) -> None:
    assert betragsblick(evidence, typed).herkunft is seen


def test_a_kreis_that_may_be_two_is_shown_as_both(desk: Desk) -> None:
    desk.case(STRANGER)

    page = text(desk)

    assert "Heilbronn (LK) oder Heilbronn (SK)?" in page or (
        "Heilbronn (SK) oder Heilbronn (LK)?" in page
    )


def test_views_hold_what_their_counts_say_and_f8_opens_the_first(desk: Desk) -> None:
    unclear, unsigned = desk.case(), desk.case(UNSIGNED)

    page = text(desk, "/vorrat?ansicht=unterschrift")

    assert f'id="{unsigned}"' in page
    assert f'id="{unclear}"' not in page
    assert f'href="/faelle/{unsigned}/pruefen?ansicht=unterschrift" data-key="F8"' in page


def test_the_navigation_counts_the_open_cases(desk: Desk) -> None:
    desk.case()
    desk.case(UNSIGNED)

    assert '<span class="only-read">, offen: </span>2</span>' in text(desk, "/konto")


def test_search_and_filters_narrow_the_list_and_the_odd_is_named(desk: Desk) -> None:
    number = desk.case()

    assert f'id="{number}"' in text(desk, "/vorrat?suche=karlsruhe&kreis=08215&von=2022-07-11")
    assert f'id="{number}"' not in text(desk, "/vorrat?suche=esslingen")
    assert f'id="{number}"' not in text(desk, "/vorrat?bis=2022-07-10")
    assert "Nicht berücksichtigt: Eingang von" in text(desk, "/vorrat?von=gestern")


def test_the_case_one_comes_back_from_is_marked_on_its_page(desk: Desk) -> None:
    numbers = [desk.case(UNSIGNED) for _ in range(51)]

    page = text(desk, f"/vorrat?fall={numbers[-1]}")

    assert f'id="{numbers[-1]}" aria-current="true"' in page
    assert "Seite 2 von 2" in page


def test_an_empty_list_says_when_the_mailbox_was_last_read(desk: Desk) -> None:
    at = desk.app.clock.now()
    assert "noch nicht gelesen" in text(desk)
    desk.app.puls.beat(3, at=at)
    desk.app.store.book.compared("INBOX", 1, {}, folders={}, at=at)

    page = text(desk)

    assert "Hier wartet kein Fall" in page
    assert "gelesen, 3 neu" in page
    assert "0 = 0" in page


def test_a_mailbox_out_of_reach_and_a_difference_are_told(desk: Desk) -> None:
    at = desk.app.clock.now()
    desk.app.puls.miss("imap-verbindung", at=at)
    found: Abgleich = desk.app.store.book.compared("INBOX", 1, {}, folders={"X": 1}, at=at)
    assert found.differences

    page = text(desk)

    assert "keine Verbindung zum Postfach" in page
    assert "Unterschied" in page


def test_chosen_cases_are_assigned_each_alone(desk: Desk) -> None:
    mine, held = desk.case(UNSIGNED), desk.case(UNSIGNED)
    at = desk.app.clock.now()
    desk.app.staffbook.take(held, by="beispiel", at=at)

    page = sent(desk, "/vorrat/zuweisen?ansicht=unterschrift", mine, held)

    assert "1 Fall zugewiesen" in page
    assert f"{held}: Diesen Fall bearbeitet gerade" in page
    holders = {case: lease.holder for case, lease in desk.app.staffbook.leases(at=at).items()}
    assert holders == {mine: "muster", held: "beispiel"}
    assert "Muster Person" in page
    assert "ansicht=unterschrift" in page


def test_nothing_chosen_changes_nothing_and_is_said(desk: Desk) -> None:
    desk.case()

    assert "kein Fall ausgewählt" in sent(desk, "/vorrat/zuweisen")


def test_chosen_cases_are_put_off_and_rest_at_the_end(desk: Desk) -> None:
    first, second = desk.case(UNSIGNED), desk.case(UNSIGNED)

    page = sent(desk, "/vorrat/zurueckstellen", first, wann="3", notiz="ruft zurück")

    assert "1 Fall zurückgestellt bis" in page
    assert page.index(f'id="{second}"') < page.index(f'id="{first}"')
    assert f'<tr id="{first}" class="waits"' in page
    assert desk.app.staffbook.postponed()[first].note == "ruft zurück"


def test_the_second_time_needs_a_note(desk: Desk) -> None:
    number = desk.case(UNSIGNED)
    sent(desk, "/vorrat/zurueckstellen", number, wann="1")

    assert f"{number}: Bitte eine Notiz eintragen" in sent(
        desk, "/vorrat/zurueckstellen", number, wann="1"
    )


@pytest.mark.parametrize("day", ["", "gestern", "2022-01-01", "9999-12-31"])
def test_a_day_that_is_none_or_over_or_too_far_is_refused(desk: Desk, day: str) -> None:
    number = desk.case(UNSIGNED)

    assert "Bitte einen Tag nach heute" in sent(
        desk, "/vorrat/zurueckstellen", number, wann="tag", tag=day
    )
    assert desk.app.staffbook.postponed() == {}


def test_a_day_of_choice_is_taken(desk: Desk) -> None:
    number = desk.case(UNSIGNED)
    day = desk.app.clock.now().date() + timedelta(days=40)

    sent(desk, "/vorrat/zurueckstellen", number, wann="tag", tag=day.isoformat())

    assert desk.app.staffbook.postponed()[number].on == day


def test_what_changed_since_the_list_was_shown_is_not_put_off(desk: Desk) -> None:
    number = desk.case(UNSIGNED)
    version = desk.version(number)
    work = Work(amount=Decimal(5), amount_reason="lesefehler")
    at = desk.app.clock.now()
    desk.app.staffbook.save_work(number, work, by="beispiel", at=at, version=version)
    client = desk.client("muster")
    form = {"token": desk.token(client), "fall": f"{number}.{version}", "wann": "1"}

    answer = client.post("/vorrat/zurueckstellen", data=form)

    assert "inzwischen geändert" in client.get(answer.location).get_data(as_text=True)
    assert desk.app.staffbook.postponed() == {}


def test_what_is_decided_already_cannot_be_chosen(desk: Desk) -> None:
    number = desk.case()
    wish = Wish(answer=FILE, by="beispiel", why="gelesen", amount=Decimal("100.00"))
    staff.plan(desk.app, number, wish, version=desk.version(number))

    page = sent(desk, "/vorrat/zuweisen", number)

    assert "inzwischen geändert" in page
    assert "wartet auf zweite Person" in page
    assert f'value="{number}.' not in page
    assert "data-key" not in page


@pytest.mark.parametrize("value", ["", "x", "A-2026-000001", "A-2026-000001.x", "../..1", ".²"])
def test_a_broken_choice_is_no_choice(desk: Desk, value: str) -> None:
    client = desk.client("muster")

    answer = client.post("/vorrat/zuweisen", data={"token": desk.token(client), "fall": value})

    assert (answer.status_code, answer.location) == (303, "/vorrat?ansicht=alle")


def test_the_address_back_is_made_anew_and_leads_nowhere_else(desk: Desk) -> None:
    client = desk.client("muster")

    answer = client.post(
        "/vorrat/zuweisen?ansicht=//fremd.example&weiter=//fremd.example&seite=7",
        data={"token": desk.token(client)},
    )

    assert answer.location == "/vorrat?ansicht=alle&seite=7"


def test_who_only_reads_gets_no_boxes_but_the_file(desk: Desk) -> None:
    number = desk.case()

    page = text(desk, name="pruefer")

    assert 'type="checkbox"' not in page
    assert "Mir zuweisen" not in page
    assert number in page
    assert "/vorrat.csv?ansicht=alle" in page


def test_the_file_has_every_case_of_the_filter(desk: Desk) -> None:
    numbers = {desk.case(UNSIGNED) for _ in range(52)}
    desk.case()

    answer = desk.client("pruefer").get("/vorrat.csv?ansicht=unterschrift")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))

    assert {row["Fall"] for row in rows} == numbers
    assert rows[0]["Betrag (EUR)"] == "287.650,00"
    assert rows[0]["Gründe"] == "Unterschrift unklar"
    assert desk.client("pruefer").get("/vorrat.xlsx").status_code == 200


def test_a_case_whose_evidence_cannot_be_read_is_still_in_the_list(desk: Desk) -> None:
    number = desk.case()
    with writing(desk.app.engine) as session:
        row = session.get(EvidenceRow, number)
        assert row is not None
        row.body = "{"

    assert f'id="{number}"' in text(desk)
