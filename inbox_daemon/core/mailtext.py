"""The sender's own words in a mail: without what he quotes of others.

Promises: a quotation is never taken for what the sender says. Touches: nothing.
Trusts: nothing. Limits: a quotation without any of the usual marks stays.
"""

import re

from inbox_daemon.core.values import Submission

# How programs begin the mail that is answered or forwarded below the own words.
_QUOTED_BELOW = re.compile(
    r"^(-{3,}|_{5,}|von:|from:|gesendet:|sent:|(am|on)\b.*\b(schrieb|wrote)\b)", re.IGNORECASE
)
_REPLY = re.compile(r"^\s*(aw|antw|antwort|re|wg|fwd?|sv)\s*(\[\d+\])?:", re.IGNORECASE)


def own_words(text: str) -> str:
    """The lines before any quotation, without lines that begin with a quotation mark."""
    lines = []
    for line in text.splitlines():
        if _QUOTED_BELOW.match(line.strip()):
            break
        if not line.lstrip().startswith((">", "|")):
            lines.append(line)
    return "\n".join(lines)


def is_reply(mail: Submission) -> bool:
    """Whether the mail goes on with a conversation: by its fields (RFC 5322 3.6.4) or subject."""
    return bool(mail.in_reply_to or mail.references or _REPLY.match(mail.subject))
