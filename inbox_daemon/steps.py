"""fetch, read, decide, act: one function per arrow of the drawing, nothing else.

Promises: each step can be killed at any moment and run again; one bad message never stops the
rest. Touches: only its ports. Trusts: nobody; what goes wrong goes to a person.
Limits: when and how often it runs is known in daemon.py.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never

import structlog

from inbox_daemon.consequences import decision_for, in_its_matter
from inbox_daemon.core.decide import decide
from inbox_daemon.core.errors import Damaged, InboxError, Permanent, Temporary
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.replies import stops_letters
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import (
    EffectKind,
    Known,
    Outcome,
)
from inbox_daemon.intake import LOST, Intake
from inbox_daemon.points import Point, reached
from inbox_daemon.ports import (
    Archive,
    AuditLog,
    Case,
    Clock,
    Decision,
    Letter,
    LetterWriter,
    Mailbox,
    Pending,
    Postman,
    Reader,
    Sent,
    Spool,
    Store,
)
from inbox_daemon.readout import Readout, has_lasted, is_young

log = structlog.get_logger()

# So many mails are read before what follows from them is done.
ROUND = 20
# So long a mail that cannot be read yet holds up the decisions on later ones.
PATIENCE = timedelta(hours=1)
# A letter is tried for about five days, as Postfix does; a move on the server likewise.
MOST_TRIES = 110


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The four steps and the ports they need."""

    mailbox: Mailbox
    spool: Spool
    store: Store
    reader: Reader
    letters: LetterWriter
    postman: Postman
    archive: Archive
    audit: AuditLog
    clock: Clock
    rules: Ruleset
    message_limit: int
    parallel: int
    stopping: Callable[[], bool] = lambda: False
    # Called after each group, reading and effect: a long poll is no standstill.
    alive: Callable[[], None] = lambda: None
    # Raises Temporary where another daemon has taken our place; asked before each round.
    alone: Callable[[], None] = lambda: None
    # What came of a letter, by effect, until it is written down.
    answers: dict[int, Sent] = field(default_factory=dict)
    # Since when a case cannot be read or filed, until it can.
    troubles: dict[str, datetime] = field(default_factory=dict)

    def once(self, *, abgleich: bool = False) -> int:
        """One poll and everything that follows from it; how many messages were new.

        Server and ledger are compared when that is a day ago, or with `abgleich`.
        Raises what the poll raised, after the other steps have run.
        """
        new = 0
        failure: InboxError | None = None
        tried: set[str] = set()
        more = True
        while more:
            self.alone()
            failure = None
            try:
                new += self.fetch()
            except Damaged:
                raise
            except InboxError as error:
                failure = error
            more = self._round(tried)
        try:
            if failure is None and not self.stopping() and (abgleich or self.intake.is_due()):
                self.intake.reconcile()
        except Damaged:
            raise
        except InboxError as error:
            failure = error
        self.audit.catch_up()
        if failure is not None:
            raise failure
        return new

    def _round(self, tried: set[str]) -> bool:
        """Reads a few that were not yet `tried` and does what follows; whether there are more.

        Thousands of mails at once do not keep the first from its decision, nor what comes in
        meanwhile from being fetched.
        """
        waiting = [case for case in self._unread() if case.number not in tried]
        part = waiting[:ROUND]
        tried.update(case.number for case in part)
        for step in (partial(self.readout.read, part), self.decide, self.act):
            if not self.stopping():
                step()
                self.audit.catch_up()
        return len(waiting) > len(part) and not self.stopping()

    def fetch(self) -> int:
        """Server → `fetched`: bytes safe in the spool, then the row, and nothing on the server."""
        return self.intake.fetch()

    @property
    def intake(self) -> Intake:
        """Taking in and the reconciliation, on the same ports."""
        return Intake(
            mailbox=self.mailbox,
            spool=self.spool,
            store=self.store,
            clock=self.clock,
            message_limit=self.message_limit,
            stopping=self.stopping,
            alive=self.alive,
        )

    def read(self) -> None:
        """`fetched` → `read`, several at once, each in its own caged child."""
        waiting = self._unread()
        for start in range(0, len(waiting), ROUND):
            self.readout.read(waiting[start : start + ROUND])

    def _unread(self) -> Sequence[Case]:
        # What was never tried goes first: a kill from outside then blames a message only once.
        return sorted(self.store.cases(State.FETCHED), key=lambda case: case.attempts)

    @property
    def readout(self) -> Readout:
        """Reading, on the same ports."""
        return Readout(
            spool=self.spool,
            store=self.store,
            reader=self.reader,
            clock=self.clock,
            rules=self.rules,
            parallel=self.parallel,
            guarded=self._guarded,
            stopping=self.stopping,
            alive=self.alive,
            troubles=self.troubles,
        )

    def decide(self) -> None:
        """`read` → `decided` (and on to its end where nothing is to be done in the world)."""
        now = self.clock.now()
        unread = [c for c in self.store.cases(State.FETCHED) if is_young(c, PATIENCE, now=now)]
        for case in self.store.cases(State.READ):
            # The order of receipt decides which application of a Kreis is the first: nobody is
            # decided before one that cannot be read or decided for the moment.
            if unread and unread[0].order < case.order:
                return
            if not self._guarded(case.number, partial(self._decide_one, case)):
                return

    def _decide_one(self, case: Case) -> None:
        verdict = self.store.save_verdict(
            case.number, at=self.clock.now(), rules=self.rules, decided=self._decision
        )
        log.info("case.decided", case=case.number, verdict=verdict.kind)

    def _decision(self, case: Case, evidence: Evidence, known: Known) -> Decision:
        verdict = decide(evidence, known=known, rules=self.rules, received_at=case.raw.received_at)
        decision = decision_for(case, verdict, evidence, rules=self.rules, letters=self.letters)
        stops = stops_letters(verdict)
        reached(Point.DECIDED)
        if stops:
            log.error("letters.stopped", case=case.number, budget=known.budget.hour)
        return replace(
            in_its_matter(decision, evidence, known=known, rules=self.rules), stops_letters=stops
        )

    def act(self) -> None:
        """`decided` → its end, then the one move on the server; the outbox in order."""
        # Without a line to the server every further move would wait for its time-out.
        lost: list[InboxError] = []
        for _ in range(2):  # first the effect itself, then the move that its end calls for
            for effect in self.store.pending(at=self.clock.now()):
                if self.stopping():
                    return
                if not (lost and effect.kind is EffectKind.MOVE_MESSAGE):
                    self._guarded(effect.case, partial(self._do, effect, lost), effect.number)
                self.alive()

    def _do(self, effect: Pending, lost: list[InboxError]) -> None:
        if not self.store.is_open(effect.number):
            return  # since we looked, a person or another machine has ended it
        match effect.kind:
            case EffectKind.FILE_RECORD:
                self._file(effect)
            case EffectKind.SEND_LETTER:
                self._send(effect)
            case EffectKind.MOVE_MESSAGE:
                self._move(effect, lost)
            case _:
                assert_never(effect.kind)

    def _file(self, effect: Pending) -> None:
        filing = json.loads(effect.payload)
        parts = tuple((str(name), str(sha256)) for name, sha256 in filing["parts"])
        try:
            self.archive.file(
                filing["name"], folder=filing["folder"], record=filing["record"], parts=parts
            )
        except Temporary as error:
            if not has_lasted(self.troubles, effect.case, now=self.clock.now()):
                raise
            raise Permanent(str(error), code="ablage-nicht-moeglich") from error
        self.troubles.pop(effect.case, None)
        self._finish(effect, Outcome.DONE, State.FILED)

    def _send(self, effect: Pending) -> None:
        if effect.attempted:
            # We died between the first byte and the answer: nobody knows, a person looks.
            # What we were told and could not write down we know, while we live.
            sent = self.answers.get(effect.number, Sent(outcome=Outcome.UNKNOWN))
            self._close(effect, sent)
            return
        late = self.store.why_too_late(effect.case, at=self.clock.now())
        if late is not None:
            # The Kreis has answered before our question left, or it waited beyond all sense.
            self._finish(effect, Outcome.GIVEN_UP, State.FLAGGED, (late,))
            return
        if self.store.letters_stopped():
            # It waits where `letters status` shows it; only a person lets it go.
            return
        letter = Letter(**json.loads(effect.payload))
        # Of this try nothing is known; what an earlier one came to must not be taken for it.
        self.answers.pop(effect.number, None)
        sent = self.postman.send(
            letter,
            before_data=lambda: self.store.mark_attempted(effect.number, at=self.clock.now()),
        )
        self.answers[effect.number] = sent
        self._close(effect, sent)

    def _close(self, effect: Pending, sent: Sent) -> None:
        outcome, reply = sent.outcome, sent.reply
        if outcome is Outcome.RETRY_LATER and effect.attempts >= MOST_TRIES:
            outcome = Outcome.GIVEN_UP
        match outcome:
            case Outcome.DONE:
                self._finish(effect, outcome, State.QUERIED, reply=reply)
            case Outcome.RETRY_LATER:
                self._finish(effect, outcome, None, reply=reply)
            case Outcome.GIVEN_UP | Outcome.UNKNOWN:
                self._finish(effect, outcome, State.FLAGGED, reply=reply)
            case _:
                assert_never(outcome)
        self.answers.pop(effect.number, None)

    def _move(self, effect: Pending, lost: list[InboxError]) -> None:
        raw = self.store.location(effect.case).raw
        try:
            outcome = Outcome.RETRY_LATER  # until its new place is known
            if raw.mailbox == self.mailbox.name:
                outcome = self.mailbox.move(
                    uidvalidity=raw.uidvalidity,
                    uid=raw.uid,
                    folder=effect.payload,
                    message_id=raw.message_id,
                )
        except InboxError as error:
            log.warning("message.move", case=effect.case, error=str(error))
            lost += [error] if error.code == LOST else []
            outcome = Outcome.RETRY_LATER
        if outcome is Outcome.RETRY_LATER and effect.attempts >= MOST_TRIES:
            outcome = Outcome.GIVEN_UP
        self._finish(effect, outcome, None)

    def _finish(
        self,
        effect: Pending,
        outcome: Outcome,
        state: State | None,
        reasons: tuple[str, ...] = (),
        *,
        reply: str = "",
    ) -> None:
        now = self.clock.now()
        self.store.finish(effect.number, outcome, at=now, state=state, reasons=reasons, reply=reply)
        kind, came = effect.kind.value, outcome.value
        log.info("effect.done", case=effect.case, effect=kind, outcome=came, reply=reply)

    def _guarded(self, case: str, work: Callable[[], None], effect: int | None = None) -> bool:
        """The work of one message: what may pass is tried again, what is broken is flagged.

        False where it is to be tried again.
        """
        try:
            work()
        except Temporary as error:
            log.warning("case.later", case=case, code=error.code, error=str(error))
            return False
        except Damaged:
            raise  # nothing more can be written, least of all a flag
        except Exception as error:  # one message never stops the rest
            log.exception("case.defect", case=case, error=type(error).__name__)
            self._flag(case, error.code if isinstance(error, InboxError) else "defekt", effect)
        return True

    def _flag(self, case: str, code: str, broke: int | None) -> None:
        self.troubles.pop(case, None)
        try:
            self.store.flag(
                case, at=self.clock.now(), kind="case.defect", reasons=(code,), broke=broke
            )
        except Damaged:
            raise
        except Exception as error:  # the others go on; this one breaks again at the next poll
            log.exception("case.unflagged", case=case, error=type(error).__name__)
