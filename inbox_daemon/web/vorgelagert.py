"""What stands before the pages: the proxy that knows the person (Kerberos), and whence one comes.

Promises: the header is believed only where the settings say so and only from there; anything that
is not exactly one name is refused. Touches: the headers of the request.
Trusts: who can open the socket, or the configured peer on this machine.
Limits: signs nobody in: a session begins with a press of a button, see hauszugang.py.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from inbox_daemon.config import PagesSettings
from inbox_daemon.core.anmeldung import login_name
from inbox_daemon.core.errors import Refused


def said_by_proxy(environ: Mapping[str, Any], settings: PagesSettings) -> str | None:
    """The name of the person before the proxy; None where no believed proxy says one.

    `environ` is WSGI's: the server joins headers of one name with commas, which are in no name.
    Raises Refused (`proxy-ungueltig`) for a header that is not one name of our realm.
    """
    said = environ.get("HTTP_" + settings.proxy_header.upper().replace("-", "_"))
    if said is None or not settings.proxy or not _is_proxy(environ, settings):
        return None
    name = login_name(str(said), realm=settings.realm)
    if name is None:
        raise Refused("proxy-ungueltig")
    return name


def peer_of(environ: Mapping[str, Any], settings: PagesSettings) -> str:
    """Whence the request comes: the last hop that our proxy saw, else who is connected to us."""
    connected = str(environ.get("REMOTE_ADDR", ""))
    if not _is_proxy(environ, settings):
        return connected
    hop = str(environ.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    try:
        return str(ip_address(hop))
    except ValueError:
        return connected


def _is_proxy(environ: Mapping[str, Any], settings: PagesSettings) -> bool:
    """Over a socket there is nobody else; on loopback the configured address and no other."""
    if settings.is_socket:
        return True
    return bool(settings.proxy) and environ.get("REMOTE_ADDR") == settings.proxy
