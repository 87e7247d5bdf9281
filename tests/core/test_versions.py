"""Two versions of an application side by side: every field, and which of them changed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings

from inbox_daemon.core.values import Evidence
from inbox_daemon.core.versions import Fassung, compared, fassung_of
from inbox_daemon.core.wording_labels import VERSION_FIELDS
from tests.core import cases
from tests.core.strategies import EVIDENCE

slowly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def version(evidence: Evidence, *, hours: int = 0) -> Fassung:
    found = fassung_of(
        "A-1", evidence, eingang=cases.RECEIVED + timedelta(hours=hours), rules=cases.rules()
    )
    assert found is not None
    return found


def changes(old: Evidence, new: Evidence) -> dict[str, tuple[str, str]]:
    rows = compared(version(old), version(new, hours=1))
    return {row.field: (row.old, row.new) for row in rows if row.changed}


def sent(sha256: str, **traits: Any) -> Evidence:
    mail = cases.mail(attachments=(cases.attachment(sha256=sha256),))
    return cases.good_evidence(
        submission=mail, documents=(cases.document(sha256=sha256, **traits),)
    )


def test_a_signature_that_came_later_is_what_changed() -> None:
    found = changes(sent("01" * 32, signature=cases.absent()), sent("02" * 32))
    assert found["unterschrift"] == ("fehlt", "vorhanden")
    assert set(found) == {"unterschrift", "dateien", "eingang"}
    assert found["dateien"] == ("datei", "datei"), "the same name, other bytes"


def test_an_amount_that_was_changed_with_it_is_seen() -> None:
    found = changes(sent("01" * 32), sent("02" * 32, amount=cases.read(Decimal("5.00"))))
    assert found["betrag"] == ("287.650,00 Euro", "5,00 Euro")


def test_the_same_mail_again_changed_nothing_but_its_receipt() -> None:
    assert set(changes(sent("01" * 32), sent("01" * 32))) == {"eingang"}


def test_doubt_is_shown_as_doubt() -> None:
    found = version(sent("01" * 32, amount=cases.unreadable(), applicant=cases.read("x")))
    assert (found.betrag, found.kreis) == ("nicht sicher", "x")


@slowly
@given(EVIDENCE, EVIDENCE)
def test_all_fields_are_shown_with_their_words(old: Evidence, new: Evidence) -> None:
    versions = [
        fassung_of("A-1", seen, eingang=cases.RECEIVED, rules=cases.rules()) for seen in (old, new)
    ]
    if versions[0] is None or versions[1] is None:
        return
    rows = compared(versions[0], versions[1])
    assert [row.field for row in rows] == list(VERSION_FIELDS)[: len(rows)]
    assert all(row.changed or row.old == row.new for row in rows if row.field != "dateien")
