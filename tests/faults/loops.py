"""Two robots talk: five kinds of automatic answer to our letters, for 24 simulated hours each.

Run as `python -m tests.faults.loops [--hours H]`: prints counts, ends by itself, exit code 1 where
more letters left than questions or budgets allow, or one left while letters were stopped. Real
steps, store (SQLite), mail parser and letters; mailbox, relay, clock and the look at the PDF are
stand-ins. Touches: a temporary folder.
"""

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

from inbox_daemon.core.programm import Kreis, Ruleset
from inbox_daemon.core.states import FINAL
from inbox_daemon.core.values import AttachmentKind, Evidence
from inbox_daemon.core.verdict import Budget, Outcome
from inbox_daemon.edges.postman import SmtpPostman
from inbox_daemon.letters import Letters
from inbox_daemon.ports import Letter, Sent
from inbox_daemon.reading.mail.mime import submission_of
from tests.core import cases
from tests.fakes import FakeClock, FakeSpool, sha256_of
from tests.worlds import World, new_database, new_world

POLL = timedelta(minutes=5)
KINDS = ("obeys", "ignores", "other-from", "new-identity", "slow")
BUDGET = Budget()
PERSON = "muster"


@dataclass(kw_only=True)
class Robot:
    """The office of a Kreis that answers each letter by sending an unsigned application again."""

    kind: str
    kreis: Kreis
    sent: int = 0

    def answer(self, letter: bytes, *, at: datetime) -> tuple[datetime, bytes] | None:
        """What comes back on this letter, and when."""
        received = message_from_bytes(letter, policy=default)
        if self.kind == "obeys" and received["Auto-Submitted"]:
            return None
        delay = timedelta(minutes=5) if self.kind == "slow" else timedelta()
        return at + delay, self.application(subject=f"Re: {received['Subject']}")

    def application(self, *, subject: str = "") -> bytes:
        """A mail without any mark of a robot, with an unsigned scan."""
        self.sent += 1
        fresh = self.kind in {"new-identity", "slow"}
        number = self.sent if fresh else 0
        name = f"amt{self.sent}" if self.kind == "other-from" else "soziales"
        domain = self.kreis.domains[0]
        mail = EmailMessage(policy=SMTP)
        mail["Authentication-Results"] = f"{cases.SERVER}; dkim=pass header.d={domain}"
        mail["From"] = f"{name}@{domain}"
        mail["To"] = cases.rules().postfach.adresse
        again = subject and not fresh
        mail["Subject"] = subject if again else f"Antrag Soforthilfe {number}"
        mail["Message-ID"] = f"<{self.sent}.{self.kind}@{domain}>"
        mail.set_content("Guten Tag,\nanbei unser Antrag.\n")
        scan = f"%PDF-1.7 {self.kreis.ags} {number}".encode()
        mail.add_attachment(scan, maintype="application", subtype="pdf", filename="antrag.pdf")
        return mail.as_bytes()


@dataclass(kw_only=True)
class Eyes:
    """Reads the mail with the real parser, and sees an unsigned application in each PDF."""

    spool: FakeSpool

    def read(self, sha256: str, *, rules: Ruleset) -> Evidence:
        """What would be seen."""
        mail = submission_of(self.spool.kept[sha256], store=sha256_of)
        domain = mail.from_[0].addr.rpartition("@")[2]
        kreis = next(k for k in rules.kreise if domain in k.domains)
        documents = tuple(
            cases.document(
                sha256=part.sha256,
                applicant=cases.read(kreis.name),
                amount=cases.read(Decimal("1000.00")),
                signature=cases.absent(),
            )
            for part in mail.attachments
            if part.kind is AttachmentKind.PDF
        )
        return cases.good_evidence(submission=mail, documents=documents)


@dataclass(kw_only=True)
class Relay:
    """Takes every letter, as the bytes that would leave, and the minute of each."""

    clock: FakeClock
    taken: list[tuple[datetime, Letter, bytes]] = field(default_factory=list)

    def send(self, letter: Letter, *, before_data: Callable[[], None]) -> Sent:
        """The letter is delivered at once."""
        before_data()
        content = self._pen._message(letter).as_bytes()
        self.taken.append((self.clock.now(), letter, content))
        return Sent(outcome=Outcome.DONE, reply=". 250")

    @property
    def _pen(self) -> SmtpPostman:
        return SmtpPostman(
            host="127.0.0.1",
            port=1,
            starttls=False,
            user="",
            password="",
            sender=Address("Amt", addr_spec=cases.rules().postfach.adresse),
            clock=self.clock,
            timeout_s=1,
        )


