"""The keys of the demo's sign-in addresses: written by a command, each used once by the pages.

Promises: only hashes lie in the file; a key is struck out before it counts.
Touches: `demo-zugang.json` in the state folder. Trusts: nobody else writes there.
Limits: one writer and one reader, on one machine; not for real installations.
"""

import hashlib
import json
import secrets
import threading
from pathlib import Path

from inbox_daemon.edges.durable import write_whole

FILE = "demo-zugang.json"
_LOCK = threading.Lock()


def made(state_dir: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    """A new key for each of these names; the old ones are good no more."""
    keys = tuple(secrets.token_urlsafe(32) for _ in names)
    _write(state_dir, {_hash(key): name for key, name in zip(keys, names, strict=True)})
    return keys


def used(state_dir: Path, key: str) -> str | None:
    """The name that this key signs in, now and never again."""
    with _LOCK:
        try:
            found: dict[str, str] = json.loads((state_dir / FILE).read_text("utf-8"))
        except FileNotFoundError:
            return None
        name = found.pop(_hash(key), None)
        if name is not None:
            _write(state_dir, found)
        return name


def _write(state_dir: Path, found: dict[str, str]) -> None:
    write_whole(state_dir / FILE, [json.dumps(found).encode()])


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
