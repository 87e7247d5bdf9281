"""What crosses the wire comes back the same; another shape is refused, nothing is guessed."""

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from inbox_daemon import wire
from inbox_daemon.core.values import Evidence, Submission
from inbox_daemon.core.verdict import Known
from tests.core import cases
from tests.core.cases import of_document, verdict
from tests.core.strategies import EVIDENCE, KNOWN

slowly = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@slowly
@given(evidence=EVIDENCE, known=KNOWN)
def test_what_is_written_to_the_wire_comes_back_the_same(evidence: Evidence, known: Known) -> None:
    for value in (evidence, known):
        text = wire.encode(value)
        assert "\n" not in text
        assert wire.decode(type(value), text) == value
        assert wire.decode(type(value), text.encode()) == value


def test_evidence_that_was_stored_before_a_field_was_known_is_read() -> None:
    """Mails are decided again from what was stored then (`replay`)."""
    text = wire.encode(cases.good_evidence()).replace(',"sender":[]', "")
    assert '"sender"' not in text
    assert wire.decode(Evidence, text) == cases.good_evidence()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: "",
        lambda text: "null",
        lambda text: text.replace('"documents"', '"dokumente"'),
        lambda text: text.replace('"kind":"scan"', '"kind":"foto"'),
        lambda text: text.replace('"kind":"read"', '"kind":"guessed"'),
        lambda text: text.replace('"287650.00"', '"viel"'),
        lambda text: text.replace('"287650.00"', '"NaN"'),
        lambda text: text.replace('"287650.00"', '"Infinity"'),
    ],
)
def test_evidence_of_another_shape_is_refused(spoil: Callable[[str], str]) -> None:
    text = wire.encode(cases.good_evidence())
    assert spoil(text) != text
    with pytest.raises(ValueError, match="validation error"):
        wire.decode(Evidence, spoil(text))


@pytest.mark.parametrize(
    ("good", "spoilt"),
    [
        (',"kind":"absent"', ""),
        ('"pages":2', '"pages":"2"'),
        ('"pages":2', '"pages":2,"extra":1'),
    ],
)
def test_evidence_that_leaves_a_kind_out_or_says_too_much_is_refused(
    good: str, spoilt: str
) -> None:
    text = wire.encode(of_document(signature=cases.absent()))
    assert good in text
    with pytest.raises(ValueError, match="validation error"):
        wire.decode_exactly(Evidence, text.replace(good, spoilt))


def test_a_verdict_of_no_kind_is_refused() -> None:
    text = wire.encode(verdict()).replace('"accept"', '"perhaps"')
    with pytest.raises(ValueError, match="validation error"):
        wire.decode_verdict(text)


def test_what_an_older_version_stored_is_read_as_nothing_known_of_earlier_cases() -> None:
    known, mail = json.loads(wire.encode(Known())), json.loads(wire.encode(cases.mail()))
    del known["earlier"], mail["spam"]
    assert wire.decode(Known, json.dumps(known)) == Known()
    assert wire.decode(Submission, json.dumps(mail)) == cases.mail()
