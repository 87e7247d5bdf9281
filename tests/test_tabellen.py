"""Tables to take along: no cell is a formula, for whoever reads it with whatever settings."""

import csv
import io
import json
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_daemon.core.zellen import harmless
from inbox_daemon.tabellen import BOM, MOST_CHARACTERS, Table, csv_of, jsonl_of, xlsx_of

AT = datetime(2026, 11, 20, 8, 5, 12, tzinfo=UTC)
SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹢", "⁺", "₊", "−")
LEADS = ("", " ", "\t", "\r", "\n", "\r\n", "\u00a0", "\u200b", "\u202e", "\ufeff", "\x00", "\x1b")
BREAKS = ("", "a,", "a;", "a\t", "a|", 'a"', 'a";"', "a\r\n", "a; ", "a，", "a；")
FORMULAS = ("{}1+1", "{}cmd|'/c calc'!A0", '{}HYPERLINK("http://boese.example","x")')
HOSTILE = tuple(
    f"{lead}{broken}{lead}{formula.format(sign)}"
    for sign in SIGNS
    for lead in LEADS
    for broken in BREAKS
    for formula in FORMULAS[: 1 + (not lead) * 2]
)


def table(*texts: str) -> Table:
    """One text a row, between two others."""
    rows = tuple(("vorher", text, "nachher") for text in texts)
    return Table(title="Probe", header=("Vorher", "Text", "Nachher"), rows=rows)


def csv_text(made: Table) -> str:
    """The file as a reader decodes it."""
    return b"".join(csv_of(made)).decode("utf-8-sig")


def computed(cell: str) -> bool:
    """Whether a spreadsheet would take this cell for a formula."""
    folded = unicodedata.normalize("NFKC", cell.strip().strip('"').lstrip())
    return folded[:1] in set("=+-@−\t\r\n")


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_no_cell_of_a_csv_is_a_formula_wherever_the_reader_splits(delimiter: str) -> None:
    text = csv_text(table(*HOSTILE))
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert len(HOSTILE) > 1000
    assert len(rows) == len(HOSTILE) + 1
    assert [cell for row in rows for cell in row if computed(cell)] == []
    raw = [cell for line in text.splitlines() for cell in line.split(delimiter)]
    assert [cell for cell in raw if computed(cell)] == []


def test_no_cell_of_a_workbook_is_a_formula_or_a_link() -> None:
    with xlsx_of(table(*HOSTILE, "http://boese.example", "1e3", "007")) as file:
        sheet = openpyxl.load_workbook(file)["Sheet1"]
        cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells if computed(str(cell.value))] == []
    assert [cell for cell in cells if cell.hyperlink] == []
    assert [row[1].value for row in sheet.iter_rows()][-3:] == [
        "http://boese.example",
        "1e3",
        "007",
    ]


@given(st.text(max_size=60))
def test_whatever_was_written_stays_readable_and_is_no_formula(text: str) -> None:
    cell = harmless(text)
    assert not computed(cell)
    assert cell.isprintable()
    assert harmless(cell) == cell
    kept = [sign for sign in text if sign.isprintable() and sign != "'"]
    left = iter(cell)
    assert all(sign in left for sign in kept)


def test_what_cannot_be_seen_in_one_line_is_shown() -> None:
    assert harmless("gutachten\u202efdp.exe") == "gutachten‹U+202E›fdp.exe"
    assert harmless("a\r\nb\tc\x7f") == "a‹U+000D›␤b␉c‹U+007F›"


def test_ordinary_words_stay_as_they_are() -> None:
    words = ("Landratsamt Göppingen", "A-2026-000412", "soziales@kreis.example", "Rems-Murr-Kreis")
    assert tuple(map(harmless, words)) == words


def test_numbers_and_times_are_german_in_a_csv_and_real_in_a_workbook() -> None:
    row = ("Göppingen", Decimal("1234567.89"), AT, 412, None)
    made = Table(title="", header=("Kreis", "Betrag", "Eingang", "Nr", "Frist"), rows=(row,))
    assert b"".join(csv_of(made)).startswith(BOM.encode())
    assert csv_text(made).endswith(
        '\r\n"Göppingen";"1.234.567,89";"20.11.2026 09:05:12";"412";""\r\n'
    )
    with xlsx_of(made) as file:
        [_, found] = openpyxl.load_workbook(file)["Sheet1"].iter_rows(values_only=True)
    in_stuttgart = AT.replace(hour=9, tzinfo=None)
    assert found == ("Göppingen", 1234567.89, in_stuttgart, 412, None)
    [line] = jsonl_of(made)
    assert json.loads(line)["Betrag"] == "1234567.89"
    assert json.loads(line)["Eingang"] == "2026-11-20T08:05:12+00:00"


def test_the_same_table_is_the_same_file() -> None:
    made = table("eins", "zwei")
    with xlsx_of(made) as first, xlsx_of(made) as second:
        assert first.read() == second.read()


def test_what_is_too_long_for_a_cell_or_too_old_for_a_sheet_is_still_written() -> None:
    old = datetime(1, 1, 2, tzinfo=UTC)
    made = Table(title="", header=("Text", "Zeit"), rows=(("x" * 40_000, old),))
    with xlsx_of(made) as file:
        [_, (text, at)] = openpyxl.load_workbook(file)["Sheet1"].iter_rows(values_only=True)
    assert text == "x" * MOST_CHARACTERS + " […]"
    assert str(at).startswith("02.01.")


def test_a_table_without_rows_has_its_header() -> None:
    assert csv_text(table()) == '"Vorher";"Text";"Nachher"\r\n'
