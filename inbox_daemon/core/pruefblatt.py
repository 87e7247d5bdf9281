"""The sheet of a flagged case: its three fields, what the machine saw, who confirmed what.

Promises: other readings only where the evidence has them; what a person typed stands before what
the machine read; a field that nobody confirmed is never `sicher`. Touches: nothing.
Trusts: checks_*.py for what is doubtful; facts.py. Limits: shows, decides nothing; sentences come
from wording.py, words around them from the template.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeAlias

from inbox_daemon.core import kreis
from inbox_daemon.core.bearbeitung import SIGNATURES, Work
from inbox_daemon.core.checks_form import betrag as ask_betrag
from inbox_daemon.core.checks_form import kreis_im_antrag as ask_kreis
from inbox_daemon.core.checks_form import unterschrift as ask_unterschrift
from inbox_daemon.core.checks_sender import absender as ask_absender
from inbox_daemon.core.facts import Facts
from inbox_daemon.core.lesarten import candidates, readings_of, typed_betrag, written
from inbox_daemon.core.values import Absent, Read, Reading, Source, Unreadable
from inbox_daemon.core.verdict import Finding, Result
from inbox_daemon.core.wording import sentence

BETRAG, KREIS, UNTERSCHRIFT = "betrag", "kreis", "unterschrift"
VORHANDEN, FEHLT, UNKLAR = SIGNATURES
# Who confirmed a field: the machine by its checks, or a person by name.
MASCHINE: Final = "maschine"
# No document, or more than one, to which the fields could belong.
NO_DOCUMENT: Final = "unvollstaendig"
HASH_SHOWN: Final = 8

Answer: TypeAlias = Finding | None


class Zustand(StrEnum):
    """The three words of a field: confirmed, to be looked at, surely not there."""

    SICHER = "sicher"
    PRUEFEN = "pruefen"
    FEHLT = "fehlt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blattfeld:
    """One field. `value` is what its input holds: German digits, an AGS, one of SIGNATURES, "".

    `machine` is what the machine read or supposed, as people write it; `others` are its other
    readings, at most three; `by` is MASCHINE, a person's name, or empty while nobody confirmed it.
    """

    name: str
    zustand: Zustand
    value: str
    machine: str
    others: tuple[str, ...]
    source: Source | None
    by: str
    why: str

    @property
    def is_open(self) -> bool:
        """Whether a person has to look before the case can be released."""
        return self.zustand is not Zustand.SICHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Grund:
    """Why the case was flagged: the sentence, and its code for the small print."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Herkunft:
    """What a source (`antrag`, `absender`, `text`) says of the Kreis: a name, or a code.

    `agrees` with the form, or None where the two cannot be compared.
    """

    name: str
    said: str
    agrees: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blatt:
    """The sheet. `gruende` has the gravest first; `rules` is programme and version, shortened.

    `rahmen` is the planning frame of the Kreis in euro, where it is known and the rules have one.
    """

    gruende: tuple[Grund, ...]
    rules: str
    betrag: Blattfeld
    kreis: Blattfeld
    unterschrift: Blattfeld
    herkunft: tuple[Herkunft, ...]
    rahmen: Decimal | None

    @property
    def is_over_frame(self) -> bool | None:
        """Whether the amount is above the planning frame; None where one of them is not known."""
        amount = typed_betrag(self.betrag.value)
        return None if amount is None or self.rahmen is None else amount > self.rahmen

    @property
    def fields(self) -> tuple[Blattfeld, ...]:
        """In the order of the page."""
        return self.betrag, self.kreis, self.unterschrift

    @property
    def open_fields(self) -> tuple[str, ...]:
        """The fields that a person has to look at."""
        return tuple(field.name for field in self.fields if field.is_open)


def blatt(
    facts: Facts, *, reasons: Iterable[str], findings: Iterable[Finding], work: Work, rules: str
) -> Blatt:
    """The sheet of a case.

    `reasons` and `findings` are those of its record, `rules` the version that stands in its
    verdict; `work` is what a person typed.
    """
    ags = work.ags or getattr(facts.form_kreis, "ags", None)
    return Blatt(
        gruende=tuple(gruende(reasons, findings)),
        rules=short(rules),
        betrag=_betrag(facts, work),
        kreis=_kreis(facts, work),
        unterschrift=_unterschrift(facts, work),
        herkunft=_herkunft(facts),
        rahmen=facts.programm.rahmen_of(ags) if ags else None,
    )


def gruende(reasons: Iterable[str], findings: Iterable[Finding]) -> Iterator[Grund]:
    """The sentences of the reasons with the values that were found, in their order."""
    values = {finding.code: finding.values for finding in findings if finding.values}
    for code in reasons:
        yield Grund(code=code, text=sentence(code, values.get(code, ())))


