"""What every template may use: filters, words, the navigation, the messages of this session.

Promises: times in Stuttgart's, money as Germans write it, strangers' text made visible.
Touches: the messages, which are shown once. Trusts: the guard. Limits: no page's own values.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import version

from flask import Flask, request
from markupsafe import Markup

from inbox_daemon.app import App
from inbox_daemon.core import frist
from inbox_daemon.core.betrag import german
from inbox_daemon.core.sichtbar import shown
from inbox_daemon.core.wording_pages import PAGES, ROLLEN
from inbox_daemon.web import access
from inbox_daemon.web.here import parts, signed_in

# Path, words, and who has it in her navigation: all who may read.
NAVIGATION: tuple[tuple[str, str], ...] = (
    ("/vorrat", PAGES["nav.vorrat"]),
    ("/zweitpruefung", PAGES["nav.zweitpruefung"]),
    ("/postausgang", PAGES["nav.postausgang"]),
    ("/protokoll", PAGES["nav.protokoll"]),
    ("/uebersicht", PAGES["nav.uebersicht"]),
    ("/regeln", PAGES["nav.regeln"]),
)

# How much waits behind a path.
COUNTS: Mapping[str, Callable[[App], int]] = {
    "/vorrat": lambda app: app.vorratsbuch.count(),
    "/zweitpruefung": lambda app: app.uebersichtsbuch.waiting_for_second(),
}


def install(app: Flask) -> None:
    """Filters and globals of the templates."""
    app.jinja_env.filters.update(
        shown=lambda text: shown(str(text)),
        instant=_instant,
        instant_second=_instant_second,
        zahl=_zahl,
        ohne_werte=_ohne_werte,
        day=_day,
        euro=_euro,
        rolle=ROLLEN.__getitem__,
    )
    app.jinja_env.globals.update(t=_words, token=_token, program_version=version("inbox-daemon"))
    app.context_processor(_frame)


def _frame() -> dict[str, object]:
    found = signed_in()
    messages = parts().people.messages(found.token_sha256) if found else ()
    current = "/" + request.path.strip("/").partition("/")[0]
    return {
        "person": found.person if found else None,
        "messages": messages,
        "nav": tuple(_nav(current)) if found else (),
    }


def _nav(current: str) -> Iterator[tuple[str, str, int | None, bool]]:
    for path, label in NAVIGATION:
        count = COUNTS[path](parts()) if path in COUNTS else None
        yield path, label, count, path == current


def _words(key: str, **values: object) -> str:
    return PAGES[key].format(**values)


def _token() -> Markup:
    """The hidden field of a form."""
    field = '<input type="hidden" name="{}" value="{}">'
    return Markup(field).format(access.TOKEN_FIELD, access.form_token())  # noqa: S704  escapes


def _instant(value: datetime) -> str:
    return value.astimezone(frist.BERLIN).strftime("%d.%m.%Y %H:%M")


def _instant_second(value: datetime) -> str:
    return value.astimezone(frist.BERLIN).strftime("%d.%m.%Y %H:%M:%S")


def _zahl(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _ohne_werte(template: str) -> str:
    """A sentence of the wording tables where no case gives it values."""
    return re.sub(r"\{[^}]*\}", "…", template)


def _day(value: date) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(frist.BERLIN)
    return value.strftime("%d.%m.%Y")


def _euro(value: Decimal) -> str:
    return german(value).removesuffix(" Euro")
