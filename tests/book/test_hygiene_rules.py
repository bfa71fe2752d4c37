"""The rules themselves: each planted fault is named, and each honest text passes."""

import copy

import hygiene
import notebooks
import pytest
from nbformat import v4

HONEST_MATHS = [
    "Inline maths may claim: $a = b \\le c$.",
    "$$\nz^l := a^{l-1} W^l + b^l\n$$",
    "$$ J \\coloneqq \\frac{1}{n} \\sum_{i=1}^{n} E_i $$",
    "$$ E := \\tfrac12 \\sum_{k = 1}^{d_L} (a_k - y_k)^2 $$",
    "$$ X \\in \\mathbb{R}^{n \\times d} $$",
    "$$ \\left\\langle u, v \\right\\rangle := \\sum_{i<n} u_i v_i $$",
    "$$ \\phi(z) := \\begin{cases} z & z > 0 \\\\ 0 & \\text{if } z \\le 0 \\end{cases} $$",
    "$$ \\delta := x \\quad \\text{so that a = b} $$",
    "$$ a := b % a = c is a comment\n$$",
    "\\begin{align}\na &:= b \\\\\nc &:= d\n\\end{align}",
    "```{math}\n:label: eq-a\na := b\n```",
    "```python\ntext = '$$ a = b $$'\n```",
    "The code span `$$ a = b $$` is not maths.",
    "$$ a := b \\\\[2pt] c := d $$",
]

FALSE_MATHS = [
    ("$$\na = b\n$$", 2, "="),
    ("$$ a \\approx b $$", 1, "\\approx"),
    ("$$ a := b = c $$", 1, "="),
    ("first\n\n\\[\na \\le b\n\\]", 4, "\\le"),
    ("\\begin{align}\na &= b\n\\end{align}", 2, "="),
    ("\\begin{equation*}\na < b\n\\end{equation*}", 2, "<"),
    ("```{math}\n:label: eq-a\n\na = b\n```", 4, "="),
    (":::{math}\na \\Rightarrow b\n:::", 2, "\\Rightarrow"),
    (":::{admonition} Trap\n$$\na \\to b\n$$\n:::", 3, "\\to"),
    ("```{admonition} Trap\n$$ a ≥ b $$\n```", 2, "≥"),
    ("```python\nx = 1\n```\n$$ a = b $$\n```python\ny = 2\n```", 4, "="),
    ("<details><summary>Solution</summary>\n\n$$ a = b $$\n\n</details>", 3, "="),
    ("$$ \\sum_{i=1}^{n} x_i = 1 $$", 1, "="),
    ("$$ \\phi(z) := \\begin{cases} z = 1 & z > 0 \\\\ 0 \\end{cases} $$", 1, "="),
    ("$$ a \\iff b $$", 1, "\\iff"),
]


@pytest.mark.parametrize("text", HONEST_MATHS)
def test_definitions_pass(text):
    assert list(hygiene.display_claims(text)) == []


@pytest.mark.parametrize(("text", "line", "claim"), FALSE_MATHS)
def test_claim_in_display_maths_is_named_with_its_line(text, line, claim):
    assert list(hygiene.display_claims(text)) == [(line, claim)]


OUTPUTS = (
    "array([0.298371109, -0.022740240])\nratio 1.2345e-05, share 0.12345, half 0.125\n- 0.75 x"
)
CODE = "learning_rate = 0.5\nX = [0.05, 0.10]"

SUPPORTED = [
    "0.2984 and 0.298371109",
    "a step of 0.50",  # exact in the code
    "0.10 and 0.1 are inputs",
    "$-0.0227$, or −0.0227, or 0.0227 less",
    "1.23e-5, $1.23 \\times 10^{-5}$, 1.2 · 10⁻⁵",
    "12.3 %, $12.3\\,\\%$, 12.35% and 12.3 per cent",
    "0.12 and 0.13 both round 0.125",
    "0.298\\,371\\,109",
    "−0.75",  # SymPy prints a space behind the minus
    "$0.298-0.125$",
    "Python 3.11, NumPy 2.4, section 4.2, Exercise 4.10, Fig. 1.2, CC BY 4.0, version 1.4.0",
    "[a page](https://example.org/1.5/2.5) and doi:10.1038/323533a0 and {cite}`smith2.5`",
    '<div style="width: 1.75em">text</div>',
    "8 weights, 10,000 steps",
]

