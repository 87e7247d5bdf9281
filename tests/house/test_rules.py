"""The template of a programme is valid as it stands, and names every check."""

import shutil
import tomllib
from pathlib import Path

from inbox_daemon.core.checks import CHECKS
from inbox_daemon.ruleset import load_rules

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "rules"


def test_the_template_is_no_rule_itself() -> None:
    assert "vorlage" not in {programm.kennung for programm in load_rules(RULES).programme}


def test_a_copy_of_the_template_is_a_valid_programme(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    shutil.copy(RULES / "_vorlage.toml", folder / "vorlage.toml")
    shutil.copytree(RULES / "soforthilfe-ukraine-2022", folder / "vorlage")
    programm = load_rules(folder).programm("vorlage")
    assert programm is not None
    assert not programm.aktiv


def test_the_template_names_every_check_in_order() -> None:
    template = tomllib.loads((RULES / "_vorlage.toml").read_text("utf-8"))
    assert template["pruefungen"]["namen"] == [name for name, _ in CHECKS]


def test_every_programme_has_its_letter() -> None:
    for programm in load_rules(RULES).programme:
        assert (RULES / programm.kennung / "rueckfrage.txt.j2").is_file()
