"""The Prüfseite without a browser: what each action does, and what stands against it."""

import io
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inbox_daemon import staff
from inbox_daemon.core.bearbeitung import ASK, FILE, Wish
from inbox_daemon.core.freigabe import PlanState
from inbox_daemon.core.values import Evidence, Source, Unreadable
from tests.core import cases
from tests.web.conftest import UNCLEAR, Desk

pytestmark = pytest.mark.full

GUESS = Unreadable(
    why="widerspruch",
    guess="287.650,00 Euro",
    source=Source(
        document=cases.SHA,
        page=1,
        box=None,
        method="zwei-netze",
        confidence=0.62,
        raw="287.650,00 | 281.650,00",
        crop="11" * 32,
    ),
)
DOUBTED = cases.of_document(amount=GUESS)
UNSIGNED = cases.of_document(amount=GUESS, signature=cases.absent())
BOTH = ["betrag", "unterschrift"]
HOSTILE = "<script>alert(1)</script>\N{RIGHT-TO-LEFT OVERRIDE}\x07"


class Clerk:
    """A person at one case, with the form as her page shows it."""

    def __init__(self, desk: Desk, number: str, name: str = "muster") -> None:
        self.desk, self.number = desk, number
        self.client: FlaskClient = desk.client(name)
        self.token = desk.token(self.client)
        self.version = desk.version(number)

    def look(self, page: str = "pruefen") -> str:
        """The page; its version is what the next action sends."""
        found = self.client.get(f"/faelle/{self.number}/{page}")
        text = found.get_data(as_text=True)
        shown = re.search(r'name="version" value="(\d+)"', text)
        self.version = int(shown[1]) if shown else self.version
        assert found.status_code == 200, text
        return text

    def does(self, action: str, **fields: object) -> TestResponse:
        """One action with these fields of the form."""
        form = {
            "token": self.token,
            "version": self.version,
            "ansicht": "alle",
            "betrag": "287.650,00",
            "kreis": cases.AGS,
            "unterschrift": "vorhanden",
            **fields,
        }
        return self.client.post(f"/faelle/{self.number}/{action}", data=form)

    def says(self) -> str:
        """What the next page says in its status."""
        page = self.client.get("/konto").get_data(as_text=True)
        return " ".join(re.findall(r'class="told-line">([^<]*)<', page))

    @property
    def state(self) -> PlanState | None:
        """Where her decision is on its way."""
        plan = self.desk.app.staffbook.plan_of(self.number)
        return plan.state if plan else None


def at(desk: Desk, evidence: Evidence = DOUBTED, name: str = "muster") -> Clerk:
    return Clerk(desk, desk.case(evidence), name)


def test_the_reason_stands_on_top_and_the_other_readings_beside_the_field(desk: Desk) -> None:
    page = at(desk).look()

    assert "nicht sicher zu lesen (Lesungen widersprechen sich)" in page
    assert "betrag-unklar; Regeln soforthilfe-ukraine-2022" in page
    assert "281.650,00" in page
    assert "noch 1 Punkt" in page
    assert page.index("Warum zur Prüfung") < page.index('id="betrag"') < page.index("F8")


def test_enter_without_a_script_saves_and_never_releases(desk: Desk) -> None:
    page = at(desk).look()

    form = page[page.index('id="blatt"') :]
    first = re.search(r'<button[^>]*type="submit"[^>]*>', form)

    assert first is not None
    assert "formaction" not in first[0]
    assert 'action="/faelle/A-2022-000001/speichern"' in page


def test_looking_changes_nothing(desk: Desk) -> None:
    clerk = at(desk)
    before = desk.version(clerk.number)

    clerk.look()

    assert desk.version(clerk.number) == before
    assert desk.app.staffbook.leases(at=desk.app.clock.now()) == {}


