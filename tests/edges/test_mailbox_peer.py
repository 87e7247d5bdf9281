"""The mailbox on a server that is old, odd, or lies: what is believed and what is done."""

from collections.abc import Iterator

import pytest

from inbox_daemon.core.errors import Permanent, Temporary
from inbox_daemon.core.verdict import Outcome
from inbox_daemon.edges.imapline import ANSWER, LITERAL, LOST
from tests.faults.imaprig import eml, mailbox_on
from tests.peers.imap import FULL, Folder, Message, Peer, serving

pytestmark = pytest.mark.full

OLD = "IMAP4rev1"


@pytest.fixture(name="peer")
def _peer() -> Iterator[Peer]:
    with serving(Peer()) as peer:
        yield peer


def moved(peer: Peer, folder: str = "Abgelegt", *, message_id: str = "", **account: str) -> Outcome:
    """What comes of moving message 1."""
    mailbox = mailbox_on(peer, **account)
    validity = peer.inbox.uidvalidity
    return mailbox.move(uidvalidity=validity, uid=1, folder=folder, message_id=message_id)


def test_what_the_server_can_do_is_asked_again_after_login(peer: Peer) -> None:
    peer.before_login, peer.after_login = OLD, FULL
    peer.inbox.put(Message(content=eml(1)))
    assert moved(peer) is Outcome.DONE
    assert "UID MOVE" in peer.seen


def test_without_move_the_message_is_copied_and_expunged_by_its_uid_alone(peer: Peer) -> None:
    peer.after_login = "IMAP4rev1 UIDPLUS"
    peer.inbox.put(Message(content=eml(1)))
    peer.inbox.put(Message(content=eml(2), flags={"\\Deleted"}))
    assert moved(peer) is Outcome.DONE
    assert list(peer.inbox.messages) == [2]
    assert [m.content for m in peer.folders["Abgelegt"].messages.values()] == [eml(1)]


def test_where_the_server_copies_and_will_not_mark_there_is_one_copy(peer: Peer) -> None:
    peer.after_login = "IMAP4rev1 UIDPLUS"
    peer.inbox.put(Message(content=eml(1)))
    peer.twist = lambda name, tag, _: tag + b" NO no right\r\n" if name == "UID STORE" else None
    assert [moved(peer) for _ in range(2)] == [Outcome.GIVEN_UP] * 2
    assert len(peer.folders["Abgelegt"].messages) == 1


def test_a_size_or_validity_beyond_all_numbers_is_none(peer: Peer) -> None:
    peer.inbox.put(Message(content=eml(1)))
    said = f"RFC822.SIZE {len(eml(1))}".encode()
    peer.twist = lambda _name, _tag, right: right.replace(said, b"RFC822.SIZE " + b"9" * 30)
    with mailbox_on(peer).examine() as view:
        assert [listed.size for listed in view.listed([1])] == [0]
    peer.twist = lambda _name, _tag, right: right.replace(
        b"[UIDVALIDITY ", b"[UIDVALIDITY 9999999999"
    )
    with pytest.raises(Temporary), mailbox_on(peer).examine():
        pass


def test_a_stranger_at_the_place_of_a_message_is_not_moved(peer: Peer) -> None:
    """A restored server gave the UID again, under the same UIDVALIDITY."""
    peer.inbox.put(Message(content=eml(1)))
    assert moved(peer, message_id="<other@kreis.example>") is Outcome.UNKNOWN
    assert list(peer.inbox.messages) == [1]


def test_with_neither_nothing_is_touched_and_it_is_not_tried_again(peer: Peer) -> None:
    peer.after_login = OLD
    peer.inbox.put(Message(content=eml(1)))
    assert moved(peer) is Outcome.GIVEN_UP
    assert list(peer.folders) == ["INBOX"]
    assert not {"UID COPY", "UID STORE", "EXPUNGE"} & set(peer.seen)


def test_a_message_that_one_answer_hides_is_not_taken_for_gone(peer: Peer) -> None:
    peer.inbox.put(Message(content=eml(1)))
    peer.twist = lambda name, tag, _: tag + b" OK done\r\n" if name == "UID FETCH" else None
    assert moved(peer) is Outcome.DONE or peer.inbox.messages
    peer.twist = lambda name, tag, _: tag + b" OK done\r\n" if name == "UID MOVE" else None
    peer.inbox.put(Message(content=eml(2)))
    with mailbox_on(peer).examine() as view:
        assert view.present(2)


@pytest.mark.parametrize(
    ("delimiter", "prefix", "parent", "expected"),
    [
        ("/", "", "", "Abgelegt"),
        (".", "INBOX.", "", "INBOX.Abgelegt"),
        (".", "INBOX.", "INBOX", "INBOX.Abgelegt"),
        ("/", "", "INBOX", "INBOX/Abgelegt"),
        (".", "", "Amt/Eingang", "Amt.Eingang.Abgelegt"),
        ("\\\\", "", "INBOX", "INBOX\\Abgelegt"),
    ],
)
def test_a_target_folder_gets_the_servers_delimiter_and_namespace(
    delimiter: str, prefix: str, parent: str, expected: str
) -> None:
    peer = Peer(delimiter=delimiter, prefix=prefix, after_login=FULL + " NAMESPACE")
    with serving(peer):
        for number in (1, 2):
            peer.inbox.put(Message(content=eml(number)))
        mailbox = mailbox_on(peer, parent=parent)
        for uid in (1, 2):  # made once, found the second time
            assert (
                mailbox.move(uidvalidity=7, uid=uid, folder="Abgelegt", message_id="")
                is Outcome.DONE
            )
        made = {name.replace("\\\\", "\\"): f for name, f in peer.folders.items()}
        assert set(made) == {"INBOX", expected}
        assert len(made[expected].messages) == 2
        assert mailbox.counts(["Abgelegt", "X"]) == {"Abgelegt": 2, "X": 0}


