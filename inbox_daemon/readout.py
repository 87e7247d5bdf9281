"""`fetched` → `read`: several mails at once, each in its own caged child.

Promises: the attempt is committed before the bytes are opened and taken back where we were at
fault; a mail that three times took the daemon with it is not opened again.
Touches: only its ports. Trusts: the reader for nothing but its answer.
Limits: which mails, and what follows from them, is known in steps.py.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from inbox_daemon.core.errors import InboxError, Temporary
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.values import Evidence, nothing_seen
from inbox_daemon.points import Point, reached
from inbox_daemon.ports import Case, Clock, Reader, Spool, Store

log = structlog.get_logger()

# A message that three times took the whole daemon with it is not opened a fourth time.
MOST_ATTEMPTS = 3
# After so long a trouble of our own the mail goes to a person all the same.
LONGEST_TROUBLE = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Readout:
    """Reading, on the ports that it needs. `guarded` lets no mail stop the others.

    `troubles` are the cases that cannot be worked on for now, and since when.
    """

    spool: Spool
    store: Store
    reader: Reader
    clock: Clock
    rules: Ruleset
    parallel: int
    guarded: Callable[[str, Callable[[], None]], bool]
    stopping: Callable[[], bool]
    alive: Callable[[], None]
    troubles: dict[str, datetime]

    def read(self, cases: Sequence[Case]) -> None:
        """Reads these; each becomes `read`, or stays where the trouble may pass."""
        waiting = [case for case in cases if case.attempts < MOST_ATTEMPTS]
        for case in cases:
            if case.attempts >= MOST_ATTEMPTS:
                self.guarded(case.number, partial(self._never_again, case))
        self._side_by_side([case for case in waiting if not case.attempts], self.parallel)
        # One that was at work when the daemon died is read alone: else its neighbour, who died
        # with it, would share its next death and the blame.
        self._side_by_side([case for case in waiting if case.attempts], 1)

    def _side_by_side(self, cases: Sequence[Case], parallel: int) -> None:
        with ThreadPoolExecutor(max_workers=parallel) as pool:
            running: dict[Future[Evidence | None], Case] = {
                pool.submit(self._read_one, case): case for case in cases
            }
            try:
                for done in as_completed(running):
                    self.guarded(running[done].number, partial(self._keep, running[done], done))
                    del running[done]
                    self.alive()
            except BaseException:
                # Nothing more is begun, and what was read and cannot be kept blames no mail.
                pool.shutdown(cancel_futures=True)
                self._forget(running)
                raise

    def _forget(self, unkept: Mapping[Future[Evidence | None], Case]) -> None:
        for done, case in unkept.items():
            if done.cancelled() or done.exception() is not None or done.result() is None:
                continue
            with contextlib.suppress(InboxError):
                self.store.forget_attempt(case.number)

    def _never_again(self, case: Case) -> None:
        evidence = nothing_seen("dreimal-abgebrochen")
        self.store.save_evidence(case.number, evidence, at=self.clock.now())

    def _read_one(self, case: Case) -> Evidence | None:
        if self.stopping():
            return None
        self.spool.demand_space()
        self.store.begin_reading(case.number, at=self.clock.now())
        try:
            return self.reader.read(case.raw.sha256, rules=self.rules)
        except Temporary:
            # The attempts count how often a mail took us with it; here we live.
            self.store.forget_attempt(case.number)
            raise

    def _keep(self, case: Case, done: Future[Evidence | None]) -> None:
        try:
            evidence = done.result()
        except Temporary:
            if self.stopping():
                raise
            if not has_lasted(self.troubles, case.number, now=self.clock.now()):
                raise
            evidence = nothing_seen("lese-nicht-moeglich")
        if evidence is None:
            return
        self.troubles.pop(case.number, None)
        try:
            reached(Point.SEEN)
            self.store.save_evidence(case.number, evidence, at=self.clock.now())
        except Temporary:
            self.store.forget_attempt(case.number)
            raise
        log.info("case.read", case=case.number, failure=evidence.failure)


def has_lasted(troubles: dict[str, datetime], case: str, *, now: datetime) -> bool:
    """Whether the trouble with this case has lasted too long; one not told of begins now.

    It counts from its first failure and not from the receipt of the mail: after a stop of days
    one moment of trouble would condemn all that waits.
    """
    return abs(now - troubles.setdefault(case, now)) >= LONGEST_TROUBLE


def is_young(case: Case, span: timedelta, *, now: datetime) -> bool:
    """Whether it changed within this span; a clock that was set back makes no span longer."""
    return abs(now - case.changed_at) < span
