"""The mailbox on a real Dovecot: reading changes nothing, one move ends it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inbox_daemon.core.errors import ConfigError, Permanent, Temporary
from inbox_daemon.core.verdict import Outcome
from inbox_daemon.edges.login import Login
from inbox_daemon.edges.mailbox import PIECE, Account, ImapMailbox
from samples.servers import PASSWORD, USER, Imap, dovecot, free_port

pytestmark = pytest.mark.full
AT = datetime(2022, 7, 22, 21, 59, tzinfo=UTC)
MAIL = b"Message-ID: <1@x>\r\nSubject: Antrag\r\n\r\nGuten Tag\r\n"


@pytest.fixture(scope="module", name="imap")
def _imap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imap]:
    with dovecot(tmp_path_factory.mktemp("dovecot")) as imap:
        yield imap


def mailbox(imap: Imap, *, password: str = PASSWORD, port: int | None = None) -> ImapMailbox:
    """Our mailbox on this server."""
    account = Account(
        host="127.0.0.1",
        port=port or imap.port,
        tls=False,
        user=USER,
        folder="INBOX",
        timeout_s=10,
    )
    return ImapMailbox(account, Login(USER, lambda: password))


def delivered(imap: Imap, mail: bytes) -> int:
    """The UID of a mail just delivered."""
    imap.deliver(mail, received_at=AT)
    with mailbox(imap).examine() as view:
        return max(view.uids())


def test_a_mail_is_read_byte_for_byte_with_the_servers_time(imap: Imap) -> None:
    uid = delivered(imap, MAIL)
    with mailbox(imap).examine() as view:
        [found] = list(view.listed([uid]))
        body = b"".join(view.body(uid, limit=1 << 20))
    assert (found.received_at, found.size, body) == (AT, len(MAIL), MAIL)


def test_reading_leaves_no_mark_on_the_server(imap: Imap) -> None:
    uid = delivered(imap, MAIL)
    with mailbox(imap).examine() as view:
        list(view.body(uid, limit=1 << 20))
        view.head(uid, limit=1000)
    with imap.client() as client:
        client.select_folder("INBOX", readonly=True)
        assert b"\\Seen" not in client.get_flags([uid])[uid]


@pytest.mark.parametrize("size", [PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 17])
def test_a_large_mail_comes_in_pieces_and_is_whole(imap: Imap, size: int) -> None:
    line = b"x" * 76 + b"\r\n"
    mail = (MAIL + line * (size // len(line) + 1))[:size]
    uid = delivered(imap, mail)
    with mailbox(imap).examine() as view:
        pieces = list(view.body(uid, limit=100 * PIECE))
    assert max(map(len, pieces)) <= PIECE
    assert b"".join(pieces) == mail


def test_no_more_than_the_limit_is_loaded(imap: Imap) -> None:
    uid = delivered(imap, MAIL + b"y" * 5000)
    with mailbox(imap).examine() as view:
        assert len(b"".join(view.body(uid, limit=1234))) == 1234


def test_a_mail_that_is_gone_gives_nothing(imap: Imap) -> None:
    with mailbox(imap).examine() as view:
        assert not view.present(999_999)
        assert list(view.body(999_999, limit=1000)) == []
        assert view.head(999_999, limit=1000) == b""


def test_the_move_goes_to_a_german_folder_and_may_be_repeated(imap: Imap) -> None:
    uid = delivered(imap, MAIL)
    with mailbox(imap).examine() as view:
        validity = view.uidvalidity
    before = imap.counts().get("Prüfung", 0)
    box = mailbox(imap)
    moved = [
        box.move(uidvalidity=validity, uid=uid, folder="Prüfung", message_id="") for _ in range(2)
    ]
    assert moved == [Outcome.DONE, Outcome.UNKNOWN]
    assert imap.counts()["Prüfung"] == before + 1


def test_a_renumbered_mailbox_is_not_touched(imap: Imap) -> None:
    uid = delivered(imap, MAIL)
    moved = mailbox(imap).move(uidvalidity=1, uid=uid, folder="Prüfung", message_id="")
    assert moved is Outcome.RETRY_LATER


def test_a_wrong_password_is_permanent_and_not_repeated_in_the_message(imap: Imap) -> None:
    with (
        pytest.raises(Permanent, match="refuses") as caught,
        mailbox(imap, password="geheim-und-falsch").examine(),
    ):
        pass
    assert "geheim" not in str(caught.value)


def test_a_server_that_is_away_is_temporary(imap: Imap) -> None:
    with pytest.raises(Temporary), mailbox(imap, port=free_port()).examine():
        pass


def test_plain_text_leaves_this_machine_never() -> None:
    account = Account(host="mail.example", port=143, tls=False, user="", folder="INBOX")
    with pytest.raises(ConfigError, match="TLS"):
        ImapMailbox(account, Login("", lambda: ""))


def test_tls_is_verified_and_never_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dovecot(tmp_path / "d", tls=True) as imap:
        account = Account(host="localhost", port=imap.port, tls=True, user=USER, folder="INBOX")
        secure = ImapMailbox(account, Login(USER, lambda: PASSWORD))
        with pytest.raises(Permanent, match="certificate"), secure.examine():
            pass
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "d" / "cert.pem"))
        with secure.examine() as view:
            assert view.uidvalidity > 0


def test_our_folders_lie_where_the_settings_say_and_are_counted(imap: Imap) -> None:
    account = Account(
        host="127.0.0.1", port=imap.port, tls=False, user=USER, folder="INBOX", parent="Eingang/neu"
    )
    below = ImapMailbox(account, Login(USER, lambda: PASSWORD))
    uid = delivered(imap, MAIL)
    with below.examine() as view:
        validity = view.uidvalidity
    assert (
        below.move(uidvalidity=validity, uid=uid, folder="Pr\u00fcfung", message_id="")
        is Outcome.DONE
    )
    assert below.counts(["Pr\u00fcfung", "Abgelegt"]) == {"Pr\u00fcfung": 1, "Abgelegt": 0}
    with imap.client() as client:
        assert client.folder_exists("Eingang.neu.Pr\u00fcfung")
