"""Mail that comes back on a letter of ours: sent back, or answered by a robot.

Promises: such mail is never answered; only a report that does not speak of a delay or of success
counts as sent back. Touches: nothing. Trusts: the store, for which letter the mail is about.
Limits: a report may be forged; all that follows from one is that a person looks.
"""

from enum import StrEnum

from inbox_daemon.core.values import AttachmentKind, Evidence, Submission
from inbox_daemon.core.verdict import Known

# Reports that the letter is under way, arrived, or was shown (RFC 3464 2.3.3, RFC 8098 3.2.6.2).
GOOD_NEWS = frozenset(
    {"delayed", "delivered", "relayed", "expanded", "displayed", "processed", "dispatched"}
)
# Marks of a reply that some robot wrote itself (RFC 3834 5), as against a report of a mail server.
_WRITTEN_BY_ROBOT = frozenset({"auto-submitted", "abwesenheit", "autoantwort"})
# What a report or an out-of-office note may carry, with nothing of an application in it.
_HARMLESS = frozenset(
    {AttachmentKind.MAIL, AttachmentKind.TEXT, AttachmentKind.EMPTY, AttachmentKind.SIGNATURE}
)


class Answer(StrEnum):
    """What came back on a letter."""

    FAILED = "failed"
    AUTOMATIC = "automatic"


def answer_of(evidence: Evidence, known: Known) -> Answer | None:
    """What this mail is to a letter of ours; None for mail of a person, or with a document."""
    mail = evidence.submission
    if mail is None or known.answers is None or evidence.documents or evidence.unread:
        return None
    if any(attachment.kind not in _HARMLESS for attachment in mail.attachments):
        return None
    return _kind_of(mail)


def _kind_of(mail: Submission) -> Answer | None:
    marks, actions = set(mail.automatic), set(mail.returned.actions)
    if "bericht" in marks:
        return Answer.AUTOMATIC if actions and actions <= GOOD_NEWS else Answer.FAILED
    if marks & _WRITTEN_BY_ROBOT:
        return Answer.AUTOMATIC
    # Only servers write without a return path (RFC 5321 4.5.5); such a report has an odd form.
    return Answer.FAILED if "leerer-absender" in marks else None
