"""What kind of mail this is, for the clerk who looks at a list: one word, with its reason.

Promises: total; an application is never called anything else because of its words or marks.
Touches: nothing. Trusts: facts.py. Limits: no verdict hangs on it, so that a wrong word costs a
look and nothing more; spam is named only by the mark of the own server, and never dropped.
"""

from dataclasses import dataclass
from enum import StrEnum

from inbox_daemon.core import joining, returns
from inbox_daemon.core.checks_mail import ROBOT_MARKS, announces
from inbox_daemon.core.facts import UNSEEN, Facts
from inbox_daemon.core.mailtext import own_words
from inbox_daemon.core.values import Absent, AttachmentKind, Submission

# What a mail may carry and still be nothing but its words.
_WORDS_ONLY = frozenset({AttachmentKind.TEXT, AttachmentKind.EMPTY, AttachmentKind.SIGNATURE})
_NACHWEIS = "verwendungsnachweis"


class Mailart(StrEnum):
    """The kinds of mail."""

    ANTRAG = "antrag"
    KORREKTUR = "korrektur"
    ANTWORT = "antwort"
    ANFRAGE = "anfrage"
    VERWENDUNGSNACHWEIS = "verwendungsnachweis"
    ABWESENHEIT = "abwesenheit"
    RUECKLAEUFER = "ruecklaeufer"
    WERBUNG = "werbung"
    SONSTIGES = "sonstiges"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind and why (a code of the wording table)."""

    art: Mailart
    why: str


def kind_of(facts: Facts) -> Kind:
    """The kind of this mail, or of a file that was given without one."""
    mail = facts.submission
    if facts.applications:
        return _with_application(facts)
    if mail is None:
        return _kind(Mailart.SONSTIGES, "nicht-gelesen" if facts.evidence.failure else "keine-mail")
    return _of_machine(facts, mail) or _of_person(facts, mail)


def _with_application(facts: Facts) -> Kind:
    earlier = joining.belongs_to(facts)
    if earlier is None:
        return _kind(Mailart.ANTRAG, "formular")
    if joining.is_answer(earlier):
        return _kind(Mailart.ANTWORT, earlier.by.value)
    return _kind(Mailart.KORREKTUR, earlier.by.value)


def _of_machine(facts: Facts, mail: Submission) -> Kind | None:
    """Mail without any document that no person wrote."""
    if facts.evidence.documents or facts.evidence.unread:
        return None
    marks, actions = set(mail.automatic), set(mail.returned.actions)
    if "bericht" in marks and actions and actions <= returns.GOOD_NEWS:
        return _kind(Mailart.SONSTIGES, "zustellbericht")
    if "bericht" in marks or returns.answer_of(facts.evidence, facts.known) is _FAILED:
        return _kind(Mailart.RUECKLAEUFER, "bericht")
    if marks & {*ROBOT_MARKS, "autoantwort"}:
        return _kind(Mailart.ABWESENHEIT, "automatisch")
    return None


_FAILED = returns.Answer.FAILED


def _of_person(facts: Facts, mail: Submission) -> Kind:
    earlier = joining.belongs_to(facts)
    if _is_proof_of_use(facts, mail):
        return _kind(Mailart.VERWENDUNGSNACHWEIS, "nachweis")
    if earlier is None and is_spam(facts, mail):
        return _kind(Mailart.WERBUNG, "merkmal")
    if earlier is not None and joining.is_answer(earlier):
        return _kind(Mailart.ANTWORT, earlier.by.value)
    if announces(facts):
        return _kind(Mailart.ANTRAG, "angekuendigt")
    if facts.evidence.documents or facts.evidence.unread or not _is_words_only(mail):
        art = Mailart.KORREKTUR if earlier else Mailart.SONSTIGES
        return _kind(art, earlier.by.value if earlier else "anlage")
    if not own_words(mail.text).strip():
        return _kind(Mailart.SONSTIGES, "leer")
    return _kind(Mailart.ANFRAGE, earlier.by.value if earlier else "nur-text")


def is_spam(facts: Facts, mail: Submission) -> bool:
    """Whether the own server marked it so, by a field that the rules trust."""
    return any(mark in facts.rules.postfach.spam_merkmale for mark in mail.spam)


def _is_words_only(mail: Submission) -> bool:
    return all(a.kind in _WORDS_ONLY for a in mail.attachments)


def _is_proof_of_use(facts: Facts, mail: Submission) -> bool:
    """The form of another matter, or a mail with an attachment that is called so."""
    headings = (
        document.programme.source.raw
        for document in facts.evidence.documents
        if isinstance(document.programme, Absent) and document.programme.source is not None
    )
    names = (a.name for a in mail.attachments if a.kind in {*UNSEEN, AttachmentKind.PDF})
    said = (mail.subject, *headings, *names)
    return any(_NACHWEIS in words.casefold() for words in said) and bool(mail.attachments)


def _kind(art: Mailart, why: str) -> Kind:
    return Kind(art=art, why=why)
