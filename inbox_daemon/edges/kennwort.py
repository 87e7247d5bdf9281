"""Passwords of local accounts: argon2id hashes, and whether a new password is too easily guessed.

Promises: looking at a name that is not there takes as long as at one that is; no password reaches
a message or a log. Touches: processor and memory (64 MiB a hash, two at once at most), the
system's random generator. Trusts: argon2-cffi, zxcvbn.
Limits: one factor; a second one is the proxy's or the provider's business.
"""

import threading
import unicodedata
from collections.abc import Iterable
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from zxcvbn import zxcvbn

from inbox_daemon.core.errors import Refused

# NIST SP 800-63B-4 3.1.1.2 asks for 15 where the password is the only factor; ASVS 5.0 6.2.1
# recommends them. 6.2.9 asks for at least 64 to be allowed.
SHORTEST, LONGEST = 15, 128
# More bytes than this are no password, and cost nothing.
MOST_BYTES = 4 * LONGEST
# zxcvbn's steps: 4 is more than 10^10 guesses. It reads 72 characters at most.
LEAST_SCORE, ESTIMATED = 4, 72
# What everybody here would try first (ASVS 5.0 6.1.2, 6.2.11), without umlauts as well.
# fmt: off
OUR_WORDS: Final = (
    "antrag", "antraege", "antragseingang", "arbeitsvorrat", "baden", "baden-wuerttemberg",
    "wuerttemberg", "behoerde", "bescheid", "eingang", "foerderung", "frist", "geheim",
    "hallo", "herbst", "fruehling", "sommer", "winter", "inbox", "daemon", "inbox-daemon",
    "integrationsmanagement", "januar", "kennwort", "kreis", "landkreis", "leitung", "montag",
    "passwort", "postfach", "pruefung", "regierungspraesidium", "referat", "rps", "rueckfrage",
    "sachbearbeitung", "soforthilfe", "stadtkreis", "start", "stuttgart", "ukraine",
    "unterschrift", "verwaltung", "willkommen", "zuwendung", "zweitpruefung",
)
# fmt: on

_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_ROOM = threading.BoundedSemaphore(2)
# A hash of nobody's: of the same cost, and what fits it is still refused.
_NOBODY = (
    f"$argon2id$v=19$m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    f"${'A' * 22}${'A' * 43}"
)


def hashed(password: str) -> str:
    """The argon2id hash of this password, with its salt and parameters (PHC string)."""
    with _ROOM:
        return _HASHER.hash(_same(password))


def matches(password_hash: str, password: str) -> bool:
    """Whether it is the password of this hash. An empty hash fits no password, in the same time."""
    if len(password.encode("utf-8", "replace")) > MOST_BYTES:
        return False
    with _ROOM:
        try:
            right = _HASHER.verify(password_hash or _NOBODY, _same(password))
        except (VerificationError, InvalidHashError):
            return False
    return right and bool(password_hash)


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than ours now."""
    return _HASHER.check_needs_rehash(password_hash)


def check(password: str, *, again: str, of: Iterable[str]) -> None:
    """Raises Refused (`kennwort-…`) for what cannot be a new password, or differs `again`."""
    fault = weakness(password, of=of) or ("" if password == again else "ungleich")
    if fault:
        raise Refused(f"kennwort-{fault}", shortest=SHORTEST, longest=LONGEST)


def weakness(password: str, *, of: Iterable[str]) -> str:
    """Why this cannot be a new password: kurz, lang, leicht, zeichen; empty where it can.

    `of` are words of the person: the user's name, the full name. No rule asks for kinds of
    characters (ASVS 5.0 6.2.5).
    """
    if len(password) < SHORTEST:
        return "kurz"
    if len(password) > LONGEST:
        return "lang"
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in password):
        return "zeichen"
    plain = _ascii(password)
    theirs = [word for words in of for word in (words, *words.replace(".", " ").split())]
    words = [form for word in (*OUR_WORDS, *theirs) for form in _forms(word)]
    # A hyphen between two such words makes them no better.
    for form in (plain, "".join(filter(str.isalnum, plain))):
        if zxcvbn(form[:ESTIMATED], user_inputs=words)["score"] < LEAST_SCORE:
            return "leicht"
    return ""


def _same(password: str) -> bytes:
    """One form for an umlaut, whichever keyboard it came from (SP 800-63B-4); nothing else."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace")


def _forms(word: str) -> tuple[str, ...]:
    """The word as _ascii leaves it: written with two letters for an umlaut, or with its dots."""
    plain = _ascii(word)
    bare = plain.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return tuple(form for form in (plain, bare) if len(form) > 2)  # noqa: PLR2004


def _ascii(words: str) -> str:
    """Lower case without dots: the guesser does not care."""
    return unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
