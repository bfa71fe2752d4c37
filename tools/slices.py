"""The part of a notebook that its explorers need: the cells that make them, and, backwards from
these, every cell that binds a name which a later one of them uses."""

import ast
import re
import symtable
from collections.abc import Iterator

from nbformat import NotebookNode

_LIVE = re.compile(r"(?:Explorer ([\w-]+)|Playground):")
# What these bind is theirs alone; a loop or a branch may leave what was there.
_ALWAYS_BIND = (ast.Assign, ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def explorers(cell: NotebookNode) -> list[str]:
    """Return the names of the explorers that a cell shows; "" for a playground."""
    texts = [output.get("data", {}).get("text/plain", "") for output in cell.get("outputs", [])]
    return [found[1] or "" for text in texts if (found := _LIVE.match(text))]


def for_explorers(notebook: NotebookNode) -> NotebookNode:
    """Return a copy with the cells that the explorers of a notebook need, yet to be run.

    A cell that changes what another one has bound, but by a method, is not seen to do so. Who
    compares an explorer with its page sees that it is another one.
    """
    wanted: set[str] = set()
    kept: list[NotebookNode] = []
    for cell in reversed([cell for cell in notebook.cells if cell.cell_type == "code"]):
        names = [_names(statement) for statement in ast.parse(cell.source).body]
        if explorers(cell) or any(bound & wanted for bound, *_ in names):
            for _, anew, used in reversed(names):
                wanted = wanted - anew | used
            kept.insert(0, NotebookNode(cell | {"outputs": [], "execution_count": None}))
    return NotebookNode(notebook | {"cells": kept})


def _names(statement: ast.stmt) -> tuple[set[str], set[str], set[str]]:
    """Return what a statement binds or changes, what of that it surely binds, and what it uses."""
    top = symtable.symtable(ast.unparse(statement), "cell", "exec")
    of_notebook = [s for t in _tables(top) for s in t.get_symbols() if t is top or s.is_global()]
    bound = {s.get_name() for s in of_notebook if s.is_assigned() or s.is_imported()}
    used = {s.get_name() for s in of_notebook if s.is_referenced()}
    if isinstance(statement, ast.AugAssign):  # x += 1 uses x, too
        used |= bound
    anew = bound if isinstance(statement, _ALWAYS_BIND) else set()
    return bound | _changed(statement), anew, used


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """Yield a scope and those within it."""
    yield table
    for inner in table.get_children():
        yield from _tables(inner)


def _changed(statement: ast.stmt) -> set[str]:
    """Return the names in the targets of ``x[k] = 1`` and ``x.part = 1``."""
    parts = [
        node for node in ast.walk(statement) if isinstance(node, ast.Subscript | ast.Attribute)
    ]
    stored = [part for part in parts if isinstance(part.ctx, ast.Store)]
    return {n.id for part in stored for n in ast.walk(part) if isinstance(n, ast.Name)}
