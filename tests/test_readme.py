"""What the README promises can be done as it stands there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_python_in_the_readme_runs(tmp_path: Path, sample_archive: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    shutil.copytree(sample_archive, tmp_path / "articles")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "[1]" in done.stdout
    assert "Redactie columnbot" in done.stdout


def test_every_page_the_readme_points_to_is_there() -> None:
    pages = re.findall(r"\]\(([^)#]+)\)", README)
    assert pages
    assert [page for page in pages if not page.startswith("https://") and not (ROOT / page).is_file()] == []


def test_every_command_in_the_readme_exists() -> None:
    from columnbot.cli import app

    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    used = set(re.findall(r"^ +(?:\.venv/bin/)?columnbot (\w+)", README, re.MULTILINE))
    assert used
    assert used <= known


def test_every_make_target_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"^ +make (\w+)", README, re.MULTILINE)) <= targets
