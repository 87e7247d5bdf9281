"""The pages served for a real browser: sample mails read by the real child, people who sign in.

Promises: each site has its own folder, copied from one that was read once; ends with its test.
Touches: temporary folders, loopback, child processes. Trusts: the project's own samples.
Limits: no mail server; the mails are put into the spool as if they had been polled.
"""

import contextlib
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from playwright._impl._api_structures import SetCookieParam

from inbox_daemon.app import App
from inbox_daemon.config import load_settings
from inbox_daemon.consequences import decision_for, in_its_matter
from inbox_daemon.core.betrag import german
from inbox_daemon.core.decide import decide
from inbox_daemon.core.errors import InboxError
from inbox_daemon.core.rollen import Person
from inbox_daemon.core.values import Evidence, RawMessage, Read, Unreadable
from inbox_daemon.core.verdict import Known
from inbox_daemon.ports import Case, Decision
from inbox_daemon.web.server import served
from samples.servers import free_port
from tests.web.conftest import PEOPLE

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples" / "soforthilfe-ukraine-2022"
# Between them: each field in doubt, two of one Kreis, a question, one that is filed at once.
READ = (
    "01-gueltig-landkreis-esslingen",
    "08-gueltig-stempel-und-unterschrift",
    "12-unterschrift-fehlt",
    "15-betrag-fehlt",
    "16-ueber-planungsrahmen",
    "18-eingang-eine-minute-nach-fristende",
    "19-zweiter-antrag-landkreis-esslingen",
    "20-absender-unbekannt",
    "21-absender-widerspruch-heilbronn",
    "26-unterschrift-als-bild",
    "28-anfrage",
    "33-betrag-von-hand",
    "34-betrag-und-unterschrift-fehlen",
    "05-gueltig-landkreis-heilbronn",
    "06-gueltig-stadtkreis-mannheim",
)
# Read well by the machine, and made doubtful here: what a poorer scan would give.
AMOUNT_IN_DOUBT, SIGNATURE_IN_DOUBT = READ[-2:]


def settings_file(folder: Path, *, port: int, level: str = "supervised") -> Path:
    """The settings of a site in this folder."""
    path = folder / "config.toml"
    path.write_text(
        f'state_dir = "{folder}"\nrules_dir = "{ROOT / "rules"}"\nfree_space_mib = 0\n'
        f'[pages]\nlisten = "127.0.0.1:{port}"\npublic_url = "http://127.0.0.1:{port}"\n'
        f'[letters]\nlevel = "{level}"\n'
    )
    return path


def read_samples(folder: Path) -> None:
    """A state folder with the samples read and decided, and the people."""
    app = App(load_settings(settings_file(folder, port=1)))
    for name, rollen in PEOPLE.items():
        person = Person(name=name, full_name=f"{name.title()} Person", rollen=frozenset(rollen))
        app.people.keep_user(person, password_hash="", enabled=True, by="test", at=app.clock.now())
    desk = app.steps().reader
    for uid, name in enumerate(READ, start=1):
        number = take_in(
            app,
            (SAMPLES / name / "mail.eml").read_bytes(),
            uid=uid,
            at=tomllib.loads((SAMPLES / name / "expected.toml").read_text())["received_at"],
        )
        sha256 = app.store.location(number).raw.sha256
        decide_on(app, number, doubted(name, desk.read(sha256, rules=app.rules)))
    with contextlib.suppress(InboxError):
        # Files the records; the moves wait for a mailbox that is not there.
        app.steps().act()
    app.audit.catch_up()
    app.engine.dispose()


def doubted(name: str, seen: Evidence) -> Evidence:
    """The evidence, with one reading less sure where the sample is one of the two."""
    documents = list(seen.documents)
    for place, document in enumerate(documents):
        amount, signature = document.amount, document.signature
        if name == AMOUNT_IN_DOUBT and isinstance(amount, Read):
            guess = german(amount.value)
            unsure = Unreadable(why="handschrift", guess=guess, source=amount.source)
            documents[place] = replace(document, amount=unsure)
        if name == SIGNATURE_IN_DOUBT and isinstance(signature, Read):
            faint = Unreadable(why="wenig-tinte", source=signature.source)
            documents[place] = replace(document, signature=faint)
    return replace(seen, documents=tuple(documents))


def take_in(app: App, mail: bytes, *, uid: int, at: datetime) -> str:
    """A case in `fetched`, its bytes in the spool."""
    sha256, size = app.spool.put([mail])
    raw = RawMessage(
        mailbox="INBOX",
        uidvalidity=1,
        uid=uid,
        received_at=at,
        size=size,
        sha256=sha256,
        message_id=f"<{uid}@probe.example>",
    )
    return app.store.add(raw, at=at, failure=None)


def decide_on(app: App, number: str, evidence: Evidence) -> None:
    """The machine's decision on what was seen."""
    at = app.store.location(number).raw.received_at

    def decision(case: Case, seen: Evidence, known: Known) -> Decision:
        verdict = decide(seen, known=known, rules=app.rules, received_at=at)
        found = decision_for(case, verdict, seen, rules=app.rules, letters=app.letters)
        return in_its_matter(found, seen, known=known, rules=app.rules)

    app.store.begin_reading(number, at=at)
    app.store.save_evidence(number, evidence, at=at)
    app.store.save_verdict(number, at=at, rules=app.rules, decided=decision)


@dataclass(frozen=True)
class Site:
    """The pages at `url`, and the program behind them."""

    url: str
    app: App

    @cached_property
    def flagged(self) -> tuple[str, ...]:
        """The cases that waited for a person when the site was made."""
        return tuple(line.number for line in self.app.records.cases() if line.state == "flagged")

    def case_of(self, sample: str) -> str:
        """The number of the case of this sample."""
        return self.app.records.cases()[READ.index(sample)].number

    def cookie(self, name: str) -> SetCookieParam:
        """The cookie of a new session of this person."""
        token = self.app.people.open_session(name, by="test", at=self.app.clock.now())
        return {"name": "sitzung", "value": token, "url": self.url}


@contextmanager
def site(template: Path, folder: Path) -> Iterator[Site]:
    """A site on a copy of this state folder."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    port = free_port()
    app = App(load_settings(settings_file(folder, port=port)))
    with served(app):
        yield Site(url=f"http://127.0.0.1:{port}", app=app)
    app.engine.dispose()
