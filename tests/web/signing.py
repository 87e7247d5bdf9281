"""What tests of signing in do: people with passwords, forms, the moment set by hand."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inbox_daemon.core.rollen import Person, Rolle
from inbox_daemon.edges import kennwort
from tests.web.conftest import Desk

PASSWORD = "blauer Tisch unter Regen"
HASH = kennwort.hashed(PASSWORD)
FIELD = re.compile(r'name="token" value="([0-9a-f]+)"')


@dataclass
class Hand:
    """A clock that a test turns."""

    at: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """The instant."""
        return self.at

    def on(self, **later: float) -> None:
        """Turns it on."""
        self.at += timedelta(**later)


def by_hand(desk: Desk) -> Hand:
    """From now on this desk has a clock that is turned by hand."""
    hand = Hand()
    vars(desk.app)["clock"] = hand
    return hand


def with_password(desk: Desk, name: str = "muster", password_hash: str = HASH) -> None:
    """This person has a local password."""
    user = desk.app.people.user(name)
    person = (
        user.person
        if user
        else Person(name=name, full_name=name, rollen=frozenset({Rolle.PRUEFUNG}))
    )
    desk.app.people.keep_user(
        person, password_hash=password_hash, enabled=True, by="test", at=desk.app.clock.now()
    )


def form_token(client: FlaskClient, path: str = "/anmelden") -> str:
    """The token of the form on this page."""
    found = FIELD.search(client.get(path).get_data(as_text=True))
    assert found, path
    return found[1]


def sign_in(
    client: FlaskClient, name: str = "muster", password: str = PASSWORD, **more: Any
) -> TestResponse:
    """The form filled and sent."""
    fields = {"token": form_token(client), "name": name, "kennwort": password}
    return client.post("/anmelden", data=fields, **more)


def is_in(client: FlaskClient) -> bool:
    """Whether somebody is signed in there."""
    return client.get("/konto").status_code == 200


def text_of(answer: TestResponse) -> str:
    """The words of a page, without its tokens."""
    return FIELD.sub("", answer.get_data(as_text=True))
