"""Checks by the rules of the programme: in time, within the planning frame, one application each.

Promises: each check answers for every case, with PASS, FAIL or UNSURE, and raises for none.
Touches: nothing. Trusts: facts.py; the figures of the rules. Limits: our own records are as they
were when the case was decided.
"""

from inbox_daemon.core import frist, kreis
from inbox_daemon.core.facts import Facts, finding
from inbox_daemon.core.joining import answer_to_question
from inbox_daemon.core.values import Read
from inbox_daemon.core.verdict import Finding, Result


def eingang_in_frist(facts: Facts) -> Finding | None:
    """Received before the end of the deadline by our own server's clock (Förderaufruf)."""
    if facts.received_at is None:
        return None
    bound = facts.programm.received_before
    late = frist.late_by(facts.received_at, received_before=bound)
    eingang = ("eingang", frist.german_instant(facts.received_at))
    if late is None:
        return finding("frist", Result.PASS, "frist-gewahrt", eingang)
    values = (eingang, ("verspaetung", frist.german_span(late)), ("frist", frist.last_day(bound)))
    return finding("frist", Result.FAIL, "frist-versaeumt", *values)


def betrag_im_planungsrahmen(facts: Facts) -> Finding | None:
    """The amount is not above the planning frame of the Kreis (kreisscharfe Mittelverteilung)."""
    document = facts.document
    if document is None or not isinstance(document.amount, Read):
        return None
    if not isinstance(facts.form_kreis, kreis.Matched):
        return None
    rahmen = facts.programm.rahmen_of(facts.form_kreis.ags)
    if rahmen is None:
        return finding("planungsrahmen", Result.UNSURE, "planungsrahmen-fehlt")
    values = (("betrag", str(document.amount.value)), ("rahmen", str(rahmen)))
    if document.amount.value > rahmen:
        return finding(
            "planungsrahmen", Result.FAIL, "ueber-planungsrahmen", *values, reading=document.amount
        )
    return finding("planungsrahmen", Result.PASS, "im-planungsrahmen", *values)


def zweiter_antrag(facts: Facts) -> Finding | None:
    """One application per Kreis and programme; a newer one replaces it only through a person.

    The proven answer to our question is no second one, but the newer version of what we asked for.
    """
    match = facts.form_kreis
    if not isinstance(match, kreis.Matched):
        return None
    own = (match.ags, facts.programm.kennung)
    for record in facts.known.filed:
        if (record.ags, record.programm) == own:
            return finding("zweiter_antrag", Result.FAIL, "zweiter-antrag", ("fall", record.case))
    for case, ags, kennung in facts.known.open_cases:
        if (ags, kennung) == own:
            return finding("zweiter_antrag", Result.UNSURE, "offener-vorgang", ("fall", case))
    return answer_to_question(facts)
