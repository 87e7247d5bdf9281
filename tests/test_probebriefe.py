"""`letters preview` and the proof: every letter is seen before one is due."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_daemon.__main__ import main
from inbox_daemon.core.decide import CORRECTABLE
from inbox_daemon.core.errors import ConfigError
from inbox_daemon.core.states import State
from inbox_daemon.core.wording_letter import BITTEN
from inbox_daemon.core.wording_terminal import ANLAESSE
from inbox_daemon.letters import Anschrift, eingangsbestaetigung
from inbox_daemon.ports import Case
from inbox_daemon.probebriefe import (
    DATEIEN,
    LONGEST_LINE,
    NUMBER,
    probebriefe,
    proof,
    unsendable,
)
from inbox_daemon.ruleset import load_rules
from tests.core import cases

# Each point alone, all points in four forms, and the draft of the confirmation.
COUNT = len(BITTEN) + 4 + 1


@pytest.fixture(name="config")
def _config(tmp_path: Path) -> str:
    """A configuration with a mailbox and a database that are not there, and no password."""
    path = tmp_path / "c.toml"
    path.write_text(
        f'state_dir = "{tmp_path}/none"\nrules_dir = "{cases.RULES_FOLDER}"\n'
        'database_url = "postgresql+psycopg://nobody@127.0.0.1:1/none"\n'
        '[imap]\nhost = "imap.invalid"\nuser = "nobody"\n'
    )
    return str(path)


def previewed(config: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    assert main(["letters", "preview", "--json", "--config", config]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_preview_shows_each_point_alone_and_all_in_every_form_of_the_letter(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = previewed(config, capsys)
    assert {brief["variant"] for brief in told} == CORRECTABLE | set(ANLAESSE) - {"punkt"}
    for brief in told:
        alone = [brief["variant"]] if brief["variant"] in CORRECTABLE else None
        assert brief["points"] in (alone, list(BITTEN), [])
        assert brief["programm"] == cases.KENNUNG
        assert brief["longest_line"] == max(map(len, str(brief["body"]).splitlines()))
        assert int(str(brief["longest_line"])) <= LONGEST_LINE


def test_preview_shows_the_letter_with_and_without_a_telephone(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bodies = {brief["variant"]: str(brief["body"]) for brief in previewed(config, capsys)}
    assert "Telefon" in bodies["mit-telefon"]
    assert "Telefon" not in bodies["ohne-telefon"]


def test_preview_is_to_be_read_and_touches_no_state(
    config: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["letters", "preview", "--config", config, "--programm", cases.KENNUNG]) == 0
    first = capsys.readouterr().out
    assert first.count("=== ") == first.count("--- l\u00e4ngste Zeile: ") == COUNT
    assert main(["letters", "preview", "--config", config]) == 0
    assert capsys.readouterr().out == first, "always the same"
    assert [path.name for path in tmp_path.iterdir()] == ["c.toml"]


def test_a_programme_that_is_not_there_is_told_with_those_that_are(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["letters", "preview", "--config", config, "--programm", "fremd"]) == 65
    assert cases.KENNUNG in capsys.readouterr().err


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    return shutil.copytree(cases.RULES_FOLDER, tmp_path / "rules")


def test_the_letters_of_the_project_have_no_fault() -> None:
    proof(cases.rules())


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{{ programm.gibtsnicht }}", "gibtsnicht"),
        ("{% block was %}", "TemplateSyntaxError"),
        ('{% extends "_schreiben/fehlt.txt.j2" %}', "TemplateNotFound"),
        ("{{ 1 // 0 }}", "ZeroDivisionError"),
        ("{{ postfach.telefon + 1 }}", "TypeError"),
        ("x" * 77, "more than 76 characters"),
        ("Gr\u00fc\u00dfe \u202e", "U+202E"),
        ("Gr\u00fc\u00dfe \ufeff", "U+FEFF"),
    ],
)
def test_a_fault_in_a_template_is_named_with_its_file(
    folder: Path, template: str, says: str
) -> None:
    letter = folder / cases.KENNUNG / "rueckfrage.txt.j2"
    letter.write_text(template, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        proof(load_rules(folder))
    assert all(f"{cases.KENNUNG}/rueckfrage.txt.j2" in said for said in caught.value.mistakes)
    assert any(says in said for said in caught.value.mistakes)


def test_a_fault_that_only_one_kreis_meets_is_found(folder: Path) -> None:
    letter = folder / cases.KENNUNG / "rueckfrage.txt.j2"
    letter.write_text("{{ 1 // (kreis.ags != '08437') }}", encoding="utf-8")
    with pytest.raises(ConfigError):
        proof(load_rules(folder))


def test_a_fault_in_the_draft_that_nobody_gets_keeps_no_daemon_from_starting(folder: Path) -> None:
    (folder / "_schreiben" / "eingangsbestaetigung.txt.j2").write_text("{{ gibtsnicht }}")
    proof(load_rules(folder))


def test_a_new_programme_needs_one_line_for_its_letter(folder: Path) -> None:
    toml = (folder / f"{cases.KENNUNG}.toml").read_text("utf-8")
    (folder / "zweites.toml").write_text(toml.replace(cases.KENNUNG, "zweites"), encoding="utf-8")
    (folder / "zweites").mkdir()
    line = '{% extends "_schreiben/rueckfrage.txt.j2" %}\n'
    (folder / "zweites" / "rueckfrage.txt.j2").write_text(line, encoding="utf-8")
    rules = load_rules(folder)
    proof(rules)
    second = rules.programm("zweites")
    assert second is not None
    bodies = [brief.letter.body for brief in probebriefe(rules, second)]
    assert len(bodies) == COUNT
    asking = [" ".join(body.split()) for body in bodies[:-1]]
    assert all("vollst\u00e4ndigen Antrag als PDF-Datei" in body for body in asking)
    assert not any("Per Post" in body for body in bodies)


def test_the_confirmation_confirms_the_receipt_and_is_marked_as_a_draft(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["letters", "preview", "--config", config]) == 0
    draft = " ".join(capsys.readouterr().out.rpartition("=== ")[2].split())
    assert "ENTWURF: Der Daemon verschickt sie nicht" in draft
    assert "am 23.06.2022 um 08:00 Uhr bei uns eingegangen" in draft
    assert all(name in draft for name in (*DATEIEN, NUMBER))
    assert "nur den Eingang" in draft
    assert not any(word in draft for word in ("Euro", "bewilligt", "genehmigt", "IBAN"))


@settings(deadline=None)
@given(names=st.lists(st.text(max_size=300), min_size=1, max_size=30))
def test_no_name_of_a_file_can_break_the_confirmation(names: list[str]) -> None:
    kreis, number = cases.rules().kreise[0], cases.raw()
    case = Case(
        number=NUMBER,
        order=1,
        raw=number,
        state=State.FILED,
        changed_at=number.received_at,
        attempts=1,
    )
    an = Anschrift(recipient="a@x.de", ags=kreis.ags, programm=cases.KENNUNG)
    letter = eingangsbestaetigung(case, names, cases.rules(), an=an, at=number.received_at)
    assert list(unsendable(letter)) == []
    assert letter.body.count("\n-  ") == min(len(names), 10) + (len(names) > 10)


def test_with_a_broken_letter_nothing_is_polled(folder: Path, tmp_path: Path) -> None:
    (folder / cases.KENNUNG / "rueckfrage.txt.j2").write_text("{{ programm.gibtsnicht }}")
    path = tmp_path / "broken.toml"
    path.write_text(f'state_dir = "{tmp_path}/state"\nrules_dir = "{folder}"\n')
    assert main(["once", "--config", str(path)]) == 78
