"""A mailbox a trial, one Dovecot, one SMTP sink and one zygote for all of them.

Promises: each trial begins with nothing but delivered mail and an empty database. Touches: a
temporary folder, loopback. Trusts: judge.py for what is right. Limits: one trial at a time.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from inbox_daemon import staff
from inbox_daemon.app import App
from inbox_daemon.config import load_settings
from inbox_daemon.core.bearbeitung import Wish
from samples.demo import Sample
from samples.servers import PASSWORD, USER, Imap, Sink, dovecot, smtp_sink, write_config
from tests.crash import judge
from tests.worlds import new_database

PROJECT = Path(__file__).resolve().parents[2]
MOST_RUNS = 4
KILLED = -9


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What came of a trial: how its runs ended, what is wrong, and the end of each mail."""

    statuses: tuple[int, ...]
    faults: tuple[str, ...]
    ends: dict[str, tuple[str, str]]
    passed: tuple[str, ...]
    seconds: float

    @property
    def kills(self) -> int:
        """How many runs were killed before their end."""
        return self.statuses.count(KILLED)

    def differs_from(self, calm: "Ending") -> list[str]:
        """Where the end is another than without kills. A letter in doubt is no difference."""
        doubt = {key for key, (_, reasons) in self.ends.items() if judge.DOUBT in reasons}
        if self.ends.keys() != calm.ends.keys():
            return ["other mails than without kills"]
        odd = [key for key in self.ends if self.ends[key] != calm.ends[key] and key not in doubt]
        wrong = [key for key in doubt if calm.ends[key][0] != "queried"]
        return [
            f"{key[:12]}: {self.ends[key]} instead of {calm.ends[key]}" for key in [*odd, *wrong]
        ]


class Rig:
    """Runs trials one after the other."""

    def __init__(self, folder: Path, imap: Imap, sink: Sink, smtp_port: int) -> None:
        self._folder, self._imap, self._sink, self._smtp_port = folder, imap, sink, smtp_port
        self._number = 0
        self._memory = folder / "memory"
        self._memory.mkdir()
        self._empty = new_database(folder)
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.zygote"],
            cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def end(self) -> None:
        """Ends the zygote."""
        self._zygote.communicate()

    def trial(
        self,
        mails: Sequence[Sample],
        *,
        earlier: Sequence[Sample] = (),
        wish: Wish | None = None,
        kill_at: int = 0,
        kill_after: Sequence[float] = (),
    ) -> Ending:
        """Delivers, kills at this point or at these moments, runs to the end, and judges.

        What is `earlier` came to its end before, without any kill; the `wish` of a person about
        the first of it is due at once.
        """
        self._number += 1
        folder = self._folder / f"t{self._number}"
        config = self._begun(folder)
        before = len(self._sink.letters())
        if earlier:
            self._deliver(earlier)
            self._run(folder, config)
        if wish is not None:
            app = App(load_settings(config))
            staff.plan(app, app.records.cases()[0].number, wish, at_once=True)
            app.engine.dispose()
        self._deliver(mails)
        runs = [self._run(folder, config, kill_at=kill_at)] if kill_at else []
        runs += [self._run(folder, config, kill_after=moment) for moment in kill_after]
        statuses, seconds = [status for status, _ in runs], 0.0
        while not statuses or statuses[-1] != 0:
            status, seconds = self._run(folder, config)
            statuses.append(status)
            if len(statuses) > len(runs) + MOST_RUNS:
                break
        passed = json.loads((folder / "passed.json").read_text())
        told = judge.entries(folder / "state")
        self._run(folder, config)
        found = judge.faults(self._scene(folder, [*earlier, *mails], before))
        if judge.entries(folder / "state") != told:
            found.append("a run with nothing to do has changed something")
        if statuses[-1] != 0:
            found.append(f"does not come to its end: {statuses}")
        ending = Ending(
            statuses=tuple(statuses),
            faults=tuple(found),
            ends=judge.end_state(folder / "state"),
            passed=tuple(passed),
            seconds=seconds,
        )
        if not found:
            shutil.rmtree(folder)
        return ending

    def _deliver(self, mails: Sequence[Sample]) -> None:
        with self._client() as client:
            for sample in mails:
                client.append("INBOX", sample.mail, msg_time=sample.received_at)

    def _begun(self, folder: Path) -> Path:
        folder.mkdir()
        config = write_config(
            folder, imap_port=self._imap.port, smtp_port=self._smtp_port, rules=PROJECT / "rules"
        )
        config.write_text(config.read_text().replace(USER, self._user))
        shutil.copy(self._empty, folder / "state" / "inbox.sqlite3")
        return config

    @property
    def _user(self) -> str:
        return f"t{self._number}@kreis.example"

    @contextmanager
    def _client(self) -> Iterator[IMAPClient]:
        with IMAPClient("127.0.0.1", port=self._imap.port, ssl=False, timeout=30) as client:
            client.login(self._user, PASSWORD)
            yield client

    def _run(
        self, folder: Path, config: Path, *, kill_at: int = 0, kill_after: float | None = None
    ) -> tuple[int, float]:
        order = {
            "config": str(config),
            "memory": str(self._memory),
            "passed": str(folder / "passed.json"),
            "kill_at": kill_at,
            "kill_after": kill_after,
        }
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._zygote.stdin.write(json.dumps(order) + "\n")
        self._zygote.stdin.flush()
        answer = json.loads(self._zygote.stdout.readline())
        return int(answer["status"]), float(answer["seconds"])

    def _scene(self, folder: Path, mails: Sequence[Sample], before: int) -> judge.Scene:
        with self._client() as client:
            names = [name for _, _, name in client.list_folders()]
            counts = {n: int(client.folder_status(n, ["MESSAGES"])[b"MESSAGES"]) for n in names}
        return judge.Scene(
            delivered=[sample.mail for sample in mails],
            folders=counts,
            state=folder / "state",
            letters=self._sink.letters()[before:],
        )


@contextmanager
def rig(folder: Path) -> Iterator[Rig]:
    """Servers and zygote, ended afterwards."""
    with dovecot(folder / "server") as imap, smtp_sink(folder / "letters") as (sink, port):
        made = Rig(folder, imap, sink, port)
        try:
            yield made
        finally:
            made.end()
