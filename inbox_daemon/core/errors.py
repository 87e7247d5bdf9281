"""The tree of errors: who can do what about it.

InboxError
├── Temporary      the same call may work later: net, lock, disk full      → tried again later
├── Permanent      this input will never work: refused, too large          → flagged
│   ├── Damaged    our own store is not sound                               → the daemon stops
│   ├── Refused    what a person asks for cannot be done                    → told to that person
│   └── Stale      somebody was faster                                      → shown both states
├── ConfigError    found at start, all mistakes at once, exit code 78
└── Defect         our fault: broken invariant, unknown state              → flagged, alarm

Promises: edges translate every library's exception into one of these. Touches: nothing.
Trusts: the raiser. Limits: carries a sentence and a code, no behaviour.
"""


class InboxError(Exception):
    """Every error that we raise on purpose. `code` is for the machine, the text for a person."""

    code = "fehler"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class Temporary(InboxError):
    """The same call may work later."""

    code = "voruebergehend"


class Permanent(InboxError):
    """This input will never work."""

    code = "dauerhaft"


class Damaged(Permanent):
    """Our own store is not sound: nothing may be read from it or written to it any more."""

    code = "datenbank-defekt"


class Refused(Permanent):
    """What a person asked for cannot be done; `code` names the sentence, `values` fill it."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code, code=code)
        self.values = {name: str(value) for name, value in values.items()}


class Stale(Permanent):
    """Somebody was faster: the case is not any more as the page showed it."""

    code = "veraltet"


class ConfigError(InboxError):
    """The configuration or the rules are wrong; `mistakes` names all of them."""

    code = "konfiguration"

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class Defect(InboxError):
    """A broken invariant: our fault."""

    code = "defekt"
