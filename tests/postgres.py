"""A PostgreSQL server of our own on loopback, for the tests of the store.

Promises: own folder, free port, ends with the tests; never the system's cluster.
Touches: processes, a temporary folder. Trusts: Debian's postgresql. Limits: no password, no fsync.
"""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine, text

from samples.servers import free_port

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@dataclass(frozen=True)
class Server:
    """A running server; `url` goes up to the name of the database."""

    url: str
    pg_ctl: Callable[..., None]

    def crash(self) -> None:
        """Kills all that are connected, and starts again."""
        self.pg_ctl("-m", "immediate", "restart")


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a running server, up to the name of the database."""
    with postgres_server() as server:
        yield server.url


@contextmanager
def postgres_server() -> Iterator[Server]:
    """A running server."""
    folder = Path(tempfile.mkdtemp(prefix="inbox-postgres-"))
    port, programs = free_port(), PROGRAMS[-1].parent
    # PostgreSQL refuses to run as root; Debian's package brings a user for it.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -F"

    def run(program: str, *words: str) -> None:
        command = [*user, str(programs / program), *words]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)

    run("initdb", "-D", str(data), "-U", "probe", "--auth=trust", "--encoding=UTF8")
    try:
        log = str(folder / "log")
        pg_ctl = partial(run, "pg_ctl", "-D", str(data), "-o", options, "-l", log, "-w")
        pg_ctl("start")
        yield Server(f"postgresql+psycopg://probe@127.0.0.1:{port}/", pg_ctl)
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def database(server: str) -> str:
    """A new, empty database on the server; its URL."""
    name = f"inbox_{uuid.uuid4().hex}"
    admin = create_engine(server + "postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return server + name
