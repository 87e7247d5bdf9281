"""A desk for the pages: an App on a throwaway folder, cases in the queue, people who sign in.

Promises: the fixture `desk` is new for every test. Touches: a temporary folder.
Trusts: nothing outside; no mail server, no child process. Limits: cases are made from evidence
values, with a mail's bytes in the spool that nobody opens.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inbox_daemon.app import App
from inbox_daemon.config import load_settings
from inbox_daemon.consequences import decision_for, in_its_matter
from inbox_daemon.core.decide import decide
from inbox_daemon.core.rollen import Person, Rolle
from inbox_daemon.core.values import Evidence, RawMessage
from inbox_daemon.core.verdict import Known
from inbox_daemon.ports import Case, Decision
from inbox_daemon.web.access import TOKEN_FIELD
from inbox_daemon.web.app import create_pages
from tests.core import cases
from tests.worlds import new_database

PEOPLE = {
    "muster": (Rolle.SACHBEARBEITUNG,),
    "beispiel": (Rolle.SACHBEARBEITUNG, Rolle.ZWEITPRUEFUNG),
    "zweite": (Rolle.ZWEITPRUEFUNG,),
    "pruefer": (Rolle.PRUEFUNG,),
    "leiterin": (Rolle.LEITUNG,),
    "admin": (Rolle.ADMINISTRATION,),
}
HOST = "antragseingang.example"
UNCLEAR = cases.of_document(amount=cases.unreadable())


class Browser(FlaskClient):
    """A browser that asks for the public address."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """One request."""
        kwargs.setdefault("base_url", f"https://{HOST}")
        return super().open(*args, **kwargs)


@dataclass
class Desk:
    """The parts, the pages, and what a test does with them."""

    app: App
    pages: Flask
    signed_in: dict[str, FlaskClient] = field(default_factory=dict)

    def case(self, evidence: Evidence = UNCLEAR) -> str:
        """A case taken in, read and decided by the machine; its number."""
        store, at = self.app.store, cases.RECEIVED
        uid = len(self.app.records.cases()) + 1
        sha256, size = self.app.spool.put([f"Subject: {uid}\r\n\r\nmail {uid}".encode()])
        raw = RawMessage(
            mailbox="INBOX",
            uidvalidity=1,
            uid=uid,
            received_at=at,
            size=size,
            sha256=sha256,
            message_id=f"<{uid}@kreis.example>",
        )
        number = store.add(raw, at=at, failure=None)
        store.begin_reading(number, at=at)
        store.save_evidence(number, evidence, at=at)
        store.save_verdict(number, at=at, rules=self.app.rules, decided=self._decision)
        return number

    def _decision(self, case: Case, evidence: Evidence, known: Known) -> Decision:
        rules = self.app.rules
        verdict = decide(evidence, known=known, rules=rules, received_at=case.raw.received_at)
        decision = decision_for(case, verdict, evidence, rules=rules, letters=self.app.letters)
        return in_its_matter(decision, evidence, known=known, rules=rules)

    def nobody(self) -> FlaskClient:
        """A browser in which nobody is signed in."""
        return self.pages.test_client()

    def client(self, name: str) -> FlaskClient:
        """A browser in which this person is signed in; the same one each time."""
        if name not in self.signed_in:
            token = self.app.people.open_session(name, by="test", at=self.app.clock.now())
            client = self.nobody()
            client.set_cookie("__Host-sitzung", token, domain=HOST, secure=True)
            self.signed_in[name] = client
        return self.signed_in[name]

    def token(self, client: FlaskClient) -> str:
        """The token of this browser's forms, from a page with a form (the frame has one)."""
        page = client.get("/keine-seite").get_data(as_text=True)
        found = re.search(rf'name="{TOKEN_FIELD}" value="([0-9a-f]+)"', page)
        assert found, "no form on the page"
        return found[1]

    def version(self, number: str) -> int:
        """The version of the case that a form sends along."""
        return self.app.staffbook.version(number)


@pytest.fixture(scope="session")
def staff_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_database(tmp_path_factory.mktemp("leer"))


@pytest.fixture
def desk(tmp_path: Path, staff_database: Path) -> Desk:
    return new_desk(tmp_path, staff_database)


def new_desk(
    folder: Path,
    database: Path,
    *,
    more: str = "",
    public_url: str = f"https://{HOST}",
    access: str = "",
) -> Desk:
    """A desk with its people and no case; `more` is added to the settings, `access` to pages."""
    config = folder / "config.toml"
    config.write_text(
        f'state_dir = "{folder}"\nrules_dir = "{cases.RULES_FOLDER}"\nfree_space_mib = 0\n'
        f'[pages]\npublic_url = "{public_url}"\n{access}\n[letters]\nlevel = "automatic"\n{more}'
    )
    (folder / "inbox.sqlite3").write_bytes(database.read_bytes())
    app = App(load_settings(config))
    for name, rollen in PEOPLE.items():
        person = Person(name=name, full_name=f"{name.title()} Person", rollen=frozenset(rollen))
        app.people.keep_user(person, password_hash="", enabled=True, by="test", at=app.clock.now())
    pages = create_pages(app)
    pages.test_client_class = Browser
    return Desk(app=app, pages=pages)
