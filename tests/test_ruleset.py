"""Rules files: the project's own are whole; every mistake in one is named with file and key."""

import json
import shutil
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from inbox_daemon.core.checks import CHECKS
from inbox_daemon.core.errors import ConfigError
from inbox_daemon.core.frist import BERLIN
from inbox_daemon.core.programm import Art, Ruleset
from inbox_daemon.ruleset import load_rules
from inbox_daemon.wire import decode, encode
from tests.core import cases

PROGRAMM = f"{cases.KENNUNG}.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(cases.RULES_FOLDER, tmp_path / "rules")


def change(path: Path, old: str, new: str) -> None:
    """Replaces the first place of a text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def mistakes_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load_rules(folder)
    return caught.value.mistakes


def test_the_rules_of_the_project_name_35_landkreise_and_9_stadtkreise() -> None:
    kinds = Counter(kreis.art for kreis in cases.rules().kreise)
    assert kinds == {Art.LANDKREIS: 35, Art.STADTKREIS: 9}
    assert len({kreis.ags for kreis in cases.rules().kreise}) == 44


def test_every_kreis_has_a_planning_frame_and_they_add_up_to_the_whole() -> None:
    programm = cases.programm()
    assert {ags for ags, _ in programm.rahmen} == {kreis.ags for kreis in cases.rules().kreise}
    assert sum(amount for _, amount in programm.rahmen) == Decimal(8_000_000)
    assert all(isinstance(amount, Decimal) for _, amount in programm.rahmen)


def test_a_frame_that_is_only_estimated_says_so() -> None:
    assert cases.programm().rahmen_is_estimate


def test_a_foreign_domain_is_no_domain_of_a_kreis() -> None:
    own = {domain for kreis in cases.rules().kreise for domain in kreis.domains}
    assert own.isdisjoint(cases.rules().fremde_domains)


def test_labels_and_announcements_are_lower_case_as_they_are_compared() -> None:
    programm = cases.programm()
    said = [*programm.announcements, *(t for f in programm.felder for t in f.labels + f.not_labels)]
    assert said == [text.lower() for text in said]


def test_all_checks_are_asked_for_and_the_deadline_is_local_time() -> None:
    programm = cases.programm()
    assert programm.checks == tuple(name for name, _ in CHECKS)
    assert programm.received_before.tzinfo is BERLIN


def test_our_own_mailbox_is_none_of_a_kreis() -> None:
    postfach = cases.rules().postfach
    assert postfach.adresse.endswith(f"@{postfach.eigene_domains[0]}")
    assert set(postfach.eigene_domains) <= set(cases.rules().fremde_domains)


def test_the_version_changes_with_every_rule_and_letter_and_with_nothing_else(
    folder: Path,
) -> None:
    versions = [load_rules(folder).version]
    (folder / "_vorlage.toml").write_text("nothing")
    (folder / "notiz.txt").write_text("nothing")
    assert load_rules(folder).version == versions[0] == cases.rules().version
    for path in (folder / PROGRAMM, folder / "postfach.toml"):
        change(path, "\n", "\n# anders\n")
        versions.append(load_rules(folder).version)
    for name in (cases.KENNUNG, "_schreiben"):
        letter = folder / name / "rueckfrage.txt.j2"
        letter.write_text(letter.read_text(encoding="utf-8") + "PS", encoding="utf-8")
        versions.append(load_rules(folder).version)
    (folder / "_fuss.txt.j2").write_text("what any template may include")
    versions.append(load_rules(folder).version)
    assert len(set(versions)) == 6


def test_the_templates_come_with_the_rules_from_the_very_bytes_of_the_version(folder: Path) -> None:
    letter = folder / cases.KENNUNG / "rueckfrage.txt.j2"
    letter.write_text("Gr\u00fc\u00dfe", encoding="utf-8")
    rules = load_rules(folder)
    letter.write_text("later", encoding="utf-8")
    assert dict(rules.vorlagen)[f"{cases.KENNUNG}/rueckfrage.txt.j2"] == "Gr\u00fc\u00dfe"
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.j2")}
    assert set(dict(rules.vorlagen)) == there


def test_a_template_that_an_old_editor_saved_in_latin_1_is_named(folder: Path) -> None:
    (folder / cases.KENNUNG / "rueckfrage.txt.j2").write_bytes("Gr\u00fc\u00dfe".encode("latin-1"))
    assert any("rueckfrage.txt.j2: 'utf-8'" in mistake for mistake in mistakes_of(folder))


def test_rules_stored_before_there_were_templates_and_working_days_can_be_read() -> None:
    old = json.loads(encode(cases.rules()))
    del old["vorlagen"]
    for programm in old["programme"]:
        del programm["nachfrist_arbeitstage"]
        programm["nachfrist_days"] = 7
    found = decode(Ruleset, json.dumps(old))
    assert replace(found, vorlagen=cases.rules().vorlagen) == cases.rules()


def test_a_second_programme_is_one_more_file(folder: Path) -> None:
    shutil.copy(folder / PROGRAMM, folder / "zweites.toml")
    shutil.copytree(folder / cases.KENNUNG, folder / "zweites")
    change(folder / "zweites.toml", cases.KENNUNG, "zweites")
    change(folder / "zweites.toml", "aktiv = true", "aktiv = false")
    found = load_rules(folder)
    assert [(p.kennung, p.aktiv) for p in found.programme] == [
        (cases.KENNUNG, True),
        ("zweites", False),
    ]


BROKEN = [
    ("kreise.toml", 'ags = "08111"', 'ags = "8111"', "kreis.0.ags"),
    ("kreise.toml", 'ags = "08115"', 'ags = "08111"', "ags 08111 stands twice"),
    ("kreise.toml", 'art = "Landkreis"', 'art = "Kreis"', "kreis.1.art"),
    ("kreise.toml", 'art = "Landkreis"', 'art = "Stadtkreis"', "34 Landkreise of 44"),
    ("kreise.toml", 'name = "lrabb.de"', 'name = "stuttgart.de"', "stuttgart.de stands twice"),
    ("kreise.toml", 'name = "lrabb.de"', 'name = "kein domain"', "kreis.1.domains.0.name"),
    ("kreise.toml", "einwohner = 626275", "einwohner = 626276", "einwohner_summe says"),
    ("kreise.toml", "einwohner = 626275", "einwohner = 0", "kreis.0.einwohner"),
    ("kreise.toml", 'kurzname = "Stuttgart"', 'kurtname = "x"', "kreis.0.kurzname"),
    ("kreise.toml", 'kurzname = "Stuttgart"', 'kurtname = "x"', "kreis.0.kurtname"),
    ("postfach.toml", "authserv_id", "authserv", "authserv_id"),
    ("postfach.toml", "integrationsmanagement@", "integrationsmanagement ", "adresse"),
    ("postfach.toml", '["rps.bwl.de"]', "[]", "eigene_domains"),
    ("postfach.toml", "spam_merkmale = []", 'spam_merkmale = ["X-Spam: YES"]', "spam_merkmale"),
    (PROGRAMM, '"automatik",', '"automatik", "horoskop",', "there is no check 'horoskop'"),
    (PROGRAMM, "2022-07-23T00:00:00", "2022-07-23T00:00:00Z", "without zone"),
    (PROGRAMM, "2022-07-23T00:00:00", '"bald"', "frist.eingang_vor"),
    (PROGRAMM, 'name = "betrag"', 'name = "summe"', "the field 'betrag' is missing"),
    (PROGRAMM, 'name = "unterschrift"', 'name = "u"', "the field 'unterschrift' is missing"),
    (PROGRAMM, '"08111" = 450369.55', '"08111" = 450369.56', "add up to"),
    (PROGRAMM, '"08111" = 450369.55', '"08111" = 450369.555', "rahmen.kreise.08111"),
    (PROGRAMM, '"08111" = 450369.55', '"08111" = inf', "rahmen.kreise.08111"),
    (PROGRAMM, '"08111" = ', '"08112" = ', "exactly the 44 AGS"),
    (PROGRAMM, '"08111" = ', '"09111" = ', "rahmen.kreise.09111"),
    (PROGRAMM, "nachfrist_arbeitstage = 7", "nachfrist_arbeitstage = 5", "nachfrist_arbeitstage"),
    (PROGRAMM, "nachfrist_arbeitstage = 7", "nachfrist_arbeitstage = 7\nfrei = 1", "frei"),
    (PROGRAMM, "aktiv = true", "aktiv = true\naktiv = true", "overwrite"),
    (PROGRAMM, f'kennung = "{cases.KENNUNG}"', 'kennung = "../x"', "kennung"),
]


@pytest.mark.parametrize(("name", "old", "new", "says"), BROKEN)
def test_a_mistake_is_named_with_its_file_and_place(
    folder: Path, name: str, old: str, new: str, says: str
) -> None:
    change(folder / name, old, new)
    found = mistakes_of(folder)
    assert any(says in mistake and name in mistake for mistake in found), found


def test_all_mistakes_of_all_files_come_at_once(folder: Path) -> None:
    change(folder / "kreise.toml", "einwohner = 626275", "einwohner = 1")
    change(folder / "postfach.toml", "authserv_id", "authserv")
    change(folder / PROGRAMM, '"automatik"', '"horoskop"')
    text = "\n".join(mistakes_of(folder))
    assert all(says in text for says in ("einwohner_summe", "authserv_id", "horoskop"))


def test_an_empty_folder_lacks_all_three_files(tmp_path: Path) -> None:
    found = mistakes_of(tmp_path)
    assert len(found) == 3
    assert sum("the file is missing" in mistake for mistake in found) == 2
    assert "no programme" in found[2]


def test_without_the_list_of_kreise_the_programme_is_still_looked_at(folder: Path) -> None:
    (folder / "kreise.toml").unlink()
    change(folder / PROGRAMM, '"automatik"', '"horoskop"')
    found = mistakes_of(folder)
    assert len(found) == 2


def test_broken_toml_is_named_with_its_line(folder: Path) -> None:
    (folder / PROGRAMM).write_text("kennung = \n", encoding="utf-8")
    assert any(PROGRAMM in m and "line 1" in m for m in mistakes_of(folder))


def test_a_file_that_an_old_editor_saved_in_latin_1_is_named(folder: Path) -> None:
    path = folder / PROGRAMM
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1", "replace"))
    assert any(PROGRAMM in mistake for mistake in mistakes_of(folder))


def test_two_files_of_one_programme_are_a_mistake(folder: Path) -> None:
    shutil.copy(folder / PROGRAMM, folder / "zweites.toml")
    assert mistakes_of(folder)


def test_a_programme_without_its_letter_is_a_mistake(folder: Path) -> None:
    shutil.rmtree(folder / cases.KENNUNG)
    assert any("rueckfrage" in mistake for mistake in mistakes_of(folder))


@pytest.mark.parametrize("word", ["ablegen", "mensch"])
def test_what_becomes_of_an_unproven_sender_is_a_rule(folder: Path, word: str) -> None:
    change(folder / PROGRAMM, 'unbestaetigt = "mensch"', f'unbestaetigt = "{word}"')
    assert load_rules(folder).programme[0].unproven == word


def test_without_that_rule_an_unproven_sender_goes_to_a_person(folder: Path) -> None:
    change(folder / PROGRAMM, '[absender]\nunbestaetigt = "mensch"', "")
    assert load_rules(folder).programme[0].unproven == "mensch"


def test_another_word_for_it_is_a_mistake(folder: Path) -> None:
    change(folder / PROGRAMM, 'unbestaetigt = "mensch"', 'unbestaetigt = "beantworten"')
    assert any("absender.unbestaetigt" in mistake for mistake in mistakes_of(folder))
