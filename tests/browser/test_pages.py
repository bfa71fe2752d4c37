"""Every page of the built book, as a browser shows it from a file, without a server."""

import re

import notebooks
import pagechecks
import pytest

PAGES = [str(page.relative_to(notebooks.ROOT).with_suffix(".html")) for page in notebooks.pages()]
WORKED_EXAMPLE = "book/04-worked-example.html"
SITE_BYTES = 15_000_000


def links(path, kind):
    """Where the links of a class on a page lead to."""
    text = path.read_text(encoding="utf-8")
    tags = re.findall(rf'<a\b[^>]*class="[^"]*\b{kind}\b[^>]*>', text)
    return [re.search(r'href="([^"]*)"', tag)[1] for tag in tags]


@pytest.mark.parametrize("name", PAGES)
def test_page_is_small(built_book, name):
    limit = 600_000 if name == WORKED_EXAMPLE else 900_000
    assert (built_book / name).stat().st_size < limit


def test_whole_site_is_small(built_book):
    assert sum(path.stat().st_size for path in built_book.rglob("*") if path.is_file()) < SITE_BYTES


def test_every_picture_is_on_a_page(built_book):
    text = "".join(path.read_text(encoding="utf-8") for path in built_book.rglob("*.html"))
    pictures = [path.name for path in (built_book / "_images").iterdir()]
    assert len(pictures) > 20
    assert [name for name in pictures if name not in text] == []


def test_formulas_are_typeset(opened):
    assert pagechecks.maths(opened.page) == []


def test_images_load_and_have_alt_text(opened):
    assert pagechecks.images(opened.page) == []


def test_nothing_is_asked_of_another_machine(opened):
    assert pagechecks.foreign(opened.page) == []
    foreign = [url for url in opened.requests if not url.startswith(("file:", "data:", "blob:"))]
    assert foreign == []


def test_page_reports_no_error(opened):
    assert opened.complaints == []


@pytest.mark.parametrize("width", [1440, 768, 320, 390])
def test_page_does_not_scroll_sideways(opened, width):
    pagechecks.show(opened.page, width=width)
    assert pagechecks.overflow(opened.page) == []


def test_letters_of_explorers_can_be_read_on_a_phone(opened):
    pagechecks.show(opened.page, width=390)
    assert pagechecks.letters(opened.page, opened.path) == []


def test_explorers_ask_and_fingers_find_their_controls(opened):
    pagechecks.show(opened.page, width=390)
    assert pagechecks.questions(opened.page) == []
    assert pagechecks.targets(opened.page) == []


# The last test of an opened page: it takes formulas and code apart.
@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1440, "dark")])
def test_page_is_accessible(opened, width, theme):
    pagechecks.show(opened.page, width=width, theme=theme)
    assert pagechecks.accessibility(opened.page, again=theme == "dark") == []


def test_first_page_leads_to_the_book(built_book, browser):
    page = browser.new_page()
    page.goto((built_book / "index.html").as_uri())
    page.wait_for_url("**/book/index.html")
    page.close()


def test_search_finds_without_a_server(built_book, browser):
    page = browser.new_page()
    page.goto((built_book / "search.html").as_uri() + "?q=gradient")
    page.wait_for_selector("#search-results li a")
    page.close()


@pytest.mark.parametrize("source", notebooks.sources(), ids=lambda path: path.stem)
def test_download_of_a_problem_set_is_its_release(built_book, source):
    release = notebooks.release_of(source).relative_to(notebooks.ROOT)
    (link,) = links(built_book / release.with_suffix(".html"), "btn-download-source-button")
    assert (built_book / release.parent / link).read_bytes() == release.read_bytes()


def test_small_numbers_keep_their_size_on_a_phone(built_book, browser):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto((built_book / WORKED_EXAMPLE).as_uri())
    view = page.locator(".explorer-wide .explorer-view").first
    page.wait_for_function("view => view.tabIndex === 0", arg=view.element_handle())
    assert view.evaluate("view => view.scrollWidth > 1.5 * view.clientWidth")
    page.close()


def test_every_part_of_the_playground_has_its_formula_below(built_book):
    text = (built_book / "book/11-playground.html").read_text(encoding="utf-8")
    told = text[text.index('id="everything-free"') : text.index('id="take-it-with-you"')]
    parts = told.split("<li>")[1:]
    assert len(parts) == 5
    assert all('<div class="math' in part for part in parts)


def test_first_uses_lead_to_entries_of_the_glossary(built_book):
    text = (built_book / "book/glossary.html").read_text(encoding="utf-8")
    entries = set(re.findall(r'<section id="([^"]+)"', text))
    for name in (name for name in PAGES if name.split("/")[-1][0].isdigit()):
        found = links(built_book / name, "glossary-term")
        assert len(found) > 5, name
        assert {link.removeprefix("glossary.html#") for link in found} <= entries, name
