"""The forms that were learned: in memory, and one JSON file each where a folder is given.

Promises: safe from several threads; a form is whole on disk or not there; at most 64 are known.
Touches: its folder. Trusts: nothing of what a child learned but figures within a sheet of paper.
Limits: a file that cannot be read is left alone and not used; a lost form is learned again.
"""

import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import structlog

from inbox_daemon import wire
from inbox_daemon.core.formular import Formularseite
from inbox_daemon.edges.durable import write_whole

log = structlog.get_logger()

MOST: Final = 64
SPANS: Final = 200
SHEET_MM: Final = 2000.0

_KENNUNG = re.compile(r"[0-9a-f]{16}")


class KnownForms:
    """What the next reading is told, and what the last one taught."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._forms: dict[str, Formularseite] = {}
        for form in _stored(folder) if folder else ():
            self._forms[form.kennung] = form

    def known(self) -> tuple[Formularseite, ...]:
        """All forms known now, the one learned last at the end."""
        with self._lock:
            return tuple(self._forms.values())

    def learn(self, forms: Iterable[Formularseite]) -> None:
        """Takes up new forms and later versions; a full disk costs the file, not the form."""
        for form in forms:
            with self._lock:
                older = self._forms.get(form.kennung)
                if not _is_plausible(form) or (older and older.fassung >= form.fassung):
                    continue
                self._forms.pop(form.kennung, None)
                self._forms[form.kennung] = form
                dropped = list(self._forms)[:-MOST]
                for kennung in dropped:
                    del self._forms[kennung]
                self._store(form, dropped)

    def _store(self, form: Formularseite, dropped: Iterable[str]) -> None:
        if self._folder is None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o750)
            write_whole(self._folder / f"{form.kennung}.json", (wire.encode(form).encode(),))
            for kennung in dropped:
                (self._folder / f"{kennung}.json").unlink(missing_ok=True)
        except OSError as error:
            log.warning("forms.not-stored", error=str(error))


def _stored(folder: Path) -> list[Formularseite]:
    found = []
    for path in sorted(folder.glob("*.json"), key=lambda p: p.stat().st_mtime):
        try:
            form = wire.decode(Formularseite, path.read_bytes())
        except (OSError, ValueError) as error:
            log.warning("forms.unreadable", file=path.name, error=str(error)[:200])
            continue
        if _is_plausible(form) and path.stem == form.kennung:
            found.append(form)
    return found[-MOST:]


def _is_plausible(form: Formularseite) -> bool:
    """The Kennung will be a file's name; the figures will be places on a sheet."""
    spans = (*form.lines, *form.bands, *form.blocks)
    if not _KENNUNG.fullmatch(form.kennung) or len(spans) > 2 * SPANS or not form.lines:
        return False
    return all(-SHEET_MM < v < SHEET_MM for span in spans for v in span)
