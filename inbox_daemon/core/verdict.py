"""Findings, verdicts and effects: what the checks say, what follows, what is to be done.

Promises: closed sets; every branch over them ends in assert_never. Touches: nothing.
Trusts: its makers. Limits: shapes only.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal, TypeAlias

from inbox_daemon.core.antrag import Antrag
from inbox_daemon.core.supervision import Supervision
from inbox_daemon.core.values import Source
from inbox_daemon.core.vorgang import Earlier


class Result(StrEnum):
    """Three answers of a check."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found. `code` is a key of the wording table, `values` its insertions."""

    check: str
    result: Result
    code: str
    values: tuple[tuple[str, str], ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledRecord:
    """What our own records say of an earlier application of a Kreis."""

    case: str
    ags: str
    programm: str
    betrag: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many letters the machine may decide on: a day is 24 hours back, an hour 60 minutes."""

    sender_day: int = 3
    kreis_day: int = 3
    hour: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What our records said at the moment of the decision; stored with it, so it can be retold.

    `open_cases` are (case, ags, programm) of applications that wait for a person.
    `letters_today` went to this sender, `letters_of_kreise` are (ags, programm, count) of a day,
    `asked` the questions that went to the sender's domain, `answers` the case whose letter this
    mail sends back or answers. `earlier` are cases to which it may belong, the likeliest first.
    """

    duplicate_of: str | None = None
    filed: tuple[FiledRecord, ...] = ()
    open_cases: tuple[tuple[str, str, str], ...] = ()
    letters_today: int = 0
    letters_of_kreise: tuple[tuple[str, str, int], ...] = ()
    letters_this_hour: int = 0
    letters_stopped: bool = False
    asked: tuple[str, ...] = ()
    answers: str | None = None
    earlier: tuple[Earlier, ...] = ()
    budget: Budget = Budget()
    supervision: Supervision = Supervision()  # noqa: RUF009  frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """The case becomes a record."""

    antrag: Antrag
    findings: tuple[Finding, ...]
    rules: str
    kind: Literal["accept"] = "accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One letter with these questions (codes of the wording table) goes to `recipient`."""

    questions: tuple[str, ...]
    recipient: str
    ags: str
    programm: str
    findings: tuple[Finding, ...]
    rules: str
    kind: Literal["query"] = "query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    """A person decides; `reasons` are codes, the gravest first."""

    reasons: tuple[str, ...]
    findings: tuple[Finding, ...]
    rules: str
    kind: Literal["escalate"] = "escalate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismiss:
    """Registered and kept, nothing to do: automatic mail, the same bytes once more."""

    reasons: tuple[str, ...]
    findings: tuple[Finding, ...]
    rules: str
    kind: Literal["dismiss"] = "dismiss"


Verdict: TypeAlias = Accept | Query | Escalate | Dismiss


class EffectKind(StrEnum):
    """What is to be done in the world after a verdict, each at most once a case."""

    FILE_RECORD = "record.file"
    SEND_LETTER = "letter.send"
    MOVE_MESSAGE = "message.move"


class Outcome(StrEnum):
    """What came of an effect. UNKNOWN (cut after the final dot) goes to a person, not again."""

    DONE = "done"
    RETRY_LATER = "retry-later"
    GIVEN_UP = "given-up"
    UNKNOWN = "unknown"
