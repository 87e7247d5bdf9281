"""What a person typed into the sheet of a case becomes Work, or a mistake beside its field.

Promises: nothing that was not changed or ticked counts as confirmed; what cannot be understood is
named and never guessed. Touches: nothing. Trusts: pruefblatt.py for what stood in the fields.
Limits: whether the case can be released is asked in staff.py.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from inbox_daemon.core.bearbeitung import AMOUNT_REASONS, SIGNATURES, Work
from inbox_daemon.core.lesarten import is_far, typed_betrag
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.pruefblatt import BETRAG, KREIS, UNTERSCHRIFT, VORHANDEN, Blatt, Blattfeld

REASON: Final = "grund"
# Ticked beside an amount far off the planning frame.
FAR_TICK: Final = "weit"
TOO_FAR: Final = "weit-vom-rahmen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Eingabe:
    """`work` is what is to be kept; `mistakes` are (field, key of PAGES), in the fields' order.

    `typed` is what stands in the fields now, to be shown again.
    """

    work: Work
    mistakes: tuple[tuple[str, str], ...]
    typed: tuple[tuple[str, str], ...]


def eingabe(
    typed: Mapping[str, str], ticked: Collection[str], sheet: Blatt, *, work: Work, rules: Ruleset
) -> Eingabe:
    """The form of the sheet. `ticked` are the fields that are ticked as looked at and right."""
    amount, mistake = _betrag(typed.get(BETRAG, ""), BETRAG in ticked, sheet.betrag, work)
    reason, why = _reason(typed.get(REASON, ""), amount, sheet.betrag)
    ags, unknown = _kreis(typed.get(KREIS, ""), KREIS in ticked, sheet.kreis, rules)
    signed = _unterschrift(typed.get(UNTERSCHRIFT, ""), UNTERSCHRIFT in ticked, sheet.unterschrift)
    mistakes = ((BETRAG, mistake), (REASON, why), (KREIS, unknown))
    return Eingabe(
        work=replace(work, amount=amount, amount_reason=reason, ags=ags, unterschrift=signed),
        mistakes=tuple((field, key) for field, key in mistakes if key),
        typed=tuple((name, typed.get(name, "")) for name in (BETRAG, REASON, KREIS, UNTERSCHRIFT)),
    )


def against_release(sheet: Blatt, ticked: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Why a case cannot be released as it stands: (field, key of PAGES), in the fields' order."""
    found = [(field.name, f"offen-{field.name}") for field in sheet.fields if field.is_open]
    if not found and sheet.unterschrift.value != VORHANDEN:
        found.append((UNTERSCHRIFT, "ohne-unterschrift"))
    amount = typed_betrag(sheet.betrag.value)
    if not found and amount is not None and is_far(amount, sheet.rahmen):
        found += [] if FAR_TICK in ticked else [(BETRAG, TOO_FAR)]
    return tuple(found)


def _betrag(text: str, ticked: bool, field: Blattfeld, work: Work) -> tuple[Decimal | None, str]:  # noqa: FBT001
    if not text.strip():
        return None, ""
    amount = typed_betrag(text)
    if amount is None or amount <= 0:
        return work.amount, "betrag-unlesbar"
    untouched = amount == typed_betrag(field.value)
    if untouched and not (field.is_open and ticked):
        return work.amount, ""
    return amount, ""


def _reason(reason: str, amount: Decimal | None, field: Blattfeld) -> tuple[str, str]:
    """An amount other than the machine's needs a reason of the list."""
    if amount is None or not field.machine or amount == typed_betrag(field.machine):
        return "", ""
    return (reason, "") if reason in AMOUNT_REASONS else ("", "betrag-grund-fehlt")


def _kreis(text: str, ticked: bool, field: Blattfeld, rules: Ruleset) -> tuple[str | None, str]:  # noqa: FBT001
    kept = field.value if field.value and not field.is_open and field.by != "maschine" else None
    if not text.strip():
        return None, ""
    if rules.kreis(text.strip()) is None:
        return kept, "kreis-unbekannt"
    if text.strip() == field.value and not (field.is_open and ticked):
        return kept, ""
    return text.strip(), ""


def _unterschrift(answer: str, ticked: bool, field: Blattfeld) -> str:  # noqa: FBT001
    kept = field.value if not field.is_open and field.by != "maschine" else ""
    if answer not in SIGNATURES:
        return kept
    return kept if answer == field.value and not (field.is_open and ticked) else answer