def test_a_case_is_released_when_the_open_point_is_ticked(desk: Desk) -> None:
    other = desk.case(UNSIGNED)
    clerk = at(desk)

    untouched = clerk.does("freigeben")
    ticked = clerk.does("freigeben", bestaetigt="betrag")

    assert untouched.status_code == 422
    assert "Bitte den Betrag prüfen" in untouched.get_data(as_text=True)
    assert ticked.location == "/vorrat?ansicht=alle"
    assert desk.app.records.case(other) is not None
    plan = desk.app.staffbook.plan_of(clerk.number)
    assert plan is not None
    assert (plan.wish.answer, plan.wish.amount) == (FILE, Decimal("287650.00"))


def test_after_the_last_case_the_list_follows_and_the_status_says_what_was_done(desk: Desk) -> None:
    clerk = at(desk)

    done = clerk.does("freigeben", bestaetigt="betrag")

    assert done.location == "/vorrat?ansicht=alle"
    assert "A-2022-000001" in clerk.says()


def test_another_amount_needs_a_reason_and_a_second_person(desk: Desk) -> None:
    clerk = at(desk)

    without = clerk.does("freigeben", betrag="281.650,00")
    given = clerk.does("freigeben", betrag="281.650,00", grund="lesefehler")

    assert without.status_code == 422
    assert "Bitte angeben, warum." in without.get_data(as_text=True)
    assert 'value="281.650,00"' in without.get_data(as_text=True)
    assert given.status_code == 303
    plan = desk.app.staffbook.plan_of(clerk.number)
    assert plan is not None
    assert plan.state is PlanState.ZWEITE
    assert "betrag-geaendert" in plan.why_second
    assert plan.wish.grund == "lesefehler"


def test_an_amount_far_from_the_frame_is_asked_once_more(desk: Desk) -> None:
    clerk = at(desk)
    far = {"betrag": "28.765.000,00", "grund": "lesefehler"}

    asked = clerk.does("freigeben", **far)
    clerk.look()
    given = clerk.does("freigeben", **far, bestaetigt="weit")

    assert asked.status_code == 422
    assert 'value="weit"' in asked.get_data(as_text=True)
    assert given.status_code == 303


@pytest.mark.parametrize("typed", ["12.34", "1,234.50", "abc", "0", "-5", HOSTILE])
def test_what_is_no_amount_is_shown_again_and_kept_nowhere(desk: Desk, typed: str) -> None:
    clerk = at(desk)

    page = clerk.does("speichern", betrag=typed)

    assert page.status_code == 422
    assert "kein eindeutiger Betrag" in page.get_data(as_text=True)
    assert "<script>alert" not in page.get_data(as_text=True)
    assert desk.app.staffbook.work(clerk.number).amount is None


def test_without_a_signature_nothing_is_released(desk: Desk) -> None:
    clerk = at(desk, UNSIGNED)

    page = clerk.does("freigeben", unterschrift="fehlt", bestaetigt=BOTH)

    assert page.status_code == 422
    assert "Ohne Unterschrift kann nicht freigegeben werden" in page.get_data(as_text=True)
    assert clerk.state is None


def test_what_a_person_judged_is_named_as_hers(desk: Desk) -> None:
    clerk = at(desk, UNSIGNED)

    clerk.does("speichern", unterschrift="vorhanden")

    assert "✔ Muster Person" in clerk.look()
    assert desk.app.staffbook.work(clerk.number).unterschrift == "vorhanden"


def test_saving_what_was_not_changed_writes_nothing(desk: Desk) -> None:
    clerk = at(desk)
    before = desk.version(clerk.number)

    assert clerk.does("speichern").status_code == 303
    assert desk.version(clerk.number) == before


def test_two_at_one_case_the_second_sees_both_versions_and_nothing_is_overwritten(
    desk: Desk,
) -> None:
    first = at(desk)
    second = Clerk(desk, first.number, "beispiel")
    first.does("speichern", betrag="281.650,00", grund="lesefehler")

    conflict = second.does("speichern", betrag="111.111,11", grund="telefonisch")

    page = conflict.get_data(as_text=True)
    assert conflict.status_code == 409
    assert "111.111,11" in page
    assert "281.650,00" in page
    assert "Angaben zum Fall gespeichert, Muster Person" in page
    assert desk.app.staffbook.work(first.number).amount == Decimal("281650.00")


