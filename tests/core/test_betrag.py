"""Euro amounts: what is accepted, what is refused, and that nothing is lost on the way round."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_daemon.core.betrag import (
    MAX_IN_WORDS,
    betrag_from,
    betrag_in_words,
    german,
    words_for,
)

AMOUNTS = st.decimals(min_value=0, max_value=MAX_IN_WORDS, places=2, allow_nan=False)

ACCEPTED = [
    ("1.234,56", "1234.56"),
    ("1 234,56", "1234.56"),
    ("1\u202f234,56", "1234.56"),
    ("1'234,56", "1234.56"),
    ("1’234,56", "1234.56"),
    ("1234,56", "1234.56"),
    ("1.234,--", "1234.00"),
    ("1.234,-", "1234.00"),
    ("1.234,–", "1234.00"),
    ("1.234 €", "1234.00"),
    ("1.234,56€", "1234.56"),
    ("EUR 1.234,56", "1234.56"),
    ("1.234,56 Euro", "1234.56"),
    ("1.234,56 Euro.", "1234.56"),
    ("€ 5", "5.00"),
    ("0,00", "0.00"),
    ("20.000", "20000.00"),
    ("20.000,-- €", "20000.00"),
    ("1.234.567,89", "1234567.89"),
    ("  1. 234 ,56 ", "1234.56"),
    ("999.999.999,99", "999999999.99"),
]
REFUSED = [
    "", " ", "Euro", "12.34", "1,234", "1,234.50", "1.23,45", "1.2345,67", "12.345.67", "1.234,5",
    "1.234,567", "1234", "20000", "22424524 EUR", "01.234,56", "1.234 567,89", "1 2345,67", "5 T€",
    "20 TEUR", "20 Tsd. Euro", "-1.234,56", "1.234,56-", "1.O34,56", "l.234,56", "1.234,5O",
    "22.07.2022", "DE55 6945 0527 8471 8396 96", "07860 483-8742", "1.234,56 1.234,56",
    "1.234,56 USD", "1.000.000.000,00", "١٢٣,٠٠", "1.234,56 ¼",
]  # fmt: skip

SPOKEN = [
    ("zweihundertvierundzwanzigtausendzweihundertfünfundvierzig Euro 24 Cent", "224245.24"),
    ("Zwei-hundert Tausend", "200000"),
    ("in Worten: --- einhundertfuenftausend 24/100 Euro ---", "105000.24"),
    ("tausendundeins", "1001"),
    ("eintausendein Euro", "1001"),
    ("dreissig Euro", "30"),
    ("Dreißig Euro und fünf Cent", "30.05"),
    ("eine Million Euro", "1000000"),
    ("zwei Millionen dreitausend Euro", "2003000"),
    ("neunundneunzig Millionen", "99000000"),
    ("hundertundfünf Euro", "105"),
    ("zwohundert EUR", "200"),
    ("einhundert Euro einundzwanzig Cent", "100.21"),
    ("null Euro", "0"),
]
NOT_SPOKEN = [
    "", "Euro", "quatsch", "Millionen Euro", "24/100", "zweihunder Euro", "zwelhundert Euro",
    "tausendtausend", "elfhundert", "zwei zwei vier", "hundertmillionen", "hundert Millionen Euro",
    "zehn Euro hundert Cent", "zehn Euro 2O Cent", "zwanzigeinund Euro", "fünf Millionen Millionen",
    "quatschmillionen Euro", "quatschtausend Euro", "zehn Euro quatsch Cent", "fünf\nMark",
    "zwei million quatsch",
]  # fmt: skip


@pytest.mark.parametrize(("text", "euro"), ACCEPTED)
def test_german_notation_is_read(text: str, euro: str) -> None:
    assert betrag_from(text) == Decimal(euro)


@pytest.mark.parametrize("text", REFUSED)
def test_anything_that_could_mean_two_things_is_refused(text: str) -> None:
    assert betrag_from(text) is None


@pytest.mark.parametrize(("text", "euro"), SPOKEN)
def test_words_are_read(text: str, euro: str) -> None:
    assert betrag_in_words(text) == Decimal(euro)


@pytest.mark.parametrize("text", NOT_SPOKEN)
def test_words_with_a_wrong_letter_are_no_number(text: str) -> None:
    assert betrag_in_words(text) is None


@given(AMOUNTS)
def test_an_amount_written_is_read_back(betrag: Decimal) -> None:
    assert betrag_from(german(betrag)) == betrag


@given(AMOUNTS)
def test_an_amount_in_words_is_read_back(betrag: Decimal) -> None:
    assert betrag_in_words(words_for(betrag)) == betrag


@given(AMOUNTS)
def test_a_lost_comma_never_becomes_another_amount(betrag: Decimal) -> None:
    """The factor of 100: without its comma the text is refused, or still means the same."""
    plain = german(betrag).removesuffix(" Euro").replace(".", "")
    assert betrag < 10 or betrag_from(plain.replace(",", "")) is None
    assert betrag_from(plain.replace(",", ".")) is None


@given(st.text())
def test_no_text_raises(text: str) -> None:
    for value in (betrag_from(text), betrag_in_words(text)):
        assert value is None or value >= 0


@pytest.mark.parametrize("betrag", ["-0.01", "100000000", "0.001"])
def test_amounts_without_words_are_refused(betrag: str) -> None:
    with pytest.raises(ValueError, match="no words"):
        words_for(Decimal(betrag))


def test_words_of_one() -> None:
    assert words_for(Decimal(1)) == "ein Euro"
    assert words_for(Decimal("1000000.01")) == "eine Million Euro und ein Cent"
    assert german(Decimal("1234.5")) == "1.234,50 Euro"
