"""What the documents name is there; what belongs to one machine is nowhere."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
QUOTED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"\.{0,2}/?[\w.-]+(?:/[\w.-]+)*/?")
ENDINGS = {".py", ".md", ".toml", ".sh", ".yml", ".service", ".conf", ".lock", ".j2"}
# Made at run time, or another program's.
MADE = ("var", ".venv")


def _paths(text: str) -> set[str]:
    """What looks like a path in the project: with a slash or a known ending, and no wild card."""
    found = set()
    for quoted in QUOTED.findall(text):
        word = quoted.split()[0] if quoted.startswith("./") else quoted
        inside = "/" in word.strip("/") or word.endswith("/") or Path(word).suffix in ENDINGS
        if PATH.fullmatch(word) and inside and not word.startswith(("/", "../")):
            found.add(word.removeprefix("./"))
    return {word for word in found if word.split("/")[0] not in MADE}


def test_every_path_of_the_readme_exists() -> None:
    text = README.read_text("utf-8")
    if len(text) < 100:
        pytest.skip("README.md is not written yet")
    assert [path for path in sorted(_paths(text)) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", ["inbox_daemon/core/README.md", "systemd/README.md"])
def test_every_file_that_a_page_names_exists_beside_it_or_from_the_root(page: str) -> None:
    beside = (ROOT / page).parent
    paths = {p for p in _paths((ROOT / page).read_text("utf-8")) if Path(p).suffix in ENDINGS}
    missing = [p for p in paths if not (beside / p).exists() and not (ROOT / p).exists()]
    assert missing == []


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if listed.returncode != 0:
        pytest.skip("no git here")
    names = listed.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_no_file_names_a_machine_or_a_package_index() -> None:
    machine, index = "/wo" + "rk/", "index" + "-url"
    named = [
        path.relative_to(ROOT).as_posix()
        for path in _tracked()
        if path.suffix in {*ENDINGS, ".txt", ".in", ""}
        and any(word in path.read_text("utf-8", errors="replace") for word in (machine, index))
    ]
    assert named == []


def test_every_step_path_and_function_that_states_md_names_is_in_the_code() -> None:
    """`steps._keep`: the module has such a function or method."""
    text = (ROOT / "inbox_daemon" / "STATES.md").read_text("utf-8")
    for module, function in re.findall(r"`(steps|rows|store)\.(\w+)`", text):
        folder = ROOT / "inbox_daemon" / ("" if module == "steps" else "edges")
        assert f"def {function}(" in (folder / f"{module}.py").read_text("utf-8")
