"""One function per check; CHECKS at the end is the list that the rules choose from.

Promises: each check answers for every case, with PASS, FAIL or UNSURE, and raises for none.
Touches: nothing. Trusts: Evidence that passed wire.py, rules that passed ruleset.py.
Limits: a check finds; what follows from the findings is decided in decide.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from inbox_daemon.core import frist, kreis, returns, sender
from inbox_daemon.core.mailtext import is_reply, own_words
from inbox_daemon.core.programm import Foerderprogramm, Ruleset
from inbox_daemon.core.values import (
    WITHOUT_LABEL,
    Absent,
    AttachmentKind,
    Document,
    DocumentKind,
    Evidence,
    Read,
    Reading,
    Source,
    Submission,
    Unreadable,
)
from inbox_daemon.core.verdict import Finding, Known, Result

V = TypeVar("V")

# Marks by which a mail is surely a robot's and says nothing to us (RFC 3834 5).
ROBOT_MARKS = frozenset({"auto-submitted", "abwesenheit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a check may see. `document` is the one application of the mail, if there is one."""

    evidence: Evidence
    known: Known
    rules: Ruleset
    programm: Foerderprogramm
    received_at: datetime | None
    applications: tuple[Document, ...]
    form_kreis: kreis.KreisMatch
    sender_kreis: kreis.KreisMatch

    @property
    def document(self) -> Document | None:
        """The application, when there is exactly one."""
        return self.applications[0] if len(self.applications) == 1 else None

    @property
    def submission(self) -> Submission | None:
        """The mail, or None when a file was inspected without one."""
        return self.evidence.submission


# The code of a reader that did not find its field on the page at all.
NO_FIELD = "feld-nicht-gefunden"

# Defects of a mail that lose nothing: its size, a long text cut, an odd character set.
HARMLESS_DEFECTS = frozenset({"gross", "text-gekuerzt", "zeichensatz"})

# The server could not give the mail and gave a note of its own instead (Exchange).
SUBSTITUTE = "exchange-ersatznachricht"

Check = Callable[[Facts], Finding | None]


def automatik(facts: Facts) -> Finding | None:
    """Automatic mail without a document is registered and not answered (RFC 3834 2)."""
    mail = facts.submission
    if mail is None or facts.evidence.documents or facts.evidence.unread:
        return None
    if (answer := _answer(facts)) is returns.Answer.FAILED:
        return _finding(
            "automatik", Result.FAIL, "ruecklaeufer", ("fall", str(facts.known.answers))
        )
    if answer is returns.Answer.AUTOMATIC:
        return _finding("automatik", Result.FAIL, "automatische-mail")
    if "bericht" in mail.automatic or "leerer-absender" in mail.automatic:
        return _finding("automatik", Result.UNSURE, "unzustellbar")
    if ROBOT_MARKS & set(mail.automatic):
        if _holds(mail, AttachmentKind.OFFICE):
            return _finding("automatik", Result.UNSURE, "anlage-an-automatik")
        return _finding("automatik", Result.FAIL, "automatische-mail")
    return None


def _answer(facts: Facts) -> returns.Answer | None:
    return returns.answer_of(facts.evidence, facts.known)


def doppelt(facts: Facts) -> Finding | None:
    """The same bytes were delivered before: kept, and nothing follows twice.

    Two substitutes of Exchange with the same bytes may stand for two mails.
    """
    first = facts.known.duplicate_of
    mail = facts.submission
    if first is None or (mail is not None and SUBSTITUTE in mail.defects):
        return None
    return _finding("doppelt", Result.FAIL, "doppelt", ("fall", first))


def mail_unversehrt(facts: Facts) -> Finding | None:
    """A mail whose build is damaged or odd may hide what was sent; a person looks."""
    mail = facts.submission
    odd = [code for code in mail.defects if code not in HARMLESS_DEFECTS] if mail else []
    if not odd:
        return None
    if SUBSTITUTE in odd:
        return _finding("mail", Result.UNSURE, "ersatznachricht")
    return _finding("mail", Result.UNSURE, "mail-auffaellig", ("grund", odd[0]))


