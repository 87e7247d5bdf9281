"""A page's routes: the only way to make one, and none without the roles that may use it.

Promises: a GET changes nothing by agreement, a POST has passed token and origin; a route that is
in no Room does not exist. Touches: Flask. Trusts: access.py for the guard.
Limits: says who may, not who is.
"""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint
from flask.typing import ResponseReturnValue

from inbox_daemon.core.rollen import Rolle

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
# Whoever has not signed in yet: the sign-in itself, and nothing that shows a case.
PUBLIC: frozenset[Rolle] = frozenset()


class Room:
    """The routes of one page. `roles` names for each endpoint who may use it."""

    def __init__(self, name: str) -> None:
        self.blueprint = Blueprint(name, "inbox_daemon.web")
        self.roles: dict[str, frozenset[Rolle]] = {}

    def get(self, path: str, roles: frozenset[Rolle]) -> Callable[[View], View]:
        """A page that is looked at."""
        return self._route(path, roles, "GET")

    def post(self, path: str, roles: frozenset[Rolle]) -> Callable[[View], View]:
        """An action; its answer is a redirect or a refusal."""
        return self._route(path, roles, "POST")

    def _route(self, path: str, roles: frozenset[Rolle], method: str) -> Callable[[View], View]:
        def register(view: View) -> View:
            self.blueprint.add_url_rule(path, view.__name__, view, methods=[method])
            self.roles[f"{self.blueprint.name}.{view.__name__}"] = roles
            return view

        return register
