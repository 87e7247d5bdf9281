"""fetch, read, decide, act: one function per arrow of the drawing, nothing else.

Promises: each step can be killed at any moment and run again; one bad message never stops the
rest. Touches: only its ports. Trusts: nobody; what goes wrong goes to a person.
Limits: when and how often it runs is known in daemon.py.
"""

import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from typing import assert_never

import structlog

from inbox_daemon.core.decide import concerns, decide
from inbox_daemon.core.errors import Defect, InboxError, Temporary
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.record import Author, filing_of
from inbox_daemon.core.states import State
from inbox_daemon.core.values import Evidence, RawMessage, nothing_seen
from inbox_daemon.core.verdict import (
    Accept,
    Dismiss,
    EffectKind,
    Escalate,
    Known,
    Outcome,
    Query,
    Verdict,
)
from inbox_daemon.ports import (
    Archive,
    AuditLog,
    Case,
    Clock,
    Decision,
    Effect,
    Letter,
    LetterWriter,
    Listed,
    Mailbox,
    MailboxView,
    Pending,
    Postman,
    Reader,
    Spool,
    Store,
)

log = structlog.get_logger()

HEAD_LIMIT = 100 * 1024
# A message that three times took the whole daemon with it is not opened a fourth time.
MOST_ATTEMPTS = 3
# So long a mail that cannot be read yet holds up the decisions on later ones.
PATIENCE = timedelta(hours=1)
# After so long a trouble of our own the mail goes to a person all the same.
LONGEST_TROUBLE = timedelta(days=1)
MACHINE = Author()
# So many messages in a row that cannot be loaded now mean that the server is in trouble.
MOST_TROUBLES = 3
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

    def once(self) -> int:
        """One poll and everything that follows from it; how many messages were new.

        Raises what the poll raised, after the other steps have run.
        """
        new, failure = 0, None
        try:
            new = self.fetch()
        except InboxError as error:
            failure = error
        for step in (self.read, self.decide, self.act):
            if not self.stopping():
                step()
                self.audit.catch_up()
        self.audit.catch_up()
        if failure is not None:
            raise failure
        return new

    def fetch(self) -> int:
        """Server → `fetched`: bytes safe in the spool, then the row, and nothing on the server."""
        new, troubles = 0, 0
        broken: InboxError | None = None
        with self.mailbox.examine() as view:
            for listed in view.listed(unless=lambda uid: self._knows(view, uid)):
                if self.stopping():
                    break
                try:
                    new += self._take_in(view, listed)
                    troubles = 0
                except Exception as error:  # noqa: BLE001  one message never stops the rest
                    log.warning("message.refused", uid=listed.uid, error=type(error).__name__)
                    broken = Defect(f"taking in: {type(error).__name__}")
                    broken = error if isinstance(error, InboxError) else broken
                    troubles += isinstance(error, Temporary)
                    if troubles >= MOST_TROUBLES:
                        break
        if broken is not None:
            raise broken
        return new

    def _knows(self, view: MailboxView, uid: int) -> bool:
        return self.store.knows(self.mailbox.name, view.uidvalidity, uid)

    def _take_in(self, view: MailboxView, listed: Listed) -> bool:
        head = view.head(listed.uid, limit=HEAD_LIMIT)
        too_large = listed.size > self.message_limit
        pieces = iter([head]) if too_large else view.body(listed.uid, limit=self.message_limit + 1)
        sha256, size = self.spool.put(pieces)
        if size == 0 and listed.size > 0:
            log.warning("message.gone", uid=listed.uid)
            return False
        too_large = too_large or size > self.message_limit
        raw = RawMessage(
            mailbox=self.mailbox.name,
            uidvalidity=listed.uidvalidity,
            uid=listed.uid,
            received_at=listed.received_at,
            size=max(size, listed.size) if too_large else size,
            sha256=sha256,
            message_id=message_id_in(head),
        )
        case = self.store.add(raw, at=self.clock.now(), failure="zu-gross" if too_large else None)
        log.info("message.fetched", case=case, uid=listed.uid, size=size)
        return True

    def read(self) -> None:
        """`fetched` → `read`, several at once, each in its own caged child."""
        # What was never tried goes first: a kill from outside then blames a message only once.
        found = sorted(self.store.cases(State.FETCHED), key=lambda case: case.attempts)
        waiting = [case for case in found if self._may_be_read(case)]
        with ThreadPoolExecutor(max_workers=self.parallel) as pool:
            running: dict[Future[Evidence | None], Case] = {
                pool.submit(self._read_one, case): case for case in waiting
            }
            for done in as_completed(running):
                case = running[done]
                self._guarded(case.number, partial(self._keep, case, done))

    def _may_be_read(self, case: Case) -> bool:
        if case.attempts < MOST_ATTEMPTS:
            return True
        self.store.save_evidence(
            case.number, nothing_seen("dreimal-abgebrochen"), at=self.clock.now()
        )
        return False

    def _read_one(self, case: Case) -> Evidence | None:
        if self.stopping():
            return None
        self.store.begin_reading(case.number, at=self.clock.now())
        return self.reader.read(case.raw.sha256, rules=self.rules)

    def _keep(self, case: Case, done: Future[Evidence | None]) -> None:
        try:
            evidence = done.result()
        except Temporary:
            if self.clock.now() - case.changed_at < LONGEST_TROUBLE:
                self.store.forget_attempt(case.number)
                raise
            evidence = nothing_seen("lese-nicht-moeglich")
        if evidence is not None:
            self.store.save_evidence(case.number, evidence, at=self.clock.now())
            log.info("case.read", case=case.number, failure=evidence.failure)

    def decide(self) -> None:
        """`read` → `decided` (and on to its end where nothing is to be done in the world)."""
        patience = self.clock.now() - PATIENCE
        unread = [c for c in self.store.cases(State.FETCHED) if c.changed_at > patience]
        for case in self.store.cases(State.READ):
            if unread and unread[0].order < case.order:
                # The order of receipt decides which application of a Kreis is the first.
                return
            self._guarded(case.number, partial(self._decide_one, case))

    def _decide_one(self, case: Case) -> None:
        verdict = self.store.save_verdict(
            case.number, at=self.clock.now(), rules=self.rules, decided=self._decision
        )
        log.info("case.decided", case=case.number, verdict=verdict.kind)

    def _decision(self, case: Case, evidence: Evidence, known: Known) -> Decision:
        verdict = decide(evidence, known=known, rules=self.rules, received_at=case.raw.received_at)
        return decision_for(case, verdict, evidence, rules=self.rules, letters=self.letters)

    def act(self) -> None:
        """`decided` → its end, then the one move on the server; the outbox in order."""
        for _ in range(2):  # first the effect itself, then the move that its end calls for
            for effect in self.store.pending(at=self.clock.now()):
                if self.stopping():
                    return
                self._guarded(effect.case, partial(self._do, effect))

    def _do(self, effect: Pending) -> None:
        match effect.kind:
            case EffectKind.FILE_RECORD:
                self._file(effect)
            case EffectKind.SEND_LETTER:
                self._send(effect)
            case EffectKind.MOVE_MESSAGE:
                self._move(effect)
            case _:
                assert_never(effect.kind)

    def _file(self, effect: Pending) -> None:
        filing = json.loads(effect.payload)
        parts = tuple((str(name), str(sha256)) for name, sha256 in filing["parts"])
        self.archive.file(
            filing["name"], folder=filing["folder"], record=filing["record"], parts=parts
        )
        self._finish(effect, Outcome.DONE, State.FILED)

    def _send(self, effect: Pending) -> None:
        if effect.attempted:
            # We died between the first byte and the answer: nobody knows, a person looks.
            self._finish(effect, Outcome.UNKNOWN, State.FLAGGED)
            return
        if self.store.has_newer_record(effect.case):
            # The Kreis has answered before our question left.
            self._finish(effect, Outcome.GIVEN_UP, State.FLAGGED, ("rueckfrage-ueberholt",))
            return
        letter = Letter(**json.loads(effect.payload))
        outcome = self.postman.send(
            letter,
            before_data=lambda: self.store.mark_attempted(effect.number, at=self.clock.now()),
        )
        if outcome is Outcome.RETRY_LATER and effect.attempts >= MOST_TRIES:
            outcome = Outcome.GIVEN_UP
        match outcome:
            case Outcome.DONE:
                self._finish(effect, outcome, State.QUERIED)
            case Outcome.RETRY_LATER:
                self._finish(effect, outcome, None)
            case Outcome.GIVEN_UP | Outcome.UNKNOWN:
                self._finish(effect, outcome, State.FLAGGED)
            case _:
                assert_never(outcome)

    def _move(self, effect: Pending) -> None:
        raw = self.store.location(effect.case).raw
        try:
            outcome = self.mailbox.move(
                uidvalidity=raw.uidvalidity, uid=raw.uid, folder=effect.payload
            )
        except InboxError as error:
            log.warning("message.move", case=effect.case, error=str(error))
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
    ) -> None:
        now = self.clock.now()
        self.store.finish(effect.number, outcome, at=now, state=state, reasons=reasons)
        log.info("effect.done", case=effect.case, effect=effect.kind.value, outcome=outcome.value)

    def _guarded(self, case: str, work: Callable[[], None]) -> None:
        """The work of one message: what may pass is tried again, what is broken is flagged."""
        try:
            work()
        except Temporary as error:
            log.warning("case.later", case=case, code=error.code, error=str(error))
        except Exception as error:  # one message never stops the rest
            log.exception("case.defect", case=case, error=type(error).__name__)
            code = error.code if isinstance(error, InboxError) else "defekt"
            self.store.flag(case, at=self.clock.now(), kind="case.defect", reasons=(code,))


