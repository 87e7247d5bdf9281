"""The cases of one matter: found, joined once with the verdict, told to the log, shown in order."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from inbox_daemon.consequences import decision_for
from inbox_daemon.core.record import Author
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import Accept, Finding, Outcome, Query, Result
from inbox_daemon.core.vorgang import FoundBy
from inbox_daemon.edges import ledger
from tests.core import cases
from tests.edges.test_letterbook import OUT_OF_OFFICE, REPORT, asked, from_a_machine
from tests.worlds import ABSENT_SIGNATURE, FORGOTTEN, UNCLEAR_AMOUNT, World

pytestmark = pytest.mark.full

pytest_plugins = ("tests.worlds",)

FIRST, SECOND, THIRD = "A-2022-000001", "A-2022-000002", "A-2022-000003"
SIGNED = cases.document(sha256="99" * 32)


def reply(letter: str, **changes: object) -> Evidence:
    """The signed application as a reply to our letter."""
    mail = cases.mail(in_reply_to=letter, references=(letter,), subject="AW: Rueckfrage")
    return cases.good_evidence(submission=replace(mail, **changes), documents=(SIGNED,))  # type: ignore[arg-type]


def answered(world: World, **changes: object) -> str:
    """A case that was asked, and the mail that answers; the Message-ID of the letter."""
    letter = asked(world)
    world.arrive(reply(letter, **changes))
    world.steps.once()
    return letter


def joined(world: World, case: str = FIRST) -> list[tuple[str, str | None, str, str]]:
    return [(j.case, j.belongs_to, j.art, j.by) for j in world.records.vorgang(case)]


def test_the_answer_to_our_letter_is_filed_in_the_matter_of_the_asked_case(world: World) -> None:
    answered(world)
    assert world.states() == [State.QUERIED, State.FILED]
    assert joined(world) == joined(world, SECOND) == [
        (FIRST, None, "", ""),
        (SECOND, FIRST, "antwort", "verweis"),
    ]  # fmt: skip
    assert len(world.postman.sent) == 1


def test_the_log_tells_of_the_answer_at_both_cases(world: World) -> None:
    answered(world)
    [there] = [h for h in world.records.history(FIRST) if h.kind == "case.answered"]
    told = {"durch": SECOND, "art": "antwort", "gefunden": "verweis"}
    assert json.loads(there.payload) == told
    [here] = [h for h in world.records.history(SECOND) if h.kind == "case.decided"]
    payload = json.loads(here.payload)
    assert (payload["art"], payload["gehoert_zu"]) == ("antwort", FIRST)


def test_the_record_names_the_case_that_it_answers(world: World) -> None:
    answered(world)
    [(_, record, _)] = world.archive.records.values()
    assert json.loads(record)["gehoert_zu"] == FIRST


def test_what_was_known_of_the_asked_case_is_stored_so_that_the_verdict_can_be_retold(
    world: World,
) -> None:
    answered(world)
    [judged] = world.records.judgements(SECOND)
    [earlier] = judged.known.earlier
    assert (earlier.case, earlier.state, earlier.by) == (FIRST, State.QUERIED, FoundBy.VERWEIS)
    assert earlier.asked == ("unterschrift-fehlt",)
    evidence = world.records.evidence(SECOND)
    again = cases.verdict(evidence, known=judged.known, at=world.records.cases()[1].received_at)
    assert isinstance(again, Accept)
    assert again == judged.verdict


@pytest.mark.parametrize(
    ("changes", "by"),
    [
        ({"in_reply_to": "", "references": (), "subject": f"AW: ({FIRST})"}, "fallnummer"),
        ({"in_reply_to": "", "references": (), "subject": "Antrag"}, "kreis"),
        ({"in_reply_to": "<x@y>", "subject": f"AW: ({FIRST})"}, "verweis"),
    ],
)
def test_an_answer_is_found_by_letter_number_or_kreis(
    world: World, changes: dict[str, object], by: str
) -> None:
    answered(world, **changes)
    assert world.states() == [State.QUERIED, State.FILED]
    assert joined(world)[1][1:] == (FIRST, "antwort", by)


def test_an_unproven_answer_goes_to_a_person_and_is_shown_at_its_case(world: World) -> None:
    answered(world, authentication=())
    assert world.states() == [State.QUERIED, State.FLAGGED]
    assert "antwort-unbewiesen" in world.records.cases()[1].reasons
    assert joined(world)[1] == (SECOND, FIRST, "antwort", "verweis")


def test_an_answer_after_its_letter_came_back_goes_to_a_person(world: World) -> None:
    letter = asked(world)
    world.arrive(from_a_machine(REPORT, ids=(letter,), actions=("failed",)))
    world.arrive(reply(letter))
    world.steps.once()
    assert world.states() == [State.FLAGGED, State.NOTED, State.FLAGGED]
    assert "offener-vorgang" in world.records.cases()[2].reasons
    assert [case for case, *_ in joined(world)] == [FIRST, SECOND, THIRD]


def test_what_machines_send_in_between_changes_nothing(world: World) -> None:
    letter = asked(world)
    world.arrive(cases.without_document(automatic=OUT_OF_OFFICE, in_reply_to=letter))
    world.arrive(from_a_machine(REPORT, ids=(letter,), actions=("delayed",)))
    world.steps.once()
    world.arrive(reply(letter))
    world.steps.once()
    assert world.states() == [State.QUERIED, State.NOTED, State.NOTED, State.FILED]
    assert [art for _, _, art, _ in joined(world)] == ["", "automatic", "automatic", "antwort"]
    assert joined(world, SECOND) == joined(world)
    assert len(world.postman.sent) == 1


def test_a_correction_of_what_is_filed_goes_to_a_person_and_is_joined(world: World) -> None:
    world.arrive(cases.good_evidence())
    world.arrive(cases.good_evidence(documents=(SIGNED,)))
    world.steps.once()
    assert world.states() == [State.FILED, State.FLAGGED]
    assert world.records.cases()[1].reasons == ("zweiter-antrag",)
    assert joined(world)[1] == (SECOND, FIRST, "korrektur", "kreis")


def test_a_correction_of_what_waits_for_a_person_waits_too_and_is_joined(world: World) -> None:
    world.arrive(UNCLEAR_AMOUNT)
    world.arrive(cases.good_evidence(documents=(SIGNED,)))
    world.steps.once()
    assert world.states() == [State.FLAGGED, State.FLAGGED]
    assert joined(world)[1] == (SECOND, FIRST, "korrektur", "kreis")
    [entry] = [h for h in world.records.history(FIRST) if h.kind == "case.joined"]
    assert json.loads(entry.payload)["durch"] == SECOND


def test_a_second_correction_belongs_to_the_same_matter(world: World) -> None:
    letter = answered(world)
    world.arrive(reply(letter, text="Noch einmal."))
    world.steps.once()
    assert world.states()[2] is State.FLAGGED
    assert [case for case, *_ in joined(world, THIRD)] == [FIRST, SECOND, THIRD]


def test_a_question_to_our_letter_is_an_answer_that_a_person_reads(world: World) -> None:
    letter = asked(world)
    world.arrive(cases.without_document(in_reply_to=letter, text="Wo genau?"))
    world.steps.once()
    assert world.states() == [State.QUERIED, State.FLAGGED]
    assert joined(world)[1] == (SECOND, FIRST, "antwort", "verweis")


def test_the_double_of_an_answer_is_not_joined_again(world: World) -> None:
    letter = asked(world)
    uid = world.arrive(reply(letter))
    world.mailbox.arrive(world.mailbox.messages[uid].content)
    world.steps.once()
    assert world.states() == [State.QUERIED, State.FILED, State.NOTED]
    assert [case for case, *_ in joined(world)] == [FIRST, SECOND]


def test_a_letter_that_waits_is_overtaken_as_ever(world: World) -> None:
    world.postman.answers, world.postman.early = [Outcome.RETRY_LATER], True
    world.arrive(ABSENT_SIGNATURE)
    world.steps.once()
    world.arrive(cases.good_evidence(documents=(SIGNED,)))
    world.steps.once()
    world.clock.pass_time(minutes=6)
    world.steps.once()
    assert world.states() == [State.FLAGGED, State.FILED]
    assert world.records.cases()[0].reasons == ("rueckfrage-ueberholt",)
    assert joined(world)[1] == (SECOND, FIRST, "korrektur", "kreis")
    assert world.postman.sent == []


def test_a_verdict_that_breaks_leaves_no_link(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = asked(world)
    append = ledger.append

    def breaks(session: Session, *, kind: str, **payload: Any) -> None:
        if kind == "case.decided":
            raise RuntimeError("probe")
        append(session, kind=kind, **payload)

    monkeypatch.setattr(ledger, "append", breaks)
    world.arrive(reply(letter))
    world.steps.once()
    assert world.states() == [State.QUERIED, State.FLAGGED]
    assert joined(world) == [(FIRST, None, "", "")]
    assert [h for h in world.records.history(FIRST) if h.kind == "case.answered"] == []


def asked_by_a_person(world: World, number: str) -> None:
    """A second question of one Kreis: the machine writes none while the first stands open."""
    case, evidence = world.store.location(number), world.store.evidence(number)
    code = "anhang-fehlt"
    query = Query(
        questions=(code,),
        recipient=cases.SENDER,
        ags=cases.AGS,
        programm=cases.KENNUNG,
        findings=(Finding(check="sachbearbeitung", result=Result.FAIL, code=code),),
        rules="",
    )
    author = Author(by="muster", why="angerufen", attempt=1)
    rules, at = cases.rules(), world.clock.now()
    decision = decision_for(
        case, query, evidence, rules=rules, letters=world.letters, author=author
    )
    world.store.decide_by_staff(number, decision, rules=rules, at=at, author=author)
    world.steps.once()


def test_two_questions_of_a_kreis_are_one_matter(world: World) -> None:
    for mail in (ABSENT_SIGNATURE, FORGOTTEN):
        world.arrive(mail)
        world.steps.once()
    asked_by_a_person(world, SECOND)
    world.arrive(cases.good_evidence(documents=(SIGNED,)))
    world.steps.once()
    assert world.states() == [State.QUERIED, State.QUERIED, State.FILED]
    assert joined(world, THIRD) == [
        (FIRST, None, "", ""),
        (SECOND, FIRST, "antwort", "kreis"),
        (THIRD, SECOND, "antwort", "kreis"),
    ]


def test_an_answer_to_an_older_question_goes_to_a_person(world: World) -> None:
    letter = asked(world)
    world.arrive(FORGOTTEN)
    world.steps.once()
    asked_by_a_person(world, SECOND)
    world.arrive(reply(letter))
    world.steps.once()
    assert world.states() == [State.QUERIED, State.QUERIED, State.FLAGGED]
    assert "mehrere-rueckfragen" in world.records.cases()[2].reasons


def test_letters_of_a_matter_are_listed_with_what_came_of_them(world: World) -> None:
    answered(world)
    [letter] = world.records.letters_of([FIRST, SECOND])
    assert (letter.case, letter.recipient, letter.outcome) == (FIRST, cases.SENDER, "done")
