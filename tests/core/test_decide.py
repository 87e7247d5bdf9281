"""From evidence to verdict: total, repeatable, and doubt is never accepted and never asked."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox_daemon import wire
from inbox_daemon.core import decide as deciding
from inbox_daemon.core.checks import CHECKS
from inbox_daemon.core.decide import CORRECTABLE, concerns, decide
from inbox_daemon.core.facts import Facts
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.values import (
    AttachmentKind,
    Document,
    Evidence,
    Read,
    Unreadable,
)
from inbox_daemon.core.verdict import (
    Accept,
    Dismiss,
    Escalate,
    Finding,
    Known,
    Query,
    Result,
    Verdict,
)
from tests.core import cases
from tests.core.cases import of_document, of_mail, verdict, without_document
from tests.core.strategies import CODES, EVIDENCE, INSTANTS, KNOWN

slowly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def reasons(found: Verdict) -> tuple[str, ...]:
    assert isinstance(found, Escalate | Dismiss), found
    return found.reasons


def test_a_mail_without_fault_becomes_the_record_that_its_form_names() -> None:
    found = verdict()
    assert isinstance(found, Accept)
    antrag = found.antrag
    assert (antrag.programm, antrag.ags) == (cases.KENNUNG, cases.AGS)
    assert (antrag.betrag, antrag.document) == (cases.AMOUNT, cases.SHA)
    assert all(finding.result is Result.PASS for finding in found.findings)
    assert found.rules == f"{cases.KENNUNG}@sha256:{cases.rules().version}"


@pytest.mark.parametrize(
    ("evidence", "questions"),
    [
        (of_document(signature=cases.absent()), ("unterschrift-fehlt",)),
        (of_document(amount=cases.absent()), ("betrag-fehlt",)),
        (
            of_document(amount=cases.absent(), signature=cases.absent()),
            ("unterschrift-fehlt", "betrag-fehlt"),
        ),
        (without_document(), ("anhang-fehlt",)),
        (without_document(AttachmentKind.OFFICE), ("dateiart",)),
        (
            cases.good_evidence(documents=(), unread=(cases.unread("pdf-verschluesselt"),)),
            ("verschluesselt",),
        ),
    ],
)
def test_what_the_sender_can_mend_is_asked_in_one_letter(
    evidence: Evidence, questions: tuple[str, ...]
) -> None:
    found = verdict(evidence)
    assert isinstance(found, Query)
    assert found.questions == questions
    assert (found.recipient, found.ags) == (cases.SENDER, cases.AGS)
    assert found.programm == cases.KENNUNG


def test_a_file_without_a_mail_has_a_question_and_nobody_to_ask() -> None:
    found = verdict(cases.good_evidence(submission=None, documents=(unsigned(),)), at=None)
    assert isinstance(found, Query)
    assert (found.questions, found.recipient, found.ags) == (("unterschrift-fehlt",), "", "")


def unsigned(**changes: Any) -> Document:
    return cases.document(signature=cases.absent(), **changes)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (of_document(signature=cases.unreadable()), ("unterschrift-unklar",)),
        (of_document(amount=cases.unreadable()), ("betrag-unklar",)),
        (of_document(applicant=cases.unreadable()), ("kreis-unklar",)),
        (
            of_document(signature=cases.absent(), amount=cases.unreadable()),
            ("betrag-unklar", "unterschrift-fehlt"),
        ),
        (
            cases.good_evidence(
                submission=cases.mail(from_=(cases.address("a@x.example"),)),
                documents=(cases.document(amount=cases.unreadable(), signature=cases.absent()),),
            ),
            ("absender-unbekannt", "betrag-unklar", "unterschrift-fehlt"),
        ),
        (
            of_mail(authentication=("mx.rps.bwl.de; dmarc=fail header.d=x.de",)),
            ("absender-widerlegt",),
        ),
    ],
)
def test_doubt_goes_to_a_person_with_the_gravest_reason_first(
    evidence: Evidence, expected: tuple[str, ...]
) -> None:
    found = verdict(evidence)
    assert isinstance(found, Escalate)
    assert found.reasons == expected


@pytest.mark.parametrize(
    ("evidence", "against"),
    [
        (of_mail(automatic=("verteiler",)), "antwort-an-automaten"),
        (of_mail(reply_to=(cases.address("a@x.example"),)), "antwort-an-fremde"),
    ],
)
def test_a_question_that_may_not_be_sent_goes_to_a_person(evidence: Evidence, against: str) -> None:
    found = verdict(replace(evidence, documents=(unsigned(),)))
    assert isinstance(found, Escalate)
    assert found.reasons == ("unterschrift-fehlt", against)


def test_the_same_bytes_once_more_are_noted_whatever_is_wrong_with_them() -> None:
    twin = Known(duplicate_of="A-2022-000001")
    for evidence in (cases.good_evidence(), of_document(amount=cases.unreadable())):
        found = verdict(evidence, known=twin)
        assert isinstance(found, Dismiss)
        assert found.reasons == ("doppelt",)


def test_automatic_mail_without_document_is_noted() -> None:
    found = verdict(without_document(automatic=("auto-submitted",)))
    assert isinstance(found, Dismiss)
    assert found.reasons == ("automatische-mail",)


def test_one_document_attached_twice_is_no_record() -> None:
    twice = cases.good_evidence(documents=(cases.document(), cases.document()))
    assert reasons(verdict(twice)) == ("unvollstaendig",)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": cases.absent()},
        {"signature": cases.unreadable()},
        {"applicant": cases.unreadable()},
    ],
)
def test_rules_that_ask_for_no_check_still_file_nothing_incomplete(
    changes: dict[str, object],
) -> None:
    found = verdict(of_document(**changes), under=cases.only_checks())
    assert reasons(found) == ("unvollstaendig",)
    assert reasons(verdict(without_document(), under=cases.only_checks())) == ("unvollstaendig",)


def test_only_the_checks_that_the_rules_name_are_asked() -> None:
    found = verdict(under=cases.only_checks("betrag"))
    assert [finding.check for finding in found.findings] == ["betrag"]


@pytest.mark.parametrize("kennung", ["anderes", cases.KENNUNG])
def test_a_form_is_judged_by_its_own_programme_or_the_first_active_one(kennung: str) -> None:
    asleep = replace(cases.programm(), kennung="anderes", aktiv=False, checks=("betrag",))
    two: Ruleset = replace(cases.rules(), programme=(asleep, cases.programm()))
    found = verdict(of_document(programme=cases.read(kennung)), under=two)
    assert found.rules.startswith(f"{kennung}@")
    assert verdict(without_document(), under=two).rules.startswith(f"{cases.KENNUNG}@")
    alone = replace(two, programme=(asleep,))
    assert verdict(without_document(), under=alone).rules.startswith("anderes@")


NO_FIELD = cases.absent("feld-nicht-gefunden")
COVER = cases.document(amount=NO_FIELD, applicant=NO_FIELD, sha256="04" * 32)


def test_a_cover_letter_that_names_the_programme_is_no_second_application() -> None:
    assert isinstance(verdict(cases.good_evidence(documents=(COVER, cases.document()))), Accept)


def test_a_cover_letter_alone_is_no_application() -> None:
    assert reasons(verdict(cases.good_evidence(documents=(COVER,)))) == ("programm-unklar",)


def test_a_programme_that_the_rules_do_not_know_is_not_judged_as_another() -> None:
    assert isinstance(verdict(of_document(programme=cases.read("fremd"))), Escalate)


BESIDE = cases.document(programme=cases.unreadable(), sha256="03" * 32)


@pytest.mark.parametrize("first", [cases.document(), unsigned()])
def test_a_second_scan_of_which_nobody_can_tell_what_it_is_leaves_doubt(first: Document) -> None:
    """It may be the signed page, or a second application."""
    assert isinstance(verdict(cases.good_evidence(documents=(first, BESIDE))), Escalate)


def crash(_facts: Facts) -> Finding | None:
    raise ZeroDivisionError("a secret that must not be told")


@pytest.mark.parametrize("name", [name for name, _ in CHECKS])
@pytest.mark.parametrize("evidence", [cases.good_evidence(), of_document(amount=cases.absent())])
def test_a_check_that_crashes_leaves_the_case_to_a_person(
    monkeypatch: pytest.MonkeyPatch, name: str, evidence: Evidence
) -> None:
    broken = tuple((n, crash if n == name else check) for n, check in CHECKS)
    monkeypatch.setattr(deciding, "CHECKS", broken)
    found = verdict(evidence)
    assert isinstance(found, Escalate)
    told = next(f for f in found.findings if f.code == "pruefung-gescheitert")
    assert told.result is Result.UNSURE
    assert told.values == (("pruefung", name), ("fehler", "ZeroDivisionError"))


def test_an_amount_that_is_no_number_leaves_the_case_to_a_person() -> None:
    found = verdict(of_document(amount=cases.read(Decimal("NaN"))))
    assert isinstance(found, Escalate)
    assert "pruefung-gescheitert" in found.reasons


@slowly
@given(evidence=EVIDENCE, known=KNOWN, at=INSTANTS)
def test_every_evidence_gets_a_verdict_and_doubt_is_never_accepted_or_asked(
    evidence: Evidence, known: Known, at: Any
) -> None:
    found = decide(evidence, known=known, rules=cases.rules(), received_at=at)
    assert isinstance(found, get_args(Verdict))
    if isinstance(found, Accept | Query):
        assert all(finding.result is not Result.UNSURE for finding in found.findings)
        assert "pruefung-gescheitert" not in cases.codes(found)
        assert evidence.failure is None
        forms = [d for d in evidence.documents if isinstance(d.programme, Read)]
        assert len({d.sha256 for d in forms}) <= 1
        if len(forms) == 1:
            form = forms[0]
            assert not isinstance(form.amount, Unreadable)
            assert not isinstance(form.signature, Unreadable)
            assert not isinstance(form.applicant, Unreadable)
    if isinstance(found, Query):
        assert set(found.questions) <= CORRECTABLE
    if isinstance(found, Accept):
        assert all(finding.result is Result.PASS for finding in found.findings)


# The same, near the good case, where one wrong step would be accepted or asked.
ONE_DOUBT: st.SearchStrategy[Evidence] = st.builds(
    lambda field, other, why: of_document(
        **{field: Unreadable(why=why), **({other: cases.absent(why)} if other != field else {})}
    ),
    st.sampled_from(["programme", "amount", "signature", "applicant"]),
    st.sampled_from(["amount", "signature"]),
    CODES,
)


@slowly
@given(evidence=ONE_DOUBT)
def test_one_unreadable_field_is_enough_for_a_person(evidence: Evidence) -> None:
    assert isinstance(verdict(evidence), Escalate)


@slowly
@given(evidence=EVIDENCE, known=KNOWN, at=INSTANTS)
def test_a_stored_case_is_retold_with_the_same_verdict(
    evidence: Evidence, known: Known, at: Any
) -> None:
    first = decide(evidence, known=known, rules=cases.rules(), received_at=at)
    again = decide(
        wire.decode(Evidence, wire.encode(evidence)),
        known=wire.decode(Known, wire.encode(known)),
        rules=wire.decode(Ruleset, wire.encode(cases.rules())),
        received_at=at,
    )
    assert again == first
    assert wire.decode_verdict(wire.encode(first)) == first


def test_an_amount_finer_than_a_cent_is_never_rounded_into_a_record() -> None:
    assert isinstance(verdict(of_document(amount=cases.read(Decimal("100.005")))), Escalate)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (cases.good_evidence(), (cases.AGS, cases.KENNUNG)),
        (of_document(amount=cases.unreadable()), (cases.AGS, cases.KENNUNG)),
        (cases.good_evidence(submission=None), None),
        (without_document(), None),
        (of_mail(authentication=()), None),
        (of_mail(from_=(cases.address("a@karlsruhe.de"),)), None),
        (of_mail(from_=(cases.address("a@evil.example"),)), None),
        (
            of_mail(
                from_=(cases.address("a@karlsruhe.de"),),
                authentication=("mx.rps.bwl.de; dkim=pass header.d=karlsruhe.de",),
            ),
            None,
        ),
        (of_document(applicant=cases.read("Karlsruhe")), None),
        (
            cases.good_evidence(
                submission=cases.mail(
                    from_=(cases.address("a@evil.example"),),
                    authentication=("mx.rps.bwl.de; dkim=pass header.d=evil.example",),
                ),
                documents=(cases.document(applicant=cases.read("unbekannt")),),
            ),
            None,
        ),
    ],
)
def test_only_a_proven_application_of_its_own_kreis_holds_that_kreis_up(
    evidence: Evidence, expected: tuple[str, str] | None
) -> None:
    assert concerns(evidence, cases.rules()) == expected


@slowly
@given(evidence=EVIDENCE, known=KNOWN, at=INSTANTS)
def test_what_is_known_of_other_kreise_changes_no_verdict(
    evidence: Evidence, known: Known, at: Any
) -> None:
    own = deciding.of_this_kreis(known, evidence=evidence, rules=cases.rules())
    assert decide(evidence, known=own, rules=cases.rules(), received_at=at) == decide(
        evidence, known=known, rules=cases.rules(), received_at=at
    )
