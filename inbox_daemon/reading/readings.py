"""The four fields of one document, read from as little of its pages as will do.

Promises: a reader that fails gives an Unreadable field, never a fault of the others; no amount is
called absent before all print was read, no signature before all but running text was; a document
of which pages were left out never has anything called absent.
Touches: the engine; the job's folder, for crops. Trusts: the job.
Limits: what was read surely from a part of a page is not looked for again in the rest of it.
"""

import sys
import traceback
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from inbox_daemon.core import kreis
from inbox_daemon.core.betrag import german
from inbox_daemon.core.formular import Formularseite
from inbox_daemon.core.programm import Feld, Foerderprogramm
from inbox_daemon.core.values import Absent, Read, Reading, Unreadable
from inbox_daemon.reading import fields
from inbox_daemon.reading.crops import crops_into
from inbox_daemon.reading.paper.page import Page, Word
from inbox_daemon.reading.text import forms, ocr
from inbox_daemon.reading.text.rows import cells_of, labels_in
from inbox_daemon.reading.text.sight import DEPTHS, UNREAD, Sight, deeper
from inbox_daemon.reading.unterschrift import letter, signature
from inbox_daemon.wire import Job

# What more reading may mend, down to the second look at the whole page.
NOT_FOUND: Final = frozenset(("feld-nicht-gefunden", "programm-nicht-erkannt"))
# What a record or a letter rests on.
JUDGED: Final = ("amount", "signature")