def test_a_folder_is_found_by_its_special_use(peer: Peer) -> None:
    peer.folders["Ablage 2026"] = Folder(mark="\\Archive")
    peer.inbox.put(Message(content=eml(1)))
    assert moved(peer, parent="\\archive") is Outcome.DONE
    assert "Ablage 2026/Abgelegt" in peer.folders
    with mailbox_on(peer, folder="\\Archive").examine() as view:
        assert view.uids() == ()
    with pytest.raises(Permanent), mailbox_on(peer, folder="\\Junk").examine():
        pass


def test_umlauts_in_a_folder_name_may_be_two_characters(peer: Peer) -> None:
    peer.folders["Pru&Awg-fung"] = Folder()
    peer.inbox.put(Message(content=eml(1)))
    assert moved(peer, folder="Pr\u00fcfung") is Outcome.DONE
    assert len(peer.folders["Pru&Awg-fung"].messages) == 1


def test_answers_for_other_messages_or_without_uid_are_not_believed(peer: Peer) -> None:
    for number in (1, 2):
        peer.inbox.put(Message(content=eml(number)))
    foreign = (
        b"* 2 FETCH (BODY[]<0> {3}\r\nabc RFC822.SIZE 3)\r\n"
        b"* 1 FETCH (UID 900 BODY[]<0> {3}\r\nabc)\r\n* 2 FETCH (UID 2 FLAGS (\\Seen))\r\n"
    )
    peer.twist = lambda name, _, right: foreign + right if name == "UID FETCH" else None
    with mailbox_on(peer).examine() as view:
        [listed] = view.listed([2])
        assert listed.size == len(eml(2))
        assert b"".join(view.body(2, limit=9999)) == eml(2)


def test_two_answers_for_one_message_that_differ_are_refused(peer: Peer) -> None:
    peer.inbox.put(Message(content=eml(1)))
    other = b"* 1 FETCH (UID 1 BODY[]<0> {3}\r\nabc)\r\n"
    peer.twist = lambda name, _, right: other + right if name == "UID FETCH" else None
    with mailbox_on(peer).examine() as view, pytest.raises(Temporary, match="two answers"):
        list(view.body(1, limit=9999))


@pytest.mark.parametrize("size", [LITERAL + 1, 4_294_967_295])
def test_a_literal_larger_than_asked_for_is_refused_before_it_is_read(
    peer: Peer, size: int
) -> None:
    peer.inbox.put(Message(content=eml(1)))
    huge = b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n" % size  # and not one byte of it
    peer.twist = lambda name, *_: huge if name == "UID FETCH" else None
    with mailbox_on(peer).examine() as view, pytest.raises(Temporary, match="not asked") as caught:
        list(view.body(1, limit=9999))
    assert caught.value.code == LOST


def test_an_answer_that_does_not_end_is_ended_by_us(peer: Peer) -> None:
    peer.inbox.put(Message(content=eml(1)))
    lines = (b"* OK " + b"x" * 9_993 + b"\r\n") * (ANSWER // 10_000 + 1)
    peer.twist = lambda name, *_: lines if name == "UID SEARCH" else None
    with mailbox_on(peer).examine() as view, pytest.raises(Temporary, match="does not end"):
        view.uids()


def test_one_message_on_which_the_server_chokes_hides_no_other(peer: Peer) -> None:
    for number in range(1, 6):
        peer.inbox.put(Message(content=eml(number)))
    peer.twist = lambda name, tag, right: (
        tag + b" NO broken\r\n" if name == "UID FETCH" and b"UID 3 " in right else None
    )
    with mailbox_on(peer).examine() as view:
        listed = {found.uid: found.received_at is not None for found in view.listed(view.uids())}
    assert listed == {1: True, 2: True, 3: False, 4: True, 5: True}


@pytest.mark.parametrize("said", [0, 100, 9999])
def test_a_size_that_lies_cuts_no_message_short(peer: Peer, said: int) -> None:
    """Exchange named 19,189 bytes for 6,298, and may stop a piece before its end."""
    peer.inbox.put(Message(content=eml(1, size=3000), size=said))
    with mailbox_on(peer).examine() as view:
        [_] = view.listed([1])
        assert b"".join(view.body(1, limit=99_999)) == eml(1, size=3000)


def test_uids_that_cannot_be_are_left_out(peer: Peer) -> None:
    peer.twist = lambda name, tag, _: (
        b"* SEARCH 0 7 3 3 4294967296\r\n" + tag + b" OK done\r\n" if name == "UID SEARCH" else None
    )
    with mailbox_on(peer).examine() as view:
        assert view.uids() == (3, 7)
