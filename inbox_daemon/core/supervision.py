"""How far the machine may write letters by itself: not at all, after a click, or alone.

Promises: the narrowest level that is named holds; a letter never leaves on a level that nobody
set. Touches: nothing. Trusts: config.py for the names, which it compares with the rules.
Limits: says what the level forbids; what else stands against a letter is in replies.py.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

# The one kind of letter that there is; part of the keys of `levels`.
RUECKFRAGE: Final = "rueckfrage"

SHADOW_REASON, CLICK_REASON = "antwort-schatten", "antwort-freigabe"


class Level(StrEnum):
    """Nothing leaves and everything is shown; each letter waits for a person; it leaves."""

    SHADOW = "shadow"
    SUPERVISED = "supervised"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """The levels. `levels` are (name, level) of a programme, or of `programme/kind of letter`.

    The default here is that of decisions from before there were levels; that of a new
    installation stands in config.py.
    """

    level: Level = Level.AUTOMATIC
    levels: tuple[tuple[str, Level], ...] = ()

    def level_of(self, programm: str, letter: str = RUECKFRAGE) -> Level:
        """The level of this letter of this programme."""
        named = dict(self.levels)
        return named.get(f"{programm}/{letter}") or named.get(programm) or self.level

    def against(self, programm: str, letter: str = RUECKFRAGE, *, clicked: bool) -> str | None:
        """Why this letter may not leave (a code); `clicked` where a person has decided on it."""
        match self.level_of(programm, letter):
            case Level.SHADOW:
                return SHADOW_REASON
            case Level.SUPERVISED:
                return None if clicked else CLICK_REASON
            case Level.AUTOMATIC:
                return None
            case never:
                assert_never(never)

    def unknown(self, programme: tuple[str, ...]) -> tuple[str, ...]:
        """The names in `levels` that mean no letter of these programmes."""
        known = {name for p in programme for name in (p, f"{p}/{RUECKFRAGE}")}
        return tuple(name for name, _ in self.levels if name not in known)
