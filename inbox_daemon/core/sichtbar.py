"""Text of strangers made harmless to the eye: what cannot be seen, or turns the line, is named.

Promises: every character of the result is visible or ordinary space; nothing is left out.
Touches: nothing. Trusts: nothing. Limits: escapes no HTML; the templates do.
Source: Unicode TR 36 (bidirectional overrides) and TR 39.
"""

import unicodedata
from typing import Final

# Line and tab are layout, not tricks; a soft hyphen and a joiner stand in honest words too.
_HARMLESS: Final = frozenset("\n\t")
_NAMED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def shown(text: str) -> str:
    """The text with each control, override and unassigned character as ‹U+202E›."""
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in _HARMLESS or unicodedata.category(character) not in _NAMED:
        return character
    return f"‹U+{ord(character):04X}›"
