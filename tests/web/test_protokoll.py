"""The log as a page: filters in the address, counts that agree with the file, exports, samples."""

import csv
import io
import json
import re
import shutil
import subprocess
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pytest
from flask.testing import FlaskClient

from inbox_daemon import staff
from inbox_daemon.core.bearbeitung import FILE, Wish
from inbox_daemon.core.chain import verify
from inbox_daemon.core.wording_labels import AUDIT_KINDS
from inbox_daemon.edges.database import writing
from inbox_daemon.web import protokoll
from tests.edges.test_auditbook import month
from tests.web.conftest import Desk

pytestmark = pytest.mark.full

NOVEMBER = "von=2021-11-01&bis=2021-11-30"


@pytest.fixture(name="month_desk")
def _month_desk(desk: Desk) -> Desk:
    month(desk.app.engine)
    desk.app.audit.catch_up()
    return desk


def text(client: FlaskClient, path: str) -> str:
    """The page."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def count_on(page: str) -> int:
    """How many entries the page says there are."""
    found = re.search(r"<strong>([\d.]+)</strong> Eintr", page)
    assert found
    return int(found[1].replace(".", ""))


def in_november(desk: Desk) -> list[dict[str, object]]:
    """The lines of the file, as jq would read them; the month is one of winter time."""
    lines = map(json.loads, desk.app.audit.path.read_text("utf-8").splitlines())
    begin, end = datetime(2021, 10, 31, 23, tzinfo=UTC), datetime(2021, 11, 30, 23, tzinfo=UTC)
    return [x for x in lines if begin <= datetime.fromisoformat(x["@timestamp"]) < end]


def test_file_page_and_exports_count_the_same_for_a_month(month_desk: Desk) -> None:
    client = month_desk.client("pruefer")
    told = in_november(month_desk)
    by_kind = Counter(AUDIT_KINDS[str(line["event.action"])] for line in told)
    assert count_on(text(client, f"/protokoll?{NOVEMBER}")) == len(told) == 720

    rows = list(csv.DictReader(
        io.StringIO(client.get(f"/protokoll.csv?{NOVEMBER}").get_data().decode("utf-8-sig")),
        delimiter=";",
    ))  # fmt: skip
    assert Counter(row["Ereignis"] for row in rows) == by_kind

    sheet = openpyxl.load_workbook(
        io.BytesIO(client.get(f"/protokoll.xlsx?{NOVEMBER}").get_data())
    )["Sheet1"]
    assert Counter(row[3] for row in sheet.iter_rows(min_row=2, values_only=True)) == by_kind

    for kind in {str(line["event.action"]) for line in told}:
        page = text(client, f"/protokoll?{NOVEMBER}&ereignis={kind}")
        assert count_on(page) == by_kind[AUDIT_KINDS[kind]], kind


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_jq_on_the_export_counts_what_the_page_counts(month_desk: Desk) -> None:
    client = month_desk.client("pruefer")
    lines = client.get(f"/protokoll.jsonl?{NOVEMBER}").get_data()
    jq = subprocess.run(
        ["jq", "-s", 'map(select(."antrag.daten".wer=="muster")) | length'],
        input=lines, capture_output=True, check=True,
    )  # fmt: skip
    assert int(jq.stdout) == count_on(text(client, f"/protokoll?{NOVEMBER}&wer=muster")) == 40


def test_the_whole_export_is_the_chain_as_it_was_before_it(month_desk: Desk) -> None:
    before = month_desk.app.auditbook.head()
    client = month_desk.client("pruefer")
    signed_in = month_desk.app.auditbook.head()
    lines = client.get("/protokoll.jsonl").get_data(as_text=True).splitlines()
    assert before.number < signed_in.number
    assert verify(lines) == signed_in
    assert "protokoll.jsonl" in text(client, f"/protokoll/{signed_in.number + 1}")


def test_every_entry_stands_on_one_page_whichever_way_one_turns(month_desk: Desk) -> None:
    client, seen, path = month_desk.client("pruefer"), [], f"/protokoll?{NOVEMBER}"
    while path:
        page = text(client, path)
        seen += re.findall(r'<td class="number"><a href="/protokoll/(\d+)">', page)
        older = re.search(r'<a href="([^"]+)" rel="next">', page)
        path = older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == len(set(seen)) == 720
    assert [int(n) for n in seen] == sorted(map(int, seen), reverse=True)
    newer = re.search(r'<a href="([^"]+)" rel="prev">', page)
    assert newer
    again = text(client, newer[1].replace("&amp;", "&"))
    assert re.findall(r'<td class="number"><a href="/protokoll/(\d+)">', again) == seen[-120:-20]


def test_an_entry_has_an_address_for_ever_and_shows_that_it_is_whole(month_desk: Desk) -> None:
    page = text(month_desk.client("pruefer"), "/protokoll/12")
    assert "Prüfsumme stimmt" in page
    assert "folgt auf Nr. 11" in page
    assert month_desk.client("pruefer").get("/protokoll/999999").status_code == 404


def test_a_changed_entry_is_seen_on_its_page_and_by_the_check(month_desk: Desk) -> None:
    with writing(month_desk.app.engine) as session:
        session.connection().exec_driver_sql(
            "UPDATE audit SET payload = '{\"gefaelscht\":true}' WHERE number = 20"
        )
    client = month_desk.client("pruefer")
    assert "Prüfsumme stimmt NICHT" in text(client, "/protokoll/20")
    answer = client.post("/protokoll/pruefen", data={"token": month_desk.token(client)})
    assert answer.status_code == 303
    page = text(client, "/protokoll")
    assert "bricht bei Zeile 20" in page
    assert "Das Protokoll ist nicht in Ordnung" in page
    assert "Protokolldatei und Datenbank sagen Verschiedenes" in page


def test_a_whole_chain_is_said_to_be_whole_and_by_whom(month_desk: Desk) -> None:
    client = month_desk.client("leiterin")
    assert "noch nie geprüft" in text(client, "/protokoll")
    client.post("/protokoll/pruefen", data={"token": month_desk.token(client)})
    page = text(client, "/protokoll")
    assert "Das Protokoll ist lückenlos" in page
    assert "durch leiterin" in page


def test_a_sample_has_a_seed_that_draws_it_again(month_desk: Desk) -> None:
    client = month_desk.client("pruefer")
    drawn = client.get(f"/protokoll/stichprobe?{NOVEMBER}&zahl=10")
    assert drawn.status_code == 303
    first, again = text(client, str(drawn.location)), text(client, str(drawn.location))
    rows = re.findall(r'<td class="number"><a href="/protokoll/(\d+)">', first)
    assert len(rows) == 10
    assert rows == re.findall(r'<td class="number"><a href="/protokoll/(\d+)">', again)
    export = client.get(str(drawn.location).replace("/protokoll/stichprobe", "/protokoll.csv"))
    lines = export.get_data().decode("utf-8-sig").splitlines()
    assert [line.split('";"')[1] for line in lines[1:]] == rows


@pytest.mark.parametrize(
    "asked",
    [
        "von=gestern", "bis=2026-13-01", "unter=x", "ueber=-1", "ereignis=gibtsnicht",
        "ausgang=%00", "wer=%22%25_'", "fall=%E2%80%AE", "unter=99999999999999999999", "zahl=0",
        "von=0001-01-01", "bis=9999-12-31",
    ],
)  # fmt: skip
def test_a_strange_address_is_an_ordinary_page(month_desk: Desk, asked: str) -> None:
    text(month_desk.client("pruefer"), f"/protokoll?{asked}")


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl"])
def test_who_may_not_export_gets_nothing(month_desk: Desk, ending: str) -> None:
    assert month_desk.client("zweite").get(f"/protokoll.{ending}").status_code == 403
    answer = month_desk.client("pruefer").get(f"/protokoll.{ending}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="protokoll.{ending}"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_workbook_that_would_take_minutes_is_refused_with_what_to_do(
    month_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protokoll, "MOST_IN_A_WORKBOOK", 700)
    answer = month_desk.client("pruefer").get(f"/protokoll.xlsx?{NOVEMBER}")
    assert answer.status_code == 409
    assert "CSV" in answer.get_data(as_text=True)
    assert month_desk.client("pruefer").get(f"/protokoll.csv?{NOVEMBER}").status_code == 200


def test_what_a_person_wished_is_found_as_the_same_outcome(desk: Desk) -> None:
    number = desk.case()
    wish = Wish(answer=FILE, by="muster", why="gelesen", amount=Decimal("100.00"))
    staff.plan(desk.app, number, wish, version=desk.version(number))
    client = desk.client("pruefer")
    page = text(client, f"/protokoll?ausgang=accept&fall={number}")
    assert count_on(page) == 1
    [row] = re.findall(r'<td class="number"><a href="/protokoll/(\d+)">', page)
    entry = text(client, f"/protokoll/{row}")
    assert "Betrag vorher" in entry
    assert "von der Maschine nicht sicher gelesen" in entry
    assert "100,00 Euro" in entry
