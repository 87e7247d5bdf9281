"""Sample letters: every letter that a programme can send, with invented facts.

Promises: each point alone, all together, with and without telephone, before and after the end of
the application period; always the same. `proof` finds what would break a letter before one is due.
Touches: nothing. Trusts: nothing in the templates. Limits: sends nothing; no case stands behind it.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inbox_daemon.core.errors import ConfigError
from inbox_daemon.core.programm import Foerderprogramm, Kreis, Ruleset
from inbox_daemon.core.states import State
from inbox_daemon.core.values import RawMessage, Source
from inbox_daemon.core.verdict import Finding, Query, Result
from inbox_daemon.core.wording_letter import BITTEN
from inbox_daemon.letters import LETTER, Anschrift, eingangsbestaetigung, rueckfrage
from inbox_daemon.ports import Case, Letter

LONGEST_LINE = 76
NUMBER = "A-2000-000000"
# Shown where the rules name none, so that both forms of a letter can be read.
TELEFON = "0000 000-0"
DATEIEN = ("Antrag.pdf", "Anlage 1.pdf")
# Where a form usually has its fields; a point without one is about the mail as a whole.
_PAGES = {"betrag-fehlt": 1, "unterschrift-fehlt": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Probebrief:
    """A letter and what makes it different from the others: a key of the wording, or a point."""

    programm: str
    variant: str
    points: tuple[str, ...]
    letter: Letter

    @property
    def longest_line(self) -> int:
        """Characters of the longest line."""
        return max(map(len, self.letter.body.splitlines()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Anlass:
    """What a sample letter is about; `at` from the end of the application period."""

    points: tuple[str, ...] = tuple(BITTEN)
    at: timedelta = timedelta(days=-30)


def probebriefe(rules: Ruleset, programm: Foerderprogramm) -> Iterator[Probebrief]:
    """Every letter of the programme, the shortest first, and last the draft that nobody gets."""
    yield from _rueckfragen(rules, programm)
    yield _entwurf(rules, programm, rules.kreise[0])


def _rueckfragen(rules: Ruleset, programm: Foerderprogramm) -> Iterator[Probebrief]:
    kreis, phone = rules.kreise[0], rules.postfach.telefon or TELEFON
    for code in BITTEN:
        yield _probebrief(rules, programm, kreis, code, anlass=_Anlass(points=(code,)))
    yield _probebrief(_with_phone(rules, ""), programm, kreis, "ohne-telefon")
    yield _probebrief(_with_phone(rules, phone), programm, kreis, "mit-telefon")
    shortly_before, after = _Anlass(at=timedelta(days=-2)), _Anlass(at=timedelta(days=1))
    yield _probebrief(rules, programm, kreis, "frist-vorher", anlass=shortly_before)
    yield _probebrief(rules, programm, kreis, "frist-vorbei", anlass=after)


def proof(rules: Ruleset) -> None:
    """Writes every Rueckfrage, and one to every Kreis. Raises ConfigError with all mistakes."""
    mistakes = {
        f"{programm.kennung}/{LETTER}: {fault}"
        for programm in rules.programme
        for fault in _faults(rules, programm)
    }
    if mistakes:
        raise ConfigError(tuple(sorted(mistakes)))


def _faults(rules: Ruleset, programm: Foerderprogramm) -> Iterator[str]:
    try:
        letters = [brief.letter for brief in _rueckfragen(rules, programm)]
        letters += [_probebrief(rules, programm, kreis, "alle").letter for kreis in rules.kreise]
    except Exception as error:  # noqa: BLE001  a template can do anything wrong
        yield f"{type(error).__name__}: {error}"
        return
    for letter in letters:
        yield from unsendable(letter)


def unsendable(letter: Letter) -> Iterator[str]:
    """What a mail program would show wrongly: lines that are too long, characters without a shape.

    Those turn the direction of writing, hide, or steer a terminal.
    """
    for line in letter.body.splitlines():
        if len(line) > LONGEST_LINE:
            yield f"more than {LONGEST_LINE} characters without a space: {line}"
    for sign in sorted({*letter.subject, *letter.body} - {"\n"}):
        if unicodedata.category(sign)[0] == "C" or sign in "\u2028\u2029":
            yield f"a character that cannot be seen: U+{ord(sign):04X}"


def _with_phone(rules: Ruleset, telefon: str) -> Ruleset:
    return replace(rules, postfach=replace(rules.postfach, telefon=telefon))


def _probebrief(
    rules: Ruleset,
    programm: Foerderprogramm,
    kreis: Kreis,
    variant: str,
    *,
    anlass: _Anlass = _Anlass(),
) -> Probebrief:
    at = programm.received_before + anlass.at + timedelta(hours=10)
    query = Query(
        questions=anlass.points,
        recipient=f"poststelle@{kreis.domains[0]}",
        ags=kreis.ags,
        programm=programm.kennung,
        findings=tuple(_finding(code) for code in anlass.points),
        rules=rules.version,
    )
    letter = rueckfrage(_case(at - timedelta(hours=2)), query, rules, at=at)
    return Probebrief(
        programm=programm.kennung, variant=variant, points=anlass.points, letter=letter
    )


def _entwurf(rules: Ruleset, programm: Foerderprogramm, kreis: Kreis) -> Probebrief:
    at = programm.received_before + _Anlass().at + timedelta(hours=10)
    an = Anschrift(
        recipient=f"poststelle@{kreis.domains[0]}", ags=kreis.ags, programm=programm.kennung
    )
    case = _case(at - timedelta(hours=2))
    letter = eingangsbestaetigung(case, DATEIEN, rules, an=an, at=at)
    return Probebrief(programm=programm.kennung, variant="eingang", points=(), letter=letter)


def _finding(code: str) -> Finding:
    places = tuple(
        Source(document="", page=_PAGES[code], box=None, method="probe", confidence=1.0)
        for code in {code} & _PAGES.keys()
    )
    return Finding(check="probe", result=Result.FAIL, code=code, sources=places)


def _case(received_at: datetime) -> Case:
    raw = RawMessage(
        mailbox="",
        uidvalidity=0,
        uid=0,
        received_at=received_at,
        size=0,
        sha256="",
        message_id="",
    )
    return Case(
        number=NUMBER, order=0, raw=raw, state=State.READ, changed_at=received_at, attempts=0
    )
