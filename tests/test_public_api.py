"""The public names: few, documented to one standard, and cheap to import."""

import doctest
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import backprop_lib as bp

NAMES = sorted(bp.__all__)
CALLABLES = [
    name
    for name in NAMES
    if inspect.isroutine(getattr(bp, name)) or inspect.isclass(getattr(bp, name))
]
SECTIONS = ("Parameters", "Returns", "Raises", "Examples", "References", "Attributes", "Notes")


def sections(doc: str) -> dict[str, str]:
    """Split a numpydoc docstring at its underlined headings."""
    found, current = {"": ""}, ""
    lines = inspect.cleandoc(doc).splitlines()
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if line in SECTIONS and set(below) == {"-"}:
            current = line
            found[current] = ""
        elif not (set(line) == {"-"} and line):
            found[current] += line + "\n"
    return found


def described(thing: object) -> set[str]:
    """The names that the Parameters section describes."""
    text = sections(thing.__doc__ or "").get("Parameters", "")
    heads = re.findall(r"^(\w+(?:, \w+)*)(?: : |$)", text, re.MULTILINE)
    return {name.strip() for head in heads for name in head.split(",")}


def parameters(thing: object) -> set[str]:
    """The names that the signature takes, without private ones and those taken by keyword."""
    names = inspect.signature(thing).parameters
    return {name for name in names if name not in ("self", "values") and not name.startswith("_")}


@pytest.mark.parametrize("name", CALLABLES)
def test_every_public_name_says_what_it_takes_gives_and_raises(name: str) -> None:
    thing = getattr(bp, name)
    found = sections(thing.__doc__ or "")
    assert found[""].strip().endswith((".", ":")) or "math::" in found[""], f"{name}: {found['']}"
    if name in ("Trace",):  # two lists, described in its first line
        return
    if parameters(thing):
        assert parameters(thing) <= described(thing), parameters(thing) - described(thing)
    if inspect.isroutine(thing):
        assert "Returns" in found, name


@pytest.mark.parametrize("name", CALLABLES)
def test_every_array_in_a_docstring_has_its_shape(name: str) -> None:
    found = sections(getattr(bp, name).__doc__ or "")
    typed = re.findall(
        r"^(?:\w[\w, ]* : )?((?:ndarray|array_like|list of ndarray).*)$",
        "".join(found.get(part, "") for part in ("Parameters", "Returns")),
        re.MULTILINE,
    )
    bare = [line for line in typed if "shape" not in line and "list" not in line]
    assert not bare, f"{name}: {bare}"


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in CALLABLES
        if name not in ("Trace", "Backward", "Epoch", "Diverged", "GradientCheck")
    ],
)
def test_every_public_name_has_an_example_that_the_doctests_run(name: str) -> None:
    assert ">>>" in (getattr(bp, name).__doc__ or ""), f"{name} shows no example"


def test_public_names_are_few_and_exist() -> None:
    assert 40 <= len(NAMES) <= 60
    assert len(set(NAMES)) == len(NAMES)
    for name in NAMES:
        assert getattr(bp, name) is not None


def test_import_leaves_pictures_widgets_and_symbols_for_later() -> None:
    code = """
import sys, time
start = time.process_time()
import backprop_lib
spent = time.process_time() - start
heavy = {"matplotlib", "ipywidgets", "sympy", "sklearn", "networkx"} & set(sys.modules)
print(spent, *sorted(heavy))
"""
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert answer[1:] == []
    assert float(answer[0]) < 0.8


def test_examples_of_the_readme_run():
    readme = Path(__file__).parents[1] / "README.md"
    result = doctest.testfile(str(readme), module_relative=False)
    assert result.attempted >= 8
    assert result.failed == 0
