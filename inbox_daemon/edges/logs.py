"""structlog for operators: JSON lines on stderr, or plain text on a terminal.

Promises: Alembic's messages come the same way; imaplib's debug log, which holds
mail content, never does. Touches: stderr, the logging module. Trusts: its callers to log codes.
Limits: this is not the audit log (audit.py).
"""

import logging
import sys

import structlog


def set_up_logs(*, verbose: bool) -> None:
    """Configures structlog and the standard library's logging, once at start."""
    level = logging.INFO if verbose else logging.WARNING
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    terminal = sys.stderr.isatty()
    render: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=render)
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("imapclient").setLevel(logging.WARNING)
