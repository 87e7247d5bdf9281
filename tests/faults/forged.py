"""Forged and automatic mail as bytes through parser, verdict and the question of the letter.

    python -m tests.faults.forged

Patterns after Chen, Paxson and Jiang, "Composition Kills" (USENIX Security 2020), written anew; the
kinds of automatic mail of RFC 3834; and the mails of ../shared/data/hostile/eml, as they are and
as if their sender were a Kreis that our server has proven. Prints counts, ends by itself, exit code
1 where a letter would go out, or a forged mail is proven or filed. Touches: reads these files.
"""

import csv
import re
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from inbox_daemon.core import sender
from inbox_daemon.core.decide import decide, facts_of
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.replies import why_not
from inbox_daemon.core.values import Evidence
from inbox_daemon.core.verdict import Accept, Known, Query
from inbox_daemon.reading.limits import TooComplex
from inbox_daemon.reading.mail.mime import submission_of
from tests.core import cases
from tests.core.senders import EVIL, from_, passed, written
from tests.faults.ending import exit_code

HOSTILE = cases.ROOT.parent / "shared" / "data" / "hostile" / "eml"
OWN, BAD = cases.SENDER, f"a@{EVIL}"
POINTS = ("unterschrift-fehlt",)
# What the list of the hostile mails says of those that must get no answer.
NO_ANSWER = re.compile(
    r"Precedence|Auto-?(Submitted|Response|Reply)|mailing-list|MAILER-DAEMON|bounce"
    r"|no From|multiple.from",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """How a mail was taken: with a signed application, and with an unsigned one."""

    proven: bool
    filed: bool
    letter_to: str
    reason: str | None


def taken(mail: bytes, rules: Ruleset) -> Taken:
    """The mail parsed, with an application of its Kreis; every way to a letter is asked for."""
    seen = submission_of(mail, store=lambda _bytes: cases.SHA)
    signed, unsigned = (
        cases.good_evidence(submission=seen, documents=(cases.document(**changes),))
        for changes in ({}, {"signature": cases.absent()})
    )
    facts = facts_of(signed, known=Known(), rules=rules, received_at=cases.RECEIVED)
    verdicts = [_verdict(evidence, rules) for evidence in (signed, unsigned)]
    letters = [found.recipient for found in verdicts if isinstance(found, Query)]
    reason = why_not(facts, POINTS)
    return Taken(
        proven=sender.grade_of(seen, cases.SERVER) is sender.Grade.CONFIRMED,
        filed=isinstance(verdicts[0], Accept),
        letter_to=next(iter(letters), "" if reason else "?"),
        reason=reason,
    )


def _verdict(evidence: Evidence, rules: Ruleset) -> object:
    return decide(evidence, known=Known(), rules=rules, received_at=cases.RECEIVED)


def _word(text: str) -> str:
    return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="


def fields_of_from() -> Iterator[tuple[str, str]]:
    """(pattern, header fields) that different programs read as different authors."""
    yield "two From, ours last", from_(BAD) + from_(OWN)
    yield "two From, ours first", from_(OWN) + from_(BAD)
    yield "From with a space before the colon", f"From : {OWN}\r\n{from_(BAD)}"
    yield "From with a space, last", f"{from_(OWN)}From : {BAD}\r\n"
    yield "From after a line that only folds", f"X-A: b\r\n \r\n {from_(OWN)}{from_(BAD)}"
    yield "a bare CR before a second From", f"From: {OWN}\rFrom: {BAD}\r\n"
    yield "an empty From and another", "From:\r\n" + from_(OWN)
    yield "two addresses", from_(f"<{OWN}>, <{BAD}>")
    yield "two addresses, ours last", from_(f"{BAD}, {OWN}")
    yield "two angles", from_(f"<{OWN}><{BAD}>")
    yield "angle and words behind it", from_(f"<{OWN}> {BAD}")
    yield "group", from_(f"{OWN}: {BAD};")
    yield "group with ours in it", from_(f"Amt: {OWN};")
    yield "empty group beside an address", from_(f"undisclosed:;, {OWN}")
    yield "quoted address before the angle", from_(f'"{OWN}" <{BAD}>')
    yield "open quotation mark", from_(f'"{OWN} <{BAD}>')
    yield "quoted pair", from_(f"{OWN}\\,{BAD}")
    yield "comment that is an address", from_(f"{BAD} ({OWN})")
    yield "nested comment", from_(f"({BAD} (x)) {OWN} (y (z))")
    yield "route address", from_(f"<@{EVIL},@x.example:{OWN}>")
    yield "route through ours", from_(f"<@{cases.DOMAIN}:{BAD}>")
    yield "encoded address", from_(f"{_word(f'<{OWN}>')}, <{BAD}>")
    yield "encoded address alone", from_(_word(f"<{OWN}>"))
    yield "encoded local part", from_(f"<{_word(OWN)}@{EVIL}>")
    yield "encoded address with NUL", from_(f"{_word(OWN + chr(0))} <{BAD}>")
    yield "NUL in the address", from_(f"<{OWN}\0{EVIL}>")
    yield "ideographic stop", from_(f"<{OWN}\u3002{EVIL}>")
    yield "dot of the root", from_(f"<{OWN}.>")
    yield "two dots of the root", from_(f"<{OWN}..>")
    yield "two at-signs", from_(f"<{BAD}@{cases.DOMAIN}>")
    yield "no From but Sender", f"Sender: {OWN}\r\n"
    yield "no From but Resent-From", f"Resent-From: {OWN}\r\nReply-To: {OWN}\r\n"
    yield "no author at all", ""
    yield "name cut off behind spaces", from_(f'"{OWN}{" " * 300}" <{BAD}>')
    yield "From longer than anybody reads", from_(f"<{OWN}>,{' ' * 5000}<{BAD}>")
    yield "tab before the colon", f"From\t: {OWN}\r\n{from_(BAD)}"


def results_of_server() -> Iterator[tuple[str, str]]:
    """(pattern, result) that our server writes on mail in the name of the Kreis: none proves it."""
    domain = cases.DOMAIN
    none = f"dmarc=none header.from={domain}"
    yield "HELO of the Kreis", f"spf=pass smtp.mailfrom={BAD} smtp.helo={domain}; {none}"
    yield "HELO of the Kreis, empty MAIL FROM", f"spf=pass smtp.helo={domain}; {none}"
    yield "MAIL FROM cut by a bracket", f"spf=pass smtp.mailfrom={OWN}(.{EVIL}; {none}"
    yield "MAIL FROM with a comment", f"spf=pass smtp.mailfrom={OWN}(x).{EVIL}; {none}"
    yield "MAIL FROM with a space", f"spf=pass smtp.mailfrom={OWN} .{EVIL}; {none}"
    yield "MAIL FROM in quotes", f'spf=pass smtp.mailfrom="{OWN}"@{EVIL}; {none}'
    yield "MAIL FROM in open quotes", f'spf=pass smtp.mailfrom="{OWN}; dkim=pass header.d={domain}'
    yield "MAIL FROM routed", f"spf=pass smtp.mailfrom=<@{domain}:{BAD}>; {none}"
    yield "MAIL FROM with NUL", f"spf=pass smtp.mailfrom={OWN}\0.{EVIL}; {none}"
    yield "below the Kreis, not there", f"spf=none smtp.mailfrom=x@nosuch.{domain}; {none}"
    yield "signature with NUL in d=", f"dkim=pass header.d={domain}\0.{EVIL}; {none}"
    yield "signature of a likeness", f"dkim=pass header.d={domain}.{EVIL}; {none}"
    yield "signature of another with i= of ours", f"dkim=pass header.d={EVIL} header.i=@{domain}"
    yield "two signatures in one result", f"dkim=pass header.d={EVIL} header.d={domain}"
    yield "broken signature of ours", f"dkim=fail header.d={domain}; dkim=pass header.d={EVIL}"
    yield "DMARC of another From", f"dmarc=pass header.from={EVIL}; dkim=pass header.d={EVIL}"
    yield "DMARC failed", f"dmarc=fail header.from={domain}; dkim=pass header.d={domain}"


def forged() -> Iterator[tuple[str, bytes]]:
    """(pattern, mail); the doubtful authors with the results of either of the two."""
    for name, fields in fields_of_from():
        yield f"{name} (proven: the other)", written(fields, passed(EVIL))
        yield f"{name} (proven: the Kreis)", written(fields, passed(cases.DOMAIN))
    for name, result in results_of_server():
        yield name, written(from_(OWN), f"{cases.SERVER}; {result}")
        yield (
            f"{name}, and a forged field",
            written(from_(OWN), f"{cases.SERVER}; {result}", passed(cases.DOMAIN)),
        )


AUTOMATIC = (
    "Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated; x=no", "Auto-Submitted:",
    "AUTO-SUBMITTED: (no) Auto-Notified", "Auto-Submitted: no\r\nAuto-Submitted: auto-replied",
    "Precedence: bulk", "Precedence: Junk", "Precedence: list", "Precedence: auto_reply",
    "List-Id: <a.b>", "List-Unsubscribe: <mailto:a@b.example>", "List-Post: NO", "List-Help: <x>",
    "Mailing-List: x", "X-Auto-Response-Suppress: All", "X-Auto-Response-Suppress: DR, AutoReply",
    "X-Autoreply: yes", "X-Autorespond: x", "X-Vacation: x", "X-Loop: a@b.example",
    "X-Failed-Recipients: a@b.example", "Return-Path: <>", "Return-Path: < >",
    "Return-Path: <mailer-daemon@kreis.example>",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
    "Content-Type: message/delivery-status", "Subject: Abwesenheitsnotiz: Antrag",
    "Subject: Automatische Antwort: x", "Subject: Re: Out of Office", "Subject: AW: Autoantwort",
    "Subject: Unzustellbar: Antrag", "Subject: Mail delivery failed: returning message",
    "Reply-To: a@evil.example", "Reply-To: post@karlsruhe.de", "Sender: a@evil.example",
    f"Reply-To: {OWN}, a@evil.example",
)  # fmt: skip
ROBOTS = (
    "MAILER-DAEMON", "postmaster", "noreply", "no-reply", "no_reply", "do.not.reply", "bounce+17",
    "nicht-antworten", "scanner", "scan-to-mail", "kopierer2", "autoreply",
)  # fmt: skip
PEOPLE = (
    "", "Auto-Submitted: no\r\n", "Auto-Submitted: No (typed by hand)\r\n",
    "Precedence: first-class\r\n", "Importance: high\r\n", f"Sender: {OWN}\r\n",
    f"Reply-To: amt@{cases.DOMAIN}\r\n", "X-Mailer: Outlook\r\n", f"Return-Path: <{OWN}>\r\n",
)  # fmt: skip


def automatic() -> Iterator[tuple[str, bytes]]:
    """(kind, mail) of a Kreis, proven, that no person waits behind."""
    for field in AUTOMATIC:
        mail = written(from_(OWN), passed(cases.DOMAIN), more=f"{field}\r\n")
        # The field of the pattern takes the place of the common one.
        common = b"Subject: Antrag Soforthilfe\r\n" if field.startswith("Subject") else b"\0"
        yield field, mail.replace(common, b"")
    for local in ROBOTS:
        yield local, written(from_(f"{local}@{cases.DOMAIN}"), passed(cases.DOMAIN))
    yield "our own address", written(from_(cases.rules().postfach.adresse), passed("rps.bwl.de"))


def people() -> Iterator[tuple[str, bytes]]:
    """(kind, mail) of a person at a Kreis: without these a judge that says no to all would pass."""
    for field in PEOPLE:
        yield field, written(from_(OWN), passed(cases.DOMAIN), more=field)


def hostile() -> Iterator[tuple[str, bytes, str]]:
    """(file, mail, what is special); nothing where the set is not there."""
    if not (HOSTILE / "index.csv").is_file():
        return
    with (HOSTILE / "index.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            path: Path = HOSTILE / row["file"]
            yield row["file"], path.read_bytes(), row["what_is_special"]


def adopted(mail: bytes) -> tuple[bytes, Ruleset]:
    """The mail as our server proves it, and rules by which its sender is the Kreis of the form."""
    rules = cases.rules()
    seen = submission_of(mail, store=lambda _bytes: cases.SHA)
    domain = seen.from_[0].addr.rpartition("@")[2] if seen.from_ else "x.example"
    kreise = tuple(
        replace(k, domains=(*k.domains, domain)) if k.ags == cases.AGS else k for k in rules.kreise
    )
    result = f"Authentication-Results: {passed(domain)}\r\n".encode()
    return result + mail, replace(rules, kreise=kreise)


def judge_forged() -> tuple[Counter[str], list[str]]:
    """Counts of reasons, and what is wrong."""
    counts, wrong = Counter[str](), []
    for name, mail in forged():
        found = taken(mail, cases.rules())
        counts[found.reason or "letter"] += 1
        of_kreis = found.proven and "the other" not in name
        if of_kreis or found.filed or found.letter_to:
            wrong.append(f"{name}: {found}")
    return counts, wrong


def judge_automatic() -> tuple[Counter[str], list[str]]:
    """Counts of reasons, and what is wrong."""
    counts, wrong = Counter[str](), []
    for name, mail in automatic():
        found = taken(mail, cases.rules())
        counts[found.reason or "letter"] += 1
        wrong += [f"{name}: {found}"] if found.letter_to else []
    for name, mail in people():
        found = taken(mail, cases.rules())
        counts["a person, answered"] += 1
        wrong += [f"{name!r}: {found}"] if found.letter_to != OWN or not found.filed else []
    return counts, wrong


def judge_hostile() -> tuple[Counter[str], list[str]]:
    """Counts of reasons, and what is wrong."""
    counts, wrong = Counter[str](), []
    for name, mail, special in hostile():
        try:
            plain, as_kreis = taken(mail, cases.rules()), taken(*adopted(mail))
        except TooComplex as found:
            counts[f"not opened: {found}"] += 1
            continue
        if plain.letter_to or plain.filed:
            wrong.append(f"{name}: {plain}")
        if as_kreis.letter_to and NO_ANSWER.search(special):
            wrong.append(f"{name}, as a Kreis ({special}): {as_kreis}")
        counts[f"as a Kreis: {as_kreis.reason or 'letter'}"] += 1
    return counts, wrong


def main() -> int:
    """All three; 0 where nothing went wrong."""
    everything = []
    for judged in (judge_forged, judge_automatic, judge_hostile):
        counts, wrong = judged()
        print(f"{judged.__name__}: {counts.total()} mails, {len(wrong)} wrong")
        for reason, count in counts.most_common():
            print(f"  {count:4} {reason}")
        everything += wrong
    if not any(hostile()):
        print("left out: the shared hostile set is not here")
    return exit_code(everything)


if __name__ == "__main__":
    sys.exit(main())
