"""Every notebook of the book keeps the rules of tools/hygiene.py and is in its one form."""

import doctest
import re
from pathlib import Path

import hygiene
import notebooks
import pytest

PAGES = notebooks.pages()
NOTEBOOKS = notebooks.notebooks() + notebooks.sources()
TEXTS = [page for page in PAGES if page.suffix == ".md"]


def name(path: Path) -> str:
    return path.stem


def test_contents_name_every_notebook_of_the_book():
    released = {notebooks.release_of(source) for source in notebooks.sources()}
    chapters = set((notebooks.ROOT / "book").glob("*.ipynb"))
    assert {page for page in PAGES if page.suffix == ".ipynb"} == chapters | released
    assert set(notebooks.notebooks()) == chapters


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_notebook_is_committed_in_its_one_form(path):
    committed = notebooks.serialise(notebooks.committed_form(notebooks.read(path)))
    assert path.read_text(encoding="utf-8") == committed, f"{path.name}: run `make notebooks`"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_notebook_keeps_the_rules(path):
    found = [f"{path.name}: {text}" for text in hygiene.complaints(notebooks.read(path))]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_display_maths_of_text_pages_only_defines(path):
    claims = hygiene.display_claims(path.read_text(encoding="utf-8"))
    found = [
        f"{path.name}, line {line}: display maths claims by {claim!r}" for line, claim in claims
    ]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_text_pages_quote_no_results(path):
    # Nothing recomputes a number on a page without cells, so no such number may stand there.
    prose = hygiene.without_code(path.read_text(encoding="utf-8"))
    found = list(hygiene.unsupported_numbers(prose, "", ""))
    assert not found, f"{path.name}: {found}"


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_examples_of_text_pages_run(path):
    fences = re.findall(
        r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.M
    )
    examples = doctest.DocTestParser().get_doctest("\n".join(fences), {}, path.name, None, None)
    assert examples.examples or ">>>" not in path.read_text(encoding="utf-8")
    report: list[str] = []
    doctest.DocTestRunner(verbose=False).run(examples, out=report.append)
    assert not report, "".join(report)