def lesbarkeit(facts: Facts) -> Finding | None:
    """What could not be read goes to a person (LVwVfG 3a(3)), an encrypted PDF may be asked for."""
    evidence = facts.evidence
    if evidence.failure:
        return _finding(
            "lesbarkeit", Result.UNSURE, "lesung-gescheitert", ("grund", evidence.failure)
        )
    if not evidence.unread:
        return _finding("lesbarkeit", Result.PASS, "lesbar")
    whys = {unread.why for unread in evidence.unread}
    if whys == {"pdf-verschluesselt"} and not evidence.documents and _speaks_of_antrag(facts):
        return _finding("lesbarkeit", Result.FAIL, "verschluesselt")
    return _finding("lesbarkeit", Result.UNSURE, "anlage-nicht-lesbar", ("grund", min(whys)))


def anhang(facts: Facts) -> Finding | None:
    """A mail without a readable document: wrong kind of file, forgotten, or a question."""
    mail = facts.submission
    if mail is None or facts.evidence.documents or facts.evidence.unread or _answer(facts):
        return None
    kinds = {attachment.kind for attachment in mail.attachments}
    for kind, code in _CODE_OF_KIND:
        if kind in kinds:
            return _finding("anhang", Result.UNSURE, code)
    if not _is_plain_offer(facts):
        # An out-of-office reply asks nothing; what it is was found by `automatik`.
        robot = ROBOT_MARKS & set(mail.automatic) and not _holds(mail, *UNSEEN)
        return None if robot else _finding("anhang", Result.UNSURE, "anfrage")
    code = "dateiart" if AttachmentKind.OFFICE in kinds else "anhang-fehlt"
    return _finding("anhang", Result.FAIL, code)


_CODE_OF_KIND = (
    (AttachmentKind.ENCRYPTED, "verschluesselte-mail"),
    (AttachmentKind.ARCHIVE, "archiv"),
    (AttachmentKind.OTHER, "unbekannte-datei"),
    (AttachmentKind.MAIL, "anfrage"),
)


# What may hold an application, or its signed page, and is not looked into.
UNSEEN = frozenset(
    {
        AttachmentKind.ARCHIVE,
        AttachmentKind.ENCRYPTED,
        AttachmentKind.MAIL,
        AttachmentKind.OFFICE,
        AttachmentKind.OTHER,
    }
)


def _holds(mail: Submission | None, *kinds: AttachmentKind) -> bool:
    return mail is not None and any(a.kind in kinds for a in mail.attachments)


def _is_plain_offer(facts: Facts) -> bool:
    """A mail that announces an attached application of its own accord."""
    mail = facts.submission
    phrases = facts.programm.announcements
    said = _said(mail) if mail is not None else ""
    return mail is None or (_speaks_of_antrag(facts) and any(p in said for p in phrases))


def _speaks_of_antrag(facts: Facts) -> bool:
    """A mail about an application that begins the matter; a reply is read by a person."""
    mail = facts.submission
    return mail is None or ("antrag" in _said(mail) and not is_reply(mail))


def _said(mail: Submission) -> str:
    return f"{mail.subject}\n{own_words(mail.text)}".lower()


def programm(facts: Facts) -> Finding | None:
    """The form names the programme; another paper or an unknown form goes to a person."""
    if not facts.evidence.documents:
        return None
    first = facts.applications[0].programme if facts.applications else None
    known = facts.rules.programm(first.value) if isinstance(first, Read) else None
    if first is not None and known is not None and known.aktiv:
        source = _source(first)
        return _finding("programm", Result.PASS, "programm-erkannt", sources=source)
    return _finding("programm", Result.UNSURE, "programm-unklar")


def ein_antrag(facts: Facts) -> Finding | None:
    """One mail, one application: two of them are told apart by a person."""
    if len({document.sha256 for document in facts.applications}) > 1:
        count = str(len(facts.applications))
        return _finding("ein_antrag", Result.FAIL, "mehrere-antraege", ("anzahl", count))
    return None


