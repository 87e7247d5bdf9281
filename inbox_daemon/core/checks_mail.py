"""Checks of the mail as it came: robot, duplicate, damage, and what is attached.

Promises: each check answers for every case, with PASS, FAIL or UNSURE, and raises for none.
Touches: nothing. Trusts: facts.py. Limits: what stands in the form is asked in checks_form.py,
from whom it comes in checks_sender.py.
"""

from inbox_daemon.core import returns
from inbox_daemon.core.facts import UNSEEN, Facts, finding
from inbox_daemon.core.mailtext import is_reply, own_words
from inbox_daemon.core.values import AttachmentKind, Submission
from inbox_daemon.core.verdict import Finding, Result

# Marks by which a mail is surely a robot's and says nothing to us (RFC 3834 5).
ROBOT_MARKS = frozenset({"auto-submitted", "abwesenheit"})

# Defects of a mail that lose nothing: its size, a long text cut, an odd character set.
HARMLESS_DEFECTS = frozenset({"gross", "text-gekuerzt", "zeichensatz"})

# The server could not give the mail and gave a note of its own instead (Exchange).
SUBSTITUTE = "exchange-ersatznachricht"


def automatik(facts: Facts) -> Finding | None:
    """Automatic mail without a document is registered and not answered (RFC 3834 2)."""
    mail = facts.submission
    if mail is None or facts.evidence.documents or facts.evidence.unread:
        return None
    if (answer := _answer(facts)) is returns.Answer.FAILED:
        return finding("automatik", Result.FAIL, "ruecklaeufer", ("fall", str(facts.known.answers)))
    if answer is returns.Answer.AUTOMATIC:
        return finding("automatik", Result.FAIL, "automatische-mail")
    if "bericht" in mail.automatic or "leerer-absender" in mail.automatic:
        return finding("automatik", Result.UNSURE, "unzustellbar")
    if ROBOT_MARKS & set(mail.automatic):
        if facts.holds(AttachmentKind.OFFICE):
            return finding("automatik", Result.UNSURE, "anlage-an-automatik")
        return finding("automatik", Result.FAIL, "automatische-mail")
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
    return finding("doppelt", Result.FAIL, "doppelt", ("fall", first))


def mail_unversehrt(facts: Facts) -> Finding | None:
    """A mail whose build is damaged or odd may hide what was sent; a person looks."""
    mail = facts.submission
    odd = [code for code in mail.defects if code not in HARMLESS_DEFECTS] if mail else []
    if not odd:
        return None
    if SUBSTITUTE in odd:
        return finding("mail", Result.UNSURE, "ersatznachricht")
    return finding("mail", Result.UNSURE, "mail-auffaellig", ("grund", odd[0]))


def lesbarkeit(facts: Facts) -> Finding | None:
    """What could not be read goes to a person (LVwVfG 3a(3)), an encrypted PDF may be asked for."""
    evidence = facts.evidence
    if evidence.failure:
        return finding(
            "lesbarkeit", Result.UNSURE, "lesung-gescheitert", ("grund", evidence.failure)
        )
    if not evidence.unread:
        return finding("lesbarkeit", Result.PASS, "lesbar")
    whys = {unread.why for unread in evidence.unread}
    if whys == {"pdf-verschluesselt"} and not evidence.documents and _speaks_of_antrag(facts):
        return finding("lesbarkeit", Result.FAIL, "verschluesselt")
    return finding("lesbarkeit", Result.UNSURE, "anlage-nicht-lesbar", ("grund", min(whys)))


def anhang(facts: Facts) -> Finding | None:
    """A mail without a readable document: wrong kind of file, forgotten, or a question."""
    mail = facts.submission
    if mail is None or facts.evidence.documents or facts.evidence.unread or _answer(facts):
        return None
    kinds = {attachment.kind for attachment in mail.attachments}
    for kind, code in _CODE_OF_KIND:
        if kind in kinds:
            return finding("anhang", Result.UNSURE, code)
    if not announces(facts):
        # An out-of-office reply asks nothing; what it is was found by `automatik`.
        robot = ROBOT_MARKS & set(mail.automatic) and not facts.holds(*UNSEEN)
        return None if robot else finding("anhang", Result.UNSURE, "anfrage")
    code = "dateiart" if AttachmentKind.OFFICE in kinds else "anhang-fehlt"
    return finding("anhang", Result.FAIL, code)


_CODE_OF_KIND = (
    (AttachmentKind.ENCRYPTED, "verschluesselte-mail"),
    (AttachmentKind.ARCHIVE, "archiv"),
    (AttachmentKind.OTHER, "unbekannte-datei"),
    (AttachmentKind.MAIL, "anfrage"),
)


def announces(facts: Facts) -> bool:
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
