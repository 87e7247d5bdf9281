"""Over 1800 senders as mail: no wrong Kreis, none forged is proven, no letter to strangers."""

from collections import Counter
from functools import cache

from inbox_daemon.core import kreis, sender
from inbox_daemon.core.decide import decide, facts_of
from inbox_daemon.core.replies import why_not
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import Accept, Escalate, Known, Query
from inbox_daemon.reading.mail.mime import submission_of
from tests.core import cases
from tests.core.senders import DOMAINS, Sender, table

POINTS = ("unterschrift-fehlt",)


def seen_of(case: Sender, **document: object) -> Evidence:
    """The mail as it is parsed, with an application of the Kreis that it claims to come from."""
    form = cases.document(
        applicant=cases.read(case.claims.name), amount=cases.read(1000), **document
    )
    mail = submission_of(case.mail, store=lambda _bytes: cases.SHA)
    return cases.good_evidence(submission=mail, documents=(form,))


def faults_of(case: Sender) -> list[str]:
    """What is wrong with how this sender is taken."""
    known, rules, at = Known(), cases.rules(), cases.RECEIVED
    seen, unsigned = seen_of(case), seen_of(case, signature=cases.absent())
    facts = facts_of(seen, known=known, rules=rules, received_at=at)
    filed, asked = (decide(e, known=known, rules=rules, received_at=at) for e in (seen, unsigned))
    assert facts.submission is not None
    grade = sender.grade_of(facts.submission, cases.SERVER)
    codes = [f.code for f in filed.findings if f.check == "absender"]
    if case.true_of:
        taken = {
            "kreis": facts.sender_kreis == kreis.Matched(ags=case.true_of),
            "grade": grade is sender.Grade.CONFIRMED,
            "filed": isinstance(filed, Accept) and filed.antrag.ags == case.true_of,
            "asked": isinstance(asked, Query) and asked.ags == case.true_of,
            "letter": why_not(facts, POINTS) is None,
        }
    else:
        taken = {
            "filed": isinstance(filed, Escalate),
            "asked": isinstance(asked, Escalate),
            "letter": why_not(facts, POINTS) is not None,
            "proven": not (case.kind in {"several", "results"} and grade is sender.Grade.CONFIRMED),
            "code": not case.code or codes == [case.code],
        }
    return [
        f"{case.kind}: {what}: {codes} {case.mail!r}" for what, good in taken.items() if not good
    ]


@cache
def the_table() -> tuple[Sender, ...]:
    return tuple(table())


def test_no_wrong_kreis_no_forged_sender_and_no_letter_to_a_stranger() -> None:
    counts = Counter(case.kind.partition(":")[0] for case in the_table())
    faults = [fault for case in the_table() for fault in faults_of(case)]
    print(f"{counts.total()} senders {dict(counts)}, {len(faults)} wrong")
    assert faults == []
    assert counts.total() >= 300


def test_every_kreis_and_every_domain_of_the_list_is_in_the_table() -> None:
    right = Counter(case.true_of for case in the_table() if case.kind == "right")
    assert len(right) == 44
    assert right.total() == 3 * len(DOMAINS)


def test_a_stranger_is_never_of_the_kreis_that_he_claims() -> None:
    kinds = ("city", "name", "look-alike")
    for case in the_table():
        if not case.kind.startswith(kinds):
            continue
        facts = cases.facts(seen_of(case))
        assert not isinstance(facts.sender_kreis, kreis.Matched), case.mail
