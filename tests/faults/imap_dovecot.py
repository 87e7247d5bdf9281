"""The same on a real Dovecot: cut connections, a lost UID list, and how fast mail is taken in.

    python -m tests.faults.imap_dovecot [--cuts 100] [--losses 20] [--mails 500]

A relay on loopback cuts between us and Dovecot; its UID lists are deleted behind its back, as
happened to others, so that UIDVALIDITY changes. Prints the counts, ends 1 where one is wrong.
"""

import argparse
import contextlib
import random
import select
import socket
import socketserver
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from samples import servers
from tests.faults.imaprig import Maker, Rig, eml, rigs
from tests.peers.imap import PASSWORD, Message, Peer

# About what one poll of three small mails takes from the server, its moves included.
BYTES_OF_A_POLL = 12_000


class _Relay(socketserver.BaseRequestHandler):
    """Bytes to and fro until the peer's `cut_after` is used up."""

    def handle(self) -> None:
        """One connection."""
        assert isinstance(self.server, _Relays)
        peer, line = self.server.peer, self.request
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.server.behind)) as server,
        ):
            while True:
                ready, _, _ = select.select([line, server], [], [])
                if line in ready:
                    asked = line.recv(1 << 16)
                    if not asked:
                        return
                    server.sendall(asked)
                if server in ready:
                    said = server.recv(1 << 16)
                    if peer.cut_after is not None:
                        said = said[: peer.cut_after]
                        peer.cut_after -= len(said)
                    line.sendall(said)
                    if not said or peer.cut_after == 0:
                        return


class _Relays(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, peer: Peer, behind: int) -> None:
        self.peer, self.behind = peer, behind
        super().__init__(("127.0.0.1", 0), _Relay)


@dataclass(kw_only=True)
class Dovecot(Peer):
    """A mailbox of its own on a running Dovecot, seen through the relay."""

    behind: int = 0
    home: Path = Path()

    @contextmanager
    def _client(self) -> Iterator[IMAPClient]:
        with IMAPClient("127.0.0.1", port=self.behind, ssl=False, timeout=30) as client:
            client.login(self.user, PASSWORD)
            yield client

    def put(self, message: Message) -> int:
        """Delivers; which UID it got nobody needs to know."""
        with self._client() as client:
            client.append("INBOX", message.content, msg_time=message.at)
        return 0

    def waiting(self) -> int:
        """Messages in the inbox."""
        with self._client() as client:
            return int(client.folder_status("INBOX", ["MESSAGES"])[b"MESSAGES"])

    def all_contents(self) -> list[bytes]:
        """The bytes of every message in every folder."""
        found: list[bytes] = []
        with self._client() as client:
            for _, _, name in client.list_folders():
                client.select_folder(name, readonly=True)
                uids = client.search("ALL")
                found += [item[b"BODY[]"] for item in client.fetch(uids, ["BODY.PEEK[]"]).values()]
        return found

    def lose_uids(self) -> None:
        """Somebody deletes Dovecot's lists: a new UIDVALIDITY at the next look."""
        for listed in (self.home / "mail" / self.user).glob("dovecot*"):
            listed.unlink()


@contextmanager
def mailboxes() -> Iterator["Host"]:
    """A Dovecot on which every trial has a mailbox of its own."""
    with tempfile.TemporaryDirectory(prefix="imap-dovecot-") as name:
        folder = Path(name)
        with servers.dovecot(folder) as imap:
            yield Host(port=imap.port, home=servers._home(folder))


@dataclass(kw_only=True)
class Host:
    """The running Dovecot."""

    port: int
    home: Path
    users: int = 0

    @contextmanager
    def rig(self, maker: Maker) -> Iterator[Rig]:
        """A new daemon on a new mailbox behind a relay."""
        self.users += 1
        peer = Dovecot(user=f"amt{self.users}", behind=self.port, home=self.home)
        with _Relays(peer, self.port) as relay:
            peer.port = int(relay.server_address[1])
            threading.Thread(target=relay.serve_forever, args=(0.01,), daemon=True).start()
            try:
                with maker.rig(peer) as rig:
                    yield rig
            finally:
                relay.shutdown()


def cut(host: Host, maker: Maker, after: int) -> list[str]:
    """One cut after so many bytes of the server."""
    with host.rig(maker) as rig:
        for number in range(1, 4):
            rig.deliver(eml(number, size=800), kind=number)
        rig.peer.cut_after = after
        rig.poll()
        found = rig.faults()
        rig.peer.cut_after = None
        for _ in range(2):
            rig.poll()
        return found + rig.faults() + rig.open_ends()


def loss(host: Host, maker: Maker, rnd: random.Random) -> list[str]:
    """A poll that ends somewhere, then the UID lists are lost, then polls in peace."""
    with host.rig(maker) as rig:
        for number in range(1, 4):
            rig.deliver(eml(number), kind=number)
        rig.peer.cut_after = rnd.randrange(BYTES_OF_A_POLL)
        rig.poll()
        assert isinstance(rig.peer, Dovecot)
        rig.peer.lose_uids()
        rig.peer.cut_after = None
        rig.deliver(eml(4))
        for _ in range(3):
            rig.poll()
        return rig.faults() + rig.open_ends()


def speed(host: Host, maker: Maker, mails: int) -> float:
    """Messages a second taken in: spool and ledger safe, straight from Dovecot."""
    with host.rig(maker) as rig:
        assert isinstance(rig.peer, Dovecot)
        with rig.peer._client() as client:
            for number in range(mails):
                client.append("INBOX", eml(number, size=20_000))
        started = time.monotonic()
        assert rig.steps.fetch() == mails
        return mails / (time.monotonic() - started)


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--losses", type=int, default=20)
    parser.add_argument("--mails", type=int, default=500)
    given = parser.parse_args()
    counted: Counter[str] = Counter()
    rnd = random.Random(1)
    with mailboxes() as host, rigs() as maker:
        for number in range(given.cuts):
            counted.update(["cuts", *cut(host, maker, number * BYTES_OF_A_POLL // given.cuts)])
        for _ in range(given.losses):
            counted.update(["losses", *loss(host, maker, rnd)])
        print(dict(counted))
        if given.mails:
            print(f"{speed(host, maker, given.mails):.0f} messages of 20 kB a second")
    return 0 if set(counted) <= {"cuts", "losses"} else 1


if __name__ == "__main__":
    sys.exit(main())
