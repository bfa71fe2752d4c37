"""The guide for teachers, followed to the letter: its commands run and say what it prints."""

import os
import re
import subprocess
import sys

import notebooks

GUIDE = (notebooks.ROOT / "book" / "instructors.md").read_text(encoding="utf-8")
# What belongs to the machine: it is installed here already.
INSTALLS = ("sudo apt", "python3 -m venv", ". .venv", "pip install", "backprop doctor")
CALL = "import sys; from backprop_lib.grade.command import main; sys.exit(main())"


def steps():
    """Return the commands of the guide, each with what the guide says that it prints."""
    for block in re.findall(r"^```console\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL):
        for step in block.split("$ ")[1:]:
            command, _, said = step.partition("\n")
            if not command.startswith(INSTALLS):
                yield command, said


def test_commands_run_and_say_what_the_guide_prints(limits, tmp_path):
    (tmp_path / "book").symlink_to(notebooks.ROOT / "book")
    script = ["set -e", f"backprop() {{ {sys.executable} -c '{CALL}' \"$@\" 2>> errors; }}"]
    expected = []
    for command, said in steps():
        script += [command, "echo ---"]
        expected.append(said)
    environment = os.environ | {"PYTHONPATH": str(notebooks.ROOT)}
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("---\n")[:-1] == expected
    assert len(expected) >= 8
    made = tmp_path / "trial" / "results-pages"
    assert "90 of 90 points" in (made / "ada.html").read_text()
    assert "0 of 90 points" in (made / "ben.html").read_text()


def test_installs_are_the_only_commands_left_out():
    left_out = [word for word in INSTALLS if f"$ {word}" in GUIDE]
    assert left_out == list(INSTALLS)
