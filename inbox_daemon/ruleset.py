"""rules/*.toml → Ruleset; every mistake of every file at once, with file and key.

Promises: a Ruleset that was returned is complete and adds up. Touches: the rules folder.
Trusts: nothing in it. Limits: knows shapes and sums, not the law.
"""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inbox_daemon.core.checks import CHECKS
from inbox_daemon.core.errors import ConfigError
from inbox_daemon.core.frist import BERLIN
from inbox_daemon.core.programm import (
    Art,
    Feld,
    Foerderprogramm,
    Kreis,
    Postfach,
    Ruleset,
    Unbestaetigt,
)

KREISE, POSTFACH = "kreise.toml", "postfach.toml"
LETTER, VORLAGE = "rueckfrage.txt.j2", ".j2"
# A letter may wait six days until it leaves; the day that it names must then still be ahead.
LEAST_NACHFRIST = 6
COUNT_OF_KREISE, COUNT_OF_LANDKREISE = 44, 35

_File = TypeVar("_File", bound="_Closed")
_Ags = Annotated[str, Field(pattern=r"^08\d{3}$")]
_Text = Annotated[str, Field(min_length=1)]
_Domain = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _DomainEntry(_Closed):
    name: _Domain
    rolle: _Text
    stand: _Text
    quelle: _Text


class _KreisEntry(_Closed):
    ags: _Ags
    art: Art
    name: _Text
    kurzname: _Text
    verwaltung: _Text
    sitz: _Text
    einwohner: Annotated[int, Field(gt=0)]
    domains: Annotated[list[_DomainEntry], Field(min_length=1)]


class _FremdeDomain(_Closed):
    name: _Domain
    wer: _Text
    beleg: _Text


class _KreiseFile(_Closed):
    stand: object
    einwohner_quelle: _Text
    einwohner_summe: int
    kreis: list[_KreisEntry]
    fremde_domain: list[_FremdeDomain]


class _Absender(_Closed):
    behoerde: _Text
    referat: _Text
    dienststelle: _Text
    strasse: _Text
    ort: _Text
    telefon: str


class _PostfachFile(_Closed):
    adresse: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    eigene_domains: Annotated[list[_Domain], Field(min_length=1)]
    authserv_id: _Text
    spam_merkmale: list[Annotated[str, Field(pattern=r"^[a-z-]+: [^A-Z]+$")]] = []
    absender: _Absender


class _Erkennung(_Closed):
    titel: Annotated[list[_Text], Field(min_length=1)]
    andere: list[_Text]
    ankuendigung: list[_Text]


class _Frist(_Closed):
    eingang_vor: datetime
    fundstelle: _Text


class _Pruefungen(_Closed):
    namen: Annotated[list[str], Field(min_length=1)]


class _AbsenderRegel(_Closed):
    unbestaetigt: Unbestaetigt = Unbestaetigt.MENSCH


class _FeldEntry(_Closed):
    name: _Text
    labels: Annotated[list[_Text], Field(min_length=1)]
    not_labels: list[_Text] = []


class _Rahmen(_Closed):
    gesamt: Decimal
    schaetzung: bool
    quelle: _Text
    kreise: dict[_Ags, Annotated[Decimal, Field(gt=0, decimal_places=2)]]


class _ProgrammFile(_Closed):
    kennung: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    titel: _Text
    beschreibung: _Text
    aktiv: bool
    fundstelle: _Text
    nachfrist_arbeitstage: Annotated[int, Field(ge=LEAST_NACHFRIST, le=60)]
    erkennung: _Erkennung
    frist: _Frist
    pruefungen: _Pruefungen
    absender: _AbsenderRegel = _AbsenderRegel()
    feld: list[_FeldEntry]
    rahmen: _Rahmen


def load_rules(folder: Path) -> Ruleset:
    """The rules of this folder. Raises ConfigError naming every mistake of every file."""
    mistakes: list[str] = []
    kreise = _read(folder / KREISE, _KreiseFile, mistakes)
    postfach = _read(folder / POSTFACH, _PostfachFile, mistakes)
    programme = [
        found
        for path in _programme_paths(folder)
        if (found := _read(path, _ProgrammFile, mistakes)) is not None
    ]
    files = _files(folder)
    vorlagen = _vorlagen(files, mistakes)
    if not programme:
        mistakes.append(f"{folder}: no programme, at least one file <kennung>.toml is needed")
    if kreise is not None:
        mistakes.extend(_kreise_mistakes(kreise))
    kennungen = [programm.kennung for programm in programme]
    mistakes.extend(
        f"{folder}: two files have the kennung {double!r}"
        for double in sorted({k for k in kennungen if kennungen.count(k) > 1})
    )
    for programm in programme:
        mistakes.extend(_programm_mistakes(programm, kreise, folder))
    if mistakes or kreise is None or postfach is None:
        raise ConfigError(tuple(mistakes))
    rules = _ruleset(_version(files), kreise, postfach, programme)
    return replace(rules, vorlagen=vorlagen)


def _programme_paths(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.glob("*.toml"))
        if path.name not in {KREISE, POSTFACH} and not path.name.startswith("_")
    ]