def beilagen_unverdaechtig(facts: Facts) -> Finding | None:
    """A further document may be the signed page, or a second application, that was not known."""
    document = facts.document
    others = [d for d in facts.evidence.documents if d not in facts.applications]
    if document is None:
        return None
    incomplete = isinstance(document.signature, Absent) or isinstance(document.amount, Absent)
    unseen = bool(others) or _holds(facts.submission, *UNSEEN)
    if (incomplete and unseen) or any(_has_form_fields(other) for other in others):
        return _finding("beilagen", Result.UNSURE, "beilage-unklar")
    return None


def _has_form_fields(document: Document) -> bool:
    unknown = isinstance(document.programme, Unreadable)
    return unknown and (has_field(document.amount) or has_field(document.signature))


def has_field(reading: Reading[Any]) -> bool:
    """Whether the document has the form's field at all, filled in or not, readable or not."""
    if isinstance(reading, Read):
        return reading.source.method != WITHOUT_LABEL
    return reading.why != NO_FIELD


# A scanner that swaps like symbols (JBIG2) may change a digit, but makes and hides no pen stroke.
OF_DIGITS_ONLY = frozenset(("jbig2-symbols",))


def unterschrift(facts: Facts) -> Finding | None:
    """Signed by hand, on paper, then scanned (Förderaufruf: only then the application counts)."""
    document = facts.document
    if document is None:
        return None
    reading = document.signature
    odd = set(document.notes) - OF_DIGITS_ONLY
    match reading:
        case Read() if document.kind is not DocumentKind.SCAN or odd:
            return _of("unterschrift", Result.UNSURE, "datei-auffaellig", reading)
        case Absent() if odd:
            return _of("unterschrift", Result.UNSURE, "datei-veraendert", reading)
        case Read():
            return _of("unterschrift", Result.PASS, "unterschrieben", reading)
        case Absent(why=why):
            return _of("unterschrift", Result.FAIL, "unterschrift-fehlt", reading, ("grund", why))
        case Unreadable(why=why):
            return _of(
                "unterschrift", Result.UNSURE, "unterschrift-unklar", reading, ("grund", why)
            )


def betrag(facts: Facts) -> Finding | None:
    """The form names the requested amount."""
    document = facts.document
    if document is None:
        return None
    reading = document.amount
    match reading:
        case Read(value=value) if value > 0 and value == round(value, 2):
            return _of("betrag", Result.PASS, "betrag-gelesen", reading, ("betrag", str(value)))
        case Read():
            return _of("betrag", Result.UNSURE, "betrag-unklar", reading, ("grund", "null-betrag"))
        case Absent() if document.notes:
            return _of("betrag", Result.UNSURE, "datei-veraendert", reading)
        case Absent():
            return _of("betrag", Result.FAIL, "betrag-fehlt", reading)
        case Unreadable(why=why):
            return _of("betrag", Result.UNSURE, "betrag-unklar", reading, ("grund", why))


def kreis_im_antrag(facts: Facts) -> Finding | None:
    """The form names one of the 44 Kreise with its kind; the seat city is no applicant."""
    document = facts.document
    if document is None:
        return None
    match facts.form_kreis:
        case kreis.Matched(ags=ags):
            return _of("kreis", Result.PASS, "kreis-erkannt", document.applicant, ("ags", ags))
        case kreis.Ambiguous():
            return _of("kreis", Result.UNSURE, "kreis-mehrdeutig", document.applicant)
        case kreis.Unknown():
            return _of("kreis", Result.UNSURE, "kreis-unklar", document.applicant)


