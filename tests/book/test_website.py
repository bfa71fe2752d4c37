"""One address and one version, wherever the book names them; and a citation that follows."""

import subprocess
from importlib.metadata import version
from types import SimpleNamespace

import bookbuild
import colophon
import notebooks
import pytest
import website
from docutils import nodes
from docutils.utils import new_document
from packaging.requirements import Requirement
from PIL import Image

ROOT = notebooks.ROOT


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_address_is_written_in_two_places_that_agree():
    assert website.repository() == colophon.citation()["repository-code"]
    owner = website.repository().split("/")[-2]
    naming = {
        name
        for name in tracked()
        if owner in (ROOT / name).read_text(encoding="utf-8", errors="replace")
    }
    assert naming == {"pyproject.toml", "CITATION.cff"}


def test_versions_agree():
    assert website.project()["version"] == colophon.citation()["version"]
    assert website.project()["version"] == version("backprop-lib")


def test_date_is_that_of_the_last_commit_or_nothing(tmp_path):
    assert website.day_of_last_commit(tmp_path) == ""
    commands = [
        ["git", "init", "-q"],
        ["git", "config", "user.email", "a@example.org"],
        ["git", "config", "user.name", "A"],
        ["git", "commit", "-q", "--allow-empty", "--message", "x", "--date", "2001-02-03"],
    ]
    for command in commands:
        stamp = {
            "GIT_COMMITTER_DATE": "2001-02-03T12:00:00",
            "PATH": "/usr/bin:/bin:/usr/local/bin",
        }
        subprocess.run(command, cwd=tmp_path, check=True, env=stamp)
    assert website.day_of_last_commit(tmp_path) == "2001-02-03"


def test_a_role_leads_to_the_repository():
    (link,), messages = website.repository_link("repository", "", "the whole book", 1, None)
    assert (link.astext(), link["refuri"], messages) == (
        "the whole book",
        website.repository(),
        [],
    )


def page(*children: nodes.Node) -> nodes.document:
    document = new_document("page")
    document += nodes.section("", nodes.title("", "Title"), *children)
    return document


def test_description_is_the_first_paragraph_without_formulas():
    formula = nodes.paragraph("", "", nodes.Text("If "), nodes.math("", "x"))
    quote = nodes.note("", nodes.paragraph("", "A note."))
    plain = nodes.paragraph("", "The\nneuron " + "and so on " * 40)
    text = website.opening(page(quote, formula, plain))
    assert text.startswith("The neuron and so on")
    assert text.endswith(" …")
    assert len(text) <= 200
    assert website.opening(page(formula)) == ""
    assert website.opening(None) == ""


def test_what_a_page_says_of_itself_is_escaped():
    tags = website.metadata('"<b>" & c', "d", "https://example.org/")
    assert 'content="&quot;&lt;b&gt;&quot; &amp; c"' in tags


def test_binder_opens_the_notebook_of_a_page():
    address = website.binder("book/01-neuron.ipynb")
    assert address.startswith("https://mybinder.org/v2/gh/")
    assert address.endswith("/main?urlpath=lab/tree/book/01-neuron.ipynb")


PEOPLE = [
    {"family-names": "Byron", "given-names": "Augusta Ada"},
    {"name": "A group"},
    {"family-names": "Hopper", "given-names": "Grace"},
]
FACTS = {"authors": PEOPLE, "title": "T 1", "version": "1.2", "date-released": "2026-01-31"}


def test_readers_of_a_single_notebook_are_told_what_to_install():
    wanted = Requirement(colophon.install())
    assert wanted.url == f"git+{website.repository()}"
    assert wanted.extras <= set(website.project()["optional-dependencies"])
    page = (notebooks.ROOT / "book" / "index.md").read_text(encoding="utf-8")
    assert "{install}" in page


def test_citation_names_people_and_groups():
    text = colophon.sentence(FACTS, "https://example.org/")
    assert text.startswith("Byron, A. A., A group & Hopper, G. (2026). *T 1* (Version 1.2)")
    entry = colophon.bibtex(FACTS, "https://example.org/")
    assert entry.startswith("@misc{t12026,\n")
    assert "author = {Byron, Augusta Ada and {A group} and Hopper, Grace}," in entry
    assert "howpublished = {\\url{https://example.org/}}," in entry


@pytest.mark.parametrize("package", colophon.dependencies("book", "test"))
def test_every_direct_dependency_may_be_used_and_passed_on(package):
    licence = colophon.licence(package)
    assert colophon.is_understood(licence), f"{package}: {licence!r}"


@pytest.mark.parametrize("licence", ["", "GPL-3.0", "MIT AND GPL-2.0", "Proprietary", "Other"])
def test_other_licences_are_noticed(licence):
    assert not colophon.is_understood(licence)


def test_every_direct_dependency_has_a_reason():
    extras = website.project()["optional-dependencies"]
    assert [name for name, reason in colophon.dependencies(*extras).items() if not reason] == []


def _with_borrowed(name, lender_name="book/04"):
    output = nodes.container(nb_element="cell_code_output")
    output += nodes.raw("", '<figure data-explorer="walk">', format="html")
    lender, page = new_document("lender"), new_document("page")
    lender += output
    page.settings.env = SimpleNamespace(
        get_doctree={"book/04": lender}.__getitem__, found_docs={"book/04"}
    )
    page += website.Borrowed(page=lender_name, name=name)
    website.LendExplorers(page).run()
    return page


def test_an_explorer_of_another_page_is_shown_too():
    assert "data-explorer" in _with_borrowed("walk").astext()


@pytest.mark.parametrize(("name", "lender"), [("wolk", "book/04"), ("walk", "book/05")])
def test_an_explorer_that_is_not_there_is_a_warning_which_ends_the_build(caplog, name, lender):
    caplog.set_level("WARNING", logger="sphinx")
    assert _with_borrowed(name, lender).astext() == ""
    assert f"{lender} has no explorer named {name}" in caplog.text


def test_drawn_figures_get_a_palette(tmp_path):
    picture = tmp_path / "_images" / "drawn.png"
    picture.parent.mkdir()
    Image.new("RGB", (2, 2)).save(picture)
    bookbuild.shrink_pictures(_built(tmp_path), None)
    with Image.open(picture) as shrunk:
        assert shrunk.mode == "P"


def test_what_an_earlier_build_left_is_removed(tmp_path):
    stay = ["_images/shown.png", "book/one.html", "_sources/book/one.ipynb", "index.html"]
    go = ["_images/of-before.png", "book/two.html", "_sources/book/two.ipynb", "book/sets/two.html"]
    for name in stay + go:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    bookbuild.remove_left_over(_built(tmp_path), RuntimeError("a page could not be written"))
    assert all((tmp_path / name).exists() for name in go)  # a build that failed takes nothing away
    bookbuild.remove_left_over(_built(tmp_path), None)
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.*")) == sorted(stay)


def _built(folder):
    env = SimpleNamespace(
        images={"drawn/shown.png": ({"book/one"}, "shown.png")}, found_docs={"book/one"}
    )
    return SimpleNamespace(outdir=folder, builder=SimpleNamespace(format="html"), env=env)
