"""Learned forms outlive a restart, and nothing a child says can name a file of its choice."""

from dataclasses import replace
from pathlib import Path

import pytest

from inbox_daemon.core.formular import Formularseite
from inbox_daemon.edges.forms import MOST, KnownForms

FORM = Formularseite(
    kennung="0123456789abcdef",
    fassung=1,
    lines=((10.0, 20.0, 90.0, 24.0),),
    bands=((0.0, 18.0, 210.0, 30.0),),
    blocks=(),
)


def test_a_form_is_known_after_a_restart(tmp_path: Path) -> None:
    KnownForms(tmp_path / "forms").learn([FORM])
    assert KnownForms(tmp_path / "forms").known() == (FORM,)


def test_only_a_later_version_takes_the_place_of_a_form() -> None:
    forms = KnownForms()
    later = replace(FORM, fassung=2, bands=())
    forms.learn([later, FORM])
    assert forms.known() == (later,)


def test_the_oldest_form_makes_room(tmp_path: Path) -> None:
    forms = KnownForms(tmp_path)
    forms.learn(replace(FORM, kennung=f"{n:016x}") for n in range(MOST + 2))
    assert len(forms.known()) == MOST == len(list(tmp_path.glob("*.json")))
    assert forms.known()[0].kennung == f"{2:016x}"


@pytest.mark.parametrize(
    "form",
    [
        replace(FORM, kennung="../../etc/passwd"),
        replace(FORM, kennung="0123"),
        replace(FORM, lines=()),
        replace(FORM, lines=((0.0, 0.0, float("nan"), 1.0),)),
        replace(FORM, bands=((0.0, 0.0, float("inf"), 1.0),)),
        replace(FORM, lines=FORM.lines * 500),
    ],
)
def test_an_implausible_form_is_not_learned(tmp_path: Path, form: Formularseite) -> None:
    forms = KnownForms(tmp_path)
    forms.learn([form])
    assert forms.known() == ()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_left_alone(tmp_path: Path) -> None:
    KnownForms(tmp_path).learn([FORM])
    (tmp_path / "ffffffffffffffff.json").write_text("{", encoding="ascii")
    assert KnownForms(tmp_path).known() == (FORM,)
    assert (tmp_path / "ffffffffffffffff.json").exists()
