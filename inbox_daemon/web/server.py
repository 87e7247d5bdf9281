"""The pages served: waitress on loopback or a Unix socket, in threads of the daemon.

Promises: a page that fails ends no thread; closing waits for nobody longer than a moment.
Touches: the socket. Trusts: the administrator, who says where to listen.
Limits: no TLS; a reverse proxy stands before it, see systemd/README.md.
"""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from waitress.server import BaseWSGIServer, create_server

from inbox_daemon.app import App
from inbox_daemon.core.errors import ConfigError
from inbox_daemon.web.app import LARGEST_BODY, create_pages

UNIX = "unix:"
THREADS = 4


@contextlib.contextmanager
def served(parts: App) -> Iterator[str]:
    """Serves the pages meanwhile; yields where. Raises ConfigError where that place is taken."""
    listen = parts.settings.pages.listen
    place: dict[str, Any]
    if listen.startswith(UNIX):
        # What a dead daemon left is removed by waitress, where it is a socket.
        place = {"unix_socket": listen.removeprefix(UNIX), "unix_socket_perms": "660"}
    else:
        host, _, port = listen.rpartition(":")
        place = {"host": host, "port": int(port)}
    limits: dict[str, Any] = {
        "threads": THREADS,
        "ident": None,
        "max_request_body_size": LARGEST_BODY,
        # Which proxy is believed is known in vorgelagert.py.
        "clear_untrusted_proxy_headers": False,
    }
    try:
        server = create_server(create_pages(parts), **limits, **place)
    except OSError as error:
        raise ConfigError((f"pages.listen: {listen}: {error.strerror}",)) from error
    ending = threading.Event()
    thread = threading.Thread(target=_run, args=(server, ending), name="pages", daemon=True)
    thread.start()
    try:
        yield listen
    finally:
        ending.set()
        server.close()
        thread.join(timeout=5)
        server.task_dispatcher.shutdown(timeout=1)


def _run(server: BaseWSGIServer, ending: threading.Event) -> None:
    """Waitress has no way to be ended from another thread: its sockets vanish under its select."""
    try:
        server.run()
    except OSError:
        if not ending.is_set():
            raise
