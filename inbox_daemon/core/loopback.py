"""Whether a host is this machine: the only place to which plain text may be sent.

Promises: true only for 127.0.0.0/8, ::1 and the name localhost. Touches: nothing.
Trusts: that localhost means this machine. Limits: asks no name server.
"""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """True for a loopback address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
