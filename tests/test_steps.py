"""The whole flow on stand-ins and the real store: each mail comes to one end."""

import json
from dataclasses import replace

import pytest

from inbox_daemon.core.chain import verify
from inbox_daemon.core.mailtext import message_id_in
from inbox_daemon.core.states import State
from inbox_daemon.core.values import AttachmentKind, Evidence, nothing_seen
from inbox_daemon.core.verdict import Known, Outcome
from inbox_daemon.steps import ROUND
from tests.core import cases
from tests.fakes import sha256_of
from tests.worlds import ABSENT_SIGNATURE, FORGOTTEN, LIMIT, ROBOT, UNCLEAR_AMOUNT, World, eml

pytest_plugins = ("tests.worlds",)


def test_a_faultless_application_is_filed_once_and_moved(world: World) -> None:
    uid = world.arrive(cases.good_evidence())
    assert world.steps.once() == 1
    line = world.only()
    assert line.state is State.FILED
    folder, record, parts = world.archive.records[line.number]
    assert folder == f"{cases.KENNUNG}/{cases.AGS}"
    assert json.loads(record)["betrag"] == "287650.00"
    assert dict(parts)["original.eml"] == line.sha256
    assert world.mailbox.moves == [(uid, "Abgelegt")]
    assert (world.archive.filings, world.postman.sent) == (1, [])


def test_a_missing_signature_is_asked_for_by_one_letter(world: World) -> None:
    uid = world.arrive(ABSENT_SIGNATURE)
    world.steps.once()
    (letter,) = world.postman.sent
    assert (letter.recipient, letter.body) == (cases.SENDER, "unterschrift-fehlt")
    assert letter.in_reply_to == "<1@kreis.example>"
    assert world.only().state is State.QUERIED
    assert world.mailbox.moves == [(uid, "R\u00fcckfrage")]
    assert world.archive.records == {}


def test_doubt_is_flagged_with_its_reason_and_nobody_is_written_to(world: World) -> None:
    uid = world.arrive(UNCLEAR_AMOUNT)
    world.steps.once()
    assert world.only().state is State.FLAGGED
    assert world.only().reasons == ("betrag-unklar",)
    assert world.mailbox.moves == [(uid, "Pr\u00fcfung")]
    assert (world.archive.records, world.postman.sent) == ({}, [])


def test_automatic_mail_is_noted(world: World) -> None:
    uid = world.arrive(ROBOT)
    world.steps.once()
    assert (world.only().state, world.only().reasons) == (State.NOTED, ("automatische-mail",))
    assert world.mailbox.moves == [(uid, "Abgelegt")]


def test_running_again_changes_nothing(world: World) -> None:
    for seen in (cases.good_evidence(), ABSENT_SIGNATURE, UNCLEAR_AMOUNT, ROBOT):
        world.arrive(seen)
    world.steps.once()
    before = (world.records.cases(), world.records.counts(), list(world.mailbox.moves))
    world.clock.pass_time(days=3)
    assert world.steps.once() == 0
    assert (world.records.cases(), world.records.counts(), world.mailbox.moves) == before


def test_the_audit_log_of_a_flow_is_a_whole_chain(world: World) -> None:
    steps = replace(world.steps, audit=world.log)
    world.arrive(cases.good_evidence())
    world.arrive(ABSENT_SIGNATURE)
    steps.once()
    found = world.log.verify()
    assert found.why == ""
    assert found.entries > 8
    lines = world.log.path.read_text().splitlines()
    assert verify(lines) != verify(lines[:-1])
    assert cases.SENDER not in world.log.path.read_text()


def test_the_same_mail_twice_is_filed_once_and_noted_once(world: World) -> None:
    world.arrive(cases.good_evidence())
    world.mailbox.arrive(eml(1))
    world.steps.once()
    world.steps.once()
    assert sorted(world.states()) == [State.FILED, State.NOTED]
    assert world.archive.filings == 1


def test_a_second_application_of_a_kreis_is_flagged(world: World) -> None:
    world.arrive(cases.good_evidence())
    world.arrive(cases.good_evidence())
    world.steps.once()
    assert world.states() == [State.FILED, State.FLAGGED]
    assert world.records.cases()[1].reasons == ("zweiter-antrag",)


@pytest.mark.parametrize("claimed", [LIMIT * 50, 10])
def test_a_message_that_is_too_large_is_flagged_and_not_opened(world: World, claimed: int) -> None:
    content = eml(1, body="x" * LIMIT * 2)
    uid = world.mailbox.arrive(content, claimed_size=claimed)
    world.steps.once()
    line = world.only()
    assert (line.state, line.reasons) == (State.FLAGGED, ("lesung-gescheitert",))
    assert line.message_id == "<1@kreis.example>"
    assert world.records.evidence(line.number) == nothing_seen("zu-gross")
    assert world.reader.read_shas == []
    assert all(len(kept) <= LIMIT + 1 for kept in world.spool.kept.values())
    assert world.mailbox.moves == [(uid, "Pr\u00fcfung")]