class Readings:
    """Reads the fields again from deeper sights of the pages until all are settled."""

    def __init__(self, sights: tuple[Sight, ...], *, omitted: bool, sha256: str, job: Job) -> None:
        self._ruleset = job.ruleset
        self.sights = tuple(self._with_text(sight) for sight in sights)
        self._omitted = omitted
        self._sha256 = sha256
        self._crops = crops_into(Path(job.folder))
        self._found: dict[str, Reading[Any]] = {}
        self._readers: dict[str, Callable[[], Reading[Any]]] = {
            "programme": self._programme,
            "applicant": self._applicant,
            "amount": self._amount,
            "signature": self._signature,
        }

    @property
    def programme(self) -> Reading[str]:
        """The Kennung of the programme."""
        return self._found["programme"]

    @property
    def amount(self) -> Reading[Decimal]:
        """The requested amount in euro."""
        return self._found["amount"]

    @property
    def signature(self) -> Reading[str]:
        """Whether a pen signed."""
        return self._found["signature"]

    @property
    def applicant(self) -> Reading[str]:
        """The text of the applicant's field."""
        return self._found["applicant"]

    def settle(self) -> None:
        """Reads all fields, and the open ones again after each deeper look. Raises EngineFailed."""
        open_: Sequence[str] = tuple(self._readers)
        while open_:
            for name in open_:  # in this order: the fields are the programme's, the frame a Kreis's
                self._found[name] = self._answer(name)
            depth = min((DEPTHS.index(s.depth) for s in self.sights), default=len(DEPTHS) - 1)
            open_ = [name for name in self._readers if not self._is_settled(name, depth)]
            if open_:
                self.sights = tuple(
                    deeper(s) if DEPTHS.index(s.depth) == depth else s for s in self.sights
                )

    def learned(self) -> tuple[Formularseite, ...]:
        """What the pages taught of their forms; nothing where the fields were not found."""
        programm = self._programm()
        if programm is None or not isinstance(self.programme, Read):
            return ()
        found = (
            forms.learned(s.page, s.lines, s.words, programm=programm, match=s.match)
            for s in self.sights
        )
        return tuple(form for form in found if form is not None)

    def _is_settled(self, name: str, depth: int) -> bool:
        """Whether more print could not change the answer for the better."""
        if depth == DEPTHS.index("zweimal"):
            return True
        reading = self._found[name]
        if reading.source is not None and UNREAD in reading.source.raw:
            return False
        whole = depth >= DEPTHS.index("ganz")
        # A block that was found is judged by its ink; an amount may stand in running text.
        enough = whole or (name == "signature" and depth > DEPTHS.index("formular"))
        match reading:
            case Read(value=value):
                return name != "applicant" or self._is_kreis(str(value))
            case Absent():
                return enough
            case Unreadable(why=why):
                return enough and why not in NOT_FOUND

    def _is_kreis(self, text: str) -> bool:
        return isinstance(kreis.by_text(text, self._ruleset), kreis.Matched)

    def _with_text(self, sight: Sight) -> Sight:
        """A page with no label of ours may be a letter: there the running text counts."""
        felder = [f for p in self._ruleset.programme if p.aktiv for f in p.felder]
        cells = cells_of(sight.words)
        if sight.match or any(labels_in(cells, f.labels, f.not_labels) for f in felder):
            return sight
        return deeper(sight) if sight.unread else sight

    def _answer(self, name: str) -> Reading[Any]:
        """The reader's answer; a fault is no answer, and absence needs all pages."""
        try:
            reading = self._readers[name]()
        except (MemoryError, ocr.EngineFailed):
            raise
        except Exception:  # noqa: BLE001 - one field's fault must not take the others along
            traceback.print_exc(file=sys.stderr)
            return Unreadable(why="lesefehler")
        if isinstance(reading, Absent) and self._omitted:
            return Unreadable(why="seiten-ausgelassen", source=reading.source)
        return self._unless_poor(reading) if name in JUDGED else reading

    def _unless_poor(self, reading: Reading[Any]) -> Reading[Any]:
        """On a scan too poor to be sure of, nothing is read and nothing is absent."""
        if isinstance(reading, Unreadable):
            return reading
        number = reading.source.page if reading.source else None
        for sight in self.sights:
            doubt = sight.quality.doubt
            if doubt and number in (None, sight.page.number):
                return Unreadable(why=doubt, guess=_guess(reading), source=reading.source)
        return reading

    @property
    def _pages(self) -> tuple[Page, ...]:
        return tuple(sight.page for sight in self.sights)

    @property
    def _words(self) -> tuple[tuple[Word, ...], ...]:
        return tuple(sight.words for sight in self.sights)

    def _programm(self) -> Foerderprogramm | None:
        """The programme that was read, else the first active one."""
        reading = self._found.get("programme")
        value = reading.value if isinstance(reading, Read) else ""
        active = (p for p in self._ruleset.programme if p.aktiv)
        return self._ruleset.programm(value) or next(active, None)

    def _feld(self, name: str) -> Feld:
        programm = self._programm()
        return programm.feld(name) if programm else Feld(name=name, labels=())

    def _programme(self) -> Reading[str]:
        return fields.programme_on(
            self._pages, self._words, self._ruleset.programme, document=self._sha256
        )

    def _amount(self) -> Reading[Decimal]:
        return fields.amount_on(
            self._pages,
            self._words,
            self._feld("betrag"),
            document=self._sha256,
            crops=self._crops,
            known=self._frame(),
        )

    def _frame(self) -> frozenset[Decimal]:
        """The planning frame of the Kreis that was read, which many ask for to the cent."""
        programm, applicant = self._programm(), self._found.get("applicant")
        if programm is None or not isinstance(applicant, Read):
            return frozenset()
        match = kreis.by_text(str(applicant.value), self._ruleset)
        frame = programm.rahmen_of(match.ags) if isinstance(match, kreis.Matched) else None
        return frozenset() if frame is None else frozenset((frame,))

    def _signature(self) -> Reading[str]:
        """At the label; without one as on a letter; at last at labels that stood beside ink.

        The engine loses small labels beside ink, but finds most when it looks for single words.
        """
        first = self._signed(self._words)
        lost = isinstance(first, Unreadable) and first.why in NOT_FOUND
        if not lost or any(s.unread for s in self.sights):
            return first
        on_letter = letter.signature_without_label(
            self._pages, self._words, document=self._sha256, crops=self._crops
        )
        if isinstance(on_letter, Read) or any(s.depth != "zweimal" for s in self.sights):
            return on_letter
        second = self._signed(
            tuple(
                (*sight.words, *ocr.words_on(sight.page, mode=ocr.SPARSE_MODE))
                for sight in self.sights
            )
        )
        found = not isinstance(second, Unreadable) or second.why not in NOT_FOUND
        return second if found else on_letter

    def _signed(self, words: tuple[tuple[Word, ...], ...]) -> Reading[str]:
        return signature.signature_on(
            self._pages,
            words,
            self._feld("unterschrift"),
            document=self._sha256,
            crops=self._crops,
        )

    def _applicant(self) -> Reading[str]:
        return fields.applicant_on(
            self._pages,
            self._words,
            self._feld("antragsteller"),
            self._ruleset.kreise,
            document=self._sha256,
            crops=self._crops,
        )


def _guess(reading: Reading[Any]) -> str | None:
    """What would have been read, for the clerk."""
    if not isinstance(reading, Read):
        return None
    return german(reading.value) if isinstance(reading.value, Decimal) else str(reading.value)
