"""A Dovecot and an SMTP sink of our own on loopback, for the demo and the tests.

Promises: own configuration, own folders, free ports; never the system's services; ends with us.
Touches: processes, a folder, loopback ports. Trusts: Debian's dovecot-imapd.
Limits: plain text, one user; for trials only.
"""

import contextlib
import getpass
import grp
import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from imapclient import IMAPClient

USER, PASSWORD = "integrationsmanagement@rps.bwl.de", "probe"
DOVECOT = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "/usr/sbin/dovecot"
START_S = 20

_CONFIG = """
base_dir = {run}
state_dir = {run}
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
{tls}
disable_plaintext_auth = no
mail_location = maildir:{mail}/%u
first_valid_uid = 1
mail_fsync = optimized
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={mail}/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
}}
"""


@dataclass(frozen=True)
class Imap:
    """A running Dovecot."""

    port: int

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """A logged-in connection."""
        with IMAPClient("127.0.0.1", port=self.port, ssl=False, timeout=30) as client:
            client.login(USER, PASSWORD)
            yield client

    def deliver(self, mail: bytes, *, received_at: datetime) -> None:
        """Puts a mail into the inbox as if it had been received at that moment."""
        with self.client() as client:
            client.append("INBOX", mail, msg_time=received_at)

    def counts(self) -> dict[str, int]:
        """Messages by folder."""
        with self.client() as client:
            names = [name for _, _, name in client.list_folders()]
            return {n: int(client.folder_status(n, ["MESSAGES"])[b"MESSAGES"]) for n in names}


@contextmanager
def dovecot(folder: Path, *, tls: bool = False, keep: bool = False) -> Iterator[Imap]:
    """Starts Dovecot and ends it afterwards; its mail stays for the next start with `keep`.

    With `tls` it speaks only TLS, with a certificate for localhost in `folder`/cert.pem.
    """
    folder.mkdir(parents=True, exist_ok=True)
    home = _home(folder)
    known = folder / "dovecot.home"
    if not known.exists():
        # Its mail lies elsewhere and outlives the folder: what belongs to one of before goes.
        shutil.rmtree(home, ignore_errors=True)
        home = _home(folder)
        known.write_text(f"{home}\n", encoding="utf-8")
    port = free_port()
    config = _configure(folder, home, port, tls=tls)
    process = subprocess.Popen([DOVECOT, "-F", "-c", str(config)])
    try:
        _wait_for(port, process, folder / "dovecot.log")
        yield Imap(port)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if not keep:
            shutil.rmtree(home, ignore_errors=True)
            known.unlink(missing_ok=True)


def _home(folder: Path) -> Path:
    """Where Dovecot keeps run and mail files: of root's, a place that its own user can reach."""
    if os.geteuid() != 0:
        return folder / "dovecot"
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    home = Path(tempfile.gettempdir()) / f"inbox-dovecot-{name}"
    home.mkdir(exist_ok=True, mode=0o755)
    if home.stat().st_uid != 0:
        raise RuntimeError(f"{home} belongs to somebody else")
    return home


def _certificate(folder: Path) -> str:
    """A certificate for localhost, signed by itself; the lines of the configuration for it."""
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run([*command, *subject, *files], check=True, capture_output=True)
    return f"ssl = required\nssl_cert = <{folder}/cert.pem\nssl_key = <{folder}/key.pem"


def _configure(folder: Path, home: Path, port: int, *, tls: bool) -> Path:
    run, mail = home / "run", home / "mail"
    shutil.rmtree(run, ignore_errors=True)
    for place in (run, mail):
        place.mkdir(parents=True, exist_ok=True)
    root = os.geteuid() == 0
    owner = "dovecot" if root else getpass.getuser()
    if root:
        # Dovecot refuses mail of user 0.
        shutil.chown(mail, owner, owner)
        mail.chmod(0o700)
    config = folder / "dovecot.conf"
    config.write_text(
        _CONFIG.format(
            run=run,
            folder=folder,
            mail=mail,
            tls=_certificate(folder) if tls else "ssl = no",
            plain_port=0 if tls else port,
            tls_port=port if tls else 0,
            password=PASSWORD,
            owner=owner,
            group=owner if root else _group(),
            internal=owner,
            login="dovenull" if root else owner,
        ),
        encoding="utf-8",
    )
    return config


def _group() -> str:
    return grp.getgrgid(os.getegid()).gr_name


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    said = log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else ""
    raise RuntimeError(f"Dovecot did not start on port {port}:\n{said}")


def free_port(wanted: int = 0) -> int:
    """A port on which nobody listens now: this one if it is free."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Sink:
    """An SMTP server that keeps every letter as a file and delivers none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(  # noqa: N802  the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keeps the letter."""
        number = len(list(self.folder.glob("*.eml"))) + 1
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        (self.folder / f"{number:04d}.eml").write_bytes(raw)
        return "250 kept"

    def letters(self) -> tuple[bytes, ...]:
        """All letters in the order of arrival."""
        return tuple(path.read_bytes() for path in sorted(self.folder.glob("*.eml")))


@contextmanager
def smtp_sink(folder: Path) -> Iterator[tuple[Sink, int]]:
    """Starts the sink; the sink and its port."""
    sink = Sink(folder)
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield sink, int(controller.port)
    finally:
        controller.stop()


def write_config(
    folder: Path, *, imap_port: int, smtp_port: int, rules: Path, pages_port: int = 0
) -> Path:
    """A configuration of the daemon for these servers, its state in `folder`/state.

    With `pages_port` the staff's pages are there, with the open door of the demo.
    """
    pages = f'[pages]\nlisten = "127.0.0.1:{pages_port}"\ndemo = true\n' if pages_port else ""
    state = folder / "state"
    state.mkdir(parents=True, exist_ok=True)
    (state / "imap-password").write_text(PASSWORD, encoding="utf-8")
    config = folder / "config.toml"
    config.write_text(
        f"""state_dir = "{state}"
rules_dir = "{rules}"
poll_every_s = 5
free_space_mib = 64

[imap]
host = "127.0.0.1"
port = {imap_port}
tls = false
user = "{USER}"

[smtp]
host = "127.0.0.1"
port = {smtp_port}
starttls = false

[letters]
level = "automatic"

{pages}""",
        encoding="utf-8",
    )
    return config
