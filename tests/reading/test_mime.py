"""What a mail says of itself, field by field and part by part."""

import base64
import hashlib
import io
import zipfile

import pytest

from inbox_daemon import wire
from inbox_daemon.core.values import Address, AttachmentKind, Submission
from inbox_daemon.reading.mail.bodies import without_markup
from inbox_daemon.reading.mail.mime import submission_of
from inbox_daemon.reading.mail.sniff import kind_of

KIND = AttachmentKind
SIGNED = b"0\x80" + bytes.fromhex("06092a864886f70d010702")
ENVELOPED = b"0\x80" + bytes.fromhex("06092a864886f70d010703")


def _sha256(untrusted: bytes) -> str:
    return hashlib.sha256(untrusted).hexdigest()


def read(*lines: str | bytes) -> Submission:
    """The submission of a mail written line by line; an empty line ends the header."""
    raw = b"\r\n".join(x.encode() if isinstance(x, str) else x for x in lines)
    return submission_of(raw, store=_sha256)


def head(*fields: str | bytes) -> Submission:
    return read(*fields, "", "Text")


def attached(
    content: bytes, *, kind: str = "application/octet-stream", name: str = "x"
) -> Submission:
    return read(
        "From: a@kreis.example",
        f'Content-Type: {kind}; name="{name}"',
        "Content-Transfer-Encoding: base64",
        "",
        base64.encodebytes(content),
    )


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def test_a_plain_application_mail_is_read_whole() -> None:
    """What a district normally sends: text, HTML twin, one PDF, a signature logo."""
    pdf, logo = b"%PDF-1.7\nx", b"\x89PNG\r\n\x1a\nx"
    mail = read(
        "Return-Path: <amt@kreis.example>",
        "Authentication-Results: mx.rps.example; dkim=pass",
        " header.d=kreis.example",
        "Authentication-Results: forged.example; spf=pass",
        "From: =?utf-8?q?Landratsamt_M=C3=BChl?= <Amt@Kreis.example>",
        "To: foerderung@rps.example",
        "Subject: =?utf-8?b?QW50cmFnIEbDtnJkZXI=?= =?utf-8?q?ung?=",
        "Date: Tue, 26 Jul 2022 09:00:00 +0200",
        "Message-ID: <1@kreis.example>",
        "In-Reply-To: <0@rps.example>",
        "References: <00@rps.example>",
        " <0@rps.example>",
        'Content-Type: multipart/mixed; boundary="m"',
        "",
        "--m",
        'Content-Type: multipart/alternative; boundary="a"',
        "",
        "--a",
        "Content-Type: text/plain; charset=iso-8859-1",
        "",
        b"Sch\xf6ne Gr\xfc\xdfe",
        "--a",
        "Content-Type: text/html",
        "",
        "<p>Sch&ouml;ne Gr&uuml;&szlig;e",
        "--a--",
        "--m",
        'Content-Type: application/octet-stream; name="Antrag.pdf"',
        "Content-Transfer-Encoding: base64",
        "",
        base64.encodebytes(pdf),
        "--m",
        "Content-Type: image/png",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: inline; filename*=utf-8''Gr%C3%BC%C3%9Fe.png",
        "",
        base64.encodebytes(logo),
        "--m--",
    )
    assert mail.from_ == (Address(name="Landratsamt Mühl", addr="amt@kreis.example"),)
    assert mail.subject == "Antrag Förderung"
    assert (mail.message_id, mail.in_reply_to) == ("<1@kreis.example>", "<0@rps.example>")
    assert mail.references == ("<00@rps.example>", "<0@rps.example>")
    assert mail.return_path == "amt@kreis.example"
    assert mail.authentication == (
        "mx.rps.example; dkim=pass header.d=kreis.example",
        "forged.example; spf=pass",
    )
    assert mail.date_claimed == "Tue, 26 Jul 2022 09:00:00 +0200"
    assert mail.text == "Schöne Grüße"
    assert [(a.kind, a.name, a.sha256, a.claimed_type) for a in mail.attachments] == [
        (KIND.PDF, "Antrag.pdf", _sha256(pdf), "application/octet-stream"),
        (KIND.IMAGE, "Grüße.png", _sha256(logo), "image/png"),
    ]
    assert mail.automatic == ()
    assert mail.defects == ()
    assert wire.decode(Submission, wire.encode(mail)) == mail


