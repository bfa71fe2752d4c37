"""What stands in and beside the built pages for the world outside: read as files, not as a page."""

import re
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree

import notebooks
import pytest
import website
from PIL import Image

PAGES = {
    path.relative_to(notebooks.ROOT).with_suffix(".html").as_posix(): path
    for path in notebooks.pages()
}


class Tags(HTMLParser):
    """The attributes of all tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def all(self, tag: str, attribute: str) -> list[str]:
        return [
            facts[attribute] for name, facts in self.found if name == tag and attribute in facts
        ]

    def meta(self) -> dict[str, str]:
        return {
            facts.get("property") or facts.get("name"): facts.get("content")
            for name, facts in self.found
            if name == "meta"
        }


@pytest.fixture(scope="module")
def read(built_book):
    return cache(lambda name: Tags((built_book / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", PAGES)
def test_page_says_what_it_is_about(read, name):
    tags = read(name)
    meta = tags.meta()
    assert len(meta["og:title"]) > 3
    assert len(meta["og:description"]) > 20
    assert meta["description"] == meta["og:description"]
    assert meta["og:url"] == f"{website.site()}{name}"
    assert [address for address in tags.all("link", "href") if address == meta["og:url"]]
    assert meta["og:image"] == website.site() + website.CARD


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_on_binder_as_the_file_that_it_was_made_from(read, name):
    (address,) = [to for to in read(name).all("a", "href") if to.startswith("https://mybinder")]
    path = notebooks.ROOT / address.partition("lab/tree/")[2]
    assert path == PAGES[name] if PAGES[name].suffix == ".ipynb" else path == PAGES[name].parent
    assert path.exists()


@pytest.mark.parametrize("name", PAGES)
def test_page_names_its_edition(built_book, name):
    text = (built_book / name).read_text(encoding="utf-8")
    version = re.escape(website.project()["version"])
    assert re.search(rf"<p>Version {version}(, \d{{4}}-\d\d-\d\d)?\.</p>", text)


def test_map_of_the_site_lists_every_page(built_book):
    tree = ElementTree.parse(built_book / "sitemap.xml")
    listed = [element.text for element in tree.iter() if element.tag.endswith("}loc")]
    assert listed == [f"{website.site()}{name}" for name in PAGES]


def test_page_for_wrong_addresses_works_at_any_depth(built_book, read):
    tags = read("404.html")
    links = [*tags.all("a", "href"), *tags.all("form", "action")]
    assert len(links) == len(PAGES) + 1
    for link in links:
        assert link.startswith(website.site())
        assert (built_book / link.removeprefix(website.site())).is_file()
    assert tags.all("link", "href") + tags.all("img", "src") + tags.all("script", "src") == []


def test_the_folder_of_the_book_leads_to_its_first_page_and_says_what_it_is(built_book, read):
    meta = read("index.html").meta()
    assert meta["og:url"] == website.site()
    assert len(meta["og:description"]) > 50
    (first,) = read("index.html").all("a", "href")
    assert (built_book / first).is_file()


def test_picture_for_links_has_the_usual_size(built_book):
    with Image.open(built_book / website.CARD) as card:
        assert card.size == (1200, 630)
        assert len(card.convert("RGB").getcolors(1_000_000)) > 100


def test_icon_is_drawn_by_ourselves_and_found(built_book, read):
    (icon,) = [to for to in read("book/index.html").all("link", "href") if "favicon" in to]
    assert "<svg" in (built_book / "book" / icon).read_text(encoding="utf-8")
