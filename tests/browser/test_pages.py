"""Every page of the built book, as a browser shows it from a file, without a server."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import notebooks
import pagechecks
import pytest
from playwright.sync_api import Page

PAGES = [str(page.relative_to(notebooks.ROOT).with_suffix(".html")) for page in notebooks.pages()]
WORKED_EXAMPLE = "book/04-worked-example.html"


@dataclass
class Opened:
    """A page, and what it said and asked for since it was opened."""

    name: str
    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="module", params=[*PAGES, "search.html", "404.html"])
def opened(request, built_book, browser) -> Iterator[Opened]:
    page = browser.new_page()
    opened = Opened(request.param, page)
    page.on("console", lambda m: m.type == "error" and opened.complaints.append(m.text))
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on("request", lambda asked: opened.requests.append(asked.url))
    page.goto((built_book / request.param).as_uri())
    page.evaluate("window.MathJax?.startup.promise")
    yield opened
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_small(built_book, name):
    limit = 600_000 if name == WORKED_EXAMPLE else 900_000
    assert (built_book / name).stat().st_size < limit


def test_formulas_are_typeset(opened):
    assert pagechecks.maths(opened.page) == []


def test_images_load_and_have_alt_text(opened):
    assert pagechecks.images(opened.page) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_page_does_not_scroll_sideways(opened, width):
    pagechecks.show(opened.page, width=width)
    assert pagechecks.overflow(opened.page) == []


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1440, "dark")])
def test_page_is_accessible(opened, width, theme):
    pagechecks.show(opened.page, width=width, theme=theme)
    assert pagechecks.accessibility(opened.page) == []


def test_nothing_is_asked_of_another_machine(opened):
    assert pagechecks.foreign(opened.page) == []
    foreign = [url for url in opened.requests if not url.startswith(("file:", "data:", "blob:"))]
    assert foreign == []


def test_page_reports_no_error(opened):
    assert opened.complaints == []


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
def test_download_of_a_problem_set_is_its_release(built_book, browser, source):
    release = notebooks.release_of(source)
    page = browser.new_page()
    page.goto((built_book / release.relative_to(notebooks.ROOT).with_suffix(".html")).as_uri())
    link = page.locator("a.btn-download-source-button").get_attribute("href")
    page.close()
    shown = built_book / release.relative_to(notebooks.ROOT).parent / link
    assert shown.read_bytes() == release.read_bytes()


def test_small_numbers_keep_their_size_on_a_phone(built_book, browser):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto((built_book / WORKED_EXAMPLE).as_uri())
    view = page.locator(".explorer-wide .explorer-view").first
    page.wait_for_function("view => view.tabIndex === 0", arg=view.element_handle())
    assert view.evaluate("view => view.scrollWidth > 1.5 * view.clientWidth")
    page.close()


def test_first_uses_lead_to_entries_of_the_glossary(built_book, browser):
    page = browser.new_page()
    linked = set()
    for name in (name for name in PAGES if name.split("/")[-1][0].isdigit()):
        page.goto((built_book / name).as_uri())
        found = page.locator("a.glossary-term").evaluate_all(
            "links => links.map(link => link.href)"
        )
        assert len(found) > 5, name
        linked.update(found)
    page.goto((built_book / "book/glossary.html").as_uri())
    entries = page.locator("section[id]").evaluate_all("all => all.map(entry => entry.id)")
    assert {link.partition("#")[2] for link in linked} <= set(entries)
    page.close()
