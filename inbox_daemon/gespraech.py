"""The conversation of one matter: its mails and letters in order, its versions side by side.

Promises: every mail of the matter, also what came back from machines; nothing but what is stored.
Touches: the database through the app. Trusts: the rows. Limits: shows nothing itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from inbox_daemon.app import App
from inbox_daemon.core.decide import facts_of
from inbox_daemon.core.mailkind import Kind, Mailart, kind_of
from inbox_daemon.core.mailtext import telefon_in
from inbox_daemon.core.verdict import Known
from inbox_daemon.core.versions import Fassung, Zeile, compared, fassung_of
from inbox_daemon.core.wording_labels import MAILARTEN
from inbox_daemon.edges.casebook import WrittenLetter
from inbox_daemon.edges.records import CaseLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail of the matter with its kind, and how it was joined."""

    line: CaseLine
    kind: Kind
    belongs_to: str | None
    by: str
    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A matter; `versions` are its mails with one application, oldest first."""

    mails: tuple[Mail, ...]
    letters: tuple[WrittenLetter, ...]
    versions: tuple[Fassung, ...]

    @property
    def is_more_than_one_mail(self) -> bool:
        """Whether there is anything to tell beyond the one case."""
        return len(self.mails) > 1 or bool(self.letters)

    def comparisons(self) -> Iterator[tuple[Fassung, Fassung, tuple[Zeile, ...]]]:
        """Each version beside the one before it."""
        return ((old, new, compared(old, new)) for old, new in pairwise(self.versions))


def kind_in(app: App, number: str) -> Kind | None:
    """The kind of this case's mail by what was known when it was decided; None before it is read.

    Computed anew, so that nothing stored can contradict what is shown of the mail.
    """
    evidence = app.records.evidence(number)
    if evidence is None:
        return None
    judgements = app.records.judgements(number)
    known = judgements[0].known if judgements else Known()
    return kind_of(facts_of(evidence, known=known, rules=app.rules, received_at=None))


def telephone_in(app: App, number: str) -> str:
    """The telephone number that the sender of this mail gives, or ""."""
    evidence = app.records.evidence(number)
    mail = evidence.submission if evidence else None
    return telefon_in(mail.text) if mail else ""


def kind_words(app: App, number: str) -> str:
    """The kind for a list; behind a question stands the number to call."""
    kind = kind_in(app, number)
    if kind is None:
        return ""
    telephone = telephone_in(app, number) if kind.art is Mailart.ANFRAGE else ""
    return f"{MAILARTEN[kind.art.value]}, {telephone}" if telephone else MAILARTEN[kind.art.value]


def conversation_of(app: App, number: str) -> Conversation:
    """The matter of this case."""
    mails, versions = [], []
    joined = app.records.vorgang(number)
    for one in joined:
        line, evidence = app.records.case(one.case), app.records.evidence(one.case)
        if line is None:
            continue
        kind = kind_in(app, one.case) or Kind(art=Mailart.SONSTIGES, why="nicht-gelesen")
        mails.append(
            Mail(line=line, kind=kind, belongs_to=one.belongs_to, by=one.by, order=one.order)
        )
        found = evidence and fassung_of(
            one.case, evidence, eingang=line.received_at, rules=app.rules
        )
        versions += [found] if found else []
    letters = app.records.letters_of(one.case for one in joined)
    return Conversation(mails=tuple(mails), letters=letters, versions=tuple(versions))
