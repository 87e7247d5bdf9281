"""Euro amounts as German offices write them, in digits and in words.

Promises: only what can be meant in one way becomes a number; a digit is never invented or
exchanged, and what could be wrong by a factor of 100 is refused (None). Touches: nothing.
Trusts: nothing. Limits: Euro below one milliard (digits) or 100 million (words); no T€, no minus.
"""

import re
from decimal import Decimal
from functools import cache
from typing import Final

CENT: Final = Decimal("0.01")
MAX_IN_WORDS: Final = Decimal("99999999.99")
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_CURRENCY = r"(?:EUR|Euro|€)"
_AMOUNT = re.compile(
    rf"""(?:{_CURRENCY}\ ?)?
    (?P<whole>
        0 | [1-9]\d{{0,2}}(?:(?P<mark>[.\ '])\d{{3}}(?:(?P=mark)\d{{3}})?)?
        | (?P<plain>[1-9]\d{{3,8}})
    )
    (?P<cents>,\d{{2}}|,-{{1,2}})?
    (?:\ ?{_CURRENCY}\.?)?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_UNITS = (
    "null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn",
    "elf", "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn",
    "neunzehn",
)  # fmt: skip
_TENS = (
    "", "zehn", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig",
    "neunzig",
)  # fmt: skip
_SPELLINGS = (("dreissig", "dreißig"), ("fuenf", "fünf"), ("zwoelf", "zwölf"), ("zwo", "zwei"))
_FILLERS = re.compile(r"[\s\u00a0\u00ad\u2013\u2014*_=.:()-]+")
_MONEY = r"(?:euro|eur|€)"
_WORDS = (
    re.compile(rf"(?P<euro>[a-zäöüß]+?){_MONEY}?(?:(?:und)?(?P<cents>[0-9]{{2}})/100{_MONEY}?)?"),
    re.compile(rf"(?P<euro>[a-zäöüß]+?){_MONEY}(?:und)?(?P<cents>[0-9]{{1,2}}|[a-zäöüß]+?)cents?"),
)


def betrag_from(text: str) -> Decimal | None:
    """The amount that the whole text is, in Euro with two decimals, or None.

    Accepts 1.234,56 · 1 234,56 · 1'234,56 · 1234,56 · 1.234,-- · 1.234,- · 1.234 · 123, with
    EUR, Euro or € before or after. A dot or blank before exactly three digits groups thousands.
    Refuses 12.34, 1,234 and 1,234.50, and digits in a row without cents (1234): there the comma
    may have been lost on the way, which is a factor of 100.
    """
    plain = _SPACES.sub(" ", re.sub(r"[’‘´`]", "'", text)).strip()
    plain = re.sub(r" ?([.,]) ?", r"\1", re.sub(r"[–—]+", "--", plain))
    found = _AMOUNT.fullmatch(plain)
    if found is None or (found["plain"] and not found["cents"]):
        return None
    whole = re.sub(r"\D", "", found["whole"])
    cents = (found["cents"] or "").strip(",-") or "00"
    return Decimal(f"{whole}.{cents}")


def german(betrag: Decimal) -> str:
    """The amount for a letter: `1.234,56 Euro`."""
    text = f"{betrag:,.2f}".replace(",", "'").replace(".", ",").replace("'", ".")
    return f"{text} Euro"


def words_for(betrag: Decimal) -> str:
    """The amount in German words: `eintausendzweihundert Euro`, with `und … Cent` where needed.

    Raises ValueError below 0, above 99,999,999.99 and for parts of a cent.
    """
    if not 0 <= betrag <= MAX_IN_WORDS or betrag != betrag.quantize(CENT):
        raise ValueError(f"no words for {betrag}")
    euro, cents = divmod(int(betrag * 100), 100)
    text = f"{_number(euro)} Euro"
    return f"{text} und {_number(cents)} Cent" if cents else text


def betrag_in_words(text: str) -> Decimal | None:
    """The amount that the whole text says in German words, or None.

    Blanks, hyphens and filling dashes do not count; cents as words, as `24 Cent` or as `24/100`.
    Every letter must fit: a word with one wrong letter is no number.
    """
    plain = _FILLERS.sub("", text.casefold()).removeprefix("inworten")
    for spelling, letters in _SPELLINGS:
        plain = plain.replace(spelling, letters)
    for pattern in _WORDS:
        found = pattern.fullmatch(plain)
        euro = _value(found["euro"]) if found else None
        cents = _cents(found["cents"]) if found else None
        if euro is not None and cents is not None:
            return euro + cents * CENT
    return None


def _cents(text: str | None) -> int | None:
    if text is None or text.isdigit():
        return int(text or 0)
    value = _words_below_1000().get(text)
    return value if value is not None and value < 100 else None  # noqa: PLR2004 (Cent in a Euro)


def _value(text: str) -> int | None:
    words = _words_below_1000()
    millions, many, rest = text.rpartition("million")
    thousands, thousand, ones = rest.removeprefix("en" if many else "").rpartition("tausend")
    if many or thousand:
        ones = ones.removeprefix("und") or "null"
    if thousand:
        thousands = thousands or "ein"
    if not many:
        millions = "null"
    parts = [words.get(part) for part in (millions, thousands or "null", ones)]
    numbers = [part for part in parts if part is not None]
    if len(numbers) < len(parts) or numbers[0] >= 100:  # noqa: PLR2004 (below 100 million)
        return None
    return numbers[0] * 1_000_000 + numbers[1] * 1000 + numbers[2]


@cache
def _words_below_1000() -> dict[str, int]:
    """Every usual way to write 0 to 999: hundert or einhundert, hundertfünf or hundertundfünf."""
    words = {"eine": 1}
    for number in range(1000):
        hundreds, rest = divmod(number, 100)
        heads = [f"{_UNITS[hundreds]}hundert"] if hundreds else [""]
        heads += ["hundert"] if hundreds == 1 else []
        tails = [_below_100(rest)] if rest or not hundreds else [""]
        tails += ["eins"] if rest == 1 else []
        tails += [f"und{tail}" for tail in tails if hundreds and rest]
        words.update({head + tail: number for head in heads for tail in tails})
    return words


def _below_100(number: int) -> str:
    if number < len(_UNITS):
        return _UNITS[number]
    tens, unit = divmod(number, 10)
    return f"{_UNITS[unit]}und{_TENS[tens]}" if unit else _TENS[tens]


def _below_1000(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    head = f"{_UNITS[hundreds]}hundert" if hundreds else ""
    return head + (_below_100(rest) if rest or not hundreds else "")


def _number(number: int) -> str:
    millions, rest = divmod(number, 1_000_000)
    thousands, ones = divmod(rest, 1000)
    text = ""
    if millions:
        text = "eine Million " if millions == 1 else f"{_below_1000(millions)} Millionen "
    if thousands:
        text += f"{_below_1000(thousands)}tausend"
    if ones or not number:
        text += _below_1000(ones)
    return text.strip()
