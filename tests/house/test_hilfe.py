"""The help leaves nothing out: each reason, check, state, role and key has its words there."""

import re
from collections import Counter
from pathlib import Path

from inbox_daemon.core.checks import CHECKS
from inbox_daemon.core.rollen import Rolle
from inbox_daemon.core.states import State
from inbox_daemon.core.wording import FINDINGS
from inbox_daemon.core.wording_hilfe import PRUEFUNGEN, RAETE, ROLLEN_HILFE, TASTEN, ZUSTAENDE
from inbox_daemon.core.wording_labels import CHAIN_FAULTS

TEMPLATES = Path(__file__).resolve().parents[2] / "inbox_daemon" / "web" / "templates"
KEY = re.compile(r'\b(?:data-key|key)="([^"{]+)"')


def test_each_reason_stands_in_exactly_one_group_of_the_help() -> None:
    told = Counter(code for rat in RAETE for code in rat.codes)
    assert set(told) == set(FINDINGS)
    assert [code for code, count in told.items() if count > 1] == []


def test_each_group_says_what_to_do() -> None:
    assert [rat.titel for rat in RAETE if not rat.schritte] == []


def test_each_check_state_and_role_is_explained() -> None:
    assert list(PRUEFUNGEN) == [name for name, _ in CHECKS]
    assert set(ZUSTAENDE) == set(State)
    assert set(ROLLEN_HILFE) == set(Rolle)


def test_each_key_that_a_page_names_is_explained() -> None:
    named = {key for path in TEMPLATES.glob("*.html") for key in KEY.findall(path.read_text())}
    told = " ".join(key for key, _, _ in TASTEN)
    assert sorted(key for key in named if key not in told) == []


def test_each_key_of_the_dialogue_of_keys_is_explained() -> None:
    dialogue = (TEMPLATES / "_tasten.html").read_text("utf-8")
    named = set(re.findall(r"<kbd>([^<{]+)</kbd>", dialogue))
    told = " ".join(f"{key} {what}" for key, _, what in TASTEN)
    assert sorted(key for key in named if key not in told) == []


def test_each_fault_of_the_chain_has_words() -> None:
    package = TEMPLATES.parents[1]
    given = set(re.findall(r'return "([a-z-]+)", ', (package / "core" / "chain.py").read_text()))
    given |= set(re.findall(r'"([a-z]+-[a-z-]+)"', (package / "edges" / "audit.py").read_text()))
    assert {"pruefsumme", "zeile-fehlt"} <= given
    assert given == set(CHAIN_FAULTS)
