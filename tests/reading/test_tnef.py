"""Outlook's winmail.dat: the files in it are read like others, and what stays shut is said."""

import hashlib
import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_daemon.core.values import AttachmentKind, Submission
from inbox_daemon.reading.mail.mime import submission_of
from inbox_daemon.reading.mail.tnef import OBJECTS, files_in

SIGNATURE = struct.pack("<IH", 0x223E9F78, 1)
BEGIN, DATA, TITLE, PROPERTIES = 0x9002, 0x800F, 0x8010, 0x9005
CODE_PAGE, RECIPIENTS = 0x9007, 0x9004
PDF = b"%PDF-1.4 antrag"
MESSAGE = bytes.fromhex("0703020000000000c000000000000046")


def part(name: int, content: bytes, *, level: int = 2, size: int | None = None) -> bytes:
    """One object of MS-OXTNEF 2.1.3: level, name, type, length, data, checksum."""
    length = len(content) if size is None else size
    return struct.pack("<BHHI", level, name, 6, length) + content + struct.pack("<H", 0)


def file(title: bytes, content: bytes) -> bytes:
    return part(BEGIN, b"\0" * 14) + part(TITLE, title + b"\0") + part(DATA, content)


def winmail(*parts: bytes) -> bytes:
    page = part(CODE_PAGE, struct.pack("<II", 1252, 0), level=1)
    return SIGNATURE + page + b"".join(parts)


def mail(content: bytes) -> Submission:
    head = b"From: a@b.example\nContent-Type: application/ms-tnef; name=winmail.dat\n\n"
    return submission_of(head + content, store=lambda data: hashlib.sha256(data).hexdigest())


def test_the_application_in_a_winmail_dat_is_an_attachment_like_others() -> None:
    seen = mail(winmail(file(b"Antrag.pdf", PDF), file(b"logo.png", b"\x89PNG\r\n\x1a\n")))
    assert [(a.kind, a.name, a.size) for a in seen.attachments] == [
        (AttachmentKind.PDF, "Antrag.pdf", len(PDF)),
        (AttachmentKind.IMAGE, "logo.png", 8),
    ]
    assert seen.defects == ()


@pytest.mark.parametrize(
    "content",
    [
        b"\x78\x9f\x3e\x22abc",
        winmail(),
        winmail(file(b"a.pdf", PDF), b"\x02"),
        winmail(file(b"a.pdf", PDF))[:-4],
        winmail(file(b"a.pdf", b"")),
        winmail(part(DATA, PDF)),
        winmail(file(b"a.pdf", PDF), part(BEGIN, b"\0" * 14), part(PROPERTIES, MESSAGE)),
        winmail(file(b"a.pdf", PDF), part(DATA, b"", size=2**31)),
        winmail(file(b"a.pdf", PDF), file(b"b.dat", winmail(file(b"c.pdf", PDF)))),
        winmail(file(b"a.pdf", PDF), file(b"b.eml", b"From: a@b\nSubject: x\n\nx")),
    ],
)
def test_what_is_not_wholly_opened_goes_to_a_person_with_its_file(content: bytes) -> None:
    seen = mail(content)
    assert seen.defects == ("tnef",)
    assert "winmail.dat" in {a.name for a in seen.attachments}


def test_a_name_in_it_is_one_clean_line_and_no_path() -> None:
    seen = mail(winmail(file(b"..\\..\\a\r\nb\x1b[31m\xfc.pdf", PDF)))
    assert [a.name for a in seen.attachments] == ["..\\..\\a b[31mü.pdf"]


@pytest.mark.parametrize(
    "bomb",
    [
        winmail(part(RECIPIENTS, struct.pack("<I", 2**32 - 1), level=1), file(b"a", PDF)),
        # A property with four thousand million values of two bytes, of which there is none.
        winmail(file(b"a", PDF), part(PROPERTIES, struct.pack("<IHHI", 1, 0x1002, 1, 2**32 - 1))),
        winmail(file(b"a", PDF), part(PROPERTIES, struct.pack("<I", 2**32 - 1))),
        winmail(*[part(BEGIN, b"")] * 100_000),
        winmail(file(b"a", b"\0" * 10_000_000), *[part(BEGIN, b"")] * (OBJECTS - 10)),
    ],
)
def test_a_count_that_nothing_follows_costs_no_time(bomb: bytes) -> None:
    before = time.process_time()
    files_in(bomb)
    assert time.process_time() - before < 5.0


@given(
    st.lists(
        st.tuples(
            st.sampled_from([BEGIN, DATA, TITLE, PROPERTIES, CODE_PAGE, RECIPIENTS, 0x9003]),
            st.integers(0, 3),
            st.binary(max_size=40),
            st.none() | st.integers(0, 2**32 - 1),
        ),
        max_size=8,
    )
)
@settings(deadline=None)
def test_any_objects_give_files_and_whether_these_are_all(
    objects: list[tuple[int, int, bytes, int | None]],
) -> None:
    made = (part(name, data, level=level, size=size) for name, level, data, size in objects)
    found, _whole = files_in(winmail(*made))
    assert all(isinstance(name, str) and isinstance(content, bytes) for name, content in found)
