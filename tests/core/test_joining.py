"""To which case a mail belongs; only the proven answer to the one open question passes."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from inbox_daemon.core.joining import answer_to_question, belongs_to, is_answer
from inbox_daemon.core.states import State
from inbox_daemon.core.values import AttachmentKind, Evidence
from inbox_daemon.core.verdict import Accept, Escalate, FiledRecord, Known, Query, Result
from inbox_daemon.core.vorgang import Earlier, FoundBy, numbers_in
from tests.core import cases
from tests.core.strategies import EVIDENCE, KNOWN

slowly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ASKED = Earlier(
    case="A-2022-000001",
    vorgang="A-2022-000001",
    order=1,
    state=State.QUERIED,
    by=FoundBy.VERWEIS,
    ags=cases.AGS,
    programm=cases.KENNUNG,
    asked=("unterschrift-fehlt",),
)
UNPROVEN = cases.of_mail(authentication=())
STRANGER = cases.of_mail(from_=(cases.address("a@x.example"),), authentication=())


def earlier(**changes: Any) -> Earlier:
    return replace(ASKED, **changes)


def known(*earlier: Earlier, **more: Any) -> Known:
    return Known(earlier=earlier, **more)


def joined(evidence: Evidence, *found: Earlier) -> str | None:
    case = belongs_to(cases.facts(evidence, known=known(*found)))
    return case.case if case else None


def answer(evidence: Evidence | None = None, *found: Earlier) -> tuple[Result, str] | None:
    finding = answer_to_question(cases.facts(evidence, known=known(*found)))
    return (finding.result, finding.code) if finding else None


@pytest.mark.parametrize("by", FoundBy)
def test_the_proven_answer_to_the_one_question_is_filed_and_names_its_case(by: FoundBy) -> None:
    found = cases.verdict(known=known(earlier(by=by)))
    assert isinstance(found, Accept)
    [said] = [f for f in found.findings if f.code == "antwort-auf-rueckfrage"]
    assert said.values == (("fall", ASKED.case),)
    assert joined(cases.good_evidence(), earlier(by=by)) == ASKED.case


@pytest.mark.parametrize(
    ("evidence", "found", "code"),
    [
        (cases.good_evidence(), (earlier(ags="08212"),), "antwort-anderer-vorgang"),
        (cases.good_evidence(), (earlier(programm="anderes"),), "antwort-anderer-vorgang"),
        (
            cases.good_evidence(),
            (earlier(ags="08212", by=FoundBy.FALLNUMMER),),
            "antwort-anderer-vorgang",
        ),
        (
            cases.good_evidence(),
            (earlier(ags="08212", state=State.FLAGGED),),
            "antwort-anderer-vorgang",
        ),
        (UNPROVEN, (earlier(),), "antwort-unbewiesen"),
        (UNPROVEN, (earlier(by=FoundBy.KREIS),), "antwort-unbewiesen"),
        (STRANGER, (earlier(by=FoundBy.KREIS),), "antwort-unbewiesen"),
        (
            cases.good_evidence(),
            (earlier(), earlier(case="A-2", vorgang="A-2", order=0, by=FoundBy.KREIS)),
            "mehrere-rueckfragen",
        ),
        (
            cases.good_evidence(),
            (earlier(), earlier(case="A-2", order=2, by=FoundBy.KREIS)),
            "mehrere-rueckfragen",
        ),
    ],
)
def test_doubt_about_an_answer_goes_to_a_person_with_the_case_named(
    evidence: Evidence, found: tuple[Earlier, ...], code: str
) -> None:
    assert answer(evidence, *found) == (Result.UNSURE, code)
    verdict = cases.verdict(evidence, known=known(*found))
    assert isinstance(verdict, Escalate)
    assert code in verdict.reasons
    [said] = [f for f in verdict.findings if f.code == code]
    assert dict(said.values)["fall"] == found[0].case


def test_the_newest_of_two_questions_of_one_matter_may_be_answered() -> None:
    second = earlier(case="A-2022-000002", order=2, by=FoundBy.KREIS)
    first = earlier(by=FoundBy.KREIS)
    assert answer(None, second, first) == (Result.PASS, "antwort-auf-rueckfrage")


@pytest.mark.parametrize("state", [s for s in State if s is not State.QUERIED])
def test_a_case_that_is_not_asked_any_more_is_no_question(state: State) -> None:
    assert answer(None, earlier(state=state)) is None


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (
            {"filed": (FiledRecord(case="A-9", ags=cases.AGS, programm=cases.KENNUNG,
                                   betrag=cases.AMOUNT),)},
            "zweiter-antrag",
        ),
        ({"open_cases": (("A-9", cases.AGS, cases.KENNUNG),)}, "offener-vorgang"),
    ],
)  # fmt: skip
def test_a_filed_record_or_an_open_case_of_the_kreis_is_stronger_than_any_answer(
    more: dict[str, Any], code: str
) -> None:
    found = cases.verdict(known=known(earlier(), **more))
    assert isinstance(found, Escalate)
    assert code in found.reasons


def test_a_late_answer_goes_to_a_person() -> None:
    late = cases.programm().received_before
    found = cases.verdict(known=known(earlier()), at=late)
    assert isinstance(found, Escalate)
    assert "frist-versaeumt" in found.reasons


def test_an_answer_that_still_lacks_its_point_is_never_filed() -> None:
    unsigned = cases.of_document(signature=cases.absent(), sha256="99" * 32)
    assert not isinstance(cases.verdict(unsigned, known=known(earlier())), Accept)


def test_a_mail_that_names_a_letter_is_shown_there_whoever_sent_it() -> None:
    assert joined(STRANGER, earlier()) == ASKED.case


@pytest.mark.parametrize("evidence", [UNPROVEN, STRANGER])
@pytest.mark.parametrize("by", [FoundBy.FALLNUMMER, FoundBy.KREIS])
def test_a_number_or_a_kreis_alone_joins_nothing(evidence: Evidence, by: FoundBy) -> None:
    assert joined(evidence, earlier(by=by)) is None
    assert joined(cases.good_evidence(), earlier(by=by, ags="08212")) is None
    assert joined(cases.good_evidence(), earlier(by=by, ags="")) is None


def test_a_question_of_the_same_kreis_is_not_joined_to_its_application() -> None:
    question = cases.without_document(subject="Frage", text="Wann wird ausgezahlt?")
    assert joined(question, earlier(by=FoundBy.KREIS)) is None
    forgotten = cases.without_document()
    assert joined(forgotten, earlier(by=FoundBy.KREIS)) == ASKED.case


def test_an_answer_is_joined_to_the_case_it_answers_whatever_else_it_refers_to() -> None:
    question = earlier(case="A-2022-000005", order=5, state=State.FLAGGED, ags="", asked=())
    asked = earlier(by=FoundBy.KREIS)
    assert joined(cases.good_evidence(), question, asked) == ASKED.case
    assert joined(cases.without_document(), question, asked) == question.case


def test_a_double_and_what_machines_send_back_are_joined_elsewhere() -> None:
    twice = known(earlier(), duplicate_of="A-2022-000001")
    assert belongs_to(cases.facts(known=twice)) is None
    away = cases.without_document(AttachmentKind.TEXT, automatic=("auto-submitted",))
    returned = known(earlier(), answers="A-2022-000001")
    assert belongs_to(cases.facts(away, known=returned)) is None


def test_only_what_followed_a_letter_is_its_answer() -> None:
    assert is_answer(earlier())
    assert is_answer(earlier(state=State.FLAGGED)), "it names the letter, so the letter arrived"
    assert not is_answer(earlier(state=State.DECIDED, by=FoundBy.KREIS))
    assert not is_answer(earlier(asked=()))


def test_numbers_are_found_in_a_subject_once_and_not_within_others() -> None:
    assert numbers_in("AW: Rückfrage (A-2022-000012) a-2022-000012") == ("A-2022-000012",)
    assert numbers_in("BA-2022-000012, A-2022-12, A-22-000012") == ()
    assert len(numbers_in(" ".join(f"A-2022-{n:06d}" for n in range(50)))) == 5


@slowly
@given(EVIDENCE, KNOWN)
def test_what_passes_as_an_answer_is_proven_and_of_the_same_kreis(
    evidence: Evidence, known: Known
) -> None:
    facts = cases.facts(evidence, known=known)
    finding = answer_to_question(facts)
    if finding is None or finding.result is not Result.PASS:
        return
    fall = dict(finding.values)["fall"]
    asked = next(e for e in known.earlier if e.case == fall and e.asked)
    joined = belongs_to(facts)
    assert joined is None or joined.case == fall
    assert facts.sender_kreis == facts.form_kreis
    assert (asked.ags, asked.state) == (getattr(facts.form_kreis, "ags", None), State.QUERIED)


@slowly
@given(EVIDENCE, KNOWN)
def test_earlier_cases_never_turn_doubt_into_a_record_or_a_letter(
    evidence: Evidence, known: Known
) -> None:
    without = cases.verdict(evidence, known=replace(known, earlier=()))
    found = cases.verdict(evidence, known=known)
    if isinstance(found, Accept | Query):
        assert found.kind == without.kind
