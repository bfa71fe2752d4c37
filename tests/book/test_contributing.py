"""The recipes for contributors name what is there, and the hooks catch what they are for."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import notebooks
import pytest
from nbformat import v4

import backprop_lib as bp

ROOT = notebooks.ROOT
RECIPES = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
EXAMPLES = {"book/12-hinge", "book/12-hinge.ipynb", "tests/test_explorers_kinks.py"}


def test_recipes_name_files_tests_and_targets_that_exist():
    spans = re.findall(r"`([^`\n]+)`|\]\(([^)]+)\)|^\$ (\S.+?)(?:  |$)", RECIPES, re.MULTILINE)
    text = "\n".join("".join(span) for span in spans)
    paths = set(re.findall(r"(?<![\w/.-])(?:book|tests|backprop_lib|tools)/[\w./-]+", text))
    assert len(paths - EXAMPLES) > 10
    assert sorted(path for path in paths - EXAMPLES if not (ROOT / path).exists()) == []
    assert paths >= EXAMPLES
    tests = (ROOT / "tests" / "test_activations.py").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+)`", RECIPES)
    assert len(named) == 2
    assert [name for name in named if f"def {name}(" not in tests] == []


MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def nowhere(makefile: str) -> set[str]:
    """Return the targets that are promised, by a text or by the Makefile itself, without a rule."""
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "book").glob("*.md")]
    read = "\n".join(path.read_text(encoding="utf-8") for path in texts)
    code = "\n".join(re.findall(r"^[$>] .+|`[^`\n]+`", read, re.MULTILINE))
    promised = set(re.findall(r"\bmake ([a-z]+)", code))
    phony = re.search(r"^\.PHONY: (.+)", makefile, re.MULTILINE)[1].split()
    return (promised | set(phony)) - set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def test_every_target_that_is_promised_has_a_rule():
    assert nowhere(MAKEFILE) == set()
    for target in ("book", "pdf", "bench", "help"):
        assert nowhere(MAKEFILE.replace(f"\n{target}:", f"\nno-{target}:")) == {target}


def test_page_of_the_library_names_every_activation_and_loss():
    page = (ROOT / "book" / "api.md").read_text(encoding="utf-8")
    assert [name for name in (*bp.ACTIVATIONS, *bp.LOSSES) if f"`{name}`" not in page] == []


@pytest.fixture
def scratch(tmp_path):
    """A repository with the hooks and the tools of this one, in which every file is committed."""
    for name in (".pre-commit-config.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__py*"))
    for name in ("book", "backprop_lib"):  # ruff sorts imports by what is there
        (tmp_path / name).mkdir()
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / ".gitignore").write_text(".venv\ncache/\n.ruff_cache/\n")
    return tmp_path


def commit(folder: Path, monkeypatch, **files: str) -> str:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(folder / "cache"))
    for command in (["git", "init", "-q"], ["git", "add", "--all"]):
        subprocess.run(command, cwd=folder, check=True)
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return "\n".join(re.findall(r"^(.+?)\.+Failed", done.stdout, re.MULTILINE))


def notebook(*, picture: bool) -> str:
    cell = v4.new_code_cell("1 + 1", execution_count=1)
    book = notebooks.committed_form(v4.new_notebook(cells=[cell]))
    if picture:
        book.cells[0].outputs = [v4.new_output("display_data", {"image/png": "AAAA"})]
    return notebooks.serialise(book)


def test_hooks_let_pass_what_is_in_order(scratch, monkeypatch):
    files = {"one.py": '"""One."""\n\nX = 1\n', "book/a.ipynb": notebook(picture=False)}
    assert commit(scratch, monkeypatch, **files) == ""


def test_hooks_stop_what_is_not(scratch, monkeypatch):
    files = {
        "style.py": '"""Style."""\n\nimport os\nX = l = 1\n',
        "layout.py": '"""Layout."""\n\nX = [ 1,2 ]\n',
        "book/a.ipynb": notebook(picture=True),
        "note.md": "A line with blanks.  \n",
    }
    failed = commit(scratch, monkeypatch, **files)
    assert failed.splitlines() == [
        "style of the code",
        "layout of the code",
        "notebooks in their one form, without pictures",
        "no blanks at the ends of lines",
    ]
    assert "image/png" not in (scratch / "book/a.ipynb").read_text()
