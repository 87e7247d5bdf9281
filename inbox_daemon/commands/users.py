"""`users add · list · roles · password · disable · enable · sessions · demo`: who may work here.

Promises: a password is typed unseen or comes by stdin, never as an argument; each change ends the
sessions of that user at once and stands in the log with the account of the operating system.
Touches: the database, the terminal. Trusts: whoever may open the database.
Limits: deletes nobody: entries of the log name their users for ever.
"""

import argparse
import getpass
import json
import os
import secrets
import sys

from inbox_daemon.app import App
from inbox_daemon.core import frist
from inbox_daemon.core.anmeldung import login_name
from inbox_daemon.core.errors import ConfigError, Refused
from inbox_daemon.core.rollen import Person, Rolle
from inbox_daemon.core.wording_pages import ANMELDEWEGE, ROLLEN
from inbox_daemon.core.wording_terminal import TERMINAL
from inbox_daemon.edges import demozugang, kennwort
from inbox_daemon.edges.people import User

ADD, LIST, ROLES, PASSWORD = "add", "list", "roles", "password"
DISABLE, ENABLE, SESSIONS, DEMO = "disable", "enable", "sessions", "demo"
DEMO_USERS = (("demo", "Demo Erste"), ("demo-zwei", "Demo Zweite"))


def add_parsers(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", options: argparse.ArgumentParser
) -> None:
    """The arguments of each of these commands."""
    actions.add_parser(LIST, parents=[options])
    actions.add_parser(DEMO, parents=[options])
    added = actions.add_parser(ADD, parents=[options])
    added.add_argument("name", help="as it is typed or as the proxy names it")
    added.add_argument("--full-name", required=True, help="as colleagues see it")
    added.add_argument("--no-password", action="store_true", help="signs in by the house alone")
    for parser in (added, actions.add_parser(ROLES, parents=[options])):
        if parser is not added:
            parser.add_argument("name")
        parser.add_argument("--rolle", action="append", required=True, choices=list(Rolle))
    for action in (PASSWORD, DISABLE, ENABLE):
        actions.add_parser(action, parents=[options]).add_argument("name")
    sessions = actions.add_parser(SESSIONS, parents=[options])
    sessions.add_argument("name", nargs="?", default="", help="of this user alone")
    sessions.add_argument("--end", action="store_true", help="end them")


def users(app: App, arguments: argparse.Namespace) -> int:
    """One of the commands; its exit code. Raises Refused with a sentence."""
    match arguments.action:
        case "add":
            _add(app, arguments)
        case "roles":
            _change(app, arguments.name, rollen=frozenset(map(Rolle, arguments.rolle)))
        case "password":
            user = _user(app, arguments.name)
            made = kennwort.hashed(_password(user.person))
            people, at = app.people, app.clock.now()
            people.set_password(user.person.name, made, by=_by(), at=at)
        case "disable" | "enable":
            _change(app, arguments.name, enabled=arguments.action == ENABLE)
        case "sessions":
            _sessions(app, arguments.name, end=arguments.end, as_json=arguments.json)
        case "demo":
            _demo(app, as_json=arguments.json)
        case _:
            _listed(app, as_json=arguments.json)
    app.audit.catch_up()
    return 0


def _add(app: App, arguments: argparse.Namespace) -> None:
    name = login_name(arguments.name)
    if name is None:
        raise Refused("users.name", name=ascii(arguments.name))
    if app.people.user(name) is not None:
        raise Refused("users.exists", name=name)
    person = Person(
        name=name,
        full_name=" ".join(arguments.full_name.split()),
        rollen=frozenset(map(Rolle, arguments.rolle)),
    )
    _keep(app, person, password="" if arguments.no_password else _password(person))


def _keep(app: App, person: Person, *, password: str) -> None:
    app.people.keep_user(
        person,
        password_hash=kennwort.hashed(password) if password else "",
        enabled=True,
        by=_by(),
        at=app.clock.now(),
    )


def _change(
    app: App, name: str, *, rollen: frozenset[Rolle] | None = None, enabled: bool | None = None
) -> None:
    user = _user(app, name)
    person = Person(
        name=user.person.name,
        full_name=user.person.full_name,
        rollen=user.person.rollen if rollen is None else rollen,
    )
    app.people.keep_user(
        person,
        password_hash=None,
        enabled=user.enabled if enabled is None else enabled,
        by=_by(),
        at=app.clock.now(),
    )


def _sessions(app: App, name: str, *, end: bool, as_json: bool) -> None:
    wanted = _user(app, name).person.name if name else ""
    for found in app.people.sessions(wanted):
        told = {
            "name": found.person.name,
            "by": found.by,
            "since": found.created_at.isoformat(),
            "used": found.seen_at.isoformat(),
        }
        way = ANMELDEWEGE.get(found.by, found.by)
        since, used = map(frist.german_instant, (found.created_at, found.seen_at))
        line = TERMINAL["users.session"].format(
            name=found.person.name, way=way, since=since, used=used
        )
        print(json.dumps(told) if as_json else line)
        if end:
            at = app.clock.now()
            app.people.close_session(found.token_sha256, why="beendet", at=at)


def _listed(app: App, *, as_json: bool) -> None:
    for user in app.people.users():
        person = user.person
        if as_json:
            told = {
                "name": person.name,
                "full_name": person.full_name,
                "rollen": sorted(person.rollen),
                "enabled": user.enabled,
                "password": bool(user.password_hash),
            }
            print(json.dumps(told, ensure_ascii=False))
            continue
        marks = [ROLLEN[rolle] for rolle in sorted(person.rollen)]
        marks += [] if user.enabled else [TERMINAL["users.disabled"]]
        marks += [] if user.password_hash else [TERMINAL["users.no-password"]]
        print(f"{person.name}  {person.full_name}  [{', '.join(marks)}]")


def _demo(app: App, *, as_json: bool) -> None:
    """Two people, so that four eyes can be tried; new passwords and addresses at each call."""
    settings = app.settings
    if not settings.pages.demo:
        raise ConfigError(("pages.demo is not set: this command is for the demo alone",))
    keys = demozugang.made(settings.state_dir, tuple(name for name, _ in DEMO_USERS))
    for (name, full_name), key in zip(DEMO_USERS, keys, strict=True):
        password = secrets.token_urlsafe(12)
        person = Person(name=name, full_name=full_name, rollen=frozenset(Rolle))
        _keep(app, person, password=password)
        address = f"{settings.pages.address}/anmelden/demo?schluessel={key}"
        told = {"name": name, "password": password, "address": address}
        line = TERMINAL["users.demo"].format(**told)
        print(json.dumps(told) if as_json else line)


def _user(app: App, name: str) -> User:
    found = app.people.user(name)
    if found is None:
        raise Refused("users.unknown", name=ascii(name))
    return found


def _password(person: Person) -> str:
    """Typed twice unseen, or the first line of stdin, where nobody can mistype it."""
    if sys.stdin.isatty():
        password = getpass.getpass(TERMINAL["users.ask"].format(name=person.name))
        again = getpass.getpass(TERMINAL["users.ask-again"])
    else:
        password = again = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    kennwort.check(password, again=again, of=(person.name, person.full_name))
    return password


def _by() -> str:
    """Who sits at the terminal, as the operating system knows: also behind sudo."""
    try:
        name = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return f"konsole:{name}"
