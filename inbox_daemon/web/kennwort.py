"""Passwords of local accounts: argon2id, and the same effort for a name that nobody has.

Promises: no password is kept or shown; verifying takes as long for unknown names.
Touches: nothing. Trusts: argon2-cffi (RFC 9106). Limits: how often one may try is in anmelden.py.
"""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


def hashed(password: str) -> str:
    """The hash with its parameters and salt."""
    return _HASHER.hash(password)


def is_right(password: str, stored: str) -> bool:
    """Whether this is the password; for an account without one as slow and never."""
    try:
        return _HASHER.verify(stored or _nobody(), password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _nobody() -> str:
    return _HASHER.hash("niemand")
