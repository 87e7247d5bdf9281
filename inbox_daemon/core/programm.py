"""The rules as values: the closed list of Kreise and the funding programmes.

Promises: what rules/*.toml says, nothing added. Touches: nothing.
Trusts: ruleset.py, which has checked every key, sum and date.
Limits: holds rules, applies none.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Art(StrEnum):
    """The two kinds of Kreis in Baden-Württemberg."""

    LANDKREIS = "Landkreis"
    STADTKREIS = "Stadtkreis"


class Unbestaetigt(StrEnum):
    """What becomes of an application whose sender is unproven; a letter waits for a person."""

    ABLEGEN = "ablegen"
    MENSCH = "mensch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kreis:
    """One of the 44 applicants, keyed by its five-digit Amtlicher Gemeindeschlüssel."""

    ags: str
    art: Art
    name: str
    kurzname: str
    verwaltung: str
    sitz: str
    einwohner: int
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feld:
    """A field of the form: the label variants under which it may stand, lower case."""

    name: str
    labels: tuple[str, ...]
    not_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Foerderprogramm:
    """One funding programme. `received_before` is exclusive; `rahmen` is euro by AGS.

    `titles` are headings by which the form is known, `not_titles` those of other papers;
    `announcements` are lower-case phrases by which a mail says that an application is attached.
    `nachfrist_arbeitstage` are working days. The last four say where it stands; rules stored before
    there were these keys have none.
    """

    kennung: str
    titel: str
    aktiv: bool
    titles: tuple[str, ...]
    not_titles: tuple[str, ...]
    announcements: tuple[str, ...]
    received_before: datetime
    rahmen: tuple[tuple[str, Decimal], ...]
    rahmen_is_estimate: bool
    felder: tuple[Feld, ...]
    checks: tuple[str, ...]
    unproven: Unbestaetigt = Unbestaetigt.MENSCH
    nachfrist_arbeitstage: int = 7
    beschreibung: str = ""
    fundstelle: str = ""
    frist_fundstelle: str = ""
    rahmen_quelle: str = ""

    def rahmen_of(self, ags: str) -> Decimal | None:
        """The planning frame of a Kreis in euro, or None where the rules name none."""
        return dict(self.rahmen).get(ags)

    def feld(self, name: str) -> Feld:
        """The field of that name; a field that the rules do not name has no labels."""
        return next((f for f in self.felder if f.name == name), Feld(name=name, labels=()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Postfach:
    """Our own mailbox and the office that answers for its letters.

    `authserv_id` is the name our receiving server gives itself (RFC 8601 2.2). `spam_merkmale`
    are its marks of spam, "name: value" in lower case; without any nothing is called spam.
    """

    adresse: str
    eigene_domains: tuple[str, ...]
    authserv_id: str
    behoerde: str
    referat: str
    dienststelle: str
    strasse: str
    ort: str
    telefon: str
    spam_merkmale: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """All rules of one moment. `fremde_domains` look like a Kreis and are none.

    `version` is the hash over all rule files; it stands in every verdict. `vorlagen` are the
    templates of the letters, (path in the folder, text).
    """

    version: str
    kreise: tuple[Kreis, ...]
    fremde_domains: tuple[str, ...]
    postfach: Postfach
    programme: tuple[Foerderprogramm, ...]
    vorlagen: tuple[tuple[str, str], ...] = ()

    def kreis(self, ags: str) -> Kreis | None:
        """The Kreis with this AGS, or None."""
        return next((k for k in self.kreise if k.ags == ags), None)

    def programm(self, kennung: str) -> Foerderprogramm | None:
        """The programme with this Kennung, or None."""
        return next((p for p in self.programme if p.kennung == kennung), None)
