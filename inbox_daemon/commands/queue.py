"""`queue decide`: what a person decides about a flagged case, on the command line.

Promises: the same decisions, refusals and second signatures as on the pages, without their ten
minutes for recalling. Touches: the database through staff.py, stdout.
Trusts: the user name it is given (see DECISIONS). Limits: no letter is edited here.
"""

from inbox_daemon import staff
from inbox_daemon.app import App
from inbox_daemon.core.bearbeitung import ASK, CLOSE, FILE, Plan, Wish
from inbox_daemon.core.errors import Refused
from inbox_daemon.core.freigabe import OPEN, PlanState
from inbox_daemon.core.states import State
from inbox_daemon.core.wording_labels import STATES
from inbox_daemon.core.wording_pages import WHY_SECOND
from inbox_daemon.core.wording_terminal import TERMINAL

SIGN, GIVE_BACK, RECALL = "mitzeichnen", "zurueckgeben", "zurueckholen"
ANSWERS = (FILE, ASK, CLOSE, SIGN, GIVE_BACK, RECALL)


def decided(app: App, number: str, wish: Wish) -> int:
    """Carries out a person's decision, or passes it to a second person."""
    staff.case_line(app, number)
    if wish.answer in {FILE, ASK, CLOSE}:
        plan = staff.plan(app, number, wish, at_once=True)
    else:
        plan = _about(app, number, wish)
    if plan.state is PlanState.AUSGANG:
        staff.carry_out(app, plan)
        app.audit.catch_up()
    print(_told(app, number, plan))
    return 0


def _about(app: App, number: str, wish: Wish) -> Plan:
    """What the second person says to the decision of the first, or the first takes it back."""
    plan = app.staffbook.plan_of(number)
    if plan is None or plan.state not in OPEN:
        raise Refused("queue.nothing-planned", fall=number)
    if wish.answer == SIGN:
        return staff.second(app, plan.number, by=wish.by, at_once=True)
    if wish.answer == GIVE_BACK:
        return staff.give_back(app, plan.number, by=wish.by, why=wish.why)
    return staff.recall(app, plan.number, by=wish.by)


def _told(app: App, number: str, plan: Plan) -> str:
    if plan.state is PlanState.ZWEITE:
        why = ", ".join(WHY_SECOND[code] for code in plan.why_second)
        return TERMINAL["queue.zweite"].format(fall=number, why=why)
    state = staff.case_line(app, number).state
    key = "queue.decided" if state is State.DECIDED else "queue.done"
    if state is State.DECIDED and plan.wish.answer == ASK and app.store.letters_stopped():
        key = "queue.stopped"
    return TERMINAL[key].format(fall=number, state=STATES[state.value])