@pytest.mark.parametrize(
    ("content", "claimed", "kind"),
    [
        (b"%PDF-1.4", "text/html", KIND.PDF),
        (b"\xef\xbb\xbf" + b" " * 1000 + b"%PDF-1.4", "application/pdf", KIND.PDF),
        (b" " * 1025 + b"%PDF-1.4", "application/pdf", KIND.TEXT),
        (b"<html>", "application/pdf", KIND.TEXT),
        (b"MZ\x90\x00\x03", "application/pdf", KIND.OTHER),
        (b"\xff\xd8\xff\xe0", "application/pdf", KIND.IMAGE),
        (b"II*\x00\x08", "application/pdf", KIND.IMAGE),
        (b"MM\x00*\x00", "image/tiff", KIND.IMAGE),
        (b"GIF89a\x01", "image/png", KIND.IMAGE),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "x/y", KIND.IMAGE),
        (b"\x00\x00\x00\x18ftypheic\x00", "x/y", KIND.IMAGE),
        (b"BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00", "x/y", KIND.IMAGE),
        (b"BMW ist eine Firma, kein Bild", "x/y", KIND.TEXT),
        (zipped("a.pdf"), "application/pdf", KIND.ARCHIVE),
        (zipped("x%PDF-.pdf"), "application/pdf", KIND.ARCHIVE),
        (zipped("_rels/.rels", "[Content_Types].xml", "word/document.xml"), "x/y", KIND.OFFICE),
        (zipped("a.zip/[Content_Types].xml"), "x/y", KIND.ARCHIVE),
        (b"7z\xbc\xaf\x27\x1c", "x/y", KIND.ARCHIVE),
        (b"Rar!\x1a\x07\x01\x00", "x/y", KIND.ARCHIVE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x/y", KIND.OFFICE),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "x/y",
            KIND.ENCRYPTED,
        ),
        (b"-----BEGIN PGP SIGNATURE-----\n", "x/y", KIND.SIGNATURE),
        (b"-----BEGIN PGP MESSAGE-----\n", "x/y", KIND.ENCRYPTED),
        (SIGNED, "application/pkcs7-signature", KIND.SIGNATURE),
        (SIGNED, "application/pkcs7-mime", KIND.ENCRYPTED),
        (ENVELOPED, "application/pkcs7-mime", KIND.ENCRYPTED),
        (b"\x00\x01\x02", "text/plain", KIND.OTHER),
        (b"", "application/pdf", KIND.EMPTY),
    ],
)  # fmt: skip
def test_the_kind_of_an_attachment_is_told_by_its_bytes(
    content: bytes, claimed: str, kind: AttachmentKind
) -> None:
    assert kind_of(content, claimed=claimed) is kind
    assert [a.kind for a in attached(content, kind=claimed).attachments] == [kind]


@pytest.mark.parametrize(
    ("field", "mark"),
    [
        ("Auto-Submitted: auto-replied (vacation)", "auto-submitted"),
        ("Auto-Submitted: auto-generated; x=y", "auto-submitted"),
        ("Precedence: bulk", "precedence"),
        ("Precedence:\tLIST", "precedence"),
        ("List-Id: <a.example>", "liste"),
        ("List-Unsubscribe: <mailto:x@y.example>", "liste"),
        ("X-Auto-Response-Suppress: All", "antwort-unterdrueckt"),
        ("Return-Path: <>", "leerer-absender"),
        ("Content-Type: multipart/report; boundary=x", "bericht"),
        ("X-Failed-Recipients: a@b.example", "bericht"),
        ("Subject: Undelivered Mail Returned to Sender", "bericht"),
        ("From: MAILER-DAEMON@kreis.example", "roboter-absender"),
        ("From: Post <no-reply@kreis.example>", "roboter-absender"),
        ("From: noreply+7@kreis.example", "roboter-absender"),
        ("From: donotreply@kreis.example", "roboter-absender"),
        ("Return-Path: <postmaster@kreis.example>", "roboter-absender"),
        ("X-Autoreply: yes", "autoantwort"),
        ("X-Loop: x", "schleife"),
        ("List-Help: <mailto:x@y.example>", "liste"),
        ("From: no_reply@kreis.example", "roboter-absender"),
        ("From: do.not.reply@kreis.example", "roboter-absender"),
        ("From: scanner2@kreis.example", "roboter-absender"),
        ("From: kopierer.og3@kreis.example", "roboter-absender"),
        ("Auto-Submitted:", "auto-submitted"),
        ("Subject: Abwesenheitsnotiz", "abwesenheit"),
        ("Subject: AW: Abwesend: Antrag", "abwesenheit"),
        ("Subject: =?utf-8?q?Automatische_Antwort=3A_Antrag?=", "abwesenheit"),
        ("Subject: Out of Office: Antrag", "abwesenheit"),
        ("Subject: Automatic reply: Antrag", "abwesenheit"),
    ],
)
def test_marks_of_automatic_mail_are_named(field: str, mark: str) -> None:
    assert mark in head(field).automatic


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: no",
        "Precedence: first-class",
        "From: reply@kreis.example",
        "From: noreplymann@kreis.example",
        "From: scanlon@kreis.example",
        "Auto-Submitted: No (typed by hand)",
        "Subject: Antrag auf Foerderung",
        "Subject: Zustellung des Antrags",
        "Return-Path: <amt@kreis.example>",
    ],
)
def test_mail_of_a_person_has_no_mark(field: str) -> None:
    assert head(field).automatic == ()


