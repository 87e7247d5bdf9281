"""The validated record: an application whose every field was established.

Promises: no field is missing or doubtful. Touches: nothing. Trusts: decide.py, which makes it.
Limits: legal validity is a person's finding; the record says what was seen.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Antrag:
    """One application: who, how much (euro), on which document (SHA-256 of its bytes)."""

    programm: str
    ags: str
    betrag: Decimal
    document: str
