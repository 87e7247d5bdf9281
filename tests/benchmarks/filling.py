"""Who applies, for how much, and in which words: invented fillings for composed forms.

The 44 Kreise and their planning frames come from rules/; persons, streets, numbers and IBANs are
drawn by chance and belong to nobody (the check digits of an IBAN are right, as on a real form).
"""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any

from tests.benchmarks.pens import PROJECT

FIRST = (
    "Ulrike", "Markus", "Petra", "Thomas", "Jörg", "Stefan", "Anja", "Sabine", "Michael",
    "Claudia", "Andreas", "Birgit", "Holger", "Katrin", "Rainer", "Melanie", "Günter", "Heike",
    "Tobias", "Silke", "Matthias", "Cornelia", "Bernd", "Simone", "Volker", "Gabriele",
)  # fmt: skip
LAST = (
    "Brenner", "Lorenz", "Kuhnle", "Schäuble", "Pfeiffer", "Maurer", "Haug", "Eberle", "Rapp",
    "Weinmann", "Bühler", "Schwarz", "Kienzle", "Gaiser", "Roth", "Stegmaier", "Hägele",
    "Vollmer", "Frank", "Ziegler", "Göhring", "Knapp", "Lutz", "Oßwald", "Traub", "Nagel",
)  # fmt: skip
STREETS = (
    "Schlossstraße", "Bahnhofstraße", "Am Eichamt", "Marktplatz", "Kaiserallee", "Hauptstraße",
    "Parkstraße", "Landratsamtstraße", "Konrad-Adenauer-Platz", "Untere Gasse", "Mühlweg",
)  # fmt: skip
POSTS = (
    "Landrat", "Landrätin", "Erster Landesbeamter", "Dezernentin", "Amtsleiter", "Sozialdezernent",
    "Oberbürgermeister", "Bürgermeisterin", "Leiterin Sozialamt", "Fachbereichsleiter",
)  # fmt: skip
ONES = (
    "", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf",
    "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn",
)  # fmt: skip
TENS = ("", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig",
        "neunzig")  # fmt: skip


@dataclass(frozen=True)
class Filling:
    """What stands in the fields of one application."""

    ags: str
    applicant: str
    seat: str
    street: str
    town: str
    person: str
    contact: str
    post: str
    phone: str
    mail: str
    iban: str
    booking: str
    reference: str
    date: str
    amount: Decimal | None
    amount_text: str | None
    frame: Decimal
    own: Decimal


@lru_cache
def _kreise() -> tuple[tuple[dict[str, Any], Decimal], ...]:
    with (PROJECT / "rules" / "kreise.toml").open("rb") as file:
        kreise = tomllib.load(file)["kreis"]
    with (PROJECT / "rules" / "soforthilfe-ukraine-2022.toml").open("rb") as file:
        frames = tomllib.load(file, parse_float=Decimal)["rahmen"]["kreise"]
    return tuple((k, frames[k["ags"]]) for k in kreise)