@pytest.mark.parametrize(
    ("field", "addrs", "in_order"),
    [
        ("a@b.example", ["a@b.example"], True),
        ('"Amt, Kreis" <a@b.example>', ["a@b.example"], True),
        ("A@B.EXAMPLE (Amt)", ["a@b.example"], True),
        ("a@b.example <a@b.example>", ["a@b.example"], True),
        ("a@b.example, c@d.example", ["a@b.example", "c@d.example"], False),
        ("<a@b.example> <c@d.example>", ["a@b.example", "c@d.example"], False),
        ('"amt@kreis.example" <x@evil.example>', ["x@evil.example"], False),
        ("=?utf-8?q?amt=40kreis=2Eexample?= <x@evil.example>", ["x@evil.example"], False),
        ("amt@kreis.example\0 <x@evil.example>", ["x@evil.example"], False),
        ("a@b.example\u200b", ["a@b.example"], False),
        ("a@kreis.example@evil.example", ["a@kreis.example@evil.example"], False),
        ("<@a.example:c@d.example>", ["@a.example:c@d.example"], False),
        ('"\\"a@b.example\\" <', [], False),
        ("", [], False),
        ("undisclosed:;", [], False),
        ("Amt: a@b.example;", ["a@b.example"], False),
        ("undisclosed:;, a@b.example", ["a@b.example"], False),
        ("x@evil.example (amt@kreis.example)", ["x@evil.example"], False),
        ("<@x.example,@y.example:c@d.example>", ["@x.example,@y.example:c@d.example"], False),
    ],
)
def test_the_sender_is_in_order_or_the_doubt_is_named(
    field: str, addrs: list[str], *, in_order: bool
) -> None:
    mail = head(f"From: {field}")
    if addrs:
        assert [a.addr for a in mail.from_] == addrs
    assert ("absender-unklar" not in mail.defects) is in_order


def test_a_comment_is_shown_as_the_name_that_programs_make_of_it() -> None:
    mail = head("From: a@b.example (Landratsamt \\(Amt 3\\))")
    assert [a.name for a in mail.from_] == ["Landratsamt (Amt 3)"]


def test_who_sent_it_for_the_author_is_kept() -> None:
    mail = head("From: a@b.example", "Sender: Vorzimmer <c@d.example>")
    assert [a.addr for a in mail.sender] == ["c@d.example"]
    assert head("From: a@b.example").sender == ()


@pytest.mark.parametrize("odd", ["x\0y", "x\x1cy", "x\u200by", "x\u202ey", "x" * 2001])
def test_results_with_a_hidden_sign_or_beyond_measure_say_nothing(odd: str) -> None:
    mail = head(f"Authentication-Results: {odd}", "Authentication-Results: mx.example;\r\n\tnone")
    assert mail.authentication == ("", "mx.example; none")


def test_two_from_fields_are_both_kept_and_named() -> None:
    mail = head("From: a@b.example", "From: c@d.example")
    assert [a.addr for a in mail.from_] == ["a@b.example", "c@d.example"]
    assert {"kopf-doppelt", "absender-unklar"} <= set(mail.defects)


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("=?utf-8?q?x=0d=0aBcc:_a@b?=", "x Bcc: a@b"),
        ("=?utf-8?q?=E2=80=AEfdp.exe?=", "fdp.exe"),
        ("=?utf-8?q?a=00=1B[31m?=", "a[31m"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A4?=", "ä"),
        ("=?iso-8859-1?q?=E4?= b =?utf-8?q?c?=", "ä b c"),
        ("=?zip?b?eJw=?=", "xœ"),
        ("=?x-unknown?q?abc?=", "abc"),
        ("Grüße", "Grüße"),
        ("=?utf-8?q?open", "=?utf-8?q?open"),
    ],
)
def test_a_subject_is_one_clean_line(subject: str, shown: str) -> None:
    seen = head(f"Subject: {subject}").subject
    assert seen.isprintable()
    assert seen == shown


