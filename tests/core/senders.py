"""Senders as bytes of mail: right ones, cities, look-alikes, tricks with names and with results.

Promises: the same table at every run; `true_of` is set only where the mail is what it seems.
Touches: rules/, once. Trusts: tests.core.cases. Limits: the people in here do not exist.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

from inbox_daemon.core.programm import Kreis
from tests.core.cases import SERVER, rules

EVIL = "evil.example"
KREISE = rules().kreise
DOMAINS = tuple((kreis, domain) for kreis in KREISE for domain in kreis.domains)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """A mail; `true_of` is the AGS it is proven to come from, `code` what the check must say."""

    kind: str
    mail: bytes
    claims: Kreis
    true_of: str = ""
    code: str = ""


def passed(domain: str) -> str:
    """The word of our own server on a mail with three proofs."""
    return (
        f"{SERVER}; dkim=pass header.d={domain}; spf=pass smtp.mailfrom=x@{domain};"
        f" dmarc=pass header.from={domain}"
    )


def written(from_: str, *results: str, more: str = "") -> bytes:
    """A mail with these From and Authentication-Results fields, topmost first."""
    fields = "".join(f"Authentication-Results: {result}\r\n" for result in results)
    head = (
        f"{fields}Received: from a by {SERVER}; Mon, 11 Jul 2022 10:30:00 +0200\r\n{from_}"
        f"{more}To: integrationsmanagement@rps.bwl.de\r\nSubject: Antrag Soforthilfe\r\n"
        "Message-ID: <1@kreis.example>\r\n\r\nGuten Tag, anbei unser Antrag.\r\n"
    )
    return head.encode()


def from_(mailbox: str) -> str:
    """The field with this mailbox."""
    return f"From: {mailbox}\r\n"


def right() -> Iterator[Sender]:
    """Every domain of the list, itself and one below, in small and large letters."""
    for kreis, domain in DOMAINS:
        for host in (domain, f"post.{domain}", domain.upper()):
            box = from_(f'"{kreis.verwaltung}" <poststelle@{host}>')
            yield Sender(
                kind="right", mail=written(box, passed(host)), claims=kreis, true_of=kreis.ags
            )


def cities() -> Iterator[Sender]:
    """Cities and others that are no applicants, proven to be what they are."""
    for kreis, domain in zip(cycle(KREISE), rules().fremde_domains, strict=False):
        for host in (domain, f"rathaus.{domain}"):
            mail = written(from_(f"post@{host}"), passed(host))
            yield Sender(kind="city", mail=mail, claims=kreis, code="absender-unbekannt")


_CYRILLIC = str.maketrans("aeopcyx", "\u0430\u0435\u043e\u0440\u0441\u0443\u0445")


def likenesses(domain: str) -> Iterator[tuple[str, str, bool]]:
    """(kind, domain, whether the check must see the likeness) for one right domain."""
    name, _, top = domain.rpartition(".")
    long = len(name.replace("-", "")) >= 8 and "." not in name
    swapped = name.translate(_CYRILLIC)
    if swapped != name:
        puny = ".".join(
            label if label.isascii() else "xn--" + label.encode("punycode").decode()
            for label in f"{swapped}.{top}".split(".")
        )
        yield "homoglyph", f"{swapped}.{top}", True
        yield "punycode", puny, True
        yield "punycode below", f"post.{puny}", True
    for plain, other in (("o", "0"), ("l", "1"), ("i", "l"), ("m", "rn"), ("w", "vv"), ("d", "cl")):
        if plain in name:
            yield f"{other} for {plain}", f"{name.replace(plain, other, 1)}.{top}", True
    for spelt, letter in (("oe", "ö"), ("ue", "ü"), ("ae", "ä")):
        if spelt in name:
            yield "umlaut", f"{name.replace(spelt, letter, 1)}.{top}", True
    yield "other top", f"{name}.com", len(name) >= 3
    yield "as a label", f"{domain}.{EVIL}", True
    yield "with hyphens", f"{domain.replace('.', '-')}.{EVIL}", len(domain) > 5
    yield "letter left out", f"{name[:2] + name[3:]}.{top}", long
    yield "letter doubled", f"{name[:3]}{name[2:]}.{top}", long
    yield "letters swapped", f"{name[:1]}{name[2:3]}{name[1:2]}{name[3:]}.{top}", long
    yield "longer", f"evil{domain}", False
    yield "prefixed", f"evil-{domain}", False


def lookalikes() -> Iterator[Sender]:
    """Each right domain as somebody else may register it, proven to be his."""
    known = {domain for _, domain in DOMAINS} | set(rules().fremde_domains)
    for kreis, domain in DOMAINS:
        for kind, host, seen in likenesses(domain):
            if host in known or len(domain.split(".")[0]) < 3 or domain.count(".") > 1:
                continue
            mail = written(from_(f"post@{host}"), passed(host))
            code = "absender-aehnlich" if seen else ""
            yield Sender(kind=f"look-alike: {kind}", mail=mail, claims=kreis, code=code)


def _word(text: str) -> str:
    return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="


def names() -> Iterator[Sender]:
    """A stranger, proven to be one, whose display name says that he is a Kreis."""
    for kreis in KREISE[::2]:
        domain = kreis.domains[0]
        for box in (
            f'"poststelle@{domain}" <a@{EVIL}>',
            f'"{kreis.verwaltung} (poststelle@{domain})" <a@{EVIL}>',
            f'"{kreis.verwaltung}, {domain}" <a@{EVIL}>',
            f"{_word(f'{kreis.verwaltung} <poststelle@{domain}>')} <a@{EVIL}>",
            f"{_word(domain)} <a@{EVIL}>",
            f"a@{EVIL} (poststelle@{domain})",
            f'"poststelle\uff20{domain}" <a@{EVIL}>',
            f"{_word(kreis.name)} <a@{EVIL}>",
        ):
            mail = written(from_(box), passed(EVIL))
            yield Sender(kind="name", mail=mail, claims=kreis, code="absender-anzeigename")


def neighbours() -> Iterator[Sender]:
    """A Kreis, proven, under the name of another."""
    for kreis, other in zip(KREISE[::2], KREISE[1::2], strict=True):
        for name in (f"poststelle@{other.domains[0]}", other.domains[0], other.verwaltung):
            box = from_(f'"{name}" <post@{kreis.domains[0]}>')
            mail = written(box, passed(kreis.domains[0]))
            yield Sender(kind="neighbour", mail=mail, claims=other, code="absender-anzeigename")


def several() -> Iterator[Sender]:
    """More than one author, or none that can be told."""
    for kreis in KREISE[::5]:
        own, evil = f"post@{kreis.domains[0]}", f"a@{EVIL}"
        for fields in (
            from_(own) + from_(evil),
            from_(evil) + from_(own),
            from_(own) + from_(own),
            from_(own) + from_(""),
            from_(f"{own}, {evil}"),
            from_(f"<{own}> <{evil}>"),
            from_(f"Team: {own}, {evil};"),
            from_(f"Team: {own};"),
            from_(f"{_word(own)} <{own}>, <{evil}>"),
            from_(f"<{own}\0@{EVIL}>"),
            from_(f"<{own}\0>"),
            from_(f"<@{kreis.domains[0]}:{evil}>"),
            from_(f"<{evil}@{kreis.domains[0]}>"),
            from_(f'"{own}"<{own}>{evil}'),
            f"Sender: {own}\r\n",
            "",
        ):
            for result in (passed(kreis.domains[0]), passed(EVIL)):
                yield Sender(kind="several", mail=written(fields, result), claims=kreis)


def _forged_results(domain: str) -> Iterator[tuple[str, ...]]:
    """Fields of a mail in the name of `domain` that only seem to prove it, topmost first."""
    own, none = passed(domain), f"{SERVER}; dkim=none"
    yield (f"mx.{EVIL}; none", own)
    yield (none, own)
    yield (f"{SERVER}.{EVIL}{own.removeprefix(SERVER)}",)
    yield (f"evil-{own}",)
    yield (f"({SERVER}) mx.{EVIL}; dkim=pass header.d={domain}",)
    yield (f'"{SERVER}" mx.{EVIL}; dkim=pass header.d={domain}', own)
    yield ("", own)
    yield (f"{SERVER}", own)
    yield (f"{SERVER}\r\n .{EVIL}; dkim=pass header.d={domain}",)
    for result in (
        f"(dkim=pass header.d={domain}) dkim=fail header.d={domain}",
        f"dkim=none (dkim=pass header.d={domain}; dmarc=pass header.from={domain};)",
        f"dkim=none (a (b) ; dkim=pass header.d={domain} ;)",
        f"dkim=none (a \\) ; dkim=pass header.d={domain} ;)",
        f"dkim=none (unclosed ; dkim=pass header.d={domain}",
        f'dkim=none reason="x; dkim=pass header.d={domain}"',
        f'dkim=none reason="x \\"; dkim=pass header.d={domain} ;"',
        f'dkim=none reason="unclosed; dkim=pass header.d={domain}',
        f'spf=fail smtp.mailfrom="a; dkim=pass header.d={domain} ;"@{EVIL}',
        f'spf=pass smtp.mailfrom="x@{domain}"@{EVIL}',
        f"spf=pass smtp.mailfrom=x@{domain}@{EVIL}",
        f"spf=pass smtp.mailfrom=x@{EVIL} smtp.helo={domain}",
        f"spf=pass smtp.helo={domain} smtp.mailfrom=x@{EVIL}",
        f"spf=pass smtp.helo={domain}",
        f"spf=pass smtp.mailfrom= smtp.helo={domain}",
        f"spf=pass smtp.mailfrom=x@{EVIL} header.from={domain}",
        f"spf=softfail smtp.mailfrom=x@{domain}",
        f"dkim=pass header.d={EVIL} header.i=@{domain}",
        f"dkim=pass header.i=@{domain} header.d={EVIL}",
        f"dkim=pass header.d={EVIL} header.d={domain}",
        f"dkim=pass header.d={domain}.{EVIL}",
        f"dkim=pass header.d=evil{domain}",
        f"dkim=pass header.d=de; dkim=pass header.d=.{domain}",
        f"dkim=pass header.d={domain}\0.{EVIL}",
        f"dkim=pass header.d={domain}\x1c.{EVIL}",
        f"dkim=pass header.from={domain}",
        f"dkim=policy header.d={domain}; dkim=neutral header.d={domain}",
        f"dkim=passed header.d={domain}",
        f"x-dkim=pass header.d={domain}",
        f"arc=pass header.d={domain}; iprev=pass policy.iprev=192.0.2.1",
        f"dmarc=bestguesspass header.from={domain}",
        f"dmarc=pass header.from={EVIL}",
        f"dmarc=pass header.from=sub.{domain}",
        f"dkim=pass; header.d={domain}",
        f"dkim=none {'x' * 3000}; dkim=pass header.d={domain}",
        f"dkim=pass header.d={domain}; dmarc=fail header.from={domain}",
    ):
        yield (f"{SERVER}; {result}",)
        yield (f"{SERVER}; {result}", own)


def results() -> Iterator[Sender]:
    """Mail in the name of a Kreis that our server did not prove."""
    turn = cycle(KREISE)
    for variant in _forged_results("landratsamt-karlsruhe.de"):
        for kreis in (next(turn), next(turn), next(turn)):
            domain = kreis.domains[0]
            own = (field.replace("landratsamt-karlsruhe.de", domain) for field in variant)
            mail = written(from_(f"post@{domain}"), *own)
            yield Sender(kind="results", mail=mail, claims=kreis)


def odd_but_true() -> Iterator[Sender]:
    """Results as servers may write them (RFC 8601 2.2): the mail is proven."""
    for kreis, domain in DOMAINS[::2]:
        for result in (
            f"(a comment) {SERVER.upper()} 1 ;\r\n\tDKIM\r\n = PASS (key)\r\n Header.D = {domain}",
            f'{SERVER}; dkim=pass (x; y) header.d={domain} header.b="aB+/c="; dmarc=none',
            f"{SERVER}; spf=pass (sender (ip) is 192.0.2.1) smtp.mailfrom=bounce@{domain}",
            f"{SERVER}; dkim/1=pass header.i=@{domain}; dkim=fail header.d={EVIL}",
        ):
            mail = written(from_(f"post@{domain}"), result, passed(EVIL))
            yield Sender(kind="odd but true", mail=mail, claims=kreis, true_of=kreis.ags)


def table() -> list[Sender]:
    """All of them."""
    makers = (
        right, cities, lookalikes, names, neighbours, several, results, odd_but_true,
    )  # fmt: skip
    return [sender for maker in makers for sender in maker()]
