"""The command `inbox-daemon`: arguments in, exit codes after sysexits out.

Promises: a mistake of the caller is 64, of the configuration 78, a service away 69.
Touches: argv, stderr. Trusts: nothing. Limits: what a command does is in commands/.
"""

import argparse
import io
import re
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Never

from inbox_daemon.app import App
from inbox_daemon.commands import cases, letters, queue, service, users
from inbox_daemon.commands.inspect import Bench, inspect
from inbox_daemon.config import load_settings
from inbox_daemon.core.bearbeitung import ANSWERED, REFUSALS, Wish
from inbox_daemon.core.betrag import betrag_from
from inbox_daemon.core.decide import CORRECTABLE
from inbox_daemon.core.errors import ConfigError, InboxError, Permanent, Refused, Temporary
from inbox_daemon.core.wording_pages import absage
from inbox_daemon.core.wording_terminal import TERMINAL
from inbox_daemon.edges.forms import KnownForms
from inbox_daemon.edges.logs import set_up_logs

USAGE, BAD_DATA, AWAY, DEFECT, TRY_AGAIN, RIGHTS, CONFIG = 64, 65, 69, 70, 75, 77, 78


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Never:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; its exit code."""
    arguments = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        return _run(arguments)
    except BrokenPipeError:
        return 0
    except Exception as error:
        if arguments.verbose and not isinstance(error, InboxError):
            raise
        return _told(error)


def _told(error: Exception) -> int:
    """One line a mistake on stderr; the exit code that says who can mend it."""
    sentences = error.mistakes if isinstance(error, ConfigError) else (_sentence(error),)
    match error:
        case ConfigError():
            code = CONFIG
        case Temporary():
            code = TRY_AGAIN if error.code == "laeuft-schon" else AWAY
        case Permanent():
            code = RIGHTS if error.code in {"imap-anmeldung", "imap-gesperrt"} else BAD_DATA
        case _:
            code = DEFECT
            if not isinstance(error, InboxError):
                sentences = (f"{type(error).__name__}; --verbose shows where",)
    for sentence in sentences:
        print(f"inbox-daemon: {sentence}", file=sys.stderr)
    return code


def _sentence(error: Exception) -> str:
    """The terminal's own sentence, where there is one, names the options to be given."""
    if isinstance(error, Refused) and error.code in TERMINAL:
        return TERMINAL[error.code].format(**error.values)
    return absage(error) if isinstance(error, Permanent) else str(error)


def _run(arguments: argparse.Namespace) -> int:
    set_up_logs(verbose=arguments.command == "run" or arguments.verbose)
    return _COMMANDS[arguments.command](App(load_settings(arguments.config)), arguments)


def _inspect(app: App, arguments: argparse.Namespace) -> int:
    bench = Bench(
        reader=app.caged_reader, rules=app.rules, forms=KnownForms(), annotate=arguments.annotate
    )
    return inspect(
        arguments.files,
        bench,
        parallel=app.settings.reading.parallel,
        as_json=arguments.json,
    )


def _queue(app: App, arguments: argparse.Namespace) -> int:
    if arguments.action == "list":
        return cases.listed(app, as_json=arguments.json)
    if arguments.action == "show":
        return cases.shown(app, arguments.case, as_json=arguments.json)
    wish = Wish(
        answer=arguments.answer,
        by=arguments.by,
        why=arguments.why,
        amount=arguments.betrag,
        ags=arguments.ags,
        questions=tuple(arguments.punkt),
        replaces=arguments.ersetzt,
        grund=arguments.grund,
    )
    return queue.decided(app, arguments.case, wish)


def _letters(app: App, arguments: argparse.Namespace) -> int:
    if arguments.action == letters.STATUS:
        return letters.status(app, as_json=arguments.json)
    if arguments.action == letters.DRAFT:
        return letters.draft(app, arguments.case, as_json=arguments.json)
    if arguments.action == letters.PREVIEW:
        return letters.preview(app, kennung=arguments.programm, as_json=arguments.json)
    return letters.turned(
        app,
        stopped=arguments.action == letters.STOP,
        by=arguments.by,
        why=arguments.why,
        as_json=arguments.json,
    )


_COMMANDS: dict[str, Callable[[App, argparse.Namespace], int]] = {
    "run": lambda app, _: service.run(app),
    "once": lambda app, a: service.once(app, dry_run=a.dry_run, as_json=a.json),
    "inspect": _inspect,
    "queue": _queue,
    "show": lambda app, a: cases.shown(app, a.case, as_json=a.json),
    "explain": lambda app, a: cases.explained(app, a.case, as_json=a.json),
    "replay": lambda app, a: service.replay(app, rules=a.rules, as_json=a.json),
    "audit": lambda app, a: service.audit_verify(app, as_json=a.json),
    "rules": lambda app, a: (
        service.rules_check(app) if a.action == "check" else service.rules_show(app)
    ),
    "letters": _letters,
    "check-config": lambda app, _: service.check_config(app),
    "users": users.users,
    "status": lambda app, a: service.status(app, as_json=a.json),
}


