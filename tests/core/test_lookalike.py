"""Domains that the eye takes for one of a Kreis, and those that it does not."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_daemon.core.kreis import Unknown, by_address
from inbox_daemon.core.lookalike import looks_like, one_slip, skeleton
from tests.core.cases import rules

DOMAINS = [domain for kreis in rules().kreise for domain in kreis.domains]
LETTERS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", max_size=20)


@pytest.mark.parametrize("domain", [*DOMAINS, *rules().fremde_domains])
def test_a_domain_of_the_rules_resembles_none(domain: str) -> None:
    for host in (domain, f"post.{domain}", domain.upper(), f"{domain}."):
        assert looks_like(host, rules()) is None


@pytest.mark.parametrize(
    "domain",
    [
        "example.org", "web.de", "t-online.de", "gmail.com", "bund.de", "bwl.de", "sm.bwl.de",
        "rps.bwl.de", "kvjs.de", "komm.one", "landkreistag-bw.de", "staedtetag-bw.de",
        "uni-karlsruhe.de", "stadtwerke-ulm.de", "caritas-heilbronn.de", "monheim.de",
        "landkreis-goettingen.de", "rw.de", "rv.com", "ulmer.de", "de", "", ".", "xn--.de",
        "xn--\u20ac.de",
    ],
)  # fmt: skip
def test_a_stranger_of_his_own_name_resembles_none(domain: str) -> None:
    assert looks_like(domain, rules()) is None


def test_what_the_rules_call_foreign_or_our_own_resembles_none() -> None:
    known = rules()
    assert looks_like("karlsruhe.com", known) == looks_like("post.karlsruhe.com", known)
    foreign = replace(known, fremde_domains=(*known.fremde_domains, "karlsruhe.com"))
    own = replace(known, postfach=replace(known.postfach, eigene_domains=("karlsruhe.com",)))
    for told in (foreign, own):
        assert looks_like("karlsruhe.com", told) is None
        assert looks_like("post.karlsruhe.com", told) is None


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("k\u0430rlsruhe.de", "karlsruhe.de"),
        ("xn--" + "k\u0430rlsruhe".encode("punycode").decode() + ".de", "karlsruhe.de"),
        ("karlsruhe.com", "karlsruhe.de"),
        ("KarIsruhe.de", "karlsruhe.de"),
        ("kar1sruhe.de", "karlsruhe.de"),
        ("post.karlsruhe.de.evil.example", "karlsruhe.de"),
        ("rnannheim.de", "mannheim.de"),
        ("manheim.de", "mannheim.de"),
        ("u1m.de", "ulm.de"),
        ("landkreis-göppingen.de", "landkreis-goeppingen.de"),
        ("landkreis-goppingen.de", "landkreis-goeppingen.de"),
        ("rheinneckarkreis.de", "rhein-neckar-kreis.de"),
        ("landratsamt-calw.de", "kreis-calw.de"),
        ("kreis-calw-de.example", "kreis-calw.de"),
        ("stadt-ulm.de", "ulm.de"),
    ],
)
def test_a_likeness_is_told_with_the_domain_that_is_meant(domain: str, meant: str) -> None:
    assert looks_like(domain, rules()) == meant


@settings(max_examples=200, deadline=None)
@given(name=LETTERS, top=st.sampled_from(["de", "com", "karlsruhe.de", "ulm.de", "example"]))
def test_what_resembles_a_kreis_is_never_a_kreis(name: str, top: str) -> None:
    domain = f"{name}.{top}"
    if looks_like(domain, rules()) is not None:
        assert by_address(f"a@{domain}", rules()) == Unknown()


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=40))
def test_any_text_has_a_skeleton_and_it_is_its_own(text: str) -> None:
    looks_like(text, rules())
    assert skeleton(skeleton(text)) is not None


@settings(max_examples=200, deadline=None)
@given(word=st.text("abc", min_size=1, max_size=8), other=st.text("abc", max_size=8))
def test_one_slip_is_the_same_from_both_sides(word: str, other: str) -> None:
    assert one_slip(word, other) == one_slip(other, word)
    assert one_slip(word, word) is False
    assert one_slip(word, word[1:]) is True
    assert not one_slip(word, word + other) or len(other) == 1
