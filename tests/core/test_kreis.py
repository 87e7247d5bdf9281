"""Which Kreis an address or a text means: every one of the 44, and no wrong one."""

import string
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_daemon.core.kreis import Ambiguous, KreisMatch, Matched, Unknown, by_address, by_text
from inbox_daemon.core.programm import Art, Kreis
from tests.core.cases import rules

KREISE = rules().kreise
LANDKREISE = [kreis for kreis in KREISE if kreis.art is Art.LANDKREIS]
STAEDTE = {kreis.kurzname: kreis.ags for kreis in KREISE if kreis.art is Art.STADTKREIS}
SHARED = ("Heilbronn", "Karlsruhe")
LETTERS = string.ascii_lowercase + "äöüß -"


def of(name: str) -> Kreis:
    return next(kreis for kreis in KREISE if kreis.name == name)


@pytest.mark.parametrize("kreis", KREISE, ids=lambda kreis: kreis.ags)
def test_every_name_and_administration_of_the_44_matches_itself(kreis: Kreis) -> None:
    for text in (kreis.name, kreis.verwaltung, kreis.name.upper(), f"  {kreis.verwaltung}, "):
        assert by_text(text, rules()) == Matched(ags=kreis.ags)


@pytest.mark.parametrize("name", SHARED)
def test_a_stadt_and_a_landkreis_of_one_name_are_never_confused(name: str) -> None:
    stadt, land = of(f"Stadtkreis {name}").ags, of(f"Landkreis {name}").ags
    assert by_text(f"Stadt {name}", rules()) == Matched(ags=stadt)
    assert by_text(f"Landratsamt {name}", rules()) == Matched(ags=land)
    assert by_text(name, rules()) == Ambiguous(ags=(stadt, land))


@pytest.mark.parametrize("name", SHARED)
def test_a_text_that_names_both_kinds_is_ambiguous(name: str) -> None:
    both = of(f"Stadtkreis {name}").ags, of(f"Landkreis {name}").ags
    assert by_text(f"Stadtkreis/Landkreis {name}", rules()) == Ambiguous(ags=both)


def test_both_kinds_of_a_name_that_nobody_has_are_unknown() -> None:
    assert by_text("Stadt- und Landkreis Musterhausen", rules()) == Unknown()


@pytest.mark.parametrize("kreis", LANDKREISE, ids=lambda kreis: kreis.ags)
def test_the_seat_city_is_no_applicant_unless_it_is_a_stadtkreis_itself(kreis: Kreis) -> None:
    seat = STAEDTE.get(kreis.sitz)
    expected: KreisMatch = Matched(ags=seat) if seat else Unknown()
    assert by_text(f"Stadt {kreis.sitz}", rules()) == expected
    assert by_text(f"Bürgermeisteramt {kreis.sitz}", rules()) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "1234", "Landkreis", "Stadt", "Landratsamt", "Große Kreisstadt",
        "Landkreis Ulm", "Landkreis Mannheim", "Landkreis Stuttgart", "Neu-Ulm",
        "Landkreis Neu-Ulm", "Große Kreisstadt Göppingen", "Universitätsstadt Tübingen",
        "Gemeinde Bad Friedrichshall", "Universität Heidelberg", "Stadtwerke Ulm",
        "Regierungspräsidium Karlsruhe", "Landgericht Ulm", "Landratsamt Freiburg",
        "Landkreis Göppingen und Landkreis Esslingen", "Pforzheim / Enzkreis",
        "Baden-Baden (Landkreis Rastatt)", "Esslingen am Neckar", "東京",
    ],
)  # fmt: skip
def test_what_is_none_of_the_44_stays_unknown(text: str) -> None:
    assert by_text(text, rules()) == Unknown()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Landeshauptstadt Stuttgart", "Stadtkreis Stuttgart"),
        ("Stadt Freiburg", "Stadtkreis Freiburg im Breisgau"),
        ("Stadt Freiburg i. Br.", "Stadtkreis Freiburg im Breisgau"),
        ("Stadt Heilbronn am Neckar", "Stadtkreis Heilbronn"),
        ("Ulm", "Stadtkreis Ulm"),
        ("Enzkreis", "Enzkreis"),
        ("Rems-Murr", "Rems-Murr-Kreis"),
        ("LRA Göppingen", "Landkreis Göppingen"),
        ("Lkr. Esslingen", "Landkreis Esslingen"),
        ("Landkreis Goeppingen", "Landkreis Göppingen"),
        ("Landkrels Karlsruhe", "Landkreis Karlsruhe"),
        ("Stadtkre1s Karlsruhe", "Stadtkreis Karlsruhe"),
        ("Landratsamf Tübingen", "Landkreis Tübingen"),
        ("Landkreis Lo\u0308rrach", "Landkreis Lörrach"),
    ],
)
def test_usual_ways_of_writing_and_damage_by_ocr_are_understood(text: str, name: str) -> None:
    expected = of(name).ags
    match by_text(text, rules()):
        case Matched(ags=ags):
            assert ags == expected
        case other:
            pytest.fail(f"{text}: {other}")


