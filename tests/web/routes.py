"""Who may open what: the one table, and every route of the pages as a test may ask for it.

A route that is not in the table fails `test_routes.py`: whoever adds one says here who may.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from inbox_daemon.core.rollen import (
    ANHALTEN,
    AUSGEBEN,
    BEARBEITEN,
    LENKEN,
    LESEN,
    PRUEFEN,
    ZWEITE,
    Person,
    Rolle,
)
from inbox_daemon.web.room import PUBLIC
from tests.web.conftest import Desk

WHO: dict[str, frozenset[Rolle]] = {
    "GET /": LESEN,
    "GET /anmelden": PUBLIC,
    "POST /anmelden": PUBLIC,
    "POST /anmelden/haus": PUBLIC,
    "GET /anmelden/oidc": PUBLIC,
    "GET /anmelden/oidc/zurueck": PUBLIC,
    "GET /anmelden/demo": PUBLIC,
    "POST /abmelden": LESEN,
    "GET /konto": LESEN,
    "POST /konto/kennwort": LESEN,
    "POST /konto/ueberall-abmelden": LESEN,
    "GET /faelle/<number>": LESEN,
    "GET /faelle/<number>/akte.zip": AUSGEBEN,
    "GET /faelle/<number>/ablehnen": BEARBEITEN,
    "POST /faelle/<number>/ablehnen": BEARBEITEN,
    "GET /faelle/<number>/belege/<crop>": LESEN,
    "POST /faelle/<number>/dabei": BEARBEITEN,
    "GET /faelle/<number>/dokumente/<document>": LESEN,
    "POST /faelle/<number>/freigeben": BEARBEITEN,
    "POST /faelle/<number>/lassen": BEARBEITEN,
    "POST /faelle/<number>/nehmen": BEARBEITEN,
    "POST /faelle/<number>/notiz": BEARBEITEN,
    "GET /faelle/<number>/pruefen": LESEN,
    "GET /faelle/<number>/rueckfrage": BEARBEITEN,
    "POST /faelle/<number>/rueckfrage": BEARBEITEN,
    "GET /faelle/<number>/seiten/<document>/<int:page_number>": LESEN,
    "POST /faelle/<number>/speichern": BEARBEITEN,
    "POST /faelle/<number>/zurueckholen": BEARBEITEN,
    "GET /faelle/<number>/zurueckstellen": BEARBEITEN,
    "POST /faelle/<number>/zurueckstellen": BEARBEITEN,
    "GET /zweitpruefung": LESEN,
    "GET /zweitpruefung.<any(csv, xlsx, jsonl):ending>": AUSGEBEN,
    "GET /zweitpruefung/<int(max=999999999999):number>": LESEN,
    "POST /zweitpruefung/<int(max=999999999999):number>/vergleichen": ZWEITE,
    "POST /zweitpruefung/<int(max=999999999999):number>/zeichnen": ZWEITE,
    "POST /zweitpruefung/<int(max=999999999999):number>/zurueckgeben": ZWEITE,
    "POST /zweitpruefung/<int(max=999999999999):number>/zurueckholen": BEARBEITEN | ZWEITE,
    "GET /uebersicht": LESEN,
    "GET /uebersicht.<any(csv, xlsx, jsonl):ending>": AUSGEBEN,
    "GET /faelle/<number>/erklaeren": LESEN,
    "GET /faelle/<number>/original.eml": LESEN,
    "GET /hilfe": LESEN,
    "GET /postausgang": LESEN,
    "GET /postausgang.<any(csv, xlsx, jsonl):ending>": AUSGEBEN,
    "POST /postausgang/anhalten": ANHALTEN,
    "POST /postausgang/fortsetzen": LENKEN,
    "POST /postausgang/zurueckholen": BEARBEITEN | ZWEITE,
    "GET /regeln": LESEN,
    "GET /regeln/kreise.<any(csv, xlsx, jsonl):ending>": AUSGEBEN,
    "GET /protokoll": LESEN,
    "GET /protokoll/<int:number>": LESEN,
    "GET /protokoll/stichprobe": LESEN,
    "GET /protokoll.<any(csv, xlsx, jsonl):ending>": AUSGEBEN,
    "POST /protokoll/pruefen": PRUEFEN,
    "GET /vorrat": LESEN,
    "GET /vorrat.<any(csv, xlsx, jsonl):ending>": AUSGEBEN,
    "POST /vorrat/zuweisen": BEARBEITEN,
    "POST /vorrat/zurueckstellen": BEARBEITEN,
    "GET /sammelpruefung": BEARBEITEN,
    "POST /sammelpruefung": BEARBEITEN,
    "GET /stichprobe": ZWEITE | PRUEFEN,
    "GET /stichprobe.<any(csv, xlsx, jsonl):ending>": AUSGEBEN,
    "GET /stichprobe/<case>": ZWEITE | PRUEFEN,
    "POST /stichprobe/<case>": ZWEITE | PRUEFEN,
}
# What stands for a variable of an address; any other is a case.
LOG = 'INSERT INTO "audit"'
VALUES: dict[str, object] = {
    "document": "ab" * 32,
    "crop": "ab" * 32,
    "page_number": 1,
    "ending": "csv",
}
ONE_OF_EACH = {f"nur-{rolle}": frozenset({rolle}) for rolle in Rolle}
EVERYTHING = "alles"


@dataclass(frozen=True)
class Route:
    """A route as it is asked for: its key in the table, and an address with a real case in it."""

    key: str
    method: str
    path: str


def routes(desk: Desk, number: str) -> Iterator[Route]:
    """All of them but the files that look the same for everybody."""
    adapter = desk.pages.url_map.bind("x")
    for rule in desk.pages.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        values = {name: VALUES.get(name, number) for name in rule.arguments}
        if "number" in values and not rule.rule.startswith("/faelle/"):
            values["number"] = 1
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = adapter.build(rule.endpoint, values, method=method)
            yield Route(f"{method} {rule.rule}", method, path)


def admit_all(desk: Desk) -> None:
    """A person with each role alone, and one with all."""
    for name, rollen in {**ONE_OF_EACH, EVERYTHING: frozenset(Rolle)}.items():
        person = Person(name=name, full_name=name.title(), rollen=rollen)
        at = desk.app.clock.now()
        desk.app.people.keep_user(person, password_hash="", enabled=True, by="test", at=at)


def everything_stored(desk: Desk, *, log: bool = True) -> list[str]:
    """The whole database as text: what a refused request must not change by a byte."""
    with sqlite3.connect(desk.app.settings.state_dir / "inbox.sqlite3") as database:
        return [row for row in database.iterdump() if log or not row.startswith(LOG)]
