"""`queue decide`: what a clerk may decide, what is refused, and what each sentence says."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from inbox_daemon.__main__ import main
from inbox_daemon.app import App
from inbox_daemon.config import load_settings
from inbox_daemon.consequences import decision_for, in_its_matter
from inbox_daemon.core.decide import decide
from inbox_daemon.core.freigabe import PlanState
from inbox_daemon.core.states import State
from inbox_daemon.core.supervision import Level
from inbox_daemon.core.values import Evidence, RawMessage
from inbox_daemon.core.verdict import EffectKind, Known, Outcome
from inbox_daemon.ports import Case, Decision
from tests.core import cases

SURE = cases.good_evidence()
UNCLEAR = cases.of_document(amount=cases.unreadable())


class Office:
    """A state folder with cases, and the command line on it."""

    def __init__(self, folder: Path, level: Level = Level.AUTOMATIC) -> None:
        self.config = folder / "config.toml"
        self.turn(level)

    def turn(self, level: Level) -> None:
        """Letters leave on this level from now on."""
        self.config.write_text(
            f'state_dir = "{self.config.parent}"\nrules_dir = "{cases.RULES_FOLDER}"\n'
            f'free_space_mib = 0\n[letters]\nlevel = "{level.value}"\n'
        )
        self.app = App(load_settings(self.config))

    def case(self, evidence: Evidence) -> str:
        """A case taken in, read and decided by the machine."""
        store, at = self.app.store, cases.RECEIVED
        uid = len(self.app.records.cases()) + 1
        sha256, size = self.app.spool.put([f"mail {uid}".encode()])
        raw = RawMessage(
            mailbox="INBOX",
            uidvalidity=1,
            uid=uid,
            received_at=at,
            size=size,
            sha256=sha256,
            message_id=f"<{uid}@kreis.example>",
        )
        number = store.add(raw, at=at, failure=None)
        store.begin_reading(number, at=at)
        store.save_evidence(number, evidence, at=at)
        store.save_verdict(number, at=at, rules=self.app.rules, decided=self.decision)
        return number

    def decision(self, case: Case, evidence: Evidence, known: Known) -> Decision:
        """What the machine decides."""
        rules = self.app.rules
        verdict = decide(evidence, known=known, rules=rules, received_at=case.raw.received_at)
        decision = decision_for(case, verdict, evidence, rules=rules, letters=self.app.letters)
        return in_its_matter(decision, evidence, known=known, rules=rules)

    def run(self, *words: str) -> int:
        """One command; its exit code."""
        try:
            return main([*words, "--config", str(self.config)])
        except SystemExit as end:
            return int(end.code or 0)

    def decide(self, number: str, *words: str) -> int:
        """A decision of Frau Muster, which Frau Weber signs where it needs a second person."""
        code = self.run("queue", "decide", number, *words, "--by", "muster", "--why", "geprüft")
        return code or (self.sign(number) if self.waits(number) else 0)

    def sign(self, number: str, by: str = "weber") -> int:
        """The second person signs."""
        return self.run("queue", "decide", number, "mitzeichnen", "--by", by, "--why", "gesehen")

    def waits(self, number: str) -> bool:
        """Whether a decision on this case waits for a second person."""
        plan = self.app.staffbook.plan_of(number.upper())
        return plan is not None and plan.state is PlanState.ZWEITE

    def state(self, number: str) -> State:
        """Where the case is."""
        return self.app.store.location(number).state


@pytest.fixture(name="office")
def _office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.mark.parametrize(
    ("typed", "cents"), [("12.345,67", 1234567), ("12345.67", 1234567), ("12.345", 1234500)]
)
def test_an_amount_is_typed_as_germans_write_it(office: Office, typed: str, cents: int) -> None:
    number = office.case(UNCLEAR)
    assert office.decide(number, "ablegen", "--betrag", typed) == 0
    [judgement] = [j for j in office.app.records.judgements(number) if j.by == "muster, weber"]
    assert int(getattr(judgement.verdict, "antrag").betrag * 100) == cents  # noqa: B009
    assert judgement.why == "geprüft"


@pytest.mark.parametrize("typed", ["0", "-5", "NaN", "1,234", "12345,6", "abc", "1e3"])
def test_what_is_no_amount_is_refused_before_anything_happens(office: Office, typed: str) -> None:
    number = office.case(UNCLEAR)
    assert office.decide(number, "ablegen", f"--betrag={typed}") == 64
    assert office.state(number) is State.FLAGGED


def test_an_amount_that_nobody_read_must_be_typed(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert office.decide(office.case(UNCLEAR), "ablegen") == 65
    assert "--betrag" in capsys.readouterr().err


def test_a_second_record_of_a_kreis_needs_to_say_what_it_replaces(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = office.case(SURE), office.case(UNCLEAR)
    assert office.decide(second, "ablegen", "--betrag", "10,00") == 65
    assert first in capsys.readouterr().err
    assert office.decide(second, "ablegen", "--betrag", "10,00", "--ersetzt", first) == 0
    assert office.app.records.filed(programm=cases.KENNUNG, ags=cases.AGS) == second


def test_a_record_is_never_taken_away_without_another_in_its_place(office: Office) -> None:
    first, second = office.case(SURE), office.case(UNCLEAR)
    assert office.decide(second, "erledigt", "--ersetzt", first) == 65
    other = ("ablegen", "--betrag", "10,00", "--ags", "08115", "--ersetzt", first)
    assert office.decide(second, *other) == 65
    assert office.app.records.filed(programm=cases.KENNUNG, ags=cases.AGS) == first
    assert office.state(second) is State.FLAGGED


def test_a_replacement_that_breaks_leaves_the_old_record_valid(office: Office) -> None:
    first, second = office.case(SURE), office.case(UNCLEAR)
    office.decide(second, "ablegen", "--betrag", "10,00", "--ersetzt", first)
    office.app.store.flag(second, at=cases.RECEIVED, kind="case.defect", reasons=("ablage",))
    assert office.app.records.filed(programm=cases.KENNUNG, ags=cases.AGS) == first
    assert office.decide(second, "ablegen", "--betrag", "10,00", "--ersetzt", first) == 0


def test_a_case_that_broke_before_it_was_read_can_still_be_closed(office: Office) -> None:
    raw = cases.raw(uid=77)
    number = office.app.store.add(raw, at=cases.RECEIVED, failure=None)
    office.app.store.flag(number, at=cases.RECEIVED, kind="case.defect", reasons=("defekt",))
    assert office.decide(number, "erledigt") == 0
    assert office.state(number) is State.NOTED


def test_a_person_writes_only_to_a_kreis_and_claims_nothing_that_was_read(office: Office) -> None:
    stranger = office.case(cases.of_mail(from_=(cases.address("x@fremd.example"),)))
    assert office.decide(stranger, "rueckfrage", "--punkt", "betrag-fehlt") == 65
    number = office.case(UNCLEAR)
    assert office.decide(number, "rueckfrage", "--punkt", "unterschrift-fehlt") == 65
    assert office.decide(number, "rueckfrage") == 65
    assert office.decide(number, "rueckfrage", "--punkt", "betrag-fehlt") == 0
    assert office.state(number) is State.DECIDED


def test_a_decided_case_cannot_be_decided_again(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number = office.case(UNCLEAR)
    assert office.decide(number, "erledigt") == 0
    assert office.decide(number.lower(), "erledigt") == 65
    assert "nicht in Prüfung" in capsys.readouterr().err


def test_a_typed_amount_waits_for_a_second_person_who_is_not_the_first(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number = office.case(UNCLEAR)
    words = ("ablegen", "--betrag", "10,00", "--by", "muster", "--why", "gelesen")
    assert office.run("queue", "decide", number, *words) == 0
    assert "zweite Person" in capsys.readouterr().out
    assert office.sign(number, by="Muster") == 65
    assert "verschieden" in capsys.readouterr().err
    assert office.state(number) is State.FLAGGED
    assert office.sign(number, by="weber") == 0
    assert office.state(number) is State.DECIDED


def test_the_second_person_gives_back_and_the_first_takes_back(office: Office) -> None:
    number = office.case(UNCLEAR)
    first = ("queue", "decide", number, "ablegen", "--betrag", "10,00")
    by = ("--by", "muster", "--why", "gelesen")
    back = ("--by", "weber", "--why", "Bitte den Betrag in Worten ansehen")
    assert office.run(*first, *by) == 0
    assert office.run("queue", "decide", number, "zurueckgeben", *back) == 0
    assert office.run(*first, *by) == 0
    assert office.run("queue", "decide", number, "zurueckholen", *back) == 65
    assert office.run("queue", "decide", number, "zurueckholen", *by) == 0
    assert office.state(number) is State.FLAGGED
    assert not office.waits(number)


@pytest.mark.parametrize("by", ["", " ", "maschine"])
def test_a_decision_names_a_person(office: Office, by: str) -> None:
    number = office.case(UNCLEAR)
    assert office.run("queue", "decide", number, "erledigt", "--by", by, "--why", "x") == 64


def test_the_words_of_a_clerk_stay_out_of_the_log(office: Office) -> None:
    number = office.case(UNCLEAR)
    office.run("queue", "decide", number, "erledigt", "--by", "muster", "--why", "Frau X rief an")
    office.sign(number)
    log = office.app.audit.path.read_text()
    assert "staff.decided" in log
    assert "Frau X" not in log


def test_a_case_is_shown_with_what_a_clerk_needs(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number = office.case(UNCLEAR)
    for words in (("queue", "list"), ("queue", "show", number), ("explain", number)):
        assert office.run(*words) == 0
        shown = capsys.readouterr().out
        assert number in shown
        assert not set("{}") & set(shown)
    office.run("show", number)
    shown = capsys.readouterr().out
    assert cases.SENDER in shown
    assert cases.KREIS in shown
    assert office.run("explain", "A-2099-000001") == 65


def test_the_configuration_may_stand_before_or_behind_the_command(
    office: Office, tmp_path: Path
) -> None:
    missing = str(tmp_path / "missing.toml")
    assert main(["queue", "list", "--config", missing]) == 78
    assert main(["--config", missing, "queue", "list"]) == 78


def test_a_log_that_is_not_there_is_not_called_whole(office: Office) -> None:
    assert office.run("audit", "verify") == 65


def test_rules_with_a_broken_letter_are_found_before_one_is_due(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(cases.RULES_FOLDER, rules)
    (rules / cases.KENNUNG / "rueckfrage.txt.j2").write_text("{{ programm.gibtsnicht }}")
    config = tmp_path / "c.toml"
    config.write_text(f'state_dir = "{tmp_path}"\nrules_dir = "{rules}"\n')
    assert main(["rules", "check", "--config", str(config)]) == 78


def test_a_server_that_gives_a_uid_again_hides_no_mail(office: Office) -> None:
    first = office.case(cases.without_document(automatic=("abwesenheit",)))
    store = office.app.store
    [move] = store.pending(at=cases.RECEIVED)
    assert move.kind is EffectKind.MOVE_MESSAGE
    store.finish(move.number, Outcome.DONE, at=cases.RECEIVED, state=None)
    assert 1 in store.book.opened("INBOX", 1, (1,), at=cases.RECEIVED)
    raw = replace(cases.raw(uid=1, sha256="12" * 32), mailbox="INBOX", uidvalidity=1)
    again = store.add(raw, at=cases.RECEIVED + timedelta(days=1), failure=None)
    assert again != first
    assert 1 not in store.book.opened("INBOX", 1, (1,), at=cases.RECEIVED)
