"""The conversation of a matter on the terminal, and for `--json`.

Promises: every mail and letter of the matter in the order in which they came. Touches: nothing.
Trusts: gespraech.py. Limits: prints nothing itself; cases.py does.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from inbox_daemon.core import frist
from inbox_daemon.core.wording_labels import (
    ART_GRUENDE,
    LETTER_OUTCOMES,
    MAILARTEN,
    STATES,
    VERSION_FIELDS,
)
from inbox_daemon.core.wording_terminal import TERMINAL
from inbox_daemon.gespraech import Conversation


def lines(talk: Conversation) -> Iterator[str]:
    """The conversation for a person: mails and letters as they came, then the versions."""
    yield _say("vorgang.kopf", fall=talk.mails[0].line.number, count=len(talk.mails))
    for _, text in sorted([*_mails(talk), *_letters(talk)]):
        yield f"  {text}"
    for old, new, rows in talk.comparisons():
        yield _say("vorgang.vergleich", alt=old.case, neu=new.case)
        width = max(len(text) for row in rows for text in (row.old, row.new))
        for row in rows:
            label, mark = VERSION_FIELDS[row.field], VERSION_FIELDS[str(row.changed)]
            yield f"  {label:13} {row.old:{width}}  {row.new:{width}}  ({mark})"


def _mails(talk: Conversation) -> Iterator[tuple[int, str]]:
    for mail in talk.mails:
        at, art = mail.line.received_at, mail.kind.art.value
        words = _say(
            "vorgang.mail",
            at=frist.german_instant(at),
            fall=mail.line.number,
            art=MAILARTEN[art],
            state=STATES[mail.line.state.value],
        )
        to = _say("vorgang.zu", fall=mail.belongs_to, by=ART_GRUENDE.get(mail.by, ""))
        yield mail.order, f"{words}{to.rstrip(' :,')}" if mail.belongs_to else words


def _letters(talk: Conversation) -> Iterator[tuple[int, str]]:
    for letter in talk.letters:
        text = _say(
            "vorgang.brief",
            at=frist.german_instant(letter.at),
            fall=letter.case,
            recipient=letter.recipient,
            outcome=LETTER_OUTCOMES[letter.outcome],
        )
        yield letter.order, text


def _say(key: str, **values: object) -> str:
    return TERMINAL[key].format(**values)


def plain(talk: Conversation) -> dict[str, Any]:
    """The same for `--json`."""
    return {
        "vorgang": talk.mails[0].line.number,
        "mails": [
            {
                "case": mail.line.number,
                "order": mail.order,
                "received_at": mail.line.received_at.isoformat(),
                "state": mail.line.state.value,
                "art": mail.kind.art.value,
                "belongs_to": mail.belongs_to,
                "by": mail.by,
            }
            for mail in talk.mails
        ],
        "letters": [{**asdict(letter), "at": letter.at.isoformat()} for letter in talk.letters],
        "versions": [
            {"old": old.case, "new": new.case, "fields": [asdict(row) for row in rows]}
            for old, new, rows in talk.comparisons()
        ],
    }
