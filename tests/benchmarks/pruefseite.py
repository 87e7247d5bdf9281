"""How long a page takes with thousands of open cases: server time and the size of pages.

Run: `python -m tests.benchmarks.pruefseite [cases]` (5,000 unless told). Exit 1 where the 90th
percentile of a page is above the design's 200 ms.

Promises: the real database and the real page, one request after the other. Touches: a temporary
folder. Trusts: the desk of tests/web. Limits: no network, no browser, no drawing of pictures.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from flask.testing import FlaskClient

from inbox_daemon.core.values import RawMessage
from tests.core import cases
from tests.web.conftest import UNCLEAR, Desk, new_desk
from tests.worlds import new_database

CASES, LOOKS, GOAL_S = 5_000, 40, 0.2
SAY_EVERY = 500


def filled(folder: Path, count: int) -> tuple[Desk, list[str]]:
    """A desk with so many flagged cases of strangers, so that none belongs to another's matter."""
    desk = new_desk(folder, new_database(folder))
    store, numbers = desk.app.store, []
    stranger = cases.address("a@fremd.example")
    for uid in range(1, count + 1):
        seen = replace(
            UNCLEAR, submission=cases.mail(message_id=f"<{uid}@x.example>", from_=(stranger,))
        )
        raw = RawMessage(
            mailbox="INBOX",
            uidvalidity=1,
            uid=uid,
            received_at=cases.RECEIVED,
            size=1,
            sha256=f"{uid:064x}",
            message_id=f"<{uid}@x.example>",
        )
        number = store.add(raw, at=cases.RECEIVED, failure=None)
        store.begin_reading(number, at=cases.RECEIVED)
        store.save_evidence(number, seen, at=cases.RECEIVED)
        store.save_verdict(number, at=cases.RECEIVED, rules=desk.app.rules, decided=desk._decision)
        numbers.append(number)
        if uid % SAY_EVERY == 0:
            print(f"{uid} cases", file=sys.stderr)
    return desk, numbers


def seconds_of(client: FlaskClient, paths: Iterable[str]) -> tuple[list[float], list[int]]:
    """How long the server takes for each, and how large each is."""
    seconds, sizes = [], []
    for path in paths:
        began = time.perf_counter()
        answer = client.get(path)
        seconds.append(time.perf_counter() - began)
        sizes.append(len(answer.data))
    return seconds, sizes


def main() -> int:
    """Fills, looks, prints."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    late = []
    with tempfile.TemporaryDirectory() as folder:
        desk, numbers = filled(Path(folder), count)
        client, step = desk.client("muster"), max(1, len(numbers) // LOOKS)
        chosen = numbers[::step][:LOOKS]
        pages = {
            "next case": [f"/faelle/{number}/pruefen?ansicht=betrag" for number in chosen],
            "list": [f"/vorrat?seite={1 + page % 20}" for page in range(LOOKS)],
            "overview": ["/uebersicht"] * LOOKS,
        }
        for name, paths in pages.items():
            client.get(paths[0])
            seconds, sizes = seconds_of(client, paths)
            p90 = statistics.quantiles(seconds, n=10)[8]
            late += [name] if p90 > GOAL_S else []
            print(
                f"{name}, {count} open cases, {len(seconds)} looks: median "
                f"{statistics.median(seconds) * 1000:.0f} ms, p90 {p90 * 1000:.0f} ms, worst "
                f"{max(seconds) * 1000:.0f} ms; page {statistics.median(sizes) / 1000:.0f} kB"
            )
    return int(bool(late))


if __name__ == "__main__":
    sys.exit(main())
