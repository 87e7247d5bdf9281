"""Settings: one TOML file, secrets from systemd's credentials directory; all mistakes at once.

Promises: unknown keys are refused, every mistake is named with its key. Touches: the file.
Trusts: nothing. Limits: what the rules say stands in rules/, not here.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from inbox_daemon.core.errors import ConfigError
from inbox_daemon.core.loopback import is_loopback
from inbox_daemon.core.supervision import Level, Supervision
from inbox_daemon.core.verdict import Budget

SYSTEMD_PLACE = Path("/etc/inbox-daemon/config.toml")
PROJECT = Path(__file__).parent.parent
# Where the provider sends the browser back to, below public_url.
OIDC_BACK = "/anmelden/oidc/zurueck"
Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[int, Field(ge=1, le=3600)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ImapSettings(_Section):
    """The mailbox. `password_file` names a file, by default systemd's credential.

    With `auth` xoauth2 that file holds the client secret, and a token is asked for at `token_url`.
    """

    host: str = "127.0.0.1"
    port: Port = 993
    tls: bool = True
    user: Annotated[str, Field(pattern=r"^[!-~]+$")] = "integrationsmanagement@rps.bwl.de"
    password_file: str = "imap-password"  # noqa: S105  the name of a credential
    auth: Literal["password", "xoauth2"] = "password"
    token_url: str = ""
    client_id: str = ""
    scope: str = "https://outlook.office365.com/.default"
    folder: Annotated[str, Field(min_length=1)] = "INBOX"
    parent: str = ""
    timeout_s: Seconds = 60

    @model_validator(mode="after")
    def _token_is_whole(self) -> Self:
        missing = [name for name in ("token_url", "client_id", "scope") if not getattr(self, name)]
        if self.auth == "xoauth2" and missing:
            raise ValueError(f"xoauth2 needs {', '.join(missing)}")
        return self


class SmtpSettings(_Section):
    """The relay for letters. Without `user` no login is tried."""

    host: str = "127.0.0.1"
    port: Port = 587
    starttls: bool = True
    user: str = ""
    password_file: str = "smtp-password"  # noqa: S105  the name of a credential
    timeout_s: Seconds = 60


class LetterSettings(_Section):
    """How many letters the machine may decide on; above, a person decides. 0: none."""

    sender_day: Annotated[int, Field(ge=0, le=100)] = 3
    kreis_day: Annotated[int, Field(ge=0, le=100)] = 3
    hour: Annotated[int, Field(ge=0, le=1000)] = 20
    # What a letter needs to leave, in general and by programme or `programme/kind of letter`.
    level: Level = Level.SHADOW
    levels: dict[str, Level] = {}

    @property
    def budget(self) -> Budget:
        """The limits of number."""
        return Budget(sender_day=self.sender_day, kreis_day=self.kreis_day, hour=self.hour)

    @property
    def supervision(self) -> Supervision:
        """The levels."""
        return Supervision(level=self.level, levels=tuple(sorted(self.levels.items())))


class ReviewSettings(_Section):
    """The staff's decisions: how long they can be recalled, and which need a second person."""

    recall_minutes: Annotated[int, Field(ge=0, le=60)] = 10
    second_from_eur: Annotated[int, Field(ge=0)] = 250_000
    second_percent: Annotated[int, Field(ge=0, le=100)] = 5
    # The second person types the amount from the picture before she sees the first one's.
    blind: bool = False
    # Of a hundred cases that the machine filed, so many are looked at again by a person.
    sample_percent: Annotated[int, Field(ge=0, le=100)] = 10
    # Working days until a flagged case should be decided.
    target_days: Annotated[int, Field(ge=1, le=60)] = 5


class OidcSettings(_Section):
    """An OpenID provider of the house. Without `issuer` there is none."""

    issuer: str = ""
    client_id: str = ""
    secret_file: str = "oidc-client-secret"  # noqa: S105  the name of a credential
    claim: Annotated[str, Field(min_length=1)] = "preferred_username"
    algorithm: Literal["RS256", "PS256", "ES256"] = "RS256"
    ca_file: str = ""
    timeout_s: Seconds = 10

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.issuer and not self.client_id:
            raise ValueError("issuer needs client_id")
        return self


