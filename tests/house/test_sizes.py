"""Files, functions, lists of parameters stay small; what is larger stands here with its reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    [
        *(ROOT / "inbox_daemon").rglob("*.py"),
        *(ROOT / "samples").glob("*.py"),
        *(ROOT / "tests").rglob("*.py"),
    ]
)
MOST_LINES, MOST_LINES_OF_FUNCTION = 400, 60
# A list of cases is read from top to bottom, not as a whole.
MOST_LINES_OF_TESTS = 600
MOST_POSITIONAL, MOST_PARAMETERS = 4, 6

LONG_FUNCTIONS = {
    "inbox_daemon/migrations/versions/0001_the_first_tables.py::upgrade": "tables, written once",
    "tests/reading/test_mime.py::test_a_plain_application_mail_is_read_whole": "one whole value",
}
MANY_PARAMETERS = {
    "inbox_daemon/config.py::settings_customise_sources": "the signature is pydantic-settings'",
    "inbox_daemon/edges/postman.py::__init__": "an account: all by keyword, called once in app.py",
    "inbox_daemon/reading/unterschrift/signature.py::_reading": "private, called once",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _functions(path: Path) -> Iterator[tuple[str, Function]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield f"{_id(path)}::{node.name}", node


def _lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _counts(function: Function) -> tuple[int, int]:
    """Positional parameters and all parameters; self and cls do not count."""
    found = function.args
    positional = [a for a in found.posonlyargs + found.args if a.arg not in {"self", "cls"}]
    return len(positional), len(positional) + len(found.kwonlyargs)


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_no_file_has_more_lines_than_one_can_keep_in_mind(path: Path) -> None:
    most = MOST_LINES_OF_TESTS if _id(path).startswith("tests/") else MOST_LINES
    assert path.read_text(encoding="utf-8").count("\n") <= most


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_no_function_is_longer_than_a_screen(path: Path) -> None:
    long = {
        name: _lines(function)
        for name, function in _functions(path)
        if _lines(function) > MOST_LINES_OF_FUNCTION and name not in LONG_FUNCTIONS
    }
    assert long == {}


@pytest.mark.parametrize("path", [p for p in FILES if "tests" not in p.parts], ids=_id)
def test_few_parameters_and_keywords_beyond_four(path: Path) -> None:
    many = {}
    for name, function in _functions(path):
        positional, whole = _counts(function)
        beyond = positional > MOST_POSITIONAL or whole > MOST_PARAMETERS
        if beyond and name not in MANY_PARAMETERS:
            many[name] = (positional, whole)
    assert many == {}


def test_no_exception_stands_here_that_is_not_needed_any_more() -> None:
    functions = {name: function for path in FILES for name, function in _functions(path)}
    needless = [
        name
        for name in LONG_FUNCTIONS
        if name not in functions or _lines(functions[name]) <= MOST_LINES_OF_FUNCTION
    ]
    for name in MANY_PARAMETERS:
        positional, whole = _counts(functions[name]) if name in functions else (0, 0)
        if positional <= MOST_POSITIONAL and whole <= MOST_PARAMETERS:
            needless.append(name)
    assert needless == []


EMPTY_WORDS = frozenset({"utils", "helpers", "common", "manager", "handle", "process", "data"})


@pytest.mark.parametrize(
    "path", sorted((ROOT / "inbox_daemon").rglob("*.py")), ids=lambda p: p.stem
)
def test_no_module_class_or_function_has_a_name_that_says_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = [n.name for n in ast.walk(tree) if isinstance(n, Function | ast.ClassDef)]
    empty = [name for name in [path.stem, *named] if name.strip("_").lower() in EMPTY_WORDS]
    assert empty == []
