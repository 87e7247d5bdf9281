"""Which of the 44 Kreise a sender's address or a text of the form means.

Promises: a name that two Kreise share matches neither of them without its kind; a domain matches
on label boundaries only. Touches: nothing. Trusts: the closed list in the rules.
Limits: says what a text means, not whether the sender is who he says. Free text is read in
kreis_words.py, domains that only look like one of the list are told in lookalike.py.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TypeAlias

from inbox_daemon.core.programm import Art, Kreis, Ruleset

# Below this likeness a name damaged by OCR is not taken for a Kreis; between two Kreise the
# better one must lead by the margin. Heidenheim and Heidelberg are 0.7 alike.
LIKENESS = 0.87
MARGIN = 0.06

_STADT = re.compile(
    r"\b(stadtkreis|stadt|landeshauptstadt|universitaetsstadt|kreisstadt|buergermeisteramt)\b"
)
_LAND = re.compile(r"\b(landkreis|landratsamt|kreis|kreisverwaltung|lkr|lra)\b")
_UMLAUTS = str.maketrans({"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue", "\u00df": "ss"})
_KINDS = ("stadtkreis", "landkreis", "landratsamt", "landeshauptstadt")
_NOISE = re.compile(
    r"\b(stadtkreis|stadt|landeshauptstadt|universitaetsstadt|landkreis|landratsamt|kreis"
    r"|kreisstadt|grosse|buergermeisteramt|stadtverwaltung|kreisverwaltung|lkr|lra|und|des|der|die|das)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Exactly one Kreis."""

    ags: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """Several Kreise fit; a person decides."""

    ags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """None of the 44 fits."""


KreisMatch: TypeAlias = Matched | Ambiguous | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class KreisSources:
    """What each of the three sources said: the applicant's field, the address, the mail's words."""

    form: KreisMatch = field(default_factory=Unknown)
    sender: KreisMatch = field(default_factory=Unknown)
    text: KreisMatch = field(default_factory=Unknown)

    def contradicted_by_text(self) -> bool:
        """Whether the words surely name one Kreis, and it is another than form and sender say."""
        others = [m.ags for m in (self.form, self.sender) if isinstance(m, Matched)]
        return isinstance(self.text, Matched) and bool(others) and self.text.ags not in others


def by_address(addr: str, rules: Ruleset) -> KreisMatch:
    """The Kreis of a mail address, by its domain or a parent of it on a label boundary.

    City domains that only look like a Kreis are unknown, even below a Kreis domain.
    """
    domain = domain_of(addr)
    if not all(domain.split(".")) or is_foreign(domain, rules):
        return Unknown()
    found = tuple(
        sorted({k.ags for k in rules.kreise if any(_within(domain, own) for own in k.domains)})
    )
    return one_of(found)


def domain_of(addr: str) -> str:
    """What stands behind the last @, lower case, without the dot of the root."""
    return addr.rpartition("@")[2].strip().lower().removesuffix(".")


def is_foreign(domain: str, rules: Ruleset) -> bool:
    """Whether the rules name this domain as one that only looks like a Kreis."""
    return any(_within(domain, foreign) for foreign in rules.fremde_domains)


@lru_cache(maxsize=128)
def names_of(kreis: Kreis) -> frozenset[str]:
    """The names of a Kreis without its kind, as plain() writes them."""
    wanted = {bare(plain(kreis.kurzname)), bare(plain(kreis.name))}
    # Cities are written with or without their river or region: Freiburg i. Br.
    return frozenset(wanted | {full.split(" im ")[0] for full in wanted})


def by_text(text: str, rules: Ruleset) -> KreisMatch:
    """The Kreis that the text of the applicant's field names, with its kind.

    A Landkreis that shares its name with a city is matched only when the text says which of them
    is meant; "Stadt Göppingen" is no applicant and stays unknown.
    """
    text = _mended_kinds(plain(text))
    name = bare(text)
    if not name:
        return Unknown()
    near = _nearest(name, rules.kreise)
    says_stadt, says_land = bool(_STADT.search(text)), bool(_LAND.search(text))
    if says_stadt and says_land:
        return _several(near)
    if says_stadt or says_land:
        art = Art.STADTKREIS if says_stadt else Art.LANDKREIS
        return one_of(tuple(kreis.ags for kreis in near if kreis.art is art))
    if all(kreis.art is Art.STADTKREIS or "kreis" in kreis.kurzname.lower() for kreis in near):
        return one_of(tuple(kreis.ags for kreis in near))
    return _several(near)


def _several(near: tuple[Kreis, ...]) -> KreisMatch:
    return Ambiguous(ags=tuple(kreis.ags for kreis in near)) if near else Unknown()


def _mended_kinds(words: str) -> str:
    return " ".join(
        next((kind for kind in _KINDS if _alike(token, kind) >= LIKENESS), token)
        for token in words.split()
    )


def _nearest(name: str, kreise: tuple[Kreis, ...]) -> tuple[Kreis, ...]:
    exact = tuple(kreis for kreis in kreise if _as_written(name, kreis) in names_of(kreis))
    if exact:
        return exact
    scored = sorted(((_likeness(name, kreis), kreis) for kreis in kreise), key=lambda s: -s[0])
    best = scored[0][0]
    if best < LIKENESS:
        return ()
    return tuple(kreis for score, kreis in scored if score >= best - MARGIN)


def _likeness(name: str, kreis: Kreis) -> float:
    written = _as_written(name, kreis)
    return max(_alike(written, other) for other in names_of(kreis))


def _as_written(name: str, kreis: Kreis) -> str:
    """Without what may stand behind a city's name."""
    if kreis.art is Art.LANDKREIS:
        return name
    return re.sub(r" (i br|im br|i breisgau|am neckar|i w)$", "", name)


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def one_of(found: tuple[str, ...]) -> KreisMatch:
    """The match that these AGS make."""
    if not found:
        return Unknown()
    return Matched(ags=found[0]) if len(found) == 1 else Ambiguous(ags=found)


def _within(domain: str, parent: str) -> bool:
    return domain == parent or domain.endswith("." + parent)


def plain(text: str) -> str:
    """Words of a-z with one space between, umlauts as two letters."""
    lowered = text.lower().translate(_UMLAUTS)
    ascii_only = unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]+", " ", ascii_only).strip()


def bare(words: str) -> str:
    """Plain words without those of kind."""
    return re.sub(r" +", " ", _NOISE.sub(" ", words)).strip()