@pytest.mark.parametrize(("more", "failure"), [(0, None), (1, "zu-gross")])
def test_one_byte_more_than_the_limit_of_size_is_too_large(
    world: World, more: int, failure: str | None
) -> None:
    content = eml(1, body="x" * (LIMIT + more - len(eml(1, body=""))))
    assert len(content) == LIMIT + more
    world.reader.sees[sha256_of(content)] = cases.good_evidence()
    world.mailbox.arrive(content)
    world.steps.once()
    evidence = world.records.evidence(world.only().number)
    assert evidence is not None
    assert evidence.failure == failure


def test_of_a_message_that_says_it_is_too_large_only_the_head_is_kept(world: World) -> None:
    world.mailbox.arrive(eml(1), claimed_size=LIMIT + 1)
    world.steps.once()
    assert list(world.spool.kept.values()) == [eml(1).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"]


def test_a_message_that_vanished_before_it_was_fetched_is_no_case(world: World) -> None:
    world.arrive(cases.good_evidence(), gone=True)
    assert world.steps.once() == 0
    assert world.records.cases() == ()


def test_a_renumbered_mailbox_moves_the_message_at_its_new_place(world: World) -> None:
    world.mailbox.answers = [Outcome.RETRY_LATER]
    world.arrive(cases.good_evidence())
    world.steps.once()
    world.mailbox.uidvalidity = 8
    (message,) = world.mailbox.messages.values()
    world.mailbox.messages = {99: message}
    world.clock.pass_time(hours=2)
    world.steps.once()
    assert world.states() == [State.FILED]
    assert world.mailbox.moves == [(99, "Abgelegt")]
    assert world.archive.filings == 1


def forgotten_beside(number: int) -> Evidence:
    """A mail without the application it announces, but with another small file."""
    beside = cases.attachment(AttachmentKind.TEXT, sha256=f"{number:064x}")
    return cases.good_evidence(submission=cases.mail(attachments=(beside,)), documents=())


def test_a_kreis_that_was_asked_gets_no_second_letter_on_the_matter(world: World) -> None:
    for number in range(3):
        world.arrive(forgotten_beside(number))
        world.steps.once()
        world.clock.pass_time(hours=25)
    assert world.states() == [State.QUERIED, State.FLAGGED, State.FLAGGED]
    assert world.records.cases()[2].reasons == ("anhang-fehlt", "antwort-steht-aus")
    assert len(world.postman.sent) == 1


def test_the_same_question_on_the_same_files_is_never_asked_again(world: World) -> None:
    for _ in range(3):
        world.arrive(FORGOTTEN)
        world.steps.once()
        world.clock.pass_time(days=3)
    assert world.states() == [State.QUERIED, State.FLAGGED, State.FLAGGED]
    assert world.records.cases()[2].reasons == ("anhang-fehlt", "antwort-schon-gefragt")
    assert len(world.postman.sent) == 1


def test_the_log_is_brought_up_to_date_after_every_step(world: World) -> None:
    world.steps.once()
    assert world.audit.calls == 4


def test_what_was_known_is_stored_with_the_verdict(world: World) -> None:
    world.arrive(cases.good_evidence())
    world.steps.once()
    (judged,) = world.records.judgements()
    assert (judged.known, judged.rules, judged.by) == (Known(), cases.rules(), "maschine")


def test_with_a_verdict_only_what_concerns_its_kreis_is_stored(world: World) -> None:
    for _ in range(3):
        world.arrive(cases.good_evidence())
    for _ in range(3):
        world.arrive(FORGOTTEN)
    world.steps.once()
    known = [judged.known for judged in world.records.judgements()]
    assert [len(one.filed) for one in known] == [0, 1, 1, 0, 0, 0]
    assert [len(one.open_cases) for one in known] == [0, 0, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"Message-ID: <a@b>\r\n\r\n", "<a@b>"),
        (b"X: y\nMESSAGE-ID :  <a@b> \n\n", "<a@b>"),
        (b"Message-ID:\r\n <a@b>\r\n\r\n", "<a@b>"),
        (b"Message-ID:\n\t<a@b>\n\n", "<a@b>"),
        (b"Message-ID: <a\x00\xff\x07@b>\r\n\r\n", "<a@b>"),
        (b"Message-ID: <" + b"x" * 300 + b">\r\n\r\n", ""),
        (b"Message-ID: a@b\r\n\r\n", ""),
        (b"Subject: x\r\n\r\nMessage-ID: <a@b>\r\n", ""),
        (b"Subject: x", ""),
        (b"", ""),
    ],
)
def test_the_message_id_is_taken_from_the_header_alone(head: bytes, expected: str) -> None:
    assert message_id_in(head) == expected


def test_the_first_of_many_is_done_before_the_last_is_read(world: World) -> None:
    for _ in range(2 * ROUND + 1):
        world.arrive(ROBOT)
    world.steps.once()
    world.log.catch_up()
    told = [json.loads(line)["event.action"] for line in world.log.path.open(encoding="utf-8")]
    first_moved = told.index("message.moved")
    assert told[:first_moved].count("case.reading") == ROUND
    assert told.count("message.moved") == 2 * ROUND + 1


def test_what_comes_in_while_many_are_read_is_taken_in_with_the_next_round(world: World) -> None:
    for _ in range(ROUND + 1):
        world.arrive(ROBOT)
    late: list[int] = []

    def one_comes_late() -> None:
        if not late:
            late.append(world.arrive(ROBOT))

    replace(world.steps, alive=one_comes_late).once()
    assert world.states() == [State.NOTED] * (ROUND + 2)
