"""The ledger of the sources: every row is complete, leads somewhere, and its check is run."""

import ast
import json
import math
import re
from collections import Counter

import notebooks
import numpy as np
import pytest
import sympy as sp
import yaml
from pybtex.database import parse_file

import backprop_lib as bp

BOOK = notebooks.ROOT / "book"
LEDGER = yaml.load(  # libyaml's loader: the other one takes a second, in every worker
    (BOOK / "sources.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
)
ROWS = LEDGER["rows"]
SOURCES = ["roozbahani", "slides", "workshop", "mganalytics", "stepbystep"]
KINDS = {
    "holds",
    "rounded",
    "truncated",
    "inconsistent",
    "wrong",
    "incomplete",
    "ambiguous",
    "unclear scan",
}
TEXTS = {"id", "source", "place", "printed", "right", "kind", "chapter", "section"}
OPTIONAL = {"value", "why", "given", "check", "cite"}

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])


def headings(page):
    file = BOOK / f"{page}.ipynb"
    if file.is_file():
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    else:
        text = file.with_suffix(".md").read_text(encoding="utf-8")
    return set(re.findall(r"^#+ (.+?)\s*$", text, re.MULTILINE))


@pytest.fixture(scope="module")
def pages():
    return {path.stem: headings(path.stem) for path in notebooks.pages() if path.parent == BOOK}


@pytest.fixture(scope="module")
def references():
    return set(parse_file(BOOK / "references.bib").entries)  # raises on what is torn or twice there


# -- running a check -------------------------------------------------------------------------------


def numbers_in(thing, depth=0):
    """The real numbers in a value of any kind that a check can make."""
    if isinstance(thing, (bool, np.bool_)) or depth > 3:
        return
    if isinstance(thing, sp.Basic) and thing.is_number and thing.is_real:
        yield float(thing)
    elif isinstance(thing, np.ndarray) and thing.dtype != object:
        yield from map(float, thing.ravel())
    elif isinstance(thing, (list, tuple)):
        for part in thing:
            yield from numbers_in(part, depth + 1)
    elif isinstance(thing, str):
        yield from map(float, re.findall(r"(?<![\w.])-?\d+\.\d+(?![\w.])", thing))
    elif isinstance(thing, (int, float, np.number)) or type(thing).__name__ == "Fraction":
        yield float(thing)


class Witnesses(ast.NodeTransformer):
    """Let `seen` look at every expression of a check while it runs."""

    def visit(self, node):
        self.generic_visit(node)
        read = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
        apart = isinstance(node, (ast.Starred, ast.Slice, ast.JoinedStr, ast.FormattedValue))
        if not isinstance(node, ast.expr) or not read or apart:
            return node
        return ast.copy_location(ast.Call(ast.Name("seen", ast.Load()), [node], []), node)


def run(row):
    """The verdict of a row's check, and all numbers that it met on the way."""
    met = []

    def seen(thing):
        met.extend(numbers_in(thing))
        return thing

    names = {"np": np, "sp": sp, "math": math, "bp": bp, "seen": seen}
    if "given" in row:
        exec(LEDGER["setups"][row["given"]], names)
        for name, thing in list(names.items()):
            if name != "__builtins__":
                seen(thing)
    tree = Witnesses().visit(ast.parse(row["check"]))
    *lines, last = ast.fix_missing_locations(tree).body
    exec(compile(ast.Module(lines, []), row["id"], "exec"), names)
    return eval(compile(ast.Expression(last.value), row["id"], "eval"), names), met


def values(row):
    value = row.get("value", [])
    return value if isinstance(value, list) else [value]


def verify(row):
    verdict, met = run(row)
    assert verdict in (True, sp.true), f"{row['id']}: the check gives {verdict!r}"
    for value in values(row):
        near = [m for m in met if math.isclose(m, value, rel_tol=6e-9, abs_tol=1e-300)]
        assert near, f"{row['id']}: no number of its check is {value!r}"


@each_row
def test_check_is_true_and_computes_the_value(row):
    if "check" in row:
        verify(row)


def test_false_checks_and_false_values_are_noticed():
    row = {"id": "x", "given": "worked example", "check": "abs(E - 0.298371109) < 1e-9"}
    verify(row | {"value": [0.298371109, 0.593269992]})
    with pytest.raises(AssertionError, match="the check gives"):
        verify(row | {"check": "abs(E - 0.2984) < 1e-9"})
    with pytest.raises(AssertionError, match=r"no number of its check is 0\.29837112"):
        verify(row | {"value": 0.29837112})


def test_only_the_last_line_of_a_check_is_an_expression():
    for row in ROWS:
        if "check" in row:
            *lines, last = ast.parse(row["check"]).body
            assert isinstance(last, ast.Expr), row["id"]
            assert not [line for line in lines if isinstance(line, ast.Expr)], row["id"]


# -- what a row says -------------------------------------------------------------------------------


def test_rows_have_their_fields_and_no_others():
    for row in ROWS:
        assert TEXTS <= set(row) <= TEXTS | OPTIONAL, row
        assert all(
            isinstance(row[name], str) and row[name].strip() for name in set(row) - {"value"}
        )
        assert row["kind"] in KINDS, row["id"]
        assert all(type(value) in (int, float) for value in values(row)), row["id"]
        assert ("check" in row) != ("cite" in row), f"{row['id']} needs a check, or a citation"
        assert "given" not in row or row["given"] in LEDGER["setups"], row["id"]
        assert "check" in row or not {"given", "value"} & set(row), row["id"]


def test_setups_are_used():
    assert {row.get("given") for row in ROWS} - {None} == set(LEDGER["setups"])


def test_rows_are_numbered_in_the_order_of_the_documents():
    count = Counter(row["source"] for row in ROWS)
    assert list(count) == SOURCES
    wanted = [f"{source}-{n + 1:03d}" for source in SOURCES for n in range(count[source])]
    assert [row["id"] for row in ROWS] == wanted


def test_what_does_not_hold_says_why():
    for row in ROWS:
        assert ("why" in row) == (row["kind"] != "holds"), row["id"]


def test_texts_are_plain():
    # The one row about a lost backslash shows it.
    for row in ROWS:
        for name in ("place", "printed", "right", "why"):
            text = row.get(name, "")
            assert not re.search(r"\\(?!f?rac|f )|\$|  ", text), (row["id"], text)
            assert not re.search(r"(?i)\blines? \d", text), f"{row['id']}: a line of which copy?"


@each_row
def test_digits_are_rounded_or_cut_off_as_the_kind_says(row):
    if row["kind"] not in ("rounded", "truncated"):
        return
    n = None if row["kind"] == "rounded" else 1  # the first value of a row is the exact one
    rounded, cut = set(), set()
    for shown in re.findall(r"\d+\.\d+", row["printed"]):
        digits = len(shown.partition(".")[2])
        rounded |= {shown} & {f"{value:.{digits}f}" for value in values(row)[:n]}
        cut |= {shown} & {
            f"{math.floor(v * 10**digits) / 10**digits:.{digits}f}" for v in values(row)
        }
    assert rounded if row["kind"] == "rounded" else cut - rounded


# -- where a row leads -----------------------------------------------------------------------------


def test_chapters_and_sections_exist(pages):
    lost = [
        f"{row['id']}: {row['chapter']}, {row['section']}"
        for row in ROWS
        if row["section"] not in pages.get(row["chapter"], ())
    ]
    assert not lost, "\n".join(lost)


def test_sources_and_citations_are_in_the_bibliography(references):
    cited = {key for row in ROWS for key in row.get("cite", "").split(", ") if key}
    assert cited | set(SOURCES) <= references, cited - references
