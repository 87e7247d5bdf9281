"""Hypothesis strategies: any evidence and anything known, likely and unlikely.

Promises: every value has the shape that wire.py lets pass. Touches: nothing. Trusts: cases.py.
Limits: texts and hashes are few, so that values meet.
"""

from typing import TypeVar

from hypothesis import strategies as st

from inbox_daemon.core.states import State
from inbox_daemon.core.values import (
    Absent,
    AttachmentKind,
    Box,
    Document,
    DocumentKind,
    Evidence,
    Read,
    Reading,
    Source,
    Submission,
    Unreadable,
)
from inbox_daemon.core.verdict import FiledRecord, Known
from inbox_daemon.core.vorgang import Earlier, FoundBy
from tests.core import cases

V = TypeVar("V")

FLOATS = st.floats(0, 600, allow_nan=False)
WORDS = st.text(max_size=12)
CODES = st.sampled_from(["feld-leer", "fleck", "widerspruch", "zeit"])
CASES = st.sampled_from([f"A-2022-{n:06d}" for n in range(1, 4)])
HASHES = st.sampled_from([cases.SHA, "01" * 32, "02" * 32])
SOURCES = st.builds(
    Source,
    document=HASHES,
    page=st.integers(1, 9),
    box=st.none() | st.builds(Box, x0=FLOATS, y0=FLOATS, x1=FLOATS, y1=FLOATS),
    method=WORDS,
    confidence=st.floats(0, 1),
    raw=WORDS,
    crop=st.none() | HASHES,
)


def readings(values: st.SearchStrategy[V]) -> st.SearchStrategy[Reading[V]]:
    return st.one_of(
        values.flatmap(lambda value: st.builds(Read, value=st.just(value), source=SOURCES)),
        st.builds(Absent, why=CODES, source=st.none() | SOURCES),
        st.builds(Unreadable, why=CODES, guess=st.none() | WORDS, source=st.none() | SOURCES),
    )


ADDRESSES = st.sampled_from([cases.SENDER, "a@karlsruhe.de", "a@x.example", ""]).map(cases.address)
PARTS = st.lists(st.sampled_from(AttachmentKind).map(cases.attachment), max_size=3).map(tuple)
DOCUMENTS = st.builds(
    Document,
    sha256=HASHES,
    name=WORDS,
    kind=st.sampled_from(DocumentKind),
    pages=st.integers(1, 50),
    programme=readings(st.just(cases.KENNUNG)),
    amount=readings(st.decimals(0, 10**9, places=2)),
    signature=readings(st.just("tinte")),
    applicant=readings(st.sampled_from([cases.KREIS, "Karlsruhe", "Stadt Ulm", "x"])),
    notes=st.lists(CODES, max_size=2).map(tuple),
    seconds=FLOATS,
)
MAILS: st.SearchStrategy[Submission] = st.builds(
    cases.mail,
    from_=st.lists(ADDRESSES, max_size=2).map(tuple),
    reply_to=st.lists(ADDRESSES, max_size=2).map(tuple),
    automatic=st.lists(
        st.sampled_from(["auto-submitted", "bericht", "verteiler", "abwesenheit"]), max_size=2
    ).map(tuple),
    authentication=st.sampled_from(
        [(), (cases.PASSED,), ("mx.rps.bwl.de; dmarc=fail header.d=x",)]
    ),
    text=WORDS | st.just("anbei der antrag"),
    attachments=PARTS,
)
EVIDENCE = st.builds(
    Evidence,
    submission=st.none() | MAILS,
    documents=st.lists(DOCUMENTS, max_size=3).map(tuple),
    unread=st.lists(CODES.map(cases.unread), max_size=2).map(tuple),
    failure=st.none() | CODES,
    engines=st.just((("probe", "1"),)),
)
RECORDS = st.builds(
    FiledRecord,
    case=WORDS,
    ags=st.sampled_from([cases.AGS, "08212"]),
    programm=st.sampled_from([cases.KENNUNG, "anderes"]),
    betrag=st.decimals(0, 10**6, places=2),
)
EARLIER = st.builds(
    Earlier,
    case=CASES,
    vorgang=CASES,
    order=st.integers(1, 9),
    state=st.sampled_from(State),
    by=st.sampled_from(FoundBy),
    ags=st.sampled_from([cases.AGS, "08212", ""]),
    programm=st.sampled_from([cases.KENNUNG, ""]),
    asked=st.sampled_from([(), ("unterschrift-fehlt",)]),
)
KNOWN = st.builds(
    Known,
    duplicate_of=st.none() | WORDS,
    filed=st.lists(RECORDS, max_size=2).map(tuple),
    open_cases=st.lists(
        st.tuples(WORDS, st.sampled_from([cases.AGS, "08212"]), st.just(cases.KENNUNG)), max_size=2
    ).map(tuple),
    letters_today=st.integers(0, 5),
    answers=st.none() | CASES,
    earlier=st.lists(EARLIER, max_size=3, unique_by=lambda e: e.case).map(tuple),
)
INSTANTS = st.none() | st.datetimes(timezones=st.timezones())
