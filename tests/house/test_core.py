"""core/ is pure, and every module says what may be expected of it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "inbox_daemon"
CORE = sorted((PACKAGE / "core").rglob("*.py"))
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts)
HEADINGS = ("Promises", "Touches", "Trusts", "Limits")

# What of the standard library reaches files, clock, chance, network, processes or a log.
WORLDLY = frozenset(
    {
        "asyncio", "atexit", "ctypes", "fcntl", "getpass", "glob", "http", "imaplib", "importlib",
        "io", "logging", "mmap", "multiprocessing", "os", "pathlib", "pickle", "platform", "random",
        "resource", "secrets", "select", "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl",
        "subprocess", "sys", "syslog", "tempfile", "threading", "time", "tomllib", "urllib", "uuid",
        "warnings",
    }
)  # fmt: skip
FORBIDDEN_NAMES = frozenset(
    {"__import__", "breakpoint", "compile", "eval", "exec", "input", "open", "print"}
)
FORBIDDEN_ATTRIBUTES = frozenset(
    {"environ", "getenv", "now", "read_text", "today", "utcnow", "write_text"}
)


def _id(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", CORE, ids=_id)
def test_core_imports_core_and_the_harmless_part_of_the_standard_library(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for name in _imported(tree):
        if name.split(".")[0] == "inbox_daemon":
            assert name == "inbox_daemon" or name.startswith("inbox_daemon.core"), name
        else:
            assert name.split(".")[0] in sys.stdlib_module_names - WORLDLY, name


@pytest.mark.parametrize("path", CORE, ids=_id)
def test_core_asks_no_clock_no_chance_no_file_and_prints_nothing(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name):
            assert node.id not in FORBIDDEN_NAMES, f"line {node.lineno}: {node.id}"
        elif isinstance(node, ast.Attribute):
            assert node.attr not in FORBIDDEN_ATTRIBUTES, f"line {node.lineno}: {node.attr}"


@pytest.mark.parametrize("path", [p for p in MODULES if p.name != "__init__.py"], ids=_id)
def test_every_module_says_what_it_promises_touches_trusts_and_leaves_out(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert [word for word in HEADINGS if f"{word}:" not in docstring] == []
