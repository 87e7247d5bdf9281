"""Outlook's winmail.dat (MS-OXTNEF): the files in it, by tnefparse.

Promises: any bytes give files and whether these are all; nothing is decompressed; a sieve of our
own lets through only what carries files, few and short objects, since the library believes counts.
Touches: nothing. Trusts: nothing. Limits: the text of the message (RTF) is left where it is; a
message in the message is not opened, and then not all was found.
"""

import contextlib
import logging
import struct
from collections.abc import Iterator
from typing import Any, Final, SupportsIndex

from tnefparse import TNEF

HEADER: Final = 6  # signature and key
OBJECTS: Final = 1_000
PROPERTIES: Final = 1_000
_OBJECT = struct.Struct("<BHHI")
_CHECKSUM: Final = 2
_OF_ATTACHMENT: Final = 2
_CARRYING: Final = frozenset(
    (TNEF.ATTATTACHRENDDATA, TNEF.ATTATTACHDATA, TNEF.ATTATTACHTITLE, TNEF.ATTATTACHMENT)
)
# IID_IMessage: the data of this attachment are a message.
_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")


class _Bounded(bytes):
    """Bytes that refuse to be read beyond their end, where the library would count on for ever."""

    __slots__ = ()

    def __getitem__(self, key: SupportsIndex | slice) -> Any:
        if isinstance(key, slice):
            if key.start is not None and key.start > len(self):
                raise ValueError("beyond the end")
            return _Bounded(super().__getitem__(key))
        return super().__getitem__(key)


def files_in(untrusted: bytes) -> tuple[list[tuple[str, bytes]], bool]:
    """(name, content) of each file, and whether that is surely all there was.

    Names are claims, uncleaned, perhaps empty.
    """
    kept, whole = [untrusted[:HEADER]], True
    try:
        for level, name, raw in _objects(untrusted):
            if name == TNEF.ATTATTACHMENT and (_MESSAGE in raw or _count(raw) > PROPERTIES):
                whole = False
            elif name == TNEF.ATTOEMCODEPAGE or (level == _OF_ATTACHMENT and name in _CARRYING):
                kept.append(raw)
    except ValueError:
        whole = False
    logging.getLogger("tnefparse").setLevel(logging.CRITICAL)  # it repeats what it read
    try:
        opened = TNEF(_Bounded(b"".join(kept)), do_checksum=False)
        found = [(_name_of(file), bytes(file.data)) for file in opened.attachments]
    except Exception:  # noqa: BLE001 - the library raises anything on damaged files
        return [], False
    return found, whole and bool(found) and all(content for _, content in found)


def _objects(untrusted: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(level, name, all its bytes). Raises ValueError where there are too many or one is cut."""
    at = HEADER
    for _ in range(OBJECTS):
        if at == len(untrusted):
            return
        if at + _OBJECT.size > len(untrusted):
            raise ValueError("cut off")
        level, name, _, size = _OBJECT.unpack_from(untrusted, at)
        end = at + _OBJECT.size + size + _CHECKSUM
        if end > len(untrusted):
            raise ValueError("cut off")
        yield level, name, untrusted[at:end]
        at = end
    raise ValueError("too many objects")


def _count(raw: bytes) -> int:
    """How many properties an object says it has."""
    return int.from_bytes(raw[_OBJECT.size : _OBJECT.size + 4], "little")


def _name_of(file: Any) -> str:
    """The long name, or the title in the sender's code page, which the library takes for UTF-8."""
    with contextlib.suppress(Exception):
        return str(file.long_filename())
    title = getattr(file, "_name", b"")
    return title.decode("cp1252", "replace").strip("\0") if isinstance(title, bytes) else ""
