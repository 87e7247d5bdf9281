"""Whether a JBIG2 picture draws its letters from a table of symbols.

Promises: True unless the whole stream was followed and none of its segments uses symbols: an
encoder may take an 8 for a 6 (Xerox, D. Kriesel 2013), and then the page shows a wrong digit that
no picture analysis finds. Touches: nothing. Trusts: nothing. Limits: a page drawn as one generic
region is exact; so is a lossless symbol coder, which cannot be told apart.
Source: ITU-T T.88 (08/2018), sections 7.2 (segment headers) and 7.3 (types of segment).
"""

from collections.abc import Iterator
from typing import Final

SYMBOL_TYPES: Final = frozenset({0, 4, 6, 7})
UNKNOWN_LENGTH: Final = 0xFFFFFFFF
MAX_SEGMENTS: Final = 10_000


def uses_symbols(untrusted: bytes) -> bool:
    """Whether segments of the embedded stream (no file header) define or place symbols."""
    try:
        return any(kind in SYMBOL_TYPES for kind in _kinds(untrusted))
    except (IndexError, ValueError):
        return True


def _kinds(untrusted: bytes) -> Iterator[int]:
    """The type of each segment. Raises ValueError or IndexError where the stream is not clear."""
    at = 0
    for _ in range(MAX_SEGMENTS):
        if at >= len(untrusted):
            return
        kind, at, length = _header(untrusted, at)
        yield kind
        if length == UNKNOWN_LENGTH or at + length > len(untrusted):
            raise ValueError("the segment has no end")
        at += length
    raise ValueError("too many segments")


def _header(untrusted: bytes, start: int) -> tuple[int, int, int]:
    """Type, where the segment's own bytes start, and how many they are."""
    number = _number(untrusted, start, 4)
    flags = untrusted[start + 4]
    at = start + 5
    count = untrusted[at] >> 5
    if count == 7:  # noqa: PLR2004 (the long form, T.88 7.2.4)
        count = _number(untrusted, at, 4) & 0x1FFFFFFF
        at += 4 + (count + 8) // 8
    else:
        at += 1
    size = 1 if number <= 256 else 2 if number <= 65536 else 4  # noqa: PLR2004 (T.88 7.2.5)
    at += size * count + (4 if flags & 0x40 else 1)
    return flags & 0x3F, at + 4, _number(untrusted, at, 4)


def _number(untrusted: bytes, at: int, size: int) -> int:
    if at + size > len(untrusted):
        raise ValueError("the stream ends early")
    return int.from_bytes(untrusted[at : at + size], "big")
