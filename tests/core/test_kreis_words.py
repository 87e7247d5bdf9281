"""What the words of a mail say about the Kreis: only what is named with its kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_daemon.core.kreis import Ambiguous, KreisMatch, KreisSources, Matched, Unknown
from inbox_daemon.core.kreis_words import by_words
from inbox_daemon.core.programm import Art, Kreis
from inbox_daemon.core.verdict import Escalate, Result
from tests.core import cases
from tests.core.cases import of_mail, rules

KREISE = rules().kreise
KARLSRUHE = ("08212", "08215")
GREETING = "Mit freundlichen Grüßen\n\n"


@pytest.mark.parametrize("kreis", KREISE, ids=lambda kreis: kreis.ags)
def test_every_name_with_its_kind_is_found_in_a_sentence_and_under_a_greeting(kreis: Kreis) -> None:
    for text in (
        f"anbei der Antrag: {kreis.name}.",
        f"Für das {kreis.verwaltung}, Amt 5:",
        f"Guten Tag,\n\n{GREETING}{kreis.verwaltung.upper()}\nRathausplatz 1, 70000 Ort",
        f"Guten Tag\n--\n{kreis.verwaltung}\n",
    ):
        assert by_words(text, rules()) == Matched(ags=kreis.ags)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("des Landkreises Rastatt", Matched(ags="08216")),
        ("des Enzkreises", Matched(ags="08236")),
        ("LRA Calw", Matched(ags="08235")),
        ("Stadt Freiburg i. Br.", Matched(ags="08311")),
        ("Landkreis Goeppingen", Matched(ags="08117")),
        ("Stadt- und Landkreis Karlsruhe", Ambiguous(ags=KARLSRUHE)),
        ("Stadt-/Landkreis Karlsruhe", Ambiguous(ags=KARLSRUHE)),
        ("Stadt Ulm und Alb-Donau-Kreis", Ambiguous(ags=("08421", "08425"))),
    ],
)
def test_usual_ways_of_naming_are_understood(text: str, found: KreisMatch) -> None:
    assert by_words(text, rules()) == found


@pytest.mark.parametrize(
    "text",
    [
        "", "Karlsruhe", "Stadt Calw", "Große Kreisstadt Calw", "Landkreis Neu-Ulm", "Landkreis",
        "Kreissparkasse Calw", "Regierungspräsidium Stuttgart", "Metropolregion Rhein-Neckar",
        "Landkreistag", "Landkreise Calw und Rastatt", "Landkreis Ulm", "76133 Karlsruhe",
        "Nach Rücksprache mit dem Landkreis Calw", "wie im Landkreis Calw",
        "beim Landratsamt Calw", "der Nachbarkreis Landkreis Calw",
    ],
)  # fmt: skip
def test_places_and_neighbours_name_nobody(text: str) -> None:
    assert by_words(text, rules()) == Unknown()


def test_the_signature_block_counts_before_what_the_text_mentions() -> None:
    text = f"Antrag für Vertriebene im Landkreis Rastatt\n\n{GREETING}Landratsamt Calw\nAmt 3"
    assert by_words(text, rules()) == Matched(ags="08235")


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=80))
def test_any_text_gets_an_answer(text: str) -> None:
    assert isinstance(by_words(text, rules()), Matched | Ambiguous | Unknown)


def test_a_text_only_contradicts_when_it_is_sure_and_alone() -> None:
    one, other = Matched(ags="08215"), Matched(ags="08216")
    assert KreisSources(form=one, sender=one, text=other).contradicted_by_text()
    assert KreisSources(sender=one, text=other).contradicted_by_text()
    assert not KreisSources(form=one, sender=one, text=one).contradicted_by_text()
    several = Ambiguous(ags=("08216", "08235"))
    assert not KreisSources(form=one, sender=one, text=several).contradicted_by_text()
    assert not KreisSources(form=one, sender=other, text=other).contradicted_by_text()
    assert not KreisSources(text=other).contradicted_by_text()


OWN = f"Guten Tag, anbei unser Antrag.\n\n{GREETING}Landratsamt Karlsruhe\n"


def test_a_mail_signed_by_another_kreis_goes_to_a_person_who_sees_what_each_source_said() -> None:
    found = cases.verdict(of_mail(text=OWN.replace("Karlsruhe", "Calw")))
    assert isinstance(found, Escalate)
    assert found.reasons == ("absender-text",)
    doubt = next(f for f in found.findings if f.check == "absender")
    assert doubt.result is Result.UNSURE
    assert dict(doubt.values) == {
        "ags": cases.AGS, "antrag": cases.KREIS, "absender": cases.KREIS, "text": "Landkreis Calw",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        OWN,
        f"{OWN}\n\nAm 1.7. schrieb Landratsamt Calw:\n> Landratsamt Calw\n",
        f"{OWN}\nVon: Landratsamt Calw\nGesendet: Montag\n{GREETING}Landratsamt Calw",
        OWN.replace("unser Antrag", "unser Antrag wie vom Landratsamt Calw empfohlen"),
        f"Guten Tag, Grüße von Stadt Karlsruhe und Landkreis Calw\n{GREETING}Max Muster",
    ],
)
def test_what_others_are_quoted_with_or_named_for_raises_no_doubt(text: str) -> None:
    assert cases.verdict(of_mail(text=text)).kind == "accept"


def test_a_stadt_and_a_landkreis_of_one_name_are_told_apart_in_the_signature() -> None:
    stadt = next(k for k in KREISE if k.art is Art.STADTKREIS and k.kurzname == "Karlsruhe")
    found = cases.verdict(of_mail(text=OWN.replace("Landratsamt", "Stadt")))
    assert isinstance(found, Escalate)
    assert found.reasons == ("absender-text",)
    doubt = next(f for f in found.findings if f.check == "absender")
    assert dict(doubt.values)["text"] == stadt.name
