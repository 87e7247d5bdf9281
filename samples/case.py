"""One sample case and the mail it becomes.

Promises: the same mail for the same case. Touches: nothing.
Trusts: cases.py, which fills them in. Limits: one way of writing a mail, varied by the number.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from samples.aemter import AEMTER
from samples.angaben import Amt
from samples.mails import Letter, Part
from samples.papers import Antrag, scanned
from samples.texts import WEITERGELEITET, anschreiben

CEST = timezone(timedelta(hours=2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One sample. `outcome` lists what is right, best first; `at` is the server's local time."""

    folder: str
    shows: str
    at: str
    antrag: Antrag
    outcome: tuple[str, ...] = ("file",)
    reasons: tuple[str, ...] = ()
    reasons_any: tuple[str, ...] = ()
    signature: str | None = "present"
    known: bool = True
    form: Callable[[Antrag], Part] | None = scanned
    further: tuple[tuple[Callable[[Antrag], Part], Antrag], ...] = ()
    sender: str = ""
    sender_name: str = ""
    subject: str = "Antrag Soforthilfe Ukraine - {kreis}"
    text: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    authentic: bool = True
    forwarded: bool = False
    delay_s: int = 95
    same_as: str | None = None

    @property
    def number(self) -> int:
        """The number in front of the folder's name."""
        return int(self.folder[:2])

    @property
    def received_at(self) -> datetime:
        """The server's time stamp (INTERNALDATE), aware."""
        return datetime.fromisoformat(self.at).replace(tzinfo=CEST)


def letter_of(case: Case) -> Letter:
    """The mail of a case."""
    amt = AEMTER[case.antrag.ags]
    sent_at = case.received_at - timedelta(seconds=case.delay_s)
    text = case.text or anschreiben(case.number)
    letter = Letter(
        key=f"im{case.number:02d}",
        sender=case.sender or _sender(case.number, amt.domain),
        sender_name=case.sender_name or amt.verwaltung,
        subject=case.subject.format(kreis=amt.kreis),
        text=f"{text}\n{_signature(amt)}",
        sent_at=sent_at,
        received_at=case.received_at,
        parts=_parts(case),
        headers=case.headers,
        authentic=case.authentic,
        html=case.number % 4 == 1,
    )
    return _as_forwarded(letter) if case.forwarded else letter


def _parts(case: Case) -> tuple[Part, ...]:
    main = [] if case.form is None else [case.form(case.antrag)]
    return (*main, *(make(antrag) for make, antrag in case.further))


def _signature(amt: Amt) -> str:
    lines = ("--", amt.verwaltung, amt.person, f"{amt.strasse}, {amt.ort}", f"Tel. {amt.telefon}")
    return "\n".join(lines) + "\n"


def _sender(number: int, domain: str) -> str:
    return f"{'foerderung' if number % 2 else 'poststelle'}@{domain}"


def _as_forwarded(letter: Letter) -> Letter:
    inner = replace(letter, key=f"{letter.key}a", sender=f"integration@{letter.domain}",
                    sent_at=letter.sent_at - timedelta(hours=3))  # fmt: skip
    return replace(letter, subject=f"WG: {letter.subject}", text=WEITERGELEITET, parts=(),
                   forwarded=inner)  # fmt: skip
