"""Who is trying to come in at this moment: failures that make waiting, provider sign-ins begun.

Promises: a try is counted before it is looked at, also when a hundred come at once; what was begun
with a provider is good for one browser, once, and ten minutes. Touches: memory of this process.
Trusts: core/anmeldung.py for the figures. Limits: a restart forgets all.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable

from flask import current_app

from inbox_daemon.core.anmeldung import Begun, Bremse

PLACE = "inbox-daemon.pforte"
# ASVS 5.0 6.5.5: a request out of band lives ten minutes at most.
BEGUN_S = 600
MOST_BEGUN = 1000


class Pforte:
    """One for the whole of the pages."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock, self._clock = threading.Lock(), clock
        self._bremse = Bremse()
        self._begun: dict[str, tuple[float, Begun]] = {}

    def admit(self, *, name: str, peer: str) -> int:
        """Counts one more try; or the whole seconds until there may be one."""
        with self._lock:
            now_s = self._clock()
            wait_s = self._bremse.wait_s(name=name, peer=peer, now_s=now_s)
            if not wait_s:
                self._bremse = self._bremse.begun(name=name, peer=peer, now_s=now_s)
            return wait_s

    def succeeded(self, *, name: str, peer: str) -> None:
        """The try was the right one."""
        with self._lock:
            self._bremse = self._bremse.succeeded(name=name, peer=peer)

    def keep(self, begun: Begun) -> str:
        """Keeps a sign-in that is on its way; what the browser shows to have it back."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._begun) >= MOST_BEGUN:
                del self._begun[next(iter(self._begun))]
            self._begun[_key(token)] = (self._clock(), begun)
        return token

    def take(self, token: str) -> Begun | None:
        """What was kept for this browser: once, and not too late."""
        with self._lock:
            at_s, begun = self._begun.pop(_key(token), (0.0, None))
            return begun if begun and self._clock() - at_s <= BEGUN_S else None


def pforte() -> Pforte:
    """The one of these pages."""
    found = current_app.extensions[PLACE]
    if not isinstance(found, Pforte):
        raise TypeError("the pages were made without a Pforte")
    return found


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