UNSUPPORTED = [
    ("0.2948", ["0.2948"]),
    ("0.2983", ["0.2983"]),  # cut off, not rounded
    ("0.2983711090", ["0.2983711090"]),  # more digits than were printed
    ("`0.7513` in code", ["0.7513"]),
    ("−0.298", ["−0.298"]),  # the wrong sign
    ("$1.24 \\times 10^{-5}$", ["1.24 \\times 10^{-5}"]),
    ("1.2345e-06", ["1.2345e-06"]),
    ("12.4 %", ["12.4 %"]),
    ("0.99 < 0.5 but 0.77 > 0.5", ["0.99", "0.77"]),
    ("12,345.6", ["12,345.6"]),
    ("3e-7", ["3e-7"]),
]


@pytest.mark.parametrize("text", SUPPORTED)
def test_rounding_of_a_computed_number_passes(text):
    assert list(hygiene.unsupported_numbers(text, OUTPUTS, CODE)) == []


@pytest.mark.parametrize(("text", "expected"), UNSUPPORTED)
def test_number_that_nothing_computed_is_named(text, expected):
    assert list(hygiene.unsupported_numbers(text, OUTPUTS, CODE)) == expected


def test_rounded_output_does_not_vouch_for_more_digits():
    assert list(hygiene.unsupported_numbers("0.750", "0.75", "")) == ["0.750"]
    assert list(hygiene.unsupported_numbers("0.750", "", "x = 0.75")) == []


SOLUTION = "<details>\n<summary>Solution</summary>\n\nCompute it.\n\n</details>"


def honest_notebook():
    figure = {
        "tags": ["hide-input"],
        "mystnb": {"image": {"alt": "A line that rises."}, "figure": {"caption": "A line."}},
    }
    shown = v4.new_output("display_data", {"text/plain": "<Figure size 640x480 with 1 Axes>"})
    value = v4.new_output("execute_result", {"text/plain": "0.25"}, execution_count=3)
    return v4.new_notebook(
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        cells=[
            v4.new_markdown_cell("# A chapter\n\nThe slope is 0.25."),
            v4.new_code_cell("import math", execution_count=1),
            v4.new_code_cell("plot()", execution_count=2, outputs=[shown], metadata=figure),
            v4.new_markdown_cell(SOLUTION),
            v4.new_code_cell(
                "math.sqrt(0.0625)",
                execution_count=3,
                outputs=[value],
                metadata={"tags": ["hide-cell"]},
            ),
            v4.new_markdown_cell("The end."),
        ],
    )


def test_honest_notebook_passes():
    notebook = honest_notebook()
    assert list(hygiene.complaints(notebook)) == []
    assert notebooks.committed_form(notebook) == notebook


def set_cell(position, **changes):
    def plant(notebook):
        notebook.cells[position].update(copy.deepcopy(changes))

    return plant


def add_output(position, output):
    def plant(notebook):
        notebook.cells[position].outputs.append(output)

    return plant


def clear_metadata(position, *path):
    def plant(notebook):
        place = notebook.cells[position].metadata
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]

    return plant


