"""A row of the Arbeitsvorrat: what a clerk sees of a case before she opens it.

Promises: nothing that is only supposed looks sure. Touches: nothing.
Trusts: its caller for the cases and what was seen in them. Limits: at most a page at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from inbox_daemon.app import App
from inbox_daemon.core import kreis
from inbox_daemon.core.bearbeitung import Lease
from inbox_daemon.core.betragsblick import Betragsblick, betragsblick
from inbox_daemon.core.decide import facts_of
from inbox_daemon.core.programm import Art, Kreis
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import Known
from inbox_daemon.core.vorrat import Klaerfall, Rest
from inbox_daemon.core.wording_vorrat import RESTS, days_left, grund
from inbox_daemon.web.wartend import fristen, today

_KINDS: Final = {Art.LANDKREIS: "LK", Art.STADTKREIS: "SK"}
# More reasons than these are counted, not named.
MOST_REASONS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Zeile:
    """`gruende` are words, the first one first; `left` are working days, below 0 when over."""

    case: Klaerfall
    version: int
    kreis: str
    gruende: tuple[str, ...]
    more: int
    is_missing: bool
    betrag: Betragsblick
    left: int
    frist: str
    rest: str
    holder: str


def rows(app: App, cases: tuple[Klaerfall, ...], *, at: datetime) -> Iterator[Zeile]:
    """The rows of these cases. Decodes their evidence."""
    seen = app.vorratsbuch.seen(case.number for case in cases)
    names = {user.person.name: user.person.full_name for user in app.people.users()}
    leases = app.staffbook.leases(at=at)
    day = today(app)
    for case in cases:
        view = seen.get(case.number)
        evidence = view.evidence if view else None
        left = fristen(app).left(case.frist, day)
        yield Zeile(
            case=case,
            version=view.version if view else 0,
            kreis=_kreis(app, case, evidence),
            gruende=tuple(map(grund, case.reasons[:MOST_REASONS])),
            more=max(0, len(case.reasons) - MOST_REASONS),
            is_missing=any(code.endswith("-fehlt") for code in case.reasons[:1]),
            betrag=betragsblick(evidence, view.typed_amount if view else None),
            left=left,
            frist=days_left(left),
            rest=rest_of(case),
            holder=_holder(leases, names, case.number),
        )


def rest_of(case: Klaerfall) -> str:
    """Why the case need not be opened now; empty where it waits."""
    if case.rest is Rest.NONE:
        return ""
    day = case.wiedervorlage.strftime("%d.%m.%Y") if case.wiedervorlage else ""
    return RESTS[case.rest.value].format(tag=day)


def short(found: Kreis) -> str:
    """The Kreis in a narrow column: `Göppingen (LK)`."""
    return f"{found.kurzname} ({_KINDS[found.art]})"


def _holder(leases: Mapping[str, Lease], names: Mapping[str, str], number: str) -> str:
    lease = leases.get(number)
    return (names.get(lease.holder) or lease.holder) if lease else ""


def _kreis(app: App, case: Klaerfall, evidence: Evidence | None) -> str:
    known = app.rules.kreis(case.ags or "")
    if known is not None:
        return short(known)
    if evidence is None:
        return ""
    facts = facts_of(evidence, known=Known(), rules=app.rules, received_at=case.received_at)
    match facts.form_kreis if facts.applications else facts.sender_kreis:
        case kreis.Matched(ags=ags):
            return _doubtful(app, (ags,))
        case kreis.Ambiguous(ags=several):
            return _doubtful(app, several)
        case kreis.Unknown():
            return ""


def _doubtful(app: App, several: tuple[str, ...]) -> str:
    found = [kreis for kreis in map(app.rules.kreis, several) if kreis is not None]
    return " oder ".join(map(short, found)) + "?" if found else ""
