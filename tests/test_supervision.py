"""Levels of supervision: no letter leaves on a level that nobody set, and each is shown."""

import json
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from inbox_daemon.config import LetterSettings
from inbox_daemon.core.states import State
from inbox_daemon.core.supervision import CLICK_REASON, SHADOW_REASON, Level, Supervision
from inbox_daemon.core.verdict import EffectKind
from inbox_daemon.letters import Letters
from tests.core import cases
from tests.fakes import FakeClock
from tests.test_queue import Office
from tests.worlds import ABSENT_SIGNATURE, World

pytest_plugins = ("tests.worlds",)

UNSIGNED = cases.of_document(signature=cases.absent())
LEVELS = st.sampled_from(Level)


def letters(office: Office) -> list[str]:
    """The cases whose letters are in the outbox."""
    pending = office.app.store.pending(at=cases.RECEIVED)
    return [effect.case for effect in pending if effect.kind is EffectKind.SEND_LETTER]


def test_a_new_installation_writes_to_nobody() -> None:
    assert LetterSettings().supervision.level_of("jedes", "schreiben") is Level.SHADOW


def test_in_the_shadow_nothing_leaves_and_the_draft_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(tmp_path, Level.SHADOW)
    number = office.case(UNSIGNED)
    assert letters(office) == []
    assert office.run("queue", "show", number) == 0
    shown = capsys.readouterr().out
    assert "Schattenbetrieb" in shown
    assert f"letters draft {number}" in shown
    assert office.run("letters", "draft", number) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "keine handschriftliche Unterschrift" in words
    assert office.run("letters", "status", "--json") == 0
    assert json.loads(capsys.readouterr().out)["levels"] == {cases.KENNUNG: "shadow"}


def test_in_the_shadow_not_even_a_person_sends_through_the_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(tmp_path, Level.SHADOW)
    number = office.case(UNSIGNED)
    assert office.decide(number, "rueckfrage") != 0
    assert "Schattenbetrieb" in capsys.readouterr().err
    assert letters(office) == []


def test_under_supervision_a_letter_waits_for_a_click_and_is_the_draft_word_for_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(tmp_path, Level.SUPERVISED)
    number = office.case(UNSIGNED)
    line = office.app.records.case(number)
    assert line is not None
    assert line.reasons == ("unterschrift-fehlt", CLICK_REASON)
    assert letters(office) == []
    assert office.run("letters", "draft", number, "--json") == 0
    draft = json.loads(capsys.readouterr().out)
    assert office.decide(number, "rueckfrage") == 0
    pending = office.app.store.pending(at=cases.RECEIVED)
    (effect,) = (effect for effect in pending if effect.kind is EffectKind.SEND_LETTER)
    assert json.loads(effect.payload) == draft
    assert office.app.store.why_too_late(number, at=office.app.clock.now()) is None


def test_a_letter_that_was_decided_is_shown_as_it_is_and_never_dated_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(tmp_path, Level.AUTOMATIC)
    vars(office.app)["letters"] = Letters(FakeClock(instant=cases.RECEIVED))
    number = office.case(UNSIGNED)
    (effect,) = office.app.store.pending(at=cases.RECEIVED)
    assert office.run("letters", "draft", number, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown == json.loads(effect.payload)
    assert "Datum:                 11.07.2022\n" in shown["body"]


def test_a_case_without_a_letter_has_no_draft(tmp_path: Path) -> None:
    office = Office(tmp_path)
    number = office.case(cases.good_evidence())
    assert office.run("letters", "draft", number) != 0


@pytest.mark.parametrize(
    ("later", "why"), [(Level.SHADOW, SHADOW_REASON), (Level.SUPERVISED, CLICK_REASON)]
)
def test_a_letter_on_its_way_out_is_held_back_by_a_stricter_level(
    world: World, later: Level, why: str
) -> None:
    world.arrive(ABSENT_SIGNATURE)
    world.steps.fetch()
    world.steps.read()
    world.steps.decide()
    assert world.states() == [State.DECIDED]
    world.turn_level(later)
    world.steps.act()
    assert world.postman.sent == []
    assert world.states() == [State.FLAGGED]
    assert world.only().reasons == (why,)


@given(level=LEVELS, programm=LEVELS | st.none(), letter=LEVELS | st.none())
def test_the_narrowest_level_that_is_named_holds(
    level: Level, programm: Level | None, letter: Level | None
) -> None:
    named = {"p": programm, "p/rueckfrage": letter}
    levels = tuple((name, of) for name, of in named.items() if of is not None)
    found = Supervision(level=level, levels=levels)
    assert found.level_of("p") is (letter or programm or level)
    assert found.level_of("q") is level
    assert found.unknown(("p",)) == ()


@given(level=LEVELS)
def test_only_the_automatic_level_lets_the_machine_write(level: Level) -> None:
    found = Supervision(level=level)
    assert (found.against("p", clicked=False) is None) == (level is Level.AUTOMATIC)
    assert (found.against("p", clicked=True) is None) == (level is not Level.SHADOW)


def test_a_level_of_a_programme_that_is_not_there_is_a_mistake_in_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(tmp_path)
    with office.config.open("a") as file:
        file.write('levels = { "soforthife" = "automatic" }\n')
    assert office.run("check-config") == 78
    assert "soforthife" in capsys.readouterr().err
