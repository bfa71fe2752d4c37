"""The glossary: in order, used, and reached from the chapters."""

import re

import glossary
import notebooks
from docutils import nodes
from docutils.utils import new_document

ROOT = notebooks.ROOT


def titles():
    text = (ROOT / f"{glossary.GLOSSARY}.md").read_text(encoding="utf-8")
    return re.findall(r"^## (.+)$", text, re.MULTILINE)


def test_terms_stand_in_alphabetical_order_and_once():
    assert titles() == sorted(set(titles()), key=str.lower)


def test_every_other_spelling_belongs_to_a_term():
    assert set(glossary.ALIASES) <= set(titles())


def prose_of(path):
    return " ".join(
        cell.source for cell in notebooks.read(path).cells if cell.cell_type == "markdown"
    ).lower()


def test_everyday_words_are_spellings_and_stand_on_their_pages():
    for page, words in glossary.EVERYDAY.items():
        prose = prose_of(ROOT / f"{page}.ipynb")
        for word in words:
            assert word in glossary.spellings(ROOT), (page, word)
            assert re.search(rf"(?<![\w-]){word}(?![\w-])", prose), (page, word)


def test_every_term_is_used_by_a_chapter():
    prose = " ".join(prose_of(path) for path in notebooks.notebooks())
    entries = glossary.spellings(ROOT)
    used = {
        entry
        for spelling, entry in entries.items()
        if re.search(rf"(?<![\w-]){re.escape(spelling)}(?![\w-])", prose)
    }
    assert set(entries.values()) == used


class App:
    """As much of Sphinx as the extension asks for."""

    srcdir = ROOT

    class env:
        doc2path = staticmethod(lambda page: f"{page}.ipynb")

    class builder:
        get_relative_uri = staticmethod(lambda page, target: "glossary.html")


def test_the_first_use_in_prose_is_linked_and_no_other():
    document = new_document("page")
    title = nodes.title("", "", nodes.Text("The gradient"))
    formula = nodes.paragraph("", "", nodes.math("", "gradient"))
    first = nodes.paragraph("", "", nodes.Text("a Gradient descends, the gradients stay"))
    second = nodes.paragraph("", "", nodes.Text("one more gradient"))
    document += nodes.section("", title, formula, first, second)
    glossary.link_first_uses(App, document, "book/some")
    (link,) = document.findall(nodes.reference)
    assert (link.astext(), link["refuri"], link.parent) == (
        "Gradient",
        "glossary.html#gradient",
        first,
    )
    assert first.astext() == "a Gradient descends, the gradients stay"


def test_a_term_inside_a_longer_one_is_not_linked_when_the_longer_one_is_linked_already():
    document = new_document("page")
    text = "the cross entropy; the cross entropy again; the entropy itself"
    document += nodes.paragraph("", "", nodes.Text(text))
    glossary.link_first_uses(App, document, "book/some")
    links = [(link.astext(), link["refuri"]) for link in document.findall(nodes.reference)]
    assert links == [
        ("cross entropy", "glossary.html#cross-entropy"),
        ("entropy", "glossary.html#entropy"),
    ]
    assert document.astext() == text


def test_a_word_in_its_everyday_sense_is_not_linked_on_its_page():
    for page, linked in (("book/06-delta-recursion", ["loss"]), ("book/some", ["cost", "message"])):
        document = new_document("page")
        text = "how many does the third cost; the error message; a loss"
        document += nodes.paragraph("", "", nodes.Text(text))
        glossary.link_first_uses(App, document, page)
        assert [link.astext() for link in document.findall(nodes.reference)] == linked
