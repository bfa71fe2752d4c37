"""The part of a notebook that its explorers need."""

import notebooks
import pytest
import slices
from nbformat import v4

LIVE = "show(x)"
IMPORT = "from tools import show"


def sliced(*sources: str) -> list[str]:
    """Return what is kept of these cells, of which those that show something are live."""
    cells = [v4.new_markdown_cell("Text."), *map(v4.new_code_cell, sources)]
    for cell in cells:
        if cell.source.startswith("show("):
            data = {"text/plain": "Explorer some-name: move it."}
            cell.outputs = [v4.new_output("execute_result", data)]
    kept = slices.for_explorers(v4.new_notebook(cells=cells)).cells
    assert all(cell.outputs == [] for cell in kept)
    return [cell.source for cell in kept]


def test_only_what_an_explorer_needs_is_kept_in_its_order():
    needed = [IMPORT, "y = 1", "x = y + 1", LIVE]
    assert sliced(IMPORT, "z = 5", "y = 1", "x = y + 1", "z + x", LIVE, "x = 3") == needed


def test_a_notebook_without_explorers_is_empty():
    assert sliced(IMPORT, "x = 1", "x") == []


@pytest.mark.parametrize(
    "cells",
    [
        ["y = 1", "def x():\n    return y"],
        ["y = 1", "x = [y + k for k in range(3)]"],
        ["import numpy as y", "class x:\n    part = y.pi"],
        ["y = 1", "def x(k):\n    def inner():\n        return y + k\n    return inner"],
        ["y = 1", "x = lambda: y"],
        ["x = 1", "x += 1"],
        ["y = 1", "x = 2\ny += 1"],
        ["x = [1]", "x[0] = 2"],
        ["x = [[1]]", "x[0][0] = 2"],
        ["x = object", "x.part = 2"],
        ["x = 1", "if x:\n    x = 2"],
        ["x = 1", "for x in ():\n    pass"],
        ["x = 1\ny = 2", "x = y"],
        ["y = 1", "y\nx = y"],
        ["y = 1", "x = y\ny = 2"],
        ["with open('f') as y:\n    x = y"],
    ],
)
def test_what_a_cell_binds_changes_and_uses_is_seen(cells):
    assert sliced(IMPORT, *cells, LIVE) == [IMPORT, *cells, LIVE]


@pytest.mark.parametrize(
    ("cell", "later"),
    [
        ("x = 1", "x = 2"),
        ("x = 1", "def x():\n    pass"),
        ("x = 1", "class x:\n    pass"),
        ("x = 1", "import x"),
        ("[x for x in range(3)]", "x = 2"),
        ("def f(x):\n    return x", "x = 2"),
        ("y = x", "x = 2"),
        ("y = 1", "def x(y):\n    return y"),
        ("y = 1", "x = [y for y in range(3)]"),
    ],
)
def test_what_is_bound_anew_or_is_a_name_elsewhere_is_not_needed(cell, later):
    assert sliced(IMPORT, cell, later, LIVE) == [IMPORT, later, LIVE]


def test_names_of_explorers_are_read_where_they_are_shown():
    playground = notebooks.read(notebooks.ROOT / "book/11-playground.ipynb")
    found = [name for cell in playground.cells for name in slices.explorers(cell)]
    assert "" in found
    assert len(set(found)) == len(found) == 7
