"""Tells systemd how we are: ready, watchdog, status, stopping (sd_notify(3)).

Promises: one datagram a message, nothing where no systemd listens. Touches: $NOTIFY_SOCKET.
Trusts: the environment. Limits: no watchdog timer of its own; pings come from finished work.
"""

import os
import socket


def notify(message: str) -> None:
    """Sends e.g. `READY=1` or `STATUS=...`; silently nothing without systemd."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        try:
            channel.connect("\0" + address[1:] if address.startswith("@") else address)
            channel.sendall(message.encode())
        except OSError:
            return