def short(rules: str) -> str:
    """`soforthilfe@sha256:3f67…` as a person can compare it: the programme and eight digits."""
    programm, _, version = rules.partition("@")
    return f"{programm}, {version.rpartition(':')[2][:HASH_SHOWN]}" if version else programm


def _betrag(facts: Facts, work: Work) -> Blattfeld:
    reading = facts.document.amount if facts.document else None
    machine, others = readings_of(reading)
    if work.amount is not None:
        by_hand = written(work.amount)
        others = tuple(o for o in dict.fromkeys((machine, *others)) if o and o != by_hand)
        return _typed(BETRAG, by_hand, machine=machine, others=others, of=(reading, work))
    return _field(BETRAG, ask_betrag(facts), machine, machine=machine, others=others, of=reading)


def _kreis(facts: Facts, work: Work) -> Blattfeld:
    reading = facts.document.applicant if facts.document else None
    match = facts.form_kreis
    said = reading.value if isinstance(reading, Read) else getattr(reading, "guess", None) or ""
    others = tuple(ags for ags in candidates(facts, said) if ags != (work.ags or ""))
    if work.ags:
        return _typed(KREIS, work.ags, machine=said, others=others, of=(reading, work))
    answer, sender = ask_kreis(facts), ask_absender(facts)
    if _passed(answer) and sender is not None and not _passed(sender):
        answer = sender
    value = match.ags if isinstance(match, kreis.Matched) else ""
    others = tuple(ags for ags in others if ags != value)
    return _field(KREIS, answer, value, machine=said, others=others, of=reading)


def _herkunft(facts: Facts) -> tuple[Herkunft, ...]:
    chosen = facts.form_kreis
    sources = zip(
        facts.kreis_sources,
        (facts.form_kreis, facts.sender_kreis, facts.kreise.text),
        strict=True,
    )
    return tuple(
        Herkunft(name=name, said=said, agrees=_agrees(match, chosen))
        for (name, said), match in sources
        if name != "absender" or facts.submission is not None
    )


def _agrees(match: kreis.KreisMatch, chosen: kreis.KreisMatch) -> bool | None:
    """None where one of the two names no single Kreis: then there is nothing to compare."""
    if not isinstance(match, kreis.Matched) or not isinstance(chosen, kreis.Matched):
        return None
    return match == chosen


def _unterschrift(facts: Facts, work: Work) -> Blattfeld:
    reading = facts.document.signature if facts.document else None
    match reading:
        case Read():
            machine = VORHANDEN
        case Absent():
            machine = FEHLT
        case Unreadable():
            machine = UNKLAR
        case None:
            machine = ""
    if work.unterschrift:
        signed = work.unterschrift
        return _typed(UNTERSCHRIFT, signed, machine=machine, others=(), of=(reading, work))
    answer = ask_unterschrift(facts)
    # Nothing is ticked where the machine has a doubt: its guess would only be confirmed.
    value = machine if answer is not None and answer.result is not Result.UNSURE else ""
    return _field(UNTERSCHRIFT, answer, value, machine=machine, others=(), of=reading)


def _field(
    name: str,
    answer: Answer,
    value: str,
    *,
    machine: str,
    others: tuple[str, ...],
    of: Reading[Any] | None,
) -> Blattfeld:
    """A field on which only the machine has spoken so far."""
    sure = _passed(answer)
    return Blattfeld(
        name=name,
        zustand=_zustand(answer),
        value=value,
        machine=machine,
        others=others,
        source=of.source if of is not None else None,
        by=MASCHINE if sure else "",
        why=sentence(answer.code, answer.values) if answer else sentence(NO_DOCUMENT),
    )


def _typed(
    name: str,
    value: str,
    *,
    machine: str,
    others: tuple[str, ...],
    of: tuple[Reading[Any] | None, Work],
) -> Blattfeld:
    """A field that a person has filled in or confirmed."""
    reading, work = of
    return Blattfeld(
        name=name,
        zustand=Zustand.SICHER,
        value=value,
        machine=machine,
        others=others,
        source=reading.source if reading is not None else None,
        by=work.by,
        why="",
    )


def _passed(answer: Answer) -> bool:
    return answer is not None and answer.result is Result.PASS


def _zustand(answer: Answer) -> Zustand:
    if answer is None:
        return Zustand.FEHLT
    match answer.result:
        case Result.PASS:
            return Zustand.SICHER
        case Result.FAIL if answer.check in {BETRAG, UNTERSCHRIFT}:
            return Zustand.FEHLT
        case _:
            return Zustand.PRUEFEN
