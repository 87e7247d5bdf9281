"""The open door of the demo: an address that signs in once.

Promises: not there unless the settings say demo, which they cannot in a real house; only for a
browser on this machine; each address for one use. Touches: `demo-zugang.json` in the state folder.
Trusts: commands/users.py, which writes it. Limits: has no place outside the demo.
"""

from flask import Response, abort, request

from inbox_daemon.core.loopback import is_loopback
from inbox_daemon.core.wording_pages import PAGES
from inbox_daemon.edges.demozugang import used
from inbox_daemon.web.anmelden import admissible, admitted, begin, peer, refused, too_often
from inbox_daemon.web.here import parts, signed_in, to
from inbox_daemon.web.room import PUBLIC, Room

room = Room("demo")
NOT_FOUND, NO_METHOD = 404, 405


@room.get("/anmelden/demo", PUBLIC)
def sign_in() -> Response:
    """Whoever has the address is the demo's user."""
    settings = parts().settings
    if request.method != "GET":
        abort(NO_METHOD)
    if not settings.pages.demo or not is_loopback(peer()):
        abort(NOT_FOUND)
    if signed_in():
        return to("/")
    if wait_s := admitted(""):
        return too_often(wait_s)
    name = used(settings.state_dir, request.args.get("schluessel", ""))
    if name is None or admissible(name) is None:
        return refused("", "demo", PAGES["demo-verbraucht"])
    return begin(name, by="demo")
