"""The built book on paper: set in one pass, and what LaTeX says of it is read."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import notebooks
import paper
import pytest
import yaml

SLACK = 2.0  # points by which a line may leave its box: no eye sees it
BOOK = "backpropagation"


def overfull(log: str) -> list[str]:
    """Return the lines and pages that are too large for the paper."""
    return [line for line, by in re.findall(r"(Overfull .*?\((.*?)pt.*)", log) if float(by) > SLACK]


@pytest.fixture(scope="module")
def latex(missing) -> Path:
    """Return the folder of what LaTeX is given, beside the pages that were built of the same."""
    if lacking := paper.lacking():
        missing(f"No {lacking}: the book was not set on paper", paper.REMEDY)
    build = [Path(sys.executable).with_name("jupyter-book"), "build", "--quiet", "--warningiserror"]
    built = "PYTEST_XDIST_WORKER" in os.environ  # by `make test`, and others read the pages now
    for builder in ("latex",) if built else ("html", "latex"):
        command = [*build, "--keep-going", "--builder", builder, notebooks.ROOT]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return notebooks.ROOT / "_build" / "latex"


@pytest.fixture(scope="module")
def text(latex) -> str:
    return (latex / f"{BOOK}.tex").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def log(latex, tmp_path_factory) -> str:
    out = tmp_path_factory.mktemp("paper")
    command = ["xelatex", "-no-pdf", "-halt-on-error", "-interaction=batchmode"]
    done = subprocess.run([*command, f"-output-directory={out}", BOOK], cwd=latex)
    said = (out / f"{BOOK}.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, said[-2000:]
    return said


def test_no_line_and_no_page_is_too_large(log):
    assert "Output written on" in log
    assert overfull(log) == []


def test_a_line_that_is_too_large_would_be_seen():
    said = "Overfull \\hbox (13.5pt too wide) in paragraph\nOverfull \\vbox (1.4pt too high)\n"
    assert overfull(said) == ["Overfull \\hbox (13.5pt too wide) in paragraph"]


def test_every_letter_is_in_its_font(log):
    assert set(re.findall(r"Missing character: .*", log)) == set()


def test_every_figure_that_moves_on_a_page_stands_on_paper(latex, text):
    files = (notebooks.ROOT / "_build" / "html").glob("book/*.html")
    pages = "".join(path.read_text(encoding="utf-8") for path in files)
    names = set(re.findall(r'data-explorer="([\w-]+)"', pages))
    assert len(names) > 30
    moving = [f"explorer-{name}" for name in names]
    for name in (*moving, "playground", "rooms"):
        assert f"{{{name}.pdf}}" in text
        assert (latex / f"{name}.pdf").stat().st_size > 1000
    for name in moving:
        assert f"\\#{name}}}{{It moves on the page.}}" in text
    assert "/11-playground.html}{It moves in the notebook.}" in text


def test_every_derivation_has_a_number(text):
    pages = [page for page in notebooks.pages() if page.suffix == ".ipynb"]
    books = [json.loads(page.read_text(encoding="utf-8")) for page in pages]
    cells = [cell for book in books for cell in book["cells"] if cell["cell_type"] == "code"]
    shown = [output.get("data", {}) for cell in cells for output in cell["outputs"]]
    derived = sum("text/latex" in data and "text/html" not in data for data in shown)
    assert derived > 250
    assert text.count("\\begin{equation}\n") == derived


def test_every_link_inside_leads_to_a_place(text):
    asked = set(re.findall(r"\\hyperref\[(\\detokenize\{.*?\})\]", text))
    assert len(asked) > 100
    assert asked - set(re.findall(r"\\label\{(\\detokenize\{.*?\})\}", text)) == set()


def test_every_row_of_the_ledger_is_a_card(text):
    rows = yaml.safe_load((notebooks.ROOT / "book" / "sources.yml").read_text(encoding="utf-8"))
    plain = text.replace("\\sphinxhyphen{}", "-")
    names = re.findall(r"\\card\{\\textbf\{([\w-]+)\}", plain)
    assert sorted(names) == sorted(row["id"] for row in rows["rows"])


def test_ci_installs_what_a_pdf_needs():
    wanted = paper.REMEDY.removeprefix("apt-get install --no-install-recommends ").split()
    assert len(wanted) > 4
    assert f"packages+=({' '.join(wanted)})" in (notebooks.ROOT / ".ci" / "run").read_text()