@pytest.mark.parametrize("text", ["Kreisverwaltung Pforzheim", "Kreis Heidelberg", "Kreis Ulm"])
def test_a_kreis_named_after_the_city_where_it_sits_is_not_that_city(text: str) -> None:
    """Enzkreis, Rhein-Neckar-Kreis and Alb-Donau-Kreis have their seats there."""
    assert not isinstance(by_text(text, rules()), Matched)


def test_a_landkreis_named_without_its_kind_is_left_to_a_person() -> None:
    assert by_text("Göppingen", rules()) == Ambiguous(ags=(of("Landkreis Göppingen").ags,))


@pytest.mark.parametrize(
    ("text", "ags"),
    [
        ("Landkreis Neuenburg-Hochschwarzland", ("08001",)),
        ("Landkreis Neuenberg-Hochschwarzland", ("08002",)),
        ("Landkreis Neuenburg-Hochschwarzlan", ("08001", "08002")),
    ],
)
def test_of_two_names_much_alike_only_the_exact_one_is_sure(
    text: str, ags: tuple[str, ...]
) -> None:
    names = {"08001": "Neuenburg-Hochschwarzland", "08002": "Neuenberg-Hochschwarzland"}
    alike = tuple(
        replace(of("Landkreis Calw"), ags=key, kurzname=name, name=f"Landkreis {name}")
        for key, name in names.items()
    )
    found = by_text(text, replace(rules(), kreise=alike))
    assert found == (Matched(ags=ags[0]) if len(ags) == 1 else Ambiguous(ags=ags))


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_one_wrong_character_never_makes_another_kreis(data: st.DataObject) -> None:
    kreis = data.draw(st.sampled_from(KREISE))
    text = data.draw(st.sampled_from([kreis.name, kreis.verwaltung, kreis.kurzname]))
    place = data.draw(st.integers(0, len(text) - 1))
    instead = data.draw(st.sampled_from(["", *LETTERS, *(c + text[place] for c in LETTERS)]))
    match by_text(text[:place] + instead + text[place + 1 :], rules()):
        case Matched(ags=ags):
            assert ags == kreis.ags
        case Ambiguous() | Unknown():
            pass


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_gets_an_answer(text: str) -> None:
    assert isinstance(by_text(text, rules()), Matched | Ambiguous | Unknown)


@pytest.mark.parametrize("kreis", KREISE, ids=lambda kreis: kreis.ags)
def test_every_domain_of_the_44_and_what_lies_below_it_is_theirs(kreis: Kreis) -> None:
    for domain in kreis.domains:
        for addr in (f"a@{domain}", f"a@post.{domain}", f"A@{domain.upper()}.", f"x@y@{domain}"):
            assert by_address(addr, rules()) == Matched(ags=kreis.ags)


@pytest.mark.parametrize("kreis", KREISE, ids=lambda kreis: kreis.ags)
def test_a_domain_is_compared_by_whole_labels(kreis: Kreis) -> None:
    tops = [d for d in kreis.domains if not any(d.endswith(f".{own}") for own in kreis.domains)]
    for domain in tops:
        for addr in (f"a@evil-{domain}", f"a@evil{domain}", f"a@{domain}.evil.example"):
            assert by_address(addr, rules()) == Unknown()


@pytest.mark.parametrize("domain", rules().fremde_domains)
def test_a_domain_that_only_looks_like_a_kreis_is_unknown(domain: str) -> None:
    assert by_address(f"a@{domain}", rules()) == Unknown()
    assert by_address(f"a@amt.{domain}", rules()) == Unknown()


@pytest.mark.parametrize("addr", ["", "@", "a@", "a", "a@.", "a@de"])
def test_an_address_without_a_known_domain_is_unknown(addr: str) -> None:
    assert by_address(addr, rules()) == Unknown()


def test_a_domain_that_two_kreise_claim_is_ambiguous() -> None:
    one, two = (replace(kreis, domains=("gemeinsam.example",)) for kreis in KREISE[:2])
    shared = replace(rules(), kreise=(one, two))
    assert by_address("a@gemeinsam.example", shared) == Ambiguous(ags=(one.ags, two.ags))
