"""The pages put together: rooms, guard, headers, errors, what templates may use.

Promises: every answer has the headers, every error is a plain German page, no traceback leaves.
Touches: Flask, the log. Trusts: access.py for the guard. Limits: no page stands here.
"""

import structlog
from flask import Flask, Response, g, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from inbox_daemon.app import App
from inbox_daemon.core.errors import Damaged, InboxError, Permanent, Temporary
from inbox_daemon.core.wording_pages import PAGES, absage
from inbox_daemon.web import access, frame
from inbox_daemon.web.here import PARTS, page
from inbox_daemon.web.pforte import PLACE, Pforte
from inbox_daemon.web.rooms import ROOMS

log = structlog.get_logger()

# Forms are small; what is larger was not made by our pages.
LARGEST_BODY = 256 << 10
NOT_FOUND, CONFLICT, ERROR, AWAY, TOO_LARGE = 404, 409, 500, 503, 413
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{what} {whence}" for what, whence in POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Pages(Flask):
    """Flask with templates in which a misspelt name is an error, not an empty place."""

    jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}  # noqa: RUF012  as Flask declares it


def create_pages(parts: App) -> Flask:
    """The WSGI application on these parts."""
    app = Pages("inbox_daemon.web")
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_PARTS=access.MOST_FIELDS)
    app.extensions[PARTS] = parts
    app.extensions[PLACE] = Pforte()
    frame.install(app)
    access.install(app, ROOMS)
    app.after_request(_with_headers)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(InboxError, _told)
    app.register_error_handler(Exception, _broken)
    return app


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    # Flask says "no-cache" of a file, and the browser would keep it: only pictures of pages may be
    # kept, for one person and for a while.
    if request.endpoint != "static" and not response.cache_control.private:
        response.headers["Cache-Control"] = "no-store"
    return response


def _http_error(error: HTTPException) -> Response:
    keys = {NOT_FOUND: "seite-unbekannt", 405: "seite-unbekannt", TOO_LARGE: "anfrage-zu-gross"}
    code = error.code or ERROR
    return page("fehler.html", status=code, text=PAGES[keys.get(code, "anfrage-ungueltig")])


def _told(error: InboxError) -> Response:
    """What was refused is said in a sentence; what may pass, too; the rest is a fault of ours."""
    if isinstance(error, Damaged):
        return _broken(error)
    if isinstance(error, Permanent):
        status = NOT_FOUND if error.code == "fall-unbekannt" else CONFLICT
        return page("fehler.html", status=status, text=absage(error))
    if isinstance(error, Temporary):
        return _without_frame("voruebergehend", status=AWAY)
    return _broken(error)


def _broken(error: Exception) -> Response:
    # The message may repeat words of a mail: only the kind of the fault is told.
    log.error("page.failed", endpoint=request.endpoint, error=type(error).__name__)
    return _without_frame("stoerung", status=ERROR)


def _without_frame(key: str, *, status: int) -> Response:
    """A page that asks the database for nothing: what failed may be just that."""
    g.signed_in = None
    return page("fehler.html", status=status, text=PAGES[key])
