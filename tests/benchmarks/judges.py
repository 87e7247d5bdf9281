"""How one answer stands against the truth: right, wrong, or left to a person.

Wrong answers are written in capitals. A document that could not be read at all counts as unsure.
"""

from collections.abc import Callable
from typing import Any

Pair = tuple[dict[str, Any], dict[str, Any]]
Judge = Callable[[dict[str, Any], dict[str, Any]], str]

UNREAD = {
    "amount": {"status": "unsure", "value": None, "page": None, "box": None},
    "signature": {"status": "unsure", "page": None, "box": None},
    "applicant": {"status": "unsure", "page": None, "box": None},
}


def seen_of(line: dict[str, Any]) -> dict[str, Any]:
    """The first document of a line of `inspect --json`, or one of which nothing was read."""
    documents = line["documents"]
    return dict(documents[0]) if documents else dict(UNREAD)


def amount(truth: dict[str, Any], seen: dict[str, Any]) -> str:
    """How the amount was answered; an unsure one may still show the right figure."""
    field, wanted = seen["amount"], truth["amount"]
    if field["status"] == "unsure":
        if wanted is not None and field["value"] is not None:
            return "unsure, guess right" if field["value"] == wanted else "unsure, guess wrong"
        return "unsure"
    if field["status"] == "absent":
        return "absent right" if wanted is None else "ABSENT"
    if wanted is None:
        return "INVENTED"
    return "right" if field["value"] == wanted else "WRONG"


def signature(truth: dict[str, Any], seen: dict[str, Any]) -> str:
    """How the signature was answered. Initials are by a pen, but no signature."""
    signed, status = truth["handwritten_signature"], seen["signature"]["status"]
    if status == "unsure":
        return "unsure"
    if status == "present":
        return "present" if signed else "FALSE PRESENT"
    return "FALSE ABSENT" if signed else "absent"


def applicant(truth: dict[str, Any], seen: dict[str, Any]) -> str:
    """How the Kreis was answered."""
    field = seen["applicant"]
    if field["status"] == "read":
        return "right" if field["ags"] == truth["ags"] else "WRONG"
    return "ABSENT" if field["status"] == "absent" else "unsure"


FIELDS: dict[str, Judge] = {"amount": amount, "signature": signature, "applicant": applicant}


def is_wrong(answer: str) -> bool:
    """Whether the answer would mislead; unsure never does."""
    return answer.isupper()


def on_field(truth: dict[str, Any], seen: dict[str, Any], name: str, wanted: str) -> bool | None:
    """Whether the box that was given meets the true one; None where none was given or known."""
    field, place = seen[name], truth["fields"].get(wanted)
    if not field.get("box") or place is None:
        return None
    return field["page"] == place["page"] and overlap(field["box"], place["box"])


def overlap(one: list[float], other: list[float]) -> bool:
    """The rectangles have some area in common."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    return across > 0 and min(one[3], other[3]) > max(one[1], other[1])