def test_the_typed_can_be_taken_into_the_new_version_from_the_conflict_page(desk: Desk) -> None:
    first = at(desk)
    second = Clerk(desk, first.number, "beispiel")
    first.does("speichern", betrag="281.650,00", grund="lesefehler")
    page = second.does("speichern", betrag="111.111,11", grund="telefonisch").get_data(as_text=True)
    fields = dict(re.findall(r'name="([a-z]+)" value="([^"]*)"', page[page.index("speichern") :]))

    fields.pop("token")
    second.version = int(fields.pop("version"))

    assert second.does("speichern", **fields).status_code == 303
    assert desk.app.staffbook.work(first.number).amount == Decimal("111111.11")


@pytest.mark.parametrize("version", ["", "0", "x", "99999999", "-1", "٣", "9" * 40])
def test_a_form_without_its_version_changes_nothing(desk: Desk, version: str) -> None:
    clerk = at(desk)

    for action in ("speichern", "freigeben", "notiz"):
        answer = clerk.does(action, version=version, bestaetigt="betrag", notiz="x")
        assert answer.status_code == 409, action

    assert clerk.state is None


def test_a_decision_is_recalled_by_whoever_made_it_and_the_case_is_open_again(desk: Desk) -> None:
    clerk = at(desk)
    clerk.does("freigeben", betrag="281.650,00", grund="lesefehler")
    plan = desk.app.staffbook.plan_of(clerk.number)
    assert plan is not None
    stranger = Clerk(desk, clerk.number, "beispiel")

    refused = stranger.does("zurueckholen", entscheidung=plan.number)
    done = clerk.does("zurueckholen", entscheidung=plan.number)

    assert refused.status_code == 409
    assert done.location == f"/faelle/{clerk.number}/pruefen?ansicht=alle"
    assert clerk.state is PlanState.ZURUECKGEHOLT
    assert 'value="281.650,00"' in clerk.look()


def test_the_next_page_offers_to_recall_the_last_decision(desk: Desk) -> None:
    other = desk.case(UNSIGNED)
    clerk = at(desk)
    clerk.does("freigeben", bestaetigt="betrag")

    page = desk.client("muster").get(f"/faelle/{other}/pruefen").get_data(as_text=True)

    assert f'action="/faelle/{clerk.number}/zurueckholen' in page
    assert "data-undo" in page
    assert "data-undo" not in desk.client("beispiel").get(f"/faelle/{other}/pruefen").text


def test_a_decided_case_can_be_looked_at_and_not_decided_again(desk: Desk) -> None:
    clerk = at(desk)
    clerk.does("freigeben", bestaetigt="betrag")

    page = clerk.look()
    again = clerk.does("freigeben", bestaetigt="betrag", version=desk.version(clerk.number))

    assert "noch nicht ausgeführt" in page
    assert 'id="freigeben"' not in page
    assert again.status_code == 409


def test_a_case_that_another_has_is_shown_and_taken_over_by_a_logged_act(desk: Desk) -> None:
    first = at(desk)
    second = Clerk(desk, first.number, "beispiel")

    assert first.client.post(
        f"/faelle/{first.number}/dabei", headers={"X-Token": first.token}
    ).status_code == 204  # fmt: skip
    held = second.look()
    asked = second.client.post(f"/faelle/{first.number}/dabei", headers={"X-Token": second.token})
    saved = second.does("speichern", betrag="1.000,00", grund="telefonisch")
    taken = second.does("nehmen", trotzdem="ja")

    assert "bei Muster Person" in held
    assert "Übernehmen" in held
    assert asked.status_code == 409
    assert "Muster Person" in asked.get_data(as_text=True)
    assert saved.status_code == 409
    assert taken.status_code == 303
    assert desk.app.records.history(first.number)[-1].kind == "staff.took-over"
    assert 'id="freigeben"' in second.look()


