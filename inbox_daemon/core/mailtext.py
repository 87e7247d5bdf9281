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
# What stands before the name at the end of a letter: RFC 3676 4.3, or a greeting formula.
_SIGNED_BELOW = re.compile(
    r"^(-- ?$|(mit |viele |beste |freundliche|herzliche)[\w ]*\bgr[^aeio]\w{1,5}\b|i\. ?[av]\.)",
    re.IGNORECASE,
)
_REPLY = re.compile(r"^\s*(aw|antw|antwort|re|wg|fwd?|sv)\s*(\[\d+\])?:", re.IGNORECASE)


_TELEFON = re.compile(
    r"\b(?:tel(?:efon)?|fon|phone|durchwahl|mobil)\b[.:]?[ \t]*:?[ \t]*"
    r"(\+?[\d(][\d \t()/.-]{3,24}\d)",
    re.IGNORECASE,
)


def telefon_in(text: str) -> str:
    """The last telephone number of the sender's own words, where a signature stands, or ""."""
    found = _TELEFON.findall(own_words(text))
    return " ".join(found[-1].split()) if found else ""


def own_words(text: str) -> str:
    """The lines before any quotation, without lines that begin with a quotation mark."""
    lines = []
    for line in text.splitlines():
        if _QUOTED_BELOW.match(line.strip()):
            break
        if not line.lstrip().startswith((">", "|")):
            lines.append(line)
    return "\n".join(lines)


def signature_block(text: str) -> str:
    """The lines from the last greeting formula or dash line on; empty where there is none."""
    lines = text.splitlines()
    marks = [at for at, line in enumerate(lines) if _SIGNED_BELOW.match(line.strip())]
    return "\n".join(lines[marks[-1] :]) if marks else ""


def is_reply(mail: Submission) -> bool:
    """Whether the mail goes on with a conversation: by its fields (RFC 5322 3.6.4) or subject."""
    return bool(mail.in_reply_to or mail.references or _REPLY.match(mail.subject))


# So much of a message is taken for its header.
HEAD_LIMIT = 100 * 1024


def message_id_in(head: bytes) -> str:
    """The Message-ID as it stands in the header, cut to 250 characters; empty where none is.

    Only a look for the ledger and for In-Reply-To; the mail itself is parsed in the child.
    """
    header = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0].replace(b"\r\n", b"\n")
    for line in header.replace(b"\n ", b" ").replace(b"\n\t", b" ").split(b"\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"message-id":
            text = value.strip().decode("ascii", "ignore")
            clean = "".join(c for c in text if c.isprintable())[:250]
            return clean if clean.startswith("<") and clean.endswith(">") else ""
    return ""