FAULTS = {
    "a wrong number in the text": (
        set_cell(0, source="The slope is 0.26."),
        "cell 1: no output of this notebook rounds to 0.26",
    ),
    "a wrong number in a caption": (
        set_cell(
            2,
            metadata={
                "tags": ["hide-input"],
                "mystnb": {"image": {"alt": "a"}, "figure": {"caption": "At 0.4"}},
            },
        ),
        "rounds to 0.4",
    ),
    "a claim": (set_cell(5, source="</details>\n\n$$ a = b $$"), "cell 6, line 3: display maths"),
    "a second import": (set_cell(4, source="import os"), "the first code cell imports"),
    "a hidden import": (set_cell(4, source="if 1:\n    import os"), "the first code cell imports"),
    "no import": (set_cell(1, source="1 + 1"), "the first code cell imports"),
    "a long cell": (set_cell(4, source="x = 1\n" * 26), "26 lines, more than 25"),
    "not run": (set_cell(4, execution_count=None), "execution count None instead of 3"),
    "run out of order": (set_cell(4, execution_count=7), "execution count 7 instead of 3"),
    "an error": (
        add_output(4, v4.new_output("error", ename="ValueError", evalue="", traceback=[])),
        "an error is committed: ValueError",
    ),
    "a warning": (
        add_output(4, v4.new_output("stream", name="stderr", text="careful")),
        "it wrote to stderr",
    ),
    "an address": (
        add_output(4, v4.new_output("display_data", {"text/plain": "<f at 0x7f9e36358ea0>"})),
        "a memory address",
    ),
    "a line that nobody proved": (
        add_output(4, v4.new_output("display_data", {"text/plain": "= 1 [checked to 50 digits]"})),
        "only checked in digits",
    ),
    "an unchecked cell": (
        set_cell(4, metadata={"tags": ["nbval-ignore-output", "hide-cell"]}),
        "it escapes the comparison",
    ),
    "an unchecked cell by comment": (
        set_cell(4, source="# NBVAL_SKIP\n1 + 1"),
        "it escapes the comparison",
    ),
    "no alt text": (clear_metadata(2, "mystnb", "image"), "no alt text"),
    "no caption": (clear_metadata(2, "mystnb", "figure"), "no caption"),
    "an open plot cell": (clear_metadata(2, "tags"), "is folded"),
    "an open solution": (clear_metadata(4, "tags"), "the code of a solution is folded"),
    "a fold never closed": (set_cell(3, source="<details>Text."), "must begin and end in one cell"),
    "a stray end": (set_cell(3, source="Text.</details>"), "must begin and end in one cell"),
    "a fold in a fold": (set_cell(3, source="<details>" + SOLUTION), "must begin and end"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_fault_is_named(fault):
    plant, expected = FAULTS[fault]
    notebook = honest_notebook()
    plant(notebook)
    found = list(hygiene.complaints(notebook))
    assert any(expected in text for text in found), found


def test_long_median_is_named():
    notebook = honest_notebook()
    for cell in notebook.cells[1:3]:
        cell.source += "\nx = 1" * 11
    assert any("median" in text for text in hygiene.complaints(notebook))


def test_committed_form_drops_what_differs_by_run():
    notebook = honest_notebook()
    dirty = copy.deepcopy(notebook)
    dirty.metadata["widgets"] = {"state": {}}
    dirty.metadata["language_info"]["version"] = "3.12.1"
    dirty.cells.append(v4.new_code_cell(""))
    cell = dirty.cells[2]
    cell.metadata["execution"] = {"iopub.status.busy": "2026-01-01"}
    cell.outputs[0].data |= {"image/png": "iVBO", "application/vnd.jupyter.widget-view+json": {}}
    cell.outputs[0].data["text/html"] = '<figure data-explorer="x"></figure>'
    cell.outputs[0].metadata = {"needs_background": "light"}
    cell.execution_count = 17
    assert notebooks.committed_form(dirty) == notebook


def test_committed_form_keeps_text_latex_and_tables():
    notebook = honest_notebook()
    data = {
        "text/plain": "x",
        "text/latex": "$x$",
        "text/markdown": "*x*",
        "text/html": "<table></table>",
    }
    notebook.cells[4].outputs[0].data = copy.deepcopy(data)
    assert notebooks.committed_form(notebook).cells[4].outputs[0].data == data
