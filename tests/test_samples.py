"""The samples are whole: every case has its mail and its expectation, and they come out alike.

Promises: a broken or half-made sample is seen before the demo runs. Touches: samples/, read only.
Trusts: nothing. Limits: whether the daemon meets the expectations is for the demo.
"""

import email
import email.policy
import hashlib
import tomllib
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
FOLDERS = sorted(p.parent for p in SAMPLES.glob("*/*/mail.eml"))
OUTCOMES = {"file", "query", "flag", "ignore"}
REQUIRED = {"name", "received_at", "order", "outcome", "reasons"}
OPTIONAL = {"outcome_any", "reasons_any", "ags", "amount", "signature"}
WITHOUT_FORM = ("24", "27", "28")


@pytest.fixture(autouse=True)
def _project_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


@cache
def _mail(folder: Path) -> EmailMessage:
    raw = (folder / "mail.eml").read_bytes()
    return email.message_from_bytes(raw, policy=email.policy.default)


@cache
def _expected(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))


def _parts(folder: Path) -> list[EmailMessage]:
    return [part for part in _mail(folder).walk() if not part.is_multipart()]


def _id(folder: Path) -> str:
    return folder.name


def test_at_least_24_cases_and_none_half_made() -> None:
    assert len(FOLDERS) >= 24
    expectations = {p.parent for p in SAMPLES.glob("*/*/expected.toml")}
    assert expectations == set(FOLDERS)


def test_folders_are_those_of_the_list() -> None:
    from samples.cases import CASES  # noqa: PLC0415 - needs the root on the path

    assert [case.folder for case in CASES] == [folder.name for folder in FOLDERS]


@pytest.mark.parametrize("folder", FOLDERS, ids=_id)
def test_expectation_has_the_agreed_shape(folder: Path) -> None:
    expected = _expected(folder)
    assert set(expected) >= REQUIRED
    assert set(expected) <= REQUIRED | OPTIONAL
    assert set(expected.get("outcome_any", [])) | {expected["outcome"]} <= OUTCOMES
    assert expected["received_at"].utcoffset() == timedelta(hours=2)
    assert expected.get("signature", "present") in {"present", "absent", "unsure"}
    assert expected["outcome"] != "file" or not expected["reasons"]


@pytest.mark.parametrize("folder", FOLDERS, ids=_id)
def test_mail_parses_without_defects(folder: Path) -> None:
    mail = _mail(folder)
    raw = (folder / "mail.eml").read_bytes()
    assert mail.keys()[0] == "Authentication-Results"
    assert str(mail["Authentication-Results"]).startswith("mx.rps.bwl.de; dkim=")
    assert mail["Message-ID"]
    assert isinstance(datetime.fromisoformat(str(mail["Date"].datetime)), datetime)
    assert not [d for part in mail.walk() for d in part.defects]
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert len(raw) < 250_000


@pytest.mark.parametrize("folder", FOLDERS, ids=_id)
def test_attachments_are_what_they_claim(folder: Path) -> None:
    magic = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff"}
    attached = [part for part in _parts(folder) if part.get_content_maintype() != "text"]
    assert bool(attached) != folder.name.startswith(WITHOUT_FORM)
    for part in attached:
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        assert payload.startswith(magic.get(part.get_content_type(), b"PK\x03\x04"))


def test_order_follows_the_time_of_receipt() -> None:
    by_order = sorted((_expected(f)["order"], _expected(f)["received_at"]) for f in FOLDERS)
    assert [order for order, _ in by_order] == list(range(1, len(FOLDERS) + 1))
    assert [at for _, at in by_order] == sorted(at for _, at in by_order)


def test_no_form_is_dated_after_its_receipt() -> None:
    from samples.cases import CASES  # noqa: PLC0415 - needs the root on the path

    for case in CASES:
        day, month, year = map(int, case.antrag.datum.split("."))
        assert (year, month, day) <= case.received_at.timetuple()[:3], case.folder


def test_all_samples_together_stay_small() -> None:
    assert sum((f / "mail.eml").stat().st_size for f in FOLDERS) < 5_000_000


def test_only_the_double_has_the_bytes_of_another() -> None:
    seen: dict[str, list[str]] = {}
    for folder in FOLDERS:
        digest = hashlib.sha256((folder / "mail.eml").read_bytes()).hexdigest()
        seen.setdefault(digest, []).append(folder.name[:2])
    assert [same for same in seen.values() if len(same) > 1] == [["02", "32"]]


@pytest.mark.parametrize("number", [24, 25, 28])
def test_mails_without_pictures_come_out_as_committed(number: int) -> None:
    from samples.cases import CASES  # noqa: PLC0415 - needs the root on the path
    from samples.make import expected_of, mail_of  # noqa: PLC0415

    case, folder = CASES[number - 1], FOLDERS[number - 1]
    raw = mail_of(case)
    assert raw == mail_of(case)
    # Python versions fold headers differently, so what is compared is what was meant.
    again = email.message_from_bytes(raw, policy=email.policy.default)
    assert again.items() == _mail(folder).items()
    bodies = [part.get_payload(decode=True) for part in again.walk() if not part.is_multipart()]
    assert bodies == [part.get_payload(decode=True) for part in _parts(folder)]
    assert expected_of(case) == (folder / "expected.toml").read_text(encoding="utf-8")


def test_a_signature_comes_out_the_same_twice() -> None:
    from samples.papers import hand  # noqa: PLC0415 - needs the root on the path
    from samples.pen import signature  # noqa: PLC0415

    first, second = signature(hand(3)), signature(hand(3))
    assert first.tobytes() == second.tobytes()
    assert signature(hand(4)).tobytes() != first.tobytes()


@pytest.mark.full
def test_a_scanned_application_comes_out_the_same_twice() -> None:
    from samples.cases import CASES  # noqa: PLC0415 - needs the root on the path
    from samples.papers import scanned  # noqa: PLC0415
    from samples.sheet import font  # noqa: PLC0415

    try:
        font("sans", 10)
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    antrag = CASES[1].antrag
    assert scanned(antrag).payload == scanned(antrag).payload


def test_account_numbers_have_the_right_checksum() -> None:
    from samples.aemter import AEMTER  # noqa: PLC0415 - needs the root on the path
    from samples.angaben import iban  # noqa: PLC0415

    for ags in AEMTER:
        plain = iban(ags).replace(" ", "")
        assert len(plain) == 22
        assert int(plain[4:] + "1314" + plain[2:4]) % 97 == 1


def test_the_page_for_people_lists_every_case() -> None:
    page = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{folder.name}` |" in page for folder in FOLDERS)


def test_amounts_stay_within_the_frame_but_for_the_one_case() -> None:
    frames = ROOT.parent / "shared" / "data" / "districts" / "planning_frame_estimate.csv"
    if not frames.exists():
        pytest.skip("shared data are not here: planning_frame_estimate.csv")
    rows = [line.split(",") for line in frames.read_text(encoding="utf-8").splitlines()[1:]]
    frame = {row[0]: float(row[4]) for row in rows}
    told = [(f.name[:2], _expected(f)) for f in FOLDERS]
    over = [n for n, e in told if "amount" in e and float(e["amount"]) > frame[e["ags"]]]
    assert over == ["16"]
