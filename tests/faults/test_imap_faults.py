"""The short forms of the IMAP programs; each whole one is run by its name."""

import pytest

from tests.faults import imap_answers, imap_cuts, imap_histories

pytestmark = pytest.mark.full


def test_a_connection_cut_within_a_literal_loses_nothing() -> None:
    assert imap_cuts.run(messages=3, places=4) == {"trials": 12}


def test_a_wrong_answer_loses_nothing() -> None:
    counted, where = imap_answers.run(every=12)
    assert where == []
    assert counted["trials"] == 30


def test_a_renumbered_mailbox_skips_nothing_and_does_nothing_twice() -> None:
    counted, where = imap_histories.run(histories=8, seed=1000)
    assert where == []
    assert counted["trials"] == 8
