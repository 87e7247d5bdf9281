"""The folders of the server: our names with `/`, its names with its own delimiter.

Promises: a folder is found by LIST, whatever the delimiter, or by its special use; one that is
missing is made where the server wants personal folders. Touches: an open IMAP connection.
Trusts: the delimiter that LIST tells. Limits: modified UTF-7 is imapclient's work.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from inbox_daemon.core.errors import Permanent

OURS = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One folder of LIST (RFC 3501 7.2.2): attributes in lower case, delimiter or None, name."""

    marks: frozenset[str]
    delimiter: str | None
    name: str


class Folders:
    """The folders as one LIST told them."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._found = tuple(_found(client.list_folders()))

    def named(self, name: str) -> str | None:
        r"""The server's name for ours, or None where there is no such folder.

        A name that begins with a backslash is a special use (RFC 6154), e.g. `\Archive`.
        """
        if name.startswith("\\") and OURS not in name:
            return next((f.name for f in self._found if name.lower() in f.marks), None)
        wanted = {_same(self._spelt(name)), _same(self._placed(name))}
        for folder in self._found:
            if _same(folder.name) in wanted and "\\noselect" not in folder.marks:
                return folder.name
        return "INBOX" if name.upper() == "INBOX" else None

    def made(self, name: str) -> str:
        """The server's name; the folder is created where it is missing."""
        found = self.named(name)
        if found is None:
            found = self._placed(name)
            self._client.create_folder(found)
        return found

    def _placed(self, name: str) -> str:
        """The name where personal folders lie."""
        spelt, prefix = self._spelt(name), self._prefix()
        inside = name.startswith("\\") or _same(spelt).startswith(_same(prefix))
        return spelt if inside else prefix + spelt

    def _spelt(self, name: str) -> str:
        """The name with the server's delimiter, and what lies under a special use there."""
        use, _, rest = name.partition(OURS)
        sign = self._delimiter() or "-"
        if not use.startswith("\\"):
            return name.replace(OURS, sign)
        parent = self.named(use)
        if parent is None:
            raise Permanent(f"the IMAP server has no folder for {use}", code="imap-ordner")
        return parent + sign + rest.replace(OURS, sign)

    def _delimiter(self) -> str | None:
        return next((f.delimiter for f in self._found if f.delimiter), None)

    def _prefix(self) -> str:
        """Where personal folders lie (RFC 2342), e.g. `INBOX.`; mostly nothing."""
        if not self._client.has_capability("NAMESPACE"):
            return ""
        personal = self._client.namespace().personal
        return str(personal[0][0]) if personal else ""


def _found(listed: Iterable[tuple[Any, Any, Any]]) -> Iterable[Found]:
    for marks, delimiter, name in listed:
        sign = delimiter.decode("ascii", "replace") if isinstance(delimiter, bytes) else None
        known = frozenset(m.decode("ascii", "replace").lower() for m in marks)
        yield Found(marks=known, delimiter=sign or None, name=str(name))


def _same(name: str) -> str:
    """For comparing: INBOX has no case (RFC 3501 5.1), and an umlaut may be two characters."""
    plain = unicodedata.normalize("NFC", name)
    return "INBOX" + plain[5:] if plain[:5].upper() == "INBOX" else plain
