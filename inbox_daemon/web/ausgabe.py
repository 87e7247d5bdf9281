"""What leaves the pages as a file: lists in three forms, originals, bundles.

Promises: always an attachment under a plain name of ours, never shown inline, never sniffed, and
where a browser opens it after all, without scripts. Touches: Flask. Trusts: the caller for who may
have it. Limits: a list streams; a fault in the middle ends it short, and the browser says so.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Final

from flask import Response, send_file, stream_with_context

from inbox_daemon.tabellen import (
    CSV_TYPE,
    JSONL_TYPE,
    XLSX_TYPE,
    Table,
    csv_of,
    jsonl_of,
    xlsx_of,
)
from inbox_daemon.web.here import now, parts, person

CSV, XLSX, JSONL = "csv", "xlsx", "jsonl"
# For the routes: `/liste.<any(csv, xlsx, jsonl):ending>`.
LISTS: Final = f"<any({CSV}, {XLSX}, {JSONL}):ending>"
ANY_TYPE: Final = "application/octet-stream"
_CAGED: Final = "sandbox; default-src 'none'; frame-ancestors 'none'"
_PLAIN: Final = re.compile(r"[^A-Za-z0-9._-]+")


def list_answer(
    name: str, ending: str, table: Callable[[], Table], *, lines: Iterable[bytes] | None = None
) -> Response:
    """The list as a file, told of in the log; `lines` where JSON lines have a form of their own."""
    told(f"{name}.{ending}")
    if ending == XLSX:
        return file_answer(xlsx_of(table()), f"{name}.{ending}", XLSX_TYPE)
    if ending == CSV:
        return _streamed(csv_of(table()), f"{name}.{ending}", CSV_TYPE)
    return _streamed(lines or jsonl_of(table()), f"{name}.{ending}", JSONL_TYPE)


def told(what: str) -> None:
    """The log says that this left the house, before it does."""
    parts().auditbook.note_export(what, by=person().name, at=now())
    parts().audit.catch_up()


def _streamed(pieces: Iterable[bytes], name: str, kind: str) -> Response:
    return _guarded(Response(stream_with_context(iter(pieces)), content_type=kind), name)


def file_answer(file: IO[bytes] | Path, name: str, kind: str = ANY_TYPE) -> Response:
    """The file under this name."""
    answer = send_file(file, mimetype=kind, conditional=False, etag=False, max_age=0)
    return _guarded(answer, name)


def _guarded(answer: Response, name: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="{plain(name)}"'
    answer.headers["Content-Security-Policy"] = _CAGED
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def plain(name: str) -> str:
    """A file name of letters, digits, dots and hyphens, whatever came in."""
    return _PLAIN.sub("-", name).strip("-.")[:100] or "datei"
