"""A case as a page: its conversation, what can be downloaded, the sheet, the bundle."""

import hashlib
import io
import zipfile
from dataclasses import replace
from typing import Any

import pypdf
import pytest
from PIL import Image

from inbox_daemon.core.states import State
from inbox_daemon.core.values import AttachmentKind, Evidence
from inbox_daemon.core.verdict import EffectKind, Outcome
from tests.core import cases
from tests.web.conftest import Desk
from tests.web.test_protokoll import text

pytestmark = pytest.mark.full

HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(1)> \u202egnp.exe {{ 7*7 }} 漢字 😀'
PAPER = b"%PDF-1.7\n% an application\n%%EOF\n"
# pypdf and Pango are there wherever the program is; the printer takes two seconds a page.
SLOW = pytest.mark.full


def picture() -> bytes:
    """A crop as the reading child draws it."""
    file = io.BytesIO()
    Image.new("L", (300, 40), 255).save(file, "PNG")
    return file.getvalue()


def seen(desk: Desk, **changes: Any) -> Evidence:
    """An application whose files and crop lie in the spool."""
    paper, _ = desk.app.spool.put([PAPER])
    crop, _ = desk.app.spool.put([picture()])
    document = cases.document(sha256=paper, amount=cases.read(cases.AMOUNT, crop=crop))
    parts = (replace(cases.attachment(sha256=paper), name=HOSTILE + ".pdf"),)
    mail = cases.mail(attachments=parts, **changes)
    return cases.good_evidence(submission=mail, documents=(document,))