class Rig:
    """Some robots and one daemon."""

    def __init__(self, world: World, robots: list[Robot]) -> None:
        self.world, self.robots = world, robots
        self.relay = Relay(clock=world.clock)
        self._due: list[tuple[datetime, bytes]] = []
        self._heard = 0
        self.arrived = 0
        world.steps = replace(
            world.steps,
            reader=Eyes(spool=world.spool),
            postman=self.relay,
            letters=Letters(world.clock),
            message_limit=1 << 20,
        )

    def run(self, *, hours: int) -> None:
        """So many hours; at each full one every robot begins anew by itself."""
        end = self.world.clock.now() + timedelta(hours=hours)
        next_start = self.world.clock.now()
        while (now := self.world.clock.now()) < end:
            if now >= next_start:
                self._due += [(now, robot.application()) for robot in self.robots]
                next_start += timedelta(hours=1)
            self._deliver(now)
            self.world.steps.once()
            self._let_them_answer(now)
            self.world.clock.instant += POLL

    def _deliver(self, now: datetime) -> None:
        for _, mail in (one for one in self._due if one[0] <= now):
            self.world.mailbox.arrive(mail, received_at=now)
            self.arrived += 1
        self._due = [one for one in self._due if one[0] > now]

    def _let_them_answer(self, now: datetime) -> None:
        for _, letter, content in self.relay.taken[self._heard :]:
            domain = letter.recipient.rpartition("@")[2]
            robot = next(r for r in self.robots if domain in r.kreis.domains)
            answer = robot.answer(content, at=now)
            self._due += [answer] if answer is not None else []
        self._heard = len(self.relay.taken)

    def faults(self, *, released: int = 0) -> list[str]:
        """What went wrong; the budget of an hour begins anew with each release by a person."""
        records, taken = self.world.records, self.relay.taken
        asked = [_question(letter) for _, letter, _ in taken]
        lost = self.arrived - len(records.cases())
        waiting = {case for case, _ in records.letters(at=self.world.clock.now()).waiting}
        shown = {case.number for case in records.cases() if case.state in FINAL} | waiting
        rest = [case.number for case in records.cases() if case.number not in shown]
        hour = max((_within(taken, at, timedelta(hours=1)) for at, _, _ in taken), default=0)
        kreis = max((_to_kreis(taken, letter) for _, letter, _ in taken), default=0)
        days = -(-self._hours() // 24)
        self.world.log.catch_up()
        checks = {
            "a question was asked twice": len(asked) > len(set(asked)),
            f"{hour} letters in an hour": hour > BUDGET.hour * (1 + released),
            f"{kreis} letters to one Kreis": kreis > BUDGET.kreis_day * days,
            f"{lost} mails without a case": lost != 0,
            f"{len(rest)} cases rest on the way": bool(rest),
            "the chain is broken": self.world.log.verify().why != "",
        }
        return [fault for fault, is_so in checks.items() if is_so]

    def _hours(self) -> int:
        cases_there = self.world.records.cases()
        span = self.world.clock.now() - cases_there[0].received_at
        return max(1, int(span.total_seconds() // 3600))


def _question(letter: Letter) -> str:
    """The points of the letter and the mail that it answers."""
    return hashlib.sha256(f"{letter.in_reply_to} {letter.body}".encode()).hexdigest()


Taken = list[tuple[datetime, Letter, bytes]]


def _within(taken: Taken, since: datetime, span: timedelta) -> int:
    return sum(since <= at < since + span for at, _, _ in taken)


def _to_kreis(taken: Taken, letter: Letter) -> int:
    domain = letter.recipient.rpartition("@")[2]
    return sum(other.recipient.endswith("@" + domain) for _, other, _ in taken)


def kreise(count: int) -> list[Kreis]:
    """So many Kreise with a domain that is theirs alone."""
    return [k for k in cases.rules().kreise if k.domains][:count]


@contextmanager
def rig(robots: list[Robot]) -> Iterator[Rig]:
    """A rig in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with new_world(folder, new_database(folder), budget=BUDGET) as world:
            yield Rig(world, robots)


def alone(kind: str, *, hours: int) -> tuple[str, list[str]]:
    """One robot of this kind: what was counted, and what went wrong."""
    with rig([Robot(kind=kind, kreis=kreise(1)[0])]) as found:
        found.run(hours=hours)
        count = len(found.relay.taken)
        return f"{kind}: {found.arrived} mails, {count} letters", found.faults()


def storm(*, hours: int) -> tuple[str, list[str]]:
    """All Kreise at once, and a person who lets the letters go again half-way."""
    robots = [Robot(kind="new-identity", kreis=kreis) for kreis in kreise(44)]
    with rig(robots) as found:
        found.run(hours=hours // 2)
        store, clock = found.world.store, found.world.clock
        first, stopped = len(found.relay.taken), store.letters_stopped()
        waiting = len(found.world.records.letters(at=clock.now()).waiting)
        store.turn_letters(stopped=False, by=PERSON, why="probe", at=clock.now())
        found.run(hours=hours - hours // 2)
        second = len(found.relay.taken) - first
        faults = found.faults(released=1)
        if not stopped:
            faults.append("the switch did not go on by itself")
        if first + waiting > BUDGET.hour:
            faults.append("more letters than the hour allows before the switch went on")
        told = f"storm of {len(robots)}: {found.arrived} mails, {first} and {second} letters"
        return told, faults


def stopped_by_hand(*, hours: int) -> tuple[str, list[str]]:
    """Somebody stops the letters before the first mail, and lets them go half-way.

    Then another Kreis writes: of the first one a case is open with a person.
    """
    one, other = kreise(2)
    with rig([Robot(kind="new-identity", kreis=one)]) as found:
        store, clock = found.world.store, found.world.clock
        store.turn_letters(stopped=True, by=PERSON, why="probe", at=clock.now())
        found.run(hours=hours // 2)
        while_stopped = len(found.relay.taken)
        store.turn_letters(stopped=False, by=PERSON, why="probe", at=clock.now())
        found.robots = [Robot(kind="new-identity", kreis=other)]
        found.run(hours=hours - hours // 2)
        after = len(found.relay.taken) - while_stopped
        faults = found.faults()
        if while_stopped:
            faults.append("letters left while they were stopped")
        if not after:
            faults.append("no letter left after they were let go")
        return f"stopped by hand: {while_stopped}, then {after} letters", faults


def main() -> int:
    """All kinds; 0 where nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=24)
    hours = parser.parse_args().hours
    runs = [alone(kind, hours=hours) for kind in KINDS]
    runs += [storm(hours=hours), stopped_by_hand(hours=hours)]
    for told, faults in runs:
        print(f"{told}; " + (", ".join(faults) or "nothing wrong"))
    return 1 if any(faults for _, faults in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
