"""Text for a cell of a spreadsheet: what a stranger wrote stays text, and all of it can be seen.

Promises: no cell made here begins with what a spreadsheet takes for a formula, also where a reader
splits the line at another sign than we do. Touches: nothing. Trusts: nothing.
Limits: an apostrophe stands before such a text and stays there when it is read back.
"""

import unicodedata
from typing import Final

# What begins a formula in Excel, LibreOffice and Google Sheets; wide, small, raised forms as well.
BEGINNERS: Final = frozenset("=+-@")
_MINUS: Final = "\N{MINUS SIGN}"
# Where a reader with other settings than ours might begin a new cell.
_SEPARATORS: Final = frozenset(',;|"')
_PICTURES: Final = 0x2400
_DELETE: Final = 0x7F


def visible(text: str) -> str:
    """Control characters as their pictures, other signs without a shape as [U+202E]."""
    return "".join(sign if sign.isprintable() else _picture(sign) for sign in text)


def _picture(sign: str) -> str:
    code = ord(sign)
    if code < ord(" "):
        return chr(_PICTURES + code)
    if code == _DELETE:
        return "\N{SYMBOL FOR DELETE}"
    # A space of another width is a space.
    return " " if unicodedata.category(sign) == "Zs" else f"[U+{code:04X}]"


def begins_formula(sign: str) -> bool:
    """Whether a spreadsheet might compute what begins with this character."""
    return sign == _MINUS or bool(BEGINNERS & set(unicodedata.normalize("NFKC", sign)))


def harmless(text: str) -> str:
    """The text for a cell: visible, and never a formula."""
    pieces, opens = [], True
    for sign in visible(text):
        if opens and begins_formula(sign):
            pieces.append("'")
        pieces.append(sign)
        if not sign.isspace():
            opens = sign in _SEPARATORS or _splits(sign)
    return "".join(pieces)


def _splits(sign: str) -> bool:
    """A wide form of a separator: a program that folds widths would see the plain one."""
    return not sign.isascii() and bool(_SEPARATORS & set(unicodedata.normalize("NFKC", sign)))
