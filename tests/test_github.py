"""The workflows and forms of GitHub: valid by its schemas, and naming only what is there."""

import re
import tomllib

import notebooks
import pytest
import yaml
from check_jsonschema import main
from click.testing import CliRunner

ROOT = notebooks.ROOT
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
SCHEMAS = {
    **dict.fromkeys(WORKFLOWS, "github-workflows"),
    **dict.fromkeys(FORMS, "github-issue-forms"),
    ROOT / ".github" / "dependabot.yml": "dependabot",
    ROOT / "CITATION.cff": "citation-file-format",
}


def check(schema, *paths):
    return CliRunner().invoke(main, ["--builtin-schema", f"vendor.{schema}", *map(str, paths)])


@pytest.mark.parametrize("schema", sorted(set(SCHEMAS.values())))
def test_file_is_valid_by_its_schema(schema):
    paths = [path for path, kind in SCHEMAS.items() if kind == schema]
    done = check(schema, *paths)
    assert done.exit_code == 0, done.output


def test_planted_mistake_is_found_by_the_schema(tmp_path):
    path = tmp_path / "check.yml"
    path.write_text(WORKFLOWS[0].read_text().replace("runs-on:", "runs_on:"))
    assert "runs_on" in check("github-workflows", path).output


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def strangers(text):
    """Say which targets, files and commands of a workflow are not in this repository."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    found = []
    for step in steps(yaml.safe_load(text)):
        script = step.get("run", "")
        found += [name for name in re.findall(r"\bmake ([a-z]+)", script) if name not in targets]
        named = re.findall(r"(?<![\w/.])((?:\.ci|tools|tests|book)/[\w./-]+)", script)
        found += [name for name in named if not (ROOT / name).exists()]
        if re.fullmatch(r"(docker://)?[\w./-]+[@:]v?\d[\w.]*", step.get("uses", "a@v1")) is None:
            found.append(step["uses"])
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_names_only_what_is_there(path):
    assert strangers(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    ["run: make bok", "run: python tools/note.py", "run: .ci/runs", "uses: actions/checkout"],
)
def test_planted_stranger_is_named(line):
    text = f"jobs:\n  one:\n    steps:\n      - {line}\n"
    assert strangers(text) == [line.split()[-1]]


def test_pythons_of_the_tests_begin_with_the_oldest_that_is_supported():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "check.yml").read_text())
    pythons = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert pythons == ["3.11", "3.12", "3.13"]
    assert project["requires-python"] == f">={pythons[0]}"
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"][0]
    assert conda.removeprefix("python=") in pythons


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_may_only_write_what_it_has_to(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    rights = {"workflow": workflow["permissions"]}
    rights |= {name: job.get("permissions", {}) for name, job in workflow["jobs"].items()}
    writing = {
        f"{place}: {right}"
        for place, given in rights.items()
        for right, degree in given.items()
        if degree == "write"
    }
    allowed = {
        "check": {"publish: pages", "publish: id-token"},
        "weekly": {"report: issues"},
        "release": {"workflow: contents"},
    }
    assert writing == allowed[path.stem]
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())
