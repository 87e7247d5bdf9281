"""Checks of the form: which programme, how many, who asks for how much, and signed by hand.

Promises: each check answers for every case, with PASS, FAIL or UNSURE, and raises for none.
Touches: nothing. Trusts: facts.py. Limits: what the values must be is asked in checks_rules.py.
"""

from inbox_daemon.core import kreis
from inbox_daemon.core.facts import UNSEEN, Facts, finding, has_field
from inbox_daemon.core.values import Absent, Document, DocumentKind, Read, Unreadable
from inbox_daemon.core.verdict import Finding, Result


def programm(facts: Facts) -> Finding | None:
    """The form names the programme; another paper or an unknown form goes to a person."""
    if not facts.evidence.documents:
        return None
    first = facts.applications[0].programme if facts.applications else None
    known = facts.rules.programm(first.value) if isinstance(first, Read) else None
    if first is not None and known is not None and known.aktiv:
        return finding("programm", Result.PASS, "programm-erkannt", reading=first)
    return finding("programm", Result.UNSURE, "programm-unklar")


def ein_antrag(facts: Facts) -> Finding | None:
    """One mail, one application: two of them are told apart by a person."""
    if len({document.sha256 for document in facts.applications}) > 1:
        count = str(len(facts.applications))
        return finding("ein_antrag", Result.FAIL, "mehrere-antraege", ("anzahl", count))
    return None


def beilagen_unverdaechtig(facts: Facts) -> Finding | None:
    """A further document may be the signed page, or a second application, that was not known."""
    document = facts.document
    others = [d for d in facts.evidence.documents if d not in facts.applications]
    if document is None:
        return None
    incomplete = isinstance(document.signature, Absent) or isinstance(document.amount, Absent)
    unseen = bool(others) or facts.holds(*UNSEEN)
    if (incomplete and unseen) or any(_has_form_fields(other) for other in others):
        return finding("beilagen", Result.UNSURE, "beilage-unklar")
    return None


def _has_form_fields(document: Document) -> bool:
    unknown = isinstance(document.programme, Unreadable)
    return unknown and (has_field(document.amount) or has_field(document.signature))


# A scanner that swaps like symbols (JBIG2) may change a digit, but makes and hides no pen stroke.
OF_DIGITS_ONLY = frozenset(("jbig2-symbols",))


def unterschrift(facts: Facts) -> Finding | None:
    """Signed by hand, on paper, then scanned (Förderaufruf: only then the application counts)."""
    document = facts.document
    if document is None:
        return None
    reading = document.signature
    odd = set(document.notes) - OF_DIGITS_ONLY
    match reading:
        case Read() if document.kind is not DocumentKind.SCAN or odd:
            return finding("unterschrift", Result.UNSURE, "datei-auffaellig", reading=reading)
        case Absent() if odd:
            return finding("unterschrift", Result.UNSURE, "datei-veraendert", reading=reading)
        case Read():
            return finding("unterschrift", Result.PASS, "unterschrieben", reading=reading)
        case Absent(why=why):
            return finding(
                "unterschrift", Result.FAIL, "unterschrift-fehlt", ("grund", why), reading=reading
            )
        case Unreadable(why=why):
            return finding(
                "unterschrift",
                Result.UNSURE,
                "unterschrift-unklar",
                ("grund", why),
                reading=reading,
            )


def betrag(facts: Facts) -> Finding | None:
    """The form names the requested amount."""
    document = facts.document
    if document is None:
        return None
    reading = document.amount
    match reading:
        case Read(value=value) if value > 0 and value == round(value, 2):
            return finding(
                "betrag", Result.PASS, "betrag-gelesen", ("betrag", str(value)), reading=reading
            )
        case Read():
            return finding(
                "betrag", Result.UNSURE, "betrag-unklar", ("grund", "null-betrag"), reading=reading
            )
        case Absent() if document.notes:
            return finding("betrag", Result.UNSURE, "datei-veraendert", reading=reading)
        case Absent():
            return finding("betrag", Result.FAIL, "betrag-fehlt", reading=reading)
        case Unreadable(why=why):
            return finding(
                "betrag", Result.UNSURE, "betrag-unklar", ("grund", why), reading=reading
            )


def kreis_im_antrag(facts: Facts) -> Finding | None:
    """The form names one of the 44 Kreise with its kind; the seat city is no applicant."""
    document = facts.document
    if document is None:
        return None
    read = document.applicant
    match facts.form_kreis:
        case kreis.Matched(ags=ags):
            said = (("ags", ags), *facts.kreis_sources)
            return finding("kreis", Result.PASS, "kreis-erkannt", *said, reading=read)
        case kreis.Ambiguous():
            said = facts.kreis_sources
            return finding("kreis", Result.UNSURE, "kreis-mehrdeutig", *said, reading=read)
        case kreis.Unknown():
            said = facts.kreis_sources
            return finding("kreis", Result.UNSURE, "kreis-unklar", *said, reading=read)
