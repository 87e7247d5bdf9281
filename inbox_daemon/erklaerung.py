"""One case explained: the mail, what was read and where, what was decided by whom, what happened.

Promises: what is stored and nothing else; the same case in the same state gives the same value.
Touches: the database through the app. Trusts: the rows. Limits: strangers' words stand in it as
they came; whoever shows them makes them visible.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from inbox_daemon.app import App
from inbox_daemon.core.betrag import german
from inbox_daemon.core.errors import Refused
from inbox_daemon.core.kaefig import BARS
from inbox_daemon.core.protokoll import Auswahl, Eintrag, opened
from inbox_daemon.core.values import Absent, Document, Evidence, RawMessage, Read, Reading
from inbox_daemon.core.verdict import Accept, Finding, Query, Result
from inbox_daemon.core.wording import reading, sentence
from inbox_daemon.core.wording_labels import FIELDS, METHODS, STATES, STATUSES, VERDICTS
from inbox_daemon.edges.records import CaseLine, Judgement
from inbox_daemon.gespraech import Conversation, conversation_of

CAGE = frozenset((*BARS, "landlock"))
MARKS = {Result.PASS: "sicher", Result.FAIL: "fehlt", Result.UNSURE: "pruefen"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feld:
    """A field of a document as it was read. `status` is sicher, pruefen or fehlt."""

    document: str
    name: str
    status: str
    value: str
    why: str
    page: int | None
    method: str
    percent: int | None
    crop: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Befund:
    """What a check found, as a sentence, and the pages on which it was seen."""

    status: str
    satz: str
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Urteil:
    """A decision. `betrag` only where it files one; `fragen` only where it asks."""

    at: datetime
    by: str
    why: str
    words: str
    befunde: tuple[Befund, ...]
    betrag: Decimal | None
    fragen: tuple[str, ...]
    rules: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erklaerung:
    """All that explains a case, in the order in which a person asks for it."""

    line: CaseLine
    raw: RawMessage
    state: str
    kreis: str
    programm: str
    evidence: Evidence | None
    felder: tuple[Feld, ...]
    urteile: tuple[Urteil, ...]
    gespraech: Conversation
    verlauf: tuple[Eintrag, ...]

    @property
    def crops(self) -> tuple[str, ...]:
        """The SHA-256 of every picture that is shown, each once."""
        return tuple(dict.fromkeys(feld.crop for feld in self.felder if feld.crop))

    @property
    def engines(self) -> tuple[str, ...]:
        """What read the mail, with its version; the state of the cage stands in the log."""
        return engines_in(self.evidence)

    @property
    def betrag(self) -> Decimal | None:
        """The amount of the last decision that files one (euro)."""
        filed = (urteil.betrag for urteil in reversed(self.urteile))
        return next((betrag for betrag in filed if betrag is not None), None)

    @property
    def decided_at(self) -> datetime:
        """When the last thing happened that stands here."""
        return self.verlauf[-1].entry.at if self.verlauf else self.raw.received_at


def engines_in(evidence: Evidence | None) -> tuple[str, ...]:
    """Name and version of each program that read, without the words about its cage."""
    found = evidence.engines if evidence is not None else ()
    return tuple(f"{name} {version}" for name, version in found if name not in CAGE)


def explain(app: App, number: str) -> Erklaerung:
    """The case explained. Raises Refused (`fall-unbekannt`) where there is none."""
    line = app.records.case(number)
    if line is None:
        raise Refused("fall-unbekannt", fall=number)
    evidence = app.records.evidence(number)
    judgements = app.records.judgements(number)
    return Erklaerung(
        line=line,
        raw=app.store.location(number).raw,
        state=STATES[line.state.value],
        kreis=_kreis(app, line, judgements),
        programm=_programm(app, judgements),
        evidence=evidence,
        felder=tuple(_felder(app, evidence)),
        urteile=tuple(map(_urteil, judgements)),
        gespraech=conversation_of(app, number),
        verlauf=tuple(map(opened, app.auditbook.all(Auswahl(case=number)))),
    )


def _kreis(app: App, line: CaseLine, judgements: tuple[Judgement, ...]) -> str:
    verdicts = [judgement.verdict for judgement in judgements]
    filed = [verdict.antrag.ags for verdict in verdicts if isinstance(verdict, Accept)]
    kreis = app.rules.kreis((filed[-1] if filed else line.ags) or "")
    return kreis.name if kreis else ""


def _programm(app: App, judgements: tuple[Judgement, ...]) -> str:
    if not judgements:
        return ""
    last = judgements[-1]
    kennung = last.verdict.rules.partition("@")[0]
    programm = (last.rules or app.rules).programm(kennung)
    return programm.titel if programm else kennung


def _felder(app: App, evidence: Evidence | None) -> Iterator[Feld]:
    for document in evidence.documents if evidence else ():
        readings: tuple[tuple[str, Reading[Decimal] | Reading[str]], ...] = (
            ("amount", document.amount),
            ("applicant", document.applicant),
            ("signature", document.signature),
        )
        for name, seen in readings:
            yield _feld(app, document, name, seen)


def _feld(app: App, document: Document, name: str, seen: Reading[Decimal] | Reading[str]) -> Feld:
    source = seen.source
    crop = source.crop if source is not None else None
    sure = source.confidence if source is not None else 0.0
    return Feld(
        document=document.name,
        name=FIELDS[name],
        status=_status(seen),
        value=_value(name, seen),
        why="" if isinstance(seen, Read) else reading(seen.why),
        page=source.page if source is not None else None,
        method=METHODS.get(source.method, source.method) if source is not None else "",
        percent=round(sure * 100) if sure else None,
        crop=crop if crop is not None and app.spool.holds(crop) else None,
    )


def _status(seen: Reading[Decimal] | Reading[str]) -> str:
    if isinstance(seen, Read):
        return "sicher"
    return "fehlt" if isinstance(seen, Absent) else "pruefen"


def _value(name: str, seen: Reading[Decimal] | Reading[str]) -> str:
    if not isinstance(seen, Read):
        guess = getattr(seen, "guess", None)
        return str(guess) if guess else STATUSES["absent" if isinstance(seen, Absent) else "unsure"]
    if name == "signature":
        return STATUSES["present"]
    return german(seen.value) if isinstance(seen.value, Decimal) else seen.value


def _urteil(judgement: Judgement) -> Urteil:
    verdict = judgement.verdict
    asked = verdict.questions if isinstance(verdict, Query) else ()
    return Urteil(
        at=judgement.at,
        by=judgement.by,
        why=judgement.why,
        words=VERDICTS[verdict.kind],
        befunde=tuple(map(_befund, verdict.findings)),
        betrag=verdict.antrag.betrag if isinstance(verdict, Accept) else None,
        fragen=tuple(sentence(code) for code in asked),
        rules=verdict.rules,
    )


def _befund(finding: Finding) -> Befund:
    return Befund(
        status=MARKS[finding.result],
        satz=sentence(finding.code, finding.values),
        pages=tuple(dict.fromkeys(source.page for source in finding.sources)),
    )