def _files(folder: Path) -> dict[str, bytes]:
    """Every byte that shapes a verdict or a letter, by its path in the folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix == VORLAGE or (path.suffix == ".toml" and not path.name.startswith("_"))
    }


def _version(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


def _vorlagen(files: dict[str, bytes], mistakes: list[str]) -> tuple[tuple[str, str], ...]:
    """The templates as text; the same bytes that are in the version, read once."""
    found = []
    for name, content in files.items():
        try:
            if name.endswith(VORLAGE):
                found.append((name, content.decode()))
        except UnicodeDecodeError as error:
            mistakes.append(f"{name}: {error}")
    return tuple(found)


def _read(path: Path, shape: type[_File], mistakes: list[str]) -> _File | None:
    try:
        with path.open("rb") as file:
            return shape.model_validate(tomllib.load(file, parse_float=Decimal))
    except FileNotFoundError:
        mistakes.append(f"{path}: the file is missing")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        mistakes.append(f"{path}: {error}")
    except ValidationError as error:
        for fault in error.errors():
            key = ".".join(str(part) for part in fault["loc"])
            mistakes.append(f"{path}: {key}: {fault['msg']}")
    return None


def _kreise_mistakes(file: _KreiseFile) -> Iterator[str]:
    keys = [kreis.ags for kreis in file.kreis]
    domains = [domain.name for kreis in file.kreis for domain in kreis.domains]
    land = sum(kreis.art is Art.LANDKREIS for kreis in file.kreis)
    if len(keys) != COUNT_OF_KREISE or land != COUNT_OF_LANDKREISE:
        yield f"{KREISE}: {land} Landkreise of {len(keys)} Kreise, must be 35 of 44"
    for double in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"{KREISE}: ags {double} stands twice"
    for double in sorted({name for name in domains if domains.count(name) > 1}):
        yield f"{KREISE}: domain {double} stands twice"
    total = sum(kreis.einwohner for kreis in file.kreis)
    if total != file.einwohner_summe:
        yield f"{KREISE}: einwohner add up to {total}, einwohner_summe says {file.einwohner_summe}"


def _programm_mistakes(
    programm: _ProgrammFile, kreise: _KreiseFile | None, folder: Path
) -> Iterator[str]:
    where = f"{programm.kennung}.toml"
    known = {name for name, _ in CHECKS}
    if not (folder / programm.kennung / LETTER).is_file():
        yield f"{where}: the letter {programm.kennung}/{LETTER} is missing"
    for name in programm.pruefungen.namen:
        if name not in known:
            yield f"{where}: pruefungen.namen: there is no check {name!r}"
    if programm.frist.eingang_vor.tzinfo is not None:
        yield f"{where}: frist.eingang_vor: write local time of Stuttgart, without zone"
    for name in ("betrag", "antragsteller", "unterschrift"):
        if name not in {feld.name for feld in programm.feld}:
            yield f"{where}: feld: the field {name!r} is missing"
    if kreise is not None and set(programm.rahmen.kreise) != {k.ags for k in kreise.kreis}:
        yield f"{where}: rahmen.kreise: must name exactly the 44 AGS of {KREISE}"
    total = sum(programm.rahmen.kreise.values(), Decimal(0))
    if total != programm.rahmen.gesamt:
        yield f"{where}: rahmen.kreise add up to {total}, gesamt says {programm.rahmen.gesamt}"


def _ruleset(
    version: str, kreise: _KreiseFile, postfach: _PostfachFile, programme: list[_ProgrammFile]
) -> Ruleset:
    return Ruleset(
        version=version,
        kreise=tuple(
            Kreis(
                **kreis.model_dump(exclude={"domains"}),
                domains=tuple(domain.name for domain in kreis.domains),
            )
            for kreis in kreise.kreis
        ),
        fremde_domains=tuple(domain.name for domain in kreise.fremde_domain),
        postfach=Postfach(
            adresse=postfach.adresse,
            eigene_domains=tuple(postfach.eigene_domains),
            authserv_id=postfach.authserv_id,
            spam_merkmale=tuple(postfach.spam_merkmale),
            **postfach.absender.model_dump(),
        ),
        programme=tuple(_programm(file) for file in programme),
    )


def _programm(file: _ProgrammFile) -> Foerderprogramm:
    return Foerderprogramm(
        kennung=file.kennung,
        titel=file.titel,
        aktiv=file.aktiv,
        titles=tuple(file.erkennung.titel),
        not_titles=tuple(file.erkennung.andere),
        announcements=tuple(file.erkennung.ankuendigung),
        received_before=file.frist.eingang_vor.replace(tzinfo=BERLIN),
        rahmen=tuple(file.rahmen.kreise.items()),
        rahmen_is_estimate=file.rahmen.schaetzung,
        felder=tuple(
            Feld(name=feld.name, labels=tuple(feld.labels), not_labels=tuple(feld.not_labels))
            for feld in file.feld
        ),
        checks=tuple(file.pruefungen.namen),
        unproven=file.absender.unbestaetigt,
        nachfrist_arbeitstage=file.nachfrist_arbeitstage,
        beschreibung=file.beschreibung,
        fundstelle=file.fundstelle,
        frist_fundstelle=file.frist.fundstelle,
        rahmen_quelle=file.rahmen.quelle,
    )
