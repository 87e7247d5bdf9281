"""Other ways to read a field, and what a person typed into it.

Promises: a reading is given only where the evidence holds it; what is typed becomes a value in one
way or none. Touches: nothing. Trusts: the evidence, which passed wire.py.
Limits: says nothing of which reading is right.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import takewhile
from typing import Final, assert_never

from inbox_daemon.core import kreis
from inbox_daemon.core.betrag import betrag_from, german
from inbox_daemon.core.facts import Facts
from inbox_daemon.core.programm import Kreis, Ruleset
from inbox_daemon.core.values import Absent, Read, Reading

MOST_READINGS: Final = 3
# An amount so many times above or below the planning frame is looked at once more.
FAR: Final = 10


def readings_of(reading: Reading[Decimal] | None) -> tuple[str, tuple[str, ...]]:
    """What was read or supposed, and every other amount that some reading of the place gave."""
    if reading is None or isinstance(reading, Absent):
        return "", ()
    raw = reading.source.raw if reading.source else ""
    seen = [written(value) for text in _texts(raw) if (value := betrag_from(text)) is not None]
    if isinstance(reading, Read):
        first = [written(reading.value)]
    else:
        guesses = [betrag_from(text) for text in (reading.guess or "").split(" / ")]
        first = [written(value) for value in guesses if value is not None]
    found = tuple(dict.fromkeys((*first, *seen)))
    return (found[0] if found else ""), found[1 : MOST_READINGS + 1]


def _texts(raw: str) -> Iterator[str]:
    """The readings of one place; a row of digits alone gets the marks of one as long beside it."""
    texts = [text.strip() for text in raw.split(" | ")]
    yield from texts
    for digits in texts:
        for marked in texts:
            if digits.isdigit() and re.sub(r"\D", "", marked) != marked:
                yield _with_marks(digits, marked)


def _with_marks(digits: str, marked: str) -> str:
    if sum(map(str.isdigit, marked)) != len(digits):
        return ""
    left = iter(digits)
    return "".join(next(left) if sign.isdigit() else sign for sign in marked)


def candidates(facts: Facts, said: str) -> tuple[str, ...]:
    """The AGS of each Kreis that form, sender or the mail's words may mean, each once."""
    matches = [facts.form_kreis, kreis.by_text(said, facts.rules), facts.sender_kreis]
    found: dict[str, None] = {}
    for match in (*matches, facts.kreise.text):
        match match:
            case kreis.Matched(ags=ags):
                found[ags] = None
            case kreis.Ambiguous(ags=several):
                found.update(dict.fromkeys(several))
            case kreis.Unknown():
                continue
            case never:
                assert_never(never)
    return tuple(found)[:MOST_READINGS]


def typed_betrag(text: str) -> Decimal | None:
    """What a person typed as euro, or None. A plain whole number is meant as it stands here.

    In print `1234` may be `12,34` with a lost comma; a person who types it sees what she types.
    """
    plain = text.strip().removesuffix("€").removesuffix("EUR").strip()
    if re.fullmatch(r"[1-9][0-9]{0,8}", plain):
        return Decimal(f"{plain}.00")
    return betrag_from(text)


def is_far(amount: Decimal, rahmen: Decimal | None) -> bool:
    """Whether the amount is more than ten times above or below the planning frame."""
    return rahmen is not None and not rahmen / FAR <= amount <= rahmen * FAR


def written(amount: Decimal) -> str:
    """The amount as it stands in an input: 1.234.567,89."""
    return german(amount).removesuffix(" Euro")


def called(found: Kreis) -> str:
    """A Kreis in a list: the name that tells it apart first, then its kind and its AGS."""
    return f"{found.kurzname}, {found.art.value} · {found.ags}"


def chosen_kreis(text: str, rules: Ruleset) -> Kreis | None:
    """The Kreis that a person picked: by its AGS, or by the words of the list; else None.

    Names that two Kreise share are no choice: each entry of the list ends with its AGS.
    """
    plain = text.strip()
    digits = "".join(takewhile(str.isdigit, reversed(plain)))[::-1]
    return rules.kreis(digits) if plain else None
