"""The command `inbox-daemon`: arguments in, exit codes after sysexits out.

Promises: a mistake of the caller is 64, of the configuration 78, a service away 69.
Touches: argv, stderr. Trusts: nothing. Limits: what a command does is in commands/.
"""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Never

from inbox_daemon.app import App
from inbox_daemon.commands import queue, service
from inbox_daemon.commands.inspect import inspect
from inbox_daemon.config import load_settings
from inbox_daemon.core.betrag import betrag_from
from inbox_daemon.core.errors import ConfigError, Defect, Permanent, Temporary
from inbox_daemon.edges.logs import set_up_logs

USAGE, BAD_DATA, AWAY, DEFECT, TRY_AGAIN, CONFIG = 64, 65, 69, 70, 75, 78


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Never:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return _run(arguments)
    except ConfigError as error:
        return _told(*error.mistakes, code=CONFIG)
    except Temporary as error:
        return _told(str(error), code=TRY_AGAIN if error.code == "laeuft-schon" else AWAY)
    except Permanent as error:
        return _told(str(error), code=BAD_DATA)
    except Defect as error:
        return _told(str(error), code=DEFECT)
    except BrokenPipeError:
        return 0


def _told(*sentences: str, code: int) -> int:
    for sentence in sentences:
        print(f"inbox-daemon: {sentence}", file=sys.stderr)
    return code


def _run(arguments: argparse.Namespace) -> int:
    set_up_logs(verbose=arguments.command == "run" or arguments.verbose)
    return _COMMANDS[arguments.command](App(load_settings(arguments.config)), arguments)


def _inspect(app: App, arguments: argparse.Namespace) -> int:
    return inspect(
        arguments.files,
        reader=app.caged_reader,
        rules=app.rules,
        parallel=app.settings.reading.parallel,
        as_json=arguments.json,
    )


def _queue(app: App, arguments: argparse.Namespace) -> int:
    if arguments.action == "list":
        return queue.listed(app, as_json=arguments.json)
    if arguments.action == "show":
        return queue.shown(app, arguments.case, as_json=arguments.json)
    wish = queue.Wish(
        answer=arguments.answer,
        by=arguments.by,
        why=arguments.why,
        amount=arguments.betrag,
        ags=arguments.ags,
        questions=tuple(arguments.punkt),
        replaces=arguments.ersetzt,
    )
    return queue.decided(app, arguments.case, wish)


_COMMANDS: dict[str, Callable[[App, argparse.Namespace], int]] = {
    "run": lambda app, _: service.run(app),
    "once": lambda app, a: service.once(app, dry_run=a.dry_run, as_json=a.json),
    "inspect": _inspect,
    "queue": _queue,
    "show": lambda app, a: queue.shown(app, a.case, as_json=a.json),
    "explain": lambda app, a: queue.explained(app, a.case, as_json=a.json),
    "replay": lambda app, a: service.replay(app, rules=a.rules, as_json=a.json),
    "audit": lambda app, a: service.audit_verify(app, as_json=a.json),
    "rules": lambda app, a: (
        service.rules_check(app) if a.action == "check" else service.rules_show(app)
    ),
    "check-config": lambda app, _: service.check_config(app),
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


def _parser() -> _Parser:
    common = _Parser(add_help=False)
    common.add_argument("--config", type=Path, help="TOML file with the settings")
    common.add_argument("--json", action="store_true", help="print results as JSON lines")
    common.add_argument("--verbose", action="store_true", help="tell every step on stderr")
    parser = _Parser(prog="inbox-daemon", description=__doc__.splitlines()[0] if __doc__ else "")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)

    def command(name: str, about: str) -> _Parser:
        return commands.add_parser(name, help=about, description=about, parents=[common])

    command("run", "the daemon: polls on schedule until SIGTERM")
    once = command("once", "one poll and everything that follows from it")
    once.add_argument("--dry-run", action="store_true", help="read only: file and send nothing")
    inspected = command("inspect", "read PDF or .eml files and say what would be decided")
    inspected.add_argument("files", nargs="+", metavar="FILE")
    for name, about in (("show", "one case with everything known"), ("explain", "its decision")):
        command(name, about).add_argument("case")
    replay = command("replay", "decide all stored cases again; print every difference")
    replay.add_argument("--rules", type=Path, help="decide with the rules of this folder instead")
    command("audit", "the log").add_argument("action", choices=["verify"])
    command("rules", "the rules").add_argument("action", choices=["check", "show"])
    command("check-config", "settings and rules, without any network")
    command("status", "numbers of the store")
    _add_queue(command("queue", "the Arbeitsvorrat"), common)
    return parser


def _add_queue(parser: _Parser, common: _Parser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, parser_class=_Parser)
    actions.add_parser("list", parents=[common])
    actions.add_parser("show", parents=[common]).add_argument("case")
    decide = actions.add_parser("decide", parents=[common])
    decide.add_argument("case")
    decide.add_argument("answer", choices=["ablegen", "rueckfrage", "erledigt"])
    decide.add_argument("--by", required=True, type=_by, help="who decides")
    decide.add_argument("--why", required=True, help="the reason, for the log")
    decide.add_argument("--betrag", type=_betrag, help="the amount, e.g. 12.345,67 or 12345.67")
    decide.add_argument("--ags", help="the five-digit key of the Kreis")
    decide.add_argument("--punkt", action="append", default=[], help="a point of the letter")
    decide.add_argument("--ersetzt", metavar="CASE", help="the filed case that this one replaces")


if __name__ == "__main__":
    sys.exit(main())
