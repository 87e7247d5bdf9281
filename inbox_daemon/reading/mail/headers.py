"""The header fields of a mail, decoded defensively.

Promises: never raises for any text; everything returned is one clean line (no control, bidi or
invisible characters) of a stated length; linear in the length of the field.
Touches: nothing. Trusts: nothing. Limits: looks at 10,000 characters of a field; does not judge
whether a sender is who he says (that is kreis.py and the receiver's Authentication-Results).
"""

import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator, Sequence
from email.message import Message
from typing import TypeAlias

from inbox_daemon.core.values import Address

Fields: TypeAlias = dict[str, list[str]]

FIELD_CHARS = 10_000  # what is looked at of one header field
SHOWN_CHARS = 500
NAME_CHARS = 200
ADDRESSES = 50
SAME_FIELDS = 5
ADDRESS_CHARS = 4_000

_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,40})?\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_ID = re.compile(r"<[^<>\s]{1,400}>")
_ADDR = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[^\s@<>\"(),:;\\\[\]]{1,255}")
# Quoted text, an angle, a comment (one level), a divider, a run of anything else, one stray sign.
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|<[^<>]*>|\((?:[^()\\]|\\.)*\)|[,;:]|[^"<>(),;:]+|.', re.DOTALL
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_REPLY_PREFIX = re.compile(r"^(?:(?:re|aw|wg|fwd?)\s*:\s*){1,5}", re.IGNORECASE)
_BULK = frozenset(("bulk", "list", "junk", "auto_reply"))
_REPORTS = frozenset(("multipart/report", "message/delivery-status"))
_CHARSETS = re.compile(
    r"utf-?8|utf-?16(-?[lb]e)?|(us-)?ascii|iso-?8859-?\d{1,2}|latin-?\d|cp\d{3,4}|windows-?125\d"
    r"|koi8-[ru]|mac-?roman|gb2312|gbk|gb18030|big5|shift_?jis|euc-(jp|kr)"
)
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_ROBOT = re.compile(
    r"(mailer[-_.]?daemon|mail[-_.]?daemon|daemon|postmaster|bounces?|(do[-_.]?)?not?[-_.]?reply"
    r"|no[-_.]?response|nicht[-_.]?antworten|keine[-_.]?antwort|auto[-_.]?(reply|responder|matic)"
    # A device that scans to mail: nobody reads what it gets.
    r"|scan(ner)?|scan[-_.]?(to|2)[-_.]?mail|kopierer|mfp|multifunktionsgeraet)"
    r"\d*([+._=-].*)?@.*"
)
_AWAY = re.compile(
    r"(abwesen|automatische antwort|automatisch(er|e)? (abwesen|antwort|rueck|rück)|autoantwort"
    r"|auto(matic)?[- ]?(reply|response)|auto:|out of (the )?office|ooo:|urlaubs?benach"
    r"|vacation|away from)", re.IGNORECASE)  # fmt: skip
_BOUNCE = re.compile(
    r"(undeliver|unzustellbar|undelivered mail|mail delivery (fail|sub)|delivery (status notif|fail"
    r"|has failed)|failure notice|returned mail|delivery notification|zustellung (fehl|nicht)"
    r"|nicht zugestellt|mail system error|message (not|could not be) delivered"
    r"|benachrichtigung .{0,30}zustell)",
    re.IGNORECASE)  # fmt: skip
_MARKING_FIELDS = {
    "list-id": "liste", "list-unsubscribe": "liste", "list-post": "liste", "list-help": "liste",
    "list-subscribe": "liste", "list-owner": "liste", "list-archive": "liste",
    "mailing-list": "liste", "x-mailing-list": "liste", "feedback-id": "liste",
    "x-auto-response-suppress": "antwort-unterdrueckt",
    "x-autoreply": "autoantwort", "x-auto-reply": "autoantwort", "x-autorespond": "autoantwort",
    "x-autoresponder": "autoantwort", "x-autoreply-from": "autoantwort",
    "x-mail-autoreply": "autoantwort", "x-vacation": "autoantwort",
    "x-loop": "schleife", "x-ms-exchange-inbox-rules-loop": "schleife",
    "x-failed-recipients": "bericht", "x-ms-exchange-message-is-ndr": "bericht",
}  # fmt: skip

_SPAM = ("x-spam-flag", "x-spam-status", "x-spam", "x-ms-exchange-organization-scl")


def fields_of(part: Message) -> Fields:
    """Raw values by lower-case name, topmost first, 8-bit bytes as surrogates."""
    found: dict[str, list[str]] = {}
    for name, value in part.raw_items():
        found.setdefault(name.lower().strip(), []).append(str(value)[:FIELD_CHARS])
    return found


def first(fields: Fields, name: str) -> str:
    """The topmost field of that name, or ""."""
    return fields.get(name, [""])[0]


def id_in(value: str) -> str:
    """The first Message-ID with its angle brackets; without brackets the cleaned field."""
    found = _ID.search(value)
    return clean(found[0] if found else value, 400)


def ids_in(value: str) -> tuple[str, ...]:
    """All Message-IDs of a field, with their angle brackets."""
    return tuple(clean(found, 400) for found in _ID.findall(value))


def results_of(value: str, most: int) -> str:
    """An Authentication-Results field (RFC 8601); "" where it is odd: cut, or with a control sign.

    A NUL may have ended a name for the server that wrote it, and hides nothing from us.
    """
    text = re.sub(r"[ \t\r\n]+", " ", _eight_bit(value)).strip(" ")
    return text if len(text) <= most and all(_is_plain(c) for c in text) else ""


def return_path_of(fields: Fields) -> str | None:
    """None where there is no such field; "" for the null path of RFC 5321 4.5.5."""
    values = [clean(value, 400) for value in fields.get("return-path", ())]
    if not values:
        return None
    if any(value.replace(" ", "") == "<>" for value in values):
        return ""
    return values[0].strip("<> ").lower()


def marks_of(
    fields: Fields, *, kind: str, subject: str, senders: Sequence[Address]
) -> tuple[str, ...]:
    """The marks of mail that no person wrote (RFC 3834 section 2, RFC 3464, RFC 2919).

    `kind` is the content type of the mail, `subject` decoded, `senders` From and return path.
    """
    marks = [code for name, code in _MARKING_FIELDS.items() if name in fields]
    about = _REPLY_PREFIX.sub("", subject)
    seen = {
        "auto-submitted": any(word_of(v) != "no" for v in fields.get("auto-submitted", ())),
        "precedence": any(word_of(v) in _BULK for v in fields.get("precedence", ())),
        "leerer-absender": return_path_of(fields) == "",
        "bericht": kind in _REPORTS or _BOUNCE.match(about) is not None,
        "roboter-absender": any(_ROBOT.fullmatch(s.addr) for s in senders),
        "abwesenheit": _AWAY.match(about) is not None,
    }
    return tuple(dict.fromkeys((*marks, *(code for code, found in seen.items() if found))))


def spam_marks_of(fields: Fields) -> tuple[str, ...]:
    """What spam filters wrote, "name: first word", lower case; anybody may have written it."""
    return tuple(
        f"{name}: {word_of(value).rstrip(',')}"
        for name in _SPAM
        for value in fields.get(name, ())[:SAME_FIELDS]
    )


def word_of(value: str) -> str:
    """The first word of a field, without comment and parameters."""
    return re.split(r"[\s;(]", clean(value, 100).lower(), maxsplit=1)[0]


# --- text of fields ---


def shown(raw: str) -> str:
    """A header field as a person may see it: decoded (RFC 2047), one line, at most 500 chars."""
    return clean(_without_words(raw[:FIELD_CHARS]), SHOWN_CHARS)


def _without_words(raw: str) -> str:
    """Encoded words decoded; neighbours of one charset are joined first, a letter may be split."""
    found: list[str] = []
    charset, pending, at = "", b"", 0
    for word in _WORD.finditer(raw):
        gap = raw[at : word.start()]
        if pending and (gap.strip() or word[1].lower() != charset):
            found.append(_word_text(pending, charset))
            pending = b""
        if gap.strip() or not at:
            found.append(_eight_bit(gap))
        charset, at = word[1].lower(), word.end()
        pending += _word_bytes(word[2].lower(), word[3])
    if pending:
        found.append(_word_text(pending, charset))
    return "".join((*found, _eight_bit(raw[at:])))


def _word_bytes(encoding: str, letters: str) -> bytes:
    raw = letters.encode("utf-8", "surrogateescape")
    return binascii.a2b_qp(raw, header=True) if encoding == "q" else from_digits(raw)


def from_digits(letters: bytes) -> bytes:
    """Base64 without regard to padding: strangers are left out, half a byte at the end falls."""
    digits = letters.translate(None, _NOT_BASE64)
    digits = digits[:-1] if len(digits) % 4 == 1 else digits
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _word_text(raw: bytes, charset: str) -> str:
    return text_of(raw, charset)[0]


def text_of(untrusted: bytes, charset: str) -> tuple[str, bool]:
    """Decoded by the claimed charset if it is a known plain one, and whether that went well.

    Else UTF-8, else Windows-1252. Python knows codecs that are bombs (zlib, punycode): never used.
    """
    known = not charset or _CHARSETS.fullmatch(charset) is not None
    try:
        return codecs.decode(untrusted, charset if known and charset else "utf-8"), known
    except (LookupError, ValueError):
        return untrusted.decode("cp1252", "replace"), not charset


def _eight_bit(raw: str) -> str:
    """Bytes that stand undecoded in a field: UTF-8 by RFC 6532, else Windows-1252."""
    try:
        untrusted = raw.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a UTF-16 pair, made by some codec
        untrusted = raw.encode("utf-8", "replace")
    try:
        return untrusted.decode()
    except ValueError:
        return untrusted.decode("cp1252", "replace")


def clean(text: str, most: int) -> str:
    """One line without control, bidi and other invisible characters (X4, X10, S9), cut."""
    joined = " ".join(_eight_bit(text[: most * 4]).split())
    return "".join(c for c in joined if _is_plain(c))[:most].strip()


def clean_lines(text: str, most: int) -> str:
    """Many lines, at most two line ends together, no invisible characters."""
    lines = text[:most].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ("".join(c for c in line if c == "\t" or _is_plain(c)).rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _is_plain(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


# --- addresses ---


def addresses_in(values: Sequence[str]) -> tuple[tuple[Address, ...], bool]:
    """All addresses of these fields, and whether all was in good order.

    Not in order: two addresses in one mailbox, none, one of odd form, a field cut short, a group
    (RFC 6854), or a display name or comment that looks like the address of somebody else.
    """
    found: list[Address] = []
    plain = len(values) <= SAME_FIELDS
    for value in values[:SAME_FIELDS]:
        plain = plain and len(value) <= ADDRESS_CHARS
        for mailbox in _mailboxes(value[:ADDRESS_CHARS]):
            candidates = mailbox.addresses()
            name = shown(mailbox.name)
            plain = plain and len(candidates) == 1 and _names_only(name, candidates[0])
            plain = plain and not mailbox.of_group
            found += [Address(name=name[:NAME_CHARS], addr=_addr(c)) for c in candidates]
    return tuple(a for a in found[:ADDRESSES] if a.addr), plain and len(found) <= ADDRESSES


def _addr(written: str) -> str:
    return clean(written, 320).lower()


def _names_only(name: str, written: str) -> bool:
    as_written = written.strip().lower()
    if _ADDR.fullmatch(as_written) is None or as_written != _addr(written):
        return False
    return all(seen.lower() == as_written for seen in _ADDR.findall(name))


class _Mailbox:
    """One mailbox of a list (RFC 5322 3.4): its phrase and what stands in angle brackets."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.inside: list[str] = []
        self.comments: list[str] = []
        self.of_group = False

    @property
    def name(self) -> str:
        """The phrase before the angle, and what stands in comments, as programs show it."""
        return " ".join([self.phrase] * bool(self.inside) + self.comments)

    @property
    def phrase(self) -> str:
        return "".join(self.letters).strip()

    def addresses(self) -> list[str]:
        return self.inside or ([self.phrase] if "@" in self.phrase else [""])


def _mailboxes(value: str) -> Iterator[_Mailbox]:
    """The mailboxes of a list. A quoted comma or bracket divides nothing; groups are opened."""
    mailbox = _Mailbox()
    for piece in _TOKEN.findall(value):
        if piece.startswith('"'):
            mailbox.letters.append(_ESCAPED.sub(r"\1", piece.strip('"')))
        elif piece.startswith("<"):
            mailbox.inside.append(piece.strip("<>"))
        elif piece in {",", ";"}:
            if mailbox.inside or mailbox.phrase or mailbox.of_group:
                yield mailbox
            mailbox = _Mailbox()
        elif piece == ":":
            mailbox.letters.clear()  # the name of a group
            mailbox.of_group = True
        elif piece.startswith("(") and len(piece) > 1:
            mailbox.comments.append(_ESCAPED.sub(r"\1", piece[1:-1]))
        else:
            mailbox.letters.append(piece)
    if mailbox.inside or mailbox.phrase:
        yield mailbox
