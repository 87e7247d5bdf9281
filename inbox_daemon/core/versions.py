"""Two versions of one application side by side: what stood there, what stands there now.

Promises: every field is shown, changed or not; files are compared by their bytes, not their names.
Touches: nothing. Trusts: the evidence. Limits: says what is different, not which version counts.
"""

from dataclasses import dataclass
from datetime import datetime

from inbox_daemon.core import frist, kreis
from inbox_daemon.core.betrag import german
from inbox_daemon.core.decide import facts_of
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.values import Absent, Document, Evidence, Read, Reading
from inbox_daemon.core.verdict import Known
from inbox_daemon.core.wording_labels import STATUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Fassung:
    """One version in words. `files` are (name, SHA-256) of what was attached."""

    case: str
    eingang: datetime
    betrag: str
    unterschrift: str
    kreis: str
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zeile:
    """A field in both versions; its name is a key of the wording table."""

    field: str
    old: str
    new: str
    changed: bool


def fassung_of(
    case: str, evidence: Evidence, *, eingang: datetime, rules: Ruleset
) -> Fassung | None:
    """The version that this mail brought, or None where it has not exactly one application."""
    facts = facts_of(evidence, known=Known(), rules=rules, received_at=None)
    document, mail = facts.document, facts.submission
    if document is None:
        return None
    files = tuple((a.name, a.sha256) for a in mail.attachments) if mail else ()
    return Fassung(
        case=case,
        eingang=eingang,
        betrag=_betrag(document),
        unterschrift=_status(document.signature, found="present"),
        kreis=_kreis(document, facts.form_kreis, rules),
        files=files or ((document.name, document.sha256),),
    )


def _betrag(document: Document) -> str:
    amount = document.amount
    return german(amount.value) if isinstance(amount, Read) else _status(amount, found="read")


def _kreis(document: Document, match: kreis.KreisMatch, rules: Ruleset) -> str:
    found = rules.kreis(match.ags) if isinstance(match, kreis.Matched) else None
    if found is not None:
        return found.name
    applicant = document.applicant
    return applicant.value if isinstance(applicant, Read) else _status(applicant, found="read")


def _status(reading: Reading[str] | Reading[object], *, found: str) -> str:
    if isinstance(reading, Read):
        return STATUSES[found]
    return STATUSES["absent" if isinstance(reading, Absent) else "unsure"]


def compared(old: Fassung, new: Fassung) -> tuple[Zeile, ...]:
    """All fields, in the order in which a clerk asks for them."""
    return (
        _line("betrag", old.betrag, new.betrag),
        _line("unterschrift", old.unterschrift, new.unterschrift),
        _line("kreis", old.kreis, new.kreis),
        Zeile(
            field="dateien",
            old=_names(old),
            new=_names(new),
            changed={sha for _, sha in old.files} != {sha for _, sha in new.files},
        ),
        _line("eingang", frist.german_instant(old.eingang), frist.german_instant(new.eingang)),
    )


def _names(version: Fassung) -> str:
    return ", ".join(name for name, _ in version.files)


def _line(field: str, old: str, new: str) -> Zeile:
    return Zeile(field=field, old=old, new=new, changed=old != new)