def in_bundle(content: bytes) -> dict[str, bytes]:
    """The files of a bundle."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_mails_and_our_letter_stand_in_order_and_versions_side_by_side(desk: Desk) -> None:
    store, at = desk.app.store, cases.RECEIVED
    first = desk.case(cases.of_document(signature=cases.absent()))
    [effect] = [e for e in store.pending(at=at) if e.kind is EffectKind.SEND_LETTER]
    store.finish(effect.number, Outcome.DONE, at=at, state=State.QUERIED)
    letter = desk.app.records.letter(first)
    assert letter
    answer = cases.mail(
        subject="AW: Rückfrage",
        in_reply_to=letter.message_id,
        attachments=(cases.attachment(sha256="99" * 32),),
    )
    second = desk.case(
        cases.good_evidence(submission=answer, documents=(cases.document(sha256="99" * 32),))
    )
    for number in (first, second):
        page = text(desk.client("muster"), f"/faelle/{number}")
        places = [page.index(words) for words in ("Antrag Soforthilfe", "Unsere Rückfrage", "AW: ")]
        assert places == sorted(places)
        assert "versandt" in page
        assert '<tr class="changed"><th scope="row">Unterschrift</th>' in page
        assert f"/faelle/{second if number == first else first}" in page


def test_what_a_stranger_wrote_is_text_on_every_page_of_the_case(desk: Desk) -> None:
    number = desk.case(seen(desk, subject=HOSTILE, text=HOSTILE, from_=(
        replace(cases.address(), name=HOSTILE),)))  # fmt: skip
    for path in ("", "/erklaeren"):
        page = text(desk.client("muster"), f"/faelle/{number}{path}")
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "\u202e" not in page
        assert "‹U+202E›" in page
        assert "{{ 7*7 }}" in page


@pytest.mark.parametrize("path", ["original.eml", "dokumente/{paper}"])
def test_a_download_is_never_shown_by_a_browser(desk: Desk, path: str) -> None:
    evidence = seen(desk)
    number, paper = desk.case(evidence), evidence.documents[0].sha256
    answer = desk.client("muster").get(f"/faelle/{number}/{path.format(paper=paper)}")
    assert answer.status_code == 200
    assert answer.content_type == "application/octet-stream"
    name = answer.headers["Content-Disposition"]
    assert name.startswith(f'attachment; filename="{number}')
    assert name.isascii()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize(
    ("kind", "name", "ending"),
    [
        (AttachmentKind.PDF, "x.exe", ".pdf"),
        (AttachmentKind.OFFICE, "Antrag.DOCX", ".docx"),
        (AttachmentKind.OTHER, "Antrag.pdf.exe", ".bin"),
        (AttachmentKind.OTHER, "a.html", ".bin"),
        (AttachmentKind.OTHER, '"\r\nX: y', ".bin"),
        (AttachmentKind.OTHER, "", ".bin"),
    ],
)
def test_the_name_of_a_download_is_ours(
    desk: Desk, kind: AttachmentKind, name: str, ending: str
) -> None:
    evidence = seen(desk)
    assert evidence.submission
    [part] = evidence.submission.attachments
    mail = replace(evidence.submission, attachments=(replace(part, kind=kind, name=name),))
    number = desk.case(replace(evidence, submission=mail))
    answer = desk.client("muster").get(f"/faelle/{number}/dokumente/{part.sha256}")
    wanted = f'attachment; filename="{number}-{part.sha256[:8]}{ending}"'
    assert answer.headers["Content-Disposition"] == wanted


def test_only_a_picture_of_this_case_is_given_and_only_as_a_picture(desk: Desk) -> None:
    evidence = seen(desk)
    number, other = desk.case(evidence), desk.case()
    source = evidence.documents[0].amount.source
    assert source
    client, path = desk.client("muster"), f"belege/{source.crop}"
    assert client.get(f"/faelle/{number}/{path}").content_type == "image/png"
    assert client.get(f"/faelle/{other}/{path}").status_code == 404
    as_page = {"Sec-Fetch-Dest": "document"}
    assert client.get(f"/faelle/{number}/{path}", headers=as_page).status_code == 404
    mail = desk.app.records.case(number)
    assert mail
    assert client.get(f"/faelle/{number}/belege/{mail.sha256}").status_code == 404


@pytest.mark.parametrize(
    "path", ["", "/erklaeren", "/akte.zip", "/original.eml", "/dokumente/ab", "/belege/ab"]
)
def test_a_case_that_is_not_there_is_a_plain_page(desk: Desk, path: str) -> None:
    answer = desk.client("muster").get(f"/faelle/A-2022-999999{path}")
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["dokumente/0", "dokumente/" + "ab" * 32, "belege/9"])
def test_an_attachment_that_is_not_there_is_not_found(desk: Desk, path: str) -> None:
    number = desk.case(seen(desk))
    assert desk.client("muster").get(f"/faelle/{number}/{path}").status_code == 404


@SLOW
def test_the_bundle_has_everything_and_its_sums_are_right(desk: Desk) -> None:
    number = desk.case(seen(desk, subject=HOSTILE))
    answer = desk.client("muster").get(f"/faelle/{number}/akte.zip")
    files = in_bundle(answer.get_data())
    assert sorted(files) == [
        f"{number}/{name}"
        for name in (
            "Antrag.pdf", "Entscheidung.pdf", "Original.eml", "Protokoll.jsonl", "Protokoll.txt",
            "Pruefsummen.sha256",
        )
    ]  # fmt: skip
    assert files[f"{number}/Antrag.pdf"] == PAPER
    sums = files.pop(f"{number}/Pruefsummen.sha256").decode()
    wanted = {f"{hashlib.sha256(c).hexdigest()}  {n.split('/')[1]}" for n, c in files.items()}
    assert set(sums.splitlines()) == wanted
    lines = files[f"{number}/Protokoll.jsonl"].decode().splitlines()
    assert set(lines) < set(desk.app.audit.path.read_text("utf-8").splitlines())
    newest = desk.app.auditbook.head().number
    entry = desk.app.auditbook.entry(newest)
    assert entry
    assert (entry.kind, entry.case) == ("export.made", "")
    assert f"akte {number}" in entry.payload


@SLOW
def test_the_same_case_gives_the_same_bundle(desk: Desk) -> None:
    number = desk.case(seen(desk))
    client = desk.client("muster")
    first, second = (client.get(f"/faelle/{number}/akte.zip").get_data() for _ in "12")
    assert first == second


@SLOW
def test_the_decision_is_an_archival_pdf_of_one_page(desk: Desk) -> None:
    number = desk.case(seen(desk, subject=HOSTILE))
    answer = desk.client("muster").get(f"/faelle/{number}/akte.zip")
    content = in_bundle(answer.get_data())[f"{number}/Entscheidung.pdf"]
    pdf = pypdf.PdfReader(io.BytesIO(content))
    root: Any = pdf.root_object
    assert not pdf.is_encrypted
    assert len(pdf.pages) == 1
    assert root["/Lang"] == "de"
    assert root["/MarkInfo"]["/Marked"]
    assert pdf.metadata is not None
    assert pdf.metadata.title == f"Entscheidung zu Fall {number}"
    [intent] = root["/OutputIntents"]
    assert intent.get_object()["/S"] == "/GTS_PDFA1"
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert 'pdfaid:part="2"' in xmp
    assert 'pdfaid:conformance="U"' in xmp
    assert not {"/JavaScript", "/EmbeddedFiles", "/AA", "/OpenAction"} & set(root)
    fonts: Any = pdf.pages[0]["/Resources"]
    for font in fonts["/Font"].values():
        [descendant] = font.get_object()["/DescendantFonts"]
        assert "/FontFile2" in descendant.get_object()["/FontDescriptor"]
        assert "/ToUnicode" in font.get_object()
    words = pdf.pages[0].extract_text()
    assert "287.650,00 Euro" in words
    # A character that no font has is shown by its number: an empty box would be no PDF/A.
    assert "[U+6F22]" in words
    assert "alert(1)" in words


@SLOW
def test_a_printer_that_fails_gives_no_half_bundle(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = desk.case(seen(desk))
    monkeypatch.setattr(desk.app.drucker, "_program", ("/bin/false",))
    client = desk.client("muster")
    before = desk.app.auditbook.head()
    answer = client.get(f"/faelle/{number}/akte.zip")
    assert answer.status_code == 503
    assert "libpango" in answer.get_data(as_text=True)
    assert desk.app.auditbook.head() == before


def test_who_may_only_sign_takes_no_bundle_along(desk: Desk) -> None:
    number = desk.case(seen(desk))
    assert desk.client("zweite").get(f"/faelle/{number}/akte.zip").status_code == 403
