"""Pictures of pages, crops, and the original documents of a case.

Promises: nothing but what belongs to the case; a page that cannot be drawn is a sentence in a
picture; a document is only ever saved, never shown. Touches: the spool, the folder of pictures.
Trusts: nothing of the files; what is drawn was drawn in the cage.
Limits: names of files are ours, the sender's stand on the page.
"""

from typing import Final

from flask import Response, abort, current_app, make_response, request

from inbox_daemon import staff
from inbox_daemon.core.errors import Defect
from inbox_daemon.core.facts import Facts
from inbox_daemon.core.rollen import LESEN
from inbox_daemon.core.values import Attachment, AttachmentKind
from inbox_daemon.core.wording import reading
from inbox_daemon.core.wording_pages import PAGES
from inbox_daemon.web.ausgabe import file_answer
from inbox_daemon.web.here import parts
from inbox_daemon.web.pruefseite import drawable
from inbox_daemon.web.room import Room

room = Room("belege")

# The hash in the address is that of the bytes: they never change. The browser forgets them soon
# all the same, for they hold personal data.
KEPT = "private, max-age=600"
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
PNG = b"\x89PNG\r\n\x1a\n"
NOT_FOUND = 404
MOST_PAGES = 9999
# What a browser says when it would show an answer as a page of its own.
AS_A_PAGE: Final = frozenset({"document", "embed", "frame", "iframe", "object"})
# Endings that say nothing worse than what they are; anything else is `.bin`.
ENDINGS: Final = frozenset(
    {
        ".csv", ".doc", ".docx", ".eml", ".gif", ".jpeg", ".jpg", ".msg", ".odp", ".ods", ".odt",
        ".pdf", ".png", ".ppt", ".pptx", ".rtf", ".tif", ".tiff", ".txt", ".webp", ".xls", ".xlsx",
    }
)  # fmt: skip


@room.get("/faelle/<number>/seiten/<document>/<int:page_number>", LESEN)
def seite(number: str, document: str, page_number: int) -> Response:
    """A page as WebP, or as a picture with the sentence why there is none."""
    if document not in drawable(staff.facts_in(parts(), _known(number))):
        abort(NOT_FOUND)
    if not 1 <= page_number <= MOST_PAGES:
        abort(NOT_FOUND)
    pictures = parts().pictures
    try:
        content = pictures.picture(document, page_number)
    except Defect:
        return _sentence(PAGES["bild-fehlt"])
    if content is None:
        view = pictures.view(document, page_number)
        return _sentence(PAGES["bild-nicht"].format(grund=reading(view.failure or "lesefehler")))
    return _picture(content, "image/webp")


@room.get("/faelle/<number>/belege/<crop>", LESEN)
def beleg(number: str, crop: str) -> Response:
    """A crop as PNG, shown inside our pages alone."""
    if crop not in _crops(staff.facts_in(parts(), _known(number))):
        abort(NOT_FOUND)
    if request.headers.get("Sec-Fetch-Dest") in AS_A_PAGE:
        abort(NOT_FOUND)
    try:
        content = parts().spool.path(crop).read_bytes()
    except (Defect, OSError):
        return _sentence(PAGES["bild-fehlt"])
    return _picture(content, "image/png") if content.startswith(PNG) else abort(NOT_FOUND)


@room.get("/faelle/<number>/dokumente/<document>", LESEN)
def dokument(number: str, document: str) -> Response:
    """An attachment as it came, to be saved under a name of ours."""
    facts = staff.facts_in(parts(), _known(number))
    endings = {d.sha256: ".pdf" for d in facts.evidence.documents}
    if facts.submission is not None:
        endings |= {a.sha256: _ending(a) for a in facts.submission.attachments}
    if document not in endings or not parts().spool.holds(document):
        abort(NOT_FOUND)
    name = f"{number}-{document[:8]}{endings[document]}"
    return file_answer(parts().spool.path(document).resolve(), name)


def _ending(attachment: Attachment) -> str:
    """By what the bytes are; of a name only an ending that starts no program."""
    if attachment.kind is AttachmentKind.PDF:
        return ".pdf"
    claimed = f".{attachment.name.rpartition('.')[2].lower()}"
    return claimed if claimed in ENDINGS else ".bin"


def _known(number: str) -> str:
    """The number of a case that there is. Raises Refused."""
    return staff.case_line(parts(), number).number


def _crops(facts: Facts) -> set[str]:
    return {
        seen.source.crop
        for document in facts.evidence.documents
        for seen in (document.amount, document.applicant, document.signature)
        if seen.source is not None and seen.source.crop is not None
    }


def _picture(content: bytes, kind: str) -> Response:
    response = make_response(content)
    response.mimetype = kind
    response.headers["Cache-Control"] = KEPT
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _sentence(words: str) -> Response:
    """The words as a picture, for the place where one would stand."""
    # Not through Flask: the frame of a page would show, and so lose, the messages of this person.
    picture = current_app.jinja_env.get_template("satz.svg").render(words=words)
    response = make_response(picture)
    response.mimetype = "image/svg+xml"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
