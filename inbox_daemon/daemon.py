"""The loop: schedule, signals, what happens when a poll fails.

Promises: one poll at a time, none skipped because it was late or because the clock was set back;
SIGTERM ends after the running message; a failing poll never ends the daemon, a wrong configuration
never starts it, a damaged database ends it. Touches: signals, APScheduler, systemd's socket.
Trusts: steps.py for each message. Limits: APScheduler swallows a job's exceptions (also
SystemExit): what is to end the daemon is handed over by hand.
"""

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import FrameType

import structlog
from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobExecutionEvent,
)
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from inbox_daemon.app import App
from inbox_daemon.core.errors import Damaged, InboxError
from inbox_daemon.core.wording_terminal import STOERUNGEN, TERMINAL
from inbox_daemon.edges.systemd import notify
from inbox_daemon.staff import carry_out_due
from inbox_daemon.steps import Steps
from inbox_daemon.web.server import served

log = structlog.get_logger()

LOOK_EVERY_S = 0.5
POLL = "poll"


class Stop:
    """Whether we were told to end. A signal only sets a flag: whatever runs asks for it."""

    def __init__(self) -> None:
        self._number = 0

    def listen(self) -> "Stop":
        """From now on SIGTERM and SIGINT are heard; for the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)
        return self

    def __call__(self) -> bool:
        """Whether a signal came."""
        return self._number != 0

    @property
    def why(self) -> str:
        """The name of the signal; empty where none came."""
        return signal.Signals(self._number).name if self._number else ""

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self._number = number


class Daemon:
    """Polls until it is told to stop."""

    def __init__(self, app: App, stop: Stop | None = None) -> None:
        self._app = app
        self._stop = stop or Stop()
        self._every_s = app.settings.poll_every_s
        self._damage: Damaged | None = None
        self._polling = False
        # When a poll last ended, or was last called for, by the monotonic clock.
        self._last = time.monotonic()

    def run(self) -> None:
        """Blocks until SIGTERM or SIGINT; the running step ends in good order.

        Raises ConfigError at the start, and Damaged whenever the database proves to be.
        """
        self._stop.listen()
        with self._app.alone() as still_alone:
            self._app.ready()
            steps = self._app.steps(stopping=self._stop, alive=_alive, alone=still_alone)
            scheduler = self._scheduler(lambda: self.poll(steps))
            log.info("daemon.started", swept=self._app.spool.sweep())
            with self._pages():
                scheduler.start()
                try:
                    self._watch(scheduler)
                finally:
                    notify("STOPPING=1")
                    scheduler.shutdown(wait=True)
        if self._damage is not None:
            raise self._damage
        log.info("daemon.stopped", signal=self._stop.why)

    @contextlib.contextmanager
    def _pages(self) -> Iterator[None]:
        """The staff's pages meanwhile, where they are switched on."""
        if not self._app.settings.pages.listen:
            yield
            return
        with served(self._app) as place:
            log.info("pages.served", at=place)
            yield

    def poll(self, steps: Steps) -> None:
        """One poll; what may pass is told and waits for the next."""
        self._polling = True
        try:
            carry_out_due(self._app)
            new = steps.once()
            self._app.puls.beat(new, at=self._app.clock.now())
            self._told(new)
        except Damaged as error:
            self._damage = error
        except InboxError as error:
            self._app.puls.miss(error.code, at=self._app.clock.now())
            _failed(error)
        finally:
            self._last, self._polling = time.monotonic(), False

    def _told(self, new: int) -> None:
        counts = self._app.records.counts()
        notify("READY=1")
        _alive()
        _tell("poll.done", hour=_hour(), flagged=counts.get("flagged", 0))
        log.info("poll.done", new=new, **counts)

    def _watch(self, scheduler: BackgroundScheduler) -> None:
        """Until the end. APScheduler plans by the wall clock; set back, it would wait for long."""
        while not self._stop() and self._damage is None:
            time.sleep(LOOK_EVERY_S)
            waited = time.monotonic() - self._last
            if not self._polling and waited > self._every_s + 2 * LOOK_EVERY_S:
                log.warning("poll.overdue", waited_s=round(waited))
                self._last = time.monotonic()
                scheduler.modify_job(POLL, next_run_time=datetime.now(UTC))

    def _scheduler(self, poll: Callable[[], None]) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(timezone=UTC)
        scheduler.add_listener(
            _on_event, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES
        )
        scheduler.add_job(
            poll,
            IntervalTrigger(seconds=self._every_s, timezone=UTC),
            id=POLL,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )
        return scheduler


def _on_event(event: JobExecutionEvent) -> None:
    error = getattr(event, "exception", None)
    log.error("poll.event", kind=event.code, error=repr(error) if error else "")


def _failed(error: InboxError) -> None:
    """What may pass is told and waits for the next poll."""
    what = STOERUNGEN.get(error.code, error.code)
    log.error("poll.failed", code=error.code, was=what, error=str(error))
    _tell("poll.failed", was=what)
    # The loop is alive; a restart would not bring the server back.
    _alive()


def _alive() -> None:
    """A long poll is no standstill: systemd's watchdog hears of each mail."""
    notify("WATCHDOG=1")


def _tell(key: str, **values: object) -> None:
    notify(f"STATUS={TERMINAL[key].format(**values)}")


def _hour() -> str:
    return datetime.now(UTC).astimezone().strftime("%H:%M")
