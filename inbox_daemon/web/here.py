"""What a page asks for: the parts of the program, the person, the moment; and how it answers.

Promises: typed access to what the guard has put there. Touches: Flask's context.
Trusts: access.py, which has admitted the person. Limits: no logic of a page.
"""

from datetime import datetime

from flask import Response, current_app, g, redirect, render_template

from inbox_daemon.app import App
from inbox_daemon.core.rollen import Person
from inbox_daemon.core.wording_pages import PAGES
from inbox_daemon.edges.people import SignedIn

PARTS = "inbox-daemon"


def parts() -> App:
    """The parts of the program."""
    found = current_app.extensions[PARTS]
    if not isinstance(found, App):
        raise TypeError("the pages were made without an App")
    return found


def now() -> datetime:
    """The instant, aware, in UTC."""
    return parts().clock.now()


def signed_in() -> SignedIn | None:
    """The session of this request, if somebody is signed in."""
    found = g.get("signed_in")
    return found if isinstance(found, SignedIn) else None


def person() -> Person:
    """Who is signed in; only for pages that the guard admits somebody to."""
    found = signed_in()
    if found is None:
        raise RuntimeError("a page without a person; is its route PUBLIC?")
    return found.person


def page(template: str, *, status: int = 200, **values: object) -> Response:
    """The template, filled."""
    response = current_app.make_response(render_template(template, **values))
    response.status_code = status
    return response


def say(key: str, **values: object) -> None:
    """A message of PAGES for the next page of this person."""
    found = signed_in()
    if found is not None:
        parts().people.say(found.token_sha256, PAGES[key].format(**values))


def to(path: str) -> Response:
    """After an action: on to this page of ours (303)."""
    response = redirect(path, code=303)
    if not isinstance(response, Response):
        raise TypeError("Flask's redirect is no Response")
    return response