def test_a_second_application_is_filed_only_where_it_is_said_to_replace_the_first(
    desk: Desk,
) -> None:
    filed = desk.case(cases.good_evidence())
    clerk = at(desk, DOUBTED)

    page = clerk.look()
    without = clerk.does("freigeben", bestaetigt="betrag")
    clerk.look()
    given = clerk.does("freigeben", bestaetigt="betrag", ersetzt=filed)

    assert f"ersetzt den abgelegten Antrag aus Fall {filed}" in page
    assert without.status_code == 409
    assert "schon ein Antrag abgelegt" in without.get_data(as_text=True)
    assert given.status_code == 303


def test_a_note_is_kept_with_what_was_typed_beside_it(desk: Desk) -> None:
    clerk = at(desk)

    clerk.does("notiz", notiz=f"Rückruf {HOSTILE}", betrag="281.650,00", grund="telefonisch")
    page = clerk.look()

    assert "Rückruf &lt;script&gt;" in page
    assert "‹U+202E›‹U+0007›" in page
    assert desk.app.staffbook.work(clerk.number).amount == Decimal("281650.00")


def test_every_word_of_a_stranger_is_escaped_and_what_cannot_be_seen_is_named(desk: Desk) -> None:
    sender = replace(cases.address(), name=HOSTILE)
    part = replace(cases.attachment(), name=HOSTILE)
    evil = cases.of_mail(
        subject=HOSTILE,
        text=HOSTILE,
        from_=(sender,),
        attachments=(part,),
        authentication=(HOSTILE,),
    )
    paper = cases.document(amount=GUESS, name=HOSTILE, applicant=cases.read(HOSTILE))
    page = at(desk, replace(evil, documents=(paper,))).look()

    assert "<script>alert" not in page
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page
    assert page.count("&lt;script&gt;") >= 6


def test_the_letter_is_shown_as_it_will_leave_and_leaves_only_so(desk: Desk) -> None:
    clerk = at(desk, UNSIGNED)
    page = clerk.look("rueckfrage")
    brief = re.search(r'name="brief" value="([0-9a-f]{64})"', page)
    assert brief is not None

    other = clerk.does("rueckfrage", punkt="unterschrift-fehlt", brief="0" * 64)
    sent = clerk.does("rueckfrage", punkt="unterschrift-fehlt", brief=brief[1], notiz="am Telefon")

    assert cases.SENDER in page
    assert "keine handschriftliche Unterschrift gefunden" in page
    assert other.status_code == 409
    assert "hat sich geändert" in other.get_data(as_text=True)
    assert sent.status_code == 303
    plan = desk.app.staffbook.plan_of(clerk.number)
    assert plan is not None
    assert (plan.wish.answer, plan.wish.questions) == (ASK, ("unterschrift-fehlt",))


def test_what_was_surely_read_cannot_be_asked_for(desk: Desk) -> None:
    clerk = at(desk)

    page = clerk.look("rueckfrage")
    sent = clerk.does("rueckfrage", punkt="unterschrift-fehlt", brief="")

    assert 'value="unterschrift-fehlt" disabled' in page
    assert sent.status_code == 409
    assert clerk.state is None


def test_no_letter_goes_to_a_stranger_and_the_page_says_why(desk: Desk) -> None:
    clerk = at(desk, cases.of_mail(from_=(cases.address("info@fremd.example"),)))

    page = clerk.look("rueckfrage")
    sent = clerk.does("rueckfrage", punkt="unterschrift-fehlt", brief="")

    assert "So kann kein Brief hinausgehen" in page
    assert "info@fremd.example" not in page
    assert sent.status_code == 409
    assert clerk.state is None