def absender(facts: Facts) -> Finding | None:
    """The mail comes from the Kreis of the form, proven by our own receiving server."""
    mail = facts.submission
    if mail is None or _answer(facts):
        return None
    grade = sender.grade_of(mail, facts.rules.postfach.authserv_id)
    if grade is sender.Grade.CONTRADICTED:
        return _finding("absender", Result.FAIL, "absender-widerlegt")
    match facts.sender_kreis:
        case kreis.Matched(ags=ags):
            if isinstance(facts.form_kreis, kreis.Matched) and facts.form_kreis.ags != ags:
                return _finding("absender", Result.FAIL, "absender-widerspruch", ("ags", ags))
        case kreis.Ambiguous() | kreis.Unknown():
            return _finding("absender", Result.FAIL, "absender-unbekannt")
    if grade is sender.Grade.UNPROVEN:
        return _finding("absender", Result.UNSURE, "absender-unbestaetigt")
    return _finding("absender", Result.PASS, "absender-bestaetigt", ("ags", ags))


def eingang_in_frist(facts: Facts) -> Finding | None:
    """Received before the end of the deadline by our own server's clock (Förderaufruf)."""
    if facts.received_at is None:
        return None
    bound = facts.programm.received_before
    late = frist.late_by(facts.received_at, received_before=bound)
    eingang = ("eingang", frist.german_instant(facts.received_at))
    if late is None:
        return _finding("frist", Result.PASS, "frist-gewahrt", eingang)
    values = (eingang, ("verspaetung", frist.german_span(late)), ("frist", frist.last_day(bound)))
    return _finding("frist", Result.FAIL, "frist-versaeumt", *values)


def betrag_im_planungsrahmen(facts: Facts) -> Finding | None:
    """The amount is not above the planning frame of the Kreis (kreisscharfe Mittelverteilung)."""
    document = facts.document
    if document is None or not isinstance(document.amount, Read):
        return None
    if not isinstance(facts.form_kreis, kreis.Matched):
        return None
    rahmen = facts.programm.rahmen_of(facts.form_kreis.ags)
    if rahmen is None:
        return _finding("planungsrahmen", Result.UNSURE, "planungsrahmen-fehlt")
    values = (("betrag", str(document.amount.value)), ("rahmen", str(rahmen)))
    if document.amount.value > rahmen:
        return _of("planungsrahmen", Result.FAIL, "ueber-planungsrahmen", document.amount, *values)
    return _finding("planungsrahmen", Result.PASS, "im-planungsrahmen", *values)


def zweiter_antrag(facts: Facts) -> Finding | None:
    """One application per Kreis and programme; a newer one replaces it only through a person."""
    match = facts.form_kreis
    if not isinstance(match, kreis.Matched):
        return None
    own = (match.ags, facts.programm.kennung)
    for record in facts.known.filed:
        if (record.ags, record.programm) == own:
            return _finding("zweiter_antrag", Result.FAIL, "zweiter-antrag", ("fall", record.case))
    for case, ags, kennung in facts.known.open_cases:
        if (ags, kennung) == own:
            return _finding("zweiter_antrag", Result.UNSURE, "offener-vorgang", ("fall", case))
    return None


def _finding(
    check: str,
    result: Result,
    code: str,
    *values: tuple[str, str],
    sources: tuple[Source, ...] = (),
) -> Finding:
    return Finding(check=check, result=result, code=code, values=values, sources=sources)


def _of(
    check: str, result: Result, code: str, reading: Reading[V], *values: tuple[str, str]
) -> Finding:
    return _finding(check, result, code, *values, sources=_source(reading))


def _source(reading: Reading[V]) -> tuple[Source, ...]:
    return (reading.source,) if reading.source else ()


CHECKS: tuple[tuple[str, Check], ...] = (
    ("automatik", automatik),
    ("doppelt", doppelt),
    ("mail", mail_unversehrt),
    ("lesbarkeit", lesbarkeit),
    ("anhang", anhang),
    ("programm", programm),
    ("ein_antrag", ein_antrag),
    ("beilagen", beilagen_unverdaechtig),
    ("unterschrift", unterschrift),
    ("betrag", betrag),
    ("kreis", kreis_im_antrag),
    ("absender", absender),
    ("frist", eingang_in_frist),
    ("planungsrahmen", betrag_im_planungsrahmen),
    ("zweiter_antrag", zweiter_antrag),
)
