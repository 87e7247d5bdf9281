"""`inspect --json`: one object a file in the order of the arguments, whatever the files are."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.full
PROJECT = Path(__file__).parents[1]
SAMPLES = PROJECT / "samples" / "soforthilfe-ukraine-2022"
HOSTILE = PROJECT.parent / "shared" / "data" / "hostile"
STATUSES = {
    "amount": {"read", "unsure", "absent"},
    "signature": {"present", "unsure", "absent"},
    "applicant": {"read", "unsure", "absent"},
}


def inspected(*files: Path) -> list[dict[str, Any]]:
    """The objects for these files."""
    command = [sys.executable, "-m", "inbox_daemon", "inspect", "--json", *map(str, files)]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def assert_shape(seen: dict[str, Any]) -> None:
    """The shape of contracts: names, statuses, null where nothing was read."""
    assert {"file", "documents", "verdict", "error"} <= seen.keys()
    assert seen["verdict"]["outcome"] in {"file", "query", "flag", "ignore"}
    assert "@sha256:" in seen["verdict"]["rules"]
    for document in seen["documents"]:
        assert document["kind"] in {"scan", "born-digital", "mixed"}
        for name, statuses in STATUSES.items():
            field = document[name]
            assert field["status"] in statuses
            if field["status"] in {"read", "present"}:
                assert len(field["box"]) == 4
                assert field["page"] >= 1
            else:
                assert field["box"] is None
                assert field["why"]


def test_each_file_gets_its_object_in_order_and_bad_ones_stop_nobody(tmp_path: Path) -> None:
    junk = tmp_path / "junk.pdf"
    junk.write_bytes(b"%PDF-1.4 and then nothing of the kind")
    good = SAMPLES / "12-unterschrift-fehlt" / "mail.eml"
    files = [junk, tmp_path / "is-not-there.pdf", good]
    seen = inspected(*files)
    assert [one["file"] for one in seen] == [str(file) for file in files]
    for one in seen:
        assert_shape(one)
    assert [one["art"] for one in seen] == ["sonstiges", "sonstiges", "antrag"]
    assert seen[0]["documents"] == []
    assert seen[0]["error"]
    assert seen[0]["verdict"]["outcome"] == "flag"
    assert seen[1]["error"] == "datei-fehlt"
    assert seen[2]["verdict"]["outcome"] == "query"
    own = {"status": "matched", "ags": "08115"}
    said = {source: own | {"by": source} for source in ("antrag", "absender", "text")}
    assert seen[2]["message"]["kreis"] == own | {"by": "absender", "sources": said}
    assert seen[2]["message"]["authentication"] == "confirmed"


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the hostile files are not here")
@pytest.mark.parametrize("kind", ["eml", "pdf"])
def test_no_hostile_file_crashes_hangs_or_swells_the_parent(kind: str) -> None:
    files = sorted((HOSTILE / kind).glob(f"*.{kind}"))
    command = [sys.executable, "-m", "inbox_daemon", "inspect", "--json", *map(str, files)]
    began = time.monotonic()
    running = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    seen, largest = [], 0
    for line in running.stdout:
        seen.append(json.loads(line))
        largest = max(largest, peak_kib(running.pid))
    assert running.wait() == 0
    assert [one["file"] for one in seen] == [str(file) for file in files]
    for one in seen:
        assert_shape(one)
        assert one["documents"] or one["error"] or one.get("message")
        assert one["verdict"]["outcome"] in {"flag", "ignore", "query"}
        assert sum(document["seconds"] for document in one["documents"]) < 120
    assert 0 < largest < 300 * 1024, f"{largest >> 10} MB in the parent"
    seconds = time.monotonic() - began
    print(f"{len(files)} {kind} in {seconds:.0f} s, parent at most {largest >> 10} MB")


def peak_kib(pid: int) -> int:
    """The most memory that the process ever held (VmHWM of proc(5)); 0 once it has ended."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(found[0].split()[1]) if found else 0
