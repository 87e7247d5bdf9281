"""The letter as text: Jinja2 templates beside the rules, German, DIN 5008, plain text.

Promises: only points that a check established; lines of at most 72 characters.
Touches: the template files. Trusts: the rules. Limits: decides nothing; see core/replies.py.
"""

import textwrap
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from inbox_daemon.core import frist
from inbox_daemon.core.errors import ConfigError
from inbox_daemon.core.programm import Foerderprogramm, Ruleset
from inbox_daemon.core.states import State
from inbox_daemon.core.values import RawMessage
from inbox_daemon.core.verdict import Finding, Query, Result
from inbox_daemon.core.wording_letter import BETREFF, BITTEN, bitte
from inbox_daemon.ports import Case, Letter

WIDTH = 72
LETTER = "rueckfrage.txt.j2"


class Letters:
    """Writes letters from the templates of one rules folder."""

    def __init__(self, folder: Path) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701  plain text, never HTML
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def proof(self, rules: Ruleset) -> None:
        """Writes a letter of each programme. Raises ConfigError where a template is wrong."""
        at = datetime(2022, 7, 1, tzinfo=UTC)
        raw = RawMessage(
            mailbox="", uidvalidity=0, uid=0, received_at=at, size=0, sha256="", message_id=""
        )
        case = Case(
            number="A-0000-000000", order=0, raw=raw, state=State.READ, changed_at=at, attempts=0
        )
        mistakes = []
        for programm in rules.programme:
            try:
                self.query(case, _specimen(rules, programm), rules)
            except TemplateError as error:
                mistakes.append(f"{programm.kennung}/{LETTER}: {error}")
        if mistakes:
            raise ConfigError(tuple(mistakes))

    def query(self, case: Case, query: Query, rules: Ruleset) -> Letter:
        """The Rueckfrage of this case. Its Message-ID follows from the case, for ever the same."""
        kreis = rules.kreis(query.ags)
        programm = rules.programm(query.programm)
        if kreis is None or programm is None:
            raise ValueError(f"no letter without Kreis and programme: {query.ags}")
        template = self._templates.get_template(f"{query.programm}/{LETTER}")
        body = template.render(
            fall=case.number,
            kreis=kreis,
            programm=programm,
            postfach=rules.postfach,
            eingang=frist.german_instant(case.raw.received_at),
            letzter_tag=frist.last_day(programm.received_before),
            punkte=[_point(n, code, query) for n, code in enumerate(_in_order(query), start=1)],
        )
        return Letter(
            message_id=f"<{case.number.lower()}.rueckfrage@{rules.postfach.eigene_domains[0]}>",
            recipient=query.recipient,
            subject=BETREFF.format(titel=programm.titel, fall=case.number),
            body=wrapped(body),
            in_reply_to=case.raw.message_id,
        )


def _specimen(rules: Ruleset, programm: Foerderprogramm) -> Query:
    """A query with every point that there is."""
    return Query(
        questions=tuple(BITTEN),
        recipient=rules.postfach.adresse,
        ags=rules.kreise[0].ags,
        programm=programm.kennung,
        findings=tuple(Finding(check="probe", result=Result.FAIL, code=code) for code in BITTEN),
        rules=rules.version,
    )


def _in_order(query: Query) -> list[str]:
    """The points in the order in which a form is filled in."""
    return [code for code in BITTEN if code in query.questions]


def _point(number: int, code: str, query: Query) -> str:
    finding = next(f for f in query.findings if f.code == code)
    return f"{number}. {bitte(code, page=_page(finding))}"


def _page(finding: Finding) -> int | None:
    return finding.sources[0].page if finding.sources else None


def wrapped(body: str) -> str:
    """The text with long lines broken at spaces; numbered points are indented."""
    lines = []
    for line in body.splitlines():
        indent = "   " if line[:1].isdigit() and line[1:3] == ". " else ""
        parts = textwrap.wrap(
            line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        lines.extend(parts or [""])
    return "\n".join(lines) + "\n"
