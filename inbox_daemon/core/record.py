"""What is filed: the record as JSON and the parts that lie beside it.

Promises: the same verdict gives the same bytes, so filing can be repeated. Touches: nothing.
Trusts: an Accept verdict. Limits: names no person; the original mail beside it does.
"""

import json
from dataclasses import asdict, dataclass
from typing import TypeVar

from inbox_daemon.core.antrag import Antrag
from inbox_daemon.core.joining import ANSWER, SAME_MATTER
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.values import AttachmentKind, Document, Evidence, RawMessage, Source
from inbox_daemon.core.verdict import Accept

V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who decided: the machine, or a person with a reason; `attempt` counts a case's decisions.

    `replaces` names the case whose record a person wants superseded.
    """

    by: str = "maschine"
    why: str = ""
    attempt: int = 0
    replaces: str | None = None

    def folder_of(self, case: str) -> str:
        """The record's folder; a person's decision never meets one that was begun before."""
        return f"{case}-{self.attempt}" if self.attempt else case


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One record: folder below `filed/`, its name there, record.json, (name, sha256) of parts."""

    folder: str
    name: str
    record: str
    parts: tuple[tuple[str, str], ...]


def filing_of(
    case: str,
    verdict: Accept,
    *,
    raw: RawMessage,
    evidence: Evidence,
    rules: Ruleset,
    author: Author,
) -> Filing:
    """The filing of this case."""
    antrag = verdict.antrag
    document = next((d for d in evidence.documents if d.sha256 == antrag.document), None)
    return Filing(
        folder=f"{antrag.programm}/{antrag.ags}",
        name=author.folder_of(case),
        record=json.dumps(
            {
                "fall": case,
                **_belongs_to(verdict),
                **_applicant(antrag, rules),
                "betrag": f"{antrag.betrag:.2f}",
                "eingang": raw.received_at.isoformat(),
                "mail": {"sha256": raw.sha256, "message_id": raw.message_id},
                "dokument": antrag.document,
                "entschieden_von": author.by,
                "regeln": verdict.rules,
                "befunde": [asdict(finding) for finding in verdict.findings],
            },
            ensure_ascii=False,
            indent=2,
            sort_keys=True,
            default=str,
        )
        + "\n",
        parts=(("original.eml", raw.sha256), *_document_parts(document, evidence)),
    )


def _belongs_to(verdict: Accept) -> dict[str, str]:
    """The case of the same matter that this record answers or goes on with, where there is one."""
    for finding in verdict.findings:
        if finding.code in {ANSWER, SAME_MATTER}:
            return {"gehoert_zu": dict(finding.values)["fall"]}
    return {}


def _applicant(antrag: Antrag, rules: Ruleset) -> dict[str, str]:
    kreis = rules.kreis(antrag.ags)
    return {
        "programm": antrag.programm,
        "ags": antrag.ags,
        "kreis": kreis.name if kreis else "",
    }


def _document_parts(document: Document | None, evidence: Evidence) -> tuple[tuple[str, str], ...]:
    if document is None:
        return ()
    readings: tuple[tuple[str, Source | None], ...] = (
        ("beleg-betrag.png", document.amount.source),
        ("beleg-unterschrift.png", document.signature.source),
        ("beleg-antragsteller.png", document.applicant.source),
    )
    crops = tuple((name, s.crop) for name, s in readings if s is not None and s.crop is not None)
    return ((f"antrag{_suffix(document, evidence)}", document.sha256), *crops)


def _suffix(document: Document, evidence: Evidence) -> str:
    attachments = evidence.submission.attachments if evidence.submission else ()
    kinds = {a.kind for a in attachments if a.sha256 == document.sha256}
    return ".bild" if AttachmentKind.IMAGE in kinds else ".pdf"
