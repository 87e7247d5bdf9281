"""The composition root: the only file that knows every real part.

Promises: parts are built once, from one Settings. Touches: folders, the database (migration).
Trusts: config.py and ruleset.py, which have checked everything. Limits: no logic.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from functools import cached_property
from pathlib import Path

import structlog
from sqlalchemy import Engine

from inbox_daemon.config import OIDC_BACK, Settings
from inbox_daemon.core.errors import ConfigError
from inbox_daemon.core.programm import Ruleset
from inbox_daemon.core.supervision import Supervision
from inbox_daemon.edges.archive import FolderArchive
from inbox_daemon.edges.audit import AuditFile
from inbox_daemon.edges.auditbook import Auditbook
from inbox_daemon.edges.clock import SystemClock
from inbox_daemon.edges.database import check, is_newest, leased, migrate, open_database
from inbox_daemon.edges.desk import ReadingDesk
from inbox_daemon.edges.drucker import Drucker
from inbox_daemon.edges.forms import KnownForms
from inbox_daemon.edges.lock import only_one
from inbox_daemon.edges.login import Login, TokenPlace
from inbox_daemon.edges.mailbox import Account, ImapMailbox
from inbox_daemon.edges.people import SqlPeople
from inbox_daemon.edges.pictures import Pictures
from inbox_daemon.edges.postman import SmtpPostman
from inbox_daemon.edges.records import Records
from inbox_daemon.edges.spool import FileSpool
from inbox_daemon.edges.staffbook import SqlStaffbook
from inbox_daemon.edges.stichproben import SqlStichproben
from inbox_daemon.edges.store import SqlStore
from inbox_daemon.edges.uebersichtsbuch import Uebersichtsbuch
from inbox_daemon.edges.vorratsbuch import Vorratsbuch
from inbox_daemon.edges.worker import CagedReader
from inbox_daemon.letters import Letters
from inbox_daemon.ports import Anbieter
from inbox_daemon.probebriefe import proof
from inbox_daemon.puls import Puls
from inbox_daemon.ruleset import load_rules
from inbox_daemon.steps import Steps
from inbox_daemon.wire import Job

log = structlog.get_logger()


@dataclass(frozen=True)
class App:
    """Every real part, each made when it is first asked for."""

    settings: Settings

    @cached_property
    def rules(self) -> Ruleset:
        """The rules. Raises ConfigError with all their mistakes."""
        return load_rules(self.settings.rules_dir)

    @cached_property
    def engine(self) -> Engine:
        """The database, brought to the newest schema."""
        self._make_state_dir()
        engine = open_database(self.settings.database)
        if not is_newest(engine):
            # Never under a daemon that still works with the older schema.
            with only_one(self._lock):
                migrate(engine)
        return engine

    @cached_property
    def clock(self) -> SystemClock:
        """The clock."""
        return SystemClock()

    @cached_property
    def store(self) -> SqlStore:
        """The writing side of the database."""
        return SqlStore(self.engine, self.settings.letters.budget, self.supervision)

    @cached_property
    def supervision(self) -> Supervision:
        """What a letter needs to leave. Raises ConfigError for a name that is no programme's."""
        found = self.settings.letters.supervision
        unknown = found.unknown(tuple(p.kennung for p in self.rules.programme))
        if unknown:
            raise ConfigError(
                tuple(f"letters.levels: there is no letter {name!r}" for name in unknown)
            )
        return found

    @cached_property
    def records(self) -> Records:
        """The reading side of the database."""
        return Records(self.engine)

    @cached_property
    def staffbook(self) -> SqlStaffbook:
        """What the staff do."""
        return SqlStaffbook(self.engine)

    @cached_property
    def vorratsbuch(self) -> Vorratsbuch:
        """What waits for a person, as lists read it."""
        return Vorratsbuch(self.engine)

    @cached_property
    def puls(self) -> Puls:
        """How the polls of this process go."""
        return Puls()

    @cached_property
    def stichproben(self) -> SqlStichproben:
        """Machine decisions that persons look at again."""
        return SqlStichproben(self.engine)

    @cached_property
    def uebersichtsbuch(self) -> Uebersichtsbuch:
        """What the overview counts."""
        return Uebersichtsbuch(self.engine)

    @cached_property
    def people(self) -> SqlPeople:
        """Who works here, and who is signed in."""
        return SqlPeople(self.engine)

    @cached_property
    def provider(self) -> Anbieter:
        """The OpenID provider. Raises ConfigError where its library or its address is wrong."""
        try:
            from inbox_daemon.edges import oidc  # noqa: PLC0415  an extra that few installations have
        except ImportError:
            mistake = "pages.oidc.issuer: the packages of the extra `oidc` are not installed"
            raise ConfigError((mistake,)) from None
        pages = self.settings.pages
        client = oidc.Client(
            issuer=pages.oidc.issuer,
            client_id=pages.oidc.client_id,
            redirect_uri=pages.address + OIDC_BACK,
            claim=pages.oidc.claim,
            algorithm=pages.oidc.algorithm,
            ca_file=pages.oidc.ca_file,
            timeout_s=pages.oidc.timeout_s,
        )
        return oidc.Provider(client, lambda: self.settings.secret(pages.oidc.secret_file))

    @cached_property
    def spool(self) -> FileSpool:
        """The original bytes."""
        floor = self.settings.free_space_mib << 20
        return FileSpool(self.settings.state_dir / "spool", floor_bytes=floor)

    @cached_property
    def audit(self) -> AuditFile:
        """The log that auditors read."""
        return AuditFile(self.settings.state_dir / "audit.jsonl", self.engine, self.clock)

    @cached_property
    def auditbook(self) -> Auditbook:
        """The same log as people search it."""
        return Auditbook(self.engine)

    @cached_property
    def drucker(self) -> Drucker:
        """The printer of pages."""
        return Drucker(self.settings.state_dir / "druck")

    @cached_property
    def letters(self) -> Letters:
        """The writer of letters."""
        return Letters(self.clock)

    @cached_property
    def caged_reader(self) -> CagedReader:
        """The child process that reads."""
        return self.reader()

    def reader(self, stopping: Callable[[], bool] = lambda: False) -> CagedReader:
        """Starts the children; once told to stop it waits for none."""
        wall_s = self.settings.reading.seconds + 10
        return CagedReader(wall_s=wall_s, said=_said, stopping=stopping)

    def _desk(self, reader: CagedReader) -> ReadingDesk:
        return ReadingDesk(
            work=self.settings.state_dir / "work",
            spool=self.spool,
            reader=reader,
            forms=KnownForms(self.settings.state_dir / "forms"),
            seconds=self.settings.reading.seconds,
            page_limit=self.settings.reading.page_limit,
        )

    def ready(self) -> None:
        """Writes each letter and reads a word once. Raises ConfigError where that cannot be."""
        proof(self.rules)
        # A reader of its own: its nursery ends with it, and does not live as long as the daemon.
        self._desk(self.reader()).check(self.rules)

    @cached_property
    def pictures(self) -> Pictures:
        """The pages of documents as pictures for staff."""
        return Pictures(
            folder=self.settings.state_dir / "pictures",
            work=self.settings.state_dir / "work",
            spool=self.spool,
            reader=self.caged_reader,
            rules=self.rules,
            page_limit=self.settings.reading.page_limit,
        )

    @cached_property
    def mailbox(self) -> ImapMailbox:
        """The mailbox; connects only when it is asked for something."""
        imap = self.settings.imap
        account = Account(
            host=imap.host,
            port=imap.port,
            tls=imap.tls,
            user=imap.user,
            folder=imap.folder,
            parent=imap.parent,
            timeout_s=imap.timeout_s,
        )
        place = TokenPlace(url=imap.token_url, client_id=imap.client_id, scope=imap.scope)
        login = Login(
            imap.user,
            lambda: self.settings.secret(imap.password_file),
            token=place if imap.auth == "xoauth2" else None,
            timeout_s=imap.timeout_s,
        )
        return ImapMailbox(account, login)

    def steps(
        self,
        *,
        stopping: Callable[[], bool] = lambda: False,
        alive: Callable[[], None] = lambda: None,
        alone: Callable[[], None] = lambda: None,
        mailbox: ImapMailbox | None = None,
    ) -> Steps:
        """The four steps on the real parts; a dry run brings the `mailbox` of another App."""
        settings = self.settings
        return Steps(
            mailbox=mailbox or self.mailbox,
            spool=self.spool,
            store=self.store,
            reader=self._desk(self.reader(stopping)),
            letters=self.letters,
            postman=self._postman(),
            archive=FolderArchive(settings.state_dir / "filed", self.spool),
            audit=self.audit,
            clock=self.clock,
            rules=self.rules,
            message_limit=settings.reading.message_mib << 20,
            parallel=settings.reading.parallel,
            stopping=stopping,
            alive=alive,
            alone=alone,
        )

    def _postman(self) -> SmtpPostman:
        smtp, postfach = self.settings.smtp, self.rules.postfach
        return SmtpPostman(
            host=smtp.host,
            port=smtp.port,
            starttls=smtp.starttls,
            user=smtp.user,
            password=self.settings.secret(smtp.password_file) if smtp.user else "",
            sender=Address(
                display_name=f"{postfach.behoerde}, {postfach.referat}",
                addr_spec=postfach.adresse,
            ),
            clock=self.clock,
            timeout_s=smtp.timeout_s,
        )

    def _make_state_dir(self) -> None:
        place = self.settings.state_dir
        try:
            place.mkdir(parents=True, exist_ok=True, mode=0o750)
        except OSError as error:
            raise ConfigError((f"state_dir: {place}: {error.strerror}",)) from error

    def checked(self) -> None:
        """Builds what needs no network; raises ConfigError for what cannot be."""
        self._make_state_dir()
        _ = self.engine, self.mailbox, self._postman(), self.supervision
        self.settings.secret(self.settings.imap.password_file)
        if self.settings.pages.oidc.issuer:
            _ = self.provider, self.settings.secret(self.settings.pages.oidc.secret_file)

    def check_database(self) -> None:
        """Reads it whole. Raises Damaged where it is not sound."""
        check(self.engine)

    @property
    def _lock(self) -> Path:
        return self.settings.state_dir / "daemon.lock"

    @contextmanager
    def alone(self) -> Iterator[Callable[[], None]]:
        """Holds the locks against a second daemon on this state folder or this database.

        Yields what makes sure, before each poll, that they are still held. Raises Temporary
        (`laeuft-schon`), or Damaged where the database is not sound.
        """
        engine = self.engine  # migrated under the same lock, so before we take it
        with only_one(self._lock), leased(engine) as still_held:
            check(engine)
            # What a killed reading left behind may hold personal data.
            for left in ("work", "druck"):
                shutil.rmtree(self.settings.state_dir / left, ignore_errors=True)
            yield still_held


@contextmanager
def throwaway(settings: Settings) -> Iterator[App]:
    """The same parts on a state folder that is gone afterwards, for a dry run."""
    with tempfile.TemporaryDirectory(prefix="inbox-daemon-") as folder:
        changes = {"state_dir": Path(folder), "database_url": "", "free_space_mib": 0}
        app = App(settings.model_copy(update=changes))
        yield app


def _said(job: Job, words: str) -> None:
    # What the child says may repeat words of the mail: only the kind of the fault is told.
    last = words.splitlines()[-1] if words else ""
    log.warning("reading.stderr", file=job.name, error=last.partition(":")[0][:80])
