"""What a check may see, and how it says what it found.

Promises: nothing but values and the shortest way to a Finding. Touches: nothing.
Trusts: Evidence that passed wire.py, rules that passed ruleset.py; decide.py puts them together.
Limits: no check stands here; what a mail or a document must be is said in checks_*.py.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inbox_daemon.core import kreis
from inbox_daemon.core.programm import Foerderprogramm, Ruleset
from inbox_daemon.core.values import (
    WITHOUT_LABEL,
    AttachmentKind,
    Document,
    Evidence,
    Read,
    Reading,
    Submission,
)
from inbox_daemon.core.verdict import Finding, Known, Result

# The code of a reader that did not find its field on the page at all.
NO_FIELD = "feld-nicht-gefunden"

# What may hold an application, or its signed page, and is not looked into.
UNSEEN = frozenset(
    {
        AttachmentKind.ARCHIVE,
        AttachmentKind.ENCRYPTED,
        AttachmentKind.MAIL,
        AttachmentKind.OFFICE,
        AttachmentKind.OTHER,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a check may see. `document` is the one application of the mail, if there is one."""

    evidence: Evidence
    known: Known
    rules: Ruleset
    programm: Foerderprogramm
    received_at: datetime | None
    applications: tuple[Document, ...]
    kreise: kreis.KreisSources

    @property
    def form_kreis(self) -> kreis.KreisMatch:
        """What the applicant's field says; it decides."""
        return self.kreise.form

    @property
    def sender_kreis(self) -> kreis.KreisMatch:
        """What the From address says; it confirms."""
        return self.kreise.sender

    @property
    def kreis_sources(self) -> tuple[tuple[str, str], ...]:
        """What each source said, as values of a finding: names, or a code with words."""
        sources = (("antrag", self.kreise.form), ("absender", self.kreise.sender))
        return tuple(
            (name, self._called(match)) for name, match in (*sources, ("text", self.kreise.text))
        )

    def _called(self, match: kreis.KreisMatch) -> str:
        match match:
            case kreis.Matched(ags=ags):
                known = self.rules.kreis(ags)
                return known.name if known else ags
            case kreis.Ambiguous():
                return "mehrere-kreise"
            case kreis.Unknown():
                return "kein-kreis"

    @property
    def document(self) -> Document | None:
        """The application, when there is exactly one."""
        return self.applications[0] if len(self.applications) == 1 else None

    @property
    def submission(self) -> Submission | None:
        """The mail, or None when a file was inspected without one."""
        return self.evidence.submission

    def holds(self, *kinds: AttachmentKind) -> bool:
        """Whether any attachment of the mail is of one of these kinds."""
        mail = self.submission
        return mail is not None and any(a.kind in kinds for a in mail.attachments)


def has_field(reading: Reading[Any]) -> bool:
    """Whether the document has the form's field at all, filled in or not, readable or not."""
    if isinstance(reading, Read):
        return reading.source.method != WITHOUT_LABEL
    return reading.why != NO_FIELD


def finding(
    check: str,
    result: Result,
    code: str,
    *values: tuple[str, str],
    reading: Reading[Any] | None = None,
) -> Finding:
    """What a check found; with the reading that it looked at, the place on paper is named too."""
    sources = (reading.source,) if reading is not None and reading.source else ()
    return Finding(check=check, result=result, code=code, values=values, sources=sources)
