"""The true type of a file by its first and last bytes.

Promises: looks, never unpacks; every input gets one kind; linear time, no recursion.
Touches: nothing. Trusts: nothing; the claimed type and name decide only between kinds that
the bytes leave open (S/MIME, attached mail).
Limits: a file that is two things at once gets the kind of its first bytes.
"""

import re
import struct

from inbox_daemon.core.values import AttachmentKind as Kind

HEAD = 65_536
PDF_WITHIN = 1_024  # PDF 1.7, implementation note 13: readers look this far
_ZIP_NAMES = 500
_DETACHED_SIGNATURE_BYTES = 32_768

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", Kind.PDF),
    (b"\xff\xd8\xff", Kind.IMAGE),
    (b"\x89PNG\r\n\x1a\n", Kind.IMAGE),
    (b"GIF87a", Kind.IMAGE),
    (b"GIF89a", Kind.IMAGE),
    (b"II*\x00", Kind.IMAGE),
    (b"MM\x00*", Kind.IMAGE),
    (b"II+\x00", Kind.IMAGE),
    (b"MM\x00+", Kind.IMAGE),
    (b"\x00\x00\x00\x0cjP  ", Kind.IMAGE),
    (b"{\\rtf", Kind.OFFICE),
    (b"7z\xbc\xaf\x27\x1c", Kind.ARCHIVE),
    (b"Rar!\x1a\x07", Kind.ARCHIVE),
    (b"\x1f\x8b\x08", Kind.ARCHIVE),
    (b"BZh", Kind.ARCHIVE),
    (b"\xfd7zXZ\x00", Kind.ARCHIVE),
    (b"(\xb5/\xfd", Kind.ARCHIVE),
    (b"MSCF", Kind.ARCHIVE),
    (b"-----BEGIN PGP SIGNATURE-----", Kind.SIGNATURE),
    (b"-----BEGIN PGP MESSAGE-----", Kind.ENCRYPTED),
)
_TNEF = b"\x78\x9f\x3e\x22"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEIF = frozenset((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"))
_BMP_HEADERS = frozenset((12, 40, 52, 56, 64, 108, 124))
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # RFC 5652 5.1
_ENVELOPED = (bytes.fromhex("06092a864886f70d010703"), bytes.fromhex("060b2a864886f70d0109100117"))
_MAIL_START = re.compile(rb"(?:[!-9;-~]+[ \t]*:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2,}")
_MAIL_FIELD = re.compile(rb"(?im)^(?:from|received|return-path|message-id|date|subject)[ \t]*:")


def kind_of(untrusted: bytes, *, claimed: str = "", name: str = "") -> Kind:
    """The kind of these bytes; `claimed` (type/subtype) and `name` are only a tie-break."""
    if not untrusted:
        return Kind.EMPTY
    head = untrusted[:HEAD]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return (
        _container_of(untrusted, head)
        or _image_of(head)
        or _mail_of(head, claimed, name)
        or _pdf_after_junk(head)
        or _secured_of(untrusted, head, claimed)
        or (Kind.TEXT if _is_text(head[:4096]) else Kind.OTHER)
    )


def is_tnef(untrusted: bytes) -> bool:
    """Outlook's winmail.dat: a wrapping that hides its attachments from everybody else."""
    return untrusted.startswith(_TNEF)


def _pdf_after_junk(head: bytes) -> Kind | None:
    return Kind.PDF if b"%PDF-" in head[: PDF_WITHIN + 4] else None


def _image_of(head: bytes) -> Kind | None:
    webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    heif = head[4:8] == b"ftyp" and head[8:12] in _HEIF
    bmp = head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADERS
    return Kind.IMAGE if webp or heif or bmp else None


def _container_of(untrusted: bytes, head: bytes) -> Kind | None:
    if head.startswith(_OLE):
        return _ole_kind(untrusted)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_kind(untrusted)
    return Kind.ARCHIVE if head[257:262] == b"ustar" else None


def _ole_kind(untrusted: bytes) -> Kind:
    """Old Office; an Office file under a password; or an Outlook message, which we cannot open."""
    if "EncryptedPackage".encode("utf-16-le") in untrusted:
        return Kind.ENCRYPTED
    if "__properties_version1.0".encode("utf-16-le") in untrusted:
        return Kind.OTHER
    return Kind.OFFICE


def _zip_kind(untrusted: bytes) -> Kind:
    """Office by the names in the table of contents, nothing unpacked; else an archive."""
    if untrusted[30:].startswith(b"mimetypeapplication/vnd.oasis.opendocument"):
        return Kind.OFFICE
    return Kind.OFFICE if b"[Content_Types].xml" in _zip_names(untrusted) else Kind.ARCHIVE


def _zip_names(untrusted: bytes) -> set[bytes]:
    """The first names of the central directory (APPNOTE 4.3.12, 4.3.16)."""
    names: set[bytes] = set()
    end = untrusted.rfind(b"PK\x05\x06", max(0, len(untrusted) - HEAD - 22))
    if end < 0 or end + 22 > len(untrusted):
        return names
    at = struct.unpack_from("<I", untrusted, end + 16)[0]
    for _ in range(_ZIP_NAMES):
        if untrusted[at : at + 4] != b"PK\x01\x02" or at + 46 > len(untrusted):
            break
        name, extra, comment = struct.unpack_from("<HHH", untrusted, at + 28)
        names.add(untrusted[at + 46 : at + 46 + name])
        at += 46 + name + extra + comment
    return names


def _secured_of(untrusted: bytes, head: bytes, claimed: str) -> Kind | None:
    """S/MIME and PGP/MIME (RFC 8551, RFC 3156).

    Signed data that may hold the message inside counts as closed: we do not see into it.
    """
    der = head[:1] == b"\x30"
    if der and any(oid in head[:64] for oid in _ENVELOPED):
        return Kind.ENCRYPTED
    if der and _SIGNED_DATA in head[:64]:
        opaque = claimed.endswith("pkcs7-mime") or len(untrusted) > _DETACHED_SIGNATURE_BYTES
        return Kind.ENCRYPTED if opaque else Kind.SIGNATURE
    if (
        claimed == "application/pgp-encrypted"
        or b"-----BEGIN PGP MESSAGE-----" in head[:PDF_WITHIN]
    ):
        return Kind.ENCRYPTED
    return None


def _mail_of(head: bytes, claimed: str, name: str) -> Kind | None:
    says_mail = claimed.startswith("message/") or name.lower().endswith(".eml")
    is_mail = says_mail and _MAIL_START.match(head) and _MAIL_FIELD.search(head)
    return Kind.MAIL if is_mail else None


def _is_text(sample: bytes) -> bool:
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    odd = sum(1 for byte in sample if byte < 32 and byte not in b"\t\n\r\f\x1b")  # noqa: PLR2004
    return b"\x00" not in sample and odd * 50 <= len(sample)
