"""Which Kreis the words of a mail name: the third source, beside form and address.

Promises: only a name with its kind counts ("Landratsamt Calw", "Enzkreis"), never a place; the
signature block before the rest. Touches: nothing. Trusts: the closed list in the rules.
Limits: letter by letter but for umlauts and endings; what follows from it is said in the checks.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from inbox_daemon.core.kreis import KreisMatch, names_of, one_of, plain
from inbox_daemon.core.mailtext import signature_block
from inbox_daemon.core.programm import Art, Kreis, Ruleset

# The kind that must stand before a name in free text, where "Karlsruhe" alone is a place.
_KINDS_OF_STADT = frozenset(
    ("stadt", "stadtkreis", "landeshauptstadt", "universitaetsstadt", "stadtverwaltung",
     "buergermeisteramt"))  # fmt: skip
_KINDS_OF_LAND = frozenset(
    ("landkreis", "landratsamt", "kreis", "kreisverwaltung", "lkr", "lra"))  # fmt: skip
_ANY_KIND = frozenset(
    form for kind in (*_KINDS_OF_STADT, *_KINDS_OF_LAND) for form in (kind, kind + "s", kind + "es")
)
# "Stadt- und Landkreis Karlsruhe" names both.
_BETWEEN_KINDS = frozenset(("und", "oder", "bzw"))
# Words after which somebody else is spoken of; "mit freundlichen Grüßen" is a greeting.
_OF_OTHERS = re.compile(
    r"\b(nachbar\w*|wie|bei|beim|mit dem|mit der|neben|statt|auch|vom|an das|an den)( \w+){0,2}$"
)


def by_words(text: str, rules: Ruleset) -> KreisMatch:
    """The Kreis that free text surely names, with its kind; letter by letter but for umlauts.

    The signature block counts before all the rest: in the rest neighbours are mentioned.
    """
    found = _named(plain(signature_block(text)), rules)
    if found:
        return one_of(found)
    return one_of(_named(plain(text), rules, is_own=lambda before: not _OF_OTHERS.search(before)))


def _named(
    text: str, rules: Ruleset, *, is_own: Callable[[str], bool] = lambda _before: True
) -> tuple[str, ...]:
    words, names = text.split(), _names(rules.kreise)
    found = {
        ags
        for at, word in enumerate(words)
        if word in _ANY_KIND or _nominative(word) in names.begin
        for ags in _named_at(words, at, names)
        if is_own(" ".join(words[max(0, at - 5) : at]))
    }
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class _Names:
    """How each Kreis is named: alone where the name says its kind; behind a kind, by first word."""

    alone: tuple[tuple[str, tuple[str, ...]], ...]
    behind: Mapping[str, tuple[tuple[str, Art, tuple[str, ...]], ...]]
    begin: frozenset[str]


@lru_cache(maxsize=4)
def _names(kreise: tuple[Kreis, ...]) -> _Names:
    own = {kreis.ags: tuple(plain(kreis.kurzname).split()) for kreis in kreise}
    # Enzkreis, Rems-Murr-Kreis.
    alone = tuple((ags, name) for ags, name in own.items() if name[-1].endswith("kreis"))
    behind: dict[str, tuple[tuple[str, Art, tuple[str, ...]], ...]] = {}
    for kreis in kreise:
        for name in sorted(names_of(kreis)):
            first, *_ = words = name.split()
            behind[first] = (*behind.get(first, ()), (kreis.ags, kreis.art, tuple(words)))
    return _Names(alone, behind, frozenset(_nominative(name[0]) for _, name in alone))


def _named_at(words: list[str], at: int, names: _Names) -> Iterator[str]:
    yield from (ags for ags, name in names.alone if _begins(words, at, name))
    if (kinds := _kinds_at(words, at)) and at + 1 < len(words):
        for ags, art, name in names.behind.get(_nominative(words[at + 1]), ()):
            if art in kinds and _begins(words, at + 1, name):
                yield ags


def _kinds_at(words: list[str], at: int) -> frozenset[Art]:
    """The kinds that a word of kind stands for, with the one joined to it before."""
    word = _nominative(words[at])
    kinds = {Art.STADTKREIS} if word in _KINDS_OF_STADT else set()
    if word in _KINDS_OF_LAND:
        kinds.add(Art.LANDKREIS)
        before = [w for w in words[max(0, at - 2) : at] if w not in _BETWEEN_KINDS]
        if before and before[-1] in {"stadt", "stadtkreis"}:
            kinds.add(Art.STADTKREIS)
    return frozenset(kinds)


def _begins(words: list[str], at: int, name: tuple[str, ...]) -> bool:
    found = words[at : at + len(name)]
    return len(found) == len(name) and all(
        word == wanted or _nominative(word) == wanted
        for word, wanted in zip(found, name, strict=True)
    )


def _nominative(word: str) -> str:
    """Without the ending of "des Landkreises", "des Landratsamtes"."""
    return re.sub(r"(kreis|amt)e?s$", r"\1", word)