def test_a_letter_without_a_point_is_none(desk: Desk) -> None:
    clerk = at(desk, UNSIGNED)

    page = clerk.client.get(f"/faelle/{clerk.number}/rueckfrage?vorschau=ja")

    assert "mindestens einen Punkt" in page.get_data(as_text=True)
    assert clerk.does("rueckfrage", brief="").status_code == 409


def test_a_case_is_put_off_the_first_time_without_a_note_then_only_with_one(desk: Desk) -> None:
    clerk = at(desk)

    assert "nächster Arbeitstag" in clerk.look("zurueckstellen")
    first = clerk.does("zurueckstellen", wann="morgen")
    clerk.look("zurueckstellen")
    bare = clerk.does("zurueckstellen", wann="spaeter")
    noted = clerk.does("zurueckstellen", wann="spaeter", notiz="wartet auf Rückruf")

    assert (first.status_code, bare.status_code, noted.status_code) == (303, 409, 303)
    put_off = desk.app.staffbook.postponed()[clerk.number]
    assert (put_off.count, put_off.note) == (2, "wartet auf Rückruf")


@pytest.mark.parametrize("day", ["", "gestern", "2020-01-01", "2999-01-01", "20261-01-01"])
def test_a_day_that_is_none_puts_nothing_off(desk: Desk, day: str) -> None:
    clerk = at(desk)

    page = clerk.does("zurueckstellen", wann="tag", tag=day)

    assert page.status_code == 422
    assert clerk.number not in desk.app.staffbook.postponed()


def test_a_refusal_has_a_reason_and_waits_for_a_second_person(desk: Desk) -> None:
    clerk = at(desk)
    clerk.look("ablehnen")

    without = clerk.does("ablehnen")
    given = clerk.does("ablehnen", grund="irrlaeufer")

    assert without.status_code == 422
    assert given.status_code == 303
    assert clerk.state is PlanState.ZWEITE


@pytest.mark.parametrize("page", ["rueckfrage", "zurueckstellen", "ablehnen"])
def test_another_decision_keeps_what_was_typed_before(desk: Desk, page: str) -> None:
    clerk = at(desk)

    onward = clerk.does("speichern", weiter=page, betrag="281.650,00", grund="telefonisch")

    assert onward.location == f"/faelle/{clerk.number}/{page}?ansicht=alle"
    assert desk.app.staffbook.work(clerk.number).amount == Decimal("281650.00")


@pytest.mark.parametrize("page", ["rueckfrage", "zurueckstellen", "ablehnen"])
def test_an_old_page_of_another_decision_decides_nothing(desk: Desk, page: str) -> None:
    clerk = at(desk, UNSIGNED)
    desk.app.staffbook.note(clerk.number, "neu", by="beispiel", at=desk.app.clock.now())

    answer = clerk.does(page, wann="morgen", grund="spam", punkt="unterschrift-fehlt", brief="x")

    assert answer.status_code == 409
    assert clerk.state is None


def test_who_only_reads_sees_the_page_without_its_actions(desk: Desk) -> None:
    clerk = at(desk)

    page = desk.client("pruefer").get(f"/faelle/{clerk.number}/pruefen")

    assert page.status_code == 200
    assert 'id="freigeben"' not in page.text
    assert desk.client("pruefer").get(f"/faelle/{clerk.number}/rueckfrage").status_code == 403


def test_a_case_that_is_none_and_one_that_is_filed_are_plain_sentences(desk: Desk) -> None:
    number = desk.case(cases.good_evidence())
    client = desk.client("muster")

    assert client.get("/faelle/A-2022-999999/pruefen").status_code == 404
    assert "Nicht mehr in Prüfung" in client.get(f"/faelle/{number}/pruefen").text


