"""Settings: defaults that work, one file that may change them, every mistake named."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from inbox_daemon import config
from inbox_daemon.config import PROJECT, Settings, load_settings
from inbox_daemon.core.errors import ConfigError


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("INBOX_DAEMON_CONFIG", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setattr(config, "SYSTEMD_PLACE", tmp_path / "etc" / "config.toml")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes_of(path: Path | None) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    return caught.value.mistakes


def test_without_a_file_the_defaults_hold() -> None:
    settings = load_settings(None)
    assert settings.state_dir == PROJECT / "var"
    assert settings.rules_dir == PROJECT / "rules"
    assert settings.database == f"sqlite:///{PROJECT / 'var' / 'inbox.sqlite3'}"
    assert settings.imap.tls
    assert settings.smtp.starttls


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path, 'poll_every_s = 60\nstate_dir = "/srv/x"\n[imap]\nport = 143\n')
    settings = load_settings(path)
    assert (settings.poll_every_s, settings.imap.port) == (60, 143)
    assert settings.imap.host == Settings().imap.host
    assert settings.database == "sqlite:////srv/x/inbox.sqlite3"


def test_a_database_that_is_named_is_used(tmp_path: Path) -> None:
    path = written(tmp_path, 'database_url = "postgresql+psycopg://h/d"\n')
    assert load_settings(path).database == "postgresql+psycopg://h/d"


def test_the_file_is_looked_for_in_the_environment_and_then_where_systemd_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.SYSTEMD_PLACE.parent.mkdir()
    config.SYSTEMD_PLACE.write_text("poll_every_s = 10\n")
    assert load_settings(None).poll_every_s == 10
    monkeypatch.setenv("INBOX_DAEMON_CONFIG", str(written(tmp_path, "poll_every_s = 20\n")))
    assert load_settings(None).poll_every_s == 20


def test_a_file_that_was_asked_for_and_is_missing_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "nirgends.toml"
    assert mistakes_of(missing) == (f"{missing}: the file is missing",)
    monkeypatch.setenv("INBOX_DAEMON_CONFIG", str(missing))
    assert mistakes_of(None) == (f"{missing}: the file is missing",)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("fremd = 1", "fremd"),
        ("[imap]\nfremd = 1", "imap.fremd"),
        ("[imap]\nport = 0", "imap.port"),
        ("[imap]\nport = 65536", "imap.port"),
        ("[smtp]\ntimeout_s = 0", "smtp.timeout_s"),
        ("poll_every_s = 4", "poll_every_s"),
        ('poll_every_s = "oft"', "poll_every_s"),
        ("[reading]\nparallel = 0", "reading.parallel"),
        ("[reading]\nseconds = 9", "reading.seconds"),
        ("[reading]\npage_limit = 0", "reading.page_limit"),
        ("[reading]\nmessage_mib = 201", "reading.message_mib"),
        ("free_space_mib = -1", "free_space_mib"),
        ("imap = 1", "imap"),
    ],
)
def test_a_mistake_is_named_with_its_key(tmp_path: Path, text: str, key: str) -> None:
    path = written(tmp_path, text)
    (mistake,) = mistakes_of(path)
    assert mistake.startswith(f"{path}: {key}: ")


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, "fremd = 1\npoll_every_s = 0\n[imap]\nport = 0\n")
    assert len(mistakes_of(path)) == 3


@pytest.mark.parametrize("content", [b"poll_every_s = ", b"a = 1\na = 2", b"x = '\xe4'"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    (mistake,) = mistakes_of(path)
    assert mistake.startswith(f"{path}: ")


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = load_settings(None)
    with pytest.raises(ValidationError):
        settings.poll_every_s = 1
    with pytest.raises(ValidationError):
        settings.imap.port = 1


def test_a_secret_is_read_where_systemd_puts_it_or_in_the_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(state_dir=tmp_path)
    (tmp_path / "imap-password").write_text("aus dem Ordner\n")
    assert settings.secret("imap-password") == "aus dem Ordner"
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "imap-password").write_text("von systemd\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    assert settings.secret("imap-password") == "von systemd"
    assert settings.secret(str(tmp_path / "imap-password")) == "aus dem Ordner"


def test_a_secret_that_is_not_there_is_a_mistake_and_no_empty_password(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="smtp-password is missing"):
        Settings(state_dir=tmp_path).secret("smtp-password")


def test_a_secret_that_cannot_be_read_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "smtp-password").mkdir()
    with pytest.raises(ConfigError, match="smtp-password"):
        Settings(state_dir=tmp_path).secret("smtp-password")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('auth = "oauth"', "imap.auth"),
        ('auth = "xoauth2"', "token_url, client_id"),
        ('auth = "xoauth2"\ntoken_url = "https://x/"\nclient_id = "a"\nscope = ""', "scope"),
        ('user = "a b"', "imap.user"),
        ('folder = ""', "imap.folder"),
    ],
)
def test_a_login_or_folder_that_cannot_be_meant_is_named(
    tmp_path: Path, text: str, named: str
) -> None:
    assert named in " ".join(mistakes_of(written(tmp_path, f"[imap]\n{text}\n")))


def test_a_token_needs_its_endpoint_and_the_application(tmp_path: Path) -> None:
    text = '[imap]\nauth = "xoauth2"\ntoken_url = "https://x/"\nclient_id = "a"\n'
    assert load_settings(written(tmp_path, text)).imap.auth == "xoauth2"
