"""German sentences stand in core/wording*.py, in rules/ and in templates; code has codes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "inbox_daemon"
FILES = sorted(p for p in PACKAGE.rglob("*.py") if not p.match("core/wording*.py"))
# Umlauts and German quotation marks; an escape (backslash u) comes out as the same letter.
GERMAN = re.compile(r"[äöüÄÖÜßẞ„“‚‘]")
# Where the letters are what is looked for, not what is said.
SOUGHT = {
    "core/betrag.py": "number words and apostrophes as offices write them",
    "core/kreis.py": "the table that turns umlauts into ASCII",
    "core/kacheln.py": "number plates",
    "reading/fields.py": "a class of capital letters in a pattern",
    "reading/mail/headers.py": "phrases of automatic mail",
}


def _id(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def _docstrings(tree: ast.AST) -> set[int]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.add(id(first.value))
    return found


def _german_strings(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            text = node.value if isinstance(node.value, str) else ""
            if GERMAN.search(text):
                yield f"line {node.lineno}: {text}"


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_no_german_sentence_in_code(path: Path) -> None:
    if _id(path) not in SOUGHT:
        assert list(_german_strings(path)) == []


def test_no_exception_stands_here_that_is_not_needed_any_more() -> None:
    assert [name for name in SOUGHT if not list(_german_strings(PACKAGE / name))] == []


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_names_are_ascii(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for field in ("name", "id", "attr", "arg"):
            assert str(getattr(node, field, "") or "").isascii()
    assert path.name.isascii()