def test_pictures_crops_and_documents_are_those_of_the_case_and_no_other(desk: Desk) -> None:
    png = b"\x89PNG\r\n\x1a\nprobe"
    crop, _ = desk.app.spool.put([png])
    paper, _ = desk.app.spool.put([b"%PDF-1.7 probe"])
    secret, _ = desk.app.spool.put([b"another case"])
    source = replace(cases.source(document=paper, crop=crop))
    document = cases.document(sha256=paper, amount=replace(GUESS, source=source))
    mail = cases.mail(attachments=(cases.attachment(sha256=paper),))
    number = desk.case(cases.good_evidence(submission=mail, documents=(document,)))
    client = desk.client("pruefer")

    shown = client.get(f"/faelle/{number}/belege/{crop}")
    saved = client.get(f"/faelle/{number}/dokumente/{paper}")

    assert (shown.data, shown.mimetype) == (png, "image/png")
    assert saved.data == b"%PDF-1.7 probe"
    assert (
        saved.headers["Content-Disposition"] == f'attachment; filename="{number}-{paper[:8]}.pdf"'
    )
    assert saved.mimetype == "application/octet-stream"
    for answer in (shown, saved):
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for path in ("belege", "dokumente"):
        assert client.get(f"/faelle/{number}/{path}/{secret}").status_code == 404
        assert client.get(f"/faelle/{number}/{path}/..%2f..%2finbox.sqlite3").status_code == 404
    assert client.get(f"/faelle/{number}/seiten/{secret}/1").status_code == 404
    assert client.get(f"/faelle/{number}/seiten/{paper}/0").status_code == 404


def test_a_page_that_cannot_be_drawn_is_a_sentence_in_a_picture(desk: Desk) -> None:
    number = desk.case(DOUBTED)

    answer = desk.client("muster").get(f"/faelle/{number}/seiten/{cases.SHA}/1")

    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert "Speicher" in answer.get_data(as_text=True)


def test_a_picture_that_comes_meanwhile_does_not_swallow_the_message(desk: Desk) -> None:
    clerk = at(desk)
    clerk.does("freigeben", bestaetigt="betrag")

    clerk.client.get(f"/faelle/{clerk.number}/seiten/{cases.SHA}/1")

    assert clerk.number in clerk.says()


def test_the_view_keeps_its_order_and_a_word_that_is_no_view_means_all(desk: Desk) -> None:
    clerk = at(desk)
    desk.case(cases.without_document(subject="Frage"))

    page = clerk.client.get(f"/faelle/{clerk.number}/pruefen?ansicht=betrag").text
    odd = clerk.client.get(f"/faelle/{clerk.number}/pruefen?ansicht={HOSTILE}")

    assert "1 von 1 · Ansicht „Betrag unklar“" in page
    assert "Ansicht „Alle“" in odd.text


def test_a_decision_that_could_not_be_carried_out_tells_why_on_the_page(desk: Desk) -> None:
    clerk = at(desk)
    wish = Wish(answer=FILE, by="muster", why="", amount=Decimal("287650.00"))
    plan = staff.plan(desk.app, clerk.number, wish, at_once=True)
    if plan.state is PlanState.ZWEITE:
        staff.second(desk.app, plan.number, by="zweite", at_once=True)
    at_ = desk.app.clock.now() + timedelta(minutes=1)
    desk.app.staffbook.refuse(plan.number, why="Der Speicher ist voll.", at=at_)

    assert "Der Speicher ist voll." in clerk.look()


def test_an_unread_document_is_offered_to_be_looked_at(desk: Desk) -> None:
    content = io.BytesIO(b"%PDF-1.7 broken").getvalue()
    paper, _ = desk.app.spool.put([content])
    unread = replace(cases.unread("pdf-beschaedigt"), sha256=paper)
    mail = cases.mail(attachments=(cases.attachment(sha256=paper),))
    number = desk.case(cases.good_evidence(submission=mail, documents=(), unread=(unread,)))

    page = desk.client("muster").get(f"/faelle/{number}/pruefen").text

    assert f"/faelle/{number}/seiten/{paper}/1" in page
    assert f"/faelle/{number}/dokumente/{paper}" in page


def test_unclear_without_a_guess_offers_no_value(desk: Desk) -> None:
    assert 'name="betrag" class="betrag" value=""' in at(desk, UNCLEAR).look()
