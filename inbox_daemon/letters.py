"""The letter as text: Jinja2 templates of the rules, German, after DIN 5008, plain text.

Promises: only points that a check established; the day until which to answer is computed once,
from the moment of the decision, and stands in the letter for ever; lines of at most 72 characters.
Touches: the clock. Trusts: the rules. Limits: decides nothing; see core/replies.py.
"""

import textwrap
from datetime import date, datetime
from functools import lru_cache

from jinja2 import DictLoader, Environment, StrictUndefined

from inbox_daemon.core import frist
from inbox_daemon.core.programm import Foerderprogramm, Ruleset
from inbox_daemon.core.verdict import Finding, Query
from inbox_daemon.core.wording_letter import BETREFF, BITTEN, bitte, fristende, german_day
from inbox_daemon.feiertage import is_holiday
from inbox_daemon.ports import Case, Clock, Letter

WIDTH = 72
LETTER = "rueckfrage.txt.j2"


class Letters:
    """Writes the letters that are decided now."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def query(self, case: Case, query: Query, rules: Ruleset) -> Letter:
        """The Rueckfrage of this case. Its Message-ID follows from the case, for ever the same."""
        return rueckfrage(case, query, rules, at=self._clock.now())


def rueckfrage(case: Case, query: Query, rules: Ruleset, *, at: datetime) -> Letter:
    """The letter as it is written at this moment. Raises ValueError without Kreis or programme."""
    kreis = rules.kreis(query.ags)
    programm = rules.programm(query.programm)
    if kreis is None or programm is None:
        raise ValueError(f"no letter without Kreis and programme: {query.ags}")
    body = (
        _templates(rules.vorlagen)
        .get_template(f"{query.programm}/{LETTER}")
        .render(
            fall=case.number,
            kreis=kreis,
            programm=programm,
            postfach=rules.postfach,
            eingang=frist.german_instant(case.raw.received_at),
            punkte=[_point(code, query) for code in BITTEN if code in query.questions],
            **_days(programm, at),
        )
    )
    return Letter(
        message_id=f"<{case.number.lower()}.rueckfrage@{rules.postfach.eigene_domains[0]}>",
        recipient=query.recipient,
        subject=BETREFF.format(titel=programm.titel, fall=case.number),
        body=wrapped(body),
        in_reply_to=case.raw.message_id,
    )


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
