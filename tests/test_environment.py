"""What Binder and conda install is what the tests ran with: three files, and one agreement."""

import re
import tomllib

import notebooks
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ENVIRONMENT, PINS, PROJECT = (
    (notebooks.ROOT / name).read_text(encoding="utf-8")
    for name in ("environment.yml", "constraints.txt", "pyproject.toml")
)


def pinned(pins: str) -> dict[str, str]:
    """Return package -> version, and refuse a line that is not a pin."""
    found = {}
    for line in pins.splitlines():
        if not line.startswith("#"):
            name, version = re.fullmatch(r"([\w.-]+)==([^\s;]+)(?: ; .+)?", line).groups()
            found[name.lower()] = version
    return found


def faults(environment: str, pins: str, project: str) -> list[str]:
    """Say where the three files contradict each other."""
    table = tomllib.loads(project)["project"]
    extras = table["optional-dependencies"]
    conda = yaml.safe_load(environment)["dependencies"]
    pip = [line for entry in conda if isinstance(entry, dict) for line in entry["pip"]]
    found = []
    for entry in conda[:-1]:
        name, _, version = entry.partition("=")
        if name not in ("python", "pip"):
            found.append(f"conda installs {name}, which no pin holds")
        if name == "python" and version not in SpecifierSet(table["requires-python"]):
            found.append(f"Python {version} is not supported")
    if "--constraint constraints.txt" not in pip:
        found.append("pip is not held to constraints.txt")
    for line in pip:
        if line.startswith("--editable ."):
            wanted = Requirement(f"x{line.removeprefix('--editable .')}").extras
            found += [f"there is no extra {name}" for name in sorted(wanted - set(extras))]
        elif line != "--constraint constraints.txt":
            found.append(f"pip installs {line}, which pyproject.toml does not know")
    versions = pinned(pins)
    for text in (*table["dependencies"], *(line for group in extras.values() for line in group)):
        requirement = Requirement(text)
        version = versions.get(requirement.name.lower())
        if version is None and str(requirement.specifier).startswith("=="):
            continue  # a peer that is timed: too large for everybody's pins
        if version is None:
            found.append(f"{requirement.name} has no pin: run `make lock`")
        elif version not in requirement.specifier:
            found.append(f"{requirement.name} is pinned to {version} against {text}")
    return found


def test_environment_pins_and_project_agree():
    assert faults(ENVIRONMENT, PINS, PROJECT) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (0, "python=3.12", "python=3.10", "Python 3.10 is not supported"),
        (0, "  - pip\n", "  - pip\n  - numpy\n", "conda installs numpy, which no pin holds"),
        (0, "      - --constraint constraints.txt\n", "", "pip is not held to constraints.txt"),
        (0, ".[book]", ".[books]", "there is no extra books"),
        (0, "--editable", "scipy\n      - --editable", "pip installs scipy"),
        (1, "\nsympy==", "\nsimpy==", "sympy has no pin: run `make lock`"),
        (2, '"numpy>=2.2"', '"numpy>=99"', "numpy is pinned to"),
    ],
)
def test_planted_contradiction_is_named(file, old, new, fault):
    files = [ENVIRONMENT, PINS, PROJECT]
    assert old in files[file]
    files[file] = files[file].replace(old, new)
    assert any(fault in text for text in faults(*files))


def test_a_line_that_pins_nothing_is_refused():
    with pytest.raises(AttributeError):
        pinned("numpy>=2")