class PagesSettings(_Section):
    """The staff's pages. Without `listen` there are none.

    `listen` is host:port of this machine, or unix: and the path of a socket; `public_url` is what
    the browser asks for, and the only address that is answered. `proxy` is who may name the person
    in `proxy_header`: unix (whoever opens the socket) or the address of a peer on this machine.
    """

    listen: Annotated[str, Field(pattern=r"^(|unix:/.+|[^:/]+:[0-9]{1,5})$")] = ""
    public_url: Annotated[str, Field(pattern=r"^(|https?://[^/?#\s]+)$")] = ""
    idle_minutes: Annotated[int, Field(ge=1, le=720)] = 30
    session_hours: Annotated[int, Field(ge=1, le=24)] = 10
    proxy: str = ""
    proxy_header: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]*$")] = "X-Remote-User"
    realm: str = ""
    demo: bool = False
    oidc: OidcSettings = OidcSettings()

    @property
    def address(self) -> str:
        """What browsers ask for."""
        return self.public_url or (f"http://{self.listen}" if self.listen else "")

    @property
    def is_socket(self) -> bool:
        """Whether the pages listen on a Unix socket."""
        return self.listen.startswith("unix:")

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        """Passwords and sessions cross a net in TLS only; a name is believed from this machine."""
        host = self.listen.rpartition(":")[0]
        if self.listen and not self.is_socket and not is_loopback(host):
            raise ValueError("listen: loopback or a Unix socket; a proxy with TLS stands before it")
        if self.is_socket and not self.public_url:
            raise ValueError("listen on a socket needs public_url")
        asked = urlsplit(self.public_url)
        if asked.scheme == "http" and not is_loopback(asked.hostname or ""):
            raise ValueError("public_url: https, but on loopback")
        if self.proxy == "unix" and not self.is_socket:
            raise ValueError('proxy = "unix" needs a socket in listen')
        if self.proxy not in {"", "unix"} and (self.is_socket or not is_loopback(self.proxy)):
            raise ValueError('proxy: "unix", or a loopback address where listen is one')
        return self


class ReadingSettings(_Section):
    """The caged child: how many at once, and for how long each."""

    parallel: Annotated[int, Field(ge=1, le=64)] = 2
    seconds: Annotated[int, Field(ge=10, le=600)] = 110
    page_limit: Annotated[int, Field(ge=1, le=500)] = 50
    message_mib: Annotated[int, Field(ge=1, le=200)] = 30


class Settings(BaseSettings):
    """Everything the administrator sets; paths are absolute in service."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix="INBOX_DAEMON__")

    state_dir: Path = PROJECT / "var"
    rules_dir: Path = PROJECT / "rules"
    database_url: str = ""
    poll_every_s: Annotated[int, Field(ge=5, le=86400)] = 300
    free_space_mib: Annotated[int, Field(ge=0)] = 1024
    imap: ImapSettings = ImapSettings()
    smtp: SmtpSettings = SmtpSettings()
    letters: LetterSettings = LetterSettings()
    reading: ReadingSettings = ReadingSettings()
    review: ReviewSettings = ReviewSettings()
    pages: PagesSettings = PagesSettings()

    @model_validator(mode="after")
    def _demo_is_a_demo(self) -> Self:
        """The open door of the demo cannot stand in a house where real mail comes in."""
        pages = self.pages
        real = {
            "imap.tls": self.imap.tls,
            "imap.host": not is_loopback(self.imap.host),
            "pages.listen": not pages.listen or pages.is_socket,
            "pages.public_url": not is_loopback(urlsplit(pages.address).hostname or ""),
            "pages.proxy": bool(pages.proxy),
            "pages.oidc.issuer": bool(pages.oidc.issuer),
        }
        if pages.demo and any(real.values()):
            against = ", ".join(key for key, is_real in real.items() if is_real)
            raise ValueError(
                f"pages.demo is for the demo on this machine alone; against it: {against}"
            )
        return self

    @property
    def database(self) -> str:
        """The database URL; SQLite in the state folder where none is set."""
        return self.database_url or f"sqlite:///{self.state_dir / 'inbox.sqlite3'}"

    def secret(self, name: str) -> str:
        """The content of a credential: absolute path, credentials directory, or state folder."""
        credentials = Path(os.environ.get("CREDENTIALS_DIRECTORY", self.state_dir))
        place = credentials / name
        try:
            return place.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise ConfigError((f"no password: {place} is missing",)) from None
        except OSError as error:
            raise ConfigError((f"{place}: {error.strerror}",)) from error


def load_settings(path: Path | None) -> Settings:
    """The settings of this file, of $INBOX_DAEMON_CONFIG, of systemd's place, or the defaults."""
    chosen = path or _usual_place()
    if chosen is not None and not chosen.is_file():
        raise ConfigError((f"{chosen}: the file is missing",))

    class _FromFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,  # noqa: ARG003
            env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (TomlConfigSettingsSource(settings_cls, toml_file=chosen),) if chosen else ()

    try:
        return _FromFile()
    except ValidationError as error:
        raise ConfigError(tuple(_mistake(chosen, fault) for fault in error.errors())) from error
    except ValueError as error:  # the TOML itself
        raise ConfigError((f"{chosen}: {error}",)) from error


def _mistake(path: Path | None, fault: Any) -> str:
    key = ".".join(str(part) for part in fault["loc"])
    return f"{path}: {key}: {fault['msg']}"


def _usual_place() -> Path | None:
    named = os.environ.get("INBOX_DAEMON_CONFIG", "")
    if named:
        return Path(named)
    return SYSTEMD_PLACE if SYSTEMD_PLACE.is_file() else None