def filled(rng: Random, *, blank: bool) -> Filling:
    """One application by one of the 44; `blank` leaves the amount out."""
    kreis, frame = rng.choice(_kreise())
    seat = kreis["sitz"]
    if rng.random() < 0.15:  # an office in another Kreis: the seat must not decide
        seat = rng.choice(_kreise())[0]["sitz"]
    amount = None if blank else _amount(rng, frame)
    person = f"{rng.choice(('', '', 'Dr. '))}{rng.choice(FIRST)} {rng.choice(LAST)}"
    area = f"07{rng.randint(10, 99)}{rng.choice(('', rng.randint(1, 9)))}"
    return Filling(
        ags=kreis["ags"],
        applicant=_written_as(rng, kreis),
        seat=seat,
        street=f"{rng.choice(STREETS)} {rng.randint(1, 120)}",
        town=f"{rng.randint(68, 89)}{rng.randint(100, 999)} {seat}",
        person=person,
        contact=f"{rng.choice(FIRST)} {rng.choice(LAST)}",
        post=rng.choice(POSTS),
        phone=f"{area} {rng.randint(100, 999)}-{rng.randint(100, 9999)}",
        mail=f"{rng.choice(('poststelle', 'integration', 'sozialamt'))}@beispiel-kreis.de",
        iban=_iban(rng),
        booking=f"5.{rng.randint(1000, 9999)}.{rng.randint(100000, 999999)}.{rng.randint(1, 9)}",
        reference=f"{rng.randint(10, 99)}-{rng.randint(100, 999)}.{rng.randint(10, 99)}/"
        f"{rng.randint(1, 99)}",
        date=f"{rng.randint(1, 28):02d}.{rng.choice(('06', '07'))}.2022",
        amount=amount,
        amount_text=None if amount is None else _notation(rng, amount),
        frame=frame,
        own=Decimal(rng.randint(500, 60000) * 100 + rng.choice((0, 0, rng.randint(1, 99)))) / 100,
    )


def _written_as(rng: Random, kreis: dict[str, Any]) -> str:
    name, short = str(kreis["name"]), str(kreis["kurzname"])
    if kreis["art"] == "Stadtkreis":
        return rng.choice((name, f"Stadt {short}", f"Stadt {short}", str(kreis["verwaltung"])))
    bare = name.removeprefix("Landkreis ")
    return rng.choice((name, name, f"Landratsamt {bare}", str(kreis["verwaltung"])))


def _iban(rng: Random) -> str:
    bban = f"{rng.randint(600, 694)}{rng.randint(0, 99999):05d}{rng.randint(0, 10**10 - 1):010d}"
    check = 98 - int(bban + "131400") % 97
    digits = f"DE{check:02d}{bban}"
    if rng.random() < 0.8:
        return " ".join(digits[k : k + 4] for k in range(0, 22, 4))
    return digits


def _amount(rng: Random, frame: Decimal) -> Decimal:
    kind = rng.random()
    if kind < 0.2:
        return frame
    if kind < 0.25:
        return (frame * Decimal(rng.uniform(1.01, 1.3))).quantize(Decimal("0.01"))
    share = (frame * Decimal(rng.uniform(0.2, 0.99))).quantize(Decimal("0.01"))
    if kind < 0.45:
        return share.quantize(Decimal(1)).quantize(Decimal("0.01"))
    if kind < 0.55:
        return (share / 1000).quantize(Decimal(1)) * 1000 + Decimal("0.00")
    return share


def _notation(rng: Random, amount: Decimal) -> str:
    """As offices write it; a whole amount sometimes with a dash for the cents."""
    euro, cent = divmod(int(amount * 100), 100)
    sign = rng.choices((".", " ", ""), (8, 1, 2))[0]
    whole = f"{euro:,}".replace(",", sign)
    if cent == 0 and rng.random() < 0.35:
        return whole + rng.choice((",-", ",--"))
    return f"{whole},{cent:02d}"


def german(amount: Decimal) -> str:
    """12.345,67."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def in_words(amount: Decimal) -> str:
    """The amount as it stands behind "in Worten"."""
    euro, cent = divmod(int(amount * 100), 100)
    words = f"{_number(euro)} Euro"
    return words + (f" {cent:02d} Cent" if cent else "")


def _number(n: int) -> str:
    if n >= 1000:
        head, rest = divmod(n, 1000)
        return f"{'ein' if head == 1 else _number(head)}tausend{_number(rest) if rest else ''}"
    if n >= 100:
        head, rest = divmod(n, 100)
        return f"{ONES[head]}hundert{_number(rest) if rest else ''}"
    if n < 20:
        return "eins" if n == 1 else ONES[n]
    ten, one = divmod(n, 10)
    return f"{ONES[one]}und{TENS[ten]}" if one else TENS[ten]
