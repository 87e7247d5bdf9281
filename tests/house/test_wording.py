"""Every code that can reach a person has its words, and every check says what it looks for."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_daemon.core.checks import CHECKS
from inbox_daemon.core.checks_mail import HARMLESS_DEFECTS
from inbox_daemon.core.decide import CORRECTABLE, NOTHING_TO_DO
from inbox_daemon.core.errors import Defect
from inbox_daemon.core.states import FINAL
from inbox_daemon.core.wording import FINDINGS, READINGS
from inbox_daemon.core.wording_labels import AUDIT_KINDS
from inbox_daemon.core.wording_letter import BITTEN

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "inbox_daemon"
READERS = sorted((PACKAGE / "reading").rglob("*.py"))
AROUND = [PACKAGE / "edges" / "worker.py", PACKAGE / "edges" / "desk.py"]
STEPS, READOUT = PACKAGE / "steps.py", PACKAGE / "readout.py"
INTAKE = PACKAGE / "intake.py"
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# Calls whose first argument, or why=, code=, failure=, is the code of a reading.
CALLS = frozenset(
    {
        "_keep", "Absent", "EngineFailed", "TooComplex", "Unread", "UnreadDocument", "Unreadable",
        "UnreadableDocument", "Verdict", "nothing_seen", "odd",
    }
)  # fmt: skip
VARIABLES = frozenset({"why", "code"})
# Here a function returns the code, alone or as the first of a pair.
RETURNING = frozenset({"signature.py", "signature_ink.py", "worker.py"})


def _literals(node: ast.expr | None) -> Iterator[str]:
    """The strings that an expression can be: each side of a choice, the first of a pair."""
    match node:
        case ast.Constant(value=str(text)) if CODE.fullmatch(text):
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from _literals(body)
            yield from _literals(other)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _literals(value)
        case ast.Tuple(elts=[first, *_]):
            yield from _literals(first)
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, default]):
            yield from _literals(default)
        case _:
            return


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _in_call(call: ast.Call) -> Iterator[str]:
    first = call.args[:1] if _name(call) not in {"UnreadDocument", "Verdict"} else []
    named = [k.value for k in call.keywords if k.arg in {"why", "code", "failure"}]
    for given in (*first, *named):
        yield from _literals(given)


def _codes(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call() if _name(node) in CALLS:
                yield from _in_call(node)
            case ast.Assign(targets=[ast.Name(id="_PARSER_DEFECTS")], value=ast.Dict(values=given)):
                yield from (code for value in given for code in _literals(value))
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in VARIABLES:
                yield from _literals(value)
            case ast.Return(value=value) if path.name in RETURNING:
                yield from _literals(value)


@pytest.mark.parametrize("path", [*READERS, *AROUND], ids=lambda p: p.name)
def test_every_code_of_a_reading_has_words(path: Path) -> None:
    """A defect of the mail that no check tells of (HARMLESS_DEFECTS) needs none."""
    assert sorted(set(_codes(path)) - set(READINGS) - HARMLESS_DEFECTS) == []


def test_every_code_that_the_steps_give_has_words() -> None:
    codes = {code for path in (STEPS, READOUT, INTAKE) for code in _codes(path)}
    assert "nicht-abrufbar" in codes
    assert sorted(codes - set(READINGS) - set(FINDINGS)) == []


def test_the_collector_of_codes_sees_what_it_should() -> None:
    """One code of each way in which a code is given; it would notice that it went blind."""
    found = {code for path in (*READERS, *AROUND, READOUT) for code in _codes(path)}
    assert {
        "feld-nicht-gefunden", "feld-leer", "mehrere-programme", "ocr-fehlt", "pdf-beschaedigt",
        "kopf-zu-gross", "kopf-defekt", "tnef", "lese-zeit", "lese-absturz", "lesefehler",
        "kein-pdf", "wenig-tinte", "dreimal-abgebrochen",
    } <= found  # fmt: skip


def _codes_of_defects(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and _name(node) == "Defect":
            own = [k.value for k in node.keywords if k.arg == "code"]
            yield from (code for value in own for code in _literals(value))
            if not own:
                yield Defect.code


def test_a_case_flagged_by_a_defect_says_what_to_do() -> None:
    """`steps._guarded` gives the error's code as the reason; a person reads its sentence."""
    places = [*(PACKAGE / "edges").glob("*.py"), *(PACKAGE / "core").glob("*.py")]
    codes = {code for path in places for code in _codes_of_defects(path)}
    assert sorted(codes - set(FINDINGS) - set(READINGS)) == []


def _codes_of_findings() -> Iterator[str]:
    core = PACKAGE / "core"
    told = ("decide.py", "joining.py", "replies.py")
    for path in (*core.glob("checks_*.py"), *(core / name for name in told)):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(args=[_, _, code, *_]) if _name(node) == "finding":
                    yield from _literals(code)
                case ast.Call(args=[code, _]) if _name(node) == "_doubt":
                    yield from _literals(code)
                case ast.keyword(arg="code" | "reasons", value=value):
                    yield from _literals(value)
                case ast.Return(value=v) | ast.Assign(value=v) if path.name == "replies.py":
                    yield from _literals(v)
                case ast.Tuple(elts=[ast.Attribute(value=ast.Name(id="AttachmentKind")), code]):
                    yield from _literals(code)


def test_every_finding_has_a_sentence() -> None:
    codes = set(_codes_of_findings())
    assert {
        "unterschrift-fehlt", "archiv", "antwort-zu-oft", "antwort-stundengrenze", "unvollstaendig",
        "antwort-unbewiesen",
    } <= codes  # fmt: skip
    assert sorted((codes | CORRECTABLE | NOTHING_TO_DO) - set(FINDINGS)) == []


def test_every_point_of_a_letter_has_its_words_and_no_other() -> None:
    assert set(BITTEN) == set(CORRECTABLE)


@pytest.mark.parametrize("check", [check for _, check in CHECKS], ids=[name for name, _ in CHECKS])
def test_every_check_says_which_invariant_it_looks_for(check: object) -> None:
    first = (check.__doc__ or "").strip().splitlines()
    assert first
    assert first[0].endswith(".")


def _kinds() -> Iterator[str]:
    for path in [*(PACKAGE / "edges").glob("*.py"), PACKAGE / "steps.py"]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node) in {"append", "flag"}:
                for keyword in node.keywords:
                    if keyword.arg != "kind":
                        continue
                    if isinstance(keyword.value, ast.Constant):
                        yield str(keyword.value.value)
                    elif isinstance(keyword.value, ast.JoinedStr):
                        yield from (f"case.{state.value}" for state in FINAL)


def test_every_kind_of_audit_entry_has_a_label() -> None:
    kinds = set(_kinds())
    assert {"message.fetched", "letter.attempted", "case.defect", "case.filed"} <= kinds
    assert sorted(kinds - set(AUDIT_KINDS)) == []


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("samples/*/*/expected.toml")), ids=lambda p: p.parent.name
)
def test_every_reason_that_a_sample_expects_has_a_sentence(path: Path) -> None:
    expected = tomllib.loads(path.read_text("utf-8"))
    reasons = {*expected.get("reasons", ()), *expected.get("reasons_any", ())}
    assert sorted(reasons - set(FINDINGS)) == []