@pytest.mark.parametrize(
    "name",
    ["../../../etc/cron.d/x", "/etc/passwd", "a\0b.pdf", "\u202efdp.exe", "x" * 1000, "CON", "-rf"],
)
def test_a_file_name_is_shown_and_never_used(name: str) -> None:
    """The bytes go to the store without any name."""
    given_to_store: list[bytes] = []

    def store(untrusted: bytes) -> str:
        given_to_store.append(untrusted)
        return _sha256(untrusted)

    raw = f'Content-Type: application/pdf; name="{name}"\r\n\r\n%PDF-1.4'.encode()
    (found,) = submission_of(raw, store=store).attachments
    assert found.name.isprintable()
    assert len(found.name) <= 200
    assert found.sha256 == _sha256(given_to_store[0])


def nested(depth: int) -> bytes:
    return (
        b"Content-Type: message/rfc822\r\n\r\n" * depth
        + b"Content-Type: application/pdf; name=x.pdf\r\n\r\n%PDF-1.4"
    )


def test_mail_in_mail_is_opened_three_deep() -> None:
    mail = submission_of(nested(3), store=_sha256)
    assert [(a.kind, a.depth) for a in mail.attachments] == [
        (KIND.MAIL, 0),
        (KIND.MAIL, 1),
        (KIND.MAIL, 2),
        (KIND.PDF, 3),
    ]
    assert "mail-zu-tief" not in mail.defects
    deeper = submission_of(nested(4), store=_sha256)
    assert [a.kind for a in deeper.attachments] == [KIND.MAIL] * 4
    assert "mail-zu-tief" in deeper.defects


def test_a_mail_attached_as_a_file_is_opened_too() -> None:
    inner = b"From: a@b.example\r\nSubject: x\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4"
    assert [a.kind for a in attached(inner, name="x.eml").attachments] == [KIND.MAIL, KIND.PDF]
    coded = attached(inner, kind="message/rfc822")
    assert [(a.kind, a.depth) for a in coded.attachments] == [(KIND.MAIL, 0), (KIND.PDF, 1)]


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (b"\n\nRetrieval using the IMAP4 protocol failed", "exchange-ersatznachricht"),
        (b"Content-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22abc", "tnef"),
        (b"Content-Type: multipart/mixed\n\nx", "teil-grenze"),
        (b"Content-Transfer-Encoding: base64\n\n!!!!", "base64"),
        (b"Content-Transfer-Encoding: base64\n\nQUI=\nQUI=", "base64"),
        (b"Content-Transfer-Encoding: x-own\n\nabc", "kodierung"),
        (b"Content-Type: text/plain; charset=x-own\n\nabc", "zeichensatz"),
        (b"Content-Type: message/partial; id=1\n\nSubject: x\n\n", "teilnachricht"),
        (b"Subject: x\n\nbegin 644 a.pdf\n#86)C\nend\n", "uuencode-im-text"),
        (b"Subject: x\n\n" + b"a " * 20_001, "text-gekuerzt"),
        (b"Content-Type: multipart/mixed; boundary*=\0''x\n\nText", "aufbau-unlesbar"),
    ],
)  # fmt: skip
def test_what_is_odd_leaves_a_code(raw: bytes, defect: str) -> None:
    assert defect in submission_of(raw, store=_sha256).defects


def test_concatenated_base64_is_read_to_its_end() -> None:
    raw = b"Content-Type: x/y\nContent-Transfer-Encoding: base64\n\nQUI=\nQ0Q=\n"
    (found,) = submission_of(raw, store=_sha256).attachments
    assert found.sha256 == _sha256(b"ABCD")


def test_a_pdf_that_claims_to_be_the_text_is_kept() -> None:
    mail = read("Content-Type: text/plain", "", "%PDF-1.4 ...")
    assert [a.kind for a in mail.attachments] == [KIND.PDF]


def test_markup_becomes_text_without_scripts() -> None:
    text = without_markup(
        "<html><head><title>t</title></head><body><p>a&amp;b<br>c<script>x()</script>"
        "<style>p{}</style><td>d < e"
    )
    assert text.split() == ["a&b", "cd", "<", "e"]


def test_what_spam_filters_wrote_is_kept_and_believed_by_nobody_here() -> None:
    mail = head("X-Spam-Status: Yes, score=9.1 required=5", "X-Spam-Flag: YES")
    assert mail.spam == ("x-spam-flag: yes", "x-spam-status: yes")
    assert head("X-MS-Exchange-Organization-SCL: 9").spam == ("x-ms-exchange-organization-scl: 9",)
    assert head("Subject: x").spam == ()
    assert len(head(*["X-Spam: a"] * 99).spam) == 5
