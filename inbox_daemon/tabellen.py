"""Tables to take along: CSV and XLSX for spreadsheets, JSON lines for programs.

Promises: German numbers and local times; every text is harmless (core/zellen.py); the same table
gives the same bytes; the rows of years pass through one by one. Touches: a temporary file (XLSX).
Trusts: the caller for what may be shown to whom. Limits: one sheet, no formulas, no links, no
styles beyond a bold header; Excel's own limits of rows and characters hold.
"""

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import IO, Final, TypeAlias

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from inbox_daemon.core.betrag import german
from inbox_daemon.core.frist import BERLIN
from inbox_daemon.core.zellen import harmless

Cell: TypeAlias = str | Decimal | datetime | int | None

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSONL_TYPE: Final = "application/x-ndjson"

BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
# What a cell of Excel holds, less the mark of the cut (Excel specifications and limits).
MOST_CHARACTERS: Final = 32_000
MOST_ROWS: Final = 1_048_575
CUT: Final = " […]"
# A workbook has a time of making; ours is always the same, so that equal tables are equal files.
_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_NARROWEST, _WIDEST = 12, 60
_EARLIEST: Final = 1901


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A list with its header. `rows` are asked for once."""

    title: str
    header: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]


def csv_of(table: Table) -> Iterator[bytes]:
    """UTF-8 with byte order mark, semicolons, CRLF, a piece a row; RFC 4180 but for the `;`.

    Everything is quoted: a reader that splits at commas still sees where a cell begins.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow([harmless(name) for name in table.header])
    for row in table.rows:
        yield _taken(buffer)
        writer.writerow([german_cell(cell) for cell in row])
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    written = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return written


def german_cell(cell: Cell) -> str:
    """The cell as a person in Stuttgart reads it: `1.234,56`, `20.11.2026 09:05:12`."""
    if isinstance(cell, Decimal):
        return german(cell).removesuffix(" Euro")
    if isinstance(cell, datetime):
        return local(cell).strftime("%d.%m.%Y %H:%M:%S")
    return "" if cell is None else harmless(cell) if isinstance(cell, str) else str(cell)


def local(instant: datetime) -> datetime:
    """The time on the clocks of Stuttgart, naive; one at the end of all years stays as it came."""
    try:
        return instant.astimezone(BERLIN).replace(tzinfo=None)
    except OverflowError:
        return instant.replace(tzinfo=None)


def jsonl_of(table: Table) -> Iterator[bytes]:
    """One object a row: amounts as decimal strings, instants with their zone, texts as they are."""
    for row in table.rows:
        named = dict(zip(table.header, map(_plain, row), strict=True))
        yield json.dumps(named, ensure_ascii=True).encode() + b"\n"


def _plain(cell: Cell) -> str | int | None:
    if isinstance(cell, Decimal):
        return f"{cell:.2f}"
    return cell.isoformat() if isinstance(cell, datetime) else cell


def xlsx_of(table: Table) -> IO[bytes]:
    """The workbook as an open temporary file, at its beginning; whoever closes it deletes it.

    Rows beyond what a sheet holds are left out, and the last row says so.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        _write(table, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _write(table: Table, file: IO[bytes]) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": table.title, "created": _MADE})
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        formats = {
            Decimal: book.add_format({"num_format": "#,##0.00"}),
            datetime: book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"}),
        }
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(table.header):
            sheet.set_column(column, column, min(max(_NARROWEST, len(name) + 4), _WIDEST))
        for column, name in enumerate(table.header):
            sheet.write_string(0, column, harmless(name), bold)
        for line, row in enumerate(table.rows, start=1):
            if line == MOST_ROWS:
                sheet.write_string(line, 0, CUT.strip())
                break
            for column, cell in enumerate(row):
                _put(sheet, (line, column), cell, formats)


def _put(sheet: Worksheet, place: tuple[int, int], cell: Cell, formats: dict[type, Format]) -> None:
    if cell is None:
        return
    if isinstance(cell, Decimal):
        sheet.write_number(*place, float(cell), formats[Decimal])
    elif isinstance(cell, datetime):
        _put_instant(sheet, place, cell, formats[datetime])
    elif isinstance(cell, int):
        sheet.write_number(*place, cell)
    else:
        text = harmless(cell)
        cut = len(text) > MOST_CHARACTERS
        sheet.write_string(*place, text[:MOST_CHARACTERS] + CUT if cut else text)


def _put_instant(sheet: Worksheet, place: tuple[int, int], at: datetime, style: Format) -> None:
    if at.year < _EARLIEST:  # Excel has no such days; a broken server can give them.
        sheet.write_string(*place, german_cell(at))
    else:
        sheet.write_datetime(*place, local(at), style)