def decision_for(
    case: Case,
    verdict: Verdict,
    evidence: Evidence,
    *,
    rules: Ruleset,
    letters: LetterWriter,
    author: Author = MACHINE,
) -> Decision:
    """The verdict with the effects that follow from it."""
    effects: tuple[Effect, ...]
    match verdict:
        case Accept():
            filing = filing_of(
                case.number,
                verdict,
                raw=case.raw,
                evidence=evidence,
                rules=rules,
                author=author,
            )
            payload = json.dumps(asdict(filing))
            effects = (Effect(kind=EffectKind.FILE_RECORD, payload=payload),)
        case Query():
            letter = letters.query(case, verdict, rules)
            effects = (
                Effect(
                    kind=EffectKind.SEND_LETTER,
                    payload=json.dumps(asdict(letter)),
                    letter_id=letter.message_id,
                    recipient=letter.recipient,
                ),
            )
        case Escalate() | Dismiss():
            effects = ()
        case _:
            assert_never(verdict)
    about = concerns(evidence, rules)
    if isinstance(verdict, Query):
        about = (verdict.ags, verdict.programm)
    return Decision(verdict=verdict, effects=effects, concerns=about)


def message_id_in(head: bytes) -> str:
    """The Message-ID as it stands in the header, cut to 250 characters; empty where none is.

    Only a look for the ledger and for In-Reply-To; the mail itself is parsed in the child.
    """
    unfolded = head.replace(b"\r\n", b"\n").replace(b"\n ", b" ").replace(b"\n\t", b" ")
    for line in unfolded.split(b"\n"):
        if not line:
            break
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"message-id":
            text = value.strip().decode("ascii", "ignore")
            clean = "".join(c for c in text if c.isprintable())[:250]
            return clean if clean.startswith("<") and clean.endswith(">") else ""
    return ""
