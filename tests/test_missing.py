"""What a machine lacks is said at the end of a run and gathered; CI forgives nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LACKING = """
def test_one(missing):
    missing("No telescope:\\n the stars were not counted", "buy one")

def test_two(missing):
    missing("No telescope: the stars were not counted", "buy one")

def test_three():
    pass
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "conftest.py").write_text(Path(__file__).with_name("conftest.py").read_text())
    (tmp_path / "test_it.py").write_text(LACKING)

    def run(ci):
        facts = os.environ | {"CI": ci, "NOT_CHECKED": str(tmp_path / "gathered.txt")}
        without = ("-p", "no:cacheprovider", "-p", "no:nbval")  # which is long to import
        command = [sys.executable, "-m", "pytest", *without, str(tmp_path)]
        return subprocess.run(command, env=facts, cwd=tmp_path, capture_output=True, text=True)

    return run


def test_reason_is_listed_once_and_gathered_over_runs(run, tmp_path):
    first, second = run(""), run("")
    line = "- No telescope: the stars were not counted. Remedy: buy one\n"
    for done in (first, second):
        assert done.returncode == 0, done.stdout
        assert done.stdout.partition("not checked on this machine")[2].count(line) == 1
        assert "1 passed, 2 skipped" in done.stdout
    assert (tmp_path / "gathered.txt").read_text() == line * 2


def test_under_ci_what_is_missing_fails(run):
    done = run("true")
    assert done.returncode == 1
    assert "1 passed" in done.stdout
    assert "2 failed" in done.stdout
