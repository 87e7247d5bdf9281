"""The one place where values become JSON and JSON becomes values.

Promises: decode(encode(v)) == v; input of another shape raises ValueError, nothing is guessed.
Touches: nothing. Trusts: nothing; this is the gate for what the child process says.
Limits: shapes only; whether a number is plausible is for the checks.
"""

import json
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter

from inbox_daemon.core.formular import Formularseite
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.verdict import Verdict

V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the child is told. `form` is `mail`, or `file` for a PDF or an image alone.

    With `probe` it only says, as its failure, whether its engine reads; with `page` it draws one
    `page` (from 1) of a PDF or an image for staff and answers with a Seitenansicht.

    `folder` is the only place where the child may write: attachments as `<sha256>.bin`,
    crops as `<sha256>.png`. `forms` are the forms known so far. `annotate` asks for pictures of
    the pages.
    """

    path: str
    form: str
    name: str
    folder: str
    ruleset: Ruleset
    page_limit: int = 50
    seconds: int = 110
    forms: tuple[Formularseite, ...] = ()
    annotate: bool = False
    page: int = 0


_ADAPTERS: dict[object, TypeAdapter[Any]] = {}
_VERDICT: TypeAdapter[Verdict] = TypeAdapter(Verdict)


def _adapter(shape: Any) -> TypeAdapter[Any]:
    if shape not in _ADAPTERS:
        _ADAPTERS[shape] = TypeAdapter(shape)
    return _ADAPTERS[shape]


def encode(value: object) -> str:
    """The value as one line of JSON, keys in the order of their declaration."""
    return _adapter(type(value)).dump_json(value).decode()


def decode(shape: type[V], text: str | bytes) -> V:
    """The value that the JSON text holds. Raises ValueError when the shape does not fit."""
    value: V = _adapter(shape).validate_json(text)
    return value


def decode_exactly(shape: type[V], untrusted: str | bytes) -> V:
    """As decode, and nothing may be missing, too much, or of another type that could be made fit.

    For what the child says: a left-out `kind` would else turn doubt into absence.
    """
    value = decode(shape, untrusted)
    if json.loads(encode(value)) != json.loads(untrusted):
        raise ValueError("validation error: the text says more or less than the value")
    return value


def decode_verdict(text: str | bytes) -> Verdict:
    """Any of the four verdicts, told apart by their `kind`."""
    return _VERDICT.validate_json(text)
