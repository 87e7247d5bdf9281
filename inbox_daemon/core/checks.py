"""The list that the rules choose their checks from, by name; one function each.

Promises: CHECKS names every check once; findings stand in this order. Touches: nothing.
Trusts: nothing. Limits: the functions stand by what they are about, in checks_mail.py,
checks_sender.py, checks_form.py and checks_rules.py; what follows is decided in decide.py.
"""

from collections.abc import Callable

from inbox_daemon.core import checks_form, checks_mail, checks_rules, checks_sender
from inbox_daemon.core.facts import Facts
from inbox_daemon.core.verdict import Finding

Check = Callable[[Facts], Finding | None]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("automatik", checks_mail.automatik),
    ("doppelt", checks_mail.doppelt),
    ("mail", checks_mail.mail_unversehrt),
    ("lesbarkeit", checks_mail.lesbarkeit),
    ("anhang", checks_mail.anhang),
    ("programm", checks_form.programm),
    ("ein_antrag", checks_form.ein_antrag),
    ("beilagen", checks_form.beilagen_unverdaechtig),
    ("unterschrift", checks_form.unterschrift),
    ("betrag", checks_form.betrag),
    ("kreis", checks_form.kreis_im_antrag),
    ("absender", checks_sender.absender),
    ("frist", checks_rules.eingang_in_frist),
    ("planungsrahmen", checks_rules.betrag_im_planungsrahmen),
    ("zweiter_antrag", checks_rules.zweiter_antrag),
)