def _betrag(text: str) -> Decimal:
    """German notation, or a point and two places; 1.234 is German and means thousands."""
    amount = Decimal(text) if re.fullmatch(r"\d+\.\d{2}", text) else betrag_from(text)
    if amount is None or amount <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount; write e.g. 12.345,67")
    return amount


def _by(text: str) -> str:
    if not text.strip() or text.strip().lower() == "maschine":
        raise argparse.ArgumentTypeError("name the person who decides")
    return text.strip()


def _folder(text: str) -> Path:
    """A folder, or a name that is free for one."""
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is no folder")
    return path


def _why(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("say why")
    return " ".join(text.split())


def _options(*, top: bool) -> _Parser:
    """The options that every command takes, before or behind its name."""
    parser = _Parser(add_help=False)
    quiet = None if top else argparse.SUPPRESS
    parser.add_argument("--config", type=Path, default=quiet, help="TOML file with the settings")
    off = False if top else argparse.SUPPRESS
    parser.add_argument(
        "--json", action="store_true", default=off, help="print results as JSON lines"
    )
    parser.add_argument(
        "--verbose", action="store_true", default=off, help="tell every step on stderr"
    )
    return parser


def _parser() -> _Parser:
    options = _options(top=False)
    parser = _Parser(
        prog="inbox-daemon",
        description="Reads signed applications from a mailbox: files, asks back, or flags.",
        parents=[_options(top=True)],
    )
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)

    def command(name: str, about: str) -> _Parser:
        return commands.add_parser(name, help=about, description=about, parents=[options])

    command("run", "the daemon: polls on schedule until SIGTERM")
    once = command("once", "one poll and everything that follows from it")
    once.add_argument("--dry-run", action="store_true", help="read only: file and send nothing")
    inspected = command("inspect", "read PDF or .eml files and say what would be decided")
    inspected.add_argument("files", nargs="+", metavar="FILE")
    inspected.add_argument(
        "--annotate", metavar="DIR", type=_folder, help="write the pages with boxes to this folder"
    )
    for name, about in (("show", "one case with everything known"), ("explain", "its decision")):
        command(name, about).add_argument("case", type=str.upper)
    replay = command("replay", "decide all stored cases again; print every difference")
    replay.add_argument("--rules", type=Path, help="decide with the rules of this folder instead")
    command("audit", "the log").add_argument("action", choices=["verify"])
    command("rules", "the rules").add_argument("action", choices=["check", "show"])
    command("check-config", "settings and rules, without any network")
    command("status", "numbers of the store")
    about = "who may work on the staff's pages"
    accounts = commands.add_parser("users", help=about, description=about)
    users.add_parsers(
        accounts.add_subparsers(dest="action", required=True, parser_class=_Parser), options
    )
    about = "the Arbeitsvorrat: flagged cases"
    _add_queue(commands.add_parser("queue", help=about, description=about), options)
    about = "the letters: how the sending stands, the switch that stops it, and a preview"
    _add_letters(commands.add_parser("letters", help=about, description=about), options)
    return parser


def _add_letters(parser: _Parser, options: _Parser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, parser_class=_Parser)
    actions.add_parser(letters.STATUS, parents=[options])
    actions.add_parser(letters.DRAFT, parents=[options]).add_argument("case", type=str.upper)
    for name in (letters.STOP, letters.GO):
        turn = actions.add_parser(name, parents=[options])
        turn.add_argument("--by", required=True, type=_by, help="who says so")
        turn.add_argument("--why", default="", help="the reason, kept with it")
    shown = actions.add_parser(letters.PREVIEW, parents=[options])
    shown.add_argument("--programm", metavar="KENNUNG", default="", help="of this one alone")


def _add_queue(parser: _Parser, options: _Parser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, parser_class=_Parser)
    actions.add_parser("list", parents=[options])
    actions.add_parser("show", parents=[options]).add_argument("case", type=str.upper)
    decide = actions.add_parser("decide", parents=[options])
    decide.add_argument("case", type=str.upper)
    decide.add_argument("answer", choices=queue.ANSWERS)
    decide.add_argument(
        "--grund", choices=[*ANSWERED, *REFUSALS], default="", help="why a case is closed"
    )
    decide.add_argument("--by", required=True, type=_by, help="who decides")
    decide.add_argument("--why", required=True, type=_why, help="the reason, kept with the case")
    decide.add_argument("--betrag", type=_betrag, help="the amount, e.g. 12.345,67 or 12345.67")
    decide.add_argument("--ags", help="the five-digit key of the Kreis")
    decide.add_argument(
        "--punkt",
        action="append",
        default=[],
        choices=sorted(CORRECTABLE),
        help="a point of the letter; may stand several times",
    )
    decide.add_argument(
        "--ersetzt", metavar="CASE", type=str.upper, help="the filed case that this one replaces"
    )


if __name__ == "__main__":
    sys.exit(main())
