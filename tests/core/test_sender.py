"""How far a sender is proven: by the topmost word of our own server, aligned with From."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_daemon.core.sender import Grade, grade_of
from inbox_daemon.core.values import Address
from tests.core.cases import DOMAIN, PASSED, SERVER, address, mail

CONFIRMED, UNPROVEN, CONTRADICTED = Grade.CONFIRMED, Grade.UNPROVEN, Grade.CONTRADICTED


def graded(*authentication: str, addr: str = f"a@{DOMAIN}") -> Grade:
    return grade_of(mail(from_=(address(addr),), authentication=authentication), SERVER)


@pytest.mark.parametrize("senders", [(), (address("a@x.de"), address("b@y.de"))])
def test_no_sender_or_two_senders_contradict_each_other(senders: tuple[Address, ...]) -> None:
    assert grade_of(mail(from_=senders), SERVER) is CONTRADICTED


@pytest.mark.parametrize(
    "result",
    [
        f"dkim=pass header.d={DOMAIN}",
        f"dkim=pass (good key) header.d={DOMAIN} header.s=x",
        f"DKIM = PASS header.d={DOMAIN.upper()}",
        f'dkim=pass header.i="@{DOMAIN}"',
        f"dmarc=pass header.from={DOMAIN}",
        f"spf=pass smtp.mailfrom=bounce@mail.{DOMAIN}",
        f"dkim=fail header.d=x.example; dkim=pass header.d={DOMAIN}",
        f"spf=fail smtp.mailfrom=x.example; dkim=pass header.d={DOMAIN}",
    ],
)
def test_an_aligned_pass_of_our_server_confirms(result: str) -> None:
    assert graded(f"{SERVER}; {result}") is CONFIRMED
    assert graded(f"{SERVER.upper()} 1; {result}") is CONFIRMED


def test_the_organisation_may_sign_for_its_subdomain() -> None:
    assert graded(f"{SERVER}; dkim=pass header.d={DOMAIN}", addr=f"a@amt.{DOMAIN}") is CONFIRMED


@pytest.mark.parametrize(
    "result",
    [
        "",
        "none",
        f"dkim=none header.d={DOMAIN}",
        f"dkim=fail header.d={DOMAIN}",
        f"dkim=passable header.d={DOMAIN}",
        f"spf=softfail smtp.mailfrom={DOMAIN}",
        "dkim=pass",
        "dkim=pass header.d=evil.example",
        f"dkim=pass header.d=evil{DOMAIN}",
        f"dkim=pass header.d={DOMAIN}.evil.example",
        f"arc=pass header.d={DOMAIN}",
        f"(dkim=pass header.d={DOMAIN}) dkim=fail header.d=x.example",
        f"dkim=fail (dkim=pass header.d={DOMAIN} ) header.d=x.example",
        f"(x; dkim=pass header.d={DOMAIN} ; y) dkim=fail header.d=x.example",
        "dkim=pass header.d=",
        f"spf=pass smtp.helo={DOMAIN}",
        f"spf=pass smtp.helo={DOMAIN} smtp.mailfrom=x@evil.example",
        f"spf=pass smtp.mailfrom=x@{DOMAIN}(.evil.example",
        f"spf=pass smtp.mailfrom=x@{DOMAIN}(x).evil.example",
        f"spf=pass smtp.mailfrom=x@{DOMAIN}(.evil.example)",
        f'spf=pass smtp.mailfrom="x@{DOMAIN}',
        f"dkim=pass header.d={DOMAIN} (cut off",
        f"spf=pass smtp.mailfrom=x@{DOMAIN} .evil.example",
        f"dkim=pass header.from={DOMAIN}",
        f"dkim=pass header.d=evil.example header.i=@{DOMAIN}",
        f"dkim=pass header.d=evil.example header.d={DOMAIN}",
        f"x-dkim=pass header.d={DOMAIN}",
        f"dmarc=pass header.from=sub.{DOMAIN}",
        "dkim=pass header.d=de",
        f"dkim=pass header.d=.{DOMAIN}",
        f'dkim=none reason="; dkim=pass header.d={DOMAIN}',
    ],
)
def test_anything_less_than_an_aligned_pass_proves_nothing(result: str) -> None:
    assert graded(f"{SERVER}; {result}") is UNPROVEN


@pytest.mark.parametrize(
    "result",
    [
        f"(a (b) dkim=pass header.d={DOMAIN} ) dkim=fail header.d=x.example",
        f"dkim=fail (a (b); dkim=pass header.d={DOMAIN} ;) header.d=x.example",
        f'spf=fail smtp.mailfrom="a; dkim=pass header.d={DOMAIN} ;"@x.example',
    ],
)
def test_what_a_sender_may_write_into_comments_and_strings_is_no_result(result: str) -> None:
    assert graded(f"{SERVER}; {result}") is UNPROVEN


def test_a_dmarc_failure_contradicts_also_where_its_rest_cannot_be_read() -> None:
    both = f"dkim=pass header.d={DOMAIN}; dmarc=fail policy not met header.from={DOMAIN}"
    assert graded(f"{SERVER}; {both}") is CONTRADICTED


def test_a_dmarc_failure_contradicts_even_beside_a_pass() -> None:
    both = f"dkim=pass header.d={DOMAIN}; dmarc=fail (p=REJECT) header.from={DOMAIN}"
    assert graded(f"{SERVER}; {both}") is CONTRADICTED


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ("",),
        (";",),
        (PASSED.replace(SERVER, "mx.evil.example"),),
        (PASSED.replace(SERVER, f"{SERVER}.evil.example"),),
        ("mx.evil.example; none", PASSED),
        (f"{SERVER}; none", PASSED),
        (f"({SERVER}) mx.evil.example; dkim=pass header.d={DOMAIN}",),
        (f"{SERVER} .evil.example; dkim=pass header.d={DOMAIN}",),
    ],
)
def test_only_the_topmost_field_of_our_own_server_is_believed(fields: tuple[str, ...]) -> None:
    assert graded(*fields) is UNPROVEN


def test_a_sender_without_domain_is_confirmed_by_nothing() -> None:
    assert graded(PASSED, addr="") is UNPROVEN


@pytest.mark.parametrize("defect", ["absender-unklar", "kopf-doppelt", "kopf-defekt"])
def test_where_two_programs_may_see_two_senders_nothing_is_confirmed(defect: str) -> None:
    seen = mail(authentication=(PASSED,), defects=(defect,))
    assert grade_of(seen, SERVER) is UNPROVEN


@settings(max_examples=200, deadline=None)
@given(
    server=st.sampled_from([SERVER, f"({SERVER})", "mx.evil.example", f"{SERVER}.evil.example"]),
    words=st.lists(
        st.sampled_from(
            ["dkim", "spf", "=", "pass", ";", "(", ")", '"', "\\", " ", "header.d", ".evil.example",
             "smtp.mailfrom", "evil.example", "@", "x", "none", "dmarc", "header.from"]
        ),
        max_size=30,
    ),
)  # fmt: skip
def test_no_words_without_the_domain_of_the_sender_confirm_him(
    server: str, words: list[str]
) -> None:
    assert graded(f"{server}; {''.join(words)}") is not CONFIRMED
