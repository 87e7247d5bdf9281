"""The letter as text: Jinja2 templates of the rules, German, after DIN 5008, plain text.

Promises: only points that a check established; the day until which to answer is computed once,
from the moment of the decision, and stands in the letter for ever; lines of at most 72 characters.
Touches: the clock. Trusts: the rules. Limits: decides nothing; see core/replies.py.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from jinja2 import DictLoader, Environment, StrictUndefined

from inbox_daemon.core import frist
from inbox_daemon.core.programm import Foerderprogramm, Ruleset
from inbox_daemon.core.verdict import Finding, Query
from inbox_daemon.core.wording_letter import (
    BETREFFE,
    BITTEN,
    OHNE_NAMEN,
    bitte,
    fristende,
    german_day,
)
from inbox_daemon.feiertage import is_holiday
from inbox_daemon.ports import Case, Clock, Letter

WIDTH = 72
LETTER, EINGANG = "rueckfrage.txt.j2", "_schreiben/eingangsbestaetigung.txt.j2"
MOST_FILES, LONGEST_NAME = 10, 60


class Letters:
    """Writes the letters that are decided now."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def query(self, case: Case, query: Query, rules: Ruleset) -> Letter:
        """The Rueckfrage of this case. Its Message-ID follows from the case, for ever the same."""
        return rueckfrage(case, query, rules, at=self._clock.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class Anschrift:
    """To whom a letter goes, and in which programme."""

    recipient: str
    ags: str
    programm: str


def rueckfrage(case: Case, query: Query, rules: Ruleset, *, at: datetime) -> Letter:
    """The letter as it is written at this moment. Raises ValueError without Kreis or programme."""
    an = Anschrift(recipient=query.recipient, ags=query.ags, programm=query.programm)
    punkte = [_point(code, query) for code in BITTEN if code in query.questions]
    body = _written(f"{query.programm}/{LETTER}", case, rules, an=an, at=at, punkte=punkte)
    return _letter(case, rules, an, kind="rueckfrage", body=body)


def eingangsbestaetigung(
    case: Case, dateien: Sequence[str], rules: Ruleset, *, an: Anschrift, at: datetime
) -> Letter:
    """What would confirm the receipt of these files and nothing more; for the preview alone.

    There is no effect by which it could leave: a case has one letter at most, the Rueckfrage.
    """
    body = _written(
        EINGANG,
        case,
        rules,
        an=an,
        at=at,
        dateien=[_quoted(name) for name in dateien[:MOST_FILES]],
        weitere=max(0, len(dateien) - MOST_FILES),
    )
    return _letter(case, rules, an, kind="eingang", body=body)


def _letter(case: Case, rules: Ruleset, an: Anschrift, *, kind: str, body: str) -> Letter:
    programm = rules.programm(an.programm)
    titel = programm.titel if programm is not None else ""
    return Letter(
        message_id=f"<{case.number.lower()}.{kind}@{rules.postfach.eigene_domains[0]}>",
        recipient=an.recipient,
        subject=BETREFFE[kind].format(titel=titel, fall=case.number),
        body=body,
        in_reply_to=case.raw.message_id,
    )


def _written(
    template: str, case: Case, rules: Ruleset, *, an: Anschrift, at: datetime, **words: object
) -> str:
    kreis, programm = rules.kreis(an.ags), rules.programm(an.programm)
    if kreis is None or programm is None:
        raise ValueError(f"no letter without Kreis and programme: {an.ags}")
    text = (
        _templates(rules.vorlagen)
        .get_template(template)
        .render(
            fall=case.number,
            kreis=kreis,
            programm=programm,
            postfach=rules.postfach,
            eingang=frist.german_instant(case.raw.received_at),
            **_days(programm, at),
            **words,
        )
    )
    return wrapped(text)


def _quoted(name: str) -> str:
    """A name that a stranger gave a file: what cannot be seen is shown as such, and it is cut."""
    visible = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)
    shown = " ".join(visible.split()) or OHNE_NAMEN
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"


def antwort_bis(programm: Foerderprogramm, at: datetime) -> date:
    """The day until which an answer to a letter of this moment is asked for."""
    count = programm.nachfrist_arbeitstage
    return frist.working_day(at, count=count, is_holiday=is_holiday)


def _days(programm: Foerderprogramm, at: datetime) -> dict[str, str | bool]:
    """The days of a letter; the application period is over, ends before the answer, or neither."""
    bound, day = programm.received_before, antwort_bis(programm, at)
    over = frist.late_by(at, received_before=bound) is not None
    return {
        "datum": at.astimezone(frist.BERLIN).strftime("%d.%m.%Y"),
        "antwort_bis": german_day(day),
        "antragsfrist": fristende(bound),
        "frist_vorbei": over,
        "frist_zuerst": not over and bound < frist.end_of(day),
    }


@lru_cache(maxsize=4)
def _templates(vorlagen: tuple[tuple[str, str], ...]) -> Environment:
    return Environment(
        loader=DictLoader(dict(vorlagen)),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  plain text, never HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _point(code: str, query: Query) -> dict[str, str]:
    finding = next(f for f in query.findings if f.code == code)
    where, what = bitte(code, page=_page(finding))
    return {"wo": where, "bitte": what}


def _page(finding: Finding) -> int | None:
    return finding.sources[0].page if finding.sources else None


def wrapped(body: str) -> str:
    """The text with long lines broken at spaces, the rest as far in as the line began."""
    lines = []
    for line in body.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        parts = textwrap.wrap(
            line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        lines.extend(parts or [""])
    return "\n".join(lines) + "\n"
