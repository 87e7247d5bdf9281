"""Text for a cell of a spreadsheet: what a stranger wrote stays text, and all of it can be seen.

Promises: no cell made here begins with what a spreadsheet takes for a formula, also where a reader
splits the line at another sign than we do. Touches: nothing. Trusts: nothing.
Limits: an apostrophe stands before such a text and stays there when it is read back.
"""

import unicodedata
from typing import Final

from inbox_daemon.core.sichtbar import shown

# What begins a formula in Excel, LibreOffice and Google Sheets; wide, small, raised forms as well.
BEGINNERS: Final = frozenset("=+-@")
_MINUS: Final = "\N{MINUS SIGN}"
# Where a reader with other settings than ours might begin a new cell.
_SEPARATORS: Final = frozenset(',;|"')
_LINES: Final = {
    ord("\n"): "\N{SYMBOL FOR NEWLINE}",
    ord("\t"): "\N{SYMBOL FOR HORIZONTAL TABULATION}",
}


def visible(text: str) -> str:
    """As sichtbar.py shows it, in one line: line ends and tabs as their pictures."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if unicodedata.category(sign) == "Zs" else sign
        for sign in shown(text).translate(_LINES)
    )


def begins_formula(sign: str) -> bool:
    """Whether a spreadsheet might compute what begins with this character."""
    return sign == _MINUS or bool(BEGINNERS & set(unicodedata.normalize("NFKC", sign)))


def harmless(text: str) -> str:
    """The text for a cell: visible, and never a formula."""
    if text.isalnum():  # hashes, names, codes: most cells of a long list
        return text
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
