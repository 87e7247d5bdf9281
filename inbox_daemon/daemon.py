"""The loop: schedule, signals, what happens when a poll fails.

Promises: one poll at a time, none skipped because it was late; SIGTERM ends after the running
message; a failing poll never ends the daemon, a wrong configuration never starts it.
Touches: signals, APScheduler, systemd's socket. Trusts: steps.py for each message.
Limits: APScheduler swallows a job's exceptions (also SystemExit): its listeners tell us.
"""

import signal
import threading
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
from inbox_daemon.core.errors import InboxError
from inbox_daemon.core.wording_terminal import TERMINAL
from inbox_daemon.edges.systemd import notify
from inbox_daemon.steps import Steps

log = structlog.get_logger()


class Daemon:
    """Polls until it is told to stop."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._stop = threading.Event()
        self._steps: Steps = app.steps(stopping=self._stop.is_set)

    def run(self) -> None:
        """Blocks until SIGTERM or SIGINT; the running step ends in good order."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        scheduler = self._scheduler()
        with self._app.alone():
            swept = self._app.spool.sweep()
            log.info("daemon.started", swept=swept)
            scheduler.start()
            self._stop.wait()
            notify("STOPPING=1")
            scheduler.shutdown(wait=True)
        log.info("daemon.stopped")

    def poll(self) -> None:
        """One poll; what may pass is told and waits for the next."""
        try:
            new = self._steps.once()
        except InboxError as error:
            log.error("poll.failed", code=error.code, error=str(error))
            _tell("poll.failed", code=error.code)
            # The loop is alive; a restart would not bring the server back.
            notify("WATCHDOG=1")
            return
        counts = self._app.records.counts()
        notify("READY=1")
        notify("WATCHDOG=1")
        _tell("poll.done", hour=_hour(), flagged=counts.get("flagged", 0))
        log.info("poll.done", new=new, **counts)

    def _scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(timezone=UTC)
        scheduler.add_listener(
            _on_event, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES
        )
        scheduler.add_job(
            self.poll,
            IntervalTrigger(seconds=self._app.settings.poll_every_s, timezone=UTC),
            id="poll",
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )
        return scheduler

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        log.info("daemon.stopping", signal=signal.Signals(number).name)
        self._stop.set()


def _on_event(event: JobExecutionEvent) -> None:
    error = getattr(event, "exception", None)
    log.error("poll.event", kind=event.code, error=repr(error) if error else "")


def _tell(key: str, **values: object) -> None:
    notify(f"STATUS={TERMINAL[key].format(**values)}")


def _hour() -> str:
    return datetime.now(UTC).astimezone().strftime("%H:%M")
