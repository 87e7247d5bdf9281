"""What the steps of reading share: bytes kept under their hash, and the answer "not read".

Promises: a file's name is the SHA-256 of its bytes and nothing the sender wrote.
Touches: the job's folder. Trusts: nothing. Limits: no fsync; the spool takes the files over.
"""

import hashlib
from pathlib import Path


class Unread(Exception):
    """The file gives no Document; `why` is the code for UnreadDocument."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def keep(untrusted: bytes, folder: Path, *, ending: str) -> str:
    """Writes the bytes to `<sha256>.<ending>` in `folder` and returns the hash."""
    sha256 = hashlib.sha256(untrusted).hexdigest()
    path = folder / f"{sha256}.{ending}"
    if not path.exists():
        path.write_bytes(untrusted)
    return sha256
